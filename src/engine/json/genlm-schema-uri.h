#pragma once

/* References to URIs, resolved as RFC 3986 says in 5.2, whatever they hold. */

#include "genlm-engine.h"

G_BEGIN_DECLS

GENLM_ENGINE_API char *genlm_schema_uri_resolve (const char *base,
                                                 const char *reference);

G_END_DECLS
