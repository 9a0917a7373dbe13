#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

/**
 * GENLM_PIPELINE_ERROR:
 *
 * Error domain of [class@Pipeline].
 *
 * Since: 0.1
 */
#define GENLM_PIPELINE_ERROR (genlm_pipeline_error_quark ())

/**
 * GenlmPipelineError:
 * @GENLM_PIPELINE_ERROR_EMPTY: a description without elements
 * @GENLM_PIPELINE_ERROR_SYNTAX: a description that cannot be read
 * @GENLM_PIPELINE_ERROR_DUPLICATE_NAME: two elements have one name
 * @GENLM_PIPELINE_ERROR_UNKNOWN_REFERENCE: no element has the name that is referred to
 * @GENLM_PIPELINE_ERROR_NOT_A_REFERENCE: a property that is an element has a value that names none
 * @GENLM_PIPELINE_ERROR_CIRCULAR: elements that need each other
 * @GENLM_PIPELINE_ERROR_NO_INPUT: an element after `!` that takes no other
 * @GENLM_PIPELINE_ERROR_MISSING_INPUT: an element that needs another and has none
 * @GENLM_PIPELINE_ERROR_WRONG_TYPE: an element of another type than the property takes
 * @GENLM_PIPELINE_ERROR_DUPLICATE_PROPERTY: a property that is set twice
 * @GENLM_PIPELINE_ERROR_UNUSED: an element that nothing takes and nobody can ask for
 *
 * Errors of [class@Pipeline].
 *
 * Since: 0.1
 */
typedef enum
{
  GENLM_PIPELINE_ERROR_EMPTY,
  GENLM_PIPELINE_ERROR_SYNTAX,
  GENLM_PIPELINE_ERROR_DUPLICATE_NAME,
  GENLM_PIPELINE_ERROR_UNKNOWN_REFERENCE,
  GENLM_PIPELINE_ERROR_NOT_A_REFERENCE,
  GENLM_PIPELINE_ERROR_CIRCULAR,
  GENLM_PIPELINE_ERROR_NO_INPUT,
  GENLM_PIPELINE_ERROR_MISSING_INPUT,
  GENLM_PIPELINE_ERROR_WRONG_TYPE,
  GENLM_PIPELINE_ERROR_DUPLICATE_PROPERTY,
  GENLM_PIPELINE_ERROR_UNUSED,
} GenlmPipelineError;

#define GENLM_TYPE_PIPELINE (genlm_pipeline_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (GenlmPipeline, genlm_pipeline, GENLM, PIPELINE, GObject)

GENLM_AVAILABLE_IN_ALL
GQuark         genlm_pipeline_error_quark     (void);

GENLM_AVAILABLE_IN_ALL
GenlmPipeline *genlm_pipeline_parse           (const char     *description,
                                               GError        **error);
GENLM_AVAILABLE_IN_ALL
gpointer       genlm_pipeline_get_element     (GenlmPipeline  *self,
                                               const char     *name);
GENLM_AVAILABLE_IN_ALL
gpointer       genlm_pipeline_get_last        (GenlmPipeline  *self);
GENLM_AVAILABLE_IN_ALL
GListModel    *genlm_pipeline_get_elements    (GenlmPipeline  *self);
GENLM_AVAILABLE_IN_ALL
GListModel    *genlm_pipeline_get_ends        (GenlmPipeline  *self);
GENLM_AVAILABLE_IN_ALL
const char    *genlm_pipeline_get_description (GenlmPipeline  *self);

G_END_DECLS
