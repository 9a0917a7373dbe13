#pragma once

/* What the files of frames and their slots share. */

#include "genlm-json-frame-draft.h"

G_BEGIN_DECLS

/* In place of the claim of an effect that does not matter. */
#define GENLM_JSON_SLOT_SKIPPED (G_MAXUINT32 - 1)

GenlmJsonFrame      *genlm_json_frame_finish           (GenlmJsonBook        *book,
                                                        GenlmJsonAsk         *ask,
                                                        GenlmJsonBody        *body,
                                                        GenlmJsonFrameDraft  *draft);
guint32              genlm_json_frame_get_others_order (GenlmJsonBook        *book,
                                                        const GenlmJsonBody  *body);
gboolean             genlm_json_frame_may_have_class   (const GenlmJsonFrame *self,
                                                        const GenlmJsonClass *klass,
                                                        GenlmJsonBook        *book);
GenlmJsonPlan       *genlm_json_slot_make_plan         (GenlmJsonBook        *book,
                                                        GenlmJsonSlot        *slot);
const GenlmJsonGoal *genlm_json_slot_make_goal         (GenlmJsonBook        *book,
                                                        const GenlmJsonSlot  *slot,
                                                        guint                 n);
void                 genlm_json_slot_apply             (GenlmJsonBook        *book,
                                                        const GenlmJsonSlot  *slot,
                                                        GenlmJsonFrameDraft  *draft,
                                                        const guint8         *truths);

G_END_DECLS
