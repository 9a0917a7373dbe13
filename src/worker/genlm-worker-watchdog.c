/* A thread that ends the process when the other end of a socket is gone.
 *
 * No worker outlives its parent, whatever the code of a potential does at that
 * moment: the thread needs nothing from the main one. The system's own signal at a
 * parent's death is of no use, since it follows the thread that started the
 * process. */

#define _GNU_SOURCE /* POLLRDHUP */
#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-watchdog-private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The static data of all libraries is in it; a stack of the usual size would count
 * against the memory limit. */
#define STACK_SIZE (512u << 10)

static gpointer
watch (gpointer data)
{
  GenlmWorkerWatchdog *self = data;
  struct pollfd fds[2] = { { self->socket_fd, POLLRDHUP, 0 }, { self->stop_fd, POLLIN, 0 } };

  while (fds[1].revents == 0)
    {
      if (poll (fds, 2, -1) < 0 && errno != EINTR)
        break;
      if (fds[0].revents != 0)
        _exit (EXIT_FAILURE);
    }
  return NULL;
}

gboolean
genlm_worker_watchdog_start (GenlmWorkerWatchdog  *self,
                             int                   socket_fd,
                             GError              **error)
{
  pthread_attr_t attributes;
  sigset_t all, before;
  int status;

  self->socket_fd = socket_fd;
  self->stop_fd = eventfd (0, EFD_CLOEXEC);
  if (self->stop_fd < 0)
    {
      status = errno;
    }
  else
    {
      /* Signals are for the threads of the program. */
      sigfillset (&all);
      pthread_sigmask (SIG_SETMASK, &all, &before);
      pthread_attr_init (&attributes);
      pthread_attr_setstacksize (&attributes, STACK_SIZE);
      status = pthread_create (&self->thread, &attributes, watch, self);
      pthread_attr_destroy (&attributes);
      pthread_sigmask (SIG_SETMASK, &before, NULL);
    }
  if (status == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (status),
               "A worker failed to watch its parent: %s", g_strerror (status));
  if (self->stop_fd >= 0)
    close (self->stop_fd);
  return FALSE;
}

void
genlm_worker_watchdog_stop (GenlmWorkerWatchdog *self)
{
  guint64 one = 1;

  if (write (self->stop_fd, &one, sizeof one) == (gssize) sizeof one)
    pthread_join (self->thread, NULL);
  close (self->stop_fd);
}
