/* genlm-trial.c: adaptive weighted rejection sampling, the arithmetic
 *
 * Lipkin et al., "Fast controlled generation from language models with adaptive
 * weighted rejection sampling", arXiv 2504.05410, in the estimators of
 * genlm-control: recursive for spread distributions, geometric for peaked ones
 * and for more accepts. Remaining weight is kept as a sum of what is untried,
 * never as one minus what was rejected.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-trial-private.h"

#include "genlm-streams-private.h"

#include <math.h>

/* From here on the first draw among the accepted ends most geometric passes at
 * once, and they need fewer questions than the recursion. */
#define PEAKED (2.0 / 3.0)

#define MAX_AHEAD 1024

static guint32
pick_random (gpointer    data,
             GenlmOrder *order,
             guint       pass,
             guint32     counter)
{
  return genlm_order_pick (order, genlm_random_uniform (data, GENLM_STREAM_ORDER, counter));
}

/* Failures before a success, each of probability exp (log_failure). */
static double
repeats_random (gpointer data,
                double   log_failure,
                guint32  counter)
{
  double uniform = genlm_random_uniform (data, GENLM_STREAM_GEOMETRIC, counter);

  return MAX (ceil (log1p (-uniform) / log_failure) - 1.0, 0.0);
}

static guint32
pick_masked_random (gpointer   data,
                    GenlmMass *mass)
{
  return genlm_mass_draw (mass, genlm_random_uniform (data, GENLM_STREAM_MASK, 0));
}

/* The data is a GenlmRandom. */
const GenlmTrialChoices genlm_trial_random_choices = {
  .pick = pick_random,
  .repeats = repeats_random,
  .pick_masked = pick_masked_random,
};

void
genlm_trial_init (GenlmTrial *self)
{
  *self = (GenlmTrial) {
    .state = GENLM_TRIAL_DONE,
    .queue = g_array_new (FALSE, FALSE, sizeof (GenlmTried)),
    .known = g_array_new (FALSE, FALSE, sizeof (GenlmTried)),
  };
  genlm_order_init (&self->order);
}

void
genlm_trial_clear (GenlmTrial *self)
{
  g_clear_pointer (&self->mass, genlm_mass_unref);
  g_clear_pointer (&self->queue, g_array_unref);
  g_clear_pointer (&self->known, g_array_unref);
  genlm_order_clear (&self->order);
}

static void
finish (GenlmTrial *self,
        guint32     token,
        double      log_weight)
{
  self->state = GENLM_TRIAL_DONE;
  self->token = token;
  self->log_weight = log_weight;
  self->end = GENLM_TRIAL_ALIVE;
}

static void
finish_dead (GenlmTrial    *self,
             guint32        token,
             GenlmTrialEnd  end)
{
  self->state = GENLM_TRIAL_DONE;
  self->token = token;
  self->log_weight = -INFINITY;
  self->end = end;
}

static GenlmTrialAlgorithm
choose_algorithm (const GenlmTrialRules *rules,
                  const GenlmMass       *mass)
{
  if (!rules->proper)
    return GENLM_TRIAL_IMPROPER;
  if (rules->max_accepts > 2.0 || 1.0 / mass->total >= PEAKED)
    return GENLM_TRIAL_GEOMETRIC;
  return GENLM_TRIAL_RECURSIVE;
}

/* Begins a draw from @mass; what was allocated is used again. */
void
genlm_trial_start (GenlmTrial              *self,
                   const GenlmTrialRules   *rules,
                   const GenlmTrialChoices *choices,
                   gpointer                 data,
                   GenlmMass               *mass)
{
  genlm_mass_ref (mass);
  g_clear_pointer (&self->mass, genlm_mass_unref);
  self->mass = mass;
  self->rules = rules;
  self->choices = choices;
  self->data = data;
  self->algorithm = choose_algorithm (rules, mass);
  self->state = rules->mask_after == 0 ? GENLM_TRIAL_MASK : GENLM_TRIAL_ASK;
  g_array_set_size (self->queue, 0);
  g_array_set_size (self->known, 0);
  self->head = 0;
  /* The recursion needs the answers of two tokens whatever the first one is. */
  self->ahead = self->algorithm == GENLM_TRIAL_RECURSIVE ? 2 : 1;
  self->n_tried = 0;
  self->n_geometric = 0;
  self->pass = 0;
  self->waiting = FALSE;
  self->n_accepts = 0.0;
  self->n_rejects = 0.0;
  self->n_distinct = 0;
  self->rejected = 0.0;

  if (genlm_mass_is_empty (mass))
    finish_dead (self, (guint32) (mass->n_values - 1), GENLM_TRIAL_NO_CANDIDATE);
  else if (self->state == GENLM_TRIAL_ASK)
    genlm_order_start (&self->order, mass);
}

