#include "genlm-grammar-parts.h"

#include <string.h>

/* Parts of more symbols, or more deeply nested ones, are none. The latter bounds
 * what is recursive here. */
#define MAX_SIZE       (512u)
#define MAX_DEPTH      (40u)

/* Terminals of more deeply nested patterns are no parts. */
#define MAX_TREE_DEPTH (100u)

/* Trees of more nodes are not made. */
#define MAX_TREE_SIZE  (8192u)

typedef enum
{
  PART_EMPTY,
  PART_TERMINAL,
  PART_SEQUENCE,
  PART_UNION,
  PART_REPEAT,
} PartKind;

/* Where its members stand in the list and how many, and of a terminal its number
 * in the place of one. A sequence holds no sequence and a union no union; members
 * of a union are sorted. */
typedef struct
{
  guint8  kind;
  guint8  nullable;
  guint8  endless;
  guint8  depth;
  guint32 size;
  guint32 first;
  guint32 n_members;
} Part;

/* The tree that is being made: what terminals and parts have become in it. */
typedef struct
{
  GenlmRegexTree *tree;
  GHashTable     *terminals;
  GHashTable     *parts;
  /* Ignored texts, one of which may follow another. */
  GArray         *ignored;
  /* Any number of them; NOWHERE where nothing is ignored. */
  guint32         gap;
  gboolean        too_large;
} Tree;

#define NOWHERE (G_MAXUINT32)

/* What goes with a part: ignored text before each of its terminals, but before
 * the first one only as it says; and behind all of it. Without one before it is
 * what there is of the part that is not empty. */
typedef enum
{
  GAP_BEFORE = 1 << 0,
  GAP_AFTER  = 1 << 1,
} Gaps;

struct _GenlmGrammarParts
{
  const GenlmGrammar *grammar;
  GArray             *parts;
  GArray             *members;
  /* From the kind and the members to the part. */
  GHashTable         *numbers;
};

GenlmGrammarParts *
genlm_grammar_parts_new (const GenlmGrammar *grammar)
{
  GenlmGrammarParts *self = g_new0 (GenlmGrammarParts, 1);
  Part empty = { .kind = PART_EMPTY, .nullable = TRUE };

  self->grammar = grammar;
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  self->members = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->numbers = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                         NULL);
  g_array_append_val (self->parts, empty);
  return self;
}

void
genlm_grammar_parts_free (GenlmGrammarParts *self)
{
  g_hash_table_unref (self->numbers);
  g_array_unref (self->members);
  g_array_unref (self->parts);
  g_free (self);
}

static const Part *
get (const GenlmGrammarParts *self,
     GenlmGrammarPart         part)
{
  return &g_array_index (self->parts, Part, part);
}

static guint32
get_member (const GenlmGrammarParts *self,
            const Part              *part,
            guint32                  i)
{
  return g_array_index (self->members, guint32, part->first + i);
}

gboolean
genlm_grammar_parts_is_nullable (const GenlmGrammarParts *self,
                                 GenlmGrammarPart         part)
{
  return get (self, part)->nullable;
}

/* Whether anything is repeated in it. */
gboolean
genlm_grammar_parts_is_endless (const GenlmGrammarParts *self,
                                GenlmGrammarPart         part)
{
  return get (self, part)->endless;
}

static void
measure (const GenlmGrammarParts *self,
         Part                    *part)
{
  guint32 i;

  part->size = 1;
  part->nullable = part->kind == PART_SEQUENCE || part->kind == PART_REPEAT;
  part->endless = part->kind == PART_REPEAT;
  for (i = 0; i < part->n_members && part->kind != PART_TERMINAL; i++)
    {
      const Part *member = get (self, get_member (self, part, i));

      part->size += member->size;
      part->depth = MAX (part->depth, member->depth + 1);
      part->endless |= member->endless;
      if (part->kind == PART_SEQUENCE)
        part->nullable &= member->nullable;
      else
        part->nullable |= member->nullable;
    }
}

