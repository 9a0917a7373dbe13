/* Joins single calls that are made concurrently into batch calls.
 *
 * A call becomes a request in the queue of its main context. A source of low
 * priority takes the whole queue when everything else that was ready in this
 * iteration has run, and so has had its chance to ask; a second source, of
 * default priority, does so after a millisecond, since beside a source that is
 * always ready the first one would never run. */

#define G_LOG_DOMAIN "Genlm-Autobatch"

#include "genlm-autobatch.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-delivery-private.h"
#include "genlm-element.h"
#include "genlm-potential-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-weights-list.h"

#include <math.h>

#define GATHER_PRIORITY (G_PRIORITY_DEFAULT + 50)
#define PATIENCE        1000    /* µs that a busy context may keep the queue waiting */
#define N_METHODS       (GENLM_METHOD_MASK + 1)

typedef struct _Queue  Queue;
typedef struct _Flight Flight;

/* What the queues share with the element, and may outlive it: a context of
 * another thread may be looking at its sources while the element goes. */
typedef struct
{
  gatomicrefcount  refs;
  GenlmPotential  *potential;
  GenlmVocab      *vocab;               /* atomic: of the potential, once it has one */
  GMutex           lock;                /* guards what follows, and the queues */
  guint            max_batch_size;
  guint            max_delay;
  guint            max_in_flight;
  guint            max_pending;
  gboolean         closed;
  guint64          n_requests;
  guint64          n_batches;
  guint64          n_merged;
} Core;

/**
 * GenlmAutobatch:
 *
 * Joins single calls that are made concurrently into batch calls, element
 * `autobatch`.
 *
 * Whatever one iteration of a main context asks becomes one batch of the wrapped
 * potential for each method; equal contexts are asked once. Synchronous calls and
 * batch calls go straight through. While a batch is on its way new requests
 * gather, see [property@Autobatch:max-in-flight].
 *
 * An error fails the requests of its batch only. A request that is cancelled is
 * taken out, its neighbours unaffected; a batch nobody waits for is cancelled. A
 * request that waits keeps the element alive, so whoever wants to be rid of it
 * early calls [method@Autobatch.close].
 *
 * Cost: see the benchmark `autobatch`; of the order of half a microsecond for
 * each request.
 *
 * Errors: those of the wrapped potential, %GENLM_POTENTIAL_ERROR_CLOSED, and
 * %GENLM_POTENTIAL_ERROR_LIMIT when more than [property@Autobatch:max-pending]
 * requests wait.
 *
 * Threads: any; each main context that asks has a queue and gets its answers
 * there.
 *
 * Since: 0.1
 */
struct _GenlmAutobatch
{
  GenlmPotentialBase  parent_instance;

  Core               *core;
  GHashTable         *queues;           /* by main context; under the core's lock */
  GMainContext       *last_context;     /* the last one looked up, and its queue */
  Queue              *last_queue;
};

/* The requests of one main context; served there alone. No reference to its
 * sources is kept: giving one back locks the context, which may be going in its
 * own thread at that moment. */
struct _Queue
{
  gatomicrefcount refs;
  Core      *core;
  GSource   *source;                    /* borrowed; NULL when its context is gone */
  gboolean   abandoned;                 /* by the element: its sources are to go */
  GPtrArray *pending;                   /* owns its requests from the index on */
  guint      first;
  gint64     oldest;                    /* when the first of them came */
  guint      n_in_flight;
  GQueue     flights;
  GQueue     landed;                    /* flights with requests to answer; of the context alone */
};

