/* What becomes of workers when something is done to the program that has them. */

#include "test-pool.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_WORKERS 3

typedef struct
{
  GSubprocess      *process;
  GDataInputStream *output;
  GArray           *workers;
  int               pid;
} Parent;

static void
lead_group (gpointer data)
{
  setpgid (0, 0);
}

static char *
read_line (Parent *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->output, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

/* FALSE if it cannot have the workers that it wants. */
static gboolean
parent_try_start (Parent     *self,
                  const char *mode,
                  const char *argument)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *line = NULL;

  test_watchdog (60);
  g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("GENLM_POOL_PARENT"), mode, argument, NULL);
  g_assert_no_error (error);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = read_line (self);
  if (strcmp (line, "ready") != 0)
    {
      g_test_message ("%s", line);
      self->workers = g_array_new (FALSE, FALSE, sizeof (int));
      return FALSE;
    }
  self->pid = atoi (g_subprocess_get_identifier (self->process));
  self->workers = test_list_children (self->pid);
  g_assert_cmpuint (self->workers->len, ==, N_WORKERS);
  return TRUE;
}

static void
parent_start (Parent     *self,
              const char *mode,
              const char *argument)
{
  g_assert_true (parent_try_start (self, mode, argument));
}

static void
parent_clear (Parent *self)
{
  g_object_unref (self->process);
  g_object_unref (self->output);
  g_array_unref (self->workers);
}

static guint
count_living (Parent *self)
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    n += test_process_lives (g_array_index (self->workers, int, i));
  return n;
}

static void
kill_parent (Parent *self)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, &error);
  g_assert_no_error (error);
  while (count_living (self) > 0 && g_get_monotonic_time () < start + G_USEC_PER_SEC)
    g_usleep (1000);
  g_test_message ("%u workers left after %.1f ms", count_living (self),
                  (double) (g_get_monotonic_time () - start) / 1e3);
  g_assert_cmpuint (count_living (self), ==, 0);
}

/* No worker lives longer than its parent. */
static void
test_killed_idle (void)
{
  Parent parent;

  parent_start (&parent, "idle", NULL);
  g_assert_cmpuint (count_living (&parent), ==, N_WORKERS);
  kill_parent (&parent);
  parent_clear (&parent);
}

/* Not even while it is in the code of a potential that does not come back. */
static void
test_killed_blocked (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("genlm-parent-XXXXXX", &error);
  g_autofree char *file = g_build_filename (folder, "reached", NULL);
  Parent parent;

  g_assert_no_error (error);
  parent_start (&parent, "block", file);
  while (!g_file_test (file, G_FILE_TEST_EXISTS))
    g_usleep (1000);
  kill_parent (&parent);
  parent_clear (&parent);
  g_remove (file);
  g_rmdir (folder);
}

/* Nor in a sandbox. Whether there can be one is for its own test to find out. */
static void
test_killed_sandbox (void)
{
  Parent parent;

  if (parent_try_start (&parent, "sandbox", NULL))
    {
      for (guint i = 0; i < N_WORKERS; i++)
        {
          g_autoptr (GArray) inner = test_list_children (g_array_index (parent.workers, int, i));

          g_assert_cmpuint (inner->len, >=, 1);
          g_array_append_vals (parent.workers, inner->data, inner->len);
        }
      kill_parent (&parent);
    }
  parent_clear (&parent);
}

static gboolean
has_living_child (void)
{
  g_autoptr (GArray) children = test_list_children (getpid ());

  for (guint i = 0; i < children->len; i++)
    if (test_process_lives (g_array_index (children, int, i)))
      return TRUE;
  return FALSE;
}

/* What dies may leave a child of its own, which comes to this process a moment
 * later and dies as well: the look that finds none is the one that counts. */
static void
wait_for_children (void)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  gboolean lives = has_living_child ();

  while (lives && g_get_monotonic_time () < end)
    {
      g_usleep (1000);
      lives = has_living_child ();
    }
  g_assert_false (lives);
}

/* At any moment of the start, too: all that is left of it comes to this process. */
static void
test_killed_starting (gconstpointer data)
{
  const char *mode = data;

  test_watchdog (60);
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process =
        g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, g_getenv ("GENLM_POOL_PARENT"), mode, NULL);

      g_assert_no_error (error);
      g_usleep (i * 1000);
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, &error);
      g_assert_no_error (error);
      wait_for_children ();
      while (waitpid (-1, NULL, WNOHANG) > 0)
        ;
    }
  wait_for_children ();
}

/* Ctrl-C sends a signal to the group of what runs in the terminal. It is for the
 * program, which may want to finish what it is at. */
static void
test_interrupted (void)
{
  Parent parent;

  parent_start (&parent, "interrupt", NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GArray) workers = NULL;
      g_autofree char *answer = NULL;

      g_assert_cmpint (kill (-parent.pid, SIGINT), ==, 0);
      answer = read_line (&parent);
      g_assert_cmpstr (answer, ==, "-6");
      workers = test_list_children (parent.pid);
      g_assert_cmpuint (workers->len, ==, N_WORKERS);
      g_assert_cmpmem (workers->data, N_WORKERS * sizeof (int), parent.workers->data, N_WORKERS * sizeof (int));
    }
  kill_parent (&parent);
  parent_clear (&parent);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* So that one sees what becomes of the orphans. */
  prctl (PR_SET_CHILD_SUBREAPER, 1);

  g_test_add_func ("/parent/killed-idle", test_killed_idle);
  g_test_add_func ("/parent/killed-blocked", test_killed_blocked);
  g_test_add_func ("/parent/killed-sandbox", test_killed_sandbox);
  g_test_add_data_func ("/parent/killed-starting", "idle", test_killed_starting);
  g_test_add_data_func ("/parent/killed-starting-sandbox", "sandbox", test_killed_starting);
  g_test_add_func ("/parent/interrupted", test_interrupted);
  return g_test_run ();
}
