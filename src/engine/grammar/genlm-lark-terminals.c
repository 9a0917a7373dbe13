#include "genlm-lark-terminals.h"

#include <string.h>

#include "genlm-regex-parser.h"

/* How many bytes of regular expressions are written in all, also those that
 * are only parts of others. */
#define MAX_WRITTEN (G_GUINT64_CONSTANT (64) << 20)

struct _GenlmLarkTerminals
{
  GenlmLarkDefinitions *definitions;
  GHashTable           *patterns; /* by definition */
  GPtrArray            *ignored;
  guint64               n_written;
};

/* A terminal whose parts are being looked for. */
typedef struct
{
  GenlmLarkDefinition *definition;
  guint                n_statements; /* that are done */
  guint32              n_nodes;      /* of the present one that are done */
} Open;

static GenlmLarkDocument *
peek_document (const GenlmLarkTerminals *self)
{
  return self->definitions->document;
}

static gboolean
charge (GenlmLarkTerminals  *self,
        guint32              at,
        gsize                length,
        GError             **error)
{
  self->n_written += length;
  if (length <= GENLM_REGEX_MAX_LENGTH && self->n_written <= MAX_WRITTEN)
    return TRUE;
  return genlm_grammar_source_fail (&peek_document (self)->source, GENLM_POTENTIAL_ERROR_LIMIT, at,
                                    error,
                                    "written out the terminal is longer than %u bytes, or all of them "
                                    "together than %" G_GUINT64_FORMAT,
                                    GENLM_REGEX_MAX_LENGTH, MAX_WRITTEN);
}

/* --- One statement ------------------------------------------------------ */

static GenlmLarkPattern *
join (GenlmLarkTerminals  *self,
      guint32              at,
      GPtrArray           *parts,
      GenlmLarkBinding     binding,
      GError             **error)
{
  gsize length = 0;
  guint i;

  for (i = 0; parts->len > 1 && i < parts->len; i++)
    length += strlen (((GenlmLarkPattern *) g_ptr_array_index (parts, i))->text);
  if (!charge (self, at, length, error))
    return NULL;
  return genlm_lark_pattern_new_joined ((GenlmLarkPattern **) parts->pdata, parts->len, binding);
}

static GenlmLarkPattern *
join_children (GenlmLarkTerminals   *self,
               const GenlmLarkNode  *node,
               guint32               first_node,
               GPtrArray            *patterns,
               GenlmLarkBinding      binding,
               GError              **error)
{
  const guint32 *children = genlm_lark_document_peek_children (peek_document (self), node);
  g_autoptr (GPtrArray) parts = g_ptr_array_sized_new (node->n_children);
  guint32 i;

  for (i = 0; i < node->n_children; i++)
    g_ptr_array_add (parts, g_ptr_array_index (patterns, children[i] - first_node));
  return join (self, node->at, parts, binding, error);
}

static GenlmLarkPattern *
repeat_child (GenlmLarkTerminals   *self,
              const GenlmLarkNode  *node,
              guint32               first_node,
              GPtrArray            *patterns,
              GError              **error)
{
  guint32 child = *genlm_lark_document_peek_children (peek_document (self), node);
  const GenlmLarkPattern *part = g_ptr_array_index (patterns, child - first_node);

  if (!charge (self, node->at, strlen (part->text), error))
    return NULL;
  return genlm_lark_pattern_new_repeated (part, node->min, node->max);
}

/* @patterns holds those of the statement's nodes before this one. */
static GenlmLarkPattern *
compose_node (GenlmLarkTerminals   *self,
              const GenlmLarkNode  *node,
              guint32               first_node,
              GPtrArray            *patterns,
              GError              **error)
{
  switch (node->kind)
    {
    case GENLM_LARK_NODE_ALTERNATIVES:
      return join_children (self, node, first_node, patterns, GENLM_LARK_BINDING_ALTERNATIVES,
                            error);
    case GENLM_LARK_NODE_SEQUENCE:
      return join_children (self, node, first_node, patterns, GENLM_LARK_BINDING_SEQUENCE, error);
    case GENLM_LARK_NODE_REPEAT:
      return repeat_child (self, node, first_node, patterns, error);
    case GENLM_LARK_NODE_TERMINAL:
      return genlm_lark_pattern_ref (genlm_lark_terminals_peek (
        self, genlm_lark_definitions_find (self->definitions, node->at, node->length)));
    default:
      return genlm_lark_pattern_new_literal (peek_document (self), node, error);
    }
}

/* The terminals that the statement names have their patterns. */
static GenlmLarkPattern *
compose_statement (GenlmLarkTerminals  *self,
                   guint                index,
                   GError             **error)
{
  const GenlmLarkStatement *statement =
    genlm_lark_document_peek_statement (peek_document (self), index);
  g_autoptr (GPtrArray) patterns =
    g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_lark_pattern_unref);
  guint32 i;

  for (i = statement->first_node; i <= statement->root; i++)
    {
      const GenlmLarkNode *node = genlm_lark_document_peek_node (peek_document (self), i);
      GenlmLarkPattern *pattern =
        compose_node (self, node, statement->first_node, patterns, error);

      if (pattern == NULL)
        return NULL;
      g_ptr_array_add (patterns, pattern);
    }
  return genlm_lark_pattern_ref (g_ptr_array_index (patterns, patterns->len - 1));
}

