/* Runs the real command, as a user would. */
#define _GNU_SOURCE /* posix_openpt () */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test-command.h"

static void
use_modules (const char *kind)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "..", "plugin", "modules", kind, NULL);

  g_setenv ("GENLM_PLUGIN_PATH", path, TRUE);
}

static void
test_command (void)
{
  g_autoptr (Result) version = run ("--version", NULL);
  g_autoptr (Result) help = run ("--help", NULL);
  g_autoptr (Result) inspect_help = run ("inspect", "--help", NULL);
  g_autoptr (Result) launch_help = run ("launch", "--help", NULL);
  g_autoptr (Result) none = run (NULL, NULL);
  g_autoptr (Result) unknown = run ("lunch", NULL);

  assert_done (version);
  g_assert_true (g_pattern_match_simple ("genlm ?*.?*.?*\n", version->output));
  assert_done (help);
  g_assert_nonnull (strstr (help->output, "bench"));
  g_assert_nonnull (strstr (help->output, "check"));
  g_assert_nonnull (strstr (help->output, "inspect"));
  g_assert_nonnull (strstr (help->output, "launch"));
  assert_done (inspect_help);
  g_assert_nonnull (strstr (inspect_help->output, "--failed"));
  assert_done (launch_help);
  g_assert_nonnull (strstr (launch_help->output, "genlm launch"));
  assert_failed (none, "*command is missing*launch*");
  assert_failed (unknown, "*\"lunch\"*genlm --help*");
}

/* It says what it is for, and is not on the list. */
static void
test_worker (void)
{
  g_autoptr (Result) help = run ("--help", NULL);
  g_autoptr (Result) by_hand = run ("worker", NULL);
  g_autoptr (Result) argument = run ("worker", "--help", NULL);

  g_assert_null (strstr (help->output, "worker"));
  assert_failed (by_hand, "*not for people*multiprocess*");
  assert_failed (argument, "*not for people*multiprocess*");
}

