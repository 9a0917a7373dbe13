#pragma once

/* The weights of next tokens that were made last, by state of an automaton,
 * within a bound on bytes. What has weight for few tokens only is kept as a
 * list of them. For any number of threads. */

#include <genlm.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmWeightsCache GenlmWeightsCache;

GENLM_ENGINE_API GenlmWeightsCache *genlm_weights_cache_new        (guint64            max_memory);
GENLM_ENGINE_API void               genlm_weights_cache_free       (GenlmWeightsCache *self);
GENLM_ENGINE_API GenlmWeights      *genlm_weights_cache_lookup     (GenlmWeightsCache *self,
                                                                    gconstpointer      state);
GENLM_ENGINE_API void               genlm_weights_cache_insert     (GenlmWeightsCache *self,
                                                                    gconstpointer      state,
                                                                    GenlmWeights      *weights,
                                                                    const double      *values);
GENLM_ENGINE_API guint64            genlm_weights_cache_get_memory (GenlmWeightsCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeightsCache, genlm_weights_cache_free)

G_END_DECLS
