#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GenlmMethod:
 * @GENLM_METHOD_PREFIX: the weight of each context as something that may grow; answered with [struct@Scores]
 * @GENLM_METHOD_COMPLETE: the weight of each context as finished; answered with [struct@Scores]
 * @GENLM_METHOD_NEXT: the weights of what may follow each context; answered with [struct@WeightsList]
 * @GENLM_METHOD_MASK: which tokens may follow each context; answered with [struct@TokenSetList]
 * @GENLM_METHOD_SAMPLE: a token to follow each context; answered with [struct@Draws]
 *
 * What a [class@Request] asks.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_METHOD_PREFIX,
  GENLM_METHOD_COMPLETE,
  GENLM_METHOD_NEXT,
  GENLM_METHOD_MASK,
  GENLM_METHOD_SAMPLE,
} GenlmMethod;

#define GENLM_TYPE_REQUEST (genlm_request_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmRequest, genlm_request, GENLM, REQUEST, GObject)

GENLM_AVAILABLE_IN_ALL
GenlmRequest      *genlm_request_new             (GObject             *source,
                                                  GenlmMethod          method,
                                                  GenlmBatch          *batch,
                                                  gsize                n_weights,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             user_data);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_set_randoms     (GenlmRequest        *self,
                                                  GenlmRandomList     *randoms);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_set_timeout     (GenlmRequest        *self,
                                                  guint                milliseconds);
GENLM_AVAILABLE_IN_ALL
GenlmMethod        genlm_request_get_method      (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
gsize              genlm_request_get_size        (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
GenlmBatch        *genlm_request_get_batch       (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
gsize              genlm_request_get_n_weights   (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
GenlmRandomList   *genlm_request_get_randoms     (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
GCancellable      *genlm_request_get_cancellable (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
gboolean           genlm_request_is_answered     (GenlmRequest        *self);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_return_scores   (GenlmRequest        *self,
                                                  GenlmScores         *scores);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_return_weights  (GenlmRequest        *self,
                                                  GenlmWeightsList    *weights);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_return_masks    (GenlmRequest        *self,
                                                  GenlmTokenSetList   *masks);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_return_draws    (GenlmRequest        *self,
                                                  GenlmDraws          *draws);
GENLM_AVAILABLE_IN_ALL
void               genlm_request_return_error    (GenlmRequest        *self,
                                                  const GError        *error);
GENLM_AVAILABLE_IN_ALL
GenlmScores       *genlm_request_finish_scores   (GenlmRequest        *self,
                                                  GError             **error);
GENLM_AVAILABLE_IN_ALL
GenlmWeightsList  *genlm_request_finish_weights  (GenlmRequest        *self,
                                                  GError             **error);
GENLM_AVAILABLE_IN_ALL
GenlmTokenSetList *genlm_request_finish_masks    (GenlmRequest        *self,
                                                  GError             **error);
GENLM_AVAILABLE_IN_ALL
GenlmDraws        *genlm_request_finish_draws    (GenlmRequest        *self,
                                                  GError             **error);

G_END_DECLS
