#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-plugin.h"

G_BEGIN_DECLS

/**
 * GENLM_ELEMENT_ERROR:
 *
 * Error domain of elements that are made by name.
 */
#define GENLM_ELEMENT_ERROR (genlm_element_error_quark ())

/**
 * GenlmElementError:
 * @GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY: the element has no such property
 * @GENLM_ELEMENT_ERROR_READ_ONLY: the property cannot be set
 * @GENLM_ELEMENT_ERROR_DUPLICATE_PROPERTY: the property is given twice
 * @GENLM_ELEMENT_ERROR_INVALID_VALUE: the value is not of the property's type
 * @GENLM_ELEMENT_ERROR_OUT_OF_RANGE: the value is of the right type but not allowed
 * @GENLM_ELEMENT_ERROR_INVALID_RECIPE: a recipe is malformed, or nested too deeply
 *
 * Errors of elements that are made by name.
 */
typedef enum
{
  GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY,
  GENLM_ELEMENT_ERROR_READ_ONLY,
  GENLM_ELEMENT_ERROR_DUPLICATE_PROPERTY,
  GENLM_ELEMENT_ERROR_INVALID_VALUE,
  GENLM_ELEMENT_ERROR_OUT_OF_RANGE,
  GENLM_ELEMENT_ERROR_INVALID_RECIPE,
} GenlmElementError;

#define GENLM_TYPE_ELEMENT_FACTORY (genlm_element_factory_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmElementFactory, genlm_element_factory, GENLM, ELEMENT_FACTORY, GObject)

GENLM_AVAILABLE_IN_ALL
GQuark               genlm_element_error_quark                   (void);

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

GENLM_AVAILABLE_IN_ALL
gpointer             genlm_element_make                          (const char           *name,
                                                                  GVariant             *properties,
                                                                  GError              **error);
GENLM_AVAILABLE_IN_ALL
gpointer             genlm_element_make_with                     (const char           *name,
                                                                  GError              **error,
                                                                  const char           *first_property,
                                                                  ...);
GENLM_AVAILABLE_IN_ALL
gpointer             genlm_element_from_recipe                   (GVariant             *recipe,
                                                                  GError              **error);
GENLM_AVAILABLE_IN_ALL
char                *genlm_element_dup_property_range            (GParamSpec           *pspec);

G_END_DECLS
