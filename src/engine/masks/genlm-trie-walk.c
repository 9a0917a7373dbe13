#include "genlm-trie-walk.h"

#include "genlm-config.h"

/* A bucket is a group of characters that constraints seldom tell apart; a set
 * of buckets is a 64-bit word. Single characters of ASCII that are no letters
 * and digits have a bucket each, as patterns name them one by one; all
 * characters of several bytes are one; and what is no UTF-8, a cut character
 * among it, is one. */
#define BUCKET_DIGITS      (0u)
#define BUCKET_UPPER       (1u)
#define BUCKET_LOWER       (2u)
#define BUCKET_CONTROLS    (3u)
#define BUCKET_SINGLES     (4u)
#define BUCKET_SEVERAL     (55u)
#define BUCKET_BROKEN      (56u)
/* Of a byte that does not end its character; in no set. */
#define BUCKET_NONE        (57u)
#define BIT(bucket)        (G_GUINT64_CONSTANT (1) << (bucket))
#define ALL_BUCKETS        (BIT (BUCKET_NONE) - 1)

/* What is known of a node: the buckets of the characters that end below it,
 * and above them the bucket of the character that it ends. */
#define NODE_SHIFT         (58u)
#define NODE_BUCKET(facts) ((guint) ((facts) >> NODE_SHIFT))

/* About how many tokens the pass over all tokens does in the time that the
 * walk needs for one node. */
#define TOKENS_PER_NODE    (4u)

/* Smaller subtrees are walked rather than looked into. */
#define MIN_WHOLE_EXTENT   (6u)

/* Places in the UTF-8 of a character, by what must follow. */
typedef enum
{
  UTF8_BOUNDARY,
  UTF8_ONE,
  UTF8_TWO,
  UTF8_THREE,
  UTF8_AFTER_E0,
  UTF8_AFTER_ED,
  UTF8_AFTER_F0,
  UTF8_AFTER_F4,
  UTF8_BROKEN,
} Utf8Place;

struct _GenlmTrieWalk
{
  gatomicrefcount   ref_count;
  GenlmVocab       *vocab;
  const GenlmTrie  *trie;
  /* By token: the buckets of its characters. */
  guint64          *token_buckets;
  guint64          *node_facts;
  /* The tokens in the order of their nodes, and by node how many come before
   * it. */
  guint32          *ordered_tokens;
  guint32          *n_tokens_before;
  /* By first byte: where its node stands and the next first byte's starts. */
  guint32           first_node[257];
};

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

static Utf8Place
find_lead_place (guint8 byte)
{
  if (byte < 0x80)
    return UTF8_BOUNDARY;
  if (byte < 0xc2 || byte > 0xf4)
    return UTF8_BROKEN;
  if (byte < 0xe0)
    return UTF8_ONE;
  if (byte < 0xf0)
    return byte == 0xe0 ? UTF8_AFTER_E0 : byte == 0xed ? UTF8_AFTER_ED : UTF8_TWO;
  return byte == 0xf0 ? UTF8_AFTER_F0 : byte == 0xf4 ? UTF8_AFTER_F4 : UTF8_THREE;
}

static Utf8Place
find_next_place (Utf8Place place,
                 guint8    byte)
{
  static const guint8 first[] = { 0, 0x80, 0x80, 0x80, 0xa0, 0x80, 0x90, 0x80 };
  static const guint8 last[] = { 0, 0xbf, 0xbf, 0xbf, 0xbf, 0x9f, 0xbf, 0x8f };
  static const Utf8Place after[] = { UTF8_BOUNDARY, UTF8_BOUNDARY, UTF8_ONE, UTF8_TWO,
                                     UTF8_ONE,      UTF8_ONE,      UTF8_TWO, UTF8_TWO };

  if (place == UTF8_BOUNDARY)
    return find_lead_place (byte);
  if (place == UTF8_BROKEN || byte < first[place] || byte > last[place])
    return UTF8_BROKEN;
  return after[place];
}

static guint
find_ascii_bucket (guint8 byte)
{
  if (g_ascii_isdigit ((char) byte))
    return BUCKET_DIGITS;
  if (g_ascii_isupper ((char) byte))
    return BUCKET_UPPER;
  if (g_ascii_islower ((char) byte))
    return BUCKET_LOWER;
  switch (byte)
    {
    case '\t':
      return BUCKET_SINGLES;
    case '\n':
      return BUCKET_SINGLES + 1;
    case '\r':
      return BUCKET_SINGLES + 2;
    default:
      break;
    }
  if (byte < ' ' || byte == 0x7f)
    return BUCKET_CONTROLS;
  if (byte < '0')
    return BUCKET_SINGLES + 3 + (byte - ' ');
  if (byte < 'A')
    return BUCKET_SINGLES + 19 + (byte - ':');
  if (byte < 'a')
    return BUCKET_SINGLES + 26 + (byte - '[');
  return BUCKET_SINGLES + 32 + (byte - '{');
}

