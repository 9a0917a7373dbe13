/* Starts of JSON texts by small schemas, against all values of a few members and
 * items: no start of a value that the schema holds of is dead, and few others are
 * alive. What is alive for larger values only is counted with those. */

#include <string.h>

#include "genlm-json-machine.h"
#include "genlm-json-value.h"
#include "schema-oracle.h"

#define N_SCHEMAS (200)

static const char *const scalars[] = { "1", "null", "\"s\"" };
static const char *const names[] = { "\"a\":", "\"b\":", "\"c\":", "\"d\":" };

/* All arrays and objects of up to three scalars; @used says which names are. */
static void
add_texts (GPtrArray  *texts,
           const char *start,
           gboolean    object,
           guint       n,
           guint       used)
{
  guint i;
  guint j;

  g_ptr_array_add (texts, g_strconcat (start, object ? "}" : "]", NULL));
  for (j = 0; n < 3 && j < (object ? G_N_ELEMENTS (names) : 1); j++)
    for (i = 0; i < G_N_ELEMENTS (scalars) && !((used >> j) & object); i++)
      {
        g_autofree char *longer = g_strconcat (start, n > 0 ? "," : "", object ? names[j] : "", scalars[i], NULL);

        add_texts (texts, longer, object, n + 1, used | (guint) object << j);
      }
}

static GPtrArray *
make_texts (void)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (scalars); i++)
    g_ptr_array_add (texts, g_strdup (scalars[i]));
  add_texts (texts, "[", FALSE, 0, 0);
  add_texts (texts, "{", TRUE, 0, 0);
  return texts;
}

static void
append_keyword (GRand   *random,
                GString *schema,
                guint    depth);

static void
append_schema (GRand   *random,
               GString *schema,
               guint    depth)
{
  static const char *const simple[] = { "true", "false", "{\"type\":\"null\"}", "{\"type\":\"string\"}", "{\"const\":1}", "{}" };
  guint n = 1 + (guint) g_rand_int_range (random, 0, 4);
  g_autofree char *before = NULL;

  if (depth == 0)
    {
      g_string_append (schema, simple[g_rand_int_range (random, 0, G_N_ELEMENTS (simple))]);
      return;
    }
  /* A keyword twice is an error: each goes into a schema of its own. */
  g_string_append (schema, "{\"allOf\":[");
  for (; n > 0; n--)
    {
      append_keyword (random, schema, depth);
      g_string_append (schema, n > 1 ? "," : "]}");
    }
}

static void
append_keyword (GRand   *random,
                GString *schema,
                guint    depth)
{
  static const char *const counts[] = { "minProperties", "maxProperties", "minItems", "maxItems" };
  static const char *const lists[] = { "[\"a\"]", "[\"a\",\"b\"]", "[\"b\",\"c\"]", "[\"a\",\"b\",\"c\"]" };
  static const char *const parts[] = { "items", "contains", "additionalProperties", "not" };
  static const char *const unions[] = { "anyOf", "oneOf", "allOf" };
  const char *list = lists[g_rand_int_range (random, 0, G_N_ELEMENTS (lists))];
  gint kind = g_rand_int_range (random, 0, 9);
  guint i;

  switch (kind)
    {
    case 0:
    case 1:
      i = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (counts));
      g_string_append_printf (schema, "{\"%s\":%d}", counts[i], g_rand_int_range (random, 0, 4));
      return;
    case 2:
      g_string_append_printf (schema, "{\"required\":%s}", list);
      return;
    case 3:
      g_string_append_printf (schema, "{\"propertyNames\":{\"enum\":%s}}", list);
      return;
    case 4:
      g_string_append_printf (schema, "{\"uniqueItems\":%s}", g_rand_boolean (random) ? "true" : "false");
      return;
    case 5:
      g_string_append (schema, "{\"properties\":{\"a\":");
      append_schema (random, schema, 0);
      g_string_append (schema, ",\"b\":");
      append_schema (random, schema, 0);
      g_string_append_printf (schema, "},\"required\":[\"a\"]%s}",
                              g_rand_boolean (random) ? ",\"additionalProperties\":false" : "");
      return;
    case 6:
      g_string_append_printf (schema, "{\"contains\":{\"type\":\"null\"},\"minContains\":%d}", g_rand_int_range (random, 0, 4));
      return;
    case 7:
      g_string_append_printf (schema, "{\"%s\":", parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))]);
      append_schema (random, schema, depth - 1);
      g_string_append_c (schema, '}');
      return;
    default:
      g_string_append_printf (schema, "{\"%s\":[", unions[g_rand_int_range (random, 0, G_N_ELEMENTS (unions))]);
      append_schema (random, schema, depth - 1);
      g_string_append_c (schema, ',');
      append_schema (random, schema, depth - 1);
      g_string_append (schema, "]}");
    }
}

