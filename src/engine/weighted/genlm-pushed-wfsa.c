#include "genlm-pushed-wfsa.h"

#include <genlm.h>
#include <stdlib.h>

#include "genlm-totals.h"

#define NOT_USED (G_MAXUINT32)

/* How many states times classes are indexed. */
#define MAX_PLACES (1u << 20)

/* How many states an error names. */
#define MAX_NAMED (5u)

typedef struct
{
  const GenlmWfsa *wfsa;
  GenlmBudget      budget;
  /* States that lie on a way from a start to an end: their numbers in the
   * automaton, the other way round, and what is between them. */
  GArray          *used;
  guint32         *places;
  GenlmGraph      *graph;
  GenlmWide       *finals;
  GenlmWide       *initials;
  gboolean         has_silent;
} Builder;

/* -- what is on a way from a start to an end ------------------------------- */

static void
reach (const GenlmGraph *graph,
       GArray           *reached,
       guint8           *marks)
{
  guint i;
  guint32 j;

  for (i = 0; i < reached->len; i++)
    {
      guint32 state = g_array_index (reached, guint32, i);

      for (j = graph->starts[state]; j < graph->starts[state + 1]; j++)
        if (!marks[graph->edges[j].to])
          {
            marks[graph->edges[j].to] = TRUE;
            g_array_append_val (reached, graph->edges[j].to);
          }
    }
}

/* Marks the states that are reached from those with a weight, along the arcs
 * or against them. */
static guint8 *
mark_reached (const GenlmWfsa *wfsa,
              gboolean         backwards)
{
  guint32 n_states = genlm_wfsa_get_n_states (wfsa);
  guint32 n_arcs = genlm_wfsa_get_n_arcs (wfsa);
  const GenlmWfsaArc *arcs = genlm_wfsa_peek_arcs (wfsa);
  g_autofree guint32 *sources = g_new (guint32, MAX (n_arcs, 1));
  g_autofree GenlmGraphEdge *edges = g_new (GenlmGraphEdge, MAX (n_arcs, 1));
  g_autoptr (GenlmGraph) graph = NULL;
  g_autoptr (GArray) reached = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint8 *marks = g_new0 (guint8, MAX (n_states, 1));
  guint32 i;

  for (i = 0; i < n_arcs; i++)
    {
      sources[i] = backwards ? arcs[i].to : arcs[i].from;
      edges[i] = (GenlmGraphEdge) { .to = backwards ? arcs[i].from : arcs[i].to };
    }
  graph = genlm_graph_new (n_states, sources, edges, n_arcs);
  for (i = 0; i < n_states; i++)
    if (!genlm_wide_is_zero (backwards ? genlm_wfsa_get_final (wfsa, i)
                                       : genlm_wfsa_get_initial (wfsa, i)))
      {
        marks[i] = TRUE;
        g_array_append_val (reached, i);
      }
  reach (graph, reached, marks);
  return marks;
}

static void
find_used (Builder *builder)
{
  guint32 n_states = genlm_wfsa_get_n_states (builder->wfsa);
  g_autofree guint8 *forwards = mark_reached (builder->wfsa, FALSE);
  g_autofree guint8 *backwards = mark_reached (builder->wfsa, TRUE);
  guint32 i;

  builder->used = g_array_new (FALSE, FALSE, sizeof (guint32));
  builder->places = g_new (guint32, MAX (n_states, 1));
  for (i = 0; i < n_states; i++)
    {
      builder->places[i] = NOT_USED;
      if (!forwards[i] || !backwards[i])
        continue;
      builder->places[i] = builder->used->len;
      g_array_append_val (builder->used, i);
    }
}

