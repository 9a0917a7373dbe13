#pragma once

/* What the elements of grammars have in common: the grammar is a text or a
 * file, in the syntax of Lark or as weighted rules. */

#include "genlm-byte-potential.h"
#include "genlm-grammar.h"

G_BEGIN_DECLS

#define GENLM_TYPE_GRAMMAR_POTENTIAL (genlm_grammar_potential_get_type ())

G_DECLARE_DERIVABLE_TYPE (GenlmGrammarPotential, genlm_grammar_potential, GENLM, GRAMMAR_POTENTIAL,
                          GenlmBytePotential)

struct _GenlmGrammarPotentialClass
{
  GenlmBytePotentialClass   parent_class;

  /* Whether classes of characters range over few characters, as weights are
   * shared out among them. */
  gboolean                  is_weighted;
  GenlmByteMachine       *(*make_machine) (const GenlmGrammar       *grammar,
                                           const GenlmEngineLimits  *limits,
                                           GError                  **error);
};

G_END_DECLS
