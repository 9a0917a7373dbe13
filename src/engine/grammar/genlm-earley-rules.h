#pragma once

/* A grammar as the parser reads it: what is left of a rule's body is a suffix,
 * and equal suffixes of all rules are one; every nonterminal knows what its
 * bodies can start with; terminals are expressions of one automaton over
 * bytes. Immutable but for the automaton, which grows as it is walked. */

#include "genlm-byte-dfa.h"
#include "genlm-grammar.h"

G_BEGIN_DECLS

/* Nothing is left. */
#define GENLM_EARLEY_END    (0u)
/* Nothing is left of the whole text. */
#define GENLM_EARLEY_FINISH (1u)

typedef struct
{
  guint32  symbol;
  guint32  rest;
  /* Whether the symbol, and whether all of the suffix may stand for nothing. */
  guint8   skippable;
  guint8   nullable;
} GenlmEarleySuffix;

typedef struct
{
  guint32                  n_nonterminals;
  /* Labels of the automaton are terminals, and behind them one for a run of
   * what is ignored. */
  guint32                  n_terminals;
  gboolean                 has_ignored;
  GenlmEarleySuffix       *suffixes;
  guint32                  n_suffixes;
  /* By nonterminal, and one more: the suffixes its bodies can start with when
   * what may be skipped is. */
  guint32                 *first_corner;
  guint32                 *corners;
  /* By nonterminal: nonterminals that start with each other have a number in
   * common, and it is above those of all others that these start with. */
  guint32                 *component;
  /* By component, and one more: its nonterminals; and by nonterminal, which
   * of them it is. */
  guint32                 *first_member;
  guint32                 *members;
  guint32                 *place;
  /* END if the language is empty. */
  guint32                  start;
  GenlmByteDfa            *dfa;
  /* By label. */
  GenlmByteExpr           *exprs;
} GenlmEarleyRules;

GenlmEarleyRules *genlm_earley_rules_new        (const GenlmGrammar       *grammar,
                                                 const GenlmEngineLimits  *limits,
                                                 GError                  **error);
void              genlm_earley_rules_free       (GenlmEarleyRules         *self);
GenlmByteSet     *genlm_earley_rules_find_after (GenlmEarleyRules         *self,
                                                 GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyRules, genlm_earley_rules_free)

G_END_DECLS