static void
read_used (Builder *builder)
{
  guint32 n_arcs = genlm_wfsa_get_n_arcs (builder->wfsa);
  const GenlmWfsaArc *arcs = genlm_wfsa_peek_arcs (builder->wfsa);
  g_autofree guint32 *sources = g_new (guint32, MAX (n_arcs, 1));
  g_autofree GenlmGraphEdge *edges = g_new (GenlmGraphEdge, MAX (n_arcs, 1));
  guint32 n_edges = 0;
  guint32 i;

  for (i = 0; i < n_arcs; i++)
    {
      GenlmGraphEdge edge = { builder->places[arcs[i].to], arcs[i].label, arcs[i].weight };

      if (builder->places[arcs[i].from] == NOT_USED || edge.to == NOT_USED)
        continue;
      builder->has_silent |= edge.label == GENLM_WFSA_EPSILON;
      sources[n_edges] = builder->places[arcs[i].from];
      edges[n_edges++] = edge;
    }
  builder->graph = genlm_graph_new (builder->used->len, sources, edges, n_edges);
  builder->finals = g_new (GenlmWide, MAX (builder->used->len, 1));
  builder->initials = g_new (GenlmWide, MAX (builder->used->len, 1));
  for (i = 0; i < builder->used->len; i++)
    {
      guint32 state = g_array_index (builder->used, guint32, i);

      builder->finals[i] = genlm_wfsa_get_final (builder->wfsa, state);
      builder->initials[i] = genlm_wfsa_get_initial (builder->wfsa, state);
    }
}

/* -- pushing --------------------------------------------------------------- */

static int
compare_states (gconstpointer a,
                gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static void
set_divergence_error (const Builder  *builder,
                      GArray         *diverging,
                      GError        **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_names = 0;
  guint i;

  g_array_sort (diverging, compare_states);
  for (i = 0; i < diverging->len; i++)
    {
      guint32 place = g_array_index (diverging, guint32, i);
      guint32 state = g_array_index (builder->used, guint32, place);
      g_autofree char *name = genlm_wfsa_dup_state_name (builder->wfsa, state);

      if (name != NULL && n_names++ < MAX_NAMED)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
    }
  if (n_names > MAX_NAMED)
    g_string_append_printf (names, " and %u more", n_names - MAX_NAMED);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "The weights of the texts have no finite sum: going round through the state%s %s "
               "does not lose enough weight; make the weights of the arcs between them smaller",
               n_names > 1 ? "s" : "", names->str);
}

/* Moves weights towards the starts: what leaves a state sums to one then.
 * The totals of states that are not entered any more are zero. */
static void
push (GenlmGraph      *graph,
      GenlmWide       *finals,
      const GenlmWide *totals)
{
  guint32 i;
  guint32 j;

  for (i = 0; i < graph->n_states; i++)
    {
      if (genlm_wide_is_zero (totals[i]))
        continue;
      finals[i] = genlm_wide_divide (finals[i], totals[i]);
      for (j = graph->starts[i]; j < graph->starts[i + 1]; j++)
        {
          GenlmGraphEdge *edge = &graph->edges[j];

          edge->weight = genlm_wide_divide (genlm_wide_multiply (edge->weight, totals[edge->to]),
                                            totals[i]);
        }
    }
}

/* Pushes the whole, and makes the starts sum to one, which returns what they
 * summed to before. */
static gboolean
push_totals (Builder    *builder,
             GenlmWide  *total,
             GError    **error)
{
  guint32 n_states = builder->graph->n_states;
  g_autofree GenlmWide *totals = g_new0 (GenlmWide, MAX (n_states, 1));
  g_autoptr (GArray) diverging = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 i;

  if (!genlm_totals_compute (builder->graph, builder->finals, &builder->budget, totals, diverging,
                             error))
    {
      if (diverging->len > 0)
        set_divergence_error (builder, diverging, error);
      return FALSE;
    }
  push (builder->graph, builder->finals, totals);
  *total = GENLM_WIDE_ZERO;
  for (i = 0; i < n_states; i++)
    {
      builder->initials[i] = genlm_wide_multiply (builder->initials[i], totals[i]);
      *total = genlm_wide_add (*total, builder->initials[i]);
    }
  for (i = 0; i < n_states; i++)
    builder->initials[i] = genlm_wide_divide (builder->initials[i], *total);
  return TRUE;
}

