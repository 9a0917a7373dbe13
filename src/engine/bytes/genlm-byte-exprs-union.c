/* Unions, kept in one form. */

#include "genlm-byte-exprs-private.h"

#include <stdlib.h>

/* How many members on either side one is compared with. */
#define MAX_NEIGHBOURS (8u)

/* For how many members of a union is looked for what they include. */
#define MAX_OPENS (8u)

static gboolean
as_counted (const GenlmByteExprs *self,
            GenlmByteExpr         expr,
            GenlmExprsCounted    *counted)
{
  const GenlmExprNode *node = get (self, expr);

  counted->tail = GENLM_BYTE_EXPR_EPSILON;
  if (node->kind == GENLM_EXPR_CONCAT)
    {
      counted->tail = node->b;
      node = get (self, node->a);
    }
  if (node->kind != GENLM_EXPR_REPEAT)
    return FALSE;
  counted->body = node->a;
  counted->min = node->min;
  counted->max = node->max;
  return TRUE;
}

static int
compare_counted (gconstpointer a,
                 gconstpointer b)
{
  const GenlmExprsCounted *x = a;
  const GenlmExprsCounted *y = b;

  if (x->body != y->body)
    return x->body < y->body ? -1 : 1;
  if (x->tail != y->tail)
    return x->tail < y->tail ? -1 : 1;
  return x->min < y->min ? -1 : x->min > y->min;
}

/* Among the members from @base on, x{2,5}y and x{4,9}y become x{2,9}y. Without
 * this a counted repeat behind a loop would have a state for every set of
 * counts. Returns whether there are several repeats. */
static gboolean
merge_counted (GenlmByteExprs *self,
               guint           base)
{
  guint n_kept = base;
  guint n_merged = 0;
  GenlmExprsCounted one;
  guint i;

  g_array_set_size (self->counted, 0);
  for (i = base; i < self->stack->len; i++)
    if (as_counted (self, g_array_index (self->stack, guint32, i), &one))
      g_array_append_val (self->counted, one);
  if (self->counted->len < 2)
    return FALSE;
  g_array_sort (self->counted, compare_counted);
  for (i = 1; i < self->counted->len; i++)
    {
      GenlmExprsCounted *last = &g_array_index (self->counted, GenlmExprsCounted, n_merged);
      GenlmExprsCounted *next = &g_array_index (self->counted, GenlmExprsCounted, i);

      if (last->body == next->body && last->tail == next->tail
          && (last->max == GENLM_BYTE_EXPR_UNBOUNDED || next->min <= last->max + 1))
        last->max = MAX (last->max, next->max);
      else
        g_array_index (self->counted, GenlmExprsCounted, ++n_merged) = *next;
    }
  if (n_merged + 1 == self->counted->len)
    return TRUE;
  for (i = base; i < self->stack->len; i++)
    if (!as_counted (self, g_array_index (self->stack, guint32, i), &one))
      g_array_index (self->stack, guint32, n_kept++) = g_array_index (self->stack, guint32, i);
  g_array_set_size (self->stack, n_kept);
  for (i = 0; i <= n_merged; i++)
    {
      GenlmExprsCounted merged = g_array_index (self->counted, GenlmExprsCounted, i);

      push (self, genlm_byte_exprs_make_concat (
                    self,
                    genlm_byte_exprs_make_repeat (self, merged.body, merged.min, merged.max),
                    merged.tail));
    }
  genlm_exprs_sort_stack (self, base);
  return TRUE;
}

/* Among the sorted members from @base on, those that a neighbour includes go:
 * without this the counts of nested repeats would pile up, a member for each
 * pair of them. */
static void
drop_included (GenlmByteExprs *self,
               guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint n_kept = 0;
  guint i;
  guint j;

  for (i = 0; i < n_members; i++)
    {
      guint first = i > MAX_NEIGHBOURS ? i - MAX_NEIGHBOURS : 0;
      guint last = MIN (i + MAX_NEIGHBOURS, n_members - 1);

      for (j = first; j <= last; j++)
        if (j != i && members[j] != GENLM_BYTE_EXPR_NOTHING
            && genlm_exprs_is_included (self, members[i], members[j]))
          {
            members[i] = GENLM_BYTE_EXPR_NOTHING;
            break;
          }
    }
  for (i = 0; i < n_members; i++)
    if (members[i] != GENLM_BYTE_EXPR_NOTHING)
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
}

/* Among the members from @base on, those that are part of the one at @index
 * go. Returns where that one is then. */
