/* Whether it is plain that one expression holds all of another one. */

#include "genlm-byte-exprs-private.h"

/* How far two chains are compared. */
#define MAX_COMPARED (16u)

/* How often any text in a chain is tried on what may be some. */
#define MAX_TEXTS (2u)

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

/* The bit of the encoding of which @expr is any text; 0 if it is not. */
static guint
get_any_text (const GenlmByteExprs *self,
              GenlmByteExpr         expr)
{
  guint i;

  for (i = 0; i < GENLM_EXPRS_N_ENCODINGS; i++)
    if (expr == self->any_text[i] && expr != GENLM_BYTE_EXPR_NOTHING)
      return 1u << i;
  return 0;
}

static gboolean is_chain_included (const GenlmByteExprs *self,
                                   GenlmByteExpr         x,
                                   GenlmByteExpr         y,
                                   guint                 n_texts);

/* Whether all of @x is a text of an encoding and then of @tail. */
static gboolean
is_after_text (const GenlmByteExprs *self,
               GenlmByteExpr         x,
               guint                 encoding,
               GenlmByteExpr         tail,
               guint                 n_texts)
{
  GenlmByteExpr tail_rest = tail;
  GenlmByteExpr first = split_head (self, &tail_rest);
  gboolean may_lack = get (self, first)->nullable;
  guint i;

  for (i = 0; i < MAX_COMPARED && x != tail; i++)
    {
      GenlmByteExpr x_rest = x;
      GenlmByteExpr head = split_head (self, &x_rest);

      if (get (self, x)->least < get (self, tail)->least)
        return FALSE;
      /* Mostly the first look is enough. */
      if ((may_lack || is_head_included (self, head, first))
          && is_chain_included (self, x, tail, n_texts))
        return TRUE;
      if (x_rest == GENLM_BYTE_EXPR_EPSILON || (get (self, head)->text & encoding) == 0)
        return FALSE;
      x = x_rest;
    }
  return x == tail;
}

/* At most @n_texts times is any text in @y tried on more than its place. */
static gboolean
is_chain_included (const GenlmByteExprs *self,
                   GenlmByteExpr         x,
                   GenlmByteExpr         y,
                   guint                 n_texts)
{
  guint i;

  for (i = 0; i < MAX_COMPARED && x != y; i++)
    {
      GenlmByteExpr x_rest = x;
      GenlmByteExpr y_rest = y;
      GenlmByteExpr head = split_head (self, &y_rest);
      guint any_text = get_any_text (self, head);

      if (y_rest == GENLM_BYTE_EXPR_EPSILON && (get (self, x)->text & any_text) != 0)
        return TRUE;
      if (x == GENLM_BYTE_EXPR_EPSILON)
        return get (self, y)->nullable;
      if (y == GENLM_BYTE_EXPR_EPSILON)
        return FALSE;
      if (any_text != 0 && n_texts > 0)
        return is_after_text (self, x, any_text, y_rest, n_texts - 1);
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

/* Whether it is plain from the chains that all of @x is in @y: they differ in
 * counts only, and in what may be left out, and in what comes where any text
 * may. No is always a right answer. */
gboolean
genlm_exprs_is_included (const GenlmByteExprs *self,
                         GenlmByteExpr         x,
                         GenlmByteExpr         y)
{
  /* What is part of something is no shorter. */
  return get (self, x)->least >= get (self, y)->least && is_chain_included (self, x, y, MAX_TEXTS);
}
