/* Masks of whole vocabularies and prefixes of long contexts, beside a plain
 * walk of the same trie and of the same bytes over a ready table of
 * transitions. Run from the source folder: the vocabularies are read from
 * ../shared/data, and left out, with a word about it, where they are not. */

#include <genlm.h>

#include <string.h>

#include "genlm-regex-compiler.h"
#include "genlm-regex-dfa.h"
#include "genlm-regex-parser.h"
#include "genlm-trie-walk.h"
#include "line.h"
#include "vocab.h"

/* How many states the plain table holds. */
#define MAX_PLAIN_STATES (4096u)

#define N_BYTES (10000u)

typedef struct
{
  GenlmByteDfa     *dfa;
  GenlmByteState   *state;
  GenlmTrieIndex   *index;
  GenlmPotential   *potential;
  GenlmContext     *context;
  const char       *pattern;
  GBytes           *bytes;
  const GenlmTrie  *trie;
  guint16          *table;
  guint32          *mask;
  guint32           n_words;
  guint             sink;
} Case;

static GenlmByteDfa *
build (const char *pattern)
{
  GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  if (dfa == NULL)
    g_error ("%s", error->message);
  return dfa;
}

static void
run_cold (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = NULL;
  guint64 *words;

  mask = genlm_token_set_new_zeroed ((gsize) self->index->n_tokens + 1, &words);
  genlm_trie_walk (self->index, GENLM_TRIE_WALK_ALL, self->dfa, self->state, words, NULL, NULL, NULL);
  self->sink += words[0] & 1;
}

static void
run_cached (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = NULL;

  mask = genlm_potential_mask_next_sync (self->potential, self->context, NULL, NULL);
  self->sink += genlm_token_set_peek (mask)[0] & 1;
}

static void
run_plain_prefix (gpointer data)
{
  Case *self = data;
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (self->bytes, &n_bytes);
  guint16 state = 1;
  gsize i;

  for (i = 0; i < n_bytes; i++)
    state = self->table[state * 256u + bytes[i]];
  self->sink += state;
}

static void
run_plain_mask (gpointer data)
{
  Case *self = data;
  guint16 states[GENLM_TRIE_MAX_DEPTH + 1];
  const guint32 scrap = self->n_words * 32 - 1;
  guint32 p = 0;

  memset (self->mask, 0, self->n_words * sizeof (guint32));
  states[0] = 1;
  while (p < self->trie->n_nodes)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint16 next = self->table[states[depth - 1] * 256u + GENLM_TRIE_NODE_BYTE (node)];

      if (next != 0)
        {
          guint32 token = MIN (GENLM_TRIE_NODE_TOKEN (node), scrap);

          states[depth] = next;
          self->mask[token / 32] |= 1u << (token % 32);
          p++;
        }
      else
        p += GENLM_TRIE_NODE_EXTENT (node);
    }
  self->sink += self->mask[0];
}

/* All states that are reached from one, as a table whose state 0 is dead and
 * 1 the first. */
static guint16 *
build_table (GenlmByteDfa   *dfa,
             GenlmByteState *start)
{
  g_autoptr (GPtrArray) states = g_ptr_array_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autofree guint16 *table = g_new0 (guint16, (MAX_PLAIN_STATES + 1) * 256);
  guint i;
  guint byte;

  g_ptr_array_add (states, dfa->dead);
  g_ptr_array_add (states, start);
  g_hash_table_insert (numbers, dfa->dead, GUINT_TO_POINTER (0));
  g_hash_table_insert (numbers, start, GUINT_TO_POINTER (1));
  for (i = 1; i < states->len; i++)
    for (byte = 0; byte < 256; byte++)
      {
        GenlmByteState *state = g_ptr_array_index (states, i);
        GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, NULL);
        gpointer number;

        if (next == NULL || states->len > MAX_PLAIN_STATES)
          g_error ("The pattern has too many states for a plain table");
        if (!g_hash_table_lookup_extended (numbers, next, NULL, &number))
          {
            number = GUINT_TO_POINTER (states->len);
            g_hash_table_insert (numbers, next, number);
            g_ptr_array_add (states, next);
          }
        table[i * 256 + byte] = (guint16) GPOINTER_TO_UINT (number);
      }
  return g_steal_pointer (&table);
}

