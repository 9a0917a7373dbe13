/* What long texts and large bounds cost. */
#include <string.h>

#include "genlm-json-machine.h"
#include "vocabs.h"

static GenlmByteMachine *
build_with_memory (const char *schema_text,
                   guint64     max_memory)
{
  const GenlmJsonMachineOptions options = {
    .max_spaces = GENLM_JSON_MACHINE_DEFAULT_MAX_SPACES,
    .limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, max_memory, 0 },
  };
  GenlmSchemaOptions schema_options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmSchema) schema = genlm_schema_new (schema_text, -1, &schema_options, &error);
  GenlmByteMachine *machine;

  g_assert_no_error (error);
  machine = genlm_json_machine_new (schema, &options, &error);
  g_assert_no_error (error);
  return machine;
}

static GenlmByteMachine *
build (const char *schema_text)
{
  return build_with_memory (schema_text, GENLM_ENGINE_DEFAULT_MAX_MEMORY);
}

/* Takes @state. NULL with an error. */
static gpointer
read_text (GenlmByteMachine  *machine,
           gpointer           state,
           const char        *text,
           GError           **error)
{
  gpointer next = machine->klass->advance (machine, state, (const guint8 *) text, strlen (text), error);

  machine->klass->unref_state (state);
  return next;
}

static gboolean
is_alive (GenlmByteMachine *machine,
          gpointer          state)
{
  double prefix;

  g_assert_true (machine->klass->weigh (machine, state, &prefix, NULL, NULL));
  return prefix == 0.0;
}

static gboolean
is_whole (GenlmByteMachine *machine,
          gpointer          state)
{
  double complete;

  g_assert_true (machine->klass->weigh (machine, state, NULL, &complete, NULL));
  return complete == 0.0;
}

/* The mask of a state says of every token what a step over it says. */
static void
check_mask (GenlmByteMachine *machine,
            gpointer          view,
            GenlmTrieIndex   *index,
            gpointer          state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = machine->klass->make_mask (machine, view, index, state, &error);
  guint32 token;

  g_assert_no_error (error);
  for (token = 0; token < index->n_tokens; token++)
    {
      gsize n_bytes;
      const guint8 *bytes = genlm_vocab_peek_token (index->vocab, token, &n_bytes);
      gpointer next = machine->klass->advance (machine, state, bytes, n_bytes, &error);

      g_assert_no_error (error);
      if (genlm_token_set_contains (mask, token) != is_alive (machine, next))
        g_error ("the token %.*s: %d in the mask", (int) n_bytes, bytes,
                 genlm_token_set_contains (mask, token));
      machine->klass->unref_state (next);
    }
}

static const char *const pieces[] = {
  "\":", "b\":", "\\u0062\":", "\\u006", "2\":", "\"a\":1", "\"\":", "\\\"\":", "\"\\\"\":", "\\\\\":", "k1", "7\":1,\"", "17\":",
  "\\ud83d", "\\ude00\":", "\xf0\x9f\x98\x80\":", "de00\":", "\",\"", "k17\",", "\"k17\",\"k17", "1", "7\"", "7\",\"k1", "u0037\"", "\\u0037\"", "\",1", "17\",17",
};

/* Reads @text byte by byte, and looks at each mask. */
static void
check_masks (GenlmByteMachine *machine,
             GenlmTrieIndex   *index,
             gpointer          view,
             gpointer          start,
             const char       *text)
{
  gpointer state = machine->klass->ref_state (start);

  for (;; text++)
    {
      const char byte[] = { *text, '\0' };

      check_mask (machine, view, index, state);
      if (*text == '\0')
        break;
      state = read_text (machine, state, byte, NULL);
      g_assert_true (is_alive (machine, state));
    }
  machine->klass->unref_state (state);
}

/* A text of @n members or items with @format, which takes a number, and @end. */
static char *
make_many (const char *open,
           const char *format,
           guint       n)
{
  GString *text = g_string_new (open);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, format, i);
  return g_string_free (text, FALSE);
}

/* Names that were read before are known however they are spelled, whether there
 * are few or many. */
