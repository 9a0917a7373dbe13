/* genlm-awrs-draw.c: a batch of AWRS draws, from the weights to the tokens
 *
 * First the potential (and the proposal, at the same time) is asked for next
 * weights. Then, round by round, the questions of all trials go to the
 * condition together: one batch of prefixes, one of completes for EOS, one of
 * masks. The arithmetic of a trial stands in genlm-trial.c.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-awrs-draw-private.h"

#include "genlm-draws.h"
#include "genlm-random-list.h"
#include "genlm-sampler.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"

#include <math.h>
#include <string.h>

/* Where the answer to a question goes. */
typedef struct
{
  guint32 trial;
  guint32 position;  /* in the queue of the trial */
} Address;

/* The questions of one method in a round. */
typedef struct
{
  GenlmMethod  method;
  GenlmBatch  *batch;
  GArray      *addresses;
  gboolean     asked;
} Questions;

typedef enum
{
  STAGE_START,
  STAGE_WEIGHTS,
  STAGE_ANSWERS,
} Stage;

struct _GenlmAwrsDraw
{
  GenlmAwrsParts     parts;
  GenlmRequest      *request;
  GenlmAwrsDrawDone  done;
  gpointer           user_data;
  GenlmRounds        rounds;
  Stage              stage;
  guint32            eos;
  GenlmDistinct      distinct;
  GenlmWeightsList  *targets;
  GenlmWeightsList  *proposals;
  GPtrArray         *masses;     /* GenlmMass, for each distinct context */
  GPtrArray         *masks;      /* GenlmTokenSet or NULL, for each distinct context */
  GArray            *trials;     /* GenlmTrial; more than needed may be there */
  GArray            *live;       /* guint32: trials that are not done */
  Questions          prefixes;
  Questions          completes;
  GArray            *mask_wanted; /* guint32: distinct contexts whose mask is asked */
  GByteArray        *is_wanted;   /* of each distinct context, whether it was ever among them */
  gboolean           mask_asked;
  GenlmDraws        *draws;
};

static void
questions_init (Questions   *self,
                GenlmMethod  method)
{
  self->method = method;
  self->addresses = g_array_new (FALSE, FALSE, sizeof (Address));
}

static void
questions_clear (Questions *self)
{
  g_clear_pointer (&self->batch, genlm_batch_unref);
  g_clear_pointer (&self->addresses, g_array_unref);
}

static void
questions_reset (Questions *self)
{
  g_clear_pointer (&self->batch, genlm_batch_unref);
  g_array_set_size (self->addresses, 0);
  self->asked = FALSE;
}

static void
questions_add (Questions    *self,
               GenlmContext *context,
               guint32       trial,
               guint32       position)
{
  Address address = { trial, position };

  if (self->batch == NULL)
    self->batch = genlm_batch_new ();
  genlm_batch_append (self->batch, context);
  g_array_append_val (self->addresses, address);
}

static void
unref_mask (gpointer mask)
{
  g_clear_pointer ((GenlmTokenSet **) &mask, genlm_token_set_unref);
}

GenlmAwrsDraw *
genlm_awrs_draw_new (void)
{
  GenlmAwrsDraw *self = g_new0 (GenlmAwrsDraw, 1);

  self->masses = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_mass_unref);
  self->masks = g_ptr_array_new_with_free_func (unref_mask);
  self->trials = g_array_new (FALSE, FALSE, sizeof (GenlmTrial));
  g_array_set_clear_func (self->trials, (GDestroyNotify) genlm_trial_clear);
  self->live = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->mask_wanted = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->is_wanted = g_byte_array_new ();
  questions_init (&self->prefixes, GENLM_METHOD_PREFIX);
  questions_init (&self->completes, GENLM_METHOD_COMPLETE);
  return self;
}

