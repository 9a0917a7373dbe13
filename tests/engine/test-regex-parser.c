#include <genlm.h>
#include <string.h>

#include "genlm-regex-parser.h"

typedef struct
{
  const char *pattern;
  int         code;
  gsize       at;
  const char *says;
} Refusal;

#define SYNTAX GENLM_POTENTIAL_ERROR_INVALID_PROPERTY
#define UNSUPPORTED GENLM_POTENTIAL_ERROR_NOT_SUPPORTED
#define LIMIT GENLM_POTENTIAL_ERROR_LIMIT

static const Refusal refusals[] = {
  { "*a", SYNTAX, 0, "nothing before it to repeat" },
  { "a|*b", SYNTAX, 2, "nothing before it to repeat" },
  { "(+a)", SYNTAX, 1, "nothing before it to repeat" },
  { "^*", SYNTAX, 1, "nothing before it to repeat" },
  { "(?i)*", SYNTAX, 4, "nothing before it to repeat" },
  { "?", SYNTAX, 0, "nothing before it to repeat" },
  { "{2}", SYNTAX, 0, "nothing before it to repeat" },
  { "(ab", SYNTAX, 0, "the group is not closed" },
  { "a(b(c)", SYNTAX, 1, "the group is not closed" },
  { "ab)", SYNTAX, 2, "without a \"(\" before it" },
  { "[abc", SYNTAX, 0, "the class is not closed" },
  { "x[^", SYNTAX, 1, "the class is not closed" },
  { "[a-", SYNTAX, 0, "the class is not closed" },
  { "[z-a]", SYNTAX, 1, "runs backwards" },
  { "[a-\\d]", SYNTAX, 1, "not a class" },
  { "[\\d-x]", SYNTAX, 1, "not a class" },
  { "a{", SYNTAX, 1, "expected {n}" },
  { "a{x}", SYNTAX, 1, "found \"x\" in braces" },
  { "a{1", SYNTAX, 1, "found the end of the pattern in braces" },
  { "a{,}", SYNTAX, 1, "expected {n}" },
  { "a{3,2}", SYNTAX, 1, "lower count is larger" },
  { "a{1,2,3}", SYNTAX, 1, "expected {n}" },
  { "a{99999999999999999999}", LIMIT, 2, "larger than" },
  { "ab\\", SYNTAX, 2, "backslash at the end" },
  { "\\x1", SYNTAX, 3, "expected 2 hexadecimal digits" },
  { "\\xzz", SYNTAX, 2, "found \"z\"" },
  { "\\u12", SYNTAX, 4, "expected 4 hexadecimal digits" },
  { "a\\ud800", SYNTAX, 1, "surrogate alone" },
  { "\\udc00", SYNTAX, 0, "surrogate alone" },
  { "\\ud800\\u0041", SYNTAX, 0, "surrogate alone" },
  { "\\777", SYNTAX, 0, "ends at \\377" },
  { "[\\9]", SYNTAX, 1, "octal escape" },
  { "(?P<1a>b)", SYNTAX, 6, "expected a name" },
  { "(?<a", SYNTAX, 4, "found the end of the pattern" },
  { "(?<>a)", SYNTAX, 3, "expected a name" },
  { "(?#open", SYNTAX, 0, "the comment is not closed" },
  { "(?", SYNTAX, 2, "found the end of the pattern" },
  { "(?q)", SYNTAX, 2, "expected flags" },
  { "(?i-s-)", SYNTAX, 5, "expected flags" },
  { "(?ix)a", UNSUPPORTED, 3, "flag \"x\"" },
  { "(?m:a)", UNSUPPORTED, 2, "flag \"m\"" },
  { "(?L)a", UNSUPPORTED, 2, "flag \"L\"" },
  { "(?u)a", UNSUPPORTED, 2, "flag \"u\"" },
  { "(a)\\1", UNSUPPORTED, 3, "back-references" },
  { "(?P<a>b)(?P=a)", UNSUPPORTED, 8, "back-references" },
  { "(?>a)", UNSUPPORTED, 0, "atomic groups" },
  { "(?(1)a|b)", UNSUPPORTED, 0, "conditional groups" },
  { "a\\b", UNSUPPORTED, 1, "\"\\b\"" },
  { "\\Ba", UNSUPPORTED, 0, "\"\\B\"" },
  { "\\Aa", UNSUPPORTED, 0, "\"\\A\"" },
  { "a\\Z", UNSUPPORTED, 1, "\"\\Z\"" },
  { "\\p{Emoji}", UNSUPPORTED, 0, "property of characters" },
  { "a\\P{}", UNSUPPORTED, 1, "property of characters" },
  { "\\pL", SYNTAX, 0, "a property has braces" },
  { "\\p{L", SYNTAX, 0, "a property has braces" },
  { "\\u{110000}", SYNTAX, 0, "the last character" },
  { "\\u{}", SYNTAX, 3, "expected hexadecimal digits" },
  { "\\u{12", SYNTAX, 5, "expected hexadecimal digits" },
  { "\\u{d83d}\\u{de00}", SYNTAX, 0, "surrogate alone" },
  { "\\N{BULLET}", UNSUPPORTED, 0, "\"\\N\"" },
  { "\\U0001F600", UNSUPPORTED, 0, "\"\\U\"" },
  { "[\\p{l}]", UNSUPPORTED, 1, "property of characters" },
  { "[[:alpha:]]", UNSUPPORTED, 1, "classes by name" },
  { "a^b", UNSUPPORTED, 1, "\"^\" is supported only at the start" },
  { "a$b", UNSUPPORTED, 1, "\"$\" is supported only at the end" },
  { "(^a)", UNSUPPORTED, 1, "only at the start" },
  { "(a$)", UNSUPPORTED, 2, "only at the end" },
  { "\xc3", SYNTAX, 0, "not valid UTF-8" },
  { "ab\xed\xa0\x80", SYNTAX, 2, "0xED, which is not valid UTF-8" },
  { "\xc3\xa9*\xc3\xa9)", SYNTAX, 5, "without a \"(\"" },
};

