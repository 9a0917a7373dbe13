#pragma once

#include <genlm.h>

G_BEGIN_DECLS

GenlmVocab *genlm_check_vocab_load     (const char    *file,
                                        GCancellable  *cancellable,
                                        GError       **error);
GArray     *genlm_check_vocab_tokenise (GenlmVocab    *vocab,
                                        const char    *text,
                                        gsize          length);

G_END_DECLS