/* One batch on its way. */
struct _Flight
{
  Queue        *queue;
  GList         link;
  GPtrArray    *requests;
  guint        *places;                 /* of each request's context in the batch */
  GenlmRequest *inner;
  guint        *n_open;                 /* shared by the flights that left together */
  gpointer      results;                /* of the method, once it has landed */
  guint         n_answered;
  guint         n_loops;                /* that answer now, one in the callback of another */
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  PROP_MAX_BATCH_SIZE,
  PROP_MAX_DELAY,
  PROP_MAX_IN_FLIGHT,
  PROP_MAX_PENDING,
  PROP_N_REQUESTS,
  PROP_N_BATCHES,
  PROP_N_MERGED,
  PROP_MEAN_BATCH_SIZE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_autobatch_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmAutobatch, genlm_autobatch, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_autobatch_potential_init))

static Core *
core_ref (Core *core)
{
  g_atomic_ref_count_inc (&core->refs);
  return core;
}

static void
core_unref (Core *core)
{
  if (!g_atomic_ref_count_dec (&core->refs))
    return;
  g_clear_pointer (&core->vocab, genlm_vocab_unref);
  g_clear_object (&core->potential);
  g_mutex_clear (&core->lock);
  g_free (core);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Core, core_unref)

static Queue *
queue_ref (Queue *queue)
{
  g_atomic_ref_count_inc (&queue->refs);
  return queue;
}

static void
queue_unref (Queue *queue)
{
  if (!g_atomic_ref_count_dec (&queue->refs))
    return;
  /* Empty: a pending request holds the element and the context. */
  g_ptr_array_unref (queue->pending);
  core_unref (queue->core);
  g_free (queue);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Queue, queue_unref)

static GError *
closed_error (GenlmAutobatch *self)
{
  g_autofree char *label = genlm_potential_dup_label (GENLM_POTENTIAL (self));

  return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_CLOSED, "%s was closed", label);
}

/* -- flights -------------------------------------------------------------- */

/* Gives each request the place of its context in a batch without repetitions.
 * Open addressing over the contexts' own hashes: one look for almost all. */
static GenlmBatch *
merge_contexts (GPtrArray *requests,
                guint     *places)
{
  GenlmBatch *batch = genlm_batch_new_sized (requests->len);
  guint mask = 3;
  g_autofree guint32 *slots = NULL;
  guint n = 0;

  while (mask < requests->len * 2)
    mask = mask * 2 + 1;
  slots = g_new0 (guint32, (gsize) mask + 1);

  for (guint i = 0; i < requests->len; i++)
    {
      GenlmContext *context = genlm_request_peek_single (g_ptr_array_index (requests, i));
      guint slot = genlm_context_hash (context) & mask;

      while (slots[slot] != 0 && !genlm_context_equal (genlm_batch_get (batch, slots[slot] - 1), context))
        slot = (slot + 1) & mask;
      if (slots[slot] == 0)
        {
          genlm_batch_append (batch, context);
          slots[slot] = ++n;
        }
      places[i] = slots[slot] - 1;
    }
  return batch;
}

static void
flight_free (Flight *flight)
{
  if (flight->results != NULL && genlm_request_get_method (flight->inner) == GENLM_METHOD_NEXT)
    genlm_weights_list_unref (flight->results);
  else if (flight->results != NULL && genlm_request_get_method (flight->inner) == GENLM_METHOD_MASK)
    genlm_token_set_list_unref (flight->results);
  else if (flight->results != NULL)
    genlm_scores_unref (flight->results);
  g_clear_object (&flight->inner);
  g_ptr_array_unref (flight->requests);
  g_free (flight->places);
  g_free (flight);
}

static void
flight_take_results (Flight *flight)
{
  if (genlm_request_peek_error (flight->inner) != NULL)
    return;
  if (genlm_request_get_method (flight->inner) == GENLM_METHOD_NEXT)
    flight->results = genlm_request_finish_weights (flight->inner, NULL);
  else if (genlm_request_get_method (flight->inner) == GENLM_METHOD_MASK)
    flight->results = genlm_request_finish_masks (flight->inner, NULL);
  else
    flight->results = genlm_request_finish_scores (flight->inner, NULL);
}

