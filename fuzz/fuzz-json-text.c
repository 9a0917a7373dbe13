/* A schema and, behind a zero byte, a text: the schema is loaded or refused,
 * and the text is judged without harm. What has no weight stays without, a
 * whole text is a start too, and the text read at once comes to the same as
 * byte by byte. What may follow is the same with caches and without, and is
 * what each token of a small vocabulary comes to. */
#include "fuzz.h"

#include "genlm-json-machine.h"
#include "genlm-potential.h"
#include "genlm-trie-index.h"

#include <string.h>

/* A draft, and options of the machine, as two letters, before the schema. */
#define SEED(letters, schema, text) \
  { letters schema "\0" text, sizeof (letters) + sizeof (schema) + sizeof (text) - 2 }

/* Longer texts are cut. */
#define MAX_TEXT (64u)

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED ("f@", "{\"properties\":{\"a\":{\"type\":[\"integer\",\"null\"]},\"ab\":{\"enum\":[\"x\",{\"y\":[1]}]}},\"required\":[\"ab\"],"
              "\"additionalProperties\":false}", "{\"a\": 10e-1, \"\\u0061b\":{\"y\":[1.0]}}"),
  SEED ("fa", "{\"prefixItems\":[{\"maximum\":31,\"multipleOf\":3}],\"items\":{\"pattern\":\"^a+b?$\"},\"contains\":{\"const\":\"ab\"},"
              "\"uniqueItems\":true}", "[27,\"a\",\"ab\",{},[\"a\"]]"),
  SEED ("fB", "{\"oneOf\":[{\"required\":[\"a\"]},{\"minProperties\":2,\"propertyNames\":{\"maxLength\":1}}],\"patternProperties\":"
              "{\"^a\":{\"type\":\"string\"}},\"unevaluatedProperties\":{\"$ref\":\"#\"}}", "{\"b\":{\"a\":\"\"},\"\303\251\":{\"c\":1,\"d\":{\"a\":\"\"}}}"),
  SEED ("cI", "{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"dependentRequired\":{\"k\":[\"x\"]}},\"else\":{\"maxProperties\":1},"
              "\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"minItems\":1},{\"format\":\"date\"}]}", "[[{\"x\":true,\"k\":1}], \"2024-02-29\"]"),
  SEED ("eD", "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,10,\"b\"]},\"k\":{\"uniqueItems\":true,\"maxItems\":2}}}",
        "{\"a\": 10,\n\"k\": [[1],\n[2]]}"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static const char *const tokens[] = {
  "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\n", "0", "1", "2", "3", "-", ".", "e", "a", "b", "k", "x", "\303", "\251", "{\"", "\":",
  "\": ", ",\"", "\",\"", "\"}", "\"]", "}}", "]]", "]}", "},", "],", "  ", "\"a\":", "\"ab\"", "{\"a\":1", ",\"b\":[", "[[", "[]", "{}", "1,",
  "1,1", "12", ".5", "0e", "e-1", "true", "false", "null", "u", "rue", "aa", "ab", "\\u00", "6", "\303\251", "-0", "\"k\":1}", "\"2024-",
};

static GenlmTrieIndex *
make_index (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GenlmVocab) vocab = NULL;
  guint32 offsets[G_N_ELEMENTS (tokens) + 1] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_byte_array_append (data, (const guint8 *) tokens[i], (guint) strlen (tokens[i]));
      offsets[i + 1] = data->len;
    }
  bytes = g_bytes_new (data->data, data->len);
  vocab = genlm_vocab_new_flat (bytes, offsets, G_N_ELEMENTS (offsets), NULL, NULL);
  return genlm_trie_index_get (vocab);
}

static GenlmByteMachine *
make_machine (GenlmSchema *schema,
              guint8       letter,
              gboolean     no_caches)
{
  const GenlmJsonMachineOptions options = {
    .order = (GenlmJsonOrder) (letter % 4 % (GENLM_JSON_ORDER_REQUIRED_FIRST + 1)),
    .spelling = (letter & 32) != 0 ? GENLM_JSON_SPELLING_PLAIN : GENLM_JSON_SPELLING_ANY,
    .narrow = (letter & 4) != 0,
    .max_spaces = (letter & 8) != 0 ? 1 : 256,
    .no_caches = no_caches,
    .limits = { 2000, 1 << 20, 1000 },
  };

  return genlm_json_machine_new (schema, &options, NULL);
}

/* What is asked below is FALSE or NULL when a limit is passed. */

static gboolean
weigh (GenlmByteMachine *machine,
       gpointer          state,
       gboolean         *prefix,
       gboolean         *complete)
{
  double weights[2];

  if (!machine->klass->weigh (machine, state, &weights[0], &weights[1], NULL))
    return FALSE;
  *prefix = weights[0] == 0.0;
  *complete = weights[1] == 0.0;
  g_assert (*prefix || !*complete);
  return TRUE;
}

static gboolean
weigh_after (GenlmByteMachine *machine,
             gpointer          state,
             const guint8     *bytes,
             gsize             n_bytes,
             gboolean         *prefix,
             gboolean         *complete)
{
  gpointer after = machine->klass->advance (machine, state, bytes, n_bytes, NULL);
  gboolean ok = after != NULL && weigh (machine, after, prefix, complete);

  g_clear_pointer (&after, machine->klass->unref_state);
  return ok;
}

