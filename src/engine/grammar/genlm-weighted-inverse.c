#include "genlm-weighted-inverse.h"

#include <genlm.h>

#include "genlm-elimination.h"

struct _GenlmWeightedInverse
{
  GenlmWeightedSide        side;
  /* The matrix, or its transpose where columns are asked for. */
  GenlmWeightedMatrix     *edges;
  GenlmWeightedComponents *components;
  /* By component: NULL where nothing leads back. */
  GenlmElimination       **loops;
  guint32                 *places; /* in the component, by row */
  guint32                  max_component;
  guint64                  memory;
};

struct _GenlmWeightedSums
{
  const GenlmWeightedInverse *inverse;
  GenlmWide                  *values;    /* by row; all zero between uses */
  GenlmWide                  *inner;     /* by place in a component */
  gboolean                   *is_queued; /* by component */
  guint32                    *queue;     /* a heap: what leads to others comes first */
  guint32                     n_queued;
  GArray                     *entries;
};

static gboolean
has_loop (const GenlmWeightedMatrix *matrix,
          const guint32             *rows,
          guint32                    n_rows)
{
  guint32 i;

  if (n_rows > 1)
    return TRUE;
  for (i = matrix->starts[rows[0]]; i < matrix->starts[rows[0] + 1]; i++)
    if (matrix->entries[i].column == rows[0])
      return TRUE;
  return FALSE;
}

/* What leads out of the component counts as leaving it. */
static GenlmElimination *
eliminate (GenlmWeightedInverse       *self,
           const GenlmWeightedMatrix  *matrix,
           guint32                     component,
           const GenlmWide            *exits,
           GenlmBudget                *budget,
           GError                    **error)
{
  const GenlmWeightedComponents *components = self->components;
  const guint32 *rows = components->order + components->starts[component];
  guint32 n_rows = components->starts[component + 1] - components->starts[component];
  g_autoptr (GenlmElimination) loop = genlm_elimination_new (n_rows);
  g_autofree GenlmWide *left_over = g_new (GenlmWide, n_rows);
  gboolean diverges;
  guint32 i;
  guint32 j;

  for (i = 0; i < n_rows; i++)
    {
      left_over[i] = exits[rows[i]];
      for (j = matrix->starts[rows[i]]; j < matrix->starts[rows[i] + 1]; j++)
        {
          const GenlmWeightedEntry *entry = &matrix->entries[j];

          if (components->component[entry->column] == component)
            genlm_elimination_add (loop, i, self->places[entry->column], entry->weight);
          else
            left_over[i] = genlm_wide_add (left_over[i], entry->weight);
        }
    }
  if (genlm_elimination_run (loop, left_over, budget, &diverges, error))
    return g_steal_pointer (&loop);
  if (diverges)
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
                 "Failed to sum the ways in which a rule of the grammar can begin with itself: the "
                 "sum diverges");
  else
    g_prefix_error (error, "Failed to sum the ways in which %u rules can begin with each other: ",
                    n_rows);
  return NULL;
}

static gboolean
eliminate_all (GenlmWeightedInverse       *self,
               const GenlmWeightedMatrix  *matrix,
               const GenlmWide            *exits,
               GenlmBudget                *budget,
               GError                    **error)
{
  const GenlmWeightedComponents *components = self->components;
  guint64 memory = budget->memory;
  guint32 i;
  guint32 j;

  for (i = 0; i < components->n_components; i++)
    {
      guint32 n_rows = components->starts[i + 1] - components->starts[i];

      for (j = 0; j < n_rows; j++)
        self->places[components->order[components->starts[i] + j]] = j;
      if (!has_loop (matrix, components->order + components->starts[i], n_rows))
        continue;
      self->max_component = MAX (self->max_component, n_rows);
      self->loops[i] = eliminate (self, matrix, i, exits, budget, error);
      if (self->loops[i] == NULL)
        return FALSE;
    }
  self->memory += budget->memory - memory;
  return TRUE;
}

/* Takes the matrix; @exits is what its rows miss of a sum of one. NULL with an
 * error where the sums diverge or when a limit is passed. */
