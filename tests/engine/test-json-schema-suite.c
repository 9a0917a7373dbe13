/* The published suite and real schemas with their instances, judged by the
 * oracle over the graph: what the loader reads is what the standard says. */

#include <genlm.h>
#include <string.h>

#include "schema-oracle.h"

typedef struct
{
  guint n_schemas;
  guint n_refused;
  guint n_right;
  guint n_wrong;
} Tally;

static GenlmJsonDocument *
read_line (const char *line)
{
  g_autoptr (GError) error = NULL;
  GenlmJsonDocument *document = genlm_json_document_new (line, -1, &error);

  if (error != NULL)
    g_test_message ("%s", error->message);
  return document;
}

static void
append_string (GString    *text,
               const char *string,
               gsize       length)
{
  g_string_append_c (text, '"');
  for (gsize i = 0; i < length; i++)
    if (string[i] == '"' || string[i] == '\\')
      g_string_append_printf (text, "\\%c", string[i]);
    else if ((guchar) string[i] < 0x20)
      g_string_append_printf (text, "\\u%04x", (guint) string[i]);
    else
      g_string_append_c (text, string[i]);
  g_string_append_c (text, '"');
}

/* The text of a value. */
static void
append_value (GString              *text,
              const GenlmJsonValue *value)
{
  gboolean is_array = value->type == GENLM_JSON_ARRAY;

  switch (value->type)
    {
    case GENLM_JSON_NULL:
      g_string_append (text, "null");
      return;
    case GENLM_JSON_BOOLEAN:
      g_string_append (text, value->n ? "true" : "false");
      return;
    case GENLM_JSON_NUMBER:
      g_string_append (text, value->text);
      return;
    case GENLM_JSON_STRING:
      append_string (text, value->text, value->n);
      return;
    case GENLM_JSON_ARRAY:
    case GENLM_JSON_OBJECT:
    default:
      break;
    }

  g_string_append_c (text, is_array ? '[' : '{');
  for (guint32 i = 0; i < value->n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      if (!is_array)
        {
          append_string (text, value->members[i].name, value->members[i].length);
          g_string_append_c (text, ':');
        }
      append_value (text, is_array ? &value->items[i] : &value->members[i].value);
    }
  g_string_append_c (text, is_array ? ']' : '}');
}

static const char *
get_text (const GenlmJsonValue *object,
          const char           *name)
{
  const GenlmJsonValue *value = genlm_json_value_peek (object, name, -1);

  return value != NULL ? value->text : "";
}

static GBytes *
resolve (const char *uri,
         gpointer    user_data,
         GError    **error)
{
  const GenlmJsonDocument *remotes = user_data;
  const GenlmJsonValue    *value = genlm_json_value_peek (genlm_json_document_peek_root (remotes), uri, -1);
  GString                 *text;

  if (value == NULL)
    return NULL;
  text = g_string_new (NULL);
  append_value (text, value);
  return g_string_free_to_bytes (text);
}

static GenlmSchema *
load (const GenlmJsonValue     *schema,
      const GenlmSchemaOptions *options,
      GError                  **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_value (text, schema);
  return genlm_schema_new (text->str, (gssize) text->len, options, error);
}

/* Judges the tests of one schema. */
static void
run (const GenlmJsonValue     *line,
     const GenlmSchemaOptions *options,
     const char               *name,
     Tally                    *tally)
{
  const GenlmJsonValue    *tests = genlm_json_value_peek (line, "tests", -1);
  g_autoptr (GError)       error = NULL;
  g_autoptr (GenlmSchema)  schema = load (genlm_json_value_peek (line, "schema", -1), options, &error);
  g_autoptr (SchemaOracle) oracle = NULL;

  tally->n_schemas++;
  if (schema == NULL)
    {
      g_assert_nonnull (strchr (error->message, '#'));
      g_test_message ("%s refused: %s", name, error->message);
      tally->n_refused++;
      return;
    }
  oracle = schema_oracle_new (schema);
  for (guint32 i = 0; i < tests->n; i++)
    {
      const GenlmJsonValue *test = &tests->items[i];
      gboolean              valid = (gboolean) genlm_json_value_peek (test, "valid", -1)->n;

      if (schema_oracle_check (oracle, genlm_json_value_peek (test, "data", -1)) == valid)
        {
          tally->n_right++;
          continue;
        }
      tally->n_wrong++;
      g_test_message ("%s: %s: %u, %s, should be %s", name, get_text (line, "description"), i,
                      get_text (test, "description"), valid ? "valid" : "invalid");
    }
}

