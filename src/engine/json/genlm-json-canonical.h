#pragma once

/* What only JSON texts of equal values have in common. */

#include "genlm-json-value.h"

G_BEGIN_DECLS

GString *genlm_json_canonical_key (const char *text,
                                   gsize       length);

G_END_DECLS
