/* The store: each expression once. */

#include "genlm-byte-exprs-private.h"

/* A set of characters in an encoding, and its expression. */
typedef struct
{
  GenlmByteEncoding encoding;
  GenlmByteExpr     expr;
  gsize             n_ranges;
  GenlmCharRange    ranges[];
} Chars;

/* What two nodes must have in common to be one: for a list its members, for a
 * set its bytes, otherwise the fields. */
static guint64
hash_node (const GenlmByteExprs *self,
           const GenlmExprNode  *node)
{
  guint64 hash = mix (0, node->kind);
  guint32 i;

  if (node->kind == GENLM_EXPR_SET)
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
             const GenlmExprNode  *x,
             const GenlmExprNode  *y)
{
  if (x->kind != y->kind || x->kind == GENLM_EXPR_LOOP)
    return FALSE;
  if (x->kind == GENLM_EXPR_SET)
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
  GenlmExprsSlot *old = self->table;
  guint old_size = self->table_mask + 1;
  guint i;

  charge_memory (self, old_size * sizeof (GenlmExprsSlot));
  self->table_mask = old_size * 2 - 1;
  self->table = g_new (GenlmExprsSlot, old_size * 2);
  memset (self->table, 0xff, old_size * 2 * sizeof (GenlmExprsSlot));
  for (i = 0; i < old_size; i++)
    if (old[i].expr != GENLM_EXPRS_NO_ENTRY)
      {
        guint slot = old[i].hash & self->table_mask;

        while (self->table[slot].expr != GENLM_EXPRS_NO_ENTRY)
          slot = (slot + 1) & self->table_mask;
        self->table[slot] = old[i];
      }
  g_free (old);
}

static guint32
find_count (const GenlmByteExprs *self,
            const GenlmExprNode  *node)
{
  guint32 count = 0;
  guint32 i;

  if (has_list (node))
    {
      for (i = 0; i < node->b; i++)
        count = MAX (count, get (self, get_member (self, node, i))->count);
      return count;
    }
  if (node->kind == GENLM_EXPR_CONCAT)
    return MAX (get (self, node->a)->count, get (self, node->b)->count);
  if (node->kind != GENLM_EXPR_REPEAT)
    return 0;
  count = MAX (node->min, get (self, node->a)->count);
  return node->max == GENLM_BYTE_EXPR_UNBOUNDED ? count : MAX (count, node->max);
}

static void
find_list_lengths (const GenlmByteExprs *self,
                   GenlmExprNode        *node)
{
  gboolean all = node->kind == GENLM_EXPR_INTERSECTION;
  guint32 i;

  node->least = all ? 0 : GENLM_BYTE_EXPR_UNBOUNDED;
  node->most = all ? GENLM_BYTE_EXPR_UNBOUNDED : 0;
  for (i = 0; i < node->b; i++)
    {
      const GenlmExprNode *member = get (self, get_member (self, node, i));

      node->least = all ? MAX (node->least, member->least) : MIN (node->least, member->least);
      if (!all)
        node->near = MIN (node->near, member->near);
      node->most = all ? MIN (node->most, member->most) : MAX (node->most, member->most);
    }
}

static void
find_lengths (const GenlmByteExprs *self,
              GenlmExprNode        *node)
{
  const GenlmExprNode *inner;
  GenlmWordCursor cursor;

  node->least = node->nullable ? 0 : 1;
  node->most = GENLM_BYTE_EXPR_UNBOUNDED;
  node->near = node->nullable ? 0 : GENLM_BYTE_EXPR_UNBOUNDED;
  switch ((GenlmExprKind) node->kind)
    {
    case GENLM_EXPR_SET:
      node->most = node->near = 1;
      break;
    case GENLM_EXPR_NOTHING:
    case GENLM_EXPR_EPSILON:
      node->most = 0;
      break;
    case GENLM_EXPR_CONCAT:
      inner = get (self, node->a);
      node->least = add_lengths (inner->least, get (self, node->b)->least);
      node->most = add_lengths (inner->most, get (self, node->b)->most);
      node->near = add_lengths (inner->near, get (self, node->b)->near);
      break;
    case GENLM_EXPR_REPEAT:
      inner = get (self, node->a);
      node->least = repeat_length (inner->least, node->min);
      node->most = repeat_length (inner->most, node->max);
      node->near = repeat_length (inner->near, node->min);
      break;
    case GENLM_EXPR_UNION:
    case GENLM_EXPR_INTERSECTION:
      find_list_lengths (self, node);
      break;
    case GENLM_EXPR_LOOP:
      node->least = 0;
      break;
    case GENLM_EXPR_WORDS:
    case GENLM_EXPR_LITERALS:
      cursor = get_cursor (node);
      if (!node->nullable)
        node->near = genlm_word_list_get_near (get_word_list (self, node), &cursor);
      break;
    case GENLM_EXPR_ANYTHING:
    case GENLM_EXPR_COMPLEMENT:
    default:
      break;
    }
}

/* The expression that equals @node, which is added if there is none. Its list
 * or set, if it has one, lies at the end of the pool and is taken off again if
 * it is not needed. */
