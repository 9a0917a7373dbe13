#include "genlm-weighted-dfa.h"

/* States are cut from blocks of this many bytes, or have one of their own. */
#define BLOCK_SIZE (64u * 1024u)

static gboolean
is_final_known (GenlmWeightedState *state)
{
  double log_final;

  __atomic_load (&state->log_final, &log_final, __ATOMIC_RELAXED);
  return !isnan (log_final);
}

/* What a state takes, with @n_more bytes of data behind it. */
gsize
genlm_weighted_dfa_measure (const GenlmWeightedDfa *self,
                            gsize                   n_more)
{
  return sizeof (GenlmWeightedState) + self->n_classes * sizeof (GenlmWeightedArc)
         + ((n_more + 7) & ~(gsize) 7);
}

/* A state of which nothing is known yet; its data point to the room behind
 * it. Who wants it counted counts it. */
GenlmWeightedState *
genlm_weighted_dfa_allocate (GenlmWeightedDfa *self,
                             gsize             n_more)
{
  gsize size = genlm_weighted_dfa_measure (self, n_more);
  GenlmWeightedState *state;

  if (size > BLOCK_SIZE / 8)
    {
      state = g_malloc0 (size);
      /* The open block stays the last one. */
      g_ptr_array_insert (self->blocks, 0, state);
    }
  else
    {
      if (self->block_used + size > BLOCK_SIZE)
        {
          g_ptr_array_add (self->blocks, g_malloc0 (BLOCK_SIZE));
          self->block_used = 0;
        }
      state = (GenlmWeightedState *) ((guint8 *) g_ptr_array_index (self->blocks,
                                                                    self->blocks->len - 1)
                                      + self->block_used);
      self->block_used += size;
    }
  state->log_final = NAN;
  state->data = &state->arcs[self->n_classes];
  self->memory += size;
  return state;
}

/* The dead state is there afterwards, and is the start until there is
 * another. */
void
genlm_weighted_dfa_init (GenlmWeightedDfa            *self,
                         const GenlmWeightedDfaClass *klass,
                         guint                        n_classes,
                         const guint8                *classes,
                         const GenlmEngineLimits     *limits)
{
  guint i;

  self->klass = klass;
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->limits = *limits;
  self->n_classes = n_classes;
  memcpy (self->classes, classes, sizeof self->classes);
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->block_used = BLOCK_SIZE;
  self->log_total = -INFINITY;
  self->dead = genlm_weighted_dfa_allocate (self, 0);
  self->dead->log_final = -INFINITY;
  for (i = 0; i < n_classes; i++)
    self->dead->arcs[i] = (GenlmWeightedArc) { self->dead, -INFINITY };
  self->start = self->dead;
}

GenlmWeightedDfa *
genlm_weighted_dfa_ref (GenlmWeightedDfa *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_weighted_dfa_unref (GenlmWeightedDfa *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  self->klass->finalize (self);
  g_ptr_array_unref (self->blocks);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

GenlmWeightedState *
genlm_weighted_dfa_add_transition (GenlmWeightedDfa    *self,
                                   GenlmWeightedState  *state,
                                   guint8               byte,
                                   GError             **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GenlmWeightedState *next = genlm_weighted_dfa_peek_next (self, state, byte);

  if (next != NULL)
    return next;
  if (!self->klass->expand (self, state, self->classes[byte], error))
    return NULL;
  next = genlm_weighted_dfa_peek_next (self, state, byte);
  return next != NULL ? next : self->beyond;
}

/* The weight of ending in a state; FALSE with an error when a limit is
 * passed. */
gboolean
genlm_weighted_dfa_weigh_final (GenlmWeightedDfa    *self,
                                GenlmWeightedState  *state,
                                double              *log_weight,
                                GError             **error)
{
  if (!is_final_known (state))
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

      if (!is_final_known (state) && !self->klass->expand (self, state, 0, error))
        return FALSE;
    }
  __atomic_load (&state->log_final, log_weight, __ATOMIC_RELAXED);
  return TRUE;
}

guint
genlm_weighted_dfa_get_n_states (GenlmWeightedDfa *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_states;
}

guint64
genlm_weighted_dfa_get_memory (GenlmWeightedDfa *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->memory + self->klass->measure_more (self);
}
