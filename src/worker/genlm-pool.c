/* The workers of a potential, and the queue before them. See the header. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-potential-error.h"
#include "genlm-script-private.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How long the last reference waits for the workers to end, in ms. */
#define LAST_PATIENCE 500

/* -- the object ----------------------------------------------------------- */

/* In the thread of who makes the pool: the classes of elements are asked, and those
 * of a script know one thread only. */
static char **
make_argv (GVariant                *recipe,
           const GenlmPoolSettings *settings,
           GError                 **error)
{
  g_auto (GStrv) argv = genlm_script_dup_worker_argv (genlm_script_find_language (recipe), error);

  if (argv == NULL || !settings->sandbox)
    return g_steal_pointer (&argv);
  return genlm_pool_sandbox_dup_argv ((const char * const *) argv, recipe, error);
}

/* The nurse does not run yet. */
GenlmPool *
genlm_pool_new (const char              *label,
                GVariant                *recipe,
                const GenlmPoolSettings *settings,
                GError                 **error)
{
  GenlmPool *self;
  g_autoptr (GPtrArray) targets = g_ptr_array_new ();
  g_auto (GStrv) argv = make_argv (recipe, settings, error);
  int fd;

  if (argv == NULL)
    return NULL;
  fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "Failed to make a descriptor for worker processes: %s", g_strerror (saved_errno));
      return NULL;
    }
  self = g_new0 (GenlmPool, 1);
  self->refs = 1;
  self->label = g_strdup (label);
  self->recipe = g_variant_ref (recipe);
  self->argv = g_steal_pointer (&argv);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->settings = *settings;
  self->started = g_get_monotonic_time ();
  self->instance = genlm_pool_instance_new (self->n_instances++, recipe, targets);
  self->seats = g_new0 (GenlmPoolSeat, settings->n_workers);
  for (guint i = 0; i < settings->n_workers; i++)
    genlm_pool_seat_init (&self->seats[i], self, i);
  self->ports = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_pool_port_unref);
  self->nurse_fd = fd;
  self->watchers = g_ptr_array_new_with_free_func (genlm_pool_watcher_unref);
  return self;
}

GenlmPool *
genlm_pool_ref (GenlmPool *self)
{
  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

/* Without the lock. Its ports and its nurse hold it. */
void
genlm_pool_unref (GenlmPool *self)
{
  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  g_ptr_array_unref (self->watchers);
  if (self->nurse_fd >= 0)
    close (self->nurse_fd);
  g_hash_table_unref (self->ports);
  for (guint i = 0; i < self->settings.n_workers; i++)
    genlm_pool_seat_clear (&self->seats[i]);
  g_free (self->seats);
  genlm_pool_instance_unref (self->instance);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_strfreev (self->argv);
  g_variant_unref (self->recipe);
  g_free (self->label);
  g_free (self);
}

void
genlm_pool_lock (GenlmPool *self)
{
  g_mutex_lock (&self->lock);
}

/* Also lets go of what has been put aside under the lock. By who holds no claim:
 * user code may run. */
void
genlm_pool_unlock (GenlmPool *self)
{
  GenlmPoolQueue garbage = self->garbage;
  GenlmPoolJob *finished = g_steal_pointer (&self->finished);
  GSList *lost_ports = g_steal_pointer (&self->lost_ports);
  GenlmPoolPiece *piece;

  self->garbage = (GenlmPoolQueue) { NULL, NULL };
  g_mutex_unlock (&self->lock);

  while (finished != NULL)
    {
      GenlmPoolJob *job = finished;

      finished = job->next;
      job->next = NULL;
      genlm_pool_job_answer (job, FALSE);
    }
  while ((piece = genlm_pool_queue_pop (&garbage)) != NULL)
    genlm_pool_piece_free (piece);
  g_slist_free_full (lost_ports, (GDestroyNotify) genlm_pool_port_unref);
}

GError *
genlm_pool_closed_error (GenlmPool *self)
{
  return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED, "%s was closed", self->label);
}

