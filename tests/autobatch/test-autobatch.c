#include "test-potential.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint   done;
  guint   n_errors;
  GError *error;        /* the last one */
  double  weights[64];
} Answers;

typedef struct
{
  Answers *answers;
  guint    index;
} Slot;

static void
take_answer (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autofree Slot *slot = user_data;
  Answers *answers = slot->answers;
  GError *error = NULL;

  answers->weights[slot->index] = genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, &error);
  if (error != NULL)
    {
      g_clear_error (&answers->error);
      answers->error = error;
      answers->n_errors++;
    }
  g_atomic_int_inc (&answers->done);
}

static void
ask (gpointer      autobatch,
     Answers      *answers,
     guint         index,
     const char   *text,
     GCancellable *cancellable)
{
  g_autoptr (GenlmContext) context = test_context (text);
  Slot *slot = g_new (Slot, 1);

  slot->answers = answers;
  slot->index = index;
  genlm_potential_prefix (autobatch, context, cancellable, take_answer, slot);
}

static guint64
get_counter (gpointer    autobatch,
             const char *name)
{
  guint64 value;

  g_object_get (autobatch, name, &value, NULL);
  return value;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_joins (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };
  double mean;

  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "ab", NULL);
  ask (autobatch, &answers, 2, "a", NULL);
  ask (autobatch, &answers, 3, "abc", NULL);
  g_assert_cmpuint (answers.done, ==, 0);
  test_wait (&answers.done, 4);

  g_assert_cmpfloat (answers.weights[0], ==, -0.25);
  g_assert_cmpfloat (answers.weights[1], ==, -0.5);
  g_assert_cmpfloat (answers.weights[2], ==, -0.25);
  g_assert_cmpfloat (answers.weights[3], ==, -0.75);
  /* One call, and the equal contexts in it once. */
  g_assert_cmpuint (test->n_calls, ==, 1);
  g_assert_cmpuint (test->n_contexts, ==, 3);
  g_assert_cmpuint (get_counter (autobatch, "n-requests"), ==, 4);
  g_assert_cmpuint (get_counter (autobatch, "n-batches"), ==, 1);
  g_assert_cmpuint (get_counter (autobatch, "n-merged"), ==, 1);
  g_object_get (autobatch, "mean-batch-size", &mean, NULL);
  g_assert_cmpfloat (mean, ==, 4);
}

static void
take_weights (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_finish (GENLM_POTENTIAL (source), result, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (genlm_weights_get (weights, 'a'), ==, -0.25);
  g_atomic_int_inc ((guint *) user_data);
}

/* Each method is a batch of its own, and no one's error is another's. */
static void
test_groups_by_method (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmContext) context = test_context ("a");
  Answers answers = { 0 };
  guint n_weights = 0;

  ask (autobatch, &answers, 0, "a", NULL);
  genlm_potential_logw_next (GENLM_POTENTIAL (autobatch), context, NULL, take_weights, &n_weights);
  ask (autobatch, &answers, 1, "b", NULL);
  genlm_potential_logw_next (GENLM_POTENTIAL (autobatch), context, NULL, take_weights, &n_weights);
  test_wait (&answers.done, 2);
  test_wait (&n_weights, 2);
  g_assert_cmpuint (get_counter (autobatch, "n-batches"), ==, 2);
  g_assert_cmpuint (get_counter (autobatch, "n-merged"), ==, 1);
}

static void
test_max_batch_size (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  g_object_set (autobatch, "max-batch-size", 3, NULL);
  for (guint i = 0; i < 10; i++)
    {
      char text[] = { (char) ('a' + i), 0 };

      ask (autobatch, &answers, i, text, NULL);
    }
  test_wait (&answers.done, 10);
  g_assert_cmpuint (test->n_calls, ==, 4);
  g_assert_cmpuint (answers.n_errors, ==, 0);
}

