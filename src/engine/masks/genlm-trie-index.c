#include "genlm-trie-index.h"

#include <string.h>

#include "genlm-bits.h"

/* Those that somebody holds, by the content of their vocabularies. The lock is
 * for the table and for the counts of references. */
static GMutex mutex;
static GHashTable *indices;

/* Under this name an index stays with its vocabulary. */
static G_DEFINE_QUARK (genlm-trie-index, trie_index)

/* What a byte does at a place in a character. */
typedef struct
{
  guint8 place;
  guint8 bucket;
} Step;

/* What the bytes down to a node are. */
typedef struct
{
  guint64  buckets;
  guint32  n_chars;
  guint32  node;
  /* The depth of the node that starts the last character. */
  guint32  start;
  guint8   place;
  gboolean is_listed_broken;
} Path;

typedef struct
{
  GenlmTrieEntry entry;
  guint          list;
} ListedEntry;

static void
make_steps (Step steps[GENLM_N_UTF8_PLACES][256])
{
  guint place;
  guint byte;

  for (place = 0; place < GENLM_N_UTF8_PLACES; place++)
    for (byte = 0; byte < 256; byte++)
      {
        GenlmUtf8Place after = genlm_utf8_place_next (place, (guint8) byte);

        steps[place][byte].place = (guint8) after;
        steps[place][byte].bucket = (guint8) genlm_char_bucket_find (place, after, (guint8) byte);
      }
}

/* Field by field: to load what was just stored as something wider waits. */
static void
descend (Path    *paths,
         guint32  depth,
         Step     step,
         guint32  node)
{
  const Path *above = &paths[depth - 1];
  Path *self = &paths[depth];
  gboolean ends = step.bucket != GENLM_BUCKET_NONE;

  self->buckets = above->buckets | ((guint64) ends << (step.bucket & 63));
  self->n_chars = above->n_chars + ends;
  self->node = node;
  self->start = above->place == GENLM_UTF8_BOUNDARY ? depth : above->start;
  self->place = step.place;
  self->is_listed_broken = FALSE;
}

static void
add_entry (GArray     *entries,
           guint       list,
           const Path *above,
           guint32     node)
{
  ListedEntry listed = { { above->buckets, node, above->n_chars }, list };

  g_array_append_val (entries, listed);
}

/* Adds the node of depth @depth to the list where it belongs, if it does. */
static void
list_node (GArray  *entries,
           Path    *paths,
           guint32  depth,
           guint    bucket)
{
  const guint64 foreign = GENLM_BUCKET_BIT (GENLM_BUCKET_SEVERAL)
                          | GENLM_BUCKET_BIT (GENLM_BUCKET_BROKEN);
  const Path *above = &paths[depth - 1];
  Path *start = &paths[paths[depth].start];

  if (above->place == GENLM_UTF8_BOUNDARY && bucket < GENLM_BUCKET_SEVERAL)
    {
      if ((above->buckets & GENLM_BUCKET_BIT (bucket)) == 0)
        add_entry (entries, bucket, above, paths[depth].node);
    }
  else if (above->place == GENLM_UTF8_BOUNDARY && (above->buckets & foreign) == 0)
    add_entry (entries, GENLM_TRIE_INDEX_LIST_LEADS, above, paths[depth].node);
  if (paths[depth].place == GENLM_UTF8_BROKEN && above->place != GENLM_UTF8_BROKEN
      && !start->is_listed_broken)
    {
      add_entry (entries, GENLM_TRIE_INDEX_LIST_BROKEN, start - 1, start->node);
      start->is_listed_broken = TRUE;
    }
}

