/* What masks of grammars cost, the step by the token included: over the texts
 * of ../shared/data/grammars.jsonl, anew for each text and shared with those
 * before, in several ways of writing the same language, and shared by two threads
 * at once, compared with one; and prefix by byte. The
 * least time counts, as of other programs' time one only has more. Run from the
 * source folder: what is not in ../shared/data is left out, with a word about
 * it. */

#include <genlm.h>

#include <json-glib/json-glib.h>
#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-earley-machine.h"
#include "genlm-lark-reader.h"
#include "genlm-trie-index.h"
#include "line.h"
#include "vocab.h"

/* Every so many tokens there is a mask without caches, for comparison. */
#define PLAIN_STEP (53u)

/* How many threads read a text at once, and how often. */
#define N_THREADS  (2u)
#define N_PASSES   (100u)

#define JSON_TERMINALS                                                                             \
  "NUMBER: /-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?/\n%ignore /[ \\t\\r\\n]+/\n"
#define NAME_TERMINALS                                                                             \
  "NUMBER: /[0-9]+(\\.[0-9]+)?/\nNAME: /[a-zA-Z_][a-zA-Z0-9_]*/\n%ignore /[ \\t\\n]+/\n"

/* Other ways of writing the samples' grammars. */
static const struct
{
  const char *sample;
  const char *name;
  const char *grammar;
} writings[] = {
  { "json", "json, right-recursive",
    "start: v\nv: \"{\" (\"}\" | p) | \"[\" (\"]\" | l) | STRING | NUMBER | \"true\" | \"false\" | \"null\"\n"
    "p: STRING \":\" v (\"}\" | \",\" p)\nl: v (\"]\" | \",\" l)\n"
    "STRING: /\"([^\"\\\\\\x00-\\x1f]|\\\\([\"\\\\\\/bfnrt]|u[0-9a-fA-F]{4}))*\"/\n" JSON_TERMINALS },
  { "json", "json, strings as rules",
    "start: v\nv: \"{\" (p (\",\" p)*)? \"}\" | \"[\" (v (\",\" v)*)? \"]\" | s | NUMBER | \"true\" | \"false\""
    " | \"null\"\np: s \":\" v\ns: \"\\\"\" CHAR* \"\\\"\"\n"
    "CHAR: /[^\"\\\\\\x00-\\x1f]|\\\\([\"\\\\\\/bfnrt]|u[0-9a-fA-F]{4})/\n" JSON_TERMINALS },
  { "arithmetic-names", "arithmetic-names, left-recursive",
    "start: e\ne: e \"+\" t | e \"-\" t | t\nt: t \"*\" f | t \"/\" f | f\nf: NUMBER | NAME | \"(\" e "
    "\")\"\n" NAME_TERMINALS },
  { "arithmetic-names", "arithmetic-names, right-recursive",
    "start: e\ne: t \"+\" e | t \"-\" e | t\nt: f \"*\" t | f \"/\" t | f\nf: NUMBER | NAME | \"(\" e "
    "\")\"\n" NAME_TERMINALS },
  { "arithmetic-names", "arithmetic-names, ambiguous",
    "start: e\ne: e \"+\" e | e \"-\" e | e \"*\" e | e \"/\" e | NUMBER | NAME | \"(\" e \")\"\n" NAME_TERMINALS },
};

typedef struct
{
  const char *grammar;
  GenlmVocab *vocab;
  guint32    *tokens;
  guint       n_tokens;
} Case;

static GenlmByteMatcher *
make_matcher (const Case *self,
              gboolean    without_caches)
{
  const GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES,
                                     GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  const GenlmLarkOptions options = { .ignore = GENLM_GRAMMAR_IGNORE_REPEATED };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmGrammar) grammar = NULL;
  g_autoptr (GenlmByteMachine) machine = NULL;

  grammar = genlm_grammar_new_from_lark (self->grammar, strlen (self->grammar), &options, &error);
  if (grammar != NULL)
    machine = genlm_earley_machine_new (grammar, &limits, without_caches, &error);
  if (machine == NULL)
    g_error ("%s", error->message);
  return genlm_byte_matcher_new (machine, self->vocab);
}

