#include "genlm-mask-cache.h"

#include "genlm-bounded-table.h"

/* A mask is kept as a list if that takes half the room at most. */
#define SPARSE_FACTOR (64u)

/* About what a set takes beside its tokens. */
#define SET_SIZE      (192u)

struct _GenlmMaskCache
{
  GenlmBoundedTable *table;
};

/* A list stays in the cache and is shared by sets of their own: words that
 * somebody makes of one do not stay in the cache. */
static gpointer
dup_mask (gpointer mask)
{
  GBytes *list = genlm_token_set_get_list (mask);

  if (list != NULL)
    return genlm_token_set_new_sparse (genlm_token_set_get_size (mask), list);
  return genlm_token_set_ref (mask);
}

/* @max_memory is in bytes; with 0 nothing is kept. */
GenlmMaskCache *
genlm_mask_cache_new (guint64 max_memory)
{
  GenlmMaskCache *self = g_new0 (GenlmMaskCache, 1);

  self->table = genlm_bounded_table_new (max_memory, dup_mask,
                                         (GDestroyNotify) genlm_token_set_unref);
  return self;
}

void
genlm_mask_cache_free (GenlmMaskCache *self)
{
  genlm_bounded_table_free (self->table);
  g_free (self);
}

/* Returns a new reference, or NULL. The key is any bytes. */
GenlmTokenSet *
genlm_mask_cache_lookup (GenlmMaskCache *self,
                         gconstpointer   key,
                         gsize           key_size)
{
  return genlm_bounded_table_lookup (self->table, key, key_size);
}

static GenlmTokenSet *
make_sparse (GenlmTokenSet *mask)
{
  gsize n_tokens;
  guint32 *tokens = genlm_token_set_dup_tokens (mask, &n_tokens);
  g_autoptr (GBytes) list = g_bytes_new_take (tokens, n_tokens * sizeof (guint32));

  return genlm_token_set_new_sparse (genlm_token_set_get_size (mask), list);
}

void
genlm_mask_cache_insert (GenlmMaskCache *self,
                         gconstpointer   key,
                         gsize           key_size,
                         GenlmTokenSet  *mask)
{
  gsize size = genlm_token_set_get_size (mask);
  gsize n_tokens = genlm_token_set_get_count (mask);
  gboolean is_list = genlm_token_set_get_list (mask) != NULL;
  g_autoptr (GenlmTokenSet) sparse = NULL;

  if (!is_list && n_tokens * SPARSE_FACTOR <= size)
    mask = sparse = make_sparse (mask);
  genlm_bounded_table_insert (self->table, key, key_size, mask,
                              SET_SIZE + (is_list || sparse != NULL ? n_tokens * sizeof (guint32)
                                                                    : size / 8));
}

guint64
genlm_mask_cache_get_memory (GenlmMaskCache *self)
{
  return genlm_bounded_table_get_memory (self->table);
}
