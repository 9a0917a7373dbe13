#pragma once

#include "genlm-byte-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_WFSA_POTENTIAL (genlm_wfsa_potential_get_type ())

G_DECLARE_FINAL_TYPE (GenlmWfsaPotential, genlm_wfsa_potential, GENLM, WFSA_POTENTIAL,
                      GenlmBytePotential)

G_END_DECLS
