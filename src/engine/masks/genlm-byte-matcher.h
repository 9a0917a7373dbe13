#pragma once

/* A machine that reads the contexts of one vocabulary: hangs its states on the
 * nodes of contexts, so that a longer context costs what is new in it, and
 * gives a potential's answers. For any number of threads. Matchers of one
 * machine know each other, so that there is one for each vocabulary, and with
 * it one view. */

#include "genlm-byte-machine.h"

G_BEGIN_DECLS

typedef struct _GenlmByteMatcher GenlmByteMatcher;

GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_new         (GenlmByteMachine  *machine,
                                                                   GenlmVocab        *vocab);
GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_coerce      (GenlmByteMatcher  *self,
                                                                   GenlmVocab        *vocab);
GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_ref         (GenlmByteMatcher  *self);
GENLM_ENGINE_API void              genlm_byte_matcher_unref       (GenlmByteMatcher  *self);
GENLM_ENGINE_API GenlmVocab       *genlm_byte_matcher_get_vocab   (GenlmByteMatcher  *self);
GENLM_ENGINE_API GenlmByteMachine *genlm_byte_matcher_get_machine (GenlmByteMatcher  *self);
GENLM_ENGINE_API gpointer          genlm_byte_matcher_find_state  (GenlmByteMatcher  *self,
                                                                   GenlmContext      *context,
                                                                   GError           **error);
GENLM_ENGINE_API gboolean          genlm_byte_matcher_weigh       (GenlmByteMatcher  *self,
                                                                   GenlmContext      *context,
                                                                   double            *prefix,
                                                                   double            *complete,
                                                                   GError           **error);
GENLM_ENGINE_API GenlmTokenSet    *genlm_byte_matcher_dup_mask    (GenlmByteMatcher  *self,
                                                                   GenlmContext      *context,
                                                                   GError           **error);
GENLM_ENGINE_API GenlmWeights     *genlm_byte_matcher_dup_weights (GenlmByteMatcher  *self,
                                                                   GenlmContext      *context,
                                                                   GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmByteMatcher, genlm_byte_matcher_unref)

G_END_DECLS
