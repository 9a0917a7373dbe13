/* Whether anything can be accepted. */

#include "genlm-byte-exprs-private.h"

typedef enum
{
  LIVE_UNKNOWN,
  LIVE_YES,
  LIVE_NO,
} Live;

/* One expression met by a search, the one it was derived from and by which
 * byte, and after how many bytes it was. */
typedef struct
{
  GenlmByteExpr expr;
  guint         parent;
  guint         depth;
  guint8        byte;
} Visit;

/* A visit that is still to be followed, and how soon. */
typedef struct
{
  guint64 cost;
  guint   visit;
} Open;

/* An expression on a way that is tried, and the byte that is followed. */
typedef struct
{
  GenlmByteExpr expr;
  guint8        byte;
} Step;

/* How far a way is tried, and how far without getting nearer. */
#define MAX_STEPS   (256u)
#define MAX_DETOUR  (8u)

/* How many bytes are tried at each step. */
#define MAX_BRANCH  (16u)

/* So many steps of a way count as one expression that a search looks at. */
#define VISIT_STEPS (16u)

static gboolean is_live (GenlmByteExprs *self,
                         GenlmByteExpr   expr,
                         GenlmByteExpr   from);

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

/* Notes that @expr is live: @byte leads from it to a match that is @near bytes
 * away. A way that was noted before stays, so that none leads in a circle. */
static void
set_way (GenlmByteExprs *self,
         GenlmByteExpr   expr,
         guint8          byte,
         guint32         near)
{
  GenlmExprNode *node = &g_array_index (self->nodes, GenlmExprNode, expr);

  if (self->exceeded != GENLM_EXPRS_LIMIT_NONE)
    return;
  node->live = LIVE_YES;
  if (node->near != GENLM_BYTE_EXPR_UNBOUNDED || near == GENLM_BYTE_EXPR_UNBOUNDED)
    return;
  node->near = near;
  node->toward = byte;
  node->has_way = TRUE;
}

/* Notes that all on the way to @target, which is live, are. */
static void
set_ways (GenlmByteExprs *self,
          const Step     *steps,
          guint           n_steps,
          GenlmByteExpr   target)
{
  guint32 near = genlm_exprs_measure_way (self, target);

  for (; n_steps > 0; n_steps--)
    {
      near = add_lengths (near, 1);
      set_way (self, steps[n_steps - 1].expr, steps[n_steps - 1].byte, near);
    }
}

static void
count_steps (GenlmByteExprs *self,
             guint           n_steps)
{
  self->n_visits += 1 + n_steps / VISIT_STEPS;
  if (self->n_visits > (guint64) self->limits.max_states * GENLM_EXPRS_MAX_VISITS)
    exceed (self, GENLM_EXPRS_LIMIT_SEARCH);
}

/* Tries the way that is known for another expression, mostly the one that
 * @expr was derived from: what it needs, @expr needs as a rule. */
static Live
follow_way (GenlmByteExprs *self,
            GenlmByteExpr   expr,
            GenlmByteExpr   other)
{
  Step steps[MAX_STEPS];
  guint n_steps = 0;
  Live live = LIVE_UNKNOWN;
  int byte;

  while (live == LIVE_UNKNOWN && n_steps < MAX_STEPS
         && (byte = genlm_exprs_find_way (self, other)) >= 0)
    {
      steps[n_steps++] = (Step) { expr, (guint8) byte };
      expr = genlm_byte_exprs_derive (self, expr, (guint8) byte);
      other = genlm_byte_exprs_derive (self, other, (guint8) byte);
      live = guess_live (self, expr);
    }
  count_steps (self, n_steps);
  if (live != LIVE_YES)
    return LIVE_UNKNOWN;
  set_ways (self, steps, n_steps, expr);
  return LIVE_YES;
}

/* Of what follows @expr by bytes that serve one of its conditions, what seems
 * the nearest to a match and is not dead. */
