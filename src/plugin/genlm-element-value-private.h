#pragma once

#include "genlm-element-make.h"

G_BEGIN_DECLS

GParamSpec *genlm_element_value_find_property (GObjectClass  *klass,
                                               const char    *element,
                                               const char    *property,
                                               GError       **error);
GParamSpec *genlm_element_value_find_recipe   (GObjectClass  *klass,
                                               GParamSpec    *pspec);
gboolean    genlm_element_value_from_text     (GValue        *value,
                                               GParamSpec    *pspec,
                                               const char    *element,
                                               const char    *text,
                                               GError       **error);
gboolean    genlm_element_value_from_variant  (GValue        *value,
                                               GParamSpec    *pspec,
                                               const char    *element,
                                               GVariant      *variant,
                                               GError       **error);
gboolean    genlm_element_value_check         (GValue        *value,
                                               GParamSpec    *pspec,
                                               const char    *element,
                                               GError       **error);

G_END_DECLS