/* The buckets of a token's characters, and above them how many there are. */
static guint64
find_token_facts (const Path *path)
{
  guint32 n_chars = path->n_chars;
  guint64 buckets = path->buckets;

  if (path->place != GENLM_UTF8_BOUNDARY && path->place != GENLM_UTF8_BROKEN)
    {
      buckets |= GENLM_BUCKET_BIT (GENLM_BUCKET_CUT);
      n_chars++;
    }
  return buckets | ((guint64) MIN (n_chars, GENLM_TRIE_INDEX_NEAR + 1) << GENLM_TRIE_INDEX_SHIFT);
}

/* From the first node to the last: the buckets of the nodes themselves, the
 * facts and the order of the tokens, and the entries. */
static void
index_down (GenlmTrieIndex *self,
            guint64        *token_facts,
            GArray         *entries)
{
  Path paths[GENLM_TRIE_MAX_DEPTH + 1] = { { .place = GENLM_UTF8_BOUNDARY } };
  Step steps[GENLM_N_UTF8_PLACES][256];
  guint32 n_before = 0;
  guint32 p;

  make_steps (steps);
  for (p = 0; p < self->trie->n_nodes; p++)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = GENLM_TRIE_NODE_TOKEN (node);
      Step step = steps[paths[depth - 1].place][GENLM_TRIE_NODE_BYTE (node)];

      descend (paths, depth, step, p);
      list_node (entries, paths, depth, step.bucket);
      self->node_facts[p] = (guint64) step.bucket << GENLM_TRIE_INDEX_SHIFT;
      self->n_tokens_before[p] = n_before;
      if (token == GENLM_TRIE_NO_TOKEN)
        continue;
      self->ordered_tokens[n_before++] = token;
      token_facts[token] = find_token_facts (&paths[depth]);
    }
  self->n_tokens_before[p] = n_before;
}

/* From the last node to the first, every node hands on to its parent what it
 * and the nodes below it hold; the parent stands before it with a depth one
 * less. */
static void
index_up (GenlmTrieIndex *self)
{
  guint64 by_depth[GENLM_TRIE_MAX_DEPTH + 2] = { 0 };
  guint32 p;

  for (p = self->trie->n_nodes; p > 0; p--)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p - 1];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint bucket = genlm_trie_index_get_bucket (self, p - 1);
      guint64 below = by_depth[depth + 1];

      by_depth[depth + 1] = 0;
      self->node_facts[p - 1] |= below;
      if (bucket != GENLM_BUCKET_NONE)
        below |= GENLM_BUCKET_BIT (bucket);
      else if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        below |= GENLM_BUCKET_BIT (GENLM_BUCKET_CUT);
      by_depth[depth] |= below;
    }
}

/* From the last node to the first, as above. */
static void
index_far_nodes (GenlmTrieIndex *self)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (GenlmTrieFarNode));
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 n_by_depth[GENLM_TRIE_MAX_DEPTH + 2] = { 0 };
  guint32 p;

  for (p = self->trie->n_nodes; p > 0; p--)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p - 1];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = GENLM_TRIE_NODE_TOKEN (node);
      GenlmTrieFarNode far_node = { p - 1, 1 + n_by_depth[depth + 1] };

      n_by_depth[depth + 1] = 0;
      if (depth <= GENLM_TRIE_INDEX_NEAR && far_node.skip == 1)
        continue;
      n_by_depth[depth] += far_node.skip;
      g_array_append_val (found, far_node);
      if (depth > GENLM_TRIE_INDEX_NEAR && token != GENLM_TRIE_NO_TOKEN)
        g_array_append_val (tokens, token);
    }
  self->n_far_tokens = tokens->len;
  self->far_tokens = (guint32 *) g_array_free (g_steal_pointer (&tokens), FALSE);
  self->n_far_nodes = found->len;
  self->far_nodes = g_new (GenlmTrieFarNode, found->len);
  for (p = 0; p < found->len; p++)
    self->far_nodes[p] = g_array_index (found, GenlmTrieFarNode, found->len - 1 - p);
}

