#include <string.h>

#include "genlm-regex-dfa.h"
#include "genlm-walk-memo.h"
#include "vocabs.h"

static const guint8 letters[] = { 'a', 'b', 'c', 0xc3, 0xa9, '\n' };

static const char *const patterns[] = { "[ab]*", "a|ab|abc|b+c", ".*", "[^\xc3\xa9]+", "(ab|c){0,1200}",
                                        "[a-z]+|[ab]\n?" };

static GenlmByteDfa *
build (const char *pattern)
{
  GenlmEngineLimits limits = { 100000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmTokenSet *
new_set (GenlmTrieIndex   *index,
         guint64         **words)
{
  return genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, words);
}

/* Whether a byte of the set stands right below a node. */
static gboolean
is_followed (GenlmTrieIndex     *index,
             guint32             node,
             const GenlmByteSet *after)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  guint32 end = node + GENLM_TRIE_NODE_EXTENT (&nodes[node]);
  guint32 p;

  for (p = node + 1; p < end; p += GENLM_TRIE_NODE_EXTENT (&nodes[p]))
    if (genlm_byte_set_contains (after, GENLM_TRIE_NODE_BYTE (&nodes[p])))
      return TRUE;
  return FALSE;
}

/* What is kept of a walk must be what walks below the nodes give, less the cuts
 * where nothing of @after comes if that is not NULL. */
static void
check_walk (GenlmTrieIndex     *index,
            GenlmByteDfa       *dfa,
            const GenlmWalk    *walk,
            const guint32      *nodes,
            guint32             n_nodes,
            GenlmByteState     *state,
            const GenlmByteSet *after)
{
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmTrieCut));
  g_autoptr (GHashTable) expected_cuts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GenlmTokenSet) expected = NULL;
  g_autoptr (GenlmTokenSet) found = NULL;
  guint64 *expected_words;
  guint64 *found_words;
  guint n_cuts = 0;
  guint32 i;
  guint32 j;

  state = genlm_byte_dfa_clamp (dfa, state, index->trie->max_depth, NULL);
  expected = new_set (index, &expected_words);
  found = new_set (index, &found_words);
  for (i = 0; i < n_nodes; i++)
    g_assert_true (genlm_trie_walk (index, nodes[i], dfa, state, expected_words, cuts, NULL, NULL));
  genlm_walk_add_tokens (walk, found_words);
  g_assert_true (genlm_token_set_equal (found, expected));
  g_assert_cmpuint (walk->n_tokens, ==, genlm_token_set_get_count (found));
  g_assert_true (walk->tokens != NULL || walk->words != NULL || walk->n_tokens == 0);
  for (i = 0; i < cuts->len; i++)
    {
      GenlmTrieCut cut = g_array_index (cuts, GenlmTrieCut, i);
      gint64 key = (gint64) cut.state->index << 32 | cut.node;

      if (after != NULL && !is_followed (index, cut.node, after))
        continue;
      g_hash_table_add (expected_cuts, g_memdup2 (&key, sizeof key));
    }
  for (i = 0; i < walk->n_cuts; i++)
    for (j = 0; j < walk->cuts[i].n_nodes; j++, n_cuts++)
      {
        gint64 key = (gint64) walk->cuts[i].state->index << 32 | walk->cuts[i].nodes[j];

        g_assert_true (walk->cuts[i].state->accepting);
        g_assert_true (g_hash_table_contains (expected_cuts, &key));
        g_assert_true (j == 0 || walk->cuts[i].nodes[j - 1] < walk->cuts[i].nodes[j]);
      }
  g_assert_cmpuint (n_cuts, ==, g_hash_table_size (expected_cuts));
}

/* A walk of all, and walks from where it was cut, and from where those were. */
static void
check_memo (GenlmWalkMemo      *memo,
            GenlmTrieIndex     *index,
            GenlmByteDfa       *dfa,
            GenlmByteState     *state,
            const GenlmByteSet *after_label)
{
  const guint32 all = GENLM_TRIE_WALK_ALL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWalk) walk = genlm_walk_memo_get (memo, all, state, &error);
  guint32 i;
  guint32 j;

  g_assert_no_error (error);
  check_walk (index, dfa, walk, &all, 1, state, after_label);
  for (i = 0; i < walk->n_cuts; i++)
    {
      g_autoptr (GenlmWalk) after = genlm_walk_memo_get_after (memo, walk, i, state, NULL, &error);

      g_assert_no_error (error);
      check_walk (index, dfa, after, walk->cuts[i].nodes, walk->cuts[i].n_nodes, state,
                  after_label);
      for (j = 0; j < after->n_cuts; j++)
        {
          g_autoptr (GenlmWalk) last = genlm_walk_memo_get_after (memo, after, j, state, NULL, &error);

          g_assert_no_error (error);
          check_walk (index, dfa, last, after->cuts[j].nodes, after->cuts[j].n_nodes, state,
                      after_label);
        }
    }
}

static void
test_random (void)
{
  static const guint64 memories[] = { 0, 4000, 1 << 24 };
  guint seed;
  guint round;

  for (seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
      g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
      g_autoptr (GenlmByteDfa) dfa = build (patterns[seed % G_N_ELEMENTS (patterns)]);
      guint64 memory = memories[seed % G_N_ELEMENTS (memories)];
      g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, memory);

      for (round = 0; round < 2; round++)
        {
          check_memo (memo, index, dfa, dfa->start, NULL);
          g_assert_cmpuint (genlm_walk_memo_get_memory (memo), <=, memory);
        }
    }
}

