#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_TRIE_NO_TOKEN:
 *
 * In [type@TrieNode]: no token ends at this node.
 *
 * Since: 0.1
 */
#define GENLM_TRIE_NO_TOKEN (0xffffffu)

/**
 * GENLM_TRIE_MAX_DEPTH:
 *
 * The length in bytes of the longest token a vocabulary may hold.
 *
 * Since: 0.1
 */
#define GENLM_TRIE_MAX_DEPTH (1023u)

/**
 * GenlmTrieNode: (skip)
 * @label: the token that ends here, or %GENLM_TRIE_NO_TOKEN, in the upper 24
 *   bits, and the node's byte in the lower 8
 * @extent: the size of the subtree, this node included, in the upper 22 bits,
 *   and the depth (1 for a first byte) in the lower 10
 *
 * One node of the flat token trie.
 *
 * Since: 0.1
 */
typedef struct
{
  guint32 label;
  guint32 extent;
} GenlmTrieNode;

/**
 * GENLM_TRIE_NODE_TOKEN: (skip)
 * @node: a [type@TrieNode]
 *
 * Gets the token that ends at a node.
 *
 * Returns: the id, or %GENLM_TRIE_NO_TOKEN
 *
 * Since: 0.1
 */
#define GENLM_TRIE_NODE_TOKEN(node)  ((node)->label >> 8)

/**
 * GENLM_TRIE_NODE_BYTE: (skip)
 * @node: a [type@TrieNode]
 *
 * Gets the byte of a node.
 *
 * Returns: the byte
 *
 * Since: 0.1
 */
#define GENLM_TRIE_NODE_BYTE(node)   ((guint8) ((node)->label & 0xff))

/**
 * GENLM_TRIE_NODE_EXTENT: (skip)
 * @node: a [type@TrieNode]
 *
 * Gets the size of the subtree of a node, the node included.
 *
 * Returns: how many nodes to skip
 *
 * Since: 0.1
 */
#define GENLM_TRIE_NODE_EXTENT(node) ((node)->extent >> 10)

/**
 * GENLM_TRIE_NODE_DEPTH: (skip)
 * @node: a [type@TrieNode]
 *
 * Gets the depth of a node.
 *
 * Returns: 1 for a first byte
 *
 * Since: 0.1
 */
#define GENLM_TRIE_NODE_DEPTH(node)  ((node)->extent & 1023u)

/**
 * GenlmTrie: (skip)
 * @nodes: (array length=n_nodes): the nodes in pre-order, siblings by ascending byte; the
 *   root, which has no byte, is not among them
 * @n_nodes: how many there are
 * @empty_tokens: (array length=n_empty_tokens): ids of the tokens without bytes
 * @n_empty_tokens: how many there are
 * @max_depth: the length of the longest token
 *
 * The tokens of a vocabulary as a prefix tree over bytes, in flat arrays.
 *
 * A walk keeps an array of states by depth: at a node that is dead, skip its extent; otherwise go to
 * the next node. Several ids with the same bytes are sibling leaves: the node of the first id
 * comes first and has the children, the others follow its subtree, each alone.
 *
 * Since: 0.1
 */
struct _GenlmTrie
{
  const GenlmTrieNode *nodes;
  guint32              n_nodes;
  const guint32       *empty_tokens;
  guint32              n_empty_tokens;
  guint32              max_depth;
};

G_END_DECLS
