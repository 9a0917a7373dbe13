#include "genlm-trie-walk.h"

#include "genlm-config.h"

/* A bucket is a group of bytes that constraints seldom tell apart; a set of
 * buckets is a 64-bit word. */
#define N_BUCKETS (64u)

/* About how many tokens the pass over all tokens does in the time that the
 * walk needs for one node. */
#define TOKENS_PER_NODE (4u)

struct _GenlmTrieWalk
{
  gatomicrefcount   ref_count;
  GenlmVocab       *vocab;
  const GenlmTrie  *trie;
  guint8            buckets[256];
  /* By token: the buckets of its bytes. */
  guint64          *token_buckets;
  /* By node: the buckets of the bytes below it, its own left out. */
  guint64          *below_buckets;
  /* By first byte: where its node stands and the next first byte's starts. */
  guint32           first_node[257];
  guint32           first_extent[256];
};

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

/* Single characters of ASCII that are no letters and digits have a bucket
 * each, as patterns name them one by one. */
static void
assign_buckets (guint8 *buckets)
{
  static const guint8 starts[] = { 0x80, 0x90, 0xa0, 0xc0, 0xc2, 0xe0, 0xe1,
                                   0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5 };
  guint8 next = 4;
  guint byte;
  guint i;

  for (byte = 0; byte < 0x80; byte++)
    {
      if (g_ascii_isdigit ((char) byte))
        buckets[byte] = 0;
      else if (g_ascii_isupper ((char) byte))
        buckets[byte] = 1;
      else if (g_ascii_islower ((char) byte))
        buckets[byte] = 2;
      else if (g_ascii_iscntrl ((char) byte) && byte != '\t' && byte != '\n' && byte != '\r')
        buckets[byte] = 3;
      else
        buckets[byte] = next++;
    }
  for (i = 0; byte < 0x100; byte++)
    {
      if (i < G_N_ELEMENTS (starts) && byte == starts[i])
        i++;
      buckets[byte] = (guint8) (next + i - 1);
    }
  g_assert (next + i <= N_BUCKETS);
}

static void
index_tokens (GenlmTrieWalk *self)
{
  guint32 n_tokens = genlm_vocab_get_size (self->vocab);
  guint32 token;

  self->token_buckets = g_new0 (guint64, n_tokens);
  for (token = 0; token < n_tokens; token++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (self->vocab, token, &length);
      gsize i;

      for (i = 0; i < length; i++)
        self->token_buckets[token] |= G_GUINT64_CONSTANT (1) << self->buckets[bytes[i]];
    }
}

/* From the last node to the first, every node hands on to its parent what it
 * and the nodes below it hold; the parent stands before it with a depth one
 * less. */
static void
index_nodes (GenlmTrieWalk *self)
{
  g_autofree guint64 *by_depth = g_new0 (guint64, GENLM_TRIE_MAX_DEPTH + 2);
  guint32 p;

  self->below_buckets = g_new0 (guint64, self->trie->n_nodes);
  for (p = self->trie->n_nodes; p > 0; p--)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p - 1];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint64 below = by_depth[depth + 1];

      by_depth[depth + 1] = 0;
      self->below_buckets[p - 1] = below;
      by_depth[depth] |= below
                         | G_GUINT64_CONSTANT (1) << self->buckets[GENLM_TRIE_NODE_BYTE (node)];
    }
}

/* The root's children by byte. A byte has several if several tokens are that
 * byte alone; all of them are in its extent. */
static void
index_first_bytes (GenlmTrieWalk *self)
{
  guint32 p = 0;
  guint byte;

  for (byte = 0; byte < 256; byte++)
    {
      self->first_node[byte] = p;
      while (p < self->trie->n_nodes && GENLM_TRIE_NODE_BYTE (&self->trie->nodes[p]) == byte)
        p += GENLM_TRIE_NODE_EXTENT (&self->trie->nodes[p]);
      self->first_extent[byte] = p - self->first_node[byte];
    }
  self->first_node[256] = p;
}

