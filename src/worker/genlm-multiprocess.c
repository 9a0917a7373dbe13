/* A potential in worker processes: the element before a pool.
 *
 * It holds what can be set, and asks the pool; how questions get to workers, and
 * what becomes of these, is not for here. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-multiprocess.h"

#include "genlm-element.h"
#include "genlm-pool-private.h"
#include "genlm-potential-base-private.h"
#include "genlm-recipe-private.h"
#include "genlm-script-private.h"

#include <string.h>

#define MAX_WORKERS 1024
#define DEFAULT_TIMEOUT 60000
#define DEFAULT_MAX_RETRIES 1
#define DEFAULT_RESPAWN_DELAY 10
#define DEFAULT_MAX_IN_FLIGHT 2

/**
 * GenlmMultiprocess:
 *
 * A potential that runs in worker processes.
 *
 * Each worker builds the potential from its recipe, so the potential must have
 * one: see [vfunc@Potential.dup_recipe]. Calls of all kinds, from any thread, go
 * to whichever worker is free, many together; a batch is divided among all of them. Results
 * are bit by bit those of the potential itself, and come in order. A vector of
 * weights is not copied: it stays in memory that is shared with the worker until its
 * last reference goes.
 *
 * A worker that dies, makes no progress for [property@Multiprocess:timeout] or
 * does not keep to the protocol is started again, and what it had not answered is
 * asked elsewhere. Only the question that it was at counts a failure; after
 * [property@Multiprocess:max-retries] more attempts it fails with
 * %GENLM_POTENTIAL_ERROR_WORKER_FAILED, which says how the worker ended. An error that
 * the potential reports is an answer, and is reported as it is.
 *
 * Coercing it does so inside the workers, which the result shares; one that is made with
 * a [property@PotentialBase:vocab] is coerced to it from the start. It cannot be spawned.
 * In a pipeline description its input is never made in the program itself.
 *
 * It pays where the potential takes longer for a call than the way to another process and
 * back, some tens of microseconds; see also [class@Autobatch].
 *
 * Threads: any.
 *
 * Since: 0.1
 */
struct _GenlmMultiprocess
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *potential;        /* until the workers are started */
  GVariant           *recipe;
  GenlmPoolSettings   settings;
  GenlmPool          *pool;
  GenlmPoolInstance  *instance;
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  PROP_RECIPE,
  PROP_WORKERS,
  PROP_TIMEOUT,
  PROP_MAX_RETRIES,
  PROP_RESPAWN_DELAY,
  PROP_MEMORY_LIMIT,
  PROP_CPU_LIMIT,
  PROP_SANDBOX,
  PROP_MAX_IN_FLIGHT,
  PROP_N_REQUESTS,
  PROP_N_BATCHES,
  PROP_N_RETRIES,
  PROP_N_RESPAWNS,
  PROP_PIDS,
  PROP_BUSY_SHARE,
  PROP_ROUND_TRIP_P50,
  PROP_ROUND_TRIP_P99,
  N_PROPS
};

enum
{
  SIGNAL_WORKER_STARTED,
  SIGNAL_WORKER_DIED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void genlm_multiprocess_potential_init (GenlmPotentialInterface *iface);
static void genlm_multiprocess_initable_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmMultiprocess, genlm_multiprocess, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_multiprocess_potential_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_multiprocess_initable_init))

/* -- starting ------------------------------------------------------------- */

static gboolean
find_recipe (GenlmMultiprocess  *self,
             GError            **error)
{
  g_autoptr (GenlmPotential) potential = g_steal_pointer (&self->potential);
  const char *name;

  if (self->recipe == NULL && potential != NULL)
    {
      self->recipe = genlm_potential_to_recipe (potential, error);
      if (self->recipe != NULL)
        return TRUE;
      g_prefix_error (error, "Failed to make a multiprocess element: workers build their potential from its recipe: ");
      return FALSE;
    }
  if (self->recipe == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "Failed to make a multiprocess element: neither “potential” nor “recipe” is set");
      return FALSE;
    }
  if (potential != NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "Failed to make a multiprocess element: both “potential” and “recipe” are set");
      return FALSE;
    }
  g_variant_get_child (self->recipe, 0, "&s", &name);
  if (*name != '\0')
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "Failed to make a multiprocess element: the recipe names no element");
  return FALSE;
}

