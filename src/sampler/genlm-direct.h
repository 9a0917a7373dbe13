#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-sampler.h"

G_BEGIN_DECLS

#define GENLM_TYPE_DIRECT (genlm_direct_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmDirect, genlm_direct, GENLM, DIRECT, GObject)

GENLM_AVAILABLE_IN_ALL
GenlmDirect *genlm_direct_new (GenlmPotential  *potential,
                               GenlmPotential  *proposal,
                               GError         **error);

G_END_DECLS
