#include "genlm-totals.h"

#include "genlm-elimination.h"

/* Rows whose sum is that close to one sum to one: what their weights should
 * be was rounded. */
#define ROUNDING (1e-15)

/* A result that still changes by more than this when it is refined is none. */
#define MAX_CHANGE   (1e-11)
#define MAX_REFINING (16)

typedef struct
{
  const GenlmGraph      *graph;
  const GenlmWide       *finals;
  const GenlmComponents *components;
  GenlmBudget           *budget;
  GenlmWide             *totals;
  /* By state, its place in its component. */
  guint32               *places;
} Totals;

/* The component that is being summed. */
typedef struct
{
  guint32        index;
  guint32        size;
  const guint32 *states;
} Component;

/* A sum and what its rounding left out. */
typedef struct
{
  double sum;
  double rest;
} Sum;

static void
sum_add (Sum    *self,
         double  value)
{
  double sum = self->sum + value;
  double part = sum - self->sum;

  self->rest += (self->sum - (sum - part)) + (value - part);
  self->sum = sum;
}

static gboolean
is_inside (const Totals         *totals,
           const Component      *component,
           const GenlmGraphEdge *edge)
{
  return totals->components->component_of[edge->to] == component->index;
}

/* What the weights of a row lack of one. */
static double
find_leak (const Totals *totals,
           guint32       state)
{
  const GenlmGraph *graph = totals->graph;
  Sum missing = { 1.0, 0.0 };
  double leak;
  guint32 i;

  sum_add (&missing, -genlm_wide_to_double (totals->finals[state]));
  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    sum_add (&missing, -genlm_wide_to_double (graph->edges[i].weight));
  leak = missing.sum + missing.rest;
  return fabs (leak) <= ROUNDING ? 0.0 : leak;
}

/* Whether the total is one because all that is needed for it is. */
static gboolean
is_proper (const Totals    *totals,
           const Component *component)
{
  const GenlmGraph *graph = totals->graph;
  guint32 i;
  guint32 j;

  for (i = 0; i < component->size; i++)
    {
      guint32 state = component->states[i];

      if (find_leak (totals, state) != 0.0)
        return FALSE;
      for (j = graph->starts[state]; j < graph->starts[state + 1]; j++)
        {
          const GenlmGraphEdge *edge = &graph->edges[j];
          GenlmWide total = totals->totals[edge->to];

          if (!is_inside (totals, component, edge)
              && (total.fraction != 1.0 || total.exponent != 0))
            return FALSE;
        }
    }
  return TRUE;
}

/* What a row leaves over to one, all that leaves the component among it; FALSE
 * if it sums to more. */
static gboolean
find_left_over (const Totals    *totals,
                const Component *component,
                guint32          state,
                GenlmWide       *left_over)
{
  const GenlmGraph *graph = totals->graph;
  double leak = find_leak (totals, state);
  guint32 i;

  if (!(leak >= 0.0))
    return FALSE;
  *left_over = totals->finals[state];
  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    {
      const GenlmGraphEdge *edge = &graph->edges[i];

      if (!is_inside (totals, component, edge))
        *left_over = genlm_wide_add (*left_over, edge->weight);
    }
  *left_over = genlm_wide_add (*left_over, genlm_wide_from_double (leak));
  return TRUE;
}

/* What is known of a state's total: by its end, and by leaving the
 * component. */
static GenlmWide
sum_outside (const Totals    *totals,
             const Component *component,
             guint32          state)
{
  const GenlmGraph *graph = totals->graph;
  GenlmWide sum = totals->finals[state];
  guint32 i;

  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    {
      const GenlmGraphEdge *edge = &graph->edges[i];

      if (!is_inside (totals, component, edge))
        sum = genlm_wide_add (sum, genlm_wide_multiply (edge->weight, totals->totals[edge->to]));
    }
  return sum;
}

/* The weights inside a component; with @scaled, each times the total of its
 * target and divided by that of its source. */
static GenlmElimination *
make_system (const Totals    *totals,
             const Component *component,
             gboolean         scaled)
{
  const GenlmGraph *graph = totals->graph;
  GenlmElimination *system = genlm_elimination_new (component->size);
  guint32 i;
  guint32 j;

  for (i = 0; i < component->size; i++)
    {
      guint32 state = component->states[i];

      for (j = graph->starts[state]; j < graph->starts[state + 1]; j++)
        {
          const GenlmGraphEdge *edge = &graph->edges[j];
          GenlmWide weight = edge->weight;

          if (!is_inside (totals, component, edge))
            continue;
          if (scaled)
            weight = genlm_wide_divide (genlm_wide_multiply (weight, totals->totals[edge->to]),
                                        totals->totals[state]);
          genlm_elimination_add (system, i, totals->places[edge->to], weight);
        }
    }
  return system;
}

/* Adds a product relative to 2^(256 exponent), its rounding too. */
static void
add_product (Sum       *sum,
             GenlmWide  a,
             GenlmWide  b,
             gint64     exponent)
{
  double product = a.fraction * b.fraction;
  double rest = fma (a.fraction, b.fraction, -product);
  double scale = ldexp (1.0, (int) (256 * CLAMP (a.exponent + b.exponent - exponent, -3, 2)));

  sum_add (sum, product * scale);
  sum_add (sum, rest * scale);
}

