#pragma once

/* Turns a parsed pattern over characters into an expression over the bytes of
 * their encoding. */

#include "genlm-byte-exprs.h"
#include "genlm-regex-tree.h"

G_BEGIN_DECLS

/* How often in all a repeated group with a look-ahead inside is copied for a
 * counted repeat. */
#define GENLM_REGEX_MAX_COPIES (1000u)

GENLM_ENGINE_API gboolean genlm_regex_compile (const GenlmRegexTree  *tree,
                                               GenlmByteExprs        *exprs,
                                               GenlmByteEncoding      encoding,
                                               GenlmByteExpr         *result,
                                               GError               **error);

G_END_DECLS
