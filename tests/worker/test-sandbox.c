/* Workers in a sandbox. Where there can be none, that a pool says so. */

#include "test-pool.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static gboolean sandbox_works;

typedef struct
{
  char       *folder;
  TestTraces  before;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  test_watchdog (60);
  fixture->folder = g_dir_make_tmp ("genlm-sandbox-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->before = test_traces_take ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  test_traces_assert_gone (&fixture->before);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

/* Asked of the system, not of the library: what it needs for a sandbox. */
static gboolean
try_sandbox (void)
{
  const char *const argv[] = { "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
                               "true", NULL };
  g_autoptr (GSubprocess) process =
    g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

/* Whether what a test is about can be had; if not, it is refused. */
static gboolean
has_sandbox (void)
{
  g_autoptr (GError) error = NULL;

  if (sandbox_works)
    return TRUE;
  g_assert_null (test_pool_try_new (&error, test_recipe ("test-probe", "{}"), "workers", 1u, "sandbox", TRUE, NULL));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "bubblewrap"));
  return FALSE;
}

static GenlmPotential *
make_pool (const char *properties)
{
  return test_pool_new (test_recipe ("test-probe", properties), "workers", 1u, "sandbox", TRUE,
                        "max-retries", 0, "respawn-delay", 0u, "timeout", 2000u, NULL);
}

static double
ask (GenlmPotential  *pool,
     GError         **error,
     const char      *format,
     ...) G_GNUC_PRINTF (3, 4);

static double
ask (GenlmPotential  *pool,
     GError         **error,
     const char      *format,
     ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GenlmContext) context = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  bytes = g_bytes_new (text, strlen (text));
  context = genlm_context_new_from_bytes (bytes);
  return genlm_potential_prefix_sync (pool, context, NULL, error);
}

#define assert_errno(pool, code, ...) \
  G_STMT_START { \
    g_autoptr (GError) error_ = NULL; \
    double answer_ = ask (pool, &error_, __VA_ARGS__); \
    g_assert_no_error (error_); \
    g_assert_cmpfloat (answer_, ==, -(double) (code)); \
  } G_STMT_END

/* A port of this machine to which one can connect from outside the sandbox. */
static void
test_network (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  GenlmPotential *pool, *free_pool;

  g_assert_no_error (error);
  free_pool = test_pool_new (test_recipe ("test-probe", "{}"), "workers", 1u, NULL);
  assert_errno (free_pool, 0, "connect %u", port);
  test_pool_close (free_pool);
  if (has_sandbox ())
    {
      pool = make_pool ("{}");
      g_assert_cmpfloat (ask (pool, &error, "connect %u", port), <, 0);
      g_assert_no_error (error);
      test_pool_close (pool);
    }
  g_socket_listener_close (listener);
}

static void
test_system (Fixture       *fixture,
             gconstpointer  data)
{
  const char *folder = g_getenv ("GENLM_PLUGIN_PATH");
  GenlmPotential *pool;

  if (!has_sandbox ())
    return;
  pool = make_pool ("{}");
  assert_errno (pool, 0, "stat /usr");
  assert_errno (pool, EROFS, "write /usr/genlm-probe");
  assert_errno (pool, 0, "stat %s", folder);
  assert_errno (pool, EROFS, "write %s/genlm-probe", folder);
  assert_errno (pool, ENOENT, "read /etc/passwd");
  assert_errno (pool, ENOENT, "stat /var");
  /* Of processes it sees itself and the one that started it. */
  assert_errno (pool, ENOENT, "stat /proc/%d", getpid () > 9 ? getpid () : 999999);
  test_pool_close (pool);
}

/* Of the home folder only what leads to the program, if that is in it. */
static void
test_home (Fixture       *fixture,
           gconstpointer  data)
{
  const char *home = g_get_home_dir ();
  const char *folder = g_getenv ("GENLM_PLUGIN_PATH");
  g_autoptr (GDir) entries = g_dir_open (home, 0, NULL);
  const char *entry;
  GenlmPotential *pool;

  if (!has_sandbox ())
    return;
  pool = make_pool ("{}");
  if (!g_str_has_prefix (folder, home))
    assert_errno (pool, ENOENT, "stat %s", home);
  while (entries != NULL && (entry = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (home, entry, NULL);

      if (!g_str_has_prefix (folder, path))
        assert_errno (pool, ENOENT, "stat %s", path);
    }
  test_pool_close (pool);
}

static void
test_files (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *named = g_build_filename (fixture->folder, "named", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);
  g_autofree char *new = g_build_filename ("/tmp", "genlm-probe-new", NULL);
  g_autofree char *properties = g_strdup_printf ("{'file': <'%s'>}", named);
  GenlmPotential *pool;

  if (!has_sandbox ())
    return;
  g_assert_true (g_file_set_contents (named, "1", 1, NULL));
  g_assert_true (g_file_set_contents (other, "2", 1, NULL));
  pool = make_pool (properties);
  assert_errno (pool, 0, "read %s", named);
  assert_errno (pool, EROFS, "write %s", named);
  assert_errno (pool, ENOENT, "read %s", other);
  assert_errno (pool, 0, "write %s", new);
  g_assert_false (g_file_test (new, G_FILE_TEST_EXISTS));
  test_pool_close (pool);
  g_remove (named);
  g_remove (other);
}

static void
list_descendants (int     pid,
                  GArray *all)
{
  g_autoptr (GArray) children = test_list_children (pid);

  for (guint i = 0; i < children->len; i++)
    {
      int child = g_array_index (children, int, i);

      g_array_append_val (all, child);
      list_descendants (child, all);
    }
}

static guint
count_living (GArray *all)
{
  guint n = 0;

  for (guint i = 0; i < all->len; i++)
    n += test_process_lives (g_array_index (all, int, i));
  return n;
}

static void
assert_gone (GArray *all)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (count_living (all) > 0 && g_get_monotonic_time () < end)
    g_usleep (1000);
  g_assert_cmpuint (count_living (all), ==, 0);
}

