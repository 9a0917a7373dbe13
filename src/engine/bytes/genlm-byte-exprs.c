#include "genlm-byte-exprs.h"

#include <genlm.h>
#include <stdlib.h>
#include <string.h>

#include "genlm-word-list.h"

typedef enum
{
  KIND_NOTHING,
  KIND_EPSILON,
  KIND_ANYTHING,
  KIND_SET,
  KIND_CONCAT,
  KIND_REPEAT,
  KIND_UNION,
  KIND_INTERSECTION,
  KIND_COMPLEMENT,
  KIND_LOOP,
  KIND_WORDS,
  KIND_LITERALS,
} Kind;

#define N_ENCODINGS   (GENLM_BYTE_ENCODING_JSON + 1)
#define ALL_ENCODINGS ((1u << N_ENCODINGS) - 1)

typedef enum
{
  LIVE_UNKNOWN,
  LIVE_YES,
  LIVE_NO,
} Live;

typedef enum
{
  LIMIT_NONE,
  LIMIT_STATES,
  LIMIT_MEMORY,
  LIMIT_DEADLINE,
  LIMIT_SEARCH,
} Limit;

/* SET: a is the index of the set. CONCAT: a and then b, a never a CONCAT
 * itself. REPEAT: a, from min to max times. UNION, INTERSECTION: a is where the
 * sorted members start in the lists, b how many. COMPLEMENT: of a. LOOP: a or b,
 * where b, filled in later, was made with the loop itself. WORDS: a is the index
 * of the list; b, min and max are a cursor: low, high, and depth and phase.
 * LITERALS: the same where nobody asks which word it was. */
typedef struct
{
  guint8  kind;
  guint8  nullable;
  /* Holds no intersection, complement or loop, so it is live unless it is
   * NOTHING. */
  guint8  positive;
  guint8  live : 2;
  /* Bits of the encodings in which every string is a whole text. */
  guint8  text : 2;
  /* How many parts it has up to any text, with which it ends; 0 if it does
   * not, or has many. */
  guint8  open : 3;
  guint32 a;
  guint32 b;
  guint32 min;
  guint32 max;
  /* The largest count of a repeat in it that can be seen from outside. */
  guint32 count;
  /* No string is shorter or longer, in bytes. Of the longer ones
   * GENLM_BYTE_EXPR_UNBOUNDED says nothing. */
  guint32 least;
  guint32 most;
  /* Where its row of derivatives starts, plus one; 0 if it has none yet. */
  guint32 row;
} Node;

/* An open-addressed table of what was derived while a loop is: (expression,
 * class) → result. */
typedef struct
{
  guint64 key;
  guint32 value;
} Memo;

/* A set of characters in an encoding, and its expression. */
typedef struct
{
  GenlmByteEncoding encoding;
  GenlmByteExpr     expr;
  gsize             n_ranges;
  GenlmCharRange    ranges[];
} Chars;

/* A repeat among the members of a union: body{min,max} and then tail. */
typedef struct
{
  GenlmByteExpr body;
  GenlmByteExpr tail;
  guint32       min;
  guint32       max;
} Counted;

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

struct _GenlmByteExprs
{
  GenlmEngineLimits limits;
  Limit             exceeded;
  gint64            deadline;
  guint64           memory;
  guint64           n_states;
  guint64           n_visits;
  guint             n_steps;

  GArray           *nodes;
  GArray           *lists;
  GArray           *sets;
  /* Lists of words, and by list its number. */
  GPtrArray        *word_lists;
  GHashTable       *number_by_list;
  GHashTable       *chars;
  /* By encoding: any one character, and any text. NOTHING until it is made. */
  GenlmByteExpr     any_char[N_ENCODINGS];
  GenlmByteExpr     any_text[N_ENCODINGS];
  guint32          *table;
  guint             table_mask;

  /* Derivatives by class, NO_ENTRY where none was made yet. */
  GArray           *rows;
  Memo             *memo;
  guint64           memo_mask;
  guint64           memo_used;

  guint8            classes[256];
  guint8            representatives[256];
  guint             n_classes;

  /* Members that are being gathered; used as a stack. */
  GArray           *stack;
  GArray           *counted;
  /* Loops whose derivative is being made. */
  GArray           *open_loops;

  /* What genlm_byte_exprs_clamp() found out: by depth, and then by expression,
   * what it was clamped to; and by expression its reach plus one, or NO_REACH. */
  GHashTable       *clamped;
  GHashTable       *reaches;
};

#define NO_ENTRY (G_MAXUINT32)

/* How many members on either side one is compared with, and how far. */
#define MAX_NEIGHBOURS (8u)
#define MAX_COMPARED   (16u)

/* How many derivatives are looked at to find how far all of them are from a
 * match, and what stands for a distance that was not found. */
#define MAX_REACHED    (256u)
#define NO_REACH       (G_MAXUINT32)

/* How far before any text is looked for what it includes, and for how many
 * members of a union. */
#define MAX_OPEN       (7u)
#define MAX_OPENS      (8u)

/* A cursor's depth and phase in one number. */
#define PHASE_BITS     (4u)

/* How many expressions all searches together may look at, for each state that
 * the automaton may have. */
#define MAX_VISITS     (64u)

static GenlmByteExpr derive          (GenlmByteExprs *self,
                                      GenlmByteExpr   expr,
                                      guint8          byte);
static GenlmByteExpr intersect_stack (GenlmByteExprs *self,
                                      guint           base);

static inline const Node *
get (const GenlmByteExprs *self,
     GenlmByteExpr         expr)
{
  return &g_array_index (self->nodes, Node, expr);
}

static inline guint32
get_member (const GenlmByteExprs *self,
            const Node           *node,
            guint32               i)
{
  return g_array_index (self->lists, guint32, node->a + i);
}

static inline const GenlmByteSet *
get_set (const GenlmByteExprs *self,
         const Node           *node)
{
  return &g_array_index (self->sets, GenlmByteSet, node->a);
}

static void
exceed (GenlmByteExprs *self,
        Limit           limit)
{
  if (self->exceeded == LIMIT_NONE)
    self->exceeded = limit;
}

static void
charge_memory (GenlmByteExprs *self,
               guint64         n_bytes)
{
  self->memory += n_bytes;
  if (self->memory > self->limits.max_memory)
    exceed (self, LIMIT_MEMORY);
}

/* Counts a piece of work; looks at the clock now and then. */
static gboolean
may_go_on (GenlmByteExprs *self)
{
  if ((++self->n_steps & 1023) == 0 && self->deadline != 0
      && g_get_monotonic_time () > self->deadline)
    exceed (self, LIMIT_DEADLINE);
  return self->exceeded == LIMIT_NONE;
}

