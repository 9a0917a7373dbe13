#include <genlm.h>

#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-regex-parser.h"
#include "genlm-wfsa-machine.h"
#include "genlm-wfsa-reader.h"

#define CHARSET \
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ " \
  "\t\n\r\v\f"

static const GenlmEngineLimits default_limits = {
  GENLM_ENGINE_DEFAULT_MAX_STATES,
  GENLM_ENGINE_DEFAULT_MAX_MEMORY,
  GENLM_ENGINE_DEFAULT_DEADLINE,
};

static void
assert_near (double value,
             double expected,
             double tolerance)
{
  if (value != expected && !(fabs (value - expected) <= tolerance * MAX (1.0, fabs (expected))))
    g_error ("%.17g is not %.17g within %g of it", value, expected, tolerance);
}

static GenlmWeightedDfa *
make_regex (const char *pattern,
            const char *charset)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;
  GenlmWeightedDfa *dfa;

  tree = genlm_regex_parse (pattern, strlen (pattern), charset, &error);
  g_assert_no_error (error);
  dfa = genlm_weighted_dfa_new_for_tree (tree, &default_limits, &error);
  g_assert_no_error (error);
  return dfa;
}

/* The state after @text and the weight of all that starts with it. */
static GenlmWeightedState *
read_text (GenlmWeightedDfa *dfa,
           const char       *text,
           double           *log_weight)
{
  g_autoptr (GError) error = NULL;
  GenlmWeightedState *state = dfa->start;

  *log_weight = dfa->log_total;
  for (; *text != '\0'; text++)
    {
      double step;

      state = genlm_weighted_dfa_step (dfa, state, (guint8) *text, &step, &error);
      g_assert_no_error (error);
      *log_weight += step;
    }
  return state;
}

static double
weigh_final (GenlmWeightedDfa   *dfa,
             GenlmWeightedState *state)
{
  g_autoptr (GError) error = NULL;
  double log_weight = NAN;

  genlm_weighted_dfa_weigh_final (dfa, state, &log_weight, &error);
  g_assert_no_error (error);
  return log_weight;
}

/* -- regular expressions --------------------------------------------------- */

static void
check_regex (const char *pattern,
             const char *text,
             double      prefix,
             double      complete)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_regex (pattern, CHARSET);
  double log_weight;
  GenlmWeightedState *state = read_text (dfa, text, &log_weight);

  assert_near (log_weight, prefix, 1e-12);
  assert_near (log_weight + weigh_final (dfa, state), complete, 1e-12);
}

static void
test_regex_weights (void)
{
  const double ln2 = log (2.0);
  const double ln3 = log (3.0);

  check_regex ("a(b|c)", "", 0, -INFINITY);
  check_regex ("a(b|c)", "a", 0, -INFINITY);
  check_regex ("a(b|c)", "ab", -ln2, -ln2);
  check_regex ("a(b|c)", "abc", -INFINITY, -INFINITY);
  check_regex ("(a|b)*c", "ab", -2.197224577336, -INFINITY);
  check_regex ("(a|b)*c", "abc", -3 * ln3, -3 * ln3);
  check_regex ("a*", "", 0, -ln2);
  check_regex ("a*", "aaa", -3 * ln2, -4 * ln2);
  check_regex ("a{2,4}", "aaa", -ln2, -2 * ln2);
  check_regex ("a{2,4}", "aaaa", -2 * ln2, -2 * ln2);
  check_regex ("(ab|ac|d)*", "abd", -2.890371757896, -3.988984046564);
  check_regex ("(ab|ac|d)*", "dacd", -3.988984046564, -5.087596335232);
  check_regex ("[ab]?c+", "bccc", -2.484906649788, -3.178053830348);
  check_regex ("x[0-9]{2}y?", "x12", -4.605170185988, -5.298317366548);
  check_regex ("(\xc3\xa9|\xc3\xa8|a)b", "\xc3", -0.4054651081082, -INFINITY);
  check_regex ("(\xc3\xa9|\xc3\xa8|a)b", "\xc3\xa9", -ln3, -INFINITY);
  check_regex ("(\xc3\xa9|\xc3\xa8|a)b", "\xc3\xa9" "b", -ln3, -ln3);
  check_regex (".", "a", -4.595119850135, -4.595119850135);
  check_regex (".", "\n", -INFINITY, -INFINITY);
  check_regex (".", "\xc3", -INFINITY, -INFINITY);
  check_regex ("[^a]", "\n", -4.595119850135, -4.595119850135);
  check_regex (".*", "", 0, -4.605170185988);
  check_regex (".*", "aaaaaaaaaa", -46.05170185988, -50.65687204587);
  check_regex ("\xc3\xa9|.", "a", -4.605170185988, -4.605170185988);
  check_regex ("\xc3\xa9|.", "\xc3", -4.605170185988, -INFINITY);
  check_regex ("[\\s\\S]*enjoy[\\s\\S]*", "", 0, -INFINITY);
  check_regex ("[]", "", -INFINITY, -INFINITY);
  check_regex ("", "", 0, 0);
}