static void
test_repeated_names (void)
{
  static const guint sizes[] = { 0, 20, 31, 32, 33, 64, 100 };
  g_autoptr (GenlmByteMachine) machine = build ("true");
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, pieces, G_N_ELEMENTS (pieces));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *many = make_many ("{\"b\":1,\"\\\"\":1,\"\":1,\"\\\\\":1,\"\\ud83d\\ude00\":1,",
                                         "\"k%u\":1,", sizes[i]);
      gpointer state = machine->klass->dup_start (machine);

      state = read_text (machine, state, many, NULL);
      g_assert_true (is_alive (machine, state));
      check_masks (machine, index, view, state, "\"\\u0062b\"");
      check_masks (machine, index, view, state, "\"\\ud83d\\ude00b");
      check_masks (machine, index, view, state, " \"k1");
      check_masks (machine, index, view, state, "\"\\\"\\\\");
      check_masks (machine, index, view, state, "\"k1\\u003");
      machine->klass->unref_state (state);
    }
  machine->klass->free_view (view);
}

static void
test_repeated_items (void)
{
  static const guint sizes[] = { 1, 18, 32, 70 };
  g_autoptr (GenlmByteMachine) machine = build ("{\"uniqueItems\":true}");
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, pieces, G_N_ELEMENTS (pieces));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *many = make_many ("[\"b\",\"\\\"\",\"\",[\"b\"],", "\"k%u\",", sizes[i]);
      g_autofree char *numbers = make_many ("[", "%u,", sizes[i]);
      gpointer state = machine->klass->dup_start (machine);

      state = read_text (machine, state, many, NULL);
      g_assert_true (is_alive (machine, state));
      check_masks (machine, index, view, state, "\"\\u0062b\"");
      check_masks (machine, index, view, state, "\"k1");
      check_masks (machine, index, view, state, "[\"b\\u006");
      machine->klass->unref_state (state);
      state = read_text (machine, machine->klass->dup_start (machine), numbers, NULL);
      check_masks (machine, index, view, state, "1");
      machine->klass->unref_state (state);
    }
  machine->klass->free_view (view);
}

/* A mask after many names looks at what tokens may end, not at the names. */
static void
test_many_names (void)
{
  g_autoptr (GenlmByteMachine) machine = build ("true");
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, pieces, G_N_ELEMENTS (pieces));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  gpointer state = read_text (machine, machine->klass->dup_start (machine), "{\"", NULL);
  guint i;

  for (i = 0; i < 50000; i++)
    {
      g_autofree char *name = g_strdup_printf ("k%u\":1,\"", i);
      g_autoptr (GenlmTokenSet) mask = machine->klass->make_mask (machine, view, index, state, NULL);

      g_assert_nonnull (mask);
      state = read_text (machine, state, name, NULL);
      g_assert_nonnull (state);
    }
  g_assert_true (is_alive (machine, state));
  state = read_text (machine, state, "k41999\"", NULL);
  g_assert_false (is_alive (machine, state));
  machine->klass->unref_state (state);
  machine->klass->free_view (view);
}

/* What states hold is bounded, too. */
static void
test_held_memory (void)
{
  static const char *const formats[] = { "\"name number %u\":[{", "%u,[\"name number %u\"],", "\"name number %u\":1," };
  static const char *const opens[] = { "{", "[", "{" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build_with_memory ("{\"uniqueItems\":true}", 1 << 20);
      gpointer state = read_text (machine, machine->klass->dup_start (machine), opens[i], NULL);
      g_autoptr (GError) error = NULL;
      guint n;

      for (n = 0; n < 50000 && error == NULL; n++)
        {
          g_autofree char *text = g_strdup_printf (formats[i], n, n);
          gpointer next = machine->klass->advance (machine, state, (const guint8 *) text, strlen (text),
                                                   &error);

          if (next == NULL)
            break;
          machine->klass->unref_state (state);
          state = next;
          g_assert_true (is_alive (machine, state));
        }
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
      g_assert_nonnull (strstr (error->message, "max-memory"));
      g_assert_cmpuint (n, >, 2000);
      machine->klass->unref_state (state);
    }
}

/* Arrays of "1" or members of names that come once, by how many there are. */
typedef struct
{
  const char *schema;
  gboolean    object;
  /* From one of these counts to before the next they are whole, not whole, and so
   * on; the last one is where nothing may come any more, or 0. */
  guint       changes[6];
  guint       end;
} Count;

