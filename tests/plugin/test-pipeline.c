#include <genlm.h>

#include <glib/gstdio.h>
#include <string.h>

static GenlmPipeline *
parse (const char *description)
{
  g_autoptr (GError) error = NULL;
  GenlmPipeline *pipeline = genlm_pipeline_parse (description, &error);

  g_assert_no_error (error);
  g_assert_nonnull (pipeline);
  g_assert_cmpstr (genlm_pipeline_get_description (pipeline), ==, description);
  return pipeline;
}

static GObject *
get_object (gpointer    object,
            const char *property)
{
  GObject *value = NULL;

  g_object_get (object, property, &value, NULL);
  g_assert_nonnull (value);
  g_object_unref (value);
  return value;
}

static void
test_one_element (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-thing int=4 name=it");
  GObject *thing = genlm_pipeline_get_element (pipeline, "it");
  int number;

  g_assert_cmpstr (G_OBJECT_TYPE_NAME (thing), ==, "TestThing");
  g_object_get (thing, "int", &number, NULL);
  g_assert_cmpint (number, ==, 4);
  g_assert_true (genlm_pipeline_get_last (pipeline) == thing);
  g_assert_null (genlm_pipeline_get_element (pipeline, "other"));
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_elements (pipeline)), ==, 1);
}

static void
test_chain (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("  test-thing int=1\t!\n test-wrapper name=inner ! TestWrapper name=outer ");
  GObject *inner = genlm_pipeline_get_element (pipeline, "inner");
  GObject *outer = genlm_pipeline_get_element (pipeline, "outer");
  g_autofree char *name = NULL;

  g_assert_true (get_object (outer, "input") == inner);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (get_object (inner, "input")), ==, "TestThing");
  g_assert_true (genlm_pipeline_get_last (pipeline) == outer);
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_elements (pipeline)), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_ends (pipeline)), ==, 1);

  /* An element that has a name of its own gets it. */
  g_object_get (outer, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "outer");
}

static void
test_references (void)
{
  g_autoptr (GenlmPipeline) pipeline = NULL;
  GObject *a, *b;

  /* Before and after the name is given, on both sides of "!" and as values. */
  pipeline = parse ("test-wrapper name=w companion=b. input=a. test-thing name=a test-thing name=b a. ! test-wrapper ! x. "
                    "test-wrapper name=x w. ! test-wrapper name=last");
  a = genlm_pipeline_get_element (pipeline, "a");
  b = genlm_pipeline_get_element (pipeline, "b");
  g_assert_true (get_object (genlm_pipeline_get_element (pipeline, "w"), "input") == a);
  g_assert_true (get_object (genlm_pipeline_get_element (pipeline, "w"), "companion") == b);
  g_assert_true (get_object (get_object (genlm_pipeline_get_element (pipeline, "x"), "input"), "input") == a);
  g_assert_true (get_object (genlm_pipeline_get_element (pipeline, "last"), "input") ==
                 genlm_pipeline_get_element (pipeline, "w"));
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_ends (pipeline)), ==, 2);

  /* The last element is the one with which the text ends. */
  g_clear_object (&pipeline);
  pipeline = parse ("test-wrapper name=x test-thing ! x.");
  g_assert_true (genlm_pipeline_get_last (pipeline) == genlm_pipeline_get_element (pipeline, "x"));
}

typedef struct
{
  const char *written;
  const char *meant;
} Quotation;

static const Quotation quotations[] = {
  { "string=plain", "plain" },
  { "string=", "" },
  { "string=\"\"", "" },
  { "string=''", "" },
  { "string=a=b", "a=b" },
  { "string=\"two words\"", "two words" },
  { "string=two' 'words", "two words" },
  { "\"string=two words\"", NULL },
  { "string=\"\\\\ \\\" \\. \\n \\x\"", "\\ \" \\. \\n \\x" },
  { "string='\\\\ \\\" \\.'", "\\\\ \\\" \\." },
  { "string=\\.\\n\\\\", "\\.\\n\\\\" },
  { "string=\"it's\"", "it's" },
  { "string='say \"x\"'", "say \"x\"" },
  { "string=\"a ! b\"", "a ! b" },
  { "string=a!b", "a!b" },
  { "string='!'", "!" },
  { "string=end.", "end." },
  { "string=\" [A-Z][a-z]+(, [A-Z][a-z]+)*\\.\"", " [A-Z][a-z]+(, [A-Z][a-z]+)*\\." },
  { "string=\"a\nb\"", "a\nb" },
  { "string=gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
};

static void
test_quotation (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (quotations); i++)
    {
      g_autofree char *description = g_strdup_printf ("test-thing %s", quotations[i].written);
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmPipeline) pipeline = genlm_pipeline_parse (description, &error);
      g_autofree char *string = NULL;

      if (quotations[i].meant == NULL)
        {
          g_assert_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_SYNTAX);
          continue;
        }
      g_assert_no_error (error);
      g_object_get (genlm_pipeline_get_last (pipeline), "string", &string, NULL);
      g_assert_cmpstr (string, ==, quotations[i].meant);
    }
}

