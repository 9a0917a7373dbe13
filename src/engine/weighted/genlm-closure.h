#pragma once

/* Where one gets from each state of a graph by edges without a label alone,
 * with the sums of the weights of all ways there. The graph is pushed: what
 * leaves a state sums to one. */

#include "genlm-budget.h"
#include "genlm-graph.h"

G_BEGIN_DECLS

typedef struct
{
  guint32   state;
  GenlmWide weight;
} GenlmWeighedState;

/* Rows of GenlmWeighedState: that of state s has lengths[s] entries from
 * starts[s] on. */
typedef struct
{
  guint32 *starts;
  guint32 *lengths;
  GArray  *entries;
} GenlmClosure;

GenlmClosure *genlm_closure_new  (const GenlmGraph  *graph,
                                  const GenlmWide   *finals,
                                  const GenlmWide   *wanted,
                                  GenlmBudget       *budget,
                                  GError           **error);
void          genlm_closure_free (GenlmClosure      *self);

static inline const GenlmWeighedState *
genlm_closure_peek_row (const GenlmClosure *self,
                        guint32             state)
{
  return &g_array_index (self->entries, GenlmWeighedState, self->starts[state]);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmClosure, genlm_closure_free)

G_END_DECLS
