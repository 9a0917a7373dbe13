/* What cannot be told from an expression within so many bytes. */

#include "genlm-byte-exprs-private.h"

/* How many derivatives are looked at to find how far all of them are from a
 * match, and with how many pieces of work; and what stands for a distance that
 * was not found. */
#define MAX_REACHED (256u)
#define MAX_WORK    (16384u)
#define NO_REACH    (G_MAXUINT32)

/* How often that may come to nothing before it is given up. */
#define MAX_LOST    (8u)

/* All that may follow @expr, if that is few: what is reached is appended to
 * @reached, and by it and class of byte the number of what comes next to
 * @next. */
static gboolean
list_derivatives (GenlmByteExprs *self,
                  GenlmByteExpr   expr,
                  GArray         *reached,
                  GArray         *next)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  guint first_step = self->n_steps;
  guint i;
  guint c;

  g_array_append_val (reached, expr);
  g_hash_table_insert (numbers, GUINT_TO_POINTER (expr), GUINT_TO_POINTER (0));
  for (i = 0; i < reached->len; i++)
    for (c = 0; c < self->n_classes; c++)
      {
        GenlmByteExpr from = g_array_index (reached, GenlmByteExpr, i);
        GenlmByteExpr to = genlm_byte_exprs_derive (self, from, self->representatives[c]);
        gpointer known;
        guint number;

        if (g_hash_table_lookup_extended (numbers, GUINT_TO_POINTER (to), NULL, &known))
          number = GPOINTER_TO_UINT (known);
        else
          {
            number = reached->len;
            g_array_append_val (reached, to);
            g_hash_table_insert (numbers, GUINT_TO_POINTER (to), GUINT_TO_POINTER (number));
          }
        g_array_append_val (next, number);
        if (reached->len > MAX_REACHED || self->n_steps - first_step > MAX_WORK
            || self->exceeded != GENLM_EXPRS_LIMIT_NONE)
          return FALSE;
      }
  return TRUE;
}

/* The largest of the distances, in bytes, of what was reached and is live from
 * the nearest match. Goes round until no distance gets less. */
static guint32
measure_reach (GenlmByteExprs *self,
               const GArray   *reached,
               const GArray   *next)
{
  g_autofree guint32 *distances = g_new (guint32, reached->len);
  guint32 reach = 0;
  gboolean changed = TRUE;
  guint i;
  guint c;

  for (i = 0; i < reached->len; i++)
    distances[i] = get (self, g_array_index (reached, GenlmByteExpr, i))->nullable ? 0 : NO_REACH;
  while (changed)
    {
      changed = FALSE;
      for (i = reached->len; i > 0; i--)
        for (c = 0; c < self->n_classes; c++)
          {
            guint index = (i - 1) * self->n_classes + c;
            guint32 distance = distances[g_array_index (next, guint, index)];

            if (distance != NO_REACH && distance + 1 < distances[i - 1])
              {
                distances[i - 1] = distance + 1;
                changed = TRUE;
              }
          }
    }
  for (i = 0; i < reached->len; i++)
    if (distances[i] != NO_REACH)
      reach = MAX (reach, distances[i]);
  return reach;
}

static guint32
remember_reach (GenlmByteExprs *self,
                GenlmByteExpr   expr,
                guint32         reach)
{
  g_hash_table_insert (self->reaches, GUINT_TO_POINTER (expr),
                       GUINT_TO_POINTER (reach == NO_REACH ? NO_REACH : reach + 1));
  charge_memory (self, 3 * sizeof (gpointer));
  return reach;
}

/* How many bytes are enough to complete anything that starts a match of @expr,
 * which is positive: what is left of a part, and the least of what comes after
 * it. Recurses as deep as the pattern nests. */