static void
test_error_of_batch (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  test->fault = TEST_FAULT_ERROR;
  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "b", NULL);
  test_wait (&answers.done, 2);
  g_assert_cmpuint (answers.n_errors, ==, 2);
  g_assert_error (answers.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);

  test->fault = TEST_FAULT_NONE;
  ask (autobatch, &answers, 2, "c", NULL);
  test_wait (&answers.done, 3);
  g_assert_cmpuint (answers.n_errors, ==, 2);
  g_assert_cmpfloat (answers.weights[2], ==, -0.25);
  g_clear_error (&answers.error);
}

/* A cancelled request is out of its batch, and its neighbours do not notice. */
static void
test_cancel_one (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answers answers = { 0 };

  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "b", cancellable);
  ask (autobatch, &answers, 2, "c", NULL);
  g_cancellable_cancel (cancellable);
  test_wait (&answers.done, 3);
  g_assert_cmpuint (answers.n_errors, ==, 1);
  g_assert_error (answers.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (answers.weights[0], ==, -0.25);
  g_assert_cmpfloat (answers.weights[2], ==, -0.25);
  g_assert_cmpuint (test->n_contexts, ==, 2);
  g_clear_error (&answers.error);
}

/* The batch on its way is called off with the last one who waits for it. */
static void
test_cancel_in_flight (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  GenlmRequest *inner;
  Answers answers = { 0 };

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  ask (autobatch, &answers, 0, "a", first);
  ask (autobatch, &answers, 1, "b", second);
  settle ();
  g_assert_cmpuint (test->kept->len, ==, 1);
  inner = g_ptr_array_index (test->kept, 0);

  g_cancellable_cancel (first);
  test_wait (&answers.done, 1);
  g_assert_false (genlm_request_is_answered (inner));
  g_cancellable_cancel (second);
  g_assert_true (genlm_request_is_answered (inner));
  test_wait (&answers.done, 2);
  g_assert_cmpuint (answers.n_errors, ==, 2);
  g_clear_error (&answers.error);

  /* The next one is served. */
  settle ();
  test->fault = TEST_FAULT_NONE;
  ask (autobatch, &answers, 2, "c", NULL);
  test_wait (&answers.done, 3);
  g_assert_cmpfloat (answers.weights[2], ==, 0);
  test_potential_forget (test);
}

/* A potential that drops a batch leaves nobody waiting. */
static void
test_dropped (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_DROP;
  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "b", NULL);
  test_wait (&answers.done, 2);
  g_assert_cmpuint (answers.n_errors, ==, 2);
  g_assert_error (answers.error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
  g_clear_error (&answers.error);

  test->fault = TEST_FAULT_NONE;
  ask (autobatch, &answers, 2, "c", NULL);
  test_wait (&answers.done, 3);
  g_assert_cmpuint (answers.n_errors, ==, 2);
}

/* While a batch is on its way, requests gather. */
static void
test_max_in_flight (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmScores) one = genlm_scores_new ((double[]) { -1 }, 1);
  g_autoptr (GenlmScores) two = genlm_scores_new ((double[]) { -2, -3 }, 2);
  Answers answers = { 0 };

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  ask (autobatch, &answers, 0, "a", NULL);
  settle ();
  ask (autobatch, &answers, 1, "b", NULL);
  settle ();
  ask (autobatch, &answers, 2, "c", NULL);
  settle ();
  g_assert_cmpuint (test->kept->len, ==, 1);

  genlm_request_return_scores (g_ptr_array_index (test->kept, 0), one);
  settle ();
  g_assert_cmpuint (test->kept->len, ==, 2);
  genlm_request_return_scores (g_ptr_array_index (test->kept, 1), two);
  test_wait (&answers.done, 3);
  g_assert_cmpfloat (answers.weights[0], ==, -1);
  g_assert_cmpfloat (answers.weights[1], ==, -2);
  g_assert_cmpfloat (answers.weights[2], ==, -3);

  g_object_set (autobatch, "max-in-flight", 2, NULL);
  ask (autobatch, &answers, 3, "d", NULL);
  settle ();
  ask (autobatch, &answers, 4, "e", NULL);
  settle ();
  g_assert_cmpuint (test->kept->len, ==, 4);
  genlm_request_return_scores (g_ptr_array_index (test->kept, 3), one);
  genlm_request_return_scores (g_ptr_array_index (test->kept, 2), one);
  test_wait (&answers.done, 5);
  test_potential_forget (test);
}