void
genlm_awrs_draw_free (GenlmAwrsDraw *self)
{
  genlm_distinct_clear (&self->distinct);
  g_ptr_array_unref (self->masses);
  g_ptr_array_unref (self->masks);
  g_array_unref (self->trials);
  g_array_unref (self->live);
  g_array_unref (self->mask_wanted);
  g_byte_array_unref (self->is_wanted);
  questions_clear (&self->prefixes);
  questions_clear (&self->completes);
  g_free (self);
}

static GenlmTrial *
get_trial (GenlmAwrsDraw *self,
           guint32        index)
{
  return &g_array_index (self->trials, GenlmTrial, index);
}

/* -- asking -- */

static void
ask_questions (GenlmAwrsDraw *self,
               Questions     *questions)
{
  if (questions->batch == NULL)
    return;
  questions->asked = TRUE;
  genlm_rounds_ask (&self->rounds, self->parts.condition, questions->method,
                    questions->batch, GENLM_COST_CONSTRAINT);
}

static void
ask_masks (GenlmAwrsDraw *self)
{
  g_autoptr (GenlmBatch) batch = NULL;

  if (self->mask_wanted->len == 0)
    return;

  batch = genlm_batch_new_sized (self->mask_wanted->len);
  for (guint i = 0; i < self->mask_wanted->len; i++)
    genlm_batch_append (batch, genlm_batch_get (self->distinct.batch,
                                                g_array_index (self->mask_wanted, guint32, i)));
  self->mask_asked = TRUE;
  genlm_rounds_ask (&self->rounds, self->parts.condition, GENLM_METHOD_MASK,
                    batch, GENLM_COST_CONSTRAINT);
}

/* A mask that is wanted at once is asked along with the weights. */
static void
ask_weights (GenlmAwrsDraw *self)
{
  genlm_distinct_fill (&self->distinct, genlm_request_get_batch (self->request));
  genlm_rounds_ask (&self->rounds, self->parts.potential, GENLM_METHOD_NEXT,
                    self->distinct.batch, GENLM_COST_MODEL);
  if (self->parts.proposal != NULL)
    genlm_rounds_ask (&self->rounds, self->parts.proposal, GENLM_METHOD_NEXT,
                      self->distinct.batch, GENLM_COST_MODEL);
  if (self->parts.rules.mask_after == 0)
    for (guint32 i = 0; i < genlm_batch_get_size (self->distinct.batch); i++)
      g_array_append_val (self->mask_wanted, i);
  ask_masks (self);
  self->stage = STAGE_WEIGHTS;
}

static gboolean
can_read (const GenlmAwrsDraw *self,
          guint32              token)
{
  return self->parts.readable == NULL ||
         genlm_token_set_contains (self->parts.readable, token);
}

/* Puts the unanswered tokens of a trial's queue among the questions. Returns
 * FALSE if all could be answered without asking. */
static gboolean
add_questions (GenlmAwrsDraw *self,
               guint32        index)
{
  GenlmTrial *trial = get_trial (self, index);
  GenlmContext *context = genlm_batch_get (self->distinct.batch, self->distinct.index[index]);
  gboolean any = FALSE;

  for (guint32 i = trial->head; i < trial->queue->len; i++)
    {
      GenlmTried *tried = &g_array_index (trial->queue, GenlmTried, i);

      if (tried->answer >= 0)
        continue;

      if (!can_read (self, tried->token))
        {
          tried->answer = FALSE;
        }
      else if (tried->token == self->eos)
        {
          questions_add (&self->completes, context, index, i);
          any = TRUE;
        }
      else
        {
          g_autoptr (GenlmContext) longer = genlm_context_append (context, tried->token);

          questions_add (&self->prefixes, longer, index, i);
          any = TRUE;
        }
    }
  return any;
}

/* Answers a trial that wants a mask if it is known. */
static gboolean
give_mask (GenlmAwrsDraw *self,
           guint32        index)
{
  guint32 place = self->distinct.index[index];
  GenlmTokenSet *mask = g_ptr_array_index (self->masks, place);

  if (mask != NULL)
    {
      genlm_trial_answer_mask (get_trial (self, index), mask);
      return TRUE;
    }

  if (!self->is_wanted->data[place])
    g_array_append_val (self->mask_wanted, place);
  self->is_wanted->data[place] = TRUE;
  return FALSE;
}

