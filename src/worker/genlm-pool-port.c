/* Who asks: a main context, which a source serves, or a thread that waits. See the
 * header of the pool. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include "genlm-delivery-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct
{
  GSource        source;
  GenlmPoolPort *port;
  gpointer       tag;
} PortSource;

GenlmPoolPort *
genlm_pool_port_ref (GenlmPoolPort *self)
{
  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

/* Without the lock. */
void
genlm_pool_port_unref (GenlmPoolPort *self)
{
  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->event_fd >= 0)
    close (self->event_fd);
  g_free (self->poll_fds);
  genlm_pool_unref (self->pool);
  g_free (self);
}

/* Has whoever serves it look anew. With the lock held. */
void
genlm_pool_port_wake (GenlmPoolPort *self)
{
  const guint64 one = 1;

  if (self->is_awake)
    return;
  self->is_awake = TRUE;
  while (write (self->event_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

static void
stay_awake (GenlmPoolPort *self)
{
  guint64 n;

  while (read (self->event_fd, &n, sizeof n) < 0 && errno == EINTR)
    ;
}

/* Has it read the seat from now on, or look how it does. With the lock held. */
void
genlm_pool_port_watch (GenlmPoolPort *self,
                       GenlmPoolSeat *seat)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = seat };

  if (self->epoll_fd < 0)
    {
      genlm_pool_port_wake (self);
      return;
    }
  if (seat->is_blocked)
    event.events |= EPOLLOUT;
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, seat->process->fd, &event) != 0 && errno == EEXIST)
    epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, seat->process->fd, &event);
}

/* With the lock held. */
void
genlm_pool_port_unwatch (GenlmPoolPort *self,
                         GenlmPoolSeat *seat)
{
  if (self->epoll_fd < 0)
    genlm_pool_port_wake (self);
  else
    epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, seat->process->fd, NULL);
}

static void
serve_seat (GenlmPoolPort *self,
            GenlmPoolSeat *seat)
{
  if (seat->port != self)
    return;
  genlm_pool_seat_flush (seat);
  genlm_pool_seat_read (seat, FALSE);
}

/* The seat that it reads; NULL if there are several, or none. With the lock held. */
static GenlmPoolSeat *
find_only_seat (GenlmPoolPort *self)
{
  GenlmPoolSeat *only = NULL;

  for (guint i = 0; i < self->pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &self->pool->seats[i];

      if (seat->port != self)
        continue;
      if (only != NULL)
        return NULL;
      only = seat;
    }
  return only;
}

/* -- in a main context ---------------------------------------------------- */

/* With the lock held, which it gives up meanwhile. */
static void
serve_ready_seats (GenlmPoolPort *self)
{
  GenlmPoolSeat *seat = find_only_seat (self);
  struct epoll_event events[16];
  int n;

  /* Most likely it is this one. */
  if (seat != NULL)
    {
      guint64 n_answers = seat->n_answers;

      serve_seat (self, seat);
      if (seat->n_answers != n_answers)
        return;
    }
  n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), 0);
  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr != NULL)
        serve_seat (self, events[i].data.ptr);
      else
        stay_awake (self);
    }
}

/* Takes what has landed over into the hands of the context. */
static void
take_landed (GenlmPoolPort *self)
{
  if (self->landed == NULL)
    return;
  if (self->last_answering != NULL)
    self->last_answering->next = self->landed;
  else
    self->answering = self->landed;
  self->last_answering = self->last_landed;
  self->landed = self->last_landed = NULL;
}

/* One by one: a callback may iterate the context until it sees the answer of a
 * neighbour, and the loop in it takes over from here. */
static void
answer_all (GenlmPoolPort *self)
{
  GenlmPoolJob *job;

  while ((job = self->answering) != NULL)
    {
      self->answering = job->next;
      if (self->answering == NULL)
        self->last_answering = NULL;
      job->next = NULL;
      genlm_pool_job_answer (job, TRUE);
    }
}

static gboolean
port_source_prepare (GSource *source,
                     int     *timeout)
{
  GenlmPoolPort *self = ((PortSource *) source)->port;
  gboolean is_ready;

  *timeout = -1;
  genlm_pool_lock (self->pool);
  is_ready = self->is_abandoned || self->answering != NULL || self->landed != NULL ||
             (self->waiting.head != NULL && genlm_pool_has_room (self->pool));
  /* From here on, who wants something must say so. */
  if (!is_ready)
    self->is_awake = FALSE;
  g_mutex_unlock (&self->pool->lock);
  return is_ready;
}

static gboolean
port_source_check (GSource *source)
{
  PortSource *self = (PortSource *) source;

  return self->port->answering != NULL || g_source_query_unix_fd (source, self->tag) != 0;
}

static gboolean
port_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  g_autoptr (GenlmPoolPort) self = genlm_pool_port_ref (((PortSource *) source)->port);
  GenlmPool *pool = self->pool;
  GMainContext *context = g_source_get_context (source);
  gboolean entered = genlm_delivery_enter (context);
  gboolean is_abandoned;

  genlm_pool_lock (pool);
  self->is_awake = TRUE;
  if (g_source_query_unix_fd (source, ((PortSource *) source)->tag) != 0)
    serve_ready_seats (self);
  genlm_pool_pump (pool, TRUE);
  take_landed (self);
  is_abandoned = self->is_abandoned;
  genlm_pool_unlock (pool);

  answer_all (self);
  genlm_delivery_leave (context, entered);
  return is_abandoned ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
