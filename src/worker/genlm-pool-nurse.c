/* The thread that starts, hears and buries the workers of a pool, and steps in
 * where nobody else does. It answers nobody: what it finds lands at the ports. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include "genlm-potential-error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* How long a port may leave answers unread while others wait, in µs. */
#define PATIENCE 5000

/* The longest time between two looks at workers that are busy, in µs. */
#define MAX_TICK G_TIME_SPAN_SECOND

/* A worker may take so long to build, whatever it may to answer, in ms. */
#define BUILD_PATIENCE 60000u

/* The longest time until a worker is started again, in ms. */
#define MAX_RESPAWN_DELAY 10000u

/* How long a worker may take to end whose connection has ended, in ms. */
#define END_PATIENCE 100

/* How long idle workers may take to end, in µs. */
#define QUIT_PATIENCE (200 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GenlmPool *pool;
  GArray    *fds;               /* of GPollFD */
  gint64     last_tick;
  gboolean   spares_sockets;    /* for a moment: somebody else is about to see an end */
} Nurse;

/* -- starting ------------------------------------------------------------- */

/* Without the lock. */
static GenlmPoolProcess *
start_process (GenlmPool  *pool,
               GError    **error)
{
  return genlm_pool_process_new ((const char * const *) pool->argv, pool->settings.sandbox, error);
}

static gboolean
has_hope (GenlmPool *pool)
{
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->state != GENLM_POOL_SEAT_EMPTY || (!pool->instance->is_built && seat->n_deaths == 0))
        return TRUE;
    }
  return FALSE;
}

/* A worker could not be had, and perhaps there is none. */
static void
note_start_failure (GenlmPool    *pool,
                    const GError *error)
{
  if (has_hope (pool))
    return;
  if (!pool->instance->is_built && pool->instance->error == NULL)
    {
      pool->instance->error = g_error_copy (error);
      g_cond_broadcast (&pool->changed);
    }
  genlm_pool_fail_waiting (pool, error);
}

static void
schedule (GenlmPoolSeat *seat)
{
  guint64 delay = seat->pool->settings.respawn_delay;

  delay = MIN (delay << MIN (seat->n_deaths, 16), MAX_RESPAWN_DELAY);
  seat->n_deaths++;
  seat->due = g_get_monotonic_time () + (gint64) delay * G_TIME_SPAN_MILLISECOND;
}

static void
start_seat (GenlmPoolSeat *seat)
{
  GenlmPool *pool = seat->pool;
  g_autoptr (GError) error = NULL;
  GenlmPoolProcess *process;

  g_mutex_unlock (&pool->lock);
  process = start_process (pool, &error);
  g_mutex_lock (&pool->lock);
  if (process != NULL)
    {
      seat->due = 0;
      genlm_pool_seat_start (seat, process);
      return;
    }
  schedule (seat);
  g_prefix_error (&error, "%s has no workers: ", pool->label);
  note_start_failure (pool, error);
}

static void
start_due (Nurse *self)
{
  GenlmPool *pool = self->pool;

  for (guint i = 0; i < pool->settings.n_workers && !pool->is_closed; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->state != GENLM_POOL_SEAT_EMPTY || seat->process != NULL || g_get_monotonic_time () < seat->due)
        continue;
      /* What could not be built once is not tried again until somebody has it. */
      if (pool->instance->is_built || seat->n_deaths == 0)
        start_seat (seat);
    }
}

static void
greet_started (Nurse *self)
{
  GenlmPool *pool = self->pool;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->state != GENLM_POOL_SEAT_READY || seat->was_greeted)
        continue;
      seat->was_greeted = TRUE;
      seat->n_start_failures = 0;
      if (seat->n_starts++ > 0)
        pool->n_respawns++;
      genlm_pool_tell (pool, seat->index, seat->process->pid, NULL);
    }
}

/* -- burying -------------------------------------------------------------- */

/* What is to be said of the end of a worker: a part of a sentence. */
static char *
tell_end (GenlmPoolSeat          *seat,
          const GenlmPoolProcess *process,
          const char             *reason,
          int                     signal_number)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *words = g_utf8_make_valid (process->last_words->str, (gssize) process->last_words->len);

  /* What was the matter is known, and the signal was ours. */
  if (seat->failure != NULL)
    g_string_append_printf (text, "was ended: %s", seat->failure);
  else
    g_string_append (text, reason);
  genlm_pool_limits_add (&seat->pool->settings, text, words, signal_number);
  g_strstrip (words);
  if (*words != '\0')
    g_string_append_printf (text, "; its last words were: %s", words);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *
