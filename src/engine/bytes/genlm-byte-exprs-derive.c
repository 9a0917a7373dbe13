/* Derivatives: what may follow a byte. */

#include "genlm-byte-exprs-private.h"

static GenlmByteExpr derive (GenlmByteExprs *self,
                             GenlmByteExpr   expr,
                             guint8          byte);

/* The union of what each member of @head, if it is a union, gives with @tail
 * behind it: so a state is a set of places in the pattern, of which there are
 * few, and not one of many nestings of them. */
static GenlmByteExpr
concat_each (GenlmByteExprs *self,
             GenlmByteExpr   head,
             GenlmByteExpr   tail)
{
  GenlmExprNode node = *get (self, head);
  guint base = self->stack->len;
  guint32 i;

  if (node.kind != GENLM_EXPR_UNION || tail == GENLM_BYTE_EXPR_EPSILON)
    return genlm_byte_exprs_make_concat (self, head, tail);
  for (i = 0; i < node.b; i++)
    genlm_exprs_push_flat (self, GENLM_EXPR_UNION,
                           genlm_byte_exprs_make_concat (self, get_member (self, &node, i), tail));
  return genlm_exprs_unite_stack (self, base);
}

static guint64
memo_slot (const GenlmByteExprs *self,
           guint64               key)
{
  guint64 slot = mix (0, key) & self->memo_mask;

  while (self->memo[slot].key != 0 && self->memo[slot].key != key)
    slot = (slot + 1) & self->memo_mask;
  return slot;
}

static void
grow_memo (GenlmByteExprs *self)
{
  GenlmExprsMemo *old = self->memo;
  guint64 old_size = self->memo_mask + 1;
  guint64 i;

  charge_memory (self, old_size * sizeof (GenlmExprsMemo));
  self->memo = g_new0 (GenlmExprsMemo, old_size * 2);
  self->memo_mask = old_size * 2 - 1;
  for (i = 0; i < old_size; i++)
    if (old[i].key != 0)
      self->memo[memo_slot (self, old[i].key)] = old[i];
  g_free (old);
}

static void
remember (GenlmByteExprs *self,
          guint64         key,
          GenlmByteExpr   value)
{
  guint64 slot;

  if (self->exceeded != GENLM_EXPRS_LIMIT_NONE)
    return;
  slot = memo_slot (self, key);
  if (self->memo[slot].key == 0 && ++self->memo_used * 2 > self->memo_mask)
    {
      grow_memo (self);
      slot = memo_slot (self, key);
    }
  self->memo[slot] = (GenlmExprsMemo) { key, value };
}

/* A chain of concatenations is walked, however long it is; only heads, which
 * nest as deep as the pattern, are entered. */
static GenlmByteExpr
derive_concat (GenlmByteExprs *self,
               GenlmByteExpr   expr,
               guint8          byte)
{
  guint base = self->stack->len;

  for (;;)
    {
      GenlmExprNode node = *get (self, expr);

      if (node.kind != GENLM_EXPR_CONCAT)
        {
          genlm_exprs_push_flat (self, GENLM_EXPR_UNION, derive (self, expr, byte));
          break;
        }
      genlm_exprs_push_flat (self, GENLM_EXPR_UNION,
                             concat_each (self, derive (self, node.a, byte), node.b));
      if (!get (self, node.a)->nullable)
        break;
      expr = node.b;
    }
  return genlm_exprs_unite_stack (self, base);
}

static GenlmByteExpr
derive_list (GenlmByteExprs      *self,
             const GenlmExprNode *node,
             guint8               byte)
{
  guint base = self->stack->len;
  guint32 i;

  for (i = 0; i < node->b; i++)
    genlm_exprs_push_flat (self, node->kind, derive (self, get_member (self, node, i), byte));
  return node->kind == GENLM_EXPR_UNION ? genlm_exprs_unite_stack (self, base)
                                         : genlm_exprs_intersect_stack (self, base);
}

static GenlmByteExpr
derive_repeat (GenlmByteExprs      *self,
               const GenlmExprNode *node,
               guint8               byte)
{
  GenlmByteExpr first = derive (self, node->a, byte);
  guint32 min = node->min == 0 ? 0 : node->min - 1;
  guint32 max = node->max == GENLM_BYTE_EXPR_UNBOUNDED ? node->max : node->max - 1;

  if (first == GENLM_BYTE_EXPR_NOTHING)
    return first;
  return concat_each (self, first, genlm_byte_exprs_make_repeat (self, node->a, min, max));
}

static void
begin_memo (GenlmByteExprs *self)
{
  self->memo_mask = 63;
  self->memo_used = 0;
  self->memo = g_new0 (GenlmExprsMemo, 64);
}

/* The loop is the least language L = exit ∪ round (L). A round that takes no
 * byte leads back to L itself and adds nothing. What is derived meanwhile lacks
 * that part, so it is remembered apart and only for so long. */
