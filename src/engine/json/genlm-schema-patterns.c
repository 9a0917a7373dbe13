#include "genlm-schema-reading.h"

#include <genlm.h>

#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

/* Whether a group with an assertion inside is written out several times. */
static gboolean
repeats_assertion (const GenlmRegexTree *tree)
{
  for (guint32 i = 0; i < genlm_regex_tree_get_size (tree); i++)
    {
      const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree, i);

      if (node->kind == GENLM_REGEX_NODE_REPEAT && node->has_assertion
          && (node->min > 1 || (node->max > 1 && node->max != GENLM_REGEX_REPEAT_UNBOUNDED)))
        return TRUE;
    }
  return FALSE;
}

/* The tree of a pattern that can be enforced. How far a look-behind looks, and how
 * much is written out, is only seen when it is compiled. */
static GenlmRegexTree *
parse_pattern (const GenlmEngineLimits  *limits,
               const char               *text,
               gsize                     length,
               GError                  **error)
{
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmByteExprs) exprs = NULL;
  GenlmByteExpr              expr;

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, text, length, NULL, error);
  /* No property raises the limits of the syntax. */
  if (tree == NULL && (*error)->code == GENLM_POTENTIAL_ERROR_LIMIT)
    (*error)->code = GENLM_POTENTIAL_ERROR_NOT_SUPPORTED;
  if (tree == NULL || (g_strstr_len (text, (gssize) length, "(?<") == NULL && !repeats_assertion (tree)))
    return g_steal_pointer (&tree);
  exprs = genlm_byte_exprs_new (limits);
  if (!genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &expr, error))
    return NULL;
  return g_steal_pointer (&tree);
}

/* Reads the pattern @text for what stands at @at. NULL if it was dropped. */
gboolean
genlm_schema_read_pattern (const GenlmSchemaReading  *reading,
                           const GenlmJsonValue      *at,
                           const char                *text,
                           gsize                      length,
                           const GenlmSchemaPattern **result)
{
  GenlmSchemaLoader          *loader = reading->loader;
  g_autoptr (GBytes)          key = g_bytes_new_static (text, length);
  GenlmSchemaPattern         *pattern = g_hash_table_lookup (loader->patterns, key);
  g_autoptr (GError)          error = NULL;
  g_autoptr (GenlmRegexTree)  tree = NULL;

  *result = pattern;
  if (pattern != NULL)
    return TRUE;
  tree = parse_pattern (&loader->schema->options.limits, text, length, &error);
  if (tree == NULL)
    return genlm_schema_refuse (loader, at, error->code, "%s", error->message);
  pattern = genlm_json_arena_alloc (&loader->schema->arena, sizeof (GenlmSchemaPattern));
  *pattern = (GenlmSchemaPattern) { loader->schema->patterns->len, text, length, g_steal_pointer (&tree) };
  g_ptr_array_add (loader->schema->patterns, pattern);
  g_hash_table_insert (loader->patterns, g_steal_pointer (&key), pattern);
  *result = pattern;
  return TRUE;
}