/* The bucket of the character that @byte ends. */
static guint
find_bucket (Utf8Place before,
             Utf8Place after,
             guint8    byte)
{
  if (after == UTF8_BROKEN)
    return BUCKET_BROKEN;
  if (after != UTF8_BOUNDARY)
    return BUCKET_NONE;
  return before == UTF8_BOUNDARY ? find_ascii_bucket (byte) : BUCKET_SEVERAL;
}

static guint64
find_token_buckets (const guint8 *bytes,
                    gsize         length)
{
  Utf8Place place = UTF8_BOUNDARY;
  guint64 buckets = 0;
  gsize i;

  for (i = 0; i < length; i++)
    {
      Utf8Place after = find_next_place (place, bytes[i]);

      buckets |= BIT (find_bucket (place, after, bytes[i]));
      place = after;
    }
  if (place != UTF8_BOUNDARY)
    buckets |= BIT (BUCKET_BROKEN);
  return buckets & ALL_BUCKETS;
}

static void
index_tokens (GenlmTrieWalk *self)
{
  guint32 n_tokens = genlm_vocab_get_size (self->vocab);
  guint32 token;

  self->token_buckets = g_new (guint64, n_tokens);
  for (token = 0; token < n_tokens; token++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (self->vocab, token, &length);

      self->token_buckets[token] = find_token_buckets (bytes, length);
    }
}

/* From the first node to the last: the buckets of the nodes themselves, and
 * the order of the tokens. */
static void
index_nodes_down (GenlmTrieWalk *self)
{
  Utf8Place places[GENLM_TRIE_MAX_DEPTH + 1] = { UTF8_BOUNDARY };
  guint32 n_before = 0;
  guint32 p;

  for (p = 0; p < self->trie->n_nodes; p++)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint8 byte = GENLM_TRIE_NODE_BYTE (node);

      places[depth] = find_next_place (places[depth - 1], byte);
      self->node_facts[p] = (guint64) find_bucket (places[depth - 1], places[depth], byte)
                            << NODE_SHIFT;
      self->n_tokens_before[p] = n_before;
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        self->ordered_tokens[n_before++] = GENLM_TRIE_NODE_TOKEN (node);
    }
  self->n_tokens_before[p] = n_before;
}

/* From the last node to the first, every node hands on to its parent what it
 * and the nodes below it hold; the parent stands before it with a depth one
 * less. */
static void
index_nodes_up (GenlmTrieWalk *self)
{
  guint64 by_depth[GENLM_TRIE_MAX_DEPTH + 2] = { 0 };
  guint32 p;

  for (p = self->trie->n_nodes; p > 0; p--)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p - 1];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint bucket = NODE_BUCKET (self->node_facts[p - 1]);
      guint64 below = by_depth[depth + 1];

      by_depth[depth + 1] = 0;
      self->node_facts[p - 1] |= below;
      if (bucket != BUCKET_NONE)
        below |= BIT (bucket);
      else if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        below |= BIT (BUCKET_BROKEN);
      by_depth[depth] |= below;
    }
}

/* The root's children by byte. A byte has several if several tokens are that
 * byte alone; they stand together. */
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
    }
  self->first_node[256] = p;
}

GenlmTrieWalk *
genlm_trie_walk_new (GenlmVocab *vocab)
{
  GenlmTrieWalk *self = g_new0 (GenlmTrieWalk, 1);
  guint32 n_nodes;

  g_atomic_ref_count_init (&self->ref_count);
  self->vocab = genlm_vocab_ref (vocab);
  self->trie = genlm_vocab_get_trie (vocab);
  n_nodes = self->trie->n_nodes;
  self->node_facts = g_new (guint64, n_nodes);
  self->n_tokens_before = g_new (guint32, n_nodes + 1);
  self->ordered_tokens = g_new (guint32, genlm_vocab_get_size (vocab));
  index_tokens (self);
  index_nodes_down (self);
  index_nodes_up (self);
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
  g_free (self->ordered_tokens);
  g_free (self->n_tokens_before);
  g_free (self->node_facts);
  g_free (self->token_buckets);
  genlm_vocab_unref (self->vocab);
  g_free (self);
}

GenlmVocab *
genlm_trie_walk_get_vocab (GenlmTrieWalk *self)
{
  return self->vocab;
}

/* Whether every rest of a character from @place on, read in @state, leads to
 * @home. Follows at most the bytes of one character. */
