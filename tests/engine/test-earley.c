#include <genlm.h>

#include <math.h>
#include <string.h>

#include "earley-grammars.h"
#include "genlm-byte-matcher.h"
#include "genlm-earley-machine.h"
#include "vocabs.h"

#define N_RANDOM (150u)
#define LENGTH   (5u)
#define N_WALKS  (4u)
#define WALK_LENGTH (25u)

static const GenlmEngineLimits default_limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                                  GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                                                  GENLM_ENGINE_DEFAULT_DEADLINE };

/* Tokens one of which is empty and two are equal. */
static const char *const token_texts[] = { "a",   "b",  "ab", "ba",  "aa",   "aab", "bb", " ", "a b",
                                           "  a", "b ", "",   "abb", "aaaa", "a",   "(",  ")", "))", "c" };

static GenlmByteMachine *
make_machine (const GenlmGrammar *grammar,
              gboolean            without_caches)
{
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine;

  machine = genlm_earley_machine_new (grammar, &default_limits, without_caches, &error);
  g_assert_no_error (error);
  return machine;
}

static GenlmContext *
new_context (const char *text,
             gsize       length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return genlm_context_new_from_bytes (bytes);
}

static void
weigh (GenlmByteMatcher *matcher,
       const char       *text,
       gsize             length,
       gboolean         *prefix,
       gboolean         *complete)
{
  g_autoptr (GenlmContext) context = new_context (text, length);
  g_autoptr (GError) error = NULL;
  double weights[2];

  g_assert_true (genlm_byte_matcher_weigh (matcher, context, &weights[0], &weights[1], &error));
  g_assert_no_error (error);
  *prefix = weights[0] == 0.0;
  *complete = weights[1] == 0.0;
}

/* The tokens that spell the text, a byte each. */
static GenlmContext *
spell (const char *text,
       gsize       length)
{
  GenlmContext *context = genlm_context_new ();
  gsize i;

  for (i = 0; i < length; i++)
    {
      GenlmContext *longer;
      guint32 token = 0;

      while (token_texts[token][0] != text[i] || token_texts[token][1] != '\0')
        token++;
      longer = genlm_context_append (context, token);
      genlm_context_unref (context);
      context = longer;
    }
  return context;
}

/* What may follow is what has weight with it appended. */
static void
check_mask (GenlmByteMatcher *matcher,
            GenlmByteMatcher *plain,
            EarleyOracle     *oracle,
            const char       *text,
            gsize             length)
{
  g_autoptr (GenlmContext) context = spell (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (matcher, context, &error);
  g_autoptr (GenlmTokenSet) plain_mask = NULL;
  gboolean prefix;
  gboolean complete;
  guint32 token;

  earley_oracle_ask (oracle, text, length, &prefix, &complete);
  if (!prefix)
    {
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
      return;
    }
  g_assert_no_error (error);
  plain_mask = genlm_byte_matcher_dup_mask (plain, context, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_token_set_equal (mask, plain_mask));
  g_assert_cmpint (genlm_token_set_contains (mask, G_N_ELEMENTS (token_texts)), ==, complete);
  for (token = 0; token < G_N_ELEMENTS (token_texts); token++)
    {
      g_autofree char *longer = g_strdup_printf ("%.*s%s", (int) length, text, token_texts[token]);

      earley_oracle_ask (oracle, longer, strlen (longer), &prefix, &complete);
      if (genlm_token_set_contains (mask, token) != prefix)
        g_test_message ("“%s” after “%.*s”: %d", token_texts[token], (int) length, text, prefix);
      g_assert_cmpint (genlm_token_set_contains (mask, token), ==, prefix);
    }
}

/* Masks along a long text, which mostly are known from elsewhere in it, are
 * those of a machine that remembers nothing. */
static void
check_walk (GenlmByteMatcher *matcher,
            GenlmByteMatcher *plain,
            guint             n_steps,
            GRand            *rand)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;
  guint step;

  for (step = 0; step < n_steps; step++)
    {
      g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (matcher, context, NULL);
      g_autoptr (GenlmTokenSet) plain_mask = genlm_byte_matcher_dup_mask (plain, context, NULL);
      g_autofree guint32 *tokens = NULL;
      GenlmContext *longer;
      gsize n_tokens;

      if (mask == NULL && plain_mask == NULL)
        return;
      g_assert_true (genlm_token_set_equal (mask, plain_mask));
      tokens = genlm_token_set_dup_tokens (mask, &n_tokens);
      n_tokens -= genlm_token_set_contains (mask, G_N_ELEMENTS (token_texts));
      if (n_tokens == 0)
        return;
      longer = genlm_context_append (context,
                                     tokens[g_rand_int_range (rand, 0, (gint32) n_tokens)]);
      genlm_context_unref (context);
      context = longer;
    }
}

