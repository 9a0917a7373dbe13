#pragma once

/* What is worth keeping for as long as there is room: values by keys of any
 * bytes. When the room is full, what was not asked for lately goes. For any
 * number of threads. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmBoundedTable GenlmBoundedTable;

/* What is handed out for a value: a reference, or a copy. */
typedef gpointer (*GenlmDupFunc) (gpointer value);

GENLM_ENGINE_API GenlmBoundedTable *genlm_bounded_table_new        (guint64            max_memory,
                                                                    GenlmDupFunc       dup_value,
                                                                    GDestroyNotify     free_value);
GENLM_ENGINE_API void               genlm_bounded_table_free       (GenlmBoundedTable *self);
GENLM_ENGINE_API gpointer           genlm_bounded_table_lookup     (GenlmBoundedTable *self,
                                                                    gconstpointer      key,
                                                                    gsize              key_size);
GENLM_ENGINE_API void               genlm_bounded_table_insert     (GenlmBoundedTable *self,
                                                                    gconstpointer      key,
                                                                    gsize              key_size,
                                                                    gpointer           value,
                                                                    gsize              value_size);
GENLM_ENGINE_API guint64            genlm_bounded_table_get_memory (GenlmBoundedTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmBoundedTable, genlm_bounded_table_free)

G_END_DECLS
