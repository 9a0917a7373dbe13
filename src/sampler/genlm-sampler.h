#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential.h"

G_BEGIN_DECLS

/**
 * GENLM_SAMPLER_ERROR:
 *
 * Error domain of [iface@Sampler].
 *
 * Since: 0.1
 */
#define GENLM_SAMPLER_ERROR (genlm_sampler_error_quark ())

/**
 * GenlmSamplerError:
 * @GENLM_SAMPLER_ERROR_NOT_READY: a property that the sampler needs is not set
 * @GENLM_SAMPLER_ERROR_NOT_BOOLEAN: a condition returned a weight other than 0 and -infinity
 * @GENLM_SAMPLER_ERROR_INVALID_PROPERTY: a property has a value that the sampler cannot work with
 *
 * Errors of [iface@Sampler].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_SAMPLER_ERROR_NOT_READY,
  GENLM_SAMPLER_ERROR_NOT_BOOLEAN,
  GENLM_SAMPLER_ERROR_INVALID_PROPERTY,
} GenlmSamplerError;

#define GENLM_TYPE_SAMPLER (genlm_sampler_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (GenlmSampler, genlm_sampler, GENLM, SAMPLER, GObject)

struct _GenlmSamplerInterface
{
  GTypeInterface parent_iface;

  /*< public >*/
  GenlmPotential *(*get_target) (GenlmSampler *self);
  void            (*draw)       (GenlmSampler *self,
                                 GenlmRequest *request);
  void            (*draw_now)   (GenlmSampler *self,
                                 GenlmRequest *request);

  /*< private >*/
  gpointer padding[8];
};

GENLM_AVAILABLE_IN_ALL
GQuark          genlm_sampler_error_quark         (void);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_sampler_get_target          (GenlmSampler         *self);
GENLM_AVAILABLE_IN_ALL
void            genlm_sampler_evaluate            (GenlmSampler         *self,
                                                   GenlmRequest         *request);
GENLM_AVAILABLE_IN_ALL
void            genlm_sampler_evaluate_sync       (GenlmSampler         *self,
                                                   GenlmRequest         *request);
GENLM_AVAILABLE_IN_ALL
void            genlm_sampler_sample_batch        (GenlmSampler         *self,
                                                   GenlmBatch           *batch,
                                                   GenlmRandomList      *randoms,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
GENLM_AVAILABLE_IN_ALL
GenlmDraws     *genlm_sampler_sample_batch_finish (GenlmSampler         *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
GENLM_AVAILABLE_IN_ALL
GenlmDraws     *genlm_sampler_sample_batch_sync   (GenlmSampler         *self,
                                                   GenlmBatch           *batch,
                                                   GenlmRandomList      *randoms,
                                                   GCancellable         *cancellable,
                                                   GError              **error);
GENLM_AVAILABLE_IN_ALL
void            genlm_sampler_sample              (GenlmSampler         *self,
                                                   GenlmContext         *context,
                                                   GenlmRandom          *random,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
GENLM_AVAILABLE_IN_ALL
GenlmDraws     *genlm_sampler_sample_finish       (GenlmSampler         *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
GENLM_AVAILABLE_IN_ALL
GenlmDraws     *genlm_sampler_sample_sync         (GenlmSampler         *self,
                                                   GenlmContext         *context,
                                                   GenlmRandom          *random,
                                                   GCancellable         *cancellable,
                                                   GError              **error);

G_END_DECLS
