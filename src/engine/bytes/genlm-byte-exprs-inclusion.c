/* Whether it is plain that one expression holds all of another one. */

#include "genlm-byte-exprs-private.h"

/* How far two chains are compared. */
#define MAX_COMPARED (16u)

/* Takes an expression apart into what comes first and the rest. */
static GenlmByteExpr
split_head (const GenlmByteExprs *self,
            GenlmByteExpr        *expr)
{
  const GenlmExprNode *node = get (self, *expr);
  GenlmByteExpr head = *expr;

  *expr = GENLM_BYTE_EXPR_EPSILON;
  if (node->kind == GENLM_EXPR_CONCAT)
    {
      head = node->a;
      *expr = node->b;
    }
  return head;
}

/* Whether a set is part of another one, or x{m,n} is y{k,l} with fewer
 * counts. */
static gboolean
is_head_included (const GenlmByteExprs *self,
                  GenlmByteExpr         x,
                  GenlmByteExpr         y)
{
  const GenlmExprNode *a = get (self, x);
  const GenlmExprNode *b = get (self, y);

  if (x == y)
    return TRUE;
  if (a->kind == GENLM_EXPR_SET && b->kind == GENLM_EXPR_SET)
    return genlm_byte_set_is_subset (get_set (self, a), get_set (self, b));
  return a->kind == GENLM_EXPR_REPEAT && b->kind == GENLM_EXPR_REPEAT && a->a == b->a
         && a->min >= b->min && a->max <= b->max;
}

/* Whether @y is any text in an encoding and @x texts in the same one. */
static gboolean
is_text_included (const GenlmByteExprs *self,
                  GenlmByteExpr         x,
                  GenlmByteExpr         y)
{
  guint i;

  for (i = 0; i < GENLM_EXPRS_N_ENCODINGS; i++)
    if (y == self->any_text[i] && y != GENLM_BYTE_EXPR_NOTHING)
      return (get (self, x)->text >> i) & 1;
  return FALSE;
}

/* Whether it is plain from the chains that all of @x is in @y: they differ in
 * counts only, and in what may be left out, and in what comes where any text
 * may. No is always a right answer. */
gboolean
genlm_exprs_is_included (const GenlmByteExprs *self,
                         GenlmByteExpr         x,
                         GenlmByteExpr         y)
{
  guint i;

  for (i = 0; i < MAX_COMPARED && x != y; i++)
    {
      GenlmByteExpr x_rest = x;
      GenlmByteExpr y_rest = y;
      GenlmByteExpr head = split_head (self, &y_rest);

      if (is_text_included (self, x, y))
        return TRUE;
      if (x == GENLM_BYTE_EXPR_EPSILON)
        return get (self, y)->nullable;
      if (y == GENLM_BYTE_EXPR_EPSILON)
        return FALSE;
      if (x == y_rest && get (self, head)->nullable)
        return TRUE;
      if (is_head_included (self, split_head (self, &x_rest), head))
        x = x_rest;
      else if (!get (self, head)->nullable)
        return FALSE;
      y = y_rest;
    }
  return x == y;
}
