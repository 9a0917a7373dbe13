#include "genlm-closure.h"

#include "genlm-wfsa.h"

typedef struct
{
  const GenlmGraph      *graph;
  const GenlmWide       *finals;
  const GenlmWide       *wanted;
  const GenlmComponents *components;
  GenlmBudget           *budget;
  GenlmClosure          *closure;
  /* A row that is being summed, by state, and the states in it. */
  GenlmWide             *sums;
  GArray                *touched;
} Builder;

static gboolean
is_silent (const GenlmGraphEdge *edge)
{
  return edge->label == GENLM_WFSA_EPSILON;
}

static void
add_to_row (Builder   *builder,
            guint32    state,
            GenlmWide  weight)
{
  if (genlm_wide_is_zero (weight))
    return;
  if (genlm_wide_is_zero (builder->sums[state]))
    g_array_append_val (builder->touched, state);
  builder->sums[state] = genlm_wide_add (builder->sums[state], weight);
}

static void
add_row_to_row (Builder   *builder,
                guint32    state,
                GenlmWide  factor)
{
  const GenlmClosure *closure = builder->closure;
  guint32 i;

  for (i = 0; i < closure->lengths[state]; i++)
    {
      GenlmWeighedState entry = genlm_closure_peek_row (closure, state)[i];

      add_to_row (builder, entry.state, genlm_wide_multiply (entry.weight, factor));
    }
}

/* What a state adds before its component is gone round: itself, and what it
 * reaches outside. */
static void
add_base (Builder   *builder,
          guint32    state,
          GenlmWide  factor)
{
  const GenlmGraph *graph = builder->graph;
  const guint32 *component_of = builder->components->component_of;
  guint32 i;

  if (genlm_wide_is_zero (factor))
    return;
  if (!genlm_wide_is_zero (builder->wanted[state]))
    add_to_row (builder, state, factor);
  for (i = graph->starts[state]; i < graph->starts[state + 1]; i++)
    {
      const GenlmGraphEdge *edge = &graph->edges[i];

      if (is_silent (edge) && component_of[edge->to] != component_of[state])
        add_row_to_row (builder, edge->to, genlm_wide_multiply (factor, edge->weight));
    }
}

static gboolean
end_row (Builder  *builder,
         guint32   state,
         GError  **error)
{
  GenlmClosure *closure = builder->closure;
  guint32 length = builder->touched->len;
  guint32 i;

  closure->starts[state] = closure->entries->len;
  closure->lengths[state] = length;
  for (i = 0; i < length; i++)
    {
      guint32 target = g_array_index (builder->touched, guint32, i);
      GenlmWeighedState entry = { target, builder->sums[target] };

      g_array_append_val (closure->entries, entry);
      builder->sums[target] = GENLM_WIDE_ZERO;
    }
  g_array_set_size (builder->touched, 0);
  return genlm_budget_spend (builder->budget, length, length * sizeof (GenlmWeighedState), error);
}

/* Splits what leaves the states of a component into what stays inside without
 * a label, by place, and the rest. */
static void
read_component (const Builder *builder,
                const guint32 *states,
                guint32        size,
                const guint32 *places,
                GenlmWide     *inside,
                GenlmWide     *left_over)
{
  const GenlmGraph *graph = builder->graph;
  const guint32 *component_of = builder->components->component_of;
  guint32 i;
  guint32 j;

  for (i = 0; i < size; i++)
    {
      left_over[i] = builder->finals[states[i]];
      for (j = graph->starts[states[i]]; j < graph->starts[states[i] + 1]; j++)
        {
          const GenlmGraphEdge *edge = &graph->edges[j];
          GenlmWide *sum = &left_over[i];

          if (is_silent (edge) && component_of[edge->to] == component_of[states[i]])
            sum = &inside[(gsize) i * size + places[edge->to]];
          *sum = genlm_wide_add (*sum, edge->weight);
        }
    }
}

/* Turns weights into the sums over all ways of at least one step (Kleene's
 * algorithm), where one minus the sum of the ways back is what the others and
 * @left_over add up to. */
