#pragma once

#include "genlm-llama-job-private.h"
#include "genlm-llama-model-private.h"

G_BEGIN_DECLS

typedef struct _GenlmLlamaEngine GenlmLlamaEngine;

typedef struct
{
  guint    threads;       /* 0: as many as there are free processors */
  guint    context_size;
  guint    max_sequences;
  gboolean exact;
} GenlmLlamaSettings;

GenlmLlamaEngine *genlm_llama_engine_acquire        (const char                *path,
                                                     const GenlmLlamaSettings  *settings,
                                                     GError                   **error);
GenlmLlamaEngine *genlm_llama_engine_ref            (GenlmLlamaEngine          *self);
void              genlm_llama_engine_unref          (GenlmLlamaEngine          *self);
GenlmLlamaModel  *genlm_llama_engine_get_model      (GenlmLlamaEngine          *self);
gsize             genlm_llama_engine_get_n_decoded  (GenlmLlamaEngine          *self);
gsize             genlm_llama_engine_get_n_batches  (GenlmLlamaEngine          *self);
void              genlm_llama_engine_submit         (GenlmLlamaEngine          *self,
                                                     GenlmLlamaJob             *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLlamaEngine, genlm_llama_engine_unref)

G_END_DECLS