/* Every character has the same part, however many bytes it has. */
static void
test_regex_universe (void)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_regex ("[\\s\\S]", NULL);
  const double all = log (0x110000 - 0x800);
  const char *texts[] = { "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      double log_weight;
      GenlmWeightedState *state = read_text (dfa, texts[i], &log_weight);

      assert_near (log_weight, -all, 1e-12);
      g_assert_true (weigh_final (dfa, state) == 0.0);
    }
}

/* -- automata that are given ----------------------------------------------- */

static GenlmWfsa *
read_wfsa (const char *text)
{
  g_autoptr (GError) error = NULL;
  GenlmWfsa *wfsa = genlm_wfsa_read (text, strlen (text), &default_limits, &error);

  g_assert_no_error (error);
  return wfsa;
}

static GenlmWeightedDfa *
push_wfsa (const GenlmWfsa *wfsa,
           guint            max_states)
{
  GenlmEngineLimits limits = default_limits;
  g_autoptr (GError) error = NULL;
  GenlmWeightedDfa *dfa;

  limits.max_states = max_states;
  dfa = genlm_weighted_dfa_new_for_wfsa (wfsa, &limits, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmByteMatcher *
make_matcher (const GenlmWfsa *wfsa,
              GenlmVocab      *vocab,
              guint            max_states)
{
  g_autoptr (GenlmWeightedDfa) dfa = push_wfsa (wfsa, max_states);
  g_autoptr (GenlmByteMachine) machine = genlm_wfsa_machine_new (dfa, 1 << 20);

  return genlm_byte_matcher_new (machine, vocab);
}

static void
ask (GenlmByteMatcher *matcher,
     GenlmContext     *context,
     double           *prefix,
     double           *complete)
{
  g_autoptr (GError) error = NULL;

  genlm_byte_matcher_weigh (matcher, context, prefix, complete, &error);
  g_assert_no_error (error);
}

static GenlmContext *
make_context (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return genlm_context_new_from_bytes (bytes);
}

static void
check_text (GenlmByteMatcher *matcher,
            const char       *text,
            double            prefix,
            double            complete)
{
  g_autoptr (GenlmContext) context = make_context (text);
  double found_prefix;
  double found_complete;

  ask (matcher, context, &found_prefix, &found_complete);
  assert_near (found_prefix, prefix, 1e-12);
  assert_near (found_complete, complete, 1e-12);
}

static void
check_next (GenlmByteMatcher *matcher,
            const char       *text,
            double            a,
            double            b,
            double            eos)
{
  g_autoptr (GenlmContext) context = make_context (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  guint byte;

  weights = genlm_byte_matcher_dup_weights (matcher, context, &error);
  g_assert_no_error (error);
  for (byte = 0; byte < 256; byte++)
    assert_near (genlm_weights_get (weights, byte),
                 byte == 'a' ? a : byte == 'b' ? b : -INFINITY, 1e-12);
  assert_near (genlm_weights_get (weights, 256), eos, 1e-12);
}

static void
test_fan (void)
{
  g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_new ();
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  const char *zero[] = { "ad", "c", "abb" };
  guint i;

  for (i = 0; i < 4; i++)
    genlm_wfsa_add_state (wfsa, NULL);
  genlm_wfsa_add_initial (wfsa, 0, GENLM_WIDE_ONE);
  genlm_wfsa_add_final (wfsa, 2, GENLM_WIDE_ONE);
  genlm_wfsa_add_arc (wfsa, 0, 1, 'a', genlm_wide_from_double (2.0));
  genlm_wfsa_add_arc (wfsa, 1, 2, 'b', GENLM_WIDE_ONE);
  genlm_wfsa_add_arc (wfsa, 1, 2, 'c', GENLM_WIDE_ONE);
  genlm_wfsa_add_arc (wfsa, 1, 3, 'd', GENLM_WIDE_ONE);
  matcher = make_matcher (wfsa, genlm_vocab_bytes (), 1000);
  check_text (matcher, "", log (4.0), -INFINITY);
  check_text (matcher, "a", log (4.0), -INFINITY);
  check_text (matcher, "ab", log (2.0), log (2.0));
  check_text (matcher, "ac", log (2.0), log (2.0));
  check_next (matcher, "", 0.0, -INFINITY, -INFINITY);
  check_next (matcher, "ab", -INFINITY, -INFINITY, 0.0);
  for (i = 0; i < G_N_ELEMENTS (zero); i++)
    {
      g_autoptr (GenlmContext) context = make_context (zero[i]);
      g_autoptr (GError) error = NULL;

      check_text (matcher, zero[i], -INFINITY, -INFINITY);
      g_assert_null (genlm_byte_matcher_dup_weights (matcher, context, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
    }
}

static void
check_epsilon_cycle (guint max_states)
{
  g_autoptr (GenlmWfsa) wfsa = read_wfsa ("%initial 0 0.5\n"
                                          "%initial 1 0.25\n"
                                          "0 0.2\n"
                                          "1 0.35\n"
                                          "0 0 a 0.3\n"
                                          "0 1 a 0.2\n"
                                          "0 1 <eps> 0.1\n"
                                          "1 1 b 0.4\n"
                                          "1 0 <eps> 0.05\n");
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (wfsa, genlm_vocab_bytes (), max_states);

  check_text (matcher, "", -0.8319836254142, -1.567611397488);
  check_text (matcher, "a", -1.892416132677, -2.606842763596);
  check_text (matcher, "b", -2.577874516325, -3.131889700085);
  check_text (matcher, "ab", -3.507019708204, -4.061034891964);
  check_text (matcher, "ba", -6.334944832638, -7.049371463557);
  check_text (matcher, "aab", -4.673190147883, -5.227205331643);
  check_text (matcher, "abab", -8.878693600044, -9.432708783804);
  check_next (matcher, "", -1.060432507263, -1.745890890910, -0.7356277720737);
  check_next (matcher, "a", -1.166170439679, -1.614603575526, -0.7144266309185);
  check_next (matcher, "ab", -3.757070316314, -0.9112781900506, -0.5540151837603);
  check_next (matcher, "ba", -1.166170439679, -1.614603575526, -0.7144266309185);
}

/* With room for states, with room for the start only, and with none. */
static void
test_epsilon_cycle (void)
{
  check_epsilon_cycle (1000);
  check_epsilon_cycle (1);
  check_epsilon_cycle (0);
}

/* -- random automata against sums over all paths ---------------------------- */

#define N_STATES  5
#define N_LETTERS 3
#define MAX_TEXT  4

typedef long double Matrix[N_STATES][N_STATES];

typedef struct
{
  Matrix      silent;
  Matrix      letters[N_LETTERS];
  long double initial[N_STATES];
  long double final[N_STATES];
  /* What is reached without a letter, and by state the weight of all that may
   * follow. */
  Matrix      closure;
  long double rest[N_STATES];
} Oracle;

/* What leaves a state sums to less than one, for the oracle. The automaton
 * weighs all texts the same, but with @spread its states have units of their
 * own, so that what leaves one may come to anything. */
static GenlmWfsa *
make_random (GRand  *rand,
             double  spread,
             Oracle *oracle)
{
  GenlmWfsa *wfsa = genlm_wfsa_new ();
  double units[N_STATES];
  guint i;
  guint j;
  guint k;

  memset (oracle, 0, sizeof *oracle);
  for (i = 0; i < N_STATES; i++)
    {
      genlm_wfsa_add_state (wfsa, NULL);
      units[i] = exp (g_rand_double_range (rand, -spread, spread));
    }
  for (i = 0; i < N_STATES; i++)
    {
      double left = 0.98;

      for (k = 0; k < 6; k++)
        {
          double weight = left * g_rand_double_range (rand, 0.0, 0.6);
          gint label = g_rand_int_range (rand, -1, N_LETTERS);

          j = (guint) g_rand_int_range (rand, 0, N_STATES);
          left -= weight;
          if (label < 0)
            oracle->silent[i][j] += weight;
          else
            oracle->letters[label][i][j] += weight;
          genlm_wfsa_add_arc (wfsa, i, j, label < 0 ? GENLM_WFSA_EPSILON : (guint) ('a' + label),
                              genlm_wide_from_double (weight * units[i] / units[j]));
        }
      if (g_rand_boolean (rand))
        {
          oracle->final[i] = left;
          genlm_wfsa_add_final (wfsa, i, genlm_wide_from_double (left * units[i]));
        }
      if (g_rand_int_range (rand, 0, 3) == 0)
        {
          oracle->initial[i] = 0.5;
          genlm_wfsa_add_initial (wfsa, i, genlm_wide_from_double (0.5 / units[i]));
        }
    }
  return wfsa;
}

static void
multiply (const long double *vector,
          const Matrix       matrix,
          long double       *result)
{
  guint i;
  guint j;

  for (j = 0; j < N_STATES; j++)
    {
      result[j] = 0.0;
      for (i = 0; i < N_STATES; i++)
        result[j] += vector[i] * matrix[i][j];
    }
}

/* Sums all powers of a matrix: I + M + M^2 + …, whose squares shrink. */
static void
sum_powers (const Matrix matrix,
            Matrix       sum)
{
  Matrix power;
  guint round;
  guint i;
  guint j;

  memcpy (power, matrix, sizeof power);
  memset (sum, 0, sizeof power);
  for (i = 0; i < N_STATES; i++)
    sum[i][i] = 1;
  for (round = 0; round < 20; round++)
    {
      Matrix next_sum;
      Matrix next_power;

      for (i = 0; i < N_STATES; i++)
        {
          multiply (sum[i], power, next_sum[i]);
          multiply (power[i], power, next_power[i]);
          for (j = 0; j < N_STATES; j++)
            next_sum[i][j] += sum[i][j];
        }
      memcpy (sum, next_sum, sizeof next_sum);
      memcpy (power, next_power, sizeof next_power);
    }
}

static void
finish_oracle (Oracle *oracle)
{
  Matrix all;
  Matrix sum;
  guint i;
  guint j;
  guint k;

  sum_powers (oracle->silent, oracle->closure);
  memcpy (all, oracle->silent, sizeof all);
  for (k = 0; k < N_LETTERS; k++)
    for (i = 0; i < N_STATES; i++)
      for (j = 0; j < N_STATES; j++)
        all[i][j] += oracle->letters[k][i][j];
  sum_powers (all, sum);
  for (i = 0; i < N_STATES; i++)
    for (j = 0; j < N_STATES; j++)
      oracle->rest[i] += sum[i][j] * oracle->final[j];
}

static void
assert_log (double      log_weight,
            long double weight)
{
  assert_near (log_weight, weight > 0 ? (double) logl (weight) : -INFINITY, 1e-11);
}

/* @vector is where one is after @text, before what is reached without a
 * letter. */
static void
check_from (GenlmByteMatcher  *matcher,
            GenlmByteMatcher  *beyond,
            const Oracle      *oracle,
            GenlmContext      *context,
            const long double *vector)
{
  long double closed[N_STATES];
  long double prefix = 0;
  long double complete = 0;
  double found[4];
  guint i;
  guint k;

  multiply (vector, oracle->closure, closed);
  for (i = 0; i < N_STATES; i++)
    {
      prefix += vector[i] * oracle->rest[i];
      complete += closed[i] * oracle->final[i];
    }
  ask (matcher, context, &found[0], &found[1]);
  ask (beyond, context, &found[2], &found[3]);
  assert_log (found[0], prefix);
  assert_log (found[1], complete);
  assert_near (found[2], found[0], 1e-12);
  assert_near (found[3], found[1], 1e-12);
  for (k = 0; k < N_LETTERS && genlm_context_get_length (context) < MAX_TEXT; k++)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, 'a' + k);
      long double next[N_STATES];

      multiply (closed, oracle->letters[k], next);
      check_from (matcher, beyond, oracle, longer, next);
    }
}

/* What may follow has the weights that the longer contexts have, and sums to
 * one; tokens that are the same text have the same. */
static void
check_tokens (GenlmByteMatcher *matcher,
              GenlmContext     *context)
{
  guint32 n_tokens = genlm_vocab_get_size (genlm_byte_matcher_get_vocab (matcher));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmWeights) again = NULL;
  double prefix;
  double complete;
  double tolerance;
  guint32 token;

  ask (matcher, context, &prefix, &complete);
  if (prefix == -INFINITY)
    return;
  /* Of the differences. */
  tolerance = 1e-12 * MAX (1.0, fabs (prefix));
  weights = genlm_byte_matcher_dup_weights (matcher, context, &error);
  g_assert_no_error (error);
  again = genlm_byte_matcher_dup_weights (matcher, context, &error);
  g_assert_no_error (error);
  assert_near (genlm_weights_get (weights, n_tokens), complete - prefix, tolerance);
  for (token = 0; token < n_tokens; token++)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, token);
      double longer_prefix;

      ask (matcher, longer, &longer_prefix, NULL);
      assert_near (genlm_weights_get (weights, token), longer_prefix - prefix, tolerance);
    }
  for (token = 0; token <= n_tokens; token++)
    assert_near (genlm_weights_get (again, token), genlm_weights_get (weights, token), 1e-12);
  if (n_tokens == 256)
    assert_near (genlm_weights_logsumexp (weights), 0.0, 1e-12);
}

