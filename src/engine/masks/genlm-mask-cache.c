#include "genlm-mask-cache.h"

/* Two generations: masks enter the young one; when that holds half of what
 * may be held it becomes the old one, whose masks are let go unless they were
 * asked for meanwhile, which makes them young again. */
typedef struct
{
  GHashTable *masks;
  guint64     memory;
} Generation;

struct _GenlmMaskCache
{
  gatomicrefcount ref_count;
  GMutex          mutex;
  guint64         max_memory;
  Generation      young;
  Generation      old;
};

static void
generation_init (Generation *self)
{
  self->masks = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_token_set_unref);
  self->memory = 0;
}

/* What a mask takes, with the room of its entry in a table. */
static guint64
measure (GenlmTokenSet *mask)
{
  return genlm_token_set_get_size (mask) / 8 + 256;
}

static void
add_young (GenlmMaskCache *self,
           gconstpointer   state,
           GenlmTokenSet  *mask)
{
  guint64 size = measure (mask);

  if (size > self->max_memory / 2)
    return;
  if (self->young.memory + size > self->max_memory / 2)
    {
      g_hash_table_unref (self->old.masks);
      self->old = self->young;
      generation_init (&self->young);
    }
  if (g_hash_table_insert (self->young.masks, (gpointer) state, genlm_token_set_ref (mask)))
    self->young.memory += size;
}

GenlmMaskCache *
genlm_mask_cache_new (guint64 max_memory)
{
  GenlmMaskCache *self = g_new0 (GenlmMaskCache, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->max_memory = max_memory;
  generation_init (&self->young);
  generation_init (&self->old);
  return self;
}

GenlmMaskCache *
genlm_mask_cache_ref (GenlmMaskCache *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_mask_cache_unref (GenlmMaskCache *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->old.masks);
  g_hash_table_unref (self->young.masks);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Returns a new reference, or NULL. */
GenlmTokenSet *
genlm_mask_cache_lookup (GenlmMaskCache *self,
                         gconstpointer   state)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GenlmTokenSet *mask = g_hash_table_lookup (self->young.masks, state);

  if (mask == NULL)
    {
      mask = g_hash_table_lookup (self->old.masks, state);
      if (mask == NULL)
        return NULL;
      genlm_token_set_ref (mask);
      add_young (self, state, mask);
      return mask;
    }
  return genlm_token_set_ref (mask);
}

void
genlm_mask_cache_insert (GenlmMaskCache *self,
                         gconstpointer   state,
                         GenlmTokenSet  *mask)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  add_young (self, state, mask);
}

void
genlm_mask_cache_clear (GenlmMaskCache *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_unref (self->old.masks);
  g_hash_table_unref (self->young.masks);
  generation_init (&self->young);
  generation_init (&self->old);
}

guint64
genlm_mask_cache_get_memory (GenlmMaskCache *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->young.memory + self->old.memory;
}
