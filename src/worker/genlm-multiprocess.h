#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential-base.h"

G_BEGIN_DECLS

#define GENLM_TYPE_MULTIPROCESS (genlm_multiprocess_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmMultiprocess, genlm_multiprocess, GENLM, MULTIPROCESS, GenlmPotentialBase)

GENLM_AVAILABLE_IN_ALL
GenlmMultiprocess *genlm_multiprocess_new             (GenlmPotential     *potential,
                                                       guint               n_workers,
                                                       GError            **error);
GENLM_AVAILABLE_IN_ALL
GenlmMultiprocess *genlm_multiprocess_new_from_recipe (GVariant           *recipe,
                                                       guint               n_workers,
                                                       GError            **error);
GENLM_AVAILABLE_IN_ALL
void               genlm_multiprocess_close           (GenlmMultiprocess  *self);

GENLM_AVAILABLE_IN_ALL
GenlmPotential    *genlm_potential_to_multiprocess    (GenlmPotential     *self,
                                                       guint               n_workers,
                                                       GError            **error);

G_END_DECLS
