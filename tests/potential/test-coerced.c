#include "test-potential.h"

#include <math.h>
#include <string.h>

/* Two tokens that spell the same, one of nothing, one with a dead byte inside,
 * and a prefix of another. */
static GenlmVocab *
make_vocab (void)
{
  return test_vocab ("ab", "a", "axc", "ab", "", "abc", NULL);
}

static void
check_weights (GenlmWeights *weights)
{
  g_assert_cmpuint (genlm_weights_get_size (weights), ==, 7);
  g_assert_cmpfloat (genlm_weights_get (weights, 0), ==, -0.5);
  g_assert_cmpfloat (genlm_weights_get (weights, 1), ==, -0.25);
  g_assert_true (genlm_weights_get (weights, 2) == -INFINITY);
  g_assert_cmpfloat (genlm_weights_get (weights, 3), ==, -0.5);
  g_assert_cmpfloat (genlm_weights_get (weights, 4), ==, 0);
  g_assert_cmpfloat (genlm_weights_get (weights, 5), ==, -0.75);
  /* complete(abab) - prefix(abab) */
  g_assert_cmpfloat (genlm_weights_get (weights, 6), ==, -2);
}

static void
test_values (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };
  g_autoptr (GenlmVocab) vocab = make_vocab ();

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, &error);
      g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 0, 4, 3 }, 3);
      g_autoptr (GenlmBatch) batch = genlm_batch_new ();
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GenlmWeightsList) list = NULL;
      g_autoptr (GAsyncResult) result = NULL;

      g_assert_no_error (error);
      g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, context, NULL, &error), ==, -1);
      g_assert_cmpfloat (genlm_potential_complete_sync (coerced, context, NULL, &error), ==, -3);
      weights = genlm_potential_logw_next_sync (coerced, context, NULL, &error);
      g_assert_no_error (error);
      check_weights (weights);

      genlm_batch_append (batch, context);
      genlm_batch_append (batch, context);
      genlm_potential_batch_logw_next (coerced, batch, NULL, test_take_result, &result);
      list = genlm_potential_batch_logw_next_finish (coerced, test_wait_for_result (&result), &error);
      g_assert_no_error (error);
      check_weights (genlm_weights_list_get (list, 0));
      check_weights (genlm_weights_list_get (list, 1));
    }
}

/* What is dead takes its subtree with it: neither axc nor anything under ax is
 * asked a second time, and each shared prefix once. */
static void
test_cost (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (coerced, context, NULL, NULL);

  g_assert_nonnull (weights);
  /* prefix and complete of the context, then a; ab and ax; abc. */
  g_assert_cmpuint (test->n_contexts, ==, 2 + 1 + 2 + 1);
}

