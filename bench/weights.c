/* Draws and sums over vectors of vocabulary size, beside the plain C loop with
 * libm's exp() that anybody would write first. */

#include <genlm.h>

#include <math.h>
#include <string.h>

#include "line.h"

/* Runs under one reading of the clock, which counts microseconds. */
#define RUNS 8

#define GOLDEN_RATIO 0.6180339887498949

typedef struct
{
  GenlmWeights *weights;
  double        uniform;
  double        sink;
} Case;

/* Draws go all over the vector, as those of a sampler do. */
static double
next_uniform (Case *self)
{
  self->uniform += GOLDEN_RATIO;
  if (self->uniform >= 1.0)
    self->uniform -= 1.0;
  return self->uniform;
}

static void
run_sample (gpointer data)
{
  Case *self = data;
  guint32 token;

  genlm_weights_sample (self->weights, next_uniform (self), &token, NULL);
  self->sink += token;
}

static void
run_logsumexp (gpointer data)
{
  Case *self = data;

  self->sink += genlm_weights_logsumexp (self->weights);
}

static double
plain_max_and_sum (const double *values,
                   gsize         n,
                   double       *max)
{
  double sum = 0.0;

  *max = -INFINITY;
  for (gsize i = 0; i < n; i++)
    if (values[i] > *max)
      *max = values[i];
  for (gsize i = 0; i < n; i++)
    sum += exp (values[i] - *max);

  return sum;
}

static void
run_plain_logsumexp (gpointer data)
{
  Case *self = data;
  double max, sum = plain_max_and_sum (genlm_weights_peek (self->weights),
                                       genlm_weights_get_size (self->weights), &max);

  self->sink += max + log (sum);
}

static void
run_plain_sample (gpointer data)
{
  Case *self = data;
  const double *values = genlm_weights_peek (self->weights);
  gsize n = genlm_weights_get_size (self->weights);
  double max, sum = plain_max_and_sum (values, n, &max);
  double rest = next_uniform (self) * sum;
  gsize i;

  for (i = 0; i + 1 < n; i++)
    {
      rest -= exp (values[i] - max);
      if (rest < 0.0)
        break;
    }
  self->sink += i;
}

static void
report (const char *name,
        Case       *self,
        BenchBody   body,
        BenchBody   plain,
        guint       repetitions)
{
  BenchTiming ours = bench_measure (BENCH_CLOCK_WALL, body, self, RUNS, repetitions);
  BenchTiming base = bench_measure (BENCH_CLOCK_WALL, plain, self, RUNS, repetitions);

  bench_line_begin (name, NULL);
  bench_line_count ("vocabulary", genlm_weights_get_size (self->weights));
  bench_line_count ("batch", 1);
  bench_line_timing (&ours, "us");
  bench_line_baseline ("plain loop with libm exp", base.median, ours.median);
  bench_line_end ();
}

static GenlmWeights *
make_weights (gsize n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    values[i] = g_rand_double_range (rand, -25.0, 0.0);

  return weights;
}

int
main (int    argc,
      char **argv)
{
  const gsize sizes[] = { 50001, 128001 };
  const guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 2000 : 60;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GenlmWeights) weights = make_weights (sizes[i]);
      Case self = { weights, 0.5, 0.0 };

      report ("weights-sample", &self, run_sample, run_plain_sample, repetitions);
      report ("weights-logsumexp", &self, run_logsumexp, run_plain_logsumexp, repetitions);
    }

  return 0;
}
