#pragma once

#include "genlm-batch.h"
#include "genlm-context.h"

G_BEGIN_DECLS

/* The different contexts of a batch. After resampling many particles stand at
 * the same place; what follows it is asked once. */
typedef struct
{
  GenlmBatch *batch;     /* the contexts, each once, in order of appearance */
  guint32    *index;     /* for each of the original batch, its place in batch */
  gsize       n_index;

  /*< private >*/
  guint32    *table;
  gsize       n_table;
  gsize       allocated;
} GenlmDistinct;

void genlm_distinct_fill  (GenlmDistinct *self,
                           GenlmBatch    *batch);
void genlm_distinct_clear (GenlmDistinct *self);

G_END_DECLS