GenlmWeightedInverse *
genlm_weighted_inverse_new (GenlmWeightedMatrix  *matrix,
                            const GenlmWide      *exits,
                            GenlmWeightedSide     side,
                            GenlmBudget          *budget,
                            GError              **error)
{
  g_autoptr (GenlmWeightedInverse) self = g_new0 (GenlmWeightedInverse, 1);
  guint32 n_rows = matrix->n_rows;

  self->side = side;
  self->edges = matrix;
  self->components = genlm_weighted_matrix_find_components (matrix);
  self->loops = g_new0 (GenlmElimination *, (gsize) n_rows + 1);
  self->places = g_new0 (guint32, (gsize) n_rows + 1);
  self->memory = matrix->starts[n_rows] * sizeof (GenlmWeightedEntry)
                 + n_rows * (5 * sizeof (guint32) + sizeof (gpointer));
  if (!eliminate_all (self, matrix, exits, budget, error))
    return NULL;
  if (side == GENLM_WEIGHTED_COLUMNS)
    {
      self->edges = genlm_weighted_matrix_transpose (matrix, n_rows);
      genlm_weighted_matrix_free (matrix);
    }
  return g_steal_pointer (&self);
}

void
genlm_weighted_inverse_free (GenlmWeightedInverse *self)
{
  guint32 i;

  for (i = 0; i < self->components->n_components; i++)
    g_clear_pointer (&self->loops[i], genlm_elimination_free);
  genlm_weighted_components_free (self->components);
  genlm_weighted_matrix_free (self->edges);
  g_free (self->places);
  g_free (self->loops);
  g_free (self);
}

const GenlmWeightedComponents *
genlm_weighted_inverse_peek_components (const GenlmWeightedInverse *self)
{
  return self->components;
}

guint64
genlm_weighted_inverse_get_memory (const GenlmWeightedInverse *self)
{
  return self->memory;
}

GenlmWeightedSums *
genlm_weighted_sums_new (const GenlmWeightedInverse *inverse)
{
  gsize n = (gsize) inverse->edges->n_rows + 1;
  GenlmWeightedSums *self = g_new0 (GenlmWeightedSums, 1);

  self->inverse = inverse;
  self->values = g_new0 (GenlmWide, n);
  self->inner = g_new0 (GenlmWide, inverse->max_component);
  self->is_queued = g_new0 (gboolean, n);
  self->queue = g_new (guint32, n);
  self->entries = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedEntry));
  return self;
}

void
genlm_weighted_sums_free (GenlmWeightedSums *self)
{
  g_array_unref (self->entries);
  g_free (self->queue);
  g_free (self->is_queued);
  g_free (self->inner);
  g_free (self->values);
  g_free (self);
}

/* What a component leads to has lower numbers. */
static inline gboolean
comes_before (const GenlmWeightedSums *self,
              guint32                  a,
              guint32                  b)
{
  return self->inverse->side == GENLM_WEIGHTED_ROWS ? a > b : a < b;
}

static void
push_queue (GenlmWeightedSums *self,
            guint32            component)
{
  guint32 *queue = self->queue;
  guint32 i = self->n_queued++;

  for (; i > 0 && comes_before (self, component, queue[(i - 1) / 2]); i = (i - 1) / 2)
    queue[i] = queue[(i - 1) / 2];
  queue[i] = component;
  self->is_queued[component] = TRUE;
}

static guint32
pop_queue (GenlmWeightedSums *self)
{
  guint32 *queue = self->queue;
  guint32 top = queue[0];
  guint32 n = --self->n_queued;
  guint32 last = queue[n];
  guint32 i = 0;

  while (2 * i + 1 < n)
    {
      guint32 child = 2 * i + 1;

      if (child + 1 < n && comes_before (self, queue[child + 1], queue[child]))
        child++;
      if (!comes_before (self, queue[child], last))
        break;
      queue[i] = queue[child];
      i = child;
    }
  queue[i] = last;
  self->is_queued[top] = FALSE;
  return top;
}

/* Adds to what the sums begin with. */
void
genlm_weighted_sums_add (GenlmWeightedSums *self,
                         guint32            row,
                         GenlmWide          weight)
{
  guint32 component = self->inverse->components->component[row];

  if (genlm_wide_is_zero (weight))
    return;
  self->values[row] = genlm_wide_add (self->values[row], weight);
  if (!self->is_queued[component])
    push_queue (self, component);
}

