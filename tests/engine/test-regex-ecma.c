/* The dialect of JSON Schema: what a search finds, with anchors anywhere. */

#include <genlm.h>
#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

static GenlmByteDfa *
build_limited (const char         *pattern,
               GenlmByteEncoding   encoding,
               guint               max_states,
               GError            **error)
{
  GenlmEngineLimits limits = { max_states, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 10000 };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteItem item = { 0 };

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, pattern, strlen (pattern), NULL,
                                    error);
  if (tree == NULL || !genlm_regex_compile (tree, exprs, encoding, &item.expr, error))
    return NULL;
  dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), error);
  if (dfa == NULL)
    return NULL;
  dfa->start = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, error);
  return dfa->start != NULL ? g_steal_pointer (&dfa) : NULL;
}

static GenlmByteDfa *
build (const char        *pattern,
       GenlmByteEncoding  encoding)
{
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa = build_limited (pattern, encoding, 100000, &error);

  if (error != NULL)
    g_test_message ("%s: %s", pattern, error->message);
  g_assert_no_error (error);
  return dfa;
}

static GenlmByteState *
walk (GenlmByteDfa *dfa,
      const char   *text)
{
  return genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) text, strlen (text), NULL);
}

typedef struct
{
  const char *pattern;
  /* Texts, with a NULL behind the last one. */
  const char *matches[6];
  const char *others[6];
} Golden;

