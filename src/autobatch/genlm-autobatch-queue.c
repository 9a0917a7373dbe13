/* The requests of one main context, and the two sources that serve them there:
 * one of low priority, which runs when everything else that was ready in an
 * iteration has had its chance to ask, and one of default priority, which runs
 * a millisecond later, since beside a source that is always ready the first one
 * would never run. */

#define G_LOG_DOMAIN "Genlm-Autobatch"

#include "genlm-autobatch-private.h"
#include "genlm-delivery-private.h"
#include "genlm-element.h"
#include "genlm-potential-private.h"

#define GATHER_PRIORITY (G_PRIORITY_DEFAULT + 50)
#define PATIENCE        1000    /* µs that a busy context may keep the queue waiting */
#define N_METHODS       (GENLM_METHOD_MASK + 1)

GenlmAutobatchCore *
genlm_autobatch_core_new (void)
{
  GenlmAutobatchCore *core = g_new0 (GenlmAutobatchCore, 1);

  g_atomic_ref_count_init (&core->refs);
  g_mutex_init (&core->lock);
  core->max_in_flight = 1;
  return core;
}

GenlmAutobatchCore *
genlm_autobatch_core_ref (GenlmAutobatchCore *core)
{
  g_atomic_ref_count_inc (&core->refs);
  return core;
}

void
genlm_autobatch_core_unref (GenlmAutobatchCore *core)
{
  if (!g_atomic_ref_count_dec (&core->refs))
    return;
  g_clear_pointer (&core->vocab, genlm_vocab_unref);
  g_clear_object (&core->potential);
  g_mutex_clear (&core->lock);
  g_free (core);
}

GenlmAutobatchQueue *
genlm_autobatch_queue_ref (GenlmAutobatchQueue *queue)
{
  g_atomic_ref_count_inc (&queue->refs);
  return queue;
}

void
genlm_autobatch_queue_unref (GenlmAutobatchQueue *queue)
{
  if (!g_atomic_ref_count_dec (&queue->refs))
    return;
  /* Empty: a pending request holds the element and the context. */
  g_ptr_array_unref (queue->pending);
  genlm_autobatch_core_unref (queue->core);
  g_free (queue);
}

GError *
genlm_autobatch_closed_error (GObject *autobatch)
{
  g_autofree char *label = genlm_element_dup_label (autobatch);

  return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED, "%s was closed", label);
}

guint
genlm_autobatch_queue_get_length (GenlmAutobatchQueue *queue)
{
  return queue->pending->len - queue->first;
}

/* How long the requests must have waited before they are served, in µs; -1 if
 * they are not to be served now. With the lock held. */
static gint64
queue_get_wait (GenlmAutobatchQueue *queue,
                gint64               patience)
{
  GenlmAutobatchCore *core = queue->core;

  if (genlm_autobatch_queue_get_length (queue) == 0 || queue->n_in_flight >= core->max_in_flight)
    return -1;
  if (core->max_batch_size != 0 && genlm_autobatch_queue_get_length (queue) >= core->max_batch_size)
    return patience;
  return MAX (patience, core->max_delay);
}

static gboolean
queue_is_due (GenlmAutobatchQueue *queue,
              GSource             *source,
              gint64               patience,
              int                 *timeout)
{
  gint64 wait, oldest, now;
  gboolean abandoned;

  if (queue->landed.length > 0)
    return TRUE;

  g_mutex_lock (&queue->core->lock);
  abandoned = queue->abandoned;
  wait = queue_get_wait (queue, patience);
  oldest = queue->oldest;
  g_mutex_unlock (&queue->core->lock);

  *timeout = -1;
  if (abandoned || wait <= 0)
    return abandoned || wait == 0;
  now = g_source_get_time (source);
  if (now >= oldest + wait)
    return TRUE;
  *timeout = (int) MIN ((oldest + wait - now + 999) / 1000, G_MAXINT);
  return FALSE;
}

/* Takes what a batch may hold: an array without a free function, that owns its
 * requests. */
