/* Pools that are closed, left, cancelled or not looked after while they have a
 * thousand questions under way. */

#include "test-pool.h"

#include <string.h>

#define N_QUESTIONS 1000

static TestTraces
begin (void)
{
  test_watchdog (60);
  return test_traces_take ();
}

static GenlmPotential *
make_pool (const char *fault)
{
  g_autofree char *properties = g_strdup_printf ("{'fault': <'%s'>, 'trigger': <byte 0x21>}", fault);

  return test_pool_new (test_recipe ("fake", properties), "workers", 2u, "respawn-delay", 0u, NULL);
}

static void
ask_many (TestAnswers    *answers,
          GenlmPotential *pool,
          GCancellable   *cancellable)
{
  for (guint i = 0; i < N_QUESTIONS; i++)
    {
      g_autofree char *text = g_strdup_printf ("question %u", i);

      test_answers_ask (answers, pool, i % 4, text, cancellable);
    }
}

static void
assert_errors (TestAnswers *answers,
               GQuark       domain,
               int          code)
{
  g_test_message ("%u right, %u errors", answers->n_right, answers->errors->len);
  for (guint i = 0; i < answers->errors->len; i++)
    g_assert_error ((GError *) g_ptr_array_index (answers->errors, i), domain, code);
}

static void
test_close (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  ask_many (&answers, pool, NULL);
  genlm_multiprocess_close (GENLM_MULTIPROCESS (pool));
  test_answers_wait (&answers);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);

  /* What is asked afterwards is told so, too. */
  test_answers_ask (&answers, pool, GENLM_METHOD_PREFIX, "late", NULL);
  test_answers_wait (&answers);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* In the middle: some are answered, and others are at a worker. */
