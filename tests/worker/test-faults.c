/* What a pool does with workers that misbehave: one test a fault. */

#include "test-pool.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define N_NEIGHBOURS 20

typedef struct
{
  const char  *name;
  GenlmMethod  method;
  gboolean     hangs;   /* only a timeout ends it */
  const char  *pattern; /* of the error */
} Fault;

typedef struct
{
  char       *folder;
  char       *counter;
  TestTraces  before;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  test_watchdog (60);
  fixture->folder = g_dir_make_tmp ("genlm-faults-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->counter = g_build_filename (fixture->folder, "counter", NULL);
  fixture->before = test_traces_take ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  test_traces_assert_gone (&fixture->before);
  g_remove (fixture->counter);
  g_rmdir (fixture->folder);
  g_free (fixture->counter);
  g_free (fixture->folder);
}

/* The fault happens at contexts with a “!”, in the first @times processes. */
static GVariant *
make_recipe (Fixture    *fixture,
             const char *fault,
             guint       times)
{
  g_autofree char *properties = g_strdup_printf ("{'fault': <'%s'>, 'trigger': <byte 0x21>, 'times': <uint32 %u>, "
                                                 "'counter': <'%s'>}", fault, times, fixture->counter);

  return test_recipe ("fake", properties);
}

static guint
count_processes (Fixture *fixture)
{
  g_autofree char *dots = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (fixture->counter, &dots, &n, NULL));
  return (guint) n;
}

/* One bad question between good ones, all at once. */
static void
ask_among_neighbours (TestAnswers    *answers,
                      GenlmPotential *pool,
                      GenlmMethod     method)
{
  for (guint i = 0; i < N_NEIGHBOURS; i++)
    {
      g_autofree char *text = g_strdup_printf ("neighbour %u", i);

      if (i == N_NEIGHBOURS / 2)
        test_answers_ask (answers, pool, method, "bad!", NULL);
      test_answers_ask (answers, pool, i % 4, text, NULL);
    }
  test_answers_wait (answers);
}

static void
assert_fails_alone (TestAnswers *answers,
                    const char  *pattern)
{
  const GError *error;

  g_assert_cmpuint (answers->n_right, ==, N_NEIGHBOURS);
  g_assert_cmpuint (answers->errors->len, ==, 1);
  error = g_ptr_array_index (answers->errors, 0);
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
}

/* Whoever it is asked of dies of it: that item alone fails, after two tries. */
static void
test_always (Fixture       *fixture,
             gconstpointer  data)
{
  const Fault *fault = data;
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, fault->name, 0),
                                        "workers", 2u, "timeout", fault->hangs ? 500u : 20000u,
                                        "respawn-delay", 0u, NULL);
  g_auto (TestAnswers) answers;
  gint64 start;
  double seconds;

  test_answers_init (&answers);
  ask_among_neighbours (&answers, pool, fault->method);
  start = g_get_monotonic_time ();
  assert_fails_alone (&answers, fault->pattern);

  test_assert_fake_answer (pool, "next");
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_test_message ("the next answer came after %.1f ms", 1e3 * seconds);
  g_assert_cmpfloat (seconds, <, 1);
  test_pool_close (pool);
}

/* Only the first process dies of it: then nobody sees anything of it. */
static void
test_once (Fixture       *fixture,
           gconstpointer  data)
{
  const Fault *fault = data;
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, fault->name, 1),
                                        "workers", 1u, "timeout", fault->hangs ? 500u : 20000u,
                                        "respawn-delay", 0u, NULL);
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  ask_among_neighbours (&answers, pool, fault->method);
  if (answers.errors->len > 0)
    g_assert_no_error ((GError *) g_ptr_array_index (answers.errors, 0));
  g_assert_cmpuint (answers.n_right, ==, N_NEIGHBOURS + 1);
  g_assert_cmpuint (count_processes (fixture), ==, 2);
  test_pool_close (pool);
}