static void
go_round (GenlmWeightedSums      *self,
          const GenlmElimination *loop,
          const guint32          *rows,
          guint32                 n_rows)
{
  guint32 i;

  for (i = 0; i < n_rows; i++)
    self->inner[i] = self->values[rows[i]];
  if (self->inverse->side == GENLM_WEIGHTED_ROWS)
    genlm_elimination_solve_row (loop, self->inner);
  else
    genlm_elimination_solve (loop, self->inner);
  for (i = 0; i < n_rows; i++)
    self->values[rows[i]] = self->inner[i];
}

/* The row is done: what it leads to comes later. */
static void
finish_row (GenlmWeightedSums *self,
            guint32            row)
{
  const GenlmWeightedMatrix *edges = self->inverse->edges;
  const guint32 *component = self->inverse->components->component;
  GenlmWeightedEntry entry = { row, self->values[row] };
  guint32 i;

  self->values[row] = GENLM_WIDE_ZERO;
  if (genlm_wide_is_zero (entry.weight))
    return;
  g_array_append_val (self->entries, entry);
  for (i = edges->starts[row]; i < edges->starts[row + 1]; i++)
    if (component[edges->entries[i].column] != component[row])
      genlm_weighted_sums_add (self, edges->entries[i].column,
                               genlm_wide_multiply (entry.weight, edges->entries[i].weight));
}

/* What was added times the inverse, or the inverse times it where columns are
 * asked for: all that is not zero, in no particular order, until the next run. */
const GenlmWeightedEntry *
genlm_weighted_sums_run (GenlmWeightedSums *self,
                         guint32           *n_entries)
{
  const GenlmWeightedInverse *inverse = self->inverse;
  guint32 i;

  g_array_set_size (self->entries, 0);
  while (self->n_queued > 0)
    {
      guint32 component = pop_queue (self);
      const guint32 *rows = inverse->components->order + inverse->components->starts[component];
      guint32 n_rows = inverse->components->starts[component + 1]
                       - inverse->components->starts[component];

      if (inverse->loops[component] != NULL)
        go_round (self, inverse->loops[component], rows, n_rows);
      for (i = 0; i < n_rows; i++)
        finish_row (self, rows[i]);
    }
  *n_entries = self->entries->len;
  return (const GenlmWeightedEntry *) (gpointer) self->entries->data;
}

/* By row, no less than what it reaches, if that is not more than @most. */
static guint32 *
find_lengths (const GenlmWeightedInverse *self,
              guint32                     most)
{
  const GenlmWeightedComponents *components = self->components;
  const GenlmWeightedMatrix *edges = self->edges;
  guint32 n = components->n_components;
  guint32 *lengths = g_new (guint32, (gsize) edges->n_rows + 1);
  guint32 i;
  guint32 j;
  guint32 k;

  for (i = 0; i < n; i++)
    {
      guint32 component = self->side == GENLM_WEIGHTED_ROWS ? i : n - 1 - i;
      guint32 first = components->starts[component];
      guint32 end = components->starts[component + 1];
      guint32 length = MIN (end - first, most + 1);

      for (j = first; j < end && length <= most; j++)
        {
          guint32 row = components->order[j];

          for (k = edges->starts[row]; k < edges->starts[row + 1] && length <= most; k++)
            if (components->component[edges->entries[k].column] != component)
              length = MIN (length + lengths[edges->entries[k].column], most + 1);
        }
      for (j = first; j < end; j++)
        lengths[components->order[j]] = length;
    }
  return lengths;
}

/* All rows, or columns, that are known to have no more than @max_length
 * entries; the others are empty, as none of them is without itself. */
GenlmWeightedMatrix *
genlm_weighted_inverse_make_short (const GenlmWeightedInverse *self,
                                   guint32                     max_length)
{
  g_autofree guint32 *lengths = find_lengths (self, max_length);
  g_autoptr (GenlmWeightedSums) sums = genlm_weighted_sums_new (self);
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  guint32 row;
  guint32 i;

  for (row = 0; row < self->edges->n_rows; row++)
    {
      const GenlmWeightedEntry *entries;
      guint32 n_entries;

      if (lengths[row] > max_length)
        continue;
      genlm_weighted_sums_add (sums, row, GENLM_WIDE_ONE);
      entries = genlm_weighted_sums_run (sums, &n_entries);
      for (i = 0; i < n_entries; i++)
        {
          GenlmWeightedTriplet triplet = { row, entries[i].column, entries[i].weight };

          g_array_append_val (triplets, triplet);
        }
    }
  return genlm_weighted_matrix_new (self->edges->n_rows, triplets);
}
