#pragma once

/* What walks of a vocabulary's trie need to know beside the trie. There is one
 * for each content of a vocabulary in a process, which machines share; it stays
 * as long as the vocabulary. Immutable, for any number of threads. */

#include <genlm.h>

#include "genlm-char-bucket.h"
#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmTrieIndex GenlmTrieIndex;

/* A node where a character starts that has something not in the buckets of the
 * characters above it. */
typedef struct
{
  guint64 above;
  guint32 node;
  guint32 n_chars_above;
} GenlmTrieEntry;

/* A node with nodes below it that are deeper than GENLM_TRIE_INDEX_NEAR, or one
 * that is so deep; @skip is how many of them are its subtree. */
typedef struct
{
  guint32 node;
  guint32 skip;
} GenlmTrieFarNode;

#define GENLM_TRIE_INDEX_NEAR      (32u)

/* Tokens that have something in common: as bits, or as a list where that takes
 * less. */
typedef struct
{
  guint64 *words;
  guint32 *tokens;
  guint32  n_tokens;
} GenlmTrieTokens;

typedef struct
{
  guint64 words[4];
} GenlmTrieBytes;

/* Of a node, above the buckets below it: the bucket of the character that it
 * ends. */
#define GENLM_TRIE_INDEX_SHIFT     (58u)

/* Lists of entries: for each bucket of ASCII what starts one that does not
 * stand above; all that starts the first character that is not of ASCII; and
 * all that starts the first character that is no UTF-8. */
#define GENLM_TRIE_INDEX_LIST_LEADS  (GENLM_BUCKET_SEVERAL)
#define GENLM_TRIE_INDEX_LIST_BROKEN (GENLM_BUCKET_BROKEN)
#define GENLM_TRIE_INDEX_N_LISTS     (GENLM_BUCKET_NONE)

/*< private >*/
struct _GenlmTrieIndex
{
  guint             ref_count;
  GenlmVocab       *vocab;
  const GenlmTrie  *trie;
  guint32           n_tokens;
  guint64          *node_facts;
  /* By bucket the tokens that hold something of it; and the tokens that have
   * more than so many characters. */
  GenlmTrieTokens   with_bucket[GENLM_BUCKET_NONE];
  GenlmTrieTokens   longer_than[GENLM_TRIE_INDEX_NEAR + 1];
  /* What their lists are parts of. */
  guint32          *tokens_by_bucket;
  guint32          *tokens_by_length;
  /* The tokens in the order of their nodes, and by node how many come before
   * it. */
  guint32          *ordered_tokens;
  guint32          *n_tokens_before;
  GenlmTrieEntry   *entries;
  guint32           first_entry[GENLM_TRIE_INDEX_N_LISTS + 1];
  GenlmTrieFarNode *far_nodes;
  guint32           n_far_nodes;
  /* The tokens that are longer than GENLM_TRIE_INDEX_NEAR. */
  guint32          *far_tokens;
  guint32           n_far_tokens;
  guint8            ascii_buckets[128];
  /* By depth, up to the greatest: the bytes of all nodes that are deeper. */
  GenlmTrieBytes   *deeper_bytes;
  /* By first byte: where its node stands and the next first byte's starts. */
  guint32           first_node[257];
};

/* The bucket of the character that a node ends. */
static inline guint
genlm_trie_index_get_bucket (const GenlmTrieIndex *self,
                             guint32               node)
{
  return (guint) (self->node_facts[node] >> GENLM_TRIE_INDEX_SHIFT);
}

/* Sets the bits of all tokens that end below a node. */
static inline void
genlm_trie_index_add_below (const GenlmTrieIndex *self,
                            guint32               node,
                            guint64              *words)
{
  guint32 end = self->n_tokens_before[node + GENLM_TRIE_NODE_EXTENT (&self->trie->nodes[node])];
  guint32 i;

  for (i = self->n_tokens_before[node + 1]; i < end; i++)
    {
      guint32 token = self->ordered_tokens[i];

      words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
    }
}

/* Whether nothing of @buckets can stand below a node, as far as can be told from
 * a look: not where a character has only begun, or has gone wrong. */
static inline gboolean
genlm_trie_index_is_without (const GenlmTrieIndex *self,
                             guint32               node,
                             guint64               buckets)
{
  guint bucket = genlm_trie_index_get_bucket (self, node);

  return bucket != GENLM_BUCKET_NONE && bucket != GENLM_BUCKET_BROKEN
         && (self->node_facts[node] & buckets) == 0;
}

GENLM_ENGINE_API GenlmTrieIndex *genlm_trie_index_get   (GenlmVocab     *vocab);
GENLM_ENGINE_API GenlmTrieIndex *genlm_trie_index_ref   (GenlmTrieIndex *self);
GENLM_ENGINE_API void            genlm_trie_index_unref (GenlmTrieIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTrieIndex, genlm_trie_index_unref)

G_END_DECLS
