#include <math.h>
#include <string.h>

#include "genlm-json-machine.h"
#include "vocabs.h"

static GenlmByteMachine *
build_with (const char                    *text,
            const GenlmJsonMachineOptions *options)
{
  GenlmSchemaOptions schema_options = { 0 };
  g_autoptr (GenlmSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteMachine *machine;

  schema = genlm_schema_new (text, -1, &schema_options, &error);
  g_assert_no_error (error);
  machine = genlm_json_machine_new (schema, options, &error);
  g_assert_no_error (error);
  return machine;
}

static const GenlmJsonMachineOptions default_options = {
  .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
  .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 },
};

static GenlmByteMachine *
build (const char *text)
{
  return build_with (text, &default_options);
}

static void
read_weights (GenlmByteMachine *machine,
              const char       *text,
              gsize             length,
              gboolean         *prefix,
              gboolean         *complete)
{
  g_autoptr (GError) error = NULL;
  gpointer start = machine->klass->dup_start (machine);
  gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, length, &error);
  double weights[2];

  g_assert_no_error (error);
  g_assert_true (machine->klass->weigh (machine, state, &weights[0], &weights[1], &error));
  g_assert_no_error (error);
  *prefix = weights[0] == 0.0;
  *complete = weights[1] == 0.0;
  machine->klass->unref_state (state);
  machine->klass->unref_state (start);
}

/* What a text is: "y" whole, "p" the start of one, "n" neither. */
typedef struct
{
  const char *schema;
  const char *texts[16]; /* a letter, and the text */
} Case;