static void
emit_news (GObject    *element,
           guint       worker,
           int         pid,
           const char *reason)
{
  if (reason == NULL)
    g_signal_emit (element, signals[SIGNAL_WORKER_STARTED], 0, worker, pid);
  else
    g_signal_emit (element, signals[SIGNAL_WORKER_DIED], 0, worker, pid, reason);
}

/* Takes the instance. */
static void
join_pool (GenlmMultiprocess *self,
           GenlmPool         *pool,
           GenlmPoolInstance *instance)
{
  GenlmTraits traits;

  genlm_pool_lock (pool);
  pool->n_users++;
  traits = instance->traits;
  genlm_pool_unlock (pool);
  self->pool = genlm_pool_ref (pool);
  self->instance = instance;
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), traits);
}

static gboolean
start_pool (GenlmMultiprocess  *self,
            GCancellable       *cancellable,
            GError            **error)
{
  g_autofree char *label = genlm_potential_dup_label (GENLM_POTENTIAL (self));
  g_autoptr (GenlmPool) pool = NULL;

  if (!genlm_script_may_start_workers (error))
    return FALSE;
  if (self->settings.n_workers == 0)
    self->settings.n_workers = MIN (g_get_num_processors (), MAX_WORKERS);
  pool = genlm_pool_new (label, self->recipe, &self->settings, error);
  if (pool == NULL)
    return FALSE;
  genlm_pool_watch (pool, G_OBJECT (self), emit_news);
  if (genlm_pool_start (pool, error) && genlm_pool_wait_for_first (pool, cancellable, error))
    {
      join_pool (self, pool, genlm_pool_instance_ref (pool->instance));
      return TRUE;
    }
  genlm_pool_unwatch (pool, G_OBJECT (self));
  genlm_pool_close (pool);
  return FALSE;
}

/* Sees what the workers have built through another vocabulary. */
static gboolean
coerce_instance (GenlmMultiprocess  *self,
                 GenlmVocab         *target,
                 GError            **error)
{
  GenlmPoolInstance *coerced = genlm_pool_add_instance (self->pool, self->instance, target, error);
  GenlmTraits traits;

  if (coerced == NULL)
    {
      g_prefix_error (error, "Failed to make a multiprocess element: ");
      return FALSE;
    }
  genlm_pool_instance_unref (self->instance);
  self->instance = coerced;
  genlm_pool_lock (self->pool);
  traits = coerced->traits;
  genlm_pool_unlock (self->pool);
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), traits);
  return TRUE;
}

static gboolean
genlm_multiprocess_init_sync (GInitable     *initable,
                              GCancellable  *cancellable,
                              GError       **error)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (initable);
  GenlmVocab *given = genlm_potential_base_peek_vocab (GENLM_POTENTIAL_BASE (self));
  GenlmVocab *vocab;

  if (self->pool != NULL)
    return TRUE;
  if (!find_recipe (self, error) || !start_pool (self, cancellable, error))
    return FALSE;

  vocab = genlm_pool_instance_peek_vocab (self->instance);
  if (given != NULL && !genlm_vocab_equal (given, vocab))
    return coerce_instance (self, given, error);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  return TRUE;
}

static void
genlm_multiprocess_initable_init (GInitableIface *iface)
{
  iface->init = genlm_multiprocess_init_sync;
}

/* -- the interface -------------------------------------------------------- */

static GenlmPoolJob *
ask_sync (GenlmPotential  *potential,
          GenlmMethod      method,
          GenlmContext    *context,
          GenlmBatch      *batch,
          GError         **error)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (potential);

  return genlm_pool_ask_sync (self->pool, self->instance, method, context, batch, g_cancellable_get_current (), error);
}