get_question (const GenlmPoolPiece *piece)
{
  static const char *names[] = { "prefix", "complete", "logw_next", "mask_next" };

  return piece->build != NULL ? "a potential to be built" : names[piece->job->method];
}

static void
fail_condemned (GenlmPoolSeat *seat,
                const char    *end)
{
  GenlmPool *pool = seat->pool;
  GenlmPoolPiece *piece;

  while ((piece = genlm_pool_queue_pop (&seat->condemned)) != NULL)
    {
      g_autoptr (GError) error =
        g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
                     "%s failed in %s, which was asked %u time%s: the worker %s", pool->label, get_question (piece),
                     piece->n_failures, piece->n_failures == 1 ? "" : "s", end);

      genlm_pool_job_set_error (piece->job, piece->first, error);
      genlm_pool_item_done (pool, piece->job, 1);
      genlm_pool_queue_push (&pool->garbage, piece);
    }
}

/* It never got to work. */
static void
note_stillborn (GenlmPoolSeat *seat,
                const char    *end)
{
  GenlmPool *pool = seat->pool;
  int max_retries = pool->settings.max_retries;
  g_autoptr (GError) error = NULL;

  seat->n_start_failures++;
  if (seat->build_error != NULL)
    error = g_error_copy (seat->build_error);
  else if (!pool->instance->is_built || (max_retries >= 0 && seat->n_start_failures > (guint) max_retries))
    error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
                         "%s has no workers: while one built the potential, it %s", pool->label, end);
  if (error != NULL)
    note_start_failure (pool, error);
}

/* With the lock held, which it gives up meanwhile. */
static void
bury_seat (GenlmPoolSeat *seat)
{
  GenlmPool *pool = seat->pool;
  GenlmPoolProcess *process = g_steal_pointer (&seat->process);
  g_autofree char *reason = NULL;
  g_autofree char *end = NULL;
  int pid = process->pid;
  int signal_number;

  g_mutex_unlock (&pool->lock);
  /* Or its end would be the one that it meets here. */
  if (seat->failure == NULL && !genlm_pool_process_await_end (process, END_PATIENCE))
    seat->failure = g_strdup ("it closed its connection");
  genlm_pool_process_kill (process);
  reason = genlm_pool_process_reap (process, &signal_number);
  end = tell_end (seat, process, reason, signal_number);
  genlm_pool_process_free (process);
  g_mutex_lock (&pool->lock);

  seat->was_greeted = FALSE;
  schedule (seat);
  fail_condemned (seat, end);
  if (pool->is_closed)
    return;
  if (seat->died_starting)
    note_stillborn (seat, end);
  genlm_pool_tell (pool, seat->index, pid, end);
}

static void
bury_all (Nurse *self)
{
  GenlmPool *pool = self->pool;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->state == GENLM_POOL_SEAT_EMPTY && seat->process != NULL)
        bury_seat (seat);
    }
}

/* -- looking -------------------------------------------------------------- */

static guint
get_timeout (const GenlmPoolSeat *seat)
{
  guint timeout = seat->pool->settings.timeout;

  if (timeout != 0 && seat->flying.head != NULL && seat->flying.head->build != NULL)
    return MAX (timeout, BUILD_PATIENCE);
  return timeout;
}

static void
look_at_seat (Nurse         *self,
              GenlmPoolSeat *seat,
              gint64         now)
{
  guint64 current = genlm_region_get_current (seat->process->region);
  guint64 n_answers = seat->n_answers;
  gint64 timeout = (gint64) get_timeout (seat) * G_TIME_SPAN_MILLISECOND;
  gboolean is_further, is_late;

  /* What it says of itself is believed as often as it has been given something. */
  is_further = current > seat->seen_current && current < seat->next_serial;
  if (n_answers != seat->seen_answers || is_further)
    seat->progress = MAX (seat->progress, now);
  if (is_further)
    seat->seen_current = current;
  is_late = timeout != 0 && now - seat->progress >= timeout;
  if (is_late || (self->pool->is_watched_closely && n_answers == seat->seen_answers))
    {
      /* Its answer may only not have been read. */
      genlm_pool_seat_flush (seat);
      genlm_pool_seat_read (seat, FALSE);
    }
  if (seat->process == NULL || seat->n_frames == 0)
    return;
  if (is_late && !seat->reading && seat->n_answers == n_answers)
    {
      g_autofree char *failure =
        g_strdup_printf ("it made no progress for %u ms (see the property “timeout”)", get_timeout (seat));

      genlm_pool_seat_fail (seat, failure);
      genlm_pool_seat_settle (seat);
      return;
    }
  seat->seen_answers = seat->n_answers;
}