static void
test_values (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-thing boolean=yes int=-3 uint=+5 int64=-9223372036854775808 "
                                             "uint64=18446744073709551615 double=.5 float=-1e3 file=x/../y colour=light-blue "
                                             "parts=head+tail list=\"['a', 'b']\" bytes=abc variant='{\"a\": 1}' fixed=9");
  GObject *thing = genlm_pipeline_get_last (pipeline);
  g_autofree char *file = NULL;
  g_autofree char *expected = g_canonicalize_filename ("y", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) list = NULL;
  gboolean boolean;
  int number, colour;
  guint count, parts, fixed;
  gint64 low;
  guint64 high;
  double share;
  float any;

  g_object_get (thing, "boolean", &boolean, "int", &number, "uint", &count, "int64", &low, "uint64", &high,
                "double", &share, "float", &any, "file", &file, "colour", &colour, "parts", &parts, "list", &list,
                "bytes", &bytes, "fixed", &fixed, NULL);
  g_assert_true (boolean);
  g_assert_cmpint (number, ==, -3);
  g_assert_cmpuint (count, ==, 5);
  g_assert_cmpint (low, ==, G_MININT64);
  g_assert_cmpuint (high, ==, G_MAXUINT64);
  g_assert_cmpfloat (share, ==, 0.5);
  g_assert_cmpfloat (any, ==, -1000.0);
  g_assert_cmpstr (file, ==, expected);
  g_assert_cmpint (colour, ==, 1);
  g_assert_cmpuint (parts, ==, 3);
  g_assert_cmpstr (list[1], ==, "b");
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 3);
  g_assert_cmpuint (fixed, ==, 9);
}

typedef struct
{
  const char *description;
  GQuark    (*domain) (void);
  int         code;
  guint       column;    /* of the caret, from 1 */
  const char *pattern;
} Mistake;

#define SYNTAX genlm_pipeline_error_quark, GENLM_PIPELINE_ERROR_SYNTAX
#define PIPELINE(code) genlm_pipeline_error_quark, GENLM_PIPELINE_ERROR_ ## code
#define ELEMENT(code) genlm_element_error_quark, GENLM_ELEMENT_ERROR_ ## code