static GenlmVocab *
make_tokens (void)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder builder;
  const char *texts[] = { "",  "a",   "b",   "c",   "ab",   "ba", "abc", "abca", "bb", "cc",
                          "c", "cab", "aaa", "bab", "abba", "d",  "ad",  "\xc3", "aab" };
  GenlmVocab *vocab;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    g_variant_builder_add_value (&builder,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, texts[i],
                                                            strlen (texts[i]), 1));
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  g_autoptr (GenlmVocab) tokens = make_tokens ();
  guint round;

  for (round = 0; round < 120; round++)
    {
      Oracle oracle;
      g_autoptr (GenlmWfsa) wfsa = make_random (rand, round % 2 == 0 ? 0.0 : 7.0, &oracle);
      g_autoptr (GenlmByteMatcher) matcher = make_matcher (wfsa, genlm_vocab_bytes (), 1000);
      g_autoptr (GenlmByteMatcher) beyond = make_matcher (wfsa, genlm_vocab_bytes (),
                                                          round % 6);
      g_autoptr (GenlmByteMatcher) words = genlm_byte_matcher_coerce (matcher, tokens);
      g_autoptr (GenlmByteMatcher) beyond_words = genlm_byte_matcher_coerce (beyond, tokens);
      g_autoptr (GenlmContext) context = genlm_context_new ();
      guint i;

      finish_oracle (&oracle);
      check_from (matcher, beyond, &oracle, context, oracle.initial);
      for (i = 0; i < 5; i++)
        {
          g_autoptr (GenlmContext) longer = NULL;

          check_tokens (matcher, context);
          check_tokens (beyond, context);
          longer = genlm_context_append (context, 'a' + (guint32) g_rand_int_range (rand, 0, 3));
          genlm_context_unref (context);
          context = g_steal_pointer (&longer);
        }
      genlm_context_unref (context);
      context = genlm_context_new ();
      for (i = 0; i < 4; i++)
        {
          g_autoptr (GenlmContext) longer = NULL;

          check_tokens (words, context);
          check_tokens (beyond_words, context);
          longer = genlm_context_append (context, (guint32) g_rand_int_range (rand, 0, 10));
          genlm_context_unref (context);
          context = g_steal_pointer (&longer);
        }
    }
}

