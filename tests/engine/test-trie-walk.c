#include <string.h>

#include "genlm-regex-dfa.h"
#include "genlm-trie-walk.h"
#include "vocabs.h"

static const guint8 letters[] = { 'a', 'b', 'c', 0xc3, 0xa9, 0xe2, 0x82, 0xac, '\n', 0xff };

static const char *const patterns[] = {
  "[ab]*", "a(b|ca)*", ".*", "[^a]*", "(?!ab).*", "[a-z]*c", "\xc3\xa9+", "[a-\xc3\xa9]*", "",
  "[]", "(?s).*", "[^\xc3\xa9]*", "[^\xe2\x82\xac]*", "[a-z\xc2\x80-\xe2\x82\xab]*",
  "([a-c]|[^\\x00-\\x7f]x?)*", "b[^c]*", ".{0,1500}", "(.{200,300}b){2,}", "[ab]{3,9}\xc3\xa9?",
  ".{0,4}", "[abc]{2,3}\n", "[^a]{1,5}a.*", "(?s).{0,3}", ".{2,}", "[a-z\xc3\xa9]{0,2}(b\n)*",
  "[a-z]{1,40}", ".{0,70}(a|\n)", "(?s).{33}b.*", "([a-z]{0,3}\n){0,50}", "[a-z\xe2\x82\xac]{2}.?",
  "(?=.{5,400}c)[ab]*c", "a{1000}.*", "(?!.{0,150}bb).*",
};

static GenlmByteDfa *
build (const char *pattern,
       guint       max_states)
{
  GenlmEngineLimits limits = { max_states, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmTokenSet *
walk (GenlmTrieIndex  *index,
      guint32          below,
      GenlmByteDfa    *dfa,
      GenlmByteState  *state,
      GArray          *cuts,
      GError         **error)
{
  g_autoptr (GenlmTokenSet) set = NULL;
  guint64 *words;

  set = genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, &words);
  if (!genlm_trie_walk (index, below, dfa, state, words, cuts, NULL, error))
    return NULL;
  return g_steal_pointer (&set);
}

/* The tokens of a walk, and a step for each token, must say the same. */
static void
check_all (GenlmTrieIndex *index,
           GenlmByteDfa   *dfa,
           GenlmByteState *state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmTrieCut));
  g_autoptr (GenlmTokenSet) mask = walk (index, GENLM_TRIE_WALK_ALL, dfa, state, NULL, &error);
  g_autoptr (GenlmTokenSet) cut_mask = NULL;
  guint32 token;

  g_assert_no_error (error);
  for (token = 0; token < index->n_tokens; token++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (index->vocab, token, &length);
      GenlmByteState *after = genlm_byte_dfa_walk (dfa, state, bytes, length, &error);

      g_assert_no_error (error);
      if (genlm_token_set_contains (mask, token) != (after != dfa->dead))
        g_test_message ("token %u of %u bytes from state %u", token, (guint) length, state->index);
      g_assert_cmpint (genlm_token_set_contains (mask, token), ==, after != dfa->dead);
    }
  g_assert_false (genlm_token_set_contains (mask, index->n_tokens));
  cut_mask = walk (index, GENLM_TRIE_WALK_ALL, dfa, state, cuts, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_token_set_equal (mask, cut_mask));
}

static int
compare_cuts (gconstpointer a,
              gconstpointer b)
{
  const GenlmTrieCut *x = a;
  const GenlmTrieCut *y = b;

  return x->node < y->node ? -1 : x->node > y->node;
}

/* States of one cut may differ in what cannot be told in a token. */
static gboolean
same_accepts (const GenlmByteState *x,
              const GenlmByteState *y)
{
  return x->n_accepts == y->n_accepts
         && memcmp (x->accepts, y->accepts, x->n_accepts * sizeof (guint32)) == 0;
}

/* Steps over the whole trie, node by node; compares the tokens and cuts of a
 * walk below every node that has some below it, and of one of all. */
