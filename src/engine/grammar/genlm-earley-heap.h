#pragma once

/* Memory that is given back all at once, and counted. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *blocks;
  guint8    *block;
  gsize      block_size;
  gsize      block_used;
  guint64    memory;
} GenlmEarleyHeap;

void     genlm_earley_heap_init  (GenlmEarleyHeap *self);
void     genlm_earley_heap_clear (GenlmEarleyHeap *self);
gpointer genlm_earley_heap_alloc (GenlmEarleyHeap *self,
                                  gsize            size);

G_END_DECLS
