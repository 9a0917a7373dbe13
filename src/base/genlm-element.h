#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_PARAM_FILE:
 *
 * Flag of a string property that names a file.
 *
 * Tools complete it, recipes make it absolute, and a sandboxed worker is
 * given just these files.
 *
 * Since: 0.1
 */
#define GENLM_PARAM_FILE (1 << (G_PARAM_USER_SHIFT + 2))

GENLM_AVAILABLE_IN_ALL
void        genlm_element_class_set_metadata    (GObjectClass *klass,
                                                 const char   *long_name,
                                                 const char   *class_path,
                                                 const char   *description,
                                                 const char   *author);
GENLM_AVAILABLE_IN_ALL
void        genlm_element_class_set_input       (GObjectClass *klass,
                                                 const char   *property_name);
GENLM_AVAILABLE_IN_ALL
void        genlm_element_class_set_input_recipe (GObjectClass *klass,
                                                  const char   *property_name);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_long_name    (GType         type);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_class_path   (GType         type);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_description  (GType         type);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_author       (GType         type);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_input        (GType         type);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_input_recipe (GType         type);
GENLM_AVAILABLE_IN_ALL
void        genlm_element_type_set_factory_name (GType         type,
                                                 const char   *factory_name);
GENLM_AVAILABLE_IN_ALL
const char *genlm_element_type_get_factory_name (GType         type);
GENLM_AVAILABLE_IN_ALL
char       *genlm_element_dup_label             (GObject      *element);

G_END_DECLS
