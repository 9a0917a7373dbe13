#pragma once

#if !defined (GENLM_TESTING_INSIDE) && !defined (GENLM_TESTING_COMPILATION)
# error "Only <genlm-testing.h> can be included directly."
#endif

#include <genlm.h>

G_BEGIN_DECLS

/**
 * GENLM_HARNESS_ERROR:
 *
 * Error domain of [class@Harness].
 *
 * Since: 0.1
 */
#define GENLM_HARNESS_ERROR (genlm_harness_error_quark ())

/**
 * GenlmHarnessError:
 * @GENLM_HARNESS_ERROR_NEXT: next weights are not what the weights of longer contexts say
 * @GENLM_HARNESS_ERROR_FACTORISATION: next weights do not sum up to the weight of the whole
 * @GENLM_HARNESS_ERROR_ZERO: a context of weight zero grows into one that is not
 * @GENLM_HARNESS_ERROR_HISTORY: what was asked before changes an answer
 * @GENLM_HARNESS_ERROR_BATCH: a batch is answered unlike its contexts one by one
 * @GENLM_HARNESS_ERROR_MASK: a mask is not the tokens whose next weight is not zero, or a weight is not Boolean
 * @GENLM_HARNESS_ERROR_ASYNC: an asynchronous call is answered unlike a synchronous one, early, twice or never
 * @GENLM_HARNESS_ERROR_CANCELLATION: a cancelled call ends in something else, or harms another
 * @GENLM_HARNESS_ERROR_ERRORS: a bad question has no error, or the wrong one
 * @GENLM_HARNESS_ERROR_SPAWN: a spawn is another potential
 * @GENLM_HARNESS_ERROR_RECIPE: what is built from the recipe is another potential
 * @GENLM_HARNESS_ERROR_EQUAL: two potentials that shall be the same differ in a bit or in an error
 *
 * Which law a potential breaks.
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_HARNESS_ERROR_NEXT,
  GENLM_HARNESS_ERROR_FACTORISATION,
  GENLM_HARNESS_ERROR_ZERO,
  GENLM_HARNESS_ERROR_HISTORY,
  GENLM_HARNESS_ERROR_BATCH,
  GENLM_HARNESS_ERROR_MASK,
  GENLM_HARNESS_ERROR_ASYNC,
  GENLM_HARNESS_ERROR_CANCELLATION,
  GENLM_HARNESS_ERROR_ERRORS,
  GENLM_HARNESS_ERROR_SPAWN,
  GENLM_HARNESS_ERROR_RECIPE,
  GENLM_HARNESS_ERROR_EQUAL,
} GenlmHarnessError;

#define GENLM_TYPE_HARNESS (genlm_harness_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmHarness, genlm_harness, GENLM, HARNESS, GObject)

GENLM_AVAILABLE_IN_ALL
GQuark          genlm_harness_error_quark         (void);

GENLM_AVAILABLE_IN_ALL
GenlmHarness   *genlm_harness_new                 (GenlmPotential  *potential);
GENLM_AVAILABLE_IN_ALL
GenlmHarness   *genlm_harness_new_for_element     (const char      *name,
                                                   GVariant        *properties,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
GenlmPotential *genlm_harness_get_potential       (GenlmHarness    *self);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_agree               (GenlmHarness    *self,
                                                   double           want,
                                                   double           have);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_next          (GenlmHarness    *self,
                                                   GenlmContext    *context,
                                                   gsize            top_k,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_factorisation (GenlmHarness    *self,
                                                   GenlmContext    *context,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_zero          (GenlmHarness    *self,
                                                   GenlmContext    *context,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_history       (GenlmHarness    *self,
                                                   GenlmContext    *context,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_mask          (GenlmHarness    *self,
                                                   GenlmContext    *context,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_batch         (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_async         (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_cancellation  (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_errors        (GenlmHarness    *self,
                                                   GenlmContext    *zero,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_spawn         (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_recipe        (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_equal         (GenlmHarness    *self,
                                                   GenlmPotential  *other,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);
GENLM_AVAILABLE_IN_ALL
gboolean        genlm_harness_check_all           (GenlmHarness    *self,
                                                   GenlmBatch      *contexts,
                                                   GError         **error);

G_END_DECLS
