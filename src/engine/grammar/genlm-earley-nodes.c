#include "genlm-earley-nodes.h"

#include <stdlib.h>
#include <string.h>

#include "genlm-earley-table.h"

#define NOTHING       (G_MAXUINT32)

/* The id of a node that is not made yet, above all others. */
#define NEW_ID        (G_MAXUINT32)

/* Sorted by insertion up to this many items. */
#define FEW_ITEMS     (24u)

/* How many nodes are tried in the place of another one. */
#define MAX_TRIES     (4u)

/* With more symbols than these that may be skipped, a node has one item for
 * them all. */
#define MAX_SKIPPED   (16u)

#define FIRST_TARGETS (4u)

/* What follows from the items of a node. Nodes of which the same follows share
 * it, and the first of them stands for all. */
struct _GenlmEarleyClosure
{
  GenlmEarleyNode   *node;
  /* Before a terminal, with ignored text before it and without. */
  GenlmByteState    *lexer;
  GenlmByteState    *bare_lexer;
  GenlmEarleyTarget *targets; /* a table by accept, of a power of two */
  guint32            targets_size;
  guint32            n_targets;
  guint32            n_scans;
  GenlmEarleyScan    scans[]; /* by terminal, suffix and node */
};

/* The nodes to which nonterminals return that start with each other: by what
 * is outside of them. */
struct _GenlmEarleyGroup
{
  GenlmEarleyGroup *moved;
  guint32           component;
  guint32           n_members;
  /* Before the new nodes of the members, what each returns to outside, which
   * may be NULL. */
  GenlmEarleyNode  *nodes[];
};

/* Where a nonterminal, after which @rest is left of a rule, returns to: to a
 * node of the row's own items, or to that of another nonterminal. */
typedef struct
{
  guint32          rest;
  guint32          caller; /* NOTHING with a node */
  guint32          next;
  GenlmEarleyNode *node;
} Return;

/* What is known of a nonterminal while a closure is made. */
typedef struct
{
  guint32          stamp;
  guint32          first_return;
  GenlmEarleyNode *node;
} Call;

/* Labels that are accepted together. */
typedef struct
{
  const guint32 *labels;
  guint32        n_labels;
  guint32        number;
} Accept;

struct _GenlmEarleyNodes
{
  GenlmEarleyRules *rules;
  GenlmEarleyClock *clock;
  GenlmEarleyHeap   heap;
  GenlmEarleyHeap   old_heap;
  GPtrArray        *saved;
  /* Nodes by their items; circular ones also with a place holder for
   * themselves; and groups. */
  GenlmEarleyTable  nodes;
  GenlmEarleyTable  circular;
  GenlmEarleyTable  groups;
  GenlmEarleyTable  closures;
  GenlmEarleyNode  *start;
  guint32           next_id;

  /* Sets of labels, and by state of the automaton which it accepts, from 1
   * on. */
  GArray           *accepts;
  GHashTable       *accept_numbers;
  GArray           *accept_by_state;

  /* The items of a node that is being made, and nodes whose items it has, too. */
  GArray           *items;
  GPtrArray        *merged;
  guint32           merge;
  GArray           *tried;
  GArray           *begun;
  GArray           *skipped;
  GHashTable       *known_rests;
  GArray           *returns;
  GArray           *scans;
  GArray           *called;
  GArray           *lexer_items;
  Call             *calls;
  guint32           stamp;
  GenlmEarleyNode  *stand_ins; /* for the nodes of a group that is being made */
};

/* --- Making nodes -------------------------------------------------------- */

static guint32
get_id (const GenlmEarleyNode *node)
{
  return node != NULL ? node->id : 0;
}

static GenlmEarleyItem *
peek_items (GArray *items)
{
  return (GenlmEarleyItem *) (gpointer) items->data;
}

static void
add_item (GArray          *items,
          guint32          suffix,
          GenlmEarleyNode *node)
{
  GenlmEarleyItem item = { suffix, node };

  g_array_append_val (items, item);
}

/* How many symbols of a rest may be skipped one after another, up to a few. */
static guint
count_skippable (const GenlmEarleyRules *rules,
                 guint32                 rest)
{
  guint n = 0;

  for (; n <= MAX_SKIPPED && rest != GENLM_EARLEY_END && rules->suffixes[rest].skippable; n++)
    rest = rules->suffixes[rest].rest;
  return n;
}

/* Adds what is to be done when @rest is left of a rule that returns to @node; its
 * items, if that may be nothing, are merged later. Where much may be skipped, that
 * is left to the closure. A stand-in has no items: what it will have is in the list
 * anyway. */
static void
add_rest (GenlmEarleyNodes *self,
          guint32           rest,
          GenlmEarleyNode  *node)
{
  GArray *items = self->items;
  guint n_skippable = count_skippable (self->rules, rest);
  gboolean nullable = self->rules->suffixes[rest].nullable;
  guint i;

  if (rest != GENLM_EARLEY_END)
    add_item (items, rest, node);
  for (i = 0; n_skippable <= MAX_SKIPPED && i < n_skippable; i++)
    {
      rest = self->rules->suffixes[rest].rest;
      if (rest != GENLM_EARLEY_END)
        add_item (items, rest, node);
    }
  if (nullable && node->n_items > 0)
    g_ptr_array_add (self->merged, node);
}

/* Nodes that are made later may have the items of those before. */
static int
compare_ages (gconstpointer a,
              gconstpointer b)
{
  const GenlmEarleyNode *x = *(GenlmEarleyNode *const *) a;
  const GenlmEarleyNode *y = *(GenlmEarleyNode *const *) b;

  return x->id > y->id ? -1 : x->id < y->id;
}

/* Adds the items of the nodes that are to be merged. What an item that may be
 * nothing returns to has no items that its node has not. */