static double
log_probability (const GenlmTrial *self,
                 guint32           token)
{
  return self->mass->values[token] - self->mass->log_total;
}

/* The part of the mass that was left before @tried. */
static double
log_left (const GenlmTrial *self,
          const GenlmTried *tried)
{
  return tried->log_remaining - self->mass->log_total;
}

/* A question about more tokens than this may turn out to be in vain. */
static guint
count_useful (const GenlmTrial *self)
{
  double useful = MIN (self->ahead, self->rules->max_rejects - self->n_rejects);

  if (self->waiting)
    return 1;
  if (self->rules->mask_after > 0)
    useful = MIN (useful, (double) self->rules->mask_after - self->n_distinct);
  return (guint) MAX (useful, 1.0);
}

static gint8
recall_answer (GenlmTrial *self,
               guint32     token)
{
  for (guint i = 0; i < self->known->len; i++)
    {
      const GenlmTried *tried = &g_array_index (self->known, GenlmTried, i);

      if (tried->token == token)
        return tried->answer;
    }
  return -1;
}

/* Draws the next tokens of the order, supposing that all before are rejected.
 * Returns FALSE if none is left. */
static gboolean
draw_ahead (GenlmTrial *self)
{
  guint n = count_useful (self);

  g_array_set_size (self->queue, 0);
  self->head = 0;
  for (guint i = 0; i < n && !genlm_order_is_exhausted (&self->order); i++)
    {
      GenlmTried tried = { .log_remaining = genlm_order_log_remaining (&self->order) };

      tried.token = self->choices->pick (self->data, &self->order, self->pass, self->n_tried + i);
      tried.answer = recall_answer (self, tried.token);
      genlm_order_take (&self->order, tried.token);
      tried.last = genlm_order_is_exhausted (&self->order);
      g_array_append_val (self->queue, tried);
    }

  if (!self->waiting)
    self->ahead = MIN (2 * self->ahead, MAX_AHEAD);
  return self->queue->len > 0;
}

static gboolean
wants_mask (const GenlmTrial *self)
{
  return self->rules->mask_after > 0 && self->n_distinct == self->rules->mask_after;
}

/* Samplers.md 3.3: the first accepted token. */
static void
try_improper (GenlmTrial       *self,
              const GenlmTried *tried)
{
  if (tried->answer)
    {
      finish (self, tried->token, 0.0);
      return;
    }

  self->n_rejects += 1.0;
  self->n_distinct++;
  if (tried->last)
    finish_dead (self, tried->token, GENLM_TRIAL_REFUSED);
  else if (self->n_rejects >= self->rules->max_rejects)
    finish_dead (self, tried->token, GENLM_TRIAL_GAVE_UP);
  else if (wants_mask (self))
    self->state = GENLM_TRIAL_MASK;
}

/* Samplers.md 3.4. The multiplier of the recursion is the part of the mass that
 * was untried before the accepted token, and that times its share of it is its
 * own probability; so both weights are known exactly. */
static void
try_recursive (GenlmTrial       *self,
               const GenlmTried *tried)
{
  gboolean final = tried->last || self->n_rejects >= self->rules->max_rejects - 1.0;

  if (self->waiting)
    {
      finish (self, self->accepted.token,
              tried->answer ? log_left (self, &self->accepted)
                            : log_probability (self, self->accepted.token));
    }
  else if (tried->answer && final)
    {
      finish (self, tried->token, log_left (self, tried));
    }
  else if (tried->answer)
    {
      self->waiting = TRUE;
      self->accepted = *tried;
    }
  else if (final)
    {
      finish_dead (self, tried->token, tried->last ? GENLM_TRIAL_REFUSED : GENLM_TRIAL_GAVE_UP);
    }
  else
    {
      self->n_rejects += 1.0;
      self->n_distinct++;
      if (wants_mask (self))
        self->state = GENLM_TRIAL_MASK;
    }
}

static void
end_geometric (GenlmTrial    *self,
               GenlmTrialEnd  if_dead)
{
  double n = MIN (self->n_rejects, self->rules->max_rejects);
  double a = self->n_accepts;

  if (a == 0.0)
    finish_dead (self, self->first_rejected, if_dead);
  else
    finish (self, self->accepted.token,
            log (MIN (self->rules->max_accepts - 1.0, a) / (a + n - 1.0)));
}

/* The bound keeps the weight of an accepted token above zero where the part of
 * the mass that is not rejected is below the smallest double. */
static void
count_repeats (GenlmTrial *self,
               double      log_failure)
{
  self->n_rejects += self->choices->repeats (self->data, log_failure, self->n_geometric++);
  self->n_rejects = MIN (self->n_rejects, G_MAXDOUBLE);
}

/* The logarithm of the rejected part of the mass, from whichever of the two
 * parts is the smaller. */
