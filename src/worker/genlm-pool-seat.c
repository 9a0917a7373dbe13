/* The place of a worker: what it has been given, who reads it, and what becomes of
 * it all when it dies. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include <errno.h>
#include <math.h>
#include <sys/socket.h>

/* A frame is worth this much time at least, if there is so much to do, and at most
 * while others wait for their turn, or may come to: µs. */
#define MIN_FRAME_TIME 50.0
#define SHARED_FRAME_TIME 20000.0
#define MAX_FRAME_TIME 250000.0

/* So many workers may die before they have read a question. */
#define MAX_PASSES 3

/* While nobody knows what an item costs. */
#define MAX_UNKNOWN 32

void
genlm_pool_seat_init (GenlmPoolSeat *self,
                      GenlmPool     *pool,
                      guint          index)
{
  self->pool = pool;
  self->index = index;
  self->nodes = genlm_node_map_new ();
  self->built = g_ptr_array_new ();
  self->drops = g_array_new (FALSE, FALSE, sizeof (guint32));
}

/* Without a process. */
void
genlm_pool_seat_clear (GenlmPoolSeat *self)
{
  g_array_unref (self->drops);
  g_ptr_array_unref (self->built);
  g_clear_error (&self->build_error);
  g_free (self->failure);
  genlm_frame_writer_clear (&self->writer);
  genlm_frame_reader_clear (&self->reader);
  genlm_node_map_unref (self->nodes);
}

/* -- who reads it --------------------------------------------------------- */

/* The port of what comes next, or, if nothing does, who read it last. What nobody
 * waits for is for the nurse to read. */
static GenlmPoolPort *
find_port (GenlmPoolSeat *self)
{
  if (self->state != GENLM_POOL_SEAT_STARTING && self->state != GENLM_POOL_SEAT_READY)
    return NULL;
  for (GenlmPoolPiece *piece = self->flying.head; piece != NULL; piece = piece->next)
    {
      if (piece->job != NULL && !piece->job->is_abandoned)
        return piece->job->port;
    }
  if (self->flying.head != NULL)
    return NULL;
  return self->port != NULL && self->port->context != NULL && !self->port->is_abandoned ? self->port : NULL;
}

/* With the lock held. */
void
genlm_pool_seat_update_port (GenlmPoolSeat *self)
{
  GenlmPoolPort *port = find_port (self);

  if (port == self->port)
    return;
  if (self->port != NULL)
    {
      genlm_pool_port_unwatch (self->port, self);
      self->pool->lost_ports = g_slist_prepend (self->pool->lost_ports, self->port);
    }
  self->port = port != NULL ? genlm_pool_port_ref (port) : NULL;
  if (port != NULL)
    genlm_pool_port_watch (port, self);
  else if (self->flying.head != NULL)
    genlm_pool_wake_nurse (self->pool);
}

/* -- giving --------------------------------------------------------------- */

/* Whether it may be given something now: if it has nothing, or, to @fill it up,
 * not yet much. With the lock held. */
gboolean
genlm_pool_seat_has_room (GenlmPoolSeat *self,
                          gboolean       fill)
{
  return self->state == GENLM_POOL_SEAT_READY && !self->writing &&
         self->n_frames < (fill ? self->pool->settings.max_in_flight : 1) &&
         self->n_items < GENLM_REGION_N_ITEMS &&
         genlm_region_count_free (self->process->region) > 0;
}

static void
append_piece (GenlmPoolSeat  *self,
              GenlmPoolFrame *frame,
              GenlmPoolPiece *piece)
{
  piece->order = self->n_orders++;
  piece->serial = self->next_serial;
  piece->n_done = 0;
  self->next_serial += piece->n;
  self->n_items += piece->n;
  frame->n_items += piece->n;
  frame->n_pieces++;
  genlm_pool_queue_push (&self->flying, piece);
}

static void
ensure_built (GenlmPoolSeat     *self,
              GenlmPoolFrame    *frame,
              GenlmPoolInstance *instance)
{
  if (g_ptr_array_find (self->built, GUINT_TO_POINTER (instance->id), NULL))
    return;
  g_ptr_array_add (self->built, GUINT_TO_POINTER (instance->id));
  append_piece (self, frame, genlm_pool_piece_new_build (instance));
}