static void
test_inspect_list (void)
{
  g_autoptr (Result) text = run ("inspect", NULL);
  g_autoptr (Result) json = run ("inspect", "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonArray *plugins;
  gboolean found = FALSE;

  assert_done (text);
  g_assert_nonnull (strstr (text->output, "good 1.2.3: Elements for tests"));
  g_assert_nonnull (strstr (text->output, "test-thing"));

  assert_done (json);
  object = parse_json (json->output, &root);
  assert_members (object, "plugins");
  plugins = json_object_get_array_member (object, "plugins");
  for (guint i = 0; i < json_array_get_length (plugins); i++)
    {
      JsonObject *plugin = json_array_get_object_element (plugins, i);
      JsonArray *elements = json_object_get_array_member (plugin, "elements");
      gboolean core = strcmp (json_object_get_string_member (plugin, "name"), "core") == 0;

      assert_members (plugin, "name file language version elements");
      g_assert_true (json_object_get_null_member (plugin, "file") == core);
      g_assert_cmpuint (json_array_get_length (elements), >, 0);
      for (guint j = 0; j < json_array_get_length (elements); j++)
        {
          JsonObject *element = json_array_get_object_element (elements, j);

          assert_members (element, "name type klass description rank");
          if (strcmp (json_object_get_string_member (element, "name"), "awrs") != 0)
            continue;
          found = TRUE;
          g_assert_cmpstr (json_object_get_string_member (element, "type"), ==, "GenlmAwrs");
          g_assert_cmpint (json_object_get_int_member (element, "rank"), ==, 256);
        }
    }
  g_assert_true (found);
}

static void
test_inspect_element (void)
{
  g_autoptr (Result) text = run ("inspect", "TestThing", NULL);
  g_autoptr (Result) wrapper = run ("inspect", "test-wrapper", NULL);
  g_autoptr (Result) json = run ("inspect", "test-thing", "--json", NULL);
  g_autoptr (Result) unknown = run ("inspect", "test-thnig", NULL);
  g_autoptr (Result) unknown_json = run ("inspect", "test-thnig", "--json", NULL);
  g_autoptr (Result) two = run ("inspect", "test-thing", "smc", NULL);
  g_autoptr (Result) option = run ("inspect", "--jsno", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *property;

  assert_done (text);
  g_assert_nonnull (strstr (text->output, "int: A number\n    gint, takes a whole number from -10 to 10; default 3; readable, writable, construct\n"));
  g_assert_nonnull (strstr (text->output, "takes one of red, light-blue; default red;"));
  g_assert_nonnull (strstr (text->output, "takes a file name; default none; readable, writable, construct, file\n"));
  assert_done (wrapper);
  g_assert_nonnull (strstr (wrapper->output, "input   input"));

  assert_done (json);
  object = parse_json (json->output, &root);
  assert_members (object, "name type klass description rank plugin file language input properties");
  property = json_array_get_object_element (json_object_get_array_member (object, "properties"), 1);
  assert_members (property, "name type range default blurb flags");
  g_assert_cmpstr (json_object_get_string_member (property, "name"), ==, "int");
  g_assert_cmpstr (json_object_get_string_member (property, "default"), ==, "3");

  assert_failed (unknown, "*\"test-thnig\"*did you mean \"test-thing\"?*Searched: *");
  assert_failed (unknown_json, "*");
  assert_failed (two, "*\"smc\" is a second*");
  assert_failed (option, "*--jsno*genlm inspect --help*");
}

static void
test_inspect_failed (void)
{
  g_autoptr (Result) none = NULL;
  g_autoptr (Result) list = NULL;
  g_autoptr (Result) text = NULL;
  g_autoptr (Result) json = NULL;
  g_autoptr (Result) again = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *failed;

  /* A plugin that offers less than it could is told, too. */
  none = run ("inspect", "--failed", NULL);
  assert_done (none);
  g_assert_nonnull (strstr (none->output, "second: "));
  g_assert_nonnull (strstr (none->output, "test-missing needs a moon"));
  g_assert_null (strstr (none->output, "good: "));

  use_modules ("bad");
  list = run ("inspect", NULL);
  assert_done (list);
  g_assert_nonnull (strstr (list->output, "cannot be used: 7. \"genlm inspect --failed\""));
  text = run ("inspect", "--failed", NULL);
  assert_done (text);
  g_assert_nonnull (strstr (text->output, "libgenlmcrash.so: it crashed (signal 9"));
  g_assert_nonnull (strstr (text->output, "interface 999"));
  json = run ("inspect", "--failed", "--json", NULL);
  assert_done (json);
  failed = json_object_get_array_member (parse_json (json->output, &root), "failed");
  g_assert_cmpuint (json_array_get_length (failed), ==, 7);
  assert_members (json_array_get_object_element (failed, 0), "name file reason");
  again = run ("inspect", "--failed", "--rescan", NULL);
  assert_done (again);
  g_assert_cmpstr (again->output, ==, text->output);
  use_modules ("good");
}

/* What a script says about itself, which is not run. */
static void
test_inspect_script (void)
{
  g_autoptr (Result) list = NULL;
  g_autoptr (Result) text = NULL;
  g_autoptr (Result) json = NULL;
  g_autoptr (Result) failed = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *property;

  g_setenv ("GENLM_PLUGIN_PATH", TEST_SCRIPTS, TRUE);
  list = run ("inspect", NULL);
  assert_done (list);
  g_assert_nonnull (strstr (list->output, "letters.py: Text of few letters\n  test-letters   Text of few letters\n"));
  g_assert_nonnull (strstr (list->output, "cannot be used: 1."));

  text = run ("inspect", "test-letters", NULL);
  assert_done (text);
  g_assert_nonnull (strstr (text->output, "plugin  letters.py\n  script  " TEST_SCRIPTS "/letters.py (python)\n"));
  g_assert_nonnull (strstr (text->output, "n: How many letters\n    guint, takes a whole number from 0 upwards; default 3;"));
  g_assert_nonnull (strstr (text->output, "list: \n    gchararray, takes a file name; default none;"));

  json = run ("inspect", "Letters", "--json", NULL);
  assert_done (json);
  object = parse_json (json->output, &root);
  g_assert_cmpstr (json_object_get_string_member (object, "language"), ==, "python");
  g_assert_cmpstr (json_object_get_string_member (object, "file"), ==, TEST_SCRIPTS "/letters.py");
  property = json_array_get_object_element (json_object_get_array_member (object, "properties"), 0);
  g_assert_cmpstr (json_object_get_string_member (property, "name"), ==, "n");
  g_assert_cmpstr (json_object_get_string_member (property, "default"), ==, "3");
  g_assert_cmpstr (json_object_get_string_member (property, "blurb"), ==, "How many letters");

  failed = run ("inspect", "--failed", NULL);
  assert_done (failed);
  g_assert_true (g_pattern_match_simple ("broken.js: Failed to load plugin from *broken.js: *has no type*\n", failed->output));
  use_modules ("good");
}

#define LINE "test-model name=lm test-model behaviour=filter name=re awrs potential=lm. condition=re. ! " \
             "smc particles=5 max-tokens=4 seed=11"

/* What a run gave, without the times. */
static char *
without_times (const char *json)
{
  const char *times = strstr (json, "\"times\"");

  g_assert_nonnull (times);
  return g_strndup (json, times - json);
}

static void
test_launch_json (void)
{
  g_autoptr (Result) result = run ("launch", "--json", LINE, NULL);
  g_autoptr (Result) same = run ("launch", "--json", LINE, NULL);
  g_autoptr (Result) seeded = run ("launch", "--seed=11", "--json", LINE " ess-threshold=0.5", NULL);
  g_autoptr (Result) other = run ("launch", "--json", "--seed", "18446744073709551615", LINE, NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonArray *array;
  double total = 0.0;

  assert_done (result);
  object = parse_json (result->output, &root);
  assert_members (object, "posterior particles log_evidence ess seed times");
  assert_members (json_object_get_object_member (object, "times"), "total_s model_s constraint_s tokens_per_s");
  g_assert_cmpint (json_object_get_int_member (object, "seed"), ==, 11);
  g_assert_cmpfloat (json_object_get_double_member (object, "ess"), <=, 5.0 + 1e-9);

  array = json_object_get_array_member (object, "posterior");
  g_assert_cmpuint (json_array_get_length (array), >, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *entry = json_array_get_object_element (array, i);

      assert_members (entry, "text probability");
      total += json_object_get_double_member (entry, "probability");
    }
  g_assert_cmpfloat_with_epsilon (total, 1.0, 1e-9);

  array = json_object_get_array_member (object, "particles");
  g_assert_cmpuint (json_array_get_length (array), ==, 5);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *particle = json_array_get_object_element (array, i);
      const char *text = json_object_get_string_member (particle, "text");

      assert_members (particle, "text tokens log_weight finish");
      g_assert_cmpuint (strspn (text, "a"), ==, strlen (text));
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (particle, "tokens")), ==, strlen (text));
    }

  /* A seed repeats a run, wherever it is given. */
  first = without_times (result->output);
  second = without_times (same->output);
  third = without_times (seeded->output);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==, third);
  assert_done (other);
  g_assert_nonnull (strstr (other->output, "\"seed\" : \"18446744073709551615\""));
}

