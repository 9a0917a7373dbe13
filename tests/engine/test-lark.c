#include <genlm.h>
#include <string.h>

#include "genlm-lark-reader.h"
#include "grammar-chart.h"

static GenlmGrammar *
read_grammar (const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmGrammar *grammar = genlm_grammar_new_from_lark (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  return grammar;
}

/* --- Languages ---------------------------------------------------------- */

typedef struct
{
  const char *grammar;
  const char *right[8];
  const char *wrong[8];
} Language;

static void
check_language (const Language *language,
                GenlmGrammar   *grammar)
{
  guint i;

  g_test_message ("%s", language->grammar);
  for (i = 0; language->right[i] != NULL; i++)
    {
      g_test_message ("right: \"%s\"", language->right[i]);
      g_assert_cmpfloat (grammar_chart_weigh (grammar, language->right[i]), >, 0);
    }
  for (i = 0; language->wrong[i] != NULL; i++)
    {
      g_test_message ("wrong: \"%s\"", language->wrong[i]);
      g_assert_cmpfloat (grammar_chart_weigh (grammar, language->wrong[i]), ==, 0);
    }
}

static void
test_languages (void)
{
  static const Language languages[] = {
    { "start: A B | A B B\nA: \"a\"\nB: \"b\"", { "ab", "abb" }, { "", "a", "abbb", "b" } },
    { "start: \"SELECT\"i", { "select", "SELECT", "sElEcT" }, { "selec", "selects" } },
    { "start: \"a\"~2..3", { "aa", "aaa" }, { "", "a", "aaaa" } },
    { "start: \"a\"~3", { "aaa" }, { "", "aa", "aaaa" } },
    { "start: \"a\"~0 \"b\"", { "b" }, { "ab" } },
    { "start: x and x\nx: \"b\" | \"a\"\nand: \" AND \"",
      { "b AND b", "b AND a", "a AND b", "a AND a" },
      { "a AND ", " AND " } },
    { "start: /a+/ /ab/", { "aab", "aaab" }, { "ab", "aa" } },
    { "start: [\"-\"] (\"0\" | N D*) // number\nN: \"1\"..\"9\"\nD: N | \"0\"",
      { "0", "-0", "10", "-907" },
      { "", "-", "00", "01" } },
    { "?start: (a | b)+ -> x\n!a: \"a\" -> y\n  | \"c\"\n\n_b: \"b\"\nb: _b?",
      { "", "a", "c", "abca" },
      { "d" } },
    { "start: sep{item, \",\"}\nsep{x, s}: x (s x)*\nitem: /[0-9]/",
      { "1", "1,2", "1,2,3" },
      { "", ",", "1,", "12" } },
    { "start: twice{pair, \"x\"}\ntwice{f, x}: f{x} f{x}\npair{x}: x \"-\" x",
      { "x-xx-x" },
      { "x-x", "xx" } },
    { "start: list{list{\"a\"}}\nlist{x}: \"[\" x* \"]\"", { "[]", "[[]]", "[[aa][a]]" }, { "[a]" } },
    { "%import common.INT -> N\n%import common (WS, CNAME)\nstart: CNAME \"=\" N\n%ignore WS",
      { "a=1", " a1 = \n 23 ", "_x  =\t0" },
      { "1=a", "a=", "a b=1" } },
    { "%import common.ESCAPED_STRING\nstart: ESCAPED_STRING",
      { "\"\"", "\"a\\\"b\"", "\"\\\\\"" },
      { "\"", "\"a\"b\"", "\"\n\"", "\"\\\"" } },
    { "%import common.C_COMMENT -> C\nstart: C",
      { "/**/", "/* a * b **/", "/***/" },
      { "/*/", "/* */ */", "/* *" } },
    { "%import common.SIGNED_NUMBER -> N\nstart: N",
      { "1", "-1.", "+.5e3", "1e5", "1.5E-7" },
      { "", ".", "e5", "1e" } },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (languages[i].grammar);

      check_language (&languages[i], grammar);
    }
}

static void
test_statements (void)
{
  static const Language languages[] = {
    { "start: \"a\"\n%extend start: \"b\" x | \"c\"\nx: \"y\"\n%override x: \"d\"",
      { "a", "bd", "c" },
      { "by", "b" } },
    { "A: \"a\"\n%extend A: \"b\"\nstart: A A", { "aa", "ab", "bb" }, { "a" } },
    { "%import common.INT\n%extend INT: \"inf\"\nstart: INT", { "1", "inf" }, { "in", "1inf" } },
    { "%import common.INT\n%override INT: \"inf\"\nstart: INT", { "inf" }, { "1" } },
    { "start.2: A B\nA.-1: \"a\"\nB.10: \"b\"", { "ab" }, { "a" } },
    { "%declare X y\nstart: \"a\"", { "a" }, { "" } },
    { "start:\n     | \"a\" start // left\n\n  // nothing\n", { "", "a", "aa" }, { "b" } },
    { "start: \"a\" \\\n  \"b\"\r\n\r\n  | \"c\"\r\n", { "ab", "c" }, { "a", "b" } },
    { "start: aB\na: \"a\"\nB: \"b\"", { "ab" }, { "a" } },
    { "start: a?b*c+\na:\"a\"\nb:\"b\"\nc:\"c\"", { "c", "abbcc" }, { "a", "ab" } },
    { "start: ((((\"a\"))))", { "a" }, { "" } },
    { "start: ([\"a\"])* \"b\"", { "b", "aab" }, { "", "a" } },
    { "start: x | \"b\"\nx: start \"a\"", { "b", "ba", "baa" }, { "a", "ab" } },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (languages[i].grammar);

      check_language (&languages[i], grammar);
    }
}

static void
test_literals (void)
{
  static const Language languages[] = {
    { "start: \"\\\"\\\\\\n\\t\\x41\\u00e9\\U0001F600\"", { "\"\\\n\tA\303\251\360\237\230\200" }, { "a" } },
    { "start: \"\\d\\/\\\\n\"", { "\\d\\/\\n" }, { "1/\n" } },
    { "start: \".*[a]\"", { ".*[a]" }, { "a", "xx[a]" } },
    { "start: \"a-z\"i \"..\" \"\\x00\"..\"\\x1f\"", { "A-Z..\n", "a-z..\t" }, { "b..\n" } },
    { "start: \"\303\240\"..\"\303\250\"", { "\303\241", "\303\250" }, { "\303\251", "a" } },
    { "start: \"]\"..\"^\"", { "]", "^" }, { "\\", "_" } },
    { "start: /a.b/s /c.d/", { "a\nbcxd" }, { "axbc\nd" } },
    { "start: /a b # c\n [ #] \\ \\n/x", { "ab# \n", "ab  \n" }, { "a b  \n" } },
    { "start: /[\\/a]+\\/\\U00000041/i", { "/a/a", "A//A" }, { "/a" } },
    { "start: /^ab$|c/", { "ab", "c" }, { "^ab$" } },
    { "start: /a|b/ /c|d/i", { "ac", "bD" }, { "a", "abcd" } },
    { "A: /a|b/ /c|d/i \"e\"i | \"f\"\nstart: A", { "ace", "bDE", "f" }, { "ac", "Bce", "F", "acf" } },
    { "A: (B | \"x\")~2 C?\nB: \"ab\"+\nC: [\"c\"] \"d\"\nstart: A",
      { "xx", "ababx", "xabcd", "xxd" },
      { "x", "xxc" } },
    { "start: /a/u /\\w+/m", { "ab", "a_" }, { "a" } },
    { "start: A \"x\"\nA: /y?/", { "x", "yx" }, { "y" } },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (languages[i].grammar);

      check_language (&languages[i], grammar);
    }
}

static void
test_ignore (void)
{
  static const Language languages[] = {
    { "start: A B\nA: \"a\"\nB: \"b\"\n%ignore \" \"",
      { "ab", "a b", " ab", "a  b", "ab ", "  a   b  " },
      { "", " ", "a" } },
    { "start: A (C A)*\nA: \"a\"\nC: \"#\" /[^#]*/ \"#\"\n%ignore \" \" | \"\\n\"\n%ignore C",
      { "a", "a #x# a", "#y# a##a", "a \n" },
      { "a a" } },
    { "start: [A]\nA: \"a\"\n%ignore \"-\"+", { "", "-", "--a-" }, { "aa" } },
  };
  static const Language single[] = {
    { "start: A B\nA: \"a\"\nB: \"b\"\n%ignore \" \"",
      { "ab", "a b", " ab" },
      { "a  b", "ab ", " a b ", "" } },
    { "start: A W B\nA: \"a\"\nB: \"b\"\nW: \" \"\n%ignore W",
      { "a b", " a  b" },
      { "a   b", "ab" } },
    { "start: A W B\nA: \"a\"\nB: \"b\"\nW: / /\n%ignore \"\\x20\"",
      { "a b", " a  b" },
      { "a   b", "ab" } },
  };
  GenlmLarkOptions options = { .ignore = GENLM_GRAMMAR_IGNORE_SINGLE };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (languages[i].grammar);

      check_language (&languages[i], grammar);
    }
  for (i = 0; i < G_N_ELEMENTS (single); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmGrammar) grammar = genlm_grammar_new_from_lark (
        single[i].grammar, strlen (single[i].grammar), &options, &error);

      g_assert_no_error (error);
      check_language (&single[i], grammar);
    }
}

