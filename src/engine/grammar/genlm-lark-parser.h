#pragma once

/* Reads the language that Lark grammars are written in, with one addition: a
 * number and ":" before an alternative give it a weight. No Lark grammar has a
 * number there, so none changes its meaning. */

#include "genlm-lark-document.h"

G_BEGIN_DECLS

GenlmLarkDocument *genlm_lark_parse (const GenlmGrammarSource  *source,
                                     GError                   **error);

G_END_DECLS