/* Long tokens of which a part, or all, weighs less than any double, and which
 * can be read in several ways. */
static void
test_vanishing (void)
{
  const char *texts[] = { "w w a 1e-30\nw v a 0.1\nv v a 1e-35\nv w b 0.5\nw 0.5\nv 0.5\n",
                          "w w a 1e-90\nw v a 0.1\nv v a 1e-95\nv w b 0.5\nw 0.5\nv 0.5\n",
                          "w w a 1e-90\nw v a 1e-99\nv v a 1e-20\nv w b 1e-120\nw 0.5\nv 0.5\n" };
  const GenlmEngineLimits all = { 1000, 1 << 20, 0 };
  GVariantBuilder builder;
  g_autoptr (GenlmVocab) tokens = NULL;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (i = 1; i <= 60; i++)
    {
      g_autofree char *as = g_strnfill (i, 'a');
      g_autofree char *text = g_strconcat (as, i % 3 == 0 ? "ba" : "", NULL);

      g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text,
                                                                        strlen (text), 1));
    }
  tokens = genlm_vocab_new (g_variant_builder_end (&builder), NULL, NULL);
  for (i = 0; i < 2 * G_N_ELEMENTS (texts); i++)
    {
      const char *text = texts[i / 2];
      g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_read (text, strlen (text), &all, NULL);
      g_autoptr (GenlmByteMatcher) matcher = make_matcher (wfsa, tokens, i % 2 == 0 ? 1000 : 2);
      g_autoptr (GenlmContext) context = genlm_context_new ();
      g_autoptr (GenlmContext) longer = genlm_context_append (context, 3);

      check_tokens (matcher, context);
      check_tokens (matcher, longer);
    }
}