static gboolean
close_matrix (GenlmWide    *matrix,
              GenlmWide    *left_over,
              guint32       size,
              GenlmBudget  *budget,
              GError      **error)
{
  g_autofree GenlmWide *row = g_new (GenlmWide, size);
  guint32 i;
  guint32 j;
  guint32 k;

  for (k = 0; k < size; k++)
    {
      GenlmWide pivot = left_over[k];

      for (j = 0; j < size; j++)
        {
          row[j] = matrix[(gsize) k * size + j];
          if (j > k)
            pivot = genlm_wide_add (pivot, row[j]);
        }
      for (i = 0; i < size; i++)
        {
          GenlmWide *target = &matrix[(gsize) i * size];
          GenlmWide factor = genlm_wide_divide (target[k], pivot);

          if (genlm_wide_is_zero (factor))
            continue;
          for (j = 0; j < size; j++)
            target[j] = genlm_wide_add (target[j], genlm_wide_multiply (factor, row[j]));
          if (i > k)
            left_over[i] = genlm_wide_add (left_over[i],
                                           genlm_wide_multiply (factor, left_over[k]));
        }
      if (!genlm_budget_spend (budget, (guint64) size * size, 0, error))
        return FALSE;
    }
  return TRUE;
}

/* The rows of a component with edges inside. */
static gboolean
close_component (Builder        *builder,
                 const guint32  *states,
                 guint32         size,
                 const guint32  *places,
                 GError        **error)
{
  g_autofree GenlmWide *matrix = NULL;
  g_autofree GenlmWide *left_over = g_new (GenlmWide, size);
  guint32 i;
  guint32 j;

  if (!genlm_budget_spend (builder->budget, size, (guint64) size * size * sizeof (GenlmWide),
                           error))
    return FALSE;
  matrix = g_new0 (GenlmWide, (gsize) size * size);
  read_component (builder, states, size, places, matrix, left_over);
  if (!close_matrix (matrix, left_over, size, builder->budget, error))
    return FALSE;
  for (i = 0; i < size; i++)
    {
      add_base (builder, states[i], GENLM_WIDE_ONE);
      for (j = 0; j < size; j++)
        add_base (builder, states[j], matrix[(gsize) i * size + j]);
      if (!end_row (builder, states[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_alone (const Builder *builder,
          const guint32 *states,
          guint32        size)
{
  const GenlmGraph *graph = builder->graph;
  guint32 i;

  if (size > 1)
    return FALSE;
  for (i = graph->starts[states[0]]; i < graph->starts[states[0] + 1]; i++)
    if (is_silent (&graph->edges[i]) && graph->edges[i].to == states[0])
      return FALSE;
  return TRUE;
}

static gboolean
build (Builder  *builder,
       GError  **error)
{
  const GenlmComponents *components = builder->components;
  g_autofree guint32 *places = g_new (guint32, MAX (builder->graph->n_states, 1));
  guint32 i;
  guint32 j;

  for (i = 0; i < components->n_components; i++)
    {
      const guint32 *states = components->states + components->starts[i];
      guint32 size = components->starts[i + 1] - components->starts[i];
      gboolean ok;

      for (j = 0; j < size; j++)
        places[states[j]] = j;
      if (is_alone (builder, states, size))
        {
          add_base (builder, states[0], GENLM_WIDE_ONE);
          ok = end_row (builder, states[0], error);
        }
      else
        ok = close_component (builder, states, size, places, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* States whose weight in @wanted is zero are left out of the rows. NULL when
 * a limit is passed. */
GenlmClosure *
genlm_closure_new (const GenlmGraph  *graph,
                   const GenlmWide   *finals,
                   const GenlmWide   *wanted,
                   GenlmBudget       *budget,
                   GError           **error)
{
  g_autoptr (GenlmComponents) components = genlm_components_new (graph, is_silent);
  g_autofree GenlmWide *sums = g_new0 (GenlmWide, MAX (graph->n_states, 1));
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GenlmClosure) self = g_new0 (GenlmClosure, 1);
  Builder builder = { graph, finals, wanted, components, budget, self, sums, touched };

  self->starts = g_new0 (guint32, MAX (graph->n_states, 1));
  self->lengths = g_new0 (guint32, MAX (graph->n_states, 1));
  self->entries = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
  return build (&builder, error) ? g_steal_pointer (&self) : NULL;
}

void
genlm_closure_free (GenlmClosure *self)
{
  g_array_unref (self->entries);
  g_free (self->lengths);
  g_free (self->starts);
  g_free (self);
}
