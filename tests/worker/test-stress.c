/* The element "multiprocess" under many threads at once: who asks, gives up, closes
 * and goes away while others do the same. */

#include <genlm.h>

#include <math.h>
#include <signal.h>
#include <string.h>

/* -- helpers -------------------------------------------------------------- */

static GenlmPotential *
make_potential (void)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = genlm_element_make_with ("regex", &error, "pattern", "a[bcd]*", NULL);

  g_assert_no_error (error);
  return potential;
}

static GenlmPotential *
make_workers (guint n_workers)
{
  g_autoptr (GenlmPotential) potential = make_potential ();
  g_autoptr (GError) error = NULL;
  GenlmPotential *workers = genlm_potential_to_multiprocess (potential, n_workers, &error);

  g_assert_no_error (error);
  return workers;
}

static GenlmContext *
make_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

static int
get_pid (GenlmPotential *workers,
         guint           index)
{
  g_autoptr (GVariant) pids = NULL;
  int pid;

  g_object_get (workers, "pids", &pids, NULL);
  g_variant_get_child (pids, index, "i", &pid);
  return pid;
}

static void
wait_for_requests (GenlmPotential *workers,
                   guint64         n)
{
  guint64 n_requests = 0;

  while (n_requests < n)
    {
      g_thread_yield ();
      g_object_get (workers, "n-requests", &n_requests, NULL);
    }
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
take_result (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_ptr_array_add (user_data, g_object_ref (result));
}

static void
wait_for (GPtrArray *results,
          guint      n)
{
  while (results->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* -- calls that wait -------------------------------------------------------- */

typedef struct
{
  GenlmPotential *workers;
  GCancellable   *cancellable;
  double          score;
  GError         *error;
} Call;

static gpointer
make_call (gpointer data)
{
  Call *call = data;
  g_autoptr (GenlmContext) context = make_context ("abc");

  call->score = genlm_potential_prefix_sync (call->workers, context, call->cancellable, &call->error);
  return NULL;
}

static void
assert_cancelled (Call *call)
{
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&call->error);
}

/* One that gives up while it stands in line does not take those behind it along. */
static void
test_leave_line (void)
{
  g_autoptr (GenlmPotential) workers = make_workers (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GenlmContext) context = make_context ("ab");
  Call first = { workers, NULL, NAN, NULL };
  Call second = { workers, cancellable, NAN, NULL };
  int pid = get_pid (workers, 0);
  GThread *threads[2];

  g_object_set (workers, "max-in-flight", 1, "timeout", 0, NULL);
  kill (pid, SIGSTOP);
  threads[0] = g_thread_new ("first", make_call, &first);
  wait_for_requests (workers, 1);
  threads[1] = g_thread_new ("second", make_call, &second);
  wait_for_requests (workers, 2);
  genlm_potential_prefix (workers, context, NULL, take_result, results);

  g_cancellable_cancel (cancellable);
  g_thread_join (threads[1]);
  assert_cancelled (&second);
  kill (pid, SIGCONT);
  wait_for (results, 1);
  g_thread_join (threads[0]);
  g_assert_no_error (first.error);
  g_assert_cmpfloat (first.score, ==, 0);
}

/* What nobody waits for any more is read all the same, and the way is free. */
static void
test_unread (void)
{
  g_autoptr (GenlmPotential) workers = make_workers (1);
  int pid = get_pid (workers, 0);

  g_object_set (workers, "max-in-flight", 1, "timeout", 0, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Call call = { workers, cancellable, NAN, NULL };
      Call next = { workers, NULL, NAN, NULL };
      GThread *thread;

      kill (pid, SIGSTOP);
      thread = g_thread_new ("call", make_call, &call);
      wait_for_requests (workers, 2 * i + 1);
      g_cancellable_cancel (cancellable);
      g_thread_join (thread);
      assert_cancelled (&call);
      kill (pid, SIGCONT);
      make_call (&next);
      g_assert_no_error (next.error);
      g_assert_cmpfloat (next.score, ==, 0);
    }
}

/* -- closing ---------------------------------------------------------------- */

typedef struct
{
  GPtrArray *results;
  guint      n;
  guint      n_before;
} Closer;

static void
close_and_wait (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Closer *closer = user_data;

  g_ptr_array_add (closer->results, g_object_ref (result));
  if (closer->results->len != closer->n_before)
    return;
  genlm_multiprocess_close (GENLM_MULTIPROCESS (source));
  wait_for (closer->results, closer->n);
}

/* Answers that stand behind the one whose callback closes still arrive in it. */
static void
test_close_in_callback (void)
{
  for (guint n_before = 1; n_before < 100; n_before += 7)
    {
      g_autoptr (GenlmPotential) workers = make_workers (1);
      g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GenlmContext) context = make_context ("ab");
      Closer closer = { results, 100, n_before };

      for (guint i = 0; i < closer.n; i++)
        genlm_potential_prefix (workers, context, NULL, close_and_wait, &closer);
      wait_for (results, closer.n);
    }
}

/* A thread that comes, asks, and takes its main context with it. */
static gpointer
visit (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  {
    g_autoptr (GenlmPotential) workers = make_workers (1);
    Call call = { workers, NULL, NAN, NULL };

    make_call (&call);
    g_assert_no_error (call.error);
  }
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* News of workers that nobody has heard do not keep a main context. */
static void
test_visits (void)
{
  guint n_fds;
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  g_thread_join (g_thread_new ("visit", visit, NULL));
  n_fds = count_fds ();
  for (guint i = 0; i < 10; i++)
    g_thread_join (g_thread_new ("visit", visit, NULL));
  while (count_fds () > n_fds && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  g_assert_cmpuint (count_fds (), <=, n_fds);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stress/leave-line", test_leave_line);
  g_test_add_func ("/stress/unread", test_unread);
  g_test_add_func ("/stress/close-in-callback", test_close_in_callback);
  g_test_add_func ("/stress/visits", test_visits);
  return g_test_run ();
}
