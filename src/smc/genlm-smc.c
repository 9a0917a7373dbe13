/* genlm-smc.c: the element that runs sequential Monte Carlo
 *
 * Holds the properties, shows the progress, and starts runs; the run itself
 * stands in genlm-smc-run.c.
 */

#define G_LOG_DOMAIN "Genlm-Smc"

#include "genlm-config.h"

#include "genlm-smc.h"

#include "genlm-element.h"
#include "genlm-enums.h"
#include "genlm-smc-run-private.h"
#include "genlm-vocabs-private.h"

#include <math.h>

#define DEFAULT_PARTICLES 8
#define DEFAULT_MAX_TOKENS 64
#define DEFAULT_ESS_THRESHOLD 0.5

/**
 * GenlmSmc:
 *
 * Draws weighted sequences by sequential Monte Carlo, element `smc`.
 *
 * Particles grow token by token, all together, so that a step is one batch
 * question. The sampler weighs each step; a critic, if there is one, weighs what
 * was drawn so far, to steer, and the whole sequence at its end. When the
 * weights grow so uneven that the effective sample size falls below
 * [property@Smc:ess-threshold] times the number of particles, they are drawn
 * anew. A particle whose weight becomes zero is dead; it is counted and
 * explained, and the others go on. At the last step that
 * [property@Smc:max-tokens] allows the end is forced.
 *
 * The result stands for the target of the sampler times the critic, over the
 * sequences of at most [property@Smc:max-tokens] tokens, EOS included.
 *
 * A run is a function of its seed: neither the order in which answers arrive nor
 * the size of batches nor the number of workers changes it.
 *
 * Errors: those of #GenlmSmcError, %G_IO_ERROR_CANCELLED, and what the sampler
 * and the potentials report, with the step at which it happened.
 *
 * Threads: one at a time; signals are emitted in the thread of the run.
 *
 * Source: Loula et al., arXiv 2504.13139; `SMC` of genlm-control.
 *
 * Since: 0.1
 */
struct _GenlmSmc
{
  GObject           parent_instance;

  GenlmSampler     *sampler;
  GenlmPotential   *critic;
  GenlmPotential   *matched;   /* the critic over the vocabulary of the target */
  guint             n_particles;
  double            ess_threshold;
  guint             max_tokens;
  GenlmResampling   resampling;
  guint64           seed;

  int               running;   /* atomic */
  GenlmSmcProgress  progress;
};

enum
{
  PROP_0,
  PROP_SAMPLER,
  PROP_CRITIC,
  PROP_PARTICLES,
  PROP_ESS_THRESHOLD,
  PROP_MAX_TOKENS,
  PROP_RESAMPLING_METHOD,
  PROP_SEED,
  PROP_STAGE,
  PROP_STEP,
  PROP_ESS,
  PROP_LOG_EVIDENCE,
  PROP_N_LIVE,
  PROP_N_DEAD,
  N_PROPS
};

