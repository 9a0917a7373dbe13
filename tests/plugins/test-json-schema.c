#include <genlm.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "asking.h"

static GenlmPotential *
make (const char *schema,
      const char *more)
{
  return make_element ("json-schema", "schema", schema, more);
}

static void
ask (GenlmPotential *potential,
     const char     *text,
     double         *prefix,
     double         *complete)
{
  g_autoptr (GenlmContext) context = new_context (text);

  *prefix = ask_prefix (potential, context);
  *complete = ask_complete (potential, context);
}

/* A text begins with what it is: "y" whole, "p" the start of one, "n" neither. */
static void
check (GenlmPotential *potential,
       const char     *text)
{
  g_autofree char *start = g_strndup (text, 80);
  g_autofree char *escaped = g_strescape (start, NULL);
  double prefix;
  double complete;

  g_test_message ("%s", escaped);
  ask (potential, text + 1, &prefix, &complete);
  g_assert_cmpint (prefix == 0.0, ==, text[0] != 'n');
  g_assert_cmpint (complete == 0.0, ==, text[0] == 'y');
}

typedef struct
{
  const char *schema;
  const char *texts[20];
} Case;

/* The reference's recorded answers, corrected where they are marked so. */
static const Case narrow_cases[] = {
  { "{\"type\":\"object\"}",
    { "p", "p{", "y{ }", "y{} ", "y{}\n", "n{\t", "n{\n\n", "n{\n \n", "n}", "n{} x", "n{\"a\": 1, }",
      "n{,", "y{\"a\":1 ,\"b\":[]}", "n{\"d\":1,\"d\"", "n{\xc2\xa0", "p{\"a\":\"\xc3",
      "n{\"a\":\"\xc3\"", "n\xef\xbb\xbf{", "p {" } },
  { "{\"type\":\"array\"}",
    { "p [", "n   [", "n[1,]", "n[,", "y[ 1 , 2 ]", "n[01]", "n[1.]", "p[-", "p[nul", "n[tru e]",
      "y[\n1\n]", "n[\n\n1]" } },
  { "{\"type\":\"integer\"}",
    { "p-", "y-1", "y1e5", "p1e", "n1.", "n1.0", "n1e-5", "y1 ", "n1,", "n01" } },
  { "{\"type\":\"number\"}", { "p1.", "y1.5", "p1e+", "y1e+5", "n--", "n.5", "nNaN", "n00" } },
  { "{\"type\":\"string\"}", { "p\"", "y\"a\"", "p\"\\", "p\"\\u12", "n\"\\x\"", "n\"\n", "y\"a\" " } },
  { "{\"type\":\"string\",\"pattern\":\"^ab*$\"}", { "p\"a", "n\"ac", "y\"abb\"", "n\"b" } },
  { "{\"type\":\"string\",\"pattern\":\"ab\"}", { "p\"x", "p\"xa", "y\"xab\"" } },
  { "{\"enum\":[\"aa\",\"ab\"]}", { "p\"a", "n\"ac", "y\"aa\"" } },
  { "{\"enum\":[1,2,30]}", { "y1", "p3", "y30", "n4" } },
  { "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":10}}",
    { "n[5,", "p[15", "y[15]", "n[\"" } },
  { "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":3,\"uniqueItems\":true}",
    { "n[1]", "y[1,2]", "n[1,2,3,4]", "n[1,1," } },
  { "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}",
    { "n{\"b\"", "y{\"a\":1}", "y{ \"a\" : 1 }" } },
  { "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":true}",
    { "y{\"b\":1}", "n{\"a\":\"" } },
  { "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{},\"b\":{}}}",
    { "n{\"b\":1}", "p{\"b\":1" } },
  { "{\"type\":\"object\",\"patternProperties\":{\"^a\":{\"type\":\"integer\"}},\"additionalProperties\":false}",
    { "y{\"a\":1}", "n{\"b\"", "y{}" } },
  { "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]},"
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\"}},\"required\":[\"a\"]}]}",
    { "n\"", "p{\"a\": \"", "p{\"a\": 1", "n{\"a\": {" } },
  { "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", { "p1", "y1.5" } },
  { "{\"const\":{\"a\":1}}", { "y{\"a\": 1}", "y{\"a\":1}" } },
  { "{\"type\":\"string\",\"format\":\"ipv4\"}", { "y\"1.2.3.4\"", "n\"999.1.1.1\"" } },
  { "{\"type\":\"object\",\"properties\":{\"a\":true}}", { "y{\"a\":1}" } },
};