static inline guint64
mix (guint64 hash,
     guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static gboolean
has_list (const Node *node)
{
  return node->kind == KIND_UNION || node->kind == KIND_INTERSECTION;
}

/* What two nodes must have in common to be one: for a list its members, for a
 * set its bytes, otherwise the fields. */
static guint64
hash_node (const GenlmByteExprs *self,
           const Node           *node)
{
  guint64 hash = mix (0, node->kind);
  guint32 i;

  if (node->kind == KIND_SET)
    {
      for (i = 0; i < 4; i++)
        hash = mix (hash, get_set (self, node)->words[i]);
      return hash;
    }
  if (has_list (node))
    {
      for (i = 0; i < node->b; i++)
        hash = mix (hash, get_member (self, node, i));
      return hash;
    }
  hash = mix (hash, ((guint64) node->a << 32) | node->b);
  return mix (hash, ((guint64) node->min << 32) | node->max);
}

static gboolean
equal_nodes (const GenlmByteExprs *self,
             const Node           *x,
             const Node           *y)
{
  if (x->kind != y->kind || x->kind == KIND_LOOP)
    return FALSE;
  if (x->kind == KIND_SET)
    return genlm_byte_set_equal (get_set (self, x), get_set (self, y));
  if (has_list (x))
    return x->b == y->b
           && memcmp (&g_array_index (self->lists, guint32, x->a),
                      &g_array_index (self->lists, guint32, y->a), x->b * sizeof (guint32)) == 0;
  return x->a == y->a && x->b == y->b && x->min == y->min && x->max == y->max;
}

static void
grow_table (GenlmByteExprs *self)
{
  guint old_size = self->table_mask + 1;
  guint size = old_size * 2;
  guint32 i;

  charge_memory (self, (size - old_size) * sizeof (guint32));
  g_free (self->table);
  self->table = g_new (guint32, size);
  memset (self->table, 0xff, size * sizeof (guint32));
  self->table_mask = size - 1;
  for (i = 0; i < self->nodes->len; i++)
    {
      guint64 slot = hash_node (self, get (self, i)) & self->table_mask;

      while (self->table[slot] != NO_ENTRY)
        slot = (slot + 1) & self->table_mask;
      self->table[slot] = i;
    }
}

static guint32
find_count (const GenlmByteExprs *self,
            const Node           *node)
{
  guint32 count = 0;
  guint32 i;

  if (has_list (node))
    {
      for (i = 0; i < node->b; i++)
        count = MAX (count, get (self, get_member (self, node, i))->count);
      return count;
    }
  if (node->kind == KIND_CONCAT)
    return MAX (get (self, node->a)->count, get (self, node->b)->count);
  if (node->kind != KIND_REPEAT)
    return 0;
  count = MAX (node->min, get (self, node->a)->count);
  return node->max == GENLM_BYTE_EXPR_UNBOUNDED ? count : MAX (count, node->max);
}

static guint32
add_lengths (guint32 x,
             guint32 y)
{
  return x > GENLM_BYTE_EXPR_UNBOUNDED - y ? GENLM_BYTE_EXPR_UNBOUNDED : x + y;
}

static guint32
repeat_length (guint32 length,
               guint32 count)
{
  guint64 product = (guint64) length * count;

  if (length == 0 || count == 0)
    return 0;
  if (length == GENLM_BYTE_EXPR_UNBOUNDED || count == GENLM_BYTE_EXPR_UNBOUNDED)
    return GENLM_BYTE_EXPR_UNBOUNDED;
  return (guint32) MIN (product, GENLM_BYTE_EXPR_UNBOUNDED);
}

static void
find_list_lengths (const GenlmByteExprs *self,
                   Node                 *node)
{
  gboolean all = node->kind == KIND_INTERSECTION;
  guint32 i;

  node->least = all ? 0 : GENLM_BYTE_EXPR_UNBOUNDED;
  node->most = all ? GENLM_BYTE_EXPR_UNBOUNDED : 0;
  for (i = 0; i < node->b; i++)
    {
      const Node *member = get (self, get_member (self, node, i));

      node->least = all ? MAX (node->least, member->least) : MIN (node->least, member->least);
      node->most = all ? MIN (node->most, member->most) : MAX (node->most, member->most);
    }
}

static void
find_lengths (const GenlmByteExprs *self,
              Node                 *node)
{
  const Node *inner;

  node->least = node->nullable ? 0 : 1;
  node->most = GENLM_BYTE_EXPR_UNBOUNDED;
  switch ((Kind) node->kind)
    {
    case KIND_SET:
      node->most = 1;
      break;
    case KIND_NOTHING:
    case KIND_EPSILON:
      node->most = 0;
      break;
    case KIND_CONCAT:
      inner = get (self, node->a);
      node->least = add_lengths (inner->least, get (self, node->b)->least);
      node->most = add_lengths (inner->most, get (self, node->b)->most);
      break;
    case KIND_REPEAT:
      inner = get (self, node->a);
      node->least = repeat_length (inner->least, node->min);
      node->most = repeat_length (inner->most, node->max);
      break;
    case KIND_UNION:
    case KIND_INTERSECTION:
      find_list_lengths (self, node);
      break;
    case KIND_LOOP:
      node->least = 0;
      break;
    case KIND_ANYTHING:
    case KIND_COMPLEMENT:
    case KIND_WORDS:
    case KIND_LITERALS:
    default:
      break;
    }
}

/* The expression that equals @node, which is added if there is none. Its list
 * or set, if it has one, lies at the end of the pool and is taken off again if
 * it is not needed. */
static GenlmByteExpr
intern (GenlmByteExprs *self,
        const Node     *node)
{
  guint64 slot = hash_node (self, node) & self->table_mask;
  GenlmByteExpr found;

  for (; (found = self->table[slot]) != NO_ENTRY; slot = (slot + 1) & self->table_mask)
    if (equal_nodes (self, get (self, found), node))
      break;
  if (found != NO_ENTRY || !may_go_on (self))
    {
      if (has_list (node))
        g_array_set_size (self->lists, node->a);
      else if (node->kind == KIND_SET)
        g_array_set_size (self->sets, node->a);
      return found != NO_ENTRY ? found : GENLM_BYTE_EXPR_NOTHING;
    }
  found = self->nodes->len;
  g_array_append_val (self->nodes, *node);
  g_array_index (self->nodes, Node, found).count = find_count (self, node);
  find_lengths (self, &g_array_index (self->nodes, Node, found));
  self->table[slot] = found;
  charge_memory (self, sizeof (Node) + (has_list (node) ? node->b * sizeof (guint32) : 0)
                         + (node->kind == KIND_SET ? sizeof (GenlmByteSet) : 0));
  if (self->nodes->len * 2 > self->table_mask)
    grow_table (self);
  return found;
}

static int
compare_exprs (gconstpointer a,
               gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

/* Sorts what lies on the stack from @base on and drops what is there twice. */
static void
sort_stack (GenlmByteExprs *self,
            guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint n_kept = 1;
  guint i;

  if (n_members < 2)
    return;
  for (i = 1; i < n_members && members[i - 1] < members[i]; i++)
    ;
  if (i == n_members)
    return;
  qsort (members, n_members, sizeof (guint32), compare_exprs);
  for (i = 1; i < n_members; i++)
    if (members[i] != members[n_kept - 1])
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
}

static void
push (GenlmByteExprs *self,
      GenlmByteExpr   expr)
{
  g_array_append_val (self->stack, expr);
}

/* Pushes an expression, or its members if it is of the kind that is made. */
static void
push_flat (GenlmByteExprs *self,
           Kind            kind,
           GenlmByteExpr   expr)
{
  Node node = *get (self, expr);
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
static GenlmByteExpr
intern_stack (GenlmByteExprs *self,
              Kind            kind,
              guint           base)
{
  Node node = { .kind = kind, .a = self->lists->len, .b = self->stack->len - base };
  guint32 i;

  node.nullable = kind == KIND_INTERSECTION;
  node.positive = kind == KIND_UNION;
  node.text = kind == KIND_UNION ? ALL_ENCODINGS : 0;
  for (i = 0; i < node.b; i++)
    {
      const Node *member = get (self, g_array_index (self->stack, guint32, base + i));

      node.positive &= member->positive;
      node.text = kind == KIND_UNION ? node.text & member->text : node.text | member->text;
      node.nullable = kind == KIND_UNION ? node.nullable | member->nullable
                                         : node.nullable & member->nullable;
    }
  g_array_append_vals (self->lists, &g_array_index (self->stack, guint32, base), node.b);
  g_array_set_size (self->stack, base);
  return intern (self, &node);
}

static gboolean
as_counted (const GenlmByteExprs *self,
            GenlmByteExpr         expr,
            Counted              *counted)
{
  const Node *node = get (self, expr);

  counted->tail = GENLM_BYTE_EXPR_EPSILON;
  if (node->kind == KIND_CONCAT)
    {
      counted->tail = node->b;
      node = get (self, node->a);
    }
  if (node->kind != KIND_REPEAT)
    return FALSE;
  counted->body = node->a;
  counted->min = node->min;
  counted->max = node->max;
  return TRUE;
}

static int
compare_counted (gconstpointer a,
                 gconstpointer b)
{
  const Counted *x = a;
  const Counted *y = b;

  if (x->body != y->body)
    return x->body < y->body ? -1 : 1;
  if (x->tail != y->tail)
    return x->tail < y->tail ? -1 : 1;
  return x->min < y->min ? -1 : x->min > y->min;
}

/* Among the members from @base on, x{2,5}y and x{4,9}y become x{2,9}y. Without
 * this a counted repeat behind a loop would have a state for every set of
 * counts. Returns whether there are several repeats. */
static gboolean
merge_counted (GenlmByteExprs *self,
               guint           base)
{
  guint n_kept = base;
  guint n_merged = 0;
  Counted one;
  guint i;

  g_array_set_size (self->counted, 0);
  for (i = base; i < self->stack->len; i++)
    if (as_counted (self, g_array_index (self->stack, guint32, i), &one))
      g_array_append_val (self->counted, one);
  if (self->counted->len < 2)
    return FALSE;
  g_array_sort (self->counted, compare_counted);
  for (i = 1; i < self->counted->len; i++)
    {
      Counted *last = &g_array_index (self->counted, Counted, n_merged);
      Counted *next = &g_array_index (self->counted, Counted, i);

      if (last->body == next->body && last->tail == next->tail
          && (last->max == GENLM_BYTE_EXPR_UNBOUNDED || next->min <= last->max + 1))
        last->max = MAX (last->max, next->max);
      else
        g_array_index (self->counted, Counted, ++n_merged) = *next;
    }
  if (n_merged + 1 == self->counted->len)
    return TRUE;
  for (i = base; i < self->stack->len; i++)
    if (!as_counted (self, g_array_index (self->stack, guint32, i), &one))
      g_array_index (self->stack, guint32, n_kept++) = g_array_index (self->stack, guint32, i);
  g_array_set_size (self->stack, n_kept);
  for (i = 0; i <= n_merged; i++)
    {
      Counted merged = g_array_index (self->counted, Counted, i);

      push (self, genlm_byte_exprs_make_concat (
                    self,
                    genlm_byte_exprs_make_repeat (self, merged.body, merged.min, merged.max),
                    merged.tail));
    }
  sort_stack (self, base);
  return TRUE;
}

/* Takes an expression apart into what comes first and the rest. */
static GenlmByteExpr
split_head (const GenlmByteExprs *self,
            GenlmByteExpr        *expr)
{
  const Node *node = get (self, *expr);
  GenlmByteExpr head = *expr;

  *expr = GENLM_BYTE_EXPR_EPSILON;
  if (node->kind == KIND_CONCAT)
    {
      head = node->a;
      *expr = node->b;
    }
  return head;
}

/* Whether a set is part of another one, or x{m,n} is y{k,l} with fewer
 * counts. */
static gboolean
is_head_included (const GenlmByteExprs *self,
                  GenlmByteExpr         x,
                  GenlmByteExpr         y)
{
  const Node *a = get (self, x);
  const Node *b = get (self, y);

  if (x == y)
    return TRUE;
  if (a->kind == KIND_SET && b->kind == KIND_SET)
    return genlm_byte_set_is_subset (get_set (self, a), get_set (self, b));
  return a->kind == KIND_REPEAT && b->kind == KIND_REPEAT && a->a == b->a && a->min >= b->min
         && a->max <= b->max;
}

/* Whether @y is any text in an encoding and @x texts in the same one. */
static gboolean
is_text_included (const GenlmByteExprs *self,
                  GenlmByteExpr         x,
                  GenlmByteExpr         y)
{
  guint i;

  for (i = 0; i < N_ENCODINGS; i++)
    if (y == self->any_text[i] && y != GENLM_BYTE_EXPR_NOTHING)
      return (get (self, x)->text >> i) & 1;
  return FALSE;
}

/* Whether it is plain from the chains that all of @x is in @y: they differ in
 * counts only, and in what may be left out, and in what comes where any text
 * may. No is always a right answer. */
static gboolean
is_included (const GenlmByteExprs *self,
             GenlmByteExpr         x,
             GenlmByteExpr         y)
{
  guint i;

  for (i = 0; i < MAX_COMPARED && x != y; i++)
    {
      GenlmByteExpr x_rest = x;
      GenlmByteExpr y_rest = y;
      GenlmByteExpr head = split_head (self, &y_rest);

      if (is_text_included (self, x, y))
        return TRUE;
      if (x == GENLM_BYTE_EXPR_EPSILON)
        return get (self, y)->nullable;
      if (y == GENLM_BYTE_EXPR_EPSILON)
        return FALSE;
      if (x == y_rest && get (self, head)->nullable)
        return TRUE;
      if (is_head_included (self, split_head (self, &x_rest), head))
        x = x_rest;
      else if (!get (self, head)->nullable)
        return FALSE;
      y = y_rest;
    }
  return x == y;
}

/* Among the sorted members from @base on, those that a neighbour includes go:
 * without this the counts of nested repeats would pile up, a member for each
 * pair of them. */
static void
drop_included (GenlmByteExprs *self,
               guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint n_kept = 0;
  guint i;
  guint j;

  for (i = 0; i < n_members; i++)
    {
      guint first = i > MAX_NEIGHBOURS ? i - MAX_NEIGHBOURS : 0;
      guint last = MIN (i + MAX_NEIGHBOURS, n_members - 1);

      for (j = first; j <= last; j++)
        if (j != i && members[j] != GENLM_BYTE_EXPR_NOTHING
            && is_included (self, members[i], members[j]))
          {
            members[i] = GENLM_BYTE_EXPR_NOTHING;
            break;
          }
    }
  for (i = 0; i < n_members; i++)
    if (members[i] != GENLM_BYTE_EXPR_NOTHING)
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
}

/* Among the members from @base on, those that are part of the one at @index
 * go. Returns where that one is then. */
static guint
drop_part_of (GenlmByteExprs *self,
              guint           base,
              guint           index)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  GenlmByteExpr wide = members[index];
  guint n_kept = 0;
  guint i;

  for (i = 0; i < n_members; i++)
    if (i == index)
      {
        index = n_kept;
        members[n_kept++] = wide;
        /* What stood before has been moved already. */
        break;
      }
    else if (!is_included (self, members[i], wide))
      members[n_kept++] = members[i];
  for (i++; i < n_members; i++)
    if (!is_included (self, members[i], wide))
      members[n_kept++] = members[i];
  g_array_set_size (self->stack, base + n_kept);
  return index;
}

/* Among the members from @base on, what is part of one that ends with any text
 * goes: what was found matters no more. */
static void
drop_found (GenlmByteExprs *self,
            guint           base)
{
  guint n_opens = 0;
  guint i;

  for (i = 0; base + i < self->stack->len; i++)
    if (get (self, g_array_index (self->stack, guint32, base + i))->open == 1)
      i = drop_part_of (self, base, i);
  for (i = 0; base + i < self->stack->len && n_opens < MAX_OPENS; i++)
    if (get (self, g_array_index (self->stack, guint32, base + i))->open > 1)
      {
        i = drop_part_of (self, base, i);
        n_opens++;
      }
}

/* Among the sorted members from @base on, an intersection that x is a part of
 * goes if x is there itself. */
static void
absorb (GenlmByteExprs *self,
        guint           base)
{
  guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint n_kept = 0;
  guint i;
  guint32 j;

  for (i = 0; i < n_members; i++)
    {
      Node node = *get (self, members[i]);
      gboolean absorbed = FALSE;

      for (j = 0; node.kind == KIND_INTERSECTION && j < node.b && !absorbed; j++)
        {
          guint32 part = get_member (self, &node, j);

          /* What was kept and what is still to come, both in order. */
          absorbed = bsearch (&part, members, n_kept, sizeof part, compare_exprs) != NULL
                     || bsearch (&part, members + i, n_members - i, sizeof part, compare_exprs)
                          != NULL;
        }
      if (!absorbed)
        members[n_kept++] = members[i];
    }
  g_array_set_size (self->stack, base + n_kept);
}

/* Makes the union of what lies on the stack from @base on, unions already
 * taken apart. */
static GenlmByteExpr
unite_stack (GenlmByteExprs *self,
             guint           base)
{
  GenlmByteSet set = { { 0 } };
  guint n_sets = 0;
  guint n_kept = base;
  gboolean nullable = FALSE;
  gboolean epsilon = FALSE;
  gboolean open = FALSE;
  guint i;

  for (i = base; i < self->stack->len; i++)
    {
      GenlmByteExpr member = g_array_index (self->stack, guint32, i);
      const Node *node = get (self, member);

      if (node->kind == KIND_ANYTHING)
        {
          g_array_set_size (self->stack, base);
          return GENLM_BYTE_EXPR_ANYTHING;
        }
      epsilon |= node->kind == KIND_EPSILON;
      if (node->kind == KIND_SET)
        {
          genlm_byte_set_unite (&set, get_set (self, node));
          n_sets++;
        }
      else if (node->kind != KIND_NOTHING && node->kind != KIND_EPSILON)
        {
          nullable |= node->nullable;
          open |= node->open;
          g_array_index (self->stack, guint32, n_kept++) = member;
        }
    }
  g_array_set_size (self->stack, n_kept);
  if (n_sets > 0)
    push (self, genlm_byte_exprs_make_set (self, &set));
  if (epsilon && !nullable)
    push (self, GENLM_BYTE_EXPR_EPSILON);
  sort_stack (self, base);
  if (self->stack->len - base > 1 && open)
    drop_found (self, base);
  if (self->stack->len - base > 1)
    absorb (self, base);
  if (self->stack->len - base > 1 && merge_counted (self, base))
    drop_included (self, base);
  if (self->stack->len - base > 1)
    return intern_stack (self, KIND_UNION, base);
  if (self->stack->len == base)
    return GENLM_BYTE_EXPR_NOTHING;
  g_array_set_size (self->stack, base + 1);
  i = g_array_index (self->stack, guint32, base);
  g_array_set_size (self->stack, base);
  return i;
}

/* Whether all of a member is part of @expr, which ends with any text. */
static gboolean
has_part_of (const GenlmByteExprs *self,
             guint                 base,
             GenlmByteExpr         expr)
{
  guint i;

  for (i = base; i < self->stack->len; i++)
    if (is_included (self, g_array_index (self->stack, guint32, i), expr))
      return TRUE;
  return FALSE;
}

/* Whether x and the complement of x, or of what x is plainly a part of, are
 * both among the sorted members. */
static gboolean
has_contradiction (const GenlmByteExprs *self,
                   guint                 base)
{
  const guint32 *members = &g_array_index (self->stack, guint32, base);
  guint n_members = self->stack->len - base;
  guint i;

  for (i = 0; i < n_members; i++)
    {
      const Node *node = get (self, members[i]);

      if (node->kind != KIND_COMPLEMENT)
        continue;
      if (bsearch (&node->a, members, n_members, sizeof (guint32), compare_exprs) != NULL
          || (get (self, node->a)->open && has_part_of (self, base, node->a)))
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
      const Node *node = get (self, g_array_index (self->stack, guint32, i));

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
  Node node;
  guint32 i;
  guint j;

  for (j = 0; j < n_members; j++)
    {
      Kind kind = get (self, g_array_index (self->stack, guint32, base + j))->kind;

      if (kind == KIND_UNION && at == G_MAXUINT)
        at = j;
      else if (kind != KIND_COMPLEMENT)
        return FALSE;
    }
  if (at == G_MAXUINT || n_members < 2)
    return FALSE;
  node = *get (self, g_array_index (self->stack, guint32, base + at));
  top = self->stack->len;
  for (i = 0; i < node.b; i++)
    {
      guint inner = self->stack->len;

      push_flat (self, KIND_INTERSECTION, get_member (self, &node, i));
      for (j = 0; j < n_members; j++)
        if (j != at)
          push (self, g_array_index (self->stack, guint32, base + j));
      push_flat (self, KIND_UNION, intersect_stack (self, inner));
    }
  *result = unite_stack (self, top);
  g_array_set_size (self->stack, base);
  return TRUE;
}

/* Among the members from @base on, any text goes if another one is of texts
 * only. */
static void
drop_any_text (GenlmByteExprs *self,
               guint           base)
{
  guint encoding;
  guint text = 0;
  guint i;

  for (encoding = 0; encoding < N_ENCODINGS; encoding++)
    {
      GenlmByteExpr any = self->any_text[encoding];
      guint at = G_MAXUINT;

      for (i = base, text = 0; any != GENLM_BYTE_EXPR_NOTHING && i < self->stack->len; i++)
        if (g_array_index (self->stack, guint32, i) == any)
          at = i;
        else
          text |= get (self, g_array_index (self->stack, guint32, i))->text;
      if (at != G_MAXUINT && ((text >> encoding) & 1))
        g_array_remove_index (self->stack, at);
    }
}

/* Makes the intersection of what lies on the stack from @base on,
 * intersections already taken apart. */
static GenlmByteExpr
intersect_stack (GenlmByteExprs *self,
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
      const Node *node = get (self, member);

      nothing |= node->kind == KIND_NOTHING;
      nullable &= node->nullable;
      has_epsilon |= node->kind == KIND_EPSILON;
      if (node->kind == KIND_SET)
        {
          genlm_byte_set_intersect (&set, get_set (self, node));
          has_set = TRUE;
        }
      else if (node->kind != KIND_ANYTHING)
        g_array_index (self->stack, guint32, n_kept++) = member;
    }
  g_array_set_size (self->stack, n_kept);
  nothing |= has_set && genlm_byte_set_is_empty (&set);
  if (has_set && !nothing)
    push (self, genlm_byte_exprs_make_set (self, &set));
  sort_stack (self, base);
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
    return intern_stack (self, KIND_INTERSECTION, base);
  if (self->stack->len == base)
    return GENLM_BYTE_EXPR_ANYTHING;
  i = g_array_index (self->stack, guint32, base);
  g_array_set_size (self->stack, base);
  return i;
}

/* The union of what each member of @head, if it is a union, gives with @tail
 * behind it: so a state is a set of places in the pattern, of which there are
 * few, and not one of many nestings of them. */
static GenlmByteExpr
concat_each (GenlmByteExprs *self,
             GenlmByteExpr   head,
             GenlmByteExpr   tail)
{
  Node node = *get (self, head);
  guint base = self->stack->len;
  guint32 i;

  if (node.kind != KIND_UNION || tail == GENLM_BYTE_EXPR_EPSILON)
    return genlm_byte_exprs_make_concat (self, head, tail);
  for (i = 0; i < node.b; i++)
    push_flat (self, KIND_UNION,
               genlm_byte_exprs_make_concat (self, get_member (self, &node, i), tail));
  return unite_stack (self, base);
}

static guint64
memo_slot (const GenlmByteExprs *self,
           guint64               key)
{
  guint64 slot = mix (0, key) & self->memo_mask;

  while (self->memo[slot].key != 0 && self->memo[slot].key != key)
    slot = (slot + 1) & self->memo_mask;
  return slot;
}

static void
grow_memo (GenlmByteExprs *self)
{
  Memo *old = self->memo;
  guint64 old_size = self->memo_mask + 1;
  guint64 i;

  charge_memory (self, old_size * sizeof (Memo));
  self->memo = g_new0 (Memo, old_size * 2);
  self->memo_mask = old_size * 2 - 1;
  for (i = 0; i < old_size; i++)
    if (old[i].key != 0)
      self->memo[memo_slot (self, old[i].key)] = old[i];
  g_free (old);
}

static void
remember (GenlmByteExprs *self,
          guint64         key,
          GenlmByteExpr   value)
{
  guint64 slot;

  if (self->exceeded != LIMIT_NONE)
    return;
  slot = memo_slot (self, key);
  if (self->memo[slot].key == 0 && ++self->memo_used * 2 > self->memo_mask)
    {
      grow_memo (self);
      slot = memo_slot (self, key);
    }
  self->memo[slot] = (Memo) { key, value };
}

/* A chain of concatenations is walked, however long it is; only heads, which
 * nest as deep as the pattern, are entered. */
static GenlmByteExpr
derive_concat (GenlmByteExprs *self,
               GenlmByteExpr   expr,
               guint8          byte)
{
  guint base = self->stack->len;

  for (;;)
    {
      Node node = *get (self, expr);

      if (node.kind != KIND_CONCAT)
        {
          push_flat (self, KIND_UNION, derive (self, expr, byte));
          break;
        }
      push_flat (self, KIND_UNION, concat_each (self, derive (self, node.a, byte), node.b));
      if (!get (self, node.a)->nullable)
        break;
      expr = node.b;
    }
  return unite_stack (self, base);
}

static GenlmByteExpr
derive_list (GenlmByteExprs *self,
             const Node     *node,
             guint8          byte)
{
  guint base = self->stack->len;
  guint32 i;

  for (i = 0; i < node->b; i++)
    push_flat (self, node->kind, derive (self, get_member (self, node, i), byte));
  return node->kind == KIND_UNION ? unite_stack (self, base) : intersect_stack (self, base);
}

static GenlmByteExpr
derive_repeat (GenlmByteExprs *self,
               const Node     *node,
               guint8          byte)
{
  GenlmByteExpr first = derive (self, node->a, byte);
  guint32 min = node->min == 0 ? 0 : node->min - 1;
  guint32 max = node->max == GENLM_BYTE_EXPR_UNBOUNDED ? node->max : node->max - 1;

  if (first == GENLM_BYTE_EXPR_NOTHING)
    return first;
  return concat_each (self, first, genlm_byte_exprs_make_repeat (self, node->a, min, max));
}

static void
begin_memo (GenlmByteExprs *self)
{
  self->memo_mask = 63;
  self->memo_used = 0;
  self->memo = g_new0 (Memo, 64);
}

static GenlmWordList *
get_word_list (const GenlmByteExprs *self,
               const Node           *node)
{
  return g_ptr_array_index (self->word_lists, node->a);
}

static GenlmWordCursor
get_cursor (const Node *node)
{
  return (GenlmWordCursor) { node->b, node->min, node->max >> PHASE_BITS,
                             node->max & ((1u << PHASE_BITS) - 1) };
}

static GenlmByteExpr
intern_words (GenlmByteExprs        *self,
              Kind                   kind,
              guint32                number,
              const GenlmWordCursor *cursor)
{
  Node node = { .kind = kind, .positive = TRUE, .a = number, .b = cursor->low };

  node.min = cursor->high;
  node.max = (cursor->depth << PHASE_BITS) | cursor->phase;
  if (kind == KIND_LITERALS && genlm_word_list_is_over (get_word_list (self, &node), cursor))
    return GENLM_BYTE_EXPR_EPSILON;
  node.nullable = genlm_word_list_find_word (get_word_list (self, &node), cursor, NULL);
  node.text = genlm_word_list_get_text (get_word_list (self, &node), cursor);
  return intern (self, &node);
}

static GenlmByteExpr
derive_words (GenlmByteExprs *self,
              const Node     *node,
              guint8          byte)
{
  GenlmWordCursor from = get_cursor (node);
  GenlmWordCursor to[2];
  GenlmByteExpr members[2];
  guint n_members = genlm_word_list_step (get_word_list (self, node), &from, byte, to);
  guint i;

  for (i = 0; i < n_members; i++)
    members[i] = intern_words (self, node->kind, node->a, &to[i]);
  return genlm_byte_exprs_make_union (self, members, n_members);
}

/* The loop is the least language L = exit ∪ round (L). A round that takes no
 * byte leads back to L itself and adds nothing. What is derived meanwhile lacks
 * that part, so it is remembered apart and only for so long. */
static GenlmByteExpr
derive_loop (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             guint8          byte)
{
  Node node = *get (self, expr);
  Memo *memo = self->memo;
  guint64 memo_mask = self->memo_mask;
  guint64 memo_used = self->memo_used;
  GenlmByteExpr both[2];
  guint i;

  for (i = 0; i < self->open_loops->len; i++)
    if (g_array_index (self->open_loops, guint32, i) == expr)
      return GENLM_BYTE_EXPR_NOTHING;
  g_array_append_val (self->open_loops, expr);
  begin_memo (self);
  both[0] = derive (self, node.a, byte);
  both[1] = derive (self, node.b, byte);
  self->memory -= self->memo_mask * sizeof (Memo) - 63 * sizeof (Memo);
  g_free (self->memo);
  self->memo = memo;
  self->memo_mask = memo_mask;
  self->memo_used = memo_used;
  g_array_set_size (self->open_loops, self->open_loops->len - 1);
  return genlm_byte_exprs_make_union (self, both, 2);
}

static GenlmByteExpr
derive_node (GenlmByteExprs *self,
             GenlmByteExpr   expr,
             const Node     *node,
             guint8          byte)
{
  switch ((Kind) node->kind)
    {
    case KIND_CONCAT:
      return derive_concat (self, expr, byte);
    case KIND_REPEAT:
      return derive_repeat (self, node, byte);
    case KIND_UNION:
    case KIND_INTERSECTION:
      return derive_list (self, node, byte);
    case KIND_COMPLEMENT:
      return genlm_byte_exprs_make_complement (self, derive (self, node->a, byte));
    case KIND_LOOP:
      return derive_loop (self, expr, byte);
    case KIND_WORDS:
    case KIND_LITERALS:
      return derive_words (self, node, byte);
    case KIND_NOTHING:
    case KIND_EPSILON:
    case KIND_ANYTHING:
    case KIND_SET:
    default:
      g_assert_not_reached ();
    }
}

/* While the derivative of a loop is made. */
static GenlmByteExpr
derive_in_loop (GenlmByteExprs *self,
                GenlmByteExpr   expr,
                const Node     *node,
                guint8          byte)
{
  guint64 key = ((guint64) expr << 8) | self->classes[byte];
  guint64 slot = memo_slot (self, key);
  GenlmByteExpr result;

  if (self->memo[slot].key == key)
    return self->memo[slot].value;
  result = derive_node (self, expr, node, byte);
  remember (self, key, result);
  return result;
}

static void
remember_row (GenlmByteExprs *self,
              GenlmByteExpr   expr,
              guint8          byte,
              GenlmByteExpr   result)
{
  Node *node = &g_array_index (self->nodes, Node, expr);
  guint start = self->rows->len;

  if (self->exceeded != LIMIT_NONE)
    return;
  if (node->row == 0)
    {
      g_array_set_size (self->rows, start + self->n_classes);
      memset (&g_array_index (self->rows, guint32, start), 0xff,
              self->n_classes * sizeof (guint32));
      node->row = start + 1;
      charge_memory (self, self->n_classes * sizeof (guint32));
    }
  g_array_index (self->rows, guint32, node->row - 1 + self->classes[byte]) = result;
}

static GenlmByteExpr
derive (GenlmByteExprs *self,
        GenlmByteExpr   expr,
        guint8          byte)
{
  Node node = *get (self, expr);
  GenlmByteExpr result;

  if (node.kind == KIND_NOTHING || node.kind == KIND_EPSILON || !may_go_on (self))
    return GENLM_BYTE_EXPR_NOTHING;
  if (node.kind == KIND_ANYTHING)
    return GENLM_BYTE_EXPR_ANYTHING;
  if (node.kind == KIND_SET)
    return genlm_byte_set_contains (get_set (self, &node), byte) ? GENLM_BYTE_EXPR_EPSILON
                                                                 : GENLM_BYTE_EXPR_NOTHING;
  if (node.kind == KIND_CONCAT && get (self, node.a)->kind == KIND_SET)
    return genlm_byte_set_contains (get_set (self, get (self, node.a)), byte)
             ? node.b
             : GENLM_BYTE_EXPR_NOTHING;
  if (self->open_loops->len > 0)
    return derive_in_loop (self, expr, &node, byte);
  if (node.row != 0)
    {
      result = g_array_index (self->rows, guint32, node.row - 1 + self->classes[byte]);
      if (result != NO_ENTRY)
        return result;
    }
  result = derive_node (self, expr, &node, byte);
  remember_row (self, expr, byte, result);
  return result;
}

static Live
known_live (const GenlmByteExprs *self,
            GenlmByteExpr         expr)
{
  const Node *node = get (self, expr);

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
  const Node *node = get (self, expr);
  Live live = known_live (self, expr);
  guint32 i;

  if (live != LIVE_UNKNOWN || node->kind != KIND_UNION)
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
  if (self->exceeded == LIMIT_NONE)
    g_array_index (self->nodes, Node, expr).live = live ? LIVE_YES : LIVE_NO;
}

/* The sizes of the classes that are being settled. Of a set, how many members
 * each class has and the class that those become are 0 between sets. */
typedef struct
{
  guint16 sizes[256];
  guint16 counts[256];
  guint8  parts[256];
} Partition;

/* Parts the classes by a set: the members of each class that it does not hold
 * as a whole become a class of their own. */
static void
split_classes (GenlmByteExprs     *self,
               Partition          *partition,
               const GenlmByteSet *set)
{
  guint8 members[256];
  guint8 touched[256];
  guint n_members = genlm_byte_set_list_fewer (set, members);
  guint n_touched = 0;
  guint i;

  for (i = 0; i < n_members; i++)
    if (partition->counts[self->classes[members[i]]]++ == 0)
      touched[n_touched++] = self->classes[members[i]];
  for (i = 0; i < n_touched; i++)
    if (partition->counts[touched[i]] < partition->sizes[touched[i]])
      {
        partition->parts[touched[i]] = (guint8) self->n_classes;
        partition->sizes[touched[i]] -= partition->counts[touched[i]];
        partition->sizes[self->n_classes++] = partition->counts[touched[i]];
      }
  for (i = 0; i < n_members; i++)
    if (partition->parts[self->classes[members[i]]] != 0)
      self->classes[members[i]] = partition->parts[self->classes[members[i]]];
  for (i = 0; i < n_touched; i++)
    partition->counts[touched[i]] = partition->parts[touched[i]] = 0;
}

/* Settles which bytes can be told apart. What was derived by classes of before
 * is forgotten. */
static void
find_classes (GenlmByteExprs *self)
{
  Partition partition = { .sizes = { 256 } };
  GenlmByteSet apart = { { 0 } };
  guint byte;
  guint i;

  g_array_set_size (self->rows, 0);
  for (i = 0; i < self->nodes->len; i++)
    g_array_index (self->nodes, Node, i).row = 0;
  memset (self->classes, 0, sizeof self->classes);
  self->n_classes = 1;
  for (i = 0; i < self->word_lists->len; i++)
    genlm_word_list_add_bytes (g_ptr_array_index (self->word_lists, i), &apart);
  for (byte = 0; byte < 256; byte++)
    if (genlm_byte_set_contains (&apart, (guint8) byte))
      {
        GenlmByteSet one = { { 0 } };

        genlm_byte_set_add_range (&one, (guint8) byte, (guint8) byte);
        split_classes (self, &partition, &one);
      }
  for (i = 0; i < self->sets->len && self->n_classes < 256; i++)
    split_classes (self, &partition, &g_array_index (self->sets, GenlmByteSet, i));
  for (byte = 256; byte > 0; byte--)
    self->representatives[self->classes[byte - 1]] = (guint8) (byte - 1);
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
    find_classes (self);
  g_array_append_val (visits, visit);
  push_open (self, open, &visit, 0);
  g_hash_table_add (seen, GUINT_TO_POINTER (expr));
  while (open->len > 0 && self->exceeded == LIMIT_NONE)
    {
      Visit from;

      at = pop_open (open);
      from = g_array_index (visits, Visit, at);
      if (++self->n_visits > (guint64) self->limits.max_states * MAX_VISITS)
        exceed (self, LIMIT_SEARCH);
      for (c = 0; c < self->n_classes; c++)
        {
          GenlmByteExpr next = derive (self, from.expr, self->representatives[c]);
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
        exceed (self, LIMIT_STATES);
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

  while (live && get (self, at)->kind == KIND_CONCAT && known_live (self, at) == LIVE_UNKNOWN)
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

static guint
hash_chars (gconstpointer data)
{
  const Chars *chars = data;
  guint64 hash = mix (chars->encoding, chars->n_ranges);
  gsize i;

  for (i = 0; i < chars->n_ranges; i++)
    hash = mix (hash, ((guint64) chars->ranges[i].first << 32) | chars->ranges[i].last);
  return (guint) (hash ^ (hash >> 32));
}

static gboolean
equal_chars (gconstpointer a,
             gconstpointer b)
{
  const Chars *x = a;
  const Chars *y = b;

  return x->encoding == y->encoding && x->n_ranges == y->n_ranges
         && (x->n_ranges == 0
             || memcmp (x->ranges, y->ranges, x->n_ranges * sizeof (GenlmCharRange)) == 0);
}

static Chars *
chars_new (GenlmByteEncoding     encoding,
           const GenlmCharRange *ranges,
           gsize                 n_ranges)
{
  Chars *self = g_malloc (sizeof (Chars) + n_ranges * sizeof (GenlmCharRange));

  self->encoding = encoding;
  self->expr = GENLM_BYTE_EXPR_NOTHING;
  self->n_ranges = n_ranges;
  if (n_ranges > 0)
    memcpy (self->ranges, ranges, n_ranges * sizeof (GenlmCharRange));
  return self;
}

static void
add_constant (GenlmByteExprs *self,
              Kind            kind)
{
  Node node = { .kind = kind, .nullable = kind != KIND_NOTHING, .positive = TRUE };

  node.text = kind == KIND_ANYTHING ? 0 : ALL_ENCODINGS;
  intern (self, &node);
}

GenlmByteExprs *
genlm_byte_exprs_new (const GenlmEngineLimits *limits)
{
  GenlmByteExprs *self = g_new0 (GenlmByteExprs, 1);

  self->limits = *limits;
  genlm_byte_exprs_begin_building (self);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  self->lists = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->sets = g_array_new (FALSE, FALSE, sizeof (GenlmByteSet));
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->word_lists = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_word_list_free);
  self->number_by_list = g_hash_table_new (genlm_word_list_hash, genlm_word_list_equal);
  self->chars = g_hash_table_new_full (hash_chars, equal_chars, g_free, NULL);
  self->stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->counted = g_array_new (FALSE, FALSE, sizeof (Counted));
  self->open_loops = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->clamped = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_hash_table_unref);
  self->reaches = g_hash_table_new (NULL, NULL);
  self->table_mask = 63;
  self->table = g_new (guint32, 64);
  memset (self->table, 0xff, 64 * sizeof (guint32));
  add_constant (self, KIND_NOTHING);
  add_constant (self, KIND_EPSILON);
  add_constant (self, KIND_ANYTHING);
  return self;
}

void
genlm_byte_exprs_free (GenlmByteExprs *self)
{
  g_free (self->memo);
  g_free (self->table);
  g_hash_table_unref (self->reaches);
  g_hash_table_unref (self->clamped);
  g_array_unref (self->open_loops);
  g_array_unref (self->counted);
  g_array_unref (self->stack);
  g_hash_table_unref (self->chars);
  g_hash_table_unref (self->number_by_list);
  g_ptr_array_unref (self->word_lists);
  g_array_unref (self->rows);
  g_array_unref (self->sets);
  g_array_unref (self->lists);
  g_array_unref (self->nodes);
  g_free (self);
}

/* Of ASCII, whether all bytes stand for themselves in a JSON string. */
static gboolean
is_json_plain (const GenlmByteSet *set)
{
  return (set->words[0] & G_MAXUINT32) == 0 && !genlm_byte_set_contains (set, '"')
         && !genlm_byte_set_contains (set, '\\');
}

GenlmByteExpr
genlm_byte_exprs_make_set (GenlmByteExprs     *self,
                           const GenlmByteSet *set)
{
  Node node = { .kind = KIND_SET, .positive = TRUE, .a = self->sets->len };

  if (genlm_byte_set_is_empty (set))
    return GENLM_BYTE_EXPR_NOTHING;
  if ((set->words[2] | set->words[3]) == 0)
    node.text = is_json_plain (set) ? ALL_ENCODINGS : 1u << GENLM_BYTE_ENCODING_UTF8;
  g_array_append_val (self->sets, *set);
  return intern (self, &node);
}

static GenlmByteExpr
add_words (GenlmByteExprs     *self,
           Kind                kind,
           GenlmByteEncoding   encoding,
           const char *const  *words,
           const gsize        *lengths,
           guint               n_words)
{
  g_autoptr (GenlmWordList) list = genlm_word_list_new (encoding, words, lengths, n_words);
  GenlmWordCursor cursor = { .high = genlm_word_list_get_size (list) };
  gpointer number;

  if (n_words == 0)
    return GENLM_BYTE_EXPR_NOTHING;
  if (!g_hash_table_lookup_extended (self->number_by_list, list, NULL, &number))
    {
      charge_memory (self, genlm_word_list_get_memory (list));
      number = GUINT_TO_POINTER (self->word_lists->len);
      g_hash_table_insert (self->number_by_list, list, number);
      g_ptr_array_add (self->word_lists, g_steal_pointer (&list));
    }
  return intern_words (self, kind, GPOINTER_TO_UINT (number), &cursor);
}

/* Any one of many words, in as many steps as they have bytes, and no more for
 * a derivative if they are many. See genlm_word_list_new(), and
 * genlm_byte_exprs_get_word() for which it was. */
GenlmByteExpr
genlm_byte_exprs_make_words (GenlmByteExprs     *self,
                             GenlmByteEncoding   encoding,
                             const char *const  *words,
                             const gsize        *lengths,
                             guint               n_words)
{
  return add_words (self, KIND_WORDS, encoding, words, lengths, n_words);
}

/* The same where it does not matter which word it was. */
GenlmByteExpr
genlm_byte_exprs_make_literals (GenlmByteExprs     *self,
                                GenlmByteEncoding   encoding,
                                const char *const  *words,
                                const gsize        *lengths,
                                guint               n_words)
{
  return add_words (self, KIND_LITERALS, encoding, words, lengths, n_words);
}

static guint
next_open (guint open)
{
  return open == 0 || open == MAX_OPEN ? 0 : open + 1;
}

GenlmByteExpr
genlm_byte_exprs_make_concat (GenlmByteExprs *self,
                              GenlmByteExpr   head,
                              GenlmByteExpr   tail)
{
  guint base = self->stack->len;

  if (head == GENLM_BYTE_EXPR_NOTHING || tail == GENLM_BYTE_EXPR_NOTHING)
    return GENLM_BYTE_EXPR_NOTHING;
  if (tail == GENLM_BYTE_EXPR_EPSILON)
    return head;
  while (get (self, head)->kind == KIND_CONCAT)
    {
      push (self, get (self, head)->a);
      head = get (self, head)->b;
    }
  push (self, head);
  while (self->stack->len > base)
    {
      GenlmByteExpr last = g_array_index (self->stack, guint32, self->stack->len - 1);
      Node node = { .kind = KIND_CONCAT, .a = last, .b = tail };

      g_array_set_size (self->stack, self->stack->len - 1);
      if (last == GENLM_BYTE_EXPR_EPSILON
          || (last == GENLM_BYTE_EXPR_ANYTHING && tail == GENLM_BYTE_EXPR_ANYTHING))
        continue;
      node.nullable = get (self, last)->nullable && get (self, tail)->nullable;
      node.positive = get (self, last)->positive && get (self, tail)->positive;
      node.text = get (self, last)->text & get (self, tail)->text;
      node.open = next_open (get (self, tail)->open);
      tail = intern (self, &node);
    }
  return tail;
}

GenlmByteExpr
genlm_byte_exprs_make_union (GenlmByteExprs      *self,
                             const GenlmByteExpr *members,
                             guint                n_members)
{
  guint base = self->stack->len;
  guint i;

  for (i = 0; i < n_members; i++)
    push_flat (self, KIND_UNION, members[i]);
  return unite_stack (self, base);
}

GenlmByteExpr
genlm_byte_exprs_make_intersection (GenlmByteExprs      *self,
                                    const GenlmByteExpr *members,
                                    guint                n_members)
{
  guint base = self->stack->len;
  guint i;

  for (i = 0; i < n_members; i++)
    push_flat (self, KIND_INTERSECTION, members[i]);
  return intersect_stack (self, base);
}

/* The complement of a complement stays one on purpose: it is how a condition
 * is kept whole, see distribute_stack(). */
GenlmByteExpr
genlm_byte_exprs_make_complement (GenlmByteExprs *self,
                                  GenlmByteExpr   expr)
{
  const Node *inner = get (self, expr);
  Node node = { .kind = KIND_COMPLEMENT, .a = expr, .nullable = !inner->nullable };

  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return GENLM_BYTE_EXPR_ANYTHING;
  if (expr == GENLM_BYTE_EXPR_ANYTHING)
    return GENLM_BYTE_EXPR_NOTHING;
  return intern (self, &node);
}

/* Whether x{min,max} repeated from @from to @to times is one repeat of x:
 * whether the counts leave no gap. Saying no is always right. */
static gboolean
join_counts (const Node *inner,
             guint32    *from,
             guint32    *to)
{
  guint64 low = (guint64) inner->min * *from;
  guint64 high = GENLM_BYTE_EXPR_UNBOUNDED;

  if (*from < *to)
    {
      if (inner->max == GENLM_BYTE_EXPR_UNBOUNDED)
        {
          if (*from == 0 && inner->min > 1)
            return FALSE;
        }
      else if ((guint64) inner->min * ((guint64) *from + 1) > (guint64) inner->max * *from + 1)
        return FALSE;
    }
  if (inner->max != GENLM_BYTE_EXPR_UNBOUNDED && *to != GENLM_BYTE_EXPR_UNBOUNDED)
    {
      high = (guint64) inner->max * *to;
      if (high > G_MAXINT32)
        return FALSE;
    }
  if (low > G_MAXINT32)
    return FALSE;
  *from = (guint32) low;
  *to = (guint32) high;
  return TRUE;
}

GenlmByteExpr
genlm_byte_exprs_make_repeat (GenlmByteExprs *self,
                              GenlmByteExpr   expr,
                              guint32         min,
                              guint32         max)
{
  Node inner = *get (self, expr);
  Node node = { .kind = KIND_REPEAT, .positive = inner.positive, .text = inner.text };
  guint i;

  if (max == 0 || expr == GENLM_BYTE_EXPR_EPSILON)
    return GENLM_BYTE_EXPR_EPSILON;
  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return min == 0 ? GENLM_BYTE_EXPR_EPSILON : GENLM_BYTE_EXPR_NOTHING;
  if (inner.nullable)
    min = 0;
  if (expr == GENLM_BYTE_EXPR_ANYTHING || (max == 1 && (min == 1 || inner.nullable)))
    return expr;
  if (inner.kind == KIND_REPEAT && join_counts (&inner, &min, &max))
    {
      expr = inner.a;
      inner = *get (self, expr);
    }
  if (inner.kind == KIND_SET && min == 0 && max == GENLM_BYTE_EXPR_UNBOUNDED
      && genlm_byte_set_is_full (get_set (self, &inner)))
    return GENLM_BYTE_EXPR_ANYTHING;
  node.a = expr;
  node.min = min;
  node.max = max;
  node.nullable = min == 0;
  for (i = 0; i < N_ENCODINGS && min == 0 && max == GENLM_BYTE_EXPR_UNBOUNDED; i++)
    if (expr == self->any_char[i])
      {
        self->any_text[i] = intern (self, &node);
        if (self->exceeded == LIMIT_NONE)
          g_array_index (self->nodes, Node, self->any_text[i]).open = 1;
        return self->any_text[i];
      }
  return intern (self, &node);
}

/* Starts the least language L with L = @exit ∪ round, where the round, given
 * later, is made with L as what follows. */
GenlmByteExpr
genlm_byte_exprs_begin_loop (GenlmByteExprs *self,
                             GenlmByteExpr   exit)
{
  Node node = { .kind = KIND_LOOP, .a = exit, .nullable = get (self, exit)->nullable };

  /* The field keeps two loops with one exit apart in the table. */
  node.min = self->nodes->len;
  return intern (self, &node);
}

void
genlm_byte_exprs_end_loop (GenlmByteExprs *self,
                           GenlmByteExpr   loop,
                           GenlmByteExpr   round)
{
  if (self->exceeded == LIMIT_NONE)
    g_array_index (self->nodes, Node, loop).b = round;
}

gboolean
genlm_byte_exprs_is_nullable (const GenlmByteExprs *self,
                              GenlmByteExpr         expr)
{
  return get (self, expr)->nullable;
}

/* Which word has been read as a whole, if @expr was derived from words, or
 * from words with something behind them. */
gboolean
genlm_byte_exprs_get_word (const GenlmByteExprs *self,
                           GenlmByteExpr         expr,
                           guint                *index)
{
  const Node *node = get (self, expr);
  GenlmWordCursor cursor;
  guint32 i;

  if (node->kind == KIND_UNION)
    {
      for (i = 0; i < node->b; i++)
        if (genlm_byte_exprs_get_word (self, get_member (self, node, i), index))
          return TRUE;
      return FALSE;
    }
  if (node->kind == KIND_CONCAT)
    node = get (self, node->a);
  if (node->kind != KIND_WORDS)
    return FALSE;
  cursor = get_cursor (node);
  return genlm_word_list_find_word (get_word_list (self, node), &cursor, index);
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
  switch ((Kind) get (self, expr)->kind)
    {
    case KIND_CONCAT:
      live = is_concat_live (self, expr);
      break;
    case KIND_UNION:
      live = is_any_live (self, expr);
      break;
    case KIND_REPEAT:
      live = genlm_byte_exprs_is_live (self, get (self, expr)->a);
      break;
    case KIND_NOTHING:
    case KIND_EPSILON:
    case KIND_ANYTHING:
    case KIND_SET:
    case KIND_INTERSECTION:
    case KIND_COMPLEMENT:
    case KIND_LOOP:
    case KIND_WORDS:
    case KIND_LITERALS:
    default:
      live = search_live (self, expr);
      break;
    }
  set_live (self, expr, live);
  return live;
}

GenlmByteExpr
genlm_byte_exprs_derive (GenlmByteExprs *self,
                         GenlmByteExpr   expr,
                         guint8          byte)
{
  return derive (self, expr, byte);
}

gboolean
genlm_byte_exprs_lookup_chars (GenlmByteExprs       *self,
                               GenlmByteEncoding     encoding,
                               const GenlmCharRange *ranges,
                               gsize                 n_ranges,
                               GenlmByteExpr        *expr)
{
  g_autofree Chars *wanted = chars_new (encoding, ranges, n_ranges);
  Chars *found = g_hash_table_lookup (self->chars, wanted);

  if (found == NULL)
    return FALSE;
  *expr = found->expr;
  return TRUE;
}

/* Keeps the expression of a set of characters. */
void
genlm_byte_exprs_keep_chars (GenlmByteExprs       *self,
                             GenlmByteEncoding     encoding,
                             const GenlmCharRange *ranges,
                             gsize                 n_ranges,
                             GenlmByteExpr         expr)
{
  Chars *chars = chars_new (encoding, ranges, n_ranges);

  charge_memory (self, sizeof (Chars) + n_ranges * sizeof (GenlmCharRange));
  chars->expr = expr;
  g_hash_table_add (self->chars, chars);
  if (self->exceeded != LIMIT_NONE || expr == GENLM_BYTE_EXPR_NOTHING)
    return;
  g_array_index (self->nodes, Node, expr).text |= 1u << encoding;
  if (n_ranges == 2 && ranges[0].first == 0 && ranges[0].last == 0xd7ff
      && ranges[1].first == 0xe000 && ranges[1].last == GENLM_CHAR_LAST)
    self->any_char[encoding] = expr;
}

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
  guint i;
  guint c;

  g_array_append_val (reached, expr);
  g_hash_table_insert (numbers, GUINT_TO_POINTER (expr), GUINT_TO_POINTER (0));
  for (i = 0; i < reached->len; i++)
    for (c = 0; c < self->n_classes; c++)
      {
        GenlmByteExpr from = g_array_index (reached, GenlmByteExpr, i);
        GenlmByteExpr to = derive (self, from, self->representatives[c]);
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
        if (reached->len > MAX_REACHED || self->exceeded != LIMIT_NONE)
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

/* How many bytes are enough to complete anything that starts a match of @expr;
 * NO_REACH if that is not found out with little work. */
static guint32
find_reach (GenlmByteExprs *self,
            GenlmByteExpr   expr)
{
  gpointer known = g_hash_table_lookup (self->reaches, GUINT_TO_POINTER (expr));
  g_autoptr (GArray) reached = NULL;
  g_autoptr (GArray) next = NULL;
  guint32 reach = NO_REACH;
  guint i;

  if (known != NULL)
    return GPOINTER_TO_UINT (known) == NO_REACH ? NO_REACH : GPOINTER_TO_UINT (known) - 1;
  reached = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  next = g_array_new (FALSE, FALSE, sizeof (guint));
  if (list_derivatives (self, expr, reached, next))
    reach = measure_reach (self, reached, next);
  /* What follows @expr has no more before it than @expr has. */
  for (i = 0; i < reached->len; i++)
    g_hash_table_insert (self->reaches,
                         GUINT_TO_POINTER (g_array_index (reached, GenlmByteExpr, i)),
                         GUINT_TO_POINTER (reach == NO_REACH ? NO_REACH : reach + 1));
  charge_memory (self, reached->len * 3 * sizeof (gpointer));
  return reach;
}

static GenlmByteExpr unbind (GenlmByteExprs *self,
                             GenlmByteExpr   expr,
                             guint32         depth,
                             guint32        *least);

static GenlmByteExpr
unbind_chain (GenlmByteExprs *self,
              GenlmByteExpr   expr,
              guint32         depth,
              guint32        *least)
{
  guint base = self->stack->len;

  for (; get (self, expr)->kind == KIND_CONCAT; expr = get (self, expr)->b)
    push (self, get (self, expr)->a);
  expr = unbind (self, expr, depth, least);
  while (self->stack->len > base)
    {
      GenlmByteExpr head = g_array_index (self->stack, guint32, self->stack->len - 1);

      g_array_set_size (self->stack, self->stack->len - 1);
      expr = genlm_byte_exprs_make_concat (self, unbind (self, head, depth, least), expr);
    }
  return expr;
}

/* @expr without the upper bounds of its repeats that are above @depth, the
 * least of which is kept in @least. It matches all that @expr does, and no
 * other word of up to so many bytes. */
static GenlmByteExpr
unbind (GenlmByteExprs *self,
        GenlmByteExpr   expr,
        guint32         depth,
        guint32        *least)
{
  Node node = *get (self, expr);
  guint base = self->stack->len;
  guint32 i;

  if (node.count <= depth)
    return expr;
  if (node.kind == KIND_CONCAT)
    return unbind_chain (self, expr, depth, least);
  if (node.kind == KIND_REPEAT)
    {
      if (node.max > depth && node.max != GENLM_BYTE_EXPR_UNBOUNDED)
        {
          *least = MIN (*least, node.max);
          node.max = GENLM_BYTE_EXPR_UNBOUNDED;
        }
      return genlm_byte_exprs_make_repeat (self, unbind (self, node.a, depth, least), node.min,
                                           node.max);
    }
  for (i = 0; i < node.b; i++)
    push_flat (self, node.kind, unbind (self, get_member (self, &node, i), depth, least));
  return node.kind == KIND_UNION ? unite_stack (self, base) : intersect_stack (self, base);
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
  GenlmByteExpr unbound = unbind (self, expr, depth, &least);
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

  while (get (self, expr)->kind == KIND_CONCAT && get (self, expr)->count > depth
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
clamp_repeat (GenlmByteExprs *self,
              const Node     *node,
              guint32         depth)
{
  GenlmByteExpr body = genlm_byte_exprs_clamp (self, node->a, depth);

  return genlm_byte_exprs_make_repeat (self, body, MIN (node->min, depth + 1),
                                       node->max > depth ? GENLM_BYTE_EXPR_UNBOUNDED : node->max);
}

static GenlmByteExpr
clamp_union (GenlmByteExprs *self,
             const Node     *node,
             guint32         depth)
{
  guint base = self->stack->len;
  guint32 i;

  for (i = 0; i < node->b; i++)
    push_flat (self, KIND_UNION,
               genlm_byte_exprs_clamp (self, get_member (self, node, i), depth));
  return unite_stack (self, base);
}

/* An expression that cannot be told from @expr by reading up to @depth bytes:
 * both match the same words of so many, and can match more after the same.
 * Expressions that differ in large counts only mostly give the same one. */
GenlmByteExpr
genlm_byte_exprs_clamp (GenlmByteExprs *self,
                        GenlmByteExpr   expr,
                        guint32         depth)
{
  Node node = *get (self, expr);
  GenlmByteExpr clamped = expr;
  gpointer known;

  if (node.count <= depth || self->exceeded != LIMIT_NONE)
    return expr;
  if (g_hash_table_lookup_extended (get_clamped (self, depth), GUINT_TO_POINTER (expr), NULL,
                                    &known))
    return GPOINTER_TO_UINT (known);
  if (node.kind == KIND_CONCAT)
    return clamp_chain (self, expr, depth);
  if (node.kind == KIND_REPEAT)
    clamped = clamp_repeat (self, &node, depth);
  else if (node.kind == KIND_UNION)
    clamped = clamp_union (self, &node, depth);
  else if (node.kind == KIND_INTERSECTION)
    clamped = clamp_intersection (self, expr, depth);
  remember_clamped (self, expr, depth, clamped);
  return clamped;
}

/* Two bytes are of one class if no set and no word tells them apart. Fills the
 * class of every byte and returns how many there are. To be called when the
 * expressions are built and before any is derived: sets made later are unions
 * and intersections of those that are there. */
guint
genlm_byte_exprs_seal (GenlmByteExprs *self,
                       guint8         *classes)
{
  find_classes (self);
  memcpy (classes, self->classes, sizeof self->classes);
  return self->n_classes;
}

/* The deadline counts from now on, until genlm_byte_exprs_end_building(). A
 * new store is being built. */
void
genlm_byte_exprs_begin_building (GenlmByteExprs *self)
{
  if (self->limits.deadline > 0)
    self->deadline = g_get_monotonic_time () + (gint64) self->limits.deadline * 1000;
}

void
genlm_byte_exprs_end_building (GenlmByteExprs *self)
{
  self->deadline = 0;
}

/* Counts states and bytes of those who build upon the store. */
gboolean
genlm_byte_exprs_charge (GenlmByteExprs *self,
                         gsize           n_states,
                         gsize           n_bytes)
{
  self->n_states += n_states;
  if (self->n_states > self->limits.max_states)
    exceed (self, LIMIT_STATES);
  charge_memory (self, n_bytes);
  return self->exceeded == LIMIT_NONE;
}

guint64
genlm_byte_exprs_get_memory (const GenlmByteExprs *self)
{
  return self->memory;
}

gboolean
genlm_byte_exprs_check (const GenlmByteExprs  *self,
                        GError               **error)
{
  switch (self->exceeded)
    {
    case LIMIT_NONE:
      return TRUE;
    case LIMIT_STATES:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "The automaton needs more than max-states=%u states; simplify the pattern or "
                   "raise max-states",
                   self->limits.max_states);
      return FALSE;
    case LIMIT_MEMORY:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "The automaton needs more than max-memory=%" G_GUINT64_FORMAT
                   " bytes; simplify the pattern or raise max-memory",
                   self->limits.max_memory);
      return FALSE;
    case LIMIT_SEARCH:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Finding out what can still be accepted took more than %u steps for each of "
                   "max-states=%u states; simplify the look-aheads or raise max-states",
                   MAX_VISITS, self->limits.max_states);
      return FALSE;
    case LIMIT_DEADLINE:
    default:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Building the automaton took longer than deadline=%u milliseconds; simplify "
                   "the pattern or raise deadline",
                   self->limits.deadline);
      return FALSE;
    }
}