static void
test_max_pending (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  g_object_set (autobatch, "max-pending", 2, NULL);
  for (guint i = 0; i < 3; i++)
    ask (autobatch, &answers, i, "a", NULL);
  test_wait (&answers.done, 3);
  g_assert_cmpuint (answers.n_errors, ==, 1);
  g_assert_error (answers.error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_clear_error (&answers.error);
}

static void
test_max_delay (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_object_set (autobatch, "max-delay", 20000, "max-batch-size", 3, NULL);
  ask (autobatch, &answers, 0, "a", NULL);
  settle ();
  ask (autobatch, &answers, 1, "b", NULL);
  test_wait (&answers.done, 2);
  g_assert_cmpuint (test->n_calls, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 20000);

  /* A full batch does not wait. */
  g_object_set (autobatch, "max-delay", 1000000000, NULL);
  for (guint i = 2; i < 5; i++)
    ask (autobatch, &answers, i, "a", NULL);
  test_wait (&answers.done, 5);
}

static gboolean
busy (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Beside a source that is always ready a source of lower priority never runs. */
static void
test_no_starvation (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GSource) source = g_idle_source_new ();
  Answers answers = { 0 };

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, busy, NULL, NULL);
  g_source_attach (source, NULL);
  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "b", NULL);
  test_wait (&answers.done, 2);
  g_assert_cmpuint (test->n_calls, ==, 1);
  g_source_destroy (source);
}

/* The queue is taken when all who are ready in this iteration have asked. */
typedef struct
{
  gpointer  autobatch;
  Answers  *answers;
  guint     index;
} Asker;

static gboolean
ask_from_source (gpointer user_data)
{
  Asker *asker = user_data;
  char text[] = { (char) ('a' + asker->index), 0 };

  ask (asker->autobatch, asker->answers, asker->index, text, NULL);
  return G_SOURCE_REMOVE;
}

static void
test_joins_across_sources (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };
  Asker askers[5];

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      askers[i] = (Asker) { autobatch, &answers, i };
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, ask_from_source, &askers[i], NULL);
      g_source_attach (source, NULL);
    }
  test_wait (&answers.done, 5);
  g_assert_cmpuint (test->n_calls, ==, 1);
}

