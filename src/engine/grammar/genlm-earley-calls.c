#include "genlm-earley-calls.h"

#include <string.h>

#define NOTHING (G_MAXUINT32)

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

struct _GenlmEarleyCalls
{
  const GenlmEarleyRules *rules;
  GenlmEarleyStore       *store;
  GenlmEarleyClock       *clock;
  GenlmEarleyTable        groups;

  /* Of the node that was asked for last. */
  GArray                 *skipped;
  GHashTable             *known_rests;
  GArray                 *returns;
  GArray                 *called;
  Call                   *calls;
  guint32                 stamp;
  GenlmEarleyNode        *stand_ins; /* for the nodes of a group that is being made */
};

/* --- What is called ------------------------------------------------------ */

static Return *
return_at (GenlmEarleyCalls *self,
           guint32           index)
{
  return &g_array_index (self->returns, Return, index);
}

/* Notes that a nonterminal is called. */
static void
add_call (GenlmEarleyCalls *self,
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
skip_symbols (GenlmEarleyCalls *self,
              GenlmEarleyItem   item)
{
  const GenlmEarleySuffix *suffixes = self->rules->suffixes;

  do
    {
      guint64 key = ((guint64) item.suffix << 32) | genlm_earley_node_get_id (item.node);

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
list_skipped (GenlmEarleyCalls *self,
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
find_calls (GenlmEarleyCalls *self)
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
get_returned (GenlmEarleyCalls *self,
              const Return     *back)
{
  return back->caller == NOTHING ? back->node : self->calls[back->caller].node;
}

/* Finds where a nonterminal returns to that is alone in its component. */
static void
resolve_single (GenlmEarleyCalls *self,
                guint32           nonterminal)
{
  Call *call = &self->calls[nonterminal];
  GenlmEarleyNode *stand_in = &self->stand_ins[0];
  GenlmEarleyNode *only = NULL;
  gboolean is_circular = FALSE;
  guint n_returns = 0;
  guint32 i;

  genlm_earley_store_begin (self->store);
  for (i = call->first_return; i != NOTHING; i = return_at (self, i)->next)
    {
      const Return *back = return_at (self, i);

      if (back->caller == nonterminal)
        {
          is_circular |= back->rest != GENLM_EARLEY_END;
          genlm_earley_store_add_rest (self->store, back->rest, stand_in);
          continue;
        }
      n_returns++;
      only = back->rest == GENLM_EARLEY_END ? get_returned (self, back) : NULL;
      genlm_earley_store_add_rest (self->store, back->rest, get_returned (self, back));
    }
  genlm_earley_store_merge (self->store);
  if (is_circular)
    call->node = genlm_earley_store_intern_circular (self->store, stand_in);
  else
    call->node = n_returns == 1 && only != NULL ? only : genlm_earley_store_intern (self->store);
}

/* Marks the members that return to where @member does. */
static void
mark_tails (GenlmEarleyCalls *self,
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
list_returns (GenlmEarleyCalls *self,
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
        genlm_earley_store_add_rest (self->store, back->rest,
                                     &self->stand_ins[rules->place[back->caller]]);
      else
        genlm_earley_store_add_rest (self->store, back->rest, get_returned (self, back));
    }
}

static guint64
hash_group (const GenlmEarleyGroup *group)
{
  guint64 hash = group->component;
  guint32 i;

  for (i = 0; i < group->n_members; i++)
    hash = genlm_earley_hash_add (hash, genlm_earley_node_get_id (group->nodes[i]));
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
allocate_group (GenlmEarleyCalls *self,
                guint32           component)
{
  const guint32 *first = &self->rules->first_member[component];
  guint32 n_members = first[1] - first[0];
  GenlmEarleyGroup *group;

  group = genlm_earley_heap_alloc (&self->store->heap,
                                   sizeof *group + 2 * n_members * sizeof (GenlmEarleyNode *));
  group->moved = NULL;
  group->component = component;
  group->n_members = n_members;
  return group;
}

static gboolean
fill_group (GenlmEarleyCalls  *self,
            GenlmEarleyGroup  *group,
            GError           **error)
{
  guint32 n_members = group->n_members;
  GenlmEarleyNode **made = &group->nodes[n_members];
  g_autofree gboolean *marks = g_new (gboolean, n_members);
  guint32 first_id = self->store->next_id;
  guint32 i;
  guint32 j;

  for (i = 0; i < n_members; i++)
    self->stand_ins[i].id = first_id + i;
  for (i = 0; i < n_members; i++)
    {
      memset (marks, 0, n_members * sizeof *marks);
      mark_tails (self, group->component, i, marks);
      genlm_earley_store_begin (self->store);
      for (j = 0; j < n_members; j++)
        if (marks[j])
          {
            if (group->nodes[j] != NULL)
              genlm_earley_store_add_all (self->store, group->nodes[j]);
            list_returns (self, group->component, j, TRUE);
          }
      genlm_earley_store_merge (self->store);
      if (!genlm_earley_clock_spend (self->clock, self->store->items->len + n_members, error))
        break;
      made[i] = genlm_earley_store_make (self->store);
      made[i]->group = group;
    }
  self->stand_ins[0].id = GENLM_EARLEY_NEW_ID;
  if (i < n_members)
    return FALSE;
  for (i = 0; i < n_members; i++)
    {
      genlm_earley_node_replace (made[i], self->stand_ins, made, n_members);
      genlm_earley_store_keep (self->store, made[i]);
    }
  return TRUE;
}

/* Finds where the nonterminals of a component return to, all of which are
 * called when one is. */
static gboolean
resolve_group (GenlmEarleyCalls  *self,
               guint32            component,
               GError           **error)
{
  GenlmEarleyGroup *group = allocate_group (self, component);
  GenlmEarleyGroup *known;
  guint64 hash;
  guint32 i;

  for (i = 0; i < group->n_members; i++)
    {
      genlm_earley_store_begin (self->store);
      list_returns (self, component, i, FALSE);
      genlm_earley_store_merge (self->store);
      if (!genlm_earley_clock_spend (self->clock, self->store->items->len, error))
        return FALSE;
      group->nodes[i] = NULL;
      if (self->store->items->len > 0)
        group->nodes[i] = genlm_earley_store_intern (self->store);
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
resolve_calls (GenlmEarleyCalls  *self,
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
      if (!genlm_earley_clock_spend (self->clock, self->store->items->len, error))
        return FALSE;
    }
  return TRUE;
}

/* Finds what is called after a node, and where it returns to. FALSE when a limit
 * is passed. */
gboolean
genlm_earley_calls_find (GenlmEarleyCalls  *self,
                         GenlmEarleyNode   *node,
                         GError           **error)
{
  list_skipped (self, node);
  find_calls (self);
  return genlm_earley_clock_spend (self->clock, self->skipped->len + self->returns->len, error)
         && resolve_calls (self, error);
}

static void
add_scan (GenlmEarleyCalls *self,
          GArray           *scans,
          guint32           suffix,
          GenlmEarleyNode  *node)
{
  guint32 symbol = self->rules->suffixes[suffix].symbol;
  GenlmEarleyScan scan = { GENLM_GRAMMAR_TERMINAL_INDEX (symbol), suffix, node };

  if (GENLM_GRAMMAR_IS_TERMINAL (symbol) && suffix != GENLM_EARLEY_FINISH)
    g_array_append_val (scans, scan);
}

/* Lists what may be read next, in any order and maybe twice. */
void
genlm_earley_calls_list_scans (GenlmEarleyCalls *self,
                               GArray           *scans)
{
  const GenlmEarleyRules *rules = self->rules;
  guint32 i;
  guint32 j;

  for (i = 0; i < self->skipped->len; i++)
    add_scan (self, scans, g_array_index (self->skipped, GenlmEarleyItem, i).suffix,
              g_array_index (self->skipped, GenlmEarleyItem, i).node);
  for (i = 0; i < self->called->len; i++)
    {
      guint32 nonterminal = g_array_index (self->called, guint32, i);

      for (j = rules->first_corner[nonterminal]; j < rules->first_corner[nonterminal + 1]; j++)
        add_scan (self, scans, rules->corners[j], self->calls[nonterminal].node);
    }
}

/* --- All of it ----------------------------------------------------------- */

/* Forgets all groups but those that are saved from now on. */
void
genlm_earley_calls_begin_collect (GenlmEarleyCalls *self)
{
  genlm_earley_table_clear (&self->groups);
  genlm_earley_table_init (&self->groups);
}

/* Where the group is moved to. */
GenlmEarleyGroup *
genlm_earley_calls_save_group (GenlmEarleyCalls *self,
                               GenlmEarleyGroup *group)
{
  guint32 i;

  if (group == NULL || group->moved != NULL)
    return group != NULL ? group->moved : NULL;
  group->moved = allocate_group (self, group->component);
  for (i = 0; i < 2 * group->n_members; i++)
    group->moved->nodes[i] = genlm_earley_store_save (self->store, group->nodes[i]);
  genlm_earley_table_insert (&self->groups, hash_group (group->moved), group->moved);
  return group->moved;
}

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

/* All of these outlive it. */
GenlmEarleyCalls *
genlm_earley_calls_new (const GenlmEarleyRules *rules,
                        GenlmEarleyStore       *store,
                        GenlmEarleyClock       *clock)
{
  GenlmEarleyCalls *self = g_new0 (GenlmEarleyCalls, 1);

  self->rules = rules;
  self->store = store;
  self->clock = clock;
  genlm_earley_table_init (&self->groups);
  self->skipped = g_array_new (FALSE, FALSE, sizeof (GenlmEarleyItem));
  self->known_rests = g_hash_table_new_full (hash_rest, g_int64_equal, g_free, NULL);
  self->returns = g_array_new (FALSE, FALSE, sizeof (Return));
  self->called = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->calls = g_new0 (Call, (gsize) rules->n_nonterminals + 1);
  self->stand_ins = g_new0 (GenlmEarleyNode, find_largest_component (rules));
  self->stand_ins[0].id = GENLM_EARLEY_NEW_ID;
  return self;
}

void
genlm_earley_calls_free (GenlmEarleyCalls *self)
{
  g_free (self->stand_ins);
  g_free (self->calls);
  g_array_unref (self->called);
  g_array_unref (self->returns);
  g_hash_table_unref (self->known_rests);
  g_array_unref (self->skipped);
  genlm_earley_table_clear (&self->groups);
  g_free (self);
}

guint64
genlm_earley_calls_get_memory (const GenlmEarleyCalls *self)
{
  return genlm_earley_table_get_memory (&self->groups);
}
