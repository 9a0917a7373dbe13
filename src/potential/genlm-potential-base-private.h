#pragma once

#include "genlm-potential-base.h"

G_BEGIN_DECLS

GenlmVocab  *genlm_potential_base_peek_vocab   (GenlmPotentialBase *self);
GenlmTraits  genlm_potential_base_peek_traits  (GenlmPotentialBase *self);
guint        genlm_potential_base_peek_timeout (GenlmPotentialBase *self);

G_END_DECLS