/* What the machine says of all starts of all texts. */
static void
compare (GenlmByteMachine *machine,
         const char       *schema,
         GPtrArray        *texts,
         SchemaOracle     *oracle,
         guint            *n_alive,
         guint            *n_loose)
{
  g_autoptr (GHashTable) starts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  guint i;
  guint pass;
  gsize n;

  /* The starts of what holds first, to know what is alive in truth. */
  for (pass = 0; pass < 2; pass++)
    for (i = 0; i < texts->len; i++)
      {
        const char *text = g_ptr_array_index (texts, i);
        g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (text, -1, &error);
        gboolean holds = schema_oracle_check (oracle, genlm_json_document_peek_root (document));
        gpointer state = machine->klass->dup_start (machine);

        for (n = 1; n <= strlen (text); n++)
          {
            g_autofree char *start = g_strndup (text, n);
            gpointer next = machine->klass->advance (machine, state, (const guint8 *) text + n - 1, 1, &error);
            double weights[2];

            g_assert_no_error (error);
            machine->klass->unref_state (state);
            state = next;
            g_assert_true (machine->klass->weigh (machine, state, &weights[0], &weights[1], &error));
            if (pass == 0 && holds)
              g_hash_table_add (starts, g_strdup (start));
            if (holds && weights[0] != 0.0)
              g_error ("%s: %s is dead, but %s is valid", schema, start, text);
            if (n == strlen (text) && (weights[1] == 0.0) != holds)
              g_error ("%s: %s is %svalid", schema, text, holds ? "" : "in");
            if (pass == 1 && weights[0] == 0.0)
              {
                (*n_alive)++;
                *n_loose += !g_hash_table_contains (starts, start);
              }
          }
        machine->klass->unref_state (state);
      }
}

static GenlmSchema *
read_schema (const char *text)
{
  const GenlmSchemaOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  GenlmSchema *schema = genlm_schema_new (text, -1, &options, &error);

  g_assert_no_error (error);
  return schema;
}

static GenlmByteMachine *
make_machine (GenlmSchema *schema)
{
  const GenlmJsonMachineOptions options = {
    .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
    .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 },
  };
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine = genlm_json_machine_new (schema, &options, &error);

  g_assert_no_error (error);
  return machine;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  g_autoptr (GPtrArray) texts = make_texts ();
  g_autoptr (GString) schema = g_string_new (NULL);
  guint n_alive = 0;
  guint n_loose = 0;
  guint i;

  for (i = 0; i < N_SCHEMAS; i++)
    {
      g_autoptr (GenlmSchema) read = NULL;
      g_autoptr (GenlmByteMachine) machine = NULL;
      g_autoptr (SchemaOracle) oracle = NULL;
      guint n_loose_before = n_loose;

      g_string_truncate (schema, 0);
      append_schema (random, schema, 2);
      read = read_schema (schema->str);
      machine = make_machine (read);
      oracle = schema_oracle_new (read);
      compare (machine, schema->str, texts, oracle, &n_alive, &n_loose);
      if (n_loose > n_loose_before)
        g_test_message ("%u: %s", n_loose - n_loose_before, schema->str);
    }
  g_test_message ("%u of %u starts are alive for larger values only, or for none", n_loose, n_alive);
  g_assert_cmpuint (n_alive, >, 100000);
  g_assert_cmpuint (n_loose, <, n_alive / 8);
}