/* Starts the workers. */
gboolean
genlm_pool_start (GenlmPool  *self,
                  GError    **error)
{
  GThread *nurse;

  nurse = g_thread_try_new ("genlm-nurse", genlm_pool_nurse_run, genlm_pool_ref (self), error);
  genlm_pool_lock (self);
  self->nurse = nurse;
  self->is_finished = nurse == NULL;
  genlm_pool_unlock (self);
  if (nurse == NULL)
    {
      genlm_pool_unref (self);
      return FALSE;
    }
  g_thread_unref (nurse);
  return TRUE;
}

/* -- the queue; all with the lock held ------------------------------------- */

static void
enter_line (GenlmPool     *self,
            GenlmPoolPort *port)
{
  if (port->is_in_line)
    return;
  port->is_in_line = TRUE;
  port->next = NULL;
  if (self->last_in_line != NULL)
    self->last_in_line->next = port;
  else
    self->line = port;
  self->last_in_line = port;
}

/* The first in line has had its turn. */
void
genlm_pool_rotate (GenlmPool     *self,
                   GenlmPoolPort *port)
{
  g_assert (port == self->line);

  self->line = port->next;
  if (self->line == NULL)
    self->last_in_line = NULL;
  port->is_in_line = FALSE;
  if (port->waiting.head != NULL)
    enter_line (self, port);
}

static void
drop_piece (GenlmPool      *self,
            GenlmPoolPiece *piece)
{
  if (piece->job != NULL)
    genlm_pool_item_done (self, piece->job, MAX (piece->n, 1));
  genlm_pool_queue_push (&self->garbage, piece);
}

/* What comes next at the port, without what nobody waits for any more. */
GenlmPoolPiece *
genlm_pool_peek (GenlmPool     *self,
                 GenlmPoolPort *port)
{
  GenlmPoolPiece *piece;

  while ((piece = port->waiting.head) != NULL && !genlm_pool_piece_is_wanted (piece))
    {
      genlm_pool_queue_pop (&port->waiting);
      self->n_waiting -= piece->n;
      drop_piece (self, piece);
    }
  return piece;
}

/* Takes the first @n items of the piece that comes next, or all of a build. */
GenlmPoolPiece *
genlm_pool_take (GenlmPool     *self,
                 GenlmPoolPort *port,
                 guint          n)
{
  GenlmPoolPiece *piece = port->waiting.head;
  GenlmPoolPiece *taken;

  self->n_waiting -= n;
  if (piece->n <= n)
    return genlm_pool_queue_pop (&port->waiting);
  taken = genlm_pool_piece_new (piece->job, piece->first, n);
  piece->first += n;
  piece->n -= n;
  return taken;
}

/* How many items a frame takes if all workers are to end together. */
guint
genlm_pool_get_share (GenlmPool *self)
{
  guint n_ready = 0;

  for (guint i = 0; i < self->settings.n_workers; i++)
    n_ready += self->seats[i].state == GENLM_POOL_SEAT_READY;
  n_ready = MAX (n_ready, 1);
  return (self->n_waiting + 2 * n_ready - 1) / (2 * n_ready);
}

static GenlmPoolSeat *
find_seat (GenlmPool *self,
           gboolean   fill)
{
  GenlmPoolSeat *best = NULL;

  for (guint i = 0; i < self->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &self->seats[i];

      if (!genlm_pool_seat_has_room (seat, fill))
        continue;
      /* One that the port reads already needs not be handed over. */
      if (best == NULL || seat->n_frames < best->n_frames ||
          (seat->n_frames == best->n_frames && seat->port == self->line && best->port != self->line))
        best = seat;
    }
  return best;
}

gboolean
genlm_pool_has_room (GenlmPool *self)
{
  return find_seat (self, TRUE) != NULL;
}

/* Gives what waits to workers that have nothing, or, to @fill them up, not yet
 * enough. Gives the lock up meanwhile. */
void
genlm_pool_pump (GenlmPool *self,
                 gboolean   fill)
{
  while (self->line != NULL)
    {
      GenlmPoolSeat *seat = find_seat (self, fill);

      if (seat == NULL)
        return;
      genlm_pool_seat_send (seat, self->line);
    }
}

