/* Weights of all next tokens by weighted automata, cold and kept, and weights
 * of long contexts, beside a plain walk of the same trie with a table of
 * transitions and their weights. Run from the source folder: the vocabularies
 * are read from ../shared/data, and left out, with a word about it, where they
 * are not. */

#include <genlm.h>

#include <math.h>
#include <string.h>

#include "genlm-regex-parser.h"
#include "genlm-weights-walk.h"
#include "genlm-wfsa-reader.h"
#include "line.h"
#include "vocab.h"

/* How many states the plain table holds. */
#define MAX_PLAIN_STATES (4096u)

#define N_BYTES (100000u)

#define CHARSET \
  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz" \
  "{|}~\t\n\v\f\r"

typedef struct
{
  guint16 next;
  double  log_weight;
} Cell;

typedef struct
{
  GenlmWeightedDfa *dfa;
  GenlmTrieIndex   *index;
  GenlmPotential   *potential;
  GenlmContext     *context;
  Cell             *table;
  double           *values;
  double            sink;
} Case;

static void
check_error (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static GenlmWeightedDfa *
build (const char *property,
       const char *value)
{
  GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY,
                               0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmWfsa) wfsa = NULL;
  GenlmWeightedDfa *dfa;

  if (strcmp (property, "pattern") == 0)
    {
      tree = genlm_regex_parse (value, strlen (value), CHARSET, &error);
      check_error (error);
      dfa = genlm_weighted_dfa_new_for_tree (tree, &limits, &error);
    }
  else
    {
      wfsa = genlm_wfsa_read (value, strlen (value), &limits, &error);
      check_error (error);
      dfa = genlm_weighted_dfa_new_for_wfsa (wfsa, &limits, &error);
    }
  check_error (error);
  return dfa;
}

/* All known transitions of it, and of none that is new. */
static void
run_cold (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmWeights) weights = NULL;
  double *values;

  weights = genlm_weights_new_uninit ((gsize) self->index->n_tokens + 1, &values);
  genlm_weights_walk (self->index, self->dfa, self->dfa->start, values, NULL);
  self->sink += values[0];
}

static void
run_warm (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmWeights) weights = NULL;

  weights = genlm_potential_logw_next_sync (self->potential, self->context, NULL, NULL);
  self->sink += genlm_weights_get (weights, 0);
}