static GenlmByteExpr
find_next (GenlmByteExprs *self,
           GenlmByteExpr   expr,
           guint8         *byte,
           guint32        *distance)
{
  guint8 bytes[MAX_BRANCH];
  guint n_bytes = genlm_exprs_list_ways (self, expr, bytes, MAX_BRANCH);
  GenlmByteExpr nearest = GENLM_BYTE_EXPR_NOTHING;
  guint i;

  *distance = GENLM_BYTE_EXPR_UNBOUNDED;
  for (i = 0; i < n_bytes; i++)
    {
      GenlmByteExpr next = genlm_byte_exprs_derive (self, expr, bytes[i]);
      Live live = guess_live (self, next);
      guint32 guess = live == LIVE_YES ? 0 : genlm_exprs_guess_distance (self, next);

      if (live != LIVE_NO && guess < *distance)
        {
          nearest = next;
          *byte = bytes[i];
          *distance = guess;
        }
    }
  return nearest;
}

/* Goes towards a match as long as that gets nearer, without looking around. */
static Live
go_ahead (GenlmByteExprs *self,
          GenlmByteExpr   expr)
{
  Step steps[MAX_STEPS];
  guint n_steps = 0;
  guint n_detour = 0;
  guint32 least = genlm_exprs_guess_distance (self, expr);
  Live live = LIVE_UNKNOWN;

  while (live == LIVE_UNKNOWN && n_steps < MAX_STEPS && n_detour < MAX_DETOUR)
    {
      guint32 distance;

      steps[n_steps].expr = expr;
      expr = find_next (self, expr, &steps[n_steps++].byte, &distance);
      live = guess_live (self, expr);
      n_detour = distance < least ? 0 : n_detour + 1;
      least = MIN (least, distance);
    }
  count_steps (self, n_steps);
  if (live != LIVE_YES)
    return LIVE_UNKNOWN;
  set_ways (self, steps, n_steps, expr);
  return LIVE_YES;
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
  guint32 length = add_lengths (visit->depth, genlm_exprs_guess_distance (self, visit->expr));
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

/* Notes that all that was visited on the way to @target is live, @byte being
 * the last step. */
static void
set_visited_ways (GenlmByteExprs *self,
                  const GArray   *visits,
                  guint           at,
                  guint8          byte,
                  GenlmByteExpr   target)
{
  guint32 near = genlm_exprs_measure_way (self, target);

  for (;;)
    {
      const Visit *visit = &g_array_index (visits, Visit, at);

      near = add_lengths (near, 1);
      set_way (self, visit->expr, byte, near);
      if (at == 0)
        return;
      byte = visit->byte;
      at = visit->parent;
    }
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
  Visit visit = { expr, 0, 0, 0 };
  guint at;
  guint c;

  g_array_append_val (visits, visit);
  push_open (self, open, &visit, 0);
  g_hash_table_add (seen, GUINT_TO_POINTER (expr));
  while (open->len > 0 && self->exceeded == GENLM_EXPRS_LIMIT_NONE)
    {
      Visit from;

      at = pop_open (open);
      from = g_array_index (visits, Visit, at);
      count_steps (self, 0);
      for (c = 0; c < self->n_classes; c++)
        {
          guint8 byte = self->representatives[c];
          GenlmByteExpr next = genlm_byte_exprs_derive (self, from.expr, byte);
          Live live = guess_live (self, next);

          if (live == LIVE_YES)
            {
              set_visited_ways (self, visits, at, byte, next);
              return TRUE;
            }
          if (live == LIVE_NO || !g_hash_table_add (seen, GUINT_TO_POINTER (next)))
            continue;
          visit = (Visit) { next, at, from.depth + 1, byte };
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

/* Without the upper bounds of its counts @expr holds more, but nothing that is
 * shorter than those: if that is dead so is @expr, and if a way is known there
 * that is short enough it is one of @expr. So how far a count has come seldom
 * matters, and what was found out for one serves all. */
static Live
ask_unbound (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             GenlmByteExpr   from)
{
  guint32 least = GENLM_BYTE_EXPR_UNBOUNDED;
  guint32 unused = GENLM_BYTE_EXPR_UNBOUNDED;
  GenlmByteExpr unbound;
  guint32 near;
  int byte;

  if (get (self, expr)->count == 0)
    return LIVE_UNKNOWN;
  unbound = genlm_exprs_unbind (self, expr, &least);
  if (unbound == expr)
    return LIVE_UNKNOWN;
  if (!is_live (self, unbound, genlm_exprs_unbind (self, from, &unused)))
    return LIVE_NO;
  near = genlm_exprs_measure_way (self, unbound);
  if (near > least)
    return LIVE_UNKNOWN;
  byte = genlm_exprs_find_way (self, unbound);
  if (byte >= 0)
    set_way (self, expr, (guint8) byte, near);
  return LIVE_YES;
}

static gboolean
find_live (GenlmByteExprs *self,
           GenlmByteExpr   expr,
           GenlmByteExpr   from)
{
  Live live;

  if (self->n_classes == 0)
    genlm_exprs_find_classes (self);
  live = ask_unbound (self, expr, from);
  if (live == LIVE_UNKNOWN && from != GENLM_BYTE_EXPR_NOTHING)
    live = follow_way (self, expr, from);
  if (live == LIVE_UNKNOWN)
    live = go_ahead (self, expr);
  return live == LIVE_UNKNOWN ? search_live (self, expr) : live == LIVE_YES;
}

/* A chain is live if all its parts are. */
static gboolean
is_concat_live (GenlmByteExprs *self,
                GenlmByteExpr   expr,
                GenlmByteExpr   from)
{
  GenlmByteExpr at = expr;
  gboolean live = TRUE;

  while (live && get (self, at)->kind == GENLM_EXPR_CONCAT
         && known_live (self, at) == LIVE_UNKNOWN)
    {
      live = is_live (self, get (self, at)->a, from);
      at = get (self, at)->b;
    }
  live = live && is_live (self, at, from);
  for (; live && expr != at; expr = get (self, expr)->b)
    set_live (self, expr, TRUE);
  return live;
}

static gboolean
is_any_live (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             GenlmByteExpr   from)
{
  guint32 i;

  if (guess_live (self, expr) == LIVE_YES)
    return TRUE;
  for (i = 0; i < get (self, expr)->b; i++)
    if (is_live (self, get_member (self, get (self, expr), i), from))
      return TRUE;
  return FALSE;
}

static gboolean
is_live (GenlmByteExprs *self,
         GenlmByteExpr   expr,
         GenlmByteExpr   from)
{
  Live known = known_live (self, expr);
  gboolean live;

  if (known != LIVE_UNKNOWN)
    return known == LIVE_YES;
  switch ((GenlmExprKind) get (self, expr)->kind)
    {
    case GENLM_EXPR_CONCAT:
      live = is_concat_live (self, expr, from);
      break;
    case GENLM_EXPR_UNION:
      live = is_any_live (self, expr, from);
      break;
    case GENLM_EXPR_REPEAT:
      live = is_live (self, get (self, expr)->a, from);
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
      live = find_live (self, expr, from);
      break;
    }
  set_live (self, expr, live);
  return live;
}

/* Whether any string at all matches. Exact; without intersections and
 * complements it is known at once. */
gboolean
genlm_byte_exprs_is_live (GenlmByteExprs *self,
                          GenlmByteExpr   expr)
{
  return is_live (self, expr, GENLM_BYTE_EXPR_NOTHING);
}

/* The same of what was derived from @from, which is live: sooner answered. */
gboolean
genlm_byte_exprs_is_live_after (GenlmByteExprs *self,
                                GenlmByteExpr   expr,
                                GenlmByteExpr   from)
{
  return is_live (self, expr, from);
}
