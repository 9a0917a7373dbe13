#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_WEIGHTS_LIST (genlm_weights_list_get_type ())

GENLM_AVAILABLE_IN_ALL
GType             genlm_weights_list_get_type (void);
GENLM_AVAILABLE_IN_ALL
GenlmWeightsList *genlm_weights_list_new      (void);
GENLM_AVAILABLE_IN_ALL
GenlmWeightsList *genlm_weights_list_ref      (GenlmWeightsList *self);
GENLM_AVAILABLE_IN_ALL
void              genlm_weights_list_unref    (GenlmWeightsList *self);
GENLM_AVAILABLE_IN_ALL
void              genlm_weights_list_append   (GenlmWeightsList *self,
                                               GenlmWeights     *item);
GENLM_AVAILABLE_IN_ALL
gsize             genlm_weights_list_get_size (GenlmWeightsList *self);
GENLM_AVAILABLE_IN_ALL
GenlmWeights     *genlm_weights_list_get      (GenlmWeightsList *self,
                                               gsize             index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightsList, genlm_weights_list_unref)

G_END_DECLS
