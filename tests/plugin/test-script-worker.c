/* Potentials in scripts, in a program that speaks neither language: stand-ins and
 * their worker processes. */
#include <genlm.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;

static char *
write_script (const char *name,
              const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static GenlmPotential *
make (const char *name,
      const char *properties)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variants = g_variant_ref_sink (g_variant_new_parsed (properties));
  GenlmPotential *potential = genlm_element_make (name, variants, &error);

  g_assert_no_error (error);
  g_assert_true (GENLM_IS_POTENTIAL (potential));
  return potential;
}

static void
assert_not_made (const char *name,
                 const char *properties,
                 const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variants = g_variant_ref_sink (g_variant_new_parsed (properties));
  g_autoptr (GObject) object = genlm_element_make (name, variants, &error);

  g_assert_null (object);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" is not \"%s\"", error->message, pattern);
}

static double
prefix (GenlmPotential *potential,
        const char     *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  g_autoptr (GError) error = NULL;
  double weight = genlm_potential_prefix_sync (potential, context, NULL, &error);

  g_assert_no_error (error);
  return weight;
}

static GError *
prefix_error (GenlmPotential *potential,
              const char     *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  GError *error = NULL;
  double weight = genlm_potential_prefix_sync (potential, context, NULL, &error);

  g_assert_true (isnan (weight));
  g_assert_nonnull (error);
  return error;
}

static void
test_made (gconstpointer data)
{
  const char *name = data;
  g_autoptr (GenlmPotential) potential = make (name, "{'max-length': <3>, 'name': <'words'>}");
  g_autoptr (GenlmPotential) usual = make (name, "@a{sv} {}");
  guint length = 0;

  g_assert_cmpfloat (prefix (potential, "abc de"), ==, 0);
  g_assert_cmpfloat (prefix (potential, "abcd"), ==, -INFINITY);
  g_assert_cmpfloat (prefix (usual, "abcdefghijkl"), ==, 0);
  g_assert_cmpfloat (prefix (usual, "abcdefghijklm"), ==, -INFINITY);
  g_assert_cmpint (genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN, !=, 0);
  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (potential), genlm_vocab_bytes ()));
  g_object_get (potential, "max-length", &length, NULL);
  g_assert_cmpuint (length, ==, 3);
}

static void
on_scores (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GenlmScores **scores = user_data;
  g_autoptr (GError) error = NULL;

  *scores = genlm_potential_batch_complete_finish (GENLM_POTENTIAL (source), result, &error);
  g_assert_no_error (error);
}

