#pragma once

#include "genlm-findings-private.h"

G_BEGIN_DECLS

typedef struct _GenlmTranscript GenlmTranscript;

GenlmTranscript *genlm_transcript_new     (GenlmPotential   *potential,
                                           GenlmBatch       *contexts,
                                           guint             timeout);
void             genlm_transcript_free    (GenlmTranscript  *self);
void             genlm_transcript_compare (GenlmTranscript  *self,
                                           GenlmTranscript  *other,
                                           GenlmFindings    *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTranscript, genlm_transcript_free)

G_END_DECLS
