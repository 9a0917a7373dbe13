#include "genlm-lark-definitions.h"

#include <string.h>

#include "genlm-lark-common.h"

#define fail(self, at, error, ...)                                                              \
  genlm_grammar_source_fail (&(self)->document->source, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, \
                             (at), (error), __VA_ARGS__)

static void
definition_free (gpointer data)
{
  GenlmLarkDefinition *self = data;

  g_array_unref (self->statements);
  g_free (self->name);
  g_free (self);
}

static const GenlmLarkName *
peek_param (const GenlmLarkDefinitions *self,
            guint32                     index)
{
  return &g_array_index (self->document->params, GenlmLarkName, index);
}

static gboolean
same_text (const GenlmLarkDefinitions *self,
           guint32                     at,
           guint32                     length,
           guint32                     other_at,
           guint32                     other_length)
{
  const char *text = self->document->source.text;

  return length == other_length && memcmp (text + at, text + other_at, length) == 0;
}

/* NULL if the name in the text is not defined. */
GenlmLarkDefinition *
genlm_lark_definitions_find (const GenlmLarkDefinitions *self,
                             guint32                     at,
                             guint32                     length)
{
  g_autofree char *name = genlm_lark_document_dup_text (self->document, at, length);

  return g_hash_table_lookup (self->by_name, name);
}

/* The number of the parameter that a node names, or as many as there are. */
guint
genlm_lark_definitions_find_param (const GenlmLarkDefinitions *self,
                                   const GenlmLarkDefinition  *definition,
                                   const GenlmLarkNode        *node)
{
  guint i;

  for (i = 0; i < definition->n_params; i++)
    {
      const GenlmLarkName *param = peek_param (self, definition->first_param + i);

      if (same_text (self, node->at, node->length, param->at, param->length))
        break;
    }
  return i;
}

/* --- Collecting --------------------------------------------------------- */

static GenlmLarkDefinition *
add_definition (GenlmLarkDefinitions *self,
                guint32               at,
                guint32               length,
                gboolean              terminal)
{
  GenlmLarkDefinition *definition = g_new0 (GenlmLarkDefinition, 1);

  definition->name = genlm_lark_document_dup_text (self->document, at, length);
  definition->terminal = terminal;
  definition->at = at;
  definition->statements = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->list, definition);
  g_hash_table_insert (self->by_name, definition->name, definition);
  return definition;
}

static gboolean
import (GenlmLarkDefinitions      *self,
        const GenlmLarkStatement  *statement,
        GError                   **error)
{
  g_autofree char *name =
    genlm_lark_document_dup_text (self->document, statement->at, statement->length);
  const char *pattern = genlm_lark_common_find (name);
  GenlmLarkDefinition *definition =
    genlm_lark_definitions_find (self, statement->alias_at, statement->alias_length);

  if (pattern == NULL)
    return fail (self, statement->at, error, "\"common\" has no \"%s\"", name);
  if (definition == NULL)
    definition = add_definition (self, statement->alias_at, statement->alias_length, TRUE);
  else if (definition->common != pattern)
    return fail (self, statement->alias_at, error, "\"%s\" is imported already, as something else",
                 definition->name);
  definition->common = pattern;
  return TRUE;
}

static void
set_text (GenlmLarkDefinition      *definition,
          const GenlmLarkStatement *statement,
          guint                     index)
{
  definition->common = NULL;
  definition->has_text = TRUE;
  definition->at = statement->at;
  definition->first_param = statement->first_param;
  definition->n_params = statement->n_params;
  g_array_set_size (definition->statements, 0);
  g_array_append_val (definition->statements, index);
}

static gboolean
has_same_params (const GenlmLarkDefinitions *self,
                 const GenlmLarkDefinition  *definition,
                 const GenlmLarkStatement   *statement)
{
  guint i;

  if (definition->n_params != statement->n_params)
    return FALSE;
  for (i = 0; i < definition->n_params; i++)
    {
      const GenlmLarkName *one = peek_param (self, definition->first_param + i);
      const GenlmLarkName *other = peek_param (self, statement->first_param + i);

      if (!same_text (self, one->at, one->length, other->at, other->length))
        return FALSE;
    }
  return TRUE;
}

