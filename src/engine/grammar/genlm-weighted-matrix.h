#pragma once

/* Sparse matrices of non-negative weights, and the strongly connected components
 * of their graph. */

#include "genlm-wide.h"

G_BEGIN_DECLS

typedef struct
{
  guint32   row;
  guint32   column;
  GenlmWide weight;
} GenlmWeightedTriplet;

typedef struct
{
  guint32   column;
  GenlmWide weight;
} GenlmWeightedEntry;

/* Row i has the entries from starts[i] to starts[i + 1], by column. */
typedef struct
{
  guint32             n_rows;
  guint32            *starts;
  GenlmWeightedEntry *entries;
} GenlmWeightedMatrix;

/* Component i has the rows from starts[i] to starts[i + 1] of the order; what
 * a component leads to comes before it. */
typedef struct
{
  guint32  n_components;
  guint32 *starts;
  guint32 *order;
  guint32 *component; /* by row */
} GenlmWeightedComponents;

GENLM_ENGINE_API GenlmWeightedMatrix     *genlm_weighted_matrix_new        (guint32                    n_rows,
                                                                            GArray                    *triplets);
GENLM_ENGINE_API void                     genlm_weighted_matrix_free       (GenlmWeightedMatrix       *self);
GENLM_ENGINE_API GenlmWeightedMatrix     *genlm_weighted_matrix_transpose  (const GenlmWeightedMatrix *self,
                                                                            guint32                    n_columns);
GENLM_ENGINE_API GenlmWeightedComponents *genlm_weighted_matrix_find_components
                                                                           (const GenlmWeightedMatrix *self);
GENLM_ENGINE_API void                     genlm_weighted_components_free   (GenlmWeightedComponents   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedMatrix, genlm_weighted_matrix_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedComponents, genlm_weighted_components_free)

G_END_DECLS