static void
take_slots (GenlmPoolSeat  *self,
            GenlmPoolPiece *piece)
{
  piece->slots = piece->n == 1 ? &piece->slot : g_new (guint8, piece->n);
  for (guint i = 0; i < piece->n; i++)
    {
      int slot = genlm_region_take_slot (self->process->region);

      g_assert (slot >= 0);
      piece->slots[i] = (guint8) slot;
    }
}

/* What a frame of the port may be worth: it must not look like a worker that hangs. */
static double
get_max_time (GenlmPoolSeat *self,
              GenlmPoolPort *port)
{
  double max_time = port->next != NULL ? SHARED_FRAME_TIME : MAX_FRAME_TIME;
  guint timeout = self->pool->settings.timeout;

  return timeout != 0 ? MIN (max_time, timeout * 1000.0 / 4) : max_time;
}

/* How many items of the next piece still go into the frame: a share of what
 * waits, so that workers end together, or more if that is not worth the way. */
static guint
get_share (GenlmPoolSeat  *self,
           GenlmPoolFrame *frame,
           GenlmPoolPiece *piece,
           guint           guided,
           double          worth,
           double          max_time)
{
  double cost = piece->job->instance->costs[piece->job->method];
  double n = (double) guided - frame->n_items;

  if (cost > 0)
    {
      n = MAX (n, ceil ((MIN_FRAME_TIME - worth) / cost));
      n = MIN (n, floor ((max_time - worth) / cost));
    }
  else
    {
      n = MIN (n, MAX_UNKNOWN - (double) frame->n_items);
    }
  n = MIN (n, GENLM_REGION_N_ITEMS - self->n_items);
  if (frame->n_items == 0)
    n = MAX (n, 1);
  if (piece->job->method == GENLM_METHOD_NEXT)
    n = MIN (n, genlm_region_count_free (self->process->region));
  return n > 0 ? (guint) MIN (n, piece->n) : 0;
}

/* Moves pieces of the port into the frame. */
static void
fill_frame (GenlmPoolSeat  *self,
            GenlmPoolFrame *frame,
            GenlmPoolPort  *port)
{
  guint guided = genlm_pool_get_share (self->pool);
  double max_time = get_max_time (self, port);
  double worth = 0;
  GenlmPoolPiece *piece;

  while ((piece = genlm_pool_peek (self->pool, port)) != NULL)
    {
      GenlmPoolJob *job = piece->job;

      if (piece->build != NULL)
        {
          piece = genlm_pool_take (self->pool, port, 0);
          if (!g_ptr_array_find (self->built, GUINT_TO_POINTER (piece->build->id), NULL))
            g_ptr_array_add (self->built, GUINT_TO_POINTER (piece->build->id));
        }
      else
        {
          guint n = get_share (self, frame, piece, guided, worth, max_time);

          if (n == 0)
            return;
          ensure_built (self, frame, job->instance);
          worth += n * job->instance->costs[job->method];
          if (frame->n_items == 0)
            {
              frame->instance = job->instance;
              frame->method = job->method;
            }
          else if (frame->instance != job->instance || frame->method != job->method)
            {
              frame->instance = NULL;
            }
          piece = genlm_pool_take (self->pool, port, n);
          if (job->method == GENLM_METHOD_NEXT)
            take_slots (self, piece);
        }
      append_piece (self, frame, piece);
    }
}

