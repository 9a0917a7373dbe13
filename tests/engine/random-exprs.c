#include "random-exprs.h"

#include <string.h>

GenlmByteExpr
make_letters (GenlmByteExprs *exprs,
              guint8          first,
              guint8          last)
{
  GenlmByteSet set = { { 0 } };

  genlm_byte_set_add_range (&set, first, last);
  return genlm_byte_exprs_make_set (exprs, &set);
}

static char
choose (GRand      *rand,
        const char *kinds)
{
  return kinds[g_rand_int_range (rand, 0, (gint32) strlen (kinds))];
}

static GenlmByteExpr
make_leaf (const RandomExprs *self,
           GenlmByteExprs    *exprs,
           GRand             *rand)
{
  static const char *const words[] = { "ab", "aab", "ba", "bbb", "b" };
  char kind = choose (rand, self->leaves);

  switch (kind)
    {
    case 'e':
      return GENLM_BYTE_EXPR_EPSILON;
    case 'c':
      return make_letters (exprs, 'a', 'b');
    case 'w':
      return genlm_byte_exprs_make_literals (exprs, GENLM_BYTE_ENCODING_JSON, words, NULL,
                                             G_N_ELEMENTS (words));
    default:
      return make_letters (exprs, (guint8) kind, (guint8) kind);
    }
}

/* @parts has two of them, and room for one more. */
static GenlmByteExpr
combine (const RandomExprs *self,
         GenlmByteExprs    *exprs,
         GRand             *rand,
         GenlmByteExpr     *parts)
{
  guint32 min = (guint32) g_rand_int_range (rand, 0, self->counts);

  switch (choose (rand, self->operations))
    {
    case 'u':
      return genlm_byte_exprs_make_union (exprs, parts, 2);
    case 'i':
      return genlm_byte_exprs_make_intersection (exprs, parts, 2);
    case 'd':
      parts[1] = genlm_byte_exprs_make_complement (exprs, parts[1]);
      return genlm_byte_exprs_make_intersection (exprs, parts, 2);
    case 'n':
      return genlm_byte_exprs_make_complement (exprs, parts[0]);
    case 's':
      parts[2] = genlm_byte_exprs_make_repeat (exprs, make_letters (exprs, 'a', 'b'), min,
                                               min + (guint32) g_rand_int_range (rand, 0, 4));
      parts[0] = genlm_byte_exprs_make_concat (exprs, GENLM_BYTE_EXPR_ANYTHING, parts[0]);
      return genlm_byte_exprs_make_intersection (exprs, parts, 3);
    case '*':
      return genlm_byte_exprs_make_repeat (exprs, parts[0], min, GENLM_BYTE_EXPR_UNBOUNDED);
    case 'r':
      return genlm_byte_exprs_make_repeat (exprs, parts[0], min,
                                           min + (guint32) g_rand_int_range (rand, 0, self->spread));
    case 'o':
      return genlm_byte_exprs_make_repeat (exprs, parts[0], min % 3 == 0 ? min : 0,
                                           min + (guint32) g_rand_int_range (rand, 0, self->spread));
    default:
      return genlm_byte_exprs_make_concat (exprs, parts[0], parts[1]);
    }
}

GenlmByteExpr
make_random_expr (const RandomExprs *self,
                  GenlmByteExprs    *exprs,
                  GRand             *rand,
                  guint              height)
{
  GenlmByteExpr parts[3];

  if (height == 0)
    return make_leaf (self, exprs, rand);
  parts[0] = make_random_expr (self, exprs, rand, height - 1);
  parts[1] = make_random_expr (self, exprs, rand, height - 1);
  return combine (self, exprs, rand, parts);
}
