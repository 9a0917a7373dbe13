#include <genlm.h>
#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-dfa.h"
#include "genlm-regex-parser.h"

static GenlmByteDfa *
build_limited (const char  *pattern,
               const char  *charset,
               guint        max_states,
               guint64      max_memory,
               GError     **error)
{
  GenlmEngineLimits limits = { max_states, max_memory, GENLM_ENGINE_DEFAULT_DEADLINE };

  return genlm_regex_dfa_new (pattern, strlen (pattern), charset, &limits, error);
}

static GenlmByteDfa *
build (const char *pattern,
       const char *charset)
{
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = build_limited (pattern, charset, GENLM_ENGINE_DEFAULT_MAX_STATES,
                       GENLM_ENGINE_DEFAULT_MAX_MEMORY, &error);
  if (error != NULL)
    g_test_message ("%s: %s", pattern, error->message);
  g_assert_no_error (error);
  return dfa;
}

static GenlmByteState *
walk (GenlmByteDfa *dfa,
      const char   *text,
      gsize         length)
{
  g_autoptr (GError) error = NULL;
  GenlmByteState *state;

  state = genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) text, length, &error);
  g_assert_no_error (error);
  return state;
}

/* Expected: '-' dead, 'p' alive, 'c' complete. */
static void
check (const char *pattern,
       const char *charset,
       const char *text,
       char        expected)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern, charset);
  GenlmByteState *state = walk (dfa, text, strlen (text));
  char found = state == dfa->dead ? '-' : state->accepting ? 'c' : 'p';

  if (found != expected)
    g_test_message ("%s on \"%s\": %c, not %c", pattern, text, found, expected);
  g_assert_cmpint (found, ==, expected);
}

