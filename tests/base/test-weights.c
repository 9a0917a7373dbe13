#include "genlm.h"
#include "genlm-vec-private.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 1e-12

/* Infinities are compared with g_assert_true(): g_assert_cmpfloat() compares
 * with LDBL_MAX where gcc optimises, which valgrind rounds to infinity. */

static void
assert_close (double have,
              double want,
              double tolerance)
{
  if (isinf (want))
    g_assert_true (have == want);
  else
    g_assert_cmpfloat_with_epsilon (have, want, tolerance);
}

/* Log weights with large and small magnitudes, a fifth of them zero. */
static GenlmWeights *
random_weights (GRand *rand,
                gsize  n)
{
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    {
      double scale = pow (10.0, g_rand_double_range (rand, -3.0, 3.0));

      values[i] = g_rand_int_range (rand, 0, 5) == 0 ? -INFINITY : g_rand_double_range (rand, -scale, scale);
    }

  return weights;
}

static double
reference_logsumexp (GenlmWeights *weights)
{
  long double sum = 0.0L;
  double max = -INFINITY;

  for (gsize i = 0; i < genlm_weights_get_size (weights); i++)
    max = MAX (max, genlm_weights_get (weights, i));
  if (max == -INFINITY)
    return max;
  for (gsize i = 0; i < genlm_weights_get_size (weights); i++)
    sum += expl ((long double) genlm_weights_get (weights, i) - max);

  return (double) (max + logl (sum));
}

static void
test_exp (void)
{
  for (double x = -707.0; x <= 0.0; x += 0.0137)
    {
      long double want = expl (x);

      g_assert_cmpfloat (fabsl (genlm_vec_exp (x) - want), <=, 1e-15L * want);
    }

  g_assert_cmpfloat (genlm_vec_exp (0.0), ==, 1.0);
  g_assert_cmpfloat (genlm_vec_exp (-0.0), ==, 1.0);
  g_assert_cmpfloat (genlm_vec_exp (-DBL_MIN), ==, 1.0);
  g_assert_cmpfloat (genlm_vec_exp (-709.0), ==, 0.0);
  g_assert_cmpfloat (genlm_vec_exp (-1e300), ==, 0.0);
  g_assert_cmpfloat (genlm_vec_exp (-DBL_MAX), ==, 0.0);
  g_assert_cmpfloat (genlm_vec_exp (-INFINITY), ==, 0.0);
  g_assert_cmpfloat (genlm_vec_exp (NAN), ==, 0.0);
}

/* specification, golden numbers, section 5 */
static void
test_golden (void)
{
  const double values[] = { -1.0, -2.0, -INFINITY, 0.5 };
  const double normalized[] = { -1.766367899807, -2.766367899807, -INFINITY, -0.2663678998071 };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (values, G_N_ELEMENTS (values));
  g_autoptr (GenlmWeights) result = genlm_weights_normalize (weights);

  assert_close (genlm_weights_logsumexp (weights), 0.7663678998071, TOLERANCE);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      assert_close (genlm_weights_get (result, i), normalized[i], TOLERANCE);
      g_assert_cmpfloat (genlm_weights_get (weights, i), ==, values[i]);
    }
}

static void
test_all_zero (void)
{
  for (gsize n = 1; n <= 1100; n += 157)
    {
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GenlmWeights) normalized = NULL;
      g_autofree guint32 *top = NULL;
      double *values, total = 0.0;
      guint32 token = 7;
      gsize n_top;

      weights = genlm_weights_new_uninit (n, &values);
      for (gsize i = 0; i < n; i++)
        values[i] = -INFINITY;
      normalized = genlm_weights_normalize (weights);

      g_assert_true (genlm_weights_logsumexp (weights) == -INFINITY);
      g_assert_true (genlm_weights_get (normalized, n - 1) == -INFINITY);
      g_assert_false (genlm_weights_sample (weights, 0.5, &token, &total));
      g_assert_cmpuint (token, ==, n - 1);
      g_assert_true (total == -INFINITY);
      g_assert_cmpint (genlm_weights_find_invalid (weights), ==, -1);
      top = genlm_weights_top_k (weights, 3, &n_top);
      g_assert_cmpuint (n_top, ==, 0);
    }
}

