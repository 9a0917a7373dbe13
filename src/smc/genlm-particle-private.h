#pragma once

#include "genlm-particle.h"
#include "genlm-vocab.h"

G_BEGIN_DECLS

/* What a particle ended as; the strings and contexts are borrowed. */
typedef struct
{
  GenlmContext *context;
  double        log_weight;
  gboolean      ended;     /* with the end marker */
  GenlmFinish   finish;
  guint         step;
  const char   *cause;
} GenlmParticleState;

GenlmParticle *genlm_particle_new (GenlmVocab               *vocab,
                                   const GenlmParticleState *state);

G_END_DECLS
