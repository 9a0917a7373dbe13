/* test-resampling.c: the four ways to draw particles anew */

#include <genlm.h>

#include "genlm-resampling-private.h"

#include <math.h>

#define MAX_N 8

typedef struct
{
  GenlmResampling method;
  gsize           n;
  double          weights[MAX_N];
  double          uniforms[MAX_N];
  guint32         ancestors[MAX_N];
} Row;

/* Golden 11 and 10.5. */
static void
test_golden (void)
{
  static const Row rows[] = {
    { GENLM_RESAMPLING_SYSTEMATIC, 5, { .4, .3, .2, .05, .05 }, { .05 }, { 0, 0, 1, 1, 2 } },
    { GENLM_RESAMPLING_SYSTEMATIC, 5, { .4, .3, .2, .05, .05 }, { .6 }, { 0, 0, 1, 2, 3 } },
    { GENLM_RESAMPLING_SYSTEMATIC, 5, { .4, .3, .2, .05, .05 }, { .99 }, { 0, 0, 1, 2, 4 } },
    { GENLM_RESAMPLING_STRATIFIED, 5, { .4, .3, .2, .05, .05 }, { .88, .1, .55, .3, .72 }, { 0, 0, 1, 1, 3 } },
    { GENLM_RESAMPLING_RESIDUAL, 5, { .4, .3, .2, .05, .05 }, { .88, .1, .55, .3, .72 }, { 0, 0, 1, 2, 4 } },
    { GENLM_RESAMPLING_MULTINOMIAL, 5, { .4, .3, .2, .05, .05 }, { .88, .1, .55, .3, .72 }, { 2, 0, 1, 0, 2 } },
    { GENLM_RESAMPLING_SYSTEMATIC, 4, { .5, 0, .5, 0 }, { .3 }, { 0, 0, 2, 2 } },
    { GENLM_RESAMPLING_RESIDUAL, 4, { .5, 0, .5, 0 }, { .9, .1, .5, .7 }, { 0, 0, 2, 2 } },
    { GENLM_RESAMPLING_RESIDUAL, 4, { .5, 0, .5, 0 }, { 0, 0, 0, 0 }, { 0, 0, 2, 2 } },
    { GENLM_RESAMPLING_STRATIFIED, 4, { .1, .2, .3, .4 }, { .5, .5, .5, .5 }, { 1, 2, 3, 3 } },
    { GENLM_RESAMPLING_SYSTEMATIC, 2, { .2, .8 }, { .5 }, { 1, 1 } },
  };

  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      guint32 ancestors[MAX_N];

      genlm_resampling_draw (rows[r].method, rows[r].weights, rows[r].n, rows[r].uniforms, ancestors);
      g_assert_cmpmem (ancestors, rows[r].n * sizeof (guint32),
                       rows[r].ancestors, rows[r].n * sizeof (guint32));
    }
}

static void
test_equal_weights (void)
{
  const double weights[] = { 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0 };

  for (double u = 0.0; u < 1.0; u += 1.0 / 64.0)
    {
      const double uniforms[] = { u, u, u };

      for (int method = GENLM_RESAMPLING_SYSTEMATIC; method <= GENLM_RESAMPLING_RESIDUAL; method++)
        {
          guint32 ancestors[3];

          genlm_resampling_draw (method, weights, 3, uniforms, ancestors);
          for (guint32 i = 0; i < 3; i++)
            g_assert_cmpuint (ancestors[i], ==, i);
        }
    }
}

/* Weights whose sums do not come out even, and zeros at every place where
 * rounding could let one in. */
static void
test_zero_never (void)
{
  static const double weights[] = { 0.0, 0.1, 0.0, 0.2, 0.3, 0.1, 0.3, 0.0 };
  static const double edges[] = { 0.0, 0x1p-53, 0.5, 1.0 - 0x1p-53 };

  for (int method = GENLM_RESAMPLING_SYSTEMATIC; method <= GENLM_RESAMPLING_MULTINOMIAL; method++)
    for (gsize e = 0; e < G_N_ELEMENTS (edges); e++)
      {
        double uniforms[MAX_N];
        guint32 ancestors[MAX_N];

        for (int i = 0; i < MAX_N; i++)
          uniforms[i] = edges[e];
        genlm_resampling_draw (method, weights, MAX_N, uniforms, ancestors);
        for (int i = 0; i < MAX_N; i++)
          {
            g_assert_cmpuint (ancestors[i], <, MAX_N);
            g_assert_cmpfloat (weights[ancestors[i]], >, 0.0);
          }
      }
}

/* The mean number of copies is n w, and each method keeps its promise about how
 * far a number of copies may be off. 20,000 draws of a count whose variance is
 * below 1.3: the standard error is below 0.0081, and 0.05 is over six of them, so
 * with 32 comparisons a false alarm has probability below 1e-7. */
static void
test_counts (void)
{
  static const double weights[] = { 0.02, 0.05, 0.08, 0.1, 0.13, 0.15, 0.17, 0.3 };
  g_autoptr (GenlmRandom) random = genlm_random_new (11, 0, 0);
  guint32 n_draws = 20000;
  guint32 counter = 0;

  for (int method = GENLM_RESAMPLING_SYSTEMATIC; method <= GENLM_RESAMPLING_MULTINOMIAL; method++)
    {
      double means[MAX_N] = { 0.0 };

      for (guint32 draw = 0; draw < n_draws; draw++)
        {
          double uniforms[MAX_N];
          guint32 ancestors[MAX_N];
          int counts[MAX_N] = { 0 };

          for (int i = 0; i < MAX_N; i++)
            uniforms[i] = genlm_random_uniform (random, 0, counter++);
          genlm_resampling_draw (method, weights, MAX_N, uniforms, ancestors);
          for (int i = 0; i < MAX_N; i++)
            counts[ancestors[i]]++;

          for (int i = 0; i < MAX_N; i++)
            {
              double share = MAX_N * weights[i];

              means[i] += (double) counts[i] / n_draws;
              if (method == GENLM_RESAMPLING_SYSTEMATIC)
                g_assert_true (counts[i] == floor (share) || counts[i] == ceil (share));
              if (method == GENLM_RESAMPLING_STRATIFIED)
                g_assert_true (weights[i] < 2.0 / MAX_N || counts[i] >= 1);
              if (method == GENLM_RESAMPLING_RESIDUAL)
                g_assert_cmpint (counts[i], >=, (int) floor (share));
            }
        }

      for (int i = 0; i < MAX_N; i++)
        g_assert_cmpfloat_with_epsilon (means[i], MAX_N * weights[i], 0.05);
    }
}

static void
test_one (void)
{
  const double weight = 1.0;
  const double uniform = 0.999;

  for (int method = GENLM_RESAMPLING_SYSTEMATIC; method <= GENLM_RESAMPLING_MULTINOMIAL; method++)
    {
      guint32 ancestor = 7;

      genlm_resampling_draw (method, &weight, 1, &uniform, &ancestor);
      g_assert_cmpuint (ancestor, ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resampling/golden", test_golden);
  g_test_add_func ("/resampling/equal-weights", test_equal_weights);
  g_test_add_func ("/resampling/zero-never", test_zero_never);
  g_test_add_func ("/resampling/counts", test_counts);
  g_test_add_func ("/resampling/one", test_one);

  return g_test_run ();
}
