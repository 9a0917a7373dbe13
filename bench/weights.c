/* Draws and sums over vectors of vocabulary size, beside the plain C loop with
 * libm's exp() that anybody would write first. */

#include <genlm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Runs under one reading of the clock, which counts microseconds. */
#define RUNS 8

typedef struct
{
  GenlmWeights *weights;
  double        uniform;
  double        sink;
} Case;

typedef void (*Body) (Case *);

typedef struct
{
  double median;
  double spread;
} Timing;

static void
run_sample (Case *self)
{
  guint32 token;

  genlm_weights_sample (self->weights, self->uniform, &token, NULL);
  self->sink += token;
}

static void
run_logsumexp (Case *self)
{
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
run_plain_logsumexp (Case *self)
{
  double max, sum = plain_max_and_sum (genlm_weights_peek (self->weights),
                                       genlm_weights_get_size (self->weights), &max);

  self->sink += max + log (sum);
}

static void
run_plain_sample (Case *self)
{
  const double *values = genlm_weights_peek (self->weights);
  gsize n = genlm_weights_get_size (self->weights);
  double max, sum = plain_max_and_sum (values, n, &max);
  double rest = self->uniform * sum;
  gsize i;

  for (i = 0; i + 1 < n; i++)
    {
      rest -= exp (values[i] - max);
      if (rest < 0.0)
        break;
    }
  self->sink += i;
}

static int
compare_times (const void *a,
               const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/* The median time in microseconds, and the distance between the quartiles. */
static Timing
measure (Case *self,
         Body  body,
         guint repetitions)
{
  g_autofree double *times = g_new (double, repetitions);
  g_autoptr (GTimer) timer = g_timer_new ();
  Timing timing;

  body (self);
  for (guint i = 0; i < repetitions; i++)
    {
      g_timer_start (timer);
      for (guint run = 0; run < RUNS; run++)
        {
          self->uniform = (run + (i + 0.5) / repetitions) / RUNS;
          body (self);
        }
      times[i] = 1e6 * g_timer_elapsed (timer, NULL) / RUNS;
    }

  qsort (times, repetitions, sizeof (double), compare_times);
  timing.median = times[repetitions / 2];
  timing.spread = times[repetitions * 3 / 4] - times[repetitions / 4];
  return timing;
}

static void
report (const char *name,
        Case       *self,
        Body        body,
        Body        plain,
        guint       repetitions)
{
  Timing ours = measure (self, body, repetitions);
  Timing base = measure (self, plain, repetitions);

  printf ("{\"name\": \"%s\", \"vocabulary\": %" G_GSIZE_FORMAT ", \"batch\": 1, \"unit\": \"us\", "
          "\"median\": %.2f, \"spread\": %.2f, \"baseline\": \"plain loop with libm exp\", "
          "\"baseline_median\": %.2f, \"ratio\": %.3f, \"repetitions\": %u, \"version\": \"%d.%d.%d\"}\n",
          name, genlm_weights_get_size (self->weights), ours.median, ours.spread,
          base.median, ours.median / base.median, repetitions,
          GENLM_MAJOR_VERSION, GENLM_MINOR_VERSION, GENLM_MICRO_VERSION);
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
