/* Enumerations of many arrays and objects, against an oracle that looks at whole
 * values, and what they cost. */

#include <string.h>

#include "genlm-json-machine.h"
#include "genlm-json-value.h"
#include "schema-oracle.h"
#include "vocabs.h"

#define N_SCHEMAS (60)
#define N_MANY    (3000)

static const char *const scalars[] = { "1", "1.0", "20", "2e1", "\"s\"", "\"st\"", "null", "[1]", "{\"a\":1}", "true" };
static const char *const names[] = { "a", "b", "c", "ab" };

static GenlmByteMachine *
build (const char        *text,
       GenlmJsonOrder     order,
       GenlmJsonSpelling  spelling,
       guint64            max_memory)
{
  const GenlmJsonMachineOptions options = {
    .order = order,
    .spelling = spelling,
    .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
    .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, max_memory, 0 },
  };
  const GenlmSchemaOptions schema_options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmSchema) schema = genlm_schema_new (text, -1, &schema_options, &error);
  GenlmByteMachine *machine;

  g_assert_no_error (error);
  machine = genlm_json_machine_new (schema, &options, &error);
  g_assert_no_error (error);
  return machine;
}

/* An array or an object of a few members, in any order. */
static char *
make_value (GRand    *random,
            gboolean  object)
{
  GString *text = g_string_new (object ? "{" : "[");
  guint first = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (names));
  guint step = g_rand_boolean (random) ? 1 : G_N_ELEMENTS (names) - 1;
  guint n = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (names));
  guint i;

  for (i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      if (object)
        g_string_append_printf (text, "\"%s\":", names[(first + i * step) % G_N_ELEMENTS (names)]);
      g_string_append (text, scalars[g_rand_int_range (random, 0, G_N_ELEMENTS (scalars))]);
    }
  g_string_append_c (text, object ? '}' : ']');
  return g_string_free (text, FALSE);
}

/* An enumeration of many, alone or within what else may ask for it. */
static char *
make_schema (GRand *random,
             guint  number)
{
  static const char *const around[] = {
    "{\"enum\":[%s]}",
    "{\"enum\":[%s],\"required\":[\"b\"],\"maxItems\":2}",
    "{\"not\":{\"enum\":[%s]},\"maxProperties\":2,\"maxItems\":2}",
    "{\"enum\":[%s],\"maxProperties\":1,\"minItems\":1}",
    "{\"anyOf\":[{\"enum\":[%s]},{\"properties\":{\"a\":{\"const\":20}},\"required\":[\"a\",\"c\"]}]}",
    "{\"oneOf\":[{\"enum\":[%s]},{\"required\":[\"a\"]},{\"items\":{\"type\":\"number\"},\"type\":\"array\"}]}",
    "{\"enum\":[%s],\"unevaluatedProperties\":false,\"uniqueItems\":true}",
    "{\"enum\":[%s],\"allOf\":[{\"properties\":{\"ab\":{\"type\":\"number\"}}},{\"contains\":{\"const\":1}}]}",
  };
  GString *list = g_string_new (NULL);
  GString *schema = g_string_new (NULL);
  guint i;

  for (i = 0; i < 40; i++)
    {
      g_autofree char *value = make_value (random, i % 2);

      g_string_append_printf (list, "%s%s", i > 0 ? "," : "", value);
    }
  g_string_append (schema, around[number % G_N_ELEMENTS (around)]);
  g_string_replace (schema, "%s", list->str, 0);
  g_string_free (list, TRUE);
  return g_string_free (schema, FALSE);
}

/* Reads a text byte by byte. */
static void
check_text (GenlmByteMachine *machine,
            const char       *schema,
            const char       *text,
            gboolean          holds,
            gboolean          in_order)
{
  gpointer state = machine->klass->dup_start (machine);
  double weights[2] = { 0 };
  g_autoptr (GError) error = NULL;
  gsize n;

  for (n = 0; n < strlen (text); n++)
    {
      gpointer next = machine->klass->advance (machine, state, (const guint8 *) text + n, 1, &error);

      g_assert_no_error (error);
      machine->klass->unref_state (state);
      state = next;
      g_assert_true (machine->klass->weigh (machine, state, &weights[0], &weights[1], &error));
      if (holds && in_order && weights[0] != 0.0)
        g_error ("%s: %.*s is dead, but %s is valid", schema, (int) n + 1, text, text);
    }
  if (in_order ? (weights[1] == 0.0) != holds : weights[1] == 0.0 && !holds)
    g_error ("%s: %s is %svalid", schema, text, holds ? "" : "in");
  machine->klass->unref_state (state);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  guint n_valid = 0;
  guint i;
  guint j;

  for (i = 0; i < N_SCHEMAS; i++)
    {
      g_autofree char *text = make_schema (random, i);
      const GenlmSchemaOptions options = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmSchema) schema = genlm_schema_new (text, -1, &options, &error);
      g_autoptr (SchemaOracle) oracle = schema_oracle_new (schema);
      g_autoptr (GenlmByteMachine) any = build (text, GENLM_JSON_ORDER_ANY, GENLM_JSON_SPELLING_ANY, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
      g_autoptr (GenlmByteMachine) ordered = build (text, GENLM_JSON_ORDER_SCHEMA, GENLM_JSON_SPELLING_ANY, GENLM_ENGINE_DEFAULT_MAX_MEMORY);

      for (j = 0; j < 400; j++)
        {
          g_autofree char *value = make_value (random, j % 2);
          g_autoptr (GenlmJsonDocument) document = genlm_json_document_new (value, -1, &error);
          gboolean holds = schema_oracle_check (oracle, genlm_json_document_peek_root (document));

          n_valid += holds;
          check_text (any, text, value, holds, TRUE);
          check_text (ordered, text, value, holds, FALSE);
        }
    }
  g_assert_cmpuint (n_valid, >, 2000);
}

