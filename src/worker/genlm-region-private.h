#pragma once

#include "genlm-weights.h"

G_BEGIN_DECLS

/* Memory that a process shares with one worker, in place of messages: slots for
 * vectors, what the worker is at, and what it need not begin.
 *
 * The region is a sealed memory file of fixed size, made before the worker
 * starts, so that neither side can take pages from the other's mapping. It is large
 * and sparse: memory is only used where something has been written. */

#define GENLM_REGION_N_SLOTS 64
#define GENLM_REGION_SLOT_SIZE (4u << 20)
#define GENLM_REGION_MAX_WEIGHTS (GENLM_REGION_SLOT_SIZE / sizeof (double))
/* So many items may be with a worker at a time. */
#define GENLM_REGION_N_ITEMS 65536u

typedef struct _GenlmRegion GenlmRegion;

/* In the parent. */
GenlmRegion  *genlm_region_new         (GError       **error);
int           genlm_region_get_fd      (GenlmRegion   *self);
int           genlm_region_take_slot   (GenlmRegion   *self);
void          genlm_region_return_slot (GenlmRegion   *self,
                                        guint          slot);
guint         genlm_region_count_free  (GenlmRegion   *self);
GenlmWeights *genlm_region_wrap_slot   (GenlmRegion   *self,
                                        guint          slot,
                                        gsize          n_weights,
                                        GError       **error);
guint64       genlm_region_get_current (GenlmRegion   *self);
void          genlm_region_set_wanted  (GenlmRegion   *self,
                                        guint64        item,
                                        gboolean       wanted);

/* In the worker. */
GenlmRegion  *genlm_region_open        (int            fd,
                                        GError       **error);
void          genlm_region_set_current (GenlmRegion   *self,
                                        guint64        item);
gboolean      genlm_region_is_wanted   (GenlmRegion   *self,
                                        guint64        item);
gboolean      genlm_region_move_slot   (GenlmRegion   *self,
                                        guint          slot,
                                        gsize          n_bytes,
                                        GError       **error);

/* In both. */
GenlmRegion  *genlm_region_ref         (GenlmRegion   *self);
void          genlm_region_unref       (GenlmRegion   *self);
double       *genlm_region_peek_slot   (GenlmRegion   *self,
                                        guint          slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmRegion, genlm_region_unref)

G_END_DECLS
