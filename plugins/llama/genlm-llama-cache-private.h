#pragma once

#include <genlm.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaCache GenlmLlamaCache;

GenlmLlamaCache *genlm_llama_cache_new     (gsize            n_weights);
void             genlm_llama_cache_free    (GenlmLlamaCache *self);
void             genlm_llama_cache_reserve (GenlmLlamaCache *self,
                                            gsize            n_entries);
GenlmWeights    *genlm_llama_cache_lookup  (GenlmLlamaCache *self,
                                            GenlmContext    *context);
void             genlm_llama_cache_put     (GenlmLlamaCache *self,
                                            GenlmContext    *context,
                                            GenlmWeights    *weights);

G_END_DECLS
