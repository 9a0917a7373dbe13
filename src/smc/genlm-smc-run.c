/* genlm-smc-run.c: sequential Monte Carlo, step by step
 *
 * All particles step together, so a step is one batch question to the sampler
 * and at most one of each kind to the critic. Particles are entries of an array
 * that resampling copies; their random numbers belong to the slot, not to the
 * particle, so copies part.
 */

#define G_LOG_DOMAIN "Genlm-Smc"

#include "genlm-config.h"

#include "genlm-smc-run-private.h"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-distinct-private.h"
#include "genlm-draws.h"
#include "genlm-element.h"
#include "genlm-particle-private.h"
#include "genlm-product.h"
#include "genlm-random-list.h"
#include "genlm-resampling-private.h"
#include "genlm-rounds-private.h"
#include "genlm-scores.h"
#include "genlm-sequences-private.h"
#include "genlm-streams-private.h"
#include "genlm-timed-private.h"
#include "genlm-weights.h"

#include <math.h>

/* Equal weights are not to be resampled for the rounding of their squares. */
#define ROUNDING 1e-12

typedef struct
{
  GenlmContext *context;
  double        weight;
  double        twist;     /* the part of the weight that the critic lent */
  gboolean      finished;
  gboolean      ended;     /* with the end marker */
  GenlmFinish   finish;
  guint         step;      /* at which it finished */
  char         *cause;     /* GRefString, or NULL */
} Slot;

typedef enum
{
  STAGE_START,
  STAGE_STARTED,
  STAGE_DRAWN,
  STAGE_FORCED,
  STAGE_WEIGHED,
} Stage;

struct _GenlmSmcRun
{
  GenlmSmcSettings  settings;
  GenlmSmcReport    report;
  GenlmSmcDone      done;
  gpointer          user_data;

  GenlmRounds       rounds;
  Stage             stage;
  GenlmVocab       *vocab;
  guint32           eos;
  GenlmPotential   *factors[2];   /* of the target, so that a zero has a culprit */
  guint             n_factors;

  Slot             *slots;
  Slot             *copies;       /* where resampling writes; swapped with slots */
  guint            *live;         /* slots that step */
  guint             n_live;
  GenlmDistinct     distinct;     /* where they stand */
  guint            *prefixed;     /* slots whose prefix the critic weighs */
  guint             n_prefixed;
  guint            *completed;    /* slots whose end the critic weighs */
  guint             n_completed;
  double           *weights;      /* scratch of resampling */
  double           *uniforms;
  guint32          *ancestors;

  GenlmSmcProgress  progress;
  GenlmRunSummary   summary;
  gint64            started;
  double            sampler_model;      /* what the sampler had waited before the run */
  double            sampler_constraint;
  GenlmSequences   *sequences;
};

/* -- particles -- */

static void
slot_clear (Slot *slot)
{
  g_clear_pointer (&slot->context, genlm_context_unref);
  g_clear_pointer (&slot->cause, g_ref_string_release);
}

static void
slot_copy (Slot       *slot,
           const Slot *ancestor)
{
  *slot = *ancestor;
  genlm_context_ref (slot->context);
  if (slot->cause != NULL)
    g_ref_string_acquire (slot->cause);
}

static void
slot_untwist (Slot *slot)
{
  slot->weight -= slot->twist;
  slot->twist = 0.0;
}

static void
slot_finish (Slot        *slot,
             guint        step,
             GenlmFinish  finish)
{
  slot->finished = TRUE;
  slot->finish = finish;
  slot->step = step;
}

/* The weight of a particle has become zero; @what says by whom. */
static void
kill_slot (GenlmSmcRun *self,
           Slot        *slot,
           const char  *what)
{
  guint step = self->progress.step;
  g_autofree char *cause = g_strdup_printf ("%s, at step %u", what, step);

  slot->weight = -INFINITY;
  slot->twist = 0.0;
  slot->cause = g_ref_string_new (cause);
  slot_finish (slot, step, GENLM_FINISH_DEAD);
  self->summary.n_deaths++;
}

