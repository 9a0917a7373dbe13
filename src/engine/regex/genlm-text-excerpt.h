#pragma once

/* A place in a text, as errors show it. */

#include "genlm-engine.h"

G_BEGIN_DECLS

char *genlm_text_excerpt_draw (const char *start,
                               const char *end,
                               const char *place,
                               guint       n_chars);

G_END_DECLS
