/* Members of lists that are being gathered. */

#include "genlm-byte-exprs-private.h"

#include <stdlib.h>

int
genlm_exprs_compare (gconstpointer a,
                     gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

/* Sorts what lies on the stack from @base on and drops what is there twice. */
void
genlm_exprs_sort_stack (GenlmByteExprs *self,
                        guint           base)
{
  guint n_members = self->stack->len - base;
  guint32 *members;
  guint n_kept = 1;
  guint i;

  if (n_members < 2)
    return;
  members = &g_array_index (self->stack, guint32, base);
  for (i = 1; i < n_members && members[i - 1] < members[i]; i++)
    ;
  if (i == n_members)
    return;
  qsort (members, n_members, sizeof (guint32), genlm_exprs_compare);
  for (i = 1; i < n_members; i++)
    if (members[i] != members[n_kept - 1])
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
}

/* Pushes an expression, or its members if it is of the kind that is made. */
void
genlm_exprs_push_flat (GenlmByteExprs *self,
                       GenlmExprKind   kind,
                       GenlmByteExpr   expr)
{
  GenlmExprNode node = *get (self, expr);
  guint32 i;

  if (node.kind != kind)
    {
      push (self, expr);
      return;
    }
  for (i = 0; i < node.b; i++)
    push (self, get_member (self, &node, i));
}

/* Makes a node of the kind from what lies on the stack from @base on. */
GenlmByteExpr
genlm_exprs_intern_stack (GenlmByteExprs *self,
                          GenlmExprKind   kind,
                          guint           base)
{
  GenlmExprNode node = { .kind = kind, .a = self->lists->len, .b = self->stack->len - base };
  guint32 i;

  node.nullable = kind == GENLM_EXPR_INTERSECTION;
  node.positive = kind == GENLM_EXPR_UNION;
  node.text = kind == GENLM_EXPR_UNION ? GENLM_EXPRS_ALL_ENCODINGS : 0;
  for (i = 0; i < node.b; i++)
    {
      const GenlmExprNode *member = get (self, g_array_index (self->stack, guint32, base + i));

      node.positive &= member->positive;
      node.text = kind == GENLM_EXPR_UNION ? node.text & member->text : node.text | member->text;
      node.nullable = kind == GENLM_EXPR_UNION ? node.nullable | member->nullable
                                         : node.nullable & member->nullable;
    }
  g_array_append_vals (self->lists, &g_array_index (self->stack, guint32, base), node.b);
  g_array_set_size (self->stack, base);
  return genlm_exprs_intern (self, &node);
}