static void
test_refusals (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];
      g_autofree char *pattern = g_strescape (refusal->pattern, NULL);
      g_autofree char *place = g_strdup_printf ("at byte %" G_GSIZE_FORMAT ":", refusal->at);
      g_autoptr (GError) error = NULL;
      GenlmRegexTree *tree;

      tree = genlm_regex_parse (refusal->pattern, strlen (refusal->pattern), NULL, &error);
      g_test_message ("%s", pattern);
      g_assert_null (tree);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, refusal->code);
      g_assert_nonnull (strstr (error->message, place));
      g_assert_nonnull (strstr (error->message, refusal->says));
    }
}

static void
test_caret (void)
{
  g_autofree char *lines = g_strdup ("\n  \xc3\xa9|*b\n    ^");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) long_error = NULL;
  g_autofree char *long_pattern = g_strnfill (5000, 'x');
  const char *caret;
  const char *line;

  g_assert_null (genlm_regex_parse ("\xc3\xa9|*b", 5, NULL, &error));
  g_assert_true (g_str_has_suffix (error->message, lines));
  /* Of a long pattern only the part around the place is shown. */
  long_pattern[3000] = ')';
  g_assert_null (genlm_regex_parse (long_pattern, 5000, NULL, &long_error));
  g_assert_cmpuint (strlen (long_error->message), <, 400);
  caret = strrchr (long_error->message, '\n') + 1;
  line = g_strstr_len (long_error->message, caret - long_error->message - 1, "\n") + 1;
  g_assert_cmpint (line[strlen (caret) - 1], ==, ')');
}

