#include "genlm-trie-walk.h"

#include <string.h>

#define BIT(bucket) GENLM_BUCKET_BIT (bucket)

/* About how many tokens looking at all tokens does in the time that the walk
 * needs for one node. */
#define TOKENS_PER_NODE    (16u)

/* Smaller subtrees are walked rather than looked into; those that need not be
 * looked into for cuts pay sooner. */
#define MIN_WHOLE_EXTENT   (64u)
#define MIN_UNCUT_EXTENT   (8u)

/* How many bytes of ASCII at least lead from a state to its home, and how many
 * states a chain has that does not go round. */
#define MIN_HOME_BYTES     (10u)
#define MIN_CHAIN_STATES   (3u)

/* States of which each leads to the next by every character inside, and all
 * other buckets, outside, are the same ones for all. The last one leads to
 * itself, or nowhere by what is inside. */
typedef struct
{
  guint64         outside;
  /* Outside, but some characters in it are not dead in all states. */
  guint64         open;
  GenlmByteState *states[GENLM_TRIE_INDEX_NEAR + 1];
  /* 0 if they are of no use. */
  guint32         n_states;
  gboolean        loops;
} Chain;

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

/* The state that most characters of ASCII lead to from @state; itself rather
 * than another one. All these transitions are known. */
static GenlmByteState *
vote_home (GenlmByteDfa   *dfa,
           GenlmByteState *state)
{
  GenlmByteState *home = dfa->dead;
  guint n_own = 0;
  guint n_votes = 0;
  guint byte;

  for (byte = 0; byte < 0x80; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_peek_next (dfa, state, (guint8) byte);

      if (next == dfa->dead)
        continue;
      n_own += next == state;
      if (n_votes == 0)
        home = next;
      n_votes = next == home ? n_votes + 1 : n_votes - 1;
    }
  return n_own >= MIN_HOME_BYTES ? state : home;
}

/* Notes in @state the buckets of which not all characters lead to one state,
 * its home. All, if there is none. */
static gboolean
note_outside (GenlmTrieIndex  *index,
              GenlmByteDfa    *dfa,
              GenlmByteState  *state,
              guint64         *outside,
              GError         **error)
{
  const guint64 several = BIT (GENLM_BUCKET_SEVERAL) | BIT (GENLM_BUCKET_CUT);
  GError *local_error = NULL;
  GenlmByteState *home;
  guint64 inside = 0;
  guint n_inside = 0;
  guint byte;

  for (byte = 0; byte < 0x80; byte++)
    if (genlm_byte_dfa_step (dfa, state, (guint8) byte, error) == NULL)
      return FALSE;
  home = vote_home (dfa, state);
  *outside = several | BIT (GENLM_BUCKET_BROKEN);
  for (byte = 0; byte < 0x80; byte++)
    if (genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) == home)
      {
        inside |= BIT (index->ascii_buckets[byte]);
        n_inside++;
      }
    else
      *outside |= BIT (index->ascii_buckets[byte]);
  if (home == dfa->dead || (n_inside < MIN_HOME_BYTES && home != state)
      || (inside & ~*outside) == 0)
    *outside = GENLM_BUCKET_ALL;
  else if (leads_home (dfa, home, state, GENLM_UTF8_BOUNDARY, &local_error))
    *outside &= ~several;
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  __atomic_store_n (&state->outside, *outside, __ATOMIC_RELAXED);
  return TRUE;
}

static gboolean
find_outside (GenlmTrieIndex  *index,
              GenlmByteDfa    *dfa,
              GenlmByteState  *state,
              guint64         *outside,
              GError         **error)
{
  *outside = __atomic_load_n (&state->outside, __ATOMIC_RELAXED);
  return *outside != 0 || note_outside (index, dfa, state, outside, error);
}

/* The home of a state by which something is inside. */
static GenlmByteState *
get_home (GenlmTrieIndex *index,
          GenlmByteDfa   *dfa,
          GenlmByteState *state,
          guint64         outside)
{
  guint8 byte = 0;

  while ((outside & BIT (index->ascii_buckets[byte])) != 0)
    byte++;
  return genlm_byte_dfa_peek_next (dfa, state, byte);
}

/* Whether nothing inside can be read in @state, the transitions of ASCII being
 * known. */