static void
test_close (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GenlmScores) one = genlm_scores_new ((double[]) { -1 }, 1);
  g_autoptr (GError) error = NULL;
  Answers answers = { 0 };

  test->own_evaluate = TRUE;
  test->fault = TEST_FAULT_NEVER;
  ask (autobatch, &answers, 0, "a", NULL);      /* on its way */
  settle ();
  ask (autobatch, &answers, 1, "b", NULL);      /* waits */
  genlm_autobatch_close (autobatch);
  ask (autobatch, &answers, 2, "c", NULL);      /* too late */
  test_wait (&answers.done, 3);
  g_assert_cmpuint (answers.n_errors, ==, 3);
  g_assert_error (answers.error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  g_clear_error (&answers.error);

  g_assert_true (isnan (genlm_potential_prefix_sync (GENLM_POTENTIAL (autobatch), context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);

  /* The batch may still land; nobody waits for it any more. */
  genlm_request_return_scores (g_ptr_array_index (test->kept, 0), one);
  settle ();
  g_assert_cmpuint (answers.done, ==, 3);
  test_potential_forget (test);
}

static void
close_autobatch (gpointer autobatch)
{
  genlm_autobatch_close (autobatch);
}

/* Closed by another thread while a batch is made: the hook stands for it. */
static void
test_close_while_leaving (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "b", NULL);
  test->on_get_vocab_data = autobatch;
  test->on_get_vocab = close_autobatch;
  test_wait (&answers.done, 2);
  g_assert_null (test->on_get_vocab);
  g_assert_cmpuint (answers.n_errors, ==, 2);
  g_assert_error (answers.error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  g_clear_error (&answers.error);
  g_assert_cmpuint (test->n_calls, ==, 0);
}

static void
wait_for_others (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Answers *answers = user_data;

  test_wait (&answers->done, 2);
}

/* A callback that iterates the context gets the rest of its own batch. */
static void
test_nested_iteration (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmContext) context = test_context ("a");
  Answers answers = { 0 };

  genlm_potential_prefix (GENLM_POTENTIAL (autobatch), context, NULL, wait_for_others, &answers);
  ask (autobatch, &answers, 0, "a", NULL);
  ask (autobatch, &answers, 1, "ab", NULL);
  test_wait (&answers.done, 2);
  settle ();
  g_assert_cmpuint (answers.done, ==, 2);
  g_assert_cmpuint (answers.n_errors, ==, 0);
  g_assert_cmpfloat (answers.weights[1], ==, -0.5);
}

static void
cancel_and_iterate (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_cancellable_cancel (user_data);
  settle ();
}

static void
take_cancelled (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_potential_logw_next_finish (GENLM_POTENTIAL (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_atomic_int_inc ((guint *) user_data);
}

/* The first batch calls off the second, which left together with it, and that
 * lands before it was asked. */
static void
test_cancel_next_batch (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmContext) context = test_context ("a");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint done = 0;

  genlm_potential_prefix (GENLM_POTENTIAL (autobatch), context, NULL, cancel_and_iterate, cancellable);
  genlm_potential_logw_next (GENLM_POTENTIAL (autobatch), context, cancellable, take_cancelled, &done);
  test_wait (&done, 1);
  settle ();
  g_assert_cmpuint (done, ==, 1);
}

/* A context is iterated by who owns it, be it the thread's default or not. */
static void
test_context_not_default (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_NONE, GENLM_TRAITS_INLINE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
      g_autoptr (GMainContext) context = g_main_context_new ();
      Answers answers = { 0 };

      g_main_context_push_thread_default (context);
      ask (autobatch, &answers, 0, "a", NULL);
      ask (autobatch, &answers, 1, "ab", NULL);
      g_main_context_pop_thread_default (context);
      while (g_atomic_int_get (&answers.done) < 2)
        g_main_context_iteration (context, TRUE);
      g_assert_cmpuint (answers.n_errors, ==, 0);
    }
}

/* A request that nobody took keeps the element, which keeps its promise. */
static void
test_last_unref (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  GenlmAutobatch *autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  Answers answers = { 0 };

  ask (autobatch, &answers, 0, "a", NULL);
  g_object_unref (autobatch);
  test_wait (&answers.done, 1);
  g_assert_cmpuint (answers.n_errors, ==, 0);
}

static void
ask_again (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Slot *slot = user_data;
  Answers *answers = slot->answers;

  answers->weights[slot->index] = genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);
  ask (source, answers, slot->index + 1, "b", NULL);
  /* A synchronous call from the context that serves the queue goes past it. */
  {
    g_autoptr (GenlmContext) context = test_context ("abcd");

    g_assert_cmpfloat (genlm_potential_prefix_sync (GENLM_POTENTIAL (source), context, NULL, NULL), ==, -1);
  }
  g_atomic_int_inc (&answers->done);
}

static void
test_ask_in_callback (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmContext) context = test_context ("a");
  Answers answers = { 0 };
  Slot *slot = g_new (Slot, 1);

  *slot = (Slot) { &answers, 0 };
  genlm_potential_prefix (GENLM_POTENTIAL (autobatch), context, NULL, ask_again, slot);
  test_wait (&answers.done, 2);
  g_assert_cmpfloat (answers.weights[1], ==, -0.25);
}

