#pragma once

/* The keys that masks are kept by: what was looked at of a place. */

#include "genlm-json-walk.h"

G_BEGIN_DECLS

gboolean       genlm_json_mask_key_start  (GenlmJsonWalk         *walk,
                                           const GenlmJsonCursor *cursor,
                                           const GenlmWalk       *found,
                                           GByteArray            *key);
GenlmJsonMask *genlm_json_mask_key_lookup (GenlmJsonWalk         *walk,
                                           const GenlmJsonCursor *cursor,
                                           GByteArray            *key);
void           genlm_json_mask_key_keep   (GenlmJsonWalk         *walk,
                                           const GenlmJsonCursor *cursor,
                                           GByteArray            *key,
                                           GenlmJsonMask         *mask);

G_END_DECLS