static gboolean
weigh_score (GenlmPotential  *potential,
             GenlmMethod      method,
             GenlmContext    *context,
             double          *out,
             GError         **error)
{
  g_autoptr (GenlmPoolJob) job = ask_sync (potential, method, context, NULL, error);

  if (job == NULL)
    return FALSE;
  *out = job->score;
  return TRUE;
}

static gpointer
weigh_item (GenlmPotential  *potential,
            GenlmMethod      method,
            GenlmContext    *context,
            GError         **error)
{
  g_autoptr (GenlmPoolJob) job = ask_sync (potential, method, context, NULL, error);

  return job != NULL ? g_steal_pointer (&job->item) : NULL;
}

static gpointer
weigh_batch (GenlmPotential  *potential,
             GenlmMethod      method,
             GenlmBatch      *batch,
             GError         **error)
{
  g_autoptr (GenlmPoolJob) job = ask_sync (potential, method, NULL, batch, error);

  return job != NULL ? genlm_pool_job_take_list (job) : NULL;
}

static gboolean
genlm_multiprocess_weigh_prefix (GenlmPotential  *potential,
                                 GenlmContext    *context,
                                 double          *out,
                                 GError         **error)
{
  return weigh_score (potential, GENLM_METHOD_PREFIX, context, out, error);
}

static gboolean
genlm_multiprocess_weigh_complete (GenlmPotential  *potential,
                                   GenlmContext    *context,
                                   double          *out,
                                   GError         **error)
{
  return weigh_score (potential, GENLM_METHOD_COMPLETE, context, out, error);
}

static GenlmWeights *
genlm_multiprocess_weigh_next (GenlmPotential  *potential,
                               GenlmContext    *context,
                               GError         **error)
{
  return weigh_item (potential, GENLM_METHOD_NEXT, context, error);
}

static GenlmTokenSet *
genlm_multiprocess_weigh_mask (GenlmPotential  *potential,
                               GenlmContext    *context,
                               GError         **error)
{
  return weigh_item (potential, GENLM_METHOD_MASK, context, error);
}

static GenlmScores *
genlm_multiprocess_weigh_prefix_batch (GenlmPotential  *potential,
                                       GenlmBatch      *batch,
                                       GError         **error)
{
  return weigh_batch (potential, GENLM_METHOD_PREFIX, batch, error);
}

static GenlmScores *
genlm_multiprocess_weigh_complete_batch (GenlmPotential  *potential,
                                         GenlmBatch      *batch,
                                         GError         **error)
{
  return weigh_batch (potential, GENLM_METHOD_COMPLETE, batch, error);
}

static GenlmWeightsList *
genlm_multiprocess_weigh_next_batch (GenlmPotential  *potential,
                                     GenlmBatch      *batch,
                                     GError         **error)
{
  return weigh_batch (potential, GENLM_METHOD_NEXT, batch, error);
}

static GenlmTokenSetList *
genlm_multiprocess_weigh_mask_batch (GenlmPotential  *potential,
                                     GenlmBatch      *batch,
                                     GError         **error)
{
  return weigh_batch (potential, GENLM_METHOD_MASK, batch, error);
}

static void
genlm_multiprocess_evaluate (GenlmPotential *potential,
                             GenlmRequest   *request)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (potential);

  genlm_pool_ask (self->pool, self->instance, request);
}

static GenlmPotential *
genlm_multiprocess_make_spawn (GenlmPotential  *potential,
                               GError         **error)
{
  g_autofree char *label = genlm_potential_dup_label (potential);

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "%s cannot be spawned: a multiprocess is not spawnable, since its workers hold several instances "
               "already; ask it from where you need it, or make another one", label);
  return NULL;
}

/* Coercion goes inwards: beside the tables it needs. */
static GenlmPotential *
genlm_multiprocess_make_coerced (GenlmPotential  *potential,
                                 GenlmVocab      *target,
                                 GError         **error)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (potential);
  GenlmMultiprocess *coerced;
  GenlmPoolInstance *instance;

  if (self->pool == NULL)
    {
      g_autofree char *label = genlm_potential_dup_label (potential);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                   "Failed to coerce %s: it was not initialised", label);
      return NULL;
    }
  instance = genlm_pool_add_instance (self->pool, self->instance, target, error);
  if (instance == NULL)
    return NULL;
  coerced = g_object_new (GENLM_TYPE_MULTIPROCESS,
                          "recipe", self->recipe,
                          "name", genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (self)),
                          "vocab", target,
                          NULL);
  coerced->settings = self->settings;
  join_pool (coerced, self->pool, instance);
  genlm_pool_watch (self->pool, G_OBJECT (coerced), emit_news);
  return GENLM_POTENTIAL (coerced);
}

