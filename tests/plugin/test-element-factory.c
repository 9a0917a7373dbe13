#include <genlm.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const char *property;
  const char *variant;
  int         code;      /* -1: it fits */
  const char *pattern;   /* of the error's message */
} Case;

static const Case cases[] = {
  { "boolean", "<true>", -1, NULL },
  { "boolean", "<1>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*\"boolean\"*\"test-thing\"*\"1\"*true or false" },
  { "int", "<-10>", -1, NULL },
  { "int", "<byte 3>", -1, NULL },
  { "int", "<uint64 10>", -1, NULL },
  { "int", "<11>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*\"11\"*from -10 to 10" },
  { "int", "<int64 99999999999>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*99999999999*from -10 to 10" },
  { "int", "<uint64 18446744073709551615>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*" },
  { "int", "<1.5>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*\"1.5\"*" },
  { "int", "<'3'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*\"3\"*" },
  { "uint", "<uint32 4294967295>", -1, NULL },
  { "uint", "<0>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*from 1 upwards" },
  { "uint", "<-1>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*\"-1\"*from 1 upwards" },
  { "int64", "<int64 -9223372036854775808>", -1, NULL },
  { "uint64", "<uint64 18446744073709551615>", -1, NULL },
  { "long", "<int16 -5>", -1, NULL },
  { "double", "<0.25>", -1, NULL },
  { "double", "<1>", -1, NULL },
  { "double", "<1.5>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*1.5*from 0 to 1" },
  { "double", "<nan>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*" },
  { "double", "<'1'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*" },
  { "float", "<uint64 7>", -1, NULL },
  { "float", "<nan>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*" },
  { "string", "<'text'>", -1, NULL },
  { "string", "<b'text'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*type ay*takes text" },
  { "string", "<3>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*takes text" },
  { "file", "<'some/file'>", -1, NULL },
  { "file", "<b'some/file'>", -1, NULL },
  { "file", "<3>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*takes a file name" },
  { "colour", "<'light-blue'>", -1, NULL },
  { "colour", "<1>", -1, NULL },
  { "colour", "<'blue'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*\"blue\"*one of red, light-blue" },
  { "colour", "<17>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*one of red, light-blue" },
  { "parts", "<'head+tail'>", -1, NULL },
  { "parts", "<uint32 2>", -1, NULL },
  { "parts", "<'head+wing'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*any of head, tail*" },
  { "parts", "<uint32 8>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*" },
  { "list", "<['a', 'b']>", -1, NULL },
  { "list", "<'a'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*list of texts*" },
  { "bytes", "<b'abc'>", -1, NULL },
  { "bytes", "<'abc'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*takes bytes" },
  { "variant", "<{'a': 1.0}>", -1, NULL },
  { "variant", "<<{'a': 1.0}>>", -1, NULL },
  { "variant", "<'a'>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*a value of type s*variant of type a{sd}" },
  { "thing", "<('test-thing', {'int': <2>})>", -1, NULL },
  { "thing", "<('TestThing', @a{sv} {})>", -1, NULL },
  { "thing", "<('test-model', @a{sv} {})>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*takes a TestThing" },
  { "thing", "<'test-thing'>", GENLM_ELEMENT_ERROR_INVALID_VALUE, "*takes a TestThing" },
  { "thing", "<('test-thing', {'int': <20>})>", GENLM_ELEMENT_ERROR_OUT_OF_RANGE, "*\"thing\"*\"int\"*" },
  { "fixed", "<100>", -1, NULL },
  { "initialised", "<true>", GENLM_ELEMENT_ERROR_READ_ONLY, "*\"initialised\"*only be read" },
  { "strnig", "<'a'>", GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY, "*\"test-thing\"*\"strnig\"*did you mean \"string\"?*genlm inspect test-thing*" },
};

