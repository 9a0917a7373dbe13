#include "genlm-weights-cache.h"

#include <math.h>

/* One in so many weights, at most, is above zero in what is kept as a list. */
#define SPARSE (4u)

#define COUNTED_AT_ONCE (1024u)

typedef struct
{
  gatomicrefcount  ref_count;
  guint64          memory;
  gsize            size;
  /* All of them, or otherwise those that are above zero. */
  GenlmWeights    *weights;
  guint32          n_tokens;
  guint32         *tokens;
  double          *values;
} Entry;

/* Two generations: entries come into the young one; when that holds half of
 * what may be held it becomes the old one, whose entries are let go unless
 * they were asked for meanwhile, which makes them young again. */
typedef struct
{
  GHashTable *entries;
  guint64     memory;
} Generation;

struct _GenlmWeightsCache
{
  GMutex     mutex;
  guint64    max_memory;
  Generation young;
  Generation old;
};

/* How many there are, or more than @enough: then the rest is not read. */
static gsize
count_positive (const double *values,
                gsize         size,
                gsize         enough)
{
  gsize n_positive = 0;
  gsize start;
  gsize i;

  for (start = 0; start < size && n_positive <= enough; start += COUNTED_AT_ONCE)
    {
      gsize end = MIN (start + COUNTED_AT_ONCE, size);

#pragma omp simd reduction(+ : n_positive)
      for (i = start; i < end; i++)
        n_positive += values[i] > -INFINITY;
    }
  return n_positive;
}

static Entry *
entry_new (GenlmWeights *weights,
           const double *values)
{
  Entry *self = g_new0 (Entry, 1);
  gsize size = genlm_weights_get_size (weights);
  gsize n_positive = count_positive (values, size, size / SPARSE);
  gsize i;

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  if (n_positive > size / SPARSE)
    {
      self->weights = genlm_weights_ref (weights);
      self->memory = size * sizeof (double) + 256;
      return self;
    }
  self->tokens = g_new (guint32, n_positive);
  self->values = g_new (double, n_positive);
  for (i = 0; i < self->size; i++)
    if (values[i] > -INFINITY)
      {
        self->tokens[self->n_tokens] = (guint32) i;
        self->values[self->n_tokens++] = values[i];
      }
  self->memory = n_positive * (sizeof (double) + sizeof (guint32)) + 256;
  return self;
}

static void
entry_unref (gpointer data)
{
  Entry *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->weights, genlm_weights_unref);
  g_free (self->values);
  g_free (self->tokens);
  g_free (self);
}

static GenlmWeights *
entry_to_weights (const Entry *self)
{
  GenlmWeights *weights;
  double *values;
  gsize i;

  if (self->weights != NULL)
    return genlm_weights_ref (self->weights);
  weights = genlm_weights_new_uninit (self->size, &values);
#pragma omp simd
  for (i = 0; i < self->size; i++)
    values[i] = -INFINITY;
  for (i = 0; i < self->n_tokens; i++)
    values[self->tokens[i]] = self->values[i];
  return weights;
}

static void
generation_init (Generation *self)
{
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_unref);
  self->memory = 0;
}

/* Takes the entry. */
static void
add_young (GenlmWeightsCache *self,
           gconstpointer      state,
           Entry             *entry)
{
  if (entry->memory > self->max_memory / 2
      || g_hash_table_contains (self->young.entries, state))
    {
      entry_unref (entry);
      return;
    }
  if (self->young.memory + entry->memory > self->max_memory / 2)
    {
      g_hash_table_unref (self->old.entries);
      self->old = self->young;
      generation_init (&self->young);
    }
  self->young.memory += entry->memory;
  g_hash_table_insert (self->young.entries, (gpointer) state, entry);
}

GenlmWeightsCache *
genlm_weights_cache_new (guint64 max_memory)
{
  GenlmWeightsCache *self = g_new0 (GenlmWeightsCache, 1);

  g_mutex_init (&self->mutex);
  self->max_memory = max_memory;
  generation_init (&self->young);
  generation_init (&self->old);
  return self;
}

void
genlm_weights_cache_free (GenlmWeightsCache *self)
{
  g_hash_table_unref (self->old.entries);
  g_hash_table_unref (self->young.entries);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static Entry *
find_entry (GenlmWeightsCache *self,
            gconstpointer      state)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = g_hash_table_lookup (self->young.entries, state);

  if (entry != NULL)
    {
      g_atomic_ref_count_inc (&entry->ref_count);
      return entry;
    }
  entry = g_hash_table_lookup (self->old.entries, state);
  if (entry == NULL)
    return NULL;
  g_atomic_ref_count_inc (&entry->ref_count);
  g_atomic_ref_count_inc (&entry->ref_count);
  add_young (self, state, entry);
  return entry;
}

/* Returns a new reference, or NULL. */
GenlmWeights *
genlm_weights_cache_lookup (GenlmWeightsCache *self,
                            gconstpointer      state)
{
  Entry *entry = find_entry (self, state);
  GenlmWeights *weights;

  if (entry == NULL)
    return NULL;
  weights = entry_to_weights (entry);
  entry_unref (entry);
  return weights;
}

/* @values are those of @weights, in memory that was used last: what was just
 * written into new memory is slow to be read. */
void
genlm_weights_cache_insert (GenlmWeightsCache *self,
                            gconstpointer      state,
                            GenlmWeights      *weights,
                            const double      *values)
{
  Entry *entry = entry_new (weights, values);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  add_young (self, state, entry);
}

guint64
genlm_weights_cache_get_memory (GenlmWeightsCache *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->young.memory + self->old.memory;
}