static guint32
sum_reach (const GenlmByteExprs *self,
           GenlmByteExpr         expr)
{
  const GenlmExprNode *node = get (self, expr);
  GenlmWordCursor cursor;
  guint32 reach = 0;
  guint32 i;

  switch ((GenlmExprKind) node->kind)
    {
    case GENLM_EXPR_SET:
      return 1;
    case GENLM_EXPR_CONCAT:
      for (; node->kind == GENLM_EXPR_CONCAT; node = get (self, expr))
        {
          reach = MAX (reach, add_lengths (sum_reach (self, node->a), get (self, node->b)->near));
          expr = node->b;
        }
      return MAX (reach, sum_reach (self, expr));
    case GENLM_EXPR_REPEAT:
      reach = repeat_length (get (self, node->a)->near, MAX (node->min, 1) - 1);
      return add_lengths (sum_reach (self, node->a), reach);
    case GENLM_EXPR_UNION:
      for (i = 0; i < node->b; i++)
        reach = MAX (reach, sum_reach (self, get_member (self, node, i)));
      return reach;
    case GENLM_EXPR_WORDS:
    case GENLM_EXPR_LITERALS:
      cursor = get_cursor (node);
      return genlm_word_list_get_reach (get_word_list (self, node), &cursor);
    case GENLM_EXPR_NOTHING:
    case GENLM_EXPR_EPSILON:
    case GENLM_EXPR_ANYTHING:
      return 0;
    case GENLM_EXPR_INTERSECTION:
    case GENLM_EXPR_COMPLEMENT:
    case GENLM_EXPR_LOOP:
    default:
      return NO_REACH;
    }
}

static guint32
list_reach (GenlmByteExprs *self,
            GenlmByteExpr   expr)
{
  g_autoptr (GArray) reached = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  g_autoptr (GArray) next = g_array_new (FALSE, FALSE, sizeof (guint));
  guint32 reach = NO_REACH;
  guint i;

  if (list_derivatives (self, expr, reached, next))
    reach = measure_reach (self, reached, next);
  self->n_lost += reach == NO_REACH;
  /* What follows @expr has no more before it than @expr has. */
  for (i = 0; i < reached->len; i++)
    remember_reach (self, g_array_index (reached, GenlmByteExpr, i), reach);
  return reach;
}

/* The same of any expression; NO_REACH if that is not found out with little work. */
static guint32
find_reach (GenlmByteExprs *self,
            GenlmByteExpr   expr)
{
  gpointer known = g_hash_table_lookup (self->reaches, GUINT_TO_POINTER (expr));

  if (known != NULL)
    return GPOINTER_TO_UINT (known) == NO_REACH ? NO_REACH : GPOINTER_TO_UINT (known) - 1;
  if (get (self, expr)->positive)
    return remember_reach (self, expr, sum_reach (self, expr));
  return self->n_lost < MAX_LOST ? list_reach (self, expr) : NO_REACH;
}

/* What an expression is without its upper bounds, and the least of those. */
typedef struct
{
  GenlmByteExpr expr;
  guint32       least;
} Unbound;

/* What is listed is to be unbound. */
typedef struct
{
  GenlmByteExprs *exprs;
  guint32         depth;
  GArray         *listed;
  GHashTable     *numbers; /* by expression, where its Unbound is, plus one */
  GArray         *unbound;
} Unbinding;

static void
list_part (Unbinding     *self,
           GenlmByteExpr  expr)
{
  if (get (self->exprs, expr)->count <= self->depth
      || g_hash_table_contains (self->numbers, GUINT_TO_POINTER (expr)))
    return;
  g_hash_table_insert (self->numbers, GUINT_TO_POINTER (expr), NULL);
  g_array_append_val (self->listed, expr);
}

static void
list_parts (Unbinding           *self,
            const GenlmExprNode *node)
{
  guint32 i;

  switch ((GenlmExprKind) node->kind)
    {
    case GENLM_EXPR_CONCAT:
      list_part (self, node->b);
      list_part (self, node->a);
      break;
    case GENLM_EXPR_REPEAT:
      list_part (self, node->a);
      break;
    default:
      for (i = 0; i < node->b; i++)
        list_part (self, get_member (self->exprs, node, i));
    }
}

static GenlmByteExpr
get_unbound (const Unbinding *self,
             GenlmByteExpr    expr,
             guint32         *least)
{
  gpointer number = g_hash_table_lookup (self->numbers, GUINT_TO_POINTER (expr));
  const Unbound *found;

  if (number == NULL)
    return expr;
  found = &g_array_index (self->unbound, Unbound, GPOINTER_TO_UINT (number) - 1);
  *least = MIN (*least, found->least);
  return found->expr;
}

