#pragma once

#include "genlm-resampling.h"
#include "genlm-sampler.h"
#include "genlm-sequences.h"
#include "genlm-smc.h"

G_BEGIN_DECLS

/* One run of SMC, from the start weights to the result. */
typedef struct _GenlmSmcRun GenlmSmcRun;

/* The run holds its own references. */
typedef struct
{
  GenlmSampler    *sampler;
  GenlmPotential  *target;
  GenlmPotential  *critic;        /* or NULL */
  guint            n_particles;
  double           ess_threshold;
  guint            max_tokens;
  GenlmResampling  resampling;
  guint64          seed;
} GenlmSmcSettings;

typedef struct
{
  GenlmSmcStage stage;
  guint         step;
  double        ess;
  double        log_evidence;
  guint         n_live;
  guint         n_dead;
} GenlmSmcProgress;

/* Called after each step, and once at the end, with a result or an error. */
typedef void (*GenlmSmcReport) (const GenlmSmcProgress *progress,
                                gpointer                user_data);
typedef void (*GenlmSmcDone)   (GenlmSequences         *sequences,
                                const GError           *error,
                                gpointer                user_data);

void genlm_smc_run_start (const GenlmSmcSettings *settings,
                          gboolean                now,
                          GCancellable           *cancellable,
                          GenlmSmcReport          report,
                          GenlmSmcDone            done,
                          gpointer                user_data);

G_END_DECLS
