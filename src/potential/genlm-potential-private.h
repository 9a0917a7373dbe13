#pragma once

#include "genlm-potential.h"
#include "genlm-request-private.h"

G_BEGIN_DECLS

/* Records the calling thread and its main context as the potential's own. */
void     genlm_potential_claim          (GenlmPotential *self);

/* Log weights over an element's vocabulary: its size and one more. */
gsize    genlm_potential_get_n_weights  (GenlmPotential *self);

/* Sets the error that says what next weights of a context of weight zero mean. */
void     genlm_potential_set_zero_error (GenlmPotential *self,
                                         GenlmContext   *context,
                                         GError        **error);
/* Sets the error of an implementation that failed in @what and did not say why. */
void     genlm_potential_set_silent_error (GenlmPotential *self,
                                           const char     *what,
                                           GError        **error);

/* Fills the interface in genlm_potential_default_init(). */
void     genlm_potential_install_defaults (GenlmPotentialInterface *iface);

G_END_DECLS
