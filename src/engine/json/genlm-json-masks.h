#pragma once

/* What may follow a place in a JSON text, by tokens of one vocabulary; and
 * what has been found out about that, within bounds. For any number of
 * threads. */

#include "genlm-json-cursor.h"
#include "genlm-trie-index.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonMasks GenlmJsonMasks;

GenlmJsonMasks *genlm_json_masks_new  (GenlmTrieIndex        *index,
                                       GenlmJsonBook         *book,
                                       guint                  max_spaces,
                                       guint64                max_memory);
void            genlm_json_masks_free (GenlmJsonMasks        *self);
GenlmTokenSet  *genlm_json_masks_make (GenlmJsonMasks        *self,
                                       GenlmJsonBook         *book,
                                       const GenlmJsonCursor *cursor,
                                       GError               **error);

G_END_DECLS
