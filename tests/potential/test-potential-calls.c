#include "test-potential.h"

#include <math.h>
#include <string.h>

typedef struct
{
  GAsyncResult *result;
  GThread      *thread;
  guint         done;
} Answer;

static void
take_answer (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Answer *answer = user_data;

  g_set_object (&answer->result, result);
  answer->thread = g_thread_self ();
  answer->done++;
}

static double
ask_prefix (GenlmPotential  *potential,
            const char      *text,
            GCancellable    *cancellable,
            GError         **error)
{
  g_autoptr (GenlmContext) context = test_context (text);
  Answer answer = { NULL };
  double weight;

  genlm_potential_prefix (potential, context, cancellable, take_answer, &answer);
  /* Never inside the call. */
  g_assert_cmpuint (answer.done, ==, 0);
  test_wait (&answer.done, 1);
  g_assert_cmpuint (answer.done, ==, 1);
  weight = genlm_potential_prefix_finish (potential, answer.result, error);
  g_clear_object (&answer.result);
  return weight;
}

static void
test_values (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      GenlmPotential *potential = GENLM_POTENTIAL (test);
      g_autoptr (GenlmContext) context = test_context ("ab");
      g_autoptr (GenlmContext) ended = genlm_context_append (context, 256);
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpfloat (ask_prefix (potential, "ab", NULL, &error), ==, -0.5);
      g_assert_no_error (error);
      g_assert_cmpfloat (genlm_potential_prefix_sync (potential, context, NULL, &error), ==, -0.5);
      g_assert_cmpfloat (genlm_potential_complete_sync (potential, context, NULL, &error), ==, -2);
      g_assert_cmpfloat (genlm_potential_score_sync (potential, context, NULL, &error), ==, -0.5);
      g_assert_cmpfloat (genlm_potential_score_sync (potential, ended, NULL, &error), ==, -2);
      g_assert_no_error (error);
      weights = genlm_potential_logw_next_sync (potential, context, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (genlm_weights_get_size (weights), ==, 257);
      g_assert_cmpfloat (genlm_weights_get (weights, 'a'), ==, -0.25);
      g_assert_true (genlm_weights_get (weights, 'x') == -INFINITY);
      g_assert_cmpfloat (genlm_weights_get (weights, 256), ==, -1.5);
    }
}

