#pragma once

#include "genlm-region-private.h"
#include "genlm-worker-answers-private.h"
#include "genlm-worker-instance-private.h"
#include "genlm-worker-limits-private.h"
#include "genlm-worker-nodes-private.h"

G_BEGIN_DECLS

/* Answers what an EVALUATE frame asks. All but the last three is borrowed. */
typedef struct
{
  GenlmRegion        *region;
  GHashTable         *instances;        /* number -> GenlmWorkerInstance */
  GenlmWorkerNodes   *nodes;
  GenlmWorkerAnswers *answers;
  GenlmWorkerLimits  *limits;
  gint64              oldest;           /* when the oldest answer that waits was found, or 0 */
  gint64              unit_start;
  gint64             *unit_pace;        /* of the unit that began last, or NULL */
} GenlmWorkerEvaluator;

gboolean genlm_worker_evaluator_evaluate (GenlmWorkerEvaluator  *self,
                                          const GenlmFrame      *frame,
                                          GError               **error);

G_END_DECLS