static void
kill_by_potential (GenlmSmcRun    *self,
                   Slot           *slot,
                   GenlmPotential *potential,
                   const char     *what)
{
  g_autofree char *label = genlm_potential_dup_label (potential);
  g_autofree char *text = g_strdup_printf ("%s %s", label, what);

  kill_slot (self, slot, text);
}

static void
append_token (GenlmSmcRun *self,
              Slot        *slot,
              guint32      token)
{
  GenlmContext *longer;

  self->summary.n_tokens++;
  if (token == self->eos)
    {
      slot->ended = TRUE;
      slot_finish (slot, self->progress.step, GENLM_FINISH_COMPLETE);
      return;
    }

  longer = genlm_context_append (slot->context, token);
  genlm_context_unref (slot->context);
  slot->context = longer;
}

/* -- the start -- */

static gboolean
is_over (GenlmPotential *potential,
         GenlmVocab     *vocab)
{
  return genlm_vocab_equal (genlm_potential_get_vocab (potential), vocab);
}

/* A zero start weight should say whose it is, so a product is asked by its
 * sides, where both can read what it can. */
static void
find_factors (GenlmSmcRun *self)
{
  GenlmPotential *target = self->settings.target;
  GenlmPotential *first;
  GenlmPotential *second;

  self->factors[0] = target;
  self->n_factors = 1;
  if (!GENLM_IS_PRODUCT (target))
    return;

  first = genlm_product_get_first (GENLM_PRODUCT (target));
  second = genlm_product_get_second (GENLM_PRODUCT (target));
  if (is_over (first, self->vocab) && is_over (second, self->vocab))
    {
      self->factors[0] = first;
      self->factors[1] = second;
      self->n_factors = 2;
    }
}

static void
ask_factors (GenlmSmcRun *self,
             GenlmMethod  method,
             GenlmBatch  *batch)
{
  for (guint i = 0; i < self->n_factors; i++)
    genlm_rounds_ask (&self->rounds, self->factors[i], method, batch,
                      i == 0 ? GENLM_COST_MODEL : GENLM_COST_CONSTRAINT);
}

static gboolean
ask_start (GenlmSmcRun *self)
{
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);

  self->progress.stage = GENLM_SMC_STAGE_START;
  genlm_batch_append (batch, empty);
  ask_factors (self, GENLM_METHOD_PREFIX, batch);
  self->stage = STAGE_STARTED;
  return TRUE;
}

static void
set_zero_weight (GenlmSmcRun     *self,
                 GenlmPotential  *factor,
                 GError         **error)
{
  g_autofree char *sampler = genlm_element_dup_label (G_OBJECT (self->settings.sampler));
  g_autofree char *label = genlm_potential_dup_label (factor);

  g_set_error (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_ZERO_WEIGHT,
               "Failed to start smc with %s: the empty sequence has zero weight under %s, "
               "so no sequence has any; its language is empty",
               sampler, label);
}

static gboolean
read_start (GenlmSmcRun  *self,
            GError      **error)
{
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  double weight = 0.0;

  for (guint i = 0; i < self->n_factors; i++)
    {
      g_autoptr (GenlmScores) scores = genlm_request_finish_scores (self->rounds.answers[i], error);

      if (scores == NULL)
        return FALSE;
      if (genlm_scores_get (scores, 0) == -INFINITY)
        {
          set_zero_weight (self, self->factors[i], error);
          return FALSE;
        }
      weight += genlm_scores_get (scores, 0);
    }

  for (guint i = 0; i < self->settings.n_particles; i++)
    {
      self->slots[i].context = genlm_context_ref (empty);
      self->slots[i].weight = weight;
    }
  return TRUE;
}

/* -- a step -- */

/* Takes back what the critic lent, and counts who goes on. */
static void
collect_live (GenlmSmcRun *self)
{
  self->n_live = 0;
  for (guint i = 0; i < self->settings.n_particles; i++)
    {
      Slot *slot = &self->slots[i];

      slot_untwist (slot);
      if (!slot->finished)
        self->live[self->n_live++] = i;
    }
}