/* -- edges without a byte -------------------------------------------------- */

/* By state what leaves it by a byte or ends there. */
static GenlmWide *
sum_heard (const Builder *builder)
{
  const GenlmGraph *graph = builder->graph;
  GenlmWide *sums = g_memdup2 (builder->finals, MAX (graph->n_states, 1) * sizeof (GenlmWide));
  guint32 i;
  guint32 j;

  for (i = 0; i < graph->n_states; i++)
    for (j = graph->starts[i]; j < graph->starts[i + 1]; j++)
      if (graph->edges[j].label != GENLM_WFSA_EPSILON)
        sums[i] = genlm_wide_add (sums[i], graph->edges[j].weight);
  return sums;
}

/* The edges by a byte, each followed by what leads on without one. */
static GenlmGraph *
follow_edges (Builder             *builder,
              const GenlmClosure  *closure,
              GError             **error)
{
  const GenlmGraph *graph = builder->graph;
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (GenlmGraphEdge));
  guint32 i;
  guint32 j;
  guint32 k;

  for (i = 0; i < graph->n_states; i++)
    for (j = graph->starts[i]; j < graph->starts[i + 1]; j++)
      {
        const GenlmGraphEdge *edge = &graph->edges[j];
        const GenlmWeighedState *row = genlm_closure_peek_row (closure, edge->to);
        guint32 length = closure->lengths[edge->to];

        if (edge->label == GENLM_WFSA_EPSILON)
          continue;
        for (k = 0; k < length; k++)
          {
            GenlmGraphEdge longer = { row[k].state, edge->label,
                                      genlm_wide_multiply (edge->weight, row[k].weight) };

            g_array_append_val (edges, longer);
            g_array_append_val (sources, i);
          }
        if (!genlm_budget_spend (&builder->budget, length,
                                 length * (sizeof (GenlmGraphEdge) + sizeof (guint32)), error))
          return NULL;
      }
  return genlm_graph_new (graph->n_states, (const guint32 *) sources->data,
                          (const GenlmGraphEdge *) edges->data, edges->len);
}

static void
follow_initials (Builder            *builder,
                 const GenlmClosure *closure)
{
  guint32 n_states = builder->graph->n_states;
  GenlmWide *initials = g_new0 (GenlmWide, MAX (n_states, 1));
  guint32 i;
  guint32 j;

  for (i = 0; i < n_states; i++)
    {
      const GenlmWeighedState *row = genlm_closure_peek_row (closure, i);

      for (j = 0; j < closure->lengths[i]; j++)
        initials[row[j].state]
          = genlm_wide_add (initials[row[j].state],
                            genlm_wide_multiply (builder->initials[i], row[j].weight));
    }
  g_free (builder->initials);
  builder->initials = initials;
}

static gboolean
remove_silent (Builder  *builder,
               GError  **error)
{
  g_autofree GenlmWide *heard = sum_heard (builder);
  g_autoptr (GenlmClosure) closure = NULL;
  GenlmGraph *graph;
  guint32 i;

  closure = genlm_closure_new (builder->graph, builder->finals, heard, &builder->budget, error);
  if (closure == NULL)
    return FALSE;
  graph = follow_edges (builder, closure, error);
  if (graph == NULL)
    return FALSE;
  follow_initials (builder, closure);
  genlm_graph_free (builder->graph);
  builder->graph = graph;
  push (builder->graph, builder->finals, heard);
  for (i = 0; i < builder->graph->n_states; i++)
    builder->initials[i] = genlm_wide_multiply (builder->initials[i], heard[i]);
  return TRUE;
}

/* -- classes of bytes ------------------------------------------------------ */

