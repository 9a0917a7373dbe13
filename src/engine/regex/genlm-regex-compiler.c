#include "genlm-regex-compiler.h"

#include <genlm.h>

#include "genlm-char-exprs.h"

typedef struct
{
  const GenlmRegexTree *tree;
  GenlmByteExprs       *exprs;
  GenlmByteEncoding     encoding;
  /* By node, of those that hold no look-ahead. */
  GenlmByteExpr        *plain;
  guint                 n_copies;
} Compiler;

static GenlmByteExpr
compile_plain_list (Compiler             *compiler,
                    const GenlmRegexNode *node)
{
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  g_autofree GenlmByteExpr *members = g_new (GenlmByteExpr, node->b);
  GenlmByteExpr result = GENLM_BYTE_EXPR_EPSILON;
  guint32 i;

  for (i = 0; i < node->b; i++)
    members[i] = compiler->plain[children[i]];
  if (node->kind == GENLM_REGEX_NODE_ALTERNATE)
    return genlm_byte_exprs_make_union (compiler->exprs, members, node->b);
  for (i = node->b; i > 0; i--)
    result = genlm_byte_exprs_make_concat (compiler->exprs, members[i - 1], result);
  return result;
}

/* Compiles a node without look-ahead; its children are compiled. */
static GenlmByteExpr
compile_plain (Compiler             *compiler,
               const GenlmRegexNode *node)
{
  GenlmCharRange range = { node->a, node->b };
  const GenlmCharRange *ranges;
  gsize n_ranges;

  switch ((GenlmRegexNodeKind) node->kind)
    {
    case GENLM_REGEX_NODE_RANGE:
      return genlm_char_exprs_make_set (compiler->exprs, compiler->encoding, &range, 1);
    case GENLM_REGEX_NODE_CLASS:
      ranges = genlm_char_set_peek_ranges (genlm_regex_tree_peek_class (compiler->tree, node->a),
                                           &n_ranges);
      return genlm_char_exprs_make_set (compiler->exprs, compiler->encoding, ranges, n_ranges);
    case GENLM_REGEX_NODE_CONCAT:
    case GENLM_REGEX_NODE_ALTERNATE:
      return compile_plain_list (compiler, node);
    case GENLM_REGEX_NODE_REPEAT:
      return genlm_byte_exprs_make_repeat (compiler->exprs, compiler->plain[node->a], node->min,
                                           node->max);
    case GENLM_REGEX_NODE_EMPTY:
    case GENLM_REGEX_NODE_LOOKAHEAD:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD:
    default:
      return GENLM_BYTE_EXPR_EPSILON;
    }
}

static GenlmByteExpr compile_before (Compiler      *compiler,
                                     guint32        index,
                                     GenlmByteExpr  tail);

/* A counted repeat is written out, an unbounded one becomes a loop. */
static GenlmByteExpr
compile_repeat_before (Compiler             *compiler,
                       const GenlmRegexNode *node,
                       GenlmByteExpr         tail)
{
  GenlmByteExpr result = tail;
  guint32 n_optional = node->max - node->min;
  guint32 i;

  if (node->max == GENLM_REGEX_REPEAT_UNBOUNDED)
    {
      n_optional = 0;
      result = genlm_byte_exprs_begin_loop (compiler->exprs, tail);
      genlm_byte_exprs_end_loop (compiler->exprs, result,
                                 compile_before (compiler, node->a, result));
    }
  for (i = 0; i < n_optional && compiler->n_copies <= GENLM_REGEX_MAX_COPIES; i++)
    {
      GenlmByteExpr both[2] = { tail, compile_before (compiler, node->a, result) };

      compiler->n_copies++;
      result = genlm_byte_exprs_make_union (compiler->exprs, both, 2);
    }
  for (i = 0; i < node->min && compiler->n_copies <= GENLM_REGEX_MAX_COPIES; i++)
    {
      compiler->n_copies++;
      result = compile_before (compiler, node->a, result);
    }
  return result;
}

/* What matches a node and then @tail, where the node may look ahead into it.
 * Recurses as deep as look-aheads lie in groups, at most
 * GENLM_REGEX_MAX_DEPTH. */
static GenlmByteExpr
compile_before (Compiler      *compiler,
                guint32        index,
                GenlmByteExpr  tail)
{
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (compiler->tree, index);
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  GenlmByteExpr both[2] = { GENLM_BYTE_EXPR_NOTHING, tail };
  guint32 i;

  if (!node->has_lookahead)
    return genlm_byte_exprs_make_concat (compiler->exprs, compiler->plain[index], tail);
  switch ((GenlmRegexNodeKind) node->kind)
    {
    case GENLM_REGEX_NODE_CONCAT:
      for (i = node->b; i > 0; i--)
        tail = compile_before (compiler, children[i - 1], tail);
      return tail;
    case GENLM_REGEX_NODE_ALTERNATE:
      for (i = 0; i < node->b; i++)
        {
          both[1] = compile_before (compiler, children[i], tail);
          both[0] = genlm_byte_exprs_make_union (compiler->exprs, both, 2);
        }
      return both[0];
    case GENLM_REGEX_NODE_REPEAT:
      return compile_repeat_before (compiler, node, tail);
    case GENLM_REGEX_NODE_LOOKAHEAD:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD:
      both[0] = genlm_byte_exprs_make_complement (
        compiler->exprs, compile_before (compiler, node->a, GENLM_BYTE_EXPR_ANYTHING));
      /* A condition is a complement, or the complement of one. */
      if (node->kind == GENLM_REGEX_NODE_LOOKAHEAD)
        both[0] = genlm_byte_exprs_make_complement (compiler->exprs, both[0]);
      return genlm_byte_exprs_make_intersection (compiler->exprs, both, 2);
    case GENLM_REGEX_NODE_EMPTY:
    case GENLM_REGEX_NODE_RANGE:
    case GENLM_REGEX_NODE_CLASS:
    default:
      g_assert_not_reached ();
    }
}

/* The result is an expression of @exprs. Limits of the store are errors
 * here. */
gboolean
genlm_regex_compile (const GenlmRegexTree  *tree,
                     GenlmByteExprs        *exprs,
                     GenlmByteEncoding      encoding,
                     GenlmByteExpr         *result,
                     GError               **error)
{
  guint32 size = genlm_regex_tree_get_size (tree);
  g_autofree GenlmByteExpr *plain = g_new0 (GenlmByteExpr, size);
  Compiler compiler = { tree, exprs, encoding, plain, 0 };
  guint32 i;

  for (i = 0; i < size; i++)
    {
      const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree, i);

      if (node->has_lookahead)
        continue;
      plain[i] = compile_plain (&compiler, node);
      if (!genlm_byte_exprs_check (exprs, error))
        return FALSE;
    }
  *result = compile_before (&compiler, genlm_regex_tree_get_root (tree), GENLM_BYTE_EXPR_EPSILON);
  if (compiler.n_copies > GENLM_REGEX_MAX_COPIES)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "A group with a look-ahead inside is repeated more than %u times in all; use "
                   "an unbounded repeat or smaller counts",
                   GENLM_REGEX_MAX_COPIES);
      return FALSE;
    }
  return genlm_byte_exprs_check (exprs, error);
}
