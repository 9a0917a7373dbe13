#include "genlm-regex-tree.h"

struct _GenlmRegexTree
{
  GArray    *nodes;
  GArray    *children;
  GPtrArray *classes;
  guint32    root;
  gboolean   search;
  /* Bits of the kinds that there are. */
  guint32    kinds;
};

static guint32
add_node (GenlmRegexTree       *self,
          const GenlmRegexNode *node)
{
  self->kinds |= 1u << node->kind;
  g_array_append_val (self->nodes, *node);
  return self->nodes->len - 1;
}

GenlmRegexTree *
genlm_regex_tree_new (void)
{
  GenlmRegexTree *self = g_new0 (GenlmRegexTree, 1);

  self->nodes = g_array_new (FALSE, FALSE, sizeof (GenlmRegexNode));
  self->children = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->classes = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_char_set_free);
  return self;
}

void
genlm_regex_tree_free (GenlmRegexTree *self)
{
  g_ptr_array_unref (self->classes);
  g_array_unref (self->children);
  g_array_unref (self->nodes);
  g_free (self);
}

guint32
genlm_regex_tree_add_empty (GenlmRegexTree *self)
{
  GenlmRegexNode node = { .kind = GENLM_REGEX_NODE_EMPTY };

  return add_node (self, &node);
}

guint32
genlm_regex_tree_add_range (GenlmRegexTree *self,
                            gunichar        first,
                            gunichar        last)
{
  GenlmRegexNode node = { .kind = GENLM_REGEX_NODE_RANGE, .a = first, .b = last };

  return add_node (self, &node);
}

/* Takes the set. */
guint32
genlm_regex_tree_add_class (GenlmRegexTree *self,
                            GenlmCharSet   *set)
{
  GenlmRegexNode node = { .kind = GENLM_REGEX_NODE_CLASS, .a = self->classes->len };

  g_ptr_array_add (self->classes, set);
  return add_node (self, &node);
}

/* @children must not point into this tree. */
guint32
genlm_regex_tree_add_list (GenlmRegexTree     *self,
                           GenlmRegexNodeKind  kind,
                           const guint32      *children,
                           guint32             n_children)
{
  GenlmRegexNode node = { .kind = kind, .a = self->children->len, .b = n_children };
  guint32 i;

  if (n_children == 1)
    return children[0];
  for (i = 0; i < n_children; i++)
    {
      const GenlmRegexNode *child = genlm_regex_tree_peek_node (self, children[i]);

      node.has_assertion |= child->has_assertion;
      node.depth = MAX (node.depth, child->depth);
    }
  g_array_append_vals (self->children, children, n_children);
  return add_node (self, &node);
}

guint32
genlm_regex_tree_add_repeat (GenlmRegexTree *self,
                             guint32         child,
                             guint32         min,
                             guint32         max)
{
  GenlmRegexNode node = { .kind = GENLM_REGEX_NODE_REPEAT, .a = child, .min = min, .max = max };
  const GenlmRegexNode *below = genlm_regex_tree_peek_node (self, child);

  node.has_assertion = below->has_assertion;
  node.depth = below->depth + 1;
  return add_node (self, &node);
}

guint32
genlm_regex_tree_add_lookahead (GenlmRegexTree *self,
                                guint32         child,
                                gboolean        negative)
{
  GenlmRegexNode node = { .kind = negative ? GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD
                                           : GENLM_REGEX_NODE_LOOKAHEAD,
                          .has_assertion = TRUE,
                          .a = child };

  node.depth = genlm_regex_tree_peek_node (self, child)->depth + 1;
  return add_node (self, &node);
}

/* @place is where it stands in the pattern, for messages. */
guint32
genlm_regex_tree_add_lookbehind (GenlmRegexTree *self,
                                 guint32         child,
                                 gboolean        negative,
                                 guint32         place)
{
  GenlmRegexNode node = { .kind = negative ? GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND
                                           : GENLM_REGEX_NODE_LOOKBEHIND,
                          .has_assertion = TRUE,
                          .a = child,
                          .b = place };

  node.depth = genlm_regex_tree_peek_node (self, child)->depth + 1;
  return add_node (self, &node);
}

/* One of the kinds without children that look at what is around them. */
guint32
genlm_regex_tree_add_assertion (GenlmRegexTree     *self,
                                GenlmRegexNodeKind  kind)
{
  GenlmRegexNode node = { .kind = kind, .has_assertion = TRUE };

  return add_node (self, &node);
}

/* Whether a text matches if a part of it does; otherwise all of it must. */
void
genlm_regex_tree_set_search (GenlmRegexTree *self,
                             gboolean        search)
{
  self->search = search;
}

gboolean
genlm_regex_tree_get_search (const GenlmRegexTree *self)
{
  return self->search;
}

/* Whether any node was added of the kind. */
gboolean
genlm_regex_tree_has (const GenlmRegexTree *self,
                      GenlmRegexNodeKind    kind)
{
  return (self->kinds >> kind) & 1;
}

void
genlm_regex_tree_set_root (GenlmRegexTree *self,
                           guint32         root)
{
  self->root = root;
}

/* Takes the set, in place of the one that @index named. */
void
genlm_regex_tree_set_class (GenlmRegexTree *self,
                            guint32         index,
                            GenlmCharSet   *set)
{
  genlm_char_set_free (g_ptr_array_index (self->classes, index));
  self->classes->pdata[index] = set;
}

guint32
genlm_regex_tree_get_root (const GenlmRegexTree *self)
{
  return self->root;
}

guint32
genlm_regex_tree_get_size (const GenlmRegexTree *self)
{
  return self->nodes->len;
}

const GenlmRegexNode *
genlm_regex_tree_peek_node (const GenlmRegexTree *self,
                            guint32               node)
{
  return &g_array_index (self->nodes, GenlmRegexNode, node);
}

const guint32 *
genlm_regex_tree_peek_children (const GenlmRegexTree *self,
                                const GenlmRegexNode *node)
{
  return &g_array_index (self->children, guint32, node->a);
}

const GenlmCharSet *
genlm_regex_tree_peek_class (const GenlmRegexTree *self,
                             guint32               index)
{
  return g_ptr_array_index (self->classes, index);
}
