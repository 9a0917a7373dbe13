/* Weights of whole vocabularies and prefixes of texts under weighted grammars,
 * beside one prefix for each token of the vocabulary. Run from the source
 * folder: the vocabulary is read from ../shared/data, and left out, with a word
 * about it, where it is not. */

#include <genlm.h>

#include <math.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-lark-reader.h"
#include "genlm-wcfg-machine.h"
#include "line.h"
#include "vocab.h"

#define N_LONG (1000000u)

#define VOCABULARY "cl100k_base"
#define BASELINE "a prefix for each token"

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

static BenchTiming
time_weights (GenlmByteMatcher *matcher,
              GPtrArray        *contexts)
{
  g_autofree double *times = g_new (double, contexts->len);
  guint i;

  for (i = 0; i < contexts->len; i++)
    {
      double start = bench_clock_read (BENCH_CLOCK_WALL);
      g_autoptr (GenlmWeights) weights = NULL;
      g_autoptr (GError) error = NULL;

      weights = genlm_byte_matcher_dup_weights (matcher, g_ptr_array_index (contexts, i), &error);
      g_assert_no_error (error);
      times[i] = bench_clock_read (BENCH_CLOCK_WALL) - start;
    }
  return bench_summarize (times, contexts->len);
}

/* What one prefix for each token takes, in microseconds. */
static double
time_prefixes (GenlmByteMachine *machine,
               GenlmByteMatcher *matcher,
               GenlmContext     *context)
{
  GenlmVocab *vocab = genlm_byte_matcher_get_vocab (matcher);
  gpointer state = genlm_byte_matcher_find_state (matcher, context, NULL);
  double start = bench_clock_read (BENCH_CLOCK_WALL);
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
  return bench_clock_read (BENCH_CLOCK_WALL) - start;
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
  g_autofree double *times = g_new (double, repetitions);
  guint32 n_tokens = genlm_vocab_get_size (vocab);
  BenchTiming timing;
  double baseline;
  guint i;

  timing = time_weights (matcher, contexts);
  baseline = time_prefixes (machine, matcher, g_ptr_array_index (contexts, contexts->len / 2));
  bench_report_timing ("wcfg-weights-first", name, VOCABULARY, n_tokens, &timing, 1000, BASELINE,
                       baseline);
  if (other != NULL)
    {
      g_autoptr (GPtrArray) others = make_contexts (vocab, other);

      timing = time_weights (matcher, others);
      bench_report_timing ("wcfg-weights-other-text", name, VOCABULARY, n_tokens, &timing, 1000,
                           BASELINE, baseline);
    }
  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GPtrArray) again = make_contexts (vocab, text);
      double start = bench_clock_read (BENCH_CLOCK_WALL);

      time_weights (matcher, again);
      times[i] = (bench_clock_read (BENCH_CLOCK_WALL) - start) / again->len;
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wcfg-weights-again", name, VOCABULARY, n_tokens, &timing, 1000, BASELINE,
                       baseline);
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
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      double begin = bench_clock_read (BENCH_CLOCK_WALL);
      gpointer start = machine->klass->dup_start (machine);
      gpointer state = machine->klass->advance (machine, start, (const guint8 *) text, n, NULL);
      double weight;

      machine->klass->weigh (machine, state, &weight, NULL, NULL);
      if (weight == -INFINITY)
        g_error ("The text has no weight");
      machine->klass->unref_state (state);
      machine->klass->unref_state (start);
      times[i] = (bench_clock_read (BENCH_CLOCK_WALL) - begin) / (double) n;
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wcfg-prefix-per-byte", name, NULL, n, &timing, aim, NULL, 0);
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
  g_autofree double *times = g_new (double, repetitions);
  BenchTiming timing;
  guint i;
  guint k;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GPtrArray) contexts = make_contexts (genlm_vocab_bytes (), text);
      double start = bench_clock_read (BENCH_CLOCK_WALL);

      for (k = 0; k < contexts->len; k++)
        {
          double weight;

          genlm_byte_matcher_weigh (matcher, g_ptr_array_index (contexts, k), &weight, NULL, NULL);
        }
      times[i] = (bench_clock_read (BENCH_CLOCK_WALL) - start) / contexts->len;
    }
  timing = bench_summarize (times, repetitions);
  bench_report_timing ("wcfg-step", name, NULL, strlen (text), &timing, 0.3, NULL, 0);
}

int
main (int    argc,
      char **argv)
{
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 50 : 5;
  g_autofree char *document = make_document ();
  g_autofree char *expression = make_expression ();
  g_autofree char *letters = g_strnfill (N_LONG, 'a');
  g_autoptr (GenlmVocab) vocab = bench_load_vocab (VOCABULARY);

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
