/* Ways to a match: which byte to follow, and how far it is. */

#include "genlm-byte-exprs-private.h"

static guint32
measure_chain (GenlmByteExprs *self,
               GenlmByteExpr   expr)
{
  guint32 near = 0;

  for (; get (self, expr)->kind == GENLM_EXPR_CONCAT; expr = get (self, expr)->b)
    {
      near = add_lengths (near, genlm_exprs_measure_way (self, get (self, expr)->a));
      if (near == GENLM_BYTE_EXPR_UNBOUNDED)
        return near;
    }
  return add_lengths (near, genlm_exprs_measure_way (self, expr));
}

/* A number of bytes that is enough for a match, or GENLM_BYTE_EXPR_UNBOUNDED if
 * none is known. Of the parts more may be known than when the whole was made.
 * Recurses as deep as the pattern nests. */
guint32
genlm_exprs_measure_way (GenlmByteExprs *self,
                         GenlmByteExpr   expr)
{
  GenlmExprNode node = *get (self, expr);
  guint32 near = node.near;
  guint32 i;

  if (near != GENLM_BYTE_EXPR_UNBOUNDED)
    return near;
  if (node.kind == GENLM_EXPR_CONCAT)
    near = measure_chain (self, expr);
  else if (node.kind == GENLM_EXPR_REPEAT)
    near = repeat_length (genlm_exprs_measure_way (self, node.a), node.min);
  for (i = 0; node.kind == GENLM_EXPR_UNION && i < node.b; i++)
    near = MIN (near, genlm_exprs_measure_way (self, get_member (self, &node, i)));
  g_array_index (self->nodes, GenlmExprNode, expr).near = near;
  return near;
}

/* The member of a union that is nearest to a match, as far as that is known. */
static GenlmByteExpr
find_nearest (GenlmByteExprs      *self,
              const GenlmExprNode *node)
{
  GenlmByteExpr nearest = GENLM_BYTE_EXPR_NOTHING;
  guint32 least = GENLM_BYTE_EXPR_UNBOUNDED;
  guint32 i;

  for (i = 0; i < node->b; i++)
    {
      GenlmByteExpr member = get_member (self, node, i);
      guint32 near = genlm_exprs_measure_way (self, member);

      if (near < least)
        {
          least = near;
          nearest = member;
        }
    }
  return nearest;
}

static guint8
find_first (const GenlmByteSet *set)
{
  guint i = 0;

  while (set->words[i] == 0)
    i++;
  return (guint8) (i * 64 + (guint) __builtin_ctzll (set->words[i]));
}

/* The byte that leads to a match, or -1 if none is known or needed. Following
 * such bytes ends at a match. */
int
genlm_exprs_find_way (GenlmByteExprs *self,
                      GenlmByteExpr   expr)
{
  for (;;)
    {
      GenlmExprNode node = *get (self, expr);
      GenlmWordCursor cursor;

      if (node.nullable)
        return -1;
      if (node.has_way)
        return node.toward;
      switch ((GenlmExprKind) node.kind)
        {
        case GENLM_EXPR_SET:
          return find_first (get_set (self, &node));
        case GENLM_EXPR_CONCAT:
          expr = get (self, node.a)->nullable ? node.b : node.a;
          break;
        case GENLM_EXPR_REPEAT:
          expr = node.a;
          break;
        case GENLM_EXPR_UNION:
          expr = find_nearest (self, &node);
          break;
        case GENLM_EXPR_WORDS:
        case GENLM_EXPR_LITERALS:
          cursor = get_cursor (&node);
          return genlm_word_list_find_way (get_word_list (self, &node), &cursor);
        case GENLM_EXPR_NOTHING:
        case GENLM_EXPR_EPSILON:
        case GENLM_EXPR_ANYTHING:
        case GENLM_EXPR_INTERSECTION:
        case GENLM_EXPR_COMPLEMENT:
        case GENLM_EXPR_LOOP:
        default:
          return -1;
        }
    }
}

/* How many bytes are still needed, or more: those of all conditions together.
 * A guess that gets less with each byte that serves one and hinders none. */
guint32
genlm_exprs_guess_distance (const GenlmByteExprs *self,
                            GenlmByteExpr         expr)
{
  const GenlmExprNode *node = get (self, expr);
  guint32 distance = 0;
  guint32 i;

  if (node->kind == GENLM_EXPR_INTERSECTION)
    for (i = 0; i < node->b; i++)
      distance = add_lengths (distance, get (self, get_member (self, node, i))->least);
  return MAX (distance, node->least);
}

/* Of a union the member that needs the least, of a chain what comes first. */
static GenlmByteExpr
find_front (const GenlmByteExprs *self,
            GenlmByteExpr         expr)
{
  for (;;)
    {
      const GenlmExprNode *node = get (self, expr);
      guint32 i;

      if (node->kind == GENLM_EXPR_CONCAT)
        expr = get (self, node->a)->nullable ? node->b : node->a;
      else if (node->kind == GENLM_EXPR_REPEAT)
        expr = node->a;
      else if (node->kind == GENLM_EXPR_UNION)
        for (i = 1, expr = get_member (self, node, 0); i < node->b; i++)
          {
            GenlmByteExpr member = get_member (self, node, i);

            if (genlm_exprs_guess_distance (self, member) < genlm_exprs_guess_distance (self, expr))
              expr = member;
          }
      else
        return expr;
    }
}

/* Bytes that may lead to a match, for trying: for each condition one that it
 * asks for. Returns how many there are. */
guint
genlm_exprs_list_ways (GenlmByteExprs *self,
                       GenlmByteExpr   expr,
                       guint8         *bytes,
                       guint           max_bytes)
{
  GenlmByteExpr front = find_front (self, expr);
  GenlmExprNode node = *get (self, front);
  guint n_bytes = 0;
  guint32 i;

  if (node.kind != GENLM_EXPR_INTERSECTION)
    return 0;
  /* What was begun is mostly what was made last. */
  for (i = node.b; i > 0 && n_bytes < max_bytes; i--)
    {
      int byte = genlm_exprs_find_way (self, get_member (self, &node, i - 1));

      if (byte >= 0)
        bytes[n_bytes++] = (guint8) byte;
    }
  return n_bytes;
}
