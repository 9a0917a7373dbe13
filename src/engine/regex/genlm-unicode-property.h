#pragma once

/* Sets of characters by the names that Unicode gives their properties, as
 * GLib's tables know them. */

#include "genlm-char-set.h"

G_BEGIN_DECLS

GENLM_ENGINE_API const GenlmCharSet *genlm_unicode_property_find (const char *name,
                                                                  gsize       length);

G_END_DECLS