/* As much as the socket takes. By who has claimed the writing. */
static int
write_out (GenlmPoolSeat *self)
{
  while (self->writer.start < self->writer.end)
    {
      gssize n = send (self->process->fd, self->writer.data + self->writer.start,
                       self->writer.end - self->writer.start, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno;
      self->writer.start += (gsize) n;
    }
  return 0;
}

/* A worker that is gone is not noticed here: what it answered before it went is
 * still to be read, by who sees its end. */
static void
end_writing (GenlmPoolSeat *self,
             int            send_errno)
{
  gboolean is_blocked = send_errno == EAGAIN || send_errno == EWOULDBLOCK;

  self->writing = FALSE;
  if (send_errno != 0 && !is_blocked)
    self->has_left = TRUE;
  if (is_blocked != self->is_blocked)
    {
      self->is_blocked = is_blocked;
      if (self->port != NULL)
        genlm_pool_port_watch (self->port, self);
      else
        genlm_pool_wake_nurse (self->pool);
    }
  genlm_pool_seat_settle (self);
}

/* Encodes the flying pieces from @first on and sends them. With the lock held,
 * which it gives up meanwhile. */
static void
send_pieces (GenlmPoolSeat  *self,
             GenlmPoolPiece *first)
{
  guint64 end_order = self->n_orders;
  GArray *drops = NULL;
  int send_errno;

  if (self->drops->len > 0)
    {
      drops = self->drops;
      self->drops = g_array_new (FALSE, FALSE, sizeof (guint32));
    }
  g_mutex_unlock (&self->pool->lock);
  genlm_pool_seat_encode (self, first, end_order, drops);
  send_errno = write_out (self);
  g_clear_pointer (&drops, g_array_unref);
  g_mutex_lock (&self->pool->lock);
  end_writing (self, send_errno);
}

static GenlmPoolFrame *
begin_frame (GenlmPoolSeat *self,
             gint64         now)
{
  GenlmPoolFrame *frame = &self->frames[(self->first_frame + self->n_frames) % GENLM_POOL_MAX_FRAMES];

  *frame = (GenlmPoolFrame) { .sent = now };
  self->writing = TRUE;
  return frame;
}

static void
note_frame (GenlmPoolSeat *self,
            gint64         now)
{
  if (self->n_frames++ == 0)
    self->busy_since = self->progress = now;
}

/* Gives it a frame of what waits at the port. With the lock held, which it gives up
 * meanwhile. */
void
genlm_pool_seat_send (GenlmPoolSeat *self,
                      GenlmPoolPort *port)
{
  GenlmPoolPiece *last = self->flying.tail;
  gint64 now = g_get_monotonic_time ();
  GenlmPoolFrame *frame = begin_frame (self, now);

  fill_frame (self, frame, port);
  genlm_pool_rotate (self->pool, port);
  if (frame->n_pieces == 0)
    {
      end_writing (self, self->is_blocked ? EAGAIN : 0);
      return;
    }
  self->pool->n_batches++;
  note_frame (self, now);
  genlm_pool_seat_update_port (self);
  send_pieces (self, last != NULL ? last->next : self->flying.head);
}

/* Takes what waits to be sent further. With the lock held, which it gives up
 * meanwhile. */
void
genlm_pool_seat_flush (GenlmPoolSeat *self)
{
  int send_errno;

  if (!self->is_blocked || self->writing ||
      (self->state != GENLM_POOL_SEAT_READY && self->state != GENLM_POOL_SEAT_STARTING))
    return;
  self->writing = TRUE;
  g_mutex_unlock (&self->pool->lock);
  send_errno = write_out (self);
  g_mutex_lock (&self->pool->lock);
  end_writing (self, send_errno);
}

static GVariant *
make_hello (const GenlmPoolSettings *settings)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (settings->memory_limit != 0)
    g_variant_builder_add (&builder, "{sv}", "memory-limit", g_variant_new_uint64 (settings->memory_limit));
  if (settings->cpu_limit != 0)
    g_variant_builder_add (&builder, "{sv}", "cpu-limit", g_variant_new_uint32 (settings->cpu_limit));
  return g_variant_new ("(a{sv})", &builder);
}

/* Takes the process, and has it build the first instance. With the lock held, which
 * it gives up meanwhile. */
