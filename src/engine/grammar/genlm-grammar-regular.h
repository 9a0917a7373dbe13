#pragma once

/* Rules whose language is regular, and which repeat something, become terminals:
 * an automaton reads them as fast as it reads a pattern, whichever way they are
 * written. */

#include "genlm-grammar.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmGrammar *genlm_grammar_join_regular (const GenlmGrammar       *grammar,
                                                           const GenlmEngineLimits  *limits,
                                                           GError                  **error);

G_END_DECLS