/* The time of a mask and the step, on average over the text; @longest of the
 * slowest. */
static double
time_masks (const Case       *self,
            GenlmByteMatcher *matcher,
            double           *longest)
{
  g_autoptr (GenlmContext) context = genlm_context_new ();
  double begin = bench_clock_read (BENCH_CLOCK_THREAD);
  double before = begin;
  guint i;

  *longest = 0;
  for (i = 0; i < self->n_tokens; i++)
    {
      g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (matcher, context, NULL);
      GenlmContext *longer;
      double now;

      if (mask == NULL || !genlm_token_set_contains (mask, self->tokens[i]))
        g_error ("Token %u of the text is not allowed", i);
      longer = genlm_context_append (context, self->tokens[i]);
      genlm_context_unref (context);
      context = longer;
      now = bench_clock_read (BENCH_CLOCK_THREAD);
      *longest = MAX (*longest, now - before);
      before = now;
    }
  return (before - begin) / self->n_tokens;
}

/* As above, every now and then, when tokens are read one by one. */
static double
time_plain (const Case *self)
{
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (self, TRUE);
  double sum = 0;
  guint n_masks = 0;
  guint i;

  for (i = 0; i < self->n_tokens; i += PLAIN_STEP)
    {
      g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (self->tokens, i);
      g_autoptr (GenlmTokenSet) mask = NULL;
      double begin;

      genlm_byte_matcher_weigh (matcher, context, NULL, NULL, NULL);
      begin = bench_clock_read (BENCH_CLOCK_THREAD);
      mask = genlm_byte_matcher_dup_mask (matcher, context, NULL);
      sum += bench_clock_read (BENCH_CLOCK_THREAD) - begin;
      n_masks++;
    }
  return sum / n_masks;
}

static void
report (const char *name,
        const char *of,
        guint       size,
        double      least,
        double      longest,
        double      aim,
        const char *baseline_name,
        double      baseline,
        guint       repetitions)
{
  bench_line_begin (name, of);
  bench_line_count ("size", size);
  bench_line_text ("unit", "us");
  bench_line_number ("least", least);
  bench_line_number ("longest", longest);
  bench_line_aim (aim, least);
  bench_line_text ("baseline", baseline_name);
  bench_line_number ("baseline_least", baseline);
  bench_line_number ("ratio", least / baseline);
  bench_line_count ("repetitions", repetitions);
  bench_line_end ();
}

static void
bench_masks (const Case *self,
             const char *name,
             double      aim,
             guint       repetitions)
{
  double plain = time_plain (self);
  double anew = G_MAXDOUBLE;
  double shared = G_MAXDOUBLE;
  double longest = 0;
  double longest_anew = 0;
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GenlmByteMatcher) matcher = make_matcher (self, FALSE);
      double longest_here;
      double time = time_masks (self, matcher, &longest_here);

      if (time < anew)
        longest_anew = longest_here;
      anew = MIN (anew, time);
      time = time_masks (self, matcher, &longest_here);
      if (time < shared)
        longest = longest_here;
      shared = MIN (shared, time);
    }
  report ("grammar-mask-anew", name, self->n_tokens, anew, longest_anew, aim, "reading every token",
          plain, repetitions);
  report ("grammar-mask-shared", name, self->n_tokens, shared, longest, aim, "reading every token",
          plain, repetitions);
}

/* The text again and again, as one of several threads. */
typedef struct
{
  const Case       *of;
  GenlmByteMatcher *matcher;
} Reader;

static gpointer
read_again (gpointer data)
{
  const Reader *self = data;
  double longest;
  guint i;

  for (i = 0; i < N_PASSES; i++)
    time_masks (self->of, self->matcher, &longest);
  return NULL;
}