void
genlm_pool_seat_start (GenlmPoolSeat    *self,
                       GenlmPoolProcess *process)
{
  gint64 now = g_get_monotonic_time ();
  GenlmPoolFrame *frame;

  genlm_frame_reader_clear (&self->reader);
  genlm_frame_writer_clear (&self->writer);
  genlm_node_map_restart (self->nodes);
  g_ptr_array_set_size (self->built, 0);
  g_array_set_size (self->drops, 0);
  g_clear_pointer (&self->failure, g_free);
  g_clear_error (&self->build_error);
  self->process = process;
  self->state = GENLM_POOL_SEAT_STARTING;
  self->is_blocked = FALSE;
  self->first_frame = self->n_frames = self->n_items = 0;
  self->n_orders = self->read_order = self->sent_order = 0;
  self->next_serial = 1;
  self->seen_current = 0;
  self->broke_off = FALSE;
  self->has_left = FALSE;

  frame = begin_frame (self, now);
  ensure_built (self, frame, self->pool->instance);
  note_frame (self, now);
  genlm_frame_writer_begin (&self->writer, GENLM_FRAME_HELLO, 0, make_hello (&self->pool->settings));
  genlm_frame_writer_end (&self->writer, 0);
  send_pieces (self, self->flying.head);
}

/* With the lock held. */
void
genlm_pool_seat_set_ready (GenlmPoolSeat *self)
{
  if (self->state != GENLM_POOL_SEAT_STARTING)
    return;
  self->state = GENLM_POOL_SEAT_READY;
  self->was_greeted = FALSE;
  genlm_pool_wake_nurse (self->pool);
  g_cond_broadcast (&self->pool->changed);
}

/* Says good-bye to an idle worker. With the lock held, which it gives up
 * meanwhile. */
void
genlm_pool_seat_quit (GenlmPoolSeat *self)
{
  int send_errno;

  self->writing = TRUE;
  g_mutex_unlock (&self->pool->lock);
  genlm_frame_writer_begin (&self->writer, GENLM_FRAME_QUIT, 0, NULL);
  genlm_frame_writer_end (&self->writer, 0);
  send_errno = write_out (self);
  g_mutex_lock (&self->pool->lock);
  end_writing (self, send_errno);
}

/* -- hearing -------------------------------------------------------------- */

