#include <genlm.h>
#include <string.h>

#include "genlm-grammar-rules.h"

static GenlmGrammar *
read_rules (const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmGrammar *grammar = genlm_grammar_new_from_rules (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  return grammar;
}

static void
test_rules (void)
{
  g_autoptr (GenlmGrammar) grammar = read_rules ("# a comment\n"
                                                 "3: S → A B\n"
                                                 "\t 2.5e-1 : S->A B b:c é\r\n"
                                                 "\n"
                                                 ".5: A ->\n"
                                                 "0: A -> zero\n"
                                                 "1: B -> Unknown\n"
                                                 "1: B -> b:c");
  const GenlmGrammarProduction *productions;
  guint32 n;

  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (grammar), ==, 3);
  g_assert_cmpuint (genlm_grammar_get_n_terminals (grammar), ==, 2);
  g_assert_cmpuint (genlm_grammar_get_n_productions (grammar), ==, 4);
  g_assert_cmpuint (genlm_grammar_get_n_ignored (grammar), ==, 0);
  g_assert_cmpstr (genlm_grammar_peek_name (grammar, 0), ==, "S");
  productions = genlm_grammar_peek_productions (grammar, 0, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (productions[0].weight, ==, 3);
  g_assert_cmpuint (productions[0].n_symbols, ==, 2);
  g_assert_cmpfloat (productions[1].weight, ==, 0.25);
  g_assert_cmpuint (productions[1].n_symbols, ==, 4);
  g_assert_cmpstr (genlm_grammar_peek_name (grammar, productions[1].symbols[2]), ==, "\"b:c\"");
  productions = genlm_grammar_peek_productions (grammar, productions[1].symbols[0], &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].n_symbols, ==, 0);
  g_assert_cmpfloat (productions[0].weight, ==, 0.5);
}

static void
test_no_language (void)
{
  g_autoptr (GenlmGrammar) grammar = read_rules ("1: S -> S a\n1: T -> b");
  guint32 n;

  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (grammar), ==, 1);
  g_assert_cmpuint (genlm_grammar_get_n_terminals (grammar), ==, 0);
  genlm_grammar_peek_productions (grammar, 0, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text;
    const char *says[2];
  } cases[] = {
    { "", { "no rule for the start symbol" } },
    { "1: A -> b", { "no rule for the start symbol" } },
    { "1: S -> a\nS -> b", { "line 2, column 1", "no \":\"" } },
    { "one: S -> b", { "\"one\" is no number", "\n  one: S -> b\n  ^" } },
    { ": S -> b", { "is no number" } },
    { "1 2: S -> b", { "is no number" } },
    { "-1: S -> b", { "finite number of at least 0" } },
    { "inf: S -> b", { "finite number of at least 0" } },
    { "nan: S -> b", { "finite number of at least 0" } },
    { "1: s -> b", { "line 1, column 4", "capital letter" } },
    { "1: -> b", { "capital letter" } },
    { "1: S b", { "line 1, column 6", "expected \"->\"" } },
    { "1: S", { "expected \"->\"" } },
    { "1: S -> a -> b", { "line 1, column 11", "one arrow" } },
    { "1: S -> \xff", { "not valid UTF-8" } },
  };
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
        genlm_grammar_new_from_rules (cases[i].text, strlen (cases[i].text), NULL, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
      g_test_message ("%s", error->message);
      for (j = 0; j < G_N_ELEMENTS (cases[i].says) && cases[i].says[j] != NULL; j++)
        g_assert_nonnull (strstr (error->message, cases[i].says[j]));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/grammar-rules/rules", test_rules);
  g_test_add_func ("/engine/grammar-rules/no-language", test_no_language);
  g_test_add_func ("/engine/grammar-rules/refusals", test_refusals);
  return g_test_run ();
}
