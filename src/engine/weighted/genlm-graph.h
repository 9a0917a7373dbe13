#pragma once

/* A directed graph with weights on its edges, by source, and its strongly
 * connected components. */

#include "genlm-wide.h"

G_BEGIN_DECLS

typedef struct
{
  guint32   to;
  guint32   label;
  GenlmWide weight;
} GenlmGraphEdge;

/* Edges of state s stand from starts[s] to starts[s + 1]. */
typedef struct
{
  guint32         n_states;
  guint32        *starts;
  GenlmGraphEdge *edges;
} GenlmGraph;

/* Components in an order in which edges lead to the same or an earlier one;
 * the states of component c stand from starts[c] to starts[c + 1]. */
typedef struct
{
  guint32  n_components;
  guint32 *starts;
  guint32 *states;
  guint32 *component_of;
} GenlmComponents;

typedef gboolean (*GenlmGraphFilter) (const GenlmGraphEdge *edge);

GenlmGraph      *genlm_graph_new           (guint32                n_states,
                                            const guint32         *sources,
                                            const GenlmGraphEdge  *edges,
                                            guint32                n_edges);
void             genlm_graph_free          (GenlmGraph            *self);
GenlmComponents *genlm_components_new      (const GenlmGraph      *graph,
                                            GenlmGraphFilter       filter);
void             genlm_components_free     (GenlmComponents       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmGraph, genlm_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmComponents, genlm_components_free)

G_END_DECLS
