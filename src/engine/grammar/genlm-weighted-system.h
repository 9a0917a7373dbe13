#pragma once

/* Sparse systems of linear equations that are solved again and again with other
 * numbers in the same places. The unknowns are eliminated one after the other,
 * those with few neighbours first; what comes to be in the way is found out
 * once. For matrices I - M of weights whose sums are finite, which need no
 * pivoting: their pivots are positive. */

#include "genlm-budget.h"
#include "genlm-weighted-number.h"

G_BEGIN_DECLS

typedef struct _GenlmWeightedSystem GenlmWeightedSystem;

/* Adds to the places of a row that were said to have something, and to the
 * right side, which is one more behind the last unknown. */
typedef void (*GenlmWeightedFillFunc) (guint32              row,
                                       GenlmWeightedNumber *numbers,
                                       gpointer             user_data);

GenlmWeightedSystem *genlm_weighted_system_new   (guint32                   size,
                                                  const guint32            *starts,
                                                  const guint32            *columns,
                                                  GenlmBudget              *budget,
                                                  GError                  **error);
void                 genlm_weighted_system_free  (GenlmWeightedSystem      *self);
gboolean             genlm_weighted_system_solve (GenlmWeightedSystem      *self,
                                                  GenlmWeightedFillFunc     fill,
                                                  gpointer                  user_data,
                                                  GenlmBudget              *budget,
                                                  GenlmWeightedNumber      *solution,
                                                  gboolean                 *diverges,
                                                  GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedSystem, genlm_weighted_system_free)

G_END_DECLS
