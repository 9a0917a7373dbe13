/* Sets, concatenations, complements, repeats and loops. */

#include "genlm-byte-exprs-private.h"

/* How far before any text is looked for what it includes. */
#define MAX_OPEN (7u)

/* Of ASCII, whether all bytes stand for themselves in a JSON string. */
static gboolean
is_json_plain (const GenlmByteSet *set)
{
  return (set->words[0] & G_MAXUINT32) == 0 && !genlm_byte_set_contains (set, '"')
         && !genlm_byte_set_contains (set, '\\');
}

GenlmByteExpr
genlm_byte_exprs_make_set (GenlmByteExprs     *self,
                           const GenlmByteSet *set)
{
  GenlmExprNode node = { .kind = GENLM_EXPR_SET, .positive = TRUE, .a = self->sets->len };

  if (genlm_byte_set_is_empty (set))
    return GENLM_BYTE_EXPR_NOTHING;
  if ((set->words[2] | set->words[3]) == 0)
    node.text = is_json_plain (set) ? GENLM_EXPRS_ALL_ENCODINGS : 1u << GENLM_BYTE_ENCODING_UTF8;
  g_array_append_val (self->sets, *set);
  return genlm_exprs_intern (self, &node);
}

static guint
find_open (const GenlmByteExprs *self,
           GenlmByteExpr         head,
           GenlmByteExpr         tail)
{
  guint open = get (self, tail)->open;

  if (get (self, tail)->kind == GENLM_EXPR_SET)
    return get (self, head)->kind == GENLM_EXPR_REPEAT && get (self, head)->open == 1 ? 1 : 0;
  return open == 0 || open == MAX_OPEN ? 0 : open + 1;
}

GenlmByteExpr
genlm_byte_exprs_make_concat (GenlmByteExprs *self,
                              GenlmByteExpr   head,
                              GenlmByteExpr   tail)
{
  guint base = self->stack->len;

  if (head == GENLM_BYTE_EXPR_NOTHING || tail == GENLM_BYTE_EXPR_NOTHING)
    return GENLM_BYTE_EXPR_NOTHING;
  if (tail == GENLM_BYTE_EXPR_EPSILON)
    return head;
  while (get (self, head)->kind == GENLM_EXPR_CONCAT)
    {
      push (self, get (self, head)->a);
      head = get (self, head)->b;
    }
  push (self, head);
  while (self->stack->len > base)
    {
      GenlmByteExpr last = g_array_index (self->stack, guint32, self->stack->len - 1);
      GenlmExprNode node = { .kind = GENLM_EXPR_CONCAT, .a = last, .b = tail };

      g_array_set_size (self->stack, self->stack->len - 1);
      if (last == GENLM_BYTE_EXPR_EPSILON
          || (last == GENLM_BYTE_EXPR_ANYTHING && tail == GENLM_BYTE_EXPR_ANYTHING))
        continue;
      node.nullable = get (self, last)->nullable && get (self, tail)->nullable;
      node.positive = get (self, last)->positive && get (self, tail)->positive;
      node.text = get (self, last)->text & get (self, tail)->text;
      node.open = find_open (self, last, tail);
      tail = genlm_exprs_intern (self, &node);
    }
  return tail;
}

/* The complement of a complement stays one on purpose: it is how a condition
 * is kept whole, see distribute_stack(). */
GenlmByteExpr
genlm_byte_exprs_make_complement (GenlmByteExprs *self,
                                  GenlmByteExpr   expr)
{
  const GenlmExprNode *inner = get (self, expr);
  GenlmExprNode node = { .kind = GENLM_EXPR_COMPLEMENT, .a = expr, .nullable = !inner->nullable };

  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return GENLM_BYTE_EXPR_ANYTHING;
  if (expr == GENLM_BYTE_EXPR_ANYTHING)
    return GENLM_BYTE_EXPR_NOTHING;
  return genlm_exprs_intern (self, &node);
}

