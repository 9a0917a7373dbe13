#include "genlm-lark-document.h"

/* The source must outlive the document. */
GenlmLarkDocument *
genlm_lark_document_new (const GenlmGrammarSource *source)
{
  GenlmLarkDocument *self = g_new0 (GenlmLarkDocument, 1);

  self->source = *source;
  self->nodes = g_array_new (FALSE, FALSE, sizeof (GenlmLarkNode));
  /* With memory from the start: an empty part of it has an address, too. */
  self->children = g_array_sized_new (FALSE, FALSE, sizeof (guint32), 16);
  self->statements = g_array_new (FALSE, FALSE, sizeof (GenlmLarkStatement));
  self->params = g_array_new (FALSE, FALSE, sizeof (GenlmLarkName));
  return self;
}

void
genlm_lark_document_free (GenlmLarkDocument *self)
{
  g_array_unref (self->params);
  g_array_unref (self->statements);
  g_array_unref (self->children);
  g_array_unref (self->nodes);
  g_free (self);
}

guint32
genlm_lark_document_add_node (GenlmLarkDocument *self,
                              GenlmLarkNode      node,
                              const guint32     *children,
                              guint32            n_children)
{
  node.first_child = self->children->len;
  node.n_children = n_children;
  if (n_children > 0)
    g_array_append_vals (self->children, children, n_children);
  g_array_append_val (self->nodes, node);
  return self->nodes->len - 1;
}

const GenlmLarkNode *
genlm_lark_document_peek_node (const GenlmLarkDocument *self,
                               guint32                  node)
{
  return &g_array_index (self->nodes, GenlmLarkNode, node);
}

const guint32 *
genlm_lark_document_peek_children (const GenlmLarkDocument *self,
                                   const GenlmLarkNode     *node)
{
  return (const guint32 *) (gpointer) self->children->data + node->first_child;
}

const GenlmLarkStatement *
genlm_lark_document_peek_statement (const GenlmLarkDocument *self,
                                    guint                    index)
{
  return &g_array_index (self->statements, GenlmLarkStatement, index);
}

char *
genlm_lark_document_dup_text (const GenlmLarkDocument *self,
                              guint32                  at,
                              guint32                  length)
{
  return g_strndup (self->source.text + at, length);
}
