/* What masks cost: walks that know nothing yet, masks that were made before,
 * and what stands beside them. The least time counts, as of other programs'
 * time one only has more. Run from the source folder: the vocabularies are read
 * from ../shared/data, and left out, with a word about it, where they are not. */

#include <genlm.h>

#include <string.h>

#include "genlm-byte-matcher.h"
#include "genlm-dfa-machine.h"
#include "genlm-mask-cache.h"
#include "genlm-regex-dfa.h"
#include "genlm-walk-memo.h"
#include "line.h"
#include "vocab.h"

/* The inside of a JSON string, and the quotation mark that ends it. */
#define JSON_STRING "([^\"\\\\\\x00-\\x1f]|\\\\([\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))"

typedef struct
{
  GenlmByteDfa     *dfa;
  GenlmByteState   *state;
  GenlmTrieIndex   *index;
  GenlmByteMatcher *matcher;
  GenlmMaskCache   *cache;
  GenlmWalk        *walk;
  GenlmContext     *context;
  GenlmContext     *last;
  GArray           *cuts;
  guint64          *words;
  guint32           token;
  guint             sink;
} Case;

static GenlmByteDfa *
build (const char *pattern)
{
  GenlmEngineLimits limits = { 1u << 20, G_GUINT64_CONSTANT (1) << 30, 0 };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  if (dfa == NULL)
    g_error ("%s", error->message);
  return dfa;
}

/* The least time of one run. */
static double
measure (BenchBody body,
         Case     *self,
         guint     n_runs,
         guint     repetitions)
{
  return bench_measure (BENCH_CLOCK_WALL, body, self, n_runs, repetitions).least;
}

static void
report (const char *name,
        const char *vocabulary,
        const char *of,
        double      time,
        double      aim)
{
  bench_line_begin (name, of);
  bench_line_text ("vocabulary", vocabulary);
  bench_line_text ("unit", "us");
  bench_line_number ("least", time);
  bench_line_aim (aim, time);
  bench_line_end ();
}

static void
run_walk (gpointer data)
{
  Case *self = data;

  memset (self->words, 0, (self->index->n_tokens / 64 + 1) * sizeof (guint64));
  if (self->cuts != NULL)
    g_array_set_size (self->cuts, 0);
  genlm_trie_walk (self->index, GENLM_TRIE_WALK_ALL, self->dfa, self->state, self->words,
                   self->cuts, NULL, NULL);
  self->sink += self->words[0] & 1;
}

static void
bench_walk (GenlmTrieIndex *index,
            const char     *vocabulary,
            const char     *name,
            const char     *pattern,
            gboolean        with_cuts,
            double          aim,
            guint           repetitions)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern);
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmTrieCut));
  g_autofree guint64 *words = g_new (guint64, index->n_tokens / 64 + 1);
  Case self = { .dfa = dfa, .state = dfa->start, .index = index, .words = words };

  self.cuts = with_cuts ? cuts : NULL;
  report (name, vocabulary, pattern, measure (run_walk, &self, 10, repetitions), aim);
}

static void
run_after (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (self->index, self->dfa, 0);
  g_autoptr (GenlmWalk) after = NULL;

  after = genlm_walk_memo_get_after (memo, self->walk, 0, self->state, NULL, NULL);
  self->sink += after->n_tokens;
}

/* What may follow a name in all the tokens that hold its end: the names are
 * known, what follows is not. */
static void
bench_after (GenlmTrieIndex *index,
             const char     *vocabulary,
             double          aim,
             guint           repetitions)
{
  g_autoptr (GenlmByteDfa) dfa = build ("[A-Za-z0-9_]+|[ ]?[-+*/][0-9]");
  g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, 1 << 26);
  g_autoptr (GenlmWalk) walk = NULL;
  Case self = { .dfa = dfa, .index = index };

  self.state = genlm_byte_dfa_step (dfa, dfa->start, 'a', NULL);
  self.walk = walk = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, self.state, NULL);
  self.state = genlm_byte_dfa_step (dfa, dfa->start, ' ', NULL);
  report ("masks-after-identifier", vocabulary, "[-+*/][0-9]",
          measure (run_after, &self, 1, repetitions), aim);
}