static GenlmGrammarPart
intern (GenlmGrammarParts *self,
        PartKind           kind,
        const guint32     *members,
        guint32            n_members)
{
  Part part = { .kind = (guint8) kind, .first = self->members->len, .n_members = n_members };
  g_autofree guint32 *key = g_new (guint32, (gsize) n_members + 1);
  g_autoptr (GBytes) bytes = NULL;
  gpointer known;

  key[0] = kind;
  memcpy (&key[1], members, n_members * sizeof (guint32));
  bytes = g_bytes_new (key, (n_members + 1) * sizeof (guint32));
  if (g_hash_table_lookup_extended (self->numbers, bytes, NULL, &known))
    return GPOINTER_TO_UINT (known);
  g_array_append_vals (self->members, members, n_members);
  measure (self, &part);
  if (part.size > MAX_SIZE || part.depth > MAX_DEPTH)
    {
      g_array_set_size (self->members, part.first);
      return GENLM_GRAMMAR_PART_NONE;
    }
  g_array_append_val (self->parts, part);
  g_hash_table_insert (self->numbers, g_steal_pointer (&bytes),
                       GUINT_TO_POINTER (self->parts->len - 1));
  return self->parts->len - 1;
}

static gboolean
is_plain (const GenlmGrammarTerminal *terminal)
{
  guint32 root = genlm_regex_tree_get_root (terminal->tree);
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (terminal->tree, root);

  return !node->has_assertion && node->depth <= MAX_TREE_DEPTH
         && !genlm_regex_tree_get_search (terminal->tree)
         && genlm_regex_tree_get_size (terminal->tree) <= MAX_TREE_SIZE / 4;
}

/* None for a terminal that may match nothing, or looks at what is around it. */
GenlmGrammarPart
genlm_grammar_parts_make_terminal (GenlmGrammarParts *self,
                                   guint32            terminal)
{
  const GenlmGrammarTerminal *known = genlm_grammar_peek_terminal (self->grammar, terminal);

  if (known->nullable || !is_plain (known))
    return GENLM_GRAMMAR_PART_NONE;
  return intern (self, PART_TERMINAL, &terminal, 1);
}

/* Adds a part to a list of members of a kind, taken apart if it is one itself.
 * FALSE if it is none. */
static gboolean
add_flat (const GenlmGrammarParts *self,
          GArray                  *list,
          PartKind                 kind,
          GenlmGrammarPart         part)
{
  const Part *known;

  if (part == GENLM_GRAMMAR_PART_NONE)
    return FALSE;
  known = get (self, part);
  if (known->kind == kind)
    g_array_append_vals (list, &g_array_index (self->members, guint32, known->first),
                         known->n_members);
  else if (part != GENLM_GRAMMAR_PART_EMPTY || kind == PART_UNION)
    g_array_append_val (list, part);
  return TRUE;
}

GenlmGrammarPart
genlm_grammar_parts_make_sequence (GenlmGrammarParts      *self,
                                   const GenlmGrammarPart *members,
                                   guint32                 n_members)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 i;

  for (i = 0; i < n_members; i++)
    if (!add_flat (self, list, PART_SEQUENCE, members[i]) || list->len > MAX_SIZE)
      return GENLM_GRAMMAR_PART_NONE;
  if (list->len == 0)
    return GENLM_GRAMMAR_PART_EMPTY;
  if (list->len == 1)
    return g_array_index (list, guint32, 0);
  return intern (self, PART_SEQUENCE, (const guint32 *) (gpointer) list->data, list->len);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static void
sort_members (GArray *list)
{
  guint32 *members = (guint32 *) (gpointer) list->data;
  guint32 n_kept = 0;
  guint32 i;

  g_array_sort (list, compare_numbers);
  for (i = 0; i < list->len; i++)
    if (n_kept == 0 || members[i] != members[n_kept - 1])
      members[n_kept++] = members[i];
  g_array_set_size (list, n_kept);
}

/* The members of a sequence, or the part itself. */
static guint32
peek_sequence (const GenlmGrammarParts *self,
               const GenlmGrammarPart  *part,
               const guint32          **members)
{
  const Part *known = get (self, *part);

  *members = part;
  if (known->kind == PART_SEQUENCE)
    *members = &g_array_index (self->members, guint32, known->first);
  return known->kind == PART_SEQUENCE ? known->n_members : known->kind != PART_EMPTY;
}

