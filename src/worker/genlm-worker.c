/* A worker process: what must be set up around its loop. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker.h"

#include "genlm-region-private.h"
#include "genlm-worker-loop-private.h"
#include "genlm-worker-watchdog-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The loop waits in its calls. */
static gboolean
prepare_socket (int      fd,
                GError **error)
{
  int type = 0;
  socklen_t size = sizeof type;
  int flags = fcntl (fd, F_GETFL);

  if (flags >= 0 && getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
      fcntl (fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "Descriptor %d is not the socket of a worker, which is started by programs that use worker processes",
               fd);
  return FALSE;
}

static gboolean
run (int           socket_fd,
     GenlmRegion  *region,
     GError      **error)
{
  GenlmWorkerWatchdog watchdog;
  gboolean done;

  if (!genlm_worker_watchdog_start (&watchdog, socket_fd, error))
    return FALSE;
  done = genlm_worker_loop_run (socket_fd, region, error);
  genlm_worker_watchdog_stop (&watchdog);
  return done;
}

/**
 * genlm_worker_run:
 * @socket_fd: the socket over which the parent speaks
 * @region_fd: the memory that is shared with it
 * @error: return location for an error
 *
 * Makes this process a worker of the one that started it: builds the potentials it
 * is told to and answers what they are asked, until it is told to end. A process
 * without its parent ends at once, whatever it does.
 *
 * This is for the programs that the element `multiprocess` starts: `genlm worker`,
 * and those that can run elements of another language. From now on standard output goes to
 * standard error, no core is dumped, and the main context that is thread-default is
 * iterated while a potential answers asynchronously.
 *
 * Both descriptors are taken, also when this fails.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_WORKER_FAILED if the parent breaks the protocol,
 * on which a program ends with the exit status 3, and %G_IO_ERROR for the
 * descriptors.
 *
 * Threads: the main one, where the potentials then live.
 *
 * Returns: %TRUE when the parent needs the worker no longer
 * Since: 0.1
 */
gboolean
genlm_worker_run (int      socket_fd,
                  int      region_fd,
                  GError **error)
{
  const struct rlimit none = { 0, 0 };
  g_autoptr (GenlmRegion) region = NULL;
  gboolean done;

  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  dup2 (STDERR_FILENO, STDOUT_FILENO);
  setrlimit (RLIMIT_CORE, &none);
  /* What the code of a potential starts must not hold them open. */
  fcntl (socket_fd, F_SETFD, FD_CLOEXEC);
  fcntl (region_fd, F_SETFD, FD_CLOEXEC);
  region = genlm_region_open (region_fd, error);
  done = region != NULL && prepare_socket (socket_fd, error) && run (socket_fd, region, error);
  close (socket_fd);
  return done;
}
