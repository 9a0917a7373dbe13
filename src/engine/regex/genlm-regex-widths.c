#include "genlm-regex-widths.h"

static guint32
add (guint32 x,
     guint32 y)
{
  return x < GENLM_REGEX_WIDTH_UNBOUNDED - y ? x + y : GENLM_REGEX_WIDTH_UNBOUNDED;
}

static guint32
multiply (guint32 width,
          guint32 count)
{
  guint64 product = (guint64) width * count;

  if (width == 0 || count == 0)
    return 0;
  if (width == GENLM_REGEX_WIDTH_UNBOUNDED || count == GENLM_REGEX_REPEAT_UNBOUNDED)
    return GENLM_REGEX_WIDTH_UNBOUNDED;
  return product < GENLM_REGEX_WIDTH_UNBOUNDED ? (guint32) product : GENLM_REGEX_WIDTH_UNBOUNDED;
}

static GenlmRegexWidth
measure_list (const GenlmRegexTree  *tree,
              const GenlmRegexNode  *node,
              const GenlmRegexWidth *widths)
{
  gboolean is_concat = node->kind == GENLM_REGEX_NODE_CONCAT;
  const guint32 *children = genlm_regex_tree_peek_children (tree, node);
  GenlmRegexWidth width = { .min = is_concat ? 0 : GENLM_REGEX_WIDTH_UNBOUNDED };
  guint32 i;

  for (i = 0; i < node->b; i++)
    {
      const GenlmRegexWidth *child = &widths[children[i]];

      width.min = is_concat ? add (width.min, child->min) : MIN (width.min, child->min);
      width.max = is_concat ? add (width.max, child->max) : MAX (width.max, child->max);
      width.has_start |= child->has_start;
      width.has_other |= child->has_other;
    }
  return width;
}

static GenlmRegexWidth
measure_node (const GenlmRegexTree  *tree,
              const GenlmRegexNode  *node,
              const GenlmRegexWidth *widths)
{
  GenlmRegexWidth width = { 0 };

  switch ((GenlmRegexNodeKind) node->kind)
    {
    case GENLM_REGEX_NODE_EMPTY:
      return width;
    case GENLM_REGEX_NODE_RANGE:
    case GENLM_REGEX_NODE_CLASS:
      return (GenlmRegexWidth) { .min = 1, .max = 1 };
    case GENLM_REGEX_NODE_CONCAT:
    case GENLM_REGEX_NODE_ALTERNATE:
      return measure_list (tree, node, widths);
    case GENLM_REGEX_NODE_REPEAT:
      width = widths[node->a];
      width.min = multiply (width.min, node->min);
      width.max = multiply (width.max, node->max);
      return width;
    case GENLM_REGEX_NODE_START:
      return (GenlmRegexWidth) { .has_start = TRUE };
    case GENLM_REGEX_NODE_LOOKAHEAD:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD:
    case GENLM_REGEX_NODE_LOOKBEHIND:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND:
    case GENLM_REGEX_NODE_END:
    case GENLM_REGEX_NODE_BOUNDARY:
    case GENLM_REGEX_NODE_NO_BOUNDARY:
    default:
      return (GenlmRegexWidth) { .has_other = TRUE };
    }
}

GenlmRegexWidth *
genlm_regex_measure (const GenlmRegexTree *tree)
{
  guint32 size = genlm_regex_tree_get_size (tree);
  GenlmRegexWidth *widths = g_new (GenlmRegexWidth, size);
  guint32 i;

  for (i = 0; i < size; i++)
    widths[i] = measure_node (tree, genlm_regex_tree_peek_node (tree, i), widths);
  return widths;
}
