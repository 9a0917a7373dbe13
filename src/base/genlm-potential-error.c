/* The errors of potentials. They stand below the potentials, since a request
 * finds most of them. */

#include "genlm-potential-error.h"

/**
 * genlm_potential_error_quark:
 *
 * Gets the domain of [error@PotentialError].
 *
 * Returns: the quark of %GENLM_POTENTIAL_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-potential-error-quark, genlm_potential_error)