static const Mistake mistakes[] = {
  { "", PIPELINE (EMPTY), 1, "*no element*genlm inspect*" },
  { "  \n ", PIPELINE (EMPTY), 1, "*" },
  { "! test-wrapper", SYNTAX, 1, "*stands before \"!\"*" },
  { "test-thing !", SYNTAX, 12, "*after \"!\"*" },
  { "test-thing ! ! test-wrapper", SYNTAX, 14, "*between two \"!\"*" },
  { "test-thing !test-wrapper", SYNTAX, 12, "*White space*" },
  { "test-thing! test-wrapper", SYNTAX, 1, "*White space*" },
  { "int=3 test-thing", SYNTAX, 1, "*follows the name of its element*" },
  { "test-thing ! int=3 test-wrapper", SYNTAX, 14, "*follows the name of its element*" },
  { "test-thing name=a a. int=3", SYNTAX, 22, "*" },
  { "test-thing =3", SYNTAX, 12, "*right before \"=\"*" },
  { "test-thing int = 3", PIPELINE (SYNTAX), 16, "*" },
  { "test-thing string=\"abc", SYNTAX, 19, "*no end*close it with \"*" },
  { "test-thing string='abc", SYNTAX, 19, "*no end*close it with '*" },
  { "test-thing string=\"abc\\\"", SYNTAX, 19, "*no end*" },
  { "test-thing , test-thing", SYNTAX, 12, "*neither*" },
  { "test-thing name=1", SYNTAX, 17, "*name is made of*" },
  { "test-thing name=a name=b", PIPELINE (DUPLICATE_NAME), 19, "*already has a name, \"a\"*" },
  { "test-thing name=a test-thing name=a", PIPELINE (DUPLICATE_NAME), 30, "*\"a\"*another name*" },
  { "test-thing name=a a. test-thing name=b", SYNTAX, 19, "*\"a.\" stands alone*" },
  { "a. ! test-wrapper", PIPELINE (UNKNOWN_REFERENCE), 1, "*\"a\"*name=a*" },
  { "test-thing name=thing thimg. ! test-wrapper", PIPELINE (UNKNOWN_REFERENCE), 23, "*did you mean \"thing\"?*" },
  { "test-wrapper input=a.", PIPELINE (UNKNOWN_REFERENCE), 20, "*\"a\"*" },
  { "test-thing name=a test-wrapper input=a", PIPELINE (NOT_A_REFERENCE), 38, "*\"input\"*\"a.\"*" },
  { "test-wrapper input=5", PIPELINE (NOT_A_REFERENCE), 20, "*full stop*" },
  { "test-wrapper name=a input=a.", PIPELINE (CIRCULAR), 1, "*made: a ! a" },
  { "test-wrapper name=a input=b. test-wrapper name=b input=a.", PIPELINE (CIRCULAR), 1, "*made: a ! b ! a" },
  { "test-thing ! test-thing", PIPELINE (NO_INPUT), 12, "*\"test-thing\"*takes no other*" },
  { "test-wrapper", PIPELINE (MISSING_INPUT), 1, "*\"test-wrapper\" needs input=*" },
  { "test-model ! smc", PIPELINE (WRONG_TYPE), 12, "*\"smc\" takes a GenlmSampler*\"test-model\" is a TestModel*" },
  { "test-thing name=a test-model name=b product first=a. second=b.", PIPELINE (WRONG_TYPE), 51, "*GenlmPotential*\"first\"*TestThing*" },
  { "test-thing name=a test-thing ! test-wrapper input=a.", PIPELINE (DUPLICATE_PROPERTY), 30, "*already has its \"input\"*" },
  { "test-model ! product", PIPELINE (MISSING_INPUT), 14, "*\"product\" needs second=*" },
  { "test-model ! product name=x test-model ! x. test-model ! x.", PIPELINE (DUPLICATE_PROPERTY), 56, "*\"second\"*" },
  { "test-thing int=3 int=4", PIPELINE (DUPLICATE_PROPERTY), 18, "*\"int\"*" },
  { "test-thing test-model ! direct", PIPELINE (UNUSED), 1, "*Nothing takes element \"test-thing\"*" },
  { "test-thnig int=3", genlm_registry_error_quark, GENLM_REGISTRY_ERROR_NOT_FOUND, 1, "*did you mean \"test-thing\"?*" },
  { "test-thing itn=3", ELEMENT (UNKNOWN_PROPERTY), 12, "*\"itn\"*did you mean \"int\"*" },
  { "test-thing int=11", ELEMENT (OUT_OF_RANGE), 16, "*\"11\"*from -10 to 10*" },
  { "test-thing int=99999999999999999999", ELEMENT (OUT_OF_RANGE), 16, "*from -10 to 10*" },
  { "test-thing int=3x", ELEMENT (INVALID_VALUE), 16, "*\"3x\"*" },
  { "test-thing int=", ELEMENT (INVALID_VALUE), 16, "*" },
  { "test-thing int=--3", ELEMENT (INVALID_VALUE), 16, "*" },
  { "test-thing uint=-3", ELEMENT (OUT_OF_RANGE), 17, "*" },
  { "test-thing uint=+-3", ELEMENT (INVALID_VALUE), 17, "*" },
  { "test-thing double=half", ELEMENT (INVALID_VALUE), 19, "*from 0 to 1*" },
  { "test-thing double=\" 1\"", ELEMENT (INVALID_VALUE), 19, "*" },
  { "test-thing double=nan", ELEMENT (OUT_OF_RANGE), 19, "*" },
  { "test-thing double=1.0001", ELEMENT (OUT_OF_RANGE), 19, "*" },
  { "test-thing boolean=perhaps", ELEMENT (INVALID_VALUE), 20, "*true or false*" },
  { "test-thing colour=blue", ELEMENT (INVALID_VALUE), 19, "*red, light-blue*" },
  { "test-thing parts=head,tail", ELEMENT (INVALID_VALUE), 18, "*joined by*" },
  { "test-thing list=a", ELEMENT (INVALID_VALUE), 17, "*['a', 'b']*" },
  { "test-thing vocab=a", ELEMENT (INVALID_VALUE), 18, "*a vocabulary*" },
  { "test-thing initialised=true", ELEMENT (READ_ONLY), 12, "*only be read*" },
  { "test-model ! direct ! smc particles=0", ELEMENT (OUT_OF_RANGE), 37, "*from 1 to*" },
  { "test-thing fail=true itn=1 ! test-teller", ELEMENT (UNKNOWN_PROPERTY), 22, "*" },
  { "test-teller name=a input=a.", PIPELINE (CIRCULAR), 1, "*made: a ! a" },
  { "test-teller name=a input=b. test-wrapper name=b input=a. test-thing", PIPELINE (CIRCULAR), 1, "*made: a ! b ! a" },
  { "test-teller", PIPELINE (MISSING_INPUT), 1, "*\"test-teller\" needs input=*" },
  { "test-thing ! test-teller recipe=\"('a', {})\"", PIPELINE (DUPLICATE_PROPERTY), 12, "*already has its \"input\"*" },
  { "test-thing ! test-listener", PIPELINE (WRONG_TYPE), 12, "*takes a GenlmPotential as \"recipe\"*TestThing*" },
  { "test-listener recipe=lm", PIPELINE (NOT_A_REFERENCE), 22, "*" },
  { "test-listener recipe=(lm", ELEMENT (INVALID_VALUE), 22, "*(sa{sv})*" },
  { "test-listener", PIPELINE (MISSING_INPUT), 1, "*needs recipe=*" },
  /* What is wrong elsewhere has its place here, where that is clear. */
  { "test-thing fail=true ! test-teller make=true", g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 1,
    "*\"test-teller\": *\"test-thing\": it was told to fail*" },
  { "test-thing fail=true ! test-wrapper ! test-teller make=true", g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 1, "*" },
  { "test-teller make=true name=t input=x. test-thing fail=true name=x", g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 39, "*" },
  { "test-thing fail=true", g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 1, "*\"test-thing\": it was told to fail*" },
};