static const Case cases[] = {
  { "true", { "p", "p ", "p[", "y[1, 2.50e-1, \"a\\u0041\", null ]", "n[1,]", "n01", "y0", "p-", "n{\"a\":1,\"\\u0061\"",
              "y{\"a\":{\"b\":[{}]}}", "n\"\\ud800\"", "y\"\\ud83d\\ude00\"", "n[1 2", "ntrue1", "y true\n" } },
  { "false", { "n1", "n\"", "n[", "nn" } },
  { "{\"type\":\"integer\",\"minimum\":3,\"maximum\":14}",
    { "y3", "n2", "p3.", "p1", "y12", "y1.2e1", "n15", "n0 ", "n-", "n\"", "y30e-1", "n3.5 ", "y5", "n15" } },
  { "{\"enum\":[\"aa\",\"ab\",12,{\"a\":[1]}]}",
    { "y\"aa\"", "p\"a", "n\"b", "y12", "y1.2e1", "n13", "y{\"a\":[1.0]}", "n{\"a\":[2", "n{\"b", "n{}", "n[" } },
  { "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}",
    { "y{\"a\":1}", "n{}", "p{\"b\":1,\"a", "n{\"b\":1,\"a\"", "y{\"a\":1,\"c\":2}", "n1 " } },
  { "{\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false,\"required\":[\"a\"]}",
    { "n{}", "p{", "n{\"b", "y{\"a\":1}", "n{\"a\":1,", "n{\"a\":1.5}", "n{\"\\u0062", "p{\"\\u0061\"" } },
  { "{\"items\":{\"type\":\"number\"},\"uniqueItems\":true,\"minItems\":2}",
    { "n[1]", "y[1,2]", "n[1,1.0,", "n[1,1e0]", "p[1,1", "y[10,1]" } },
  { "{\"uniqueItems\":true}",
    { "n[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}", "y[{\"a\":1},{\"a\":2}]", "n[[\"\\u0061\"],[\"a\"]", "y[1,true,\"1\",[1]]",
      "y[[1,1]]" } },
  { "{\"contains\":{\"const\":5},\"minContains\":2,\"maxContains\":2}",
    { "n[5]", "y[5,1,5]", "n[5,5,5", "p[5,5" } },
  { "{\"allOf\":[{\"properties\":{\"a\":true}},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
    { "y{\"a\":1,\"b\":2}", "n{\"c\"", "y{}" } },
  { "{\"anyOf\":[{\"properties\":{\"a\":true},\"required\":[\"b\"]},true],\"unevaluatedProperties\":{\"type\":\"string\"}}",
    { "y{\"a\":1,\"b\":\"x\"}", "n{\"a\":1}", "y{\"a\":\"x\"}", "p{\"a\":1" } },
  { "{\"prefixItems\":[true],\"contains\":{\"type\":\"string\"},\"unevaluatedItems\":false}",
    { "y[1,\"a\"]", "n[1,2", "n[1]" } },
  { "{\"propertyNames\":{\"pattern\":\"^a\",\"maxLength\":2},\"minProperties\":1,\"maxProperties\":2}",
    { "y{\"a\":1}", "n{\"b", "n{\"aaa", "n{\"a\":1,\"ab\":2,", "n{}" } },
  { "{\"if\":{\"properties\":{\"k\":{\"const\":1}},\"required\":[\"k\"]},\"then\":{\"required\":[\"x\"]},\"else\":{\"required\":[\"y\"]}}",
    { "n{\"k\":1}", "y{\"k\":1,\"x\":0}", "n{\"k\":2}", "y{\"k\":2,\"y\":0}", "y{\"y\":0}", "p{\"y\":0,\"k\":1" } },
  { "{\"dependentRequired\":{\"a\":[\"b\"]},\"not\":{\"required\":[\"c\"]}}",
    { "n{\"a\":1}", "y{\"a\":1,\"b\":1}", "n{\"c\"", "y{}" } },
  { "{\"type\":\"string\",\"pattern\":\"^(ab|cd)\",\"maxLength\":3}",
    { "y\"abx\"", "n\"ac", "n\"abcd", "p\"c", "y\"\\u0061b\"" } },
  { "{\"patternProperties\":{\"^x\":{\"type\":\"null\"}},\"properties\":{\"y\":{\"multipleOf\":0.1}},\"additionalProperties\":false}",
    { "y{\"xa\":null,\"y\":0.3}", "n{\"xa\":1", "n{\"z", "n{\"y\":0.35}", "n{\"y\":1,\"y" } },
  { "{\"definitions\":{\"t\":{\"properties\":{\"n\":{\"$ref\":\"#/definitions/t\"}},\"additionalProperties\":false}},\"$ref\":\"#/definitions/t\"}",
    { "y{\"n\":{\"n\":{}}}", "n{\"n\":{\"m", "y{\"n\":{\"n\":1}}" } },
  { "{\"not\":{\"uniqueItems\":true}}", { "y[1,1]", "n[1,2]", "y[\"a\",\"a\"]", "y[\"a\",\"b\", \"a\"]", "y[[1],[ 1]]", "p[" } },
  { "{\"oneOf\":[{\"uniqueItems\":true},{\"maxItems\":2}]}", { "y[1,1]", "n[1,2]", "y[1,2,3]", "n[1,1,1]" } },
  { "{\"if\":{\"uniqueItems\":true},\"then\":{\"maxItems\":1}}", { "y[1,1]", "n[1,2]", "y[1]", "y[1,2,1]" } },
  { "{\"items\":{\"not\":{\"uniqueItems\":true}}}", { "y[[1,1]]", "n[[1,2]]", "y[]", "y[[1,1],[\"a\",\"a\"]]" } },
  { "{\"not\":{\"items\":{\"uniqueItems\":true}}}", { "y[[1,1]]", "n[[1,2]]", "y[[1],[2,2]]" } },
  { "{\"contains\":{\"uniqueItems\":true},\"maxContains\":0,\"minContains\":0}", { "y[[1,1]]", "n[[1,2]]", "n[1" } },
  { "{\"not\":{\"anyOf\":[{\"uniqueItems\":true},{\"maxItems\":2}]}}", { "y[1,2,1]", "n[1,1]", "n[1,2,3]" } },
  { "{\"anyOf\":[{\"uniqueItems\":true},{\"maxItems\":2}]}", { "y[1,1]", "n[1,1,", "y[1,2,3]", "n[1,2,1]" } },
  { "{\"oneOf\":[{\"oneOf\":[true,true]},{\"type\":\"string\"}]}", { "y\"a\"", "p\"", "n1", "n[" } },
  { "{\"propertyNames\":false}", { "y{}", "n{\"" } },
  { "{\"propertyNames\":{\"type\":\"integer\"}}", { "y{}", "n{\"" } },
  { "{\"additionalProperties\":{\"not\":{\"minLength\":0}}}", { "y{}", "n{\"" } },
  { "{\"patternProperties\":{\"^[ab]*$\":false,\"^.{2}$\":{\"type\":\"null\"}}}",
    { "y{\"c\":1}", "p{\"a", "n{\"a\"", "n{\"ab\"", "y{\"ac\":null}", "n{\"\"" } },
};

