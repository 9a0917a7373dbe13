/* Draws of the samplers at the size of real vocabularies, beside one pass of
 * maximum and sum of exponentials over the same vector. */

#include "free-potential.h"
#include "line.h"

#include <string.h>

/* Runs under one reading of the clock. */
#define RUNS 8

/* Tokens of a rank below this are refused by the strict condition. */
#define N_REFUSED 1000

typedef struct
{
  GenlmSampler *sampler;
  GenlmWeights *weights;
  GenlmContext *context;
  guint32       step;
  double        sink;
} Case;

static void
run_draw (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, self->step++);
  g_autoptr (GenlmDraws) draws = NULL;
  g_autoptr (GError) error = NULL;

  draws = genlm_sampler_sample_sync (self->sampler, self->context, random, NULL, &error);
  if (draws == NULL)
    g_error ("%s", error->message);
  self->sink += genlm_draws_get_log_weight (draws, 0);
}

static void
run_pass (gpointer data)
{
  Case *self = data;

  self->sink += genlm_weights_logsumexp (self->weights);
}

static void
report (const char   *name,
        Case         *self,
        GenlmSampler *sampler,
        guint         repetitions)
{
  BenchTiming ours;
  BenchTiming pass;

  self->sampler = sampler;
  ours = bench_measure (BENCH_CLOCK_THREAD, run_draw, self, RUNS, repetitions);
  pass = bench_measure (BENCH_CLOCK_THREAD, run_pass, self, RUNS, repetitions);
  bench_line_begin (name, NULL);
  bench_line_count ("vocabulary", genlm_weights_get_size (self->weights));
  bench_line_count ("batch", 1);
  bench_line_timing (&ours, "us");
  bench_line_baseline ("one pass of max and sum of exp", pass.median, ours.median);
  bench_line_end ();
}

/* Ranks lie scattered over the vocabulary, as they do in a real one. */
static guint32
get_rank (guint32 token,
          guint32 n)
{
  return (guint32) ((guint64) token * 7919 % n);
}

/* Weights that fall with the rank, so steeply that tokens beyond the refused
 * ones are hardly ever tried. */
static GenlmWeights *
make_weights (guint32 n)
{
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit ((gsize) n + 1, &values);

  for (guint32 i = 0; i < n; i++)
    {
      guint32 rank = get_rank (i, n);

      values[i] = -0.02 * MIN (rank, N_REFUSED) - 1e-4 * rank;
    }
  values[n] = -30.0;
  return weights;
}

/* All tokens whose rank is @first or more. */
static GenlmTokenSet *
make_set (guint32 n,
          guint32 first)
{
  guint64 *words;
  GenlmTokenSet *set = genlm_token_set_new_zeroed ((gsize) n + 1, &words);

  for (guint32 i = 0; i < n; i++)
    if (get_rank (i, n) >= first)
      words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
  return set;
}

static GenlmSampler *
make_awrs (GenlmPotential *model,
           GenlmVocab     *vocab,
           guint32         first,
           int             mask_after)
{
  g_autoptr (GenlmTokenSet) accepted = make_set (genlm_vocab_get_size (vocab), first);
  g_autoptr (GenlmPotential) condition = bench_condition_new (vocab, accepted);

  return g_object_new (GENLM_TYPE_AWRS, "potential", model, "condition", condition,
                       "mask-after", mask_after, NULL);
}

static void
run_size (guint32 n,
          guint   repetitions)
{
  g_autoptr (GenlmVocab) vocab = bench_vocab_new (n);
  g_autoptr (GenlmWeights) weights = make_weights (n);
  g_autoptr (GenlmPotential) model = bench_model_new (vocab, weights);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmSampler) direct = g_object_new (GENLM_TYPE_DIRECT, "potential", model, NULL);
  g_autoptr (GenlmSampler) accepting = make_awrs (model, vocab, 0, 32);
  g_autoptr (GenlmSampler) refusing = make_awrs (model, vocab, N_REFUSED, 32);
  g_autoptr (GenlmSampler) unmasked = make_awrs (model, vocab, N_REFUSED, -1);
  Case self = { NULL, weights, context, 0, 0.0 };

  report ("direct", &self, direct, repetitions);
  report ("awrs, first tokens accepted", &self, accepting, repetitions);
  report ("awrs, first thousand refused", &self, refusing, repetitions);
  report ("awrs, first thousand refused, no mask", &self, unmasked, MAX (repetitions / 10, 4));
}

int
main (int   argc,
      char *argv[])
{
  gboolean full = argc > 1 && strcmp (argv[1], "--full") == 0;

  run_size (50000, full ? 1000 : 40);
  run_size (128000, full ? 1000 : 40);
  return 0;
}