static double
time_index (GenlmVocab *vocab)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (genlm_vocab_to_variant (vocab));
  g_autoptr (GenlmVocab) copy = genlm_vocab_new_from_variant (variant, NULL);
  gint64 start;

  genlm_vocab_get_trie (copy);
  start = g_get_monotonic_time ();
  genlm_trie_index_unref (genlm_trie_index_get (copy));
  return (double) (g_get_monotonic_time () - start);
}

static void
run_cached (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (self->matcher, self->context, NULL);

  self->sink += genlm_token_set_contains (mask, 7);
}

static void
run_cached_words (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = genlm_byte_matcher_dup_mask (self->matcher, self->context, NULL);

  self->sink += genlm_token_set_peek (mask)[0] & 1;
}

static void
bench_cached (GenlmVocab *vocab,
              const char *vocabulary,
              const char *name,
              const char *pattern,
              BenchBody   body,
              double      aim,
              guint       repetitions)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern);
  g_autoptr (GenlmByteMachine) machine = genlm_dfa_machine_new (dfa, dfa->start, 1 << 24);
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, vocab);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  Case self = { .matcher = matcher, .context = context };

  report (name, vocabulary, pattern, measure (body, &self, 1000, repetitions), aim);
}

static void
run_lookup (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = genlm_mask_cache_lookup (self->cache, &self->token,
                                                            sizeof self->token);

  self->sink += mask != NULL;
  self->token = (self->token + 1) & 1023;
}

/* A thousand masks by turns, of few tokens or of many. */
static void
bench_lookup (const char *name,
              guint       n_tokens,
              guint       repetitions)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (1 << 28);
  Case self = { .cache = cache };
  guint i;

  for (i = 0; i < 1024; i++)
    {
      g_autoptr (GenlmTokenSet) mask = NULL;
      guint64 *words;

      mask = genlm_token_set_new_zeroed (100257, &words);
      memset (words, 0xff, n_tokens / 8);
      genlm_mask_cache_insert (cache, &i, sizeof i, mask);
    }
  report (name, "100,257 tokens", "1024 masks", measure (run_lookup, &self, 1024, repetitions),
          0.1);
}

/* One token more, and its mask. */
static void
run_step (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmTokenSet) mask = NULL;
  GenlmContext *longer = genlm_context_append (self->last, self->token);

  genlm_context_unref (self->last);
  self->last = longer;
  mask = genlm_byte_matcher_dup_mask (self->matcher, self->last, NULL);
  self->sink += genlm_token_set_contains (mask, 7);
}

/* Only the mask, its state being known and its mask not. */
static void
run_steady (gpointer data)
{
  Case *self = data;
  GenlmContext *longer = genlm_context_append (self->last, self->token);
  g_autoptr (GenlmTokenSet) mask = NULL;
  gint64 start;

  genlm_context_unref (self->last);
  self->last = longer;
  genlm_byte_matcher_weigh (self->matcher, self->last, NULL, NULL, NULL);
  start = g_get_monotonic_time ();
  mask = genlm_byte_matcher_dup_mask (self->matcher, self->last, NULL);
  self->sink += (guint) (g_get_monotonic_time () - start);
}

/* A string that may be very long, token after token. */
static void
bench_counted (GenlmVocab *vocab,
               const char *vocabulary,
               guint32     token,
               const char *pattern,
               guint       n_steps,
               double      aim)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern);
  g_autoptr (GenlmByteMachine) machine = genlm_dfa_machine_new (dfa, dfa->start, 1 << 26);
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, vocab);
  Case self = { .matcher = matcher, .token = token };
  double time;

  self.last = genlm_context_new ();
  time = measure (run_step, &self, n_steps, 3);
  genlm_context_unref (self.last);
  report ("masks-counted-step", vocabulary, pattern, time, aim);
  self.last = genlm_context_new ();
  self.sink = 0;
  measure (run_steady, &self, n_steps, 3);
  genlm_context_unref (self.last);
  report ("masks-counted-mask", vocabulary, pattern, (double) self.sink / (n_steps * 3 + 1), aim);
}

