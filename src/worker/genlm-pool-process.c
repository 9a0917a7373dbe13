/* One worker process. See the header. */

#define _GNU_SOURCE /* pipe2() */
#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-process-private.h"

#include "genlm-potential-error.h"
#include "genlm-script-private.h"

#include <glib-unix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where a worker finds its descriptors. */
#define SOCKET_FD 3
#define REGION_FD 4
#define INFO_FD   5
#define INFO_END  6

/* How much of standard error is kept, and how long a line may be. */
#define LAST_WORDS_SIZE 4096

/* How long who waits for one worker alone does not see what else comes up, in µs. */
#define PATIENCE 5000

/* How long a sandbox may take to say whom it runs, in ms. */
#define INFO_PATIENCE 5000

static gboolean
fail_errno (GError     **error,
            const char  *what)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "Failed to make %s for a worker: %s", what, g_strerror (saved_errno));
  return FALSE;
}

/* In the child: an interrupt from the terminal is for its parent. */
static void
leave_group (gpointer data)
{
  setpgid (0, 0);
}

/* The system may be too old for this. */
static int
open_exit_fd (int pid)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

/* Both pipes and the socket; the child's ends are the launcher's. */
static gboolean
connect_child (GenlmPoolProcess     *self,
               GSubprocessLauncher  *launcher,
               GError              **error)
{
  const struct timeval patience = { 0, PATIENCE };
  int sockets[2], pipes[2], region_fd;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return fail_errno (error, "a socket");
  self->fd = sockets[0];
  g_subprocess_launcher_take_fd (launcher, sockets[1], SOCKET_FD);
  /* Only who waits for an answer blocks, and not for long. */
  if (setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return fail_errno (error, "a socket");

  if (pipe2 (pipes, O_CLOEXEC) != 0)
    return fail_errno (error, "a pipe");
  self->stderr_fd = pipes[0];
  g_subprocess_launcher_take_stderr_fd (launcher, pipes[1]);
  if (!g_unix_set_fd_nonblocking (self->stderr_fd, TRUE, error))
    return FALSE;

  region_fd = fcntl (genlm_region_get_fd (self->region), F_DUPFD_CLOEXEC, 0);
  if (region_fd < 0)
    return fail_errno (error, "a descriptor");
  g_subprocess_launcher_take_fd (launcher, region_fd, REGION_FD);
  return TRUE;
}

/* Reads what bubblewrap says of its child, until the end or a closing brace. */
static gboolean
read_info (int      fd,
           GString *info)
{
  gint64 deadline = g_get_monotonic_time () + INFO_PATIENCE * 1000;

  for (;;)
    {
      int patience = (int) ((deadline - g_get_monotonic_time ()) / 1000);
      GPollFD poll_fd = { fd, G_IO_IN, 0 };
      char text[256];
      gssize n;

      if (patience <= 0 || g_poll (&poll_fd, 1, patience) <= 0)
        return FALSE;
      n = read (fd, text, sizeof text);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      g_string_append_len (info, text, n);
      if (memchr (text, '}', (gsize) n) != NULL)
        return TRUE;
    }
}

/* The process that is held is bubblewrap, whose end is not the worker's. */
static gboolean
find_inner (GenlmPoolProcess  *self,
            int                info_fd,
            GError           **error)
{
  g_autoptr (GString) info = g_string_new (NULL);
  const char *place;
  int inner = 0;

  if (read_info (info_fd, info))
    {
      place = strstr (info->str, "\"child-pid\"");
      place = place != NULL ? strchr (place, ':') : NULL;
      inner = place != NULL ? atoi (place + 1) : 0;
    }
  if (inner > 0)
    {
      self->pid = inner;
      self->is_inner = TRUE;
      return TRUE;
    }

  genlm_pool_process_kill (self);
  g_subprocess_wait (self->subprocess, NULL, NULL);
  genlm_pool_process_listen (self);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "Failed to start a worker in a sandbox: bubblewrap did not run it%s%s; allow user namespaces on this "
               "system, or do without “sandbox”",
               self->last_words->len > 0 ? ": " : "", g_strchomp (self->last_words->str));
  return FALSE;
}

/* The pipe on which bubblewrap says whom it runs. It has the other end as well: if it could
 * not say so, since we are gone, it would end and leave its child waiting for ever. */
static gboolean
connect_info (GSubprocessLauncher  *launcher,
              int                   info[2],
              GError              **error)
{
  int end;

  if (pipe2 (info, O_CLOEXEC) != 0)
    return fail_errno (error, "a pipe");
  g_subprocess_launcher_take_fd (launcher, info[1], INFO_FD);
  end = fcntl (info[0], F_DUPFD_CLOEXEC, 0);
  if (end < 0)
    {
      fail_errno (error, "a descriptor");
      close (info[0]);
      return FALSE;
    }
  g_subprocess_launcher_take_fd (launcher, end, INFO_END);
  return TRUE;
}

