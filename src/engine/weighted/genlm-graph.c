#include "genlm-graph.h"

#define UNSEEN (G_MAXUINT32)

/* A state whose edges are being followed. */
typedef struct
{
  guint32 state;
  guint32 next_edge;
} Visit;

typedef struct
{
  const GenlmGraph *graph;
  GenlmGraphFilter  filter;
  GenlmComponents  *components;
  guint32           n_found;
  guint32           n_done;
  /* When a state was met, and the earliest that is reached from it. */
  guint32          *order;
  guint32          *lowest;
  /* States met that have no component yet. */
  GArray           *open;
  GArray           *visits;
} Search;

/* @sources has the source of each edge. */
GenlmGraph *
genlm_graph_new (guint32               n_states,
                 const guint32        *sources,
                 const GenlmGraphEdge *edges,
                 guint32               n_edges)
{
  GenlmGraph *self = g_new0 (GenlmGraph, 1);
  guint32 i;

  self->n_states = n_states;
  self->starts = g_new0 (guint32, (gsize) n_states + 2);
  self->edges = g_new (GenlmGraphEdge, MAX (n_edges, 1));
  for (i = 0; i < n_edges; i++)
    self->starts[sources[i] + 2]++;
  for (i = 0; i < n_states; i++)
    self->starts[i + 2] += self->starts[i + 1];
  /* Each start is moved up to the next one while its edges are put down. */
  for (i = 0; i < n_edges; i++)
    self->edges[self->starts[sources[i] + 1]++] = edges[i];
  return self;
}

void
genlm_graph_free (GenlmGraph *self)
{
  g_free (self->edges);
  g_free (self->starts);
  g_free (self);
}

static void
enter (Search  *search,
       guint32  state)
{
  Visit visit = { state, search->graph->starts[state] };

  search->order[state] = search->n_found;
  search->lowest[state] = search->n_found++;
  g_array_append_val (search->open, state);
  g_array_append_val (search->visits, visit);
}

static void
close_component (Search  *search,
                 guint32  first)
{
  GenlmComponents *components = search->components;
  guint32 state;

  do
    {
      state = g_array_index (search->open, guint32, search->open->len - 1);
      g_array_set_size (search->open, search->open->len - 1);
      components->component_of[state] = components->n_components;
      components->states[search->n_done++] = state;
    }
  while (state != first);
  components->starts[++components->n_components] = search->n_done;
}

/* The innermost visit is at its end. */
static void
leave (Search *search)
{
  guint32 state = g_array_index (search->visits, Visit, search->visits->len - 1).state;

  g_array_set_size (search->visits, search->visits->len - 1);
  if (search->lowest[state] == search->order[state])
    close_component (search, state);
  if (search->visits->len > 0)
    {
      guint32 parent = g_array_index (search->visits, Visit, search->visits->len - 1).state;

      search->lowest[parent] = MIN (search->lowest[parent], search->lowest[state]);
    }
}

/* Tarjan's, with a stack of its own. */
static void
search_from (Search  *search,
             guint32  start)
{
  enter (search, start);
  while (search->visits->len > 0)
    {
      Visit *visit = &g_array_index (search->visits, Visit, search->visits->len - 1);
      const GenlmGraphEdge *edge;

      if (visit->next_edge == search->graph->starts[visit->state + 1])
        {
          leave (search);
          continue;
        }
      edge = &search->graph->edges[visit->next_edge++];
      if (search->filter != NULL && !search->filter (edge))
        continue;
      if (search->order[edge->to] == UNSEEN)
        enter (search, edge->to);
      else if (search->components->component_of[edge->to] == UNSEEN)
        search->lowest[visit->state] = MIN (search->lowest[visit->state],
                                            search->order[edge->to]);
    }
}

/* Only edges that pass @filter count, if there is one. */
GenlmComponents *
genlm_components_new (const GenlmGraph *graph,
                      GenlmGraphFilter  filter)
{
  g_autofree guint32 *order = g_new (guint32, MAX (graph->n_states, 1));
  g_autofree guint32 *lowest = g_new (guint32, MAX (graph->n_states, 1));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) visits = g_array_new (FALSE, FALSE, sizeof (Visit));
  GenlmComponents *self = g_new0 (GenlmComponents, 1);
  Search search = { graph, filter, self, 0, 0, order, lowest, open, visits };
  guint32 i;

  self->starts = g_new0 (guint32, (gsize) graph->n_states + 1);
  self->states = g_new (guint32, MAX (graph->n_states, 1));
  self->component_of = g_new (guint32, MAX (graph->n_states, 1));
  for (i = 0; i < graph->n_states; i++)
    {
      order[i] = UNSEEN;
      self->component_of[i] = UNSEEN;
    }
  for (i = 0; i < graph->n_states; i++)
    if (order[i] == UNSEEN)
      search_from (&search, i);
  return self;
}

void
genlm_components_free (GenlmComponents *self)
{
  g_free (self->component_of);
  g_free (self->states);
  g_free (self->starts);
  g_free (self);
}