static void
test_one_entry (void)
{
  const double magnitudes[] = { -DBL_MAX, -1e300, -745.0, -1e-300, 0.0, 1e-300, 1e300, DBL_MAX };

  for (gsize i = 0; i < G_N_ELEMENTS (magnitudes); i++)
    {
      g_autoptr (GenlmWeights) weights = genlm_weights_new (&magnitudes[i], 1);
      g_autoptr (GenlmWeights) normalized = genlm_weights_normalize (weights);
      guint32 token = 7;
      double total;

      g_assert_cmpfloat (genlm_weights_logsumexp (weights), ==, magnitudes[i]);
      g_assert_cmpfloat (genlm_weights_get (normalized, 0), ==, 0.0);
      g_assert_true (genlm_weights_sample (weights, 0.999, &token, &total));
      g_assert_cmpuint (token, ==, 0);
      g_assert_cmpfloat (total, ==, magnitudes[i]);
    }
}

static void
test_random_vectors (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int round = 0; round < 300; round++)
    {
      gsize n = (gsize) g_rand_int_range (rand, 1, 3000);
      g_autoptr (GenlmWeights) weights = random_weights (rand, n);
      g_autoptr (GenlmWeights) normalized = genlm_weights_normalize (weights);
      double want = reference_logsumexp (weights);
      guint32 token;
      double total;

      assert_close (genlm_weights_logsumexp (weights), want, TOLERANCE * MAX (1.0, fabs (want)));
      if (genlm_weights_sample (weights, g_rand_double_range (rand, 1e-9, 1.0), &token, &total))
        {
          g_assert_true (genlm_weights_get (weights, token) > -INFINITY);
          assert_close (total, want, TOLERANCE * MAX (1.0, fabs (want)));
          assert_close (genlm_weights_logsumexp (normalized), 0.0, 1e-11);
        }
    }
}

static void
test_logsumexp_infinite (void)
{
  const double values[] = { 0.0, INFINITY, -INFINITY, INFINITY };
  const double with_nan[] = { 0.0, NAN, -INFINITY };

  g_assert_true (genlm_logsumexp (NULL, 0) == -INFINITY);
  g_assert_true (genlm_logsumexp (values, 4) == INFINITY);
  g_assert_cmpfloat (genlm_logsumexp (with_nan, 3), ==, 0.0);
  g_assert_true (genlm_logaddexp (-INFINITY, -INFINITY) == -INFINITY);
  g_assert_cmpfloat (genlm_logaddexp (-INFINITY, -3.0), ==, -3.0);
  g_assert_cmpfloat (genlm_logaddexp (-1e300, 2.0), ==, 2.0);
  g_assert_true (genlm_logaddexp (INFINITY, INFINITY) == INFINITY);
  assert_close (genlm_logaddexp (1.0, 1.0), 1.0 + G_LN2, TOLERANCE);
}

static void
test_add (void)
{
  const double a[] = { 1.0, -INFINITY, 2.0, -INFINITY, -INFINITY, -1e308 };
  const double b[] = { 0.5, 3.0, -INFINITY, -INFINITY, INFINITY, -1e308 };
  const double want[] = { 1.5, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY };
  g_autoptr (GenlmWeights) left = genlm_weights_new (a, G_N_ELEMENTS (a));
  g_autoptr (GenlmWeights) right = genlm_weights_new (b, G_N_ELEMENTS (b));
  g_autoptr (GenlmWeights) sum = genlm_weights_add (left, right);
  g_autoptr (GenlmWeights) swapped = genlm_weights_add (right, left);

  for (gsize i = 0; i < G_N_ELEMENTS (want); i++)
    {
      g_assert_cmpfloat (genlm_weights_get (sum, i), ==, want[i]);
      g_assert_cmpfloat (genlm_weights_get (swapped, i), ==, want[i]);
    }
}

static void
test_mask (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (gsize n = 1; n < 300; n += 7)
    {
      g_autoptr (GenlmWeights) weights = random_weights (rand, n);
      g_autoptr (GenlmTokenSet) set = NULL;
      g_autoptr (GenlmWeights) masked = NULL;
      g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (guint32));

      for (guint32 i = 0; i < n; i++)
        if (g_rand_boolean (rand))
          g_array_append_val (tokens, i);
      set = genlm_token_set_new_for_tokens (n, (guint32 *) (gpointer) tokens->data, tokens->len);
      masked = genlm_weights_mask (weights, set);

      for (guint32 i = 0; i < n; i++)
        g_assert_cmpfloat (genlm_weights_get (masked, i), ==,
                           genlm_token_set_contains (set, i) ? genlm_weights_get (weights, i) : -INFINITY);
    }
}