/* Sorts the entries by list; within one they keep their order. */
static void
index_entries (GenlmTrieIndex *self,
               const GArray   *entries)
{
  guint32 next[GENLM_TRIE_INDEX_N_LISTS];
  guint i;

  for (i = 0; i < entries->len; i++)
    self->first_entry[g_array_index (entries, ListedEntry, i).list + 1]++;
  for (i = 0; i < GENLM_TRIE_INDEX_N_LISTS; i++)
    {
      next[i] = self->first_entry[i];
      self->first_entry[i + 1] += self->first_entry[i];
    }
  self->entries = g_new (GenlmTrieEntry, entries->len);
  for (i = 0; i < entries->len; i++)
    {
      const ListedEntry *listed = &g_array_index (entries, ListedEntry, i);

      self->entries[next[listed->list]++] = listed->entry;
    }
}

static gboolean
is_list_smaller (GenlmTrieIndex *self,
                 guint32         n_listed)
{
  return n_listed <= (self->n_tokens / 64 + 1) * 2;
}

static inline void
set_token (guint64 *words,
           guint32  token)
{
  words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
}

/* Turns 64 rows of 64 bits into columns: swaps ever smaller squares of bits
 * beside the diagonal. */
static void
transpose (guint64 *rows)
{
  guint64 mask = G_GUINT64_CONSTANT (0x00000000ffffffff);
  guint width;
  guint i;

  for (width = 32; width > 0; width >>= 1, mask ^= mask << width)
    for (i = 0; i < 64; i = ((i | width) + 1) & ~width)
      {
        guint64 swapped = ((rows[i] >> width) ^ rows[i | width]) & mask;

        rows[i] ^= swapped << width;
        rows[i | width] ^= swapped;
      }
}

/* By bucket a bit for each token: @words holds those of one bucket after those
 * of another. */
static void
sort_by_bucket (GenlmTrieIndex *self,
                const guint64  *token_facts,
                guint64        *words)
{
  guint32 n_words = self->n_tokens / 64 + 1;
  guint32 i;
  guint j;

  for (i = 0; i < n_words; i++)
    {
      guint64 rows[64] = { 0 };
      guint32 n_rows = MIN (self->n_tokens - i * 64, 64);

      memcpy (rows, token_facts + i * 64, n_rows * sizeof (guint64));
      transpose (rows);
      for (j = 0; j < GENLM_BUCKET_NONE; j++)
        words[j * n_words + i] = rows[j];
    }
}

/* Appends the tokens of a bucket to the list of all. */
static void
list_bucket (GenlmTrieTokens *with,
             const guint64   *words,
             guint32          n_words,
             GArray          *listed)
{
  guint32 i;

  for (i = 0; i < n_words; i++)
    for (guint64 word = words[i]; word != 0; word &= word - 1)
      {
        guint32 token = i * 64 + (guint32) __builtin_ctzll (word);

        g_array_append_val (listed, token);
        with->n_tokens++;
      }
}

static void
index_buckets (GenlmTrieIndex *self,
               const guint64  *token_facts)
{
  guint32 n_words = self->n_tokens / 64 + 1;
  g_autofree guint64 *words = g_new (guint64, (gsize) n_words * GENLM_BUCKET_NONE);
  g_autoptr (GArray) listed = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 *at;
  guint i;

  sort_by_bucket (self, token_facts, words);
  for (i = 0; i < GENLM_BUCKET_NONE; i++)
    {
      GenlmTrieTokens *with = &self->with_bucket[i];
      const guint64 *own = words + (gsize) i * n_words;

      if (is_list_smaller (self, (guint32) genlm_bits_count (own, n_words)))
        list_bucket (with, own, n_words, listed);
      else
        with->words = g_memdup2 (own, n_words * sizeof (guint64));
    }
  at = self->tokens_by_bucket = (guint32 *) g_array_free (g_steal_pointer (&listed), FALSE);
  for (i = 0; i < GENLM_BUCKET_NONE; at += self->with_bucket[i++].n_tokens)
    self->with_bucket[i].tokens = at;
}

