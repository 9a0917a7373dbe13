#include "genlm-regex-compiler.h"

#include <genlm.h>

#include "genlm-char-exprs.h"
#include "genlm-regex-widths.h"

/* From how many strings among alternatives on they are kept as a list. */
#define MIN_LITERALS (4u)

/* What stands before a place, as far as the pattern looks at it. */
typedef enum
{
  BEFORE_NOTHING,
  BEFORE_OTHER,
  BEFORE_WORD,
  N_BEFORE
} Before;

/* What may follow, by what stands before. */
typedef struct
{
  GenlmByteExpr after[N_BEFORE];
} Tail;

typedef struct
{
  const GenlmRegexTree *tree;
  GenlmByteExprs       *exprs;
  GenlmByteEncoding     encoding;
  /* By node, of those that hold no assertion. */
  GenlmByteExpr        *plain;
  /* By node, whether it is kept in a list of strings instead. */
  guint8               *is_literal;
  guint                 n_copies;
  /* Places that need not be told apart have the tail of the same one. */
  Before                same[N_BEFORE];
  /* By node, if anything looks behind; and the first that looks too far. */
  GenlmRegexWidth      *widths;
  const GenlmRegexNode *refused;
} Compiler;

/* Whether a node is a string of at least two characters. */
static gboolean
is_literal (const GenlmRegexTree *tree,
            const GenlmRegexNode *node)
{
  const guint32 *children;
  guint32 i;

  if (node->kind != GENLM_REGEX_NODE_CONCAT)
    return FALSE;
  children = genlm_regex_tree_peek_children (tree, node);
  for (i = 0; i < node->b; i++)
    {
      const GenlmRegexNode *child = genlm_regex_tree_peek_node (tree, children[i]);

      if (child->kind != GENLM_REGEX_NODE_RANGE || child->a != child->b)
        return FALSE;
    }
  return TRUE;
}

static void
mark_literal (Compiler *compiler,
              guint32   index)
{
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (compiler->tree, index);
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  guint32 i;

  compiler->is_literal[index] = TRUE;
  for (i = 0; i < node->b; i++)
    compiler->is_literal[children[i]] = TRUE;
}

/* Finds the strings that are alternatives of one choice, where there are
 * several. */
static void
mark_literals (Compiler *compiler)
{
  guint32 size = genlm_regex_tree_get_size (compiler->tree);
  guint32 i;
  guint32 j;

  for (i = 0; i < size; i++)
    {
      const GenlmRegexNode *node = genlm_regex_tree_peek_node (compiler->tree, i);
      const guint32 *children;
      guint32 n_found = 0;

      if (node->kind != GENLM_REGEX_NODE_ALTERNATE || node->b < MIN_LITERALS
          || node->has_assertion)
        continue;
      children = genlm_regex_tree_peek_children (compiler->tree, node);
      for (j = 0; j < node->b; j++)
        n_found += is_literal (compiler->tree,
                               genlm_regex_tree_peek_node (compiler->tree, children[j]));
      for (j = 0; j < node->b && n_found >= MIN_LITERALS; j++)
        if (is_literal (compiler->tree,
                        genlm_regex_tree_peek_node (compiler->tree, children[j])))
          mark_literal (compiler, children[j]);
    }
}

static void
append_literal (Compiler *compiler,
                guint32   index,
                GString  *text)
{
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (compiler->tree, index);
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  guint32 i;

  for (i = 0; i < node->b; i++)
    g_string_append_unichar (text, genlm_regex_tree_peek_node (compiler->tree, children[i])->a);
}

/* The strings among the alternatives, as one expression. */
static GenlmByteExpr
compile_literals (Compiler             *compiler,
                  const GenlmRegexNode *node)
{
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree const char **words = g_new (const char *, node->b);
  g_autofree gsize *lengths = g_new (gsize, node->b);
  guint32 n_words = 0;
  gsize start = 0;
  guint32 i;

  for (i = 0; i < node->b; i++)
    if (compiler->is_literal[children[i]])
      {
        append_literal (compiler, children[i], text);
        lengths[n_words++] = text->len - start;
        start = text->len;
      }
  for (i = 0, start = 0; i < n_words; start += lengths[i++])
    words[i] = text->str + start;
  return genlm_byte_exprs_make_literals (compiler->exprs, compiler->encoding, words, lengths,
                                         n_words);
}