typedef struct
{
  GenlmTrieIndex   *index;
  GenlmByteMachine *machine;
  gpointer          view;
  GenlmByteMachine *plain; /* without caches */
  gpointer          plain_view;
} Target;

static gboolean
check_mask (const Target *target,
            gpointer      state,
            gpointer      plain_state,
            gboolean      complete)
{
  const GenlmByteMachineClass *klass = target->machine->klass;
  g_autoptr (GenlmTokenSet) mask = klass->make_mask (target->machine, target->view, target->index, state, NULL);
  g_autoptr (GenlmTokenSet) plain_mask = klass->make_mask (target->plain, target->plain_view, target->index,
                                                           plain_state, NULL);

  if (mask == NULL || plain_mask == NULL)
    return FALSE;
  g_assert (genlm_token_set_equal (mask, plain_mask));
  g_assert (genlm_token_set_contains (mask, G_N_ELEMENTS (tokens)) == complete);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      gboolean prefix;
      gboolean whole;

      if (!weigh_after (target->machine, state, (const guint8 *) tokens[i], strlen (tokens[i]), &prefix, &whole))
        return FALSE;
      g_assert (genlm_token_set_contains (mask, i) == prefix);
    }
  return TRUE;
}

static gboolean
check_dead (const Target *target,
            gpointer      state,
            guint8        byte)
{
  const guint8 bytes[] = { byte, '1', '"', '}', ']' };
  gboolean prefix;
  gboolean complete;

  for (gsize i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      if (!weigh_after (target->machine, state, bytes + i, 1, &prefix, &complete))
        return FALSE;
      g_assert (!prefix && !complete);
    }
  return TRUE;
}

/* How the whole text is weighed, byte by byte. */
static gboolean
check_steps (const Target *target,
             const guint8 *text,
             gsize         size,
             gboolean     *prefix,
             gboolean     *complete)
{
  const GenlmByteMachineClass *klass = target->machine->klass;
  gpointer state = klass->dup_start (target->machine);
  gpointer plain_state = klass->dup_start (target->plain);
  gboolean ok = TRUE;

  for (gsize i = 0; ok; i++)
    {
      gpointer next;
      gboolean plain_prefix;
      gboolean plain_complete;

      ok = weigh (target->machine, state, prefix, complete)
           && weigh (target->plain, plain_state, &plain_prefix, &plain_complete);
      if (!ok)
        break;
      g_assert (*prefix == plain_prefix && *complete == plain_complete);
      if (*prefix)
        ok = check_mask (target, state, plain_state, *complete);
      else if (i < size)
        ok = check_dead (target, state, text[i]);
      if (!ok || i == size || !*prefix)
        break;
      next = klass->advance (target->machine, state, text + i, 1, NULL);
      klass->unref_state (state);
      state = next;
      next = klass->advance (target->plain, plain_state, text + i, 1, NULL);
      klass->unref_state (plain_state);
      plain_state = next;
      ok = state != NULL && plain_state != NULL;
    }
  g_clear_pointer (&state, klass->unref_state);
  g_clear_pointer (&plain_state, klass->unref_state);
  return ok;
}

static void
check_at_once (GenlmSchema  *schema,
               guint8        letter,
               const guint8 *text,
               gsize         size,
               gboolean      prefix,
               gboolean      complete)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (schema, letter, FALSE);
  gpointer start;
  gboolean at_once[2];

  if (machine == NULL)
    return;
  start = machine->klass->dup_start (machine);
  if (weigh_after (machine, start, text, size, &at_once[0], &at_once[1]))
    g_assert (at_once[0] == prefix && at_once[1] == complete);
  machine->klass->unref_state (start);
}

static void
check_text (GenlmSchema  *schema,
            guint8        letter,
            const guint8 *text,
            gsize         size)
{
  g_autoptr (GenlmTrieIndex) index = make_index ();
  g_autoptr (GenlmByteMachine) machine = make_machine (schema, letter, FALSE);
  g_autoptr (GenlmByteMachine) plain = make_machine (schema, letter, TRUE);
  Target target = { .index = index, .machine = machine, .plain = plain };
  gboolean prefix;
  gboolean complete;

  g_assert ((machine == NULL) == (plain == NULL));
  if (machine == NULL)
    return;
  target.view = machine->klass->make_view (machine, index);
  target.plain_view = plain->klass->make_view (plain, index);
  if (check_steps (&target, text, size, &prefix, &complete))
    check_at_once (schema, letter, text, size, prefix, complete);
  machine->klass->free_view (target.view);
  plain->klass->free_view (target.plain_view);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  GenlmSchemaOptions options = { .limits = { 2000, 1 << 20, 1000 } };
  const guint8 *zero = size > 2 ? memchr (data + 2, 0, size - 2) : NULL;
  g_autoptr (GenlmSchema) schema = NULL;

  if (zero == NULL)
    return 0;
  options.draft = (GenlmSchemaDraft) (data[0] % (GENLM_SCHEMA_DRAFT_2020_12 + 1));
  options.lenient = (data[1] & 16) != 0;
  schema = genlm_schema_new ((const char *) data + 2, zero - data - 2, &options, NULL);
  if (schema != NULL)
    check_text (schema, data[1], zero + 1, MIN ((gsize) (data + size - zero - 1), MAX_TEXT));
  return 0;
}