static gboolean
is_end (GenlmTrieIndex  *index,
        GenlmByteDfa    *dfa,
        GenlmByteState  *state,
        guint64          outside,
        gboolean        *end,
        GError         **error)
{
  guint byte;

  *end = FALSE;
  for (byte = 0; byte < 0x80; byte++)
    if ((outside & BIT (index->ascii_buckets[byte])) == 0
        && genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) != dfa->dead)
      return TRUE;
  for (byte = 0xc2; byte <= 0xf4 && (outside & BIT (GENLM_BUCKET_SEVERAL)) == 0; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);

      if (next == NULL)
        return FALSE;
      if (next != dfa->dead)
        return TRUE;
    }
  *end = TRUE;
  return TRUE;
}

/* Follows what is inside from state to state. */
static gboolean
follow_chain (GenlmTrieIndex  *index,
              GenlmByteDfa    *dfa,
              GenlmByteState  *state,
              Chain           *chain,
              GError         **error)
{
  guint64 outside;
  gboolean end;
  guint32 n = 0;

  chain->n_states = 0;
  chain->loops = FALSE;
  if (!find_outside (index, dfa, state, &chain->outside, error))
    return FALSE;
  if (chain->outside == GENLM_BUCKET_ALL)
    return TRUE;
  for (outside = chain->outside; outside == chain->outside && !chain->loops; n++)
    {
      if (n == G_N_ELEMENTS (chain->states))
        return TRUE;
      chain->states[n] = state;
      state = get_home (index, dfa, state, outside);
      chain->loops = state == chain->states[n];
      if (!find_outside (index, dfa, state, &outside, error))
        return FALSE;
    }
  if (!chain->loops)
    {
      if (n == G_N_ELEMENTS (chain->states))
        return TRUE;
      chain->states[n++] = state;
      if (!is_end (index, dfa, state, chain->outside, &end, error))
        return FALSE;
      if (!end)
        return TRUE;
    }
  chain->n_states = n;
  return TRUE;
}

/* Whether a state is accepting that something inside leads to. */
static gboolean
has_cuts (const Chain *chain)
{
  guint32 i;

  for (i = chain->n_states > 1 ? 1 : 0; i < chain->n_states; i++)
    if (chain->states[i]->accepting)
      return TRUE;
  return FALSE;
}

static void
find_open (GenlmTrieIndex *index,
           GenlmByteDfa   *dfa,
           Chain          *chain)
{
  guint byte;
  guint32 i;

  chain->open = 0;
  for (byte = 0; byte < 0x80; byte++)
    for (i = 0; i < chain->n_states; i++)
      if (genlm_byte_dfa_peek_next (dfa, chain->states[i], (guint8) byte) != dfa->dead)
        {
          chain->open |= BIT (index->ascii_buckets[byte]);
          break;
        }
  chain->open &= chain->outside;
}

static void
take_out (guint64               *words,
          gsize                  n_words,
          const GenlmTrieTokens *tokens)
{
  gsize i;

  if (tokens->words != NULL)
    for (i = 0; i < n_words; i++)
      words[i] &= ~tokens->words[i];
  else
    for (i = 0; i < tokens->n_tokens; i++)
      words[tokens->tokens[i] / 64] &= ~(G_GUINT64_CONSTANT (1) << (tokens->tokens[i] % 64));
}

/* Sets the bits of all tokens that have nothing of @outside and no more
 * characters than the chain has room for: takes all others out of all. */
static void
add_tokens_inside (GenlmTrieIndex *index,
                   const Chain    *chain,
                   guint64        *words)
{
  gsize n_words = index->n_tokens / 64 + 1;
  g_autofree guint64 *inside = g_new (guint64, n_words);
  guint64 outside = chain->outside;
  gsize i;

  memset (inside, 0xff, n_words * sizeof (guint64));
  inside[n_words - 1] = (G_GUINT64_CONSTANT (1) << (index->n_tokens % 64)) - 1;
  for (; outside != 0; outside &= outside - 1)
    take_out (inside, n_words, &index->with_bucket[__builtin_ctzll (outside)]);
  if (!chain->loops)
    take_out (inside, n_words, &index->longer_than[chain->n_states - 1]);
  for (i = 0; i < n_words; i++)
    words[i] |= inside[i];
}

/* Whether so much of the vocabulary starts inside that to look at all tokens is
 * less work than to walk. */
static gboolean
is_look_worth (GenlmTrieIndex *index,
               guint64         outside)
{
  guint64 n_nodes = 0;
  guint byte;

  for (byte = 0; byte < 0x80; byte++)
    if ((outside & BIT (index->ascii_buckets[byte])) == 0)
      n_nodes += index->first_node[byte + 1] - index->first_node[byte];
  if ((outside & BIT (GENLM_BUCKET_SEVERAL)) == 0)
    n_nodes += index->first_node[0xf5] - index->first_node[0xc2];
  return n_nodes * TOKENS_PER_NODE >= index->n_tokens;
}

