/* Weights of whole vocabularies and prefixes of texts under weighted grammars,
 * beside one prefix for each token of the vocabulary. Run from the source
 * folder: the vocabulary is read from ../shared/data, and left out, with a word
 * about it, where it is not. */

#include <genlm.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-lark-reader.h"
#include "genlm-wcfg-machine.h"

#define N_LONG (1000000u)

static const char json[]
  = "start: value\n"
    "value: object | array | STRING | NUMBER | \"true\" | \"false\" | \"null\"\n"
    "object: \"{\" (pair (\",\" pair)*)? \"}\"\n"
    "pair: STRING \":\" value\n"
    "array: \"[\" (value (\",\" value)*)? \"]\"\n"
    "STRING: /\"[^\"\\\\\\x00-\\x1f]*(\\\\([\"\\\\\\/bfnrt]|u[0-9a-fA-F]{4})[^\"\\\\\\x00-\\x1f]*)*\"/\n"
    "NUMBER: /-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?/\n"
    "%ignore /[ \\t\\r\\n]+/\n";

static const char arithmetic[]
  = "start: expr\n"
    "expr: term ((\"+\"|\"-\") term)*\n"
    "term: factor ((\"*\"|\"/\") factor)*\n"
    "factor: NUMBER | NAME | \"(\" expr \")\"\n"
    "NUMBER: /[0-9]+(\\.[0-9]+)?/\n"
    "NAME: /[a-zA-Z_][a-zA-Z0-9_]*/\n"
    "%ignore /[ \\t\\n]+/\n";

static const char list[] = "start: \"a\" start | \"a\"\n";

typedef struct
{
  double *times; /* in microseconds */
  gsize   n_times;
  double  median;
  double  spread;
} Timing;

static int
compare_times (const void *a,
               const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
finish_timing (Timing *timing)
{
  qsort (timing->times, timing->n_times, sizeof (double), compare_times);
  timing->median = timing->times[timing->n_times / 2];
  timing->spread = timing->times[timing->n_times * 3 / 4] - timing->times[timing->n_times / 4];
}

static void
report (const char   *name,
        const char   *of,
        guint64       size,
        const Timing *ours,
        double        aim,
        const char   *baseline_name,
        double        baseline)
{
  printf ("{\"name\": \"%s\", \"of\": \"%s\", \"size\": %" G_GUINT64_FORMAT
          ", \"unit\": \"us\", \"median\": %.4f, \"spread\": %.4f, \"p99\": %.4f, \"max\": %.4f, "
          "\"aim\": %g, \"ratio_to_aim\": %.3f, \"baseline\": \"%s\", \"baseline_median\": %.4f, "
          "\"ratio\": %.6f, \"repetitions\": %" G_GSIZE_FORMAT ", \"version\": \"%d.%d.%d\"}\n",
          name, of, size, ours->median, ours->spread, ours->times[ours->n_times * 99 / 100],
          ours->times[ours->n_times - 1], aim, ours->median / aim, baseline_name, baseline,
          ours->median / baseline, ours->n_times, GENLM_MAJOR_VERSION, GENLM_MINOR_VERSION,
          GENLM_MICRO_VERSION);
}

static GenlmByteMachine *
make_machine (const char *text)
{
  GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmLarkOptions options = { .ignore = GENLM_GRAMMAR_IGNORE_REPEATED };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = NULL;
  g_autoptr (GenlmGrammar) expanded = NULL;
  GenlmByteMachine *machine = NULL;

  grammar = genlm_grammar_new_from_lark (text, strlen (text), &options, &error);
  if (grammar != NULL)
    expanded = genlm_grammar_expand_ignored (grammar, &error);
  if (expanded != NULL)
    machine = genlm_wcfg_machine_new (expanded, &limits, &error);
  if (machine == NULL)
    g_error ("%s", error->message);
  return machine;
}

/* A document of objects in a list, and an expression, of some thousand bytes. */
static char *
make_document (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  GString *text = g_string_new ("[");
  guint i;

  for (i = 0; i < 20; i++)
    g_string_append_printf (text,
                            "%s{\"id\": %u, \"name\": \"amber basalt %u\", \"email\": "
                            "\"krill%u@example.org\", \"score\": -%u.%u, \"active\": %s, \"tags\": "
                            "[\"harbour\", \"fjord\\n\"], \"address\": {\"street\": \"delta %u\", "
                            "\"geo\": [%u.5, -1.5e3]}}",
                            i > 0 ? ", " : "", i, i * 17, i * 31, i, i * 7, i % 2 ? "true" : "false",
                            i * 3, (guint) g_rand_int_range (rand, 0, 180));
  g_string_append (text, "]");
  return g_string_free (text, FALSE);
}

static char *
make_expression (void)
{
  GString *text = g_string_new ("alpha");
  guint i;

  for (i = 0; i < 60; i++)
    g_string_append_printf (text, " %c (item_%u * %u.%u - %c)", "+-*/"[i % 4], i, i, i * 7,
                            'a' + (int) (i % 26));
  return g_string_free (text, FALSE);
}

/* A document that nests at random, so that hardly two places in it are the
 * same. */
static char *
make_nested (guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) open = g_string_new (NULL);
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < 150; i++)
    {
      gboolean in_object = open->len > 0 && open->str[open->len - 1] == '}';

      if (in_object)
        g_string_append_printf (text, "\"key %u\": ", (guint) g_rand_int_range (rand, 0, 1000));
      if (open->len < 12 && g_rand_boolean (rand))
        {
          g_string_append_c (open, g_rand_boolean (rand) ? '}' : ']');
          g_string_append_c (text, open->str[open->len - 1] == '}' ? '{' : '[');
          if (open->str[open->len - 1] == '}')
            g_string_append_printf (text, "\"first %u\": %u, ", i, i);
          continue;
        }
      g_string_append_printf (text, "\"some %u words\"", i);
      while (open->len > 0 && g_rand_boolean (rand))
        {
          g_string_append_c (text, open->str[open->len - 1]);
          g_string_truncate (open, open->len - 1);
        }
      if (open->len == 0)
        break;
      g_string_append (text, ", ");
    }
  return g_string_free (text, FALSE);
}

