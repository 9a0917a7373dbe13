#pragma once

/* What walks of a vocabulary's trie need to know beside the trie. There is one
 * for each content of a vocabulary in a process, for as long as somebody holds
 * it: machines share it. Immutable, for any number of threads. */

#include <genlm.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmTrieIndex GenlmTrieIndex;

/*< private >*/
struct _GenlmTrieIndex
{
  guint            ref_count;
  GenlmVocab      *vocab;
  const GenlmTrie *trie;
  guint32          n_tokens;
  /* By token: the buckets of its characters. */
  guint64         *token_buckets;
  /* By node: the buckets of the characters that end below it, and above them
   * the bucket of the character that it ends. */
  guint64         *node_facts;
  /* The tokens in the order of their nodes, and by node how many come before
   * it. */
  guint32         *ordered_tokens;
  guint32         *n_tokens_before;
  /* By first byte: where its node stands and the next first byte's starts. */
  guint32          first_node[257];
};

#define GENLM_TRIE_INDEX_BUCKET_SHIFT (58u)

/* The bucket of the character that a node ends. */
static inline guint
genlm_trie_index_get_bucket (const GenlmTrieIndex *self,
                             guint32               node)
{
  return (guint) (self->node_facts[node] >> GENLM_TRIE_INDEX_BUCKET_SHIFT);
}

GENLM_ENGINE_API GenlmTrieIndex *genlm_trie_index_get   (GenlmVocab     *vocab);
GENLM_ENGINE_API GenlmTrieIndex *genlm_trie_index_ref   (GenlmTrieIndex *self);
GENLM_ENGINE_API void            genlm_trie_index_unref (GenlmTrieIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTrieIndex, genlm_trie_index_unref)

G_END_DECLS