/* The longest tokens come first, so that a list is the start of a longer one. */
static void
sort_by_length (GenlmTrieIndex *self,
                const guint64  *token_facts,
                guint32        *n_longer)
{
  guint32 next[GENLM_TRIE_INDEX_NEAR + 2] = { 0 };
  guint32 token;
  guint i;

  for (token = 0; token < self->n_tokens; token++)
    next[token_facts[token] >> GENLM_TRIE_INDEX_SHIFT]++;
  for (i = GENLM_TRIE_INDEX_NEAR + 1; i > 0; i--)
    n_longer[i - 1] = next[i] + (i > GENLM_TRIE_INDEX_NEAR ? 0 : n_longer[i]);
  memcpy (next, n_longer, (GENLM_TRIE_INDEX_NEAR + 1) * sizeof (guint32));
  next[GENLM_TRIE_INDEX_NEAR + 1] = 0;
  self->tokens_by_length = g_new (guint32, self->n_tokens);
  for (token = 0; token < self->n_tokens; token++)
    self->tokens_by_length[next[token_facts[token] >> GENLM_TRIE_INDEX_SHIFT]++] = token;
}

static void
index_lengths (GenlmTrieIndex *self,
               const guint64  *token_facts)
{
  guint32 n_longer[GENLM_TRIE_INDEX_NEAR + 1] = { 0 };
  guint32 n_words = self->n_tokens / 64 + 1;
  const guint64 *words = NULL;
  guint32 n_set = 0;
  guint i;

  sort_by_length (self, token_facts, n_longer);
  for (i = GENLM_TRIE_INDEX_NEAR + 1; i > 0; i--)
    {
      GenlmTrieTokens *longer = &self->longer_than[i - 1];

      if (is_list_smaller (self, n_longer[i - 1]))
        {
          longer->tokens = self->tokens_by_length;
          longer->n_tokens = n_longer[i - 1];
          continue;
        }
      longer->words = words != NULL ? g_memdup2 (words, n_words * sizeof (guint64))
                                    : g_new0 (guint64, n_words);
      for (; n_set < n_longer[i - 1]; n_set++)
        set_token (longer->words, self->tokens_by_length[n_set]);
      words = longer->words;
    }
}

/* The root's children by byte. A byte has several if several tokens are that
 * byte alone; they stand together. */
static void
index_first_bytes (GenlmTrieIndex *self)
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

/* The bytes of each depth, and then those of the depths below with them. */
static void
index_bytes (GenlmTrieIndex *self)
{
  const GenlmTrie *trie = self->trie;
  guint32 depth;
  guint32 p;
  guint i;

  self->deeper_bytes = g_new0 (GenlmTrieBytes, trie->max_depth + 1);
  for (p = 0; p < trie->n_nodes; p++)
    {
      guint8 byte = GENLM_TRIE_NODE_BYTE (&trie->nodes[p]);

      depth = GENLM_TRIE_NODE_DEPTH (&trie->nodes[p]);
      self->deeper_bytes[depth - 1].words[byte / 64] |= G_GUINT64_CONSTANT (1) << (byte % 64);
    }
  for (depth = trie->max_depth; depth > 0; depth--)
    for (i = 0; i < G_N_ELEMENTS (self->deeper_bytes->words); i++)
      self->deeper_bytes[depth - 1].words[i] |= self->deeper_bytes[depth].words[i];
}