/* The contexts of all beginnings of a text, without any state. */
static GPtrArray *
make_contexts (GenlmVocab *vocab,
               const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmContext) whole = genlm_vocab_encode (vocab, bytes, &error);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autofree guint32 *tokens = NULL;
  GPtrArray *contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_context_unref);
  gsize n;
  gsize i;

  g_assert_no_error (error);
  n = genlm_context_get_length (whole);
  tokens = g_new (guint32, n + 1);
  genlm_context_copy_suffix (whole, 0, tokens);
  g_ptr_array_add (contexts, genlm_context_ref (context));
  for (i = 0; i < n; i++)
    {
      GenlmContext *longer = genlm_context_append (context, tokens[i]);

      g_ptr_array_add (contexts, longer);
      genlm_context_unref (context);
      context = genlm_context_ref (longer);
    }
  return contexts;
}

static void
time_weights (GenlmByteMatcher *matcher,
              GPtrArray        *contexts,
              Timing           *timing)
{
  guint i;

  timing->n_times = contexts->len;
  timing->times = g_new (double, contexts->len);
  for (i = 0; i < contexts->len; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GError) error = NULL;

      weights = genlm_byte_matcher_dup_weights (matcher, g_ptr_array_index (contexts, i), &error);
      g_assert_no_error (error);
      timing->times[i] = (double) (g_get_monotonic_time () - start);
    }
  finish_timing (timing);
}

/* What one prefix for each token takes, in microseconds. */
static double
time_prefixes (GenlmByteMachine *machine,
               GenlmByteMatcher *matcher,
               GenlmContext     *context)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gpointer state = genlm_byte_matcher_find_state (matcher, context, NULL);
  gint64 start = g_get_monotonic_time ();
  guint32 token;

  for (token = 0; token < genlm_vocab_get_size (vocab); token++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (vocab, token, &length);
      gpointer next = machine->klass->advance (machine, state, bytes, length, NULL);
      double weight;

      machine->klass->weigh (machine, next, &weight, NULL, NULL);
      machine->klass->unref_state (next);
    }
  return (double) (g_get_monotonic_time () - start);
}