static const struct
{
  const char *pattern;
  const char *charset;
  const char *text;
  char        expected;
} golden[] = {
  { "a(b|c)", NULL, "", 'p' },
  { "a(b|c)", NULL, "a", 'p' },
  { "a(b|c)", NULL, "ab", 'c' },
  { "a(b|c)", NULL, "abc", '-' },
  { "a(b|c)", NULL, "c", '-' },
  { "(a|b)*c", NULL, "ab", 'p' },
  { "(a|b)*c", NULL, "ac", 'c' },
  { "(a|b)*c", NULL, "abc", 'c' },
  { "a*", NULL, "", 'c' },
  { "a*", NULL, "aaa", 'c' },
  { "a{2,4}", NULL, "a", 'p' },
  { "a{2,4}", NULL, "aa", 'c' },
  { "a{2,4}", NULL, "aaaa", 'c' },
  { "a{2,4}", NULL, "aaaaa", '-' },
  { "(ab|ac|d)*", NULL, "", 'c' },
  { "(ab|ac|d)*", NULL, "a", 'p' },
  { "(ab|ac|d)*", NULL, "abd", 'c' },
  { "(ab|ac|d)*", NULL, "dacd", 'c' },
  { "[ab]?c+", NULL, "c", 'c' },
  { "[ab]?c+", NULL, "bccc", 'c' },
  { "x[0-9]{2}y?", NULL, "x1", 'p' },
  { "x[0-9]{2}y?", NULL, "x12", 'c' },
  { "x[0-9]{2}y?", NULL, "x12y", 'c' },
  { "(\xc3\xa9|\xc3\xa8|a)b", NULL, "\xc3", 'p' },
  { "(\xc3\xa9|\xc3\xa8|a)b", NULL, "\xc3\xa9", 'p' },
  { "(\xc3\xa9|\xc3\xa8|a)b", NULL, "\xc3\xa7", '-' },
  { "(\xc3\xa9|\xc3\xa8|a)b", NULL, "\xc3\xa9" "b", 'c' },
  { ".", NULL, "a", 'c' },
  { ".", NULL, "\n", '-' },
  { ".", NULL, "\xc3", 'p' },
  { ".", NULL, "\xc3\xa9", 'c' },
  { ".", "abc", "\xc3", '-' },
  { ".", "abc", "d", '-' },
  { "[^a]", "abc\n", "\n", 'c' },
  { "\xc3\xa9|.", "abc", "\xc3", 'p' },
  { "\xc3\xa9|.", "abc", "\xc3\xa9", 'c' },
  { "[\\s\\S]*[eE]njoy\\s+[A-Za-z]+[iI][nN][gG][\\s\\S]*", NULL, "I enjoy walking.", 'c' },
  { "[\\s\\S]*[eE]njoy\\s+[A-Za-z]+[iI][nN][gG][\\s\\S]*", NULL, "I enjoy films.", 'p' },
  { "[]", NULL, "", '-' },
  { "a[]", NULL, "a", '-' },
  { "a|[]b", NULL, "a", 'c' },
  { "[]*", NULL, "", 'c' },
  { "", NULL, "", 'c' },
  { "", NULL, "a", '-' },
  { "ab(?=c)", NULL, "", '-' },
  { "ab(?!c)", NULL, "ab", 'c' },
  { "ab(?=)", NULL, "ab", 'c' },
  { "a(?=b)[bc]", NULL, "a", 'p' },
  { "a(?=b)[bc]", NULL, "ab", 'c' },
  { "a(?=b)[bc]", NULL, "ac", '-' },
  { "(a(?=b)|c)b", NULL, "ab", 'c' },
  { "(?=a)b", NULL, "", '-' },
  { "(?!a)a", NULL, "", '-' },
  { "[a-z-]*(?<!-)", NULL, "a-", 'p' },
  { "[a-z-]*(?<!-)", NULL, "a-b", 'c' },
  { "(?<!a)b|c", NULL, "b", 'c' },
  { "(?<=a)b|c", NULL, "b", '-' },
  { "(?=.*x)[a-z]{3}", NULL, "abx", 'c' },
  { "(?=.*x)[a-z]{3}", NULL, "abc", '-' },
  { "(?=.*x)[a-z]{3}", NULL, "ab", 'p' },
  { "(?!.*ab)[ab]*", NULL, "ba", 'c' },
  { "(?!.*ab)[ab]*", NULL, "bab", '-' },
  { "(?:(?!foo).)*bar", NULL, "xfobar", 'c' },
  { "(?:(?!foo).)*bar", NULL, "xfoo", '-' },
  { "(?:(?=a)[ab]|(?!a)[ac]){2,3}", NULL, "acc", 'c' },
  { "(?:(?=a)[ab]|(?!a)[ac]){2,3}", NULL, "b", '-' },
  { "(?:(?=a)?b)*", NULL, "bb", 'c' },
  { "(?i)stra\xc3\x9f" "e", NULL, "STRA\xc3\x9f" "E", 'c' },
  { "(?i)stra\xc3\x9f" "e", NULL, "STRASSE", '-' },
  { "(?i:a)b", NULL, "Ab", 'c' },
  { "(?i:a)b", NULL, "AB", '-' },
  { "(a(?i)b|c)d", NULL, "Cd", 'c' },
  { "(a(?i)b|c)d", NULL, "CD", '-' },
  { "(?i)[^a]", NULL, "A", '-' },
  { "(?i)\\w", NULL, "\xc5\xbf", '-' },
  { "(?s).", NULL, "\n", 'c' },
  { "(?s-i:.)\\.", NULL, "\n.", 'c' },
  { "\\x41\\101\\u0041\\0101?", NULL, "AAA\b1", 'c' },
  { "\\ud83d\\ude00", NULL, "\xf0\x9f\x98\x80", 'c' },
  { "[\\]\\-a]+", NULL, "]-a", 'c' },
  { "^a|b$", NULL, "b", 'c' },
  { "\\a\\f\\n\\r\\t\\v", NULL, "\a\f\n\r\t\v", 'c' },
  { "(a{2,3}){2}", NULL, "aaaaa", 'c' },
  { "(a{2}){2,3}", NULL, "aaaaa", 'p' },
  { "(a{3}){0,2}", NULL, "aaa", 'c' },
  { "(a{3}){0,2}", NULL, "aaaa", 'p' },
  { "(a{2,}){0,2}", NULL, "a", 'p' },
  { "(a?){3}", NULL, "", 'c' },
  { "(a?){3}", NULL, "aaaa", '-' },
  { "(?#x)a(?#y)*", NULL, "aa", 'c' },
  { " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", NULL, " Paris, Lyon.", 'c' },
};

static void
test_golden (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (golden); i++)
    check (golden[i].pattern, golden[i].charset, golden[i].text, golden[i].expected);
}

/* Random patterns against GRegex, over all strings of a small alphabet. */

