#pragma once

/* A weighted automaton made ready for reading: without states that lead from
 * nowhere or nowhere, without edges that have no byte, and pushed, so that
 * what starts sums to one, and what leaves a state, its end among it, too.
 * Bytes that it does not tell apart are one class. Immutable. */

#include "genlm-closure.h"
#include "genlm-wfsa.h"

G_BEGIN_DECLS

typedef struct
{
  /* Of all texts; minus infinity if nothing is accepted. */
  double      log_total;
  guint       n_classes;
  guint8      classes[256];
  /* Labels are classes; edges of a state are sorted by label and target. */
  GenlmGraph *graph;
  GenlmWide  *finals;
  /* Of GenlmWeighedState, sorted by state. */
  GArray     *starts;
} GenlmPushedWfsa;

GENLM_ENGINE_API GenlmPushedWfsa *genlm_pushed_wfsa_new  (const GenlmWfsa          *wfsa,
                                                          const GenlmEngineLimits  *limits,
                                                          GError                  **error);
GENLM_ENGINE_API void             genlm_pushed_wfsa_free (GenlmPushedWfsa          *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPushedWfsa, genlm_pushed_wfsa_free)

G_END_DECLS