static const Golden golden[] = {
  { "b", { "b", "abc" }, { "", "ac" } },
  { "^b", { "b", "bc" }, { "", "ab" } },
  { "b$", { "b", "ab" }, { "", "ba", "b\n" } },
  { "^b$", { "b" }, { "", "bb", "b\n" } },
  { "^a|b$", { "a", "ax", "b", "xb" }, { "xa", "bx", "" } },
  { "(^|,)x", { "x", "xy", ",x", "a,x" }, { "ax", "" } },
  { "x(,|$)", { "x", "x,y", "ax" }, { "xy", "" } },
  { "a^b", { NULL }, { "ab", "a^b", "b", "" } },
  { "a$b", { NULL }, { "ab", "a$b", "a", "" } },
  { "^$", { "" }, { "a", "\n" } },
  { "^", { "", "a" }, { NULL } },
  { "$^", { "" }, { "a" } },
  { "", { "", "a" }, { NULL } },
  { "a*^b", { "b", "bx" }, { "ab", "" } },
  { "(^a|b)*c", { "c", "xc", "abc", "aac" }, { "", "ab" } },
  { "^(^a|b)+c$", { "ac", "bc", "abbc" }, { "aac", "bac", "c" } },
  { "(a|^b){2}$", { "aa", "ba", "xaa" }, { "ab", "bb", "b" } },
  { "^(\\/?((\\.{2})|([a-z0-9\\-]*))($|\\/))*$", { "", "a/b", "/../x/", "-" }, { ".", "a/./b" } },
  { "^$|(^(?:\\S+\\s+){0,2}\\S+$)", { "", "a", "a b  c" }, { "a b c d", " " } },
  { "^(?!pattern$).*$", { "", "patterns", "x" }, { "pattern" } },
  { "(?!^0$)^[0-9]+$", { "1", "00" }, { "0", "", "a" } },
  { "^(?=[^=]+$)(?!\\s+$)(.|\\n)+$", { "a", "a b" }, { " ", "a=b", "" } },
  { "^(?!.*\\/)^(.*[^.]+.*)$", { "a", "a.b" }, { "a/b", "..", "" } },
  { "^((?!(c|C)(l|L)y).)*$", { "", "cl", "clx" }, { "cly", "xCLyx" } },
  { "^(?=(a|b$))", { "a", "ax", "b" }, { "bx", "" } },
  { "\\bfoo\\b", { "foo", "a foo b", "-foo." }, { "foot", "afoo", "_foo", "\xc3\xa9" } },
  { "\\bfoo\\b", { "\xc3\xa9" "foo" }, { "" } },
  { "foo\\B", { "foot", "a foo_" }, { "foo", "foo bar" } },
  { "^\\B$", { "" }, { "a" } },
  { "\\b", { "a", "-a" }, { "", "-", "\xc3\xa9" } },
  { "^[\\s\\S]*\\b$", { "a", "-a" }, { "", "a-" } },
  { "^(a|-)*\\ba", { "a", "-a", "a-a" }, { "-", "", "b" } },
  { "^\\d$", { "0", "9" }, { "\xd9\xa0", "a" } },
  { "^\\s$", { "\t", "\xc2\xa0", "\xef\xbb\xbf", "\xe2\x80\xa9" }, { "\xe2\x80\x93", "\xc2\x85" } },
  { "^\\S$", { "\xe2\x80\x93", "\xc2\x85" }, { "\t", "\xc2\xa0", "\xef\xbb\xbf" } },
  { "^\\w$", { "a", "_" }, { "\xc3\xa9", "-" } },
  { "^.$", { "a", "\xf0\x9f\x98\x80", "\xc2\x85" }, { "\n", "\r", "\xe2\x80\xa8", "\xe2\x80\xa9", "" } },
  { "^[^]$", { "a", "\n" }, { "" } },
  { "[]", { NULL }, { "", "a" } },
  { "^[]?$", { "" }, { "a", "]" } },
  { "^[\\w-.]$", { "a", "-", "." }, { "/", "," } },
  { "^[+-\\w]$", { "a", "-", "+" }, { "," } },
  { "^\\cA\\cz$", { "\x01\x1a" }, { "A" } },
  { "^\\x41\\u0042\\u{1F600}\\ud83d\\ude00$", { "AB\xf0\x9f\x98\x80\xf0\x9f\x98\x80" }, { "AB" } },
  { "^\\/\\-\\_\\@\\\"\\'\\#\\ \\%\\,\\:\\<\\=\\`\\~\\!\\;\\&$", { "/-_@\"'# %,:<=`~!;&" }, { "" } },
  { "^a{,2}{}{x$", { "a{,2}{}{x" }, { "aa" } },
  { "^a]}$", { "a]}" }, { "a" } },
  { "^a{1}?b{2,}?$", { "abb", "abbb" }, { "ab" } },
  { "^(?<n\xc3\xa9$>a)(?:b)$", { "ab" }, { "a" } },
  { "(?<!b)a", { "a", "aba", "ba a" }, { "ba", "bba", "" } },
  { "(?<=b)a", { "ba", "aba" }, { "a", "ab", "aa" } },
  { "a(?<=b)", { NULL }, { "a", "ba", "ab" } },
  { "^[a-z-]{1,3}(?<!-)$", { "a", "a-b", "-b" }, { "a-", "-", "abcd" } },
  { "^(?!-)(?!.*--)[a-z-]{1,4}(?<!-)$", { "a", "a-b" }, { "a--b", "-a", "a-" } },
  { "^((?<n>[a-z-]{1,3}(?<!-)\\/)?(?<m>[a-z]+))$", { "a/b", "b", "a-b/c" }, { "a-/b", "/b" } },
  { "(?<=^v?|\\sv?)[01]$", { "0", "v1", "x v0", "x 1" }, { "x1", "xv1", "" } },
  { "(?<!\\w)ab(?!\\w)", { "ab", "-ab-", "cab ab" }, { "cab", "abc" } },
  { "\\b(?<!-)b", { "b", "a b" }, { "-b", "ab" } },
  { "(?<!^)b", { "ab", "bb" }, { "b", "" } },
  { "(?:(?<!a)b|c)d", { "bd", "cd", "bbd", "acd" }, { "abd", "d" } },
  { "^a(?<=a)b(?<!b)|c", { "c" }, { "ab", "" } },
  { "^.*(?<=ab?)c$", { "ac", "abc", "xabc" }, { "bc", "c" } },
  { "^(a.(?<!b))*$", { "", "aa", "acaa" }, { "ab", "aaab" } },
  { "(?i)ab", { "AB", "xaBx" }, { "a" } },
  { "^(?i:ab)c$", { "abc", "ABc", "aBc" }, { "abC" } },
  { "^[\\ud800-\\udfff]$", { NULL }, { "a", "\xf0\x9f\x98\x80" } },
  { "^[\\ud7fe-\\uffff]$", { "\xed\x9f\xbf", "\xee\x80\x80" }, { "a" } },
  { "^\\ud800$", { NULL }, { "", "a" } },
  { "^(\\ud800|a)$", { "a" }, { "" } },
  { "^\\p{Letter}+$", { "\xc3\xa9\xd0\x96z" }, { "1", "" } },
  { "^\\p{digit}+$", { "42", "\xe0\xa7\xaa\xe0\xa7\xa8" }, { "-", "a" } },
  { "^\\P{Lu}$", { "a", "1" }, { "A" } },
  { "^[\\p{Lu}\\p{gc=Nd}_]$", { "A", "1", "_" }, { "a" } },
  { "^[^\\p{L}\\P{ASCII}]$", { "1", "-" }, { "a", "\xc3\xa9" } },
  { "^\\p{Script=Greek}\\p{sc=Grek}\\p{sc=Cyrillic}$", { "\xce\xb1\xce\xa9\xd0\x96" }, { "abc" } },
  { "^\\p{Script=Old_Italic}\\p{Any}$", { "\xf0\x90\x8c\x80" "a" }, { "ab" } },
  { "^(?i:\\p{Lu}|[^\\P{Ll}])$", { "a", "A" }, { "1" } },
  { "^\xf0\x9f\x90\xb2*$", { "", "\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2" }, { "\xf0\x9f\x90\x89" } },
  { "^(foo|bar|foobar|b|[ab]c|baz)$", { "foo", "bar", "foobar", "b", "ac" }, { "fo", "foob", "" } },
  { "(foo|bar|foobar|baz)x", { "foox", "xxbarx", "foobarx", "foobazx" }, { "foo", "fox", "" } },
  { "^(?:(ab|cd|ef|gh)|(ab|cd|ef|gx)y)*z", { "abcdz", "gxyghz", "abyz" }, { "gxz", "aby" } },
  { "^(a|b|)*$", { "", "abab" }, { "c" } },
  { "^(?:)*a$", { "a" }, { "" } },
};