static const Count counts[] = {
  { "{\"minItems\":3000}", FALSE, { 3000 }, 0 },
  { "{\"maxItems\":2500}", FALSE, { 0, 2501 }, 2501 },
  { "{\"minItems\":1000,\"maxItems\":2000}", FALSE, { 1000, 2001 }, 2001 },
  { "{\"anyOf\":[{\"minItems\":700,\"maxItems\":1400},{\"minItems\":2800}]}", FALSE, { 700, 1401, 2800 }, 0 },
  { "{\"anyOf\":[{\"maxItems\":5},{\"minItems\":600,\"maxItems\":601},{\"minItems\":1900,\"maxItems\":3100}]}", FALSE,
    { 0, 6, 600, 602, 1900, 3101 }, 3101 },
  { "{\"not\":{\"minItems\":1100}}", FALSE, { 0, 1100 }, 1100 },
  { "{\"prefixItems\":[true,{\"const\":1},{\"const\":1}],\"minItems\":1500}", FALSE, { 1500 }, 0 },
  { "{\"items\":{\"type\":\"integer\"},\"contains\":{\"const\":1},\"minContains\":3,\"minItems\":1500}", FALSE, { 1500 }, 0 },
  { "{\"minProperties\":2000}", TRUE, { 2000 }, 0 },
  { "{\"minProperties\":900,\"maxProperties\":1700,\"properties\":{\"k3\":true,\"k800\":{\"const\":1}},"
    "\"required\":[\"k3\"]}", TRUE, { 900, 1701 }, 1701 },
  { "{\"if\":{\"minProperties\":1200},\"then\":{\"maxProperties\":2400}}", TRUE, { 0, 2401 }, 2401 },
};

static gboolean
count_is_whole (const Count *count,
                guint        n)
{
  guint n_passed = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (count->changes) && (i == 0 || count->changes[i] > 0); i++)
    n_passed += n >= count->changes[i];
  return n_passed % 2;
}

/* Large bounds are kept exactly, and no state of its own is made for each count:
 * a mask far from the next bound is the same as before. */
static void
test_counts (void)
{
  static const char *const tokens[] = { "1,1", "1,1,1,1,1]", ",1", ",1,1,1", "1]", "\":1,\"", "\":1}", "1,\"k", "0\":1" };
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, tokens, G_N_ELEMENTS (tokens));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      const Count *count = &counts[i];
      g_autoptr (GenlmByteMachine) machine = build (count->schema);
      gpointer view = machine->klass->make_view (machine, index);
      gpointer state = machine->klass->dup_start (machine);
      guint n;

      state = read_text (machine, state, count->object ? "{" : "[", NULL);
      for (n = 0; n < 3500 && (count->end == 0 || n < count->end); n++)
        {
          gpointer whole = read_text (machine, machine->klass->ref_state (state), count->object ? "}" : "]", NULL);
          g_autofree char *member = count->object ? g_strdup_printf ("%s\"k%u\":1", n > 0 ? "," : "", n)
                                                  : g_strdup (n > 0 ? ",1" : "1");

          if (is_whole (machine, whole) != count_is_whole (count, n))
            g_error ("%s: %u", count->schema, n);
          machine->klass->unref_state (whole);
          if (n % 97 < 2 || (n > 1395 && n < 1405) || (n > 1998 && n < 2002) || (n > 1698 && n < 1703))
            check_mask (machine, view, index, state);
          g_assert_true (is_alive (machine, state));
          state = read_text (machine, state, member, NULL);
        }
      if (is_alive (machine, state) != (count->end == 0))
        g_error ("%s: %u", count->schema, n);
      machine->klass->unref_state (state);
      machine->klass->free_view (view);
    }
}

/* What needs so many places that it ends far from the bound. */
static void
test_places (void)
{
  g_autoptr (GenlmByteMachine) machine = build ("{\"maxItems\":3000,\"contains\":{\"const\":2},\"minContains\":1200}");
  gpointer state = read_text (machine, machine->klass->dup_start (machine), "[1", NULL);
  guint n;

  for (n = 1; n < 1800; n++)
    {
      g_assert_true (is_alive (machine, state));
      state = read_text (machine, state, ",1", NULL);
    }
  g_assert_true (is_alive (machine, state));
  state = read_text (machine, state, ",1,", NULL);
  g_assert_false (is_alive (machine, state));
  machine->klass->unref_state (state);
}

