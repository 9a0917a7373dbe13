#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_RANDOM (genlm_random_get_type ())

GENLM_AVAILABLE_IN_ALL
GType        genlm_random_get_type (void);
GENLM_AVAILABLE_IN_ALL
GenlmRandom *genlm_random_new      (guint64      seed,
                                    guint32      slot,
                                    guint32      step);
GENLM_AVAILABLE_IN_ALL
GenlmRandom *genlm_random_ref      (GenlmRandom *self);
GENLM_AVAILABLE_IN_ALL
void         genlm_random_unref    (GenlmRandom *self);
GENLM_AVAILABLE_IN_ALL
guint64      genlm_random_get_bits (GenlmRandom *self,
                                    guint32      stream,
                                    guint32      counter);
GENLM_AVAILABLE_IN_ALL
double       genlm_random_uniform  (GenlmRandom *self,
                                    guint32      stream,
                                    guint32      counter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmRandom, genlm_random_unref)

G_END_DECLS