static void
append_random (GString *pattern,
               GRand   *rand,
               guint    depth)
{
  static const char *atoms[] = { "a", "b", "c", "[ab]", "[^a]", ".", "", "\\w", "[^\\Wb]" };
  static const char *repeats[] = { "*", "+", "?", "{2}", "{1,2}", "{2,}", "{,2}", "*?", "{0}",
                                   "{1,3}", "{0,4}?", "{2,5}" };
  static const char *opens[] = { "(?:", "(?:", "(?:", "(?:", "(", "(?=", "(?!" };
  guint n_alternatives = (guint) g_rand_int_range (rand, 1, 3);
  guint n_items;

  for (; n_alternatives > 0; n_alternatives--)
    {
      for (n_items = (guint) g_rand_int_range (rand, 1, 4); n_items > 0; n_items--)
        {
          const char *atom = atoms[g_rand_int_range (rand, 0, G_N_ELEMENTS (atoms))];

          if (depth > 0 && g_rand_int_range (rand, 0, 2) == 0)
            {
              g_string_append (pattern, opens[g_rand_int_range (rand, 0, G_N_ELEMENTS (opens))]);
              append_random (pattern, rand, depth - 1);
              g_string_append_c (pattern, ')');
            }
          else if (*atom != '\0')
            g_string_append (pattern, atom);
          else
            continue;
          if (g_rand_int_range (rand, 0, 3) == 0)
            g_string_append (pattern,
                             repeats[g_rand_int_range (rand, 0, G_N_ELEMENTS (repeats))]);
        }
      if (n_alternatives > 1)
        g_string_append_c (pattern, '|');
    }
}

/* PCRE2 10.42 reads {,2} as text. */
static GRegex *
build_oracle (const char *pattern)
{
  g_autofree char *whole = g_strdup_printf ("\\A(?:%s)\\z", pattern);
  g_auto (GStrv) parts = g_strsplit (whole, "{,", -1);
  g_autofree char *text = g_strjoinv ("{0,", parts);
  g_autoptr (GError) error = NULL;
  GRegex *regex = g_regex_new (text, G_REGEX_NEWLINE_LF, 0, &error);

  g_assert_no_error (error);
  return regex;
}

/* What the oracle says, or @unless where its search gives up. */
static gboolean
ask_oracle (GRegex     *oracle,
            const char *text,
            gboolean    unless)
{
  g_autoptr (GError) error = NULL;
  gboolean matched = g_regex_match_full (oracle, text, -1, 0, 0, NULL, &error);

  return error != NULL ? unless : matched;
}

typedef struct
{
  GenlmByteDfa *dfa;
  GRegex       *oracle;
  const char   *pattern;
  /* A limit was passed, and what is missing says nothing any more. */
  gboolean      limited;
} Comparison;

/* The shortest accepted string that starts with @text, by search in the
 * automaton over a byte of each kind; NULL if there is none. */
static char *
find_completion (Comparison     *self,
                 GenlmByteState *state,
                 const char     *text)
{
  g_autoptr (GQueue) queue = g_queue_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  char *result = NULL;

  g_hash_table_insert (seen, state, g_strdup (text));
  g_queue_push_tail (queue, state);
  while (result == NULL && !g_queue_is_empty (queue))
    {
      const char *at;
      const char *c;

      state = g_queue_pop_head (queue);
      at = g_hash_table_lookup (seen, state);
      if (state->accepting)
        result = g_strdup (at);
      for (c = "abcd!\n"; *c != '\0'; c++)
        {
          GenlmByteState *next = genlm_byte_dfa_step (self->dfa, state, (guint8) *c, NULL);

          self->limited |= next == NULL;
          if (next == NULL || next == self->dfa->dead || g_hash_table_contains (seen, next))
            continue;
          g_hash_table_insert (seen, next, g_strdup_printf ("%s%c", at, *c));
          g_queue_push_tail (queue, next);
        }
    }
  return result;
}

/* Returns whether a string of the oracle starts with @text. */
static gboolean
compare_below (Comparison     *self,
               GenlmByteState *state,
               char           *text,
               gsize           length)
{
  gboolean matched = ask_oracle (self->oracle, text, state->accepting);
  gboolean extends = matched;
  char c;

  if (matched != state->accepting)
    g_test_message ("%s on \"%s\": oracle says %d", self->pattern, text, matched);
  g_assert_cmpint (matched, ==, state->accepting);
  for (c = 'a'; length < 5 && c <= 'c'; c++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (self->dfa, state, (guint8) c, NULL);

      self->limited |= next == NULL;
      if (next == NULL)
        continue;
      text[length] = c;
      text[length + 1] = '\0';
      extends |= compare_below (self, next, text, length + 1);
      text[length] = '\0';
    }
  if (extends && state == self->dfa->dead)
    g_test_message ("%s dead on \"%s\"", self->pattern, text);
  g_assert_true (!extends || state != self->dfa->dead);
  if (!extends && state != self->dfa->dead)
    {
      g_autofree char *completion = find_completion (self, state, text);

      if (self->limited)
        return extends;
      if (completion == NULL)
        g_test_message ("%s alive on \"%s\"", self->pattern, text);
      else if (!ask_oracle (self->oracle, completion, TRUE))
        g_test_message ("%s on \"%s\" is not for the oracle", self->pattern, completion);
      g_assert_nonnull (completion);
      g_assert_true (ask_oracle (self->oracle, completion, TRUE));
    }
  return extends;
}