/* Puts back what a worker held, before what waits. */
void
genlm_pool_requeue (GenlmPool      *self,
                    GenlmPoolPiece *piece)
{
  GenlmPoolPort *port = piece->job->port;

  if (self->is_closed)
    {
      /* Who closes may not have got to it yet. */
      g_autoptr (GError) error = genlm_pool_closed_error (self);

      genlm_pool_job_set_error (piece->job, piece->first, error);
    }
  if (self->is_closed || !genlm_pool_piece_is_wanted (piece))
    {
      drop_piece (self, piece);
      return;
    }
  genlm_pool_queue_push_front (&port->waiting, piece);
  self->n_waiting += piece->n;
  enter_line (self, port);
}

static void
leave_port (GenlmPool    *self,
            GenlmPoolJob *job)
{
  if (!job->is_open)
    return;
  job->is_open = FALSE;
  if (--job->port->n_jobs == 0)
    self->n_active_ports--;
}

static void
land (GenlmPoolPort *port,
      GenlmPoolJob  *job)
{
  if (port->last_landed != NULL)
    port->last_landed->next = job;
  else
    port->landed = job;
  port->last_landed = job;
}

/* So many of its items need nothing more. */
void
genlm_pool_item_done (GenlmPool    *self,
                      GenlmPoolJob *job,
                      guint         n)
{
  job->n_open -= n;
  if (job->n_open > 0)
    return;
  leave_port (self, job);
  if (job->request == NULL)
    {
      job->is_done = TRUE;
    }
  else if (self->is_closed)
    {
      genlm_pool_job_ref (job);
      job->next = self->finished;
      self->finished = job;
      return;
    }
  else
    {
      land (job->port, genlm_pool_job_ref (job));
    }
  genlm_pool_port_wake (job->port);
}

/* Nobody is left to do it. */
void
genlm_pool_fail_waiting (GenlmPool    *self,
                         const GError *error)
{
  GenlmPoolPort *port;

  while ((port = self->line) != NULL)
    {
      GenlmPoolPiece *piece;

      while ((piece = genlm_pool_queue_pop (&port->waiting)) != NULL)
        {
          self->n_waiting -= piece->n;
          genlm_pool_job_set_error (piece->job, piece->first, error);
          drop_piece (self, piece);
        }
      genlm_pool_rotate (self, port);
    }
}