static GPtrArray *
queue_take (GenlmAutobatchQueue *queue)
{
  GenlmAutobatchCore *core = queue->core;
  guint length = genlm_autobatch_queue_get_length (queue);
  guint n = core->max_batch_size != 0 ? MIN (length, core->max_batch_size) : length;
  GPtrArray *taken;

  if (n == queue->pending->len)
    {
      taken = queue->pending;
      queue->pending = g_ptr_array_sized_new (n);
      return taken;
    }
  taken = g_ptr_array_sized_new (n);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (taken, g_ptr_array_index (queue->pending, queue->first + i));
  queue->first += n;
  /* Rarely enough for what has to move. */
  if (queue->first >= genlm_autobatch_queue_get_length (queue))
    {
      g_ptr_array_remove_range (queue->pending, 0, queue->first);
      queue->first = 0;
    }
  return taken;
}

/* Sorts requests by method, without those that were cancelled meanwhile. The
 * groups take the requests over. */
static guint
group_requests (GPtrArray  *requests,
                GPtrArray  *groups[N_METHODS],
                GenlmMethod order[N_METHODS])
{
  guint n_groups = 0;

  for (guint i = 0; i < requests->len; i++)
    {
      GenlmRequest *request = g_ptr_array_index (requests, i);
      GenlmMethod method = genlm_request_get_method (request);

      if (genlm_request_is_answered (request))
        {
          g_object_unref (request);
          continue;
        }
      if (groups[method] == NULL)
        {
          groups[method] = g_ptr_array_new_full (requests->len, g_object_unref);
          order[n_groups++] = method;
        }
      g_ptr_array_add (groups[method], request);
    }
  return n_groups;
}

static void
queue_serve (GenlmAutobatchQueue *queue)
{
  g_autoptr (GenlmAutobatchCore) core = genlm_autobatch_core_ref (queue->core);
  g_autoptr (GPtrArray) taken = NULL;
  GPtrArray *groups[N_METHODS] = { NULL };
  GenlmMethod order[N_METHODS];
  GenlmAutobatchFlight *flights[N_METHODS];
  GenlmRequest *inners[N_METHODS];
  g_autoptr (GObject) autobatch = NULL;
  g_autoptr (GError) error = NULL;
  guint *n_open;
  guint n_groups;
  gboolean closed;

  /* A source that was ready may have been served by a loop in a callback. */
  g_mutex_lock (&core->lock);
  if (queue->n_in_flight < core->max_in_flight)
    taken = queue_take (queue);
  g_mutex_unlock (&core->lock);
  if (taken == NULL)
    return;

  n_groups = group_requests (taken, groups, order);
  if (n_groups == 0)
    return;
  n_open = g_new (guint, 1);
  *n_open = n_groups;
  for (guint i = 0; i < n_groups; i++)
    flights[i] = genlm_autobatch_flight_new (queue, groups[order[i]], n_open);
  autobatch = g_async_result_get_source_object (g_ptr_array_index (flights[0]->requests, 0));

  g_mutex_lock (&core->lock);
  queue->n_in_flight++;
  core->n_batches += n_groups;
  for (guint i = 0; i < n_groups; i++)
    {
      core->n_merged += flights[i]->requests->len - genlm_request_get_size (flights[i]->inner);
      g_queue_push_tail_link (&queue->flights, &flights[i]->link);
    }
  closed = core->closed;
  g_mutex_unlock (&core->lock);

  /* Neither in the queue nor on their way when close() looked. */
  if (closed)
    error = genlm_autobatch_closed_error (autobatch);

  /* A flight may land as soon as its neighbour does, if a callback calls it off:
   * it is not looked at any more. A request on its way belongs to who answers:
   * dropped, it must notice. */
  for (guint i = 0; i < n_groups; i++)
    inners[i] = g_steal_pointer (&flights[i]->inner);
  for (guint i = 0; i < n_groups; i++)
    {
      g_autoptr (GenlmRequest) inner = inners[i];

      if (closed)
        genlm_request_fail (inner, error, FALSE);
      else
        genlm_potential_evaluate (core->potential, inner);
    }
}

/* A source of a queue: that of low priority, which serves it when nothing else
 * is ready, or that for a busy context. */
typedef struct
{
  GSource  source;
  GenlmAutobatchQueue   *queue;
  gint64   patience;    /* µs that requests must have waited */
} QueueSource;

static gboolean
queue_source_prepare (GSource *source,
                      int     *timeout)
{
  QueueSource *self = (QueueSource *) source;

  return queue_is_due (self->queue, source, self->patience, timeout);
}