/* So it does with any number of worker processes. */
static void
test_launch_workers (void)
{
  static const char *const wrappings[] = {
    " ! multiprocess workers=1", " ! multiprocess workers=2", " ! multiprocess workers=5",
    " ! multiprocess workers=2 ! autobatch",
  };
  g_autoptr (Result) plain = run ("launch", "--json", LINE, NULL);
  g_autofree char *want = NULL;

  assert_done (plain);
  want = without_times (plain->output);
  for (guint i = 0; i < G_N_ELEMENTS (wrappings); i++)
    {
      g_autofree char *line = g_strdup_printf ("test-model%s name=lm test-model behaviour=filter%s name=re "
                                               "awrs potential=lm. condition=re. ! "
                                               "smc particles=5 max-tokens=4 seed=11", wrappings[i], wrappings[i]);
      g_autoptr (Result) result = run ("launch", "--json", line, NULL);
      g_autofree char *have = NULL;

      assert_done (result);
      have = without_times (result->output);
      g_assert_cmpstr (have, ==, want);
    }
}

static void
test_launch_dead (void)
{
  const char *line = "test-model behaviour=endless ! direct ! smc particles=2 max-tokens=3 seed=1";
  g_autoptr (Result) json = run ("launch", "--json", line, NULL);
  g_autoptr (Result) text = run ("launch", line, NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *particle;

  /* Dead particles are a result; what is not finite is null. */
  assert_done (json);
  object = parse_json (json->output, &root);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "posterior")), ==, 0);
  g_assert_true (json_object_get_null_member (object, "log_evidence"));
  particle = json_array_get_object_element (json_object_get_array_member (object, "particles"), 0);
  g_assert_cmpstr (json_object_get_string_member (particle, "finish"), ==, "dead");
  g_assert_true (json_object_get_null_member (particle, "log_weight"));

  assert_done (text);
  g_assert_nonnull (strstr (text->output, "no particle has a weight above zero"));
  g_assert_nonnull (strstr (text->output, "dead "));
  g_assert_nonnull (strstr (text->output, "test-model"));
}

