#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory of somebody else in which a thread makes its next vector, if that has just
 * its size: what would have to be copied there is there already.
 *
 * Whoever offers it ends that, and is told whether a vector has stayed. Then the
 * memory is not his any more: he makes it a mapping of its own, and leaves it. */
typedef struct _GenlmVecPlace GenlmVecPlace;

GenlmVecPlace *genlm_vec_place_offer (gpointer        memory,
                                      gsize           size);
gboolean       genlm_vec_place_end   (GenlmVecPlace  *self);
void           genlm_vec_place_leave (GenlmVecPlace  *self);

/* For who makes vectors. */
GBytes        *genlm_vec_place_take  (gsize           size,
                                      gpointer       *memory);

G_END_DECLS