port_source_finalize (GSource *source)
{
  GenlmPoolPort *self = ((PortSource *) source)->port;

  genlm_pool_lock (self->pool);
  if (self->source == source)
    self->source = NULL;
  genlm_pool_unlock (self->pool);
  genlm_pool_port_unref (self);
}

static GSourceFuncs port_source_funcs =
{
  .prepare = port_source_prepare,
  .check = port_source_check,
  .dispatch = port_source_dispatch,
  .finalize = port_source_finalize,
};

static void
attach_source (GenlmPoolPort *self)
{
  GSource *source = g_source_new (&port_source_funcs, sizeof (PortSource));
  PortSource *port_source = (PortSource *) source;

  port_source->port = genlm_pool_port_ref (self);
  port_source->tag = g_source_add_unix_fd (source, self->epoll_fd, G_IO_IN);
  g_source_set_static_name (source, "[genlm] worker processes");
  /* A callback may iterate the context and ask again. */
  g_source_set_can_recurse (source, TRUE);
  self->source = source;
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static gboolean
open_descriptors (GenlmPoolPort  *self,
                  GError        **error)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
  int saved_errno;

  self->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->event_fd >= 0 && self->context != NULL)
    self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->event_fd >= 0 &&
      (self->context == NULL ||
       (self->epoll_fd >= 0 && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->event_fd, &event) == 0)))
    return TRUE;
  saved_errno = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "Failed to make a descriptor to wait for workers: %s", g_strerror (saved_errno));
  return FALSE;
}

/* Of a main context, or of a thread that waits. */
GenlmPoolPort *
genlm_pool_port_new (GenlmPool     *pool,
                     GMainContext  *context,
                     GError       **error)
{
  GenlmPoolPort *self = g_new0 (GenlmPoolPort, 1);

  self->refs = 1;
  self->pool = genlm_pool_ref (pool);
  self->context = context;
  self->epoll_fd = -1;
  self->event_fd = -1;
  if (!open_descriptors (self, error))
    {
      genlm_pool_port_unref (self);
      return NULL;
    }
  if (context != NULL)
    attach_source (self);
  else
    self->poll_fds = g_new0 (GPollFD, pool->settings.n_workers + 2);
  return self;
}

/* Whether its context has destroyed its source. With the lock held. */
gboolean
genlm_pool_port_is_gone (GenlmPoolPort *self)
{
  return self->source == NULL || g_source_is_destroyed (self->source);
}

/* -- a thread that waits -------------------------------------------------- */

/* What is to be polled: the seats that it reads, and who wakes it. */
static guint
collect_fds (GenlmPoolPort *self,
             GPollFD       *cancel_fd)
{
  GenlmPool *pool = self->pool;
  guint n = 0;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->port == self)
        self->poll_fds[n++] = (GPollFD) { seat->process->fd, G_IO_IN | (seat->is_blocked ? G_IO_OUT : 0), 0 };
    }
  self->poll_fds[n++] = (GPollFD) { self->event_fd, G_IO_IN, 0 };
  if (cancel_fd != NULL)
    self->poll_fds[n++] = *cancel_fd;
  return n;
}

static void
serve_polled_seats (GenlmPoolPort *self)
{
  GenlmPool *pool = self->pool;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    serve_seat (self, &pool->seats[i]);
}

/* An item alone is with one worker, and mostly answered soon: that worker is waited for
 * as if there were nothing else, for a few ms. With the lock held, which it gives up
 * meanwhile. */
static void
wait_for_item (GenlmPoolPort *self)
{
  GenlmPoolSeat *seat = find_only_seat (self);

  if (seat == NULL || seat->is_blocked)
    return;
  genlm_pool_seat_read (seat, TRUE);
  genlm_pool_pump (self->pool, TRUE);
}

/* With the lock held, which it gives up meanwhile. */
static void
wait_for_any (GenlmPoolPort *self,
              GPollFD       *cancel_fd)
{
  guint n = collect_fds (self, cancel_fd);

  self->is_awake = FALSE;
  genlm_pool_unlock (self->pool);
  g_poll (self->poll_fds, n, -1);
  genlm_pool_lock (self->pool);
  if (self->is_awake)
    stay_awake (self);
  self->is_awake = TRUE;
  serve_polled_seats (self);
  genlm_pool_pump (self->pool, TRUE);
}

/* Until the job is done; no context is iterated. With the lock held, which it gives
 * up meanwhile. FALSE if it was cancelled. */
gboolean
genlm_pool_port_wait (GenlmPoolPort  *self,
                      GenlmPoolJob   *job,
                      GCancellable   *cancellable,
                      GError        **error)
{
  GPollFD cancel_fd;
  gboolean has_fd;

  if (job->n == 1)
    wait_for_item (self);
  if (job->is_done)
    return TRUE;

  has_fd = g_cancellable_make_pollfd (cancellable, &cancel_fd);
  while (!job->is_done && !g_cancellable_is_cancelled (cancellable))
    wait_for_any (self, has_fd ? &cancel_fd : NULL);
  if (has_fd)
    g_cancellable_release_fd (cancellable);
  return job->is_done || !g_cancellable_set_error_if_cancelled (cancellable, error);
}