static GObject *
make (const char  *name,
      const char  *properties,
      GError     **error)
{
  return genlm_element_make (name, properties != NULL ? g_variant_new_parsed (properties) : NULL, error);
}

static void
test_variants (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *properties = g_strdup_printf ("{'%s': %s}", cases[i].property, cases[i].variant);
      g_autoptr (GError) error = NULL;
      g_autoptr (GObject) object = make ("test-thing", properties, &error);

      g_test_message ("%s: %s", properties, error != NULL ? error->message : "made");
      if (cases[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_nonnull (object);
          continue;
        }
      g_assert_error (error, GENLM_ELEMENT_ERROR, cases[i].code);
      g_assert_null (object);
      g_assert_true (g_pattern_match_simple (cases[i].pattern, error->message));
    }
}

static void
test_values_arrive (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = make ("test-thing",
                                    "{'boolean': <true>, 'int': <byte 4>, 'uint64': <uint64 18446744073709551615>,"
                                    " 'double': <1>, 'string': <'x y'>, 'file': <'some/../file'>, 'colour': <'light-blue'>,"
                                    " 'parts': <'tail+head'>, 'list': <['a', 'b']>, 'bytes': <b'abc'>,"
                                    " 'variant': <{'a': 0.5}>, 'thing': <('test-thing', {'string': <'inner'>})>, 'fixed': <42>}",
                                    &error);
  g_autoptr (GObject) thing = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autofree char *string = NULL;
  g_autofree char *file = NULL;
  g_autofree char *expected = g_canonicalize_filename ("file", NULL);
  g_autofree char *inner = NULL;
  g_auto (GStrv) list = NULL;
  gboolean boolean, initialised;
  int number, colour;
  guint parts, fixed;
  guint64 large;
  double share;

  g_assert_no_error (error);
  g_object_get (object, "boolean", &boolean, "int", &number, "uint64", &large, "double", &share, "string", &string,
                "file", &file, "colour", &colour, "parts", &parts, "list", &list, "bytes", &bytes,
                "variant", &variant, "thing", &thing, "fixed", &fixed, "initialised", &initialised, NULL);
  g_assert_true (boolean);
  g_assert_cmpint (number, ==, 4);
  g_assert_cmpuint (large, ==, G_MAXUINT64);
  g_assert_cmpfloat (share, ==, 1.0);
  g_assert_cmpstr (string, ==, "x y");
  g_assert_cmpstr (file, ==, expected);
  g_assert_cmpint (colour, ==, 1);
  g_assert_cmpuint (parts, ==, 3);
  g_assert_cmpuint (g_strv_length (list), ==, 2);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc\0", 4);
  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "a{sd}");
  g_assert_cmpuint (fixed, ==, 42);
  g_assert_true (initialised);
  g_object_get (thing, "string", &inner, NULL);
  g_assert_cmpstr (inner, ==, "inner");
}

static void
test_vocab (void)
{
  g_autoptr (GVariant) tokens = g_variant_ref_sink (g_variant_new_parsed ("[b'ab', b'c', b'\\xff']"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmVocab) vocab = genlm_vocab_new (tokens, "end", &error);
  g_autoptr (GenlmVocab) same = NULL;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GVariant) flat = NULL;
  GVariantBuilder builder;

  g_assert_no_error (error);
  flat = g_variant_ref_sink (genlm_vocab_to_variant (vocab));
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "vocab", flat);
  object = genlm_element_make ("test-thing", g_variant_builder_end (&builder), &error);
  g_assert_no_error (error);
  g_object_get (object, "vocab", &same, NULL);
  g_assert_true (genlm_vocab_equal (vocab, same));

  g_clear_object (&object);
  object = make ("test-thing", "{'vocab': <'no vocabulary'>}", &error);
  g_assert_null (object);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "\"vocab\""));
}