static void
flight_answer_next (Flight *flight)
{
  GenlmRequest *request = g_ptr_array_index (flight->requests, flight->n_answered);
  guint place = flight->places[flight->n_answered];

  if (++flight->n_answered == flight->requests->len)
    g_queue_unlink (&flight->queue->landed, &flight->link);

  if (flight->results == NULL)
    genlm_request_fail (request, genlm_request_peek_error (flight->inner), TRUE);
  else if (genlm_request_get_method (request) == GENLM_METHOD_NEXT)
    genlm_request_return_weights_item (request, genlm_weights_list_get (flight->results, place), TRUE);
  else if (genlm_request_get_method (request) == GENLM_METHOD_MASK)
    genlm_request_return_mask_item (request, genlm_token_set_list_get (flight->results, place), TRUE);
  else
    genlm_request_return_score (request, genlm_scores_get (flight->results, place), TRUE);
}

/* A callback may iterate the context until it sees the answer of a neighbour: the
 * loop in it takes over from here, and the last to leave frees the flight. */
static void
flight_answer (Flight *flight)
{
  Queue *queue = flight->queue;

  flight->n_loops++;
  while (flight->n_answered < flight->requests->len)
    flight_answer_next (flight);
  if (--flight->n_loops > 0)
    return;
  flight_free (flight);
  queue_unref (queue);
}

/* In the queue's context. */
static void
flight_landed (GenlmRequest *inner,
               gpointer      user_data)
{
  Flight *flight = user_data;
  Queue *queue = flight->queue;
  g_autoptr (Core) core = core_ref (queue->core);

  flight->inner = g_object_ref (inner);
  g_mutex_lock (&core->lock);
  g_queue_unlink (&queue->flights, &flight->link);
  if (--*flight->n_open == 0)
    {
      g_free (flight->n_open);
      queue->n_in_flight--;
    }
  g_mutex_unlock (&core->lock);

  flight_take_results (flight);
  g_queue_push_tail_link (&queue->landed, &flight->link);
  flight_answer (flight);
}

/* Work can only be called off when everybody who waits for it can. */
static GenlmInterest *
make_interest (GPtrArray *requests)
{
  GenlmInterest *interest;

  for (guint i = 0; i < requests->len; i++)
    {
      if (!genlm_request_can_give_up (g_ptr_array_index (requests, i)))
        return NULL;
    }
  interest = genlm_interest_new (requests->len);
  for (guint i = 0; i < requests->len; i++)
    genlm_request_set_interest (g_ptr_array_index (requests, i), interest);
  return interest;
}

/* Takes the requests. */
static Flight *
flight_new (Queue     *queue,
            GPtrArray *requests,
            guint     *n_open)
{
  GenlmPotential *potential = queue->core->potential;
  GenlmMethod method = genlm_request_get_method (g_ptr_array_index (requests, 0));
  GenlmInterest *interest = make_interest (requests);
  Flight *flight = g_new0 (Flight, 1);
  g_autoptr (GenlmBatch) batch = NULL;

  flight->queue = queue_ref (queue);
  flight->link.data = flight;
  flight->requests = requests;
  flight->places = g_new (guint, requests->len);
  flight->n_open = n_open;
  batch = merge_contexts (requests, flight->places);
  flight->inner = genlm_request_new_internal (G_OBJECT (potential), method, batch,
                                              genlm_potential_get_n_weights (potential),
                                              interest != NULL ? genlm_interest_get_cancellable (interest) : NULL,
                                              flight_landed, flight);
  g_clear_pointer (&interest, genlm_interest_unref);
  return flight;
}

/* -- queues --------------------------------------------------------------- */

static guint
queue_get_length (Queue *queue)
{
  return queue->pending->len - queue->first;
}

/* How long the requests must have waited before they are served, in µs; -1 if
 * they are not to be served now. With the lock held. */