static GenlmByteExpr
compile_plain_list (Compiler             *compiler,
                    const GenlmRegexNode *node)
{
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  g_autofree GenlmByteExpr *members = g_new (GenlmByteExpr, node->b + 1);
  GenlmByteExpr result = GENLM_BYTE_EXPR_EPSILON;
  guint32 i;

  /* What is a literal was not compiled and adds nothing here. */
  for (i = 0; i < node->b; i++)
    members[i] = compiler->plain[children[i]];
  if (node->kind == GENLM_REGEX_NODE_ALTERNATE)
    {
      members[node->b] = node->b >= MIN_LITERALS ? compile_literals (compiler, node)
                                                 : GENLM_BYTE_EXPR_NOTHING;
      return genlm_byte_exprs_make_union (compiler->exprs, members, node->b + 1);
    }
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
    case GENLM_REGEX_NODE_LOOKBEHIND:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND:
    case GENLM_REGEX_NODE_START:
    case GENLM_REGEX_NODE_END:
    case GENLM_REGEX_NODE_BOUNDARY:
    case GENLM_REGEX_NODE_NO_BOUNDARY:
    default:
      return GENLM_BYTE_EXPR_EPSILON;
    }
}

static const GenlmCharRange other_ranges[] = { { 0, '/' }, { ':', '@' }, { '[', '^' }, { '`', '`' },
                                              { '{', 0xd7ff }, { 0xe000, GENLM_CHAR_LAST } };
static const GenlmCharRange word_ranges[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' },
                                              { 'a', 'z' } };

static GenlmByteExpr
make_word_char (Compiler *compiler,
                gboolean  word)
{
  if (word)
    return genlm_char_exprs_make_set (compiler->exprs, compiler->encoding, word_ranges,
                                      G_N_ELEMENTS (word_ranges));
  return genlm_char_exprs_make_set (compiler->exprs, compiler->encoding, other_ranges,
                                    G_N_ELEMENTS (other_ranges));
}

static GenlmByteExpr
make_any_text (Compiler *compiler)
{
  return genlm_byte_exprs_make_repeat (
    compiler->exprs, genlm_char_exprs_make_any (compiler->exprs, compiler->encoding), 0,
    GENLM_BYTE_EXPR_UNBOUNDED);
}

/* Any text that ends with a character, of a word or not. */
static GenlmByteExpr
make_text_before (Compiler *compiler,
                  Before    before)
{
  return genlm_byte_exprs_make_concat (compiler->exprs, make_any_text (compiler),
                                       make_word_char (compiler, before == BEFORE_WORD));
}

static Tail
make_tail (GenlmByteExpr expr)
{
  return (Tail) { { expr, expr, expr } };
}

static GenlmByteExpr
unite (Compiler      *compiler,
       GenlmByteExpr  x,
       GenlmByteExpr  y)
{
  return genlm_byte_exprs_make_union (compiler->exprs, (GenlmByteExpr[2]) { x, y }, 2);
}

static GenlmByteExpr
intersect (Compiler      *compiler,
           GenlmByteExpr  x,
           GenlmByteExpr  y)
{
  return genlm_byte_exprs_make_intersection (compiler->exprs, (GenlmByteExpr[2]) { x, y }, 2);
}

static Tail
unite_tails (Compiler *compiler,
             Tail      x,
             Tail      y)
{
  Tail result = x;
  guint i;

  for (i = 0; i < N_BEFORE; i++)
    result.after[i] = compiler->same[i] == i ? unite (compiler, x.after[i], y.after[i])
                                             : result.after[compiler->same[i]];
  return result;
}

/* Texts of @expr that end as @before says and are not empty, and then what may
 * follow there. */
static GenlmByteExpr
join_ending (Compiler      *compiler,
             GenlmByteExpr  expr,
             Before         before,
             Tail           tail)
{
  expr = intersect (compiler, expr, make_text_before (compiler, before));
  return genlm_byte_exprs_make_concat (compiler->exprs, expr, tail.after[before]);
}

/* What matches @expr, which holds no assertion, and then the tail of the place
 * where that ends. */