/* As from the properties; a vocabulary that comes from the workers is not told, one that
 * the element is seen through is. */
static GVariant *
genlm_multiprocess_dup_recipe (GenlmPotential  *potential,
                               GError         **error)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (potential);
  gboolean is_own = self->instance != NULL && self->instance->targets->len == 0;

  if (self->recipe == NULL && !find_recipe (self, error))
    return NULL;
  return genlm_recipe_from_properties (G_OBJECT (self), is_own ? "vocab" : NULL, error);
}

static void
genlm_multiprocess_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = genlm_multiprocess_weigh_prefix;
  iface->weigh_complete = genlm_multiprocess_weigh_complete;
  iface->weigh_next = genlm_multiprocess_weigh_next;
  iface->weigh_mask = genlm_multiprocess_weigh_mask;
  iface->weigh_prefix_batch = genlm_multiprocess_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_multiprocess_weigh_complete_batch;
  iface->weigh_next_batch = genlm_multiprocess_weigh_next_batch;
  iface->weigh_mask_batch = genlm_multiprocess_weigh_mask_batch;
  iface->evaluate = genlm_multiprocess_evaluate;
  iface->make_spawn = genlm_multiprocess_make_spawn;
  iface->make_coerced = genlm_multiprocess_make_coerced;
  iface->dup_recipe = genlm_multiprocess_dup_recipe;
}

/* -- the object ----------------------------------------------------------- */

/* What is known before there are workers. */
static void
get_setting (GenlmMultiprocess *self,
             guint              prop_id,
             GValue            *value)
{
  switch (prop_id)
    {
    case PROP_WORKERS:
      g_value_set_uint (value, self->settings.n_workers);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->settings.timeout);
      break;
    case PROP_MAX_RETRIES:
      g_value_set_int (value, self->settings.max_retries);
      break;
    case PROP_RESPAWN_DELAY:
      g_value_set_uint (value, self->settings.respawn_delay);
      break;
    case PROP_MEMORY_LIMIT:
      g_value_set_uint64 (value, self->settings.memory_limit);
      break;
    case PROP_CPU_LIMIT:
      g_value_set_uint (value, self->settings.cpu_limit);
      break;
    case PROP_SANDBOX:
      g_value_set_boolean (value, self->settings.sandbox);
      break;
    case PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, self->settings.max_in_flight);
      break;
    default:
      g_assert_not_reached ();
    }
}

static GVariant *
make_pids (GenlmPool *pool)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ai"));

  for (guint i = 0; pool != NULL && i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];
      gboolean is_alive = seat->process != NULL && seat->state != GENLM_POOL_SEAT_EMPTY;

      g_variant_builder_add (&builder, "i", is_alive ? seat->process->pid : 0);
    }
  return g_variant_builder_end (&builder);
}

static double
get_busy_share (GenlmPool *pool)
{
  gint64 now = g_get_monotonic_time ();
  gint64 busy = 0;

  for (guint i = 0; i < pool->settings.n_workers; i++)
    {
      GenlmPoolSeat *seat = &pool->seats[i];

      busy += seat->busy_time + (seat->n_frames > 0 ? now - seat->busy_since : 0);
    }
  return now > pool->started ? (double) busy / ((double) (now - pool->started) * pool->settings.n_workers) : 0;
}

