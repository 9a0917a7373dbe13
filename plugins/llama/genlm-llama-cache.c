/* The next-token weights of the contexts that were asked for last, so that a
 * prefix or a complete right after a logw_next needs no work. Bounded; used
 * from any thread. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-cache-private.h"

#define MAX_BYTES    (16u << 20)
#define MIN_ENTRIES  4
#define MAX_RESERVED 256

typedef struct
{
  GList         link;
  GenlmContext *context;
  GenlmWeights *weights;
} Entry;

struct _GenlmLlamaCache
{
  GMutex      mutex;
  GHashTable *entries; /* context → entry */
  GQueue      queue;   /* the one used last first */
  gsize       max_entries;
};

static guint
context_hash (gconstpointer key)
{
  return genlm_context_hash ((GenlmContext *) key);
}

static gboolean
context_equal (gconstpointer a,
               gconstpointer b)
{
  return genlm_context_equal ((GenlmContext *) a, (GenlmContext *) b);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  genlm_context_unref (entry->context);
  genlm_weights_unref (entry->weights);
  g_free (entry);
}

/* Makes a cache for vectors of @n_weights entries. */
GenlmLlamaCache *
genlm_llama_cache_new (gsize n_weights)
{
  GenlmLlamaCache *self = g_new0 (GenlmLlamaCache, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->queue);
  self->entries = g_hash_table_new_full (context_hash, context_equal, NULL, entry_free);
  self->max_entries = MAX (MAX_BYTES / (n_weights * sizeof (double)), MIN_ENTRIES);
  return self;
}

void
genlm_llama_cache_free (GenlmLlamaCache *self)
{
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Makes room for as many contexts as are asked at once: with less, all of them
 * would be forgotten before what follows is asked. */
void
genlm_llama_cache_reserve (GenlmLlamaCache *self,
                           gsize            n_entries)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->max_entries = MAX (self->max_entries, MIN (n_entries, MAX_RESERVED));
}

/* Returns a new reference, or NULL. */
GenlmWeights *
genlm_llama_cache_lookup (GenlmLlamaCache *self,
                          GenlmContext    *context)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = g_hash_table_lookup (self->entries, context);

  if (entry == NULL)
    return NULL;

  g_queue_unlink (&self->queue, &entry->link);
  g_queue_push_head_link (&self->queue, &entry->link);
  return genlm_weights_ref (entry->weights);
}

void
genlm_llama_cache_put (GenlmLlamaCache *self,
                       GenlmContext    *context,
                       GenlmWeights    *weights)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry;

  if (g_hash_table_contains (self->entries, context))
    return;

  if (self->queue.length == self->max_entries)
    {
      entry = g_queue_pop_tail_link (&self->queue)->data;
      g_hash_table_remove (self->entries, entry->context);
    }

  entry = g_new0 (Entry, 1);
  entry->link.data = entry;
  entry->context = genlm_context_ref (context);
  entry->weights = genlm_weights_ref (weights);
  g_queue_push_head_link (&self->queue, &entry->link);
  g_hash_table_insert (self->entries, entry->context, entry);
}