static void
test_close_midway (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  ask_many (&answers, pool, NULL);
  while (answers.n_answered < N_QUESTIONS / 4)
    g_main_context_iteration (NULL, TRUE);
  genlm_multiprocess_close (GENLM_MULTIPROCESS (pool));
  test_answers_wait (&answers);
  g_assert_cmpuint (answers.n_right, >=, N_QUESTIONS / 4);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* A worker that does not come back is not waited for. */
static void
test_close_hanging (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("hang");
  g_auto (TestAnswers) answers;
  gint64 start = g_get_monotonic_time ();

  test_answers_init (&answers);
  for (guint i = 0; i < 4; i++)
    test_answers_ask (&answers, pool, i, "stay!", NULL);
  while (g_get_monotonic_time () < start + G_USEC_PER_SEC / 10)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (answers.n_answered, ==, 0);
  start = g_get_monotonic_time ();
  genlm_multiprocess_close (GENLM_MULTIPROCESS (pool));
  test_answers_wait (&answers);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (answers.errors->len, ==, 4);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* Nor is one that is not there. */
static void
test_close_respawning (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = test_pool_new (test_recipe ("fake", "{'fault': <'abort'>, 'trigger': <byte 0x21>}"),
                                        "workers", 1u, "max-retries", -1, "respawn-delay", 10000u, NULL);
  g_auto (TestAnswers) answers;
  gint64 start;

  test_answers_init (&answers);
  test_answers_ask (&answers, pool, GENLM_METHOD_PREFIX, "die!", NULL);
  start = g_get_monotonic_time ();
  while (g_get_monotonic_time () < start + G_USEC_PER_SEC / 10)
    g_main_context_iteration (NULL, FALSE);
  genlm_multiprocess_close (GENLM_MULTIPROCESS (pool));
  test_answers_wait (&answers);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

static void
close_pool (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  double score = genlm_potential_prefix_finish (GENLM_POTENTIAL (source), result, NULL);

  g_assert_cmpfloat (score, <=, 0);
  genlm_multiprocess_close (GENLM_MULTIPROCESS (source));
  *(gboolean *) user_data = TRUE;
}

static void
test_close_in_callback (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_auto (TestAnswers) answers;
  gboolean is_closed = FALSE;

  test_answers_init (&answers);
  genlm_potential_prefix (pool, context, NULL, close_pool, &is_closed);
  ask_many (&answers, pool, NULL);
  while (!is_closed)
    g_main_context_iteration (NULL, TRUE);
  test_answers_wait (&answers);
  assert_errors (&answers, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

static void
test_cancel (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestAnswers) answers, others;

  test_answers_init (&answers);
  test_answers_init (&others);
  ask_many (&answers, pool, cancellable);
  ask_many (&others, pool, NULL);
  g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  test_answers_wait (&answers);
  assert_errors (&answers, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (answers.errors->len, >, 0);
  test_answers_wait (&others);
  g_assert_cmpuint (others.n_right, ==, N_QUESTIONS);
  test_assert_fake_answer (pool, "next");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* What is cancelled while a worker is at it is answered at once. */
static void
test_cancel_hanging (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("hang");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestAnswers) answers;
  gint64 start = g_get_monotonic_time ();

  test_answers_init (&answers);
  test_answers_ask (&answers, pool, GENLM_METHOD_NEXT, "stay!", cancellable);
  while (g_get_monotonic_time () < start + G_USEC_PER_SEC / 10)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  test_answers_wait (&answers);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  assert_errors (&answers, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_fake_answer (pool, "next");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* What is under way keeps the pool, and is answered. */
static void
test_last_reference (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  gpointer weak = pool;
  g_auto (TestAnswers) answers;

  g_object_add_weak_pointer (G_OBJECT (pool), &weak);
  test_answers_init (&answers);
  ask_many (&answers, pool, NULL);
  g_object_unref (pool);
  test_answers_wait (&answers);
  g_assert_cmpuint (answers.n_right, ==, N_QUESTIONS);
  g_assert_null (weak);
  test_traces_assert_gone (&before);
}

/* Weights stay what they are when the pool is gone, and then let go of the memory. */
static void
test_weights_stay (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (pool, context, NULL, &error);
  g_autoptr (GenlmWeights) copy = NULL;

  g_assert_no_error (error);
  copy = genlm_weights_new (genlm_weights_peek (weights), genlm_weights_get_size (weights));
  test_pool_close (pool);
  g_assert_cmpmem (genlm_weights_peek (weights), 257 * sizeof (double), genlm_weights_peek (copy), 257 * sizeof (double));
  g_clear_pointer (&weights, genlm_weights_unref);
  test_traces_assert_gone (&before);
}

/* Weights that are kept do not use up the slots. */
static void
test_weights_kept (void)
{
  TestTraces before = begin ();
  GenlmPotential *pool = make_pool ("none");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_weights_unref);

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (kept, genlm_potential_logw_next_sync (pool, context, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (genlm_weights_peek (g_ptr_array_index (kept, i)), 257 * sizeof (double),
                       genlm_weights_peek (g_ptr_array_index (kept, 0)), 257 * sizeof (double));
    }
  test_pool_close (pool);
  g_ptr_array_set_size (kept, 0);
  test_traces_assert_gone (&before);
}

/* -- contexts ------------------------------------------------------------- */

typedef struct
{
  GenlmPotential *pool;
  GMutex          lock;
  GCond           cond;
  gboolean        has_asked;
  gboolean        may_go_on;
} Idler;

static void
idler_step (Idler    *self,
            gboolean *said,
            gboolean *awaited)
{
  g_mutex_lock (&self->lock);
  *said = TRUE;
  g_cond_broadcast (&self->cond);
  while (awaited != NULL && !*awaited)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* Asks, begins to iterate, and stops in the middle. */
static gpointer
ask_and_idle (gpointer data)
{
  Idler *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  TestAnswers answers;

  g_main_context_push_thread_default (context);
  test_answers_init (&answers);
  ask_many (&answers, self->pool, NULL);
  while (answers.n_answered == 0)
    g_main_context_iteration (context, TRUE);
  idler_step (self, &self->has_asked, &self->may_go_on);
  while (answers.n_answered < N_QUESTIONS)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (answers.n_right, ==, N_QUESTIONS);
  test_answers_clear (&answers);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* A context that stops iterating is nobody's business but its own. */
static void
test_idle_context (gconstpointer data)
{
  gboolean is_sync = GPOINTER_TO_INT (data);
  TestTraces before = begin ();
  Idler idler = { .pool = make_pool ("none") };
  GThread *thread;
  g_auto (TestAnswers) answers;

  g_mutex_init (&idler.lock);
  g_cond_init (&idler.cond);
  thread = g_thread_new ("idler", ask_and_idle, &idler);
  idler_step (&idler, &(gboolean) { FALSE }, &idler.has_asked);

  test_answers_init (&answers);
  if (is_sync)
    for (guint i = 0; i < 50; i++)
      {
        g_autoptr (GenlmContext) context = genlm_context_new ();
        g_autoptr (GError) error = NULL;

        g_assert_cmpfloat (genlm_potential_prefix_sync (idler.pool, context, NULL, &error), <=, 0);
        g_assert_no_error (error);
      }
  else
    ask_many (&answers, idler.pool, NULL);
  test_answers_wait (&answers);
  g_assert_cmpuint (answers.errors->len, ==, 0);

  idler_step (&idler, &idler.may_go_on, NULL);
  g_thread_join (thread);
  g_mutex_clear (&idler.lock);
  g_cond_clear (&idler.cond);
  test_pool_close (idler.pool);
  test_traces_assert_gone (&before);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("GENLM_WORKER", g_getenv ("GENLM_FAKE_WORKER"), TRUE);

  g_test_add_func ("/close/all", test_close);
  g_test_add_func ("/close/midway", test_close_midway);
  g_test_add_func ("/close/hanging", test_close_hanging);
  g_test_add_func ("/close/respawning", test_close_respawning);
  g_test_add_func ("/close/in-callback", test_close_in_callback);
  g_test_add_func ("/close/cancel", test_cancel);
  g_test_add_func ("/close/cancel-hanging", test_cancel_hanging);
  g_test_add_func ("/close/last-reference", test_last_reference);
  g_test_add_func ("/close/weights-stay", test_weights_stay);
  g_test_add_func ("/close/weights-kept", test_weights_kept);
  g_test_add_data_func ("/close/idle-context/async", GINT_TO_POINTER (FALSE), test_idle_context);
  g_test_add_data_func ("/close/idle-context/sync", GINT_TO_POINTER (TRUE), test_idle_context);
  return g_test_run ();
}
