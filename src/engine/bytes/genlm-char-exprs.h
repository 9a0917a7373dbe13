#pragma once

/* Expressions of single characters of a set, in one of the encodings. They are
 * kept in the store, so that a set that comes again costs a look-up. */

#include "genlm-byte-encoding.h"
#include "genlm-byte-exprs.h"
#include "genlm-char-set.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmByteExpr genlm_char_exprs_make_set (GenlmByteExprs       *exprs,
                                                          GenlmByteEncoding     encoding,
                                                          const GenlmCharRange *ranges,
                                                          gsize                 n_ranges);
GENLM_ENGINE_API GenlmByteExpr genlm_char_exprs_make_any (GenlmByteExprs       *exprs,
                                                          GenlmByteEncoding     encoding);

G_END_DECLS
