#pragma once

/* Regular expressions over the terminals of a grammar, each kept once and named
 * by a number, and what they are as one expression over characters, where ignored
 * text may stand between terminals.
 *
 * Makers never fail: what grows too large is GENLM_GRAMMAR_PART_NONE, and so is
 * all that is made of it. */

#include "genlm-grammar.h"

G_BEGIN_DECLS

typedef struct _GenlmGrammarParts GenlmGrammarParts;

typedef guint32 GenlmGrammarPart;

#define GENLM_GRAMMAR_PART_EMPTY ((GenlmGrammarPart) 0)
#define GENLM_GRAMMAR_PART_NONE  (G_MAXUINT32)

GenlmGrammarParts *genlm_grammar_parts_new           (const GenlmGrammar      *grammar);
void               genlm_grammar_parts_free          (GenlmGrammarParts       *self);
GenlmGrammarPart   genlm_grammar_parts_make_terminal (GenlmGrammarParts       *self,
                                                      guint32                  terminal);
GenlmGrammarPart   genlm_grammar_parts_make_sequence (GenlmGrammarParts       *self,
                                                      const GenlmGrammarPart  *members,
                                                      guint32                  n_members);
GenlmGrammarPart   genlm_grammar_parts_make_union    (GenlmGrammarParts       *self,
                                                      const GenlmGrammarPart  *members,
                                                      guint32                  n_members);
GenlmGrammarPart   genlm_grammar_parts_make_repeat   (GenlmGrammarParts       *self,
                                                      GenlmGrammarPart         part);
gboolean           genlm_grammar_parts_is_nullable   (const GenlmGrammarParts *self,
                                                      GenlmGrammarPart         part);
gboolean           genlm_grammar_parts_is_endless    (const GenlmGrammarParts *self,
                                                      GenlmGrammarPart         part);
GenlmRegexTree    *genlm_grammar_parts_make_tree     (GenlmGrammarParts       *self,
                                                      GenlmGrammarPart         part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmGrammarParts, genlm_grammar_parts_free)

G_END_DECLS