static Tail
join (Compiler      *compiler,
      GenlmByteExpr  expr,
      Tail           tail)
{
  gboolean nullable = genlm_byte_exprs_is_nullable (compiler->exprs, expr);
  gboolean one_after = tail.after[BEFORE_OTHER] == tail.after[BEFORE_WORD];
  Tail result;
  guint i;

  if (one_after && (!nullable || tail.after[BEFORE_NOTHING] == tail.after[BEFORE_OTHER]))
    return make_tail (
      genlm_byte_exprs_make_concat (compiler->exprs, expr, tail.after[BEFORE_OTHER]));
  if (nullable)
    expr = intersect (compiler, expr,
                      genlm_byte_exprs_make_complement (compiler->exprs,
                                                        GENLM_BYTE_EXPR_EPSILON));
  if (one_after)
    expr = genlm_byte_exprs_make_concat (compiler->exprs, expr, tail.after[BEFORE_OTHER]);
  else
    expr = unite (compiler, join_ending (compiler, expr, BEFORE_OTHER, tail),
                  join_ending (compiler, expr, BEFORE_WORD, tail));
  for (i = 0; i < N_BEFORE; i++)
    result.after[i] = nullable ? unite (compiler, expr, tail.after[i]) : expr;
  return result;
}

/* The part of @tail that a condition holds for. A condition is a complement,
 * or the complement of one. */
static GenlmByteExpr
set_condition (Compiler      *compiler,
               GenlmByteExpr  condition,
               gboolean       negative,
               GenlmByteExpr  tail)
{
  condition = genlm_byte_exprs_make_complement (compiler->exprs, condition);
  if (!negative)
    condition = genlm_byte_exprs_make_complement (compiler->exprs, condition);
  return intersect (compiler, condition, tail);
}

/* The tail where a word character is next and none before, or the other way
 * round; with @negated, the rest. */
static Tail
compile_boundary (Compiler *compiler,
                  gboolean  negated,
                  Tail      tail)
{
  GenlmByteExpr word_next = genlm_byte_exprs_make_concat (
    compiler->exprs, make_word_char (compiler, TRUE), GENLM_BYTE_EXPR_ANYTHING);
  guint i;

  for (i = 0; i < N_BEFORE; i++)
    tail.after[i] = set_condition (compiler, word_next, negated != (i == BEFORE_WORD),
                                   tail.after[i]);
  return tail;
}

static GenlmByteExpr
leave_empty (Compiler      *compiler,
             GenlmByteExpr  expr)
{
  return genlm_byte_exprs_is_nullable (compiler->exprs, expr) ? GENLM_BYTE_EXPR_EPSILON
                                                              : GENLM_BYTE_EXPR_NOTHING;
}

static Tail compile_before (Compiler *compiler,
                            guint32   index,
                            Tail      tail);

static Tail
compile_loop_before (Compiler             *compiler,
                     const GenlmRegexNode *node,
                     Tail                  tail)
{
  Tail loop;
  Tail round;
  guint i;

  for (i = 0; i < N_BEFORE; i++)
    loop.after[i] = compiler->same[i] == i
                      ? genlm_byte_exprs_begin_loop (compiler->exprs, tail.after[i])
                      : loop.after[compiler->same[i]];
  round = compile_before (compiler, node->a, loop);
  for (i = 0; i < N_BEFORE; i++)
    if (compiler->same[i] == i)
      genlm_byte_exprs_end_loop (compiler->exprs, loop.after[i], round.after[i]);
  return loop;
}

/* A counted repeat is written out, an unbounded one becomes a loop. */
static Tail
compile_repeat_before (Compiler             *compiler,
                       const GenlmRegexNode *node,
                       Tail                  tail)
{
  guint32 n_optional = node->max - node->min;
  Tail result = tail;
  guint32 i;

  if (node->max == GENLM_REGEX_REPEAT_UNBOUNDED)
    {
      n_optional = 0;
      result = compile_loop_before (compiler, node, tail);
    }
  for (i = 0; i < n_optional && compiler->n_copies <= GENLM_REGEX_MAX_COPIES; i++)
    {
      compiler->n_copies++;
      result = unite_tails (compiler, tail, compile_before (compiler, node->a, result));
    }
  for (i = 0; i < node->min && compiler->n_copies <= GENLM_REGEX_MAX_COPIES; i++)
    {
      compiler->n_copies++;
      result = compile_before (compiler, node->a, result);
    }
  return result;
}

static Tail
compile_lookahead (Compiler             *compiler,
                   const GenlmRegexNode *node,
                   Tail                  tail)
{
  Tail ahead = compile_before (compiler, node->a, make_tail (GENLM_BYTE_EXPR_ANYTHING));
  guint i;

  for (i = 0; i < N_BEFORE; i++)
    tail.after[i] = set_condition (compiler, ahead.after[i],
                                   node->kind == GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD,
                                   tail.after[i]);
  return tail;
}