static void
merge_items (GenlmEarleyNodes *self)
{
  guint i;
  guint32 j;

  if (self->merged->len > 1)
    g_ptr_array_sort (self->merged, compare_ages);
  self->merge++;
  for (i = 0; i < self->merged->len; i++)
    {
      GenlmEarleyNode *node = g_ptr_array_index (self->merged, i);

      if (node->merge == self->merge)
        continue;
      node->merge = self->merge;
      g_array_append_vals (self->items, node->items, node->n_items);
      for (j = 0; j < node->n_items && self->merged->len > 1; j++)
        if (self->rules->suffixes[node->items[j].suffix].nullable)
          node->items[j].node->merge = self->merge;
    }
  g_ptr_array_set_size (self->merged, 0);
}

static int
compare_items (const void *a,
               const void *b)
{
  const GenlmEarleyItem *x = a;
  const GenlmEarleyItem *y = b;

  if (x->suffix != y->suffix)
    return x->suffix < y->suffix ? -1 : 1;
  return get_id (x->node) < get_id (y->node) ? -1 : get_id (x->node) > get_id (y->node);
}

static void
sort_items (GArray *array)
{
  GenlmEarleyItem *items = peek_items (array);
  guint n_items = array->len;
  guint n_kept = 0;
  guint i;

  if (n_items > FEW_ITEMS)
    qsort (items, n_items, sizeof *items, compare_items);
  else
    for (i = 1; i < n_items; i++)
      {
        GenlmEarleyItem item = items[i];
        guint j;

        for (j = i; j > 0 && compare_items (&items[j - 1], &item) > 0; j--)
          items[j] = items[j - 1];
        items[j] = item;
      }
  for (i = 0; i < n_items; i++)
    if (n_kept == 0 || compare_items (&items[n_kept - 1], &items[i]) != 0)
      items[n_kept++] = items[i];
  g_array_set_size (array, n_kept);
}

/* With @self_node in the place of the node itself. */
static guint64
hash_items (const GenlmEarleyItem *items,
            guint                  n_items,
            const GenlmEarleyNode *self_node)
{
  guint64 hash = n_items;
  guint i;

  for (i = 0; i < n_items; i++)
    {
      guint32 id = items[i].node == self_node && self_node != NULL ? NEW_ID : get_id (items[i].node);

      hash = genlm_earley_hash_add (hash, ((guint64) items[i].suffix << 32) | id);
    }
  return hash;
}

static gboolean
has_items (gconstpointer value,
           gconstpointer wanted)
{
  const GenlmEarleyNode *node = value;
  GArray *array = (GArray *) wanted;
  const GenlmEarleyItem *items = peek_items (array);
  guint i;

  if (node->n_items != array->len)
    return FALSE;
  for (i = 0; i < array->len; i++)
    if (node->items[i].suffix != items[i].suffix || node->items[i].node != items[i].node)
      return FALSE;
  return TRUE;
}

/* As above, of a node that is circular: the wanted items have a stand-in where
 * it has itself. */
static gboolean
has_circular_items (gconstpointer value,
                    gconstpointer wanted)
{
  const GenlmEarleyNode *node = value;
  GArray *array = (GArray *) wanted;
  const GenlmEarleyItem *items = peek_items (array);
  guint i;

  if (node->n_items != array->len)
    return FALSE;
  for (i = 0; i < array->len; i++)
    if (node->items[i].suffix != items[i].suffix
        || (get_id (items[i].node) == NEW_ID ? node->items[i].node != node
                                             : node->items[i].node != items[i].node))
      return FALSE;
  return TRUE;
}

static GenlmEarleyNode *
make_node (GenlmEarleyNodes *self,
           GArray           *items)
{
  GenlmEarleyNode *node;
  guint i;

  node = genlm_earley_heap_alloc (&self->heap, sizeof *node + items->len * sizeof (GenlmEarleyItem));
  memset (node, 0, sizeof *node);
  node->id = self->next_id++;
  node->n_items = items->len;
  if (items->len > 0)
    memcpy (node->items, items->data, items->len * sizeof (GenlmEarleyItem));
  for (i = 0; i < items->len; i++)
    {
      node->is_final |= node->items[i].suffix == GENLM_EARLEY_FINISH;
      node->is_wide |= count_skippable (self->rules, node->items[i].suffix) > MAX_SKIPPED;
    }
  return node;
}

/* The node of the listed items. */
static GenlmEarleyNode *
intern (GenlmEarleyNodes *self,
        GArray           *items)
{
  GenlmEarleyNode *node;
  guint64 hash;

  sort_items (items);
  hash = hash_items (peek_items (items), items->len, NULL);
  node = genlm_earley_table_lookup (&self->nodes, hash, has_items, items);
  if (node != NULL)
    return node;
  node = make_node (self, items);
  genlm_earley_table_insert (&self->nodes, hash, node);
  return node;
}

/* Puts nodes in the place of the stand-ins for them, which are in one row. */
static void
replace_stand_ins (GenlmEarleyNode  *in,
                   GenlmEarleyNode  *stand_ins,
                   GenlmEarleyNode **nodes,
                   guint32           n_nodes)
{
  guint32 i;

  for (i = 0; i < in->n_items; i++)
    {
      GenlmEarleyNode *node = in->items[i].node;

      if (node >= stand_ins && node < stand_ins + n_nodes)
        in->items[i].node = nodes[node - stand_ins];
    }
}

/* A node among the items that says the same when it is taken for the one that
 * is to be made: both would allow the same texts. */