static GenlmTrieIndex *
trie_index_new (GenlmVocab *vocab)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (ListedEntry));
  g_autofree guint64 *token_facts = NULL;
  GenlmTrieIndex *self = g_new0 (GenlmTrieIndex, 1);
  guint32 n_nodes;
  guint8 byte;

  self->vocab = vocab;
  self->trie = genlm_vocab_get_trie (vocab);
  self->n_tokens = genlm_vocab_get_size (vocab);
  for (byte = 0; byte < G_N_ELEMENTS (self->ascii_buckets); byte++)
    self->ascii_buckets[byte] = (guint8) genlm_char_bucket_ascii (byte);
  n_nodes = self->trie->n_nodes;
  /* Tokens without bytes have no node, and no characters. */
  token_facts = g_new0 (guint64, self->n_tokens);
  self->node_facts = g_new (guint64, n_nodes);
  self->n_tokens_before = g_new (guint32, n_nodes + 1);
  self->ordered_tokens = g_new (guint32, self->n_tokens);
  index_down (self, token_facts, entries);
  index_up (self);
  index_entries (self, entries);
  index_bytes (self);
  index_buckets (self, token_facts);
  index_lengths (self, token_facts);
  index_far_nodes (self);
  index_first_bytes (self);
  return self;
}

static void
trie_index_free (GenlmTrieIndex *self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->with_bucket); i++)
    g_free (self->with_bucket[i].words);
  for (i = 0; i < G_N_ELEMENTS (self->longer_than); i++)
    g_free (self->longer_than[i].words);
  g_free (self->tokens_by_length);
  g_free (self->tokens_by_bucket);
  g_free (self->far_tokens);
  g_free (self->far_nodes);
  g_free (self->deeper_bytes);
  g_free (self->entries);
  g_free (self->ordered_tokens);
  g_free (self->n_tokens_before);
  g_free (self->node_facts);
  g_free (self);
}

static guint
hash_index (gconstpointer index)
{
  guint64 hash = genlm_vocab_get_hash (((const GenlmTrieIndex *) index)->vocab);

  return (guint) (hash ^ (hash >> 32));
}

static gboolean
equal_indices (gconstpointer a,
               gconstpointer b)
{
  return genlm_vocab_equal (((const GenlmTrieIndex *) a)->vocab,
                            ((const GenlmTrieIndex *) b)->vocab);
}

/* The index that stays with the vocabulary, which is made if there is none. */
static GenlmTrieIndex *
find_own (GenlmVocab *vocab)
{
  GenlmTrieIndex *self = genlm_vocab_get_qdata (vocab, trie_index_quark ());

  if (self == NULL)
    {
      self = trie_index_new (vocab);
      genlm_vocab_set_qdata (vocab, trie_index_quark (), self, (GDestroyNotify) trie_index_free);
    }
  return self;
}

/* Returns a new reference to the one index of vocabularies with this content.
 * Whoever holds an index holds its vocabulary. */
GenlmTrieIndex *
genlm_trie_index_get (GenlmVocab *vocab)
{
  GenlmTrieIndex key = { .vocab = vocab };
  GenlmTrieIndex *self;

  g_mutex_lock (&mutex);
  if (indices == NULL)
    indices = g_hash_table_new (hash_index, equal_indices);
  self = g_hash_table_lookup (indices, &key);
  if (self == NULL)
    {
      self = find_own (vocab);
      genlm_vocab_ref (vocab);
      g_hash_table_add (indices, self);
    }
  self->ref_count++;
  g_mutex_unlock (&mutex);
  return self;
}

GenlmTrieIndex *
genlm_trie_index_ref (GenlmTrieIndex *self)
{
  g_mutex_lock (&mutex);
  self->ref_count++;
  g_mutex_unlock (&mutex);
  return self;
}

/* The last reference lets the vocabulary go, and the index with it unless
 * somebody else has the vocabulary. */
void
genlm_trie_index_unref (GenlmTrieIndex *self)
{
  g_mutex_lock (&mutex);
  if (--self->ref_count > 0)
    {
      g_mutex_unlock (&mutex);
      return;
    }
  g_hash_table_remove (indices, self);
  if (g_hash_table_size (indices) == 0)
    g_clear_pointer (&indices, g_hash_table_unref);
  g_mutex_unlock (&mutex);
  genlm_vocab_unref (self->vocab);
}