/* With the lock of the pool held. */
static void
get_figure (GenlmPool *pool,
            guint      prop_id,
            GValue    *value)
{
  switch (prop_id)
    {
    case PROP_N_REQUESTS:
      g_value_set_uint64 (value, pool->n_requests);
      break;
    case PROP_N_BATCHES:
      g_value_set_uint64 (value, pool->n_batches);
      break;
    case PROP_N_RETRIES:
      g_value_set_uint64 (value, pool->n_retries);
      break;
    case PROP_N_RESPAWNS:
      g_value_set_uint64 (value, pool->n_respawns);
      break;
    case PROP_PIDS:
      g_value_set_variant (value, make_pids (pool));
      break;
    case PROP_BUSY_SHARE:
      g_value_set_double (value, get_busy_share (pool));
      break;
    case PROP_ROUND_TRIP_P50:
      g_value_set_double (value, genlm_pool_meter_get_percentile (&pool->meter, 0.5));
      break;
    case PROP_ROUND_TRIP_P99:
      g_value_set_double (value, genlm_pool_meter_get_percentile (&pool->meter, 0.99));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
genlm_multiprocess_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (object);

  if (prop_id == PROP_POTENTIAL)
    {
      g_value_set_object (value, self->potential);
    }
  else if (prop_id == PROP_RECIPE)
    {
      g_value_set_variant (value, self->recipe);
    }
  else if (prop_id >= PROP_WORKERS && prop_id <= PROP_MAX_IN_FLIGHT)
    {
      get_setting (self, prop_id, value);
    }
  else if (prop_id >= PROP_N_REQUESTS && prop_id < N_PROPS)
    {
      if (self->pool == NULL)
        return;
      genlm_pool_lock (self->pool);
      get_figure (self->pool, prop_id, value);
      genlm_pool_unlock (self->pool);
    }
  else
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_setting (GenlmPoolSettings *settings,
             guint              prop_id,
             const GValue      *value)
{
  switch (prop_id)
    {
    case PROP_WORKERS:
      settings->n_workers = g_value_get_uint (value);
      break;
    case PROP_TIMEOUT:
      settings->timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_RETRIES:
      settings->max_retries = g_value_get_int (value);
      break;
    case PROP_RESPAWN_DELAY:
      settings->respawn_delay = g_value_get_uint (value);
      break;
    case PROP_MEMORY_LIMIT:
      settings->memory_limit = g_value_get_uint64 (value);
      break;
    case PROP_CPU_LIMIT:
      settings->cpu_limit = g_value_get_uint (value);
      break;
    case PROP_SANDBOX:
      settings->sandbox = g_value_get_boolean (value);
      break;
    case PROP_MAX_IN_FLIGHT:
      settings->max_in_flight = g_value_get_uint (value);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
genlm_multiprocess_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (object);

  if (prop_id == PROP_POTENTIAL)
    {
      self->potential = g_value_dup_object (value);
    }
  else if (prop_id == PROP_RECIPE)
    {
      self->recipe = g_value_dup_variant (value);
    }
  else if (prop_id >= PROP_WORKERS && prop_id <= PROP_MAX_IN_FLIGHT)
    {
      set_setting (&self->settings, prop_id, value);
      if (self->pool == NULL)
        return;
      genlm_pool_lock (self->pool);
      set_setting (&self->pool->settings, prop_id, value);
      genlm_pool_unlock (self->pool);
    }
  else
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* A pending request holds the element: nobody waits for anything. */
static void
leave_pool (GenlmMultiprocess *self)
{
  gboolean is_last;

  genlm_pool_unwatch (self->pool, G_OBJECT (self));
  genlm_pool_lock (self->pool);
  is_last = --self->pool->n_users == 0;
  genlm_pool_unlock (self->pool);
  if (is_last)
    genlm_pool_end (self->pool);
  else if (self->instance != self->pool->instance)
    genlm_pool_drop_instance (self->pool, self->instance);
  g_clear_pointer (&self->instance, genlm_pool_instance_unref);
  g_clear_pointer (&self->pool, genlm_pool_unref);
}

static void
genlm_multiprocess_finalize (GObject *object)
{
  GenlmMultiprocess *self = GENLM_MULTIPROCESS (object);

  if (self->pool != NULL)
    leave_pool (self);
  g_clear_pointer (&self->recipe, g_variant_unref);
  g_clear_object (&self->potential);

  G_OBJECT_CLASS (genlm_multiprocess_parent_class)->finalize (object);
}

static void
install_settings (void)
{
  const GParamFlags construct_flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmMultiprocess:potential:
   *
   * The potential of which the workers make one each. Its recipe is taken, and
   * it is not kept.
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential", "The potential whose recipe is taken",
                         GENLM_TYPE_POTENTIAL, construct_flags);
  /**
   * GenlmMultiprocess:recipe:
   *
   * The recipe from which each worker makes its potential, `(sa{sv})`: instead
   * of [property@Multiprocess:potential].
   *
   * Since: 0.1
   */
  properties[PROP_RECIPE] =
    g_param_spec_variant ("recipe", "Recipe", "From which each worker makes its potential",
                          G_VARIANT_TYPE (GENLM_RECIPE_TYPE), NULL, construct_flags);
  /**
   * GenlmMultiprocess:workers:
   *
   * How many worker processes there are; 0 for one on each processor.
   *
   * Since: 0.1
   */
  properties[PROP_WORKERS] =
    g_param_spec_uint ("workers", "Workers", "How many worker processes there are; 0 for one on each processor",
                       0, MAX_WORKERS, 0, construct_flags);
  /**
   * GenlmMultiprocess:timeout:
   *
   * How many milliseconds a worker may take for one call, or a part of a batch, before it
   * counts as failed; 0 for ever. It may take a minute at least to build the
   * potential.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", "Timeout", "Milliseconds that a worker may take for one call; 0 for ever",
                       0, G_MAXUINT, DEFAULT_TIMEOUT, flags);
  /**
   * GenlmMultiprocess:max-retries:
   *
   * How many times a question is asked again that a worker has not survived; -1 for
   * ever.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RETRIES] =
    g_param_spec_int ("max-retries", "Maximum retries",
                      "How often a question is asked again that a worker has not survived; -1 for ever",
                      -1, G_MAXINT, DEFAULT_MAX_RETRIES, flags);
  /**
   * GenlmMultiprocess:respawn-delay:
   *
   * How many milliseconds after its end a worker is started again; twice as many
   * each time that it ends without having answered anything.
   *
   * Since: 0.1
   */
  properties[PROP_RESPAWN_DELAY] =
    g_param_spec_uint ("respawn-delay", "Respawn delay", "Milliseconds after which a worker that ended is started again",
                       0, 10000, DEFAULT_RESPAWN_DELAY, flags);
  /**
   * GenlmMultiprocess:memory-limit:
   *
   * How many bytes of data each worker may have; 0 for any number.
   *
   * Since: 0.1
   */
  properties[PROP_MEMORY_LIMIT] =
    g_param_spec_uint64 ("memory-limit", "Memory limit", "Bytes of data that each worker may have; 0 for any number",
                         0, G_MAXUINT64, 0, construct_flags);
  /**
   * GenlmMultiprocess:cpu-limit:
   *
   * How many seconds of processor time a worker may take for one call, or a part of
   * a batch; 0 for any number.
   *
   * Since: 0.1
   */
  properties[PROP_CPU_LIMIT] =
    g_param_spec_uint ("cpu-limit", "CPU limit", "Seconds of processor time that a worker may take for one call; 0 for any number",
                       0, G_MAXINT, 0, construct_flags);
  /**
   * GenlmMultiprocess:sandbox:
   *
   * Whether the workers are kept from the network and from files other than those of the system, of
   * the plugins and those that properties of their elements name. It needs bubblewrap: without it,
   * making the element fails.
   *
   * Since: 0.1
   */
  properties[PROP_SANDBOX] =
    g_param_spec_boolean ("sandbox", "Sandbox", "Keep workers from the network and from other files; needs bubblewrap",
                          FALSE, construct_flags);
  /**
   * GenlmMultiprocess:max-in-flight:
   *
   * How many messages with questions a worker may have at a time: more than one, so that
   * it need not wait for the next.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_IN_FLIGHT] =
    g_param_spec_uint ("max-in-flight", "Maximum in flight", "How many messages with questions a worker may have at a time",
                       1, GENLM_POOL_MAX_FRAMES, DEFAULT_MAX_IN_FLIGHT, flags);
}

static void
install_figures (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmMultiprocess:n-requests:
   *
   * How many calls have been made, single or batch.
   *
   * Since: 0.1
   */
  properties[PROP_N_REQUESTS] =
    g_param_spec_uint64 ("n-requests", "Requests", "How many calls have been made", 0, G_MAXUINT64, 0, flags);
  /**
   * GenlmMultiprocess:n-batches:
   *
   * How many messages with questions have been sent to workers.
   *
   * Since: 0.1
   */
  properties[PROP_N_BATCHES] =
    g_param_spec_uint64 ("n-batches", "Batches", "How many messages with questions have been sent to workers",
                         0, G_MAXUINT64, 0, flags);
  /**
   * GenlmMultiprocess:n-retries:
   *
   * How many questions have been asked again since a worker did not survive them.
   *
   * Since: 0.1
   */
  properties[PROP_N_RETRIES] =
    g_param_spec_uint64 ("n-retries", "Retries", "How many questions have been asked again since a worker did not survive them",
                         0, G_MAXUINT64, 0, flags);
  /**
   * GenlmMultiprocess:n-respawns:
   *
   * How many workers have been started in place of others.
   *
   * Since: 0.1
   */
  properties[PROP_N_RESPAWNS] =
    g_param_spec_uint64 ("n-respawns", "Respawns", "How many workers have been started in place of others",
                         0, G_MAXUINT64, 0, flags);
  /**
   * GenlmMultiprocess:pids:
   *
   * The process of each worker, `ai`; 0 while there is none.
   *
   * Since: 0.1
   */
  properties[PROP_PIDS] =
    g_param_spec_variant ("pids", "Process ids", "The process of each worker; 0 while there is none",
                          G_VARIANT_TYPE ("ai"), NULL, flags);
  /**
   * GenlmMultiprocess:busy-share:
   *
   * The part of their time in which workers had something to do, 0 to 1.
   *
   * Since: 0.1
   */
  properties[PROP_BUSY_SHARE] =
    g_param_spec_double ("busy-share", "Busy share", "The part of their time in which workers had something to do",
                         0, G_MAXDOUBLE, 0, flags);
  /**
   * GenlmMultiprocess:round-trip-p50:
   *
   * How many microseconds the half of all messages took at most until all
   * answers had come.
   *
   * Since: 0.1
   */
  properties[PROP_ROUND_TRIP_P50] =
    g_param_spec_double ("round-trip-p50", "Median round trip", "Microseconds from a message to its answers: median",
                         0, G_MAXDOUBLE, 0, flags);
  /**
   * GenlmMultiprocess:round-trip-p99:
   *
   * How many microseconds 99 of 100 messages took at most until all answers had
   * come.
   *
   * Since: 0.1
   */
  properties[PROP_ROUND_TRIP_P99] =
    g_param_spec_double ("round-trip-p99", "Longest round trips", "Microseconds from a message to its answers: 99th percentile",
                         0, G_MAXDOUBLE, 0, flags);
}

static void
install_signals (void)
{
  /**
   * GenlmMultiprocess::worker-started:
   * @self: the element
   * @worker: which of the workers
   * @pid: its process
   *
   * A worker has built the potential. Emitted in the main context in which the element was
   * made.
   *
   * Since: 0.1
   */
  signals[SIGNAL_WORKER_STARTED] =
    g_signal_new ("worker-started", GENLM_TYPE_MULTIPROCESS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT);
  /**
   * GenlmMultiprocess::worker-died:
   * @self: the element
   * @worker: which of the workers
   * @pid: what was its process
   * @reason: how it ended, for people
   *
   * A worker has ended, and not since the element was closed. Emitted in the main
   * context in which the element was made.
   *
   * Since: 0.1
   */
  signals[SIGNAL_WORKER_DIED] =
    g_signal_new ("worker-died", GENLM_TYPE_MULTIPROCESS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_INT, G_TYPE_STRING);
}

static void
genlm_multiprocess_class_init (GenlmMultiprocessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_multiprocess_get_property;
  object_class->set_property = genlm_multiprocess_set_property;
  object_class->finalize = genlm_multiprocess_finalize;

  install_settings ();
  install_figures ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals ();

  genlm_element_class_set_input (object_class, "potential");
  genlm_element_class_set_input_recipe (object_class, "recipe");
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass), GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass),
                                           "Worker processes", "Potential/Wrapper",
                                           "Runs a potential in worker processes, and survives their faults",
                                           "The genlm-glib authors");
}