static void
check_below (GenlmTrieIndex *index,
             GenlmByteDfa   *dfa,
             GenlmByteState *start,
             guint32         below)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  gboolean all = below == GENLM_TRIE_WALK_ALL;
  guint32 depth_before = all ? 0 : GENLM_TRIE_NODE_DEPTH (&nodes[below]);
  guint32 end = all ? index->trie->n_nodes : below + GENLM_TRIE_NODE_EXTENT (&nodes[below]);
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmTrieCut));
  g_autoptr (GenlmTokenSet) found = walk (index, below, dfa, start, cuts, NULL);
  g_autoptr (GenlmTokenSet) expected = NULL;
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  guint64 *words;
  guint n_cuts = 0;
  guint32 p;

  expected = genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, &words);
  for (p = 0; all && start != dfa->dead && p < index->trie->n_empty_tokens; p++)
    words[index->trie->empty_tokens[p] / 64]
      |= G_GUINT64_CONSTANT (1) << (index->trie->empty_tokens[p] % 64);
  g_array_sort (cuts, compare_cuts);
  states[depth_before] = start;
  for (p = all ? 0 : below + 1; p < end; p++)
    {
      guint32 depth = GENLM_TRIE_NODE_DEPTH (&nodes[p]);
      guint32 token = GENLM_TRIE_NODE_TOKEN (&nodes[p]);

      states[depth] = genlm_byte_dfa_step (dfa, states[depth - 1],
                                           GENLM_TRIE_NODE_BYTE (&nodes[p]), NULL);
      if (token != GENLM_TRIE_NO_TOKEN && states[depth] != dfa->dead)
        words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
      if (!states[depth]->accepting || GENLM_TRIE_NODE_EXTENT (&nodes[p]) == 1)
        continue;
      g_assert_cmpuint (n_cuts, <, cuts->len);
      g_assert_cmpuint (g_array_index (cuts, GenlmTrieCut, n_cuts).node, ==, p);
      g_assert_true (same_accepts (g_array_index (cuts, GenlmTrieCut, n_cuts).state, states[depth]));
      n_cuts++;
    }
  g_assert_cmpuint (n_cuts, ==, cuts->len);
  g_assert_true (genlm_token_set_equal (found, expected));
}

static void
check_pattern (GenlmTrieIndex *index,
               const char     *pattern,
               const char     *text)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern, 100000);
  GenlmByteState *state = dfa->start;
  gsize i;

  check_all (index, dfa, state);
  for (i = 0; text[i] != '\0'; i++)
    {
      state = genlm_byte_dfa_step (dfa, state, (guint8) text[i], NULL);
      check_all (index, dfa, state);
    }
}

static void
test_random (void)
{
  guint seed;
  guint i;

  for (seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
      g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);

      for (i = 0; i < G_N_ELEMENTS (patterns); i++)
        check_pattern (index, patterns[i], "ab\xc3\xa9" "c\xe2\x82\xac");
    }
}

static void
test_below (void)
{
  guint seed;
  guint32 node;

  for (seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
      g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
      g_autoptr (GenlmByteDfa) dfa = build (patterns[seed % G_N_ELEMENTS (patterns)], 100000);

      check_below (index, dfa, dfa->start, GENLM_TRIE_WALK_ALL);
      check_below (index, dfa, dfa->dead, GENLM_TRIE_WALK_ALL);
      for (node = 0; node < MIN (index->trie->n_nodes, 300); node++)
        check_below (index, dfa, dfa->start, node);
    }
}

static void
test_bytes (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());

  check_pattern (index, "a(b|c)", "abc");
  check_pattern (index, ".*", "\xf0\x9f\x98\x80");
}

