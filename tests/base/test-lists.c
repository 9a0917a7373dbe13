#include "genlm.h"

#include <math.h>

static void
expect_out_of_range (void)
{
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*index*");
}

static void
test_batch (void)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmBatch) sized = genlm_batch_new_sized (2);
  g_autoptr (GenlmContext) context = genlm_context_new ();

  g_assert_cmpuint (genlm_batch_get_size (batch), ==, 0);
  g_assert_cmpuint (genlm_batch_get_size (sized), ==, 0);
  for (gsize i = 0; i < 3; i++)
    genlm_batch_append (sized, context);
  g_assert_cmpuint (genlm_batch_get_size (sized), ==, 3);
  g_assert_true (genlm_batch_get (sized, 2) == context);

  expect_out_of_range ();
  g_assert_null (genlm_batch_get (sized, 3));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*context*");
  genlm_batch_append (sized, NULL);
  g_test_assert_expected_messages ();
}

static void
test_weights_list (void)
{
  const double value = 1.0;
  g_autoptr (GenlmWeightsList) list = genlm_weights_list_new ();
  GenlmWeights *weights = genlm_weights_new (&value, 1);

  genlm_weights_list_append (list, weights);
  genlm_weights_unref (weights);
  g_assert_cmpuint (genlm_weights_list_get_size (list), ==, 1);
  g_assert_cmpfloat (genlm_weights_get (genlm_weights_list_get (list, 0), 0), ==, 1.0);

  expect_out_of_range ();
  g_assert_null (genlm_weights_list_get (list, 1));
  g_test_assert_expected_messages ();
}

static void
test_token_set_list (void)
{
  g_autoptr (GenlmTokenSetList) list = genlm_token_set_list_new ();
  GenlmTokenSet *set = genlm_token_set_new_full (3);

  genlm_token_set_list_append (list, set);
  genlm_token_set_unref (set);
  g_assert_cmpuint (genlm_token_set_list_get_size (list), ==, 1);
  g_assert_cmpuint (genlm_token_set_get_count (genlm_token_set_list_get (list, 0)), ==, 3);

  expect_out_of_range ();
  g_assert_null (genlm_token_set_list_get (list, 1));
  g_test_assert_expected_messages ();
}

static void
test_random_list (void)
{
  g_autoptr (GenlmRandomList) list = genlm_random_list_new ();
  GenlmRandom *random = genlm_random_new (0, 0, 0);

  genlm_random_list_append (list, random);
  genlm_random_unref (random);
  g_assert_cmpuint (genlm_random_list_get_size (list), ==, 1);
  g_assert_cmphex (genlm_random_get_bits (genlm_random_list_get (list, 0), 0, 0), ==,
                   G_GUINT64_CONSTANT (0xe169c58d6627e8d5));

  expect_out_of_range ();
  g_assert_null (genlm_random_list_get (list, 1));
  g_test_assert_expected_messages ();
}

static void
test_scores (void)
{
  const double values[] = { -1.5, -INFINITY };
  g_autoptr (GenlmScores) scores = genlm_scores_new (values, 2);
  g_autoptr (GenlmScores) none = genlm_scores_new (NULL, 0);

  g_assert_cmpuint (genlm_scores_get_size (scores), ==, 2);
  g_assert_cmpuint (genlm_scores_get_size (none), ==, 0);
  g_assert_cmpfloat (genlm_scores_get (scores, 0), ==, -1.5);
  g_assert_cmpmem (genlm_scores_peek (scores), sizeof values, values, sizeof values);

  expect_out_of_range ();
  g_assert_true (genlm_scores_get (scores, 2) == -INFINITY);
  g_test_assert_expected_messages ();
}

static void
test_scores_bytes (void)
{
  const double values[] = { -1.5, -INFINITY };
  g_autoptr (GBytes) good = g_bytes_new (values, sizeof values);
  g_autoptr (GBytes) bad = g_bytes_new (values, sizeof values - 1);
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GError) error = NULL;

  scores = genlm_scores_new_from_bytes (good, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_scores_peek (scores) == g_bytes_get_data (good, NULL));
  g_assert_null (genlm_scores_new_from_bytes (bad, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_draws (void)
{
  g_autoptr (GenlmDraws) draws = genlm_draws_new ();

  genlm_draws_append (draws, 3, -0.5);
  genlm_draws_append_dead (draws, 7, "nothing fits");
  genlm_draws_append_dead (draws, 8, NULL);
  g_assert_cmpuint (genlm_draws_get_size (draws), ==, 3);
  g_assert_cmpuint (genlm_draws_get_token (draws, 0), ==, 3);
  g_assert_cmpfloat (genlm_draws_get_log_weight (draws, 0), ==, -0.5);
  g_assert_null (genlm_draws_get_cause (draws, 0));
  g_assert_cmpuint (genlm_draws_get_token (draws, 1), ==, 7);
  g_assert_true (genlm_draws_get_log_weight (draws, 1) == -INFINITY);
  g_assert_cmpstr (genlm_draws_get_cause (draws, 1), ==, "nothing fits");
  g_assert_null (genlm_draws_get_cause (draws, 2));
}

static void
test_draws_refuses (void)
{
  const double bad[] = { NAN, INFINITY };
  g_autoptr (GenlmDraws) draws = genlm_draws_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*log_weight*");
      genlm_draws_append (draws, 0, bad[i]);
    }
  g_assert_cmpuint (genlm_draws_get_size (draws), ==, 0);
  expect_out_of_range ();
  g_assert_true (genlm_draws_get_log_weight (draws, 0) == -INFINITY);
  g_test_assert_expected_messages ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/lists/batch", test_batch);
  g_test_add_func ("/lists/weights", test_weights_list);
  g_test_add_func ("/lists/token-sets", test_token_set_list);
  g_test_add_func ("/lists/randoms", test_random_list);
  g_test_add_func ("/lists/scores", test_scores);
  g_test_add_func ("/lists/scores-bytes", test_scores_bytes);
  g_test_add_func ("/lists/draws", test_draws);
  g_test_add_func ("/lists/draws-refuses", test_draws_refuses);

  return g_test_run ();
}
