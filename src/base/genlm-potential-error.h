#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_POTENTIAL_ERROR:
 *
 * Error domain of [iface@Potential].
 *
 * Since: 0.1
 */
#define GENLM_POTENTIAL_ERROR (genlm_potential_error_quark ())

/**
 * GenlmPotentialError:
 * @GENLM_POTENTIAL_ERROR_FAILED: an implementation failed without saying why
 * @GENLM_POTENTIAL_ERROR_INVALID_WEIGHT: an implementation returned NaN or +infinity
 * @GENLM_POTENTIAL_ERROR_INVALID_RESULT: an implementation returned the wrong number of results, or none
 * @GENLM_POTENTIAL_ERROR_ZERO_PREFIX: next weights were asked of a context of weight zero
 * @GENLM_POTENTIAL_ERROR_EMPTY_BATCH: a batch without contexts
 * @GENLM_POTENTIAL_ERROR_INVALID_TOKEN: a context holds an id outside the vocabulary
 * @GENLM_POTENTIAL_ERROR_NOT_READY: the potential has no vocabulary yet: a property is missing, or it was not initialised
 * @GENLM_POTENTIAL_ERROR_NOT_SUPPORTED: the potential cannot do this
 * @GENLM_POTENTIAL_ERROR_WRONG_THREAD: a potential that is not thread-safe was called from a foreign thread
 * @GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH: two vocabularies that must agree do not
 * @GENLM_POTENTIAL_ERROR_NO_ANSWER: a request was dropped without an answer
 * @GENLM_POTENTIAL_ERROR_TIMED_OUT: a request was not answered before its deadline
 * @GENLM_POTENTIAL_ERROR_CLOSED: the potential was closed
 * @GENLM_POTENTIAL_ERROR_WORKER_FAILED: a worker process died or broke the protocol
 * @GENLM_POTENTIAL_ERROR_INVALID_PROPERTY: a property has a value that the element cannot be built from
 * @GENLM_POTENTIAL_ERROR_LIMIT: a limit on size, memory or time was reached
 *
 * Errors of [iface@Potential].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_POTENTIAL_ERROR_FAILED,
  GENLM_POTENTIAL_ERROR_INVALID_WEIGHT,
  GENLM_POTENTIAL_ERROR_INVALID_RESULT,
  GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
  GENLM_POTENTIAL_ERROR_EMPTY_BATCH,
  GENLM_POTENTIAL_ERROR_INVALID_TOKEN,
  GENLM_POTENTIAL_ERROR_NOT_READY,
  GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
  GENLM_POTENTIAL_ERROR_WRONG_THREAD,
  GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
  GENLM_POTENTIAL_ERROR_NO_ANSWER,
  GENLM_POTENTIAL_ERROR_TIMED_OUT,
  GENLM_POTENTIAL_ERROR_CLOSED,
  GENLM_POTENTIAL_ERROR_WORKER_FAILED,
  GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
  GENLM_POTENTIAL_ERROR_LIMIT,
} GenlmPotentialError;

GENLM_AVAILABLE_IN_ALL
GQuark genlm_potential_error_quark (void);

G_END_DECLS