static void
test_oracle (void)
{
  guint n_patterns = g_test_slow () ? 5000 : 600;
  guint n_limited = 0;
  guint seed;

  for (seed = 0; seed < n_patterns; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) pattern = g_string_new (NULL);
      g_autoptr (GRegex) oracle = NULL;
      g_autoptr (GenlmByteDfa) dfa = NULL;
      char text[8] = "";
      Comparison comparison;

      append_random (pattern, rand, 3);
      oracle = build_oracle (pattern->str);
      dfa = build_limited (pattern->str, NULL, 20000, 4 << 20, NULL);
      if (dfa == NULL)
        {
          /* Conditions within counts can multiply beyond any limit. */
          n_limited++;
          continue;
        }
      comparison = (Comparison) { dfa, oracle, pattern->str, FALSE };
      compare_below (&comparison, dfa->start, text, 0);
      n_limited += comparison.limited;
    }
  g_assert_cmpuint (n_limited * 100, <=, n_patterns);
}

/* What a class accepts of all characters; GLib's \\w and \\d are not of
 * ASCII, so the oracle may have another pattern. */
static void
check_class (const char *pattern,
             const char *same)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern, NULL);
  g_autofree char *whole = g_strdup_printf ("\\A(?:%s)\\z", same);
  g_autoptr (GRegex) oracle = g_regex_new (whole, G_REGEX_NEWLINE_LF, 0, NULL);
  gunichar c;

  for (c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 37)
    {
      char text[8];

      if (!g_unichar_validate (c))
        continue;
      text[g_unichar_to_utf8 (c, text)] = '\0';
      if (walk (dfa, text, strlen (text))->accepting != g_regex_match (oracle, text, 0, NULL))
        g_test_message ("%s on U+%04X", pattern, c);
      g_assert_cmpint (walk (dfa, text, strlen (text))->accepting, ==,
                       g_regex_match (oracle, text, 0, NULL));
    }
}

static void
test_classes (void)
{
  check_class (".", ".");
  check_class ("(?s).", "(?s).");
  check_class ("[^a]", "[^a]");
  check_class ("\\D", "[^0-9]");
  check_class ("[\\W_]", "[^0-9A-Za-z]");
  check_class ("[\xc3\xa0-\xe0\xbf\xbf]", "[\xc3\xa0-\xe0\xbf\xbf]");
  check_class ("[^\xc3\xa0-\xf0\x9f\x98\x80]", "[^\xc3\xa0-\xf0\x9f\x98\x80]");
  check_class ("[\xed\x80\x80-\xee\x80\x80]", "[\xed\x80\x80-\xee\x80\x80]");
  check_class ("[\x01-\xf4\x8f\xbf\xbf]", "[\x01-\xf4\x8f\xbf\xbf]");
  check_class ("(?i)[a-z]", "(?i)[a-z]");
  check_class ("(?i)[\xd0\xb0-\xd1\x8f]", "(?i)[\xd0\xb0-\xd1\x8f]");
  check_class ("(?i)\xc3\xa9", "(?i)\xc3\xa9");
}

static void
test_invalid_utf8 (void)
{
  static const char *dead[] = {
    "\x80",         "\xbf",         "\xc0",         "\xc1",         "\xf5",
    "\xfe",         "\xff",         "\xc3\x28",     "\xe0\x80",     "\xe0\x9f",
    "\xed\xa0",     "\xed\xbf",     "\xf0\x80",     "\xf0\x8f",     "\xf4\x90",
    "\xe2\x28",     "\xe2\x82\x28", "\xf0\x9f\x28", "\xf0\x9f\x98\x28", "\xc3\xa9\xa9",
  };
  static const char *alive[] = {
    "\xc2", "\xdf", "\xe0", "\xe0\xa0", "\xed\x9f", "\xef\xbf", "\xf0\x90", "\xf0\x90\x80",
    "\xf4\x8f", "\xf4\x8f\xbf",
  };
  g_autoptr (GenlmByteDfa) dfa = build (".*", NULL);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (dead); i++)
    g_assert_true (walk (dfa, dead[i], strlen (dead[i])) == dfa->dead);
  for (i = 0; i < G_N_ELEMENTS (alive); i++)
    {
      GenlmByteState *state = walk (dfa, alive[i], strlen (alive[i]));

      g_assert_true (state != dfa->dead);
      g_assert_false (state->accepting);
    }
}