static gboolean
queue_source_check (GSource *source)
{
  QueueSource *self = (QueueSource *) source;
  int timeout;

  return queue_is_due (self->queue, source, self->patience, &timeout);
}

static gboolean
queue_source_dispatch (GSource    *source,
                       GSourceFunc callback,
                       gpointer    user_data)
{
  g_autoptr (GenlmAutobatchQueue) queue = genlm_autobatch_queue_ref (((QueueSource *) source)->queue);
  GMainContext *context = g_source_get_context (source);
  gboolean entered = genlm_delivery_enter (context);
  gboolean abandoned;

  if (queue->landed.length > 0)
    genlm_autobatch_flight_answer (g_queue_peek_head (&queue->landed));
  else
    queue_serve (queue);
  genlm_delivery_leave (context, entered);

  g_mutex_lock (&queue->core->lock);
  abandoned = queue->abandoned;
  g_mutex_unlock (&queue->core->lock);
  return abandoned ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
queue_source_finalize (GSource *source)
{
  GenlmAutobatchQueue *queue = ((QueueSource *) source)->queue;

  g_mutex_lock (&queue->core->lock);
  if (queue->source == source)
    queue->source = NULL;
  g_mutex_unlock (&queue->core->lock);
  genlm_autobatch_queue_unref (queue);
}

static GSourceFuncs queue_source_funcs =
{
  .prepare = queue_source_prepare,
  .check = queue_source_check,
  .dispatch = queue_source_dispatch,
  .finalize = queue_source_finalize,
};

static GSource *
queue_attach (GenlmAutobatchQueue *queue,
              GMainContext        *context,
              int                  priority,
              gint64               patience,
              const char          *name)
{
  GSource *source = g_source_new (&queue_source_funcs, sizeof (QueueSource));

  ((QueueSource *) source)->queue = genlm_autobatch_queue_ref (queue);
  ((QueueSource *) source)->patience = patience;
  g_source_set_priority (source, priority);
  g_source_set_static_name (source, name);
  /* A callback may iterate the context and ask again. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);
  g_source_unref (source);
  return source;
}

GenlmAutobatchQueue *
genlm_autobatch_queue_new (GenlmAutobatchCore *core,
                           GMainContext       *context)
{
  GenlmAutobatchQueue *queue = g_new0 (GenlmAutobatchQueue, 1);

  g_atomic_ref_count_init (&queue->refs);
  queue->core = genlm_autobatch_core_ref (core);
  queue->pending = g_ptr_array_new ();
  g_queue_init (&queue->flights);
  g_queue_init (&queue->landed);
  queue->source = queue_attach (queue, context, GATHER_PRIORITY, 0, "[genlm] autobatch");
  queue_attach (queue, context, G_PRIORITY_DEFAULT, PATIENCE, "[genlm] autobatch in a busy context");
  return queue;
}

gboolean
genlm_autobatch_queue_is_gone (GenlmAutobatchQueue *queue)
{
  return queue->source == NULL || g_source_is_destroyed (queue->source);
}

/* Takes a reference to the request. With the lock held. Returns whether
 * somebody who waits for the context must look at the queue anew. */
gboolean
genlm_autobatch_queue_push (GenlmAutobatchQueue *queue,
                            GenlmRequest        *request)
{
  guint length = genlm_autobatch_queue_get_length (queue);

  if (length == 0)
    queue->oldest = g_get_monotonic_time ();
  g_ptr_array_add (queue->pending, g_object_ref (request));
  return length == 0 || length + 1 == queue->core->max_batch_size;
}

/* Moves the requests that wait to @open, and adds those that are on their way.
 * With the lock held. */
void
genlm_autobatch_queue_take_open (GenlmAutobatchQueue *queue,
                                 GPtrArray           *open)
{
  for (guint i = queue->first; i < queue->pending->len; i++)
    g_ptr_array_add (open, g_ptr_array_index (queue->pending, i));
  g_ptr_array_set_size (queue->pending, 0);
  queue->first = 0;
  for (GList *l = queue->flights.head; l != NULL; l = l->next)
    g_ptr_array_extend (open, ((GenlmAutobatchFlight *) l->data)->requests,
                        (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
}
