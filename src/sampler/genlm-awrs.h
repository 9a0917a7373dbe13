#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-sampler.h"

G_BEGIN_DECLS

#define GENLM_TYPE_AWRS (genlm_awrs_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmAwrs, genlm_awrs, GENLM, AWRS, GObject)

GENLM_AVAILABLE_IN_ALL
GenlmAwrs *genlm_awrs_new (GenlmPotential  *potential,
                           GenlmPotential  *condition,
                           GError         **error);

G_END_DECLS
