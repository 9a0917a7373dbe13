#pragma once

/* A grammar with its weights made proper: from every symbol the weights of all
 * derivations add up to one, so that what is still to come need not be summed.
 * The weight of a text is that in the proper grammar times one total.
 *
 * Symbols are numbered in one row: nonterminals, then terminals. From here on a
 * symbol stands for its texts that are not empty, and a body is read from a
 * place on, which is a suffix of it; suffixes that are equal are one, whatever
 * rule they come from. */

#include "genlm-grammar.h"
#include "genlm-wcfg-lexer.h"
#include "genlm-weighted-inverse.h"

G_BEGIN_DECLS

typedef struct _GenlmWeightedGrammar GenlmWeightedGrammar;

/* The suffix without symbols. */
#define GENLM_WEIGHTED_END (0u)

typedef struct
{
  guint32   symbol;
  guint32   rest;  /* the suffix behind the symbol */
  GenlmWide fill;  /* that the symbol is not empty */
  GenlmWide skip;  /* that it is */
  GenlmWide empty; /* that all of the suffix is empty */
  GenlmWide more;  /* that it is not */
} GenlmWeightedSuffix;

/* A rule of @head begins with @symbol, which is not empty, and goes on with
 * @rest. The weights of a head add up to one. */
typedef struct
{
  guint32   head;
  guint32   symbol;
  guint32   rest;
  GenlmWide weight;
} GenlmWeightedArc;

struct _GenlmWeightedGrammar
{
  guint32               n_nonterminals;
  guint32               n_terminals;
  /* Of all texts; -INFINITY where there is none. */
  double                log_total;
  /* The start symbol and nothing behind it. */
  guint32               start;
  guint32               n_suffixes;
  GenlmWeightedSuffix  *suffixes;
  /* By head, and by symbol. */
  guint32              *head_starts;
  GenlmWeightedArc     *arcs_of_head;
  guint32              *symbol_starts;
  GenlmWeightedArc     *arcs_at_symbol;
  /* By nonterminal: how often each nonterminal begins what begins it, itself
   * included. */
  GenlmWeightedInverse *corners;
  /* By nonterminal: what it alone is a whole one of, itself included. What is
   * short is written down, and the row of anything else is empty. */
  GenlmWeightedInverse *chains;
  GenlmWeightedMatrix  *short_chains;
  /* By terminal: the bytes that what comes behind it may begin with. */
  GenlmByteSet         *follow;
};

GENLM_ENGINE_API GenlmWeightedGrammar *genlm_weighted_grammar_new        (const GenlmGrammar         *grammar,
                                                                          const GenlmWcfgLexer       *lexer,
                                                                          GenlmBudget                *budget,
                                                                          GError                    **error);
GENLM_ENGINE_API void                  genlm_weighted_grammar_free       (GenlmWeightedGrammar       *self);
GENLM_ENGINE_API guint64               genlm_weighted_grammar_get_memory (const GenlmWeightedGrammar *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightedGrammar, genlm_weighted_grammar_free)

G_END_DECLS
