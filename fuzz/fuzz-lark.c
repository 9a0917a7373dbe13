/* Any bytes are either a grammar or an error that can be shown, as Lark and as
 * weighted rules. What is read is finished: symbols that exist, productions in
 * their places, nothing that derives nothing, and weights that are numbers. */
#include "fuzz.h"

#include "genlm-grammar-rules.h"
#include "genlm-lark-reader.h"
#include "genlm-potential.h"

#include <math.h>
#include <string.h>

#define SEED(text) { text, sizeof (text) - 1 }

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED ("start: A B | A B B -> x // two\nA: \"a\"i\nB.2: /b[^\\n]*(?=c)c/s\n%ignore / +/\n"),
  SEED ("?start: [\"-\"] (\"0\" | N D*)\n     | N~2..3\nN: \"1\"..\"9\"\nD: N | \"\\x30\"\n"
        "%declare X\n%ignore D\n"),
  SEED ("start: sep{item, \",\"}\nsep{x, s}: x (s x)*\n!item: t{sep, \"a\"}\nt{f, x}: f{x, x}\n"),
  SEED ("%import common.INT -> N\n%import common (WS, CNAME)\nstart: CNAME \"=\" N \\\n ~2..40\n"
        "%extend N: \"inf\"\n%override WS: / [ ]/x\n%ignore WS\n"),
  SEED ("start: 0.7: a b | 0.3: c* [d]\na: (.5: \"x\" | 1e-1: \"y\")+\nb: a~0..100000\nc: d?\n"
        "d: c | \"\303\251\\u00e9\" |\n"),
  SEED ("3: S \342\206\222 A B\n0.5 : A -> a A b\n.1: A->\n# no rule\n1: B -> \303\251\n"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static void
check_symbol (const GenlmGrammar *grammar,
              guint32             symbol)
{
  if (GENLM_GRAMMAR_IS_TERMINAL (symbol))
    g_assert (GENLM_GRAMMAR_TERMINAL_INDEX (symbol) < genlm_grammar_get_n_terminals (grammar));
  else
    g_assert (symbol < genlm_grammar_get_n_nonterminals (grammar));
  g_assert (g_utf8_validate (genlm_grammar_peek_name (grammar, symbol), -1, NULL));
}

static void
check_head (const GenlmGrammar *grammar,
            guint32             head)
{
  guint32 n;
  const GenlmGrammarProduction *productions = genlm_grammar_peek_productions (grammar, head, &n);
  guint32 i;
  guint32 j;

  g_assert (n > 0 || head == genlm_grammar_get_start (grammar));
  for (i = 0; i < n; i++)
    {
      g_assert (productions[i].head == head);
      g_assert (productions[i].weight > 0 && isfinite (productions[i].weight));
      for (j = 0; j < productions[i].n_symbols; j++)
        check_symbol (grammar, productions[i].symbols[j]);
    }
}

static void
check_grammar (const GenlmGrammar *grammar)
{
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_nonterminals (grammar); i++)
    check_head (grammar, i);
  for (i = 0; i < genlm_grammar_get_n_terminals (grammar); i++)
    check_symbol (grammar, GENLM_GRAMMAR_TERMINAL | i);
}

static void
check_result (GenlmGrammar *grammar,
              const GError *error)
{
  g_autoptr (GError) other = NULL;
  g_autoptr (GenlmGrammar) expanded = NULL;

  if (grammar == NULL)
    {
      g_assert (error != NULL);
      g_assert (error->domain == GENLM_POTENTIAL_ERROR);
      g_assert (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  check_grammar (grammar);
  expanded = genlm_grammar_expand_ignored (grammar, &other);
  g_assert (expanded != NULL);
  g_assert (genlm_grammar_get_n_ignored (expanded) == 0);
  check_grammar (expanded);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const GenlmLarkOptions options = { .charset = size % 2 == 0 ? NULL : "ab\n",
                                     .ignore = size % 3 == 0 ? GENLM_GRAMMAR_IGNORE_SINGLE
                                                             : GENLM_GRAMMAR_IGNORE_REPEATED };
  g_autoptr (GError) lark_error = NULL;
  g_autoptr (GError) rules_error = NULL;
  g_autoptr (GenlmGrammar) lark = NULL;
  g_autoptr (GenlmGrammar) rules = NULL;

  lark = genlm_grammar_new_from_lark ((const char *) data, size, &options, &lark_error);
  check_result (lark, lark_error);
  rules = genlm_grammar_new_from_rules ((const char *) data, size, NULL, &rules_error);
  check_result (rules, rules_error);
  return 0;
}