static void
test_limit (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  g_autoptr (GenlmByteDfa) dfa = build ("ab|cd|ef|gh", 3);
  g_autoptr (GError) error = NULL;

  g_assert_null (walk (index, GENLM_TRIE_WALK_ALL, dfa, dfa->start, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

/* The bit of EOS is the caller's. */
static void
test_eos (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  g_autoptr (GenlmByteDfa) dfa = build (".*", 1000);
  guint64 words[5] = { 0, 0, 0, 0, 1 };

  g_assert_true (genlm_trie_walk (index, GENLM_TRIE_WALK_ALL, dfa, dfa->start, words, NULL, NULL, NULL));
  g_assert_cmpuint (words[4], ==, 1);
  words[4] = 0;
  g_assert_true (genlm_trie_walk (index, GENLM_TRIE_WALK_ALL, dfa, dfa->start, words, NULL, NULL, NULL));
  g_assert_cmpuint (words[4], ==, 0);
}

/* Vocabularies with the same content have one index; one that nobody holds
 * stays with its vocabulary. */
static void
test_index (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GRand) same_rand = g_rand_new_with_seed (1);
  g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
  g_autoptr (GenlmVocab) same = make_random_vocab (same_rand, letters, G_N_ELEMENTS (letters));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  g_autoptr (GenlmTrieIndex) same_index = genlm_trie_index_get (same);
  g_autoptr (GenlmTrieIndex) other_index = genlm_trie_index_get (genlm_vocab_bytes ());
  gconstpointer first;

  g_assert_true (vocab != same);
  g_assert_true (index == same_index);
  g_assert_true (index != other_index);
  genlm_trie_index_unref (genlm_trie_index_ref (index));
  first = index;
  genlm_trie_index_unref (g_steal_pointer (&same_index));
  genlm_trie_index_unref (g_steal_pointer (&index));
  index = genlm_trie_index_get (vocab);
  g_assert_true (index == first);
  genlm_trie_index_unref (g_steal_pointer (&index));
  same_index = genlm_trie_index_get (same);
  g_assert_true (same_index != first);
  g_assert_true (same_index->vocab == same);
  index = genlm_trie_index_get (vocab);
  g_assert_true (index == same_index);
}

static gpointer
take_index (gpointer vocab)
{
  guint i;

  for (i = 0; i < 500; i++)
    {
      g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);

      g_assert_true (genlm_vocab_equal (index->vocab, vocab));
    }
  return NULL;
}

/* Threads take and let go the index of one content, in several vocabularies. */
static void
test_index_threads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GRand) same_rand = g_rand_new_with_seed (1);
  g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
  g_autoptr (GenlmVocab) same = make_random_vocab (same_rand, letters, G_N_ELEMENTS (letters));
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("index", take_index, i % 2 == 0 ? vocab : same);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
check_vocab (gconstpointer name)
{
  g_autoptr (GenlmVocab) vocab = load_vocab (name);
  g_autoptr (GenlmTrieIndex) index = NULL;

  if (vocab == NULL)
    {
      g_test_skip ("the vocabulary is not in ../shared/data");
      return;
    }
  index = genlm_trie_index_get (vocab);
  check_pattern (index, " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", " Paris, L");
  check_pattern (index, ".*", "\xe2\x82");
  check_pattern (index, "\"[^\"\\\\\\x00-\\x1f]*\"", "\"x\"");
  check_pattern (index, "[\\s\\S]*[eE]njoy\\s+[A-Za-z]+ing[\\s\\S]*", "I enjoy ");
  check_pattern (index, "(?!.*the).{0,100}", " th");
  check_pattern (index, ".{0,1000}", "ab");
  check_pattern (index, "[^ ]+( [^ ]+){3}", "a b");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/trie-walk/random", test_random);
  g_test_add_func ("/engine/trie-walk/below", test_below);
  g_test_add_func ("/engine/trie-walk/bytes", test_bytes);
  g_test_add_func ("/engine/trie-walk/limit", test_limit);
  g_test_add_func ("/engine/trie-walk/eos", test_eos);
  g_test_add_func ("/engine/trie-walk/index", test_index);
  g_test_add_func ("/engine/trie-walk/index-threads", test_index_threads);
  g_test_add_data_func ("/engine/trie-walk/gpt2", "gpt2", check_vocab);
  g_test_add_data_func ("/engine/trie-walk/cl100k", "cl100k_base", check_vocab);
  g_test_add_data_func ("/engine/trie-walk/o200k", "o200k_base", check_vocab);
  return g_test_run ();
}