static guint
drop_part_of (GenlmByteExprs *self,
              guint           base,
              guint           index)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  GenlmByteExpr wide = members[index];
  guint n_kept = 0;
  guint i;

  for (i = 0; i < n_members; i++)
    if (i == index)
      {
        index = n_kept;
        members[n_kept++] = wide;
        /* What stood before has been moved already. */
        break;
      }
    else if (!genlm_exprs_is_included (self, members[i], wide))
      members[n_kept++] = members[i];
  for (i++; i < n_members; i++)
    if (!genlm_exprs_is_included (self, members[i], wide))
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
  return index;
}

/* Among the members from @base on, what is part of one that ends with any text
 * goes: what was found matters no more. */
static void
drop_found (GenlmByteExprs *self,
            guint           base)
{
  guint n_opens = 0;
  guint i;

  for (i = 0; base + i < self->stack->len; i++)
    if (get (self, g_array_index (self->stack, guint32, base + i))->open == 1)
      i = drop_part_of (self, base, i);
  for (i = 0; base + i < self->stack->len && n_opens < MAX_OPENS; i++)
    if (get (self, g_array_index (self->stack, guint32, base + i))->open > 1)
      {
        i = drop_part_of (self, base, i);
        n_opens++;
      }
}

/* Among the sorted members from @base on, an intersection that x is a part of
 * goes if x is there itself. */
static void
absorb (GenlmByteExprs *self,
        guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint n_kept = 0;
  guint i;
  guint32 j;

  for (i = 0; i < n_members; i++)
    {
      GenlmExprNode node = *get (self, members[i]);
      gboolean absorbed = FALSE;

      for (j = 0; node.kind == GENLM_EXPR_INTERSECTION && j < node.b && !absorbed; j++)
        {
          guint32 part = get_member (self, &node, j);

          /* What was kept and what is still to come, both in order. */
          absorbed = bsearch (&part, members, n_kept, sizeof part, genlm_exprs_compare) != NULL
                     || bsearch (&part, members + i, n_members - i, sizeof part, genlm_exprs_compare)
                          != NULL;
        }
      if (!absorbed)
        members[n_kept++] = members[i];
    }
  g_array_set_size (self->stack, base + n_kept);
}

/* Makes the union of what lies on the stack from @base on, unions already
 * taken apart. */
GenlmByteExpr
genlm_exprs_unite_stack (GenlmByteExprs *self,
                         guint           base)
{
  GenlmByteSet set = { { 0 } };
  guint n_sets = 0;
  guint n_kept = base;
  gboolean nullable = FALSE;
  gboolean epsilon = FALSE;
  gboolean open = FALSE;
  guint i;

  for (i = base; i < self->stack->len; i++)
    {
      GenlmByteExpr member = g_array_index (self->stack, guint32, i);
      const GenlmExprNode *node = get (self, member);

      if (node->kind == GENLM_EXPR_ANYTHING)
        {
          g_array_set_size (self->stack, base);
          return GENLM_BYTE_EXPR_ANYTHING;
        }
      epsilon |= node->kind == GENLM_EXPR_EPSILON;
      if (node->kind == GENLM_EXPR_SET)
        {
          genlm_byte_set_unite (&set, get_set (self, node));
          n_sets++;
        }
      else if (node->kind != GENLM_EXPR_NOTHING && node->kind != GENLM_EXPR_EPSILON)
        {
          nullable |= node->nullable;
          open |= node->open;
          g_array_index (self->stack, guint32, n_kept++) = member;
        }
    }
  g_array_set_size (self->stack, n_kept);
  if (n_sets > 0)
    push (self, genlm_byte_exprs_make_set (self, &set));
  if (epsilon && !nullable)
    push (self, GENLM_BYTE_EXPR_EPSILON);
  genlm_exprs_sort_stack (self, base);
  if (self->stack->len - base > 1 && open)
    drop_found (self, base);
  if (self->stack->len - base > 1)
    absorb (self, base);
  if (self->stack->len - base > 1 && merge_counted (self, base))
    drop_included (self, base);
  if (self->stack->len - base > 1)
    return genlm_exprs_intern_stack (self, GENLM_EXPR_UNION, base);
  if (self->stack->len == base)
    return GENLM_BYTE_EXPR_NOTHING;
  g_array_set_size (self->stack, base + 1);
  i = g_array_index (self->stack, guint32, base);
  g_array_set_size (self->stack, base);
  return i;
}

GenlmByteExpr
genlm_byte_exprs_make_union (GenlmByteExprs      *self,
                             const GenlmByteExpr *members,
                             guint                n_members)
{
  guint base = self->stack->len;
  guint i;

  for (i = 0; i < n_members; i++)
    genlm_exprs_push_flat (self, GENLM_EXPR_UNION, members[i]);
  return genlm_exprs_unite_stack (self, base);
}
