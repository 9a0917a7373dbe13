#pragma once

/* A weighted automaton made ready for reading: without states that lead from
 * nowhere or nowhere, without edges that have no byte, and pushed, so that
 * what starts sums to one, and what leaves a state, its end among it, too.
 * Bytes that it does not tell apart are one class. Immutable. */

#include "genlm-closure.h"
#include "genlm-wfsa.h"

G_BEGIN_DECLS

typedef struct
{
  /* Of all texts; minus infinity if nothing is accepted. */
  double      log_total;
  guint       n_classes;
  guint8      classes[256];
  /* Labels are classes; edges of a state are sorted by label and target. */
  GenlmGraph *graph;
  /* By state and class where its edges start, with one place more at the end;
   * NULL if there are too many of them. */
  guint32    *first_edges;
  /* Whether there are such places, and no edge carries an exponent. */
  gboolean    is_plain;
  GenlmWide  *finals;
  /* Of GenlmWeighedState, sorted by state. */
  GArray     *starts;
} GenlmPushedWfsa;

GENLM_ENGINE_API GenlmPushedWfsa *genlm_pushed_wfsa_new  (const GenlmWfsa          *wfsa,
                                                          const GenlmEngineLimits  *limits,
                                                          GError                  **error);
GENLM_ENGINE_API void             genlm_pushed_wfsa_free (GenlmPushedWfsa          *self);

/* The first edge of a state whose label is not smaller. */
static inline guint32
genlm_pushed_wfsa_find_edges (const GenlmPushedWfsa *self,
                              guint32                state,
                              guint                  label)
{
  const GenlmGraph *graph = self->graph;
  guint32 low = graph->starts[state];
  guint32 high = graph->starts[state + 1];

  if (self->first_edges != NULL)
    return self->first_edges[(gsize) state * self->n_classes + label];
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (graph->edges[middle].label < label)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPushedWfsa, genlm_pushed_wfsa_free)

G_END_DECLS