static GenlmEarleyNode *
find_same (GenlmEarleyNodes *self,
           GArray           *items,
           GenlmEarleyNode  *stand_in)
{
  const GenlmEarleyItem *all = peek_items (items);
  guint first = 0;
  guint n_tries = 0;
  guint i;
  guint j;

  while (first < items->len && all[first].node != stand_in)
    first++;
  for (j = 0; j < items->len && n_tries < MAX_TRIES; j++)
    {
      if (all[j].suffix != all[first].suffix || all[j].node == stand_in || !all[j].node->is_circular)
        continue;
      n_tries++;
      g_array_set_size (self->tried, 0);
      g_array_append_vals (self->tried, all, items->len);
      for (i = 0; i < items->len; i++)
        if (all[i].node == stand_in)
          peek_items (self->tried)[i].node = all[j].node;
      sort_items (self->tried);
      if (has_items (all[j].node, self->tried))
        return all[j].node;
    }
  return NULL;
}

/* The node of the listed items, among which it may be itself. */
static GenlmEarleyNode *
intern_circular (GenlmEarleyNodes *self,
                 GArray           *items,
                 GenlmEarleyNode  *stand_in)
{
  GenlmEarleyNode *node;
  guint64 hash;

  sort_items (items);
  hash = hash_items (peek_items (items), items->len, stand_in);
  node = genlm_earley_table_lookup (&self->circular, hash, has_circular_items, items);
  if (node == NULL)
    node = find_same (self, items, stand_in);
  if (node != NULL)
    return node;
  node = make_node (self, items);
  replace_stand_ins (node, stand_in, &node, 1);
  node->is_circular = TRUE;
  genlm_earley_table_insert (&self->circular, hash, node);
  genlm_earley_table_insert (&self->nodes, hash_items (node->items, node->n_items, NULL), node);
  return node;
}

/* What all of several nodes may do. */
GenlmEarleyNode *
genlm_earley_nodes_unite (GenlmEarleyNodes  *self,
                          GenlmEarleyNode  **nodes,
                          guint              n_nodes)
{
  guint i;

  if (n_nodes == 1)
    return nodes[0];
  g_array_set_size (self->items, 0);
  for (i = 0; i < n_nodes; i++)
    g_array_append_vals (self->items, nodes[i]->items, nodes[i]->n_items);
  return intern (self, self->items);
}

/* --- Closures ------------------------------------------------------------ */

static Return *
return_at (GenlmEarleyNodes *self,
           guint32           index)
{
  return &g_array_index (self->returns, Return, index);
}

/* Notes that a nonterminal is called. */
static void
add_call (GenlmEarleyNodes *self,
          guint32           nonterminal,
          guint32           rest,
          guint32           caller,
          GenlmEarleyNode  *node)
{
  Call *call = &self->calls[nonterminal];
  Return back = { rest, caller, NOTHING, node };

  if (call->stamp != self->stamp)
    {
      call->stamp = self->stamp;
      call->first_return = NOTHING;
      call->node = NULL;
      g_array_append_val (self->called, nonterminal);
    }
  back.next = call->first_return;
  call->first_return = self->returns->len;
  g_array_append_val (self->returns, back);
}

static guint
hash_rest (gconstpointer data)
{
  return (guint) (genlm_earley_hash_add (0, *(const guint64 *) data) >> 20);
}

/* Lists an item, and what is left of it when what may be skipped is; what is
 * listed already, only once. */
static void
skip_symbols (GenlmEarleyNodes *self,
              GenlmEarleyItem   item)
{
  const GenlmEarleySuffix *suffixes = self->rules->suffixes;

  do
    {
      guint64 key = ((guint64) item.suffix << 32) | get_id (item.node);

      if (g_hash_table_contains (self->known_rests, &key))
        return;
      g_hash_table_add (self->known_rests, g_memdup2 (&key, sizeof key));
      g_array_append_val (self->skipped, item);
      if (!suffixes[item.suffix].skippable)
        return;
      item.suffix = suffixes[item.suffix].rest;
    }
  while (item.suffix != GENLM_EARLEY_END);
}

/* Lists what may come next of a node's own items. */
static void
list_skipped (GenlmEarleyNodes *self,
              GenlmEarleyNode  *node)
{
  guint32 i;

  g_array_set_size (self->skipped, 0);
  if (!node->is_wide)
    {
      g_array_append_vals (self->skipped, node->items, node->n_items);
      return;
    }
  g_hash_table_remove_all (self->known_rests);
  /* What is left of an item has a lower number. */
  for (i = node->n_items; i > 0; i--)
    skip_symbols (self, node->items[i - 1]);
}

static void
find_calls (GenlmEarleyNodes *self)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 i;
  guint32 j;

  if (++self->stamp == 0)
    {
      memset (self->calls, 0, rules->n_nonterminals * sizeof (Call));
      self->stamp = 1;
    }
  g_array_set_size (self->called, 0);
  g_array_set_size (self->returns, 0);
  for (i = 0; i < self->skipped->len; i++)
    {
      GenlmEarleyItem item = g_array_index (self->skipped, GenlmEarleyItem, i);
      const GenlmEarleySuffix *suffix = &rules->suffixes[item.suffix];

      if (!GENLM_GRAMMAR_IS_TERMINAL (suffix->symbol))
        add_call (self, suffix->symbol, suffix->rest, NOTHING, item.node);
    }
  for (i = 0; i < self->called->len; i++)
    {
      guint32 caller = g_array_index (self->called, guint32, i);

      for (j = rules->first_corner[caller]; j < rules->first_corner[caller + 1]; j++)
        {
          const GenlmEarleySuffix *suffix = &rules->suffixes[rules->corners[j]];

          if (!GENLM_GRAMMAR_IS_TERMINAL (suffix->symbol))
            add_call (self, suffix->symbol, suffix->rest, caller, NULL);
        }
    }
}

static int
compare_components (gconstpointer a,
                    gconstpointer b,
                    gpointer      data)
{
  const guint32 *component = data;
  guint32 x = component[*(const guint32 *) a];
  guint32 y = component[*(const guint32 *) b];

  /* Callers have the higher numbers. */
  return x > y ? -1 : x < y;
}