static void
check_cases (const Case *cases,
             guint       n_cases,
             const char *more)
{
  guint i;
  guint j;

  for (i = 0; i < n_cases; i++)
    {
      g_autoptr (GenlmPotential) potential = make (cases[i].schema, more);

      g_test_message ("%s", cases[i].schema);
      for (j = 0; cases[i].texts[j] != NULL; j++)
        check (potential, cases[i].texts[j]);
    }
}

static void
test_narrow (void)
{
  check_cases (narrow_cases, G_N_ELEMENTS (narrow_cases), ", 'style': <'genlm'>");
}

static void
test_standard (void)
{
  static const Case cases[] = {
    { "{\"type\":\"integer\"}", { "y1.0", "y10e-1", "p1.5", "n1.5," } },
    { "{\"properties\":{\"a\":{\"type\":\"null\"}}}", { "y{\"b\":[{}]}", "y{\t\"a\"\r\n\n: null}", "n{\"a\":1" } },
    { "{\"format\":\"date\"}", { "y\"2024-02-29\"", "n\"2023-02-29\"", "y1" } },
  };

  check_cases (cases, G_N_ELEMENTS (cases), "");
}

static void
test_spelling (void)
{
  const char *schema = "{\"properties\":{\"n\":{\"type\":\"integer\"},\"a/b\":{\"type\":\"string\"}},\"additionalProperties\":false}";
  g_autoptr (GenlmPotential) any = make (schema, ", 'spelling': <'any'>");
  g_autoptr (GenlmPotential) plain = make (schema, ", 'spelling': <'plain'>");
  g_autoptr (GenlmPotential) sibling = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *spelling = NULL;

  check (any, "y{\"n\":1.0,\"a\\/b\":\"\\u00e9\\n\"}");
  check (plain, "y{\"n\":1,\"a/b\":\"\xc3\xa9\\n\"}");
  check (plain, "n{\"n\":1.");
  check (plain, "n{\"n\":1e");
  check (plain, "n{\"a\\");
  check (plain, "n{\"a/b\":\"\\u00e");
  sibling = genlm_potential_spawn (plain, &error);
  g_assert_no_error (error);
  g_object_get (sibling, "spelling", &spelling, NULL);
  g_assert_cmpstr (spelling, ==, "plain");
  check (sibling, "n{\"n\":1e");
}

static void
test_property_order (void)
{
  const char *schema = "{\"properties\":{\"b\":{},\"a\":{},\"c\":{}},\"required\":[\"a\",\"c\"]}";
  g_autoptr (GenlmPotential) any = make (schema, "");
  g_autoptr (GenlmPotential) written = make (schema, ", 'property-order': <'schema'>");
  g_autoptr (GenlmPotential) required = make (schema, ", 'property-order': <'required-first'>");

  check (any, "y{\"c\":1,\"x\":2,\"a\":3,\"b\":4}");
  check (written, "y{\"b\":1,\"a\":1,\"c\":1,\"x\":1}");
  check (written, "y{\"a\":1,\"c\":1}");
  check (written, "n{\"a\":1,\"b\"");
  check (written, "n{\"c\"");
  check (written, "n{\"x\"");
  check (required, "y{\"c\":1,\"a\":1,\"x\":1,\"b\":1}");
  check (required, "n{\"b\"");
  check (required, "n{\"a\":1,\"x\"");
}

/* Names that are evaluated alike are so in one way, however many there are. */
static void
test_many_unevaluated (void)
{
  g_autoptr (GString) schema = g_string_new ("{\"anyOf\":[{\"required\":[\"n0\"],\"properties\":{");
  g_autoptr (GString) text = g_string_new ("y{");
  g_autoptr (GenlmPotential) potential = NULL;
  guint i;

  for (i = 0; i < 1000; i++)
    {
      g_string_append_printf (schema, "%s\"n%u\":{}", i > 0 ? "," : "", i);
      g_string_append_printf (text, "%s\"n%u\":0", i > 0 ? "," : "", i);
    }
  g_string_append (schema, "}},{\"required\":[\"m\"]}],\"unevaluatedProperties\":false}");
  potential = make (schema->str, "");
  g_string_append_c (text, '}');
  check (potential, text->str);
  check (potential, "n{\"n1\":0}");
}

/* A member that more claims are made of than fit into a word. */
static void
test_many_claims (void)
{
  g_autoptr (GString) schema = g_string_new ("{\"allOf\":[");
  g_autoptr (GenlmPotential) potential = NULL;
  guint i;

  for (i = 0; i < 40; i++)
    g_string_append_printf (schema, "%s{\"properties\":{\"a\":{\"minLength\":%u}},"
                                    "\"additionalProperties\":{\"maxItems\":%u}}",
                            i > 0 ? "," : "", i, 80 - i);
  g_string_append (schema, "]}");
  potential = make (schema->str, "");
  check (potential, "y{\"a\":\"0123456789012345678901234567890123456789\",\"b\":[1],\"c\":2}");
  check (potential, "n{\"a\":\"01234567890123456789012345678901234567\"");
}

