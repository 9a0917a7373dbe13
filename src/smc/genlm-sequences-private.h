#pragma once

#include "genlm-sequences.h"
#include "genlm-vocab.h"

G_BEGIN_DECLS

/* What a run says about itself beside its particles. */
typedef struct
{
  guint64 seed;
  guint   n_steps;
  guint   n_resamplings;
  guint64 n_deaths;    /* also of particles that resampling replaced */
  guint64 n_tokens;    /* drawn, end markers included */
  double  total_seconds;
  double  model_seconds;
  double  constraint_seconds;
} GenlmRunSummary;

/* Takes the particles. */
GenlmSequences *genlm_sequences_new (GenlmVocab            *vocab,
                                     GPtrArray             *particles,
                                     const GenlmRunSummary *summary);

G_END_DECLS