static void
test_repeats (void)
{
  g_autoptr (GenlmByteDfa) many = build ("a{0,100000}", NULL);
  g_autoptr (GenlmByteDfa) behind = build (".*x.{0,1000}y", NULL);
  g_autofree char *text = g_strnfill (100001, 'a');
  g_autofree char *xs = g_strnfill (5000, 'x');

  /* Nothing is unrolled before it is walked. */
  g_assert_cmpuint (genlm_byte_dfa_get_memory (many), <, 2000);
  g_assert_true (walk (many, text, 100000)->accepting);
  g_assert_true (walk (many, text, 100001) == many->dead);
  walk (behind, xs, 5000);
  g_assert_cmpuint (genlm_byte_dfa_get_n_states (behind), <, 20);
}

static void
check_finishes (const char *pattern,
                const char *text,
                gsize       length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  gint64 start = g_get_monotonic_time ();
  GenlmByteState *state = NULL;

  dfa = build_limited (pattern, NULL, 20000, 8 << 20, &error);
  if (dfa != NULL)
    state = genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) text, length, &error);
  if (state == NULL)
    {
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
      g_assert_true (strstr (error->message, "max-states=20000") != NULL
                     || strstr (error->message, "max-memory=8388608") != NULL);
    }
  g_test_message ("%.60s: %s after %d ms", pattern, state == NULL ? error->message : "a result",
                  (int) ((g_get_monotonic_time () - start) / 1000));
}

static char *
random_letters (gsize n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  char *text = g_malloc (n + 1);
  gsize i;

  for (i = 0; i < n; i++)
    text[i] = (char) g_rand_int_range (rand, 'a', 'c');
  text[n] = '\0';
  return text;
}

static void
test_evil (void)
{
  g_autofree char *text = random_letters (100000);
  g_autofree char *same = g_strnfill (100000, 'a');
  g_autoptr (GString) optional = g_string_new (NULL);
  g_autoptr (GString) nested = g_string_new (NULL);
  guint i;

  for (i = 0; i < 2000; i++)
    g_string_append (optional, "a?");
  for (i = 0; i < 100; i++)
    g_string_append (nested, "(a*b?");
  for (i = 0; i < 100; i++)
    g_string_append (nested, "c)*");
  check_finishes ("(a|b)*a(a|b){20}", text, 100000);
  check_finishes ("(a|b)*a(a|b){200}c", text, 100000);
  check_finishes ("((a{1,1000}){1,1000}){1,1000}b", same, 100000);
  check_finishes ("((a{0,1000}b?){0,1000}c?){0,1000}d", same, 100000);
  check_finishes ("(a{7}|a{11}|a{13}|a{17}|a{19}){0,1000}b", same, 100000);
  check_finishes ("(a+)+(a+)+(a+)+b", same, 100000);
  check_finishes ("(?=(a|b)*a(a|b){20}c)(?!(a|b)*b(a|b){18}c)[abc]*", text, 100000);
  check_finishes ("(?=(a|b)*a(a|b){19})(?=(a|b)*b(a|b){19})[ab]*[]", text, 10);
  check_finishes ("(?!(a|b)*a(a|b){19}c)(?=(a|b)*a(a|b){19}c)[abc]*", text, 100);
  check_finishes (optional->str, same, 100000);
  check_finishes (nested->str, text, 100000);
}

