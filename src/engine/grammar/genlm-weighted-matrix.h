#pragma once

/* Sparse matrices of non-negative weights, and what grammars need of them: the
 * strongly connected components of their graph, and the sum of all powers. */

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

/* The rows of a closure may have so many entries in all. */
#define GENLM_WEIGHTED_MAX_ENTRIES (1u << 22)
/* A component of more rows is refused where it must be solved densely. */
#define GENLM_WEIGHTED_MAX_COMPONENT (1024u)

GENLM_ENGINE_API GenlmWeightedMatrix     *genlm_weighted_matrix_new        (guint32                    n_rows,
                                                                            GArray                    *triplets);
GENLM_ENGINE_API void                     genlm_weighted_matrix_free       (GenlmWeightedMatrix       *self);
GENLM_ENGINE_API GenlmWeightedMatrix     *genlm_weighted_matrix_transpose  (const GenlmWeightedMatrix *self,
                                                                            guint32                    n_columns);
GENLM_ENGINE_API GenlmWeightedComponents *genlm_weighted_matrix_find_components
                                                                           (const GenlmWeightedMatrix *self);
GENLM_ENGINE_API void                     genlm_weighted_components_free   (GenlmWeightedComponents   *self);
GENLM_ENGINE_API GenlmWeightedMatrix     *genlm_weighted_matrix_close      (const GenlmWeightedMatrix *self,
                                                                            const GenlmWide           *exits,
                                                                            GError                   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedMatrix, genlm_weighted_matrix_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedComponents, genlm_weighted_components_free)

G_END_DECLS
