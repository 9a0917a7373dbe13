#pragma once

/* The total weight of all derivations of each nonterminal: the least solution
 * of one polynomial equation a nonterminal. Calculated in about 32 digits,
 * since half of them are lost where a grammar is critical. */

#include "genlm-budget.h"

G_BEGIN_DECLS

/* The sum of two doubles times a power of two: totals of grammars whose weights
 * are small may be smaller than any double. */
typedef struct
{
  double high;
  double low;
  int    exponent;
} GenlmWeightedTotal;

/* weight × 2^exponent times the totals of the variables; what has no variables
 * is the weight alone. */
typedef struct
{
  guint32 head;
  guint32 first; /* in the list of variables */
  guint32 n_variables;
  double  weight;
  int     exponent;
} GenlmWeightedTerm;

/* By variable: the name, for messages. */
typedef const char *(*GenlmWeightedNameFunc) (guint32  variable,
                                              gpointer user_data);

GENLM_ENGINE_API GenlmWeightedTotal *genlm_weighted_totals_solve (guint32                  n_variables,
                                                                  const GenlmWeightedTerm *terms,
                                                                  guint32                  n_terms,
                                                                  const guint32           *variables,
                                                                  GenlmBudget             *budget,
                                                                  GenlmWeightedNameFunc    name,
                                                                  gpointer                 user_data,
                                                                  GError                 **error);

G_END_DECLS
