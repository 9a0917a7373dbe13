#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential.h"
#include "genlm-resampling.h"
#include "genlm-sampler.h"
#include "genlm-sequences.h"

G_BEGIN_DECLS

/**
 * GENLM_SMC_ERROR:
 *
 * Error domain of [class@Smc].
 *
 * Since: 0.1
 */
#define GENLM_SMC_ERROR (genlm_smc_error_quark ())

/**
 * GenlmSmcError:
 * @GENLM_SMC_ERROR_NOT_READY: a property that a run needs is not set
 * @GENLM_SMC_ERROR_BUSY: a run is under way
 * @GENLM_SMC_ERROR_ZERO_WEIGHT: the empty sequence has weight zero, so there is nothing to generate
 *
 * Errors of [class@Smc].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_SMC_ERROR_NOT_READY,
  GENLM_SMC_ERROR_BUSY,
  GENLM_SMC_ERROR_ZERO_WEIGHT,
} GenlmSmcError;

/**
 * GenlmSmcStage:
 * @GENLM_SMC_STAGE_IDLE: no run has begun
 * @GENLM_SMC_STAGE_START: the empty sequence is weighed
 * @GENLM_SMC_STAGE_DRAW: the sampler draws tokens
 * @GENLM_SMC_STAGE_WEIGH: the critic weighs what was drawn
 * @GENLM_SMC_STAGE_DONE: the last run has ended
 *
 * What [class@Smc] is doing.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_SMC_STAGE_IDLE,
  GENLM_SMC_STAGE_START,
  GENLM_SMC_STAGE_DRAW,
  GENLM_SMC_STAGE_WEIGH,
  GENLM_SMC_STAGE_DONE,
} GenlmSmcStage;

#define GENLM_TYPE_SMC (genlm_smc_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmSmc, genlm_smc, GENLM, SMC, GObject)

GENLM_AVAILABLE_IN_ALL
GQuark          genlm_smc_error_quark      (void);
GENLM_AVAILABLE_IN_ALL
GenlmSmc       *genlm_smc_new              (GenlmSampler         *sampler,
                                            GenlmPotential       *critic,
                                            GError              **error);
GENLM_AVAILABLE_IN_ALL
void            genlm_smc_run              (GenlmSmc             *self,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GENLM_AVAILABLE_IN_ALL
GenlmSequences *genlm_smc_run_finish       (GenlmSmc             *self,
                                            GAsyncResult         *result,
                                            GError              **error);
GENLM_AVAILABLE_IN_ALL
GenlmSequences *genlm_smc_run_sync         (GenlmSmc             *self,
                                            GCancellable         *cancellable,
                                            GError              **error);
GENLM_AVAILABLE_IN_ALL
GenlmSmcStage   genlm_smc_get_stage        (GenlmSmc             *self);
GENLM_AVAILABLE_IN_ALL
guint           genlm_smc_get_step         (GenlmSmc             *self);
GENLM_AVAILABLE_IN_ALL
double          genlm_smc_get_ess          (GenlmSmc             *self);
GENLM_AVAILABLE_IN_ALL
double          genlm_smc_get_log_evidence (GenlmSmc             *self);
GENLM_AVAILABLE_IN_ALL
guint           genlm_smc_get_n_live       (GenlmSmc             *self);
GENLM_AVAILABLE_IN_ALL
guint           genlm_smc_get_n_dead       (GenlmSmc             *self);

G_END_DECLS