/* Whether @state, which came to a node from itself, is known to stay what it is
 * all below, where nothing of @after is. What is not known of the state is found
 * out. */
static inline gboolean
is_whole (GenlmTrieIndex  *index,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          guint32          p,
          guint64          after,
          gboolean        *whole,
          GError         **error)
{
  guint64 facts = index->node_facts[p];
  guint64 outside;

  if (G_UNLIKELY (!find_outside (index, dfa, state, &outside, error)))
    return FALSE;
  /* A node within a character is never inside. */
  outside |= after | BIT (GENLM_BUCKET_NONE);
  *whole = ((facts | BIT (facts >> GENLM_TRIE_INDEX_SHIFT)) & outside) == 0;
  return TRUE;
}

/* Cuts on their way into the list, and what may follow the state that was asked
 * about last. */
typedef struct
{
  const guint64  *after_labels;
  GenlmByteState *last;
  guint64         after;
  guint           n_cuts;
  GenlmTrieCut    cuts[64];
} PendingCuts;

static void
flush_cuts (PendingCuts *pending,
            GArray      *cuts)
{
  g_array_append_vals (cuts, pending->cuts, pending->n_cuts);
  pending->n_cuts = 0;
}

/* The buckets of what may follow what @state accepts. */
static inline guint64
find_after (PendingCuts    *pending,
            GenlmByteState *state)
{
  guint32 i;

  if (pending->last == state)
    return pending->after;
  pending->last = state;
  pending->after = 0;
  for (i = 0; i < state->n_accepts; i++)
    pending->after |= pending->after_labels[state->accepts[i]];
  return pending->after;
}

static inline void
add_cut (PendingCuts    *pending,
         GArray         *cuts,
         guint32         node,
         GenlmByteState *state)
{
  pending->cuts[pending->n_cuts++] = (GenlmTrieCut) { node, state };
  if (pending->n_cuts == G_N_ELEMENTS (pending->cuts))
    flush_cuts (pending, cuts);
}

/* Walks the nodes from @p to @end, which are whole subtrees below one node of
 * depth @depth_before, where the automaton is in @start. With @one_char, what
 * stands below a character of several bytes is left out. Cuts are left out where
 * nothing may follow, as far as a look tells. Nodes without a token
 * set the bit of EOS, which saves a branch; it is put right afterwards. */
static inline __attribute__ ((always_inline)) gboolean
walk (GenlmTrieIndex  *index,
      GenlmByteDfa    *dfa,
      GenlmByteState  *start,
      guint32          depth_before,
      gboolean         one_char,
      guint32          p,
      guint32          end,
      guint64         *words,
      GArray          *cuts,
      const guint64   *after_labels,
      GError         **error)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  const guint32 scrap = index->n_tokens;
  const guint32 min_extent = after_labels != NULL ? MIN_UNCUT_EXTENT : MIN_WHOLE_EXTENT;
  GenlmByteState *const dead = dfa->dead;
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  PendingCuts pending;

  pending.after_labels = after_labels;
  pending.last = NULL;
  pending.n_cuts = 0;
  states[depth_before] = start;
  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = MIN (GENLM_TRIE_NODE_TOKEN (node), scrap);
      GenlmByteState *before = states[depth - 1];
      GenlmByteState *next = genlm_byte_dfa_peek_next (dfa, before, GENLM_TRIE_NODE_BYTE (node));
      guint64 after = 0;

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
      if (one_char && genlm_trie_index_get_bucket (index, p) == GENLM_BUCKET_SEVERAL)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      if (cuts != NULL && next->accepting && GENLM_TRIE_NODE_EXTENT (node) > 1)
        {
          after = after_labels != NULL ? find_after (&pending, next) : GENLM_BUCKET_ALL;
          if (after_labels == NULL || !genlm_trie_index_is_without (index, p, after))
            add_cut (&pending, cuts, p, next);
        }
      if (GENLM_TRIE_NODE_EXTENT (node) >= min_extent && next == before
          && after != GENLM_BUCKET_ALL)
        {
          gboolean whole;

          if (!is_whole (index, dfa, next, p, after, &whole, error))
            return FALSE;
          if (whole)
            {
              genlm_trie_index_add_below (index, p, words);
              p += GENLM_TRIE_NODE_EXTENT (node);
              continue;
            }
        }
      p++;
    }
  if (cuts != NULL)
    flush_cuts (&pending, cuts);
  return TRUE;
}