static void
test_launch_text (void)
{
  g_autoptr (Result) result = run ("launch", LINE, NULL);

  assert_done (result);
  g_assert_true (g_str_has_prefix (result->output, "Posterior:\n"));
  g_assert_nonnull (strstr (result->output, "Particles:\n"));
  g_assert_nonnull (strstr (result->output, "Log evidence "));
  g_assert_nonnull (strstr (result->output, ", seed 11\n"));
  g_assert_nonnull (strstr (result->output, " tokens/s\n"));
}

typedef struct
{
  const char *description;
  const char *pattern;
} Mistake;

static const Mistake mistakes[] = {
  { "", "*no element*^*" },
  { "test-modle ! direct ! smc", "*1:1: *did you mean \"test-model\"?*^*" },
  { "test-model ! direct ! smc partikles=3", "*1:27: *\"partikles\"*\"particles\"*^*" },
  { "test-model ! direct ! smc particles=many", "*1:37: *from 1 to *^*" },
  { "test-model ! awrs condition=re. ! smc", "*1:29: *\"re\"*^*" },
  { "awrs ! smc", "*1:1: *needs potential=*^*" },
  { "test-model ! smc", "*GenlmSampler*TestModel*^*" },
  { "test-model", "*\"test-model\", which cannot be run*! smc*" },
  { "test-model name=lm test-model name=re direct potential=lm. ! smc", "*Nothing takes the element \"test-model\"*" },
  { "test-model behaviour=empty ! direct ! smc", "*language is empty*" },
  { "test-model behaviour=fail ! direct ! smc", "*test-model: it was told to fail*" },
  { "test-model prompt=\"x ! direct ! smc", "*no end*^*" },
};

static void
test_launch_mistakes (void)
{
  g_autoptr (Result) none = run ("launch", NULL);
  g_autoptr (Result) two = run ("launch", "test-model", "! smc", NULL);
  g_autoptr (Result) seed = run ("launch", "--seed=x", LINE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (Result) text = run ("launch", mistakes[i].description, NULL);
      g_autoptr (Result) json = run ("launch", "--json", mistakes[i].description, NULL);

      assert_failed (text, mistakes[i].pattern);
      assert_failed (json, mistakes[i].pattern);
    }
  assert_failed (none, "*description is missing*");
  assert_failed (two, "*one argument, in quotation marks*");
  assert_failed (seed, "*--seed*");
}

#define QUICK "--seconds=0.02"

static void
assert_bench_result (JsonObject *result)
{
  double time = json_object_get_double_member (result, "us_per_item");

  assert_members (result, "method setup workers autobatch kind size us_per_item items_per_s rounds");
  g_assert_cmpfloat (time, >, 0);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (result, "items_per_s") * time, 1e6, 1);
  g_assert_cmpint (json_object_get_int_member (result, "rounds"), >, 0);
}

static void
test_bench_json (void)
{
  g_autoptr (Result) result = run ("bench", QUICK, "--json", "--workers=0", "test-model behaviour=filter", NULL);
  g_autoptr (Result) chosen = run ("bench", QUICK, "--json", "--workers=0", "--method=complete", "--element=lm",
                                   "test-model name=lm ! direct ! smc", NULL);
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (JsonNode) chosen_root = NULL;
  JsonObject *object;
  JsonArray *results;

  assert_done (result);
  object = parse_json (result->output, &root);
  assert_members (object, "potential tokens traits contexts mean_length seed processors load results "
                          "not_measured recommended");
  g_assert_cmpstr (json_object_get_string_member (object, "potential"), ==, "test-model");
  g_assert_cmpint (json_object_get_int_member (object, "tokens"), ==, 256);
  g_assert_cmpint (json_object_get_int_member (object, "contexts"), >, 0);
  g_assert_cmpint (json_object_get_int_member (object, "seed"), ==, 1);
  assert_members (json_object_get_object_member (object, "recommended"), "setup add times_plain");

  /* Three methods, plain and autobatched, in five ways. */
  results = json_object_get_array_member (object, "results");
  g_assert_cmpuint (json_array_get_length (results), ==, 3 * 2 * 5);
  for (guint i = 0; i < json_array_get_length (results); i++)
    assert_bench_result (json_array_get_object_element (results, i));

  assert_done (chosen);
  object = parse_json (chosen->output, &chosen_root);
  g_assert_cmpstr (json_object_get_string_member (object, "potential"), ==, "test-model “lm”");
  results = json_object_get_array_member (object, "results");
  g_assert_cmpuint (json_array_get_length (results), ==, 2 * 5);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (results, 0), "method"), ==, "complete");
}