/* While one worker is down the other answers. */
static void
test_other_answers (Fixture       *fixture,
                    gconstpointer  data)
{
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, "abort", 1), "workers", 2u,
                                        "respawn-delay", 5000u, NULL);
  g_auto (TestAnswers) answers;
  gint64 start = g_get_monotonic_time ();
  double seconds;

  test_answers_init (&answers);
  test_answers_ask (&answers, pool, GENLM_METHOD_PREFIX, "bad!", NULL);
  test_answers_wait (&answers);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_assert_cmpuint (answers.n_right, ==, 1);
  g_test_message ("the other worker answered after %.1f ms", 1e3 * seconds);
  g_assert_cmpfloat (seconds, <, 1);
  test_pool_close (pool);
}

/* A batch that kills is asked item by item, so that one of them fails it. */
static void
test_batch (Fixture       *fixture,
            gconstpointer  data)
{
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, "abort", 0), "workers", 2u,
                                        "respawn-delay", 0u, NULL);
  GenlmPotential *healthy = test_pool_new (make_recipe (fixture, "abort", 2), "workers", 2u,
                                           "max-retries", 5, "respawn-delay", 0u, NULL);
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i++)
    {
      const char letter = i == 70 ? '!' : (char) ('0' + i % 10);
      g_autoptr (GBytes) bytes = g_bytes_new (&letter, 1);
      g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);

      genlm_batch_append (batch, context);
    }
  g_assert_null (genlm_potential_batch_prefix_sync (pool, batch, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  test_assert_fake_answer (pool, "next");
  g_clear_error (&error);

  scores = genlm_potential_batch_prefix_sync (healthy, batch, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_scores_get_size (scores), ==, 100);
  test_pool_close (pool);
  test_pool_close (healthy);
}

/* An error that a worker reports is the answer, not a failure of the worker, and
 * whatever it is called. */
static void
test_error (Fixture       *fixture,
            gconstpointer  data)
{
  const char *fault = data;
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, fault, 0), "workers", 1u, NULL);
  g_auto (TestAnswers) answers;
  const GError *error;

  test_answers_init (&answers);
  ask_among_neighbours (&answers, pool, GENLM_METHOD_PREFIX);
  g_assert_cmpuint (answers.n_right, ==, N_NEIGHBOURS);
  error = g_ptr_array_index (answers.errors, 0);
  if (strcmp (fault, "error") == 0)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "not this one"));
    }
  else
    {
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED);
    }
  g_assert_cmpuint (count_processes (fixture), ==, 1);
  test_pool_close (pool);
}

/* Whatever a worker says of where it was, everything is answered, and what is
 * answered with a weight is right. */
static void
test_lies (Fixture       *fixture,
           gconstpointer  data)
{
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, data, 0), "workers", 2u, "respawn-delay", 0u, NULL);
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  ask_among_neighbours (&answers, pool, GENLM_METHOD_PREFIX);
  g_assert_cmpuint (answers.errors->len, >=, 1);
  for (guint i = 0; i < answers.errors->len; i++)
    g_assert_error ((GError *) g_ptr_array_index (answers.errors, i),
                    GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  test_assert_fake_answer (pool, "next");
  test_pool_close (pool);
}

/* Megabytes on stderr are drained while the worker works. */
static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, "flood", 0), "workers", 1u, NULL);
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  ask_among_neighbours (&answers, pool, GENLM_METHOD_NEXT);
  g_assert_cmpuint (answers.n_right, ==, N_NEIGHBOURS + 1);
  g_assert_cmpuint (count_processes (fixture), ==, 1);
  test_pool_close (pool);
}

/* A worker that cannot be started again as it was: what is asked fails, and
 * nothing waits for ever. */