static gint64
queue_get_wait (Queue  *queue,
                gint64  patience)
{
  Core *core = queue->core;

  if (queue_get_length (queue) == 0 || queue->n_in_flight >= core->max_in_flight)
    return -1;
  if (core->max_batch_size != 0 && queue_get_length (queue) >= core->max_batch_size)
    return patience;
  return MAX (patience, core->max_delay);
}

static gboolean
queue_is_due (Queue   *queue,
              GSource *source,
              gint64   patience,
              int     *timeout)
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
queue_take (Queue *queue)
{
  Core *core = queue->core;
  guint length = queue_get_length (queue);
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
  if (queue->first >= queue_get_length (queue))
    {
      g_ptr_array_remove_range (queue->pending, 0, queue->first);
      queue->first = 0;
    }
  return taken;
}

/* Sorts requests by method, without those that were cancelled meanwhile. The
 * groups take the requests over. */
static guint
group_requests (GPtrArray *requests,
                GPtrArray *groups[N_METHODS],
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
queue_serve (Queue *queue)
{
  g_autoptr (Core) core = core_ref (queue->core);
  g_autoptr (GPtrArray) taken = NULL;
  GPtrArray *groups[N_METHODS] = { NULL };
  GenlmMethod order[N_METHODS];
  Flight *flights[N_METHODS];
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
    flights[i] = flight_new (queue, groups[order[i]], n_open);
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
    error = closed_error (GENLM_AUTOBATCH (autobatch));

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
  Queue   *queue;
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
queue_source_dispatch (GSource     *source,
                       GSourceFunc  callback,
                       gpointer     user_data)
{
  g_autoptr (Queue) queue = queue_ref (((QueueSource *) source)->queue);
  GMainContext *context = g_source_get_context (source);
  gboolean entered = genlm_delivery_enter (context);
  gboolean abandoned;

  if (queue->landed.length > 0)
    flight_answer (g_queue_peek_head (&queue->landed));
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
  Queue *queue = ((QueueSource *) source)->queue;

  g_mutex_lock (&queue->core->lock);
  if (queue->source == source)
    queue->source = NULL;
  g_mutex_unlock (&queue->core->lock);
  queue_unref (queue);
}

static GSourceFuncs queue_source_funcs =
{
  .prepare = queue_source_prepare,
  .check = queue_source_check,
  .dispatch = queue_source_dispatch,
  .finalize = queue_source_finalize,
};

static GSource *
queue_attach (Queue        *queue,
              GMainContext *context,
              int           priority,
              gint64        patience,
              const char   *name)
{
  GSource *source = g_source_new (&queue_source_funcs, sizeof (QueueSource));

  ((QueueSource *) source)->queue = queue_ref (queue);
  ((QueueSource *) source)->patience = patience;
  g_source_set_priority (source, priority);
  g_source_set_static_name (source, name);
  /* A callback may iterate the context and ask again. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);
  g_source_unref (source);
  return source;
}

static Queue *
queue_new (Core         *core,
           GMainContext *context)
{
  Queue *queue = g_new0 (Queue, 1);

  g_atomic_ref_count_init (&queue->refs);
  queue->core = core_ref (core);
  queue->pending = g_ptr_array_new ();
  g_queue_init (&queue->flights);
  g_queue_init (&queue->landed);
  queue->source = queue_attach (queue, context, GATHER_PRIORITY, 0, "[genlm] autobatch");
  queue_attach (queue, context, G_PRIORITY_DEFAULT, PATIENCE, "[genlm] autobatch in a busy context");
  return queue;
}

static gboolean
queue_is_gone (Queue *queue)
{
  return queue->source == NULL || g_source_is_destroyed (queue->source);
}

/* With the lock held. The sources of a context that is gone are destroyed, and
 * another context may since have got its address. */
static Queue *
ensure_queue (GenlmAutobatch *self,
              GMainContext   *context)
{
  Queue *queue = self->last_queue;
  GHashTableIter iter;
  gpointer value;

  if (queue == NULL || self->last_context != context)
    queue = g_hash_table_lookup (self->queues, context);
  self->last_context = context;
  self->last_queue = queue;
  if (queue != NULL && !queue_is_gone (queue))
    return queue;

  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (queue_is_gone (value))
        g_hash_table_iter_remove (&iter);
    }
  queue = queue_new (self->core, context);
  g_hash_table_insert (self->queues, context, queue);
  self->last_queue = queue;
  return queue;
}

/* -- the interface -------------------------------------------------------- */

static gboolean
check_open (GenlmAutobatch  *self,
            GError         **error)
{
  gboolean closed;

  g_mutex_lock (&self->core->lock);
  closed = self->core->closed;
  g_mutex_unlock (&self->core->lock);
  if (closed)
    g_propagate_error (error, closed_error (self));
  return !closed;
}

static GenlmVocab *
genlm_autobatch_get_vocab (GenlmPotential *potential)
{
  Core *core = GENLM_AUTOBATCH (potential)->core;
  GenlmVocab *vocab = __atomic_load_n (&core->vocab, __ATOMIC_ACQUIRE);
  GenlmVocab *none = NULL;

  if (vocab != NULL || core->potential == NULL)
    return vocab;
  vocab = genlm_potential_get_vocab (core->potential);
  if (vocab != NULL && __atomic_compare_exchange_n (&core->vocab, &none, vocab, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    genlm_vocab_ref (vocab);
  return vocab;
}

/* Any thread may ask; the batches go to the potential in its own way. */
static GenlmTraits
genlm_autobatch_get_traits (GenlmPotential *potential)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);
  GenlmTraits traits = GENLM_TRAITS_NONE;

  if (self->core->potential != NULL)
    traits = genlm_potential_get_traits (self->core->potential);
  return (traits & ~GENLM_TRAITS_INLINE) | GENLM_TRAITS_THREAD_SAFE;
}

static gboolean
genlm_autobatch_weigh_prefix (GenlmPotential  *potential,
                              GenlmContext    *context,
                              double          *out,
                              GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  if (!check_open (self, error))
    return FALSE;
  *out = genlm_potential_prefix_sync (self->core->potential, context, NULL, error);
  return !isnan (*out);
}

static gboolean
genlm_autobatch_weigh_complete (GenlmPotential  *potential,
                              GenlmContext    *context,
                              double          *out,
                              GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  if (!check_open (self, error))
    return FALSE;
  *out = genlm_potential_complete_sync (self->core->potential, context, NULL, error);
  return !isnan (*out);
}

static GenlmWeights *
genlm_autobatch_weigh_next (GenlmPotential  *potential,
                            GenlmContext    *context,
                            GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_logw_next_sync (self->core->potential, context, NULL, error) : NULL;
}

static GenlmTokenSet *
genlm_autobatch_weigh_mask (GenlmPotential  *potential,
                            GenlmContext    *context,
                            GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_mask_next_sync (self->core->potential, context, NULL, error) : NULL;
}

static GenlmScores *
genlm_autobatch_weigh_prefix_batch (GenlmPotential  *potential,
                                    GenlmBatch      *batch,
                                    GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_prefix_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmScores *
genlm_autobatch_weigh_complete_batch (GenlmPotential  *potential,
                                      GenlmBatch      *batch,
                                      GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_complete_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmWeightsList *
genlm_autobatch_weigh_next_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_logw_next_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmTokenSetList *
genlm_autobatch_weigh_mask_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_mask_next_sync (self->core->potential, batch, NULL, error) : NULL;
}

/* The next iteration looks at the queue anyway; only a thread that sleeps in the
 * context's poll must be told. */
static void
wake_other_thread (GMainContext *context)
{
  if (g_main_context_acquire (context))
    g_main_context_release (context);
  else
    g_main_context_wakeup (context);
}

/* Puts the request into the queue of its context. */
static GError *
enqueue (GenlmAutobatch *self,
         GenlmRequest   *request)
{
  Core *core = self->core;
  GMainContext *context = genlm_request_get_context (request);
  GError *error = NULL;
  gboolean is_news = FALSE;

  g_mutex_lock (&core->lock);
  if (!core->closed)
    {
      Queue *queue = ensure_queue (self, context);

      if (core->max_pending == 0 || queue_get_length (queue) < core->max_pending)
        {
          guint length = queue_get_length (queue);

          if (length == 0)
            queue->oldest = g_get_monotonic_time ();
          is_news = length == 0 || length + 1 == core->max_batch_size;
          g_ptr_array_add (queue->pending, g_object_ref (request));
          core->n_requests++;
        }
      else
        {
          g_autofree char *label = genlm_potential_dup_label (GENLM_POTENTIAL (self));

          error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                               "Failed to ask %s: %u requests of this main context wait, which is “max-pending”; "
                               "wait for answers, or raise it", label, core->max_pending);
        }
    }
  else
    {
      error = closed_error (self);
    }
  g_mutex_unlock (&core->lock);

  if (is_news)
    wake_other_thread (context);
  return error;
}

static void
genlm_autobatch_evaluate (GenlmPotential *potential,
                          GenlmRequest   *request)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);
  g_autoptr (GError) error = NULL;

  if (genlm_request_peek_single (request) != NULL)
    error = enqueue (self, request);
  else if (check_open (self, &error))
    genlm_potential_evaluate (self->core->potential, request);
  if (error != NULL)
    genlm_request_fail (request, error, FALSE);
}

