/* What SMC itself costs for each particle and step, with a model and a condition
 * that cost nothing, beside a plain loop that draws and appends. */

#include "free-potential.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

typedef void (*Body) (Case *);

typedef struct
{
  double median;
  double spread;
} Timing;

static void
on_done (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
run_smc (Case *self)
{
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
run_plain (Case *self)
{
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

/* Microseconds that this thread has computed: nothing here waits, and other
 * programs on the machine do not count. */
static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * (double) time.tv_sec + 1e-3 * (double) time.tv_nsec;
}

static int
compare_times (const void *a,
               const void *b)
{
  const double *x = a;
  const double *y = b;

  return (*x > *y) - (*x < *y);
}

/* The median time of a particle-step in microseconds, and the distance between
 * the quartiles. */
static Timing
measure (Case *self,
         Body  body,
         guint repetitions)
{
  g_autofree double *times = g_new (double, repetitions);

  body (self);
  for (guint i = 0; i < repetitions; i++)
    {
      double start = now ();

      body (self);
      times[i] = (now () - start) / (double) self->n_tokens;
    }

  qsort (times, repetitions, sizeof (double), compare_times);
  return (Timing) {
    times[repetitions / 2],
    times[repetitions * 3 / 4] - times[repetitions / 4],
  };
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
  Timing ours;
  Timing plain;

  if (smc == NULL)
    g_error ("%s", error->message);
  g_object_set (smc, "particles", particles, "max-tokens", MAX_TOKENS,
                "seed", G_GUINT64_CONSTANT (1), NULL);
  ours = measure (&self, run_smc, repetitions);
  plain = measure (&self, run_plain, repetitions);
  printf ("{\"name\": \"smc over %s, %s\", \"vocabulary\": %d, \"batch\": %u, \"length\": %d, "
          "\"unit\": \"us per particle-step\", \"median\": %.3f, \"spread\": %.3f, "
          "\"baseline\": \"plain loop of draw and append\", \"baseline_median\": %.3f, \"ratio\": %.3f, "
          "\"repetitions\": %u, \"version\": \"%d.%d.%d\"}\n",
          name, is_async ? "asynchronous" : "synchronous", VOCABULARY, particles, MAX_TOKENS,
          ours.median, ours.spread, plain.median, ours.median / plain.median, repetitions,
          GENLM_MAJOR_VERSION, GENLM_MINOR_VERSION, GENLM_MICRO_VERSION);
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