static void
test_limits (void)
{
  g_autoptr (GError) states = NULL;
  g_autoptr (GError) memory = NULL;
  g_autoptr (GError) deadline = NULL;
  g_autoptr (GError) copies = NULL;
  g_autoptr (GError) later = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autofree char *big = g_strnfill (GENLM_ENGINE_DEFAULT_DEADLINE, 'a');
  GenlmEngineLimits limits = { 100, 1 << 20, 1 };
  g_autoptr (GenlmByteExprs) exprs = NULL;
  gint64 start;
  GenlmByteExpr tail = GENLM_BYTE_EXPR_EPSILON;
  GenlmByteSet set = { { 1, 0, 0, 0 } };
  guint i;

  g_assert_null (build_limited (big, NULL, 10, 1000, &memory));
  g_assert_error (memory, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (memory->message, "max-memory=1000"));
  dfa = build_limited ("[ab]*a[ab]{30}", NULL, 50, 1 << 20, &states);
  g_assert_no_error (states);
  g_assert_null (genlm_byte_dfa_walk (dfa, dfa->start,
                                      (const guint8 *) "abbababbbabaaabababababbbbaaaabbababbab"
                                                       "babababbbabababbabbbabababbaabbabaab",
                                      70, &states));
  g_assert_error (states, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (states->message, "max-states=50"));
  /* What is known stays right after a limit, what is not stays an error. */
  g_assert_true (walk (dfa, "abb", 3) != dfa->dead);
  g_assert_null (genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) "bbbbbbbaabbbaa", 14, &later));
  g_assert_error (later, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_null (build_limited ("((?!a)b){2000}", NULL, 100, 1 << 20, &copies));
  g_assert_error (copies, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (copies->message, "repeated more than 1000 times"));
  exprs = genlm_byte_exprs_new (&limits);
  start = g_get_monotonic_time ();
  while (g_get_monotonic_time () < start + 2000)
    ;
  for (i = 0; i < 2000; i++)
    tail = genlm_byte_exprs_make_concat (exprs, genlm_byte_exprs_make_set (exprs, &set), tail);
  g_assert_false (genlm_byte_exprs_check (exprs, &deadline));
  g_assert_error (deadline, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (deadline->message, "deadline=1 "));
}

static void
test_long (void)
{
  g_autoptr (GenlmByteDfa) dfa = build (".*", NULL);
  g_autofree char *text = g_strnfill (1000000, 'a');
  g_autofree char *literal = g_strnfill (200000, 'x');
  g_autoptr (GenlmByteDfa) literal_dfa = build (literal, NULL);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GenlmByteDfa) deep_dfa = NULL;
  guint i;

  g_assert_true (walk (dfa, text, 1000000)->accepting);
  g_assert_true (walk (literal_dfa, literal, 200000)->accepting);
  for (i = 0; i < 1000; i++)
    g_string_append (deep, "(x|");
  g_string_append (deep, "a");
  for (i = 0; i < 1000; i++)
    g_string_append (deep, ")*");
  deep_dfa = build (deep->str, NULL);
  g_assert_true (walk (deep_dfa, "axxa", 4)->accepting);
  g_string_truncate (deep, 0);
  for (i = 0; i < 1000; i++)
    g_string_append (deep, "(?=");
  g_string_append (deep, "a");
  for (i = 0; i < 1000; i++)
    g_string_append (deep, ")");
  g_string_append (deep, "ab");
  g_clear_pointer (&deep_dfa, genlm_byte_dfa_unref);
  deep_dfa = build (deep->str, NULL);
  g_assert_true (walk (deep_dfa, "ab", 2)->accepting);
}

typedef struct
{
  GenlmByteDfa *dfa;
  guint         seed;
  guint         checksum;
} Hammer;

static gpointer
hammer (gpointer data)
{
  Hammer *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);
  guint round;
  guint i;

  for (round = 0; round < 300; round++)
    {
      GenlmByteState *state = self->dfa->start;

      for (i = 0; i < 60; i++)
        {
          state = genlm_byte_dfa_step (self->dfa, state,
                                       (guint8) g_rand_int_range (rand, 'a', 'd'), NULL);
          self->checksum = self->checksum * 31 + (state != self->dfa->dead) * 2
                           + state->accepting;
        }
    }
  return NULL;
}

/* Threads that build one automaton together see what one alone sees. */
static void
test_threads (void)
{
  g_autoptr (GenlmByteDfa) shared = build ("(?!.*cc)(a|b|c)*a(b|a|c){6}", NULL);
  GThread *threads[4];
  Hammer hammers[4];
  guint i;

  for (i = 0; i < 4; i++)
    {
      hammers[i] = (Hammer) { shared, i / 2, 0 };
      threads[i] = g_thread_new ("hammer", hammer, &hammers[i]);
    }
  for (i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < 4; i++)
    {
      g_autoptr (GenlmByteDfa) alone = build ("(?!.*cc)(a|b|c)*a(b|a|c){6}", NULL);
      Hammer expected = { alone, i / 2, 0 };

      hammer (&expected);
      g_assert_cmpuint (hammers[i].checksum, ==, expected.checksum);
    }
}

