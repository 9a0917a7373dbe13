#include "genlm-byte-dfa.h"

#include <string.h>

/* States are cut from blocks of this many bytes. */
#define BLOCK_SIZE (64u * 1024u)

/* What only the builder sees. The part that is walked comes first. */
typedef struct
{
  GenlmByteDfa    open;
  gatomicrefcount ref_count;
  GMutex          mutex;
  GenlmByteExprs *exprs;
  /* The states, by what they hold. */
  GHashTable     *states;
  /* Items of a state that is being made, and the labels it accepts. */
  GArray         *items;
  GArray         *accepts;
  GPtrArray      *blocks;
  guint8         *block;
  gsize           block_used;
  guint           n_states;
} Dfa;

static guint
hash_state (gconstpointer data)
{
  const GenlmByteState *state = data;
  /* The goal is often that of an item, so it must not undo one. */
  guint64 hash = (state->goal + 1) * G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  guint32 i;

  for (i = 0; i < state->n_items; i++)
    {
      hash ^= ((guint64) state->items[i].label << 32) | state->items[i].expr;
      hash *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 32;
    }
  return (guint) hash;
}

static gboolean
equal_states (gconstpointer a,
              gconstpointer b)
{
  const GenlmByteState *x = a;
  const GenlmByteState *y = b;

  return x->n_items == y->n_items && x->goal == y->goal
         && (x->n_items == 0
             || memcmp (x->items, y->items, x->n_items * sizeof (GenlmByteItem)) == 0);
}

/* The items and the accepted labels lie behind the transitions. */
static gsize
state_size (const Dfa *self,
            gsize      n_items,
            gsize      n_accepts)
{
  gsize size = sizeof (GenlmByteState) + self->open.n_classes * sizeof (GenlmByteState *)
               + n_items * sizeof (GenlmByteItem) + n_accepts * sizeof (guint32);

  return (size + 7) & ~(gsize) 7;
}

/* A state that leaves little room in a block has one of its own. */
static gpointer
allocate (Dfa   *self,
          gsize  size)
{
  gpointer memory;

  if (size > BLOCK_SIZE / 8)
    {
      memory = g_malloc0 (size);
      g_ptr_array_add (self->blocks, memory);
      return memory;
    }
  if (self->block == NULL || self->block_used + size > BLOCK_SIZE)
    {
      self->block = g_malloc0 (BLOCK_SIZE);
      self->block_used = 0;
      g_ptr_array_add (self->blocks, self->block);
    }
  memory = self->block + self->block_used;
  self->block_used += size;
  return memory;
}

static GenlmByteState *
add_state (Dfa                 *self,
           const GenlmByteItem *items,
           guint32              n_items,
           GenlmByteExpr        goal)
{
  GenlmByteState *state;
  GenlmByteItem *own_items;
  guint32 *own_accepts;
  guint32 i;

  g_array_set_size (self->accepts, 0);
  for (i = 0; i < n_items; i++)
    if (genlm_byte_exprs_is_nullable (self->exprs, items[i].expr))
      g_array_append_val (self->accepts, items[i].label);
  state = allocate (self, state_size (self, n_items, self->accepts->len));
  own_items = (GenlmByteItem *) &state->next[self->open.n_classes];
  own_accepts = (guint32 *) (own_items + n_items);
  for (i = 0; i < n_items; i++)
    own_items[i] = items[i];
  for (i = 0; i < self->accepts->len; i++)
    own_accepts[i] = g_array_index (self->accepts, guint32, i);
  state->index = self->n_states++;
  state->accepting = self->accepts->len > 0;
  state->n_accepts = self->accepts->len;
  state->n_items = n_items;
  state->accepts = own_accepts;
  state->items = own_items;
  state->goal = goal;
  return state;
}

/* The state of what lies in the list of items, which is sorted and holds live
 * expressions only. Called under the lock. NULL when a limit is passed. */
static GenlmByteState *
intern_state (Dfa           *self,
              GenlmByteExpr  goal)
{
  GenlmByteState wanted = { .n_items = self->items->len,
                            .items = (const GenlmByteItem *) self->items->data,
                            .goal = goal };
  GenlmByteState *state;

  if (!genlm_byte_exprs_charge (self->exprs, 0, 0))
    return NULL;
  if (self->items->len == 0)
    return self->open.dead;
  state = g_hash_table_lookup (self->states, &wanted);
  if (state != NULL)
    return state;
  if (!genlm_byte_exprs_charge (self->exprs, 1,
                                state_size (self, wanted.n_items, wanted.n_items)
                                  + 4 * sizeof (gpointer)))
    return NULL;
  state = add_state (self, wanted.items, wanted.n_items, goal);
  g_hash_table_add (self->states, state);
  return state;
}