static void
check_texts (const GenlmGrammar *grammar,
             const char         *alphabet,
             guint               length)
{
  g_autoptr (EarleyOracle) oracle = earley_oracle_new (grammar);
  g_autoptr (GenlmByteMachine) machine = make_machine (grammar, FALSE);
  g_autoptr (GenlmByteMachine) plain_machine = make_machine (grammar, TRUE);
  g_autoptr (GenlmVocab) vocab = make_vocab_for_texts (token_texts, G_N_ELEMENTS (token_texts));
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  g_autoptr (GenlmByteMatcher) by_tokens = genlm_byte_matcher_coerce (matcher, vocab);
  g_autoptr (GenlmByteMatcher) plain = genlm_byte_matcher_new (plain_machine, vocab);
  g_autoptr (GRand) rand = g_rand_new_with_seed (length);
  gsize n = strlen (alphabet);
  guint size;

  for (size = 0; size < N_WALKS; size++)
    check_walk (by_tokens, plain, WALK_LENGTH, rand);
  for (size = 0; size <= length; size++)
    {
      guint digits[16] = { 0 };
      guint i = 0;

      while (i < size || size == 0)
        {
          char text[17] = { 0 };
          gboolean prefix;
          gboolean complete;
          gboolean real_prefix;
          gboolean real_complete;
          guint j;

          for (j = 0; j < size; j++)
            text[j] = alphabet[digits[j]];
          weigh (matcher, text, size, &prefix, &complete);
          earley_oracle_ask (oracle, text, size, &real_prefix, &real_complete);
          if (prefix != real_prefix || complete != real_complete)
            g_test_message ("%s: %d %d instead of %d %d", text, prefix, complete, real_prefix,
                            real_complete);
          g_assert_cmpint (prefix, ==, real_prefix);
          g_assert_cmpint (complete, ==, real_complete);
          if (size + 2 <= length)
            check_mask (by_tokens, plain, oracle, text, size);
          for (i = 0; i < size && ++digits[i] == n; i++)
            digits[i] = 0;
          if (size == 0)
            break;
        }
    }
}

static void
check_grammar (const char *text,
               const char *alphabet,
               guint       length)
{
  g_autoptr (GenlmGrammar) grammar = NULL;

  g_test_message ("%s", text);
  grammar = earley_grammar_new (text, GENLM_GRAMMAR_IGNORE_REPEATED);
  check_texts (grammar, alphabet, length);
}

static void
test_simple (void)
{
  check_grammar ("s : 'a' s | 'b'", "ab", 6);
  check_grammar ("s : s 'a' | 'b'", "ab", 6);
  check_grammar ("s : 'a' s 'b' |", "ab", 8);
  check_grammar ("s : s s | 'a'", "ab", 6);
  check_grammar ("s : s s | 'a' |", "ab", 6);
  check_grammar ("s : s s s | s s | 'a' s 'b' | 'a'", "ab", 7);
  check_grammar ("s : s 'a' s | s 'b' s | 'a'", "ab", 7);
  check_grammar ("s : 'a' s 'a' | 'b' s 'b' |", "ab", 8);
  check_grammar ("s : '(' s ')' s |", "()", 8);
  check_grammar ("s : t | u 'b'\nt : u | 'a'\nu : t | s 'a'", "ab", 6);
  check_grammar ("s : t 'a' | 'b'\nt : u 'b' | u\nu : s 'a' | s |", "ab", 6);
  check_grammar ("s : t t t t\nt : 'a' |", "ab", 6);
  check_grammar ("s : s t | t\nt : s |", "ab", 3);
}