/* A new element around another potential, with the same settings. */
static GenlmPotential *
wrap (GenlmAutobatch *self,
      GenlmPotential *potential)
{
  return g_object_new (GENLM_TYPE_AUTOBATCH,
                       "potential", potential,
                       "max-batch-size", self->core->max_batch_size,
                       "max-delay", self->core->max_delay,
                       "max-in-flight", self->core->max_in_flight,
                       "max-pending", self->core->max_pending,
                       NULL);
}

static GenlmPotential *
genlm_autobatch_make_spawn (GenlmPotential  *potential,
                            GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (self->core->potential, error);

  return spawn != NULL ? wrap (self, spawn) : NULL;
}

/* Coercion goes inwards: beside the tables it needs. */
static GenlmPotential *
genlm_autobatch_make_coerced (GenlmPotential  *potential,
                              GenlmVocab      *target,
                              GError         **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (self->core->potential, target, error);

  return coerced != NULL ? wrap (self, coerced) : NULL;
}

static void
genlm_autobatch_potential_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_autobatch_get_vocab;
  iface->get_traits = genlm_autobatch_get_traits;
  iface->weigh_prefix = genlm_autobatch_weigh_prefix;
  iface->weigh_complete = genlm_autobatch_weigh_complete;
  iface->weigh_next = genlm_autobatch_weigh_next;
  iface->weigh_mask = genlm_autobatch_weigh_mask;
  iface->weigh_prefix_batch = genlm_autobatch_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_autobatch_weigh_complete_batch;
  iface->weigh_next_batch = genlm_autobatch_weigh_next_batch;
  iface->weigh_mask_batch = genlm_autobatch_weigh_mask_batch;
  iface->evaluate = genlm_autobatch_evaluate;
  iface->make_spawn = genlm_autobatch_make_spawn;
  iface->make_coerced = genlm_autobatch_make_coerced;
}