/* Lets a trial go on until it is done, which gives FALSE, or has a question. */
static gboolean
advance_trial (GenlmAwrsDraw *self,
               guint32        index)
{
  while (TRUE)
    switch (genlm_trial_advance (get_trial (self, index)))
      {
      case GENLM_TRIAL_ASK:
        if (add_questions (self, index))
          return TRUE;
        break;
      case GENLM_TRIAL_MASK:
        if (!give_mask (self, index))
          return TRUE;
        break;
      case GENLM_TRIAL_DONE:
      default:
        return FALSE;
      }
}

/* -- the outcome -- */

static char *
explain_death (const GenlmAwrsDraw *self,
               const GenlmTrial    *trial)
{
  GenlmPotential *source = self->parts.proposal != NULL ? self->parts.proposal : self->parts.potential;
  g_autofree char *label = genlm_potential_dup_label (source);
  g_autofree char *condition = genlm_potential_dup_label (self->parts.condition);

  switch (trial->end)
    {
    case GENLM_TRIAL_NO_CANDIDATE:
      return g_strdup_printf ("%s gives every next token and EOS the weight zero", label);
    case GENLM_TRIAL_GAVE_UP:
      return g_strdup_printf ("%s refused as many tokens of %s as max-rejects allows", condition, label);
    case GENLM_TRIAL_REFUSED:
    default:
      return g_strdup_printf ("%s refuses every token that %s gives a weight", condition, label);
    }
}

static void
append_draw (GenlmAwrsDraw *self,
             guint32        index)
{
  const GenlmTrial *trial = get_trial (self, index);
  guint32 place = self->distinct.index[index];
  double log_weight = trial->log_weight;

  if (trial->end != GENLM_TRIAL_ALIVE)
    {
      g_autofree char *cause = explain_death (self, trial);

      genlm_draws_append_dead (self->draws, trial->token, cause);
      return;
    }

  if (self->parts.rules.proper)
    {
      log_weight += trial->mass->log_total;
      if (self->proposals != NULL)
        log_weight += genlm_weights_get (genlm_weights_list_get (self->targets, place), trial->token) -
                      genlm_weights_get (genlm_weights_list_get (self->proposals, place), trial->token);
    }

  if (log_weight == -INFINITY)
    {
      g_autofree char *label = genlm_potential_dup_label (self->parts.potential);
      g_autofree char *cause = g_strdup_printf ("%s gives the proposed token the weight zero", label);

      genlm_draws_append_dead (self->draws, trial->token, cause);
      return;
    }
  genlm_draws_append (self->draws, trial->token, log_weight);
}

/* Lets all trials go on, and asks what they want to know. Returns FALSE when
 * all are done. */
static gboolean
advance_trials (GenlmAwrsDraw *self)
{
  guint n_live = 0;

  questions_reset (&self->prefixes);
  questions_reset (&self->completes);
  g_array_set_size (self->mask_wanted, 0);
  self->mask_asked = FALSE;

  for (guint i = 0; i < self->live->len; i++)
    {
      guint32 index = g_array_index (self->live, guint32, i);

      if (advance_trial (self, index))
        g_array_index (self->live, guint32, n_live++) = index;
    }
  g_array_set_size (self->live, n_live);

  if (n_live > 0)
    {
      ask_questions (self, &self->prefixes);
      ask_questions (self, &self->completes);
      ask_masks (self);
      self->stage = STAGE_ANSWERS;
      return TRUE;
    }

  self->draws = genlm_draws_new ();
  for (gsize i = 0; i < self->distinct.n_index; i++)
    append_draw (self, (guint32) i);
  return FALSE;
}

/* -- answers -- */