enum
{
  SIGNAL_STEP,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void initable_iface_init (GInitableIface *iface);

/**
 * genlm_smc_error_quark:
 *
 * Gets the domain of [error@SmcError].
 *
 * Returns: the quark of %GENLM_SMC_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-smc-error-quark, genlm_smc_error)
G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmSmc, genlm_smc, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

/* -- preparing -- */

/* The target of the sampler; an error says what it lacks. */
static GenlmPotential *
find_target (GenlmSmc  *self,
             GError   **error)
{
  GenlmPotential *target;

  if (self->sampler == NULL)
    {
      g_set_error_literal (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_NOT_READY,
                           "Failed to prepare smc: it has no sampler; set the property \"sampler\"");
      return NULL;
    }
  if (G_IS_INITABLE (self->sampler) && !g_initable_init (G_INITABLE (self->sampler), NULL, error))
    return NULL;

  target = genlm_sampler_get_target (self->sampler);
  if (target == NULL)
    {
      g_autofree char *label = genlm_element_dup_label (G_OBJECT (self->sampler));

      g_set_error (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_NOT_READY,
                   "Failed to prepare smc: the sampler %s has no target", label);
      return NULL;
    }
  return genlm_vocabs_require (target, "smc", error) ? target : NULL;
}

/* Brings the critic to the vocabulary of the target, unless it is there already. */
static gboolean
match_critic (GenlmSmc        *self,
              GenlmPotential  *target,
              GError         **error)
{
  if (self->critic == NULL)
    return TRUE;
  if (self->matched != NULL &&
      genlm_vocab_equal (genlm_potential_get_vocab (self->matched), genlm_potential_get_vocab (target)))
    return TRUE;

  g_clear_object (&self->matched);
  self->matched = genlm_vocabs_match (target, self->critic, "critic", error);
  return self->matched != NULL;
}

static GenlmPotential *
prepare (GenlmSmc  *self,
         GError   **error)
{
  GenlmPotential *target = find_target (self, error);

  return target != NULL && match_critic (self, target, error) ? target : NULL;
}

/* A seed that a JSON reader keeps exactly, never 0. */
static guint64
draw_seed (void)
{
  g_autoptr (GRand) rand = g_rand_new ();
  guint64 bits = ((guint64) g_rand_int (rand) << 32) | g_rand_int (rand);

  return MAX (bits >> 11, 1);
}

static gboolean
fill_settings (GenlmSmc          *self,
               GenlmSmcSettings  *settings,
               GError           **error)
{
  GenlmPotential *target = prepare (self, error);

  if (target == NULL)
    return FALSE;

  *settings = (GenlmSmcSettings) {
    .sampler = self->sampler,
    .target = target,
    .critic = self->matched,
    .n_particles = self->n_particles,
    .ess_threshold = self->ess_threshold,
    .max_tokens = self->max_tokens,
    .resampling = self->resampling,
    .seed = self->seed != 0 ? self->seed : draw_seed (),
  };
  return TRUE;
}

/* -- running -- */

static void
show_progress (GenlmSmc               *self,
               const GenlmSmcProgress *progress)
{
  self->progress = *progress;
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_STAGE; i <= PROP_N_DEAD; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
report_step (const GenlmSmcProgress *progress,
             gpointer                user_data)
{
  GenlmSmc *self = user_data;

  show_progress (self, progress);
  g_signal_emit (self, signals[SIGNAL_STEP], 0, progress->step);
}

static gboolean
claim_run (GenlmSmc  *self,
           GError   **error)
{
  if (g_atomic_int_compare_and_exchange (&self->running, FALSE, TRUE))
    return TRUE;

  g_set_error_literal (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_BUSY,
                       "Failed to start smc: a run is under way; wait for it, cancel it, or use another element");
  return FALSE;
}

static void
release_run (GenlmSmc *self)
{
  GenlmSmcProgress progress = self->progress;

  progress.stage = GENLM_SMC_STAGE_DONE;
  show_progress (self, &progress);
  g_atomic_int_set (&self->running, FALSE);
}

/* Claims the element and gathers what the run needs. */
static gboolean
begin_run (GenlmSmc          *self,
           GenlmSmcSettings  *settings,
           GError           **error)
{
  GenlmSmcProgress progress = { .stage = GENLM_SMC_STAGE_START, .n_live = self->n_particles };

  if (!claim_run (self, error))
    return FALSE;
  if (!fill_settings (self, settings, error))
    {
      g_atomic_int_set (&self->running, FALSE);
      return FALSE;
    }
  show_progress (self, &progress);
  return TRUE;
}

/* The outcome of a synchronous run. */
typedef struct
{
  GenlmSmc        *smc;
  GenlmSequences  *sequences;
  GError         **error;
} Outcome;

static void
report_sync (const GenlmSmcProgress *progress,
             gpointer                user_data)
{
  report_step (progress, ((Outcome *) user_data)->smc);
}

static void
done_sync (GenlmSequences *sequences,
           const GError   *error,
           gpointer        user_data)
{
  Outcome *outcome = user_data;

  if (error != NULL)
    g_propagate_error (outcome->error, g_error_copy (error));
  else
    outcome->sequences = g_object_ref (sequences);
}

static void
report_async (const GenlmSmcProgress *progress,
              gpointer                user_data)
{
  report_step (progress, g_task_get_source_object (user_data));
}

static void
done_async (GenlmSequences *sequences,
            const GError   *error,
            gpointer        user_data)
{
  g_autoptr (GTask) task = user_data;

  release_run (g_task_get_source_object (task));
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_object_ref (sequences), g_object_unref);
}

/**
 * genlm_smc_run:
 * @self: an SMC element
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called when done
 * @user_data: data for @callback
 *
 * Runs from the empty sequence until every particle has stopped.
 *
 * [signal@Smc::step] is emitted after each step.
 *
 * Since: 0.1
 */
void
genlm_smc_run (GenlmSmc            *self,
               GCancellable        *cancellable,
               GAsyncReadyCallback  callback,
               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GenlmSmcSettings settings;
  GError *error = NULL;

  g_return_if_fail (GENLM_IS_SMC (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, genlm_smc_run);
  if (!begin_run (self, &settings, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  genlm_smc_run_start (&settings, FALSE, cancellable, report_async, done_async, g_steal_pointer (&task));
}

/**
 * genlm_smc_run_finish:
 * @self: an SMC element
 * @result: what the callback got
 * @error: return location for an error
 *
 * Gets the result of [method@Smc.run].
 *
 * Returns: (transfer full): the weighted sequences
 *
 * Since: 0.1
 */
GenlmSequences *
genlm_smc_run_finish (GenlmSmc      *self,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * genlm_smc_run_sync:
 * @self: an SMC element
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs from the empty sequence until every particle has stopped, and waits for
 * it. No main context is iterated.
 *
 * With the same seed the result is that of [method@Smc.run], bit for bit.
 *
 * Returns: (transfer full): the weighted sequences
 *
 * Since: 0.1
 */
GenlmSequences *
genlm_smc_run_sync (GenlmSmc      *self,
                    GCancellable  *cancellable,
                    GError       **error)
{
  GenlmSmcSettings settings;
  Outcome outcome = { self, NULL, error };

  g_return_val_if_fail (GENLM_IS_SMC (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!begin_run (self, &settings, error))
    return NULL;

  g_object_ref (self);
  genlm_smc_run_start (&settings, TRUE, cancellable, report_sync, done_sync, &outcome);
  release_run (self);
  g_object_unref (self);
  return outcome.sequences;
}

/* -- the object -- */

static gboolean
genlm_smc_initable_init (GInitable     *initable,
                         GCancellable  *cancellable,
                         GError       **error)
{
  return prepare (GENLM_SMC (initable), error) != NULL;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_smc_initable_init;
}

static void
genlm_smc_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  GenlmSmc *self = GENLM_SMC (object);

  switch (prop_id)
    {
    case PROP_SAMPLER:
      g_value_set_object (value, self->sampler);
      break;
    case PROP_CRITIC:
      g_value_set_object (value, self->critic);
      break;
    case PROP_PARTICLES:
      g_value_set_uint (value, self->n_particles);
      break;
    case PROP_ESS_THRESHOLD:
      g_value_set_double (value, self->ess_threshold);
      break;
    case PROP_MAX_TOKENS:
      g_value_set_uint (value, self->max_tokens);
      break;
    case PROP_RESAMPLING_METHOD:
      g_value_set_enum (value, self->resampling);
      break;
    case PROP_SEED:
      g_value_set_uint64 (value, self->seed);
      break;
    case PROP_STAGE:
      g_value_set_enum (value, self->progress.stage);
      break;
    case PROP_STEP:
      g_value_set_uint (value, self->progress.step);
      break;
    case PROP_ESS:
      g_value_set_double (value, self->progress.ess);
      break;
    case PROP_LOG_EVIDENCE:
      g_value_set_double (value, self->progress.log_evidence);
      break;
    case PROP_N_LIVE:
      g_value_set_uint (value, self->progress.n_live);
      break;
    case PROP_N_DEAD:
      g_value_set_uint (value, self->progress.n_dead);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_smc_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  GenlmSmc *self = GENLM_SMC (object);

  switch (prop_id)
    {
    case PROP_SAMPLER:
      g_set_object (&self->sampler, g_value_get_object (value));
      break;
    case PROP_CRITIC:
      g_set_object (&self->critic, g_value_get_object (value));
      g_clear_object (&self->matched);
      break;
    case PROP_PARTICLES:
      self->n_particles = g_value_get_uint (value);
      break;
    case PROP_ESS_THRESHOLD:
      self->ess_threshold = g_value_get_double (value);
      break;
    case PROP_MAX_TOKENS:
      self->max_tokens = g_value_get_uint (value);
      break;
    case PROP_RESAMPLING_METHOD:
      self->resampling = g_value_get_enum (value);
      break;
    case PROP_SEED:
      self->seed = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_smc_dispose (GObject *object)
{
  GenlmSmc *self = GENLM_SMC (object);

  g_clear_object (&self->sampler);
  g_clear_object (&self->critic);
  g_clear_object (&self->matched);

  G_OBJECT_CLASS (genlm_smc_parent_class)->dispose (object);
}

static void
install_inputs (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmSmc:sampler:
   *
   * What draws tokens.
   *
   * Since: 0.1
   */
  properties[PROP_SAMPLER] =
    g_param_spec_object ("sampler", "Sampler", "What draws tokens", GENLM_TYPE_SAMPLER, flags);

  /**
   * GenlmSmc:critic:
   *
   * What weighs sequences beside the sampler's target, over the same vocabulary
   * or over bytes, from which it is coerced. Prefixes steer the run (unless
   * [property@Smc:ess-threshold] is 0); the whole sequence counts.
   *
   * Since: 0.1
   */
  properties[PROP_CRITIC] =
    g_param_spec_object ("critic", "Critic", "What weighs sequences beside the sampler's target; may be none",
                         GENLM_TYPE_POTENTIAL, flags);
}

static void
install_settings (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmSmc:particles:
   *
   * How many sequences grow together.
   *
   * Since: 0.1
   */
  properties[PROP_PARTICLES] =
    g_param_spec_uint ("particles", "Particles", "How many sequences grow together",
                       1, 1 << 24, DEFAULT_PARTICLES, flags);

  /**
   * GenlmSmc:ess-threshold:
   *
   * The part of the particles below which the effective sample size must fall
   * for them to be drawn anew; 0 for never.
   *
   * Since: 0.1
   */
  properties[PROP_ESS_THRESHOLD] =
    g_param_spec_double ("ess-threshold", "ESS threshold",
                         "Effective sample size, as a part of the particles, below which they are resampled; 0: never",
                         0.0, 1.0, DEFAULT_ESS_THRESHOLD, flags);

  /**
   * GenlmSmc:max-tokens:
   *
   * The greatest length of a sequence in tokens, EOS included.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_TOKENS] =
    g_param_spec_uint ("max-tokens", "Max tokens", "Greatest length of a sequence in tokens, EOS included",
                       1, G_MAXUINT, DEFAULT_MAX_TOKENS, flags);

  /**
   * GenlmSmc:resampling-method:
   *
   * How particles are drawn anew.
   *
   * Since: 0.1
   */
  properties[PROP_RESAMPLING_METHOD] =
    g_param_spec_enum ("resampling-method", "Resampling method", "How particles are drawn anew",
                       GENLM_TYPE_RESAMPLING, GENLM_RESAMPLING_STRATIFIED, flags);

  /**
   * GenlmSmc:seed:
   *
   * What repeats a run. 0 draws a seed from the system for each run, which
   * [method@Sequences.get_seed] tells.
   *
   * Since: 0.1
   */
  properties[PROP_SEED] =
    g_param_spec_uint64 ("seed", "Seed", "What repeats a run; 0: a new one from the system for each run",
                         0, G_MAXUINT64, 0, flags);
}

static void
install_progress (void)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmSmc:stage:
   *
   * What the element is doing.
   *
   * Since: 0.1
   */
  properties[PROP_STAGE] =
    g_param_spec_enum ("stage", "Stage", "What the element is doing",
                       GENLM_TYPE_SMC_STAGE, GENLM_SMC_STAGE_IDLE, flags);

  /**
   * GenlmSmc:step:
   *
   * The last step that was made in this run, or the last one.
   *
   * Since: 0.1
   */
  properties[PROP_STEP] =
    g_param_spec_uint ("step", "Step", "The last step that was made", 0, G_MAXUINT, 0, flags);

  /**
   * GenlmSmc:ess:
   *
   * The effective sample size after the last step, before resampling; 0 if all
   * particles are dead.
   *
   * Since: 0.1
   */
  properties[PROP_ESS] =
    g_param_spec_double ("ess", "ESS", "Effective sample size after the last step",
                         0.0, G_MAXDOUBLE, 0.0, flags);

  /**
   * GenlmSmc:log-evidence:
   *
   * The running estimate of the log evidence in nats, with what the critic says
   * of the sequences so far.
   *
   * Since: 0.1
   */
  properties[PROP_LOG_EVIDENCE] =
    g_param_spec_double ("log-evidence", "Log evidence", "Running estimate of the log evidence in nats",
                         -INFINITY, INFINITY, 0.0, flags);

  /**
   * GenlmSmc:n-live:
   *
   * How many particles have not stopped.
   *
   * Since: 0.1
   */
  properties[PROP_N_LIVE] =
    g_param_spec_uint ("n-live", "Live", "How many particles have not stopped", 0, G_MAXUINT, 0, flags);

  /**
   * GenlmSmc:n-dead:
   *
   * How many particles have weight zero.
   *
   * Since: 0.1
   */
  properties[PROP_N_DEAD] =
    g_param_spec_uint ("n-dead", "Dead", "How many particles have weight zero", 0, G_MAXUINT, 0, flags);
}

static void
genlm_smc_class_init (GenlmSmcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_smc_get_property;
  object_class->set_property = genlm_smc_set_property;
  object_class->dispose = genlm_smc_dispose;

  install_inputs ();
  install_settings ();
  install_progress ();
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * GenlmSmc::step:
   * @self: the element
   * @step: the step, from 1 to at most [property@Smc:max-tokens]
   *
   * Emitted after each step, in the thread of the run; the properties then tell
   * how it stands.
   *
   * Since: 0.1
   */
  signals[SIGNAL_STEP] =
    g_signal_new ("step", GENLM_TYPE_SMC, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);

  genlm_element_class_set_metadata (object_class, "Sequential Monte Carlo", "Inference",
                                    "Draws weighted sequences, all particles in one batch per step",
                                    "GenLM");
  genlm_element_class_set_input (object_class, "sampler");
}

static void
genlm_smc_init (GenlmSmc *self)
{
  self->n_particles = DEFAULT_PARTICLES;
  self->ess_threshold = DEFAULT_ESS_THRESHOLD;
  self->max_tokens = DEFAULT_MAX_TOKENS;
  self->resampling = GENLM_RESAMPLING_STRATIFIED;
}

/**
 * genlm_smc_new:
 * @sampler: what draws tokens
 * @critic: (nullable): what weighs sequences beside the sampler's target
 * @error: return location for an error
 *
 * Makes an element that runs sequential Monte Carlo.
 *
 * Errors: %GENLM_SMC_ERROR_NOT_READY, and
 * %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if the critic is over another vocabulary.
 *
 * Returns: (transfer full): the element
 *
 * Since: 0.1
 */
GenlmSmc *
genlm_smc_new (GenlmSampler    *sampler,
               GenlmPotential  *critic,
               GError         **error)
{
  g_return_val_if_fail (GENLM_IS_SAMPLER (sampler), NULL);
  g_return_val_if_fail (critic == NULL || GENLM_IS_POTENTIAL (critic), NULL);

  return g_initable_new (GENLM_TYPE_SMC, NULL, error, "sampler", sampler, "critic", critic, NULL);
}

/**
 * genlm_smc_get_stage:
 * @self: an SMC element
 *
 * Gets what the element is doing.
 *
 * Returns: the stage
 *
 * Since: 0.1
 */
GenlmSmcStage
genlm_smc_get_stage (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), GENLM_SMC_STAGE_IDLE);

  return self->progress.stage;
}

/**
 * genlm_smc_get_step:
 * @self: an SMC element
 *
 * Gets the last step that was made.
 *
 * Returns: the step, 0 before the first
 *
 * Since: 0.1
 */
guint
genlm_smc_get_step (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), 0);

  return self->progress.step;
}

/**
 * genlm_smc_get_ess:
 * @self: an SMC element
 *
 * Gets the effective sample size after the last step, before resampling.
 *
 * Returns: the effective sample size
 *
 * Since: 0.1
 */
double
genlm_smc_get_ess (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), 0.0);

  return self->progress.ess;
}

/**
 * genlm_smc_get_log_evidence:
 * @self: an SMC element
 *
 * Gets the running estimate of the log evidence.
 *
 * Returns: the estimate in nats
 *
 * Since: 0.1
 */
double
genlm_smc_get_log_evidence (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), -INFINITY);

  return self->progress.log_evidence;
}

/**
 * genlm_smc_get_n_live:
 * @self: an SMC element
 *
 * Gets how many particles have not stopped.
 *
 * Returns: the number of particles
 *
 * Since: 0.1
 */
guint
genlm_smc_get_n_live (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), 0);

  return self->progress.n_live;
}

/**
 * genlm_smc_get_n_dead:
 * @self: an SMC element
 *
 * Gets how many particles have weight zero.
 *
 * Returns: the number of particles
 *
 * Since: 0.1
 */
guint
genlm_smc_get_n_dead (GenlmSmc *self)
{
  g_return_val_if_fail (GENLM_IS_SMC (self), 0);

  return self->progress.n_dead;
}
