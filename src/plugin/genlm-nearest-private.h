#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *genlm_nearest_names  (const char *name,
                            GPtrArray  *candidates);
char *genlm_nearest_advice (const char *name,
                            GPtrArray  *candidates);

G_END_DECLS