static void
prepare_masses (GenlmAwrsDraw *self)
{
  GenlmWeightsList *sources = self->proposals != NULL ? self->proposals : self->targets;

  for (gsize i = 0; i < genlm_weights_list_get_size (sources); i++)
    {
      GenlmWeights *weights = genlm_weights_list_get (sources, i);
      g_autoptr (GenlmWeights) pruned = NULL;

      if (self->parts.prune && self->parts.readable != NULL)
        weights = pruned = genlm_weights_mask (weights, self->parts.readable);
      g_ptr_array_add (self->masses, genlm_mass_new (weights));
      g_ptr_array_add (self->masks, NULL);
    }
  g_byte_array_set_size (self->is_wanted, self->masks->len);
  memset (self->is_wanted->data, FALSE, self->masks->len);
}

static void
start_trials (GenlmAwrsDraw *self)
{
  GenlmRandomList *randoms = genlm_request_get_randoms (self->request);
  gsize n = self->distinct.n_index;

  while (self->trials->len < n)
    {
      GenlmTrial trial;

      genlm_trial_init (&trial);
      g_array_append_val (self->trials, trial);
    }

  for (guint32 i = 0; i < n; i++)
    {
      gboolean replaced = self->parts.choices != NULL;

      genlm_trial_start (get_trial (self, i), &self->parts.rules,
                         replaced ? self->parts.choices : &genlm_trial_random_choices,
                         replaced ? self->parts.data : genlm_random_list_get (randoms, i),
                         g_ptr_array_index (self->masses, self->distinct.index[i]));
      g_array_append_val (self->live, i);
    }
}

static gboolean
read_masks (GenlmAwrsDraw  *self,
            GenlmRequest   *answer,
            GError        **error)
{
  g_autoptr (GenlmTokenSetList) masks = genlm_request_finish_masks (answer, error);

  if (masks == NULL)
    return FALSE;

  for (guint i = 0; i < self->mask_wanted->len; i++)
    {
      guint32 place = g_array_index (self->mask_wanted, guint32, i);

      g_ptr_array_index (self->masks, place) = genlm_token_set_ref (genlm_token_set_list_get (masks, i));
    }
  return TRUE;
}

static gboolean
read_weights (GenlmAwrsDraw  *self,
              GError        **error)
{
  self->targets = genlm_request_finish_weights (self->rounds.answers[0], error);
  if (self->targets == NULL)
    return FALSE;
  if (self->parts.proposal != NULL)
    {
      self->proposals = genlm_request_finish_weights (self->rounds.answers[1], error);
      if (self->proposals == NULL)
        return FALSE;
    }

  prepare_masses (self);
  if (self->mask_asked &&
      !read_masks (self, self->rounds.answers[self->rounds.n_answers - 1], error))
    return FALSE;
  start_trials (self);
  return advance_trials (self);
}

static void
set_not_boolean (GenlmAwrsDraw  *self,
                 GenlmMethod     method,
                 GenlmContext   *context,
                 double          weight,
                 GError        **error)
{
  g_autofree char *label = genlm_potential_dup_label (self->parts.condition);
  g_autofree char *text = genlm_vocab_escape_context (genlm_potential_get_vocab (self->parts.condition),
                                                      context);

  g_set_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_BOOLEAN,
               "Failed to draw with awrs: the condition %s gives \"%s\" the log weight %g as %s; "
               "a condition accepts (0) or refuses (-inf); put weights into the potential or into a critic",
               label, text, weight, method == GENLM_METHOD_COMPLETE ? "complete" : "prefix");
}

