#pragma once

/* Names of hosts by IDNA 2008: RFC 5890 to 5893. */

#include "genlm-engine.h"

G_BEGIN_DECLS

GENLM_ENGINE_API gboolean genlm_idna_check (const char *name,
                                            gsize       length,
                                            gboolean    unicode);

G_END_DECLS