void
genlm_pool_wake_nurse (GenlmPool *self)
{
  const guint64 one = 1;

  while (write (self->nurse_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

/* -- asking --------------------------------------------------------------- */

static void
add_job (GenlmPool     *self,
         GenlmPoolPort *port,
         GenlmPoolJob  *job)
{
  job->port = genlm_pool_port_ref (port);
  job->is_open = TRUE;
  if (port->n_jobs++ == 0)
    self->n_active_ports++;
  if (!self->is_watched || (self->n_active_ports > 1 && !self->is_watched_closely))
    {
      self->is_watched = TRUE;
      self->is_watched_closely = self->n_active_ports > 1;
      genlm_pool_wake_nurse (self);
    }
  genlm_pool_queue_push (&port->waiting, &job->piece);
  self->n_waiting += job->piece.n;
  self->n_requests += job->piece.build == NULL;
  enter_line (self, port);
}

/* The port of a main context. With the lock held. */
static GenlmPoolPort *
ensure_port (GenlmPool     *self,
             GMainContext  *context,
             GError       **error)
{
  GenlmPoolPort *port = self->last_port;
  GHashTableIter iter;
  gpointer value;

  if (port == NULL || self->last_context != context)
    port = g_hash_table_lookup (self->ports, context);
  self->last_context = context;
  self->last_port = port;
  if (port != NULL && !genlm_pool_port_is_gone (port))
    return port;

  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (genlm_pool_port_is_gone (value))
        {
          self->lost_ports = g_slist_prepend (self->lost_ports, value);
          g_hash_table_iter_steal (&iter);
        }
    }
  port = genlm_pool_port_new (self, context, error);
  if (port != NULL)
    g_hash_table_insert (self->ports, context, port);
  self->last_port = port;
  return port;
}

/* Tells the workers that they need not begin it. With the lock held. */
static void
unwant_job (GenlmPool    *self,
            GenlmPoolJob *job)
{
  for (guint i = 0; i < self->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &self->seats[i];

      for (GenlmPoolPiece *piece = seat->flying.head; piece != NULL; piece = piece->next)
        {
          for (guint k = piece->n_done; piece->job == job && k < piece->n; k++)
            genlm_region_set_wanted (seat->process->region, piece->serial + k, FALSE);
        }
    }
}

/* Nobody waits for it any more. With the lock held. */
static void
abandon_job (GenlmPool    *self,
             GenlmPoolJob *job)
{
  leave_port (self, job);
  job->is_abandoned = TRUE;
  unwant_job (self, job);
  for (guint i = 0; i < self->settings.n_workers; i++)
    genlm_pool_seat_update_port (&self->seats[i]);
}

/* Who asked has given up: nothing of him is kept, however long a worker takes. */
static void
job_cancelled (GCancellable *cancellable,
               gpointer      user_data)
{
  g_autoptr (GenlmPoolJob) job = genlm_pool_job_ref (user_data);
  GenlmPool *self = job->pool;
  g_autoptr (GenlmRequest) request = NULL;
  gulong cancelled_id = 0;

  genlm_pool_lock (self);
  if (job->is_open)
    {
      abandon_job (self, job);
      request = g_steal_pointer (&job->request);
      cancelled_id = job->cancelled_id;
      job->cancelled_id = 0;
    }
  genlm_pool_unlock (self);
  if (cancelled_id != 0)
    g_signal_handler_disconnect (cancellable, cancelled_id);
}

static void
unref_job (gpointer  data,
           GClosure *closure)
{
  genlm_pool_job_unref (data);
}

static void
watch_interest (GenlmPoolJob *job)
{
  if (!genlm_request_can_give_up (job->request))
    return;
  job->interest = genlm_interest_new (1);
  job->cancelled_id = g_signal_connect_data (genlm_interest_get_cancellable (job->interest), "cancelled",
                                             G_CALLBACK (job_cancelled), genlm_pool_job_ref (job), unref_job, 0);
  genlm_request_set_interest (job->request, job->interest);
}

static gboolean
check_length (GenlmPool     *self,
              GenlmContext  *single,
              GenlmBatch    *batch,
              GError       **error)
{
  gsize n = single != NULL ? 1 : genlm_batch_get_size (batch);

  if (n > G_MAXINT32)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to ask %s: a batch of %" G_GSIZE_FORMAT " contexts is too large", self->label, n);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = single != NULL ? single : genlm_batch_get (batch, i);

      if (genlm_context_get_length (context) <= GENLM_POOL_MAX_LENGTH)
        continue;
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to ask %s: a context of %" G_GSIZE_FORMAT " tokens is too long to be sent to a worker",
                   self->label, genlm_context_get_length (context));
      return FALSE;
    }
  return TRUE;
}

/* Whoever polls the context must look at the port anew; who will poll it does
 * so anyway. */
static void
wake_other_thread (GenlmPoolPort *port)
{
  if (!port->is_awake && !g_main_context_is_owner (port->context))
    genlm_pool_port_wake (port);
}

/* Answers the request in its context. */
void
genlm_pool_ask (GenlmPool         *self,
                GenlmPoolInstance *instance,
                GenlmRequest      *request)
{
  GenlmContext *single = genlm_request_peek_single (request);
  GenlmBatch *batch = single == NULL ? genlm_request_get_batch (request) : NULL;
  g_autoptr (GError) error = NULL;
  GenlmPoolJob *job;
  GenlmPoolPort *port = NULL;

  if (!check_length (self, single, batch, &error))
    {
      genlm_request_fail (request, error, FALSE);
      return;
    }
  job = genlm_pool_job_new (self, instance, genlm_request_get_method (request), single, batch, request);
  watch_interest (job);

  genlm_pool_lock (self);
  if (self->is_closed)
    error = genlm_pool_closed_error (self);
  else
    port = ensure_port (self, genlm_request_get_context (request), &error);
  if (port != NULL)
    {
      add_job (self, port, job);
      genlm_pool_pump (self, job->n > 1);
      if (port->waiting.head != NULL)
        wake_other_thread (port);
    }
  genlm_pool_unlock (self);
  if (port != NULL)
    return;
  job->error = g_steal_pointer (&error);
  genlm_pool_job_answer (job, FALSE);
}

/* The idle ports go with the workers. One that still stands in line, for what nobody
 * waits for any more, stays with that. With the lock held. */
