#include "genlm-bounded-table.h"

#include <string.h>

/* Threads seldom wait for each other: a key belongs to one of several parts,
 * each with a lock of its own. A part has room for many values. */
#define MIN_PART_MEMORY (G_GUINT64_CONSTANT (1) << 20)
#define MAX_PARTS       (16u)

/* About what the table takes for an entry beside what is allocated. */
#define SLOT_SIZE       (64u)

typedef struct
{
  guint64       hash;
  gsize         size;
  gconstpointer bytes;
} Key;

typedef struct
{
  Key      key;
  gpointer value;
  gsize    cost;
  guint8   bytes[];
} Entry;

/* Two generations: values enter the young one; when that holds half of what
 * may be held it becomes the old one, whose values are let go unless they were
 * asked for meanwhile, which makes them young again. */
typedef struct
{
  GMutex      mutex;
  GHashTable *young;
  GHashTable *old;
  guint64     young_memory;
  guint64     old_memory;
} Part;

struct _GenlmBoundedTable
{
  GenlmDupFunc   dup_value;
  GDestroyNotify free_value;
  guint64        max_generation;
  guint          n_parts;
  Part           parts[MAX_PARTS];
};

static guint64
hash_bytes (const guint8 *bytes,
            gsize         size)
{
  guint64 hash = size;

  while (size > 0)
    {
      guint64 word = 0;
      gsize n = MIN (size, sizeof word);

      memcpy (&word, bytes, n);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 32;
      bytes += n;
      size -= n;
    }
  return hash * G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
}

static Key
make_key (gconstpointer bytes,
          gsize         size)
{
  return (Key) { hash_bytes (bytes, size), size, bytes };
}

static guint
hash_key (gconstpointer key)
{
  return (guint) (((const Key *) key)->hash >> 32);
}

static gboolean
equal_keys (gconstpointer a,
            gconstpointer b)
{
  const Key *x = a;
  const Key *y = b;

  return x->hash == y->hash && x->size == y->size && memcmp (x->bytes, y->bytes, x->size) == 0;
}

static void
free_generation (GenlmBoundedTable *self,
                 GHashTable        *generation)
{
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, generation);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    {
      self->free_value (((Entry *) entry)->value);
      g_free (entry);
    }
  g_hash_table_unref (generation);
}

/* Values are handed out by @dup_value, which is called under a lock. A table
 * without memory keeps nothing. */
GenlmBoundedTable *
genlm_bounded_table_new (guint64        max_memory,
                         GenlmDupFunc   dup_value,
                         GDestroyNotify free_value)
{
  GenlmBoundedTable *self = g_new0 (GenlmBoundedTable, 1);
  guint i;

  self->dup_value = dup_value;
  self->free_value = free_value;
  self->n_parts = (guint) CLAMP (max_memory / MIN_PART_MEMORY, 1, MAX_PARTS);
  self->max_generation = max_memory / self->n_parts / 2;
  for (i = 0; i < self->n_parts; i++)
    {
      g_mutex_init (&self->parts[i].mutex);
      self->parts[i].young = g_hash_table_new (hash_key, equal_keys);
      self->parts[i].old = g_hash_table_new (hash_key, equal_keys);
    }
  return self;
}

void
genlm_bounded_table_free (GenlmBoundedTable *self)
{
  guint i;

  for (i = 0; i < self->n_parts; i++)
    {
      free_generation (self, self->parts[i].young);
      free_generation (self, self->parts[i].old);
      g_mutex_clear (&self->parts[i].mutex);
    }
  g_free (self);
}

static Part *
find_part (GenlmBoundedTable *self,
           const Key         *key)
{
  return &self->parts[(guint32) key->hash % self->n_parts];
}

/* Adds to the young generation, which becomes the old one if it is full.
 * Returns what nobody asked for, to be freed without the lock, or NULL. */
static GHashTable *
add_young (GenlmBoundedTable *self,
           Part              *part,
           Entry             *entry)
{
  GHashTable *gone = NULL;

  if (part->young_memory + entry->cost > self->max_generation)
    {
      gone = part->old;
      part->old = part->young;
      part->old_memory = part->young_memory;
      part->young = g_hash_table_new (hash_key, equal_keys);
      part->young_memory = 0;
    }
  g_hash_table_add (part->young, entry);
  part->young_memory += entry->cost;
  return gone;
}

/* Returns what @dup_value makes of the value, or NULL if there is none. */
gpointer
genlm_bounded_table_lookup (GenlmBoundedTable *self,
                            gconstpointer      key,
                            gsize              key_size)
{
  Key wanted = make_key (key, key_size);
  Part *part = find_part (self, &wanted);
  GHashTable *gone = NULL;
  gpointer value = NULL;
  Entry *entry;

  g_mutex_lock (&part->mutex);
  entry = g_hash_table_lookup (part->young, &wanted);
  if (entry == NULL)
    {
      entry = g_hash_table_lookup (part->old, &wanted);
      if (entry != NULL)
        {
          g_hash_table_steal (part->old, entry);
          part->old_memory -= entry->cost;
          gone = add_young (self, part, entry);
        }
    }
  if (entry != NULL)
    value = self->dup_value (entry->value);
  g_mutex_unlock (&part->mutex);
  if (gone != NULL)
    free_generation (self, gone);
  return value;
}

/* Keeps what @dup_value makes of @value, unless there is a value already, or
 * no room for it at all. @value_size is about what it takes, in bytes. */
void
genlm_bounded_table_insert (GenlmBoundedTable *self,
                            gconstpointer      key,
                            gsize              key_size,
                            gpointer           value,
                            gsize              value_size)
{
  Key wanted = make_key (key, key_size);
  Part *part = find_part (self, &wanted);
  gsize cost = value_size + sizeof (Entry) + key_size + SLOT_SIZE;
  GHashTable *gone = NULL;
  Entry *entry;

  if (cost > self->max_generation)
    return;
  g_mutex_lock (&part->mutex);
  if (!g_hash_table_contains (part->young, &wanted) && !g_hash_table_contains (part->old, &wanted))
    {
      entry = g_malloc (sizeof (Entry) + key_size);
      memcpy (entry->bytes, key, key_size);
      entry->key = (Key) { wanted.hash, key_size, entry->bytes };
      entry->value = self->dup_value (value);
      entry->cost = cost;
      gone = add_young (self, part, entry);
    }
  g_mutex_unlock (&part->mutex);
  if (gone != NULL)
    free_generation (self, gone);
}

guint64
genlm_bounded_table_get_memory (GenlmBoundedTable *self)
{
  guint64 memory = 0;
  guint i;

  for (i = 0; i < self->n_parts; i++)
    {
      g_mutex_lock (&self->parts[i].mutex);
      memory += self->parts[i].young_memory + self->parts[i].old_memory;
      g_mutex_unlock (&self->parts[i].mutex);
    }
  return memory;
}
