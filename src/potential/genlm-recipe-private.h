#pragma once

#include "genlm-potential.h"

G_BEGIN_DECLS

#define GENLM_RECIPE_TYPE "(sa{sv})"

/* Recipes nest, four levels of a variant each, of which GVariant reads 128. */
#define GENLM_RECIPE_MAX_DEPTH 30

/* What two elements share is told twice, so that a few of them could fill any
 * memory. */
#define GENLM_RECIPE_MAX_SIZE (128u << 20)

GVariant *genlm_recipe_from_value      (const GValue  *value,
                                        GParamSpec    *pspec,
                                        GError       **error);
GVariant *genlm_recipe_from_properties (GObject       *object,
                                        const char    *except,
                                        GError       **error);
GVariant *genlm_recipe_with_name       (GObject       *object,
                                        const char    *name,
                                        const char    *except,
                                        GError       **error);
gboolean  genlm_recipe_check_size      (GVariant      *recipe,
                                        const char    *label,
                                        GError       **error);

G_END_DECLS