/* Terminals that can be told apart in several ways. */
static void
test_lexing (void)
{
  check_grammar ("s : A B\nA = a+\nB = ab", "ab", 6);
  check_grammar ("s : X X X\nX = a*", "ab", 6);
  check_grammar ("s : X Y\nX = (ab)*\nY = (ab)*c|b", "abc", 6);
  check_grammar ("s : X s | Y\nX = a+|ab\nY = b?", "ab", 6);
  check_grammar ("s : X s | X\nX = a+", "ab", 6);
  check_grammar ("s : X 'a' | Y 'b'\nX = [ab]+\nY = a+", "ab", 6);
  check_grammar ("s : X Y | Y X\nX = a|ab|b?\nY = (a|b){2}", "ab", 6);
}

static void
test_ignored (void)
{
  check_grammar ("s : 'a' 'b'\n! W = [ ]", "ab ", 6);
  check_grammar ("s : 'a' s |\n! W = [ ]+", "ab ", 6);
  check_grammar ("s : X s | X\nX = a+|a b\n! W = [ ]+\n! C = b[ ]", "ab ", 6);
  check_grammar ("s : 'a' W 'b'\n! W = [ ]", "ab ", 6);
  check_grammar ("s : X\nX = a? b?\n! W =  a", "ab ", 6);
}

static void
append_random_body (GString *text,
                    GRand   *rand,
                    guint    n_heads)
{
  static const char *const terminals[] = { "'a'", "'b'", "'ab'", "P", "Q", "R", "T" };
  gint n = g_rand_int_range (rand, 0, 4);

  while (n-- > 0)
    if (g_rand_int_range (rand, 0, 2) == 0)
      g_string_append_printf (text, " n%d", g_rand_int_range (rand, 0, (gint) n_heads));
    else
      g_string_append_printf (
        text, " %s", terminals[g_rand_int_range (rand, 0, (gint) G_N_ELEMENTS (terminals))]);
}

static char *
make_random (GRand    *rand,
             gboolean *has_ignored)
{
  static const char *const patterns[] = { "a+", "b?", "(ab)*", "[ab]", "aa|b", "a{2,3}", "a*b", "(a|b)*a" };
  static const char *const names[] = { "P", "Q", "R", "T" };
  GString *text = g_string_new (NULL);
  guint n_heads = (guint) g_rand_int_range (rand, 1, 5);
  guint i;

  for (i = 0; i < n_heads; i++)
    {
      gint n = g_rand_int_range (rand, 1, 4);

      g_string_append_printf (text, "n%u : ", i);
      append_random_body (text, rand, n_heads);
      while (--n > 0)
        {
          g_string_append (text, " |");
          append_random_body (text, rand, n_heads);
        }
      g_string_append_c (text, '\n');
    }
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    g_string_append_printf (text, "%s = %s\n", names[i],
                            patterns[g_rand_int_range (rand, 0, (gint) G_N_ELEMENTS (patterns))]);
  *has_ignored = g_rand_int_range (rand, 0, 3) == 0;
  if (*has_ignored)
    g_string_append (text, g_rand_int_range (rand, 0, 2) == 0 ? "! W = [ ]" : "! W = [ ]+|b[ ]");
  return g_string_free (text, FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261124);
  guint i;

  for (i = 0; i < N_RANDOM; i++)
    {
      gboolean has_ignored;
      g_autofree char *text = make_random (rand, &has_ignored);

      check_grammar (text, has_ignored ? "ab " : "ab", LENGTH);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/earley/simple", test_simple);
  g_test_add_func ("/earley/lexing", test_lexing);
  g_test_add_func ("/earley/ignored", test_ignored);
  g_test_add_func ("/earley/random", test_random);
  return g_test_run ();
}
