/* Intersections, kept in one form. */

#include "genlm-byte-exprs-private.h"

#include <stdlib.h>

/* Whether all of a member is plainly part of @expr, which is no union. */
static gboolean
has_part_of_one (const GenlmByteExprs *self,
                 guint                 base,
                 GenlmByteExpr         expr)
{
  const guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint i;

  if (bsearch (&expr, members, n_members, sizeof (guint32), genlm_exprs_compare) != NULL)
    return TRUE;
  /* More is plain only of what ends with any text. */
  for (i = 0; get (self, expr)->open && i < n_members; i++)
    if (genlm_exprs_is_included (self, members[i], expr))
      return TRUE;
  return FALSE;
}

static gboolean
has_part_of (const GenlmByteExprs *self,
             guint                 base,
             GenlmByteExpr         expr)
{
  const GenlmExprNode *node = get (self, expr);
  guint32 i;

  if (has_part_of_one (self, base, expr))
    return TRUE;
  for (i = 0; node->kind == GENLM_EXPR_UNION && i < node->b; i++)
    if (has_part_of_one (self, base, get_member (self, node, i)))
      return TRUE;
  return FALSE;
}

/* Whether x and the complement of what x is plainly a part of are both among
 * the sorted members. */
static gboolean
has_contradiction (const GenlmByteExprs *self,
                   guint                 base)
{
  guint i;

  for (i = base; i < self->stack->len; i++)
    {
      const GenlmExprNode *node = get (self, g_array_index (self->stack, guint32, i));

      if (node->kind == GENLM_EXPR_COMPLEMENT && has_part_of (self, base, node->a))
        return TRUE;
    }
  return FALSE;
}

/* Whether one of the members is longer than another one can be. */
static gboolean
has_no_length (const GenlmByteExprs *self,
               guint                 base)
{
  guint32 least = 0;
  guint32 most = GENLM_BYTE_EXPR_UNBOUNDED;
  guint i;

  for (i = base; i < self->stack->len; i++)
    {
      const GenlmExprNode *node = get (self, g_array_index (self->stack, guint32, i));

      least = MAX (least, node->least);
      most = MIN (most, node->most);
    }
  return least > most;
}

/* (x|y)&~z is kept as x&~z | y&~z, so that a loop whose rounds set conditions
 * on what follows has finitely many derivatives: unions of a place in the
 * pattern with a set of conditions. Other intersections are left as they are.
 * Returns whether this was one, whose result is then in @result. */
static gboolean
distribute_stack (GenlmByteExprs *self,
                  guint           base,
                  GenlmByteExpr  *result)
{
  guint n_members = self->stack->len - base;
  guint at = G_MAXUINT;
  guint top;
  GenlmExprNode node;
  guint32 i;
  guint j;

  for (j = 0; j < n_members; j++)
    {
      GenlmExprKind kind = get (self, g_array_index (self->stack, guint32, base + j))->kind;

      if (kind == GENLM_EXPR_UNION && at == G_MAXUINT)
        at = j;
      else if (kind != GENLM_EXPR_COMPLEMENT)
        return FALSE;
    }
  if (at == G_MAXUINT || n_members < 2)
    return FALSE;
  node = *get (self, g_array_index (self->stack, guint32, base + at));
  top = self->stack->len;
  for (i = 0; i < node.b; i++)
    {
      guint inner = self->stack->len;

      genlm_exprs_push_flat (self, GENLM_EXPR_INTERSECTION, get_member (self, &node, i));
      for (j = 0; j < n_members; j++)
        if (j != at)
          push (self, g_array_index (self->stack, guint32, base + j));
      genlm_exprs_push_flat (self, GENLM_EXPR_UNION, genlm_exprs_intersect_stack (self, inner));
    }
  *result = genlm_exprs_unite_stack (self, top);
  g_array_set_size (self->stack, base);
  return TRUE;
}

/* Among the members from @base on, any text goes, or any text with a byte at
 * its end, if another one is of such only. */
static void
drop_any_text (GenlmByteExprs *self,
               guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint i;
  guint j;

  for (i = 0; i < n_members; i++)
    {
      if (get (self, members[i])->open != 1)
        continue;
      for (j = 0; j < n_members; j++)
        if (j != i && genlm_exprs_is_included (self, members[j], members[i]))
          {
            g_array_remove_index (self->stack, base + i--);
            n_members--;
            break;
          }
    }
}

/* Makes the intersection of what lies on the stack from @base on,
 * intersections already taken apart. */
GenlmByteExpr
genlm_exprs_intersect_stack (GenlmByteExprs *self,
                             guint           base)
{
  GenlmByteSet set;
  gboolean has_set = FALSE;
  gboolean has_epsilon = FALSE;
  gboolean nullable = TRUE;
  gboolean nothing = FALSE;
  guint n_kept = base;
  GenlmByteExpr result;
  guint i;

  memset (&set, 0xff, sizeof set);
  for (i = base; i < self->stack->len; i++)
    {
      GenlmByteExpr member = g_array_index (self->stack, guint32, i);
      const GenlmExprNode *node = get (self, member);

      nothing |= node->kind == GENLM_EXPR_NOTHING;
      nullable &= node->nullable;
      has_epsilon |= node->kind == GENLM_EXPR_EPSILON;
      if (node->kind == GENLM_EXPR_SET)
        {
          genlm_byte_set_intersect (&set, get_set (self, node));
          has_set = TRUE;
        }
      else if (node->kind != GENLM_EXPR_ANYTHING)
        g_array_index (self->stack, guint32, n_kept++) = member;
    }
  g_array_set_size (self->stack, n_kept);
  nothing |= has_set && genlm_byte_set_is_empty (&set);
  if (has_set && !nothing)
    push (self, genlm_byte_exprs_make_set (self, &set));
  genlm_exprs_sort_stack (self, base);
  if (nothing || has_epsilon || has_contradiction (self, base) || has_no_length (self, base))
    {
      g_array_set_size (self->stack, base);
      return has_epsilon && nullable ? GENLM_BYTE_EXPR_EPSILON : GENLM_BYTE_EXPR_NOTHING;
    }
  if (self->stack->len - base > 1)
    drop_any_text (self, base);
  if (distribute_stack (self, base, &result))
    return result;
  if (self->stack->len - base > 1)
    return genlm_exprs_intern_stack (self, GENLM_EXPR_INTERSECTION, base);
  if (self->stack->len == base)
    return GENLM_BYTE_EXPR_ANYTHING;
  i = g_array_index (self->stack, guint32, base);
  g_array_set_size (self->stack, base);
  return i;
}

GenlmByteExpr
genlm_byte_exprs_make_intersection (GenlmByteExprs      *self,
                                    const GenlmByteExpr *members,
                                    guint                n_members)
{
  guint base = self->stack->len;
  guint i;

  for (i = 0; i < n_members; i++)
    genlm_exprs_push_flat (self, GENLM_EXPR_INTERSECTION, members[i]);
  return genlm_exprs_intersect_stack (self, base);
}