static void
test_make_with (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) inner = genlm_element_make_with ("TestThing", &error, NULL);
  g_autoptr (GObject) object = NULL;
  g_autoptr (GObject) none = NULL;
  g_autoptr (GObject) thing = NULL;
  g_autofree char *file = NULL;
  int number;

  g_assert_no_error (error);
  object = genlm_element_make_with ("test-thing", &error, "int", 5, "file", "x", "thing", inner, "double", 0.125, NULL);
  g_assert_no_error (error);
  g_object_get (object, "int", &number, "file", &file, "thing", &thing, NULL);
  g_assert_cmpint (number, ==, 5);
  g_assert_true (g_path_is_absolute (file));
  g_assert_true (thing == inner);

  none = genlm_element_make_with ("test-thing", &error, "int", 50, NULL);
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_OUT_OF_RANGE);
  g_clear_error (&error);
  none = genlm_element_make_with ("test-thing", &error, "int", 5, "int", 5, NULL);
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_DUPLICATE_PROPERTY);
  g_clear_error (&error);
  none = genlm_element_make_with ("test-thing", &error, "nit", 5, NULL);
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY);
  g_clear_error (&error);
  none = genlm_element_make_with ("tset-thing", &error, NULL);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
}

static void
test_initialisation_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = make ("test-thing", "{'fail': <true>}", &error);

  g_assert_null (object);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "Failed to make element \"test-thing\": it was told to fail");
}

static void
test_recipe (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = genlm_element_from_recipe (g_variant_new_parsed ("('test-thing', {'int': <7>})"), &error);
  g_autoptr (GObject) none = NULL;
  GVariant *deep = NULL;
  int number;

  g_assert_no_error (error);
  g_object_get (object, "int", &number, NULL);
  g_assert_cmpint (number, ==, 7);

  none = genlm_element_from_recipe (g_variant_new_string ("test-thing"), &error);
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_RECIPE);
  g_clear_error (&error);
  none = genlm_element_from_recipe (g_variant_new_parsed ("('nothing', @a{sv} {})"), &error);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
  g_clear_error (&error);

  deep = g_variant_new_parsed ("('test-thing', @a{sv} {})");
  for (guint i = 0; i < 200; i++)
    deep = g_variant_new_parsed ("('test-thing', {'thing': <%@(sa{sv})>})", deep);
  none = genlm_element_from_recipe (deep, &error);
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_RECIPE);
  g_assert_null (none);
}

/* An input is not made from its recipe where the element takes that. */
static void
test_recipe_of_an_input (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) teller = make ("test-teller", "{'input': <('test-thing', {'fail': <true>})>}", &error);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GObject) input = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_object_get (teller, "recipe", &recipe, "input", &input, NULL);
  g_assert_null (input);
  text = g_variant_print (recipe, FALSE);
  g_assert_cmpstr (text, ==, "('test-thing', {'fail': <true>})");
}

/* What an element says of itself makes an equal one. */
static void
test_recipe_of_an_element (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) product = genlm_element_make ("product",
    g_variant_new_parsed ("{'first': <('test-model', @a{sv} {})>, 'second': <('test-model', {'behaviour': <'filter'>})>}"), &error);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GenlmPotential) copy = NULL;
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("aa", 2);
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);

  g_assert_no_error (error);
  recipe = genlm_potential_to_recipe (product, &error);
  g_assert_no_error (error);
  copy = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  again = genlm_potential_to_recipe (copy, &error);
  g_assert_true (g_variant_equal (recipe, again));
  g_assert_cmpfloat_with_epsilon (genlm_potential_complete_sync (copy, context, NULL, &error),
                                  2 * log (0.4) + log (0.2), 1e-12);
  g_assert_no_error (error);
}

static GenlmPotential *
multiply (GenlmPotential *first,
          GenlmPotential *second)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *product = genlm_potential_multiply (first, second, &error);

  g_assert_no_error (error);
  return product;
}

