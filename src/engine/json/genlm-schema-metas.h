#pragma once

/* The meta-schemas of the drafts, for schemas that refer to them. */

#include "genlm-engine.h"

G_BEGIN_DECLS

GBytes *genlm_schema_metas_find (const char *uri);

G_END_DECLS
