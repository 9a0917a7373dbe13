#pragma once

/* A mask as it is kept: the tokens that may follow all places that look alike,
 * names and items that were read before left out of account, and where those
 * would have counted. Or, in place of a mask, how much more closely a place has
 * to be looked at. */

#include <genlm.h>

#include "genlm-engine.h"
#include "genlm-json-marks.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount  ref_count;
  gsize            size;     /* of the mask */
  /* Not both; neither if a closer look is needed. */
  GBytes          *list;
  GenlmTokenSet   *dense;
  guint32          level;    /* of what is to be looked at */
  guint8           sight;
  /* The nodes of the trie where a name or an item ends that may have been read
   * before, and whether that may have been in the token itself. */
  gboolean         always;
  guint32          n_closings;
  guint32         *closings;
} GenlmJsonMask;

GenlmJsonMask *genlm_json_mask_new      (const GenlmJsonMarks *marks,
                                         gsize                 size,
                                         const guint32        *closings,
                                         guint32               n_closings,
                                         gboolean              always);
GenlmJsonMask *genlm_json_mask_new_look (guint32        level,
                                         guint8         sight);
gpointer       genlm_json_mask_ref      (gpointer       self);
void           genlm_json_mask_unref    (GenlmJsonMask *self);
GenlmTokenSet *genlm_json_mask_dup_set  (GenlmJsonMask *self);
gsize          genlm_json_mask_get_memory (const GenlmJsonMask *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmJsonMask, genlm_json_mask_unref)

G_END_DECLS
