#pragma once

#include "genlm-potential.h"

G_BEGIN_DECLS

/* What samplers and SMC demand of the vocabularies they are given. */
gboolean        genlm_vocabs_require       (GenlmPotential  *potential,
                                            const char      *element,
                                            GError         **error);
gboolean        genlm_vocabs_require_equal (GenlmPotential  *potential,
                                            GenlmPotential  *other,
                                            const char      *role,
                                            GError         **error);
GenlmPotential *genlm_vocabs_match         (GenlmPotential  *potential,
                                            GenlmPotential  *other,
                                            const char      *role,
                                            GError         **error);

G_END_DECLS
