/* test-order.c: draws without replacement, over many blocks */

#include <genlm.h>

#include "genlm-order-private.h"

#include <math.h>
#include <string.h>

#define N 9001

static GenlmWeights *
make_weights (void)
{
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (N, &values);

  for (guint32 i = 0; i < N; i++)
    values[i] = i % 17 == 3 ? -INFINITY : -0.001 * (i * 7919u % N);
  return weights;
}

static double
sum_left (GenlmWeights     *weights,
          const GenlmOrder *order)
{
  double sum = 0.0;

  for (guint32 i = 0; i < N; i++)
    if (!genlm_order_is_taken (order, i))
      sum += exp (genlm_weights_get (weights, i));
  return sum;
}

/* The token of which a plain walk over what is left says the same. Rounding at
 * the border of two tokens is allowed for. */
static void
assert_picked (GenlmWeights     *weights,
               const GenlmOrder *order,
               double            uniform,
               guint32           token)
{
  double target = uniform * sum_left (weights, order);
  double below = 0.0;

  for (guint32 i = 0; i < token; i++)
    if (!genlm_order_is_taken (order, i))
      below += exp (genlm_weights_get (weights, i));
  g_assert_cmpfloat (below, <=, target + 1e-9);
  g_assert_cmpfloat (below + exp (genlm_weights_get (weights, token)), >=, target - 1e-9);
}

/* Against a plain walk over what is left, pick after pick. */
static void
test_picks (void)
{
  g_autoptr (GenlmWeights) weights = make_weights ();
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  g_autoptr (GenlmRandom) random = genlm_random_new (5, 0, 0);
  GenlmOrder order;

  g_assert_cmpfloat_with_epsilon (mass->log_total, genlm_weights_logsumexp (weights), 1e-12);
  genlm_order_init (&order);
  genlm_order_start (&order, mass);
  for (guint32 i = 0; i < 300; i++)
    {
      double uniform = genlm_random_uniform (random, 0, i);
      guint32 token = genlm_order_pick (&order, uniform);

      g_assert_true (isfinite (genlm_weights_get (weights, token)));
      g_assert_false (genlm_order_is_taken (&order, token));
      assert_picked (weights, &order, uniform, token);
      g_assert_cmpfloat_with_epsilon (genlm_order_log_remaining (&order),
                                      log (sum_left (weights, &order)), 1e-11);
      genlm_order_take (&order, token);
    }
  genlm_order_clear (&order);
}

/* Nothing zero is drawn, nothing twice, and everything once. */
static void
test_all (void)
{
  g_autoptr (GenlmWeights) weights = make_weights ();
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  g_autoptr (GenlmRandom) random = genlm_random_new (6, 0, 0);
  g_autofree gboolean *seen = g_new0 (gboolean, N);
  guint32 n = 0;
  GenlmOrder order;

  genlm_order_init (&order);
  genlm_order_start (&order, mass);
  while (!genlm_order_is_exhausted (&order))
    {
      guint32 token = genlm_order_pick (&order, genlm_random_uniform (random, 0, n));

      g_assert_false (seen[token]);
      g_assert_true (isfinite (genlm_weights_get (weights, token)));
      seen[token] = TRUE;
      genlm_order_take (&order, token);
      n++;
    }
  g_assert_cmpuint (n, ==, genlm_mass_count_possible (mass));
  genlm_order_clear (&order);
}

/* What is put back is as if it had never been taken, to the last bit. */
static void
test_untake (void)
{
  g_autoptr (GenlmWeights) weights = make_weights ();
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  g_autoptr (GenlmRandom) random = genlm_random_new (7, 0, 0);
  GenlmOrder orders[2];

  for (int k = 0; k < 2; k++)
    {
      genlm_order_init (&orders[k]);
      genlm_order_start (&orders[k], mass);
    }

  for (guint32 i = 0; i < 200; i++)
    {
      guint32 token = genlm_order_pick (&orders[0], genlm_random_uniform (random, 0, i));

      g_assert_cmpuint (genlm_order_pick (&orders[1], genlm_random_uniform (random, 0, i)), ==, token);
      g_assert_true (orders[0].total == orders[1].total);

      for (guint32 ahead = 0; ahead < i % 7; ahead++)
        genlm_order_take (&orders[1], genlm_order_pick (&orders[1], genlm_random_uniform (random, 1, ahead)));
      genlm_order_untake (&orders[1], i);
      genlm_order_take (&orders[0], token);
      genlm_order_take (&orders[1], token);
    }
  genlm_order_clear (&orders[0]);
  genlm_order_clear (&orders[1]);
}

