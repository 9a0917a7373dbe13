#include <genlm.h>
#include <string.h>

#include "genlm-grammar.h"
#include "genlm-regex-parser.h"

static guint32
add_pattern (GenlmGrammar *grammar,
             const char   *name,
             const char   *pattern)
{
  g_autoptr (GError) error = NULL;
  GenlmRegexTree *tree = genlm_regex_parse (pattern, strlen (pattern), NULL, &error);

  g_assert_no_error (error);
  return genlm_grammar_add_terminal (grammar, name, tree);
}

static void
finish (GenlmGrammar *grammar)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_grammar_finish (grammar, &error));
  g_assert_no_error (error);
}

/* start: unused? x | loop | x     x: "a"     loop: "b" loop     lost: "c" */
static void
test_trim (void)
{
  g_autoptr (GenlmGrammar) grammar = genlm_grammar_new ();
  guint32 lost = genlm_grammar_add_nonterminal (grammar, "lost");
  guint32 x = genlm_grammar_add_nonterminal (grammar, "x");
  guint32 start = genlm_grammar_add_nonterminal (grammar, "start");
  guint32 loop = genlm_grammar_add_nonterminal (grammar, "loop");
  guint32 c = genlm_grammar_add_literal (grammar, "c");
  guint32 b = genlm_grammar_add_literal (grammar, "b");
  guint32 a = genlm_grammar_add_literal (grammar, "a\n");
  const guint32 looping[] = { b, loop };
  const GenlmGrammarProduction *productions;
  guint32 n;

  g_assert_cmpuint (genlm_grammar_add_literal (grammar, "a\n"), ==, a);
  genlm_grammar_add_production (grammar, lost, &c, 1, 1);
  genlm_grammar_add_production (grammar, start, &x, 1, 0.25);
  genlm_grammar_add_production (grammar, x, &a, 1, 1);
  genlm_grammar_add_production (grammar, start, &loop, 1, 0.5);
  genlm_grammar_add_production (grammar, loop, looping, 2, 1);
  genlm_grammar_add_production (grammar, start, &x, 1, 0.125);
  genlm_grammar_add_production (grammar, start, NULL, 0, 0);
  genlm_grammar_set_start (grammar, start);
  finish (grammar);

  g_assert_cmpuint (genlm_grammar_get_start (grammar), ==, 0);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (grammar), ==, 2);
  g_assert_cmpuint (genlm_grammar_get_n_terminals (grammar), ==, 1);
  g_assert_cmpuint (genlm_grammar_get_n_productions (grammar), ==, 2);
  g_assert_cmpstr (genlm_grammar_peek_name (grammar, 0), ==, "start");
  g_assert_cmpstr (genlm_grammar_peek_name (grammar, 1), ==, "x");
  g_assert_cmpstr (genlm_grammar_peek_name (grammar, GENLM_GRAMMAR_TERMINAL), ==, "\"a\\n\"");
  productions = genlm_grammar_peek_productions (grammar, 0, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].head, ==, 0);
  g_assert_cmpuint (productions[0].n_symbols, ==, 1);
  g_assert_cmpuint (productions[0].symbols[0], ==, 1);
  g_assert_cmpfloat (productions[0].weight, ==, 0.375);
  productions = genlm_grammar_peek_productions (grammar, 1, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].symbols[0], ==, GENLM_GRAMMAR_TERMINAL);
}