GenlmByteExpr
genlm_exprs_intern (GenlmByteExprs      *self,
                    const GenlmExprNode *node)
{
  guint32 hash = (guint32) hash_node (self, node);
  guint slot = hash & self->table_mask;
  GenlmByteExpr found;

  for (; (found = self->table[slot].expr) != GENLM_EXPRS_NO_ENTRY;
       slot = (slot + 1) & self->table_mask)
    if (self->table[slot].hash == hash && equal_nodes (self, get (self, found), node))
      break;
  if (found != GENLM_EXPRS_NO_ENTRY || !may_go_on (self))
    {
      if (has_list (node))
        g_array_set_size (self->lists, node->a);
      else if (node->kind == GENLM_EXPR_SET)
        g_array_set_size (self->sets, node->a);
      return found != GENLM_EXPRS_NO_ENTRY ? found : GENLM_BYTE_EXPR_NOTHING;
    }
  found = self->nodes->len;
  g_array_append_val (self->nodes, *node);
  g_array_index (self->nodes, GenlmExprNode, found).count = find_count (self, node);
  find_lengths (self, &g_array_index (self->nodes, GenlmExprNode, found));
  self->table[slot] = (GenlmExprsSlot) { hash, found };
  charge_memory (self, sizeof (GenlmExprNode) + (has_list (node) ? node->b * sizeof (guint32) : 0)
                         + (node->kind == GENLM_EXPR_SET ? sizeof (GenlmByteSet) : 0));
  if (self->nodes->len * 2 > self->table_mask)
    grow_table (self);
  return found;
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
              GenlmExprKind   kind)
{
  GenlmExprNode node = { .kind = kind, .nullable = kind != GENLM_EXPR_NOTHING, .positive = TRUE };

  node.text = kind == GENLM_EXPR_ANYTHING ? 0 : GENLM_EXPRS_ALL_ENCODINGS;
  genlm_exprs_intern (self, &node);
}

GenlmByteExprs *
genlm_byte_exprs_new (const GenlmEngineLimits *limits)
{
  GenlmByteExprs *self = g_new0 (GenlmByteExprs, 1);

  self->limits = *limits;
  genlm_byte_exprs_begin_building (self);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (GenlmExprNode));
  self->lists = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->sets = g_array_new (FALSE, FALSE, sizeof (GenlmByteSet));
  self->row_blocks = g_ptr_array_new_with_free_func (g_free);
  self->word_lists = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_word_list_free);
  self->number_by_list = g_hash_table_new (genlm_word_list_hash, genlm_word_list_equal);
  self->chars = g_hash_table_new_full (hash_chars, equal_chars, g_free, NULL);
  self->stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->counted = g_array_new (FALSE, FALSE, sizeof (GenlmExprsCounted));
  self->open_loops = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->clamped = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_hash_table_unref);
  self->reaches = g_hash_table_new (NULL, NULL);
  self->table_mask = 63;
  self->table = g_new (GenlmExprsSlot, 64);
  memset (self->table, 0xff, 64 * sizeof (GenlmExprsSlot));
  add_constant (self, GENLM_EXPR_NOTHING);
  add_constant (self, GENLM_EXPR_EPSILON);
  add_constant (self, GENLM_EXPR_ANYTHING);
  return self;
}

void
genlm_byte_exprs_free (GenlmByteExprs *self)
{
  g_free (self->memo);
  g_free (self->table);
  g_clear_pointer (&self->unbound_numbers, g_hash_table_unref);
  g_clear_pointer (&self->unbound, g_array_unref);
  g_hash_table_unref (self->reaches);
  g_hash_table_unref (self->clamped);
  g_array_unref (self->open_loops);
  g_array_unref (self->counted);
  g_array_unref (self->stack);
  g_hash_table_unref (self->chars);
  g_hash_table_unref (self->number_by_list);
  g_ptr_array_unref (self->word_lists);
  g_ptr_array_unref (self->row_blocks);
  g_array_unref (self->sets);
  g_array_unref (self->lists);
  g_array_unref (self->nodes);
  g_free (self);
}

gboolean
genlm_byte_exprs_is_nullable (const GenlmByteExprs *self,
                              GenlmByteExpr         expr)
{
  return get (self, expr)->nullable;
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
  if (self->exceeded != GENLM_EXPRS_LIMIT_NONE || expr == GENLM_BYTE_EXPR_NOTHING)
    return;
  g_array_index (self->nodes, GenlmExprNode, expr).text |= 1u << encoding;
  if (n_ranges == 2 && ranges[0].first == 0 && ranges[0].last == 0xd7ff
      && ranges[1].first == 0xe000 && ranges[1].last == GENLM_CHAR_LAST)
    self->any_char[encoding] = expr;
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
    exceed (self, GENLM_EXPRS_LIMIT_STATES);
  charge_memory (self, n_bytes);
  return self->exceeded == GENLM_EXPRS_LIMIT_NONE;
}

guint64
genlm_byte_exprs_get_memory (const GenlmByteExprs *self)
{
  return self->memory;
}

gboolean
genlm_byte_exprs_check (const GenlmByteExprs *self,
                        GError              **error)
{
  switch (self->exceeded)
    {
    case GENLM_EXPRS_LIMIT_NONE:
      return TRUE;
    case GENLM_EXPRS_LIMIT_STATES:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "The automaton needs more than max-states=%u states; simplify the pattern or "
                   "raise max-states",
                   self->limits.max_states);
      return FALSE;
    case GENLM_EXPRS_LIMIT_MEMORY:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "The automaton needs more than max-memory=%" G_GUINT64_FORMAT
                   " bytes; simplify the pattern or raise max-memory",
                   self->limits.max_memory);
      return FALSE;
    case GENLM_EXPRS_LIMIT_SEARCH:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Finding out what can still be accepted took more than %u steps for each of "
                   "max-states=%u states; simplify the look-aheads or raise max-states",
                   GENLM_EXPRS_MAX_VISITS, self->limits.max_states);
      return FALSE;
    case GENLM_EXPRS_LIMIT_DEADLINE:
    default:
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Building the automaton took longer than deadline=%u milliseconds; simplify "
                   "the pattern or raise deadline",
                   self->limits.deadline);
      return FALSE;
    }
}
