#pragma once

/* For each state of a graph the sum of the weights of all ways from it to an
 * end: x = final + A x, one strongly connected component after another. */

#include "genlm-budget.h"
#include "genlm-graph.h"

G_BEGIN_DECLS

gboolean genlm_totals_compute (const GenlmGraph  *graph,
                               const GenlmWide   *finals,
                               GenlmBudget       *budget,
                               GenlmWide         *totals,
                               GArray            *diverging,
                               GError           **error);

G_END_DECLS
