#include <genlm.h>

#include <math.h>
#include <string.h>

#include "genlm-regex-parser.h"
#include "genlm-weighted-dfa.h"

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
  if (value != expected && !(fabs (value - expected) <= tolerance))
    g_error ("%.17g is not %.17g within %g", value, expected, tolerance);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/wfsa/regex/weights", test_regex_weights);
  g_test_add_func ("/engine/wfsa/regex/universe", test_regex_universe);
  return g_test_run ();
}
