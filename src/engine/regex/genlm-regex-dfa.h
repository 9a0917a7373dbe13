#pragma once

/* The automaton of one pattern. */

#include "genlm-byte-dfa.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmByteDfa *genlm_regex_dfa_new (const char               *pattern,
                                                    gsize                     length,
                                                    const char               *charset,
                                                    const GenlmEngineLimits  *limits,
                                                    GError                  **error);

G_END_DECLS
