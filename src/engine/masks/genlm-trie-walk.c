#include "genlm-trie-walk.h"

#include "genlm-char-bucket.h"
#include "genlm-config.h"

#define BIT(bucket) GENLM_BUCKET_BIT (bucket)

/* About how many tokens the pass over all tokens does in the time that the
 * walk needs for one node. */
#define TOKENS_PER_NODE    (4u)

/* Smaller subtrees are walked rather than looked into. */
#define MIN_WHOLE_EXTENT   (6u)

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

/* Whether every rest of a character from @place on, read in @state, leads to
 * @home and is not accepted on the way. Follows at most the bytes of one
 * character. */
static gboolean
leads_home (GenlmByteDfa    *dfa,
            GenlmByteState  *home,
            GenlmByteState  *state,
            GenlmUtf8Place   place,
            GError         **error)
{
  /* By place: the state that was followed last, for its neighbours mostly lead
   * to the same. */
  GenlmByteState *followed[GENLM_UTF8_BROKEN] = { NULL };
  guint byte;

  for (byte = 0x80; byte <= 0xf4; byte++)
    {
      GenlmUtf8Place after = genlm_utf8_place_next (place, (guint8) byte);
      GenlmByteState *next;

      if (after == GENLM_UTF8_BROKEN)
        continue;
      next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);
      if (next == NULL)
        return FALSE;
      if (after == GENLM_UTF8_BOUNDARY)
        {
          if (next != home)
            return FALSE;
          continue;
        }
      if (followed[after] != next
          && (next->accepting || !leads_home (dfa, home, next, after, error)))
        return FALSE;
      followed[after] = next;
    }
  return TRUE;
}

/* Finds the buckets of which @state does not read all characters and stay what
 * it is, and notes them in it. */
static gboolean
find_outside (GenlmByteDfa    *dfa,
              GenlmByteState  *state,
              guint64         *outside,
              GError         **error)
{
  GError *local_error = NULL;
  guint64 inside = 0;
  guint byte;

  *outside = __atomic_load_n (&state->outside, __ATOMIC_RELAXED);
  if (*outside != 0)
    return TRUE;
  *outside = BIT (GENLM_BUCKET_SEVERAL) | BIT (GENLM_BUCKET_BROKEN);
  for (byte = 0; byte < 0x80; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);

      if (next == NULL)
        return FALSE;
      if (next == state)
        inside |= BIT (genlm_char_bucket_ascii ((guint8) byte));
      else
        *outside |= BIT (genlm_char_bucket_ascii ((guint8) byte));
    }
  if (inside != 0 && leads_home (dfa, state, state, GENLM_UTF8_BOUNDARY, &local_error))
    *outside &= ~BIT (GENLM_BUCKET_SEVERAL);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if ((inside & ~*outside) == 0)
    *outside = GENLM_BUCKET_ALL;
  __atomic_store_n (&state->outside, *outside, __ATOMIC_RELAXED);
  return TRUE;
}

/* Sets the bits of all tokens that hold nothing of @outside. */
CLONES static void
add_tokens_inside (const guint64 *token_buckets,
                   gsize          n_tokens,
                   guint64        outside,
                   guint64       *words)
{
  gsize n_words = n_tokens / 64;
  gsize i;
  guint64 j;

  for (i = 0; i < n_words; i++)
    {
      const guint64 *buckets = token_buckets + i * 64;
      guint64 word = 0;

#pragma omp simd reduction(| : word)
      for (j = 0; j < 64; j++)
        word |= (guint64) ((buckets[j] & outside) == 0) << j;
      words[i] |= word;
    }
  for (i = n_words * 64; i < n_tokens; i++)
    words[i / 64] |= (guint64) ((token_buckets[i] & outside) == 0) << (i % 64);
}

/* Whether so much of the vocabulary starts inside that a pass over all tokens
 * is less work than to walk it. */
static gboolean
is_pass_worth (GenlmTrieIndex *index,
               guint64         outside)
{
  guint64 n_nodes = 0;
  guint byte;

  if (outside == GENLM_BUCKET_ALL)
    return FALSE;
  for (byte = 0; byte < 0x80; byte++)
    if ((outside & BIT (genlm_char_bucket_ascii ((guint8) byte))) == 0)
      n_nodes += index->first_node[byte + 1] - index->first_node[byte];
  if ((outside & BIT (GENLM_BUCKET_SEVERAL)) == 0)
    n_nodes += index->first_node[0xf5] - index->first_node[0xc2];
  return n_nodes * TOKENS_PER_NODE >= index->n_tokens;
}

/* Sets all tokens below a node at once if @state, which came to it from
 * itself, stays what it is throughout. */
static gboolean
take_whole (GenlmTrieIndex  *index,
            GenlmByteDfa    *dfa,
            GenlmByteState  *state,
            guint32          p,
            guint64         *words,
            gboolean        *taken,
            GError         **error)
{
  guint64 outside;
  guint32 i;
  guint32 end;

  *taken = FALSE;
  if (!find_outside (dfa, state, &outside, error))
    return FALSE;
  if (genlm_trie_index_get_bucket (index, p) == GENLM_BUCKET_NONE
      || (index->node_facts[p] & outside) != 0)
    return TRUE;
  end = index->n_tokens_before[p + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[p])];
  for (i = index->n_tokens_before[p + 1]; i < end; i++)
    {
      guint32 token = index->ordered_tokens[i];

      words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
    }
  *taken = TRUE;
  return TRUE;
}

static void
add_cut (GArray         *cuts,
         guint32         node,
         GenlmByteState *state)
{
  GenlmTrieCut cut = { node, state };

  g_array_append_val (cuts, cut);
}