/* Whatever the masks allow comes to an end: white space and fractions left out, which
 * may go on. */
static void
test_ends (void)
{
  static const char *const tokens[] = { "{\"a\":", "\"b\":1", "20", ",\"", "\":\"s", "\"}", "1}", ".0", "]}", "[1", "e1" };
  g_autoptr (GenlmVocab) vocab = NULL;
  g_autoptr (GenlmTrieIndex) index = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  guint i;
  guint j;

  vocab = make_vocab_with_bytes (128, tokens, G_N_ELEMENTS (tokens));
  index = genlm_trie_index_get (vocab);
  for (i = 0; i < 8; i++)
    {
      g_autofree char *text = make_schema (random, 0);
      g_autoptr (GenlmByteMachine) machine = build (text, i % 2, GENLM_JSON_SPELLING_PLAIN, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
      gpointer view = machine->klass->make_view (machine, index);
      guint n_long = 0;

      for (j = 0; j < 40; j++)
        {
          gpointer state = machine->klass->dup_start (machine);
          g_autoptr (GError) error = NULL;
          guint n;

          for (n = 0; n < 60; n++)
            {
              g_autoptr (GenlmTokenSet) mask = machine->klass->make_mask (machine, view, index, state, &error);
              guint32 token = (guint32) g_rand_int_range (random, 0, (gint) index->n_tokens);
              gpointer next;
              const guint8 *step = NULL;
              gsize n_bytes = 0;
              guint32 k;
              double prefix;

              g_assert_no_error (error);
              if (genlm_token_set_contains (mask, index->n_tokens))
                break;
              for (k = 0; k < index->n_tokens; k++, token = (token + 1) % index->n_tokens)
                {
                  step = genlm_vocab_peek_token (vocab, token, &n_bytes);
                  if (genlm_token_set_contains (mask, token) && step[0] != 0 && strchr (" \t\r\n.", step[0]) == NULL)
                    break;
                }
              g_assert_cmpuint (k, <, index->n_tokens);
              next = machine->klass->advance (machine, state, step, n_bytes, &error);
              g_assert_no_error (error);
              machine->klass->unref_state (state);
              state = next;
              g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, NULL));
              g_assert_true (prefix == 0.0);
            }
          n_long += n == 60;
          machine->klass->unref_state (state);
        }
      g_assert_cmpuint (n_long, ==, 0);
      machine->klass->free_view (view);
    }
}

/* Thousands of them take about the memory of their texts, not of a judgement of
 * each at every step. */
static void
test_many (void)
{
  g_autoptr (GString) schema = g_string_new ("{\"items\":{\"enum\":[");
  g_autoptr (GenlmByteMachine) machine = NULL;
  gpointer state;
  guint64 memory;
  guint i;

  for (i = 0; i < N_MANY; i++)
    g_string_append_printf (schema, "%s{\"group\":\"g%u\",\"id\":%u,\"name\":\"item %u\",\"at\":[%u,%u]}", i > 0 ? "," : "", i % 10,
                            i, i, i % 7, i % 11);
  g_string_append (schema, "]}}");
  machine = build (schema->str, GENLM_JSON_ORDER_ANY, GENLM_JSON_SPELLING_ANY, 16 << 20);
  state = machine->klass->dup_start (machine);
  for (i = 0; i < N_MANY; i += 100)
    {
      g_autofree char *text = g_strdup_printf ("%s{\"group\":\"g%u\",\"name\":\"item %u\",\"at\":[%u,%u],\"id\":%u}", i > 0 ? "," : "[",
                                               i % 10, i, i % 7, i % 11, i);
      g_autoptr (GError) error = NULL;
      gpointer next = machine->klass->advance (machine, state, (const guint8 *) text, strlen (text), &error);
      double prefix;

      g_assert_no_error (error);
      machine->klass->unref_state (state);
      state = next;
      g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, NULL));
      g_assert_true (prefix == 0.0);
    }
  machine->klass->unref_state (state);
  memory = machine->klass->get_size (machine).memory;
  g_test_message ("%" G_GUINT64_FORMAT " bytes", memory);
  g_assert_cmpuint (memory, <, 6 << 20);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-variants/random", test_random);
  g_test_add_func ("/json-variants/ends", test_ends);
  g_test_add_func ("/json-variants/many", test_many);
  return g_test_run ();
}
