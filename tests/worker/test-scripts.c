/* Workers that run scripts, and use more than they may, or do not come back. */

#include "test-pool.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *element;

static GenlmPotential *
make_pool (const char *property,
           guint       value)
{
  test_watchdog (60);
  return test_pool_new (test_recipe (element, "{}"), "workers", 1u, "max-retries", 0, "respawn-delay", 0u,
                        property, value, NULL);
}

static double
ask (GenlmPotential  *pool,
     const char      *text,
     GError         **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);

  return genlm_potential_prefix_sync (pool, context, NULL, error);
}

static void
assert_answer (GenlmPotential *pool,
               double          wanted,
               const char     *verb,
               const char     *what)
{
  g_autofree char *text = g_strconcat (verb, " ", what, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (ask (pool, text, &error), ==, wanted);
  g_assert_no_error (error);
}

/* And goes on. */
static void
assert_fails (GenlmPotential *pool,
              const char     *text,
              const char     *pattern)
{
  g_autoptr (GError) error = NULL;
  double score = ask (pool, text, &error);

  g_assert_true (score != score);
  g_test_message ("%s", error->message);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
  assert_answer (pool, -5, "hello", "");
}

static void
test_time (void)
{
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = make_pool ("timeout", 2000);

  assert_fails (pool, "block", "*no progress for 2000 ms*");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

static void
test_cpu (void)
{
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = make_pool ("cpu-limit", 1);

  assert_fails (pool, "work", "*signal 24*limit of processor time is 1 s, which is why*");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* As an error of the language, or as the end of the worker. */
static void
test_memory (void)
{
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = NULL;

  if (TEST_SANITIZED)
    {
      g_test_skip ("a sanitizer takes more memory than any limit leaves");
      return;
    }
  test_watchdog (60);
  pool = test_pool_new (test_recipe (element, "{}"), "workers", 1u, "max-retries", 0, "respawn-delay", 0u,
                        "memory-limit", G_GUINT64_CONSTANT (512) << 20, NULL);
  assert_fails (pool, "allocate", "*the memory limit is 536870912 bytes, which is probably why*");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

static void
test_ends (void)
{
  TestTraces before = test_traces_take ();
  GenlmPotential *pool = make_pool ("timeout", 20000);

  assert_fails (pool, "exit 5", "*status 5*");
  if (strcmp (element, "probe-python") == 0)
    assert_fails (pool, "fork", "*status 7*");
  test_pool_close (pool);
  test_traces_assert_gone (&before);
}

/* Whether it works here is for the test of sandboxes to find out. */
static void
test_sandbox (void)
{
  TestTraces before = test_traces_take ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("genlm-scripts-XXXXXX", &error);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  g_autofree char *script = NULL;
  GenlmPotential *pool;

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (other, "", 0, NULL));
  script = g_build_filename (g_getenv ("GENLM_TEST_SCRIPTS"), g_str_has_suffix (element, "js") ? "probe.js" : "probe.py",
                             NULL);
  test_watchdog (60);
  pool = test_pool_try_new (&error, test_recipe (element, "{}"), "workers", 1u, "sandbox", TRUE, "max-retries", 0,
                            "timeout", 2000u, NULL);
  if (pool == NULL)
    {
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
    }
  else
    {
      assert_answer (pool, 0, "read", script);
      assert_answer (pool, -ENOENT, "read", other);
      assert_answer (pool, 0, "write", "/tmp/genlm-probe-new");
      g_assert_false (g_file_test ("/tmp/genlm-probe-new", G_FILE_TEST_EXISTS));
      assert_fails (pool, "block", "*no progress for 2000 ms*");
      test_pool_close (pool);
    }
  test_traces_assert_gone (&before);
  g_remove (other);
  g_rmdir (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  element = argv[1];

  g_test_add_func ("/scripts/time", test_time);
  g_test_add_func ("/scripts/cpu", test_cpu);
  g_test_add_func ("/scripts/memory", test_memory);
  g_test_add_func ("/scripts/ends", test_ends);
  g_test_add_func ("/scripts/sandbox", test_sandbox);
  return g_test_run ();
}
