#pragma once

/* Which results are of use to whoever asks for claims about a value: for a few
 * claims exactly, as a table of all results; for many by what must hold, what
 * must not, and a list of which one at least must. A result outside the goal
 * is certainly of no use. */

#include "genlm-json-formula.h"

G_BEGIN_DECLS

/* So many claims have a table. */
#define GENLM_JSON_GOAL_MAX_EXACT (6u)

typedef struct
{
  guint32 n_claims;
  guint32 n_any;
  /* With a table: bit r stands for the result r, whose bit i is claim i. */
  guint64 table;
  /* Without: what each claim must be, or OPEN; and the numbers of those of
   * which one at least must hold, if there are any. */
  const guint8  *wanted;
  const guint32 *any;
} GenlmJsonGoal;

static inline gboolean
genlm_json_goal_is_exact (const GenlmJsonGoal *self)
{
  return self->n_claims <= GENLM_JSON_GOAL_MAX_EXACT;
}

/* The table of all results of so many claims. */
static inline guint64
genlm_json_goal_full_table (guint n_claims)
{
  return n_claims >= 6 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << (1u << n_claims)) - 1;
}

gboolean genlm_json_goal_allows (const GenlmJsonGoal *self,
                                 const guint8        *truths);

G_END_DECLS