/* The node that a call returns to, which is known if its caller's is. */
static GenlmEarleyNode *
get_returned (GenlmEarleyNodes *self,
              const Return     *back)
{
  return back->caller == NOTHING ? back->node : self->calls[back->caller].node;
}

/* Finds where a nonterminal returns to that is alone in its component. */
static void
resolve_single (GenlmEarleyNodes *self,
                guint32           nonterminal)
{
  Call *call = &self->calls[nonterminal];
  GenlmEarleyNode *stand_in = &self->stand_ins[0];
  GenlmEarleyNode *only = NULL;
  gboolean is_circular = FALSE;
  guint n_returns = 0;
  guint32 i;

  g_array_set_size (self->items, 0);
  for (i = call->first_return; i != NOTHING; i = return_at (self, i)->next)
    {
      const Return *back = return_at (self, i);

      if (back->caller == nonterminal)
        {
          is_circular |= back->rest != GENLM_EARLEY_END;
          add_rest (self, back->rest, stand_in);
          continue;
        }
      n_returns++;
      only = back->rest == GENLM_EARLEY_END ? get_returned (self, back) : NULL;
      add_rest (self, back->rest, get_returned (self, back));
    }
  merge_items (self);
  if (is_circular)
    call->node = intern_circular (self, self->items, stand_in);
  else
    call->node = n_returns == 1 && only != NULL ? only : intern (self, self->items);
}

/* Marks the members that return to where @member does. */
static void
mark_tails (GenlmEarleyNodes *self,
            guint32           component,
            guint32           member,
            gboolean         *marks)
{
  const GenlmEarleyRules *rules = self->rules;
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));

  marks[member] = TRUE;
  g_array_append_val (open, member);
  while (open->len > 0)
    {
      guint32 at = g_array_index (open, guint32, open->len - 1);
      guint32 i;

      g_array_set_size (open, open->len - 1);
      i = self->calls[rules->members[rules->first_member[component] + at]].first_return;
      for (; i != NOTHING; i = return_at (self, i)->next)
        {
          const Return *back = return_at (self, i);
          guint32 caller;

          if (back->caller == NOTHING || rules->component[back->caller] != component
              || !rules->suffixes[back->rest].nullable)
            continue;
          caller = rules->place[back->caller];
          if (!marks[caller])
            {
              marks[caller] = TRUE;
              g_array_append_val (open, caller);
            }
        }
    }
}

/* Lists what a member of a group returns to: @inside, the group's own. */
static void
list_returns (GenlmEarleyNodes *self,
              guint32           component,
              guint32           member,
              gboolean          inside)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 i = self->calls[rules->members[rules->first_member[component] + member]].first_return;

  for (; i != NOTHING; i = return_at (self, i)->next)
    {
      const Return *back = return_at (self, i);
      gboolean is_inside = back->caller != NOTHING && rules->component[back->caller] == component;

      if (is_inside != inside)
        continue;
      if (inside)
        add_rest (self, back->rest, &self->stand_ins[rules->place[back->caller]]);
      else
        add_rest (self, back->rest, get_returned (self, back));
    }
}

static guint64
hash_group (const GenlmEarleyGroup *group)
{
  guint64 hash = group->component;
  guint32 i;

  for (i = 0; i < group->n_members; i++)
    hash = genlm_earley_hash_add (hash, get_id (group->nodes[i]));
  return hash;
}

static gboolean
is_group (gconstpointer value,
          gconstpointer wanted)
{
  const GenlmEarleyGroup *group = value;
  const GenlmEarleyGroup *other = wanted;

  return group->component == other->component
         && memcmp (group->nodes, other->nodes, group->n_members * sizeof (gpointer)) == 0;
}

static GenlmEarleyGroup *
allocate_group (GenlmEarleyNodes *self,
                guint32           component)
{
  const guint32 *first = &self->rules->first_member[component];
  guint32 n_members = first[1] - first[0];
  GenlmEarleyGroup *group;

  group = genlm_earley_heap_alloc (&self->heap,
                                   sizeof *group + 2 * n_members * sizeof (GenlmEarleyNode *));
  group->moved = NULL;
  group->component = component;
  group->n_members = n_members;
  return group;
}

static gboolean
fill_group (GenlmEarleyNodes  *self,
            GenlmEarleyGroup  *group,
            GError           **error)
{
  guint32 n_members = group->n_members;
  GenlmEarleyNode **made = &group->nodes[n_members];
  g_autofree gboolean *marks = g_new (gboolean, n_members);
  guint32 first_id = self->next_id;
  guint32 i;
  guint32 j;

  for (i = 0; i < n_members; i++)
    self->stand_ins[i].id = first_id + i;
  for (i = 0; i < n_members; i++)
    {
      memset (marks, 0, n_members * sizeof *marks);
      mark_tails (self, group->component, i, marks);
      g_array_set_size (self->items, 0);
      for (j = 0; j < n_members; j++)
        if (marks[j])
          {
            if (group->nodes[j] != NULL)
              g_ptr_array_add (self->merged, group->nodes[j]);
            list_returns (self, group->component, j, TRUE);
          }
      merge_items (self);
      if (!genlm_earley_clock_spend (self->clock, self->items->len + n_members, error))
        break;
      sort_items (self->items);
      made[i] = make_node (self, self->items);
      made[i]->group = group;
    }
  self->stand_ins[0].id = NEW_ID;
  if (i < n_members)
    return FALSE;
  for (i = 0; i < n_members; i++)
    {
      replace_stand_ins (made[i], self->stand_ins, made, n_members);
      genlm_earley_table_insert (&self->nodes, hash_items (made[i]->items, made[i]->n_items, NULL),
                                 made[i]);
    }
  return TRUE;
}

/* Finds where the nonterminals of a component return to, all of which are
 * called when one is. */