static void
genlm_multiprocess_init (GenlmMultiprocess *self)
{
  self->settings.timeout = DEFAULT_TIMEOUT;
  self->settings.max_retries = DEFAULT_MAX_RETRIES;
  self->settings.respawn_delay = DEFAULT_RESPAWN_DELAY;
  self->settings.max_in_flight = DEFAULT_MAX_IN_FLIGHT;
}

/**
 * genlm_multiprocess_new:
 * @potential: a potential that has a recipe
 * @n_workers: how many worker processes; 0 for one on each processor
 * @error: return location for an error
 *
 * Runs copies of a potential in worker processes.
 *
 * Blocks until the first worker has built the potential; the others follow.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED if the potential has no recipe; whatever the
 * worker reports that could not build it; %GENLM_POTENTIAL_ERROR_WORKER_FAILED if no worker
 * survived the attempt.
 *
 * Returns: (transfer full): the element
 * Since: 0.1
 */
GenlmMultiprocess *
genlm_multiprocess_new (GenlmPotential  *potential,
                        guint            n_workers,
                        GError         **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (potential), NULL);
  g_return_val_if_fail (n_workers <= MAX_WORKERS, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (GENLM_TYPE_MULTIPROCESS, NULL, error,
                         "potential", potential,
                         "workers", n_workers,
                         NULL);
}