static void
test_cases (void)
{
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build (cases[i].schema);

      for (j = 0; cases[i].texts[j] != NULL; j++)
        {
          const char *text = cases[i].texts[j];
          gboolean prefix;
          gboolean complete;

          read_weights (machine, text + 1, strlen (text + 1), &prefix, &complete);
          g_test_message ("%s: %s", cases[i].schema, text);
          g_assert_cmpint (complete, ==, text[0] == 'y');
          if (text[0] != 'n')
            g_assert_true (prefix);
        }
    }
}

/* In plain spelling, where "n" is a text that nothing can come of. */
static const Case plain_cases[] = {
  { "true", { "n\"\\u0061", "n\"\\/", "y\"/\\\"\\\\\\b\\f\\n\\r\\t\"", "y\"\\u0000\\u001f\"", "n\"\\u000a", "n\"\\u001F", "n\"\\u00e9",
              "y\"\xc3\xa9\xf0\x9f\x98\x80\x7f\"", "n{\"\\u006", "y{\"\\n\":0}", "n1e", "n1.5E", "p-0", "p-0.0", "y-0.01" } },
  { "{\"type\":\"integer\"}", { "y3", "n3.", "n-0", "y0", "p-", "y-10", "n1e" } },
  { "{\"type\":\"number\"}", { "y3.0", "y20.00", "y0", "n-0,", "p-0.00", "y0.0" } },
  { "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"number\",\"minimum\":5}]}", { "y3.0", "y7.5", "n4.5,", "y4" } },
  { "{\"multipleOf\":5}", { "y15", "n15.", "n0.", "y0" } },
  { "{\"enum\":[1,20,3e2]}", { "y1", "n1.", "n10", "p2", "y20", "n200", "p30", "y300", "n3000" } },
  { "{\"enum\":[1.5,0.25,-4]}", { "y1.5", "y1.50", "p1", "n15", "n1.6", "p0", "y0.25", "n2", "n25", "n0.20", "y-4.0", "n-40", "n0.02" } },
  { "{\"const\":1e25}", { "y10000000000000000000000000", "n1.", "n10000000000000000000000000.", "n2", "n100000000000000000000000000" } },
  { "{\"minimum\":0.5,\"maximum\":0.75}", { "p0", "n1", "n-", "y0.5", "n0.4", "n0.05", "y0.7500", "n0.76", "n0.8", "y0.625" } },
  { "{\"type\":\"integer\",\"minimum\":150,\"maximum\":220}", { "p1", "p15", "n14", "n3", "p2", "p22", "n23", "y150", "n1500", "n0", "n-" } },
  { "{\"maximum\":-0.5,\"minimum\":-12}", { "p-", "n0", "p-0", "p-0.", "n-0.4", "y-0.50", "y-12", "n-13", "y-1", "n-12.1", "n-0.04" } },
  { "{\"minimum\":0,\"exclusiveMaximum\":1}", { "y0", "n1", "y0.0", "n-", "n-0" } },
  { "{\"exclusiveMinimum\":0,\"maximum\":0.01}", { "p0", "p0.0", "y0.01", "n0.02", "y0.001", "n0.1" } },
  { "{\"enum\":[\"a/b\",\"\\n\",\"\\u0001\",\"\\\"\"]}",
    { "y\"a/b\"", "n\"a\\", "y\"\\n\"", "p\"\\", "p\"\\u0", "n\"\\u1", "p\"\\u000", "y\"\\u0001\"", "n\"\\u000a", "y\"\\\"\"", "n\"\\\\" } },
  { "{\"properties\":{\"\\n\":{},\"b\":{}},\"additionalProperties\":false}",
    { "y{\"\\n\":1}", "n{\"\\u", "n{\"\\u000a\"", "y{\"b\":1}", "p{\"\\" } },
  { "{\"pattern\":\"^a\\n?$\"}", { "y\"a\\n\"", "n\"\\u0061", "n\"a\\u", "y\"a\"" } },
};