/* Of one whose parts are unbound. */
static GenlmByteExpr
unbind_node (Unbinding     *self,
             GenlmExprNode  node,
             guint32       *least)
{
  guint base = self->exprs->stack->len;
  guint32 i;

  if (node.kind == GENLM_EXPR_CONCAT)
    return genlm_byte_exprs_make_concat (self->exprs, get_unbound (self, node.a, least),
                                         get_unbound (self, node.b, least));
  if (node.kind == GENLM_EXPR_REPEAT)
    {
      if (node.max > self->depth && node.max != GENLM_BYTE_EXPR_UNBOUNDED)
        {
          *least = MIN (*least, node.max);
          node.max = GENLM_BYTE_EXPR_UNBOUNDED;
        }
      return genlm_byte_exprs_make_repeat (self->exprs, get_unbound (self, node.a, least), node.min,
                                           node.max);
    }
  for (i = 0; i < node.b; i++)
    genlm_exprs_push_flat (self->exprs, node.kind,
                           get_unbound (self, get_member (self->exprs, &node, i), least));
  return node.kind == GENLM_EXPR_UNION ? genlm_exprs_unite_stack (self->exprs, base)
                                       : genlm_exprs_intersect_stack (self->exprs, base);
}

static int
compare_exprs (gconstpointer a,
               gconstpointer b)
{
  GenlmByteExpr x = *(const GenlmByteExpr *) a;
  GenlmByteExpr y = *(const GenlmByteExpr *) b;

  return (x > y) - (x < y);
}

/* Parts are met in many places, so each is unbound once; they were made before
 * the whole. */
static GenlmByteExpr
unbind (Unbinding     *self,
        GenlmByteExpr  expr,
        guint32       *least)
{
  guint i;

  list_part (self, expr);
  for (i = 0; i < self->listed->len; i++)
    list_parts (self, get (self->exprs, g_array_index (self->listed, GenlmByteExpr, i)));
  g_array_sort (self->listed, compare_exprs);
  for (i = 0; i < self->listed->len && self->exprs->exceeded == GENLM_EXPRS_LIMIT_NONE; i++)
    {
      GenlmByteExpr part = g_array_index (self->listed, GenlmByteExpr, i);
      Unbound unbound = { 0, GENLM_BYTE_EXPR_UNBOUNDED };

      unbound.expr = unbind_node (self, *get (self->exprs, part), &unbound.least);
      g_array_append_val (self->unbound, unbound);
      g_hash_table_insert (self->numbers, GUINT_TO_POINTER (part),
                           GUINT_TO_POINTER (self->unbound->len));
    }
  return get_unbound (self, expr, least);
}

/* @expr without the upper bounds of its repeats that are above @depth, the
 * least of which is kept in @least. It matches all that @expr does, and no
 * other word of up to so many bytes. */
static GenlmByteExpr
unbind_above (GenlmByteExprs *self,
              GenlmByteExpr   expr,
              guint32         depth,
              guint32        *least)
{
  g_autoptr (GArray) listed = NULL;
  g_autoptr (GHashTable) numbers = NULL;
  g_autoptr (GArray) unbound = NULL;
  Unbinding unbinding;

  if (get (self, expr)->count <= depth)
    return expr;
  listed = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  numbers = g_hash_table_new (NULL, NULL);
  unbound = g_array_new (FALSE, FALSE, sizeof (Unbound));
  unbinding = (Unbinding) { self, depth, listed, numbers, unbound };
  return unbind (&unbinding, expr, least);
}

/* The same without any upper bounds. This is asked of every state, whose parts
 * are mostly those of others. */
GenlmByteExpr
genlm_exprs_unbind (GenlmByteExprs *self,
                    GenlmByteExpr   expr,
                    guint32        *least)
{
  g_autoptr (GArray) listed = NULL;
  Unbinding unbinding;

  if (get (self, expr)->count == 0)
    return expr;
  if (self->unbound_numbers == NULL)
    {
      self->unbound_numbers = g_hash_table_new (NULL, NULL);
      self->unbound = g_array_new (FALSE, FALSE, sizeof (Unbound));
    }
  listed = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  unbinding = (Unbinding) { self, 0, listed, self->unbound_numbers, self->unbound };
  expr = unbind (&unbinding, expr, least);
  charge_memory (self, listed->len * 4 * sizeof (gpointer));
  return expr;
}

/* The counts of an intersection decide together what is live. Upper bounds may
 * go if they are so far that whatever can be completed without them after
 * @depth bytes can be completed within them. */
