/* Ctrl-C: asks the work to stop, and ends the program if that takes too long,
 * whatever its main thread is doing. A second Ctrl-C ends it at once. */
#include "genlm-interrupt.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "genlm-output.h"

/* Work that honours its cancellable is done sooner. */
#define GRACE_MILLISECONDS 100

static int pipe_fds[2];
static volatile sig_atomic_t n_caught;

static void
on_signal (int number)
{
  int saved_errno = errno;

  if (n_caught++ > 0 || write (pipe_fds[1], "", 1) != 1)
    _exit (GENLM_EXIT_CANCELLED);
  errno = saved_errno;
}

static gboolean
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gpointer
watch (gpointer cancellable)
{
  char byte;

  while (read (pipe_fds[0], &byte, 1) < 0 && errno == EINTR)
    ;
  /* In the main context, where the work expects it. */
  g_main_context_invoke (NULL, cancel, cancellable);
  g_usleep (GRACE_MILLISECONDS * 1000);
  _exit (GENLM_EXIT_CANCELLED);
}

/* From here on Ctrl-C cancels; to be called once, before the work begins. */
void
genlm_interrupt_catch (GCancellable *cancellable)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  g_autoptr (GError) error = NULL;

  if (!g_unix_open_pipe (pipe_fds, FD_CLOEXEC, &error))
    {
      g_warning ("Ctrl-C cannot be caught: %s", error->message);
      return;
    }
  g_thread_unref (g_thread_new ("interrupt", watch, g_object_ref (cancellable)));
  sigaction (SIGINT, &action, NULL);
}

gboolean
genlm_interrupt_caught (void)
{
  return n_caught > 0;
}