static gboolean
spawn (GenlmPoolProcess    *self,
       const char * const  *argv,
       gboolean             is_sandboxed,
       GError             **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autofree char *depth = g_strdup_printf ("%u", genlm_script_get_worker_depth () + 1);
  int info[2] = { -1, -1 };
  gboolean done;

  g_subprocess_launcher_setenv (launcher, GENLM_SCRIPT_WORKER_DEPTH, depth, TRUE);
  g_subprocess_launcher_set_child_setup (launcher, leave_group, NULL, NULL);
  if (!connect_child (self, launcher, error))
    return FALSE;
  if (is_sandboxed && !connect_info (launcher, info, error))
    return FALSE;
  self->subprocess = g_subprocess_launcher_spawnv (launcher, argv, error);
  /* Or the end of the child would not be the end of its connection. */
  g_subprocess_launcher_close (launcher);

  done = self->subprocess != NULL;
  if (done)
    {
      const char *pid = g_subprocess_get_identifier (self->subprocess);

      self->pid = pid != NULL ? atoi (pid) : 0;
      self->exit_fd = self->pid > 0 ? open_exit_fd (self->pid) : -1;
    }
  if (done && is_sandboxed)
    done = find_inner (self, info[0], error);
  if (info[0] >= 0)
    close (info[0]);
  return done;
}

GenlmPoolProcess *
genlm_pool_process_new (const char * const  *argv,
                        gboolean             is_sandboxed,
                        GError             **error)
{
  GenlmPoolProcess *self = g_new0 (GenlmPoolProcess, 1);

  self->fd = -1;
  self->stderr_fd = -1;
  self->exit_fd = -1;
  self->is_sandboxed = is_sandboxed;
  self->line = g_string_new (NULL);
  self->last_words = g_string_new (NULL);
  self->region = genlm_region_new (error);
  if (self->region != NULL && spawn (self, argv, is_sandboxed, error))
    return self;
  genlm_pool_process_free (self);
  return NULL;
}

void
genlm_pool_process_free (GenlmPoolProcess *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->stderr_fd >= 0)
    close (self->stderr_fd);
  if (self->exit_fd >= 0)
    close (self->exit_fd);
  g_clear_pointer (&self->region, genlm_region_unref);
  g_clear_object (&self->subprocess);
  g_string_free (self->line, TRUE);
  g_string_free (self->last_words, TRUE);
  g_free (self);
}

/* With those that it has started, which may be at work for it. */
void
genlm_pool_process_kill (GenlmPoolProcess *self)
{
  if (self->is_inner)
    {
      kill (self->pid, SIGKILL);
      return;
    }
  if (self->pid > 0)
    kill (-self->pid, SIGKILL);
  g_subprocess_force_exit (self->subprocess);
}

/* -- standard error ------------------------------------------------------- */

static void
say_line (GenlmPoolProcess *self)
{
  g_autofree char *text = g_utf8_make_valid (self->line->str, (gssize) self->line->len);

  g_info ("Worker %d: %s", self->pid, text);
  g_string_truncate (self->line, 0);
}

static void
keep_words (GenlmPoolProcess *self,
            const char       *text,
            gsize             size)
{
  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '\n' || self->line->len == LAST_WORDS_SIZE)
        say_line (self);
      if (text[i] != '\n' && text[i] != '\0')
        g_string_append_c (self->line, text[i]);
    }
  g_string_append_len (self->last_words, text, (gssize) size);
  if (self->last_words->len > LAST_WORDS_SIZE)
    g_string_erase (self->last_words, 0, (gssize) (self->last_words->len - LAST_WORDS_SIZE));
}

/* Takes what there is on standard error. Bounded: who writes without end must
 * not keep the reader. */
void
genlm_pool_process_listen (GenlmPoolProcess *self)
{
  for (guint i = 0; i < 16 && self->stderr_fd >= 0; i++)
    {
      char text[4096];
      gssize n = read (self->stderr_fd, text, sizeof text);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        return;
      if (n > 0)
        keep_words (self, text, (gsize) n);
      else
        close (g_steal_fd (&self->stderr_fd));
    }
}

/* -- the end -------------------------------------------------------------- */

/* Whether it ends by itself in that time. */
gboolean
genlm_pool_process_await_end (GenlmPoolProcess *self,
                              int               milliseconds)
{
  GPollFD poll_fd = { self->exit_fd, G_IO_IN, 0 };

  if (self->exit_fd >= 0)
    return g_poll (&poll_fd, 1, milliseconds) != 0;
  while (g_subprocess_get_identifier (self->subprocess) != NULL && milliseconds-- > 0)
    g_usleep (1000);
  return g_subprocess_get_identifier (self->subprocess) == NULL;
}

/* Waits for the end of a worker that was killed, or is ending, and says how it
 * was: a part of a sentence. */
char *
genlm_pool_process_reap (GenlmPoolProcess *self,
                         int              *signal_number)
{
  int status;

  g_subprocess_wait (self->subprocess, NULL, NULL);
  genlm_pool_process_listen (self);
  if (self->line->len > 0)
    say_line (self);

  *signal_number = 0;
  if (g_subprocess_get_if_signaled (self->subprocess))
    *signal_number = g_subprocess_get_term_sig (self->subprocess);
  else if (self->is_inner && g_subprocess_get_exit_status (self->subprocess) > 128)
    *signal_number = g_subprocess_get_exit_status (self->subprocess) - 128;
  if (*signal_number != 0)
    return g_strdup_printf ("was killed by signal %d (%s)", *signal_number, g_strsignal (*signal_number));

  status = g_subprocess_get_exit_status (self->subprocess);
  if (status == 0)
    return g_strdup ("ended by itself");
  return g_strdup_printf ("exited with status %d", status);
}