static void
run_suite (const char *part,
           gboolean    formats,
           Tally      *tally)
{
  g_auto (GStrv)                lines = schema_oracle_load ("json-schema-test-suite.jsonl.xz");
  g_auto (GStrv)                remotes = schema_oracle_load ("json-schema-test-suite-remotes.json.xz");
  g_autoptr (GenlmJsonDocument) documents = NULL;
  GenlmSchemaOptions            options = { .annotate_formats = !formats, .resolver = resolve };

  if (lines == NULL || remotes == NULL)
    {
      g_test_skip ("the suite is not in ../shared/data");
      return;
    }
  documents = read_line (remotes[0]);
  options.resolver_data = documents;
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (GenlmJsonDocument) line = read_line (lines[i]);
      const char                   *file;

      g_assert_nonnull (line);
      file = get_text (genlm_json_document_peek_root (line), "file");
      if (!g_str_has_prefix (file, part))
        continue;
      if (formats != (strstr (file, "/optional/format/") != NULL))
        continue;
      /* To us, what a string holds in another encoding is an annotation, as
       * later drafts have it. */
      if (g_str_has_suffix (file, "/optional/content.json"))
        continue;
      options.draft = g_str_has_prefix (file, "draft7") ? GENLM_SCHEMA_DRAFT_7 : GENLM_SCHEMA_DRAFT_ANY;
      run (genlm_json_document_peek_root (line), &options, file, tally);
    }
  g_test_message ("%s: %u schemas, %u refused, %u tests right, %u wrong", part, tally->n_schemas, tally->n_refused,
                  tally->n_right, tally->n_wrong);
}

static void
test_suite (gconstpointer data)
{
  Tally tally = { 0 };

  run_suite (data, FALSE, &tally);
  g_assert_cmpuint (tally.n_refused, ==, 0);
  g_assert_cmpuint (tally.n_wrong, ==, 0);
}

static void
test_formats (gconstpointer data)
{
  Tally tally = { 0 };

  run_suite (data, TRUE, &tally);
  g_assert_cmpuint (tally.n_refused, ==, 0);
  g_assert_cmpuint (tally.n_wrong, ==, 0);
}

static void
test_real_schemas (void)
{
  g_auto (GStrv)     lines = schema_oracle_load ("maskbench-dev.jsonl.xz");
  GenlmSchemaOptions options = { .limits = { 0, G_GUINT64_CONSTANT (1) << 30, 0 } };
  Tally              tally = { 0 };

  if (lines == NULL)
    {
      g_test_skip ("the schemas are not in ../shared/data");
      return;
    }
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (GenlmJsonDocument) line = read_line (lines[i]);

      g_assert_nonnull (line);
      run (genlm_json_document_peek_root (line), &options, get_text (genlm_json_document_peek_root (line), "id"),
           &tally);
    }
  g_test_message ("%u schemas, %u refused, %u tests right, %u wrong", tally.n_schemas, tally.n_refused, tally.n_right,
                  tally.n_wrong);
  g_assert_cmpuint (tally.n_refused, ==, 0);
  g_assert_cmpuint (tally.n_wrong, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/json-schema-suite/draft7", "draft7/", test_suite);
  g_test_add_data_func ("/engine/json-schema-suite/draft2020-12", "draft2020-12/", test_suite);
  g_test_add_data_func ("/engine/json-schema-suite/formats/draft7", "draft7/", test_formats);
  g_test_add_data_func ("/engine/json-schema-suite/formats/draft2020-12", "draft2020-12/", test_formats);
  g_test_add_func ("/engine/json-schema-suite/real", test_real_schemas);
  return g_test_run ();
}