static gboolean
handle_frames (GenlmPoolSeat  *self,
               GError        **error)
{
  GenlmFrame frame;
  GError *local_error = NULL;

  while (genlm_frame_reader_next (&self->reader, &frame, &local_error))
    {
      if (!genlm_pool_seat_handle (self, &frame, error))
        return FALSE;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* Reads until there is nothing more; first waits, for as long as the socket does, if
 * that is wanted. FALSE if it is the end of the worker, with an error if that must
 * be brought about; @has_left says whether it went before it had read all. */
static gboolean
receive (GenlmPoolSeat  *self,
         gboolean        wait,
         gboolean       *has_left,
         GError        **error)
{
  for (;; wait = FALSE)
    {
      gsize n_bytes;
      guint8 *place = genlm_frame_reader_reserve (&self->reader, &n_bytes);
      gssize n = recv (self->process->fd, place, n_bytes, wait ? 0 : MSG_DONTWAIT);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return TRUE;
      if (n <= 0)
        {
          *has_left = n < 0 && errno == ECONNRESET;
          return FALSE;
        }
      genlm_frame_reader_add (&self->reader, (gsize) n);
      if (!handle_frames (self, error))
        return FALSE;
      if ((gsize) n < n_bytes)
        return TRUE;
    }
}

/* Takes the answers that have come, or come within a few ms if it is to @wait. With
 * the lock held, which it gives up meanwhile. */
void
genlm_pool_seat_read (GenlmPoolSeat *self,
                      gboolean       wait)
{
  g_autoptr (GError) error = NULL;
  gboolean has_left = FALSE;
  gboolean is_alive;

  if (self->reading ||
      (self->state != GENLM_POOL_SEAT_READY && self->state != GENLM_POOL_SEAT_STARTING))
    return;
  self->reading = TRUE;
  g_mutex_unlock (&self->pool->lock);
  is_alive = receive (self, wait, &has_left, &error);
  g_mutex_lock (&self->pool->lock);
  self->reading = FALSE;
  self->broke_off = error != NULL;
  self->has_left |= has_left;
  if (!is_alive)
    genlm_pool_seat_fail (self, error != NULL ? error->message : NULL);
  else
    genlm_pool_seat_update_port (self);
  genlm_pool_seat_settle (self);
}

/* -- the end -------------------------------------------------------------- */

/* Gives the worker up: it has ended, or is to be. With the lock held. */
void
genlm_pool_seat_fail (GenlmPoolSeat *self,
                      const char    *failure)
{
  if (self->state != GENLM_POOL_SEAT_STARTING && self->state != GENLM_POOL_SEAT_READY)
    return;
  self->died_starting = self->state == GENLM_POOL_SEAT_STARTING;
  self->state = GENLM_POOL_SEAT_FAILED;
  self->failure = g_strdup (failure);
  genlm_pool_seat_update_port (self);
}

/* Which piece the worker was at, by what it says; else the first. One whose answer
 * was broken may have gone on to others, so it is the first, too. A build that
 * nobody waits for is part of what comes next. And nobody is to blame for a worker that
 * died before it had read the question; but not for ever, since it might just
 * not say. */
static GenlmPoolPiece *
find_culprit (GenlmPoolSeat *self)
{
  guint64 current = self->broke_off ? 0 : genlm_region_get_current (self->process->region);
  GenlmPoolPiece *first = NULL;

  for (GenlmPoolPiece *piece = self->flying.head; piece != NULL; piece = piece->next)
    {
      if (piece->job == NULL)
        continue;
      if (first == NULL)
        first = piece;
      if (piece->build == NULL && current >= piece->serial + piece->n_done && current < piece->serial + piece->n)
        return piece;
    }
  return self->has_left && !self->broke_off && first != NULL && first->n_passes++ < MAX_PASSES ? NULL : first;
}

/* A batch that killed is asked one by one from then on: to the front of @pieces,
 * which is in reverse. */
static GenlmPoolPiece *
split_piece (GenlmPoolSeat  *self,
             GenlmPoolPiece *piece,
             GenlmPoolPiece *pieces)
{
  for (guint i = 0; i < piece->n; i++)
    {
      GenlmPoolPiece *single = genlm_pool_piece_new (piece->job, piece->first + i, 1);

      single->next = pieces;
      pieces = single;
    }
  genlm_pool_queue_push (&self->pool->garbage, piece);
  return pieces;
}

/* What was not answered, last first. */
static GenlmPoolPiece *
take_back (GenlmPoolSeat *self)
{
  GenlmPoolPiece *culprit = find_culprit (self);
  GenlmPoolPiece *pieces = NULL;
  GenlmPoolPiece *piece;
  int max_retries = self->pool->settings.max_retries;

  while ((piece = genlm_pool_queue_pop (&self->flying)) != NULL)
    {
      genlm_pool_piece_clear_slots (piece);
      piece->first += piece->n_done;
      piece->n -= piece->n_done;
      piece->n_done = 0;
      if (piece->job == NULL)
        {
          genlm_pool_queue_push (&self->pool->garbage, piece);
          continue;
        }
      if (piece == culprit && piece->n > 1)
        {
          pieces = split_piece (self, piece, pieces);
          continue;
        }
      if (piece == culprit && ++piece->n_failures > (guint) max_retries && max_retries >= 0)
        {
          genlm_pool_queue_push (&self->condemned, piece);
          continue;
        }
      if (piece == culprit && !self->pool->is_closed)
        self->pool->n_retries++;
      piece->next = pieces;
      pieces = piece;
    }
  return pieces;
}

/* Puts back what a worker held that was given up, when nobody reads or writes it
 * any more; the nurse does the rest. With the lock held. */
void
genlm_pool_seat_settle (GenlmPoolSeat *self)
{
  GenlmPoolPiece *pieces;

  if (self->state != GENLM_POOL_SEAT_FAILED || self->reading || self->writing)
    return;
  self->state = GENLM_POOL_SEAT_EMPTY;
  if (self->n_frames > 0)
    self->busy_time += g_get_monotonic_time () - self->busy_since;
  self->n_frames = self->n_items = 0;
  pieces = take_back (self);
  while (pieces != NULL)
    {
      GenlmPoolPiece *piece = pieces;

      pieces = piece->next;
      genlm_pool_requeue (self->pool, piece);
    }
  genlm_pool_wake_nurse (self->pool);
  g_cond_broadcast (&self->pool->changed);
}
