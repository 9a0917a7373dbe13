/* See the header. */

#include "genlm-vec-place-private.h"

#include <sys/mman.h>

typedef enum
{
  STATE_FREE,
  STATE_TAKEN,  /* by a vector */
  STATE_LEFT,   /* to it */
} State;

struct _GenlmVecPlace
{
  gpointer memory;
  gsize    size;
  int      state;       /* State, atomic: a vector may go in any thread */
};

static GPrivate offered;

/* There is one at a time in each thread. */
GenlmVecPlace *
genlm_vec_place_offer (gpointer memory,
                       gsize    size)
{
  GenlmVecPlace *self = g_new (GenlmVecPlace, 1);

  *self = (GenlmVecPlace) { memory, size, STATE_FREE };
  g_private_set (&offered, self);
  return self;
}

static void
unmap (GenlmVecPlace *self)
{
  munmap (self->memory, self->size);
  g_free (self);
}

static void
release (gpointer data)
{
  GenlmVecPlace *self = data;
  int expected = STATE_TAKEN;

  if (!__atomic_compare_exchange_n (&self->state, &expected, STATE_FREE, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    unmap (self);
}

/* NULL if there is none of this size, or another vector is in it. */
GBytes *
genlm_vec_place_take (gsize     size,
                      gpointer *memory)
{
  GenlmVecPlace *self = g_private_get (&offered);
  int expected = STATE_FREE;

  if (self == NULL || self->size != size ||
      !__atomic_compare_exchange_n (&self->state, &expected, STATE_TAKEN, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return NULL;
  *memory = self->memory;
  return g_bytes_new_with_free_func (self->memory, size, release, self);
}

/* FALSE if a vector is still in it: then it must be left to that. */
gboolean
genlm_vec_place_end (GenlmVecPlace *self)
{
  g_private_set (&offered, NULL);
  if (__atomic_load_n (&self->state, __ATOMIC_ACQUIRE) != STATE_FREE)
    return FALSE;
  g_free (self);
  return TRUE;
}

/* The memory has become a mapping of its own, which goes with the vector. */
void
genlm_vec_place_leave (GenlmVecPlace *self)
{
  int expected = STATE_TAKEN;

  /* The vector may have gone meanwhile. */
  if (!__atomic_compare_exchange_n (&self->state, &expected, STATE_LEFT, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    unmap (self);
}