/* Arcs of which most weigh next to nothing beside others of their state, by
 * factors down to 10^-@n_digits, and all the more or less for where they stand. */
static GenlmWfsa *
make_extreme (GRand *rand,
              guint  n_states,
              double n_digits)
{
  GenlmWfsa *wfsa = genlm_wfsa_new ();
  g_autofree double *units = g_new (double, n_states);
  guint i;
  guint k;

  for (i = 0; i < n_states; i++)
    {
      genlm_wfsa_add_state (wfsa, NULL);
      units[i] = pow (10.0, g_rand_double_range (rand, -150.0, 150.0));
    }
  for (i = 0; i < n_states; i++)
    for (k = 0; k < 6; k++)
      {
        guint j = (guint) g_rand_int_range (rand, 0, (gint32) n_states);
        double weight = 0.15;
        GenlmWide unit;

        if (k > 0)
          weight *= pow (10.0, -g_rand_double_range (rand, 0.0, n_digits));
        unit = genlm_wide_divide (genlm_wide_from_double (units[i]),
                                  genlm_wide_from_double (units[j]));
        genlm_wfsa_add_arc (wfsa, i, j, 'a' + (guint) g_rand_int_range (rand, 0, N_LETTERS),
                            genlm_wide_multiply (genlm_wide_from_double (weight), unit));
      }
  for (i = 0; i < n_states; i++)
    genlm_wfsa_add_final (wfsa, i, genlm_wide_from_double (0.1 * units[i]));
  for (i = 0; i < n_states; i += 2)
    genlm_wfsa_add_initial (wfsa, i, genlm_wide_from_double (1.0 / units[i]));
  return wfsa;
}

static GBytes *
make_letters (GRand *rand,
              guint  n_letters)
{
  guint8 *letters = g_new (guint8, n_letters);
  guint i;

  for (i = 0; i < n_letters; i++)
    letters[i] = (guint8) ('a' + g_rand_int_range (rand, 0, N_LETTERS));
  return g_bytes_new_take (letters, n_letters);
}

/* Random tokens, some of them long, with much in common. */
static GenlmVocab *
make_long_tokens (GRand *rand)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) stem = make_letters (rand, 120);
  GenlmVocab *vocab;
  GVariantBuilder builder;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (i = 0; i < 60; i++)
    {
      g_autoptr (GBytes) end = make_letters (rand, 1 + i % 5);
      g_autoptr (GByteArray) token = g_byte_array_new ();

      g_byte_array_append (token, g_bytes_get_data (stem, NULL), i < 30 ? 0 : 4 * (i - 30));
      g_byte_array_append (token, g_bytes_get_data (end, NULL), (guint) g_bytes_get_size (end));
      g_variant_builder_add_value (&builder,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, token->data,
                                                              token->len, 1));
    }
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

/* The weights of tokens that are read one by one, by numbers of any size, are
 * those of a walk: of plain numbers, of others, and where there is no room. */