/* The dead state leads to itself, so that a walk need not ask. */
static void
add_dead_state (Dfa *self)
{
  GenlmByteState *dead = add_state (self, NULL, 0, GENLM_BYTE_EXPR_NOTHING);
  guint i;

  for (i = 0; i < self->open.n_classes; i++)
    dead->next[i] = dead;
  self->open.dead = dead;
}

/* An automaton without states, but the dead one, of any expressions of the
 * store. Takes the store, also when it fails; which bytes can be told apart is
 * settled here, so all sets that are ever needed must have been made. */
GenlmByteDfa *
genlm_byte_dfa_new (GenlmByteExprs  *exprs,
                    GError         **error)
{
  Dfa *self = g_new0 (Dfa, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->exprs = exprs;
  self->states = g_hash_table_new (hash_state, equal_states);
  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmByteItem));
  self->accepts = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->open.n_classes = genlm_byte_exprs_seal (exprs, self->open.classes);
  add_dead_state (self);
  if (!genlm_byte_exprs_check (exprs, error))
    {
      genlm_byte_dfa_unref (&self->open);
      return NULL;
    }
  genlm_byte_exprs_end_building (exprs);
  return &self->open;
}

GenlmByteDfa *
genlm_byte_dfa_ref (GenlmByteDfa *self)
{
  g_atomic_ref_count_inc (&((Dfa *) self)->ref_count);
  return self;
}

void
genlm_byte_dfa_unref (GenlmByteDfa *self)
{
  Dfa *dfa = (Dfa *) self;

  if (!g_atomic_ref_count_dec (&dfa->ref_count))
    return;
  g_ptr_array_unref (dfa->blocks);
  g_array_unref (dfa->accepts);
  g_array_unref (dfa->items);
  g_hash_table_unref (dfa->states);
  genlm_byte_exprs_free (dfa->exprs);
  g_mutex_clear (&dfa->mutex);
  g_free (dfa);
}

static int
compare_labels (gconstpointer a,
                gconstpointer b)
{
  const GenlmByteItem *x = a;
  const GenlmByteItem *y = b;

  return x->label < y->label ? -1 : x->label > y->label;
}

/* Sorts the list of items, and makes one of those that share a label. */
static void
sort_items (Dfa *self)
{
  guint n_kept = 0;
  guint i;

  g_array_sort (self->items, compare_labels);
  for (i = 0; i < self->items->len; i++)
    {
      GenlmByteItem item = g_array_index (self->items, GenlmByteItem, i);
      GenlmByteItem *last = &g_array_index (self->items, GenlmByteItem, MAX (n_kept, 1) - 1);

      if (n_kept > 0 && last->label == item.label)
        {
          GenlmByteExpr both[2] = { last->expr, item.expr };

          last->expr = genlm_byte_exprs_make_union (self->exprs, both, 2);
        }
      else
        g_array_index (self->items, GenlmByteItem, n_kept++) = item;
    }
  g_array_set_size (self->items, n_kept);
}

/* A state to start from: items in any order. May be called at any time; what
 * it has to find out may take as long as the deadline allows. NULL when a
 * limit is passed. */
GenlmByteState *
genlm_byte_dfa_intern (GenlmByteDfa         *self,
                       const GenlmByteItem  *items,
                       guint                 n_items,
                       GenlmByteExpr         goal,
                       GError              **error)
{
  Dfa *dfa = (Dfa *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&dfa->mutex);
  GenlmByteState *state;
  guint i;

  genlm_byte_exprs_begin_building (dfa->exprs);
  g_array_set_size (dfa->items, 0);
  if (genlm_byte_exprs_is_live (dfa->exprs, goal))
    for (i = 0; i < n_items; i++)
      if (genlm_byte_exprs_is_live (dfa->exprs, items[i].expr))
        g_array_append_val (dfa->items, items[i]);
  sort_items (dfa);
  state = intern_state (dfa, goal);
  genlm_byte_exprs_end_building (dfa->exprs);
  return genlm_byte_exprs_check (dfa->exprs, error) ? state : NULL;
}

/* The store, for making unions, intersections, complements, concatenations
 * and repeats of its expressions. It must be given back by
 * genlm_byte_dfa_unlock_exprs() soon: nobody can add to the automaton
 * meanwhile. No set of bytes may be made that is not one of before. */
GenlmByteExprs *
genlm_byte_dfa_lock_exprs (GenlmByteDfa *self)
{
  Dfa *dfa = (Dfa *) self;

  g_mutex_lock (&dfa->mutex);
  genlm_byte_exprs_begin_building (dfa->exprs);
  return dfa->exprs;
}

