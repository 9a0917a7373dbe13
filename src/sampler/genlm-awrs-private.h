#pragma once

#include "genlm-awrs.h"
#include "genlm-trial-private.h"

G_BEGIN_DECLS

/* Replaces where the random choices of all draws come from, so that a test can
 * replay or enumerate them. */
void genlm_awrs_set_choices (GenlmAwrs               *self,
                             const GenlmTrialChoices *choices,
                             gpointer                 data);

G_END_DECLS
