#include "genlm-earley-store.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by insertion up to this many items. */
#define FEW_ITEMS   (24u)

/* How many nodes are tried in the place of another one. */
#define MAX_TRIES   (4u)

/* With more symbols than these that may be skipped, a node has one item for
 * them all. */
#define MAX_SKIPPED (16u)

/* --- Making nodes -------------------------------------------------------- */

static GenlmEarleyItem *
peek_items (GArray *items)
{
  return (GenlmEarleyItem *) (gpointer) items->data;
}

/* Begins a list of items. */
void
genlm_earley_store_begin (GenlmEarleyStore *self)
{
  g_array_set_size (self->items, 0);
}

void
genlm_earley_store_add (GenlmEarleyStore *self,
                        guint32           suffix,
                        GenlmEarleyNode  *node)
{
  GenlmEarleyItem item = { suffix, node };

  g_array_append_val (self->items, item);
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
void
genlm_earley_store_add_rest (GenlmEarleyStore *self,
                             guint32           rest,
                             GenlmEarleyNode  *node)
{
  guint n_skippable = count_skippable (self->rules, rest);
  gboolean nullable = self->rules->suffixes[rest].nullable;
  guint i;

  if (rest != GENLM_EARLEY_END)
    genlm_earley_store_add (self, rest, node);
  for (i = 0; n_skippable <= MAX_SKIPPED && i < n_skippable; i++)
    {
      rest = self->rules->suffixes[rest].rest;
      if (rest != GENLM_EARLEY_END)
        genlm_earley_store_add (self, rest, node);
    }
  if (nullable && node->n_items > 0)
    genlm_earley_store_add_all (self, node);
}

/* Adds all items of a node, when they are merged. */
void
genlm_earley_store_add_all (GenlmEarleyStore *self,
                            GenlmEarleyNode  *node)
{
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
void
genlm_earley_store_merge (GenlmEarleyStore *self)
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

  guint32 x_id = genlm_earley_node_get_id (x->node);
  guint32 y_id = genlm_earley_node_get_id (y->node);

  if (x->suffix != y->suffix)
    return x->suffix < y->suffix ? -1 : 1;
  return x_id < y_id ? -1 : x_id > y_id;
}

/* Sorts a list of items, in which nothing is twice then. */
void
genlm_earley_items_sort (GArray *array)
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
      guint32 id = genlm_earley_node_get_id (items[i].node);

      if (items[i].node == self_node && self_node != NULL)
        id = GENLM_EARLEY_NEW_ID;
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
        || node->items[i].node != (genlm_earley_node_get_id (items[i].node) == GENLM_EARLEY_NEW_ID
                                     ? node : items[i].node))
      return FALSE;
  return TRUE;
}