static int
compare_edges (gconstpointer a,
               gconstpointer b)
{
  const GenlmGraphEdge *x = a;
  const GenlmGraphEdge *y = b;

  if (x->label != y->label)
    return x->label < y->label ? -1 : 1;
  return x->to < y->to ? -1 : x->to > y->to;
}

/* Sorts the edges of each state, and adds those that share byte and target. */
static void
sort_edges (GenlmGraph *graph)
{
  guint32 n_kept = 0;
  guint32 i;
  guint32 j;

  for (i = 0; i < graph->n_states; i++)
    {
      guint32 first = graph->starts[i];
      guint32 end = graph->starts[i + 1];
      guint32 first_kept = n_kept;

      qsort (graph->edges + first, end - first, sizeof (GenlmGraphEdge), compare_edges);
      graph->starts[i] = n_kept;
      for (j = first; j < end; j++)
        {
          GenlmGraphEdge edge = graph->edges[j];
          GenlmGraphEdge *last = n_kept > first_kept ? &graph->edges[n_kept - 1] : NULL;

          if (last != NULL && compare_edges (last, &edge) == 0)
            last->weight = genlm_wide_add (last->weight, edge.weight);
          else
            graph->edges[n_kept++] = edge;
        }
    }
  graph->starts[graph->n_states] = n_kept;
}

/* The edges of one byte, in a state. */
typedef struct
{
  const GenlmGraphEdge *edges;
  guint32               n_edges;
} Bundle;

static gboolean
equal_bundles (const Bundle *a,
               const Bundle *b)
{
  guint32 i;

  if (a->n_edges != b->n_edges)
    return FALSE;
  for (i = 0; i < a->n_edges; i++)
    if (a->edges[i].to != b->edges[i].to
        || a->edges[i].weight.fraction != b->edges[i].weight.fraction
        || a->edges[i].weight.exponent != b->edges[i].weight.exponent)
      return FALSE;
  return TRUE;
}

/* Bytes of a class that have not the same edges in a state part. @classes is
 * by byte; only the bytes with edges move, to classes that are new. */
static void
split_classes (const GenlmGraph *graph,
               guint32           state,
               guint32          *classes,
               guint32          *n_classes)
{
  Bundle bundles[256];
  guint8 bytes[256];
  guint32 new_classes[256];
  guint n_bytes = 0;
  guint i;
  guint k;
  guint32 j;

  for (j = graph->starts[state]; j < graph->starts[state + 1]; j++)
    {
      if (n_bytes == 0 || bytes[n_bytes - 1] != graph->edges[j].label)
        {
          bytes[n_bytes] = (guint8) graph->edges[j].label;
          bundles[n_bytes++] = (Bundle) { &graph->edges[j], 0 };
        }
      bundles[n_bytes - 1].n_edges++;
    }
  for (i = 0; i < n_bytes; i++)
    {
      for (k = 0; k < i; k++)
        if (classes[bytes[k]] == classes[bytes[i]] && equal_bundles (&bundles[k], &bundles[i]))
          break;
      new_classes[i] = k < i ? new_classes[k] : (*n_classes)++;
    }
  for (i = 0; i < n_bytes; i++)
    classes[bytes[i]] = new_classes[i];
}

/* Keeps the edges of one byte of each class, and labels them by it. */
static void
label_by_class (GenlmPushedWfsa *self,
                const gboolean  *is_first)
{
  GenlmGraph *graph = self->graph;
  guint32 n_kept = 0;
  guint32 i;
  guint32 j;

  for (i = 0; i < graph->n_states; i++)
    {
      guint32 first = graph->starts[i];

      graph->starts[i] = n_kept;
      for (j = first; j < graph->starts[i + 1]; j++)
        {
          GenlmGraphEdge edge = graph->edges[j];

          if (!is_first[edge.label])
            continue;
          edge.label = self->classes[edge.label];
          graph->edges[n_kept++] = edge;
        }
    }
  graph->starts[graph->n_states] = n_kept;
}