static void
bench_weights (const char *name,
               const char *grammar,
               const char *text,
               const char *other,
               GenlmVocab *vocab,
               guint       repetitions)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (grammar);
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, vocab);
  g_autoptr (GPtrArray) contexts = make_contexts (vocab, text);
  double baseline = 0;
  Timing timing = { 0 };
  guint i;

  time_weights (matcher, contexts, &timing);
  baseline = time_prefixes (machine, matcher, g_ptr_array_index (contexts, contexts->len / 2));
  report ("wcfg-weights-first", name, genlm_vocab_get_size (vocab), &timing, 1000,
          "a prefix for each token", baseline);
  if (other != NULL)
    {
      g_autoptr (GPtrArray) others = make_contexts (vocab, other);

      g_clear_pointer (&timing.times, g_free);
      time_weights (matcher, others, &timing);
      report ("wcfg-weights-other-text", name, genlm_vocab_get_size (vocab), &timing, 1000,
              "a prefix for each token", baseline);
    }
  g_clear_pointer (&timing.times, g_free);
  timing = (Timing){ g_new (double, repetitions), repetitions, 0, 0 };
  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GPtrArray) again = make_contexts (vocab, text);
      gint64 start = g_get_monotonic_time ();
      Timing round = { 0 };

      time_weights (matcher, again, &round);
      timing.times[i] = (double) (g_get_monotonic_time () - start) / again->len;
      g_free (round.times);
    }
  finish_timing (&timing);
  report ("wcfg-weights-again", name, genlm_vocab_get_size (vocab), &timing, 1000,
          "a prefix for each token", baseline);
  g_free (timing.times);
}

static void
bench_prefix (const char *name,
              const char *grammar,
              const char *text,
              double      aim,
              guint       repetitions)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (grammar);
  gsize n = strlen (text);
  Timing timing = { g_new (double, repetitions), repetitions, 0, 0 };
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      gpointer start = machine->klass->dup_start (machine);
      gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, n, NULL);
      double weight;

      machine->klass->weigh (machine, state, &weight, NULL, NULL);
      if (weight == -INFINITY)
        g_error ("The text has no weight");
      machine->klass->unref_state (state);
      machine->klass->unref_state (start);
      timing.times[i] = (double) (g_get_monotonic_time () - begin) / (double) n;
    }
  finish_timing (&timing);
  report ("wcfg-prefix-per-byte", name, n, &timing, aim, "the aim", aim);
  g_free (timing.times);
}

/* One byte more and its prefix, by contexts. */
static void
bench_step (const char *name,
            const char *grammar,
            const char *text,
            guint       repetitions)
{
  g_autoptr (GenlmByteMachine) machine = make_machine (grammar);
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  Timing timing = { g_new (double, repetitions), repetitions, 0, 0 };
  guint i;
  guint k;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GPtrArray) contexts = make_contexts (genlm_vocab_bytes (), text);
      gint64 start = g_get_monotonic_time ();

      for (k = 0; k < contexts->len; k++)
        {
          double weight;

          genlm_byte_matcher_weigh (matcher, g_ptr_array_index (contexts, k), &weight, NULL, NULL);
        }
      timing.times[i] = (double) (g_get_monotonic_time () - start) / contexts->len;
    }
  finish_timing (&timing);
  report ("wcfg-step", name, strlen (text), &timing, 0.3, "the aim", 0.3);
  g_free (timing.times);
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
  return genlm_vocab_new_flat (bytes, (const guint32 *) (gpointer) offsets->data, offsets->len, NULL,
                               NULL);
}

int
main (int    argc,
      char **argv)
{
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 50 : 5;
  g_autofree char *document = make_document ();
  g_autofree char *expression = make_expression ();
  g_autofree char *letters = g_strnfill (N_LONG, 'a');
  g_autoptr (GenlmVocab) vocab = load_vocab ("cl100k_base");

  if (vocab != NULL)
    {
      g_autofree char *nested = make_nested (1);

      bench_weights ("json", json, document, nested, vocab, repetitions);
      bench_weights ("arithmetic-names", arithmetic, expression, NULL, vocab, repetitions);
    }
  bench_prefix ("json", json, document, 0.3, repetitions);
  bench_prefix ("arithmetic-names", arithmetic, expression, 0.3, repetitions);
  bench_prefix ("list", list, letters, 0.3, repetitions);
  bench_step ("json", json, document, repetitions);
  return 0;
}