/* The expressions of patterns, as items labelled by their place. */
static GenlmByteDfa *
build_items (const char *const *patterns,
             GenlmByteItem     *items)
{
  GenlmEngineLimits limits = { 1000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 10000 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;
  guint i;

  for (i = 0; patterns[i] != NULL; i++)
    {
      g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (patterns[i], strlen (patterns[i]), NULL,
                                                           &error);

      g_assert_no_error (error);
      items[i].label = i;
      g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &items[i].expr,
                                          &error));
    }
  dfa = genlm_byte_dfa_new (exprs, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmByteState *
walk_from (GenlmByteDfa   *dfa,
           GenlmByteState *state,
           const char     *text)
{
  g_autoptr (GError) error = NULL;

  state = genlm_byte_dfa_walk (dfa, state, (const guint8 *) text, strlen (text), &error);
  g_assert_no_error (error);
  return state;
}

/* The labels as decimal digits. */
static void
check_labels (GenlmByteState *state,
              const char     *items,
              const char     *accepts)
{
  g_autoptr (GString) found_items = g_string_new (NULL);
  g_autoptr (GString) found_accepts = g_string_new (NULL);
  guint i;

  for (i = 0; i < state->n_items; i++)
    g_string_append_printf (found_items, "%u", state->items[i].label);
  for (i = 0; i < state->n_accepts; i++)
    g_string_append_printf (found_accepts, "%u", state->accepts[i]);
  g_assert_cmpstr (found_items->str, ==, items);
  g_assert_cmpstr (found_accepts->str, ==, accepts);
  g_assert_cmpint (state->accepting, ==, *accepts != '\0');
}

static void
test_labels (void)
{
  static const char *const patterns[] = { "abc", "a[a-z]*", "ab?", "[ab]{1,3}", "(?!a)a", NULL };
  GenlmByteItem items[5];
  g_autoptr (GenlmByteDfa) dfa = build_items (patterns, items);
  g_autoptr (GError) error = NULL;
  GenlmByteState *start = genlm_byte_dfa_intern (dfa, items, 5, GENLM_BYTE_EXPR_ANYTHING, &error);
  GenlmByteItem others[4] = { items[3], items[1], items[0], items[3] };

  g_assert_no_error (error);
  check_labels (start, "0123", "");
  check_labels (walk_from (dfa, start, "a"), "0123", "123");
  check_labels (walk_from (dfa, start, "ab"), "0123", "123");
  check_labels (walk_from (dfa, start, "abc"), "01", "01");
  check_labels (walk_from (dfa, start, "abb"), "13", "13");
  check_labels (walk_from (dfa, start, "b"), "3", "3");
  g_assert_true (walk_from (dfa, start, "c") == dfa->dead);
  check_labels (dfa->dead, "", "");

  /* In any order, and what is there twice counts once. */
  g_assert_true (genlm_byte_dfa_intern (dfa, others, 4, GENLM_BYTE_EXPR_ANYTHING, &error)
                 == genlm_byte_dfa_intern (dfa, others + 1, 3, GENLM_BYTE_EXPR_ANYTHING, &error));
  g_assert_true (walk_from (dfa, start, "abc")
                 == walk_from (dfa, genlm_byte_dfa_intern (dfa, items, 2,
                                                           GENLM_BYTE_EXPR_ANYTHING, &error),
                               "abc"));
  others[0] = (GenlmByteItem) { 8, items[0].expr };
  others[1] = (GenlmByteItem) { 8, items[3].expr };
  start = genlm_byte_dfa_intern (dfa, others, 2, GENLM_BYTE_EXPR_ANYTHING, &error);
  check_labels (walk_from (dfa, start, "abc"), "8", "8");
  check_labels (walk_from (dfa, start, "b"), "8", "8");
  g_assert_true (genlm_byte_dfa_intern (dfa, NULL, 0, GENLM_BYTE_EXPR_ANYTHING, &error)
                 == dfa->dead);
  g_assert_true (genlm_byte_dfa_intern (dfa, &items[4], 1, GENLM_BYTE_EXPR_ANYTHING, &error)
                 == dfa->dead);
}

/* A goal ends a state that it cannot be reached from, and changes no label. */
static void
test_goal (void)
{
  static const char *const patterns[] = { "[ab]*", "(a|b|c)*", "aab|c", NULL };
  GenlmByteItem items[3];
  g_autoptr (GenlmByteDfa) dfa = build_items (patterns, items);
  g_autoptr (GError) error = NULL;
  GenlmByteState *start = genlm_byte_dfa_intern (dfa, items, 2, items[2].expr, &error);
  GenlmByteExprs *exprs;
  GenlmByteExpr goal;

  g_assert_no_error (error);
  check_labels (start, "01", "01");
  check_labels (walk_from (dfa, start, "aab"), "01", "01");
  check_labels (walk_from (dfa, start, "c"), "1", "1");
  g_assert_true (walk_from (dfa, start, "ab") == dfa->dead);
  g_assert_true (walk_from (dfa, start, "aaba") == dfa->dead);
  g_assert_true (genlm_byte_dfa_intern (dfa, items, 2, GENLM_BYTE_EXPR_NOTHING, &error)
                 == dfa->dead);

  /* Made when states are there: all of "b" and "c" but nothing with "aa". */
  exprs = genlm_byte_dfa_lock_exprs (dfa);
  goal = genlm_byte_exprs_make_complement (exprs, items[0].expr);
  goal = genlm_byte_exprs_make_intersection (exprs, (GenlmByteExpr[2]) { goal, items[2].expr }, 2);
  g_assert_true (genlm_byte_dfa_unlock_exprs (dfa, &error));
  start = genlm_byte_dfa_intern (dfa, items, 3, goal, &error);
  check_labels (start, "012", "01");
  g_assert_true (walk_from (dfa, start, "a") == dfa->dead);
  check_labels (walk_from (dfa, start, "c"), "12", "12");
}

/* What is live can be asked before an automaton is made, too. */
static void
test_live_early (void)
{
  static const char *const patterns[] = { "(?=ab)a(b|c)", "(?=ab)a(c|d)", "(?!.*x).+", NULL };
  GenlmEngineLimits limits = { 1000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 10000 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  GenlmByteItem items[3];
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteState *start;
  guint i;

  for (i = 0; patterns[i] != NULL; i++)
    {
      g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (patterns[i], strlen (patterns[i]), NULL,
                                                           &error);

      items[i].label = i;
      g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &items[i].expr,
                                          &error));
      g_assert_cmpint (genlm_byte_exprs_is_live (exprs, items[i].expr), ==, i != 1);
    }
  dfa = genlm_byte_dfa_new (exprs, &error);
  start = genlm_byte_dfa_intern (dfa, items, 3, GENLM_BYTE_EXPR_ANYTHING, &error);
  g_assert_no_error (error);
  check_labels (start, "02", "");
  check_labels (walk_from (dfa, start, "ab"), "02", "02");
  check_labels (walk_from (dfa, start, "ac"), "2", "2");
  g_assert_true (walk_from (dfa, start, "ax") == dfa->dead);
}