static void
test_size_mismatch (void)
{
  const double values[] = { 1.0, 2.0, 3.0 };
  g_autoptr (GenlmWeights) three = genlm_weights_new (values, 3);
  g_autoptr (GenlmWeights) two = genlm_weights_new (values, 2);
  g_autoptr (GenlmTokenSet) set = genlm_token_set_new_full (4);

  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_null (genlm_weights_add (three, two));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_null (genlm_weights_mask (three, set));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_true (genlm_weights_get (three, 3) == -INFINITY);
  g_test_assert_expected_messages ();
}

static void
test_top_k (void)
{
  const double values[] = { 1.0, -INFINITY, 3.0, 1.0, -2.0, 3.0 };
  const guint32 want[] = { 2, 5, 0, 3, 4 };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (values, G_N_ELEMENTS (values));

  for (gsize k = 0; k <= 7; k++)
    {
      gsize n;
      g_autofree guint32 *top = genlm_weights_top_k (weights, k, &n);

      g_assert_cmpuint (n, ==, MIN (k, G_N_ELEMENTS (want)));
      for (gsize i = 0; i < n; i++)
        g_assert_cmpuint (top[i], ==, want[i]);
    }
}

static void
test_top_k_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int round = 0; round < 100; round++)
    {
      gsize size = (gsize) g_rand_int_range (rand, 1, 500);
      gsize k = (gsize) g_rand_int_range (rand, 1, 500);
      double *values;
      g_autoptr (GenlmWeights) weights = genlm_weights_new_uninit (size, &values);
      g_autofree guint32 *top = NULL;
      gsize n, n_listed = 0;

      for (gsize i = 0; i < size; i++)
        values[i] = g_rand_int_range (rand, -20, 20);
      top = genlm_weights_top_k (weights, k, &n);
      g_assert_cmpuint (n, ==, MIN (k, size));
      for (gsize i = 1; i < n; i++)
        g_assert_true (values[top[i - 1]] > values[top[i]] ||
                       (values[top[i - 1]] == values[top[i]] && top[i - 1] < top[i]));
      for (guint32 i = 0; i < size; i++)
        if (values[i] > values[top[n - 1]] || (values[i] == values[top[n - 1]] && i <= top[n - 1]))
          n_listed++;
      g_assert_cmpuint (n_listed, ==, n);
    }
}

/* The draw must be the entry at which the exact cumulative sum passes. */
static void
test_sample_inverts (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (int round = 0; round < 200; round++)
    {
      gsize n = (gsize) g_rand_int_range (rand, 1, 5000);
      double uniform = g_rand_double_range (rand, 1e-6, 1.0);
      double *values, max = -INFINITY;
      g_autoptr (GenlmWeights) weights = genlm_weights_new_uninit (n, &values);
      long double total = 0.0L, below = 0.0L, at;
      guint32 token;

      for (gsize i = 0; i < n; i++)
        {
          values[i] = g_rand_double_range (rand, -10.0, 10.0);
          max = MAX (max, values[i]);
        }
      g_assert_true (genlm_weights_sample (weights, uniform, &token, NULL));

      for (gsize i = 0; i < n; i++)
        {
          if (i == token)
            below = total;
          total += expl (values[i] - max);
        }
      at = expl (values[token] - max);
      g_assert_cmpfloat (uniform * total, >=, below - 1e-12L * total);
      g_assert_cmpfloat (uniform * total, <=, below + at + 1e-12L * total);
    }
}

static void
test_sample_extremes (void)
{
  const double below_one = 1.0 - DBL_EPSILON / 2;

  for (gsize n = 1; n < 400000; n = n * 3 + 1)
    {
      double *values;
      g_autoptr (GenlmWeights) weights = genlm_weights_new_uninit (n, &values);
      guint32 token;

      for (gsize i = 0; i < n; i++)
        values[i] = -INFINITY;
      values[n / 2] = -1e300;
      values[n / 3] = -1e300;

      g_assert_true (genlm_weights_sample (weights, DBL_MIN, &token, NULL));
      g_assert_cmpuint (token, ==, n / 3);
      g_assert_true (genlm_weights_sample (weights, below_one, &token, NULL));
      g_assert_cmpuint (token, ==, n / 2);
    }
}

/* 20 categories, 19 degrees of freedom: a right sampler fails with one seed in
 * a million. */