static void
test_large_counts (void)
{
  static const char *const schemas[] = {
    "{\"minItems\":2000000}",
    "{\"maxItems\":4000000000}",
    "{\"minItems\":1000000,\"maxItems\":2000000,\"items\":{\"minItems\":1000000}}",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build (schemas[i]);
      gpointer state = read_text (machine, machine->klass->dup_start (machine), "[[1", NULL);
      guint n;

      for (n = 0; n < 100000; n++)
        state = read_text (machine, state, ",1", NULL);
      g_assert_true (is_alive (machine, state));
      g_assert_cmpuint (machine->klass->get_size (machine).n_states, <, 100);
      machine->klass->unref_state (state);
    }
}

/* Tokens that end a long number or go on in it. */
static void
test_long_numbers (void)
{
  static const char *const schemas[] = {
    "{\"items\":{\"multipleOf\":7}}",
    "{\"items\":{\"anyOf\":[{\"multipleOf\":3},{\"minimum\":1e301,\"maximum\":2e301}]},\"uniqueItems\":true}",
  };
  static const char *const tokens[] = { "1,", "11]", "],", ", ", "\n]", "0,1", ".0]", "e1,", "1,1", "e-", ",1" };
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, tokens, G_N_ELEMENTS (tokens));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build (schemas[i]);
      gpointer view = machine->klass->make_view (machine, index);
      gpointer state = read_text (machine, machine->klass->dup_start (machine), "[0,", NULL);
      guint n;

      for (n = 0; n < 310; n++)
        {
          state = read_text (machine, state, "1", NULL);
          if (n > 290 || n % 50 < 3)
            check_mask (machine, view, index, state);
        }
      machine->klass->unref_state (state);
      machine->klass->free_view (view);
    }
}

/* A long pattern is read on from where its last token ended, and so are all tokens
 * that may end it. */
static void
test_long_patterns (void)
{
  static const char *const parts[] = { "(?<n>[a-c]+|\\\\k<n>)*", "\\u0028x)", "[\\\\ud83d-", "\\\\ude00]", "(\u00e9{2,", "3})?" };
  static const char *const tokens[] = { "\",", "x\"]", ")\",\"(", "]\"", "\\\\\"", "\\\\d\"", "n>\"]", "\",\"a\"]", "\\u0029\"", "1\"" };
  g_autoptr (GenlmByteMachine) machine = build ("{\"items\":{\"format\":\"regex\"}}");
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, tokens, G_N_ELEMENTS (tokens));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  gpointer view = machine->klass->make_view (machine, index);
  gpointer state = read_text (machine, machine->klass->dup_start (machine), "[\"", NULL);
  guint i;

  for (i = 0; i < 40000; i++)
    {
      g_autoptr (GenlmTokenSet) mask = NULL;

      if (i < G_N_ELEMENTS (parts))
        check_mask (machine, view, index, state);
      mask = machine->klass->make_mask (machine, view, index, state, NULL);
      g_assert_nonnull (mask);
      state = read_text (machine, state, i < G_N_ELEMENTS (parts) ? parts[i] : "(a)", NULL);
      g_assert_nonnull (state);
    }
  check_mask (machine, view, index, state);
  state = read_text (machine, state, "(", NULL);
  check_mask (machine, view, index, state);
  state = read_text (machine, state, "x)\"]", NULL);
  g_assert_true (is_whole (machine, state));
  machine->klass->unref_state (state);
  machine->klass->free_view (view);
}

/* Strings by how many characters they have. */
typedef struct
{
  const char *schema;
  /* As for arrays and objects. */
  guint       changes[6];
  guint       end;
} Length;

static const Length lengths[] = {
  { "{\"maxLength\":17000}", { 0, 17001 }, 17001 },
  { "{\"minLength\":16500,\"maxLength\":17000}", { 16500, 17001 }, 17001 },
  { "{\"minLength\":2,\"maxLength\":16384}", { 2, 16385 }, 16385 },
  { "{\"minLength\":16900}", { 16900 }, 0 },
  { "{\"not\":{\"minLength\":16500}}", { 0, 16500 }, 16500 },
  { "{\"type\":\"string\",\"not\":{\"maxLength\":16500}}", { 16501 }, 0 },
  { "{\"oneOf\":[{\"maxLength\":3},{\"minLength\":2,\"maxLength\":16400},{\"minLength\":16390}]}", { 0, 2, 4, 16390, 16401 }, 0 },
  { "{\"anyOf\":[{\"maxLength\":5},{\"minLength\":400,\"maxLength\":1100},{\"minLength\":17000}]}", { 0, 6, 400, 1101, 17000 }, 0 },
};