/* -- the object ----------------------------------------------------------- */

static void
genlm_autobatch_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  Core *core = GENLM_AUTOBATCH (object)->core;

  g_mutex_lock (&core->lock);
  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_value_set_object (value, core->potential);
      break;
    case PROP_MAX_BATCH_SIZE:
      g_value_set_uint (value, core->max_batch_size);
      break;
    case PROP_MAX_DELAY:
      g_value_set_uint (value, core->max_delay);
      break;
    case PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, core->max_in_flight);
      break;
    case PROP_MAX_PENDING:
      g_value_set_uint (value, core->max_pending);
      break;
    case PROP_N_REQUESTS:
      g_value_set_uint64 (value, core->n_requests);
      break;
    case PROP_N_BATCHES:
      g_value_set_uint64 (value, core->n_batches);
      break;
    case PROP_N_MERGED:
      g_value_set_uint64 (value, core->n_merged);
      break;
    case PROP_MEAN_BATCH_SIZE:
      g_value_set_double (value, core->n_batches > 0 ? (double) core->n_requests / (double) core->n_batches : 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  g_mutex_unlock (&core->lock);
}

static void
genlm_autobatch_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  Core *core = GENLM_AUTOBATCH (object)->core;

  g_mutex_lock (&core->lock);
  switch (prop_id)
    {
    case PROP_POTENTIAL:
      core->potential = g_value_dup_object (value);
      break;
    case PROP_MAX_BATCH_SIZE:
      core->max_batch_size = g_value_get_uint (value);
      break;
    case PROP_MAX_DELAY:
      core->max_delay = g_value_get_uint (value);
      break;
    case PROP_MAX_IN_FLIGHT:
      core->max_in_flight = g_value_get_uint (value);
      break;
    case PROP_MAX_PENDING:
      core->max_pending = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  g_mutex_unlock (&core->lock);
}