static void
test_label_limits (void)
{
  static const char *const patterns[] = { "(a|b)*a(a|b){12}", NULL };
  GenlmByteItem item;
  g_autoptr (GenlmByteDfa) dfa = build_items (patterns, &item);
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_byte_exprs_charge (genlm_byte_dfa_lock_exprs (dfa), 999, 0));
  g_assert_true (genlm_byte_dfa_unlock_exprs (dfa, &error));
  g_assert_nonnull (genlm_byte_dfa_intern (dfa, &item, 1, item.expr, &error));
  genlm_byte_exprs_charge (genlm_byte_dfa_lock_exprs (dfa), 1, 0);
  g_assert_false (genlm_byte_dfa_unlock_exprs (dfa, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_null (genlm_byte_dfa_intern (dfa, &item, 1, item.expr, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/byte-dfa/golden", test_golden);
  g_test_add_func ("/engine/byte-dfa/oracle", test_oracle);
  g_test_add_func ("/engine/byte-dfa/classes", test_classes);
  g_test_add_func ("/engine/byte-dfa/invalid-utf8", test_invalid_utf8);
  g_test_add_func ("/engine/byte-dfa/repeats", test_repeats);
  g_test_add_func ("/engine/byte-dfa/evil", test_evil);
  g_test_add_func ("/engine/byte-dfa/limits", test_limits);
  g_test_add_func ("/engine/byte-dfa/long", test_long);
  g_test_add_func ("/engine/byte-dfa/threads", test_threads);
  g_test_add_func ("/engine/byte-dfa/labels", test_labels);
  g_test_add_func ("/engine/byte-dfa/goal", test_goal);
  g_test_add_func ("/engine/byte-dfa/live-early", test_live_early);
  g_test_add_func ("/engine/byte-dfa/label-limits", test_label_limits);
  return g_test_run ();
}