/* FALSE when a limit was passed; what was made is of no use then. */
gboolean
genlm_byte_dfa_unlock_exprs (GenlmByteDfa  *self,
                             GError       **error)
{
  Dfa *dfa = (Dfa *) self;
  gboolean ok = genlm_byte_exprs_check (dfa->exprs, error);

  genlm_byte_exprs_end_building (dfa->exprs);
  g_mutex_unlock (&dfa->mutex);
  return ok;
}

/* Fills the list of items with what may follow @byte, and returns the goal. */
static GenlmByteExpr
derive_items (Dfa                  *self,
              const GenlmByteState *state,
              guint8                byte)
{
  GenlmByteExpr goal = genlm_byte_exprs_derive (self->exprs, state->goal, byte);
  guint32 i;

  g_array_set_size (self->items, 0);
  if (!genlm_byte_exprs_is_live_after (self->exprs, goal, state->goal))
    return goal;
  for (i = 0; i < state->n_items; i++)
    {
      GenlmByteItem item = { state->items[i].label,
                             genlm_byte_exprs_derive (self->exprs, state->items[i].expr, byte) };

      if (genlm_byte_exprs_is_live_after (self->exprs, item.expr, state->items[i].expr))
        g_array_append_val (self->items, item);
    }
  return goal;
}

GenlmByteState *
genlm_byte_dfa_add_transition (GenlmByteDfa    *self,
                               GenlmByteState  *state,
                               guint8           byte,
                               GError         **error)
{
  Dfa *dfa = (Dfa *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&dfa->mutex);
  GenlmByteState *next = genlm_byte_dfa_peek_next (self, state, byte);

  if (next != NULL)
    return next;
  next = intern_state (dfa, derive_items (dfa, state, byte));
  if (!genlm_byte_exprs_check (dfa->exprs, error))
    return NULL;
  __atomic_store_n (&state->next[self->classes[byte]], next, __ATOMIC_RELEASE);
  return next;
}

/* Steps over bytes until the end or the dead state. */
GenlmByteState *
genlm_byte_dfa_walk (GenlmByteDfa    *self,
                     GenlmByteState  *state,
                     const guint8    *bytes,
                     gsize            n_bytes,
                     GError         **error)
{
  gsize i;

  for (i = 0; i < n_bytes && state != NULL && state != self->dead; i++)
    state = genlm_byte_dfa_step (self, state, bytes[i], error);
  return state;
}

static GenlmByteState *
find_clamped (Dfa                  *self,
              const GenlmByteState *state,
              guint32               depth)
{
  guint32 i;

  g_array_set_size (self->items, 0);
  for (i = 0; i < state->n_items; i++)
    {
      GenlmByteItem item = { state->items[i].label,
                             genlm_byte_exprs_clamp (self->exprs, state->items[i].expr, depth) };

      g_array_append_val (self->items, item);
    }
  return intern_state (self, genlm_byte_exprs_clamp (self->exprs, state->goal, depth));
}

/* A state that cannot be told from @state by reading up to @n_bytes bytes: its
 * labels are accepted and it is dead after the same ones. States that differ
 * only in how far a large count has come mostly give the same one. NULL when a
 * limit is passed. */
GenlmByteState *
genlm_byte_dfa_clamp (GenlmByteDfa    *self,
                      GenlmByteState  *state,
                      gsize            n_bytes,
                      GError         **error)
{
  static const guint32 depths[] = { 32, 128, 1024 };
  Dfa *dfa = (Dfa *) self;
  g_autoptr (GMutexLocker) locker = NULL;
  GenlmByteState *clamped;
  guint i = 0;

  while (i < G_N_ELEMENTS (depths) && n_bytes > depths[i])
    i++;
  if (i == G_N_ELEMENTS (depths))
    return state;
  clamped = __atomic_load_n (&state->clamped[i], __ATOMIC_ACQUIRE);
  if (clamped != NULL)
    return clamped;
  locker = g_mutex_locker_new (&dfa->mutex);
  clamped = find_clamped (dfa, state, depths[i]);
  if (!genlm_byte_exprs_check (dfa->exprs, error))
    return NULL;
  __atomic_store_n (&state->clamped[i], clamped, __ATOMIC_RELEASE);
  return clamped;
}

guint
genlm_byte_dfa_get_n_states (GenlmByteDfa *self)
{
  Dfa *dfa = (Dfa *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&dfa->mutex);

  return dfa->n_states;
}

guint64
genlm_byte_dfa_get_memory (GenlmByteDfa *self)
{
  Dfa *dfa = (Dfa *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&dfa->mutex);

  return genlm_byte_exprs_get_memory (dfa->exprs);
}