static void
test_plain (void)
{
  GenlmJsonMachineOptions options = default_options;
  guint i;
  guint j;

  options.spelling = GENLM_JSON_SPELLING_PLAIN;
  for (i = 0; i < G_N_ELEMENTS (plain_cases); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build_with (plain_cases[i].schema, &options);

      for (j = 0; plain_cases[i].texts[j] != NULL; j++)
        {
          const char *text = plain_cases[i].texts[j];
          gboolean prefix;
          gboolean complete;

          read_weights (machine, text + 1, strlen (text + 1), &prefix, &complete);
          g_test_message ("%s: %s", plain_cases[i].schema, text);
          g_assert_cmpint (complete, ==, text[0] == 'y');
          g_assert_cmpint (prefix, ==, text[0] != 'n');
        }
    }
}

/* Starts of which nothing can come: "p" and "n" for what prefix says. */
static const Case dead_ends[] = {
  { "{\"required\":[\"a\"],\"properties\":{\"a\":false}}", { "n{", "p[", "p1" } },
  { "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"object\",\"required\":[\"b\"],\"properties\":"
    "{\"b\":{\"allOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}}}}}", { "n{" } },
  { "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"},\"minItems\":1},{\"const\":1}],"
    "\"$defs\":{\"n\":{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"$ref\":\"#/$defs/n\"}}}}}", { "n[", "p1", "n{" } },
  { "{\"items\":{\"$ref\":\"#/$defs/n\"},\"$defs\":{\"n\":{\"type\":\"object\",\"required\":[\"n\"],\"additionalProperties\":"
    "{\"$ref\":\"#/$defs/n\"}}}}", { "p[", "n[{", "p[]", "n[[" } },
  { "{\"contains\":{\"type\":\"string\"},\"items\":{\"type\":\"null\"}}", { "n[", "p{" } },
  { "{\"contains\":{\"type\":\"string\"},\"prefixItems\":[{\"type\":\"null\"},{}],\"items\":{\"type\":\"null\"}}", { "p[", "p[null,\"" } },
  { "{\"contains\":{},\"minContains\":3,\"maxItems\":2}", { "n[" } },
  { "{\"contains\":{},\"minContains\":3,\"maxContains\":2}", { "n[", "p\"" } },
  { "{\"minProperties\":3,\"properties\":{\"a\":{},\"b\":{}},\"additionalProperties\":false}", { "n{" } },
  { "{\"minProperties\":3,\"propertyNames\":{\"enum\":[\"a\",\"b\"]}}", { "n{" } },
  { "{\"maxProperties\":1,\"required\":[\"a\",\"b\"]}", { "n{" } },
  { "{\"minItems\":3,\"prefixItems\":[{},{}],\"items\":false}", { "n[" } },
  { "{\"not\":{\"required\":[\"a\"],\"properties\":{\"a\":false}}}", { "p{", "p{\"a\"", "p{}" } },
  { "{\"additionalProperties\":{\"required\":[\"a\"],\"properties\":{\"a\":false},\"type\":\"object\"}}", { "p{}", "n{\"" } },
  { "{\"maxProperties\":2,\"required\":[\"a\",\"b\"]}", { "p{", "p{\"a\":1,\"b", "n{\"a\":1,\"c", "n{\"c", "p{\"b\":1,", "n{\"b\":1,\"a\":1," } },
  { "{\"maxProperties\":3,\"allOf\":[{\"required\":[\"a\"]},{\"minProperties\":2,\"required\":[\"b\"]}]}",
    { "p{\"c\":1,\"", "n{\"c\":1,\"d\"", "p{\"c\":1,\"b", "p{\"a\":1,\"b\":1,\"x" } },
  { "{\"maxProperties\":1,\"anyOf\":[{\"required\":[\"a\",\"b\"]},{\"required\":[\"c\"]}]}", { "p{\"c", "n{\"a", "n{\"d" } },
  { "{\"allOf\":[{\"maxProperties\":2},{\"minProperties\":3}]}", { "n{", "p[" } },
  { "{\"allOf\":[{\"maxItems\":2},{\"minItems\":3}]}", { "n[", "p{" } },
  { "{\"maxItems\":2,\"contains\":{\"type\":\"string\"},\"minContains\":2}", { "p[", "p[\"a\",\"", "n[1", "n[\"a\",1" } },
  { "{\"allOf\":[{\"required\":[\"a\"]},{\"properties\":{\"a\":false}}]}", { "n{" } },
  { "{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"properties\":{\"a\":false}}", { "p{", "p{\"b", "p{\"c\":1,\"" } },
  { "{\"allOf\":[{\"minProperties\":3},{\"properties\":{\"a\":{},\"b\":{}},\"additionalProperties\":false}]}", { "n{" } },
  { "{\"propertyNames\":{\"enum\":[\"a\",\"bc\"]}}",
    { "p{\"a", "p{\"a\":1,\"b", "n{\"a\":1,\"a", "n{\"a\":1,\"bc\":2,", "p{\"a\":1,\"bc\":2}", "n{\"c" } },
  { "{\"propertyNames\":{\"enum\":[\"a\",\"b\"]},\"patternProperties\":{\"^a\":{\"type\":\"null\"}},\"properties\":{\"b\":{\"type\":\"string\"}}}",
    { "p{\"a\":null,\"b\":\"", "n{\"a\":1", "n{\"b\":1", "n{\"a\":null,\"a" } },
  { "{\"allOf\":[{\"propertyNames\":{\"enum\":[\"a\",\"b\"]}},{\"minProperties\":3}]}", { "n{", "p[" } },
  { "{\"anyOf\":[{\"propertyNames\":{\"enum\":[\"a\"]}},{\"required\":[\"z\"]}]}", { "p{\"a\":1,\"z\":2}", "p{\"c\":1,\"", "p{\"a\":1,", "p{\"a\":1}" } },
};