static void
run_append (gpointer data)
{
  Case *self = data;
  GenlmContext *longer = genlm_context_append (self->context, self->token++ & 0xff);

  genlm_context_unref (longer);
}

static void
run_append_weigh (gpointer data)
{
  Case *self = data;
  g_autoptr (GenlmContext) longer = genlm_context_append (self->context, 'a');
  double prefix;

  genlm_byte_matcher_weigh (self->matcher, longer, &prefix, NULL, NULL);
  self->sink += prefix == 0.0;
}

static void
bench_contexts (guint repetitions)
{
  g_autoptr (GenlmByteDfa) dfa = build ("[a-z]*");
  g_autoptr (GenlmByteMachine) machine = genlm_dfa_machine_new (dfa, dfa->start, 1 << 24);
  g_autoptr (GenlmByteMatcher) matcher = genlm_byte_matcher_new (machine, genlm_vocab_bytes ());
  g_autoptr (GenlmContext) context = genlm_context_new ();
  Case self = { .matcher = matcher, .context = context };

  report ("masks-clone", "bytes", "append to a context and let go",
          measure (run_append, &self, 1000, repetitions), 0.1);
  report ("masks-clone-weigh", "bytes", "the same, and the weight of the prefix",
          measure (run_append_weigh, &self, 1000, repetitions), 0.1);
}

static void
bench_vocab (GenlmVocab *vocab,
             const char *name,
             double      aim,
             guint       repetitions)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("abc", 3);
  g_autoptr (GenlmTrieIndex) index = NULL;
  double time = G_MAXDOUBLE;
  guint32 token = 0;
  guint i;

  for (i = 0; i < 5; i++)
    time = MIN (time, time_index (vocab));
  report ("masks-index", name, "made anew", time, 5000);
  index = genlm_trie_index_get (vocab);
  bench_walk (index, name, "masks-cold", "(([^x]y?)*z)*", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-cold", "(?s).{0,200}", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-cold", "(?s).{0,20}", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-cold", ".*", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-cold", "[A-Za-z_][A-Za-z0-9_]*", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-cold", " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", FALSE, aim, repetitions);
  bench_walk (index, name, "masks-json-string", JSON_STRING "*\"", FALSE, 15, repetitions);
  bench_walk (index, name, "masks-json-string-cuts", JSON_STRING "*\"", TRUE, 15, repetitions);
  bench_walk (index, name, "masks-json-string-cuts", JSON_STRING "{0,50}\"", TRUE, 15, repetitions);
  bench_walk (index, name, "masks-json-string-cuts", JSON_STRING "{1,20}\"", TRUE, 15, repetitions);
  bench_walk (index, name, "masks-identifier-cuts", "[A-Za-z0-9_]*", TRUE, aim, repetitions);
  bench_after (index, name, aim, repetitions);
  bench_cached (vocab, name, "masks-hit", ".*", run_cached, 0.1, repetitions);
  bench_cached (vocab, name, "masks-hit-sparse", "-?[0-9]+", run_cached, 0.1, repetitions);
  bench_cached (vocab, name, "masks-hit-sparse-words", "-?[0-9]+", run_cached_words, 1, repetitions);
  if (genlm_vocab_find (vocab, text, &token))
    {
      bench_counted (vocab, name, token, JSON_STRING "{0,100000}\"", 5000, 2);
      bench_counted (vocab, name, token, JSON_STRING "{0,120}\"", 10, 15);
    }
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    double      aim;
  } vocabularies[] = { { "gpt2", 180 }, { "cl100k_base", 400 }, { "o200k_base", 800 } };
  guint repetitions = argc > 1 && strcmp (argv[1], "--full") == 0 ? 200 : 15;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (vocabularies); i++)
    {
      g_autoptr (GenlmVocab) vocab = bench_load_vocab (vocabularies[i].name);

      if (vocab != NULL)
        bench_vocab (vocab, vocabularies[i].name, vocabularies[i].aim, repetitions);
    }
  bench_lookup ("masks-lookup", 100000, repetitions);
  bench_lookup ("masks-lookup-sparse", 800, repetitions);
  bench_contexts (repetitions);
  return 0;
}
