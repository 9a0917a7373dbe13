#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-plugin.h"

G_BEGIN_DECLS

#define GENLM_TYPE_ELEMENT_FACTORY (genlm_element_factory_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmElementFactory, genlm_element_factory, GENLM, ELEMENT_FACTORY, GObject)

GENLM_AVAILABLE_IN_ALL
GenlmElementFactory *genlm_element_factory_find                  (const char           *name);
GENLM_AVAILABLE_IN_ALL
gpointer             genlm_element_factory_make                  (GenlmElementFactory  *self,
                                                                  GError              **error);
GENLM_AVAILABLE_IN_ALL
gpointer             genlm_element_factory_make_with_properties  (GenlmElementFactory  *self,
                                                                  GVariant             *properties,
                                                                  GError              **error);
GENLM_AVAILABLE_IN_ALL
GType                genlm_element_factory_load_type             (GenlmElementFactory  *self,
                                                                  GError              **error);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_name              (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_type_name         (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_class_path        (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_long_name         (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_description       (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_author            (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
const char          *genlm_element_factory_get_input             (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
guint                genlm_element_factory_get_rank              (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
GenlmPlugin         *genlm_element_factory_get_plugin            (GenlmElementFactory  *self);
GENLM_AVAILABLE_IN_ALL
gboolean             genlm_element_factory_is_built_in           (GenlmElementFactory  *self);

G_END_DECLS