static void
test_sample_frequencies (void)
{
  const double critical = 63.677;
  const guint32 n_draws = 200000;
  double *values, chi_square = 0.0;
  g_autoptr (GenlmWeights) weights = genlm_weights_new_uninit (2000, &values);
  g_autoptr (GenlmRandom) random = genlm_random_new (5, 0, 0);
  guint counts[20] = { 0, };
  double total;

  for (gsize i = 0; i < 2000; i++)
    values[i] = i % 100 == 17 ? -0.1 * (double) (i / 100) : -INFINITY;
  total = genlm_weights_logsumexp (weights);

  for (guint32 draw = 0; draw < n_draws; draw++)
    {
      guint32 token;

      g_assert_true (genlm_weights_sample (weights, genlm_random_uniform (random, 0, draw), &token, NULL));
      g_assert_cmpuint (token % 100, ==, 17);
      counts[token / 100]++;
    }

  for (gsize i = 0; i < 20; i++)
    {
      double want = n_draws * exp (values[100 * i + 17] - total);

      chi_square += (counts[i] - want) * (counts[i] - want) / want;
    }
  g_assert_cmpfloat (chi_square, <, critical);
}

static void
test_sample_refuses (void)
{
  const double values[] = { 0.0, INFINITY, 1.0 };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (values, 3);
  guint32 token = 0;

  g_assert_false (genlm_weights_sample (weights, 0.5, &token, NULL));
  g_assert_cmpuint (token, ==, 2);
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*uniform*");
  g_assert_false (genlm_weights_sample (weights, 1.0, &token, NULL));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*uniform*");
  g_assert_false (genlm_weights_sample (weights, NAN, &token, NULL));
  g_test_assert_expected_messages ();
}