static GenlmEarleyNode *
make_node (GenlmEarleyStore *self,
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

/* The node of any items, which are sorted. */
GenlmEarleyNode *
genlm_earley_store_intern_items (GenlmEarleyStore *self,
                                 GArray           *items)
{
  GenlmEarleyNode *node;
  guint64 hash;

  genlm_earley_items_sort (items);
  hash = hash_items (peek_items (items), items->len, NULL);
  node = genlm_earley_table_lookup (&self->nodes, hash, has_items, items);
  if (node != NULL)
    return node;
  node = make_node (self, items);
  genlm_earley_table_insert (&self->nodes, hash, node);
  return node;
}

/* The node of the listed items. */
GenlmEarleyNode *
genlm_earley_store_intern (GenlmEarleyStore *self)
{
  return genlm_earley_store_intern_items (self, self->items);
}

/* A new node of the listed items, among which there may be stand-ins. It is to be
 * kept when they are replaced. */
GenlmEarleyNode *
genlm_earley_store_make (GenlmEarleyStore *self)
{
  genlm_earley_items_sort (self->items);
  return make_node (self, self->items);
}

/* Lets a node be found by its items. */
void
genlm_earley_store_keep (GenlmEarleyStore *self,
                         GenlmEarleyNode  *node)
{
  genlm_earley_table_insert (&self->nodes, hash_items (node->items, node->n_items, NULL), node);
  if (node->is_circular)
    genlm_earley_table_insert (&self->circular, hash_items (node->items, node->n_items, node), node);
}

/* Puts nodes in the place of the stand-ins for them, which are in one row. */
void
genlm_earley_node_replace (GenlmEarleyNode  *in,
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
find_same (GenlmEarleyStore *self,
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
      genlm_earley_items_sort (self->tried);
      if (has_items (all[j].node, self->tried))
        return all[j].node;
    }
  return NULL;
}

/* The node of the listed items, among which it may be itself. */
GenlmEarleyNode *
genlm_earley_store_intern_circular (GenlmEarleyStore *self,
                                    GenlmEarleyNode  *stand_in)
{
  GArray *items = self->items;
  GenlmEarleyNode *node;
  guint64 hash;

  genlm_earley_items_sort (items);
  hash = hash_items (peek_items (items), items->len, stand_in);
  node = genlm_earley_table_lookup (&self->circular, hash, has_circular_items, items);
  if (node == NULL)
    node = find_same (self, items, stand_in);
  if (node != NULL)
    return node;
  node = make_node (self, items);
  genlm_earley_node_replace (node, stand_in, &node, 1);
  node->is_circular = TRUE;
  genlm_earley_store_keep (self, node);
  return node;
}

/* What all of several nodes may do. */
GenlmEarleyNode *
genlm_earley_store_unite (GenlmEarleyStore  *self,
                          GenlmEarleyNode  **nodes,
                          guint              n_nodes)
{
  guint i;

  if (n_nodes == 1)
    return nodes[0];
  g_array_set_size (self->items, 0);
  for (i = 0; i < n_nodes; i++)
    g_array_append_vals (self->items, nodes[i]->items, nodes[i]->n_items);
  return genlm_earley_store_intern (self);
}

/* --- Saving what is in use ----------------------------------------------- */

/* From here to the end of collecting, what is not saved is lost, and the heap
 * is a new one. */
void
genlm_earley_store_begin_collect (GenlmEarleyStore *self)
{
  self->old_heap = self->heap;
  genlm_earley_heap_init (&self->heap);
  genlm_earley_table_clear (&self->circular);
  genlm_earley_table_clear (&self->nodes);
  genlm_earley_table_init (&self->nodes);
  genlm_earley_table_init (&self->circular);
}

/* Where the node is moved to, whose items are to be saved, too. */
GenlmEarleyNode *
genlm_earley_store_save (GenlmEarleyStore *self,
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

void
genlm_earley_store_end_collect (GenlmEarleyStore *self)
{
  g_ptr_array_set_size (self->saved, 0);
  genlm_earley_heap_clear (&self->old_heap);
}

/* --- All of them --------------------------------------------------------- */

/* The rules outlive it. */
void
genlm_earley_store_init (GenlmEarleyStore       *self,
                         const GenlmEarleyRules *rules)
{
  self->rules = rules;
  genlm_earley_heap_init (&self->heap);
  genlm_earley_table_init (&self->nodes);
  genlm_earley_table_init (&self->circular);
  self->saved = g_ptr_array_new ();
  self->next_id = 1;
  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->merged = g_ptr_array_new ();
  self->merge = 0;
  self->tried = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
}

void
genlm_earley_store_clear (GenlmEarleyStore *self)
{
  g_array_unref (self->tried);
  g_ptr_array_unref (self->merged);
  g_array_unref (self->items);
  g_ptr_array_unref (self->saved);
  genlm_earley_table_clear (&self->circular);
  genlm_earley_table_clear (&self->nodes);
  genlm_earley_heap_clear (&self->heap);
}

guint64
genlm_earley_store_get_memory (const GenlmEarleyStore *self)
{
  return self->heap.memory + genlm_earley_table_get_memory (&self->nodes)
         + genlm_earley_table_get_memory (&self->circular);
}