/* Whether x{min,max} repeated from @from to @to times is one repeat of x:
 * whether the counts leave no gap. Saying no is always right. */
static gboolean
join_counts (const GenlmExprNode *inner,
             guint32             *from,
             guint32             *to)
{
  guint64 low = (guint64) inner->min * *from;
  guint64 high = GENLM_BYTE_EXPR_UNBOUNDED;

  if (*from < *to)
    {
      if (inner->max == GENLM_BYTE_EXPR_UNBOUNDED)
        {
          if (*from == 0 && inner->min > 1)
            return FALSE;
        }
      else if ((guint64) inner->min * ((guint64) *from + 1) > (guint64) inner->max * *from + 1)
        return FALSE;
    }
  if (inner->max != GENLM_BYTE_EXPR_UNBOUNDED && *to != GENLM_BYTE_EXPR_UNBOUNDED)
    {
      high = (guint64) inner->max * *to;
      if (high > G_MAXINT32)
        return FALSE;
    }
  if (low > G_MAXINT32)
    return FALSE;
  *from = (guint32) low;
  *to = (guint32) high;
  return TRUE;
}

GenlmByteExpr
genlm_byte_exprs_make_repeat (GenlmByteExprs *self,
                              GenlmByteExpr   expr,
                              guint32         min,
                              guint32         max)
{
  GenlmExprNode inner = *get (self, expr);
  GenlmExprNode node = { .kind = GENLM_EXPR_REPEAT,
                         .positive = inner.positive,
                         .text = inner.text };
  guint i;

  if (max == 0 || expr == GENLM_BYTE_EXPR_EPSILON)
    return GENLM_BYTE_EXPR_EPSILON;
  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return min == 0 ? GENLM_BYTE_EXPR_EPSILON : GENLM_BYTE_EXPR_NOTHING;
  if (inner.nullable)
    min = 0;
  if (expr == GENLM_BYTE_EXPR_ANYTHING || (max == 1 && (min == 1 || inner.nullable)))
    return expr;
  if (inner.kind == GENLM_EXPR_REPEAT && join_counts (&inner, &min, &max))
    {
      expr = inner.a;
      inner = *get (self, expr);
    }
  if (inner.kind == GENLM_EXPR_SET && min == 0 && max == GENLM_BYTE_EXPR_UNBOUNDED
      && genlm_byte_set_is_full (get_set (self, &inner)))
    return GENLM_BYTE_EXPR_ANYTHING;
  node.a = expr;
  node.min = min;
  node.max = max;
  node.nullable = min == 0;
  for (i = 0; i < GENLM_EXPRS_N_ENCODINGS && min == 0 && max == GENLM_BYTE_EXPR_UNBOUNDED; i++)
    if (expr == self->any_char[i])
      {
        self->any_text[i] = genlm_exprs_intern (self, &node);
        if (self->exceeded == GENLM_EXPRS_LIMIT_NONE)
          g_array_index (self->nodes, GenlmExprNode, self->any_text[i]).open = 1;
        return self->any_text[i];
      }
  return genlm_exprs_intern (self, &node);
}

/* Starts the least language L with L = @exit ∪ round, where the round, given
 * later, is made with L as what follows. */
GenlmByteExpr
genlm_byte_exprs_begin_loop (GenlmByteExprs *self,
                             GenlmByteExpr   exit)
{
  GenlmExprNode node = { .kind = GENLM_EXPR_LOOP,
                         .a = exit,
                         .nullable = get (self, exit)->nullable };

  /* The field keeps two loops with one exit apart in the table. */
  node.min = self->nodes->len;
  return genlm_exprs_intern (self, &node);
}

void
genlm_byte_exprs_end_loop (GenlmByteExprs *self,
                           GenlmByteExpr   loop,
                           GenlmByteExpr   round)
{
  if (self->exceeded == GENLM_EXPRS_LIMIT_NONE)
    g_array_index (self->nodes, GenlmExprNode, loop).b = round;
}