/* Every way to ask. */
static void
test_asked (gconstpointer data)
{
  g_autoptr (GenlmPotential) potential = make (data, "{'max-length': <1>}");
  g_autoptr (GenlmBatch) batch = genlm_batch_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmContext) full = genlm_context_new_from_bytes (bytes);
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GError) error = NULL;

  genlm_batch_append (batch, empty);
  genlm_batch_append (batch, full);
  weights = genlm_potential_logw_next_sync (potential, full, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_weights_get_size (weights), ==, 257);
  g_assert_cmpfloat (genlm_weights_get (weights, 'b'), ==, -INFINITY);
  g_assert_cmpfloat (genlm_weights_get (weights, ' '), ==, 0);
  mask = genlm_potential_mask_next_sync (potential, full, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (genlm_token_set_contains (mask, 'b'));
  g_assert_true (genlm_token_set_contains (mask, 256));

  genlm_potential_batch_complete (potential, batch, NULL, on_scores, &scores);
  while (scores == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (genlm_scores_get_size (scores), ==, 2);
  g_assert_cmpfloat (genlm_scores_get (scores, 1), ==, 0);
}

/* What another process makes is the element in the script, not a pool in a pool. */
static void
test_recipe (gconstpointer data)
{
  const char *name = data;
  g_autoptr (GenlmPotential) potential = make (name, "{'max-length': <3>}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (potential, &error);
  g_autofree char *expected = g_strdup_printf ("('%s', {'max-length': <uint32 3>})", name);
  g_autofree char *text = NULL;
  g_autoptr (GenlmPotential) spawn = NULL;
  g_autoptr (GenlmPotential) pool = NULL;

  g_assert_no_error (error);
  text = g_variant_print (recipe, TRUE);
  g_assert_cmpstr (text, ==, expected);
  spawn = genlm_potential_spawn (potential, &error);
  g_assert_no_error (error);
  g_assert_true (spawn != potential);
  g_assert_cmpfloat (prefix (spawn, "abcd"), ==, -INFINITY);
  pool = genlm_potential_to_multiprocess (potential, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (prefix (pool, "abcd"), ==, -INFINITY);
  g_assert_cmpfloat (prefix (pool, "abc"), ==, 0);
}

static void
test_coerced (gconstpointer data)
{
  g_autoptr (GenlmPotential) potential = make (data, "{'max-length': <3>}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) tokens = g_variant_ref_sink (g_variant_new_parsed ("[b'ab', b'cd', b' ']"));
  g_autoptr (GenlmVocab) vocab = genlm_vocab_new (tokens, "</s>", &error);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (potential, vocab, &error);
  guint32 ids[] = { 0, 1 };
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (ids, 2);

  g_assert_no_error (error);
  g_assert_cmpfloat (genlm_potential_prefix_sync (coerced, context, NULL, &error), ==, -INFINITY);
  g_assert_no_error (error);
}

static void
test_described (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline =
    genlm_pipeline_parse ("word-length max-length=3 ! multiprocess workers=2 ! autobatch", &error);
  g_autoptr (GObject) end = NULL;

  g_assert_no_error (error);
  end = g_object_ref (genlm_pipeline_get_last (pipeline));
  g_assert_cmpfloat (prefix (GENLM_POTENTIAL (end), "abcd"), ==, -INFINITY);
}

/* The outermost has the worker; the other language has another in it. */
static void
test_two_languages (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) python = make ("word-length", "{'max-length': <3>}");
  g_autoptr (GenlmPotential) js = make ("word-length-js", "{'max-length': <2>}");
  g_autoptr (GenlmPotential) product = (GenlmPotential *) genlm_product_new (python, js, &error);
  g_autoptr (GenlmPotential) pool = NULL;

  g_assert_no_error (error);
  pool = genlm_potential_to_multiprocess (product, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (prefix (pool, "ab"), ==, 0);
  g_assert_cmpfloat (prefix (pool, "abc"), ==, -INFINITY);
}

#define PYTHON_HEAD "import os, sys\nfrom gi.repository import Genlm, GObject\n\n"

static void
test_unlisted (void)
{
  g_autofree char *path = write_script ("unlisted.py",
    PYTHON_HEAD
    "class Count(Genlm.PotentialBase):\n"
    "    factor = GObject.Property(type=int, default=1)\n"
    "    def do_weigh_prefix(self, context):\n"
    "        print('printed by a script')\n"
    "        return -float(self.factor * len(context))\n");
  g_autofree char *name = g_strdup_printf ("python:%s:Count", path);
  g_autofree char *none = g_strdup_printf ("python:%s:Nothing", path);
  g_autoptr (GenlmPotential) usual = make (name, "@a{sv} {}");
  g_autoptr (GenlmPotential) twice = make (name, "{'factor': <2>}");
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (twice, NULL);
  g_autofree char *text = g_variant_print (recipe, FALSE);
  g_autofree char *expected = g_strdup_printf ("('%s', {'factor': <2>})", name);

  g_assert_cmpfloat (prefix (usual, "abc"), ==, -3);
  g_assert_cmpfloat (prefix (twice, "abc"), ==, -6);
  g_assert_cmpstr (text, ==, expected);
  assert_not_made (name, "{'facter': <2>}", "*no property \"facter\"; did you mean \"factor\"*");
  assert_not_made (name, "{'factor': <'x'>}", "*\"factor\"*cannot be \"x\"*");
  assert_not_made (none, "@a{sv} {}", "*unlisted.py: there is no class “Nothing” in the file*");
}

/* The input of a script is made beside it. */
static void
test_input (void)
{
  g_autofree char *path = write_script ("half.py",
    "# [genlm element]\n# name=half\n# type=Half\n# input=inner\n# [property inner]\n# type=(sa{sv})\n\n"
    PYTHON_HEAD
    "class Half(Genlm.PotentialBase):\n"
    "    inner = GObject.Property(type=Genlm.Potential)\n"
    "    def do_weigh_prefix(self, context):\n"
    "        return self.inner.prefix_sync(context, None) / 2\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GenlmPotential) count = NULL;
  g_autoptr (GObject) made = NULL;
  g_autofree char *text = NULL;
  const char *inner[] = { "inner" };
  g_autofree char *counting = write_script ("counting.py",
    "# [genlm element]\n# name=counting\n# type=Counting\n\n"
    PYTHON_HEAD
    "class Counting(Genlm.PotentialBase):\n"
    "    def do_weigh_prefix(self, context):\n"
    "        return -float(len(context))\n");

  genlm_registry_rescan (genlm_registry_get_default ());
  pipeline = genlm_pipeline_parse ("counting name=c ! half", &error);
  g_assert_no_error (error);
  g_assert_null (genlm_pipeline_get_element (pipeline, "c"));
  g_assert_cmpfloat (prefix (genlm_pipeline_get_last (pipeline), "abcd"), ==, -2);
  recipe = genlm_potential_to_recipe (genlm_pipeline_get_last (pipeline), &error);
  g_assert_no_error (error);
  text = g_variant_print (recipe, FALSE);
  g_assert_cmpstr (text, ==, "('half', {'inner': <('counting', {'name': <'c'>})>})");

  count = make ("counting", "@a{sv} {}");
  made = genlm_element_make_with_objects ("half", NULL, inner, (GObject **) &count, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (prefix (GENLM_POTENTIAL (made), "ab"), ==, -1);
}

/* A worker waits for what a script awaits. */
static void
test_async (void)
{
  g_autofree char *path = write_script ("awaits.py",
    "import asyncio\n"
    PYTHON_HEAD
    "class Awaits(Genlm.PotentialBase):\n"
    "    async def do_weigh_prefix(self, context):\n"
    "        await asyncio.sleep(0.001)\n"
    "        return -float(len(context))\n"
    "    do_weigh_complete = do_weigh_prefix\n");
  g_autofree char *name = g_strdup_printf ("python:%s:Awaits", path);
  g_autoptr (GenlmPotential) potential = make (name, "@a{sv} {}");
  g_autoptr (GenlmPotential) pool = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (prefix (potential, "abc"), ==, -3);
  pool = genlm_potential_to_multiprocess (potential, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (prefix (pool, "ab"), ==, -2);
}

/* What a script does wrong is an error where it is made. */
static void
test_wrong (void)
{
  static const struct
  {
    const char *text;
    const char *pattern;
  } cases[] = {
    { "def f(:\n", "*SyntaxError*wrong.py:1*" },
    { "import nosuchmodule\n", "*ModuleNotFoundError*nosuchmodule*wrong.py:1*" },
    { PYTHON_HEAD "class X(Genlm.PotentialBase):\n    def __init__(self):\n        raise KeyError('k')\n", "*KeyError: 'k'*wrong.py:6 in __init__*" },
    { PYTHON_HEAD "os._exit(9)\n", "*status 9*" },
    { PYTHON_HEAD "Genlm.element_make('multiprocess', workers=1, potential=Genlm.element_make('regex', pattern='a'))\n",
      "*while *wrong.py is being loaded*__main__*" },
    { PYTHON_HEAD "sys.exit('bye')\n", "*SystemExit: bye*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_script ("wrong.py", cases[i].text);
      g_autofree char *name = g_strdup_printf ("python:%s:X", path);

      assert_not_made (name, "@a{sv} {}", cases[i].pattern);
    }
}

static void
test_faults (void)
{
  g_autofree char *path = write_script ("faults.py",
    PYTHON_HEAD
    "import ctypes\n"
    "class Faults(Genlm.PotentialBase):\n"
    "    def do_weigh_prefix(self, context):\n"
    "        text = bytes(context)\n"
    "        if text == b'raise':\n"
    "            raise ValueError('no such text')\n"
    "        if text == b'exit':\n"
    "            os._exit(7)\n"
    "        if text == b'crash':\n"
    "            ctypes.string_at(0)\n"
    "        if text == b'none':\n"
    "            return None\n"
    "        return 0.0\n");
  g_autofree char *name = g_strdup_printf ("python:%s:Faults", path);
  g_autoptr (GenlmPotential) potential = make (name, "@a{sv} {}");
  static const struct
  {
    const char *text;
    int         code;
    const char *pattern;
  } cases[] = {
    { "raise", GENLM_POTENTIAL_ERROR_FAILED, "*ValueError: no such text*faults.py:9*" },
    { "none", GENLM_POTENTIAL_ERROR_INVALID_RESULT, "*it must return a number*" },
    { "exit", GENLM_POTENTIAL_ERROR_WORKER_FAILED, "*faults.py:Faults*7*" },
    { "crash", GENLM_POTENTIAL_ERROR_WORKER_FAILED, "*faults.py:Faults*11*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = prefix_error (potential, cases[i].text);

      g_assert_error (error, GENLM_POTENTIAL_ERROR, cases[i].code);
      if (!g_pattern_match_simple (cases[i].pattern, error->message))
        g_error ("\"%s\" is not \"%s\"", error->message, cases[i].pattern);
      g_assert_cmpfloat (prefix (potential, "fine"), ==, 0);
    }
}

static const char blocks[] =
  "# [genlm element]\n"
  "# name=blocks\n"
  "# type=Blocks\n"
  "# description=Never answers\n"
  "\n"
  PYTHON_HEAD
  "class Blocks(Genlm.PotentialBase):\n"
  "    def do_weigh_prefix(self, context):\n"
  "        while True:\n"
  "            pass\n";

/* Who waits for a script in a worker is let go in time, however it is asked. */
static void
test_timeout (void)
{
  g_autoptr (GenlmPotential) potential = make ("blocks", "{'timeout': <uint32 200>}");
  g_autoptr (GError) error = prefix_error (potential, "a");

  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED);
  if (!g_pattern_match_simple ("*blocks*no progress for 200 ms*", error->message))
    g_error ("\"%s\" says something else", error->message);
}

int
main (int    argc,
      char **argv)
{
  static const char *const names[] = { "word-length", "word-length-js" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autofree char *path = NULL;
  const char *name;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("genlm-script-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_strdup_printf ("%s:%s", folder, g_getenv ("GENLM_PLUGIN_PATH"));
  g_setenv ("GENLM_PLUGIN_PATH", path, TRUE);
  g_free (write_script ("blocks.py", blocks));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      static const struct
      {
        const char    *name;
        GTestDataFunc  func;
      } tests[] = {
        { "made", test_made }, { "asked", test_asked }, { "recipe", test_recipe }, { "coerced", test_coerced },
      };

      for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
        {
          g_autofree char *test = g_strdup_printf ("/script-worker/%s/%s", names[i], tests[j].name);

          g_test_add_data_func (test, names[i], tests[j].func);
        }
    }
  g_test_add_func ("/script-worker/described", test_described);
  g_test_add_func ("/script-worker/two-languages", test_two_languages);
  g_test_add_func ("/script-worker/unlisted", test_unlisted);
  g_test_add_func ("/script-worker/input", test_input);
  g_test_add_func ("/script-worker/async", test_async);
  g_test_add_func ("/script-worker/wrong", test_wrong);
  g_test_add_func ("/script-worker/faults", test_faults);
  g_test_add_func ("/script-worker/timeout", test_timeout);
  status = g_test_run ();

  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_remove (file);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
