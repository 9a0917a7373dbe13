#include "genlm-trie-index.h"

#include "genlm-char-bucket.h"

/* All there are, by the content of their vocabularies. The lock is for the
 * table and for the counts of references. */
static GMutex mutex;
static GHashTable *indices;

/* What a byte does at a place in a character. */
typedef struct
{
  guint8 place;
  guint8 bucket;
} Step;

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

/* From the first node to the last: the buckets of the nodes themselves and of
 * the tokens, and the order of the tokens. */
static void
index_down (GenlmTrieIndex *self)
{
  guint8 places[GENLM_TRIE_MAX_DEPTH + 1] = { GENLM_UTF8_BOUNDARY };
  guint64 buckets[GENLM_TRIE_MAX_DEPTH + 1] = { 0 };
  Step steps[GENLM_N_UTF8_PLACES][256];
  guint32 n_before = 0;
  guint32 p;

  make_steps (steps);
  for (p = 0; p < self->trie->n_nodes; p++)
    {
      const GenlmTrieNode *node = &self->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = GENLM_TRIE_NODE_TOKEN (node);
      Step step = steps[places[depth - 1]][GENLM_TRIE_NODE_BYTE (node)];

      places[depth] = step.place;
      buckets[depth] = (buckets[depth - 1] | GENLM_BUCKET_BIT (step.bucket)) & GENLM_BUCKET_ALL;
      self->node_facts[p] = (guint64) step.bucket << GENLM_TRIE_INDEX_BUCKET_SHIFT;
      self->n_tokens_before[p] = n_before;
      if (token == GENLM_TRIE_NO_TOKEN)
        continue;
      self->ordered_tokens[n_before++] = token;
      self->token_buckets[token] = buckets[depth];
      if (step.place != GENLM_UTF8_BOUNDARY)
        self->token_buckets[token] |= GENLM_BUCKET_BIT (GENLM_BUCKET_BROKEN);
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
        below |= GENLM_BUCKET_BIT (GENLM_BUCKET_BROKEN);
      by_depth[depth] |= below;
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

static GenlmTrieIndex *
trie_index_new (GenlmVocab *vocab)
{
  GenlmTrieIndex *self = g_new0 (GenlmTrieIndex, 1);
  guint32 n_nodes;

  self->ref_count = 1;
  self->vocab = genlm_vocab_ref (vocab);
  self->trie = genlm_vocab_get_trie (vocab);
  self->n_tokens = genlm_vocab_get_size (vocab);
  n_nodes = self->trie->n_nodes;
  /* Tokens without bytes have no node, and no buckets. */
  self->token_buckets = g_new0 (guint64, self->n_tokens);
  self->node_facts = g_new (guint64, n_nodes);
  self->n_tokens_before = g_new (guint32, n_nodes + 1);
  self->ordered_tokens = g_new (guint32, self->n_tokens);
  index_down (self);
  index_up (self);
  index_first_bytes (self);
  return self;
}

static void
trie_index_free (GenlmTrieIndex *self)
{
  g_free (self->ordered_tokens);
  g_free (self->n_tokens_before);
  g_free (self->node_facts);
  g_free (self->token_buckets);
  genlm_vocab_unref (self->vocab);
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

/* Returns a new reference to the one index of vocabularies with this
 * content. */
GenlmTrieIndex *
genlm_trie_index_get (GenlmVocab *vocab)
{
  GenlmTrieIndex key = { .vocab = vocab };
  GenlmTrieIndex *self;

  g_mutex_lock (&mutex);
  if (indices == NULL)
    indices = g_hash_table_new (hash_index, equal_indices);
  self = g_hash_table_lookup (indices, &key);
  if (self != NULL)
    self->ref_count++;
  else
    {
      self = trie_index_new (vocab);
      g_hash_table_add (indices, self);
    }
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
  trie_index_free (self);
}
