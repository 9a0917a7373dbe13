/* Threads that share a schema's machine say what one says alone. */
#include <string.h>

#include "genlm-json-machine.h"
#include "vocabs.h"

#define N_THREADS 4u

static const char *const schemas[] = {
  "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"integer\"}}},{\"anyOf\":[{\"properties\":{\"b\":{\"type\":\"array\"}},"
  "\"required\":[\"b\"]},{\"properties\":{\"c\":{\"$ref\":\"#\"}}}]}],\"unevaluatedProperties\":{\"type\":\"string\"}}",
  "{\"contains\":{\"type\":\"string\"},\"minContains\":2,\"maxContains\":3,\"prefixItems\":[true],"
  "\"unevaluatedItems\":{\"contains\":{\"const\":1},\"uniqueItems\":true}}",
  "{\"anyOf\":[{\"items\":{\"multipleOf\":2}},{\"items\":{\"multipleOf\":3}},{\"contains\":{\"properties\":{\"k\":false}},"
  "\"unevaluatedItems\":false}],\"additionalProperties\":{\"oneOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"},{\"pattern\":\"^a+$\"}]}}",
};

static const char *const texts[] = {
  "{\"a\":1,\"b\":[],\"x\":\"y\"}", "{\"a\":1,\"c\":{\"b\":[1],\"z\":\"\"},\"x\":\"y\"}", "{\"c\":{\"c\":{\"c\":{}}}}", "{\"x\":1}",
  "[1,\"a\",\"b\"]", "[1,\"a\",[1,2],\"b\"]", "[\"a\",\"b\",[1,1]]", "[\"a\",[2],\"c\"]", "[2,4,6]", "[3,9,4]", "[6,{\"a\":1}]", "[{\"k\":2}]",
  "{\"p\":null,\"q\":\"aaa\",\"r\":[2,3]}", "{\"p\":{\"p\":{\"p\":[3]}},\"q\":\"b\"}", "[1.5,\"x\",\"y\",\"z\",\"w\"]", "7", "\"aa\"", "{\"k\":[{},{}]}",
};

typedef struct
{
  GenlmByteMachine *machine;
  GenlmTrieIndex   *index;
  gpointer          view;
  guint             number;
  guint32           sums[G_N_ELEMENTS (texts)];
} Reader;

/* What is said of a text and all its starts, in one number. */
static guint32
read_text (const Reader *self,
           const char   *text)
{
  GenlmByteMachine *machine = self->machine;
  gpointer state = machine->klass->dup_start (machine);
  guint32 sum = 0;

  for (;; text++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmTokenSet) mask = NULL;
      double weights[2];
      gpointer next;

      g_assert_true (machine->klass->weigh (machine, state, &weights[0], &weights[1], &error));
      sum = sum * 31 + (weights[0] == 0.0) * 2 + (weights[1] == 0.0);
      if (weights[0] != 0.0)
        break;
      mask = machine->klass->make_mask (machine, self->view, self->index, state, &error);
      g_assert_no_error (error);
      sum = sum * 31 + (guint32) genlm_token_set_get_count (mask);
      if (*text == '\0')
        break;
      next = machine->klass->advance (machine, state, (const guint8 *) text, 1, &error);
      g_assert_no_error (error);
      machine->klass->unref_state (state);
      state = next;
    }
  machine->klass->unref_state (state);
  return sum;
}

/* Each thread begins with another text. */
static gpointer
run_reader (gpointer data)
{
  Reader *self = data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint place = (i + self->number * 5) % G_N_ELEMENTS (texts);

      self->sums[place] = read_text (self, texts[place]);
    }
  return NULL;
}

static GenlmByteMachine *
build (const char *text)
{
  const GenlmJsonMachineOptions options = {
    .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
    .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 },
  };
  GenlmSchemaOptions schema_options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmSchema) schema = genlm_schema_new (text, -1, &schema_options, &error);
  GenlmByteMachine *machine;

  g_assert_no_error (error);
  machine = genlm_json_machine_new (schema, &options, &error);
  g_assert_no_error (error);
  return machine;
}

static void
run_threads (const char     *schema,
             GenlmTrieIndex *index,
             guint           n_threads,
             Reader         *readers)
{
  g_autoptr (GenlmByteMachine) machine = build (schema);
  gpointer view = machine->klass->make_view (machine, index);
  GThread *threads[N_THREADS];
  guint i;

  for (i = 0; i < n_threads; i++)
    {
      readers[i] = (Reader) { machine, index, view, i };
      threads[i] = g_thread_new ("reader", run_reader, &readers[i]);
    }
  for (i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  machine->klass->free_view (view);
}

static GenlmVocab *
make_tokens (void)
{
  static const char *const pieces[] = { "\":", "\",\"", "{\"", "[\"", "],", "1,", "\"a", "}}", "[{", " \"", "\":1" };

  return make_vocab_with_bytes (256, pieces, G_N_ELEMENTS (pieces));
}

static void
test_shared (void)
{
  g_autoptr (GenlmVocab) vocab = make_tokens ();
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  guint round;
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      Reader alone;

      run_threads (schemas[i], index, 1, &alone);
      for (round = 0; round < 10; round++)
        {
          Reader readers[N_THREADS];

          run_threads (schemas[i], index, N_THREADS, readers);
          for (j = 0; j < N_THREADS; j++)
            g_assert_cmpmem (readers[j].sums, sizeof alone.sums, alone.sums, sizeof alone.sums);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-threads/shared", test_shared);
  return g_test_run ();
}