static void
test_mistakes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmPipeline) pipeline = genlm_pipeline_parse (mistakes[i].description, &error);
      g_autofree char *place = NULL;
      g_auto (GStrv) lines = NULL;

      g_test_message ("%s", error != NULL ? error->message : mistakes[i].description);
      g_assert_null (pipeline);
      g_assert_error (error, mistakes[i].domain (), mistakes[i].code);

      lines = g_strsplit (error->message, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, 3);
      place = g_strdup_printf ("1:%u: ", mistakes[i].column);
      g_assert_true (g_str_has_prefix (lines[0], place));
      g_assert_true (g_pattern_match_simple (mistakes[i].pattern, lines[0]));
      g_assert_cmpuint (strlen (lines[2]), ==, 2 + mistakes[i].column);
      g_assert_true (g_str_has_suffix (lines[2], "^"));
    }
}

static void
test_place_in_lines (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GString) description = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  pipeline = genlm_pipeline_parse ("test-thing\n\tstring=\xc3\xbc int=x\n ! test-wrapper", &error);
  g_assert_null (pipeline);
  g_assert_true (g_str_has_prefix (error->message, "2:15: "));
  g_assert_true (g_str_has_suffix (error->message, "\n   string=\xc3\xbc int=x\n                ^"));
  g_clear_error (&error);

  /* Of a long line the part around the place is shown. */
  g_string_append_printf (description, "test-thing string=%0300d int=x bytes=%0300d", 0, 0);
  pipeline = genlm_pipeline_parse (description->str, &error);
  g_assert_null (pipeline);
  lines = g_strsplit (error->message, "\n", -1);
  g_assert_cmpuint (strlen (lines[1]), <, 140);
  g_assert_cmpint (lines[1][strlen (lines[2]) - 1], ==, 'x');
  g_clear_error (&error);

  pipeline = genlm_pipeline_parse ("test-thing string=\xff", &error);
  g_assert_null (pipeline);
  g_assert_error (error, GENLM_PIPELINE_ERROR, GENLM_PIPELINE_ERROR_SYNTAX);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_prefix (error->message, "1:19: "));
}

