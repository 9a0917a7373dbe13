#include "genlm-json-learnt.h"

#include "genlm-json-mask.h"

GenlmJsonLearnt *
genlm_json_learnt_new (guint64 book_id,
                       guint64 max_memory)
{
  GenlmJsonLearnt *self = g_new0 (GenlmJsonLearnt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->book_id = book_id;
  g_mutex_init (&self->lock);
  self->masks = genlm_bounded_table_new (max_memory / 2, genlm_json_mask_ref,
                                         (GDestroyNotify) genlm_json_mask_unref);
  self->memos = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_walk_memo_free);
  return self;
}

void
genlm_json_learnt_unref (GenlmJsonLearnt *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  genlm_bounded_table_free (self->masks);
  g_hash_table_unref (self->memos);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* What walks of an automaton found. The memory of all such memos is bounded
 * by what each may take and by their number. */
GenlmWalkMemo *
genlm_json_learnt_get_memo (GenlmJsonLearnt *self,
                            GenlmTrieIndex  *index,
                            GenlmByteDfa    *dfa,
                            guint64          max_memory)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GenlmWalkMemo *memo = g_hash_table_lookup (self->memos, dfa);

  if (memo == NULL)
    {
      memo = genlm_walk_memo_new (index, dfa, max_memory);
      g_hash_table_insert (self->memos, dfa, memo);
    }
  return memo;
}