static void
test_not_again (Fixture       *fixture,
                gconstpointer  data)
{
  const char *fault = data;
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, fault, 0), "workers", 1u,
                                        "timeout", 500u, "respawn-delay", 0u, NULL);
  g_autoptr (GArray) children = test_list_children (getpid ());
  g_auto (TestAnswers) answers;

  test_answers_init (&answers);
  test_assert_fake_answer (pool, "first");
  g_assert_cmpuint (children->len, ==, fixture->before.n_children + 1);
  kill (g_array_index (children, int, children->len - 1), SIGKILL);
  for (guint i = 0; i < 4; i++)
    test_answers_ask (&answers, pool, i, "again", NULL);
  test_answers_wait (&answers);
  g_assert_cmpuint (answers.errors->len, ==, 4);
  g_test_message ("%s", ((GError *) g_ptr_array_index (answers.errors, 0))->message);
  test_pool_close (pool);
}

/* A worker that is no good from the start is an error of who asks for the pool. */
static void
test_build (Fixture       *fixture,
            gconstpointer  data)
{
  const Fault *fault = data;
  g_autoptr (GError) error = NULL;
  GenlmPotential *pool = test_pool_try_new (&error, make_recipe (fixture, fault->name, 0), "workers", 2u,
                                            NULL);

  g_assert_null (pool);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  if (!g_pattern_match_simple (fault->pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, fault->pattern);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (G_USEC_PER_SEC / 10);
  g_cancellable_cancel (data);
  return NULL;
}

/* Who waits for a worker that builds for ever may cancel it. */
static void
test_build_hang (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) recipe = g_variant_ref_sink (make_recipe (fixture, "build-hang", 0));
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_autoptr (GObject) pool = g_initable_new (GENLM_TYPE_MULTIPROCESS, cancellable, &error, "recipe", recipe, NULL);

  g_assert_null (pool);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* A worker that does not go when it should is killed. */
static void
test_no_quit (Fixture       *fixture,
              gconstpointer  data)
{
  GenlmPotential *pool = test_pool_new (make_recipe (fixture, "no-quit", 0), "workers", 2u, NULL);

  test_assert_fake_answer (pool, "a");
  test_pool_close (pool);
}

static const Fault faults[] = {
  { "garbage", GENLM_METHOD_PREFIX, FALSE, "*no frame begins with*" },
  { "magic", GENLM_METHOD_PREFIX, FALSE, "*no frame begins with*" },
  { "version", GENLM_METHOD_COMPLETE, FALSE, "*version 99 of the protocol*" },
  { "kind", GENLM_METHOD_PREFIX, FALSE, "*77 is no kind of frame*" },
  { "parent-kind", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "wrong-kind", GENLM_METHOD_NEXT, FALSE, "*" },
  { "ready-unasked", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "oversized-tail", GENLM_METHOD_PREFIX, FALSE, "*larger than the limits*" },
  { "oversized-variant", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "oversized-count", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "oversized-count", GENLM_METHOD_NEXT, FALSE, "*" },
  { "stale", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "future", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "serial-zero", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "count", GENLM_METHOD_NEXT, FALSE, "*" },
  { "count-zero", GENLM_METHOD_NEXT, FALSE, "*" },
  { "short-tail", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "nan", GENLM_METHOD_PREFIX, FALSE, "*" },
  { "infinity", GENLM_METHOD_COMPLETE, FALSE, "*" },
  { "nan-slot", GENLM_METHOD_NEXT, FALSE, "*log weight of token * is NaN*" },
  { "infinity-slot", GENLM_METHOD_NEXT, FALSE, "*log weight of token * is +infinity*" },
  { "mask-kind", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-length", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-beyond", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-huge", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-range", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-unsorted", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-twice", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-rest", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-none", GENLM_METHOD_MASK, FALSE, "*" },
  { "mask-bits", GENLM_METHOD_MASK, FALSE, "*" },
  { "half", GENLM_METHOD_PREFIX, TRUE, "*no progress for 500 ms*" },
  { "truncated", GENLM_METHOD_PREFIX, FALSE, "*ended by itself*" },
  { "abort", GENLM_METHOD_MASK, FALSE, "*signal 6*going to abort*" },
  { "segv", GENLM_METHOD_PREFIX, FALSE, "*signal 11*" },
  { "kill", GENLM_METHOD_PREFIX, FALSE, "*signal 9*" },
  { "exit-0", GENLM_METHOD_PREFIX, FALSE, "*ended by itself*" },
  { "exit-7", GENLM_METHOD_NEXT, FALSE, "*status 7*last line*" },
  { "flood-exit", GENLM_METHOD_NEXT, FALSE, "*status 7*the last words*" },
  { "hang", GENLM_METHOD_PREFIX, TRUE, "*no progress for 500 ms*" },
  { "pretend", GENLM_METHOD_PREFIX, TRUE, "*no progress for 500 ms*" },
  { "close", GENLM_METHOD_PREFIX, FALSE, "*closed its connection*" },
  { "fork", GENLM_METHOD_PREFIX, FALSE, "*status 7*" },
};

static const Fault build_faults[] = {
  { "build-exit", GENLM_METHOD_PREFIX, FALSE, "*status 3*it was told to end*" },
  { "build-garbage", GENLM_METHOD_PREFIX, FALSE, "*no frame begins with*" },
  { "build-failed", GENLM_METHOD_PREFIX, FALSE, "*fake: it does not want to*" },
  { "ready-instance", GENLM_METHOD_PREFIX, FALSE, "*" },
};

/* Megabytes of what workers say are not for the report. */
static void
ignore (const char     *domain,
        GLogLevelFlags  level,
        const char     *message,
        gpointer        data)
{
}

int
main (int   argc,
      char *argv[])
{
  static const char *const lies[] = { "current-past", "current-future", "current-zero" };
  static const char *const errors[] = { "error", "error-domain", "error-damaged" };
  static const char *const changes[] = { "failed-again", "ready-other" };

  g_test_init (&argc, &argv, NULL);
  /* So that one sees what becomes of the orphans. */
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  g_setenv ("GENLM_WORKER", g_getenv ("GENLM_FAKE_WORKER"), TRUE);
  g_log_set_handler ("Genlm-Worker", G_LOG_LEVEL_INFO, ignore, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *always = g_strdup_printf ("/faults/always/%s-%u", faults[i].name, i);
      g_autofree char *once = g_strdup_printf ("/faults/once/%s-%u", faults[i].name, i);

      /* Valgrind 3.19 has no pidfd_open(), which shows the end of such a worker. */
      if (strcmp (faults[i].name, "fork") == 0 && g_getenv ("GENLM_UNDER_VALGRIND") != NULL)
        continue;
      g_test_add (always, Fixture, &faults[i], set_up, test_always, tear_down);
      g_test_add (once, Fixture, &faults[i], set_up, test_once, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (build_faults); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/build/%s", build_faults[i].name);

      g_test_add (path, Fixture, &build_faults[i], set_up, test_build, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/lies/%s", lies[i]);

      g_test_add (path, Fixture, lies[i], set_up, test_lies, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/errors/%s", errors[i]);

      g_test_add (path, Fixture, errors[i], set_up, test_error, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/not-again/%s", changes[i]);

      g_test_add (path, Fixture, changes[i], set_up, test_not_again, tear_down);
    }
  g_test_add ("/faults/other-answers", Fixture, NULL, set_up, test_other_answers, tear_down);
  g_test_add ("/faults/batch", Fixture, NULL, set_up, test_batch, tear_down);
  g_test_add ("/faults/flood", Fixture, NULL, set_up, test_flood, tear_down);
  g_test_add ("/faults/build-hang", Fixture, NULL, set_up, test_build_hang, tear_down);
  g_test_add ("/faults/no-quit", Fixture, NULL, set_up, test_no_quit, tear_down);
  return g_test_run ();
}