static Tail
compile_alternate_before (Compiler             *compiler,
                          const GenlmRegexNode *node,
                          Tail                  tail)
{
  const guint32 *children = genlm_regex_tree_peek_children (compiler->tree, node);
  Tail result = make_tail (GENLM_BYTE_EXPR_NOTHING);
  guint32 i;

  for (i = 0; i < node->b; i++)
    result = unite_tails (compiler, result, compile_before (compiler, children[i], tail));
  return result;
}

/* Nodes one after another, @first of them the first of the text: what stands
 * before it is nothing, or any text where the pattern is searched for. */
typedef struct
{
  guint32  *nodes;
  guint32   n_nodes;
  gboolean  is_first;
} Sequence;

static const GenlmRegexNode *
peek (const Compiler *compiler,
      guint32         index)
{
  return genlm_regex_tree_peek_node (compiler->tree, index);
}

static gboolean
looks_behind (const GenlmRegexNode *node)
{
  return node->kind == GENLM_REGEX_NODE_LOOKBEHIND
         || node->kind == GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND;
}

/* In which order nodes that match nothing are asked, which is all the same, if
 * they stand side by side: what looks behind right after the text that it looks
 * at, or after the start of it. Others stay where they are. */
static guint
get_rank (const GenlmRegexNode *node)
{
  if (node->kind == GENLM_REGEX_NODE_START)
    return 0;
  return looks_behind (node) ? 1 : 2;
}

static gboolean
is_empty_match (const GenlmRegexNode *node)
{
  return looks_behind (node) || node->kind == GENLM_REGEX_NODE_LOOKAHEAD
         || node->kind == GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD
         || (node->kind >= GENLM_REGEX_NODE_START && node->kind <= GENLM_REGEX_NODE_NO_BOUNDARY);
}

static void
sort_empty_matches (Compiler *compiler,
                    Sequence *sequence)
{
  guint32 i;
  guint32 j;

  for (i = 1; i < sequence->n_nodes; i++)
    for (j = i; j > 0 && is_empty_match (peek (compiler, sequence->nodes[j]))
                && is_empty_match (peek (compiler, sequence->nodes[j - 1]))
                && get_rank (peek (compiler, sequence->nodes[j]))
                     < get_rank (peek (compiler, sequence->nodes[j - 1])); j--)
      {
        guint32 swapped = sequence->nodes[j];

        sequence->nodes[j] = sequence->nodes[j - 1];
        sequence->nodes[j - 1] = swapped;
      }
}

/* From which node on what stands before @end is all that the look-behind there
 * can look at, and those before it. FALSE if that is not known. */
static gboolean
find_sight (const Compiler *compiler,
            const Sequence *sequence,
            guint32         end,
            guint32        *first)
{
  guint64 wanted = 0;
  guint32 i;

  for (i = end + 1; i > 0; i--)
    {
      guint32 index = sequence->nodes[i - 1];
      const GenlmRegexNode *node = peek (compiler, index);

      *first = i;
      if (node->kind == GENLM_REGEX_NODE_START || (i <= end && wanted == 0))
        return TRUE;
      if (looks_behind (node))
        {
          const GenlmRegexWidth *width = &compiler->widths[node->a];

          if (width->has_other)
            return FALSE;
          wanted = MAX (wanted, width->max);
          if (width->has_start || width->max == GENLM_REGEX_WIDTH_UNBOUNDED)
            wanted = G_MAXUINT64;
        }
      else if (node->has_assertion)
        return FALSE;
      else if (wanted != G_MAXUINT64)
        wanted -= MIN (wanted, compiler->widths[index].min);
    }
  *first = 0;
  return wanted == 0 || sequence->is_first;
}

/* All texts that end as a look-behind wants it. */
static GenlmByteExpr
compile_lookbehind (Compiler             *compiler,
                    const GenlmRegexNode *node)
{
  Tail found = compile_before (compiler, node->a, make_tail (GENLM_BYTE_EXPR_EPSILON));
  GenlmByteExpr seen = join (compiler, make_any_text (compiler), found).after[BEFORE_NOTHING];

  return node->kind == GENLM_REGEX_NODE_LOOKBEHIND
           ? seen
           : genlm_byte_exprs_make_complement (compiler->exprs, seen);
}