/* Weights of which each level is invisible beside the one above. */
static void
test_rescale (void)
{
  static const double values[] = { -2000.0, 0.0, -900.0, -INFINITY, -2001.0 };
  static const guint32 expected[] = { 1, 2 };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (values, G_N_ELEMENTS (values));
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  GenlmOrder order;

  genlm_order_init (&order);
  genlm_order_start (&order, mass);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_false (genlm_order_is_exhausted (&order));
      g_assert_cmpuint (genlm_order_pick (&order, 0.7), ==, expected[i]);
      g_assert_cmpfloat (genlm_order_log_remaining (&order), ==, values[expected[i]]);
      genlm_order_take (&order, expected[i]);
    }

  g_assert_false (genlm_order_is_exhausted (&order));
  g_assert_cmpfloat_with_epsilon (genlm_order_log_remaining (&order), -2000.0 + log1p (exp (-1.0)), 1e-12);
  g_assert_cmpuint (genlm_order_pick (&order, 0.1), ==, 0);
  g_assert_cmpuint (genlm_order_pick (&order, 0.9), ==, 4);
  genlm_order_take (&order, 0);

  /* Back across the scales. */
  genlm_order_untake (&order, 1);
  g_assert_false (genlm_order_is_exhausted (&order));
  g_assert_cmpuint (genlm_order_pick (&order, 0.7), ==, 2);
  genlm_order_untake (&order, 0);
  g_assert_cmpuint (genlm_order_pick (&order, 0.7), ==, 1);
  genlm_order_clear (&order);
}

/* A part of a mass: its sums and draws keep to the mask, also where all of it is
 * invisible beside what is masked out. */
static void
test_masked (void)
{
  g_autoptr (GenlmWeights) weights = make_weights ();
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  static const guint32 tokens[] = { 0, 63, 64, 255, 256, 5000, N - 1 };
  static const double light[] = { 0.0, -800.0, -801.0 };
  static const guint32 light_tokens[] = { 1, 2 };
  g_autoptr (GenlmTokenSet) set = genlm_token_set_new_for_tokens (N, tokens, G_N_ELEMENTS (tokens));
  g_autoptr (GenlmTokenSet) nothing = genlm_token_set_new_for_tokens (N, NULL, 0);
  g_autoptr (GenlmMass) masked = genlm_mass_new_masked (mass, set);
  g_autoptr (GenlmMass) empty = genlm_mass_new_masked (mass, nothing);
  g_autoptr (GenlmWeights) light_weights = genlm_weights_new (light, 3);
  g_autoptr (GenlmMass) light_mass = genlm_mass_new (light_weights);
  g_autoptr (GenlmTokenSet) light_set = genlm_token_set_new_for_tokens (3, light_tokens, 2);
  g_autoptr (GenlmMass) light_masked = genlm_mass_new_masked (light_mass, light_set);
  double sum = 0.0;

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    sum += exp (genlm_weights_get (weights, tokens[i]));
  g_assert_cmpfloat_with_epsilon (masked->log_total, log (sum), 1e-12);
  for (double u = 0.01; u < 1.0; u += 0.01)
    g_assert_true (genlm_token_set_contains (set, genlm_mass_draw (masked, u)));
  g_assert_cmpuint (genlm_mass_count_possible (masked), ==, G_N_ELEMENTS (tokens));
  g_assert_true (genlm_mass_is_empty (empty));

  g_assert_cmpfloat_with_epsilon (light_masked->log_total, -800.0 + log1p (exp (-1.0)), 1e-12);
  g_assert_cmpuint (genlm_mass_draw (light_masked, 0.1), ==, 1);
  g_assert_cmpuint (genlm_mass_draw (light_masked, 0.9), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/order/picks", test_picks);
  g_test_add_func ("/order/all", test_all);
  g_test_add_func ("/order/untake", test_untake);
  g_test_add_func ("/order/rescale", test_rescale);
  g_test_add_func ("/order/masked", test_masked);

  return g_test_run ();
}