static void
check_extreme (GRand                   *rand,
               const GenlmWfsa         *wfsa,
               GenlmVocab              *tokens,
               const GenlmEngineLimits *limits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeightedDfa) dfa = genlm_weighted_dfa_new_for_wfsa (wfsa, limits, &error);
  g_autoptr (GenlmByteMachine) machine = NULL;
  g_autoptr (GenlmByteMatcher) matcher = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  guint i;

  g_assert_no_error (error);
  machine = genlm_wfsa_machine_new (dfa, 1 << 20);
  matcher = genlm_byte_matcher_new (machine, tokens);
  for (i = 0; i < 12; i++)
    {
      g_autoptr (GenlmContext) longer = NULL;

      check_tokens (matcher, context);
      longer = genlm_context_append (context, (guint32) g_rand_int_range (rand, 0, 60));
      genlm_context_unref (context);
      context = g_steal_pointer (&longer);
    }
}

static void
test_extreme (void)
{
  const double n_digits[] = { 1.0, 20.0, 36.0, 300.0 };
  const GenlmEngineLimits roomy = { 1000, 4 << 20, 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);
  guint round;

  for (round = 0; round < 48; round++)
    {
      guint n_states = 2 + round / 4;
      g_autoptr (GenlmWfsa) wfsa = make_extreme (rand, n_states, n_digits[round % 4]);
      g_autoptr (GenlmVocab) tokens = make_long_tokens (rand);
      const GenlmEngineLimits narrow = { 2, 4000 + 1000 * n_states, 0 };

      check_extreme (rand, wfsa, tokens, &roomy);
      check_extreme (rand, wfsa, tokens, &narrow);
    }
}

/* -- sums that are easily lost --------------------------------------------- */

static void
check_total (const char *text,
             double      expected,
             double      tolerance)
{
  g_autoptr (GenlmWfsa) wfsa = read_wfsa (text);
  g_autoptr (GenlmWeightedDfa) dfa = push_wfsa (wfsa, 1000);

  assert_near (dfa->log_total, expected, tolerance);
}

/* Three states go round, and lose next to nothing. */
static void
check_slow_round (double loss)
{
  const double there = 300.7;
  const double on = 0.0123;
  const double back = (1.0 - loss) / (there * on);
  const long double kept = (long double) there * on * back;
  g_autofree char *text = NULL;

  text = g_strdup_printf ("0 1 a %.17g\n1 2 b %.17g\n2 0 c %.17g\n0\n", there, on, back);
  check_total (text, (double) -logl (1 - kept), 1e-10);
}

static void
test_totals (void)
{
  /* b0 = 0.5 b0 + 3 b1, b1 = 2 + 0.1 b0 */
  check_total ("0 0 a 0.5\n0 1 b 3\n1 0 c 0.1\n1 2\n", log (30.0), 1e-14);
  check_total ("0 0 a 0.5\n0 0 b 0.4999999\n0 0.0000001\n", 0.0, 1e-12);
  check_total ("0 0 a 0.999999999999\n0 0 <eps> 0.000000000000999\n0 0.000000000000001\n", 0.0,
               1e-12);
  check_total ("%weights log\n0 1 a -5000\n1 0 b 4000\n1 2 <eps> -1\n2 -1\n", -5002.0, 1e-9);
  check_total ("%weights log\n0 1 a -1e9\n1 0.5\n", -1e9 + 0.5, 1e-6);
  check_slow_round (1e-3);
  check_slow_round (1e-6);
}

/* The automaton of a pattern, as it would be given: all states are found. */
static GenlmWfsa *
spell_out (GenlmWeightedDfa *dfa)
{
  GenlmWfsa *wfsa = genlm_wfsa_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) states = g_ptr_array_new ();
  guint i;
  guint byte;

  g_ptr_array_add (states, dfa->start);
  g_hash_table_insert (numbers, dfa->start, GUINT_TO_POINTER (genlm_wfsa_add_state (wfsa, NULL)));
  genlm_wfsa_add_initial (wfsa, 0, GENLM_WIDE_ONE);
  for (i = 0; i < states->len; i++)
    {
      GenlmWeightedState *state = g_ptr_array_index (states, i);

      genlm_wfsa_add_final (wfsa, i, genlm_wide_from_log (weigh_final (dfa, state)));
      for (byte = 0; byte < 256; byte++)
        {
          gpointer number;
          double log_weight;
          GenlmWeightedState *next;

          next = genlm_weighted_dfa_step (dfa, state, (guint8) byte, &log_weight, NULL);
          if (next == dfa->dead)
            continue;
          if (!g_hash_table_lookup_extended (numbers, next, NULL, &number))
            {
              number = GUINT_TO_POINTER (genlm_wfsa_add_state (wfsa, NULL));
              g_hash_table_insert (numbers, next, number);
              g_ptr_array_add (states, next);
            }
          genlm_wfsa_add_arc (wfsa, i, GPOINTER_TO_UINT (number), byte,
                              genlm_wide_from_log (log_weight));
        }
    }
  return wfsa;
}

