#pragma once

/* An automaton that reads the contexts of one vocabulary: hangs its states on
 * the nodes of contexts, so that a longer context costs what is new in it, and
 * keeps the masks it made. For any number of threads. Matchers of one
 * automaton know each other, so that there is one for each vocabulary. */

#include <genlm.h>

#include "genlm-byte-dfa.h"

G_BEGIN_DECLS

typedef struct _GenlmByteMatcher GenlmByteMatcher;

GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_new         (GenlmByteDfa      *dfa,
                                                                   GenlmVocab        *vocab,
                                                                   guint64            max_memory);
GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_coerce      (GenlmByteMatcher  *self,
                                                                   GenlmVocab        *vocab);
GENLM_ENGINE_API GenlmByteMatcher *genlm_byte_matcher_ref         (GenlmByteMatcher  *self);
GENLM_ENGINE_API void              genlm_byte_matcher_unref       (GenlmByteMatcher  *self);
GENLM_ENGINE_API GenlmVocab       *genlm_byte_matcher_get_vocab   (GenlmByteMatcher  *self);
GENLM_ENGINE_API GenlmByteDfa     *genlm_byte_matcher_get_dfa     (GenlmByteMatcher  *self);
GENLM_ENGINE_API GenlmByteState   *genlm_byte_matcher_find_state  (GenlmByteMatcher  *self,
                                                                   GenlmContext      *context,
                                                                   GError           **error);
GENLM_ENGINE_API GenlmTokenSet    *genlm_byte_matcher_dup_mask    (GenlmByteMatcher  *self,
                                                                   GenlmByteState    *state,
                                                                   GError           **error);
GENLM_ENGINE_API void              genlm_byte_matcher_clear_masks (GenlmByteMatcher  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmByteMatcher, genlm_byte_matcher_unref)

G_END_DECLS