static gboolean
walk_nodes (GenlmTrieIndex  *index,
            GenlmByteDfa    *dfa,
            GenlmByteState  *start,
            guint32          depth_before,
            guint32          p,
            guint32          end,
            guint64         *words,
            GArray          *cuts,
            const guint64   *after_labels,
            GError         **error)
{
  if (cuts == NULL)
    return walk (index, dfa, start, depth_before, FALSE, p, end, words, NULL, NULL, error);
  return walk (index, dfa, start, depth_before, FALSE, p, end, words, cuts, after_labels, error);
}

/* Walks what a list's entries start, as far as only what is inside stands above
 * them. */
static gboolean
walk_entries (GenlmTrieIndex  *index,
              guint            list,
              GenlmByteDfa    *dfa,
              const Chain     *chain,
              guint64         *words,
              GArray          *cuts,
              const guint64   *after_labels,
              GError         **error)
{
  gboolean ok = TRUE;
  guint32 i;

  for (i = index->first_entry[list]; i < index->first_entry[list + 1] && ok; i++)
    {
      const GenlmTrieEntry *entry = &index->entries[i];
      const GenlmTrieNode *node = &index->trie->nodes[entry->node];
      guint32 depth_before = GENLM_TRIE_NODE_DEPTH (node) - 1;
      guint32 end = entry->node + GENLM_TRIE_NODE_EXTENT (node);
      GenlmByteState *state;

      if ((entry->above & chain->outside) != 0
          || (entry->n_chars_above >= chain->n_states && !chain->loops))
        continue;
      state = chain->states[MIN (entry->n_chars_above, chain->n_states - 1)];
      if (genlm_byte_dfa_peek_next (dfa, state, GENLM_TRIE_NODE_BYTE (node)) == dfa->dead)
        continue;
      if (list == GENLM_TRIE_INDEX_LIST_BROKEN)
        ok = walk (index, dfa, state, depth_before, TRUE, entry->node, end, words, cuts,
                   after_labels, error);
      else
        ok = walk_nodes (index, dfa, state, depth_before, entry->node, end, words, cuts,
                         after_labels, error);
    }
  return ok;
}

/* A token that is all inside is a matter of a look at what is known of it. All
 * others are below some entry. */
static gboolean
walk_inside (GenlmTrieIndex  *index,
             GenlmByteDfa    *dfa,
             const Chain     *chain,
             guint64         *words,
             GArray          *cuts,
             const guint64   *after_labels,
             GError         **error)
{
  guint list;

  add_tokens_inside (index, chain, words);
  for (list = 0; list < GENLM_BUCKET_SEVERAL; list++)
    if ((chain->open & BIT (list)) != 0
        && !walk_entries (index, list, dfa, chain, words, cuts, after_labels, error))
      return FALSE;
  list = (chain->outside & BIT (GENLM_BUCKET_SEVERAL)) != 0 ? GENLM_TRIE_INDEX_LIST_LEADS
                                                            : GENLM_TRIE_INDEX_LIST_BROKEN;
  return walk_entries (index, list, dfa, chain, words, cuts, after_labels, error);
}

/* A walk of all, which takes the shortest way. */
static gboolean
walk_near (GenlmTrieIndex  *index,
           GenlmByteDfa    *dfa,
           GenlmByteState  *state,
           guint64         *words,
           GArray          *cuts,
           const guint64   *after_labels,
           GError         **error)
{
  Chain chain;
  guint byte;

  if (!follow_chain (index, dfa, state, &chain, error))
    return FALSE;
  if ((chain.loops || chain.n_states >= MIN_CHAIN_STATES) && (cuts == NULL || !has_cuts (&chain))
      && is_look_worth (index, chain.outside))
    {
      find_open (index, dfa, &chain);
      return walk_inside (index, dfa, &chain, words, cuts, after_labels, error);
    }
  for (byte = 0; byte < 256; byte++)
    {
      guint32 first = index->first_node[byte];
      guint32 end = index->first_node[byte + 1];

      if (first != end && genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) != dfa->dead
          && !walk_nodes (index, dfa, state, 0, first, end, words, cuts, after_labels, error))
        return FALSE;
    }
  return TRUE;
}