static GenlmBatch *
make_batch (GenlmSmcRun *self,
            const guint *indices,
            guint        n)
{
  GenlmBatch *batch = genlm_batch_new_sized (n);

  for (guint i = 0; i < n; i++)
    genlm_batch_append (batch, self->slots[indices[i]].context);
  return batch;
}

static void
ask_draws (GenlmSmcRun *self,
           GenlmBatch  *batch)
{
  g_autoptr (GenlmRandomList) randoms = genlm_random_list_new ();

  for (guint i = 0; i < self->n_live; i++)
    {
      g_autoptr (GenlmRandom) random = genlm_random_new (self->settings.seed, self->live[i],
                                                         self->progress.step);

      genlm_random_list_append (randoms, random);
    }
  genlm_rounds_draw (&self->rounds, self->settings.sampler, batch, randoms);
  self->stage = STAGE_DRAWN;
}

/* At the last step only the end has room, so it is not drawn. */
static void
ask_forced (GenlmSmcRun *self,
            GenlmBatch  *batch)
{
  ask_factors (self, GENLM_METHOD_COMPLETE, batch);
  ask_factors (self, GENLM_METHOD_PREFIX, batch);
  self->stage = STAGE_FORCED;
}

/* Returns FALSE if there is no particle left to step. */
static gboolean
begin_step (GenlmSmcRun *self)
{
  g_autoptr (GenlmBatch) batch = NULL;

  collect_live (self);
  if (self->n_live == 0)
    return FALSE;

  self->progress.step++;
  self->progress.stage = GENLM_SMC_STAGE_DRAW;
  batch = make_batch (self, self->live, self->n_live);
  if (self->progress.step == self->settings.max_tokens)
    ask_forced (self, batch);
  else
    ask_draws (self, batch);
  return TRUE;
}

/* Particles that stand at the same place share its node, and so all that
 * potentials keep there. */
static void
share_contexts (GenlmSmcRun *self)
{
  g_autoptr (GenlmBatch) batch = make_batch (self, self->live, self->n_live);

  genlm_distinct_fill (&self->distinct, batch);
  for (guint i = 0; i < self->n_live; i++)
    {
      Slot *slot = &self->slots[self->live[i]];

      genlm_context_unref (slot->context);
      slot->context = genlm_context_ref (genlm_batch_get (self->distinct.batch, self->distinct.index[i]));
    }
}

static gboolean
read_draws (GenlmSmcRun  *self,
            GError      **error)
{
  g_autoptr (GenlmDraws) draws = genlm_request_finish_draws (self->rounds.answers[0], error);

  if (draws == NULL)
    return FALSE;

  for (guint i = 0; i < self->n_live; i++)
    {
      Slot *slot = &self->slots[self->live[i]];
      guint32 token = genlm_draws_get_token (draws, i);
      double log_weight = genlm_draws_get_log_weight (draws, i);
      const char *cause = genlm_draws_get_cause (draws, i);

      slot->weight += log_weight;
      if (slot->weight > -INFINITY)
        append_token (self, slot, token);
      else
        kill_slot (self, slot, cause != NULL ? cause : "the sampler drew a token of weight zero");
    }
  share_contexts (self);
  return TRUE;
}

static void
force_end (GenlmSmcRun *self,
           Slot        *slot,
           const double complete[2],
           const double prefix[2])
{
  for (guint k = 0; k < self->n_factors; k++)
    {
      if (!(complete[k] > -INFINITY && prefix[k] > -INFINITY))
        {
          kill_by_potential (self, slot, self->factors[k],
                             "gives EOS the weight zero where max-tokens forces the end");
          return;
        }
      slot->weight += complete[k] - prefix[k];
    }
  append_token (self, slot, self->eos);
  slot->finish = GENLM_FINISH_MAX_TOKENS;
}

static void
clear_scores (GenlmScores **scores)
{
  for (guint i = 0; i < GENLM_ROUNDS_MAX_QUESTIONS; i++)
    g_clear_pointer (&scores[i], genlm_scores_unref);
}

