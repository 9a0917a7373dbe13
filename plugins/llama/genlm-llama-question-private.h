#pragma once

#include "genlm-llama-cache-private.h"
#include "genlm-llama-engine-private.h"

G_BEGIN_DECLS

typedef struct _GenlmLlamaQuestion GenlmLlamaQuestion;
typedef struct _GenlmLlamaReader GenlmLlamaReader;

/**
 * GenlmLlamaReader:
 * @prompt: what the model reads before each context
 * @weight_map: for each token of the vocabulary the place of its logit, or %G_MAXUINT32 if its weight is zero
 * @key: of the weight of a context, kept on its node
 *
 * How a potential reads a model: what a question needs of it, all immutable.
 */
struct _GenlmLlamaReader
{
  GenlmLlamaEngine *engine;
  GenlmLlamaCache  *cache;
  guint32          *prompt;
  gsize             n_prompt;
  const guint32    *weight_map;
  double            temperature;
  guint64           key;
};

void              genlm_llama_reader_clear        (GenlmLlamaReader     *self);

void              genlm_llama_question_ask        (GenlmPotential       *potential,
                                                   GenlmLlamaReader     *reader,
                                                   GenlmRequest         *request);
GenlmScores      *genlm_llama_question_score_sync (GenlmPotential       *potential,
                                                   GenlmLlamaReader     *reader,
                                                   GenlmMethod           method,
                                                   GenlmBatch           *batch,
                                                   GError              **error);
GenlmWeightsList *genlm_llama_question_next_sync  (GenlmPotential       *potential,
                                                   GenlmLlamaReader     *reader,
                                                   GenlmBatch           *batch,
                                                   GError              **error);

G_END_DECLS