/* Walks the nodes from @p to @end, which are whole subtrees below one node of
 * depth @depth_before, where the automaton is in @start. With @passed, tokens
 * that hold nothing of @outside are set already, and so a subtree is left out
 * if that is so of all in it. Nodes without a token set the bit of EOS, which
 * saves a branch; it is put right afterwards. */
static inline __attribute__ ((always_inline)) gboolean
walk (GenlmTrieIndex  *index,
      GenlmByteDfa    *dfa,
      GenlmByteState  *start,
      guint32          depth_before,
      gboolean         passed,
      guint64          outside,
      guint32          p,
      guint32          end,
      guint64         *words,
      GArray          *cuts,
      GError         **error)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  const guint32 scrap = index->n_tokens;
  GenlmByteState *const dead = dfa->dead;
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 inside_depth = depth_before;

  states[depth_before] = start;
  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = MIN (GENLM_TRIE_NODE_TOKEN (node), scrap);
      GenlmByteState *before = states[depth - 1];
      GenlmByteState *next = genlm_byte_dfa_peek_next (dfa, before, GENLM_TRIE_NODE_BYTE (node));

      if (G_UNLIKELY (next == NULL))
        {
          next = genlm_byte_dfa_add_transition (dfa, before, GENLM_TRIE_NODE_BYTE (node), error);
          if (next == NULL)
            return FALSE;
        }
      if (next == dead)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
      states[depth] = next;
      if (cuts != NULL && next->accepting && GENLM_TRIE_NODE_EXTENT (node) > 1)
        add_cut (cuts, p, next);
      if (passed)
        {
          inside_depth = MIN (inside_depth, depth - 1);
          if (inside_depth == depth - 1
              && (outside & BIT (genlm_trie_index_get_bucket (index, p))) == 0)
            {
              inside_depth = depth;
              if ((index->node_facts[p] & outside) == 0)
                {
                  p += GENLM_TRIE_NODE_EXTENT (node);
                  continue;
                }
            }
        }
      if (next == before && GENLM_TRIE_NODE_EXTENT (node) >= MIN_WHOLE_EXTENT
          && (cuts == NULL || !next->accepting))
        {
          gboolean taken;

          if (!take_whole (index, dfa, next, p, words, &taken, error))
            return FALSE;
          if (taken)
            {
              p += GENLM_TRIE_NODE_EXTENT (node);
              continue;
            }
        }
      p++;
    }
  return TRUE;
}

static gboolean
walk_below (GenlmTrieIndex  *index,
            guint32          below,
            GenlmByteDfa    *dfa,
            GenlmByteState  *state,
            guint64         *words,
            GArray          *cuts,
            GError         **error)
{
  const GenlmTrieNode *node = &index->trie->nodes[below];
  guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
  guint32 end = below + GENLM_TRIE_NODE_EXTENT (node);

  if (cuts == NULL)
    return walk (index, dfa, state, depth, FALSE, 0, below + 1, end, words, NULL, error);
  return walk (index, dfa, state, depth, FALSE, 0, below + 1, end, words, cuts, error);
}

static gboolean
walk_all (GenlmTrieIndex  *index,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          guint64         *words,
          GArray          *cuts,
          GError         **error)
{
  guint64 outside;
  gboolean passed;
  gboolean ok = TRUE;
  guint byte;

  if (!find_outside (dfa, state, &outside, error))
    return FALSE;
  passed = (cuts == NULL || !state->accepting) && is_pass_worth (index, outside);
  if (passed)
    add_tokens_inside (index->token_buckets, index->n_tokens, outside, words);
  for (byte = 0; byte < 256 && ok; byte++)
    {
      guint32 first = index->first_node[byte];
      guint32 end = index->first_node[byte + 1];

      if (first == end || genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) == dfa->dead)
        continue;
      if (passed)
        ok = walk (index, dfa, state, 0, TRUE, outside, first, end, words, cuts, error);
      else if (cuts != NULL)
        ok = walk (index, dfa, state, 0, FALSE, 0, first, end, words, cuts, error);
      else
        ok = walk (index, dfa, state, 0, FALSE, 0, first, end, words, NULL, error);
    }
  return ok;
}

/* A token without bytes leaves a state as it is. */
static void
add_empty_tokens (GenlmTrieIndex *index,
                  guint64        *words)
{
  guint32 i;

  for (i = 0; i < index->trie->n_empty_tokens; i++)
    words[index->trie->empty_tokens[i] / 64]
      |= G_GUINT64_CONSTANT (1) << (index->trie->empty_tokens[i] % 64);
}

/* Sets the bits of the tokens after which the automaton, which is in @state at
 * the node @below, is not dead: only of tokens that end below this node, or of
 * all with GENLM_TRIE_WALK_ALL. The bit of EOS stays as it is. If @cuts is not
 * NULL it gets every GenlmTrieCut there is below the node, in the order of the
 * nodes. FALSE when a limit is passed. */
gboolean
genlm_trie_walk (GenlmTrieIndex  *index,
                 guint32          below,
                 GenlmByteDfa    *dfa,
                 GenlmByteState  *state,
                 guint64         *words,
                 GArray          *cuts,
                 GError         **error)
{
  guint64 *last_word = &words[index->n_tokens / 64];
  guint64 eos = G_GUINT64_CONSTANT (1) << (index->n_tokens % 64);
  guint64 before = *last_word & eos;
  gboolean ok;

  if (state == dfa->dead)
    return TRUE;
  if (below != GENLM_TRIE_WALK_ALL)
    ok = walk_below (index, below, dfa, state, words, cuts, error);
  else
    {
      ok = walk_all (index, dfa, state, words, cuts, error);
      add_empty_tokens (index, words);
    }
  *last_word = (*last_word & ~eos) | before;
  return ok;
}