/* Nothing recurses on the length of a description. */
static void
test_long_chain (void)
{
  g_autoptr (GString) description = g_string_new ("test-thing");
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 3000;

  for (guint i = 0; i < n; i++)
    g_string_append (description, " ! test-wrapper");
  pipeline = genlm_pipeline_parse (description->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_elements (pipeline)), ==, n + 1);
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_ends (pipeline)), ==, 1);

  /* Recipes nest, so they have a limit, which is an error at its place. */
  g_clear_object (&pipeline);
  g_string_append (description, " ! test-teller");
  pipeline = genlm_pipeline_parse (description->str, &error);
  g_assert_null (pipeline);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_true (g_str_has_prefix (error->message, "1:449: test-wrapper cannot be made in another process: "));
}

/* An element with two inputs gets one after the other, and what is named stays. */
static void
test_two_inputs (void)
{
  g_autoptr (GenlmPipeline) pipeline = NULL;
  GObject *product, *a, *b;

  pipeline = parse ("test-model name=a ! product name=x  test-model name=b ! x.");
  product = genlm_pipeline_get_element (pipeline, "x");
  a = genlm_pipeline_get_element (pipeline, "a");
  b = genlm_pipeline_get_element (pipeline, "b");
  g_assert_true (get_object (product, "first") == a);
  g_assert_true (get_object (product, "second") == b);

  g_clear_object (&pipeline);
  pipeline = parse ("test-model name=a test-model name=b a. ! product first=b.");
  product = genlm_pipeline_get_last (pipeline);
  g_assert_true (get_object (product, "first") == genlm_pipeline_get_element (pipeline, "b"));
  g_assert_true (get_object (product, "second") == genlm_pipeline_get_element (pipeline, "a"));
}

static GVariant *
get_recipe (gpointer object)
{
  GVariant *recipe = NULL;

  g_object_get (object, "recipe", &recipe, NULL);
  g_assert_nonnull (recipe);
  return recipe;
}

static void
assert_recipe (gpointer    object,
               const char *expected)
{
  g_autoptr (GVariant) recipe = get_recipe (object);
  g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (expected));
  g_autofree char *text = g_variant_print (recipe, TRUE);

  g_test_message ("%s", text);
  g_assert_true (g_variant_equal (recipe, wanted));
}

/* What is taken as a recipe is not made here: it would fail. */
static void
test_recipes (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-thing fail=true int=-3 list=\"['a', 'b']\" bytes=xy colour=light-blue "
                                             "parts=head+tail variant='{\"a\": 1}' long=5 ! test-teller name=t");
  g_autofree char *file = g_canonicalize_filename ("x/y", NULL);
  g_autofree char *expected = g_strdup_printf ("('test-thing', {'file': <'%s'>})", file);

  assert_recipe (genlm_pipeline_get_last (pipeline),
                 "('test-thing', {'fail': <true>, 'int': <-3>, 'list': <['a', 'b']>, 'bytes': <@ay [0x78, 0x79]>, "
                 "'colour': <1>, 'parts': <uint32 3>, 'variant': <<{'a': 1.0}>>, 'long': <int64 5>})");
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_elements (pipeline)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_ends (pipeline)), ==, 1);
  g_assert_true (genlm_pipeline_get_last (pipeline) == genlm_pipeline_get_element (pipeline, "t"));

  g_clear_object (&pipeline);
  pipeline = parse ("test-thing file=x/y ! test-teller");
  assert_recipe (genlm_pipeline_get_last (pipeline), expected);

  /* All that stands before it, in whatever way. */
  g_clear_object (&pipeline);
  pipeline = parse ("test-thing name=a fail=true  test-wrapper name=w companion=a. "
                    "test-thing fail=true ! test-wrapper ! w.  w. ! test-teller ! test-teller");
  assert_recipe (genlm_pipeline_get_last (pipeline),
                 "('test-teller', {'input': <('test-wrapper', {'name': <'w'>, "
                 "'companion': <('test-thing', {'fail': <true>})>, "
                 "'input': <('test-wrapper', {'input': <('test-thing', {'fail': <true>})>})>})>})");
  g_assert_cmpuint (g_list_model_get_n_items (genlm_pipeline_get_elements (pipeline)), ==, 1);
  g_assert_null (genlm_pipeline_get_element (pipeline, "w"));
}