static gint64
get_tick (GenlmPool *pool)
{
  gint64 tick = MAX_TICK;

  if (pool->is_watched_closely)
    return PATIENCE;
  if (pool->settings.timeout != 0)
    tick = MIN (tick, (gint64) pool->settings.timeout * G_TIME_SPAN_MILLISECOND / 8);
  return MAX (tick, PATIENCE);
}

static gboolean
is_starting (GenlmPool *pool)
{
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      if (pool->seats[i].state == GENLM_POOL_SEAT_STARTING)
        return TRUE;
    }
  return FALSE;
}

static void
look_at_all (Nurse *self)
{
  GenlmPool *pool = self->pool;
  gint64 now = g_get_monotonic_time ();

  if (now - self->last_tick < get_tick (pool))
    return;
  self->last_tick = now;
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if ((seat->state == GENLM_POOL_SEAT_READY || seat->state == GENLM_POOL_SEAT_STARTING) && seat->n_frames > 0)
        look_at_seat (self, seat, now);
    }
  /* Who asks something says so when nobody looks any more. */
  if (pool->n_active_ports < 2)
    pool->is_watched_closely = FALSE;
  if (pool->n_active_ports == 0)
    pool->is_watched = FALSE;
}

/* -- waiting -------------------------------------------------------------- */

static void
add_fd (Nurse *self,
        int    fd,
        gushort events)
{
  GPollFD poll_fd = { fd, events, 0 };

  g_array_append_val (self->fds, poll_fd);
}

/* Three for each seat: those that there are not are left out by the system. */
static void
collect_fds (Nurse *self)
{
  GenlmPool *pool = self->pool;

  g_array_set_size (self->fds, 0);
  add_fd (self, pool->nurse_fd, G_IO_IN);
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];
      gboolean is_alive = seat->process != NULL && seat->state != GENLM_POOL_SEAT_EMPTY;
      gboolean is_open = seat->state == GENLM_POOL_SEAT_STARTING || seat->state == GENLM_POOL_SEAT_READY;
      gushort events = is_open && seat->port == NULL && seat->flying.head != NULL ? G_IO_IN : 0;

      if (seat->is_blocked && seat->port == NULL)
        events |= G_IO_OUT;
      add_fd (self, is_alive && !self->spares_sockets ? seat->process->fd : -1, events);
      add_fd (self, is_alive ? seat->process->stderr_fd : -1, G_IO_IN);
      add_fd (self, is_alive && !self->spares_sockets ? seat->process->exit_fd : -1, G_IO_IN);
    }
}

static int
get_patience (Nurse *self)
{
  GenlmPool *pool = self->pool;
  gint64 now = g_get_monotonic_time ();
  gint64 next = G_MAXINT64;

  if (pool->is_watched || is_starting (pool))
    next = self->last_tick + get_tick (pool);
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (seat->state == GENLM_POOL_SEAT_EMPTY && (pool->instance->is_built || seat->n_deaths == 0))
        next = MIN (next, seat->due);
    }
  if (self->spares_sockets)
    next = MIN (next, now + G_TIME_SPAN_MILLISECOND);
  if (next == G_MAXINT64)
    return -1;
  return (int) CLAMP ((next - now + 999) / 1000, 0, G_MAXINT);
}

static void
stay_awake (GenlmPool *pool)
{
  guint64 n;

  while (read (pool->nurse_fd, &n, sizeof n) < 0 && errno == EINTR)
    ;
}

static void
serve_seat (Nurse         *self,
            GenlmPoolSeat *seat,
            gushort        socket_events,
            gushort        stderr_events,
            gboolean       has_ended)
{
  if (seat->process == NULL || seat->state == GENLM_POOL_SEAT_EMPTY)
    return;
  if (stderr_events != 0)
    genlm_pool_process_listen (seat->process);
  if ((socket_events & G_IO_OUT) != 0)
    genlm_pool_seat_flush (seat);
  if ((socket_events & ~G_IO_OUT) == 0 && !has_ended)
    return;
  genlm_pool_seat_read (seat, FALSE);
  /* What it has started may hold its connection. */
  if (has_ended && !seat->reading)
    {
      genlm_pool_seat_fail (seat, NULL);
      genlm_pool_seat_settle (seat);
    }
  /* If somebody else reads it just now, it is not over yet. */
  if (seat->state != GENLM_POOL_SEAT_EMPTY && (has_ended || (socket_events & (G_IO_HUP | G_IO_ERR)) != 0))
    self->spares_sockets = TRUE;
}

