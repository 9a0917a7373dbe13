/* Joins single calls that are made concurrently into batch calls.
 *
 * The element finds the queue of the main context that asks; the queue makes
 * batches (genlm-autobatch-queue.c), and a batch on its way answers its requests
 * (genlm-autobatch-flight.c). */

#define G_LOG_DOMAIN "Genlm-Autobatch"

#include "genlm-autobatch.h"
#include "genlm-autobatch-private.h"
#include "genlm-element.h"
#include "genlm-potential-private.h"

#include <math.h>

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

  GenlmAutobatchCore               *core;
  GHashTable         *queues;           /* by main context; under the core's lock */
  GMainContext       *last_context;     /* the last one looked up, and its queue */
  GenlmAutobatchQueue              *last_queue;
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

/* With the lock held. The sources of a context that is gone are destroyed, and
 * another context may since have got its address. */
static GenlmAutobatchQueue *
ensure_queue (GenlmAutobatch *self,
              GMainContext   *context)
{
  GenlmAutobatchQueue *queue = self->last_queue;
  GHashTableIter iter;
  gpointer value;

  if (queue == NULL || self->last_context != context)
    queue = g_hash_table_lookup (self->queues, context);
  self->last_context = context;
  self->last_queue = queue;
  if (queue != NULL && !genlm_autobatch_queue_is_gone (queue))
    return queue;

  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (genlm_autobatch_queue_is_gone (value))
        g_hash_table_iter_remove (&iter);
    }
  queue = genlm_autobatch_queue_new (self->core, context);
  g_hash_table_insert (self->queues, context, queue);
  self->last_queue = queue;
  return queue;
}

/* -- the interface -------------------------------------------------------- */

static gboolean
check_open (GenlmAutobatch *self,
            GError        **error)
{
  gboolean closed;

  g_mutex_lock (&self->core->lock);
  closed = self->core->closed;
  g_mutex_unlock (&self->core->lock);
  if (closed)
    g_propagate_error (error, genlm_autobatch_closed_error (G_OBJECT (self)));
  return !closed;
}

static GenlmVocab *
genlm_autobatch_get_vocab (GenlmPotential *potential)
{
  GenlmAutobatchCore *core = GENLM_AUTOBATCH (potential)->core;
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
genlm_autobatch_weigh_prefix (GenlmPotential *potential,
                              GenlmContext   *context,
                              double         *out,
                              GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  if (!check_open (self, error))
    return FALSE;
  *out = genlm_potential_prefix_sync (self->core->potential, context, NULL, error);
  return !isnan (*out);
}

static gboolean
genlm_autobatch_weigh_complete (GenlmPotential *potential,
                                GenlmContext   *context,
                                double         *out,
                                GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  if (!check_open (self, error))
    return FALSE;
  *out = genlm_potential_complete_sync (self->core->potential, context, NULL, error);
  return !isnan (*out);
}

static GenlmWeights *
genlm_autobatch_weigh_next (GenlmPotential *potential,
                            GenlmContext   *context,
                            GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_logw_next_sync (self->core->potential, context, NULL, error) : NULL;
}

static GenlmTokenSet *
genlm_autobatch_weigh_mask (GenlmPotential *potential,
                            GenlmContext   *context,
                            GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_mask_next_sync (self->core->potential, context, NULL, error) : NULL;
}

static GenlmScores *
genlm_autobatch_weigh_prefix_batch (GenlmPotential *potential,
                                    GenlmBatch     *batch,
                                    GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_prefix_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmScores *
genlm_autobatch_weigh_complete_batch (GenlmPotential *potential,
                                      GenlmBatch     *batch,
                                      GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_complete_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmWeightsList *
genlm_autobatch_weigh_next_batch (GenlmPotential *potential,
                                  GenlmBatch     *batch,
                                  GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);

  return check_open (self, error) ? genlm_potential_batch_logw_next_sync (self->core->potential, batch, NULL, error) : NULL;
}

static GenlmTokenSetList *
genlm_autobatch_weigh_mask_batch (GenlmPotential *potential,
                                  GenlmBatch     *batch,
                                  GError        **error)
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
  GenlmAutobatchCore *core = self->core;
  GMainContext *context = genlm_request_get_context (request);
  GError *error = NULL;
  gboolean is_news = FALSE;

  g_mutex_lock (&core->lock);
  if (!core->closed)
    {
      GenlmAutobatchQueue *queue = ensure_queue (self, context);

      if (core->max_pending == 0 || genlm_autobatch_queue_get_length (queue) < core->max_pending)
        {
          is_news = genlm_autobatch_queue_push (queue, request);
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
      error = genlm_autobatch_closed_error (G_OBJECT (self));
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
genlm_autobatch_make_spawn (GenlmPotential *potential,
                            GError        **error)
{
  GenlmAutobatch *self = GENLM_AUTOBATCH (potential);
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (self->core->potential, error);

  return spawn != NULL ? wrap (self, spawn) : NULL;
}

/* Coercion goes inwards: beside the tables it needs. */
static GenlmPotential *
genlm_autobatch_make_coerced (GenlmPotential *potential,
                              GenlmVocab     *target,
                              GError        **error)
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
  GenlmAutobatchCore *core = GENLM_AUTOBATCH (object)->core;

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
  GenlmAutobatchCore *core = GENLM_AUTOBATCH (object)->core;

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
    ((GenlmAutobatchQueue *) queue)->abandoned = TRUE;
  g_mutex_unlock (&self->core->lock);
  g_hash_table_unref (self->queues);
  g_clear_object (&self->core->potential);
  genlm_autobatch_core_unref (self->core);

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
  self->core = genlm_autobatch_core_new ();
  self->queues = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_autobatch_queue_unref);
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
    genlm_autobatch_queue_take_open (value, open);
  g_mutex_unlock (&self->core->lock);

  error = genlm_autobatch_closed_error (G_OBJECT (self));
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