static GenlmByteExpr
derive_loop (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             guint8          byte)
{
  GenlmExprNode node = *get (self, expr);
  GenlmExprsMemo *memo = self->memo;
  guint64 memo_mask = self->memo_mask;
  guint64 memo_used = self->memo_used;
  GenlmByteExpr both[2];
  guint i;

  for (i = 0; i < self->open_loops->len; i++)
    if (g_array_index (self->open_loops, guint32, i) == expr)
      return GENLM_BYTE_EXPR_NOTHING;
  g_array_append_val (self->open_loops, expr);
  begin_memo (self);
  both[0] = derive (self, node.a, byte);
  both[1] = derive (self, node.b, byte);
  self->memory -= self->memo_mask * sizeof (GenlmExprsMemo) - 63 * sizeof (GenlmExprsMemo);
  g_free (self->memo);
  self->memo = memo;
  self->memo_mask = memo_mask;
  self->memo_used = memo_used;
  g_array_set_size (self->open_loops, self->open_loops->len - 1);
  return genlm_byte_exprs_make_union (self, both, 2);
}

static GenlmByteExpr
derive_node (GenlmByteExprs      *self,
             GenlmByteExpr        expr,
             const GenlmExprNode *node,
             guint8               byte)
{
  switch ((GenlmExprKind) node->kind)
    {
    case GENLM_EXPR_CONCAT:
      return derive_concat (self, expr, byte);
    case GENLM_EXPR_REPEAT:
      return derive_repeat (self, node, byte);
    case GENLM_EXPR_UNION:
    case GENLM_EXPR_INTERSECTION:
      return derive_list (self, node, byte);
    case GENLM_EXPR_COMPLEMENT:
      return genlm_byte_exprs_make_complement (self, derive (self, node->a, byte));
    case GENLM_EXPR_LOOP:
      return derive_loop (self, expr, byte);
    case GENLM_EXPR_WORDS:
    case GENLM_EXPR_LITERALS:
      return genlm_exprs_derive_words (self, node, byte);
    case GENLM_EXPR_NOTHING:
    case GENLM_EXPR_EPSILON:
    case GENLM_EXPR_ANYTHING:
    case GENLM_EXPR_SET:
    default:
      g_assert_not_reached ();
    }
}

/* While the derivative of a loop is made. */
static GenlmByteExpr
derive_in_loop (GenlmByteExprs      *self,
                GenlmByteExpr        expr,
                const GenlmExprNode *node,
                guint8               byte)
{
  guint64 key = ((guint64) expr << 8) | self->classes[byte];
  guint64 slot = memo_slot (self, key);
  GenlmByteExpr result;

  if (self->memo[slot].key == key)
    return self->memo[slot].value;
  result = derive_node (self, expr, node, byte);
  remember (self, key, result);
  return result;
}

static inline guint32 *
get_row (const GenlmByteExprs *self,
         guint32               number)
{
  guint32 *block = g_ptr_array_index (self->row_blocks, number / self->rows_per_block);

  return block + number % self->rows_per_block * self->n_classes;
}

/* Adds a row in which nothing is known. */
static guint32
add_row (GenlmByteExprs *self)
{
  guint32 number = self->n_rows++;

  if (number % self->rows_per_block == 0)
    {
      guint32 *block = g_new (guint32, GENLM_EXPRS_ROW_BLOCK);

      memset (block, 0xff, GENLM_EXPRS_ROW_BLOCK * sizeof (guint32));
      g_ptr_array_add (self->row_blocks, block);
    }
  charge_memory (self, self->n_classes * sizeof (guint32));
  return number;
}

static void
remember_row (GenlmByteExprs *self,
              GenlmByteExpr   expr,
              guint8          byte,
              GenlmByteExpr   result)
{
  GenlmExprNode *node = &g_array_index (self->nodes, GenlmExprNode, expr);

  if (self->exceeded != GENLM_EXPRS_LIMIT_NONE)
    return;
  if (node->row == 0)
    node->row = add_row (self) + 1;
  get_row (self, node->row - 1)[self->classes[byte]] = result;
}

static GenlmByteExpr
derive (GenlmByteExprs *self,
        GenlmByteExpr   expr,
        guint8          byte)
{
  GenlmExprNode node = *get (self, expr);
  GenlmByteExpr result;

  if (node.kind == GENLM_EXPR_NOTHING || node.kind == GENLM_EXPR_EPSILON || !may_go_on (self))
    return GENLM_BYTE_EXPR_NOTHING;
  if (node.kind == GENLM_EXPR_ANYTHING)
    return GENLM_BYTE_EXPR_ANYTHING;
  if (node.kind == GENLM_EXPR_SET)
    return genlm_byte_set_contains (get_set (self, &node), byte) ? GENLM_BYTE_EXPR_EPSILON
                                                                 : GENLM_BYTE_EXPR_NOTHING;
  if (node.kind == GENLM_EXPR_CONCAT && get (self, node.a)->kind == GENLM_EXPR_SET)
    return genlm_byte_set_contains (get_set (self, get (self, node.a)), byte)
             ? node.b
             : GENLM_BYTE_EXPR_NOTHING;
  if (self->open_loops->len > 0)
    return derive_in_loop (self, expr, &node, byte);
  if (node.row != 0)
    {
      result = get_row (self, node.row - 1)[self->classes[byte]];
      if (result != GENLM_EXPRS_NO_ENTRY)
        return result;
    }
  result = derive_node (self, expr, &node, byte);
  remember_row (self, expr, byte, result);
  return result;
}

GenlmByteExpr
genlm_byte_exprs_derive (GenlmByteExprs *self,
                         GenlmByteExpr   expr,
                         guint8          byte)
{
  return derive (self, expr, byte);
}
