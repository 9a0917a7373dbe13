#pragma once

/* The masks that were made last, by state of an automaton, within a bound on
 * bytes. A mask that is there costs a reference. For any number of threads. */

#include <genlm.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmMaskCache GenlmMaskCache;

GENLM_ENGINE_API GenlmMaskCache *genlm_mask_cache_new         (guint64         max_memory);
GENLM_ENGINE_API GenlmMaskCache *genlm_mask_cache_ref         (GenlmMaskCache *self);
GENLM_ENGINE_API void            genlm_mask_cache_unref       (GenlmMaskCache *self);
GENLM_ENGINE_API GenlmTokenSet  *genlm_mask_cache_lookup      (GenlmMaskCache *self,
                                                               gconstpointer   state);
GENLM_ENGINE_API void            genlm_mask_cache_insert      (GenlmMaskCache *self,
                                                               gconstpointer   state,
                                                               GenlmTokenSet  *mask);
GENLM_ENGINE_API void            genlm_mask_cache_clear       (GenlmMaskCache *self);
GENLM_ENGINE_API guint64         genlm_mask_cache_get_memory  (GenlmMaskCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmMaskCache, genlm_mask_cache_unref)

G_END_DECLS
