#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-particle.h"

G_BEGIN_DECLS

#define GENLM_TYPE_SEQUENCES (genlm_sequences_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmSequences, genlm_sequences, GENLM, SEQUENCES, GObject)

GENLM_AVAILABLE_IN_ALL
guint          genlm_sequences_get_size               (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
GenlmParticle *genlm_sequences_get_particle           (GenlmSequences *self,
                                                       guint           index);
GENLM_AVAILABLE_IN_ALL
GVariant      *genlm_sequences_get_posterior          (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
GVariant      *genlm_sequences_get_token_posterior    (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_log_evidence       (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_log_total          (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_ess                (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_probability        (GenlmSequences *self,
                                                       guint           index);
GENLM_AVAILABLE_IN_ALL
guint64        genlm_sequences_get_seed               (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
guint          genlm_sequences_get_n_steps            (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
guint          genlm_sequences_get_n_resamplings      (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
guint64        genlm_sequences_get_n_deaths           (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
guint64        genlm_sequences_get_n_tokens           (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_total_seconds      (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_model_seconds      (GenlmSequences *self);
GENLM_AVAILABLE_IN_ALL
double         genlm_sequences_get_constraint_seconds (GenlmSequences *self);

G_END_DECLS