static void
bench_mask (GenlmVocab *vocab,
            const char *vocabulary,
            double      aim,
            const char *pattern,
            guint       repetitions)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern);
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  g_autofree guint16 *table = build_table (dfa, dfa->start);
  g_autofree guint32 *mask = NULL;
  Case self = { .dfa = dfa, .state = dfa->start, .table = table, .pattern = pattern };
  BenchTiming plain;
  BenchTiming ours;

  self.index = index;
  self.trie = genlm_vocab_get_trie (vocab);
  self.n_words = genlm_vocab_get_size (vocab) / 32 + 2;
  self.mask = mask = g_new (guint32, self.n_words);
  ours = bench_measure (BENCH_CLOCK_WALL, run_cold, &self, 1, repetitions);
  plain = bench_measure (BENCH_CLOCK_WALL, run_plain_mask, &self, 1, repetitions);
  bench_report_timing ("regex-mask-cold", pattern, vocabulary, genlm_vocab_get_size (vocab), &ours,
                       aim, "plain walk of the trie over a table", plain.median);
}

/* The first mask of all of a new element: the automaton is built on the way. */
static void
bench_first (GenlmVocab *vocab,
             const char *vocabulary,
             double      aim,
             const char *pattern,
             guint       repetitions)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GenlmByteDfa) dfa = build (pattern);
      Case self = { .dfa = dfa, .state = dfa->start, .index = index };
      gint64 start;

      start = g_get_monotonic_time ();
      run_cold (&self);
      times[i] = (double) (g_get_monotonic_time () - start);
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("regex-mask-first", pattern, vocabulary, genlm_vocab_get_size (vocab),
                       &timing, aim, NULL, 0);
}

static GenlmPotential *
make_element (const char *pattern)
{
  GVariant *properties = g_variant_new_parsed ("{'pattern': <%s>}", pattern);
  g_autoptr (GError) error = NULL;
  GenlmPotential *element = genlm_element_make ("regex", properties, &error);

  if (element == NULL)
    g_error ("%s", error->message);
  return element;
}

static void
bench_cached (GenlmVocab *vocab,
              const char *vocabulary,
              guint       repetitions)
{
  g_autoptr (GenlmPotential) element = make_element (".*");
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (element, vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  Case self = { .potential = coerced, .context = context };
  BenchTiming ours = bench_measure (BENCH_CLOCK_WALL, run_cached, &self, 1000, repetitions);

  bench_report_timing ("regex-mask-cached", ".*", vocabulary, genlm_vocab_get_size (vocab), &ours,
                       1.0, NULL, 0);
}

/* The time of a call for a context of which nothing is known yet, in
 * microseconds. */
static double
time_prefix (GenlmPotential *element,
             GBytes         *bytes)
{
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  gint64 start = g_get_monotonic_time ();

  if (genlm_potential_prefix_sync (element, context, NULL, NULL) != 0.0)
    g_error ("The text has no weight");
  return (double) (g_get_monotonic_time () - start);
}

static void
bench_prefix (const char *pattern,
              guint       repetitions)
{
  g_autoptr (GenlmPotential) element = make_element (pattern);
  g_autoptr (GenlmByteDfa) dfa = build (pattern);
  g_autofree guint16 *table = build_table (dfa, dfa->start);
  char *text = g_strnfill (N_BYTES, 'a');
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, N_BYTES);
  Case self = { .bytes = bytes, .table = table };
  BenchTiming plain = bench_measure (BENCH_CLOCK_WALL, run_plain_prefix, &self, 10, repetitions);
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming ours;
  guint i;

  time_prefix (element, bytes);
  for (i = 0; i < repetitions; i++)
    times[i] = time_prefix (element, bytes) / N_BYTES;
  ours = bench_summarize (times, repetitions);
  bench_report_timing ("regex-prefix-per-byte", pattern, "bytes", N_BYTES, &ours, 0.1,
                       "plain walk of the bytes over a table", plain.median / N_BYTES);
}

/* Takes the store. */
static void
start_automaton (GenlmByteExprs *exprs,
                 GenlmByteExpr   expr)
{
  GenlmByteItem item = { 0, expr };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteDfa) dfa = genlm_byte_dfa_new (exprs, &error);

  if (dfa == NULL
      || genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error) == NULL)
    g_error ("%s", error->message);
}

/* From the text of a pattern of a schema to the state before the first byte of
 * a JSON string. */
static void
run_compile (gpointer data)
{
  Case *self = data;
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;
  GenlmByteExpr expr;

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, self->pattern,
                                    strlen (self->pattern), NULL, &error);
  if (tree == NULL
      || !genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_JSON, &expr, &error))
    g_error ("%s", error->message);
  start_automaton (exprs, expr);
}

