#include "genlm-earley-lock.h"

/* Threads take parts in turn. */
static guint n_readers;
static _Thread_local guint reader;

void
genlm_earley_lock_init (GenlmEarleyLock *self)
{
  guint i;

  for (i = 0; i < GENLM_EARLEY_LOCK_PARTS; i++)
    g_mutex_init (&self->parts[i].mutex);
}

void
genlm_earley_lock_clear (GenlmEarleyLock *self)
{
  guint i;

  for (i = 0; i < GENLM_EARLEY_LOCK_PARTS; i++)
    g_mutex_clear (&self->parts[i].mutex);
}

/* Returns what this thread is to lock to read. */
GMutex *
genlm_earley_lock_read (GenlmEarleyLock *self)
{
  if (G_UNLIKELY (reader == 0))
    reader = __atomic_fetch_add (&n_readers, 1, __ATOMIC_RELAXED) % GENLM_EARLEY_LOCK_PARTS + 1;
  return &self->parts[reader - 1].mutex;
}

void
genlm_earley_lock_write (GenlmEarleyLock *self)
{
  guint i;

  for (i = 0; i < GENLM_EARLEY_LOCK_PARTS; i++)
    g_mutex_lock (&self->parts[i].mutex);
}

void
genlm_earley_lock_written (GenlmEarleyLock *self)
{
  guint i;

  for (i = GENLM_EARLEY_LOCK_PARTS; i > 0; i--)
    g_mutex_unlock (&self->parts[i - 1].mutex);
}
