#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential-base.h"

G_BEGIN_DECLS

/**
 * GenlmCoerceFunc:
 * @context: a context over the target vocabulary
 * @user_data: what was given with the function
 *
 * Maps a sequence of target tokens to a sequence of base tokens.
 *
 * The function must be pure, and map the empty context to the empty one. It
 * is called in the thread that made the potential. %NULL is an error.
 *
 * Returns: (transfer full) (nullable): the context over the base's vocabulary
 *
 * Since: 0.1
 */
typedef GenlmContext *(*GenlmCoerceFunc) (GenlmContext *context,
                                          gpointer      user_data);

#define GENLM_TYPE_COERCED (genlm_coerced_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmCoerced, genlm_coerced, GENLM, COERCED, GenlmPotentialBase)

GENLM_AVAILABLE_IN_ALL
GenlmCoerced   *genlm_coerced_new           (GenlmPotential   *base,
                                             GenlmVocab       *target,
                                             GError          **error);
GENLM_AVAILABLE_IN_ALL
GenlmCoerced   *genlm_coerced_new_with_func (GenlmPotential   *base,
                                             GenlmVocab       *target,
                                             GenlmCoerceFunc   func,
                                             gpointer          user_data,
                                             GDestroyNotify    destroy,
                                             GError          **error);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_coerced_get_base      (GenlmCoerced     *self);

G_END_DECLS
