#include "genlm-schema-private.h"

#include <genlm.h>
#include <string.h>

static void
note_clear (gpointer data)
{
  GenlmSchemaNote *self = data;

  g_free (self->pointer);
  g_free (self->keyword);
  g_free (self->reason);
}

static void
pattern_clear (gpointer data)
{
  GenlmSchemaPattern *self = data;

  g_clear_pointer (&self->tree, genlm_regex_tree_free);
}

static GArray *
new_notes (void)
{
  GArray *notes = g_array_new (FALSE, FALSE, sizeof (GenlmSchemaNote));

  g_array_set_clear_func (notes, note_clear);
  return notes;
}

static void
set_options (GenlmSchemaOptions       *self,
             const GenlmSchemaOptions *options)
{
  if (options != NULL)
    *self = *options;
  if (self->limits.max_states == 0)
    self->limits.max_states = GENLM_ENGINE_DEFAULT_MAX_STATES;
  if (self->limits.max_memory == 0)
    self->limits.max_memory = GENLM_ENGINE_DEFAULT_MAX_MEMORY;
}

/* Reads a schema. @options may be NULL. What an error is about is named by its
 * JSON Pointer at the beginning of the message. */
GenlmSchema *
genlm_schema_new (const char               *text,
                  gssize                    length,
                  const GenlmSchemaOptions *options,
                  GError                  **error)
{
  g_autoptr (GenlmSchema) self = g_new0 (GenlmSchema, 1);

  g_atomic_ref_count_init (&self->ref_count);
  set_options (&self->options, options);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (GenlmSchemaNode));
  self->patterns = g_ptr_array_new_with_free_func (pattern_clear);
  self->annotations = new_notes ();
  self->dropped = new_notes ();
  self->store = genlm_schema_store_new (&self->options);
  self->document = genlm_json_document_new (text, length, error);
  if (self->document == NULL || !genlm_schema_load (self, error) || !genlm_schema_check_loops (self, error))
    return NULL;
  genlm_schema_bound_items (self);
  genlm_schema_drop_types (self);
  return g_steal_pointer (&self);
}

GenlmSchema *
genlm_schema_ref (GenlmSchema *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_schema_unref (GenlmSchema *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->dropped);
  g_array_unref (self->annotations);
  g_ptr_array_unref (self->patterns);
  g_array_unref (self->nodes);
  genlm_json_arena_clear (&self->arena);
  genlm_schema_store_free (self->store);
  g_clear_pointer (&self->document, genlm_json_document_unref);
  g_free (self);
}

guint32
genlm_schema_get_root (const GenlmSchema *self)
{
  return 0;
}

guint32
genlm_schema_get_n_nodes (const GenlmSchema *self)
{
  return self->nodes->len;
}

const GenlmSchemaNode *
genlm_schema_peek_node (const GenlmSchema *self,
                        guint32            node)
{
  g_return_val_if_fail (node < self->nodes->len, NULL);

  return &g_array_index (self->nodes, GenlmSchemaNode, node);
}

guint32
genlm_schema_get_n_patterns (const GenlmSchema *self)
{
  return self->patterns->len;
}

const GenlmSchemaPattern *
genlm_schema_peek_pattern (const GenlmSchema *self,
                           guint32            index)
{
  g_return_val_if_fail (index < self->patterns->len, NULL);

  return g_ptr_array_index (self->patterns, index);
}

/* Where a value stands: its JSON Pointer, after the URI of the document if it
 * is not the main one. */
char *
genlm_schema_dup_place (const GenlmSchema    *self,
                        const GenlmJsonValue *value)
{
  g_autofree char      *pointer = genlm_json_value_dup_pointer (value);
  const GenlmJsonValue *root = value;
  const char           *uri;

  while (root->parent != NULL)
    root = root->parent;
  uri = genlm_schema_store_peek_document_uri (self->store, root);
  return uri != NULL ? g_strconcat (uri, pointer, NULL) : g_steal_pointer (&pointer);
}

/* The place of a node or, if @keyword is not NULL, of a keyword of it. */
char *
genlm_schema_dup_location (const GenlmSchema *self,
                           guint32            node,
                           const char        *keyword)
{
  const GenlmSchemaNode *at = genlm_schema_peek_node (self, node);
  const GenlmJsonValue  *value = at->value;

  if (keyword != NULL && genlm_json_value_peek (value, keyword, -1) != NULL)
    value = genlm_json_value_peek (value, keyword, -1);
  return genlm_schema_dup_place (self, value);
}

/* The keywords and names of formats that say nothing about values. */
const GenlmSchemaNote *
genlm_schema_peek_annotations (const GenlmSchema *self,
                               gsize             *n)
{
  *n = self->annotations->len;
  return (const GenlmSchemaNote *) self->annotations->data;
}

/* What cannot be enforced and was left out, as the options allowed. */
const GenlmSchemaNote *
genlm_schema_peek_dropped (const GenlmSchema *self,
                           gsize             *n)
{
  *n = self->dropped->len;
  return (const GenlmSchemaNote *) self->dropped->data;
}

/* The bytes it takes, nearly. */
guint64
genlm_schema_get_size (const GenlmSchema *self)
{
  return sizeof (*self) + self->arena.total + genlm_schema_store_get_size (self->store) +
         self->nodes->len * sizeof (GenlmSchemaNode);
}
