#pragma once

#include "genlm-potential.h"
#include "genlm-request.h"

G_BEGIN_DECLS

/* "Ask, then continue": drives a piece of work that advances in rounds.
 *
 * A round puts a few batch questions, all in flight at once, and ends when
 * all are answered; then the owner's `advance` reads the answers and puts the
 * questions of the next round. It returns FALSE when the work is finished, or
 * with an error; then `done` is called, once, after the last answer.
 *
 * The same work runs synchronously (every question is answered before
 * genlm_rounds_ask() returns) or asynchronously; the owner cannot tell. It
 * must live until `done`.
 */
typedef struct _GenlmRounds GenlmRounds;

#define GENLM_ROUNDS_MAX_QUESTIONS 4

/* Whom the time between a question and its answer is charged to. */
typedef enum
{
  GENLM_COST_MODEL,
  GENLM_COST_CONSTRAINT,
  GENLM_COST_SAMPLER,
  GENLM_N_COSTS,
} GenlmCost;

typedef gboolean (*GenlmRoundsAdvance) (gpointer      owner,
                                        GError      **error);
typedef void     (*GenlmRoundsDone)    (gpointer      owner,
                                        const GError *error);

typedef struct
{
  GenlmRounds  *rounds;
  GenlmRequest *request; /* none while it is on its way: a request that is dropped must notice */
  GenlmCost     cost;
} GenlmQuestion;

struct _GenlmRounds
{
  /* Read by the owner's `advance`: the answered questions of the last round. */
  GenlmRequest       *answers[GENLM_ROUNDS_MAX_QUESTIONS];
  guint               n_answers;

  /* Seconds in which at least one question of the cost was unanswered. */
  double              seconds[GENLM_N_COSTS];

  /*< private >*/
  gboolean            now;
  GCancellable       *cancellable;
  GenlmRoundsAdvance  advance;
  GenlmRoundsDone     done;
  gpointer            owner;
  GenlmQuestion       asked[GENLM_ROUNDS_MAX_QUESTIONS];
  guint               n_asked;
  guint               n_pending;
  gboolean            is_asking;
  guint               in_flight[GENLM_N_COSTS];
  gint64              since[GENLM_N_COSTS];
  GError             *error;
};

void genlm_rounds_init  (GenlmRounds        *self,
                         gboolean            now,
                         GCancellable       *cancellable,
                         GenlmRoundsAdvance  advance,
                         GenlmRoundsDone     done,
                         gpointer            owner);
void genlm_rounds_clear (GenlmRounds        *self);
void genlm_rounds_ask   (GenlmRounds        *self,
                         GenlmPotential     *potential,
                         GenlmMethod         method,
                         GenlmBatch         *batch,
                         GenlmCost           cost);
void genlm_rounds_draw  (GenlmRounds        *self,
                         GenlmSampler       *sampler,
                         GenlmBatch         *batch,
                         GenlmRandomList    *randoms);
void genlm_rounds_run   (GenlmRounds        *self);

G_END_DECLS
