#pragma once

/* Finished masks by what they depend on, within bounds; those of few tokens
 * are kept as lists. For any number of threads. */

#include <genlm.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmMaskCache GenlmMaskCache;

GENLM_ENGINE_API GenlmMaskCache *genlm_mask_cache_new        (guint64          max_memory);
GENLM_ENGINE_API void            genlm_mask_cache_free       (GenlmMaskCache  *self);
GENLM_ENGINE_API GenlmTokenSet  *genlm_mask_cache_lookup     (GenlmMaskCache  *self,
                                                              gconstpointer    key,
                                                              gsize            key_size);
GENLM_ENGINE_API void            genlm_mask_cache_insert     (GenlmMaskCache  *self,
                                                              gconstpointer    key,
                                                              gsize            key_size,
                                                              GenlmTokenSet   *mask);
GENLM_ENGINE_API guint64         genlm_mask_cache_get_memory (GenlmMaskCache  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmMaskCache, genlm_mask_cache_free)

G_END_DECLS