static void
retire_port (GenlmPool     *self,
             GenlmPoolPort *port)
{
  if (self->is_closed || port->is_in_line)
    {
      self->lost_ports = g_slist_prepend (self->lost_ports, port);
      return;
    }
  port->next = self->idle_ports;
  self->idle_ports = port;
}

/* Asks and waits, in a port of this call. Takes the job; returns it when it is
 * done without an error. */
static GenlmPoolJob *
wait_for_job (GenlmPool     *self,
              GenlmPoolJob  *job,
              GCancellable  *cancellable,
              GError       **error)
{
  GenlmPoolPort *port = NULL;
  gboolean done = FALSE;

  genlm_pool_lock (self);
  if (self->is_closed)
    g_propagate_error (error, genlm_pool_closed_error (self));
  else if ((port = self->idle_ports) != NULL)
    self->idle_ports = port->next;
  else
    port = genlm_pool_port_new (self, NULL, error);
  if (port != NULL)
    {
      port->is_awake = TRUE;
      genlm_pool_job_ref (job);
      add_job (self, port, job);
      genlm_pool_pump (self, TRUE);
      done = genlm_pool_port_wait (port, job, cancellable, error);
      if (!done)
        abandon_job (self, job);
      retire_port (self, port);
    }
  genlm_pool_unlock (self);

  if (done && job->error == NULL)
    return job;
  if (done)
    g_propagate_error (error, g_error_copy (job->error));
  genlm_pool_job_unref (job);
  return NULL;
}

/* A job that is done, to take the results from; NULL with an error. */
GenlmPoolJob *
genlm_pool_ask_sync (GenlmPool         *self,
                     GenlmPoolInstance *instance,
                     GenlmMethod        method,
                     GenlmContext      *single,
                     GenlmBatch        *batch,
                     GCancellable      *cancellable,
                     GError           **error)
{
  if (!check_length (self, single, batch, error))
    return NULL;
  return wait_for_job (self, genlm_pool_job_new (self, instance, method, single, batch, NULL), cancellable, error);
}

/* -- instances ------------------------------------------------------------ */