static void
test_empty_language (void)
{
  g_autoptr (GenlmGrammar) grammar = genlm_grammar_new ();
  guint32 other = genlm_grammar_add_nonterminal (grammar, "other");
  guint32 start = genlm_grammar_add_nonterminal (grammar, "start");
  guint32 nothing = add_pattern (grammar, "NOTHING", "a(?=b)");
  guint32 none = add_pattern (grammar, "NONE", "x[^\\s\\S]");
  guint32 space = add_pattern (grammar, "SPACE", "[^\\s\\S]");
  guint32 n;

  genlm_grammar_add_production (grammar, start, &other, 1, 1);
  genlm_grammar_add_production (grammar, other, &nothing, 1, 1);
  genlm_grammar_add_production (grammar, other, &none, 1, 1);
  genlm_grammar_ignore (grammar, space);
  genlm_grammar_set_start (grammar, start);
  finish (grammar);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (grammar), ==, 1);
  g_assert_cmpuint (genlm_grammar_get_n_terminals (grammar), ==, 0);
  g_assert_cmpuint (genlm_grammar_get_n_ignored (grammar), ==, 0);
  genlm_grammar_peek_productions (grammar, 0, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_nullable (void)
{
  static const struct
  {
    const char *pattern;
    gboolean    nullable;
  } cases[] = {
    { "", TRUE },       { "a", FALSE },      { "a*", TRUE },      { "a|", TRUE },
    { "(a*)+", TRUE },  { "a*b", FALSE },    { "a?b*", TRUE },    { "(a|b?){3}", TRUE },
    { "(?!a)", TRUE },  { "(?=a*)", TRUE },  { "[^a]?", TRUE },   { "(a|b){2,}", FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmGrammar) grammar = genlm_grammar_new ();
      guint32 terminal = add_pattern (grammar, "T", cases[i].pattern);

      g_test_message ("%s", cases[i].pattern);
      genlm_grammar_add_nonterminal (grammar, "start");
      genlm_grammar_add_production (grammar, 0, &terminal, 1, 1);
      finish (grammar);
      g_assert_cmpint (genlm_grammar_peek_terminal (grammar, 0)->nullable, ==, cases[i].nullable);
    }
}

static GenlmGrammar *
make_spaced (GenlmGrammarIgnore style)
{
  GenlmGrammar *grammar = genlm_grammar_new ();
  guint32 start = genlm_grammar_add_nonterminal (grammar, "start");
  guint32 a = genlm_grammar_add_literal (grammar, "a");
  guint32 space = add_pattern (grammar, "SPACE", " +");
  guint32 comment = add_pattern (grammar, "COMMENT", "#[^#]*#");
  const guint32 body[] = { a, comment };

  genlm_grammar_add_production (grammar, start, body, 2, 0.5);
  genlm_grammar_ignore (grammar, space);
  genlm_grammar_ignore (grammar, comment);
  genlm_grammar_set_ignore_style (grammar, style);
  finish (grammar);
  return grammar;
}

static void
test_expand_repeated (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = make_spaced (GENLM_GRAMMAR_IGNORE_REPEATED);
  g_autoptr (GenlmGrammar) expanded = genlm_grammar_expand_ignored (grammar, &error);
  const GenlmGrammarProduction *productions;
  guint32 n;

  g_assert_no_error (error);
  g_assert_cmpuint (genlm_grammar_get_n_ignored (grammar), ==, 2);
  g_assert_cmpuint (genlm_grammar_get_n_ignored (expanded), ==, 0);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (expanded), ==, 3);
  productions = genlm_grammar_peek_productions (expanded, 0, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].n_symbols, ==, 2);
  g_assert_cmpstr (genlm_grammar_peek_name (expanded, productions[0].symbols[1]), ==,
                   "ignored text");
  productions = genlm_grammar_peek_productions (expanded, productions[0].symbols[0], &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].n_symbols, ==, 4);
  g_assert_cmpfloat (productions[0].weight, ==, 0.5);
  productions = genlm_grammar_peek_productions (expanded, productions[0].symbols[0], &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (productions[0].n_symbols, ==, 0);
  g_assert_cmpuint (productions[1].n_symbols, ==, 2);
  g_assert_cmpfloat (productions[1].weight, ==, 1.0 / 3);
}

static void
test_expand_single (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = make_spaced (GENLM_GRAMMAR_IGNORE_SINGLE);
  g_autoptr (GenlmGrammar) expanded = genlm_grammar_expand_ignored (grammar, &error);
  const GenlmGrammarProduction *productions;
  guint32 n;

  g_assert_no_error (error);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (expanded), ==, 2);
  productions = genlm_grammar_peek_productions (expanded, 0, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (productions[0].n_symbols, ==, 3);
  productions = genlm_grammar_peek_productions (expanded, productions[0].symbols[0], &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (productions[2].n_symbols, ==, 1);
  g_assert_cmpfloat (productions[2].weight, ==, 1);
}

static void
test_expand_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = genlm_grammar_new ();
  g_autoptr (GenlmGrammar) expanded = NULL;
  guint32 a = genlm_grammar_add_literal (grammar, "a");

  genlm_grammar_add_nonterminal (grammar, "start");
  genlm_grammar_add_production (grammar, 0, &a, 1, 1);
  finish (grammar);
  expanded = genlm_grammar_expand_ignored (grammar, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_grammar_get_n_nonterminals (expanded), ==, 1);
  g_assert_cmpuint (genlm_grammar_get_n_productions (expanded), ==, 1);
}

static void
test_refusals (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) nullable = genlm_grammar_new ();
  g_autoptr (GenlmGrammar) large = genlm_grammar_new ();
  g_autofree guint32 *body = g_new0 (guint32, GENLM_GRAMMAR_MAX_SIZE);

  genlm_grammar_add_nonterminal (nullable, "start");
  genlm_grammar_ignore (nullable, add_pattern (nullable, "SPACE", " *"));
  genlm_grammar_add_production (nullable, 0, NULL, 0, 1);
  g_assert_false (genlm_grammar_finish (nullable, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "SPACE"));
  g_clear_error (&error);

  genlm_grammar_add_nonterminal (large, "start");
  genlm_grammar_add_production (large, 0, body, GENLM_GRAMMAR_MAX_SIZE, 1);
  genlm_grammar_add_production (large, 0, body, 1, 1);
  g_assert_false (genlm_grammar_finish (large, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/grammar/trim", test_trim);
  g_test_add_func ("/engine/grammar/empty-language", test_empty_language);
  g_test_add_func ("/engine/grammar/nullable", test_nullable);
  g_test_add_func ("/engine/grammar/expand/repeated", test_expand_repeated);
  g_test_add_func ("/engine/grammar/expand/single", test_expand_single);
  g_test_add_func ("/engine/grammar/expand/nothing", test_expand_nothing);
  g_test_add_func ("/engine/grammar/refusals", test_refusals);
  return g_test_run ();
}