static gboolean
length_is_whole (const Length *length,
                 guint         n)
{
  guint n_passed = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (length->changes) && (i == 0 || length->changes[i] > 0); i++)
    n_passed += n >= length->changes[i];
  return n_passed % 2;
}

/* The same for large bounds of lengths, however the characters are spelled. */
static void
test_lengths (void)
{
  static const char *const characters[] = { "a", "\\n", "\xc3\xa9", "\\u00e9", "\xf0\x9f\x98\x80", "\\ud83d\\ude00" };
  static const char *const tokens[] = { "aa\"]", "a\",\"a", "\\u0061aaa", "\xc3\xa9\\n\"", "\\ud83d\\ude00a", "aaaaaaaaaaaa", "\"]" };
  g_autoptr (GenlmVocab) vocab = make_vocab_with_bytes (256, tokens, G_N_ELEMENTS (tokens));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const Length *length = &lengths[i];
      g_autofree char *schema = g_strdup_printf ("{\"items\":%s}", length->schema);
      g_autoptr (GenlmByteMachine) machine = build (schema);
      gpointer view = machine->klass->make_view (machine, index);
      gpointer state = read_text (machine, machine->klass->dup_start (machine), "[\"", NULL);
      guint n;
      guint j;

      for (n = 0; n < 17300 && (length->end == 0 || n < length->end); n++)
        {
          gpointer whole = read_text (machine, machine->klass->ref_state (state), "\"]", NULL);
          gboolean near = FALSE;

          if (is_whole (machine, whole) != length_is_whole (length, n))
            g_error ("%s: %u", schema, n);
          machine->klass->unref_state (whole);
          for (j = 0; j < G_N_ELEMENTS (length->changes); j++)
            near = near || (n + 14 > length->changes[j] && n < length->changes[j] + 2)
                   || (n + 259 > length->changes[j] && n + 255 < length->changes[j]);
          if (near || n % 1999 == 0)
            check_mask (machine, view, index, state);
          g_assert_true (is_alive (machine, state));
          state = read_text (machine, state, characters[n % G_N_ELEMENTS (characters)], NULL);
        }
      if (is_alive (machine, state) != (length->end == 0))
        g_error ("%s: %u", schema, n);
      machine->klass->unref_state (state);
      machine->klass->free_view (view);
    }
}

/* A large bound takes no state for each character, whatever is said of it. */
static void
test_large_lengths (void)
{
  static const char *const schemas[] = {
    "{\"minLength\":1,\"maxLength\":1000000}",
    "{\"not\":{\"maxLength\":999999}}",
    "{\"oneOf\":[{\"maxLength\":5},{\"maxLength\":1000000}]}",
    "{\"if\":{\"maxLength\":500000},\"then\":{\"minLength\":600000},\"else\":{\"not\":{\"minLength\":1000001}}}",
  };
  g_autofree char *text = g_strnfill (200000, 'a');
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GenlmByteMachine) machine = build_with_memory (schemas[i], 4 << 20);
      gpointer state = read_text (machine, machine->klass->dup_start (machine), "\"", NULL);

      for (j = 0; j < 5; j++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_true (is_alive (machine, state));
          state = read_text (machine, state, text, &error);
          g_assert_no_error (error);
        }
      state = read_text (machine, state, "\"", NULL);
      g_assert_true (is_whole (machine, state));
      machine->klass->unref_state (state);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-growth/repeated-names", test_repeated_names);
  g_test_add_func ("/json-growth/repeated-items", test_repeated_items);
  g_test_add_func ("/json-growth/many-names", test_many_names);
  g_test_add_func ("/json-growth/held-memory", test_held_memory);
  g_test_add_func ("/json-growth/counts", test_counts);
  g_test_add_func ("/json-growth/places", test_places);
  g_test_add_func ("/json-growth/large-counts", test_large_counts);
  g_test_add_func ("/json-growth/long-numbers", test_long_numbers);
  g_test_add_func ("/json-growth/long-patterns", test_long_patterns);
  g_test_add_func ("/json-growth/lengths", test_lengths);
  g_test_add_func ("/json-growth/large-lengths", test_large_lengths);
  return g_test_run ();
}