static gboolean
read_all_scores (GenlmSmcRun  *self,
                 GenlmScores **scores,
                 GError      **error)
{
  for (guint i = 0; i < self->rounds.n_answers; i++)
    {
      scores[i] = genlm_request_finish_scores (self->rounds.answers[i], error);
      if (scores[i] == NULL)
        {
          clear_scores (scores);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_forced (GenlmSmcRun  *self,
             GError      **error)
{
  GenlmScores *scores[GENLM_ROUNDS_MAX_QUESTIONS] = { NULL };

  if (!read_all_scores (self, scores, error))
    return FALSE;

  for (guint i = 0; i < self->n_live; i++)
    {
      double complete[2];
      double prefix[2];

      for (guint k = 0; k < self->n_factors; k++)
        {
          complete[k] = genlm_scores_get (scores[k], i);
          prefix[k] = genlm_scores_get (scores[self->n_factors + k], i);
        }
      force_end (self, &self->slots[self->live[i]], complete, prefix);
    }
  clear_scores (scores);
  return TRUE;
}

/* -- the critic -- */

static void
ask_critic (GenlmSmcRun *self,
            GenlmMethod  method,
            const guint *indices,
            guint        n)
{
  g_autoptr (GenlmBatch) batch = NULL;

  if (n == 0)
    return;
  batch = make_batch (self, indices, n);
  genlm_rounds_ask (&self->rounds, self->settings.critic, method, batch, GENLM_COST_CONSTRAINT);
}

/* Returns FALSE if the critic has nothing to say at this step. */
static gboolean
ask_critics (GenlmSmcRun *self)
{
  self->n_prefixed = 0;
  self->n_completed = 0;
  if (self->settings.critic == NULL)
    return FALSE;

  for (guint i = 0; i < self->n_live; i++)
    {
      guint index = self->live[i];
      const Slot *slot = &self->slots[index];

      if (slot->ended)
        self->completed[self->n_completed++] = index;
      else if (!slot->finished && self->settings.ess_threshold > 0.0)
        self->prefixed[self->n_prefixed++] = index;
    }
  if (self->n_prefixed + self->n_completed == 0)
    return FALSE;

  self->progress.stage = GENLM_SMC_STAGE_WEIGH;
  ask_critic (self, GENLM_METHOD_PREFIX, self->prefixed, self->n_prefixed);
  ask_critic (self, GENLM_METHOD_COMPLETE, self->completed, self->n_completed);
  self->stage = STAGE_WEIGHED;
  return TRUE;
}

/* A prefix is a loan, taken back before the next step; a complete stays. */
static void
apply_critic (GenlmSmcRun *self,
              const guint *indices,
              guint        n,
              GenlmScores *scores,
              gboolean     is_loan)
{
  for (guint i = 0; i < n; i++)
    {
      Slot *slot = &self->slots[indices[i]];
      double weight = genlm_scores_get (scores, i);

      if (weight == -INFINITY)
        {
          kill_by_potential (self, slot, self->settings.critic,
                             is_loan ? "as critic gives what was drawn so far the weight zero"
                                     : "as critic gives the whole sequence the weight zero");
          continue;
        }
      slot->weight += weight;
      if (is_loan)
        slot->twist += weight;
    }
}

static gboolean
read_critic (GenlmSmcRun  *self,
             GError      **error)
{
  GenlmScores *scores[GENLM_ROUNDS_MAX_QUESTIONS] = { NULL };
  guint next = 0;

  if (!read_all_scores (self, scores, error))
    return FALSE;

  if (self->n_prefixed > 0)
    apply_critic (self, self->prefixed, self->n_prefixed, scores[next++], TRUE);
  if (self->n_completed > 0)
    apply_critic (self, self->completed, self->n_completed, scores[next++], FALSE);
  clear_scores (scores);
  return TRUE;
}

/* -- resampling -- */

static void
resample (GenlmSmcRun *self,
          double       log_total)
{
  guint n = self->settings.n_particles;
  double log_mean = log_total - log (n);
  g_autoptr (GenlmRandom) random = genlm_random_new (self->settings.seed, 0, self->progress.step);
  Slot *swap;

  for (guint i = 0; i < n; i++)
    self->uniforms[i] = genlm_random_uniform (random, GENLM_STREAM_RESAMPLING, i);
  genlm_resampling_draw (self->settings.resampling, self->weights, n, self->uniforms, self->ancestors);

  for (guint i = 0; i < n; i++)
    {
      slot_copy (&self->copies[i], &self->slots[self->ancestors[i]]);
      self->copies[i].weight = log_mean;
    }
  for (guint i = 0; i < n; i++)
    slot_clear (&self->slots[i]);

  swap = self->slots;
  self->slots = self->copies;
  self->copies = swap;
  self->summary.n_resamplings++;
}

/* Log weights that can be told apart may add up to one that cannot. */
static void
set_overflow (GError **error)
{
  g_set_error_literal (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT,
                       "the log weight of a particle has become +infinity; "
                       "the potentials give weights that are too large to be multiplied");
}

/* Looks at the twisted weights, and draws the particles anew if they have grown
 * too uneven. */
static gboolean
end_step (GenlmSmcRun  *self,
          GError      **error)
{
  guint n = self->settings.n_particles;
  double squares = 0.0;
  double log_total;

  for (guint i = 0; i < n; i++)
    self->weights[i] = self->slots[i].weight;
  log_total = genlm_logsumexp (self->weights, n);
  self->progress.log_evidence = log_total - log (n);
  self->progress.ess = 0.0;
  if (log_total == -INFINITY)
    return TRUE;
  if (log_total == INFINITY)
    {
      set_overflow (error);
      return FALSE;
    }

  for (guint i = 0; i < n; i++)
    {
      self->weights[i] = exp (self->weights[i] - log_total);
      squares += self->weights[i] * self->weights[i];
    }
  self->progress.ess = MIN (1.0 / squares, n);
  if (-log (squares) < log (self->settings.ess_threshold) + log (n) - ROUNDING)
    resample (self, log_total);
  return TRUE;
}

static void
report_step (GenlmSmcRun *self)
{
  self->progress.n_live = 0;
  self->progress.n_dead = 0;
  for (guint i = 0; i < self->settings.n_particles; i++)
    {
      self->progress.n_live += !self->slots[i].finished;
      self->progress.n_dead += self->slots[i].weight == -INFINITY;
    }
  self->report (&self->progress, self->user_data);
}

/* -- the result -- */

static void
measure_times (GenlmSmcRun *self)
{
  const double *seconds = self->rounds.seconds;
  double model = 0.0;
  double constraint = 0.0;

  if (GENLM_IS_TIMED (self->settings.sampler))
    {
      genlm_timed_get_seconds (GENLM_TIMED (self->settings.sampler), &model, &constraint);
      model -= self->sampler_model;
      constraint -= self->sampler_constraint;
    }
  else
    {
      model = seconds[GENLM_COST_SAMPLER];
    }

  self->summary.total_seconds = 1e-6 * (double) (g_get_monotonic_time () - self->started);
  self->summary.model_seconds = model + seconds[GENLM_COST_MODEL];
  self->summary.constraint_seconds = constraint + seconds[GENLM_COST_CONSTRAINT];
}

static void
make_sequences (GenlmSmcRun *self)
{
  guint n = self->settings.n_particles;
  GPtrArray *particles = g_ptr_array_new_full (n, g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      const Slot *slot = &self->slots[i];
      GenlmParticleState state = {
        .context = slot->context,
        .log_weight = slot->weight,
        .ended = slot->ended,
        .finish = slot->finish,
        .step = slot->step,
        .cause = slot->cause,
      };

      g_ptr_array_add (particles, genlm_particle_new (self->vocab, &state));
    }

  self->summary.seed = self->settings.seed;
  self->summary.n_steps = self->progress.step;
  measure_times (self);
  self->sequences = genlm_sequences_new (self->vocab, particles, &self->summary);
}

/* -- the machine -- */

/* After the draws of a step, and again after the critic. */
static gboolean
go_on (GenlmSmcRun  *self,
       gboolean      weighed,
       GError      **error)
{
  if (!weighed && ask_critics (self))
    return TRUE;

  if (!end_step (self, error))
    return FALSE;
  report_step (self);
  if (begin_step (self))
    return TRUE;

  make_sequences (self);
  return FALSE;
}

static gboolean
read_round (GenlmSmcRun  *self,
            GError      **error)
{
  switch (self->stage)
    {
    case STAGE_STARTED:
      return read_start (self, error) && begin_step (self);
    case STAGE_DRAWN:
      return read_draws (self, error) && go_on (self, FALSE, error);
    case STAGE_FORCED:
      return read_forced (self, error) && go_on (self, FALSE, error);
    case STAGE_WEIGHED:
      return read_critic (self, error) && go_on (self, TRUE, error);
    case STAGE_START:
    default:
      return ask_start (self);
    }
}

static gboolean
smc_run_advance (gpointer   owner,
                 GError   **error)
{
  GenlmSmcRun *self = owner;
  GError *local_error = NULL;
  gboolean more = read_round (self, &local_error);

  if (local_error != NULL)
    {
      if (self->progress.step > 0)
        g_prefix_error (&local_error, "smc failed at step %u of at most %u, with %u of %u particles stepping: ",
                        self->progress.step, self->settings.max_tokens,
                        self->n_live, self->settings.n_particles);
      g_propagate_error (error, local_error);
    }
  return more;
}

static void
smc_run_free (GenlmSmcRun *self)
{
  for (guint i = 0; i < self->settings.n_particles; i++)
    slot_clear (&self->slots[i]);
  g_free (self->slots);
  g_free (self->copies);
  g_free (self->live);
  genlm_distinct_clear (&self->distinct);
  g_free (self->prefixed);
  g_free (self->completed);
  g_free (self->weights);
  g_free (self->uniforms);
  g_free (self->ancestors);
  genlm_rounds_clear (&self->rounds);
  g_clear_object (&self->sequences);
  g_clear_pointer (&self->vocab, genlm_vocab_unref);
  g_clear_object (&self->settings.sampler);
  g_clear_object (&self->settings.target);
  g_clear_object (&self->settings.critic);
  g_free (self);
}

static void
smc_run_done (gpointer      owner,
              const GError *error)
{
  GenlmSmcRun *self = owner;

  self->done (self->sequences, error, self->user_data);
  smc_run_free (self);
}

static void
allocate (GenlmSmcRun *self)
{
  guint n = self->settings.n_particles;

  self->slots = g_new0 (Slot, n);
  self->copies = g_new0 (Slot, n);
  self->live = g_new (guint, n);
  self->prefixed = g_new (guint, n);
  self->completed = g_new (guint, n);
  self->weights = g_new (double, n);
  self->uniforms = g_new (double, n);
  self->ancestors = g_new (guint32, n);
}

/* Runs to the end; with @now before this returns. */
void
genlm_smc_run_start (const GenlmSmcSettings *settings,
                     gboolean                now,
                     GCancellable           *cancellable,
                     GenlmSmcReport          report,
                     GenlmSmcDone            done,
                     gpointer                user_data)
{
  GenlmSmcRun *self = g_new0 (GenlmSmcRun, 1);

  self->settings = *settings;
  g_object_ref (self->settings.sampler);
  g_object_ref (self->settings.target);
  if (self->settings.critic != NULL)
    g_object_ref (self->settings.critic);
  self->report = report;
  self->done = done;
  self->user_data = user_data;
  self->vocab = genlm_vocab_ref (genlm_potential_get_vocab (settings->target));
  self->eos = genlm_vocab_get_eos (self->vocab);
  self->started = g_get_monotonic_time ();
  if (GENLM_IS_TIMED (settings->sampler))
    genlm_timed_get_seconds (GENLM_TIMED (settings->sampler),
                             &self->sampler_model, &self->sampler_constraint);
  find_factors (self);
  allocate (self);

  genlm_rounds_init (&self->rounds, now, cancellable, smc_run_advance, smc_run_done, self);
  genlm_rounds_run (&self->rounds);
}
