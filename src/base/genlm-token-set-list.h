#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_TOKEN_SET_LIST (genlm_token_set_list_get_type ())

GENLM_AVAILABLE_IN_ALL
GType              genlm_token_set_list_get_type (void);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSetList *genlm_token_set_list_new      (void);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSetList *genlm_token_set_list_ref      (GenlmTokenSetList *self);
GENLM_AVAILABLE_IN_ALL
void               genlm_token_set_list_unref    (GenlmTokenSetList *self);
GENLM_AVAILABLE_IN_ALL
void               genlm_token_set_list_append   (GenlmTokenSetList *self,
                                                  GenlmTokenSet     *item);
GENLM_AVAILABLE_IN_ALL
gsize              genlm_token_set_list_get_size (GenlmTokenSetList *self);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSet     *genlm_token_set_list_get      (GenlmTokenSetList *self,
                                                  gsize              index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTokenSetList, genlm_token_set_list_unref)

G_END_DECLS
