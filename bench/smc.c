/* What SMC itself costs for each particle and step, with a model and a condition
 * that cost nothing, beside a plain loop that draws and appends. */

#include "free-potential.h"
#include "line.h"

#include <string.h>

#define VOCABULARY 256
#define MAX_TOKENS 50

typedef struct
{
  GenlmSmc     *smc;
  GenlmWeights *weights;
  guint         particles;
  gboolean      is_async;
  guint64       n_tokens;
} Case;

static void
on_done (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
run_smc (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmSequences) sequences = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (self->is_async)
    {
      genlm_smc_run (self->smc, NULL, on_done, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      sequences = genlm_smc_run_finish (self->smc, result, &error);
    }
  else
    {
      sequences = genlm_smc_run_sync (self->smc, NULL, &error);
    }
  if (sequences == NULL)
    g_error ("%s", error->message);
  self->n_tokens = genlm_sequences_get_n_tokens (sequences);
}

/* As many draws and contexts, by hand. */
static void
run_plain (gpointer data)
{
  Case *self = data;

  for (guint i = 0; i < self->particles; i++)
    {
      g_autoptr (GenlmContext) context = genlm_context_new ();

      for (guint step = 0; step < MAX_TOKENS; step++)
        {
          g_autoptr (GenlmRandom) random = genlm_random_new (1, i, step);
          GenlmContext *longer;
          guint32 token;

          genlm_weights_sample (self->weights, genlm_random_uniform (random, 0, 0), &token, NULL);
          longer = genlm_context_append (context, token);
          genlm_context_unref (context);
          context = longer;
        }
    }
  self->n_tokens = (guint64) self->particles * MAX_TOKENS;
}

/* The times of a particle-step: every run has as many. */
static BenchTiming
measure (BenchBody body,
         Case     *self,
         guint     repetitions)
{
  BenchTiming timing = bench_measure (BENCH_CLOCK_THREAD, body, self, 1, repetitions);
  double *const times[] = { &timing.least, &timing.median, &timing.spread, &timing.p99, &timing.max };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    *times[i] /= (double) self->n_tokens;
  return timing;
}

static void
report (const char   *name,
        GenlmSampler *sampler,
        GenlmWeights *weights,
        guint         particles,
        gboolean      is_async,
        guint         repetitions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmSmc) smc = genlm_smc_new (sampler, NULL, &error);
  Case self = { smc, weights, particles, is_async, 0 };
  g_autofree char *title = g_strdup_printf ("smc over %s, %s", name, is_async ? "asynchronous" : "synchronous");
  BenchTiming ours;
  BenchTiming plain;

  if (smc == NULL)
    g_error ("%s", error->message);
  g_object_set (smc, "particles", particles, "max-tokens", MAX_TOKENS,
                "seed", G_GUINT64_CONSTANT (1), NULL);
  ours = measure (run_smc, &self, repetitions);
  plain = measure (run_plain, &self, repetitions);
  bench_line_begin (title, NULL);
  bench_line_count ("vocabulary", VOCABULARY);
  bench_line_count ("batch", particles);
  bench_line_count ("length", MAX_TOKENS);
  bench_line_timing (&ours, "us per particle-step");
  bench_line_baseline ("plain loop of draw and append", plain.median, ours.median);
  bench_line_end ();
}

/* A spread distribution without an end, so that all particles live to the last
 * step. */
static GenlmWeights *
make_weights (void)
{
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (VOCABULARY + 1, &values);

  for (guint i = 0; i < VOCABULARY; i++)
    values[i] = -3.0 - 0.05 * i;
  values[VOCABULARY] = -60.0;
  return weights;
}

int
main (int   argc,
      char *argv[])
{
  static const guint sizes[] = { 8, 64, 1000 };
  gboolean full = argc > 1 && strcmp (argv[1], "--full") == 0;
  g_autoptr (GenlmVocab) vocab = bench_vocab_new (VOCABULARY);
  g_autoptr (GenlmWeights) weights = make_weights ();
  g_autoptr (GenlmTokenSet) all = genlm_token_set_new_full (VOCABULARY + 1);
  g_autoptr (GenlmPotential) model = bench_model_new (vocab, weights);
  g_autoptr (GenlmPotential) condition = bench_condition_new (vocab, all);
  g_autoptr (GenlmSampler) direct = g_object_new (GENLM_TYPE_DIRECT, "potential", model, NULL);
  g_autoptr (GenlmSampler) awrs = g_object_new (GENLM_TYPE_AWRS, "potential", model,
                                                "condition", condition, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int is_async = 0; is_async <= 1; is_async++)
      {
        guint repetitions = (full ? 100000 : 4000) / (sizes[i] + 50);

        report ("direct", direct, weights, sizes[i], is_async, repetitions);
        report ("awrs", awrs, weights, sizes[i], is_async, repetitions);
      }
  return 0;
}
