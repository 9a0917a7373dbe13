#pragma once

/* Reads a grammar as weighted rules, one a line, over texts:
 *
 *   0.7 : S -> a S b
 *   0.3 : S ->
 *
 * A symbol is a nonterminal if it starts with a capital letter, and else the
 * text itself; S is the start symbol. */

#include "genlm-grammar.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmGrammar *genlm_grammar_new_from_rules (const char  *text,
                                                             gsize        length,
                                                             const char  *name,
                                                             GError     **error);

G_END_DECLS