static gboolean
is_alive (GenlmByteMachine *machine,
          const char       *text)
{
  g_autoptr (GError) error = NULL;
  gpointer start = machine->klass->dup_start (machine);
  gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, strlen (text), &error);
  double prefix;

  g_assert_no_error (error);
  g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, &error));
  machine->klass->unref_state (state);
  machine->klass->unref_state (start);
  return prefix == 0.0;
}

/* Unique items come to an end with the values that there are for them. */
static void
test_full (void)
{
  static const struct
  {
    const char *schema;
    const char *alive;
    const char *dead;
  } cases[] = {
    { "{\"uniqueItems\": true, \"items\": {\"enum\": [1, 2, 3]}}", "[3,1,2", "[3,1,2," },
    { "{\"uniqueItems\": true, \"items\": {\"enum\": [1, 1.0, 2]}}", "[1,2,", "[1,2,3" },
    { "{\"uniqueItems\": true, \"items\": {\"type\": [\"boolean\", \"null\"]}}", "[null,true,false", "[null,true,false," },
    { "{\"uniqueItems\": true, \"items\": {\"type\": \"null\"}, \"maxItems\": 4}", "[null", "[null," },
    { "{\"uniqueItems\": true, \"prefixItems\": [true], \"items\": {\"const\": 1}}", "[2,1", "[2,1," },
    { "{\"uniqueItems\": true, \"items\": {\"$ref\": \"#/$defs/e\"}, \"$defs\": {\"e\": {\"enum\": [1, 2]}}}", "[1,2", "[1,2," },
    { "{\"uniqueItems\": true, \"items\": {\"anyOf\": [{\"const\": 1}, {\"enum\": [2, 3]}]}}", "[1,2,3", "[1,2,3," },
    { "{\"uniqueItems\": true, \"items\": {\"enum\": [1, 2]}, \"minItems\": 3}", "{", "[" },
    { "{\"uniqueItems\": false, \"items\": {\"enum\": [1, 2]}}", "[1,2,1", "[1,2,3" },
    { "{\"uniqueItems\": true, \"items\": {\"anyOf\": [{\"const\": 1}, {\"type\": \"number\"}]}}", "[1,2,3,", "[1,2,2]" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmSchema) schema = read_schema (cases[i].schema);
      g_autoptr (GenlmByteMachine) machine = make_machine (schema);

      g_test_message ("%s", cases[i].schema);
      g_assert_true (is_alive (machine, cases[i].alive));
      g_assert_false (is_alive (machine, cases[i].dead));
    }
}

/* Before the first byte, too. */
static void
test_nothing (void)
{
  static const char *const schemas[] = {
    "false",
    "{\"not\": {}}",
    "{\"allOf\": [false]}",
    "{\"allOf\": [{\"type\": \"string\"}, {\"type\": \"array\"}]}",
    "{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 1}",
    "{\"const\": null, \"enum\": [1, true]}",
    "{\"type\": \"string\", \"minLength\": 1, \"pattern\": \"^$\"}",
    "{\"anyOf\": [{\"const\": \"1\", \"enum\": [\"2\"]}, {\"type\": \"object\", \"required\": [\"a\"], \"maxProperties\": 0}]}",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GenlmSchema) schema = read_schema (schemas[i]);
      g_autoptr (GenlmByteMachine) machine = make_machine (schema);

      g_test_message ("%s", schemas[i]);
      g_assert_false (is_alive (machine, ""));
      g_assert_false (is_alive (machine, " "));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-dead-ends/random", test_random);
  g_test_add_func ("/json-dead-ends/full", test_full);
  g_test_add_func ("/json-dead-ends/nothing", test_nothing);
  return g_test_run ();
}