static gboolean
read_scores (GenlmAwrsDraw  *self,
             Questions      *questions,
             GenlmRequest   *answer,
             GError        **error)
{
  g_autoptr (GenlmScores) scores = genlm_request_finish_scores (answer, error);

  if (scores == NULL)
    return FALSE;

  for (guint i = 0; i < questions->addresses->len; i++)
    {
      const Address *address = &g_array_index (questions->addresses, Address, i);
      GenlmTrial *trial = get_trial (self, address->trial);
      double weight = genlm_scores_get (scores, i);

      if (weight != 0.0 && weight != -INFINITY)
        {
          set_not_boolean (self, questions->method, genlm_batch_get (questions->batch, i), weight, error);
          return FALSE;
        }
      g_array_index (trial->queue, GenlmTried, address->position).answer = weight == 0.0;
    }
  return TRUE;
}

static gboolean
read_answers (GenlmAwrsDraw  *self,
              GError        **error)
{
  GenlmRequest **answer = self->rounds.answers;

  if (self->prefixes.asked && !read_scores (self, &self->prefixes, *answer++, error))
    return FALSE;
  if (self->completes.asked && !read_scores (self, &self->completes, *answer++, error))
    return FALSE;
  if (self->mask_asked && !read_masks (self, *answer++, error))
    return FALSE;

  return advance_trials (self);
}

static gboolean
awrs_draw_advance (gpointer   owner,
                   GError   **error)
{
  GenlmAwrsDraw *self = owner;

  switch (self->stage)
    {
    case STAGE_START:
      ask_weights (self);
      return TRUE;
    case STAGE_WEIGHTS:
      return read_weights (self, error);
    case STAGE_ANSWERS:
      return read_answers (self, error);
    default:
      g_assert_not_reached ();
    }
}

/* -- beginning and end -- */

static void
drop_parts (GenlmAwrsParts *parts)
{
  g_clear_object (&parts->potential);
  g_clear_object (&parts->proposal);
  g_clear_object (&parts->condition);
  g_clear_pointer (&parts->readable, genlm_token_set_unref);
}

static void
awrs_draw_done (gpointer      owner,
                const GError *error)
{
  GenlmAwrsDraw *self = owner;
  g_autoptr (GenlmRequest) request = g_steal_pointer (&self->request);
  double model = self->rounds.seconds[GENLM_COST_MODEL];
  double constraint = self->rounds.seconds[GENLM_COST_CONSTRAINT];

  if (error != NULL)
    genlm_request_return_error (request, error);
  else
    genlm_request_return_draws (request, self->draws);

  genlm_rounds_clear (&self->rounds);
  drop_parts (&self->parts);
  questions_reset (&self->prefixes);
  questions_reset (&self->completes);
  g_array_set_size (self->live, 0);
  g_array_set_size (self->mask_wanted, 0);
  self->mask_asked = FALSE;
  g_ptr_array_set_size (self->masses, 0);
  g_ptr_array_set_size (self->masks, 0);
  g_clear_pointer (&self->targets, genlm_weights_list_unref);
  g_clear_pointer (&self->proposals, genlm_weights_list_unref);
  g_clear_pointer (&self->draws, genlm_draws_unref);

  self->done (self, model, constraint, self->user_data);
}

/* Draws for @request and answers it, then calls @done. */
void
genlm_awrs_draw_start (GenlmAwrsDraw        *self,
                       const GenlmAwrsParts *parts,
                       GenlmRequest         *request,
                       gboolean              now,
                       GenlmAwrsDrawDone     done,
                       gpointer              user_data)
{
  self->parts = *parts;
  g_object_ref (self->parts.potential);
  g_object_ref (self->parts.condition);
  if (self->parts.proposal != NULL)
    g_object_ref (self->parts.proposal);
  if (self->parts.readable != NULL)
    genlm_token_set_ref (self->parts.readable);

  self->request = g_object_ref (request);
  self->done = done;
  self->user_data = user_data;
  self->stage = STAGE_START;
  self->eos = genlm_vocab_get_eos (genlm_potential_get_vocab (parts->potential));
  genlm_rounds_init (&self->rounds, now, genlm_request_get_cancellable (request),
                     awrs_draw_advance, awrs_draw_done, self);
  genlm_rounds_run (&self->rounds);
}
