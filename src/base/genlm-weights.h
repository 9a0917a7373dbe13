#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

#define GENLM_TYPE_WEIGHTS (genlm_weights_get_type ())

GENLM_AVAILABLE_IN_ALL
GType         genlm_weights_get_type        (void);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_new             (const double    *values,
                                             gsize            n_values);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_new_from_bytes  (GBytes          *bytes,
                                             GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_new_uninit      (gsize            n_values,
                                             double         **values);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_new_from_logits (const float    *logits,
                                             gsize            n_logits,
                                             double           temperature,
                                             const guint32   *map,
                                             gsize            n_map,
                                             const guint32   *eos_ids,
                                             gsize            n_eos,
                                             GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_ref             (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
void          genlm_weights_unref           (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
gsize         genlm_weights_get_size        (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
double        genlm_weights_get             (GenlmWeights    *self,
                                             gsize            index);
GENLM_AVAILABLE_IN_ALL
const double *genlm_weights_peek            (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
GBytes       *genlm_weights_get_bytes       (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
double        genlm_weights_logsumexp       (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_normalize       (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_add             (GenlmWeights    *self,
                                             GenlmWeights    *other);
GENLM_AVAILABLE_IN_ALL
GenlmWeights *genlm_weights_mask            (GenlmWeights    *self,
                                             GenlmTokenSet   *set);
GENLM_AVAILABLE_IN_ALL
guint32      *genlm_weights_top_k           (GenlmWeights    *self,
                                             gsize            k,
                                             gsize           *n_tokens);
GENLM_AVAILABLE_IN_ALL
gboolean      genlm_weights_sample          (GenlmWeights    *self,
                                             double           uniform,
                                             guint32         *token,
                                             double          *logsumexp);
GENLM_AVAILABLE_IN_ALL
gssize        genlm_weights_find_invalid    (GenlmWeights    *self);
GENLM_AVAILABLE_IN_ALL
double        genlm_logsumexp               (const double    *values,
                                             gsize            n_values);
GENLM_AVAILABLE_IN_ALL
double        genlm_logaddexp               (double           a,
                                             double           b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWeights, genlm_weights_unref)

G_END_DECLS