static gboolean
extend (GenlmLarkDefinitions      *self,
        GenlmLarkDefinition       *definition,
        const GenlmLarkStatement  *statement,
        guint                      index,
        GError                   **error)
{
  if (!definition->has_text && definition->common == NULL)
    return fail (self, statement->at, error,
                 "\"%s\" is declared without text, so nothing can be added to it",
                 definition->name);
  if (!has_same_params (self, definition, statement))
    return fail (self, statement->at, error, "\"%s\" is defined with other parameters",
                 definition->name);
  g_array_append_val (definition->statements, index);
  return TRUE;
}

static gboolean
define (GenlmLarkDefinitions      *self,
        const GenlmLarkStatement  *statement,
        guint                      index,
        GError                   **error)
{
  GenlmLarkDefinition *definition =
    genlm_lark_definitions_find (self, statement->at, statement->length);
  gboolean again = statement->kind == GENLM_LARK_STATEMENT_OVERRIDE
                   || statement->kind == GENLM_LARK_STATEMENT_EXTEND;

  if (definition == NULL && again)
    {
      g_autofree char *name =
        genlm_lark_document_dup_text (self->document, statement->at, statement->length);

      return fail (self, statement->at, error, "\"%s\" is not defined before this line", name);
    }
  if (definition != NULL && !again)
    return fail (self, statement->at, error,
                 "\"%s\" is defined twice; write %%override or %%extend before the second "
                 "definition if that is meant",
                 definition->name);
  if (statement->kind == GENLM_LARK_STATEMENT_EXTEND)
    return extend (self, definition, statement, index, error);
  if (definition == NULL)
    definition = add_definition (self, statement->at, statement->length, statement->terminal);
  if (statement->kind != GENLM_LARK_STATEMENT_DECLARE)
    set_text (definition, statement, index);
  return TRUE;
}

/* Imports hold from the start of the text, whatever their place. */
static gboolean
collect (GenlmLarkDefinitions  *self,
         GError               **error)
{
  guint i;

  for (i = 0; i < self->document->statements->len; i++)
    {
      const GenlmLarkStatement *statement =
        genlm_lark_document_peek_statement (self->document, i);

      if (statement->kind == GENLM_LARK_STATEMENT_IMPORT && !import (self, statement, error))
        return FALSE;
    }
  for (i = 0; i < self->document->statements->len; i++)
    {
      const GenlmLarkStatement *statement =
        genlm_lark_document_peek_statement (self->document, i);

      if (statement->kind == GENLM_LARK_STATEMENT_IGNORE)
        g_array_append_val (self->ignored, i);
      else if (statement->kind != GENLM_LARK_STATEMENT_IMPORT
               && !define (self, statement, i, error))
        return FALSE;
    }
  return TRUE;
}

/* --- Checking ----------------------------------------------------------- */

static gboolean
check_params (const GenlmLarkDefinitions  *self,
              const GenlmLarkDefinition   *definition,
              GError                     **error)
{
  guint i;
  guint j;

  for (i = 0; i < definition->n_params; i++)
    {
      const GenlmLarkName *param = peek_param (self, definition->first_param + i);

      if (genlm_lark_definitions_find (self, param->at, param->length) != NULL)
        return fail (self, param->at, error, "the parameter has the name of a rule");
      for (j = 0; j < i; j++)
        {
          const GenlmLarkName *other = peek_param (self, definition->first_param + j);

          if (same_text (self, param->at, param->length, other->at, other->length))
            return fail (self, param->at, error, "two parameters have this name");
        }
    }
  return TRUE;
}

/* Whether a comment begins before a place in its line, which may have been meant
 * as a regular expression. */
static gboolean
is_after_comment (const GenlmLarkDefinitions *self,
                  gsize                       at)
{
  const char *text = self->document->source.text;

  for (; at > 1 && text[at - 1] != '\n'; at--)
    if (text[at - 1] == '/' && text[at - 2] == '/')
      return TRUE;
  return FALSE;
}

/* Whether a name stands right behind a regular expression and its flags. */
static gboolean
is_after_regexp (const GenlmLarkDefinitions *self,
                 gsize                       at)
{
  const char *text = self->document->source.text;

  while (at > 0 && g_ascii_islower (text[at - 1]))
    at--;
  return at > 0 && text[at - 1] == '/';
}

