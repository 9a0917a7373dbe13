#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_SCORES (genlm_scores_get_type ())

GENLM_AVAILABLE_IN_ALL
GType         genlm_scores_get_type       (void);
GENLM_AVAILABLE_IN_ALL
GenlmScores  *genlm_scores_new            (const double *values,
                                           gsize         n_values);
GENLM_AVAILABLE_IN_ALL
GenlmScores  *genlm_scores_new_from_bytes (GBytes       *bytes,
                                           GError      **error);
GENLM_AVAILABLE_IN_ALL
GenlmScores  *genlm_scores_new_uninit     (gsize         n_values,
                                           double      **values);
GENLM_AVAILABLE_IN_ALL
GenlmScores  *genlm_scores_ref            (GenlmScores  *self);
GENLM_AVAILABLE_IN_ALL
void          genlm_scores_unref          (GenlmScores  *self);
GENLM_AVAILABLE_IN_ALL
gsize         genlm_scores_get_size       (GenlmScores  *self);
GENLM_AVAILABLE_IN_ALL
double        genlm_scores_get            (GenlmScores  *self,
                                           gsize         index);
GENLM_AVAILABLE_IN_ALL
const double *genlm_scores_peek           (GenlmScores  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmScores, genlm_scores_unref)

G_END_DECLS