/* A worker that must be killed is, and not only what started it. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) error = NULL;
  GenlmPotential *pool;

  if (!has_sandbox ())
    return;
  pool = make_pool ("{}");
  assert_errno (pool, 5, "hello");
  list_descendants (getpid (), all);
  g_assert_cmpuint (all->len, >=, 2);
  g_assert_cmpfloat (ask (pool, &error, "block /tmp/reached"), !=, 0);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  assert_gone (all);

  g_array_set_size (all, 0);
  assert_errno (pool, 5, "hello");
  list_descendants (getpid (), all);
  test_pool_close (pool);
  assert_gone (all);
}

static void
test_reasons (Fixture       *fixture,
              gconstpointer  data)
{
  static const struct
  {
    const char *order;
    const char *pattern;
  } ends[] = {
    { "raise 11", "*signal 11*" },
    { "raise 6", "*signal 6*" },
    { "raise 9", "*signal 9*" },
    { "exit 5", "*status 5*leaving with 5*" },
  };
  GenlmPotential *pool;

  if (!has_sandbox ())
    return;
  pool = make_pool ("{}");
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (GError) error = NULL;

      ask (pool, &error, "%s", ends[i].order);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
      if (!g_pattern_match_simple (ends[i].pattern, error->message))
        g_error ("“%s” is not like “%s”", error->message, ends[i].pattern);
    }
  assert_errno (pool, 5, "hello");
  test_pool_close (pool);
}

/* What a worker writes after its answer, nobody reads. */
static void
test_copies (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *worker = g_strdup (g_getenv ("GENLM_WORKER"));
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  GenlmPotential *pool;
  gint64 end;

  if (!has_sandbox ())
    return;
  g_setenv ("GENLM_WORKER", g_getenv ("GENLM_FAKE_WORKER"), TRUE);
  pool = test_pool_new (test_recipe ("fake", "{'fault': <'rewrite'>}"), "workers", 1u, "sandbox", TRUE, NULL);
  weights = genlm_potential_logw_next_sync (pool, context, NULL, &error);
  g_assert_no_error (error);
  end = g_get_monotonic_time () + G_USEC_PER_SEC / 5;
  while (g_get_monotonic_time () < end)
    g_assert_cmpint (genlm_weights_find_invalid (weights), ==, -1);
  test_pool_close (pool);
  g_setenv ("GENLM_WORKER", worker, TRUE);
}

static void
assert_refused (const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (test_pool_try_new (&error, test_recipe ("test-probe", "{}"), "workers", 2u, "sandbox", TRUE, NULL));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
}

static void
test_missing (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  g_setenv ("PATH", fixture->folder, TRUE);
  assert_refused ("*no program*bwrap*install bubblewrap*");
  g_setenv ("PATH", path, TRUE);
}

/* Where the system does not let it, and where it hangs. */
static void
test_not_permitted (Fixture       *fixture,
                    gconstpointer  data)
{
  static const char script[] = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *fake_path = g_strconcat (fixture->folder, ":", path, NULL);
  g_autofree char *program = g_build_filename (fixture->folder, "bwrap", NULL);

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_setenv ("PATH", fake_path, TRUE);
  assert_refused ("*bubblewrap*No permissions to create new namespace*user namespaces*");
  g_setenv ("PATH", path, TRUE);
  g_remove (program);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void      (*test) (Fixture       *fixture,
                       gconstpointer  data);
  } tests[] = {
    { "/sandbox/network", test_network },
    { "/sandbox/system", test_system },
    { "/sandbox/home", test_home },
    { "/sandbox/files", test_files },
    { "/sandbox/killed", test_killed },
    { "/sandbox/reasons", test_reasons },
    { "/sandbox/copies", test_copies },
    { "/sandbox/missing", test_missing },
    { "/sandbox/not-permitted", test_not_permitted },
  };

  g_test_init (&argc, &argv, NULL);
  sandbox_works = try_sandbox ();
  g_test_message ("bubblewrap %s here", sandbox_works ? "works" : "does not work");
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