/* With the lock held, which it gives up meanwhile. */
static void
wait_for_events (Nurse *self,
                 int    patience)
{
  GenlmPool *pool = self->pool;

  collect_fds (self);
  self->spares_sockets = FALSE;
  genlm_pool_unlock (pool);
  g_poll ((GPollFD *) (gpointer) self->fds->data, self->fds->len, patience);
  genlm_pool_lock (pool);

  if (g_array_index (self->fds, GPollFD, 0).revents != 0)
    stay_awake (pool);
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      const GPollFD *fds = &g_array_index (self->fds, GPollFD, 1 + 3 * i);

      serve_seat (self, &pool->seats[i], fds[0].revents, fds[1].revents, fds[2].revents != 0);
    }
}

/* -- the end -------------------------------------------------------------- */

static gboolean
is_idle (const GenlmPoolSeat *seat)
{
  return seat->state == GENLM_POOL_SEAT_READY && seat->n_frames == 0 && !seat->reading && !seat->writing;
}

/* Those that have nothing to do end by themselves; the others are not worth to
 * wait for. */
static void
dismiss_all (Nurse *self)
{
  GenlmPool *pool = self->pool;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      if (is_idle (seat))
        {
          genlm_pool_seat_quit (seat);
          continue;
        }
      genlm_pool_seat_fail (seat, "the pool was closed");
      genlm_pool_seat_settle (seat);
    }
}

static gboolean
is_over (GenlmPool *pool)
{
  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      if (pool->seats[i].state != GENLM_POOL_SEAT_EMPTY)
        return FALSE;
    }
  return TRUE;
}

/* Until all seats are left; those that stay too long are emptied. */
static void
wait_for_leave (Nurse *self)
{
  GenlmPool *pool = self->pool;
  gint64 deadline = g_get_monotonic_time () + QUIT_PATIENCE;

  while (!is_over (pool))
    {
      gint64 now = g_get_monotonic_time ();

      for (guint i = 0; now >= deadline && i < pool->settings.n_workers; i++)
        {
          genlm_pool_seat_fail (&pool->seats[i], "it did not end");
          genlm_pool_seat_settle (&pool->seats[i]);
        }
      wait_for_events (self, now < deadline ? (int) ((deadline - now + 999) / 1000) : 1);
    }
}

/* Who still holds a port keeps it, without descriptors of workers. */
static void
let_ports_go (GenlmPool *pool)
{
  GHashTableIter iter;
  gpointer value;
  GenlmPoolPort *port;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    genlm_pool_seat_update_port (&pool->seats[i]);
  g_hash_table_iter_init (&iter, pool->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      pool->lost_ports = g_slist_prepend (pool->lost_ports, value);
      g_hash_table_iter_steal (&iter);
    }
  while ((port = pool->idle_ports) != NULL)
    {
      pool->idle_ports = port->next;
      pool->lost_ports = g_slist_prepend (pool->lost_ports, port);
    }
  pool->last_port = NULL;
}

static void
shut_down (Nurse *self)
{
  GenlmPool *pool = self->pool;
  g_autoptr (GError) error = genlm_pool_closed_error (pool);

  dismiss_all (self);
  wait_for_leave (self);
  bury_all (self);
  genlm_pool_fail_waiting (pool, error);
  let_ports_go (pool);
  genlm_pool_unlock (pool);

  genlm_pool_lock (pool);
  close (g_steal_fd (&pool->nurse_fd));
  pool->is_finished = TRUE;
  g_cond_broadcast (&pool->changed);
}

/* The thread, which holds the pool. */
gpointer
genlm_pool_nurse_run (gpointer data)
{
  Nurse self = { .pool = data };
  GenlmPool *pool = self.pool;

  self.fds = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  genlm_pool_lock (pool);
  while (!pool->is_closed)
    {
      bury_all (&self);
      start_due (&self);
      greet_started (&self);
      genlm_pool_pump (pool, TRUE);
      wait_for_events (&self, get_patience (&self));
      look_at_all (&self);
    }
  shut_down (&self);
  genlm_pool_unlock (pool);
  g_array_unref (self.fds);
  genlm_pool_unref (pool);
  return NULL;
}