/* As many tokens as a language model has, all of different length and bytes. */
static GenlmVocab *
new_vocab (guint32 n_tokens,
           gsize   length)
{
  g_autoptr (GByteArray) flat = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *filling = g_strnfill (length, 'a');
  GenlmVocab *vocab;

  g_array_set_size (offsets, 1);
  for (guint32 i = 0; i < n_tokens; i++)
    {
      g_autofree char *text = g_strdup_printf ("%s%u", filling, i);

      g_byte_array_append (flat, (const guint8 *) text, strlen (text));
      g_array_append_val (offsets, flat->len);
    }
  data = g_byte_array_free_to_bytes (g_steal_pointer (&flat));
  vocab = genlm_vocab_new_flat (data, (const guint32 *) offsets->data, offsets->len, NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

/* As it comes out of a socket: nothing is known about it. */
static GVariant *
send_recipe (GVariant *recipe)
{
  gsize size = g_variant_get_size (recipe);
  guint8 *data = g_malloc (size);

  g_variant_store (recipe, data);
  return g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE ("(sa{sv})"), data, size, FALSE, g_free, data));
}

/* The vocabulary of a language model in a recipe costs milliseconds, not
 * seconds. */
static void
test_recipe_with_vocab (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmVocab) vocab = new_vocab (128000, 0);
  g_autoptr (GenlmPotential) base = genlm_element_make ("test-model", NULL, &error);
  g_autoptr (GenlmPotential) coerced = NULL;
  g_autoptr (GenlmPotential) product = NULL;
  g_autoptr (GenlmPotential) copy = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GVariant) sent = NULL;
  g_autoptr (GVariant) flat = NULL;
  gsize vocab_size;
  gint64 start;

  g_assert_no_error (error);
  coerced = (GenlmPotential *) genlm_coerced_new (base, vocab, &error);
  g_assert_no_error (error);
  product = multiply (coerced, coerced);

  start = g_get_monotonic_time ();
  recipe = genlm_potential_to_recipe (product, &error);
  g_assert_no_error (error);
  sent = send_recipe (recipe);
  copy = genlm_element_from_recipe (sent, &error);
  g_assert_no_error (error);
  g_test_message ("two vocabularies of 128,000 tokens there and back in %.1f ms",
                  (double) (g_get_monotonic_time () - start) / 1e3);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (copy), vocab));

  /* That of the product follows from its factors. */
  flat = g_variant_ref_sink (genlm_vocab_to_variant (vocab));
  vocab_size = g_variant_get_size (flat);
  g_assert_cmpuint (g_variant_get_size (recipe), <, 2 * vocab_size + 1000);
}

