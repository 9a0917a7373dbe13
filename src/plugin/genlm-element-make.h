#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_ELEMENT_ERROR:
 *
 * Error domain of elements that are made by name.
 *
 * Since: 0.1
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
 *
 * Since: 0.1
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

GENLM_AVAILABLE_IN_ALL
GQuark    genlm_element_error_quark        (void);
GENLM_AVAILABLE_IN_ALL
gpointer  genlm_element_make               (const char  *name,
                                            GVariant    *properties,
                                            GError     **error);
GENLM_AVAILABLE_IN_ALL
gpointer  genlm_element_make_with_objects  (const char  *name,
                                            GVariant    *properties,
                                            const char **object_names,
                                            GObject    **objects,
                                            guint        n_objects,
                                            GError     **error);
GENLM_AVAILABLE_IN_ALL
gpointer  genlm_element_make_with          (const char  *name,
                                            GError     **error,
                                            const char  *first_property,
                                            ...);
GENLM_AVAILABLE_IN_ALL
gpointer  genlm_element_from_recipe        (GVariant    *recipe,
                                            GError     **error);
GENLM_AVAILABLE_IN_ALL
char     *genlm_element_dup_property_range (GParamSpec  *pspec);

G_END_DECLS
