#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential-base.h"

G_BEGIN_DECLS

#define GENLM_TYPE_AUTOBATCH (genlm_autobatch_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmAutobatch, genlm_autobatch, GENLM, AUTOBATCH, GenlmPotentialBase)

GENLM_AVAILABLE_IN_ALL
GenlmAutobatch *genlm_autobatch_new            (GenlmPotential *potential);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_autobatch_get_potential  (GenlmAutobatch *self);
GENLM_AVAILABLE_IN_ALL
void            genlm_autobatch_close          (GenlmAutobatch *self);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_potential_to_autobatched (GenlmPotential *self);

G_END_DECLS
