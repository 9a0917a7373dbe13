#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GenlmFinish:
 * @GENLM_FINISH_COMPLETE: the end marker was drawn
 * @GENLM_FINISH_MAX_TOKENS: the end was forced, the sequence had no room for more
 * @GENLM_FINISH_DEAD: the weight became zero
 *
 * Why a particle of [class@Smc] stopped.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_FINISH_COMPLETE,
  GENLM_FINISH_MAX_TOKENS,
  GENLM_FINISH_DEAD,
} GenlmFinish;

#define GENLM_TYPE_PARTICLE (genlm_particle_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmParticle, genlm_particle, GENLM, PARTICLE, GObject)

GENLM_AVAILABLE_IN_ALL
GenlmContext *genlm_particle_get_context    (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
GVariant     *genlm_particle_dup_tokens     (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
GBytes       *genlm_particle_get_bytes      (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
const char   *genlm_particle_get_text       (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
gboolean      genlm_particle_get_ended      (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
double        genlm_particle_get_log_weight (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
GenlmFinish   genlm_particle_get_finish     (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
guint         genlm_particle_get_step       (GenlmParticle *self);
GENLM_AVAILABLE_IN_ALL
const char   *genlm_particle_get_cause      (GenlmParticle *self);

G_END_DECLS