/* A mask's share of the time in which so many threads have all read the text. */
static double
time_threads (Reader *reader,
              guint   n_threads)
{
  gint64 begin = g_get_monotonic_time ();
  GThread *threads[N_THREADS];
  guint i;

  for (i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("reader", read_again, reader);
  for (i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  return (double) (g_get_monotonic_time () - begin) / (N_PASSES * n_threads * reader->of->n_tokens);
}

static void
bench_threads (const Case *self,
               const char *name,
               guint       repetitions)
{
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (self, FALSE);
  Reader reader = { self, matcher };
  double one = G_MAXDOUBLE;
  double several = G_MAXDOUBLE;
  guint i;

  read_again (&reader);
  for (i = 0; i < repetitions; i++)
    {
      one = MIN (one, time_threads (&reader, 1));
      several = MIN (several, time_threads (&reader, N_THREADS));
    }
  report ("grammar-mask-threads", name, N_THREADS, several, several, one, "one thread", one,
          repetitions);
}

/* Of a context of which nothing is known yet, when the machine has read such
 * texts before. */
static void
bench_prefix (const Case *self,
              const char *name,
              const char *text,
              guint       repetitions)
{
  Case bytes_case = { self->grammar, genlm_vocab_bytes (), NULL, 0 };
  g_autoptr (GenlmByteMatcher) matcher = make_matcher (&bytes_case, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  double first = 0;
  double least = G_MAXDOUBLE;
  guint i;

  for (i = 0; i < repetitions; i++)
    {
      g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
      double begin = bench_clock_read (BENCH_CLOCK_THREAD);
      double prefix;
      double time;

      if (!genlm_byte_matcher_weigh (matcher, context, &prefix, NULL, NULL) || prefix != 0.0)
        g_error ("The text has no weight");
      time = (bench_clock_read (BENCH_CLOCK_THREAD) - begin) / (double) strlen (text);
      if (i == 0)
        first = time;
      least = MIN (least, time);
    }
  report ("grammar-prefix-per-byte", name, (guint) strlen (text), least, first, 0.3,
          "the first time", first, repetitions);
}

static void
bench_sample (JsonObject *sample,
              GenlmVocab *vocab,
              guint       repetitions)
{
  JsonObject *test = json_array_get_object_element (json_object_get_array_member (sample, "tests"), 0);
  JsonArray *tokens = json_object_get_array_member (test, "tokens");
  const char *name = json_object_get_string_member (sample, "id");
  double aim = strcmp (name, "arithmetic-names") == 0 ? 6.0 : 1.5;
  g_autofree guint32 *ids = g_new (guint32, json_array_get_length (tokens));
  Case self = { json_object_get_string_member (sample, "grammar"), vocab, ids,
                json_array_get_length (tokens) };
  guint i;

  for (i = 0; i < self.n_tokens; i++)
    ids[i] = (guint32) json_array_get_int_element (tokens, i);
  bench_masks (&self, name, aim, repetitions);
  bench_threads (&self, name, repetitions);
  bench_prefix (&self, name, json_object_get_string_member (test, "text"), repetitions);
  for (i = 0; i < G_N_ELEMENTS (writings); i++)
    if (strcmp (writings[i].sample, name) == 0)
      {
        self.grammar = writings[i].grammar;
        bench_masks (&self, writings[i].name, aim, repetitions);
      }
}

int
main (int    argc,
      char **argv)
{
  static const char file[] = "../shared/data/grammars.jsonl";
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 50 : 3;
  g_autoptr (GenlmVocab) vocab = bench_load_vocab ("cl100k_base");
  g_autoptr (GenlmTrieIndex) index = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint i;

  if (vocab == NULL || !g_file_get_contents (file, &text, NULL, NULL))
    {
      g_printerr ("no %s, or no vocabulary beside it, so there is nothing to do\n", file);
      return 0;
    }
  index = genlm_trie_index_get (vocab);
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_autoptr (JsonNode) sample = json_from_string (lines[i], NULL);

      bench_sample (json_node_get_object (sample), vocab, repetitions);
    }
  return 0;
}