static void
test_dead_ends (void)
{
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (dead_ends); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build (dead_ends[i].schema);

      for (j = 0; dead_ends[i].texts[j] != NULL; j++)
        {
          const char *text = dead_ends[i].texts[j];
          gboolean prefix;
          gboolean complete;

          read_weights (machine, text + 1, strlen (text + 1), &prefix, &complete);
          g_test_message ("%s: %s", dead_ends[i].schema, text);
          g_assert_cmpint (prefix, ==, text[0] == 'p');
        }
    }
}

/* Tokens as vocabularies have them, and every byte. */
static const char *const pieces[] = {
  "\":", "\": ", "\":\"", "\":{", "\":[", ", ", ",\"", "\",\"", "\"}", "\"]", "}}", "}]", "]}", "},", "],", "}, {", "}\n", "\n  ",
  "  ", "    ", " \"", "{\"", "[\"", "[[", "[{", "{}", "[]", "[1", "1,", "12", "1.0", ".5", "e1", "e-1", ",1", ",1,", "1]", "1,1,1", "0,0",
  "true", "false", "null", "tr", "ue", "ull", "\"a", "\"a\"", "\"b\":", "a\":1", "\"a\":1", ",\"a\":1", "aa", "ab", "abc", "cd", "\\u", "\\u0061",
  "0061", "\\\"", "\"\"", "\",", "\"a\",\"a\"", "{\"a\":1,\"a\":", "\"x\":null", "1}", "1},", "0}", "\xc3", "\xc3\xa9", "[1,2]", "1,1", "\"k\"",
  "\",\"x", ",\"b", ", \"c\"", "[5,5", "5,", "x\"", "\"y\":0", "]]", "]],", "}}}}", ":{", ":\"", ": ", "::",
  "\n\n    ", " \t\r\n", "    \"a", "\n  \"b\":", "  {", "  }", " ]", "\n\n]", "  ,", "  1", "\n  :", "   true", "\"  :", "\"\n}", "\"   ,  \"a",
};

/* Of the machine whose masks are looked at. */
typedef struct
{
  gboolean          no_caches;
  guint             max_spaces;
  GenlmJsonSpelling spelling;
} MaskOptions;