static void
run_plain_compile (gpointer data)
{
  Case *self = data;
  g_autoptr (GRegex) regex = g_regex_new (self->pattern, G_REGEX_DOLLAR_ENDONLY, 0, NULL);

  self->sink += g_regex_get_capture_count (regex);
}

static void
bench_compile (const char *pattern,
               guint       repetitions)
{
  Case self = { .pattern = pattern };
  BenchTiming ours = bench_measure (BENCH_CLOCK_WALL, run_compile, &self, 20, repetitions);
  BenchTiming plain = bench_measure (BENCH_CLOCK_WALL, run_plain_compile, &self, 20, repetitions);

  bench_report_timing ("regex-compile", pattern, "bytes", strlen (pattern), &ours, 50,
                       "compiling for PCRE2", plain.median);
}

/* The bytes are names, each with a NUL behind it. */
static void
run_words (gpointer data)
{
  Case *self = data;
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  gsize size;
  const char *text = g_bytes_get_data (self->bytes, &size);
  const char *p;

  for (p = text; p < text + size; p += strlen (p) + 1)
    g_ptr_array_add (words, (gpointer) p);
  start_automaton (exprs, genlm_byte_exprs_make_words (exprs, GENLM_BYTE_ENCODING_JSON,
                                                       (const char *const *) words->pdata, NULL,
                                                       words->len));
}

static void
run_plain_words (gpointer data)
{
  Case *self = data;
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  gsize size;
  const char *text = g_bytes_get_data (self->bytes, &size);
  const char *p;

  for (p = text; p < text + size; p += strlen (p) + 1)
    g_hash_table_add (words, (gpointer) p);
  self->sink += g_hash_table_size (words);
}

static void
bench_words (guint n_words,
             guint repetitions)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  Case self = { 0 };
  BenchTiming ours;
  BenchTiming plain;
  guint i;

  for (i = 0; i < n_words; i++)
    {
      g_autofree char *word = g_strdup_printf ("property%u", i * 7919 % 100003);

      g_byte_array_append (text, (const guint8 *) word, (guint) strlen (word) + 1);
    }
  bytes = g_bytes_new (text->data, text->len);
  self.bytes = bytes;
  ours = bench_measure (BENCH_CLOCK_WALL, run_words, &self, 1, repetitions);
  plain = bench_measure (BENCH_CLOCK_WALL, run_plain_words, &self, 1, repetitions);
  bench_report_timing ("regex-words", "property names", "bytes", n_words, &ours, 1000,
                       "a hash table of them", plain.median);
}

int
main (int    argc,
      char **argv)
{
  static const char *patterns[] = { ".*", "[^\"\\\\\\x00-\\x1f]*\"", "(?s).{0,200}",
                                    "[A-Za-z_][A-Za-z0-9_]*",
                                    " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", "-?[0-9]+" };
  static const char *schema_patterns[] = { "^[a-z][a-z0-9_-]{0,63}$", "^(https?|ftp)://[^\\s/]+",
                                           "^\\d{4}-\\d{2}-\\d{2}$", "\\.ya?ml$",
                                           "^$|(^(?:\\S+\\s+){0,99}\\S+$)" };
  static const struct
  {
    const char *name;
    double      aim;
  } vocabularies[] = { { "gpt2", 180 }, { "cl100k_base", 400 }, { "o200k_base", 800 } };
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 500 : 15;
  gsize i;
  gsize j;

  for (i = 0; i < G_N_ELEMENTS (vocabularies); i++)
    {
      g_autoptr (GenlmVocab) vocab = bench_load_vocab (vocabularies[i].name);

      if (vocab == NULL)
        continue;
      for (j = 0; j < G_N_ELEMENTS (patterns); j++)
        {
          bench_mask (vocab, vocabularies[i].name, vocabularies[i].aim, patterns[j], repetitions);
          bench_first (vocab, vocabularies[i].name, vocabularies[i].aim, patterns[j],
                       MIN (repetitions, 15));
        }
      bench_cached (vocab, vocabularies[i].name, repetitions);
    }
  bench_prefix (".*", repetitions);
  bench_prefix ("([a-z ]+[.,]?)*", repetitions);
  for (i = 0; i < G_N_ELEMENTS (schema_patterns); i++)
    bench_compile (schema_patterns[i], repetitions);
  bench_words (20, repetitions);
  bench_words (2000, repetitions);
  return 0;
}