static void
test_options (void)
{
  static const Language named = { "any: /[^a]/ \"\303\251\"",
                                  { "b\303\251" },
                                  { "\303\251\303\251", "\n\303\251", "a\303\251" } };
  static const Language joined = { "any: X\nX: /[^a]/ \"\303\251\"",
                                   { "b\303\251", "\303\251\303\251" },
                                   { "\303\250\303\251", "a\303\251" } };
  const GenlmLarkOptions options = { .start = "any", .charset = "abc" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) one =
    genlm_grammar_new_from_lark (named.grammar, strlen (named.grammar), &options, &error);
  g_autoptr (GenlmGrammar) other = NULL;

  g_assert_no_error (error);
  check_language (&named, one);
  other = genlm_grammar_new_from_lark (joined.grammar, strlen (joined.grammar), &options, &error);
  g_assert_no_error (error);
  check_language (&joined, other);
}

/* --- Weights ------------------------------------------------------------ */

static void
test_weights (void)
{
  static const struct
  {
    const char *grammar;
    const char *text;
    double      weight;
  } cases[] = {
    { "start: \"a\" | \"b\" | \"c\" \"d\"", "cd", 1.0 / 3 },
    /* As many alternatives as there are when the groups are multiplied out. */
    { "start: \"a\" | \"b\" [\"c\"]", "a", 1.0 / 3 },
    { "start: \"a\" | \"b\" [\"c\"]", "bc", 1.0 / 3 },
    { "start: \"x\" | (\"a\" | \"b\") (\"c\" | \"d\")", "x", 1.0 / 5 },
    { "start: \"x\" | (\"a\" | \"b\") (\"c\" | \"d\")", "bd", 1.0 / 5 },
    { "start: \"x\" | y\ny: \"a\" | \"b\"", "x", 1.0 / 2 },
    { "start: \"x\" | y\ny: \"a\" | \"b\"", "b", 1.0 / 4 },
    { "start: \"a\"*", "", 1.0 / 2 },
    { "start: \"a\"*", "aa", 1.0 / 8 },
    { "start: \"a\"* | \"b\"", "", 1.0 / 3 },
    { "start: \"a\"* | \"b\"", "b", 1.0 / 3 },
    { "start: \"a\"* | \"b\"", "aa", 1.0 / 12 },
    { "start: (\"a\" | \"b\")+", "ab", 1.0 / 16 },
    { "start: \"a\"~2..4", "aaa", 1.0 / 3 },
    { "start: (\"a\" | \"b\")~1..2 | \"c\"", "ab", 1.0 / 7 },
    { "start: (\"a\" | \"b\")~1..2 | \"c\"", "b", 1.0 / 7 },
    { "start: \"a\"~0..30", "", 1.0 / 31 },
    { "start: \"a\"~0..30", "aaaaaaa", 1.0 / 31 },
    { "start: \"a\"~0..30", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1.0 / 31 },
    { "start: \"a\"~0..37", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1.0 / 38 },
    { "start: \"a\"~18..19", "aaaaaaaaaaaaaaaaaaa", 1.0 / 2 },
    /* Weights of the user's are taken as they are. */
    { "start: 0.7: \"a\" | 0.2: \"b\" \"c\"\n  | .1: ", "bc", 0.2 },
    { "start: 0.7: \"a\" | 0.2: \"b\" \"c\"\n  | .1: ", "", 0.1 },
    { "start: 3: \"a\" -> x | 2e-1: \"b\"", "a", 3 },
    { "start: 3: \"a\" | 2e-1: \"b\"", "b", 0.2 },
    { "start: 0: \"a\" | 2.: \"b\"", "a", 0 },
    { "start: 0.5: \"a\" (\"b\" | \"c\") | 0.5: \"d\"", "ac", 0.25 },
    { "start: \"a\" | (0.9: \"b\" | 0.1: \"c\")", "c", 0.05 },
    { "start: (0.9: \"b\" | 0.1: \"c\")+", "bc", 0.0225 },
    { "start: [0.9: \"b\" | 0.1: \"c\"]", "b", 0.45 },
    { "start: 0.3: \"(\" start \")\" start | 0.7: ", "()", 0.3 * 0.7 * 0.7 },
    { "start: 1: \"a\"\n%extend start: 2: \"b\"", "b", 2 },
    { "start: \"a\"\n%extend start: \"b\" | \"c\"", "b", 1.0 / 3 },
    { "start: t{\"a\"} | t{\"b\"}\nt{x}: 0.25: x | 0.75: x x", "bb", 0.375 },
    { "start: \"a\" \"b\"\n%ignore \" \"", "ab", 1.0 / 8 },
    { "start: \"a\" \"b\"\n%ignore \" \"", "a  b ", 1.0 / 64 },
    { "start: \"a\" | \"a\"", "a", 1 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (cases[i].grammar);

      g_test_message ("%s  \"%s\"", cases[i].grammar, cases[i].text);
      g_assert_cmpfloat_with_epsilon (grammar_chart_weigh (grammar, cases[i].text), cases[i].weight, 1e-12);
    }
}

/* Every number of times has one derivation, and the same share. */
static void
test_counts (void)
{
  guint max;

  for (max = 1; max < 40; max += 3)
    {
      g_autofree char *text = g_strdup_printf ("start: \"a\"~%u..%u", max / 3, max);
      g_autoptr (GenlmGrammar) grammar = read_grammar (text);
      guint n;

      for (n = 0; n < max + 3; n += 2)
        {
          g_autofree char *as = g_strnfill (n, 'a');
          double expected = n >= max / 3 && n <= max ? 1.0 / (max - max / 3 + 1) : 0;

          g_assert_cmpfloat_with_epsilon (grammar_chart_weigh (grammar, as), expected, 1e-12);
        }
    }
}

static void
test_large_counts (void)
{
  static const char *const texts[] = {
    "start: \"a\"~0..100000",
    "start: \"a\"~2147483647",
    "start: (\"a\" | \"b\" \"c\"?)~1000..2147483647",
    "start: (((\"a\"~0..1000)~0..1000)~0..1000)~0..1000",
    "start: A\nA: (\"a\" | \"b\")~0..100000",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GenlmGrammar) grammar = read_grammar (texts[i]);
      guint32 n;
      guint32 j;

      g_assert_cmpuint (genlm_grammar_get_n_productions (grammar), <, 500);
      for (j = 0; j < genlm_grammar_get_n_nonterminals (grammar); j++)
        {
          const GenlmGrammarProduction *productions =
            genlm_grammar_peek_productions (grammar, j, &n);
          double sum = 0;

          while (n-- > 0)
            sum += productions[n].weight;
          g_assert_cmpfloat_with_epsilon (sum, 1, 1e-9);
        }
    }
}