static const MaskOptions as_it_is = { FALSE, GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES, GENLM_JSON_SPELLING_ANY };
static const MaskOptions without_caches = { TRUE, GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES, GENLM_JSON_SPELLING_ANY };
static const MaskOptions with_few_spaces = { FALSE, 3, GENLM_JSON_SPELLING_ANY };
static const MaskOptions spelled_plain = { FALSE, GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES, GENLM_JSON_SPELLING_PLAIN };

/* The mask of a state says of every token what a step over it says. */
static void
check_mask (GenlmByteMachine *machine,
            gpointer          view,
            GenlmTrieIndex   *index,
            gpointer          state,
            const char       *schema,
            const char       *text,
            gsize             length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = machine->klass->make_mask (machine, view, index, state, &error);
  double complete;
  guint32 token;

  g_assert_no_error (error);
  for (token = 0; token < index->n_tokens; token++)
    {
      gsize n_bytes;
      const guint8 *bytes = genlm_vocab_peek_token (index->vocab, token, &n_bytes);
      gpointer next = machine->klass->advance (machine, state, bytes, n_bytes, &error);
      double prefix;

      g_assert_no_error (error);
      g_assert_true (machine->klass->weigh (machine, next, &prefix, NULL, &error));
      if (genlm_token_set_contains (mask, token) != (prefix == 0.0))
        g_error ("%s: after %.*s the token %.*s: %d in the mask", schema, (int) length, text,
                 (int) n_bytes, bytes, genlm_token_set_contains (mask, token));
      machine->klass->unref_state (next);
    }
  g_assert_true (machine->klass->weigh (machine, state, NULL, &complete, &error));
  g_assert_cmpint (genlm_token_set_contains (mask, index->n_tokens), ==, complete == 0.0);
}

static void
check_masks (const char     *schema,
             GenlmTrieIndex *index,
             const char     *text,
             gpointer        view,
             GenlmByteMachine *machine)
{
  gpointer state = machine->klass->dup_start (machine);
  gsize length = strlen (text);
  gsize i;

  for (i = 0; i <= length; i++)
    {
      g_autoptr (GError) error = NULL;
      double prefix;
      gpointer next;

      g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, &error));
      if (prefix < 0.0)
        break;
      check_mask (machine, view, index, state, schema, text, i);
      if (i == length)
        break;
      next = machine->klass->advance (machine, state, (const guint8 *) text + i, 1, &error);
      g_assert_no_error (error);
      machine->klass->unref_state (state);
      state = next;
    }
  machine->klass->unref_state (state);
}

/* Every mask twice, so that the second one is a kept one. */
static void
test_masks (gconstpointer data)
{
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, pieces, G_N_ELEMENTS (pieces));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  const MaskOptions *mask_options = data;
  GenlmJsonMachineOptions options = default_options;
  guint n_cases = mask_options->spelling == GENLM_JSON_SPELLING_PLAIN ? G_N_ELEMENTS (plain_cases) : 0;
  guint i;
  guint j;
  guint pass;

  options.no_caches = mask_options->no_caches;
  options.max_spaces = mask_options->max_spaces;
  options.spelling = mask_options->spelling;
  for (i = 0; i < n_cases + G_N_ELEMENTS (cases); i++)
    {
      const Case *one = i < n_cases ? &plain_cases[i] : &cases[i - n_cases];
      g_autoptr (GenlmByteMachine) machine = build_with (one->schema, &options);
      gpointer view = machine->klass->make_view (machine, index);

      for (pass = 0; pass < 2; pass++)
        for (j = 0; one->texts[j] != NULL; j++)
          check_masks (one->schema, index, one->texts[j] + 1, view, machine);
      machine->klass->free_view (view);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-machine/cases", test_cases);
  g_test_add_func ("/json-machine/plain", test_plain);
  g_test_add_func ("/json-machine/dead-ends", test_dead_ends);
  g_test_add_data_func ("/json-machine/masks", &as_it_is, test_masks);
  g_test_add_data_func ("/json-machine/masks/no-caches", &without_caches, test_masks);
  g_test_add_data_func ("/json-machine/masks/few-spaces", &with_few_spaces, test_masks);
  g_test_add_data_func ("/json-machine/masks/plain", &spelled_plain, test_masks);
  return g_test_run ();
}
