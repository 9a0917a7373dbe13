#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GenlmResampling:
 * @GENLM_RESAMPLING_SYSTEMATIC: one uniform, positions a step apart; each gets floor or ceiling of its share
 * @GENLM_RESAMPLING_STRATIFIED: one uniform for each of equally wide strata
 * @GENLM_RESAMPLING_RESIDUAL: whole copies first, then independent draws from what is left of the shares
 * @GENLM_RESAMPLING_MULTINOMIAL: independent draws
 *
 * How the particles of [class@Smc] are drawn anew when their weights have grown uneven.
 *
 * All four are unbiased: a particle of normalised weight `w` among `n` is copied `n w` times on average,
 * and one of weight zero never. Multinomial varies most, systematic least.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_RESAMPLING_SYSTEMATIC,
  GENLM_RESAMPLING_STRATIFIED,
  GENLM_RESAMPLING_RESIDUAL,
  GENLM_RESAMPLING_MULTINOMIAL,
} GenlmResampling;

G_END_DECLS
