/* Weights of all next tokens by weighted automata, cold and kept, and weights
 * of long contexts, beside a plain walk of the same trie with a table of
 * transitions and their weights. Run from the source folder: the vocabularies
 * are read from ../shared/data, and left out, with a word about it, where they
 * are not. */

#include <genlm.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "genlm-regex-parser.h"
#include "genlm-weights-walk.h"
#include "genlm-wfsa-reader.h"

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

typedef void (*Body) (Case *);

typedef struct
{
  double median;
  double spread;
} Timing;

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
run_cold (Case *self)
{
  g_autoptr (GenlmWeights) weights = NULL;
  double *values;

  weights = genlm_weights_new_uninit ((gsize) self->index->n_tokens + 1, &values);
  genlm_weights_walk (self->index, self->dfa, self->dfa->start, values, NULL);
  self->sink += values[0];
}

static void
run_warm (Case *self)
{
  g_autoptr (GenlmWeights) weights = NULL;

  weights = genlm_potential_logw_next_sync (self->potential, self->context, NULL, NULL);
  self->sink += genlm_weights_get (weights, 0);
}

static void
run_plain (Case *self)
{
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

static int
compare_times (const void *a,
               const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static Timing
summarize (double *times,
           guint   repetitions)
{
  qsort (times, repetitions, sizeof (double), compare_times);
  return (Timing) { times[repetitions / 2],
                    times[repetitions * 3 / 4] - times[repetitions / 4] };
}

/* The median time in microseconds of one run, @n_runs of them under one
 * reading of the clock, and the distance between the quartiles. */
static Timing
measure (Case  *self,
         Body   body,
         guint  n_runs,
         guint  repetitions)
{
  g_autofree double *times = g_new (double, repetitions);
  guint i;
  guint run;

  body (self);
  for (i = 0; i < repetitions; i++)
    {
      gint64 start = g_get_monotonic_time ();

      for (run = 0; run < n_runs; run++)
        body (self);
      times[i] = (double) (g_get_monotonic_time () - start) / n_runs;
    }
  return summarize (times, repetitions);
}

static void
report (const char *name,
        const char *vocabulary,
        gsize       size,
        const char *of,
        Timing      ours,
        double      baseline,
        const char *baseline_name,
        double      aim,
        guint       repetitions)
{
  g_autofree char *escaped = g_strescape (of, NULL);

  printf ("{\"name\": \"%s\", \"of\": \"%s\", \"vocabulary\": \"%s\", \"size\": %" G_GSIZE_FORMAT
          ", \"unit\": \"us\", \"median\": %.4f, \"spread\": %.4f, \"aim\": %g, "
          "\"ratio_to_aim\": %.3f, \"baseline\": \"%s\", \"baseline_median\": %.4f, "
          "\"ratio\": %.3f, \"repetitions\": %u, \"version\": \"%d.%d.%d\"}\n",
          name, escaped, vocabulary, size, ours.median, ours.spread, aim, ours.median / aim,
          baseline_name, baseline, ours.median / baseline, repetitions, GENLM_MAJOR_VERSION,
          GENLM_MINOR_VERSION, GENLM_MICRO_VERSION);
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
  Timing ours = measure (&self, run_cold, 1, repetitions);
  Timing plain = measure (&self, run_plain, 1, repetitions);

  report ("wfsa-next-cold", vocabulary, index->n_tokens, value, ours, plain.median,
          "plain walk of the trie over a table with weights", aim, repetitions);
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
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GenlmWeightedDfa) dfa = build (property, value);
      Case self = { .dfa = dfa, .index = index };
      gint64 start = g_get_monotonic_time ();

      run_cold (&self);
      times[i] = (double) (g_get_monotonic_time () - start);
    }
  report ("wfsa-next-first", vocabulary, index->n_tokens, value, summarize (times, repetitions),
          aim, "the aim", aim, repetitions);
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
  Timing ours = measure (&self, run_warm, 20, repetitions);

  report ("wfsa-next-warm", vocabulary, genlm_vocab_get_size (vocab), value, ours, 60.0, "the aim",
          60.0, repetitions);
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
  report ("wfsa-next-new", vocabulary, genlm_vocab_get_size (vocab), "(?s).{0,100000}",
          summarize (times, repetitions), aim, "the aim", aim, repetitions);
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
  guint i;

  time_prefix (element, bytes);
  for (i = 0; i < repetitions; i++)
    times[i] = time_prefix (element, bytes) / N_BYTES;
  report ("wfsa-prefix-per-byte", "bytes", N_BYTES, value, summarize (times, repetitions), 0.3,
          "the aim", 0.3, repetitions);
}

/* The lines of the file are base64, one token each. */
static GenlmVocab *
load_vocab (const char *name)
{
  g_autofree char *file = g_strdup_printf ("../shared/data/vocab-%s.b64.xz", name);
  const char *argv[] = { "xz", "-dc", file, NULL };
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize i;

  if (!g_file_test (file, G_FILE_TEST_EXISTS)
      || !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL,
                        NULL, NULL))
    {
      g_printerr ("no %s, so its weights are left out\n", file);
      return NULL;
    }
  lines = g_strsplit (text, "\n", -1);
  g_array_append_val (offsets, data->len);
  for (i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      gsize length;
      g_autofree guchar *token = g_base64_decode (lines[i], &length);

      g_byte_array_append (data, token, (guint) length);
      g_array_append_val (offsets, data->len);
    }
  bytes = g_bytes_new (data->data, data->len);
  return genlm_vocab_new_flat (bytes, (const guint32 *) offsets->data, offsets->len, NULL, NULL);
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
      g_autoptr (GenlmVocab) vocab = load_vocab (vocabularies[i].name);
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