static void
test_find_invalid (void)
{
  const double bad[] = { NAN, -NAN, INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    for (gsize at = 0; at < 40; at += 3)
      {
        double *values;
        g_autoptr (GenlmWeights) weights = genlm_weights_new_uninit (40, &values);

        for (gsize k = 0; k < 40; k++)
          values[k] = k < at ? -INFINITY : 1.0;
        values[at] = bad[i];
        values[39] = NAN;
        g_assert_cmpint (genlm_weights_find_invalid (weights), ==, (gssize) at);
        g_assert_cmpint (genlm_weights_find_invalid (weights), ==, (gssize) at);
      }
}

static void
test_bytes (void)
{
  const double values[] = { 1.0, -INFINITY, 2.0 };
  g_autofree char *raw = g_malloc (sizeof values + 1);
  g_autoptr (GBytes) aligned = g_bytes_new (values, sizeof values);
  g_autoptr (GBytes) shifted = NULL;
  g_autoptr (GenlmWeights) in_place = NULL;
  g_autoptr (GenlmWeights) copied = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (raw + 1, values, sizeof values);
  shifted = g_bytes_new_static (raw + 1, sizeof values);

  in_place = genlm_weights_new_from_bytes (aligned, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_weights_get_bytes (in_place) == aligned);
  g_assert_true (genlm_weights_peek (in_place) == g_bytes_get_data (aligned, NULL));

  copied = genlm_weights_new_from_bytes (shifted, &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((guintptr) genlm_weights_peek (copied) % 64, ==, 0);
  g_assert_cmpmem (genlm_weights_peek (copied), sizeof values, values, sizeof values);
}

static void
test_bytes_refuses (void)
{
  const gsize sizes[] = { 0, 7, 9 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new ("123456789", sizes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (genlm_weights_new_from_bytes (bytes, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

static void
test_logits (void)
{
  const float logits[] = { 1.0f, -2.0f, 0.25f, -INFINITY, 3.0f, 2.5f };
  const guint32 map[] = { 2, 0, G_MAXUINT32, 3, 1 };
  const guint32 eos[] = { 4, 5, 1000 };
  const double temperatures[] = { 1.0, 0.5, 3.0 };

  for (gsize t = 0; t < G_N_ELEMENTS (temperatures); t++)
    {
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GError) error = NULL;
      long double sum = 0.0L;

      for (gsize i = 0; i < G_N_ELEMENTS (logits); i++)
        sum += expl (logits[i] / temperatures[t]);

      weights = genlm_weights_new_from_logits (logits, G_N_ELEMENTS (logits), temperatures[t],
                                               map, G_N_ELEMENTS (map), eos, G_N_ELEMENTS (eos), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (genlm_weights_get_size (weights), ==, 6);
      for (gsize i = 0; i < G_N_ELEMENTS (map); i++)
        assert_close (genlm_weights_get (weights, i),
                      map[i] == G_MAXUINT32 ? -INFINITY
                                            : (double) (logits[map[i]] / temperatures[t] - logl (sum)),
                      TOLERANCE);
      assert_close (genlm_weights_get (weights, 5),
                    (double) logl ((expl (3.0L / temperatures[t]) + expl (2.5L / temperatures[t])) / sum),
                    TOLERANCE);
    }
}

static void
test_logits_edges (void)
{
  const float zero[] = { -INFINITY, -INFINITY };
  const float nan[] = { 0.0f, NAN };
  const float infinite[] = { INFINITY, 0.0f };
  const float far[] = { 0.0f, -3e38f };
  const guint32 eos = 1;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmWeights) cold = NULL;
  g_autoptr (GError) error = NULL;

  weights = genlm_weights_new_from_logits (zero, 2, 1.0, NULL, 2, NULL, 0, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 3; i++)
    g_assert_true (genlm_weights_get (weights, i) == -INFINITY);

  cold = genlm_weights_new_from_logits (far, 2, DBL_MIN, NULL, 1, &eos, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (genlm_weights_get (cold, 0), ==, 0.0);
  g_assert_true (genlm_weights_get (cold, 1) == -INFINITY);

  g_assert_null (genlm_weights_new_from_logits (nan, 2, 1.0, NULL, 2, NULL, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "entry 1"));
  g_clear_error (&error);
  g_assert_null (genlm_weights_new_from_logits (infinite, 2, 1.0, NULL, 2, NULL, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_logits_many (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  g_autofree float *logits = g_new (float, 5003);
  g_autoptr (GenlmWeights) weights = NULL;
  long double sum = 0.0L;

  for (gsize i = 0; i < 5003; i++)
    {
      logits[i] = (float) g_rand_double_range (rand, -30.0, 30.0);
      sum += expl (logits[i] - 30.0L);
    }
  weights = genlm_weights_new_from_logits (logits, 5003, 1.0, NULL, 5003, NULL, 0, NULL);

  for (gsize i = 0; i < 5003; i++)
    assert_close (genlm_weights_get (weights, i), (double) (logits[i] - 30.0L - logl (sum)), TOLERANCE);
  g_assert_true (genlm_weights_get (weights, 5003) == -INFINITY);
}

static void
test_boxed (void)
{
  const double value = 1.0;
  g_autoptr (GenlmWeights) weights = genlm_weights_new (&value, 1);
  GenlmWeights *copy = g_boxed_copy (GENLM_TYPE_WEIGHTS, weights);

  g_assert_true (copy == weights);
  g_boxed_free (GENLM_TYPE_WEIGHTS, copy);
  g_assert_cmpfloat (genlm_weights_get (weights, 0), ==, 1.0);
}

/* Memory is kept for the next vector of the same size, also where much was kept
 * before for vectors of another. */
static void
test_kept (void)
{
#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("AddressSanitizer keeps what was freed out of use");
#else
  const gsize n_values = 70000;
  GBytes *others[80];
  gpointer memory[2];
  gpointer between;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (others); i++)
    others[i] = genlm_vec_alloc (60000 * sizeof (double), &memory[0]);
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    g_bytes_unref (others[i]);
  g_bytes_unref (genlm_vec_alloc (n_values * sizeof (double), &memory[0]));
  between = g_malloc (n_values * sizeof (double));
  g_bytes_unref (genlm_vec_alloc (n_values * sizeof (double), &memory[1]));
  g_assert_true (memory[0] == memory[1]);
  g_free (between);
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/weights/exp", test_exp);
  g_test_add_func ("/weights/golden", test_golden);
  g_test_add_func ("/weights/all-zero", test_all_zero);
  g_test_add_func ("/weights/one-entry", test_one_entry);
  g_test_add_func ("/weights/random-vectors", test_random_vectors);
  g_test_add_func ("/weights/logsumexp-infinite", test_logsumexp_infinite);
  g_test_add_func ("/weights/add", test_add);
  g_test_add_func ("/weights/mask", test_mask);
  g_test_add_func ("/weights/size-mismatch", test_size_mismatch);
  g_test_add_func ("/weights/top-k", test_top_k);
  g_test_add_func ("/weights/top-k-random", test_top_k_random);
  g_test_add_func ("/weights/sample-inverts", test_sample_inverts);
  g_test_add_func ("/weights/sample-extremes", test_sample_extremes);
  g_test_add_func ("/weights/sample-frequencies", test_sample_frequencies);
  g_test_add_func ("/weights/sample-refuses", test_sample_refuses);
  g_test_add_func ("/weights/find-invalid", test_find_invalid);
  g_test_add_func ("/weights/bytes", test_bytes);
  g_test_add_func ("/weights/bytes-refuses", test_bytes_refuses);
  g_test_add_func ("/weights/logits", test_logits);
  g_test_add_func ("/weights/logits-edges", test_logits_edges);
  g_test_add_func ("/weights/logits-many", test_logits_many);
  g_test_add_func ("/weights/boxed", test_boxed);
  g_test_add_func ("/weights/kept", test_kept);

  return g_test_run ();
}