static double
log_rejected (const GenlmTrial *self,
              const GenlmTried *tried)
{
  double left = exp (log_left (self, tried));

  return left < 0.5 ? log1p (-left) : log (self->rejected);
}

/* An accepted token stays: the next pass draws among all that is not rejected,
 * and what was asked ahead is remembered. */
static void
begin_pass (GenlmTrial *self)
{
  for (guint i = self->head - 1; i < self->queue->len; i++)
    {
      const GenlmTried *tried = &g_array_index (self->queue, GenlmTried, i);

      if (tried->answer >= 0 && recall_answer (self, tried->token) < 0)
        g_array_append_val (self->known, *tried);
    }

  genlm_order_untake (&self->order, self->n_distinct);
  g_array_set_size (self->queue, 0);
  self->head = 0;
  self->ahead = 1;
  self->pass++;
}

/* Samplers.md 3.5: as if drawing with replacement. */
static void
try_geometric (GenlmTrial       *self,
               const GenlmTried *tried)
{
  if (self->n_distinct > 0)
    count_repeats (self, log_rejected (self, tried));

  if (self->n_rejects >= self->rules->max_rejects)
    {
      end_geometric (self, GENLM_TRIAL_GAVE_UP);
    }
  else if (tried->answer)
    {
      if (self->n_accepts == 0.0)
        self->accepted = *tried;
      self->n_accepts += 1.0;
      if (self->n_accepts >= self->rules->max_accepts)
        end_geometric (self, GENLM_TRIAL_ALIVE);
      else
        begin_pass (self);
    }
  else
    {
      if (self->n_distinct == 0)
        self->first_rejected = tried->token;
      self->n_rejects += 1.0;
      self->n_distinct++;
      self->rejected += exp (log_probability (self, tried->token));
      if (tried->last || self->n_rejects >= self->rules->max_rejects)
        end_geometric (self, tried->last ? GENLM_TRIAL_REFUSED : GENLM_TRIAL_GAVE_UP);
      else if (wants_mask (self))
        self->state = GENLM_TRIAL_MASK;
    }
}

static void
try_next (GenlmTrial *self)
{
  GenlmTried tried = g_array_index (self->queue, GenlmTried, self->head);

  self->head++;
  self->n_tried++;
  switch (self->algorithm)
    {
    case GENLM_TRIAL_IMPROPER:
      try_improper (self, &tried);
      break;
    case GENLM_TRIAL_RECURSIVE:
      try_recursive (self, &tried);
      break;
    case GENLM_TRIAL_GEOMETRIC:
      try_geometric (self, &tried);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Goes on as far as the answers reach. Asking ahead changes no outcome: an
 * element of the order depends on those tried before it only. */
GenlmTrialState
genlm_trial_advance (GenlmTrial *self)
{
  while (self->state == GENLM_TRIAL_ASK)
    {
      if (self->head == self->queue->len)
        g_return_val_if_fail (draw_ahead (self), GENLM_TRIAL_DONE);
      if (g_array_index (self->queue, GenlmTried, self->head).answer < 0)
        break;
      try_next (self);
    }
  return self->state;
}

/* Samplers.md 3.5a for the geometric estimator: the mask answers what is left
 * to ask, and the repeats go on as before. */
static void
finish_geometric (GenlmTrial *self,
                  double      log_accepted,
                  guint32     token)
{
  double log_failure = log1p (-MIN (exp (log_accepted), 1.0));

  while (self->n_accepts < self->rules->max_accepts && self->n_rejects < self->rules->max_rejects)
    {
      count_repeats (self, log_failure);
      if (self->n_rejects >= self->rules->max_rejects)
        break;
      if (self->n_accepts == 0.0)
        self->accepted.token = token;
      self->n_accepts += 1.0;
    }
  end_geometric (self, GENLM_TRIAL_GAVE_UP);
}

/* Samplers.md 3.5a: ends the draw with the tokens that the condition accepts. */
void
genlm_trial_answer_mask (GenlmTrial    *self,
                         GenlmTokenSet *mask)
{
  g_autoptr (GenlmMass) accepted = genlm_mass_new_masked (self->mass, mask);
  guint32 token;
  double log_accepted;

  if (genlm_mass_is_empty (accepted))
    {
      finish_dead (self, (guint32) (self->mass->n_values - 1), GENLM_TRIAL_REFUSED);
      return;
    }

  token = self->choices->pick_masked (self->data, accepted);
  log_accepted = accepted->log_total - self->mass->log_total;
  if (self->algorithm == GENLM_TRIAL_GEOMETRIC && self->rules->mask_after > 0)
    finish_geometric (self, log_accepted, token);
  else
    finish (self, token, self->algorithm == GENLM_TRIAL_IMPROPER ? 0.0 : MIN (log_accepted, 0.0));
}