static void
check_golden (const Golden      *self,
              GenlmByteEncoding  encoding)
{
  g_autoptr (GenlmByteDfa) dfa = build (self->pattern, encoding);
  guint i;

  for (i = 0; self->matches[i] != NULL; i++)
    {
      if (encoding == GENLM_BYTE_ENCODING_JSON && strpbrk (self->matches[i], "\"\\\n\r\t\x01\x1a"))
        continue;
      g_test_message ("%s on “%s”", self->pattern, self->matches[i]);
      g_assert_true (walk (dfa, self->matches[i])->accepting);
    }
  for (i = 0; self->others[i] != NULL; i++)
    {
      g_test_message ("%s on “%s”", self->pattern, self->others[i]);
      g_assert_false (walk (dfa, self->others[i])->accepting);
    }
  if (self->matches[0] == NULL && self->others[0] != NULL)
    g_assert_true (dfa->start == dfa->dead);
}

static void
test_golden (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (golden); i++)
    if (golden[i].matches[0] != NULL || golden[i].others[0] != NULL)
      {
        check_golden (&golden[i], GENLM_BYTE_ENCODING_UTF8);
        check_golden (&golden[i], GENLM_BYTE_ENCODING_JSON);
      }
}

typedef struct
{
  const char *pattern;
  int         code;
  gsize       at;
  const char *says;
} Refusal;

#define SYNTAX GENLM_POTENTIAL_ERROR_INVALID_PROPERTY
#define UNSUPPORTED GENLM_POTENTIAL_ERROR_NOT_SUPPORTED

