/* genlm-rounds.c: the one driver of everything that asks in rounds
 *
 * Samplers and SMC are state machines; this drives them, synchronously or
 * not. A loop, not a recursion: a synchronous run of any length stays at one
 * depth of the stack.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-rounds-private.h"

#include "genlm-request-private.h"
#include "genlm-sampler.h"

void
genlm_rounds_init (GenlmRounds        *self,
                   gboolean            now,
                   GCancellable       *cancellable,
                   GenlmRoundsAdvance  advance,
                   GenlmRoundsDone     done,
                   gpointer            owner)
{
  *self = (GenlmRounds) {
    .now = now,
    .cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL,
    .advance = advance,
    .done = done,
    .owner = owner,
  };
}

static void
drop_answers (GenlmRounds *self)
{
  for (guint i = 0; i < self->n_answers; i++)
    g_clear_object (&self->answers[i]);
  self->n_answers = 0;
}

void
genlm_rounds_clear (GenlmRounds *self)
{
  g_return_if_fail (self->n_pending == 0);

  drop_answers (self);
  for (guint i = 0; i < self->n_asked; i++)
    g_clear_object (&self->asked[i].request);
  self->n_asked = 0;
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
}

static void
start_clock (GenlmRounds *self,
             GenlmCost    cost)
{
  if (self->in_flight[cost]++ == 0)
    self->since[cost] = g_get_monotonic_time ();
}

static void
stop_clock (GenlmRounds *self,
            GenlmCost    cost)
{
  if (--self->in_flight[cost] == 0)
    self->seconds[cost] += 1e-6 * (double) (g_get_monotonic_time () - self->since[cost]);
}

/* May come before the call that asks has returned; then the loop in
 * genlm_rounds_run() goes on. */
static void
take_answer (GenlmRequest *request,
             gpointer      user_data)
{
  GenlmQuestion *question = user_data;
  GenlmRounds *self = question->rounds;

  question->request = g_object_ref (request);
  stop_clock (self, question->cost);
  if (--self->n_pending == 0 && !self->is_asking)
    genlm_rounds_run (self);
}

static void
on_drawn (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  take_answer (GENLM_REQUEST (result), user_data);
}

static GenlmQuestion *
add_question (GenlmRounds *self,
              GenlmCost    cost)
{
  GenlmQuestion *question = &self->asked[self->n_asked];

  g_assert (self->n_asked < GENLM_ROUNDS_MAX_QUESTIONS);

  *question = (GenlmQuestion) { .rounds = self, .cost = cost };
  self->n_asked++;
  if (!self->now)
    self->n_pending++;
  start_clock (self, cost);
  return question;
}

static gsize
count_weights (GenlmPotential *potential)
{
  GenlmVocab *vocab = potential != NULL ? genlm_potential_get_vocab (potential) : NULL;

  return vocab != NULL ? (gsize) genlm_vocab_get_size (vocab) + 1 : 0;
}

/* The request is on its way, or answered. */
static void
let_go (GenlmRounds   *self,
        GenlmQuestion *question,
        GenlmRequest  *request)
{
  if (!self->now)
    {
      g_object_unref (request);
      return;
    }
  question->request = request;
  stop_clock (self, question->cost);
}

/* Asks @potential about @batch in the round that `advance` is preparing. One
 * that answers at once does not cost an iteration of the main loop. */
void
genlm_rounds_ask (GenlmRounds    *self,
                  GenlmPotential *potential,
                  GenlmMethod     method,
                  GenlmBatch     *batch,
                  GenlmCost       cost)
{
  GenlmQuestion *question = add_question (self, cost);
  GenlmRequest *request = genlm_request_new_internal (G_OBJECT (potential), method, batch,
                                                      count_weights (potential), self->cancellable,
                                                      self->now ? NULL : take_answer, question);

  if (self->now)
    genlm_potential_evaluate_sync (potential, request);
  else
    genlm_potential_evaluate (potential, request);
  let_go (self, question, request);
}

/* Asks @sampler for a token after each context of @batch. The answer comes
 * through the main loop, so that long work with quick potentials leaves room for
 * whatever else the loop serves. */
void
genlm_rounds_draw (GenlmRounds     *self,
                   GenlmSampler    *sampler,
                   GenlmBatch      *batch,
                   GenlmRandomList *randoms)
{
  GenlmQuestion *question = add_question (self, GENLM_COST_SAMPLER);
  GenlmRequest *request = genlm_request_new (G_OBJECT (sampler), GENLM_METHOD_SAMPLE, batch,
                                             count_weights (genlm_sampler_get_target (sampler)),
                                             self->cancellable, self->now ? NULL : on_drawn, question);

  genlm_request_set_randoms (request, randoms);
  if (self->now)
    genlm_sampler_evaluate_sync (sampler, request);
  else
    genlm_sampler_evaluate (sampler, request);
  let_go (self, question, request);
}

/* What was asked is answered: hands it to the owner's next `advance`. */
static void
turn_over (GenlmRounds *self)
{
  drop_answers (self);
  for (guint i = 0; i < self->n_asked; i++)
    self->answers[i] = g_steal_pointer (&self->asked[i].request);
  self->n_answers = self->n_asked;
  self->n_asked = 0;
}

static gboolean
advance (GenlmRounds *self)
{
  if (self->error != NULL ||
      g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    return FALSE;
  return self->advance (self->owner, &self->error);
}

/* Starts the work, and goes on with it after each round. @self may be gone
 * when this returns. */
void
genlm_rounds_run (GenlmRounds *self)
{
  gboolean more;

  do
    {
      turn_over (self);
      self->is_asking = TRUE;
      more = advance (self);
      self->is_asking = FALSE;
      if (self->n_pending > 0)
        return;
    }
  while (more);

  self->done (self->owner, self->error);
}