static gboolean
resolve_group (GenlmEarleyNodes  *self,
               guint32            component,
               GError           **error)
{
  GenlmEarleyGroup *group = allocate_group (self, component);
  GenlmEarleyGroup *known;
  guint64 hash;
  guint32 i;

  for (i = 0; i < group->n_members; i++)
    {
      g_array_set_size (self->items, 0);
      list_returns (self, component, i, FALSE);
      merge_items (self);
      if (!genlm_earley_clock_spend (self->clock, self->items->len, error))
        return FALSE;
      group->nodes[i] = self->items->len > 0 ? intern (self, self->items) : NULL;
    }
  hash = hash_group (group);
  known = genlm_earley_table_lookup (&self->groups, hash, is_group, group);
  if (known == NULL)
    {
      if (!fill_group (self, group, error))
        return FALSE;
      genlm_earley_table_insert (&self->groups, hash, group);
      known = group;
    }
  for (i = 0; i < group->n_members; i++)
    self->calls[self->rules->members[self->rules->first_member[component] + i]].node
      = known->nodes[group->n_members + i];
  return TRUE;
}

static gboolean
resolve_calls (GenlmEarleyNodes  *self,
               GError           **error)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 i;

  g_array_sort_with_data (self->called, compare_components, rules->component);
  for (i = 0; i < self->called->len; i++)
    {
      guint32 nonterminal = g_array_index (self->called, guint32, i);
      guint32 component = rules->component[nonterminal];

      if (rules->first_member[component + 1] - rules->first_member[component] == 1)
        resolve_single (self, nonterminal);
      else if (self->calls[nonterminal].node == NULL && !resolve_group (self, component, error))
        return FALSE;
      if (!genlm_earley_clock_spend (self->clock, self->items->len, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_scan (GenlmEarleyNodes *self,
          guint32           suffix,
          GenlmEarleyNode  *node)
{
  guint32 symbol = self->rules->suffixes[suffix].symbol;
  GenlmEarleyScan scan = { GENLM_GRAMMAR_TERMINAL_INDEX (symbol), suffix, node };

  if (GENLM_GRAMMAR_IS_TERMINAL (symbol) && suffix != GENLM_EARLEY_FINISH)
    g_array_append_val (self->scans, scan);
}

static int
compare_scans (gconstpointer a,
               gconstpointer b)
{
  const GenlmEarleyScan *x = a;
  const GenlmEarleyScan *y = b;

  if (x->terminal != y->terminal)
    return x->terminal < y->terminal ? -1 : 1;
  if (x->suffix != y->suffix)
    return x->suffix < y->suffix ? -1 : 1;
  return x->node->id < y->node->id ? -1 : x->node->id > y->node->id;
}

static void
sort_scans (GArray *array)
{
  GenlmEarleyScan *scans = (GenlmEarleyScan *) (gpointer) array->data;
  guint n_kept = 0;
  guint i;

  g_array_sort (array, compare_scans);
  for (i = 0; i < array->len; i++)
    if (n_kept == 0 || compare_scans (&scans[n_kept - 1], &scans[i]) != 0)
      scans[n_kept++] = scans[i];
  g_array_set_size (array, n_kept);
}

static void
find_scans (GenlmEarleyNodes *self)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 i;
  guint32 j;

  g_array_set_size (self->scans, 0);
  for (i = 0; i < self->skipped->len; i++)
    add_scan (self, g_array_index (self->skipped, GenlmEarleyItem, i).suffix,
              g_array_index (self->skipped, GenlmEarleyItem, i).node);
  for (i = 0; i < self->called->len; i++)
    {
      guint32 nonterminal = g_array_index (self->called, guint32, i);

      for (j = rules->first_corner[nonterminal]; j < rules->first_corner[nonterminal + 1]; j++)
        add_scan (self, rules->corners[j], self->calls[nonterminal].node);
    }
  sort_scans (self->scans);
}

/* What makes a closure what it is. */
typedef struct
{
  const GenlmEarleyNode *node;
  GArray                *scans;
} Following;

static gboolean
is_following (gconstpointer value,
              gconstpointer wanted)
{
  const GenlmEarleyClosure *closure = value;
  const Following *following = wanted;
  const GenlmEarleyScan *scans = (const GenlmEarleyScan *) (gpointer) following->scans->data;
  guint32 i;

  if (closure->n_scans != following->scans->len
      || closure->node->is_final != following->node->is_final)
    return FALSE;
  for (i = 0; i < closure->n_scans; i++)
    if (closure->scans[i].suffix != scans[i].suffix || closure->scans[i].node != scans[i].node)
      return FALSE;
  return TRUE;
}

static GenlmEarleyClosure *
make_closure (GenlmEarleyNodes *self,
              GenlmEarleyNode  *node)
{
  gsize size = self->scans->len * sizeof (GenlmEarleyScan);
  GenlmEarleyClosure *closure = genlm_earley_heap_alloc (&self->heap, sizeof *closure + size);

  memset (closure, 0, sizeof *closure);
  closure->node = node;
  closure->n_scans = self->scans->len;
  if (size > 0)
    memcpy (closure->scans, self->scans->data, size);
  return closure;
}

/* NULL when a limit is passed, as of all that asks for it. What was found by then
 * stays true. */
static GenlmEarleyClosure *
ensure_closure (GenlmEarleyNodes  *self,
                GenlmEarleyNode   *node,
                GError           **error)
{
  Following following = { node, self->scans };
  guint64 hash = node->is_final;
  guint i;

  if (G_LIKELY (node->closure != NULL))
    return node->closure;
  list_skipped (self, node);
  find_calls (self);
  if (!genlm_earley_clock_spend (self->clock, self->skipped->len + self->returns->len, error)
      || !resolve_calls (self, error))
    return NULL;
  find_scans (self);
  genlm_earley_clock_spend (self->clock, self->scans->len, NULL);
  for (i = 0; i < self->scans->len; i++)
    {
      const GenlmEarleyScan *scan = &g_array_index (self->scans, GenlmEarleyScan, i);

      hash = genlm_earley_hash_add (hash, ((guint64) scan->suffix << 32) | scan->node->id);
    }
  node->closure = genlm_earley_table_lookup (&self->closures, hash, is_following, &following);
  if (node->closure == NULL)
    {
      node->closure = make_closure (self, node);
      genlm_earley_table_insert (&self->closures, hash, node->closure);
    }
  return node->closure;
}

/* The node that stands for all of which the same follows as of @node. */
GenlmEarleyNode *
genlm_earley_nodes_find_same (GenlmEarleyNodes  *self,
                              GenlmEarleyNode   *node,
                              GError           **error)
{
  const GenlmEarleyClosure *closure = ensure_closure (self, node, error);

  return closure != NULL ? closure->node : NULL;
}

/* What may be read next after a node. */
const GenlmEarleyScan *
genlm_earley_nodes_list_scans (GenlmEarleyNodes  *self,
                               GenlmEarleyNode   *node,
                               guint32           *n_scans,
                               GError           **error)
{
  const GenlmEarleyClosure *closure = ensure_closure (self, node, error);

  *n_scans = closure != NULL ? closure->n_scans : 0;
  return closure != NULL ? closure->scans : NULL;
}

static GenlmByteState *
make_lexer (GenlmEarleyNodes          *self,
            const GenlmEarleyClosure  *closure,
            gboolean                   with_ignored,
            GError                   **error)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 last = NOTHING;
  guint32 i;

  g_array_set_size (self->lexer_items, 0);
  for (i = 0; i < closure->n_scans; i++)
    {
      GenlmByteItem item = { closure->scans[i].terminal, rules->exprs[closure->scans[i].terminal] };

      if (item.label == last)
        continue;
      last = item.label;
      g_array_append_val (self->lexer_items, item);
    }
  if (with_ignored)
    {
      GenlmByteItem item = { rules->n_terminals, rules->exprs[rules->n_terminals] };

      g_array_append_val (self->lexer_items, item);
    }
  return genlm_byte_dfa_intern (rules->dfa,
                                (const GenlmByteItem *) (gpointer) self->lexer_items->data,
                                self->lexer_items->len, GENLM_BYTE_EXPR_ANYTHING, error);
}

/* The state of the automaton before what may follow, or what may follow once
 * ignored text was read. NULL when a limit is passed. */
GenlmByteState *
genlm_earley_nodes_find_lexer (GenlmEarleyNodes  *self,
                               GenlmEarleyNode   *node,
                               gboolean           after_ignored,
                               GError           **error)
{
  GenlmEarleyClosure *closure = ensure_closure (self, node, error);
  gboolean with_ignored = self->rules->has_ignored && !after_ignored;
  GenlmByteState **lexer;

  if (closure == NULL)
    return NULL;
  lexer = after_ignored ? &closure->bare_lexer : &closure->lexer;
  if (*lexer == NULL)
    *lexer = make_lexer (self, closure, with_ignored, error);
  return *lexer;
}

/* --- Reading terminals --------------------------------------------------- */

static guint
hash_accept (gconstpointer data)
{
  const Accept *accept = data;
  guint64 hash = accept->n_labels;
  guint32 i;

  for (i = 0; i < accept->n_labels; i++)
    hash = genlm_earley_hash_add (hash, accept->labels[i]);
  return (guint) hash;
}

static gboolean
equal_accepts (gconstpointer a,
               gconstpointer b)
{
  const Accept *x = a;
  const Accept *y = b;

  return x->n_labels == y->n_labels
         && memcmp (x->labels, y->labels, x->n_labels * sizeof (guint32)) == 0;
}

/* The number of the set of labels that a state accepts, which are some. The
 * labels of an automaton's states stay where they are. */
guint32
genlm_earley_nodes_find_accept (GenlmEarleyNodes *self,
                                GenlmByteState   *state)
{
  Accept accept = { state->accepts, state->n_accepts, 0 };
  Accept *known;
  guint32 *number;

  if (state->index >= self->accept_by_state->len)
    g_array_set_size (self->accept_by_state, MAX (state->index + 1, self->accept_by_state->len * 2));
  number = &g_array_index (self->accept_by_state, guint32, state->index);
  if (*number != 0)
    return *number - 1;
  known = g_hash_table_lookup (self->accept_numbers, &accept);
  if (known == NULL)
    {
      accept.number = self->accepts->len;
      g_array_append_val (self->accepts, accept);
      known = g_memdup2 (&accept, sizeof accept);
      g_hash_table_add (self->accept_numbers, known);
    }
  *number = known->number + 1;
  return known->number;
}

static guint32
find_first_scan (const GenlmEarleyClosure *closure,
                 guint32                   terminal)
{
  guint32 low = 0;
  guint32 high = closure->n_scans;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (closure->scans[middle].terminal < terminal)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The node that stands for all of which the same follows as of the scan's. A wide
 * one stands for itself: there are as many as symbols that may be skipped, and as
 * much follows from each. */
static GenlmEarleyNode *
find_returned (GenlmEarleyNodes       *self,
               const GenlmEarleyScan  *scan,
               GError                **error)
{
  if (scan->node->is_wide)
    return scan->node;
  return genlm_earley_nodes_find_same (self, scan->node, error);
}

static gboolean
make_target (GenlmEarleyNodes    *self,
             GenlmEarleyClosure  *closure,
             GenlmEarleyTarget   *target,
             GError             **error)
{
  const Accept accept = g_array_index (self->accepts, Accept, target->accept);
  guint n_scans = 0;
  guint32 i;
  guint32 j;

  /* First, since it needs the lists itself. */
  for (i = 0; i < accept.n_labels; i++)
    for (j = find_first_scan (closure, accept.labels[i]);
         j < closure->n_scans && closure->scans[j].terminal == accept.labels[i]; j++)
      if (find_returned (self, &closure->scans[j], error) == NULL)
        return FALSE;
  g_array_set_size (self->items, 0);
  for (i = 0; i < accept.n_labels; i++)
    {
      target->keeps |= accept.labels[i] == self->rules->n_terminals;
      for (j = find_first_scan (closure, accept.labels[i]);
           j < closure->n_scans && closure->scans[j].terminal == accept.labels[i]; j++, n_scans++)
        {
          const GenlmEarleyScan *scan = &closure->scans[j];
          GenlmEarleyNode *node = find_returned (self, scan, NULL);
          guint32 rest = self->rules->suffixes[scan->suffix].rest;

          add_rest (self, rest, node);
          target->returns |= self->rules->suffixes[rest].nullable
                             && (scan->node->is_wide || node != closure->node);
        }
    }
  if (n_scans == 0)
    return TRUE;
  merge_items (self);
  if (!genlm_earley_clock_spend (self->clock, self->items->len, error))
    return FALSE;
  target->node = genlm_earley_nodes_find_same (self, intern (self, self->items), error);
  return target->node != NULL;
}

static GenlmEarleyTarget *
find_target_slot (GenlmEarleyTarget *targets,
                  guint32            size,
                  guint32            accept)
{
  guint32 i = (accept * 0x9e3779b1u) & (size - 1);

  while (targets[i].accept != NOTHING && targets[i].accept != accept)
    i = (i + 1) & (size - 1);
  return &targets[i];
}

static void
grow_targets (GenlmEarleyNodes   *self,
              GenlmEarleyClosure *closure)
{
  guint32 size = MAX (FIRST_TARGETS, closure->targets_size * 2);
  GenlmEarleyTarget *targets;
  guint32 i;

  targets = genlm_earley_heap_alloc (&self->heap, size * sizeof (GenlmEarleyTarget));
  memset (targets, 0, size * sizeof (GenlmEarleyTarget));
  for (i = 0; i < size; i++)
    targets[i].accept = NOTHING;
  for (i = 0; i < closure->targets_size; i++)
    if (closure->targets[i].accept != NOTHING)
      *find_target_slot (targets, size, closure->targets[i].accept) = closure->targets[i];
  closure->targets = targets;
  closure->targets_size = size;
}

/* What comes after @node when one of the terminals is read that a state which
 * began there accepts. */
const GenlmEarleyTarget *
genlm_earley_nodes_find_target (GenlmEarleyNodes  *self,
                                GenlmEarleyNode   *node,
                                guint32            accept,
                                GError           **error)
{
  GenlmEarleyClosure *closure = ensure_closure (self, node, error);
  GenlmEarleyTarget made = { .accept = accept };
  GenlmEarleyTarget *target;

  if (closure == NULL)
    return NULL;
  if ((closure->n_targets + 1) * 2 > closure->targets_size)
    grow_targets (self, closure);
  target = find_target_slot (closure->targets, closure->targets_size, accept);
  if (target->accept == NOTHING)
    {
      if (!make_target (self, closure, &made, error))
        return NULL;
      *target = made;
      closure->n_targets++;
    }
  return target;
}

/* Whether of the terminal nothing but the listed items may be read. */
static gboolean
has_scans (GenlmEarleyNodes         *self,
           const GenlmEarleyClosure *closure,
           guint32                   terminal)
{
  const GenlmEarleyItem *items = peek_items (self->begun);
  const GenlmEarleyScan *scans = &closure->scans[find_first_scan (closure, terminal)];
  guint32 n_left = (guint32) (&closure->scans[closure->n_scans] - scans);
  guint i;

  for (i = 0; i < self->begun->len; i++)
    if (i == n_left || scans[i].suffix != items[i].suffix || scans[i].node != items[i].node)
      return FALSE;
  return i == n_left || scans[i].terminal != terminal;
}

/* A node after which, if it is a certain terminal that is read, it is read for
 * these items, and they may be in any order. A node that is among them is
 * taken, so that rules that repeat themselves stay where they are. */
GenlmEarleyNode *
genlm_earley_nodes_find_begun (GenlmEarleyNodes       *self,
                               guint32                 terminal,
                               const GenlmEarleyItem  *items,
                               guint                   n_items,
                               GError                **error)
{
  guint i;

  g_array_set_size (self->begun, 0);
  g_array_append_vals (self->begun, items, n_items);
  sort_items (self->begun);
  for (i = 0; i < MIN (self->begun->len, MAX_TRIES); i++)
    {
      const GenlmEarleyClosure *closure;

      closure = ensure_closure (self, peek_items (self->begun)[i].node, error);
      if (closure == NULL)
        return NULL;
      if (has_scans (self, closure, terminal))
        return closure->node;
    }
  return genlm_earley_nodes_find_same (self, intern (self, self->begun), error);
}

/* --- Saving what is in use ----------------------------------------------- */

static void
init_tables (GenlmEarleyNodes *self)
{
  genlm_earley_table_init (&self->nodes);
  genlm_earley_table_init (&self->circular);
  genlm_earley_table_init (&self->groups);
  genlm_earley_table_init (&self->closures);
}

static void
clear_tables (GenlmEarleyNodes *self)
{
  genlm_earley_table_clear (&self->closures);
  genlm_earley_table_clear (&self->groups);
  genlm_earley_table_clear (&self->circular);
  genlm_earley_table_clear (&self->nodes);
}

/* From here to the end of collecting, what is not saved is lost, and the heap
 * is a new one. */
void
genlm_earley_nodes_begin_collect (GenlmEarleyNodes *self)
{
  self->old_heap = self->heap;
  genlm_earley_heap_init (&self->heap);
  clear_tables (self);
  init_tables (self);
  self->start = genlm_earley_nodes_save (self, self->start);
}

GenlmEarleyNode *
genlm_earley_nodes_save (GenlmEarleyNodes *self,
                         GenlmEarleyNode  *node)
{
  gsize size;

  if (node == NULL || node->moved != NULL)
    return node != NULL ? node->moved : NULL;
  size = sizeof *node + node->n_items * sizeof (GenlmEarleyItem);
  node->moved = genlm_earley_heap_alloc (&self->heap, size);
  memcpy (node->moved, node, size);
  node->moved->moved = NULL;
  node->moved->merge = 0;
  node->moved->closure = NULL;
  node->moved->signatures = NULL;
  g_ptr_array_add (self->saved, node->moved);
  return node->moved;
}

static GenlmEarleyGroup *
save_group (GenlmEarleyNodes *self,
            GenlmEarleyGroup *group)
{
  guint32 i;

  if (group == NULL || group->moved != NULL)
    return group != NULL ? group->moved : NULL;
  group->moved = allocate_group (self, group->component);
  for (i = 0; i < 2 * group->n_members; i++)
    group->moved->nodes[i] = genlm_earley_nodes_save (self, group->nodes[i]);
  genlm_earley_table_insert (&self->groups, hash_group (group->moved), group->moved);
  return group->moved;
}

void
genlm_earley_nodes_end_collect (GenlmEarleyNodes *self)
{
  guint i;

  /* The list grows meanwhile. */
  for (i = 0; i < self->saved->len; i++)
    {
      GenlmEarleyNode *node = g_ptr_array_index (self->saved, i);
      guint32 j;

      for (j = 0; j < node->n_items; j++)
        node->items[j].node = genlm_earley_nodes_save (self, node->items[j].node);
      node->group = save_group (self, node->group);
      genlm_earley_table_insert (&self->nodes, hash_items (node->items, node->n_items, NULL), node);
      if (node->is_circular)
        genlm_earley_table_insert (&self->circular, hash_items (node->items, node->n_items, node),
                                   node);
    }
  g_ptr_array_set_size (self->saved, 0);
  genlm_earley_heap_clear (&self->old_heap);
}

/* --- All of them --------------------------------------------------------- */

static guint32
find_largest_component (const GenlmEarleyRules *rules)
{
  guint32 largest = 1;
  guint32 i;

  for (i = 0; i < rules->n_nonterminals; i++)
    {
      const guint32 *first = &rules->first_member[rules->component[i]];

      largest = MAX (largest, first[1] - first[0]);
    }
  return largest;
}

static void
make_start (GenlmEarleyNodes *self)
{
  GenlmEarleyNode *finish;

  g_array_set_size (self->items, 0);
  add_item (self->items, GENLM_EARLEY_FINISH, NULL);
  finish = intern (self, self->items);
  g_array_set_size (self->items, 0);
  add_rest (self, self->rules->start, finish);
  merge_items (self);
  self->start = intern (self, self->items);
}

/* The rules, which must not have an empty language, and the clock outlive it. */
GenlmEarleyNodes *
genlm_earley_nodes_new (GenlmEarleyRules *rules,
                        GenlmEarleyClock *clock)
{
  GenlmEarleyNodes *self = g_new0 (GenlmEarleyNodes, 1);

  self->rules = rules;
  self->clock = clock;
  genlm_earley_heap_init (&self->heap);
  init_tables (self);
  self->saved = g_ptr_array_new ();
  self->next_id = 1;
  self->accepts = g_array_new (FALSE, FALSE, sizeof (Accept));
  self->accept_numbers = g_hash_table_new_full (hash_accept, equal_accepts, g_free, NULL);
  self->accept_by_state = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->merged = g_ptr_array_new ();
  self->tried = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->skipped = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->known_rests = g_hash_table_new_full (hash_rest, g_int64_equal, g_free, NULL);
  self->begun = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->returns = g_array_new (FALSE, FALSE, sizeof (Return));
  self->scans = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyScan));
  self->called = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->lexer_items = g_array_new (FALSE, FALSE, sizeof (GenlmByteItem));
  self->calls = g_new0 (Call, (gsize) rules->n_nonterminals + 1);
  self->stand_ins = g_new0 (GenlmEarleyNode, find_largest_component (rules));
  self->stand_ins[0].id = NEW_ID;
  make_start (self);
  return self;
}

