#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaPrefixTree GenlmLlamaPrefixTree;
typedef struct _GenlmLlamaPrefixNode GenlmLlamaPrefixNode;

/* A token after a prefix, whose keys and values stand in one cell. */
struct _GenlmLlamaPrefixNode
{
  GenlmLlamaPrefixNode *parent;
  GenlmLlamaPrefixNode *first_child;
  GenlmLlamaPrefixNode *next_sibling;
  guint32               token;
  guint32               length;     /* of the prefix, this token included */
  guint32               n_sequences; /* whose prefix this is */
  gint32                sequence;   /* that ends here, or -1 */
  gboolean              pending;    /* not computed yet */
};

GenlmLlamaPrefixTree *genlm_llama_prefix_tree_new       (void);
void                  genlm_llama_prefix_tree_free      (GenlmLlamaPrefixTree *self);
void                  genlm_llama_prefix_tree_clear     (GenlmLlamaPrefixTree *self);
gsize                 genlm_llama_prefix_tree_get_size  (GenlmLlamaPrefixTree *self);
GenlmLlamaPrefixNode *genlm_llama_prefix_tree_get_root  (GenlmLlamaPrefixTree *self);
GenlmLlamaPrefixNode *genlm_llama_prefix_tree_find      (GenlmLlamaPrefixTree *self,
                                                         const guint32        *tokens,
                                                         gsize                 n_tokens);
GenlmLlamaPrefixNode *genlm_llama_prefix_tree_extend    (GenlmLlamaPrefixTree *self,
                                                         GenlmLlamaPrefixNode *node,
                                                         const guint32        *tokens,
                                                         gsize                 n_tokens,
                                                         gint32                sequence);
void                  genlm_llama_prefix_tree_release   (GenlmLlamaPrefixTree *self,
                                                         GenlmLlamaPrefixNode *node);
GenlmLlamaPrefixNode *genlm_llama_prefix_node_get_child (GenlmLlamaPrefixNode *self,
                                                         guint32               token);
gint32                genlm_llama_prefix_node_get_cover (GenlmLlamaPrefixNode *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLlamaPrefixTree, genlm_llama_prefix_tree_free)

G_END_DECLS