static void
run_plain (gpointer data)
{
  Case *self = data;
  const GenlmTrie *trie = self->index->trie;
  const guint32 scrap = self->index->n_tokens;
  guint16 states[GENLM_TRIE_MAX_DEPTH + 1];
  double logs[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 p;

  for (p = 0; p <= scrap; p++)
    self->values[p] = -INFINITY;
  states[0] = 1;
  logs[0] = 0.0;
  for (p = 0; p < trie->n_nodes;)
    {
      const GenlmTrieNode *node = &trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      const Cell *cell = &self->table[states[depth - 1] * 256u + GENLM_TRIE_NODE_BYTE (node)];

      if (cell->next != 0)
        {
          states[depth] = cell->next;
          logs[depth] = logs[depth - 1] + cell->log_weight;
          self->values[MIN (GENLM_TRIE_NODE_TOKEN (node), scrap)] = logs[depth];
          p++;
        }
      else
        p += GENLM_TRIE_NODE_EXTENT (node);
    }
  self->sink += self->values[0];
}

/* All states that are reached, as a table whose state 0 is dead and 1 the
 * first. */
static Cell *
build_table (GenlmWeightedDfa *dfa)
{
  g_autoptr (GPtrArray) states = g_ptr_array_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autofree Cell *table = g_new0 (Cell, (MAX_PLAIN_STATES + 1) * 256);
  guint i;
  guint byte;

  g_ptr_array_add (states, dfa->dead);
  g_ptr_array_add (states, dfa->start);
  g_hash_table_insert (numbers, dfa->dead, GUINT_TO_POINTER (0));
  g_hash_table_insert (numbers, dfa->start, GUINT_TO_POINTER (1));
  for (i = 1; i < states->len; i++)
    for (byte = 0; byte < 256; byte++)
      {
        Cell *cell = &table[i * 256 + byte];
        GenlmWeightedState *next;
        gpointer number;

        next = genlm_weighted_dfa_step (dfa, g_ptr_array_index (states, i), (guint8) byte,
                                        &cell->log_weight, NULL);
        if (next == NULL || next == dfa->beyond || states->len > MAX_PLAIN_STATES)
          g_error ("The automaton has too many states for a plain table");
        if (!g_hash_table_lookup_extended (numbers, next, NULL, &number))
          {
            number = GUINT_TO_POINTER (states->len);
            g_hash_table_insert (numbers, next, number);
            g_ptr_array_add (states, next);
          }
        cell->next = (guint16) GPOINTER_TO_UINT (number);
      }
  return g_steal_pointer (&table);
}

static void
bench_cold (GenlmTrieIndex *index,
            const char     *vocabulary,
            double          aim,
            const char     *property,
            const char     *value,
            guint           repetitions)
{
  g_autoptr (GenlmWeightedDfa) dfa = build (property, value);
  g_autofree Cell *table = build_table (dfa);
  g_autofree double *values = g_new (double, (gsize) index->n_tokens + 1);
  Case self = { .dfa = dfa, .index = index, .table = table, .values = values };
  BenchTiming ours = bench_measure (BENCH_CLOCK_WALL, run_cold, &self, 1, repetitions);
  BenchTiming plain = bench_measure (BENCH_CLOCK_WALL, run_plain, &self, 1, repetitions);

  bench_report_timing ("wfsa-next-cold", value, vocabulary, index->n_tokens, &ours, aim,
                       "plain walk of the trie over a table with weights", plain.median);
}

/* The first weights of all of a new automaton: its states are made on the
 * way. */
static void
bench_first (GenlmTrieIndex *index,
             const char     *vocabulary,
             double          aim,
             const char     *property,
             const char     *value,
             guint           repetitions)
{
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GenlmWeightedDfa) dfa = build (property, value);
      Case self = { .dfa = dfa, .index = index };
      gint64 start = g_get_monotonic_time ();

      run_cold (&self);
      times[i] = (double) (g_get_monotonic_time () - start);
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wfsa-next-first", value, vocabulary, index->n_tokens, &timing, aim, NULL,
                       0);
}

static GenlmPotential *
make_element (const char *property,
              const char *value)
{
  g_autofree char *text = g_strdup_printf ("{'%s': <%%s>}", property);
  g_autoptr (GError) error = NULL;
  GenlmPotential *element;

  element = genlm_element_make ("wfsa", g_variant_new_parsed (text, value), &error);
  check_error (error);
  return element;
}