/* In a terminal there are characters only. */
static gboolean
check_in_terminal (const GenlmLarkDefinitions  *self,
                   const GenlmLarkNode         *node,
                   GError                     **error)
{
  if (node->kind == GENLM_LARK_NODE_RULE || node->kind == GENLM_LARK_NODE_TEMPLATE)
    return fail (self, node->at, error,
                 "a terminal is made of terminals and literals, not of rules");
  if (node->kind == GENLM_LARK_NODE_SEQUENCE && node->n_children == 0
      && is_after_comment (self, node->at))
    return fail (self, node->at, error,
                 "an alternative of a terminal is empty, for \"//\" begins a comment; write \"//\" in "
                 "quotation marks for the characters");
  if (node->kind == GENLM_LARK_NODE_SEQUENCE && node->n_children == 0)
    return fail (self, node->at, error,
                 "an alternative of a terminal is empty; write \"?\" after what may be missing");
  return TRUE;
}

static gboolean
check_name (const GenlmLarkDefinitions  *self,
            const GenlmLarkNode         *node,
            GError                     **error)
{
  const GenlmLarkDefinition *definition =
    genlm_lark_definitions_find (self, node->at, node->length);
  g_autofree char *name = NULL;

  if (definition == NULL)
    {
      name = genlm_lark_document_dup_text (self->document, node->at, node->length);
      if (is_after_regexp (self, node->at))
        return fail (self, node->at, error,
                     "\"%s\" is no flag of a regular expression, and not defined; flags are i, m, s, "
                     "u and x",
                     name);
      return fail (self, node->at, error, "\"%s\" is used but not defined", name);
    }
  if (!definition->has_text && definition->common == NULL)
    return fail (self, node->at, error,
                 "\"%s\" is declared without text, so nothing can match it; define it, or take it "
                 "out of the rules",
                 definition->name);
  if (node->kind == GENLM_LARK_NODE_TEMPLATE && node->n_children != definition->n_params)
    return fail (self, node->at, error, "\"%s\" is used with %u arguments and defined with %u",
                 definition->name, node->n_children, definition->n_params);
  return TRUE;
}

static gboolean
check_node (const GenlmLarkDefinitions  *self,
            const GenlmLarkDefinition   *definition,
            const GenlmLarkNode         *node,
            GError                     **error)
{
  if ((definition == NULL || definition->terminal) && !check_in_terminal (self, node, error))
    return FALSE;
  switch (node->kind)
    {
    case GENLM_LARK_NODE_RULE:
    case GENLM_LARK_NODE_TEMPLATE:
      if (genlm_lark_definitions_find_param (self, definition, node) < definition->n_params)
        return TRUE;
      return check_name (self, node, error);
    case GENLM_LARK_NODE_TERMINAL:
      return check_name (self, node, error);
    default:
      return TRUE;
    }
}

/* The definition is NULL for what is ignored. */
static gboolean
check_statement (const GenlmLarkDefinitions  *self,
                 const GenlmLarkDefinition   *definition,
                 guint                        index,
                 GError                     **error)
{
  const GenlmLarkStatement *statement =
    genlm_lark_document_peek_statement (self->document, index);
  guint32 i;

  for (i = statement->first_node; i <= statement->root; i++)
    if (!check_node (self, definition, genlm_lark_document_peek_node (self->document, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
check (const GenlmLarkDefinitions  *self,
       GError                     **error)
{
  guint i;
  guint j;

  for (i = 0; i < self->list->len; i++)
    {
      const GenlmLarkDefinition *definition = g_ptr_array_index (self->list, i);

      if (!check_params (self, definition, error))
        return FALSE;
      for (j = 0; j < definition->statements->len; j++)
        if (!check_statement (self, definition, g_array_index (definition->statements, guint, j),
                              error))
          return FALSE;
    }
  for (i = 0; i < self->ignored->len; i++)
    if (!check_statement (self, NULL, g_array_index (self->ignored, guint, i), error))
      return FALSE;
  return TRUE;
}

/* The document must outlive the definitions. */
GenlmLarkDefinitions *
genlm_lark_definitions_new (GenlmLarkDocument  *document,
                            GError            **error)
{
  g_autoptr (GenlmLarkDefinitions) self = g_new0 (GenlmLarkDefinitions, 1);

  self->document = document;
  self->list = g_ptr_array_new_with_free_func (definition_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->ignored = g_array_new (FALSE, FALSE, sizeof (guint));
  if (!collect (self, error) || !check (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
genlm_lark_definitions_free (GenlmLarkDefinitions *self)
{
  g_array_unref (self->ignored);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->list);
  g_free (self);
}