/* What the nodes from @first to @end match after @start, as those of them say
 * that look behind. */
static GenlmByteExpr
compile_sight (Compiler       *compiler,
               const Sequence *sequence,
               guint32         first,
               guint32         end,
               GenlmByteExpr   start)
{
  guint32 i;

  for (i = first; i <= end; i++)
    {
      const GenlmRegexNode *node = peek (compiler, sequence->nodes[i]);

      if (looks_behind (node))
        start = intersect (compiler, start, compile_lookbehind (compiler, node));
      else
        start = genlm_byte_exprs_make_concat (compiler->exprs, start,
                                              compiler->plain[sequence->nodes[i]]);
    }
  return start;
}

static Tail compile_first (Compiler *compiler,
                           guint32   index,
                           Tail      tail);

/* Of the first of the text, the result has what stands before it. */
static Tail
compile_sequence (Compiler       *compiler,
                  const Sequence *sequence,
                  Tail            tail)
{
  guint32 i = sequence->n_nodes;

  while (i > 0)
    {
      guint32 index = sequence->nodes[i - 1];
      guint32 first = i - 1;
      gboolean is_first;

      if (!looks_behind (peek (compiler, index)))
        {
          i--;
          tail = i == 0 && sequence->is_first ? compile_first (compiler, index, tail)
                                              : compile_before (compiler, index, tail);
          continue;
        }
      if (!find_sight (compiler, sequence, i - 1, &first))
        {
          compiler->refused = peek (compiler, index);
          return tail;
        }
      is_first = first == 0 && sequence->is_first
                 && genlm_regex_tree_get_search (compiler->tree);
      tail = join (compiler,
                   compile_sight (compiler, sequence, first, i - 1,
                                  is_first ? make_any_text (compiler) : GENLM_BYTE_EXPR_EPSILON),
                   tail);
      i = first;
    }
  return tail;
}

/* Of a node that is one after another, or of one alone. */
static Tail
compile_in_sequence (Compiler *compiler,
                     guint32   index,
                     gboolean  is_first,
                     Tail      tail)
{
  const GenlmRegexNode *node = peek (compiler, index);
  gboolean is_concat = node->kind == GENLM_REGEX_NODE_CONCAT;
  const guint32 *children = is_concat ? genlm_regex_tree_peek_children (compiler->tree, node) : &index;
  guint32 n_children = is_concat ? node->b : 1;
  g_autofree guint32 *nodes = g_memdup2 (children, n_children * sizeof *nodes);
  Sequence sequence = { nodes, n_children, is_first };

  if (compiler->widths != NULL)
    sort_empty_matches (compiler, &sequence);
  return compile_sequence (compiler, &sequence, tail);
}

/* As below, of what the text starts with; if it is searched for, any text
 * stands before. */
static Tail
compile_first (Compiler *compiler,
               guint32   index,
               Tail      tail)
{
  const GenlmRegexNode *node = peek (compiler, index);
  const guint32 *children;
  Tail result = make_tail (GENLM_BYTE_EXPR_NOTHING);
  guint32 i;

  if (compiler->widths != NULL && node->has_assertion
      && (node->kind == GENLM_REGEX_NODE_CONCAT || looks_behind (node)))
    return compile_in_sequence (compiler, index, TRUE, tail);
  if (compiler->widths != NULL && node->kind == GENLM_REGEX_NODE_ALTERNATE && node->has_assertion)
    {
      children = genlm_regex_tree_peek_children (compiler->tree, node);
      for (i = 0; i < node->b; i++)
        result = unite_tails (compiler, result, compile_first (compiler, children[i], tail));
      return result;
    }
  tail = compile_before (compiler, index, tail);
  return genlm_regex_tree_get_search (compiler->tree)
           ? join (compiler, make_any_text (compiler), tail)
           : tail;
}

/* What matches a node and then @tail, where the node may look at what is
 * around it. Recurses as deep as assertions lie in groups, at most
 * GENLM_REGEX_MAX_DEPTH. */