static void
test_batch_score (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  GenlmPotential *potential = GENLM_POTENTIAL (test);
  g_autoptr (GenlmContext) a = test_context ("ab");
  g_autoptr (GenlmContext) b = genlm_context_append (a, 256);
  g_autoptr (GenlmContext) c = test_context ("");
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmScores) sync = NULL;
  g_autoptr (GenlmScores) async = NULL;
  g_autoptr (GError) error = NULL;
  const double wanted[] = { -2, -0.5, 0, -2 };
  Answer answer = { NULL };

  genlm_batch_append (batch, b);
  genlm_batch_append (batch, a);
  genlm_batch_append (batch, c);
  genlm_batch_append (batch, b);
  sync = genlm_potential_batch_score_sync (potential, batch, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpfloat (genlm_scores_get (sync, i), ==, wanted[i]);

  genlm_potential_batch_score (potential, batch, NULL, take_answer, &answer);
  test_wait (&answer.done, 1);
  async = genlm_potential_batch_score_finish (potential, answer.result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpfloat (genlm_scores_get (async, i), ==, wanted[i]);
  g_clear_object (&answer.result);

  /* A fault in one part is the fault of the call, once. */
  test->fault = TEST_FAULT_ERROR;
  answer.done = 0;
  genlm_potential_batch_score (potential, batch, NULL, take_answer, &answer);
  test_wait (&answer.done, 1);
  g_assert_null (genlm_potential_batch_score_finish (potential, answer.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (answer.done, ==, 1);
  g_clear_object (&answer.result);
}

/* What a caller can get wrong, by both roads. */
static void
test_caller_errors (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  GenlmPotential *potential = GENLM_POTENTIAL (test);
  g_autoptr (GenlmContext) eos_inside = NULL;
  g_autoptr (GenlmContext) beyond = NULL;
  g_autoptr (GenlmContext) zero = test_context ("axb");
  g_autoptr (GenlmBatch) empty = genlm_batch_new ();
  g_autoptr (GError) error = NULL;
  static const guint32 eos_tokens[] = { 97, 256, 97 };
  static const guint32 beyond_tokens[] = { 300 };
  Answer answer = { NULL };

  eos_inside = genlm_context_new_for_tokens (eos_tokens, 3);
  beyond = genlm_context_new_for_tokens (beyond_tokens, 1);
  g_assert_true (isnan (genlm_potential_prefix_sync (potential, eos_inside, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_TOKEN);
  g_clear_error (&error);
  g_assert_true (isnan (genlm_potential_score_sync (potential, beyond, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_TOKEN);
  g_assert_nonnull (strstr (error->message, "token 300"));
  g_clear_error (&error);
  g_assert_null (genlm_potential_batch_logw_next_sync (potential, empty, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH);
  g_clear_error (&error);
  g_assert_null (genlm_potential_batch_score_sync (potential, empty, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH);
  g_clear_error (&error);
  g_assert_null (genlm_potential_logw_next_sync (potential, zero, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_assert_nonnull (strstr (error->message, "axb"));
  g_clear_error (&error);
  g_assert_null (genlm_potential_mask_next_sync (potential, zero, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  genlm_potential_batch_prefix (potential, empty, NULL, take_answer, &answer);
  g_assert_cmpuint (answer.done, ==, 0);
  test_wait (&answer.done, 1);
  g_assert_null (genlm_potential_batch_prefix_finish (potential, answer.result, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH);
  g_clear_object (&answer.result);
}

static void
test_not_ready (void)
{
  g_autoptr (GenlmProduct) product = g_object_new (GENLM_TYPE_PRODUCT, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (GENLM_POTENTIAL (product), context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_clear_error (&error);
  g_assert_true (isnan (ask_prefix (GENLM_POTENTIAL (product), "", NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
}

static const struct
{
  TestFault fault;
  GQuark  (*domain) (void);
  int       code;
} faults[] = {
  { TEST_FAULT_SILENT, genlm_potential_error_quark, GENLM_POTENTIAL_ERROR_FAILED },
  { TEST_FAULT_ERROR, g_io_error_quark, G_IO_ERROR_BROKEN_PIPE },
  { TEST_FAULT_NAN, genlm_potential_error_quark, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT },
  { TEST_FAULT_INFINITY, genlm_potential_error_quark, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT },
};

/* What an implementation can get wrong, by each road. */
static void
test_implementer_errors (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };

  for (guint t = 0; t < G_N_ELEMENTS (traits); t++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
        {
          g_autoptr (TestPotential) test = test_potential_new (traits[t]);
          GenlmPotential *potential = GENLM_POTENTIAL (test);
          g_autoptr (GenlmContext) context = test_context ("a");
          g_autoptr (GenlmBatch) batch = test_batch ("a", "b", NULL);
          g_autoptr (GError) error = NULL;

          test->fault = faults[i].fault;
          g_assert_true (isnan (genlm_potential_prefix_sync (potential, context, NULL, &error)));
          g_assert_error (error, faults[i].domain (), faults[i].code);
          g_clear_error (&error);
          g_assert_true (isnan (genlm_potential_complete_sync (potential, context, NULL, &error)));
          g_assert_error (error, faults[i].domain (), faults[i].code);
          g_clear_error (&error);
          g_assert_null (genlm_potential_batch_prefix_sync (potential, batch, NULL, &error));
          g_assert_error (error, faults[i].domain (), faults[i].code);
          g_clear_error (&error);
          g_assert_null (genlm_potential_logw_next_sync (potential, context, NULL, &error));
          g_assert_error (error, faults[i].domain (), faults[i].code);
          g_clear_error (&error);
          g_assert_true (isnan (ask_prefix (potential, "a", NULL, &error)));
          g_assert_error (error, faults[i].domain (), faults[i].code);
        }
    }
}

static void
test_short_batch (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmBatch) batch = test_batch ("a", "b", NULL);
  g_autoptr (GError) error = NULL;

  test->fault = TEST_FAULT_SHORT;
  g_assert_null (genlm_potential_batch_prefix_sync (GENLM_POTENTIAL (test), batch, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
  g_assert_nonnull (strstr (error->message, "1 results were returned for 2 contexts"));
}

static void
test_never_answers (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GError) error = NULL;

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  genlm_potential_base_set_timeout (GENLM_POTENTIAL_BASE (test), 1);
  g_assert_true (isnan (ask_prefix (GENLM_POTENTIAL (test), "a", NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_TIMED_OUT);

  /* An answer that comes too late is ignored, without a word. */
  {
    g_autoptr (GenlmScores) scores = genlm_scores_new ((double[]) { 0 }, 1);

    genlm_request_return_scores (g_ptr_array_index (test->kept, 0), scores);
  }
  test_potential_forget (test);
}

static void
test_drops (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GError) error = NULL;

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_DROP;
  g_assert_true (isnan (ask_prefix (GENLM_POTENTIAL (test), "a", NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
}

static void
test_answers_twice (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GError) error = NULL;

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_TWICE;
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*answered twice*");
  g_assert_cmpfloat (ask_prefix (GENLM_POTENTIAL (test), "a", NULL, &error), ==, 0);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
}

static void
test_wrong_answer (void)
{
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);
  g_autoptr (GenlmRequest) request = genlm_request_new (NULL, GENLM_METHOD_NEXT, batch, 257, NULL, NULL, NULL);
  g_autoptr (GenlmRequest) short_request = genlm_request_new (NULL, GENLM_METHOD_NEXT, batch, 257, NULL, NULL, NULL);
  g_autoptr (GenlmScores) scores = genlm_scores_new ((double[]) { 0 }, 1);
  g_autoptr (GenlmWeights) weights = genlm_weights_new ((double[]) { 0, 0 }, 2);
  g_autoptr (GenlmWeightsList) list = genlm_weights_list_new ();
  g_autoptr (GError) error = NULL;

  genlm_request_return_scores (request, scores);
  g_assert_null (genlm_request_finish_weights (request, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
  g_clear_error (&error);

  genlm_weights_list_append (list, weights);
  genlm_request_return_weights (short_request, list);
  g_assert_null (genlm_request_finish_weights (short_request, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
}

static void
test_cancelled_before (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_true (isnan (ask_prefix (GENLM_POTENTIAL (test), "a", cancellable, &error)));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (isnan (genlm_potential_prefix_sync (GENLM_POTENTIAL (test), context, cancellable, &error)));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Synchronous implementations find the cancellable of the call. */
static void
test_current_cancellable (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_NONE);
  g_autoptr (GCancellable) outer = g_cancellable_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GError) error = NULL;

  genlm_potential_prefix_sync (GENLM_POTENTIAL (test), context, cancellable, &error);
  g_assert_no_error (error);
  g_assert_true (test->cancellable == cancellable);
  g_assert_null (g_cancellable_get_current ());

  /* A call without one is part of the call that makes it. */
  g_cancellable_push_current (outer);
  genlm_potential_prefix_sync (GENLM_POTENTIAL (test), context, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (test->cancellable == outer);
  g_cancellable_pop_current (outer);
}

static void
test_cancelled_between (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GError) error = NULL;
  Answer answer = { NULL };

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  genlm_potential_prefix (GENLM_POTENTIAL (test), context, cancellable, take_answer, &answer);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (answer.done, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (answer.done, ==, 0);
  test_wait (&answer.done, 1);
  g_assert_true (isnan (genlm_potential_prefix_finish (GENLM_POTENTIAL (test), answer.result, &error)));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&answer.result);
  test_potential_forget (test);
}

static gpointer
cancel_in_thread (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return NULL;
}

/* From another thread, at any moment: one answer, and no deadlock. */
static void
test_cancel_race (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_THREAD_SAFE);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GenlmContext) context = test_context ("a");
      Answer answer = { NULL };
      GThread *thread = g_thread_new ("cancel", cancel_in_thread, cancellable);

      genlm_potential_prefix (GENLM_POTENTIAL (test), context, cancellable, take_answer, &answer);
      test_wait (&answer.done, 1);
      g_thread_join (thread);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (answer.done, ==, 1);
      g_clear_object (&answer.result);
    }
}

typedef struct
{
  GenlmPotential *potential;
  GThread        *answer_thread;
  double          async_weight;
  GError         *sync_error;
  guint           done;
} Foreign;

static gpointer
ask_from_foreign_thread (gpointer user_data)
{
  Foreign *foreign = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GenlmContext) tokens = test_context ("ab");
  Answer answer = { NULL };
  double weight;

  g_main_context_push_thread_default (context);
  weight = genlm_potential_prefix_sync (foreign->potential, tokens, NULL, &foreign->sync_error);
  g_assert_true (isnan (weight) == (foreign->sync_error != NULL));
  genlm_potential_prefix (foreign->potential, tokens, NULL, take_answer, &answer);
  test_wait (&answer.done, 1);
  foreign->async_weight = genlm_potential_prefix_finish (foreign->potential, answer.result, NULL);
  /* In the context of the call. */
  g_assert_true (answer.thread == g_thread_self ());
  g_clear_object (&answer.result);
  g_main_context_pop_thread_default (context);
  g_atomic_int_set (&foreign->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_foreign_thread (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      Foreign foreign = { GENLM_POTENTIAL (test) };
      GThread *thread = g_thread_new ("foreign", ask_from_foreign_thread, &foreign);

      test_wait (&foreign.done, 1);
      g_thread_join (thread);
      g_assert_cmpfloat (foreign.async_weight, ==, -0.5);
      /* Its functions run in its own thread, whoever asks. */
      if (traits[i] == GENLM_TRAITS_NONE)
        g_assert_true (test->thread == g_thread_self ());
      if (traits[i] == GENLM_TRAITS_NONE)
        g_assert_error (foreign.sync_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WRONG_THREAD);
      else
        g_assert_no_error (foreign.sync_error);
      g_clear_error (&foreign.sync_error);
    }
}

/* An error beside a result is an error. */
static void
test_result_and_error (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      g_autoptr (GenlmContext) context = test_context ("a");
      g_autoptr (GError) error = NULL;

      test->fault = TEST_FAULT_BOTH;
      g_assert_true (isnan (ask_prefix (GENLM_POTENTIAL (test), "a", NULL, &error)));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
      g_clear_error (&error);
      g_assert_true (isnan (genlm_potential_complete_sync (GENLM_POTENTIAL (test), context, NULL, &error)));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
    }
}

/* Only samplers do, whichever way a potential answers. */
static void
test_no_sample (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmVocab) vocab = test_vocab ("a", "ab", NULL);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, NULL);
  g_autoptr (GenlmPotential) product =
    (GenlmPotential *) genlm_product_new (GENLM_POTENTIAL (test), GENLM_POTENTIAL (test), NULL);
  GenlmPotential *potentials[] = { GENLM_POTENTIAL (test), coerced, product };
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (G_MAXSIZE);
  g_autoptr (GenlmContext) context = genlm_context_new ();

  genlm_batch_append (batch, context);
  for (guint i = 0; i < G_N_ELEMENTS (potentials); i++)
    {
      Answer answer = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmRequest) request = genlm_request_new (G_OBJECT (potentials[i]), GENLM_METHOD_SAMPLE, batch, 0,
                                                            NULL, take_answer, &answer);

      genlm_potential_evaluate (potentials[i], request);
      test_wait (&answer.done, 1);
      g_assert_null (genlm_request_finish_draws (request, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
      g_clear_object (&answer.result);
    }
}

static void
wait_for_other (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  test_wait (user_data, 1);
}

/* A callback that iterates the context gets the answers that came with its own. */
static void
test_nested_iteration (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmContext) context = test_context ("a");
  Answer answer = { NULL };

  genlm_potential_prefix (GENLM_POTENTIAL (test), context, NULL, wait_for_other, &answer.done);
  genlm_potential_prefix (GENLM_POTENTIAL (test), context, NULL, take_answer, &answer);
  test_wait (&answer.done, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (answer.done, ==, 1);
  g_clear_object (&answer.result);
}

/* Without a callback the work is done, and nothing waits for it. */
static void
test_no_callback (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);

  genlm_potential_batch_prefix (GENLM_POTENTIAL (test), batch, NULL, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (test->n_calls, ==, 1);
}

static void
test_label (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_NONE);
  g_autofree char *plain = genlm_potential_dup_label (GENLM_POTENTIAL (test));
  g_autofree char *named = NULL;

  g_assert_cmpstr (plain, ==, "TestPotential");
  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (test), "digits");
  named = genlm_potential_dup_label (GENLM_POTENTIAL (test));
  g_assert_cmpstr (named, ==, "TestPotential “digits”");
}

static void
test_no_spawn_no_recipe (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_NONE);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_spawn (GENLM_POTENTIAL (test), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (genlm_potential_to_recipe (GENLM_POTENTIAL (test), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
}

/* What make_coerced() and dup_recipe() return is checked too. */
static void
test_wrong_made (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_NONE);
  g_autoptr (TestPotential) other = test_potential_new (GENLM_TRAITS_NONE);
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", NULL);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GError) error = NULL;

  test->coerced = GENLM_POTENTIAL (other);
  g_assert_null (genlm_potential_coerce (GENLM_POTENTIAL (test), vocab, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
  g_clear_error (&error);

  test->recipe = "('regex', 7)";
  g_assert_null (genlm_potential_to_recipe (GENLM_POTENTIAL (test), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT);
  g_clear_error (&error);
  test->recipe = "('regex', {'pattern': <'a'>})";
  recipe = genlm_potential_to_recipe (GENLM_POTENTIAL (test), &error);
  g_assert_no_error (error);
  g_assert_false (g_variant_is_floating (recipe));
}

/* A list that is on its way, or has arrived, is not changed any more. */
static void
test_sealed (void)
{
  g_autoptr (GenlmBatch) batch = test_batch ("a", NULL);
  g_autoptr (GenlmContext) context = test_context ("b");
  g_autoptr (GenlmRequest) request = genlm_request_new (NULL, GENLM_METHOD_SAMPLE, batch, 0, NULL, NULL, NULL);
  g_autoptr (GenlmDraws) draws = genlm_draws_new ();

  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*sealed*");
  genlm_batch_append (batch, context);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (genlm_batch_get_size (batch), ==, 1);

  genlm_draws_append (draws, 3, 0);
  genlm_request_return_draws (request, draws);
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*sealed*");
  genlm_draws_append (draws, 4, 0);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (genlm_draws_get_size (draws), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/potential/values", test_values);
  g_test_add_func ("/potential/batch-score", test_batch_score);
  g_test_add_func ("/potential/caller-errors", test_caller_errors);
  g_test_add_func ("/potential/not-ready", test_not_ready);
  g_test_add_func ("/potential/implementer-errors", test_implementer_errors);
  g_test_add_func ("/potential/short-batch", test_short_batch);
  g_test_add_func ("/potential/never-answers", test_never_answers);
  g_test_add_func ("/potential/drops", test_drops);
  g_test_add_func ("/potential/answers-twice", test_answers_twice);
  g_test_add_func ("/potential/wrong-answer", test_wrong_answer);
  g_test_add_func ("/potential/cancelled-before", test_cancelled_before);
  g_test_add_func ("/potential/current-cancellable", test_current_cancellable);
  g_test_add_func ("/potential/cancelled-between", test_cancelled_between);
  g_test_add_func ("/potential/cancel-race", test_cancel_race);
  g_test_add_func ("/potential/foreign-thread", test_foreign_thread);
  g_test_add_func ("/potential/no-sample", test_no_sample);
  g_test_add_func ("/potential/result-and-error", test_result_and_error);
  g_test_add_func ("/potential/nested-iteration", test_nested_iteration);
  g_test_add_func ("/potential/no-callback", test_no_callback);
  g_test_add_func ("/potential/label", test_label);
  g_test_add_func ("/potential/no-spawn-no-recipe", test_no_spawn_no_recipe);
  g_test_add_func ("/potential/wrong-made", test_wrong_made);
  g_test_add_func ("/potential/sealed", test_sealed);
  return g_test_run ();
}
