#pragma once

#include "genlm-potential.h"

G_BEGIN_DECLS

#define GENLM_RECIPE_TYPE "(sa{sv})"

GVariant *genlm_recipe_from_properties (GObject  *object,
                                        GError  **error);

G_END_DECLS