static gboolean
leads_home (GenlmByteDfa    *dfa,
            GenlmByteState  *home,
            GenlmByteState  *state,
            Utf8Place        place,
            GError         **error)
{
  /* By place: the state that was followed last, for its neighbours mostly lead
   * to the same. */
  GenlmByteState *followed[UTF8_BROKEN] = { NULL };
  guint byte;

  for (byte = 0x80; byte <= 0xf4; byte++)
    {
      Utf8Place after = find_next_place (place, (guint8) byte);
      GenlmByteState *next;

      if (after == UTF8_BROKEN)
        continue;
      next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);
      if (next == NULL)
        return FALSE;
      if (after == UTF8_BOUNDARY ? next != home
                                 : followed[after] != next
                                     && !leads_home (dfa, home, next, after, error))
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
  *outside = BIT (BUCKET_SEVERAL) | BIT (BUCKET_BROKEN);
  for (byte = 0; byte < 0x80; byte++)
    {
      GenlmByteState *next = genlm_byte_dfa_step (dfa, state, (guint8) byte, error);

      if (next == NULL)
        return FALSE;
      if (next == state)
        inside |= BIT (find_ascii_bucket ((guint8) byte));
      else
        *outside |= BIT (find_ascii_bucket ((guint8) byte));
    }
  if (inside != 0 && leads_home (dfa, state, state, UTF8_BOUNDARY, &local_error))
    *outside &= ~BIT (BUCKET_SEVERAL);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if ((inside & ~*outside) == 0)
    *outside = ALL_BUCKETS;
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
is_pass_worth (GenlmTrieWalk *self,
               guint64        outside)
{
  guint64 n_nodes = 0;
  guint byte;

  if (outside == ALL_BUCKETS)
    return FALSE;
  for (byte = 0; byte < 0x80; byte++)
    if ((outside & BIT (find_ascii_bucket ((guint8) byte))) == 0)
      n_nodes += self->first_node[byte + 1] - self->first_node[byte];
  if ((outside & BIT (BUCKET_SEVERAL)) == 0)
    n_nodes += self->first_node[0xf5] - self->first_node[0xc2];
  return n_nodes * TOKENS_PER_NODE >= genlm_vocab_get_size (self->vocab);
}

/* Sets all tokens below a node at once if @state, which came to it from
 * itself, stays what it is throughout. */
static gboolean
take_whole (GenlmTrieWalk   *self,
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
  if (NODE_BUCKET (self->node_facts[p]) == BUCKET_NONE || (self->node_facts[p] & outside) != 0)
    return TRUE;
  end = self->n_tokens_before[p + GENLM_TRIE_NODE_EXTENT (&self->trie->nodes[p])];
  for (i = self->n_tokens_before[p + 1]; i < end; i++)
    {
      guint32 token = self->ordered_tokens[i];

      words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
    }
  *taken = TRUE;
  return TRUE;
}

/* Walks the nodes from @p to @end, which are whole subtrees of the root.
 * @start is the state before them. With @passed, tokens that hold nothing of
 * @outside are set already, and so a subtree is left out if that is so of all
 * in it. Nodes without a token set the bit of EOS, which saves a branch; it is
 * put right afterwards. */
static inline __attribute__ ((always_inline)) gboolean
walk (GenlmTrieWalk   *self,
      GenlmByteDfa    *dfa,
      GenlmByteState  *start,
      gboolean         passed,
      guint64          outside,
      guint32          p,
      guint32          end,
      guint64         *words,
      GError         **error)
{
  const GenlmTrieNode *nodes = self->trie->nodes;
  const guint32 scrap = genlm_vocab_get_eos (self->vocab);
  GenlmByteState *const dead = dfa->dead;
  GenlmByteState *states[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 inside_depth = 0;

  states[0] = start;
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
      if (passed)
        {
          inside_depth = MIN (inside_depth, depth - 1);
          if (inside_depth == depth - 1
              && (outside & BIT (NODE_BUCKET (self->node_facts[p]))) == 0)
            {
              inside_depth = depth;
              if ((self->node_facts[p] & outside) == 0)
                {
                  p += GENLM_TRIE_NODE_EXTENT (node);
                  continue;
                }
            }
        }
      if (next == before && GENLM_TRIE_NODE_EXTENT (node) >= MIN_WHOLE_EXTENT)
        {
          gboolean taken;

          if (!take_whole (self, dfa, next, p, words, &taken, error))
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
walk_all (GenlmTrieWalk   *self,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          guint64         *words,
          GError         **error)
{
  guint64 outside;
  gboolean passed;
  gboolean ok = TRUE;
  guint byte;

  if (!find_outside (dfa, state, &outside, error))
    return FALSE;
  passed = is_pass_worth (self, outside);
  if (passed)
    add_tokens_inside (self->token_buckets, genlm_vocab_get_size (self->vocab), outside, words);
  for (byte = 0; byte < 256 && ok; byte++)
    {
      guint32 first = self->first_node[byte];
      guint32 end = self->first_node[byte + 1];

      if (first == end || genlm_byte_dfa_peek_next (dfa, state, (guint8) byte) == dfa->dead)
        continue;
      if (passed)
        ok = walk (self, dfa, state, TRUE, outside, first, end, words, error);
      else
        ok = walk (self, dfa, state, FALSE, 0, first, end, words, error);
    }
  return ok;
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
  words[eos / 64] &= ~(G_GUINT64_CONSTANT (1) << (eos % 64));
  words[eos / 64] |= (guint64) state->accepting << (eos % 64);
  return g_steal_pointer (&set);
}
