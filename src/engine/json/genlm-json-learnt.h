#pragma once

/* What was learnt about the frames of one book, by tokens of one vocabulary. For any
 * number of threads. */

#include "genlm-bounded-table.h"
#include "genlm-walk-memo.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount    ref_count;
  guint64            book_id;
  GMutex             lock;
  GenlmBoundedTable *masks;
  GHashTable        *memos; /* GenlmByteDfa → GenlmWalkMemo */
} GenlmJsonLearnt;

GenlmJsonLearnt *genlm_json_learnt_new      (guint64          book_id,
                                             guint64          max_memory);
void             genlm_json_learnt_unref    (GenlmJsonLearnt *self);
GenlmWalkMemo   *genlm_json_learnt_get_memo (GenlmJsonLearnt *self,
                                             GenlmTrieIndex  *index,
                                             GenlmByteDfa    *dfa,
                                             guint64          max_memory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmJsonLearnt, genlm_json_learnt_unref)

G_END_DECLS
