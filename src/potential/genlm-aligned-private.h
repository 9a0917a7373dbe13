#pragma once

#include "genlm-potential-base.h"
#include "genlm-token-set.h"

G_BEGIN_DECLS

#define GENLM_TYPE_ALIGNED (genlm_aligned_get_type ())
G_DECLARE_FINAL_TYPE (GenlmAligned, genlm_aligned, GENLM, ALIGNED, GenlmPotentialBase)

GenlmAligned  *genlm_aligned_new          (GenlmPotential *base,
                                           GenlmVocab     *vocab);
GenlmTokenSet *genlm_aligned_get_readable (GenlmAligned   *self);

G_END_DECLS