/* A name that comes too soon for one that must come is refused at its start. */
static void
test_property_order_dead_end (void)
{
  const char *schema = "{\"type\":\"object\",\"properties\":{\"a\":true,\"b\":true},"
                       "\"required\":[\"a\"],\"additionalProperties\":false}";
  const char *const orders[] = { "schema", "required-first" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autofree char *order = g_strdup_printf (", 'property-order': <'%s'>", orders[i]);
      g_autoptr (GenlmPotential) potential = make (schema, order);

      check (potential, "n{\"b");
      check (potential, "p{\"a");
      check (potential, "y{\"a\":1,\"b\":2}");
      check (potential, "p{\"a\":1,\"b");
      check (potential, "n{\"b\":1,\"a\":2}");
    }
}

/* What may not come next may have to come later. */
static void
test_property_order_later (void)
{
  const char *schema = "{\"properties\":{\"b\":{},\"a\":{},\"c\":{}},\"required\":[\"a\",\"c\"],"
                       "\"additionalProperties\":false,\"minProperties\":3,\"maxProperties\":3}";
  g_autoptr (GenlmPotential) written = make (schema, ", 'property-order': <'schema'>");
  g_autoptr (GenlmPotential) required = make (schema, ", 'property-order': <'required-first'>");

  check (written, "p{");
  check (written, "y{\"b\":1,\"a\":1,\"c\":1}");
  check (required, "p{");
  check (required, "y{\"a\":1,\"c\":1,\"b\":1}");
  check (required, "y{\"c\":1,\"a\":1,\"b\":1}");
}

static void
test_white_space (void)
{
  g_autoptr (GenlmPotential) potential = make ("{}", ", 'max-white-space': <uint32 2>");

  check (potential, "y [  1\n\n,\t2 ]");
  check (potential, "n   ");
  check (potential, "n[1   ");
}

static void
test_depth (void)
{
  g_autoptr (GenlmPotential) potential = make ("{}", "");
  g_autoptr (GString) text = g_string_new ("y");
  guint i;

  for (i = 0; i < 100000; i++)
    g_string_append (text, "[{\"a\":");
  g_string_append (text, "1");
  for (i = 0; i < 100000; i++)
    g_string_append (text, "}]");
  check (potential, text->str);
}

static void
test_many_names (void)
{
  g_autoptr (GenlmPotential) potential = make ("{\"uniqueItems\":true}", "");
  g_autoptr (GString) text = g_string_new ("n[");
  guint i;

  for (i = 0; i < 2000; i++)
    g_string_append_printf (text, "{\"n%u\":%u,\"m\":0},", i, i);
  g_string_append (text, "{\"m\":0.0,\"n7\":7}");
  check (potential, text->str);
}