/* Waits until a worker has built the first. */
gboolean
genlm_pool_wait_for_first (GenlmPool     *self,
                           GCancellable  *cancellable,
                           GError       **error)
{
  gboolean done;

  genlm_pool_lock (self);
  while (!self->instance->is_built && self->instance->error == NULL && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&self->changed, &self->lock,
                       g_get_monotonic_time () + (cancellable != NULL ? 50 : 1000) * G_TIME_SPAN_MILLISECOND);
  done = self->instance->is_built;
  if (!done && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_propagate_error (error, g_error_copy (self->instance->error));
  genlm_pool_unlock (self);
  return done;
}

/* Has a worker build @base seen through @target; the others follow when they are
 * asked. */
GenlmPoolInstance *
genlm_pool_add_instance (GenlmPool          *self,
                         GenlmPoolInstance  *base,
                         GenlmVocab         *target,
                         GError            **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_copy (base->targets, (GCopyFunc) (void (*) (void)) genlm_vocab_ref, NULL);
  g_autoptr (GenlmPoolInstance) instance = NULL;
  GenlmPoolJob *job;
  guint32 id;

  g_ptr_array_set_free_func (targets, (GDestroyNotify) genlm_vocab_unref);
  g_ptr_array_add (targets, genlm_vocab_ref (target));
  genlm_pool_lock (self);
  id = self->n_instances++;
  genlm_pool_unlock (self);
  instance = genlm_pool_instance_new (id, self->recipe, targets);
  job = wait_for_job (self, genlm_pool_job_new_build (self, instance), g_cancellable_get_current (), error);
  if (job == NULL)
    {
      genlm_pool_drop_instance (self, instance);
      return NULL;
    }
  genlm_pool_job_unref (job);
  return g_steal_pointer (&instance);
}

/* It will not be asked any more. */
void
genlm_pool_drop_instance (GenlmPool         *self,
                          GenlmPoolInstance *instance)
{
  genlm_pool_lock (self);
  for (guint i = 0; i < self->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &self->seats[i];

      if (g_ptr_array_remove_fast (seat->built, GUINT_TO_POINTER (instance->id)))
        g_array_append_val (seat->drops, instance->id);
    }
  genlm_pool_unlock (self);
}

/* -- the end -------------------------------------------------------------- */

/* Adds who waits for the pieces to @requests; who waits in a thread is told.
 * With the lock held. */
static void
close_queue (GenlmPool            *self,
             const GenlmPoolQueue *queue,
             const GError         *error,
             GPtrArray            *requests)
{
  for (GenlmPoolPiece *piece = queue->head; piece != NULL; piece = piece->next)
    {
      GenlmPoolJob *job = piece->job;

      if (job == NULL)
        continue;
      if (job->request != NULL)
        {
          g_ptr_array_add (requests, g_object_ref (job->request));
        }
      else if (!job->is_done && !job->is_abandoned)
        {
          genlm_pool_job_set_error (job, 0, error);
          job->is_done = TRUE;
          genlm_pool_port_wake (job->port);
          abandon_job (self, job);
        }
    }
}

static void
close_port (GenlmPool     *self,
            GenlmPoolPort *port,
            GPtrArray     *requests)
{
  while (port->landed != NULL)
    {
      GenlmPoolJob *job = port->landed;

      port->landed = job->next;
      g_ptr_array_add (requests, g_object_ref (job->request));
      job->next = self->finished;
      self->finished = job;
    }
  port->last_landed = NULL;
  port->is_abandoned = TRUE;
  genlm_pool_port_wake (port);
}

/* The source of a context is best destroyed in it; that of another goes when it
 * is next iterated, and so does one that is about to answer: who closes the pool in
 * a callback may wait for its neighbours there. With the lock held. */
static GSource *
find_own_source (GenlmPool    *self,
                 GMainContext *context)
{
  GenlmPoolPort *port = g_hash_table_lookup (self->ports, context);

  if (port == NULL || genlm_pool_port_is_gone (port) || port->answering != NULL)
    return NULL;
  return g_source_ref (port->source);
}

/* With the lock held. */
static void
close_jobs (GenlmPool *self,
            GPtrArray *requests)
{
  g_autoptr (GError) error = genlm_pool_closed_error (self);
  GHashTableIter iter;
  gpointer value;

  for (GenlmPoolPort *port = self->line; port != NULL; port = port->next)
    close_queue (self, &port->waiting, error, requests);
  for (guint i = 0; i < self->settings.n_workers; i++)
    {
      close_queue (self, &self->seats[i].flying, error, requests);
      close_queue (self, &self->seats[i].condemned, error, requests);
    }
  g_hash_table_iter_init (&iter, self->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    close_port (self, value, requests);
}

/* Answers what is open, and has the nurse end the workers. */
static void
begin_end (GenlmPool *self)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = genlm_pool_closed_error (self);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) source = NULL;
  gboolean is_own = g_main_context_acquire (context);

  g_mutex_lock (&self->lock);
  self->is_closed = TRUE;
  close_jobs (self, requests);
  source = is_own ? find_own_source (self, context) : NULL;
  genlm_pool_wake_nurse (self);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < requests->len; i++)
    genlm_request_give_up (g_ptr_array_index (requests, i), g_error_copy (error));
  if (source != NULL)
    g_source_destroy (source);
  if (is_own)
    g_main_context_release (context);
  /* Whatever was put aside. */
  genlm_pool_lock (self);
  genlm_pool_unlock (self);
}

static void
wait_for_end (GenlmPool *self,
              gint64     patience)
{
  gint64 deadline = g_get_monotonic_time () + patience * G_TIME_SPAN_MILLISECOND;

  genlm_pool_lock (self);
  while (!self->is_finished && g_thread_self () != self->nurse)
    {
      if (patience < 0)
        g_cond_wait (&self->changed, &self->lock);
      else if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
        break;
    }
  genlm_pool_unlock (self);
}

/* Answers all that is open with an error; nothing of the workers is left when it
 * returns. */
void
genlm_pool_close (GenlmPool *self)
{
  begin_end (self);
  wait_for_end (self, -1);
}

/* The last element is going: as close(), but soon. */
void
genlm_pool_end (GenlmPool *self)
{
  begin_end (self);
  wait_for_end (self, LAST_PATIENCE);
}
