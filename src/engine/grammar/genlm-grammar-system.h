#pragma once

/* Languages that are regular expressions of each other: each is a union of rests,
 * and of factors with another one behind them, or before them if all are so. */

#include "genlm-grammar-parts.h"

G_BEGIN_DECLS

typedef struct _GenlmGrammarSystem GenlmGrammarSystem;

GenlmGrammarSystem *genlm_grammar_system_new        (GenlmGrammarParts        *parts,
                                                     guint                     size,
                                                     gboolean                  before);
void                genlm_grammar_system_free       (GenlmGrammarSystem       *self);
void                genlm_grammar_system_add_factor (GenlmGrammarSystem       *self,
                                                     guint                     of,
                                                     guint                     other,
                                                     GenlmGrammarPart          factor);
void                genlm_grammar_system_add_rest   (GenlmGrammarSystem       *self,
                                                     guint                     of,
                                                     GenlmGrammarPart          rest);
GenlmGrammarPart    genlm_grammar_system_solve      (const GenlmGrammarSystem *self,
                                                     guint                     wanted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmGrammarSystem, genlm_grammar_system_free)

G_END_DECLS