/* An element may take nothing but a recipe, which can be written out, too. */
static void
test_recipes_only (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-model behaviour=stuck ! test-listener");

  assert_recipe (genlm_pipeline_get_last (pipeline), "('test-model', {'behaviour': <'stuck'>})");
  g_clear_object (&pipeline);
  pipeline = parse ("test-model behaviour=stuck name=lm  test-listener recipe=lm. ! test-wrapper");
  assert_recipe (get_object (genlm_pipeline_get_last (pipeline), "input"),
                 "('test-model', {'behaviour': <'stuck'>, 'name': <'lm'>})");
  g_clear_object (&pipeline);
  pipeline = parse ("test-listener recipe=\"('test-model', {'behaviour': <'stuck'>})\"");
  assert_recipe (genlm_pipeline_get_last (pipeline), "('test-model', {'behaviour': <'stuck'>})");
}

/* What something else refers to is made, too. */
static void
test_recipes_and_objects (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-thing name=a int=5  a. ! test-teller name=t  a. ! test-wrapper name=w");
  GObject *thing = genlm_pipeline_get_element (pipeline, "a");

  g_assert_true (get_object (genlm_pipeline_get_element (pipeline, "w"), "input") == thing);
  assert_recipe (genlm_pipeline_get_element (pipeline, "t"), "('test-thing', {'int': <5>})");

  /* The last is made, whatever takes it. */
  g_clear_object (&pipeline);
  pipeline = parse ("test-teller name=t input=a.  test-thing name=a int=5");
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (genlm_pipeline_get_last (pipeline)), ==, "TestThing");
  assert_recipe (genlm_pipeline_get_element (pipeline, "t"), "('test-thing', {'int': <5>})");

  /* A recipe that is written down is an input. */
  g_clear_object (&pipeline);
  pipeline = parse ("test-teller recipe=\"('test-thing', {'int': <5>})\"");
  assert_recipe (genlm_pipeline_get_last (pipeline), "('test-thing', {'int': <5>})");
}

/* The line of the documentation, with elements of the library. */
static void
test_run (void)
{
  g_autoptr (GenlmPipeline) pipeline = parse ("test-model name=lm\n"
                                             "test-model behaviour=filter name=re\n"
                                             "awrs potential=lm. condition=re. ! smc particles=8 max-tokens=5 seed=3");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmSequences) sequences = genlm_smc_run_sync (genlm_pipeline_get_last (pipeline), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (genlm_sequences_get_size (sequences), ==, 8);
  g_assert_cmpuint (genlm_sequences_get_seed (sequences), ==, 3);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *modules = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *registry = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  modules = g_test_build_filename (G_TEST_BUILT, "modules", "good", NULL);
  g_setenv ("GENLM_PLUGIN_PATH", modules, TRUE);
  folder = g_dir_make_tmp ("genlm-test-XXXXXX", NULL);
  registry = g_build_filename (folder, "registry.gvariant", NULL);
  g_setenv ("GENLM_REGISTRY", registry, TRUE);

  g_test_add_func ("/pipeline/one-element", test_one_element);
  g_test_add_func ("/pipeline/chain", test_chain);
  g_test_add_func ("/pipeline/references", test_references);
  g_test_add_func ("/pipeline/quotation", test_quotation);
  g_test_add_func ("/pipeline/values", test_values);
  g_test_add_func ("/pipeline/mistakes", test_mistakes);
  g_test_add_func ("/pipeline/place-in-lines", test_place_in_lines);
  g_test_add_func ("/pipeline/long-chain", test_long_chain);
  g_test_add_func ("/pipeline/two-inputs", test_two_inputs);
  g_test_add_func ("/pipeline/recipes", test_recipes);
  g_test_add_func ("/pipeline/recipes-only", test_recipes_only);
  g_test_add_func ("/pipeline/recipes-and-objects", test_recipes_and_objects);
  g_test_add_func ("/pipeline/run", test_run);

  status = g_test_run ();
  g_remove (registry);
  g_rmdir (folder);
  return status;
}
