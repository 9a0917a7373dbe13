#include "genlm-earley-nodes.h"

#include <string.h>

#include "genlm-earley-accepts.h"

#define NOTHING       (G_MAXUINT32)

/* How many nodes are tried in the place of another one. */
#define MAX_TRIES     (4u)

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

struct _GenlmEarleyNodes
{
  GenlmEarleyRules  *rules;
  GenlmEarleyClock  *clock;
  GenlmEarleyStore   store;
  GenlmEarleyCalls  *calls;
  GenlmEarleyTable   closures;
  GenlmEarleyAccepts accepts;
  GenlmEarleyNode   *start;
  GArray            *begun;
  GArray            *scans;
  GArray            *lexer_items;
};

/* --- Closures ------------------------------------------------------------ */

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
  GenlmEarleyClosure *closure = genlm_earley_heap_alloc (&self->store.heap, sizeof *closure + size);

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
  if (!genlm_earley_calls_find (self->calls, node, error))
    return NULL;
  g_array_set_size (self->scans, 0);
  genlm_earley_calls_list_scans (self->calls, self->scans);
  sort_scans (self->scans);
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

/* The number of the set of labels that a state accepts, which are some. */
guint32
genlm_earley_nodes_find_accept (GenlmEarleyNodes *self,
                                GenlmByteState   *state)
{
  return genlm_earley_accepts_find (&self->accepts, state);
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
  const GenlmEarleyAccept accept = genlm_earley_accepts_get (&self->accepts, target->accept);
  guint n_scans = 0;
  guint32 i;
  guint32 j;

  /* First, since it needs the lists itself. */
  for (i = 0; i < accept.n_labels; i++)
    for (j = find_first_scan (closure, accept.labels[i]);
         j < closure->n_scans && closure->scans[j].terminal == accept.labels[i]; j++)
      if (find_returned (self, &closure->scans[j], error) == NULL)
        return FALSE;
  genlm_earley_store_begin (&self->store);
  for (i = 0; i < accept.n_labels; i++)
    {
      target->keeps |= accept.labels[i] == self->rules->n_terminals;
      for (j = find_first_scan (closure, accept.labels[i]);
           j < closure->n_scans && closure->scans[j].terminal == accept.labels[i]; j++, n_scans++)
        {
          const GenlmEarleyScan *scan = &closure->scans[j];
          GenlmEarleyNode *node = find_returned (self, scan, NULL);
          guint32 rest = self->rules->suffixes[scan->suffix].rest;

          genlm_earley_store_add_rest (&self->store, rest, node);
          target->returns |= self->rules->suffixes[rest].nullable
                             && (scan->node->is_wide || node != closure->node);
        }
    }
  if (n_scans == 0)
    return TRUE;
  genlm_earley_store_merge (&self->store);
  if (!genlm_earley_clock_spend (self->clock, self->store.items->len, error))
    return FALSE;
  target->node = genlm_earley_store_intern (&self->store);
  target->node = genlm_earley_nodes_find_same (self, target->node, error);
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

  targets = genlm_earley_heap_alloc (&self->store.heap, size * sizeof (GenlmEarleyTarget));
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

static const GenlmEarleyItem *
peek_begun (GenlmEarleyNodes *self)
{
  return (const GenlmEarleyItem *) (gpointer) self->begun->data;
}

/* Whether of the terminal nothing but the listed items may be read. */
static gboolean
has_scans (GenlmEarleyNodes         *self,
           const GenlmEarleyClosure *closure,
           guint32                   terminal)
{
  const GenlmEarleyItem *items = peek_begun (self);
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
  GenlmEarleyNode *node;
  guint i;

  g_array_set_size (self->begun, 0);
  g_array_append_vals (self->begun, items, n_items);
  genlm_earley_items_sort (self->begun);
  for (i = 0; i < MIN (self->begun->len, MAX_TRIES); i++)
    {
      const GenlmEarleyClosure *closure;

      closure = ensure_closure (self, peek_begun (self)[i].node, error);
      if (closure == NULL)
        return NULL;
      if (has_scans (self, closure, terminal))
        return closure->node;
    }
  node = genlm_earley_store_intern_items (&self->store, self->begun);
  return genlm_earley_nodes_find_same (self, node, error);
}

/* --- Saving what is in use ----------------------------------------------- */

/* From here to the end of collecting, what is not saved is lost, and the heap
 * is a new one. */
void
genlm_earley_nodes_begin_collect (GenlmEarleyNodes *self)
{
  genlm_earley_store_begin_collect (&self->store);
  genlm_earley_calls_begin_collect (self->calls);
  genlm_earley_table_clear (&self->closures);
  genlm_earley_table_init (&self->closures);
  self->start = genlm_earley_nodes_save (self, self->start);
}

GenlmEarleyNode *
genlm_earley_nodes_save (GenlmEarleyNodes *self,
                         GenlmEarleyNode  *node)
{
  return genlm_earley_store_save (&self->store, node);
}

void
genlm_earley_nodes_end_collect (GenlmEarleyNodes *self)
{
  GPtrArray *saved = self->store.saved;
  guint i;

  /* The list grows meanwhile. */
  for (i = 0; i < saved->len; i++)
    {
      GenlmEarleyNode *node = g_ptr_array_index (saved, i);
      guint32 j;

      for (j = 0; j < node->n_items; j++)
        node->items[j].node = genlm_earley_nodes_save (self, node->items[j].node);
      node->group = genlm_earley_calls_save_group (self->calls, node->group);
      genlm_earley_store_keep (&self->store, node);
    }
  genlm_earley_store_end_collect (&self->store);
}

/* --- All of them --------------------------------------------------------- */

/* What all of several nodes may do. */
GenlmEarleyNode *
genlm_earley_nodes_unite (GenlmEarleyNodes  *self,
                          GenlmEarleyNode  **nodes,
                          guint              n_nodes)
{
  return genlm_earley_store_unite (&self->store, nodes, n_nodes);
}

static void
make_start (GenlmEarleyNodes *self)
{
  GenlmEarleyNode *finish;

  genlm_earley_store_begin (&self->store);
  genlm_earley_store_add (&self->store, GENLM_EARLEY_FINISH, NULL);
  finish = genlm_earley_store_intern (&self->store);
  genlm_earley_store_begin (&self->store);
  genlm_earley_store_add_rest (&self->store, self->rules->start, finish);
  genlm_earley_store_merge (&self->store);
  self->start = genlm_earley_store_intern (&self->store);
}

/* The rules, which must not have an empty language, and the clock outlive it. */
GenlmEarleyNodes *
genlm_earley_nodes_new (GenlmEarleyRules *rules,
                        GenlmEarleyClock *clock)
{
  GenlmEarleyNodes *self = g_new0 (GenlmEarleyNodes, 1);

  self->rules = rules;
  self->clock = clock;
  genlm_earley_store_init (&self->store, rules);
  self->calls = genlm_earley_calls_new (rules, &self->store, clock);
  genlm_earley_table_init (&self->closures);
  genlm_earley_accepts_init (&self->accepts);
  self->begun = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->scans = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyScan));
  self->lexer_items = g_array_new (FALSE, FALSE, sizeof (GenlmByteItem));
  make_start (self);
  return self;
}

void
genlm_earley_nodes_free (GenlmEarleyNodes *self)
{
  g_array_unref (self->lexer_items);
  g_array_unref (self->scans);
  g_array_unref (self->begun);
  genlm_earley_accepts_clear (&self->accepts);
  genlm_earley_table_clear (&self->closures);
  genlm_earley_calls_free (self->calls);
  genlm_earley_store_clear (&self->store);
  g_free (self);
}

/* From which the owner may take, too. */
GenlmEarleyHeap *
genlm_earley_nodes_get_heap (GenlmEarleyNodes *self)
{
  return &self->store.heap;
}

guint64
genlm_earley_nodes_get_memory (GenlmEarleyNodes *self)
{
  return genlm_earley_store_get_memory (&self->store) + genlm_earley_calls_get_memory (self->calls)
         + genlm_earley_table_get_memory (&self->closures);
}

GenlmEarleyNode *
genlm_earley_nodes_get_start (GenlmEarleyNodes *self)
{
  return self->start;
}
