#pragma once

/* The sum of all powers of a sparse matrix, (I - M)^-1, whose rows add up to
 * one with what leaves them. It is not written down, as it may have as many
 * entries as there are pairs of rows: the loops of each strongly connected
 * component are eliminated once, and what a row or a column of it holds is
 * summed when it is asked for, in the time that what is reached takes.
 * Immutable, for any number of threads, each with sums of its own. */

#include "genlm-budget.h"
#include "genlm-weighted-matrix.h"

G_BEGIN_DECLS

typedef struct _GenlmWeightedInverse GenlmWeightedInverse;
typedef struct _GenlmWeightedSums    GenlmWeightedSums;

typedef enum
{
  /* What a row leads to, and what leads to a column. */
  GENLM_WEIGHTED_ROWS,
  GENLM_WEIGHTED_COLUMNS,
} GenlmWeightedSide;

GENLM_ENGINE_API GenlmWeightedInverse          *genlm_weighted_inverse_new             (GenlmWeightedMatrix         *matrix,
                                                                                        const GenlmWide             *exits,
                                                                                        GenlmWeightedSide            side,
                                                                                        GenlmBudget                 *budget,
                                                                                        GError                     **error);
GENLM_ENGINE_API void                           genlm_weighted_inverse_free            (GenlmWeightedInverse        *self);
const GenlmWeightedComponents                  *genlm_weighted_inverse_peek_components (const GenlmWeightedInverse  *self);
guint64                                         genlm_weighted_inverse_get_memory      (const GenlmWeightedInverse  *self);
GenlmWeightedMatrix                            *genlm_weighted_inverse_make_short      (const GenlmWeightedInverse  *self,
                                                                                        guint32                      max_length);

GENLM_ENGINE_API GenlmWeightedSums             *genlm_weighted_sums_new                (const GenlmWeightedInverse  *inverse);
GENLM_ENGINE_API void                           genlm_weighted_sums_free               (GenlmWeightedSums           *self);
GENLM_ENGINE_API void                           genlm_weighted_sums_add                (GenlmWeightedSums           *self,
                                                                                        guint32                      row,
                                                                                        GenlmWide                    weight);
GENLM_ENGINE_API const GenlmWeightedEntry      *genlm_weighted_sums_run                (GenlmWeightedSums           *self,
                                                                                        guint32                     *n_entries);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedInverse, genlm_weighted_inverse_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedSums, genlm_weighted_sums_free)

G_END_DECLS
