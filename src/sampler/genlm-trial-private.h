#pragma once

#include "genlm-order-private.h"
#include "genlm-random.h"
#include "genlm-token-set.h"

G_BEGIN_DECLS

/* One draw of AWRS as a state machine: which tokens are tried in which order,
 * and what weight follows from the answers. It knows neither potentials nor
 * contexts; whoever drives it asks the condition. */

typedef enum
{
  GENLM_TRIAL_ASK,   /* some tokens in the queue have no answer yet */
  GENLM_TRIAL_MASK,  /* the whole mask is wanted */
  GENLM_TRIAL_DONE,
} GenlmTrialState;

/* Why a draw has weight zero. */
typedef enum
{
  GENLM_TRIAL_ALIVE,
  GENLM_TRIAL_NO_CANDIDATE, /* nothing has a weight to begin with */
  GENLM_TRIAL_REFUSED,      /* every candidate was refused */
  GENLM_TRIAL_GAVE_UP,      /* the limit of rejects was reached */
} GenlmTrialEnd;

typedef struct
{
  gboolean proper;
  double   max_accepts;
  double   max_rejects;  /* may be infinite */
  gint64   mask_after;   /* -1: never */
} GenlmTrialRules;

/* Where the choices of a trial come from. The functions that draw them from a
 * GenlmRandom stand in genlm_trial_random_choices; tests put their own. */
typedef struct
{
  guint32 (*pick)        (gpointer    data,
                          GenlmOrder *order,
                          guint       pass,
                          guint32     counter);
  double  (*repeats)     (gpointer    data,
                          double      log_failure,
                          guint32     counter);
  guint32 (*pick_masked) (gpointer    data,
                          GenlmMass  *mass);
} GenlmTrialChoices;

extern const GenlmTrialChoices genlm_trial_random_choices;

typedef struct
{
  guint32 token;
  gint8   answer;         /* -1 unknown, else whether it was accepted */
  gboolean last;          /* no token is left after it */
  double  log_remaining;  /* of the weight left before it, itself included */
} GenlmTried;

typedef enum
{
  GENLM_TRIAL_IMPROPER,
  GENLM_TRIAL_RECURSIVE,
  GENLM_TRIAL_GEOMETRIC,
} GenlmTrialAlgorithm;

typedef struct
{
  /* The outcome: a token, the log weight that belongs to it within the mass,
   * and why it is zero if it is. */
  GenlmTrialState          state;
  guint32                  token;
  double                   log_weight;
  GenlmTrialEnd            end;

  /*< private >*/
  const GenlmTrialRules   *rules;
  const GenlmTrialChoices *choices;
  gpointer                 data;
  GenlmTrialAlgorithm      algorithm;
  GenlmMass               *mass;
  GenlmOrder               order;
  GArray                  *queue;          /* GenlmTried, drawn ahead */
  guint                    head;           /* the first that is not tried yet */
  guint                    ahead;          /* how many to draw next */
  guint32                  n_tried;
  guint32                  n_geometric;
  guint                    pass;
  gboolean                 waiting;        /* accepted is to be weighed by the next answer */
  GenlmTried               accepted;
  GArray                  *known;          /* GenlmTried, answered but not tried in this pass */
  double                   n_accepts;
  double                   n_rejects;      /* with repeats */
  guint                    n_distinct;     /* without */
  double                   rejected;       /* probability of the rejected tokens */
  guint32                  first_rejected;
} GenlmTrial;

void            genlm_trial_init        (GenlmTrial              *self);
void            genlm_trial_clear       (GenlmTrial              *self);
void            genlm_trial_start       (GenlmTrial              *self,
                                         const GenlmTrialRules   *rules,
                                         const GenlmTrialChoices *choices,
                                         gpointer                 data,
                                         GenlmMass               *mass);
GenlmTrialState genlm_trial_advance     (GenlmTrial              *self);
void            genlm_trial_answer_mask (GenlmTrial              *self,
                                         GenlmTokenSet           *mask);

G_END_DECLS
