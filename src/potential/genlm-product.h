#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential-base.h"

G_BEGIN_DECLS

#define GENLM_TYPE_PRODUCT (genlm_product_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmProduct, genlm_product, GENLM, PRODUCT, GenlmPotentialBase)

GENLM_AVAILABLE_IN_ALL
GenlmProduct   *genlm_product_new        (GenlmPotential *first,
                                          GenlmPotential *second,
                                          GError        **error);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_product_get_first  (GenlmProduct   *self);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_product_get_second (GenlmProduct   *self);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_potential_multiply (GenlmPotential *self,
                                          GenlmPotential *other,
                                          GError        **error);

G_END_DECLS
