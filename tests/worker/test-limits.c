/* Workers that use more than they may, by the code of a potential. */

#include "test-pool.h"

#include <string.h>

static GenlmContext *
make_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

static void
assert_answer (GenlmPotential *pool,
               const char     *text,
               double          wanted)
{
  g_autoptr (GenlmContext) context = make_context (text);
  g_autoptr (GError) error = NULL;
  double score = genlm_potential_prefix_sync (pool, context, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (score, ==, wanted);
}

/* The error must name all of them. */
static void
assert_fails (GenlmPotential     *pool,
              const char         *text,
              const char *const  *parts)
{
  g_autoptr (GenlmContext) context = make_context (text);
  g_autoptr (GError) error = NULL;
  double score = genlm_potential_prefix_sync (pool, context, NULL, &error);

  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  g_assert_true (score != score);
  g_test_message ("%s", error->message);
  for (guint i = 0; parts[i] != NULL; i++)
    if (strstr (error->message, parts[i]) == NULL)
      g_error ("“%s” does not say “%s”", error->message, parts[i]);
  assert_answer (pool, "go on", -2);
}

static void
test_memory (void)
{
  static const char *const parts[] = { "memory limit is 268435456 bytes, which is probably why", "failed to allocate", NULL };
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = NULL;

  if (TEST_SANITIZED)
    {
      g_test_skip ("a sanitizer takes more memory than any limit leaves");
      return;
    }
  test_watchdog (60);
  pool = test_pool_new (test_recipe ("test-probe", "{}"), "workers", 2u, "max-retries", 0, "respawn-delay", 0u,
                        "memory-limit", G_GUINT64_CONSTANT (256) << 20, NULL);
  assert_answer (pool, "hello", -5);
  assert_fails (pool, "allocate", parts);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

static void
test_cpu (void)
{
  static const char *const parts[] = { "limit of processor time is 1 s, which is why", "signal 24", NULL };
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = NULL;

  test_watchdog (60);
  pool = test_pool_new (test_recipe ("test-probe", "{}"), "workers", 2u, "max-retries", 0, "respawn-delay", 0u,
                        "cpu-limit", 1u, NULL);
  assert_answer (pool, "hello", -5);
  assert_fails (pool, "work", parts);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* The time is for each piece: together they may take longer. */
static void
test_time (void)
{
  static const char *const parts[] = { "500 ms", NULL };
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = NULL;

  test_watchdog (60);
  pool = test_pool_new (test_recipe ("test-probe", "{}"), "workers", 2u, "max-retries", 0, "respawn-delay", 0u,
                        "timeout", 500u, NULL);
  assert_answer (pool, "hello", -5);
  assert_fails (pool, "block", parts);
  assert_fails (pool, "work", parts);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* Limits that are in force are named, also where it was not one of them. */
static void
test_named (void)
{
  static const char *const parts[] = { "leaving with 9", "status 9", "processor time is 30 s", "memory limit is 1073741824 bytes", NULL };
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = NULL;

  if (TEST_SANITIZED)
    {
      g_test_skip ("a sanitizer takes more memory than any limit leaves");
      return;
    }
  test_watchdog (60);
  pool = test_pool_new (test_recipe ("test-probe", "{}"), "workers", 1u, "max-retries", 0, "respawn-delay", 0u,
                        "cpu-limit", 30u, "memory-limit", G_GUINT64_CONSTANT (1) << 30, NULL);
  assert_fails (pool, "exit 9", parts);
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/memory", test_memory);
  g_test_add_func ("/limits/cpu", test_cpu);
  g_test_add_func ("/limits/time", test_time);
  g_test_add_func ("/limits/named", test_named);
  return g_test_run ();
}