/* --- Refusals ----------------------------------------------------------- */

static void
test_refusals (void)
{
  static const struct
  {
    const char          *text;
    GenlmPotentialError  code;
    const char          *says[3];
  } cases[] = {
#define BAD(text, ...) { (text), GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, { __VA_ARGS__ } }
#define NOT(text, ...) { (text), GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, { __VA_ARGS__ } }
#define MAX_(text, ...) { (text), GENLM_POTENTIAL_ERROR_LIMIT, { __VA_ARGS__ } }
    BAD ("", "no rule \"start\""),
    BAD ("START: \"a\"", "no rule \"start\""),
    BAD ("%declare start", "\"start\" is no rule"),
    BAD ("start{x}: x", "\"start\" is no rule"),
    BAD ("start: \"a\"\n  b c", "line 2, column 5", "expected \":\"", "\n    b c\n      ^"),
    BAD ("start: (\"a\"\n", "line 1, column 8", "group is not closed"),
    BAD ("start: [\"a\"", "optional part is not closed"),
    BAD ("start: \"a\")", "\")\"", "no bracket is open"),
    BAD ("start: \"a\"]", "no bracket is open"),
    BAD ("start: (\"a\"]", "expected an item, \"|\" or \")\""),
    BAD ("start: [\"a\")", "expected an item, \"|\" or \"]\""),
    BAD ("start: \"a\"**", "something to repeat"),
    BAD ("start: +", "something to repeat"),
    BAD ("start: \"a\" ~", "a count"),
    BAD ("start: \"a\"~3..2", "lower count"),
    BAD ("start: \"a\"~-1", "not negative"),
    BAD ("start: \"a\" -> B", "small letters after"),
    BAD ("start: \"a\" -> b c", "after \"-> name\""),
    BAD ("start: \"a\" -> b -> c", "one \"->\" at most"),
    BAD ("start: _a\n_a: \"b\" -> c", "no node of its own"),
    BAD ("start: _a\n?_a: \"b\"", "takes no \"?\""),
    BAD ("start: A\nA: \"b\" -> c", "stands in rules only"),
    BAD ("start: A\nA: 0.5: \"b\"", "weights stand in rules"),
    BAD ("start: 'a'", "double quotation marks"),
    BAD ("start: \"a", "not closed in its line"),
    BAD ("start: \"a\\", "not closed in its line"),
    BAD ("start: /a", "not closed"),
    BAD ("start: /a\\", "not closed"),
    BAD ("start: /a\nb/", "flag \"x\""),
    BAD ("start: __a", "names start with one"),
    BAD ("start: \"\"", "an empty string"),
    BAD ("start: \"ab\"..\"c\"", "one character at either end"),
    BAD ("start: \"c\"..\"b\"", "runs backwards"),
    BAD ("start: \"\\ud800\"", "no character"),
    BAD ("start: \"\\x4\"", "2 hexadecimal digits"),
    BAD ("start: a", "\"a\" is used but not defined", "line 1, column 8"),
    BAD ("start: \"a\"\nb: C", "\"C\" is used but not defined"),
    BAD ("start: /a/q", "\"q\" is no flag", "i, m, s, u and x", "line 1, column 11"),
    BAD ("start: /a/iq", "\"q\" is no flag"),
    BAD ("start: \"a\"\n%ignore //", "\"//\" begins a comment"),
    BAD ("start: A\nA: // b", "\"//\" begins a comment"),
    BAD ("start: \"a\"\nB: c", "not of rules"),
    BAD ("start: A\nA: B\nB: \"x\" A", "contains itself"),
    BAD ("start: A\nA: A?", "contains itself"),
    BAD ("start: A\nA: \"a\" |", "is empty"),
    BAD ("start: A\nA:", "is empty"),
    BAD ("start: \"a\"\nstart: \"b\"", "defined twice", "line 2, column 1"),
    BAD ("start: \"a\"\n%override b: \"b\"", "not defined before"),
    BAD ("%extend start: \"a\"", "not defined before"),
    BAD ("start: A\n%declare A", "declared without text"),
    BAD ("%declare A\nstart: \"b\"\n%extend A: \"c\"", "declared without text"),
    BAD ("start: t{\"a\"}\nt{x, y}: x", "used with 1 arguments and defined with 2"),
    BAD ("start: t\nt{x}: x", "without its arguments"),
    BAD ("start: u{t}\nu{x}: x \"b\"\nt{x}: x", "without its arguments"),
    BAD ("start: u{t}*\nu{x}: x*\nt{x}: x", "without its arguments"),
    BAD ("start: u{\"a\"}\nu{x}: x{\"b\"}", "is no template"),
    BAD ("start: u{t}\nu{x}: x{\"b\", \"c\"}\nt{x}: x", "takes 1 arguments, not 2"),
    BAD ("start: t{\"a\"+}\nt{x}: x", "argument of a template"),
    BAD ("start: t{(\"a\")}\nt{x}: x", "argument of a template"),
    BAD ("start: t{\"a\" \"b\"}\nt{x}: x", "\",\" or \"}\""),
    BAD ("start: t{\"a\"", "\",\" or \"}\""),
    BAD ("start: t{}\nt{x}: x", "expected"),
    BAD ("start: a{\"b\"}\na: \"a\"", "used with 1 arguments and defined with 0"),
    BAD ("start: t{\"a\", \"b\"}\nt{x, x}: x", "two parameters"),
    BAD ("start: t{\"a\"}\nt{start}: start", "name of a rule"),
    BAD ("t{x}: x\n%extend t{y}: y\nstart: t{\"a\"}", "other parameters"),
    BAD ("start: 0.5: \"a\" | \"b\"", "has no weight and one before it has"),
    BAD ("start: \"a\" | 0.5: \"b\"", "has a weight and one before it has none"),
    BAD ("start: 0.5: \"a\"\n%extend start: \"b\"", "weights in one place and none"),
    BAD ("start: 0.5 \"a\"", "\":\" after a weight"),
    BAD ("start: 1e999: \"a\"", "too large"),
    BAD ("start: \"a\" 0.5: \"b\"", "found"),
    BAD ("start: \"a\" : \"b\"", "line of its own"),
    BAD ("%ignore", "is empty"),
    BAD ("start: \"a\"\n%ignore a", "not of rules"),
    BAD ("start: \"a\"\n%ignore / */", "matches the empty text"),
    BAD ("%declare", "names to declare"),
    BAD ("%import common", "\".\" and a name"),
    BAD ("%import common.NOPE", "\"common\" has no \"NOPE\""),
    BAD ("%import common.WS -> ws", "a name of capitals"),
    BAD ("%import common.WS -> A\n%import common.INT -> A", "imported already"),
    BAD ("%import common.WS\nWS: \" \"", "defined twice"),
    BAD ("%import common.(WS INT)", "expected"),
    BAD ("%json {}", "\"%json\" is not known"),
    BAD ("\"a\"", "a rule or a terminal that is defined"),
    BAD ("? A: \"a\"", "the name of a rule"),
    BAD ("start: \"a\" @", "\"@\""),
    BAD ("start: \"a\xff\"", "not valid UTF-8"),
    NOT ("%import .other.X", "from other files"),
    NOT ("%import python.NAME", "imports from \"python\""),
    NOT ("start: /a/l", "the flag \"l\""),
    NOT ("start: /a^b/m", "with the flag \"m\""),
    NOT ("start: \"a\"i..\"b\"", "the flag \"i\" on a range"),
    NOT ("start: /a\\Bb/", "line 1, column 8", "in the regular expression"),
    BAD ("start: /a(/", "line 1, column 8", "in the regular expression"),
    MAX_ ("start: \"a\"~2147483648", "the count is larger"),
    MAX_ ("start: t{\"a\"}\nt{x}: x | t{p{x}}\np{x}: x x", "different arguments"),
    MAX_ ("start: t{\"a\", \"b\"}\nt{x, y}: x | t{p{x, y}, p{y, x}}\np{x, y}: x y",
          "different arguments"),
#undef BAD
#undef NOT
#undef MAX_
  };
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmGrammar) grammar =
        genlm_grammar_new_from_lark (cases[i].text, strlen (cases[i].text), NULL, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "no error");
      g_assert_null (grammar);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, (int) cases[i].code);
      for (j = 0; j < G_N_ELEMENTS (cases[i].says) && cases[i].says[j] != NULL; j++)
        g_assert_nonnull (strstr (error->message, cases[i].says[j]));
    }
}

