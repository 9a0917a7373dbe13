#pragma once

/* Sets of tokens as bits, beside what the base library does with them. */

#include "genlm-engine.h"

G_BEGIN_DECLS

GENLM_ENGINE_API gsize genlm_bits_count (const guint64 *words,
                                         gsize          n_words);

G_END_DECLS
