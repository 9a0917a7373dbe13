#pragma once

/* Reads the file that a property names, if it is one that can be a text: a
 * device or a pipe has no end. */

#include "genlm-engine.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GBytes *genlm_text_file_load      (const char    *path,
                                                    GCancellable  *cancellable,
                                                    GError       **error);
GENLM_ENGINE_API GBytes *genlm_text_file_skip_mark (GBytes        *text);

G_END_DECLS