static GenlmByteExpr
clamp_intersection (GenlmByteExprs *self,
                    GenlmByteExpr   expr,
                    guint32         depth)
{
  guint32 least = G_MAXUINT32;
  GenlmByteExpr unbound = unbind_above (self, expr, depth, &least);
  guint32 reach;

  if (unbound == expr)
    return expr;
  reach = find_reach (self, unbound);
  return reach != NO_REACH && (guint64) depth + reach <= least ? unbound : expr;
}

static GHashTable *
get_clamped (GenlmByteExprs *self,
             guint32         depth)
{
  GHashTable *clamped = g_hash_table_lookup (self->clamped, GUINT_TO_POINTER (depth));

  if (clamped == NULL)
    {
      clamped = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->clamped, GUINT_TO_POINTER (depth), clamped);
    }
  return clamped;
}

static void
remember_clamped (GenlmByteExprs *self,
                  GenlmByteExpr   expr,
                  guint32         depth,
                  GenlmByteExpr   clamped)
{
  g_hash_table_insert (get_clamped (self, depth), GUINT_TO_POINTER (expr),
                       GUINT_TO_POINTER (clamped));
  charge_memory (self, 3 * sizeof (gpointer));
}

/* A chain is walked to what is known of it, or to its end, and back. */
static GenlmByteExpr
clamp_chain (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             guint32         depth)
{
  GHashTable *known = get_clamped (self, depth);
  guint base = self->stack->len;
  GenlmByteExpr clamped;

  while (get (self, expr)->kind == GENLM_EXPR_CONCAT && get (self, expr)->count > depth
         && !g_hash_table_contains (known, GUINT_TO_POINTER (expr)))
    {
      push (self, expr);
      expr = get (self, expr)->b;
    }
  clamped = genlm_byte_exprs_clamp (self, expr, depth);
  while (self->stack->len > base)
    {
      GenlmByteExpr head;

      expr = g_array_index (self->stack, guint32, self->stack->len - 1);
      g_array_set_size (self->stack, self->stack->len - 1);
      head = genlm_byte_exprs_clamp (self, get (self, expr)->a, depth);
      clamped = genlm_byte_exprs_make_concat (self, head, clamped);
      remember_clamped (self, expr, depth, clamped);
    }
  return clamped;
}

/* Within @depth bytes nobody can tell a count above that from another one: all
 * that is repeated can be completed by itself. */
static GenlmByteExpr
clamp_repeat (GenlmByteExprs      *self,
              const GenlmExprNode *node,
              guint32              depth)
{
  GenlmByteExpr body = genlm_byte_exprs_clamp (self, node->a, depth);

  return genlm_byte_exprs_make_repeat (self, body, MIN (node->min, depth + 1),
                                       node->max > depth ? GENLM_BYTE_EXPR_UNBOUNDED : node->max);
}

static GenlmByteExpr
clamp_union (GenlmByteExprs      *self,
             const GenlmExprNode *node,
             guint32              depth)
{
  guint base = self->stack->len;
  guint32 i;

  for (i = 0; i < node->b; i++)
    genlm_exprs_push_flat (self, GENLM_EXPR_UNION,
                           genlm_byte_exprs_clamp (self, get_member (self, node, i), depth));
  return genlm_exprs_unite_stack (self, base);
}

/* An expression that cannot be told from @expr by reading up to @depth bytes:
 * both match the same words of so many, and can match more after the same.
 * Expressions that differ in large counts only mostly give the same one. */
GenlmByteExpr
genlm_byte_exprs_clamp (GenlmByteExprs *self,
                        GenlmByteExpr   expr,
                        guint32         depth)
{
  GenlmExprNode node = *get (self, expr);
  GenlmByteExpr clamped = expr;
  gpointer known;

  if (node.count <= depth || self->exceeded != GENLM_EXPRS_LIMIT_NONE)
    return expr;
  if (g_hash_table_lookup_extended (get_clamped (self, depth), GUINT_TO_POINTER (expr), NULL,
                                    &known))
    return GPOINTER_TO_UINT (known);
  if (node.kind == GENLM_EXPR_CONCAT)
    return clamp_chain (self, expr, depth);
  if (node.kind == GENLM_EXPR_REPEAT)
    clamped = clamp_repeat (self, &node, depth);
  else if (node.kind == GENLM_EXPR_UNION)
    clamped = clamp_union (self, &node, depth);
  else if (node.kind == GENLM_EXPR_INTERSECTION)
    clamped = clamp_intersection (self, expr, depth);
  remember_clamped (self, expr, depth, clamped);
  return clamped;
}