/* --- All of them -------------------------------------------------------- */

/* An imported terminal, and then what the statements say. */
static gboolean
compose_definition (GenlmLarkTerminals   *self,
                    GenlmLarkDefinition  *definition,
                    GError              **error)
{
  g_autoptr (GPtrArray) parts =
    g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_lark_pattern_unref);
  GenlmLarkPattern *pattern;
  guint i;

  if (definition->common != NULL)
    g_ptr_array_add (parts, genlm_lark_pattern_new (definition->common,
                                                    GENLM_LARK_BINDING_ALTERNATIVES));
  for (i = 0; i < definition->statements->len; i++)
    {
      pattern = compose_statement (self, g_array_index (definition->statements, guint, i), error);
      if (pattern == NULL)
        return FALSE;
      g_ptr_array_add (parts, pattern);
    }
  if (parts->len == 0)
    return TRUE;
  pattern = join (self, definition->at, parts, GENLM_LARK_BINDING_ALTERNATIVES, error);
  if (pattern == NULL)
    return FALSE;
  g_hash_table_insert (self->patterns, definition, pattern);
  return TRUE;
}

/* The next terminal that the innermost one needs and that has no pattern yet,
 * or NULL. */
static const GenlmLarkNode *
find_missing (GenlmLarkTerminals *self,
              Open               *open)
{
  GArray *statements = open->definition->statements;

  for (; open->n_statements < statements->len; open->n_statements++, open->n_nodes = 0)
    {
      const GenlmLarkStatement *statement = genlm_lark_document_peek_statement (
        peek_document (self), g_array_index (statements, guint, open->n_statements));

      for (; statement->first_node + open->n_nodes <= statement->root; open->n_nodes++)
        {
          const GenlmLarkNode *node = genlm_lark_document_peek_node (
            peek_document (self), statement->first_node + open->n_nodes);

          if (node->kind == GENLM_LARK_NODE_TERMINAL
              && genlm_lark_terminals_peek (
                   self,
                   genlm_lark_definitions_find (self->definitions, node->at, node->length))
                   == NULL)
            return node;
        }
    }
  return NULL;
}

static gboolean
compose_with_parts (GenlmLarkTerminals   *self,
                    GenlmLarkDefinition  *definition,
                    GError              **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Open));
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  Open open = { .definition = definition };

  g_array_append_val (stack, open);
  g_hash_table_add (known, definition);
  while (stack->len > 0)
    {
      Open *top = &g_array_index (stack, Open, stack->len - 1);
      const GenlmLarkNode *missing = find_missing (self, top);

      if (missing == NULL)
        {
          if (!compose_definition (self, top->definition, error))
            return FALSE;
          g_array_set_size (stack, stack->len - 1);
          continue;
        }
      open.definition =
        genlm_lark_definitions_find (self->definitions, missing->at, missing->length);
      if (!g_hash_table_add (known, open.definition))
        return genlm_grammar_source_fail (&peek_document (self)->source,
                                          GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, missing->at, error,
                                          "the terminal \"%s\" contains itself; only rules can",
                                          open.definition->name);
      g_array_append_val (stack, open);
    }
  return TRUE;
}

static gboolean
compose_all (GenlmLarkTerminals  *self,
             GError             **error)
{
  guint i;

  for (i = 0; i < self->definitions->list->len; i++)
    {
      GenlmLarkDefinition *definition = g_ptr_array_index (self->definitions->list, i);

      if (definition->terminal && genlm_lark_terminals_peek (self, definition) == NULL
          && !compose_with_parts (self, definition, error))
        return FALSE;
    }
  for (i = 0; i < self->definitions->ignored->len; i++)
    {
      GenlmLarkPattern *pattern = compose_statement (
        self, g_array_index (self->definitions->ignored, guint, i), error);

      if (pattern == NULL)
        return FALSE;
      g_ptr_array_add (self->ignored, pattern);
    }
  return TRUE;
}

/* The definitions must outlive the terminals. */
GenlmLarkTerminals *
genlm_lark_terminals_new (GenlmLarkDefinitions  *definitions,
                          GError               **error)
{
  g_autoptr (GenlmLarkTerminals) self = g_new0 (GenlmLarkTerminals, 1);

  self->definitions = definitions;
  self->patterns = g_hash_table_new_full (NULL, NULL, NULL,
                                          (GDestroyNotify) genlm_lark_pattern_unref);
  self->ignored = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_lark_pattern_unref);
  if (!compose_all (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
genlm_lark_terminals_free (GenlmLarkTerminals *self)
{
  g_ptr_array_unref (self->ignored);
  g_hash_table_unref (self->patterns);
  g_free (self);
}

/* NULL for what is only declared. */
GenlmLarkPattern *
genlm_lark_terminals_peek (const GenlmLarkTerminals  *self,
                           const GenlmLarkDefinition *definition)
{
  return g_hash_table_lookup (self->patterns, definition);
}

/* By the order of the statements that ignore. */
GenlmLarkPattern *
genlm_lark_terminals_peek_ignored (const GenlmLarkTerminals *self,
                                   guint                     index)
{
  return g_ptr_array_index (self->ignored, index);
}
