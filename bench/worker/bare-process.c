/* A child that answers on a socket with read() and write() alone. To be started
 * before there are threads. */

#include "bare-process.h"

#include "spin.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MESSAGE (64u << 10)

struct _BenchBare
{
  pid_t   pid;
  int     fd;
  guint8  buffer[MAX_MESSAGE];
};

/* How a request begins. */
typedef struct
{
  guint64 n_request;
  guint64 n_answer;
  guint64 n_items;
  guint64 n_steps;
} Head;

static gboolean
read_all (int     fd,
          guint8 *buffer,
          gsize   n)
{
  gsize done = 0;

  while (done < n)
    {
      gssize got = read (fd, buffer + done, n - done);

      if (got <= 0)
        return FALSE;
      done += (gsize) got;
    }
  return TRUE;
}

static void
write_all (int           fd,
           const guint8 *buffer,
           gsize         n)
{
  gsize done = 0;

  while (done < n)
    {
      gssize put = write (fd, buffer + done, n - done);

      if (put <= 0)
        g_error ("A bare process has gone");
      done += (gsize) put;
    }
}

/* A small request is one read, as it would be in a program that is good at
 * nothing else. */
static gsize
read_request (int     fd,
              guint8 *buffer)
{
  gsize n = 0;

  do
    {
      gssize got = read (fd, buffer + n, MAX_MESSAGE - n);

      if (got <= 0)
        return 0;
      n += (gsize) got;
    }
  while (n < sizeof (Head) || n < ((Head *) buffer)->n_request);
  return n;
}

static void
serve (int     fd,
       guint8 *buffer)
{
  guint64 sum = 0;

  while (read_request (fd, buffer) > 0)
    {
      Head head = *(Head *) buffer;

      for (guint64 i = 0; i < head.n_items; i++)
        sum += bench_spin (head.n_steps + (sum & 1));
      *(guint64 *) buffer = sum;
      write_all (fd, buffer, head.n_answer);
    }
}

BenchBare *
bench_bare_start (void)
{
  BenchBare *self = g_new0 (BenchBare, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    g_error ("No socket for a bare process");
  self->fd = fds[0];
  self->pid = fork ();
  if (self->pid < 0)
    g_error ("No bare process");
  if (self->pid == 0)
    {
      close (fds[0]);
      serve (fds[1], self->buffer);
      _exit (0);
    }
  close (fds[1]);
  return self;
}

int
bench_bare_get_pid (BenchBare *self)
{
  return self->pid;
}

static void
ask (BenchBare *self,
     Head       head)
{
  *(Head *) self->buffer = head;
  write_all (self->fd, self->buffer, head.n_request);
}

/* Sizes are at least those of a head and of a number. */
void
bench_bare_ping (BenchBare *self,
                 gsize      n_request,
                 gsize      n_answer)
{
  ask (self, (Head) { n_request, n_answer, 0, 0 });
  if (!read_all (self->fd, self->buffer, n_answer))
    g_error ("A bare process has gone");
}

void
bench_bare_begin (BenchBare *self,
                  guint      n_items,
                  guint64    n_steps)
{
  ask (self, (Head) { sizeof (Head), sizeof (guint64), n_items, n_steps });
}

void
bench_bare_wait (BenchBare *self)
{
  if (!read_all (self->fd, self->buffer, sizeof (guint64)))
    g_error ("A bare process has gone");
}

/* Those that were started later hold the descriptor, too. */
void
bench_bare_stop (BenchBare *self)
{
  shutdown (self->fd, SHUT_RDWR);
  close (self->fd);
  waitpid (self->pid, NULL, 0);
  g_free (self);
}