static gpointer
ask_in_thread (gpointer autobatch)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint round = 0; round < 50; round++)
    {
      Answers answers = { 0 };

      for (guint i = 0; i < 20; i++)
        {
          char text[] = { (char) ('a' + i), 'b', 0 };

          ask (autobatch, &answers, i, text, NULL);
        }
      test_wait (&answers.done, 20);
      g_assert_cmpuint (answers.n_errors, ==, 0);
      for (guint i = 0; i < 20; i++)
        g_assert_cmpfloat (answers.weights[i], ==, -0.5);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_threads (void)
{
  GenlmTraits traits[] = { GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE, GENLM_TRAITS_THREAD_SAFE };

  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    {
      g_autoptr (TestPotential) test = test_potential_new (traits[i]);
      g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
      GThread *threads[4];

      for (guint t = 0; t < 4; t++)
        threads[t] = g_thread_new ("ask", ask_in_thread, autobatch);
      for (guint t = 0; t < 4; t++)
        g_thread_join (threads[t]);
      g_assert_cmpuint (get_counter (autobatch, "n-requests"), ==, 4 * 50 * 20);
    }
}

/* A context that comes and goes leaves nothing behind that the next one with
 * its address could trip over. */
static void
test_short_lived_contexts (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      Answers answers = { 0 };

      g_main_context_push_thread_default (context);
      ask (autobatch, &answers, 0, "a", NULL);
      test_wait (&answers.done, 1);
      g_main_context_pop_thread_default (context);
    }
}

static void
test_batch_passes_through (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmBatch) batch = test_batch ("a", "a", NULL);
  g_autoptr (GenlmScores) scores =
    genlm_potential_batch_prefix_sync (GENLM_POTENTIAL (autobatch), batch, NULL, NULL);

  g_assert_cmpuint (genlm_scores_get_size (scores), ==, 2);
  g_assert_cmpuint (get_counter (autobatch, "n-requests"), ==, 0);
}

static void
test_coerce_goes_inwards (void)
{
  g_autoptr (TestPotential) test = test_potential_new (GENLM_TRAITS_INLINE);
  g_autoptr (GenlmAutobatch) autobatch = genlm_autobatch_new (GENLM_POTENTIAL (test));
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "c", NULL);
  g_autoptr (GenlmPotential) coerced = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (autobatch, "max-batch-size", 5, NULL);
  coerced = genlm_potential_coerce (GENLM_POTENTIAL (autobatch), vocab, &error);
  g_assert_no_error (error);
  g_assert_true (GENLM_IS_AUTOBATCH (coerced));
  g_assert_true (GENLM_IS_COERCED (genlm_autobatch_get_potential (GENLM_AUTOBATCH (coerced))));
  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (coerced), vocab));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/autobatch/joins", test_joins);
  g_test_add_func ("/autobatch/groups-by-method", test_groups_by_method);
  g_test_add_func ("/autobatch/max-batch-size", test_max_batch_size);
  g_test_add_func ("/autobatch/error-of-batch", test_error_of_batch);
  g_test_add_func ("/autobatch/cancel-one", test_cancel_one);
  g_test_add_func ("/autobatch/cancel-in-flight", test_cancel_in_flight);
  g_test_add_func ("/autobatch/dropped", test_dropped);
  g_test_add_func ("/autobatch/max-in-flight", test_max_in_flight);
  g_test_add_func ("/autobatch/max-pending", test_max_pending);
  g_test_add_func ("/autobatch/max-delay", test_max_delay);
  g_test_add_func ("/autobatch/no-starvation", test_no_starvation);
  g_test_add_func ("/autobatch/joins-across-sources", test_joins_across_sources);
  g_test_add_func ("/autobatch/close", test_close);
  g_test_add_func ("/autobatch/close-while-leaving", test_close_while_leaving);
  g_test_add_func ("/autobatch/nested-iteration", test_nested_iteration);
  g_test_add_func ("/autobatch/cancel-next-batch", test_cancel_next_batch);
  g_test_add_func ("/autobatch/context-not-default", test_context_not_default);
  g_test_add_func ("/autobatch/last-unref", test_last_unref);
  g_test_add_func ("/autobatch/ask-in-callback", test_ask_in_callback);
  g_test_add_func ("/autobatch/threads", test_threads);
  g_test_add_func ("/autobatch/short-lived-contexts", test_short_lived_contexts);
  g_test_add_func ("/autobatch/batch-passes-through", test_batch_passes_through);
  g_test_add_func ("/autobatch/coerce-goes-inwards", test_coerce_goes_inwards);
  return g_test_run ();
}