static const Refusal refusals[] = {
  { "(a)\\1", UNSUPPORTED, 3, "back-references" },
  { "(?<n>a)\\k<n>", UNSUPPORTED, 7, "back-references" },
  { "\\p{Emoji}", UNSUPPORTED, 0, "property" },
  { "(?m:a)", UNSUPPORTED, 2, "flag \"m\"" },
  /* The mistake is told rather than what cannot be done. */
  { "(?<=a)b)", SYNTAX, 7, "without a \"(\"" },
  { "(a)\\1[", SYNTAX, 5, "not closed" },
  { "^(abc]", SYNTAX, 1, "not closed" },
  { "a**", SYNTAX, 2, "nothing before it" },
  { "a++", SYNTAX, 2, "nothing before it" },
  { "a{2}{3}", SYNTAX, 4, "nothing before it" },
  { "^*", SYNTAX, 1, "nothing before it" },
  { "{2}", SYNTAX, 0, "nothing before it" },
  { "\\b+", SYNTAX, 2, "nothing before it" },
  { "\\a", SYNTAX, 0, "no escape" },
  { "\\Z", SYNTAX, 0, "no escape" },
  { "[\\B]", SYNTAX, 1, "no escape" },
  { "\\c1", SYNTAX, 0, "a letter is expected" },
  { "\\01", SYNTAX, 0, "octal" },
  { "[\\1]", SYNTAX, 1, "octal" },
  { "\\k", SYNTAX, 0, "name of a group" },
  { "(?P<n>x)", SYNTAX, 2, "expected flags" },
  { "(?#comment)a", SYNTAX, 2, "expected flags" },
  { "a(?i)bc", SYNTAX, 4, "hold for a group" },
  { "(?<=a)*", SYNTAX, 6, "nothing before it" },
  { "(?>a)", SYNTAX, 2, "expected flags" },
  { "a\\", SYNTAX, 1, "backslash at the end" },
  { "[z-a]", SYNTAX, 1, "backwards" },
  { "a{3,2}", SYNTAX, 1, "lower count" },
};

static void
test_refusals (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];
      g_autofree char *place = g_strdup_printf ("at byte %" G_GSIZE_FORMAT ":", refusal->at);
      g_autoptr (GError) error = NULL;

      g_assert_null (genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, refusal->pattern,
                                                strlen (refusal->pattern), NULL, &error));
      g_test_message ("%s: %s", refusal->pattern, error->message);
      g_assert_error (error, GENLM_POTENTIAL_ERROR, refusal->code);
      g_assert_nonnull (strstr (error->message, place));
      g_assert_nonnull (strstr (error->message, refusal->says));
    }
}

/* A NUL is a character as any other, as it stands or escaped. */
static void
test_nul (void)
{
  static const char pattern[] = "^/[^\0]+\0[\0-\x01]\\0$";
  static const char text[] = "/a\0\x01\0";
  GenlmEngineLimits limits = { 1000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 10000 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteItem item = { 0 };
  GenlmByteState *state;

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, pattern, sizeof pattern - 1, NULL,
                                    &error);
  g_assert_no_error (error);
  g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, &error));
  dfa = genlm_byte_dfa_new (exprs, &error);
  state = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error);
  g_assert_no_error (error);
  state = genlm_byte_dfa_walk (dfa, state, (const guint8 *) text, sizeof text - 1, &error);
  g_assert_true (state->accepting);
  g_assert_null (genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, "a\0\xff", 3, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "at byte 2"));
}