/* How many members all of the list start with, or with @at_end end with. */
static guint32
count_common (const GenlmGrammarParts *self,
              const GArray            *list,
              gboolean                 at_end)
{
  const guint32 *one;
  guint32 n_common = peek_sequence (self, &g_array_index (list, guint32, 0), &one);
  guint32 n_one = n_common;
  guint32 i;
  guint32 j;

  for (i = 1; i < list->len; i++)
    {
      const guint32 *other;
      guint32 n_other = peek_sequence (self, &g_array_index (list, guint32, i), &other);

      for (j = 0; j < MIN (n_common, n_other); j++)
        if (at_end ? one[n_one - 1 - j] != other[n_other - 1 - j] : one[j] != other[j])
          break;
      n_common = j;
    }
  return n_common;
}

/* Takes out what all of the list start with, or end with, so that what differs
 * stands in the smallest place. */
static GenlmGrammarPart
make_factored (GenlmGrammarParts *self,
               const GArray      *list,
               guint32            n_common,
               gboolean           at_end)
{
  g_autoptr (GArray) rests = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) common = g_array_new (FALSE, FALSE, sizeof (guint32));
  const guint32 *members;
  guint32 both[2];
  guint32 n;
  guint32 i;

  for (i = 0; i < list->len; i++)
    {
      GenlmGrammarPart part = g_array_index (list, guint32, i);
      g_autofree guint32 *copy = NULL;
      guint32 rest;

      n = peek_sequence (self, &part, &members);
      copy = g_memdup2 (members, n * sizeof (guint32));
      if (i == 0)
        g_array_append_vals (common, at_end ? copy + n - n_common : copy, n_common);
      rest = genlm_grammar_parts_make_sequence (self, at_end ? copy : copy + n_common, n - n_common);
      g_array_append_val (rests, rest);
    }
  both[at_end] = genlm_grammar_parts_make_sequence (self, (const guint32 *) (gpointer) common->data,
                                                    common->len);
  both[!at_end] = genlm_grammar_parts_make_union (self, (const guint32 *) (gpointer) rests->data,
                                                  rests->len);
  return genlm_grammar_parts_make_sequence (self, both, 2);
}

/* Nothing, or x and then any number of x, is any number of x. */
static void
join_repeats (GenlmGrammarParts *self,
              GArray            *list)
{
  guint32 i;

  for (i = 0; i < list->len; i++)
    {
      const Part *part = get (self, g_array_index (list, guint32, i));
      guint32 last;

      if (part->kind != PART_SEQUENCE || part->n_members < 2)
        continue;
      last = get_member (self, part, part->n_members - 1);
      if (part->n_members == 2 && get (self, last)->kind == PART_REPEAT
          && get_member (self, get (self, last), 0) == get_member (self, part, 0))
        g_array_index (list, guint32, i) = last;
    }
}

GenlmGrammarPart
genlm_grammar_parts_make_union (GenlmGrammarParts      *self,
                                const GenlmGrammarPart *members,
                                guint32                 n_members)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 n_common;
  guint32 i;

  for (i = 0; i < n_members; i++)
    if (!add_flat (self, list, PART_UNION, members[i]) || list->len > MAX_SIZE)
      return GENLM_GRAMMAR_PART_NONE;
  sort_members (list);
  if (g_array_index (list, guint32, 0) == GENLM_GRAMMAR_PART_EMPTY)
    {
      join_repeats (self, list);
      sort_members (list);
    }
  if (list->len == 1)
    return g_array_index (list, guint32, 0);
  n_common = count_common (self, list, FALSE);
  if (n_common > 0)
    return make_factored (self, list, n_common, FALSE);
  n_common = count_common (self, list, TRUE);
  if (n_common > 0)
    return make_factored (self, list, n_common, TRUE);
  for (i = 1; i < list->len && g_array_index (list, guint32, 0) == GENLM_GRAMMAR_PART_EMPTY; i++)
    if (get (self, g_array_index (list, guint32, i))->nullable)
      g_array_remove_index (list, 0);
  if (list->len == 1)
    return g_array_index (list, guint32, 0);
  return intern (self, PART_UNION, (const guint32 *) (gpointer) list->data, list->len);
}