GenlmTrieWalk *
genlm_trie_walk_new (GenlmVocab *vocab)
{
  GenlmTrieWalk *self = g_new0 (GenlmTrieWalk, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->vocab = genlm_vocab_ref (vocab);
  self->trie = genlm_vocab_get_trie (vocab);
  assign_buckets (self->buckets);
  index_tokens (self);
  index_nodes (self);
  index_first_bytes (self);
  return self;
}

GenlmTrieWalk *
genlm_trie_walk_ref (GenlmTrieWalk *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_trie_walk_unref (GenlmTrieWalk *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->below_buckets);
  g_free (self->token_buckets);
  genlm_vocab_unref (self->vocab);
  g_free (self);
}

GenlmVocab *
genlm_trie_walk_get_vocab (GenlmTrieWalk *self)
{
  return self->vocab;
}

/* Sets the bits of all tokens that lie in the buckets wholly. */
CLONES static void
add_tokens_inside (const guint64 *token_buckets,
                   gsize          n_tokens,
                   guint64        outside,
                   guint64       *words)
{
  gsize n_words = n_tokens / 64;
  gsize i;
  guint j;

  for (i = 0; i < n_words; i++)
    {
      const guint64 *buckets = token_buckets + i * 64;
      guint64 word = 0;

      for (j = 0; j < 64; j++)
        word |= (guint64) ((buckets[j] & outside) == 0) << j;
      words[i] |= word;
    }
  for (i = n_words * 64; i < n_tokens; i++)
    words[i / 64] |= (guint64) ((token_buckets[i] & outside) == 0) << (i % 64);
}

/* The buckets that @state loops on, if the pass over all tokens is worth it:
 * every token that lies in them wholly is allowed, and what lies in them
 * below a node that is in @state need not be walked. Otherwise none. */
static gboolean
find_loop (GenlmTrieWalk   *self,
           GenlmByteDfa    *dfa,
           GenlmByteState  *state,
           guint64         *outside,
           GError         **error)
{
  guint64 n_inside = 0;
  guint byte;

  *outside = 0;
  for (byte = 0; byte < 256; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);

      if (next == NULL)
        return FALSE;
      if (next != state)
        *outside |= G_GUINT64_CONSTANT (1) << self->buckets[byte];
      else
        n_inside += self->first_extent[byte];
    }
  if (n_inside * TOKENS_PER_NODE < genlm_vocab_get_size (self->vocab))
    *outside = G_MAXUINT64;
  return TRUE;
}

/* Walks the nodes from @p to @end, which are whole subtrees of the root.
 * @start is the state before them. A token that holds nothing of @outside is
 * set already, and so a subtree is left out if that is so of all in it. */
static gboolean
walk (GenlmTrieWalk   *self,
      GenlmByteDfa    *dfa,
      GenlmByteState  *start,
      guint64          outside,
      guint32          p,
      guint32          end,
      guint64         *words,
      GError         **error)
{
  const GenlmTrieNode *nodes = self->trie->nodes;
  const guint64 *below = self->below_buckets;
  GenlmByteState *const dead = dfa->dead;
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 loop_depth = 0;

  states[0] = start;
  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token;
      GenlmByteState *next;

      next = genlm_byte_dfa_peek_next (dfa, states[depth - 1], GENLM_TRIE_NODE_BYTE (node));
      if (G_UNLIKELY (next == NULL))
        {
          next = genlm_byte_dfa_add_transition (dfa, states[depth - 1],
                                                GENLM_TRIE_NODE_BYTE (node), error);
          if (next == NULL)
            return FALSE;
        }
      if (next == dead)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      token = GENLM_TRIE_NODE_TOKEN (node);
      if (token != GENLM_TRIE_NO_TOKEN)
        words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
      loop_depth = MIN (loop_depth, depth - 1);
      if (next == start && loop_depth == depth - 1
          && (outside >> self->buckets[GENLM_TRIE_NODE_BYTE (node)] & 1) == 0)
        {
          loop_depth = depth;
          if ((below[p] & outside) == 0)
            {
              p += GENLM_TRIE_NODE_EXTENT (node);
              continue;
            }
        }
      states[depth] = next;
      p++;
    }
  return TRUE;
}

static gboolean
walk_all (GenlmTrieWalk   *self,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          guint64         *words,
          GError         **error)
{
  guint64 outside;
  guint byte;

  if (!find_loop (self, dfa, state, &outside, error))
    return FALSE;
  if (outside != G_MAXUINT64)
    add_tokens_inside (self->token_buckets, genlm_vocab_get_size (self->vocab), outside, words);
  for (byte = 0; byte < 256; byte++)
    if (genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) != dfa->dead
        && !walk (self, dfa, state, outside, self->first_node[byte], self->first_node[byte + 1],
                  words, error))
      return FALSE;
  return TRUE;
}

/* The tokens after which @state is not dead, and EOS if it accepts. A token
 * without bytes leaves a state as it is. NULL when a limit is passed. */
GenlmTokenSet *
genlm_trie_walk_mask (GenlmTrieWalk   *self,
                      GenlmByteDfa    *dfa,
                      GenlmByteState  *state,
                      GError         **error)
{
  guint32 eos = genlm_vocab_get_eos (self->vocab);
  g_autoptr (GenlmTokenSet) set = NULL;
  guint64 *words;
  guint32 i;

  set = genlm_token_set_new_zeroed ((gsize) eos + 1, &words);
  if (state == dfa->dead)
    return g_steal_pointer (&set);
  if (!walk_all (self, dfa, state, words, error))
    return NULL;
  for (i = 0; i < self->trie->n_empty_tokens; i++)
    words[self->trie->empty_tokens[i] / 64]
      |= G_GUINT64_CONSTANT (1) << (self->trie->empty_tokens[i] % 64);
  if (state->accepting)
    words[eos / 64] |= G_GUINT64_CONSTANT (1) << (eos % 64);
  return g_steal_pointer (&set);
}
