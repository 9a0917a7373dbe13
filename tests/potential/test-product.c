#include "test-potential.h"

#include <math.h>
#include <string.h>

static void
test_values (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) a = test_potential_new (traits[i]);
      g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmPotential) product = genlm_potential_multiply (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), &error);
      g_autoptr (GenlmContext) context = test_context ("ab");
      g_autoptr (GenlmBatch) batch = test_batch ("a", "xa", NULL);
      g_autoptr (GenlmScores) sync = NULL;
      g_autoptr (GenlmScores) async = NULL;
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GenlmWeights) async_weights = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GAsyncResult) weights_result = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (genlm_potential_get_traits (product), ==, traits[i] & (GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE));
      g_assert_cmpfloat (genlm_potential_prefix_sync (product, context, NULL, &error), ==, -1);
      g_assert_cmpfloat (genlm_potential_complete_sync (product, context, NULL, &error), ==, -4);
      g_assert_no_error (error);

      sync = genlm_potential_batch_prefix_sync (product, batch, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (genlm_scores_get (sync, 0), ==, -0.5);
      g_assert_true (genlm_scores_get (sync, 1) == -INFINITY);
      genlm_potential_batch_prefix (product, batch, NULL, test_take_result, &result);
      async = genlm_potential_batch_prefix_finish (product, test_wait_for_result (&result), &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (genlm_scores_get (async, 0), ==, -0.5);
      g_assert_true (genlm_scores_get (async, 1) == -INFINITY);

      weights = genlm_potential_logw_next_sync (product, context, NULL, &error);
      g_assert_no_error (error);
      genlm_potential_logw_next (product, context, NULL, test_take_result, &weights_result);
      async_weights = genlm_potential_logw_next_finish (product, test_wait_for_result (&weights_result), &error);
      g_assert_no_error (error);
      for (guint k = 0; k < 257; k++)
        {
          double wanted = k == 'x' ? -INFINITY : k == 256 ? -3 : -0.5;

          g_assert_true (genlm_weights_get (weights, k) == wanted);
          g_assert_true (genlm_weights_get (async_weights, k) == wanted);
        }
    }
}

/* The second factor is not asked about what the first one rules out. */
static void
test_short_cut (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmProduct) product = genlm_product_new (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), NULL);
  g_autoptr (GenlmContext) zero = test_context ("x");
  g_autoptr (GenlmContext) other = test_context ("a");
  g_autoptr (GError) error = NULL;

  b->fault = TEST_FAULT_ERROR;
  g_assert_true (genlm_potential_prefix_sync (GENLM_POTENTIAL (product), zero, NULL, &error) == -INFINITY);
  g_assert_no_error (error);
  g_assert_true (isnan (genlm_potential_prefix_sync (GENLM_POTENTIAL (product), other, NULL, &error)));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
}

