#pragma once

/* The masks of one vocabulary. */

#include "genlm-earley-parser.h"
#include "genlm-trie-index.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyView GenlmEarleyView;

GenlmEarleyView *genlm_earley_view_new      (GenlmEarleyParser  *parser,
                                             GenlmTrieIndex     *index,
                                             guint64             max_memory,
                                             gboolean            without_caches);
void             genlm_earley_view_free     (GenlmEarleyView    *self);
GenlmTokenSet   *genlm_earley_view_dup_mask (GenlmEarleyView    *self,
                                             GenlmEarleyHandle  *handle,
                                             GError            **error);

G_END_DECLS
