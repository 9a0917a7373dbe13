#include "genlm-regex-dfa.h"

#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

/* In the dialect of the specification, over UTF-8; its field start is set.
 * See genlm_regex_parse(). */
GenlmByteDfa *
genlm_regex_dfa_new (const char               *pattern,
                     gsize                     length,
                     const char               *charset,
                     const GenlmEngineLimits  *limits,
                     GError                  **error)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (limits);
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (pattern, length, charset, error);
  g_autoptr (GenlmByteDfa) self = NULL;
  GenlmByteItem item = { 0 };

  if (tree == NULL
      || !genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, error))
    return NULL;
  self = genlm_byte_dfa_new (g_steal_pointer (&exprs), error);
  if (self == NULL)
    return NULL;
  self->start = genlm_byte_dfa_intern (self, &item, 1, GENLM_BYTE_EXPR_ANYTHING, error);
  return self->start != NULL ? g_steal_pointer (&self) : NULL;
}