static void
check_refusal (const char *schema,
               const char *more,
               int         code,
               const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) potential = try_make_element ("json-schema", "schema", schema, more, &error);

  g_assert_null (potential);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_refusals (void)
{
  g_autoptr (GError) error = NULL;

  check_refusal ("{}", ", 'draft': <'5'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "draft");
  check_refusal ("{}", ", 'format': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "assert");
  check_refusal ("{}", ", 'spelling': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "The property “spelling” is “x”; it is one of “any”, “plain”");
  check_refusal ("{}", ", 'property-order': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "required-first");
  check_refusal ("{}", ", 'style': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "genlm");
  check_refusal ("{}", ", 'file': <'x'>", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "file");
  g_assert_null (genlm_element_make ("json-schema", NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
}

static void
test_limits (void)
{
  g_autoptr (GenlmPotential) potential = make ("{\"items\":{\"properties\":{\"a\":{}}},\"minItems\":400}",
                                               ", 'max-states': <uint32 20>");
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < 100; i++)
    g_string_append (text, "{\"a\":1},");
  bytes = g_bytes_new (text->str, text->len);
  context = genlm_context_new_from_bytes (bytes);
  genlm_potential_prefix_sync (potential, context, NULL, &error);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "max-states"));
}

static void
test_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("schema-XXXXXX.json", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "{\"type\":\"null\"}", -1, &error));
  potential = genlm_element_make ("json-schema", g_variant_new_parsed ("{'file': <%s>}", path),
                                  &error);
  g_assert_no_error (error);
  check (potential, "ynull");
  check (potential, "n1");
  g_unlink (path);
}

static void
test_references (void)
{
  const char *schema = "{\"$ref\":\"http://example.com/a.json\"}";
  g_autoptr (GenlmPotential) potential =
    make (schema, ", 'references': <{'http://example.com/a.json': '{\"type\":\"null\"}'}>");
  g_autoptr (GenlmPotential) spawned = NULL;
  g_autoptr (GError) error = NULL;

  check (potential, "ynull");
  check (potential, "n1");
  spawned = genlm_potential_spawn (potential, &error);
  g_assert_no_error (error);
  check (spawned, "ynull");
  g_assert_null (try_make_element ("json-schema", "schema", schema, "", &error));
  g_assert_nonnull (error);
}

static char *
answer (GObject    *object,
        const char *uri,
        gpointer    user_data)
{
  return g_strdup (user_data);
}

/* A handler that does not know the document leaves the word to the next. */
static void
test_handlers (void)
{
  g_autoptr (GenlmPotential) potential =
    g_object_new (genlm_element_factory_load_type (genlm_element_factory_find ("json-schema"), NULL),
                  "schema", "{\"$ref\":\"http://example.com/a.json\"}", NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (potential, "resolve-reference", G_CALLBACK (answer), NULL);
  g_signal_connect (potential, "resolve-reference", G_CALLBACK (answer), (gpointer) "{\"type\":\"null\"}");
  g_signal_connect (potential, "resolve-reference", G_CALLBACK (answer), (gpointer) "{}");
  g_assert_true (g_initable_init (G_INITABLE (potential), NULL, &error));
  g_assert_no_error (error);
  check (potential, "ynull");
  check (potential, "n1");
}

/* A token without bytes may follow wherever anything may. */
static void
test_empty_token (void)
{
  static const char *const tokens[] = { "\"", "a", "", "1", "{" };
  g_autoptr (GenlmPotential) bytes = make ("{\"uniqueItems\":true,\"items\":{\"maxLength\":2}}", "");
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("aay"));
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmVocab) vocab = NULL;
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (tokens); i++)
    g_variant_builder_add_value (builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, tokens[i], strlen (tokens[i]), 1));
  vocab = genlm_vocab_new (g_variant_builder_end (builder), NULL, &error);
  g_assert_no_error (error);
  potential = genlm_potential_coerce (bytes, vocab, &error);
  g_assert_no_error (error);
  for (i = 0; i < 4; i++)
    {
      g_autoptr (GenlmContext) last = g_steal_pointer (&context);
      g_autoptr (GenlmTokenSet) mask = genlm_potential_mask_next_sync (potential, last, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (genlm_token_set_contains (mask, 2));
      context = genlm_context_append (last, i % 3);
    }
}

static void
test_told (void)
{
  g_autoptr (GenlmPotential) potential =
    make ("{\"x-note\":1,\"type\":[\"null\",\"object\"]}", "");
  g_auto (GStrv) annotations = NULL;
  g_auto (GStrv) dropped = NULL;
  guint64 memory;
  guint n_states;

  check (potential, "y{\"a\":1}");
  g_object_get (potential, "annotations", &annotations, "dropped", &dropped, "n-states", &n_states,
                "memory", &memory, NULL);
  g_assert_cmpuint (g_strv_length (annotations), ==, 1);
  g_assert_nonnull (strstr (annotations[0], "x-note"));
  g_assert_cmpuint (g_strv_length (dropped), ==, 0);
  g_assert_cmpuint (n_states, >, 0);
  g_assert_cmpuint (memory, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  genlm_init ();
  g_test_add_func ("/json-schema/narrow", test_narrow);
  g_test_add_func ("/json-schema/standard", test_standard);
  g_test_add_func ("/json-schema/spelling", test_spelling);
  g_test_add_func ("/json-schema/property-order", test_property_order);
  g_test_add_func ("/json-schema/property-order/dead-end", test_property_order_dead_end);
  g_test_add_func ("/json-schema/property-order/later", test_property_order_later);
  g_test_add_func ("/json-schema/many-unevaluated", test_many_unevaluated);
  g_test_add_func ("/json-schema/many-claims", test_many_claims);
  g_test_add_func ("/json-schema/white-space", test_white_space);
  g_test_add_func ("/json-schema/depth", test_depth);
  g_test_add_func ("/json-schema/many-names", test_many_names);
  g_test_add_func ("/json-schema/refusals", test_refusals);
  g_test_add_func ("/json-schema/limits", test_limits);
  g_test_add_func ("/json-schema/file", test_file);
  g_test_add_func ("/json-schema/references", test_references);
  g_test_add_func ("/json-schema/references/handlers", test_handlers);
  g_test_add_func ("/json-schema/empty-token", test_empty_token);
  g_test_add_func ("/json-schema/told", test_told);
  return g_test_run ();
}