static void
bench_warm (GenlmVocab *vocab,
            const char *vocabulary,
            const char *property,
            const char *value,
            guint       repetitions)
{
  g_autoptr (GenlmPotential) element = make_element (property, value);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (element, vocab, NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  Case self = { .potential = coerced, .context = context };
  BenchTiming ours = bench_measure (BENCH_CLOCK_WALL, run_warm, &self, 20, repetitions);

  bench_report_timing ("wfsa-next-warm", value, vocabulary, genlm_vocab_get_size (vocab), &ours,
                       60.0, NULL, 0);
}

/* One context after another, each of which is a state that was not asked about
 * yet: what a constraint with counts costs a sampler. */
static void
bench_new (GenlmVocab *vocab,
           const char *vocabulary,
           double      aim,
           guint       repetitions)
{
  g_autoptr (GenlmPotential) element = make_element ("pattern", "(?s).{0,100000}");
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (element, vocab, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint32 token;
  guint i;

  if (!genlm_vocab_find (vocab, bytes, &token))
    g_error ("The vocabulary has no letter a");
  for (i = 0; i < repetitions; i++)
    {
      GenlmContext *longer = genlm_context_append (context, token);
      Case self = { .potential = coerced, .context = longer };
      gint64 start = g_get_monotonic_time ();

      run_warm (&self);
      times[i] = (double) (g_get_monotonic_time () - start);
      genlm_context_unref (context);
      context = longer;
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wfsa-next-new", "(?s).{0,100000}", vocabulary, genlm_vocab_get_size (vocab),
                       &timing, aim, NULL, 0);
}

/* The time of a call for a context of which nothing is known yet, in
 * microseconds. */
static double
time_prefix (GenlmPotential *element,
             GBytes         *bytes)
{
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  gint64 start = g_get_monotonic_time ();

  if (genlm_potential_prefix_sync (element, context, NULL, NULL) == -INFINITY)
    g_error ("The text has no weight");
  return (double) (g_get_monotonic_time () - start);
}

static void
bench_prefix (const char *property,
              const char *value,
              guint       repetitions)
{
  g_autoptr (GenlmPotential) element = make_element (property, value);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (N_BYTES, 'a'), N_BYTES);
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint i;

  time_prefix (element, bytes);
  for (i = 0; i < repetitions; i++)
    times[i] = time_prefix (element, bytes) / N_BYTES;
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wfsa-prefix-per-byte", value, "bytes", N_BYTES, &timing, 0.3, NULL, 0);
}

/* Words of small letters, with a weight for each, where one may be in two
 * places at once. */
static char *
make_text (void)
{
  GString *text = g_string_new ("w 0.01\nv 0.02\nw w \\s 0.05\nv w \\s 0.2\n");
  char letter;

  for (letter = 'a'; letter <= 'z'; letter++)
    {
      g_string_append_printf (text, "w w %c 0.0%d\n", letter, 1 + letter % 3);
      g_string_append_printf (text, "w v %c 0.0%d\n", letter, 1 + letter % 2);
      g_string_append_printf (text, "v v %c 0.02\n", letter);
    }
  return g_string_free (text, FALSE);
}

int
main (int    argc,
      char **argv)
{
  static const char *patterns[] = { ".*", "(?s).*", "[A-Za-z_][A-Za-z0-9_]*",
                                    " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", "-?[0-9]+" };
  static const struct
  {
    const char *name;
    double      aim;
  } vocabularies[] = { { "gpt2", 250 }, { "cl100k_base", 500 }, { "o200k_base", 1000 } };
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 300 : 15;
  g_autofree char *text = make_text ();
  gsize i;
  gsize j;

  for (i = 0; i < G_N_ELEMENTS (vocabularies); i++)
    {
      g_autoptr (GenlmVocab) vocab = bench_load_vocab (vocabularies[i].name);
      g_autoptr (GenlmTrieIndex) index = NULL;

      if (vocab == NULL)
        continue;
      index = genlm_trie_index_get (vocab);
      for (j = 0; j < G_N_ELEMENTS (patterns); j++)
        {
          bench_cold (index, vocabularies[i].name, vocabularies[i].aim, "pattern", patterns[j],
                      repetitions);
          bench_first (index, vocabularies[i].name, vocabularies[i].aim, "pattern", patterns[j],
                       repetitions);
          bench_warm (vocab, vocabularies[i].name, "pattern", patterns[j], repetitions);
        }
      bench_new (vocab, vocabularies[i].name, vocabularies[i].aim, repetitions);
      bench_first (index, vocabularies[i].name, vocabularies[i].aim, "text", text, repetitions);
      bench_warm (vocab, vocabularies[i].name, "text", text, repetitions);
    }
  bench_prefix ("pattern", ".*", repetitions);
  bench_prefix ("pattern", "([a-z ]+[.,]?)*", repetitions);
  bench_prefix ("text", text, repetitions);
  return 0;
}