static void
test_errors (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_NONE);
  g_autoptr (GenlmPotential) product =
    (GenlmPotential *) genlm_product_new (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), NULL);
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);
  TestPotential *sides[2] = { a, b };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sides[i]->fault = TEST_FAULT_NAN;
      g_assert_null (genlm_potential_batch_prefix_sync (product, batch, NULL, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
      g_clear_error (&error);
      genlm_potential_batch_prefix (product, batch, NULL, test_take_result, &result);
      g_assert_null (genlm_potential_batch_prefix_finish (product, test_wait_for_result (&result), &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
      sides[i]->fault = TEST_FAULT_NONE;
    }
}

static void
test_cancel (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmPotential) product =
    (GenlmPotential *) genlm_product_new (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  b->own_evaluate = TRUE;
  b->fault = TEST_FAULT_NEVER;
  genlm_potential_batch_prefix (product, batch, cancellable, test_take_result, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (genlm_potential_batch_prefix_finish (product, test_wait_for_result (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  test_potential_forget (b);
}

/* A side that drops its request does not leave the product waiting. */
static void
test_dropped (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmPotential) product =
    (GenlmPotential *) genlm_product_new (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), NULL);
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);
  TestPotential *sides[2] = { a, b };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sides[i]->own_evaluate = TRUE;
      sides[i]->fault = TEST_FAULT_DROP;
      genlm_potential_batch_prefix (product, batch, NULL, test_take_result, &result);
      g_assert_null (genlm_potential_batch_prefix_finish (product, test_wait_for_result (&result), &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
      sides[i]->fault = TEST_FAULT_NONE;
    }
}

static void
test_vocab_mismatch (void)
{
  g_autoptr (TestPotential) bytes = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "c", NULL);
  g_autoptr (GenlmVocab) other_vocab = test_vocab ("ab", "d", NULL);
  g_autoptr (TestPotential) tokens = g_object_new (TEST_TYPE_POTENTIAL, "vocab", vocab, NULL);
  g_autoptr (TestPotential) others = g_object_new (TEST_TYPE_POTENTIAL, "vocab", other_vocab, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_product_new (GENLM_POTENTIAL (bytes), GENLM_POTENTIAL (tokens), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_assert_nonnull (strstr (error->message, "bytes"));
  g_assert_nonnull (strstr (error->message, "2 tokens"));
  g_assert_nonnull (strstr (error->message, "coerce"));
  g_clear_error (&error);
  g_assert_null (genlm_product_new (GENLM_POTENTIAL (tokens), GENLM_POTENTIAL (others), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
}

/* What both have, in the order of the first. */
static void
test_intersect (void)
{
  g_autoptr (GenlmVocab) first_vocab = test_vocab ("ab", "c", "d", "c", "x", NULL);
  g_autoptr (GenlmVocab) second_vocab = test_vocab ("e", "c", "ab", NULL);
  g_autoptr (TestPotential) first = g_object_new (TEST_TYPE_POTENTIAL, "vocab", first_vocab, NULL);
  g_autoptr (TestPotential) second = g_object_new (TEST_TYPE_POTENTIAL, "vocab", second_vocab, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) product =
    g_initable_new (GENLM_TYPE_PRODUCT, NULL, &error, "first", first, "second", second, "intersect", TRUE, NULL);
  g_autoptr (GenlmVocab) wanted = test_vocab ("ab", "c", "c", NULL);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 0, 1 }, 2);
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GenlmWeights) async_weights = NULL;

  g_assert_no_error (error);
  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (product), wanted));
  g_assert_cmpfloat (genlm_potential_prefix_sync (product, context, NULL, &error), ==, -1);
  g_assert_cmpfloat (genlm_potential_complete_sync (product, context, NULL, &error), ==, -4);
  weights = genlm_potential_logw_next_sync (product, context, NULL, &error);
  g_assert_no_error (error);
  genlm_potential_logw_next (product, context, NULL, test_take_result, &result);
  async_weights = genlm_potential_logw_next_finish (product, test_wait_for_result (&result), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpfloat (genlm_weights_get (weights, i), ==, i == 3 ? -3 : -0.5);
      g_assert_cmpfloat (genlm_weights_get (async_weights, i), ==, i == 3 ? -3 : -0.5);
    }
}

/* Eleven tokens and one of them: less than a tenth; ten and one: not less. */
static void
test_small_overlap (void)
{
  g_autoptr (GenlmVocab) one = test_vocab ("a", NULL);
  g_autoptr (GenlmVocab) ten = test_vocab ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL);
  g_autoptr (GenlmVocab) eleven = test_vocab ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", NULL);
  g_autoptr (GenlmVocab) none = test_vocab ("z", NULL);
  GenlmVocab *vocabs[] = { ten, eleven, none };
  g_autoptr (TestPotential) second = g_object_new (TEST_TYPE_POTENTIAL, "vocab", one, NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TestPotential) first = g_object_new (TEST_TYPE_POTENTIAL, "vocab", vocabs[i], NULL);
      g_autoptr (GenlmPotential) product = NULL;
      g_autoptr (GError) error = NULL;

      if (i == 1)
        g_test_expect_message ("Genlm-Potential", G_LOG_LEVEL_MESSAGE, "*11 and 1 tokens share only 1*");
      product = g_initable_new (GENLM_TYPE_PRODUCT, NULL, &error,
                                "first", first, "second", second, "intersect", TRUE, NULL);
      if (i == 1)
        g_test_assert_expected_messages ();
      if (i == 2)
        g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
      else
        g_assert_no_error (error);
    }
}

static void
test_incomplete (void)
{
  g_autoptr (GenlmProduct) product = g_object_new (GENLM_TYPE_PRODUCT, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (g_initable_init (G_INITABLE (product), NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
}

/* A vocabulary alone makes no product. */
static void
test_not_initialised (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmPotential) product = g_object_new (GENLM_TYPE_PRODUCT, "first", a, "second", a,
                                                     "vocab", genlm_vocab_bytes (), NULL);
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (product, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
}

/* Both sides are coerced, each in its own way. */
static void
test_coerce (void)
{
  g_autoptr (TestPotential) a = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (TestPotential) b = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmPotential) product =
    (GenlmPotential *) genlm_product_new (GENLM_POTENTIAL (a), GENLM_POTENTIAL (b), NULL);
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "c", NULL);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (product, vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 0, 1 }, 2);

  g_assert_true (GENLM_IS_PRODUCT (coerced));
  g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, context, NULL, NULL), ==, -1.5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/product/values", test_values);
  g_test_add_func ("/product/short-cut", test_short_cut);
  g_test_add_func ("/product/errors", test_errors);
  g_test_add_func ("/product/cancel", test_cancel);
  g_test_add_func ("/product/dropped", test_dropped);
  g_test_add_func ("/product/vocab-mismatch", test_vocab_mismatch);
  g_test_add_func ("/product/intersect", test_intersect);
  g_test_add_func ("/product/small-overlap", test_small_overlap);
  g_test_add_func ("/product/incomplete", test_incomplete);
  g_test_add_func ("/product/not-initialised", test_not_initialised);
  g_test_add_func ("/product/coerce", test_coerce);
  return g_test_run ();
}