static void
test_zero (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 2 }, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_logw_next_sync (coerced, context, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_clear_error (&error);
  genlm_potential_logw_next (coerced, context, NULL, test_take_result, &result);
  g_assert_null (genlm_potential_logw_next_finish (coerced, test_wait_for_result (&result), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
}

/* At each of its questions. */
static void
test_faults (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE };
  g_autoptr (GenlmVocab) vocab = make_vocab ();

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
      g_autoptr (GenlmContext) context = genlm_context_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      test->fault = TEST_FAULT_SHORT;
      g_assert_null (genlm_potential_logw_next_sync (coerced, context, NULL, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
      g_clear_error (&error);
      genlm_potential_logw_next (coerced, context, NULL, test_take_result, &result);
      g_assert_null (genlm_potential_logw_next_finish (coerced, test_wait_for_result (&result), &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
    }
}

static void
test_cancel (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  genlm_potential_logw_next (coerced, context, cancellable, test_take_result, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (genlm_potential_logw_next_finish (coerced, test_wait_for_result (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  test_potential_forget (test);
}

static void
test_own_vocab (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmPotential) same = genlm_potential_coerce (GENLM_POTENTIAL (test), genlm_vocab_bytes (), NULL);

  g_assert_true (same == GENLM_POTENTIAL (test));
}

static void
test_from_tokens (void)
{
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (TestPotential) tokens = g_object_new (TEST_TYPE_POTENTIAL, "vocab", vocab, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_coerce (GENLM_POTENTIAL (tokens), genlm_vocab_bytes (), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_assert_nonnull (strstr (error->message, "6 tokens"));
}

/* What was not initialised, or could not be, weighs nothing: bytes are no ids of
 * the base here. */
static void
test_not_initialised (void)
{
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (TestPotential) tokens = g_object_new (TEST_TYPE_POTENTIAL, "vocab", vocab, NULL);
  g_autoptr (GenlmVocab) target = test_vocab ("\001", "\002", NULL);
  g_autoptr (GenlmPotential) coerced = g_object_new (GENLM_TYPE_COERCED, "potential", tokens, "vocab", target, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens ((guint32[]) { 0, 1 }, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_get_vocab (coerced));
  g_assert_true (isnan (genlm_potential_prefix_sync (coerced, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_clear_error (&error);
  g_assert_false (g_initable_init (G_INITABLE (coerced), NULL, &error));
  g_clear_error (&error);
  g_assert_true (isnan (genlm_potential_prefix_sync (coerced, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
}

/* Each token twice; nothing for contexts of three. */
static GenlmContext *
double_tokens (GenlmContext *context,
               gpointer      user_data)
{
  g_autofree guint32 *tokens = NULL;
  gsize n;
  GenlmContext *doubled = genlm_context_new ();

  if (genlm_context_get_length (context) == 3)
    {
      genlm_context_unref (doubled);
      return NULL;
    }
  tokens = genlm_context_dup_tokens (context, &n);
  for (gsize i = 0; i < 2 * n; i++)
    {
      GenlmContext *longer = genlm_context_append (doubled, 'a' + tokens[i / 2]);

      genlm_context_unref (doubled);
      doubled = longer;
    }
  return doubled;
}

static void
test_func (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) coerced =
    (GenlmPotential *) genlm_coerced_new_with_func (GENLM_POTENTIAL (test), vocab, double_tokens, NULL, NULL, &error);
  g_autoptr (GenlmContext) one = genlm_context_new_for_tokens ((guint32[]) { 1 }, 1);
  g_autoptr (GenlmContext) two = genlm_context_append (one, 1);
  g_autoptr (GenlmContext) three = genlm_context_append (two, 1);
  g_autoptr (GenlmWeights) weights = NULL;

  g_assert_no_error (error);
  g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, one, NULL, &error), ==, -0.5);
  weights = genlm_potential_logw_next_sync (coerced, one, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (genlm_weights_get (weights, i), ==, -0.5);

  /* Its failure is an error, wherever it happens. */
  g_assert_true (isnan (genlm_potential_prefix_sync (coerced, three, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (genlm_potential_logw_next_sync (coerced, two, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_null (genlm_potential_spawn (coerced, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (genlm_potential_to_recipe (coerced, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
}

/* The base's contexts grow with ours, and go with them. */
static void
test_long_context (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = make_vocab ();
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
  g_autofree guint32 *tokens = g_new0 (guint32, 300000);
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (tokens, 300000);

  g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, context, NULL, NULL), ==, -150000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coerced/values", test_values);
  g_test_add_func ("/coerced/cost", test_cost);
  g_test_add_func ("/coerced/zero", test_zero);
  g_test_add_func ("/coerced/faults", test_faults);
  g_test_add_func ("/coerced/cancel", test_cancel);
  g_test_add_func ("/coerced/own-vocab", test_own_vocab);
  g_test_add_func ("/coerced/from-tokens", test_from_tokens);
  g_test_add_func ("/coerced/not-initialised", test_not_initialised);
  g_test_add_func ("/coerced/func", test_func);
  g_test_add_func ("/coerced/long-context", test_long_context);
  return g_test_run ();
}
