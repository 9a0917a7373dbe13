#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_RANDOM_LIST (genlm_random_list_get_type ())

GENLM_AVAILABLE_IN_ALL
GType            genlm_random_list_get_type (void);
GENLM_AVAILABLE_IN_ALL
GenlmRandomList *genlm_random_list_new      (void);
GENLM_AVAILABLE_IN_ALL
GenlmRandomList *genlm_random_list_ref      (GenlmRandomList *self);
GENLM_AVAILABLE_IN_ALL
void             genlm_random_list_unref    (GenlmRandomList *self);
GENLM_AVAILABLE_IN_ALL
void             genlm_random_list_append   (GenlmRandomList *self,
                                             GenlmRandom     *item);
GENLM_AVAILABLE_IN_ALL
gsize            genlm_random_list_get_size (GenlmRandomList *self);
GENLM_AVAILABLE_IN_ALL
GenlmRandom     *genlm_random_list_get      (GenlmRandomList *self,
                                             gsize            index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmRandomList, genlm_random_list_unref)

G_END_DECLS