static void
test_bench_text (void)
{
  g_autoptr (Result) result = run ("bench", QUICK, "--workers=0", "--seed=7", "test-model", NULL);
  g_autoptr (Result) workers = run ("bench", QUICK, "--workers=3", "--method=prefix", "test-model", NULL);
  g_autoptr (Result) without = NULL;
  g_autofree char *worker = g_strdup (g_getenv ("GENLM_WORKER"));
  g_autoptr (Result) beside = run ("bench", QUICK, "--workers=0", "test-thing name=x test-model", NULL);

  assert_done (result);
  g_assert_true (g_str_has_prefix (result->output, "test-model over bytes: inline, thread-safe\n"));
  g_assert_nonnull (strstr (result->output, "seed 7;"));
  g_assert_nonnull (strstr (result->output, "\nlogw_next               plain    autobatch"));
  g_assert_nonnull (strstr (result->output, "\n  64 at once "));
  g_assert_null (strstr (result->output, "\nmask_next"));
  g_assert_nonnull (strstr (result->output, "\nRecommended: "));

  /* Worker processes, and what is said where there are none. */
  assert_done (workers);
  g_assert_nonnull (strstr (workers->output, "     1 worker    2 workers    3 workers  3+autobatch       items/s\n"));
  g_assert_null (strstr (workers->output, "Not measured"));
  g_setenv ("GENLM_WORKER", "/dev/null/none", TRUE);
  without = run ("bench", QUICK, "--workers=1", "--method=prefix", "test-model", NULL);
  g_setenv ("GENLM_WORKER", worker, TRUE);
  assert_done (without);
  g_assert_nonnull (strstr (without->output, "\nNot measured: 1 worker. "));

  /* Other elements may be there, to be measured another time. */
  assert_done (beside);
}

static void
test_bench_mistakes (void)
{
  static const struct { const char *option; const char *description; const char *pattern; } cases[] = {
    { QUICK, "test-modle", "*1:1: *did you mean \"test-model\"?*^*" },
    { QUICK, "test-model ! direct", "*\"direct\" is no potential*--element*" },
    { "--element=re", "test-model", "*name \"re\"*" },
    { "--method=mask_next", "test-model", "*not Boolean*" },
    { "--method=sample", "test-model", "*no method \"sample\"*" },
    { "--seconds=0", "test-model", "*--seconds*" },
    { "--seconds=nan", "test-model", "*--seconds*" },
    { "--workers=-2", "test-model", "*--workers*" },
    { "--seed=0", "test-model", "*--seed*" },
    { QUICK, "test-model behaviour=empty", "*contexts to measure with*" },
    { QUICK, "test-model behaviour=fail", "*it was told to fail*" },
  };
  g_autoptr (Result) none = run ("bench", NULL);
  g_autoptr (Result) two = run ("bench", "test-model", "! autobatch", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Result) result = run ("bench", cases[i].option, cases[i].description, NULL);

      assert_failed (result, cases[i].pattern);
    }
  assert_failed (none, "*description is missing*");
  assert_failed (two, "*one argument, in quotation marks*");
}

static void
test_full_disk (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  g_subprocess_launcher_set_stdout_file_path (launcher, "/dev/full");
  process = g_subprocess_launcher_spawn (launcher, &error, "genlm", "launch", LINE, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &errors, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (errors, "standard output"));
}

typedef struct
{
  const char *command;
  const char *behaviour;
  const char *rest;
} Interrupt;

/* Ctrl-C while a model does not answer, while it keeps the main thread, and
 * while it is being loaded. */