/* Any number of times, none among them. */
GenlmGrammarPart
genlm_grammar_parts_make_repeat (GenlmGrammarParts *self,
                                 GenlmGrammarPart   part)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 i;

  if (!add_flat (self, list, PART_UNION, part))
    return GENLM_GRAMMAR_PART_NONE;
  for (i = 0; i < list->len; i++)
    {
      const Part *member = get (self, g_array_index (list, guint32, i));

      if (member->kind == PART_REPEAT)
        g_array_index (list, guint32, i) = get_member (self, member, 0);
    }
  sort_members (list);
  if (g_array_index (list, guint32, 0) == GENLM_GRAMMAR_PART_EMPTY)
    g_array_remove_index (list, 0);
  if (list->len == 0)
    return GENLM_GRAMMAR_PART_EMPTY;
  part = genlm_grammar_parts_make_union (self, (const guint32 *) (gpointer) list->data, list->len);
  return part != GENLM_GRAMMAR_PART_NONE ? intern (self, PART_REPEAT, &part, 1) : part;
}

/* --- Trees --------------------------------------------------------------- */

static guint32 add_part (GenlmGrammarParts *self,
                         Tree              *tree,
                         GenlmGrammarPart   part,
                         guint              gaps);

static guint32
add_pair (Tree    *tree,
          guint32  one,
          guint32  other)
{
  const guint32 both[] = { one, other };

  return genlm_regex_tree_add_list (tree->tree, GENLM_REGEX_NODE_CONCAT, both, 2);
}

static guint32
copy_node (Tree                 *tree,
           const GenlmRegexTree *from,
           const GenlmRegexNode *node,
           const guint32        *copies)
{
  g_autofree guint32 *children = NULL;
  guint32 i;

  switch (node->kind)
    {
    case GENLM_REGEX_NODE_RANGE:
      return genlm_regex_tree_add_range (tree->tree, node->a, node->b);
    case GENLM_REGEX_NODE_CLASS:
      return genlm_regex_tree_add_class (
        tree->tree, genlm_char_set_copy (genlm_regex_tree_peek_class (from, node->a)));
    case GENLM_REGEX_NODE_CONCAT:
    case GENLM_REGEX_NODE_ALTERNATE:
      children = g_new (guint32, (gsize) node->b + 1);
      for (i = 0; i < node->b; i++)
        children[i] = copies[genlm_regex_tree_peek_children (from, node)[i]];
      return genlm_regex_tree_add_list (tree->tree, (GenlmRegexNodeKind) node->kind, children,
                                        node->b);
    case GENLM_REGEX_NODE_REPEAT:
      return genlm_regex_tree_add_repeat (tree->tree, copies[node->a], node->min, node->max);
    default:
      return genlm_regex_tree_add_empty (tree->tree);
    }
}

/* What the root does not stand upon may be copied too. */
static guint32
add_terminal (GenlmGrammarParts *self,
              Tree              *tree,
              guint32            terminal)
{
  const GenlmRegexTree *from = genlm_grammar_peek_terminal (self->grammar, terminal)->tree;
  gpointer known = g_hash_table_lookup (tree->terminals, GUINT_TO_POINTER (terminal));
  g_autofree guint32 *copies = NULL;
  guint32 n_nodes = genlm_regex_tree_get_size (from);
  guint32 root;
  guint32 i;

  if (known != NULL)
    return GPOINTER_TO_UINT (known) - 1;
  copies = g_new (guint32, (gsize) n_nodes + 1);
  for (i = 0; i < n_nodes; i++)
    copies[i] = copy_node (tree, from, genlm_regex_tree_peek_node (from, i), copies);
  root = copies[genlm_regex_tree_get_root (from)];
  g_hash_table_insert (tree->terminals, GUINT_TO_POINTER (terminal), GUINT_TO_POINTER (root + 1));
  return root;
}

/* What is repeated in a terminal need not be so once more where any number of
 * the terminal may stand. */
