/* Which prefixes have their keys and values in the cache, and in which sequence.
 *
 * One node is one cell. A sequence of libllama ends at a node and covers the
 * path to it; a node that no sequence covers any more is gone. The tree only
 * keeps books: the engine tells libllama the same. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-prefix-tree-private.h"

struct _GenlmLlamaPrefixTree
{
  GenlmLlamaPrefixNode root;
  gsize                n_nodes;
};

GenlmLlamaPrefixTree *
genlm_llama_prefix_tree_new (void)
{
  GenlmLlamaPrefixTree *self = g_new0 (GenlmLlamaPrefixTree, 1);

  self->root.sequence = -1;
  return self;
}

void
genlm_llama_prefix_tree_free (GenlmLlamaPrefixTree *self)
{
  genlm_llama_prefix_tree_clear (self);
  g_free (self);
}

/* The first node below which there is none, in the subtree of @node. */
static GenlmLlamaPrefixNode *
deepest (GenlmLlamaPrefixNode *node)
{
  while (node->first_child != NULL)
    node = node->first_child;
  return node;
}

void
genlm_llama_prefix_tree_clear (GenlmLlamaPrefixTree *self)
{
  GenlmLlamaPrefixNode *node = deepest (&self->root);

  while (node != &self->root)
    {
      GenlmLlamaPrefixNode *parent = node->parent;

      parent->first_child = node->next_sibling;
      g_free (node);
      node = deepest (parent);
    }
  self->n_nodes = 0;
}

/* How many prefixes there are, and so how many cells hold them. */
gsize
genlm_llama_prefix_tree_get_size (GenlmLlamaPrefixTree *self)
{
  return self->n_nodes;
}

/* The empty prefix, which is always there. */
GenlmLlamaPrefixNode *
genlm_llama_prefix_tree_get_root (GenlmLlamaPrefixTree *self)
{
  return &self->root;
}

GenlmLlamaPrefixNode *
genlm_llama_prefix_node_get_child (GenlmLlamaPrefixNode *self,
                                   guint32               token)
{
  GenlmLlamaPrefixNode *child = self->first_child;

  while (child != NULL && child->token != token)
    child = child->next_sibling;
  return child;
}

/* Any sequence that covers the node; -1 only for the root. */
gint32
genlm_llama_prefix_node_get_cover (GenlmLlamaPrefixNode *self)
{
  if (self->parent == NULL)
    return -1;
  while (self->sequence < 0)
    self = self->first_child;
  return self->sequence;
}

/* The longest prefix of @tokens in the tree, also where it is pending. */
GenlmLlamaPrefixNode *
genlm_llama_prefix_tree_find (GenlmLlamaPrefixTree *self,
                              const guint32        *tokens,
                              gsize                 n_tokens)
{
  GenlmLlamaPrefixNode *node = &self->root;

  for (gsize i = 0; i < n_tokens; i++)
    {
      GenlmLlamaPrefixNode *child = genlm_llama_prefix_node_get_child (node, tokens[i]);

      if (child == NULL)
        break;
      node = child;
    }
  return node;
}

static GenlmLlamaPrefixNode *
add_child (GenlmLlamaPrefixTree *self,
           GenlmLlamaPrefixNode *parent,
           guint32               token)
{
  GenlmLlamaPrefixNode *node = g_new0 (GenlmLlamaPrefixNode, 1);

  node->parent = parent;
  node->token = token;
  node->length = parent->length + 1;
  node->n_sequences = 1;
  node->sequence = -1;
  node->pending = TRUE;
  node->next_sibling = parent->first_child;
  parent->first_child = node;
  self->n_nodes++;
  return node;
}

/* Adds pending nodes for @tokens, of which the first is no child of @node yet,
 * and lets @sequence end at the last. Either the sequence ends at @node, or it
 * is a new one, which then covers the path to @node too. */
GenlmLlamaPrefixNode *
genlm_llama_prefix_tree_extend (GenlmLlamaPrefixTree *self,
                                GenlmLlamaPrefixNode *node,
                                const guint32        *tokens,
                                gsize                 n_tokens,
                                gint32                sequence)
{
  if (node->sequence == sequence)
    node->sequence = -1;
  else
    for (GenlmLlamaPrefixNode *n = node; n->parent != NULL; n = n->parent)
      n->n_sequences++;

  for (gsize i = 0; i < n_tokens; i++)
    node = add_child (self, node, tokens[i]);

  node->sequence = sequence;
  return node;
}

static void
remove_node (GenlmLlamaPrefixTree *self,
             GenlmLlamaPrefixNode *node)
{
  GenlmLlamaPrefixNode **link = &node->parent->first_child;

  while (*link != node)
    link = &(*link)->next_sibling;
  *link = node->next_sibling;
  g_free (node);
  self->n_nodes--;
}

/* Takes away the sequence that ends at @node. */
void
genlm_llama_prefix_tree_release (GenlmLlamaPrefixTree *self,
                                 GenlmLlamaPrefixNode *node)
{
  node->sequence = -1;
  while (node->parent != NULL)
    {
      GenlmLlamaPrefixNode *parent = node->parent;

      if (--node->n_sequences == 0)
        remove_node (self, node);
      node = parent;
    }
}
