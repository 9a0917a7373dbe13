#pragma once

#include "genlm-vocab.h"

G_BEGIN_DECLS

GenlmTrie *genlm_trie_new  (const guint8  *data,
                            const guint32 *offsets,
                            guint32        n_tokens);
void       genlm_trie_free (GenlmTrie     *self);

G_END_DECLS