static guint32
add_ignored (GenlmGrammarParts *self,
             Tree              *tree,
             guint32            terminal)
{
  guint32 root = add_terminal (self, tree, terminal);
  const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree->tree, root);

  return node->kind == GENLM_REGEX_NODE_REPEAT && node->min <= 1 && node->max > 0 ? node->a : root;
}

static guint32
add_repeat_of (Tree         *tree,
               const GArray *alternatives)
{
  guint32 inner = genlm_regex_tree_add_list (tree->tree, GENLM_REGEX_NODE_ALTERNATE,
                                             (const guint32 *) (gpointer) alternatives->data,
                                             alternatives->len);

  return genlm_regex_tree_add_repeat (tree->tree, inner, 0, GENLM_REGEX_REPEAT_UNBOUNDED);
}

static void
add_gap (GenlmGrammarParts *self,
         Tree              *tree)
{
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_terminals (self->grammar); i++)
    if (genlm_grammar_peek_terminal (self->grammar, i)->ignored)
      {
        guint32 node = add_ignored (self, tree, i);

        g_array_append_val (tree->ignored, node);
      }
  tree->gap = tree->ignored->len > 0 ? add_repeat_of (tree, tree->ignored) : NOWHERE;
}

static guint32
add_gap_before (Tree    *tree,
                guint32  node,
                guint    gaps)
{
  return (gaps & GAP_BEFORE) != 0 && tree->gap != NOWHERE ? add_pair (tree, tree->gap, node) : node;
}

static guint32
add_gap_after (Tree    *tree,
               guint32  node,
               guint    gaps)
{
  return (gaps & GAP_AFTER) != 0 && tree->gap != NOWHERE ? add_pair (tree, node, tree->gap) : node;
}

/* With ignored text behind each round it is as if that were a round, too. */
static guint32
add_repeat (GenlmGrammarParts *self,
            Tree              *tree,
            GenlmGrammarPart   inner,
            guint              gaps)
{
  g_autoptr (GArray) rounds = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 round;

  if ((gaps & GAP_BEFORE) == 0)
    {
      round = add_part (self, tree, inner, 0);
      return add_pair (tree, round, add_repeat (self, tree, inner, gaps | GAP_BEFORE));
    }
  if ((gaps & GAP_AFTER) != 0)
    {
      round = add_part (self, tree, inner, 0);
      g_array_append_vals (rounds, tree->ignored->data, tree->ignored->len);
    }
  else
    round = add_part (self, tree, inner, GAP_BEFORE);
  g_array_append_val (rounds, round);
  return add_repeat_of (tree, rounds);
}

static guint32
add_union (GenlmGrammarParts *self,
           Tree              *tree,
           const Part        *part,
           guint              gaps)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 i;

  for (i = 0; i < part->n_members; i++)
    {
      GenlmGrammarPart member = get_member (self, part, i);
      guint32 node;

      if (member == GENLM_GRAMMAR_PART_EMPTY && (gaps & GAP_BEFORE) == 0)
        continue;
      node = add_part (self, tree, member, gaps);
      g_array_append_val (nodes, node);
    }
  return genlm_regex_tree_add_list (tree->tree, GENLM_REGEX_NODE_ALTERNATE,
                                    (const guint32 *) (gpointer) nodes->data, nodes->len);
}

/* The members from @from on. A gap before what is sure to stand there is the one
 * behind what may be missing before it. */
static guint32
add_members (GenlmGrammarParts *self,
             Tree              *tree,
             const Part        *part,
             guint32            from,
             guint              gaps)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint before = gaps & GAP_BEFORE;
  guint32 i;

  for (i = from; i < part->n_members; i++)
    {
      GenlmGrammarPart member = get_member (self, part, i);
      guint after = 0;
      guint32 node;

      if (i + 1 == part->n_members)
        after = gaps & GAP_AFTER;
      else if (before != 0 && get (self, member)->nullable
               && !get (self, get_member (self, part, i + 1))->nullable)
        after = GAP_AFTER;
      node = add_part (self, tree, member, before | after);
      g_array_append_val (nodes, node);
      before = after != 0 && i + 1 < part->n_members ? 0 : GAP_BEFORE;
    }
  return genlm_regex_tree_add_list (tree->tree, GENLM_REGEX_NODE_CONCAT,
                                    (const guint32 *) (gpointer) nodes->data, nodes->len);
}

