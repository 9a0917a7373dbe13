#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_SCRIPT_VALUES (genlm_script_values_get_type ())

typedef struct _GenlmScriptValues GenlmScriptValues;

GENLM_AVAILABLE_IN_ALL
GType              genlm_script_values_get_type  (void);
GENLM_AVAILABLE_IN_ALL
GenlmScriptValues *genlm_script_values_ref       (GenlmScriptValues  *self);
GENLM_AVAILABLE_IN_ALL
void               genlm_script_values_unref     (GenlmScriptValues  *self);
GENLM_AVAILABLE_IN_ALL
guint              genlm_script_values_get_size  (GenlmScriptValues  *self);
GENLM_AVAILABLE_IN_ALL
const char        *genlm_script_values_get_name  (GenlmScriptValues  *self,
                                                  guint               index);
GENLM_AVAILABLE_IN_ALL
const GValue      *genlm_script_values_get_value (GenlmScriptValues  *self,
                                                  guint               index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmScriptValues, genlm_script_values_unref)

G_END_DECLS
