#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_BATCH (genlm_batch_get_type ())

GENLM_AVAILABLE_IN_ALL
GType         genlm_batch_get_type (void);
GENLM_AVAILABLE_IN_ALL
GenlmBatch   *genlm_batch_new      (void);
GENLM_AVAILABLE_IN_ALL
GenlmBatch   *genlm_batch_new_sized (gsize         reserved);
GENLM_AVAILABLE_IN_ALL
GenlmBatch   *genlm_batch_ref      (GenlmBatch   *self);
GENLM_AVAILABLE_IN_ALL
void          genlm_batch_unref    (GenlmBatch   *self);
GENLM_AVAILABLE_IN_ALL
void          genlm_batch_append   (GenlmBatch   *self,
                                    GenlmContext *context);
GENLM_AVAILABLE_IN_ALL
gsize         genlm_batch_get_size (GenlmBatch   *self);
GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_batch_get      (GenlmBatch   *self,
                                    gsize         index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmBatch, genlm_batch_unref)

G_END_DECLS