static Tail
compile_before (Compiler *compiler,
                guint32   index,
                Tail      tail)
{
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (compiler->tree, index);
  guint i;

  if (!node->has_assertion)
    return join (compiler, compiler->plain[index], tail);
  switch ((GenlmRegexNodeKind) node->kind)
    {
    case GENLM_REGEX_NODE_CONCAT:
    case GENLM_REGEX_NODE_LOOKBEHIND:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND:
      return compile_in_sequence (compiler, index, FALSE, tail);
    case GENLM_REGEX_NODE_ALTERNATE:
      return compile_alternate_before (compiler, node, tail);
    case GENLM_REGEX_NODE_REPEAT:
      return compile_repeat_before (compiler, node, tail);
    case GENLM_REGEX_NODE_LOOKAHEAD:
    case GENLM_REGEX_NODE_NEGATIVE_LOOKAHEAD:
      return compile_lookahead (compiler, node, tail);
    case GENLM_REGEX_NODE_START:
      tail.after[BEFORE_OTHER] = tail.after[BEFORE_WORD] = GENLM_BYTE_EXPR_NOTHING;
      return tail;
    case GENLM_REGEX_NODE_END:
      for (i = 0; i < N_BEFORE; i++)
        tail.after[i] = leave_empty (compiler, tail.after[i]);
      return tail;
    case GENLM_REGEX_NODE_BOUNDARY:
    case GENLM_REGEX_NODE_NO_BOUNDARY:
      return compile_boundary (compiler, node->kind == GENLM_REGEX_NODE_NO_BOUNDARY, tail);
    case GENLM_REGEX_NODE_EMPTY:
    case GENLM_REGEX_NODE_RANGE:
    case GENLM_REGEX_NODE_CLASS:
    default:
      g_assert_not_reached ();
    }
}

/* Which places the pattern tells apart. */
static void
find_same (Compiler *compiler)
{
  gboolean start = genlm_regex_tree_has (compiler->tree, GENLM_REGEX_NODE_START);
  gboolean boundary = genlm_regex_tree_has (compiler->tree, GENLM_REGEX_NODE_BOUNDARY)
                      || genlm_regex_tree_has (compiler->tree, GENLM_REGEX_NODE_NO_BOUNDARY);

  compiler->same[BEFORE_NOTHING] = BEFORE_NOTHING;
  compiler->same[BEFORE_OTHER] = start ? BEFORE_OTHER : BEFORE_NOTHING;
  compiler->same[BEFORE_WORD] = boundary ? BEFORE_WORD : compiler->same[BEFORE_OTHER];
}

static GenlmByteExpr
compile_root (Compiler *compiler)
{
  GenlmByteExpr rest = genlm_regex_tree_get_search (compiler->tree) ? make_any_text (compiler)
                                                                    : GENLM_BYTE_EXPR_EPSILON;

  return compile_first (compiler, genlm_regex_tree_get_root (compiler->tree), make_tail (rest))
    .after[BEFORE_NOTHING];
}

static gboolean
check_sights (const Compiler  *compiler,
              GError         **error)
{
  if (compiler->refused == NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "Failed to compile the pattern: the look-behind at byte %u is not supported: it may look "
               "further back than to the start of its group, or through another assertion; let it stand "
               "after as many characters of its group as it looks back, or at the start of the pattern",
               compiler->refused->b);
  return FALSE;
}

static GenlmRegexWidth *
measure_sights (const GenlmRegexTree *tree)
{
  if (genlm_regex_tree_has (tree, GENLM_REGEX_NODE_LOOKBEHIND)
      || genlm_regex_tree_has (tree, GENLM_REGEX_NODE_NEGATIVE_LOOKBEHIND))
    return genlm_regex_measure (tree);
  return NULL;
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
  g_autofree guint8 *literals = g_new0 (guint8, size);
  g_autofree GenlmRegexWidth *widths = measure_sights (tree);
  Compiler compiler = { tree, exprs, encoding, plain, literals, .widths = widths };
  guint32 i;

  mark_literals (&compiler);
  for (i = 0; i < size; i++)
    {
      const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree, i);

      if (node->has_assertion || literals[i])
        continue;
      plain[i] = compile_plain (&compiler, node);
      if (!genlm_byte_exprs_check (exprs, error))
        return FALSE;
    }
  find_same (&compiler);
  *result = compile_root (&compiler);
  if (!check_sights (&compiler, error))
    return FALSE;
  if (compiler.n_copies > GENLM_REGEX_MAX_COPIES)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "A group with a look-ahead or an anchor inside is repeated more than %u times "
                   "in all; use an unbounded repeat or smaller counts",
                   GENLM_REGEX_MAX_COPIES);
      return FALSE;
    }
  return genlm_byte_exprs_check (exprs, error);
}