static void
genlm_autobatch_finalize (GObject *object)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (object);
  GHashTableIter iter;
  gpointer queue;

  /* A pending request holds the element: the queues are empty. Their sources go
   * when their contexts are next iterated, in whatever threads that is. */
  g_mutex_lock (&self->core->lock);
  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    ((Queue *) queue)->abandoned = TRUE;
  g_mutex_unlock (&self->core->lock);
  g_hash_table_unref (self->queues);
  g_clear_object (&self->core->potential);
  core_unref (self->core);

  G_OBJECT_CLASS (genlm_autobatch_parent_class)->finalize (object);
}

static void
genlm_autobatch_class_init (GenlmAutobatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_autobatch_get_property;
  object_class->set_property = genlm_autobatch_set_property;
  object_class->finalize = genlm_autobatch_finalize;

  /**
   * GenlmAutobatch:potential:
   *
   * The potential that gets the batches.
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential", "The potential that gets the batches",
                         GENLM_TYPE_POTENTIAL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:max-batch-size:
   *
   * How many requests leave together at most; 0 for all that wait.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_BATCH_SIZE] =
    g_param_spec_uint ("max-batch-size", "Maximum batch size", "How many requests leave together at most; 0 for all that wait",
                       0, G_MAXUINT, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:max-delay:
   *
   * How many microseconds the first request may wait for others to join it; 0
   * to leave as soon as nothing else is ready in its context.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_DELAY] =
    g_param_spec_uint ("max-delay", "Maximum delay", "Microseconds that the first request waits for others to join it",
                       0, G_MAXUINT, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:max-in-flight:
   *
   * How many batches of one main context may be on their way; meanwhile new
   * requests gather.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_IN_FLIGHT] =
    g_param_spec_uint ("max-in-flight", "Maximum in flight", "How many batches of one main context may be on their way",
                       1, G_MAXUINT, 1, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:max-pending:
   *
   * How many requests of one main context may wait; more fail at once with
   * %GENLM_POTENTIAL_ERROR_LIMIT. 0 for any number.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_PENDING] =
    g_param_spec_uint ("max-pending", "Maximum pending", "How many requests of one main context may wait; 0 for any number",
                       0, G_MAXUINT, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:n-requests:
   *
   * How many single calls have been queued.
   *
   * Since: 0.1
   */
  properties[PROP_N_REQUESTS] =
    g_param_spec_uint64 ("n-requests", "Requests", "How many single calls have been queued",
                         0, G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:n-batches:
   *
   * How many batches they became.
   *
   * Since: 0.1
   */
  properties[PROP_N_BATCHES] =
    g_param_spec_uint64 ("n-batches", "Batches", "How many batches the calls became",
                         0, G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:n-merged:
   *
   * How many requests were not asked, since an equal one was in their batch.
   *
   * Since: 0.1
   */
  properties[PROP_N_MERGED] =
    g_param_spec_uint64 ("n-merged", "Merged", "How many requests shared the answer of an equal one in their batch",
                         0, G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmAutobatch:mean-batch-size:
   *
   * How many requests a batch had on average.
   *
   * Since: 0.1
   */
  properties[PROP_MEAN_BATCH_SIZE] =
    g_param_spec_double ("mean-batch-size", "Mean batch size", "How many requests a batch had on average",
                         0, G_MAXDOUBLE, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_element_class_set_input (object_class, "potential");
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass), GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass),
                                           "Autobatcher", "Potential/Wrapper",
                                           "Joins single calls that are made concurrently into batch calls",
                                           "The genlm-glib authors");
}

static void
genlm_autobatch_init (GenlmAutobatch *self)
{
  self->core = g_new0 (Core, 1);
  g_atomic_ref_count_init (&self->core->refs);
  g_mutex_init (&self->core->lock);
  self->core->max_in_flight = 1;
  self->queues = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) queue_unref);
}

