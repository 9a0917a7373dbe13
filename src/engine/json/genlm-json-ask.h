#pragma once

/* What is asked of a value: claims, and which results are of use. */

#include "genlm-json-body.h"
#include "genlm-json-plan.h"

G_BEGIN_DECLS

struct _GenlmJsonAsk
{
  GenlmJsonPlan       *plan;
  const GenlmJsonGoal *goal;
  guint32              index;
  /* A truth each: whether any value may be of use, and values of each kind. */
  guint8               alive;
  guint8               kinds[GENLM_JSON_N_KINDS];
  /* Numbers: whether they are looked at before their end. */
  guint8               number_is_free;
  guint8               number_is_listed; /* or it is enough that they are among some */
  guint8               number_form;    /* how they are written */
  GenlmJsonResult      whole; /* of free numbers, of all that are integers */
  /* Of a string after its opening quote. */
  GenlmByteDfa        *dfa;
  GenlmByteState      *string;
  /* Of literals. */
  GenlmJsonResult      results[GENLM_JSON_KIND_TRUE + 1];
  /* An array and an object after their opening brackets. */
  GenlmJsonFrame      *array;
  GenlmJsonFrame      *object;
};

const GenlmJsonGoal *genlm_json_ask_make_goal (GenlmJsonBook        *book,
                                               guint                 n_claims,
                                               guint64               table,
                                               const guint8         *wanted,
                                               const guint32        *any,
                                               guint                 n_any);
GenlmJsonAsk        *genlm_json_ask_intern    (GenlmJsonBook        *book,
                                               GenlmJsonPlan        *plan,
                                               const GenlmJsonGoal  *goal);
gboolean             genlm_json_ask_enter     (GenlmJsonBook        *book,
                                               GenlmJsonAsk         *self,
                                               GenlmJsonKind         kind);
gboolean             genlm_json_ask_is_alive  (GenlmJsonBook        *book,
                                               GenlmJsonAsk         *self);
gboolean             genlm_json_ask_allows    (GenlmJsonBook        *book,
                                               GenlmJsonAsk         *self,
                                               GenlmJsonResult       result);

/* Without the lock: NO or YES if it has been worked out, otherwise OPEN. */
static inline GenlmJsonTruth
genlm_json_ask_peek_kind (const GenlmJsonAsk *self,
                          GenlmJsonKind       kind)
{
  return __atomic_load_n (&self->kinds[kind], __ATOMIC_ACQUIRE);
}

G_END_DECLS