static void
check_spelled (const char *pattern,
               const char *text)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_regex (pattern, CHARSET);
  g_autoptr (GenlmWfsa) wfsa = spell_out (dfa);
  g_autoptr (GenlmWeightedDfa) pushed = push_wfsa (wfsa, 10000);
  double prefixes[2];
  GenlmWeightedState *states[2];

  assert_near (pushed->log_total, 0.0, 1e-10);
  states[0] = read_text (dfa, text, &prefixes[0]);
  states[1] = read_text (pushed, text, &prefixes[1]);
  assert_near (prefixes[1], prefixes[0], 1e-10);
  assert_near (weigh_final (pushed, states[1]), weigh_final (dfa, states[0]), 1e-10);
}

static void
test_spelled (void)
{
  check_spelled ("[\\s\\S]*enjoy[\\s\\S]*", "I enjoy ");
  check_spelled ("[\\s\\S]*[eE]njoy\\s+[A-Za-z]+[iI][nN][gG][\\s\\S]*", "I enjoy walking.");
  check_spelled ("(?!.*the)[a-z\xc3\xa9\xe2\x82\xac ]{3,9}", "is \xc3\xa9t");
  check_spelled ("(a|b)*a(a|b){6}", "abba");
}

/* Every character that may follow has the same weight as every other, and as
 * the end. */
static void
check_even (const char *pattern,
            const char *text)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_regex (pattern, CHARSET "\xc3\xa9\xe2\x82\xac");
  double prefix;
  GenlmWeightedState *state = read_text (dfa, text, &prefix);
  double end = weigh_final (dfa, state);
  guint n_ways = end > -INFINITY;
  gunichar character;
  guint i;

  for (i = 0; i < 2; i++)
    for (character = 1; character < 0x3000; character++)
      {
        char bytes[8] = { 0 };
        g_autofree char *longer = NULL;
        double weight;

        g_unichar_to_utf8 (character, bytes);
        longer = g_strconcat (text, bytes, NULL);
        read_text (dfa, longer, &weight);
        if (weight == -INFINITY)
          continue;
        n_ways += i == 0;
        if (i == 1)
          assert_near (weight - prefix, -log (n_ways), 1e-12);
      }
  if (end > -INFINITY)
    assert_near (end, -log (n_ways), 1e-12);
}

static void
test_even (void)
{
  check_even (".*", "");
  check_even ("[^a-z]{2,}|\xc3\xa8+", "A");
  check_even ("(?=..\xe2\x82\xac)[^b]*", "a\xc3\xa9");
  check_even ("(?i)(stra\xc3\x9f" "e|k\xe2\x84\xaa.)+", "stra");
  check_even ("(ab|\xc3\xa9|\xe2\x82\xac|\xe2\x82\xad){3,5}", "ab");
}

/* -- states that are alike -------------------------------------------------- */

static GenlmVocab *
make_counted_tokens (void)
{
  const char *texts[] = { "a",    "b",         "c",    " ",    "ab",       "ba", "a b",
                          "aaaa", "abcabcabc", "\xc3", "\xa9", "\xc3\xa9", "c ", "cc",
                          "aaaaaaaaaaaaaaa",   "      ", "x",   "xx",       "1",  "a1" };
  g_autoptr (GError) error = NULL;
  GVariantBuilder builder;
  GenlmVocab *vocab;
  guint i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    g_variant_builder_add_value (&builder,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, texts[i],
                                                            strlen (texts[i]), 1));
  vocab = genlm_vocab_new (g_variant_builder_end (&builder), NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

static GenlmByteMatcher *
make_regex_matcher (const char *pattern,
                    GenlmVocab *tokens)
{
  g_autoptr (GenlmWeightedDfa) dfa = make_regex (pattern, CHARSET "\xc3\xa9");
  g_autoptr (GenlmByteMachine) machine = genlm_wfsa_machine_new (dfa, 1 << 20);

  return genlm_byte_matcher_new (machine, tokens);
}

static GenlmWeights *
dup_weights (GenlmByteMatcher *matcher,
             GenlmContext     *context)
{
  g_autoptr (GError) error = NULL;
  GenlmWeights *weights = genlm_byte_matcher_dup_weights (matcher, context, &error);

  g_assert_no_error (error);
  return weights;
}

static guint32
draw_token (GRand        *rand,
            GenlmWeights *weights)
{
  guint32 n_tokens = (guint32) genlm_weights_get_size (weights) - 1;
  guint32 token;
  guint i;

  for (i = 0; i < 1000; i++)
    {
      token = (guint32) g_rand_int_range (rand, 0, (gint32) n_tokens);
      if (genlm_weights_get (weights, token) > -INFINITY)
        return token;
    }
  return n_tokens;
}

/* Who has weighed much has the same weights as who was never asked. Returns how
 * many of them were those of the step before. */
static guint
check_counted (GRand      *rand,
               const char *pattern)
{
  g_autoptr (GenlmVocab) tokens = make_counted_tokens ();
  g_autoptr (GenlmByteMatcher) matcher = make_regex_matcher (pattern, tokens);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) before = NULL;
  guint n_same = 0;
  guint i;

  for (i = 0; i < 100; i++)
    {
      g_autoptr (GenlmWeights) weights = dup_weights (matcher, context);
      g_autoptr (GenlmByteMatcher) fresh = make_regex_matcher (pattern, tokens);
      g_autoptr (GenlmWeights) expected = dup_weights (fresh, context);
      guint32 token = draw_token (rand, weights);
      GenlmContext *longer;
      gsize k;

      for (k = 0; k < genlm_weights_get_size (weights); k++)
        g_assert_true (genlm_weights_get (weights, k) == genlm_weights_get (expected, k));
      n_same += weights == before;
      g_clear_pointer (&before, genlm_weights_unref);
      before = g_steal_pointer (&weights);
      if (token == genlm_vocab_get_size (tokens))
        break;
      longer = genlm_context_append (context, token);
      genlm_context_unref (context);
      context = longer;
    }
  return n_same;
}