void
genlm_earley_nodes_free (GenlmEarleyNodes *self)
{
  g_free (self->stand_ins);
  g_free (self->calls);
  g_array_unref (self->lexer_items);
  g_array_unref (self->called);
  g_array_unref (self->scans);
  g_array_unref (self->returns);
  g_hash_table_unref (self->known_rests);
  g_array_unref (self->skipped);
  g_array_unref (self->begun);
  g_array_unref (self->tried);
  g_ptr_array_unref (self->merged);
  g_array_unref (self->items);
  g_array_unref (self->accept_by_state);
  g_hash_table_unref (self->accept_numbers);
  g_array_unref (self->accepts);
  g_ptr_array_unref (self->saved);
  clear_tables (self);
  genlm_earley_heap_clear (&self->heap);
  g_free (self);
}

/* From which the owner may take, too. */
GenlmEarleyHeap *
genlm_earley_nodes_get_heap (GenlmEarleyNodes *self)
{
  return &self->heap;
}

guint64
genlm_earley_nodes_get_memory (GenlmEarleyNodes *self)
{
  return self->heap.memory + genlm_earley_table_get_memory (&self->nodes)
         + genlm_earley_table_get_memory (&self->circular)
         + genlm_earley_table_get_memory (&self->groups)
         + genlm_earley_table_get_memory (&self->closures);
}

GenlmEarleyNode *
genlm_earley_nodes_get_start (GenlmEarleyNodes *self)
{
  return self->start;
}