/* What was found matters no more: the states do not count on. */
static void
test_found (void)
{
  static const char *const patterns[] = { "push|\\$\\w{1,255}", "aaa*", "(ab|b){3,90}", "a|b|c.*d" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GenlmByteDfa) dfa = build (patterns[i], GENLM_BYTE_ENCODING_JSON);
      g_autoptr (GRand) rand = g_rand_new_with_seed (i);
      GenlmByteState *state = dfa->start;
      guint j;

      for (j = 0; j < 100000; j++)
        {
          GenlmByteState *next = genlm_byte_dfa_step (
            dfa, state, (guint8) "abc$\\u0d8\xc3\xa9"[g_rand_int_range (rand, 0, 11)], NULL);

          state = next != dfa->dead ? next : dfa->start;
        }
      g_assert_cmpuint (genlm_byte_dfa_get_n_states (dfa), <, 120);
    }
}

/* Thousands of strings cost no more than a few. */
static void
test_literals (void)
{
  g_autoptr (GString) pattern = g_string_new ("");
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autofree char *text = NULL;
  guint i;

  for (i = 0; i < 5000; i++)
    g_string_append_printf (pattern, "%s%x_", i > 0 ? "|" : "", i * 7919);
  dfa = build (pattern->str, GENLM_BYTE_ENCODING_JSON);
  for (i = 0; i < 5000; i += 7)
    {
      g_free (text);
      text = g_strdup_printf ("%x%x", i, i * 7919);
      g_assert_false (walk (dfa, text)->accepting);
      g_free (text);
      text = g_strdup_printf ("xy%x_z", i * 7919);
      g_assert_true (walk (dfa, text)->accepting);
    }
  g_assert_cmpuint (genlm_byte_dfa_get_memory (dfa), <, 16 << 20);
}

static void
append_random (GString  *pattern,
               GRand    *rand,
               guint     depth,
               gboolean  behind)
{
  static const char *const behinds[] = { "(?<!a)", "(?<=b)", "(?<= |ab)", "(?<!^)", "(?<=^a|bb)",
                                         "(?<!\\w)" };
  static const char *const atoms[] = { "a", "b", " ", "[ab]", "[^a]", ".", "^", "$", "^", "$",
                                       "\\w", "\\W", "\\b", "\\B", "(?:ab|ba|aab|b  )",
                                       "(aa|abab|bb|a b|b)" };
  static const char *const repeats[] = { "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "{0,3}" };
  static const char *const opens[] = { "(?:", "(?:", "(?:", "(", "(?=", "(?!" };
  guint n_alternatives = (guint) g_rand_int_range (rand, 1, 3);
  guint n_items;

  for (; n_alternatives > 0; n_alternatives--)
    {
      for (n_items = (guint) g_rand_int_range (rand, 0, 4); n_items > 0; n_items--)
        {
          guint atom = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (atoms));
          gboolean group = depth > 0 && g_rand_int_range (rand, 0, 2) == 0;

          if (behind && g_rand_int_range (rand, 0, 4) == 0)
            {
              g_string_append (pattern, behinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (behinds))]);
              continue;
            }
          if (group)
            {
              g_string_append (pattern, opens[g_rand_int_range (rand, 0, G_N_ELEMENTS (opens))]);
              append_random (pattern, rand, depth - 1, behind);
              g_string_append_c (pattern, ')');
            }
          else
            g_string_append (pattern, atoms[atom]);
          if ((group || strchr ("^$", *atoms[atom]) == NULL)
              && (group || g_ascii_tolower (atoms[atom][1]) != 'b' || *atoms[atom] != '\\')
              && g_rand_int_range (rand, 0, 3) == 0)
            g_string_append (pattern,
                             repeats[g_rand_int_range (rand, 0, G_N_ELEMENTS (repeats))]);
        }
      if (n_alternatives > 1)
        g_string_append_c (pattern, '|');
    }
}

typedef struct
{
  const char   *pattern;
  GRegex       *oracle;
  GenlmByteDfa *dfa;
  GenlmByteDfa *spelled;
  guint         n_unknown;
} Comparison;

/* Whether anything is accepted below a state, by search over bytes of each
 * kind, and within the limits. */