static void
test_interrupt (gconstpointer data)
{
  const Interrupt *test = data;
  g_autofree char *line = g_strdup_printf ("test-model behaviour=%s%s", test->behaviour, test->rest);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) errors = NULL;
  g_autofree char *asked = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start, limit = (g_test_perf () ? 200 : 3000) * 1000;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                              "genlm", test->command, line, NULL);
  g_assert_no_error (error);
  errors = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  asked = g_data_input_stream_read_line (errors, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (asked, ==, "asked");

  start = g_get_monotonic_time ();
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_test_message ("%s: %.1f ms", test->behaviour, (g_get_monotonic_time () - start) / 1e3);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_cmpint (g_get_monotonic_time () - start, <, limit);
  output = g_data_input_stream_read_upto (G_DATA_INPUT_STREAM (errors), "", 0, NULL, NULL, NULL);
  g_assert_true (output == NULL || *output == '\0');
}

/* Progress is for people: on a terminal, and nowhere else. */
static void
test_progress (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char chunk[256];
  gssize n;
  int leader = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  int follower;

  if (leader < 0 || grantpt (leader) != 0 || unlockpt (leader) != 0)
    {
      g_test_skip ("there are no pseudo-terminals");
      return;
    }
  follower = open (ptsname (leader), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (follower, >=, 0);
  g_subprocess_launcher_take_stderr_fd (launcher, follower);
  process = g_subprocess_launcher_spawn (launcher, &error, "genlm", "launch", LINE, NULL);
  g_assert_no_error (error);
  g_subprocess_launcher_close (launcher);
  while ((n = read (leader, chunk, sizeof chunk)) > 0)
    g_string_append_len (seen, chunk, n);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_nonnull (strstr (seen->str, "step 1 of at most 4: "));
  g_assert_null (strchr (seen->str, '\n'));
  close (leader);
}

static void
test_completion (void)
{
  static const char script[] = "source \"$0\"; complete -p genlm >/dev/null; "
                               "COMP_WORDS=(genlm inspect test-w); COMP_CWORD=2; _genlm; echo \"${COMPREPLY[*]}\"; "
                               "COMP_WORDS=(genlm l); COMP_CWORD=1; _genlm; echo \"${COMPREPLY[*]}\"; "
                               "COMP_WORDS=(genlm bench --w); COMP_CWORD=2; _genlm; echo \"${COMPREPLY[*]}\"";
  g_autofree char *bash = g_find_program_in_path ("bash");
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (bash == NULL)
    {
      g_test_skip ("there is no bash");
      return;
    }
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, bash, "-c", script, TEST_COMPLETION, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "test-wrapper\nlaunch\n--workers=\n");
}

int
main (int    argc,
      char **argv)
{
  static const Interrupt interrupts[] = {
    { "bench", "silent", "" },
    { "bench", "block", "" },
    { "launch", "silent", " ! direct ! smc" },
    { "launch", "block", " ! direct ! smc" },
    { "launch", "stuck", " ! direct ! smc" },
  };
  g_autofree char *folder = NULL;
  g_autofree char *registry = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("genlm-test-XXXXXX", NULL);
  registry = g_build_filename (folder, "registry.gvariant", NULL);
  g_setenv ("GENLM_REGISTRY", registry, TRUE);
  use_modules ("good");

  g_test_add_func ("/tools/command", test_command);
  g_test_add_func ("/tools/worker", test_worker);
  g_test_add_func ("/tools/inspect/list", test_inspect_list);
  g_test_add_func ("/tools/inspect/element", test_inspect_element);
  g_test_add_func ("/tools/inspect/failed", test_inspect_failed);
  g_test_add_func ("/tools/inspect/script", test_inspect_script);
  g_test_add_func ("/tools/launch/json", test_launch_json);
  g_test_add_func ("/tools/launch/workers", test_launch_workers);
  g_test_add_func ("/tools/launch/dead", test_launch_dead);
  g_test_add_func ("/tools/launch/text", test_launch_text);
  g_test_add_func ("/tools/launch/mistakes", test_launch_mistakes);
  g_test_add_func ("/tools/launch/full-disk", test_full_disk);
  g_test_add_func ("/tools/bench/json", test_bench_json);
  g_test_add_func ("/tools/bench/text", test_bench_text);
  g_test_add_func ("/tools/bench/mistakes", test_bench_mistakes);
  for (guint i = 0; i < G_N_ELEMENTS (interrupts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tools/%s/interrupt/%s", interrupts[i].command,
                                               interrupts[i].behaviour);

      g_test_add_data_func (path, &interrupts[i], test_interrupt);
    }
  g_test_add_func ("/tools/launch/progress", test_progress);
  g_test_add_func ("/tools/completion", test_completion);

  status = g_test_run ();
  g_remove (registry);
  g_rmdir (folder);
  return status;
}