/**
 * genlm_multiprocess_new_from_recipe:
 * @recipe: what [method@Potential.to_recipe] returns, `(sa{sv})`
 * @n_workers: how many worker processes; 0 for one on each processor
 * @error: return location for an error
 *
 * Runs a potential in worker processes that is never built in this one.
 *
 * Blocks until the first worker has built the potential; the others follow.
 *
 * Errors: as of [ctor@Multiprocess.new].
 *
 * Returns: (transfer full): the element
 * Since: 0.1
 */
GenlmMultiprocess *
genlm_multiprocess_new_from_recipe (GVariant  *recipe,
                                    guint      n_workers,
                                    GError   **error)
{
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (recipe != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (recipe, G_VARIANT_TYPE (GENLM_RECIPE_TYPE)), NULL);
  g_return_val_if_fail (n_workers <= MAX_WORKERS, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  owned = g_variant_ref_sink (recipe);
  return g_initable_new (GENLM_TYPE_MULTIPROCESS, NULL, error,
                         "recipe", owned,
                         "workers", n_workers,
                         NULL);
}

/**
 * genlm_multiprocess_close:
 * @self: the element
 *
 * Answers all calls that wait or are on their way, and all later calls, with
 * %GENLM_POTENTIAL_ERROR_CLOSED, and ends the workers.
 *
 * When it returns, their processes and descriptors are gone. Elements that were coerced
 * from this one, or from which this one was coerced, share the workers and are closed
 * as well.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_multiprocess_close (GenlmMultiprocess *self)
{
  g_return_if_fail (GENLM_IS_MULTIPROCESS (self));

  if (self->pool != NULL)
    genlm_pool_close (self->pool);
}

/**
 * genlm_potential_to_multiprocess:
 * @self: a potential that has a recipe
 * @n_workers: how many worker processes; 0 for one on each processor
 * @error: return location for an error
 *
 * Runs copies of the potential in worker processes; see
 * [ctor@Multiprocess.new].
 *
 * Returns: (transfer full): a [class@Multiprocess]
 * Since: 0.1
 */
GenlmPotential *
genlm_potential_to_multiprocess (GenlmPotential  *self,
                                 guint            n_workers,
                                 GError         **error)
{
  return (GenlmPotential *) genlm_multiprocess_new (self, n_workers, error);
}