/**
 * genlm_autobatch_new:
 * @potential: any potential
 *
 * Wraps a potential so that concurrent single calls become batch calls.
 *
 * The calls must be asynchronous: a synchronous one goes straight to
 * @potential. Each main context that asks has a queue of its own, and gets its
 * batches and answers there. Batch calls pass through.
 *
 * Returns: (transfer full): the wrapper
 * Since: 0.1
 */
GenlmAutobatch *
genlm_autobatch_new (GenlmPotential *potential)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (potential), NULL);

  return g_object_new (GENLM_TYPE_AUTOBATCH, "potential", potential, NULL);
}

/**
 * genlm_autobatch_get_potential: (get-property potential)
 * @self: an autobatcher
 *
 * Gets the potential that is wrapped.
 *
 * Returns: (transfer none) (nullable): the potential
 * Since: 0.1
 */
GenlmPotential *
genlm_autobatch_get_potential (GenlmAutobatch *self)
{
  g_return_val_if_fail (GENLM_IS_AUTOBATCH (self), NULL);

  return self->core->potential;
}

/**
 * genlm_autobatch_close:
 * @self: an autobatcher
 *
 * Answers all single calls that wait or are on their way, and all later calls,
 * with %GENLM_POTENTIAL_ERROR_CLOSED.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_autobatch_close (GenlmAutobatch *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (GENLM_IS_AUTOBATCH (self));

  g_mutex_lock (&self->core->lock);
  self->core->closed = TRUE;
  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Queue *queue = value;

      for (guint i = queue->first; i < queue->pending->len; i++)
        g_ptr_array_add (open, g_ptr_array_index (queue->pending, i));
      g_ptr_array_set_size (queue->pending, 0);
      queue->first = 0;
      for (GList *l = queue->flights.head; l != NULL; l = l->next)
        g_ptr_array_extend (open, ((Flight *) l->data)->requests, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
    }
  g_mutex_unlock (&self->core->lock);

  error = closed_error (self);
  for (guint i = 0; i < open->len; i++)
    genlm_request_give_up (g_ptr_array_index (open, i), g_error_copy (error));
}

/**
 * genlm_potential_to_autobatched:
 * @self: a potential
 *
 * Wraps the potential so that concurrent single calls become batch calls.
 *
 * Returns: (transfer full): the wrapper, a [class@Autobatch]
 * Since: 0.1
 */
GenlmPotential *
genlm_potential_to_autobatched (GenlmPotential *self)
{
  return (GenlmPotential *) genlm_autobatch_new (self);
}