static void
find_classes (GenlmPushedWfsa *self)
{
  guint32 classes[256] = { 0 };
  gboolean is_first[256] = { FALSE };
  guint32 n_classes = 1;
  guint32 i;
  guint byte;
  guint before;

  for (i = 0; i < self->graph->n_states; i++)
    split_classes (self->graph, i, classes, &n_classes);
  for (byte = 0; byte < 256; byte++)
    {
      for (before = 0; before < byte && classes[before] != classes[byte]; before++)
        ;
      is_first[byte] = before == byte;
      self->classes[byte] = is_first[byte] ? (guint8) self->n_classes++ : self->classes[before];
    }
  label_by_class (self, is_first);
}

static void
index_edges (GenlmPushedWfsa *self)
{
  gsize n_places = (gsize) self->graph->n_states * self->n_classes;
  guint32 *places;
  guint32 state;
  guint label;

  if (n_places > MAX_PLACES)
    return;
  places = g_new (guint32, n_places + 1);
  for (state = 0; state < self->graph->n_states; state++)
    for (label = 0; label < self->n_classes; label++)
      places[(gsize) state * self->n_classes + label]
        = genlm_pushed_wfsa_find_edges (self, state, label);
  places[n_places] = self->graph->starts[self->graph->n_states];
  self->first_edges = places;
}

/* -- the whole ------------------------------------------------------------- */

static gboolean
are_plain (const GenlmGraph *graph)
{
  guint32 i;

  for (i = 0; i < graph->starts[graph->n_states]; i++)
    if (graph->edges[i].weight.exponent != 0)
      return FALSE;
  return TRUE;
}

static GenlmPushedWfsa *
finish (Builder   *builder,
        GenlmWide  total)
{
  GenlmPushedWfsa *self = g_new0 (GenlmPushedWfsa, 1);
  guint32 i;

  self->log_total = genlm_wide_log (total);
  self->graph = g_steal_pointer (&builder->graph);
  self->finals = g_steal_pointer (&builder->finals);
  self->starts = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
  for (i = 0; i < self->graph->n_states; i++)
    {
      GenlmWeighedState start = { i, builder->initials[i] };

      if (!genlm_wide_is_zero (start.weight))
        g_array_append_val (self->starts, start);
    }
  sort_edges (self->graph);
  find_classes (self);
  index_edges (self);
  self->is_plain = self->first_edges != NULL && are_plain (self->graph);
  return self;
}

static void
builder_clear (Builder *builder)
{
  g_clear_pointer (&builder->graph, genlm_graph_free);
  g_clear_pointer (&builder->used, g_array_unref);
  g_free (builder->initials);
  g_free (builder->finals);
  g_free (builder->places);
}

/* Errors: GENLM_POTENTIAL_ERROR_INVALID_PROPERTY if the weights have no finite
 * sum, GENLM_POTENTIAL_ERROR_LIMIT. */
GenlmPushedWfsa *
genlm_pushed_wfsa_new (const GenlmWfsa          *wfsa,
                       const GenlmEngineLimits  *limits,
                       GError                  **error)
{
  Builder builder = { .wfsa = wfsa };
  GenlmPushedWfsa *self = NULL;
  GenlmWide total = GENLM_WIDE_ZERO;

  genlm_budget_init (&builder.budget, "Summing over", "automaton", limits);
  find_used (&builder);
  read_used (&builder);
  if (builder.used->len == 0
      || (push_totals (&builder, &total, error)
          && (!builder.has_silent || remove_silent (&builder, error))))
    self = finish (&builder, total);
  builder_clear (&builder);
  return self;
}

void
genlm_pushed_wfsa_free (GenlmPushedWfsa *self)
{
  g_array_unref (self->starts);
  g_free (self->first_edges);
  g_free (self->finals);
  genlm_graph_free (self->graph);
  g_free (self);
}
