#pragma once

#include "genlm-byte-exprs.h"

G_BEGIN_DECLS

/* What random expressions are made of, a letter for each kind as often as it is
 * to come: of leaves "e" (nothing), "a", "b", "c" (one of the two), "w" (words);
 * of operations "u" (union), "i" (intersection), "d" (difference), "n" (not),
 * "." (one after another), "s" (ends with it, in so many letters), "*" and "r"
 * (repeats with a lower bound), "o" (repeats that may also be none). */
typedef struct
{
  const char *leaves;
  const char *operations;
  gint32      counts; /* lower bounds are below this */
  gint32      spread; /* and upper ones so much above them */
} RandomExprs;

GenlmByteExpr make_letters     (GenlmByteExprs    *exprs,
                                guint8             first,
                                guint8             last);
GenlmByteExpr make_random_expr (const RandomExprs *self,
                                GenlmByteExprs    *exprs,
                                GRand             *rand,
                                guint              height);

G_END_DECLS