/* Recipes have limits in depth and in size. */
static void
test_recipe_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) potential = genlm_element_make ("test-model", NULL, &error);
  g_autoptr (GenlmVocab) vocab = new_vocab (4000, 1000);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GObject) copy = NULL;
  GenlmPotential *wrapped;

  g_assert_no_error (error);
  for (guint i = 0; i < 29; i++)
    {
      wrapped = genlm_potential_to_autobatched (potential);
      g_object_unref (potential);
      potential = wrapped;
    }
  recipe = genlm_potential_to_recipe (potential, &error);
  g_assert_no_error (error);
  copy = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);

  wrapped = genlm_potential_to_autobatched (potential);
  g_assert_null (genlm_potential_to_recipe (wrapped, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_clear_error (&error);
  g_object_unref (wrapped);

  /* Two of it in each, and so on. */
  g_clear_object (&potential);
  potential = genlm_element_make ("test-model", NULL, &error);
  g_assert_no_error (error);
  wrapped = (GenlmPotential *) genlm_coerced_new (potential, vocab, &error);
  g_assert_no_error (error);
  g_object_unref (potential);
  potential = wrapped;
  for (guint i = 0; i < 8; i++)
    {
      wrapped = multiply (potential, potential);
      g_object_unref (potential);
      potential = wrapped;
    }
  g_assert_null (genlm_potential_to_recipe (potential, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

/* A potential that holds any object. */
#define TEST_TYPE_HOLDER (test_holder_get_type ())
G_DECLARE_FINAL_TYPE (TestHolder, test_holder, TEST, HOLDER, GenlmPotentialBase)

struct _TestHolder
{
  GenlmPotentialBase parent_instance;

  GObject *object;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (TestHolder, test_holder, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, NULL))

static void
test_holder_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  g_value_set_object (value, TEST_HOLDER (object)->object);
}

static void
test_holder_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TEST_HOLDER (object)->object = g_value_get_object (value);
}

static void
test_holder_class_init (TestHolderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_holder_get_property;
  object_class->set_property = test_holder_set_property;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_object ("object", NULL, NULL, G_TYPE_OBJECT,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
test_holder_init (TestHolder *self)
{
}

static GVariant *
get_recipe (GObject  *object,
            GError  **error)
{
  g_autoptr (GenlmPotential) holder = g_object_new (TEST_TYPE_HOLDER, "object", object, NULL);
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GVariant) properties = NULL;

  genlm_element_type_set_factory_name (TEST_TYPE_HOLDER, "test-holder");
  recipe = genlm_potential_to_recipe (holder, error);
  if (recipe == NULL)
    return NULL;
  properties = g_variant_get_child_value (recipe, 1);
  return g_variant_lookup_value (properties, "object", G_VARIANT_TYPE ("(sa{sv})"));
}

/* Every kind of value comes back; a text that is no UTF-8 is an error, unless
 * it names a file. */
static void
test_recipe_of_values (void)
{
  const char *list[] = { "a", "b", NULL };
  g_autofree char *path = g_canonicalize_filename ("x/\377", NULL);
  g_autofree char *path_again = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\377", 2);
  g_autoptr (GenlmVocab) vocab = new_vocab (3, 0);
  g_autoptr (GVariant) pairs = g_variant_ref_sink (g_variant_new_parsed ("{'a': 0.1}"));
  g_autoptr (GObject) inner = NULL;
  g_autoptr (GObject) thing = NULL;
  g_autoptr (GObject) copy = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GVariant) recipe_again = NULL;
  g_autoptr (GVariant) sent = NULL;
  g_autoptr (GError) error = NULL;

  inner = genlm_element_make_with ("test-thing", &error, "boolean", TRUE, NULL);
  g_assert_no_error (error);
  thing = genlm_element_make_with ("test-thing", &error, "boolean", TRUE, "int", -4, "uint", 5u,
                                   "int64", G_MININT64, "uint64", G_MAXUINT64, "long", -7L, "double", 0.1,
                                   "float", 0.25, "string", "x", "file", "x/\377", "colour", 1, "parts", 3u,
                                   "list", list, "bytes", bytes, "variant", pairs, "vocab", vocab, "thing", inner,
                                   "fixed", 9u, NULL);
  g_assert_no_error (error);
  recipe = get_recipe (thing, &error);
  g_assert_no_error (error);
  sent = send_recipe (recipe);
  copy = genlm_element_from_recipe (sent, &error);
  g_assert_no_error (error);
  g_object_get (copy, "file", &path_again, NULL);
  g_assert_cmpstr (path_again, ==, path);
  recipe_again = get_recipe (copy, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_equal (recipe, recipe_again));

  g_object_set (thing, "string", "\377", NULL);
  g_assert_null (get_recipe (thing, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "property “string” is no UTF-8"));
}

static void
test_factory (void)
{
  g_autoptr (GenlmElementFactory) factory = genlm_element_factory_find ("test-wrapper");
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;
  g_autofree char *name = NULL;
  g_autofree char *input = NULL;
  guint rank;

  g_assert_nonnull (factory);
  g_assert_null (genlm_element_factory_find ("nothing"));
  g_object_get (factory, "name", &name, "input", &input, "rank", &rank, NULL);
  g_assert_cmpstr (name, ==, "test-wrapper");
  g_assert_cmpstr (input, ==, "input");
  g_assert_cmpuint (rank, ==, GENLM_RANK_PRIMARY);

  /* Construction-time values are there when the element is initialised. */
  object = genlm_element_factory_make (factory, &error);
  g_assert_null (object);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);
  object = genlm_element_factory_make_with_properties (factory,
             g_variant_new_parsed ("{'input': <('test-thing', @a{sv} {})>}"), &error);
  g_assert_no_error (error);
}

/* The elements of the library survive being made with nothing, or say what
 * they need. */
static void
test_core_elements_alone (void)
{
  g_autoptr (GListModel) factories = genlm_registry_get_factories (genlm_registry_get_default ());
  guint n_core = 0;

  genlm_init ();
  for (guint i = 0; i < g_list_model_get_n_items (factories); i++)
    {
      g_autoptr (GenlmElementFactory) factory = g_list_model_get_item (factories, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (GObject) object = NULL;

      if (!genlm_element_factory_is_built_in (factory))
        continue;
      n_core++;
      object = genlm_element_factory_make (factory, &error);
      g_test_message ("%s: %s", genlm_element_factory_get_name (factory), error != NULL ? error->message : "made");
      g_assert_true ((object != NULL) != (error != NULL));
    }
  g_assert_cmpuint (n_core, >=, 6);
}

/* What bindings use in place of the varargs. */
static void
test_make_with_objects (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmAutobatch) first = NULL;
  g_autoptr (GenlmAutobatch) second = NULL;
  const char *names[] = { "potential" };
  const char *numbers[] = { "max-delay" };
  const char *unknown[] = { "potentail" };
  GObject *objects[1];

  first = g_object_new (GENLM_TYPE_AUTOBATCH, NULL);
  objects[0] = G_OBJECT (first);
  second = genlm_element_make_with_objects ("autobatch", g_variant_new_parsed ("{'max-delay': <7>}"),
                                            names, objects, 1, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_autobatch_get_potential (second) == GENLM_POTENTIAL (first));

  g_assert_null (genlm_element_make_with_objects ("autobatch", NULL, numbers, objects, 1, &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE);
  g_clear_error (&error);
  g_assert_null (genlm_element_make_with_objects ("autobatch", NULL, unknown, objects, 1, &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_UNKNOWN_PROPERTY);
  g_clear_error (&error);
  objects[0] = G_OBJECT (genlm_registry_get_default ());
  g_assert_null (genlm_element_make_with_objects ("autobatch", NULL, names, objects, 1, &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_VALUE);
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

  g_test_add_func ("/element-factory/variants", test_variants);
  g_test_add_func ("/element-factory/values-arrive", test_values_arrive);
  g_test_add_func ("/element-factory/vocab", test_vocab);
  g_test_add_func ("/element-factory/make-with", test_make_with);
  g_test_add_func ("/element-factory/make-with-objects", test_make_with_objects);
  g_test_add_func ("/element-factory/initialisation-fails", test_initialisation_fails);
  g_test_add_func ("/element-factory/recipe", test_recipe);
  g_test_add_func ("/element-factory/recipe-of-an-input", test_recipe_of_an_input);
  g_test_add_func ("/element-factory/recipe-of-an-element", test_recipe_of_an_element);
  g_test_add_func ("/element-factory/recipe-with-vocab", test_recipe_with_vocab);
  g_test_add_func ("/element-factory/recipe-limits", test_recipe_limits);
  g_test_add_func ("/element-factory/recipe-of-values", test_recipe_of_values);
  g_test_add_func ("/element-factory/factory", test_factory);
  g_test_add_func ("/element-factory/core-elements-alone", test_core_elements_alone);

  status = g_test_run ();
  g_remove (registry);
  g_rmdir (folder);
  return status;
}
