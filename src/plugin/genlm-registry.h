#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-element-factory.h"

G_BEGIN_DECLS

/**
 * GENLM_REGISTRY_ERROR:
 *
 * Error domain of [class@Registry].
 *
 * Since: 0.1
 */
#define GENLM_REGISTRY_ERROR (genlm_registry_error_quark ())

/**
 * GenlmRegistryError:
 * @GENLM_REGISTRY_ERROR_NOT_FOUND: there is no element of this name
 *
 * Errors of [class@Registry].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_REGISTRY_ERROR_NOT_FOUND,
} GenlmRegistryError;

#define GENLM_TYPE_REGISTRY (genlm_registry_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmRegistry, genlm_registry, GENLM, REGISTRY, GObject)

GENLM_AVAILABLE_IN_ALL
GQuark               genlm_registry_error_quark    (void);

GENLM_AVAILABLE_IN_ALL
GenlmRegistry       *genlm_registry_get_default    (void);
GENLM_AVAILABLE_IN_ALL
GenlmRegistry       *genlm_registry_new            (const char * const  *folders,
                                                    const char          *cache_file);
GENLM_AVAILABLE_IN_ALL
void                 genlm_registry_rescan         (GenlmRegistry       *self);
GENLM_AVAILABLE_IN_ALL
GenlmElementFactory *genlm_registry_find_factory   (GenlmRegistry       *self,
                                                    const char          *name,
                                                    GError             **error);
GENLM_AVAILABLE_IN_ALL
GenlmPlugin         *genlm_registry_find_plugin    (GenlmRegistry       *self,
                                                    const char          *name);
GENLM_AVAILABLE_IN_ALL
GListModel          *genlm_registry_get_plugins    (GenlmRegistry       *self);
GENLM_AVAILABLE_IN_ALL
GListModel          *genlm_registry_get_factories  (GenlmRegistry       *self);
GENLM_AVAILABLE_IN_ALL
const char * const  *genlm_registry_get_folders    (GenlmRegistry       *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_registry_get_cache_file (GenlmRegistry       *self);

G_END_DECLS
