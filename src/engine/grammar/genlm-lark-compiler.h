#pragma once

/* Turns the rules of a Lark grammar into productions: groups, repeats and
 * templates become nonterminals. */

#include "genlm-grammar.h"
#include "genlm-lark-terminals.h"

G_BEGIN_DECLS

gboolean genlm_lark_compile (GenlmLarkDefinitions  *definitions,
                             GenlmLarkTerminals    *terminals,
                             const char            *start,
                             const char            *charset,
                             GenlmGrammar          *grammar,
                             GError               **error);

G_END_DECLS