static void
test_acceptance (void)
{
  static const char *patterns[] = {
    "", "|", "()", "(|)", "a|", "a||b", "(?:)", "(?#)", "(?#a(b)c", "^$", "^a$|^b$", "(?i)^a$",
    "a*?", "a+?", "a??", "a{2}?", "a{,3}", "a{2,}?", "a++", "a**", "a{2}{3}", "(?i)a", "a(?i)b",
    "(?s-i:a)", "(?-s)a", "(?is)a", "(?P<n_1>a)", "(?<n>a)", "[]", "[^]", "[a-]", "[-a]", "[a\\]]",
    "[\\w-]", "[[]", "[[:]", "[a&&b]", "[^^]", "]", "}", "\\{", "\\/", "\\-", "\\\xc3\xa9", "\\0",
    "\\07", "\\012", "\\141", "\\x41", "\\u00e9", "\\ud83d\\ude00", "[\\b]", "(?=a)a", "(?!a)b",
    "(?=a)*b", "a(?#c)*", "[\\x00-\\x7f]", "-", ",", "a{2}b", "(?i)[a-z]",
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autofree char *pattern = g_strescape (patterns[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmRegexTree) tree = NULL;

      g_test_message ("%s", pattern);
      tree = genlm_regex_parse (patterns[i], strlen (patterns[i]), NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (tree);
    }
}

static char *
repeat_text (const char *text,
             guint       n)
{
  GString *string = g_string_new (NULL);

  for (; n > 0; n--)
    g_string_append (string, text);
  return g_string_free (string, FALSE);
}

static void
check_nesting (const char *open,
               const char *close,
               guint       n,
               gboolean    expected)
{
  g_autofree char *left = repeat_text (open, n);
  g_autofree char *right = repeat_text (close, n);
  g_autofree char *pattern = g_strconcat (left, "a", right, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;

  tree = genlm_regex_parse (pattern, strlen (pattern), NULL, &error);
  g_assert_cmpint (tree != NULL, ==, expected);
  if (!expected)
    g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

static void
test_depth (void)
{
  check_nesting ("(", ")", GENLM_REGEX_MAX_DEPTH, TRUE);
  check_nesting ("(", ")", GENLM_REGEX_MAX_DEPTH + 1, FALSE);
  check_nesting ("(", ")", 300000, FALSE);
  check_nesting ("", "*", GENLM_REGEX_MAX_DEPTH, TRUE);
  check_nesting ("", "*", GENLM_REGEX_MAX_DEPTH + 1, FALSE);
  check_nesting ("(?=", ")", GENLM_REGEX_MAX_DEPTH, TRUE);
  check_nesting ("(?=", ")", GENLM_REGEX_MAX_DEPTH + 1, FALSE);
  check_nesting ("(x|", ")*", GENLM_REGEX_MAX_DEPTH, TRUE);
}

static void
test_length (void)
{
  g_autofree char *pattern = g_strnfill (GENLM_REGEX_MAX_LENGTH + 1, 'a');
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;

  g_assert_null (genlm_regex_parse (pattern, GENLM_REGEX_MAX_LENGTH + 1, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  tree = genlm_regex_parse (pattern, GENLM_REGEX_MAX_LENGTH, NULL, NULL);
  g_assert_nonnull (tree);
}

/* The set of the only class of a pattern. */
static const GenlmCharSet *
only_class (GenlmRegexTree *tree)
{
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree, genlm_regex_tree_get_root (tree));

  g_assert_cmpint (node->kind, ==, GENLM_REGEX_NODE_CLASS);
  return genlm_regex_tree_peek_class (tree, node->a);
}

static void
test_universe (void)
{
  g_autoptr (GenlmRegexTree) all = genlm_regex_parse (".", 1, NULL, NULL);
  g_autoptr (GenlmRegexTree) some = genlm_regex_parse (".", 1, "abc\n", NULL);
  g_autoptr (GenlmRegexTree) named = genlm_regex_parse ("[^x]", 4, "abc\n", NULL);
  g_autoptr (GenlmRegexTree) both = genlm_regex_parse ("[^\\D5]", 6, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_char_set_contains (only_class (all), 0x10ffff));
  g_assert_false (genlm_char_set_contains (only_class (all), '\n'));
  g_assert_false (genlm_char_set_contains (only_class (all), 0xd800));
  g_assert_true (genlm_char_set_contains (only_class (some), 'a'));
  g_assert_false (genlm_char_set_contains (only_class (some), '\n'));
  g_assert_false (genlm_char_set_contains (only_class (some), 'd'));
  g_assert_true (genlm_char_set_contains (only_class (named), '\n'));
  g_assert_false (genlm_char_set_contains (only_class (named), 'x'));
  g_assert_false (genlm_char_set_contains (only_class (named), 'y'));
  g_assert_true (genlm_char_set_contains (only_class (both), '4'));
  g_assert_false (genlm_char_set_contains (only_class (both), '5'));
  g_assert_false (genlm_char_set_contains (only_class (both), 'x'));
  g_assert_null (genlm_regex_parse (".", 1, "\xff", &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "charset"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/regex-parser/refusals", test_refusals);
  g_test_add_func ("/engine/regex-parser/caret", test_caret);
  g_test_add_func ("/engine/regex-parser/acceptance", test_acceptance);
  g_test_add_func ("/engine/regex-parser/depth", test_depth);
  g_test_add_func ("/engine/regex-parser/length", test_length);
  g_test_add_func ("/engine/regex-parser/universe", test_universe);
  return g_test_run ();
}
