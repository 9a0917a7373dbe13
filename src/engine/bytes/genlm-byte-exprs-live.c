/* Whether anything can be accepted. */

#include "genlm-byte-exprs-private.h"

typedef enum
{
  LIVE_UNKNOWN,
  LIVE_YES,
  LIVE_NO,
} Live;

/* One expression met by a search, the one it was derived from, and after how
 * many bytes it was. */
typedef struct
{
  GenlmByteExpr expr;
  guint         parent;
  guint         depth;
} Visit;

/* A visit that is still to be followed, and how soon. */
typedef struct
{
  guint64 cost;
  guint   visit;
} Open;

static Live
known_live (const GenlmByteExprs *self,
            GenlmByteExpr         expr)
{
  const GenlmExprNode *node = get (self, expr);

  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return LIVE_NO;
  if (node->nullable || node->positive)
    return LIVE_YES;
  return (Live) node->live;
}

/* What is plain from an expression and its parts, without a search. */
static Live
guess_live (const GenlmByteExprs *self,
            GenlmByteExpr         expr)
{
  const GenlmExprNode *node = get (self, expr);
  Live live = known_live (self, expr);
  guint32 i;

  if (live != LIVE_UNKNOWN || node->kind != GENLM_EXPR_UNION)
    return live;
  for (i = 0; i < node->b; i++)
    if (known_live (self, get_member (self, node, i)) == LIVE_YES)
      return LIVE_YES;
  return LIVE_UNKNOWN;
}

static void
set_live (GenlmByteExprs *self,
          GenlmByteExpr   expr,
          gboolean        live)
{
  if (self->exceeded == GENLM_EXPRS_LIMIT_NONE)
    g_array_index (self->nodes, GenlmExprNode, expr).live = live ? LIVE_YES : LIVE_NO;
}

/* Of a heap, the place of the smaller child of @at, or of @at itself. */
static guint
find_smallest (const Open *heap,
               guint       n_open,
               guint       at)
{
  guint smallest = at;

  if (2 * at + 1 < n_open && heap[2 * at + 1].cost < heap[smallest].cost)
    smallest = 2 * at + 1;
  if (2 * at + 2 < n_open && heap[2 * at + 2].cost < heap[smallest].cost)
    smallest = 2 * at + 2;
  return smallest;
}

/* What is nearest to a match is followed first; of two, what is further on. */
static void
push_open (GenlmByteExprs *self,
           GArray         *open,
           const Visit    *visit,
           guint           index)
{
  guint32 length = add_lengths (visit->depth, get (self, visit->expr)->least);
  Open one = { ((guint64) length << 32) | (G_MAXUINT32 - visit->depth), index };
  guint at = open->len;
  Open *heap;

  g_array_append_val (open, one);
  heap = (Open *) open->data;
  for (; at > 0 && heap[(at - 1) / 2].cost > one.cost; at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = one;
}

static guint
pop_open (GArray *open)
{
  Open *heap = (Open *) open->data;
  guint first = heap[0].visit;
  Open last = heap[open->len - 1];
  guint at = 0;
  guint next;

  g_array_set_size (open, open->len - 1);
  if (open->len == 0)
    return first;
  heap[0] = last;
  for (; (next = find_smallest (heap, open->len, at)) != at; at = next)
    {
      heap[at] = heap[next];
      heap[next] = last;
    }
  return first;
}

/* Follows derivatives until one is met that is live. If there is none, all
 * that were met are dead, and that is noted for all; if there is one, those on
 * the way to it are live. */
static gboolean
search_live (GenlmByteExprs *self,
             GenlmByteExpr   expr)
{
  g_autoptr (GArray) visits = g_array_new (FALSE, FALSE, sizeof (Visit));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Open));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Visit visit = { expr, 0, 0 };
  guint at;
  guint c;

  if (self->n_classes == 0)
    genlm_exprs_find_classes (self);
  g_array_append_val (visits, visit);
  push_open (self, open, &visit, 0);
  g_hash_table_add (seen, GUINT_TO_POINTER (expr));
  while (open->len > 0 && self->exceeded == GENLM_EXPRS_LIMIT_NONE)
    {
      Visit from;

      at = pop_open (open);
      from = g_array_index (visits, Visit, at);
      if (++self->n_visits > (guint64) self->limits.max_states * GENLM_EXPRS_MAX_VISITS)
        exceed (self, GENLM_EXPRS_LIMIT_SEARCH);
      for (c = 0; c < self->n_classes; c++)
        {
          GenlmByteExpr next = genlm_byte_exprs_derive (self, from.expr, self->representatives[c]);
          Live live = guess_live (self, next);

          if (live == LIVE_YES)
            {
              for (; at != 0; at = g_array_index (visits, Visit, at).parent)
                set_live (self, g_array_index (visits, Visit, at).expr, TRUE);
              return TRUE;
            }
          if (live == LIVE_NO || !g_hash_table_add (seen, GUINT_TO_POINTER (next)))
            continue;
          visit = (Visit) { next, at, from.depth + 1 };
          push_open (self, open, &visit, visits->len);
          g_array_append_val (visits, visit);
        }
      if (visits->len > self->limits.max_states)
        exceed (self, GENLM_EXPRS_LIMIT_STATES);
    }
  for (at = 0; at < visits->len; at++)
    set_live (self, g_array_index (visits, Visit, at).expr, FALSE);
  return FALSE;
}

/* A chain is live if all its parts are. */
static gboolean
is_concat_live (GenlmByteExprs *self,
                GenlmByteExpr   expr)
{
  GenlmByteExpr at = expr;
  gboolean live = TRUE;

  while (live && get (self, at)->kind == GENLM_EXPR_CONCAT && known_live (self, at) == LIVE_UNKNOWN)
    {
      live = genlm_byte_exprs_is_live (self, get (self, at)->a);
      at = get (self, at)->b;
    }
  live = live && genlm_byte_exprs_is_live (self, at);
  for (; live && expr != at; expr = get (self, expr)->b)
    set_live (self, expr, TRUE);
  return live;
}

static gboolean
is_any_live (GenlmByteExprs *self,
             GenlmByteExpr   expr)
{
  guint32 i;

  for (i = 0; i < get (self, expr)->b; i++)
    if (genlm_byte_exprs_is_live (self, get_member (self, get (self, expr), i)))
      return TRUE;
  return FALSE;
}

/* Whether any string at all matches. Exact; without intersections and
 * complements it is known at once. */
gboolean
genlm_byte_exprs_is_live (GenlmByteExprs *self,
                          GenlmByteExpr   expr)
{
  Live known = known_live (self, expr);
  gboolean live;

  if (known != LIVE_UNKNOWN)
    return known == LIVE_YES;
  switch ((GenlmExprKind) get (self, expr)->kind)
    {
    case GENLM_EXPR_CONCAT:
      live = is_concat_live (self, expr);
      break;
    case GENLM_EXPR_UNION:
      live = is_any_live (self, expr);
      break;
    case GENLM_EXPR_REPEAT:
      live = genlm_byte_exprs_is_live (self, get (self, expr)->a);
      break;
    case GENLM_EXPR_NOTHING:
    case GENLM_EXPR_EPSILON:
    case GENLM_EXPR_ANYTHING:
    case GENLM_EXPR_SET:
    case GENLM_EXPR_INTERSECTION:
    case GENLM_EXPR_COMPLEMENT:
    case GENLM_EXPR_LOOP:
    case GENLM_EXPR_WORDS:
    case GENLM_EXPR_LITERALS:
    default:
      live = search_live (self, expr);
      break;
    }
  set_live (self, expr, live);
  return live;
}