static char *
repeat (const char *text,
        guint       n)
{
  GString *whole = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (whole, text);
  return g_string_free (whole, FALSE);
}

/* Deep and long texts are read or refused, and neither overflows a stack. */
static void
test_sizes (void)
{
  static const struct
  {
    const char *before;
    const char *open;
    const char *middle;
    const char *close;
  } cases[] = {
    { "start: ", "(", "\"a\"", ")" },
    { "start: ", "[", "\"a\"", "]" },
    { "start: ", "(\"b\" | ", "\"a\"", ")" },
    { "start: ", "(", "\"a\"", " | \"b\")" },
    { "start: ", "(\"b\" ", "\"a\"", ")*" },
    { "start: ", "(", "\"a\"", "+ \"b\"?)" },
    { "start: A\nA: ", "(", "\"a\"", ")" },
    { "start: A\nA: ", "(\"b\"", "\"a\"", "| \"c\")" },
    { "start: A\nA: ", "(", "\"a\"", "+)" },
    { "t{x}: x\nstart: ", "t{", "\"a\"", "}" },
    { "start: ", "\"a\" ", "", "| \"b\"" },
    { "start: /", "(", "a", ")/" },
    { "start: ", "", "\"a\" ", "]" },
    { "start: ", "", "(((", "" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *open = repeat (cases[i].open, 100000);
      g_autofree char *close = repeat (cases[i].close, 100000);
      g_autofree char *text =
        g_strconcat (cases[i].before, open, cases[i].middle, close, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmGrammar) grammar =
        genlm_grammar_new_from_lark (text, strlen (text), NULL, &error);

      g_test_message ("%s%s: %s", cases[i].before, cases[i].open,
                      error != NULL ? error->message : "read");
      g_assert_true ((grammar == NULL) == (error != NULL));
    }
}

/* What is used often is read once: many uses of a long terminal, and of a
 * template with a long one inside. */
static void
test_uses (void)
{
  g_autofree char *ones = g_strnfill (200000, '1');
  g_autofree char *uses = repeat ("A ", 100000);
  g_autoptr (GString) text = g_string_new ("start: ");
  g_autoptr (GenlmGrammar) grammar = NULL;
  guint i;

  for (i = 0; i < 5000; i++)
    g_string_append_printf (text, "t{\"%u\"} ", i);
  g_string_append_printf (text, "%s\nt{x}: x /%s/\nA: \"%s\"\n", uses, ones, ones);
  grammar = read_grammar (text->str);
  g_assert_cmpuint (genlm_grammar_get_n_terminals (grammar), ==, 5001);
}

static void
test_params (void)
{
  g_autofree char *params = repeat ("x, ", 300);
  g_autofree char *text = g_strdup_printf ("t{%s y}: \"a\"", params);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_grammar_new_from_lark (text, strlen (text), NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

/* Terminals whose texts double from each to the next. */
static void
test_doubling (void)
{
  g_autoptr (GString) text = g_string_new ("start: A\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = NULL;
  char letter;

  for (letter = 'A'; letter < 'Z'; letter++)
    g_string_append_printf (text, "%c: %c %c\n", letter, letter + 1, letter + 1);
  g_string_append (text, "Z: \"z\"");
  grammar = genlm_grammar_new_from_lark (text->str, text->len, NULL, &error);
  g_assert_null (grammar);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

static void
test_nul (void)
{
  static const char text[] = "start: \"a\0b\"";
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_grammar_new_from_lark (text, sizeof text - 1, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "byte 9: found the byte 0x00"));
  g_assert_nonnull (strstr (error->message, "write \\x00"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/lark/languages", test_languages);
  g_test_add_func ("/engine/lark/statements", test_statements);
  g_test_add_func ("/engine/lark/literals", test_literals);
  g_test_add_func ("/engine/lark/ignore", test_ignore);
  g_test_add_func ("/engine/lark/options", test_options);
  g_test_add_func ("/engine/lark/weights", test_weights);
  g_test_add_func ("/engine/lark/counts", test_counts);
  g_test_add_func ("/engine/lark/large-counts", test_large_counts);
  g_test_add_func ("/engine/lark/refusals", test_refusals);
  g_test_add_func ("/engine/lark/sizes", test_sizes);
  g_test_add_func ("/engine/lark/uses", test_uses);
  g_test_add_func ("/engine/lark/params", test_params);
  g_test_add_func ("/engine/lark/doubling", test_doubling);
  g_test_add_func ("/engine/lark/nul", test_nul);
  return g_test_run ();
}