static gboolean
can_accept (GenlmByteDfa   *dfa,
            GenlmByteState *state)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  guint byte;

  g_hash_table_add (seen, state);
  g_ptr_array_add (open, state);
  while (open->len > 0)
    {
      state = g_ptr_array_steal_index_fast (open, open->len - 1);
      if (state->accepting)
        return TRUE;
      for (byte = 0; byte < 256; byte++)
        {
          GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, NULL);

          if (next == NULL)
            return TRUE;
          if (next != dfa->dead && g_hash_table_add (seen, next))
            g_ptr_array_add (open, next);
        }
    }
  return FALSE;
}

static void
compare_below (Comparison     *self,
               GenlmByteState *state,
               GenlmByteState *spelled,
               char           *text,
               gsize           length)
{
  g_autoptr (GError) error = NULL;
  gboolean matched = g_regex_match_full (self->oracle, text, -1, 0, 0, NULL, &error);
  const char *c;

  if (error != NULL)
    self->n_unknown++;
  else
    {
      if (matched != state->accepting || matched != spelled->accepting)
        g_test_message ("%s on “%s”: oracle says %d", self->pattern, text, matched);
      g_assert_cmpint (matched, ==, state->accepting);
      g_assert_cmpint (matched, ==, spelled->accepting);
    }
  g_assert_cmpint (state == self->dfa->dead, ==, spelled == self->spelled->dead);
  if (state == self->dfa->dead)
    return;
  for (c = "ab "; length < 5 && *c != '\0'; c++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (self->dfa, state, (guint8) *c, NULL);
      GenlmByteState *next_spelled = genlm_byte_dfa_step (self->spelled, spelled, (guint8) *c,
                                                          NULL);

      if (next == NULL || next_spelled == NULL)
        {
          self->n_unknown++;
          continue;
        }
      text[length] = *c;
      text[length + 1] = '\0';
      compare_below (self, next, next_spelled, text, length + 1);
      text[length] = '\0';
    }
}

/* Dead states must be dead by the oracle, too; states that are not must lead
 * to something that is accepted. */
static void
compare_dead (Comparison     *self,
              GenlmByteState *state,
              char           *text,
              gsize           length)
{
  const char *c;

  if (state == self->dfa->dead)
    {
      g_assert_false (g_regex_match (self->oracle, text, 0, NULL));
      for (c = "ab "; length < 4 && *c != '\0'; c++)
        {
          text[length] = *c;
          text[length + 1] = '\0';
          compare_dead (self, state, text, length + 1);
          text[length] = '\0';
        }
      return;
    }
  g_assert_true (can_accept (self->dfa, state));
  for (c = "ab "; length < 2 && *c != '\0'; c++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (self->dfa, state, (guint8) *c, NULL);

      text[length] = *c;
      text[length + 1] = '\0';
      if (next != NULL)
        compare_dead (self, next, text, length + 1);
      text[length] = '\0';
    }
}

/* Patterns of a kind that GRegex has, too. Some take too many states, and of
 * those that look behind some look too far. */
static void
check_oracle (gboolean behind,
              guint    n_patterns,
              guint    most_left_out)
{
  guint n_left_out = 0;
  guint seed;

  for (seed = 0; seed < n_patterns; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) pattern = g_string_new (NULL);
      g_autoptr (GRegex) oracle = NULL;
      g_autoptr (GenlmByteDfa) dfa = NULL;
      g_autoptr (GenlmByteDfa) spelled = NULL;
      g_autoptr (GError) error = NULL;
      char text[8] = "";
      Comparison comparison;

      append_random (pattern, rand, 3, behind);
      oracle = g_regex_new (pattern->str, G_REGEX_DOLLAR_ENDONLY | G_REGEX_NEWLINE_LF, 0, &error);
      if (error != NULL)
        g_test_message ("%s: %s", pattern->str, error->message);
      g_assert_no_error (error);
      dfa = build_limited (pattern->str, GENLM_BYTE_ENCODING_UTF8, 20000, NULL);
      spelled = build_limited (pattern->str, GENLM_BYTE_ENCODING_JSON, 20000, NULL);
      if (dfa == NULL || spelled == NULL)
        {
          n_left_out++;
          continue;
        }
      comparison = (Comparison) { pattern->str, oracle, dfa, spelled, 0 };
      compare_below (&comparison, dfa->start, spelled->start, text, 0);
      compare_dead (&comparison, dfa->start, text, 0);
      n_left_out += comparison.n_unknown > 0;
    }
  g_test_message ("%u of %u left out", n_left_out, n_patterns);
  g_assert_cmpuint (n_left_out, <=, most_left_out);
}