/* By how much of itself a state's total misses what its edges say. */
static double
find_residual (const Totals *totals,
               guint32       state)
{
  const GenlmGraph *graph = totals->graph;
  GenlmWide total = totals->totals[state];
  Sum sum = { -total.fraction, 0.0 };
  guint32 i;

  add_product (&sum, totals->finals[state], GENLM_WIDE_ONE, total.exponent);
  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    add_product (&sum, graph->edges[i].weight, totals->totals[graph->edges[i].to], total.exponent);
  return (sum.sum + sum.rest) / total.fraction;
}

/* Once more, for what is missing. The totals, though not right yet, make the
 * rows sum to about one, so that nothing need be subtracted now. */
static gboolean
refine (Totals           *totals,
        const Component  *component,
        double           *change,
        GError          **error)
{
  g_autoptr (GenlmElimination) system = make_system (totals, component, TRUE);
  g_autofree GenlmWide *left_over = g_new (GenlmWide, component->size);
  g_autofree double *residuals = g_new (double, component->size);
  gboolean diverges;
  guint32 i;

  for (i = 0; i < component->size; i++)
    {
      guint32 state = component->states[i];

      left_over[i] = genlm_wide_divide (sum_outside (totals, component, state),
                                        totals->totals[state]);
      residuals[i] = find_residual (totals, state);
    }
  if (!genlm_elimination_run (system, left_over, totals->budget, &diverges, error))
    return FALSE;
  genlm_elimination_solve_plain (system, residuals);
  *change = 0.0;
  for (i = 0; i < component->size; i++)
    {
      GenlmWide *total = &totals->totals[component->states[i]];

      *change = MAX (*change, fabs (residuals[i]));
      if (!(residuals[i] > -0.5))
        {
          *change = INFINITY;
          return TRUE;
        }
      total->fraction *= 1.0 + residuals[i];
      *total = genlm_wide_normalize (*total);
    }
  return TRUE;
}

/* Refines as long as that is of use. */
static gboolean
refine_all (Totals           *totals,
            const Component  *component,
            gboolean         *diverges,
            GError          **error)
{
  double last = INFINITY;
  guint i;

  for (i = 0; i < MAX_REFINING; i++)
    {
      double change;

      if (!refine (totals, component, &change, error))
        return FALSE;
      if (change == 0.0 || !(change < last / 2))
        {
          last = MIN (last, change);
          break;
        }
      last = change;
    }
  *diverges = !(last < MAX_CHANGE);
  return TRUE;
}

static gboolean
sum_component (Totals           *totals,
               const Component  *component,
               gboolean         *diverges,
               GError          **error)
{
  g_autoptr (GenlmElimination) system = make_system (totals, component, FALSE);
  g_autofree GenlmWide *left_over = g_new (GenlmWide, component->size);
  g_autofree GenlmWide *values = g_new (GenlmWide, component->size);
  gboolean leaves_over = TRUE;
  guint32 i;

  for (i = 0; i < component->size; i++)
    {
      guint32 state = component->states[i];

      leaves_over = leaves_over && find_left_over (totals, component, state, &left_over[i]);
      values[i] = sum_outside (totals, component, state);
    }
  if (!genlm_elimination_run (system, leaves_over ? left_over : NULL, totals->budget, diverges,
                              error))
    return *diverges;
  genlm_elimination_solve (system, values);
  for (i = 0; i < component->size; i++)
    totals->totals[component->states[i]] = values[i];
  return leaves_over || refine_all (totals, component, diverges, error);
}

static gboolean
is_alone (const Totals    *totals,
          const Component *component)
{
  const GenlmGraph *graph = totals->graph;
  guint32 state = component->states[0];
  guint32 i;

  if (component->size > 1)
    return FALSE;
  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    if (graph->edges[i].to == state)
      return FALSE;
  return TRUE;
}

static gboolean
compute (Totals   *totals,
         GArray   *diverging,
         GError  **error)
{
  const GenlmComponents *components = totals->components;
  guint32 i;
  guint32 j;

  for (i = 0; i < components->n_components; i++)
    {
      Component component = { i, components->starts[i + 1] - components->starts[i],
                              components->states + components->starts[i] };
      gboolean diverges = FALSE;

      for (j = 0; j < component.size; j++)
        {
          totals->places[component.states[j]] = j;
          totals->totals[component.states[j]] = GENLM_WIDE_ONE;
        }
      if (is_proper (totals, &component))
        continue;
      if (is_alone (totals, &component))
        {
          totals->totals[component.states[0]] = sum_outside (totals, &component,
                                                             component.states[0]);
          continue;
        }
      if (!sum_component (totals, &component, &diverges, error))
        return FALSE;
      if (diverges)
        {
          g_array_append_vals (diverging, component.states, component.size);
          return FALSE;
        }
    }
  return TRUE;
}

/* From every state there must be a way to an end. FALSE with an error when a
 * limit is passed, and without one if the weights of the states that are
 * appended to @diverging have no finite sum. */
gboolean
genlm_totals_compute (const GenlmGraph  *graph,
                      const GenlmWide   *finals,
                      GenlmBudget       *budget,
                      GenlmWide         *totals,
                      GArray            *diverging,
                      GError           **error)
{
  g_autoptr (GenlmComponents) components = genlm_components_new (graph, NULL);
  g_autofree guint32 *places = g_new (guint32, MAX (graph->n_states, 1));
  Totals self = { graph, finals, components, budget, totals, places };

  return compute (&self, diverging, error);
}
