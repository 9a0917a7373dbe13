#include "genlm-byte-dfa.h"

#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"

/* States are cut from blocks of this many bytes. */
#define BLOCK_SIZE (64u * 1024u)

/* What only the builder sees. The part that is walked comes first. */
typedef struct
{
  GenlmByteDfa    open;
  gatomicrefcount ref_count;
  GMutex          mutex;
  GenlmByteExprs *exprs;
  GHashTable     *state_by_expr;
  GPtrArray      *blocks;
  gsize           block_used;
  guint           n_states;
} Dfa;

static gsize
state_size (const Dfa *self)
{
  return sizeof (GenlmByteState) + self->open.n_classes * sizeof (GenlmByteState *);
}

static GenlmByteState *
allocate_state (Dfa *self)
{
  gsize size = state_size (self);
  gpointer state;

  if (self->blocks->len == 0 || self->block_used + size > BLOCK_SIZE)
    {
      g_ptr_array_add (self->blocks, g_malloc0 (BLOCK_SIZE));
      self->block_used = 0;
    }
  state = (guint8 *) g_ptr_array_index (self->blocks, self->blocks->len - 1) + self->block_used;
  self->block_used += size;
  return state;
}

/* Called under the lock. NULL when a limit is passed. */
static GenlmByteState *
intern_state (Dfa           *self,
              GenlmByteExpr  expr)
{
  gboolean live = genlm_byte_exprs_is_live (self->exprs, expr);
  GenlmByteState *state;

  if (!genlm_byte_exprs_charge (self->exprs, 0, 0))
    return NULL;
  if (!live)
    return self->open.dead;
  state = g_hash_table_lookup (self->state_by_expr, GUINT_TO_POINTER (expr));
  if (state != NULL)
    return state;
  if (!genlm_byte_exprs_charge (self->exprs, 1, state_size (self) + 4 * sizeof (gpointer)))
    return NULL;
  state = allocate_state (self);
  state->expr = expr;
  state->index = self->n_states++;
  state->accepting = genlm_byte_exprs_is_nullable (self->exprs, expr);
  g_hash_table_insert (self->state_by_expr, GUINT_TO_POINTER (expr), state);
  return state;
}

/* The dead state leads to itself, so that a walk need not ask. */
static void
add_dead_state (Dfa *self)
{
  GenlmByteState *dead = allocate_state (self);
  guint i;

  dead->expr = GENLM_BYTE_EXPR_NOTHING;
  dead->index = self->n_states++;
  for (i = 0; i < self->open.n_classes; i++)
    dead->next[i] = dead;
  self->open.dead = dead;
}

/* Takes the store, also when it fails. */
GenlmByteDfa *
genlm_byte_dfa_new (GenlmByteExprs  *exprs,
                    GenlmByteExpr    root,
                    GError         **error)
{
  Dfa *self = g_new0 (Dfa, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->exprs = exprs;
  self->state_by_expr = g_hash_table_new (NULL, NULL);
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->open.n_classes = genlm_byte_exprs_seal (exprs, self->open.classes);
  add_dead_state (self);
  self->open.start = intern_state (self, root);
  if (!genlm_byte_exprs_check (exprs, error))
    {
      genlm_byte_dfa_unref (&self->open);
      return NULL;
    }
  genlm_byte_exprs_end_building (exprs);
  return &self->open;
}

GenlmByteDfa *
genlm_byte_dfa_new_for_regex (const char               *pattern,
                              gsize                     length,
                              const char               *charset,
                              const GenlmEngineLimits  *limits,
                              GError                  **error)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (limits);
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (pattern, length, charset, error);
  GenlmByteExpr root;

  if (tree == NULL || !genlm_regex_compile (tree, exprs, &root, error))
    return NULL;
  return genlm_byte_dfa_new (g_steal_pointer (&exprs), root, error);
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
  g_hash_table_unref (dfa->state_by_expr);
  genlm_byte_exprs_free (dfa->exprs);
  g_mutex_clear (&dfa->mutex);
  g_free (dfa);
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
  next = intern_state (dfa, genlm_byte_exprs_derive (dfa->exprs, state->expr, byte));
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