/* Finds the bits of the tokens, and the cuts, that are deeper than near. */
static gboolean
walk_far (GenlmTrieIndex  *index,
          GenlmByteDfa    *dfa,
          GenlmByteState  *start,
          guint64         *words,
          GArray          *cuts,
          GError         **error)
{
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 i = 0;

  states[0] = start;
  while (i < index->n_far_nodes)
    {
      guint32 p = index->far_nodes[i].node;
      const GenlmTrieNode *node = &index->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = MIN (GENLM_TRIE_NODE_TOKEN (node), index->n_tokens);
      GenlmByteState *next;

      next = genlm_byte_dfa_step (dfa, states[depth - 1], GENLM_TRIE_NODE_BYTE (node), error);
      if (next == NULL)
        return FALSE;
      states[depth] = next;
      if (next == dfa->dead)
        {
          i += index->far_nodes[i].skip;
          continue;
        }
      i++;
      if (depth <= GENLM_TRIE_INDEX_NEAR)
        continue;
      words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
      if (cuts != NULL && next->accepting && GENLM_TRIE_NODE_EXTENT (node) > 1)
        {
          GenlmTrieCut cut = { p, next };

          g_array_append_val (cuts, cut);
        }
    }
  return TRUE;
}

static void
drop_far_cuts (GenlmTrieIndex *index,
               GArray         *cuts,
               guint           first)
{
  guint n_kept = first;
  guint i;

  for (i = first; i < cuts->len; i++)
    {
      GenlmTrieCut cut = g_array_index (cuts, GenlmTrieCut, i);

      if (GENLM_TRIE_NODE_DEPTH (&index->trie->nodes[cut.node]) <= GENLM_TRIE_INDEX_NEAR)
        g_array_index (cuts, GenlmTrieCut, n_kept++) = cut;
    }
  g_array_set_size (cuts, n_kept);
}

/* Walks with @near, which cannot be told from @state by what is near, and all
 * that is further away again with @state. */
static gboolean
walk_clamped (GenlmTrieIndex  *index,
              GenlmByteDfa    *dfa,
              GenlmByteState  *state,
              GenlmByteState  *near,
              guint64         *words,
              GArray          *cuts,
              const guint64   *after_labels,
              GError         **error)
{
  g_autofree gboolean *was_set = g_new (gboolean, index->n_far_tokens);
  guint first_cut = cuts != NULL ? cuts->len : 0;
  guint32 i;

  for (i = 0; i < index->n_far_tokens; i++)
    was_set[i] = (words[index->far_tokens[i] / 64] >> (index->far_tokens[i] % 64)) & 1;
  if (!walk_near (index, dfa, near, words, cuts, after_labels, error))
    return FALSE;
  for (i = 0; i < index->n_far_tokens; i++)
    if (!was_set[i])
      words[index->far_tokens[i] / 64]
        &= ~(G_GUINT64_CONSTANT (1) << (index->far_tokens[i] % 64));
  if (cuts != NULL)
    drop_far_cuts (index, cuts, first_cut);
  return walk_far (index, dfa, state, words, cuts, error);
}

static gboolean
walk_all (GenlmTrieIndex  *index,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          guint64         *words,
          GArray          *cuts,
          const guint64   *after_labels,
          GError         **error)
{
  GenlmByteState *near = genlm_byte_dfa_clamp (dfa, state, GENLM_TRIE_INDEX_NEAR, error);

  if (near == NULL)
    return FALSE;
  if (near == state || index->trie->max_depth <= GENLM_TRIE_INDEX_NEAR)
    return walk_near (index, dfa, near, words, cuts, after_labels, error);
  return walk_clamped (index, dfa, state, near, words, cuts, after_labels, error);
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
 * NULL it gets every GenlmTrieCut there is below the node, in any order; with
 * @after_labels, the buckets of what may follow a label, those may lack below which
 * there is nothing of what may follow. FALSE when a limit is passed. */
gboolean
genlm_trie_walk (GenlmTrieIndex  *index,
                 guint32          below,
                 GenlmByteDfa    *dfa,
                 GenlmByteState  *state,
                 guint64         *words,
                 GArray          *cuts,
                 const guint64   *after_labels,
                 GError         **error)
{
  guint64 *last_word = &words[index->n_tokens / 64];
  guint64 eos = G_GUINT64_CONSTANT (1) << (index->n_tokens % 64);
  guint64 before = *last_word & eos;
  gboolean ok;

  if (state == dfa->dead)
    return TRUE;
  if (below != GENLM_TRIE_WALK_ALL)
    {
      const GenlmTrieNode *node = &index->trie->nodes[below];

      ok = walk_nodes (index, dfa, state, GENLM_TRIE_NODE_DEPTH (node), below + 1,
                       below + GENLM_TRIE_NODE_EXTENT (node), words, cuts, after_labels, error);
    }
  else
    {
      ok = walk_all (index, dfa, state, words, cuts, after_labels, error);
      add_empty_tokens (index, words);
    }
  *last_word = (*last_word & ~eos) | before;
  return ok;
}