/* Without a gap before, one of the members that may be the first is, and not
 * empty. */
static guint32
add_sequence (GenlmGrammarParts *self,
              Tree              *tree,
              const Part        *part,
              guint              gaps)
{
  g_autoptr (GArray) nodes = NULL;
  gboolean nullable = TRUE;
  guint32 i;

  if ((gaps & GAP_BEFORE) != 0)
    return add_members (self, tree, part, 0, gaps);
  nodes = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (i = 0; i < part->n_members && nullable; i++)
    {
      GenlmGrammarPart member = get_member (self, part, i);
      gboolean last = i + 1 == part->n_members;
      guint32 node = add_part (self, tree, member, last ? gaps : 0);

      if (!last)
        node = add_pair (tree, node, add_members (self, tree, part, i + 1, gaps | GAP_BEFORE));
      g_array_append_val (nodes, node);
      nullable = get (self, member)->nullable;
    }
  return genlm_regex_tree_add_list (tree->tree, GENLM_REGEX_NODE_ALTERNATE,
                                    (const guint32 *) (gpointer) nodes->data, nodes->len);
}

static guint32
add_new_part (GenlmGrammarParts *self,
              Tree              *tree,
              GenlmGrammarPart   part,
              guint              gaps)
{
  const Part known = *get (self, part);
  guint32 node;

  switch ((PartKind) known.kind)
    {
    case PART_TERMINAL:
      node = add_terminal (self, tree, get_member (self, &known, 0));
      return add_gap_after (tree, add_gap_before (tree, node, gaps), gaps);
    case PART_SEQUENCE:
      return add_sequence (self, tree, &known, gaps);
    case PART_UNION:
      return add_union (self, tree, &known, gaps);
    case PART_REPEAT:
      return add_repeat (self, tree, get_member (self, &known, 0), gaps);
    case PART_EMPTY:
    default:
      return add_gap_after (tree, genlm_regex_tree_add_empty (tree->tree), gaps);
    }
}

/* The node of a part that is not EMPTY, or with a gap before it of any. */
static guint32
add_part (GenlmGrammarParts *self,
          Tree              *tree,
          GenlmGrammarPart   part,
          guint              gaps)
{
  gpointer key = GUINT_TO_POINTER (part << 2 | gaps);
  gpointer known;
  guint32 node;

  tree->too_large |= genlm_regex_tree_get_size (tree->tree) > MAX_TREE_SIZE;
  if (tree->too_large)
    return 0;
  if (g_hash_table_lookup_extended (tree->parts, key, NULL, &known))
    return GPOINTER_TO_UINT (known);
  node = add_new_part (self, tree, part, gaps);
  g_hash_table_insert (tree->parts, key, GUINT_TO_POINTER (node));
  return node;
}

/* Whether ignored text can be put into a tree. */
static gboolean
can_ignore (const GenlmGrammarParts *self)
{
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_terminals (self->grammar); i++)
    if (genlm_grammar_peek_terminal (self->grammar, i)->ignored
        && !is_plain (genlm_grammar_peek_terminal (self->grammar, i)))
      return FALSE;
  return TRUE;
}

/* The tree of all texts of a part other than EMPTY that are not empty, with
 * ignored text where it may stand inside, but none before or behind. NULL if it
 * would be too large. */
GenlmRegexTree *
genlm_grammar_parts_make_tree (GenlmGrammarParts *self,
                               GenlmGrammarPart   part)
{
  g_autoptr (GenlmRegexTree) made = genlm_regex_tree_new ();
  g_autoptr (GHashTable) terminals = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) parts = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) ignored = g_array_new (FALSE, FALSE, sizeof (guint32));
  Tree tree = { made, terminals, parts, ignored, NOWHERE, FALSE };

  if (!can_ignore (self))
    return NULL;
  add_gap (self, &tree);
  genlm_regex_tree_set_root (made, add_part (self, &tree, part, 0));
  return tree.too_large ? NULL : g_steal_pointer (&made);
}