static void
test_alike (void)
{
  const char *patterns[] = { "[ab]{3,90}c?", "(a{0,40}|b{0,25}c)x*", "([abc]{1,7} ){0,30}1?",
                             "(\xc3\xa9|a){5,60}b", "((a|b)*a(a|b){5} ){0,9}",
                             ".{0,7}|a{0,30}|[ab]{9,50}" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (29);
  guint round;

  /* Others are within a character. */
  g_assert_cmpuint (check_counted (rand, ".{0,100000}"), >=, 80);
  for (round = 0; round < 3 * G_N_ELEMENTS (patterns); round++)
    check_counted (rand, patterns[round / 3]);
}

/* -- limits ---------------------------------------------------------------- */

static void
check_limit (const GenlmWfsa         *wfsa,
             const GenlmEngineLimits *limits,
             const char              *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_weighted_dfa_new_for_wfsa (wfsa, limits, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, says));
}

/* All states lead to all others. */
static void
test_limits (void)
{
  const guint n_states = 300;
  g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_new ();
  g_autoptr (GenlmWfsa) silent = genlm_wfsa_new ();
  GenlmEngineLimits small = { 1000, 10000, 0 };
  GenlmEngineLimits hasty = { 1000, G_MAXUINT64, 1 };
  guint i;
  guint j;

  for (i = 0; i < n_states; i++)
    {
      genlm_wfsa_add_state (wfsa, NULL);
      genlm_wfsa_add_state (silent, NULL);
    }
  for (i = 0; i < n_states; i++)
    for (j = 0; j < n_states; j++)
      {
        genlm_wfsa_add_arc (wfsa, i, j, 'a', genlm_wide_from_double (0.9 / n_states));
        genlm_wfsa_add_arc (silent, i, j, GENLM_WFSA_EPSILON,
                            genlm_wide_from_double (0.9 / n_states));
      }
  genlm_wfsa_add_initial (wfsa, 0, GENLM_WIDE_ONE);
  genlm_wfsa_add_final (wfsa, 1, GENLM_WIDE_ONE);
  genlm_wfsa_add_initial (silent, 0, GENLM_WIDE_ONE);
  genlm_wfsa_add_final (silent, 1, GENLM_WIDE_ONE);
  check_limit (wfsa, &small, "max-memory=10000");
  check_limit (silent, &small, "max-memory=10000");
  check_limit (wfsa, &hasty, "deadline=1");
}

/* A component of many states, each with few neighbours, is not a matter of
 * all pairs of them. */
static void
test_long_round (void)
{
  const guint n_states = 100000;
  g_autoptr (GenlmWfsa) wfsa = genlm_wfsa_new ();
  g_autoptr (GenlmWeightedDfa) dfa = NULL;
  guint i;

  for (i = 0; i < n_states; i++)
    genlm_wfsa_add_state (wfsa, NULL);
  for (i = 0; i < n_states; i++)
    {
      genlm_wfsa_add_arc (wfsa, i, (i + 1) % n_states, 'a', genlm_wide_from_double (0.75));
      genlm_wfsa_add_arc (wfsa, i, (i + n_states - 1) % n_states, 'b',
                          genlm_wide_from_double (0.125));
      genlm_wfsa_add_final (wfsa, i, genlm_wide_from_double (0.1));
    }
  genlm_wfsa_add_initial (wfsa, 0, GENLM_WIDE_ONE);
  dfa = push_wfsa (wfsa, 1000);
  assert_near (dfa->log_total, log (0.8), 1e-12);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/wfsa/regex/weights", test_regex_weights);
  g_test_add_func ("/engine/wfsa/regex/universe", test_regex_universe);
  g_test_add_func ("/engine/wfsa/fan", test_fan);
  g_test_add_func ("/engine/wfsa/epsilon-cycle", test_epsilon_cycle);
  g_test_add_func ("/engine/wfsa/random", test_random);
  g_test_add_func ("/engine/wfsa/vanishing", test_vanishing);
  g_test_add_func ("/engine/wfsa/extreme", test_extreme);
  g_test_add_func ("/engine/wfsa/totals", test_totals);
  g_test_add_func ("/engine/wfsa/spelled", test_spelled);
  g_test_add_func ("/engine/wfsa/regex/even", test_even);
  g_test_add_func ("/engine/wfsa/alike", test_alike);
  g_test_add_func ("/engine/wfsa/limits", test_limits);
  g_test_add_func ("/engine/wfsa/long-round", test_long_round);
  return g_test_run ();
}