static void
test_oracle (void)
{
  guint n_patterns = g_test_slow () ? 5000 : 600;

  check_oracle (FALSE, n_patterns, n_patterns / 50);
}

static void
test_oracle_behind (void)
{
  guint n_patterns = g_test_slow () ? 5000 : 600;

  check_oracle (TRUE, n_patterns, n_patterns / 2);
}

static void
test_behind_too_far (void)
{
  static const char *const patterns[] = { "a(?:(?<!b)c)", "a(?:b?(?<!bc)d)", "a(?:^|b)(?<=ab)", "x(?<=a\\b)",
                                          "^(a(?<=.*)b)$", "(?=(?<!a)b)", "x(?:a|(?<=x))" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (build_limited (patterns[i], GENLM_BYTE_ENCODING_UTF8, 20000, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, "the look-behind at byte "));
    }
}

/* General categories and scripts, against GLib's of each character. */
static void
test_properties (void)
{
  g_autoptr (GenlmByteDfa) letters = build ("^\\p{L}$", GENLM_BYTE_ENCODING_UTF8);
  g_autoptr (GenlmByteDfa) numbers = build ("^\\p{N}$", GENLM_BYTE_ENCODING_UTF8);
  g_autoptr (GenlmByteDfa) others = build ("^\\p{C}$", GENLM_BYTE_ENCODING_UTF8);
  g_autoptr (GenlmByteDfa) greek = build ("^\\p{Script=Greek}$", GENLM_BYTE_ENCODING_UTF8);
  g_autoptr (GenlmByteDfa) unknown = build ("^\\p{Script=Unknown}$", GENLM_BYTE_ENCODING_UTF8);
  gunichar c;

  for (c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 31)
    {
      GUnicodeType type = g_unichar_type (c);
      GUnicodeScript script = g_unichar_get_script (c);
      char text[8];

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      text[g_unichar_to_utf8 (c, text)] = '\0';
      g_assert_cmpint (walk (letters, text)->accepting, ==, g_unichar_isalpha (c));
      g_assert_cmpint (walk (numbers, text)->accepting, ==,
                       type == G_UNICODE_DECIMAL_NUMBER || type == G_UNICODE_LETTER_NUMBER
                         || type == G_UNICODE_OTHER_NUMBER);
      g_assert_cmpint (walk (others, text)->accepting, ==,
                       type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT
                         || type == G_UNICODE_UNASSIGNED || type == G_UNICODE_PRIVATE_USE);
      g_assert_cmpint (walk (greek, text)->accepting, ==, script == G_UNICODE_SCRIPT_GREEK);
      g_assert_cmpint (walk (unknown, text)->accepting, ==, script == G_UNICODE_SCRIPT_UNKNOWN);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/regex-ecma/golden", test_golden);
  g_test_add_func ("/engine/regex-ecma/refusals", test_refusals);
  g_test_add_func ("/engine/regex-ecma/nul", test_nul);
  g_test_add_func ("/engine/regex-ecma/found", test_found);
  g_test_add_func ("/engine/regex-ecma/literals", test_literals);
  g_test_add_func ("/engine/regex-ecma/oracle", test_oracle);
  g_test_add_func ("/engine/regex-ecma/oracle-behind", test_oracle_behind);
  g_test_add_func ("/engine/regex-ecma/behind-too-far", test_behind_too_far);
  g_test_add_func ("/engine/regex-ecma/properties", test_properties);
  return g_test_run ();
}
