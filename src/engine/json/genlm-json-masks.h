#pragma once

/* What may follow a place in a JSON text, by tokens of one vocabulary. */

#include "genlm-json-cursor.h"
#include "genlm-trie-index.h"

G_BEGIN_DECLS

GenlmTokenSet *genlm_json_masks_walk (GenlmTrieIndex        *index,
                                      GenlmJsonBook         *book,
                                      guint                  max_spaces,
                                      const GenlmJsonCursor *cursor,
                                      GError               **error);

G_END_DECLS
