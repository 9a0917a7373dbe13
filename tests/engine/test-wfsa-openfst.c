/* OpenFst's command-line tools as the oracle: they know nothing of our ways of
 * summing. Skipped where they are not installed. */

#include <genlm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-wfsa-machine.h"

#define N_STATES  6
#define N_LETTERS 3
#define N_ROUNDS  12
#define MAX_TEXT  3

/* They iterate until sums change by less than they are told. */
#define TOLERANCE (1e-6)

static void
assert_near (double value,
             double expected)
{
  if (value != expected && !(fabs (value - expected) <= TOLERANCE))
    g_error ("%.17g is not %.17g", value, expected);
}

static gboolean
have_tools (void)
{
  const char *tools[] = { "fstcompile", "fstprint", "fstpush", "fstrmepsilon",
                          "fstshortestdistance" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autofree char *path = g_find_program_in_path (tools[i]);

      if (path == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Every state is final, so that all are on a way to an end; weights are costs,
 * label 0 is none. */
static char *
make_random (GRand *rand)
{
  GString *text = g_string_new (NULL);
  guint i;
  guint k;

  for (i = 0; i < N_STATES; i++)
    {
      double left = 0.9;

      for (k = 0; k < 5; k++)
        {
          double weight = left * g_rand_double_range (rand, 0.05, 0.5);
          gint label = g_rand_int_range (rand, 0, N_LETTERS + 1);

          left -= weight;
          g_string_append_printf (text, "%u %d %d %d %.17g\n", i,
                                  g_rand_int_range (rand, 0, N_STATES), label, label,
                                  -log (weight));
        }
      g_string_append_printf (text, "%u %.17g\n", i, -log (left));
    }
  return g_string_free (text, FALSE);
}

/* What the tools print when they are given @text. */
static char *
run_tools (const char *command,
           const char *text)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                              &error, "sh", "-c", command, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, text, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

/* States are those of the text, in the order in which they are met first, as
 * the tools number them. */
static GenlmWfsa *
read_costs (const char *text)
{
  GenlmWfsa *wfsa = genlm_wfsa_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean is_first = TRUE;
  guint i;

  for (i = 0; i < N_STATES * 4; i++)
    genlm_wfsa_add_state (wfsa, NULL);
  for (i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit_set (lines[i], " \t", -1);
      guint n_fields = g_strv_length (fields);
      guint32 from;
      double cost = 0.0;

      if (lines[i][0] == '\0')
        continue;
      from = (guint32) g_ascii_strtoull (fields[0], NULL, 10);
      if (is_first)
        genlm_wfsa_add_initial (wfsa, from, GENLM_WIDE_ONE);
      is_first = FALSE;
      if (n_fields == 2 || n_fields == 5)
        cost = g_ascii_strtod (fields[n_fields - 1], NULL);
      if (n_fields <= 2)
        genlm_wfsa_add_final (wfsa, from, genlm_wide_from_log (-cost));
      else
        {
          guint64 label = g_ascii_strtoull (fields[2], NULL, 10);

          genlm_wfsa_add_arc (wfsa, from, (guint32) g_ascii_strtoull (fields[1], NULL, 10),
                              label == 0 ? GENLM_WFSA_EPSILON : (guint32) ('a' + label - 1),
                              genlm_wide_from_log (-cost));
        }
    }
  return wfsa;
}

static GenlmByteMatcher *
make_matcher (const char *text)
{
  const GenlmEngineLimits limits = { 1000, 1 << 20, 0 };
  g_autoptr (GenlmWfsa) wfsa = read_costs (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeightedDfa) dfa = genlm_weighted_dfa_new_for_wfsa (wfsa, &limits, &error);
  g_autoptr (GenlmByteMachine) machine = NULL;

  g_assert_no_error (error);
  machine = genlm_wfsa_machine_new (dfa, 1 << 20);
  return genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
}

static void
compare (GenlmByteMatcher *ours,
         GenlmByteMatcher *theirs,
         GenlmContext     *context)
{
  double weights[4];
  guint k;

  genlm_byte_matcher_weigh (ours, context, &weights[0], &weights[1], NULL);
  genlm_byte_matcher_weigh (theirs, context, &weights[2], &weights[3], NULL);
  assert_near (weights[0], weights[2]);
  assert_near (weights[1], weights[3]);
  for (k = 0; k < N_LETTERS && genlm_context_get_length (context) < MAX_TEXT; k++)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, 'a' + k);

      compare (ours, theirs, longer);
    }
}

#define COMPILE "fstcompile --arc_type=log64"

static void
test_distances (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  guint round;

  if (!have_tools ())
    {
      g_test_skip ("The tools of OpenFst are not installed");
      return;
    }
  for (round = 0; round < N_ROUNDS; round++)
    {
      g_autofree char *text = make_random (rand);
      g_autofree char *output = NULL;
      g_autoptr (GenlmByteMatcher) matcher = make_matcher (text);
      g_autoptr (GenlmContext) context = genlm_context_new ();
      double prefix;

      output = run_tools (COMPILE " | fstshortestdistance --reverse --delta=1e-12", text);
      genlm_byte_matcher_weigh (matcher, context, &prefix, NULL, NULL);
      g_assert_true (g_str_has_prefix (output, "0\t"));
      assert_near (prefix, -g_ascii_strtod (output + 2, NULL));
    }
}

/* Their automaton without epsilon, pushed, weighs texts as ours does. */
static void
test_pushed (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  guint round;

  if (!have_tools ())
    {
      g_test_skip ("The tools of OpenFst are not installed");
      return;
    }
  for (round = 0; round < N_ROUNDS; round++)
    {
      g_autofree char *text = make_random (rand);
      g_autofree char *output = NULL;
      g_autoptr (GenlmByteMatcher) ours = make_matcher (text);
      g_autoptr (GenlmByteMatcher) theirs = NULL;
      g_autoptr (GenlmContext) context = genlm_context_new ();

      output = run_tools (COMPILE " | fstrmepsilon --delta=1e-12"
                                  " | fstpush --push_weights --delta=1e-12 | fstprint",
                          text);
      theirs = make_matcher (output);
      compare (ours, theirs, context);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/wfsa/openfst/distances", test_distances);
  g_test_add_func ("/engine/wfsa/openfst/pushed", test_pushed);
  return g_test_run ();
}