/* Where it is known what may come after a label, there are no cuts elsewhere. */
static void
test_after (void)
{
  guint seed;
  guint i;

  for (seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
      g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
      g_autoptr (GenlmByteDfa) dfa = build (patterns[seed % G_N_ELEMENTS (patterns)]);
      g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, 1 << 24);
      GenlmByteSet after = { { 0 } };

      for (i = 0; i < G_N_ELEMENTS (letters); i++)
        if (g_rand_int_range (rand, 0, 3) == 0)
          genlm_byte_set_add_range (&after, letters[i], letters[i]);
      genlm_walk_memo_set_after (memo, &after, 1);
      check_memo (memo, index, dfa, dfa->start, &after);
    }
}

/* Walks from equal nodes are one, whichever walks were cut there. */
static void
test_equal_cuts (void)
{
  static const char *const texts[] = { "a", "ac", "acc", "b", "bc", "xa" };
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GenlmVocab) vocab = NULL;
  g_autoptr (GenlmTrieIndex) index = NULL;
  g_autoptr (GenlmByteDfa) dfa = build ("\n?[ab]");
  GenlmByteState *other = genlm_byte_dfa_step (dfa, dfa->start, '\n', NULL);
  g_autoptr (GenlmWalkMemo) memo = NULL;
  g_autoptr (GenlmWalk) one = NULL;
  g_autoptr (GenlmWalk) two = NULL;
  g_autoptr (GenlmWalk) after_one = NULL;
  g_autoptr (GenlmWalk) after_two = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    g_ptr_array_add (tokens, g_bytes_new_static (texts[i], strlen (texts[i])));
  vocab = make_vocab (tokens);
  index = genlm_trie_index_get (vocab);
  memo = genlm_walk_memo_new (index, dfa, 1 << 24);
  one = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, dfa->start, NULL);
  two = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, other, NULL);
  g_assert_true (one != two);
  g_assert_cmpuint (one->n_cuts, ==, 1);
  g_assert_cmpuint (one->cuts[0].n_nodes, ==, 2);
  after_one = genlm_walk_memo_get_after (memo, one, 0, dfa->start, NULL, NULL);
  after_two = genlm_walk_memo_get_after (memo, two, 0, dfa->start, NULL, NULL);
  g_assert_true (after_one == after_two);
}

static void
test_same (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  g_autoptr (GenlmByteDfa) dfa = build ("ab*");
  g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, 1 << 20);
  g_autoptr (GenlmWalk) first = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, dfa->start, NULL);
  g_autoptr (GenlmWalk) second = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, dfa->start, NULL);

  g_assert_true (first == second);
  g_assert_cmpuint (genlm_walk_memo_get_memory (memo), >, 0);
}

/* A walk that was done needs no room. */
static void
test_room (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  g_autoptr (GenlmByteDfa) dfa = build (".*");
  g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, 1 << 20);
  g_autoptr (GenlmWalk) walk = genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, dfa->start, NULL);
  g_autoptr (GenlmWalk) after = NULL;
  g_autoptr (GenlmWalk) again = NULL;
  g_autoptr (GError) error = NULL;
  guint64 room = 1;

  g_assert_null (genlm_walk_memo_get_after (memo, walk, 0, dfa->start, &room, &error));
  g_assert_no_error (error);
  room = G_MAXUINT32;
  after = genlm_walk_memo_get_after (memo, walk, 0, dfa->start, &room, &error);
  g_assert_nonnull (after);
  g_assert_cmpuint (room, <, G_MAXUINT32);
  room = 0;
  again = genlm_walk_memo_get_after (memo, walk, 0, dfa->start, &room, &error);
  g_assert_true (again == after);
}

static void
test_limit (void)
{
  GenlmEngineLimits limits = { 3, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GenlmWalkMemo) memo = NULL;
  g_autoptr (GError) error = NULL;

  dfa = genlm_regex_dfa_new ("ab|cd|ef|gh", 11, NULL, &limits, NULL);
  memo = genlm_walk_memo_new (index, dfa, 1 << 20);
  g_assert_null (genlm_walk_memo_get (memo, GENLM_TRIE_WALK_ALL, dfa->start, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

typedef struct
{
  GenlmWalkMemo  *memo;
  GenlmTrieIndex *index;
  GenlmByteDfa   *dfa;
} Hammer;

static gpointer
hammer (gpointer data)
{
  Hammer *self = data;
  guint i;

  for (i = 0; i < 20; i++)
    check_memo (self->memo, self->index, self->dfa, self->dfa->start, NULL);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GenlmVocab) vocab = make_random_vocab (rand, letters, G_N_ELEMENTS (letters));
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (vocab);
  g_autoptr (GenlmByteDfa) dfa = build ("(a|b|c|\n){1,40}");
  g_autoptr (GenlmWalkMemo) memo = genlm_walk_memo_new (index, dfa, 20000);
  Hammer self = { memo, index, dfa };
  GThread *threads[8];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, &self);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/walk-memo/random", test_random);
  g_test_add_func ("/engine/walk-memo/after", test_after);
  g_test_add_func ("/engine/walk-memo/equal-cuts", test_equal_cuts);
  g_test_add_func ("/engine/walk-memo/same", test_same);
  g_test_add_func ("/engine/walk-memo/room", test_room);
  g_test_add_func ("/engine/walk-memo/limit", test_limit);
  g_test_add_func ("/engine/walk-memo/threads", test_threads);
  return g_test_run ();
}
