#include "genlm-weighted-matrix.h"

#include <genlm.h>

static int
compare_triplets (gconstpointer a,
                  gconstpointer b)
{
  const GenlmWeightedTriplet *x = a;
  const GenlmWeightedTriplet *y = b;

  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  if (x->column != y->column)
    return x->column < y->column ? -1 : 1;
  return 0;
}

/* Sorts the triplets; those of one place are added up, those of weight zero
 * left out. */
GenlmWeightedMatrix *
genlm_weighted_matrix_new (guint32  n_rows,
                           GArray  *triplets)
{
  GenlmWeightedMatrix *self = g_new0 (GenlmWeightedMatrix, 1);
  guint32 n_entries = 0;
  guint32 row = 0;
  guint i;

  g_array_sort (triplets, compare_triplets);
  self->n_rows = n_rows;
  self->starts = g_new0 (guint32, (gsize) n_rows + 1);
  self->entries = g_new (GenlmWeightedEntry, triplets->len + 1);
  for (i = 0; i < triplets->len; i++)
    {
      const GenlmWeightedTriplet *triplet = &g_array_index (triplets, GenlmWeightedTriplet, i);

      if (triplet->weight == 0.0)
        continue;
      for (; row < triplet->row; row++)
        self->starts[row + 1] = n_entries;
      if (n_entries > self->starts[row] && self->entries[n_entries - 1].column == triplet->column)
        self->entries[n_entries - 1].weight += triplet->weight;
      else
        {
          self->entries[n_entries].column = triplet->column;
          self->entries[n_entries++].weight = triplet->weight;
        }
    }
  for (; row < n_rows; row++)
    self->starts[row + 1] = n_entries;
  return self;
}

void
genlm_weighted_matrix_free (GenlmWeightedMatrix *self)
{
  g_free (self->starts);
  g_free (self->entries);
  g_free (self);
}

GenlmWeightedMatrix *
genlm_weighted_matrix_transpose (const GenlmWeightedMatrix *self,
                                 guint32                    n_columns)
{
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  guint32 row;
  guint32 i;

  for (row = 0; row < self->n_rows; row++)
    for (i = self->starts[row]; i < self->starts[row + 1]; i++)
      {
        GenlmWeightedTriplet triplet = { self->entries[i].column, row, self->entries[i].weight };

        g_array_append_val (triplets, triplet);
      }
  return genlm_weighted_matrix_new (n_columns, triplets);
}

typedef struct
{
  guint32 row;
  guint32 next; /* the entry to follow next */
} Visit;

/* Tarjan's algorithm with a stack of its own. */
GenlmWeightedComponents *
genlm_weighted_matrix_find_components (const GenlmWeightedMatrix *self)
{
  GenlmWeightedComponents *found = g_new0 (GenlmWeightedComponents, 1);
  guint32 n = self->n_rows;
  g_autofree guint32 *numbers = g_new0 (guint32, (gsize) n + 1); /* 0 is not seen */
  g_autofree guint32 *lows = g_new0 (guint32, (gsize) n + 1);
  g_autofree guint32 *open = g_new (guint32, (gsize) n + 1);
  g_autofree Visit *visits = g_new (Visit, (gsize) n + 1);
  guint32 n_numbers = 0;
  guint32 n_open = 0;
  guint32 n_order = 0;
  guint32 root;

  found->starts = g_new0 (guint32, (gsize) n + 1);
  found->order = g_new (guint32, (gsize) n + 1);
  found->component = g_new (guint32, (gsize) n + 1);
  memset (found->component, 0xff, ((gsize) n + 1) * sizeof (guint32));
  for (root = 0; root < n; root++)
    {
      guint32 n_visits = 0;

      if (numbers[root] != 0)
        continue;
      visits[n_visits++] = (Visit){ root, self->starts[root] };
      numbers[root] = lows[root] = ++n_numbers;
      open[n_open++] = root;
      while (n_visits > 0)
        {
          Visit *visit = &visits[n_visits - 1];
          guint32 row = visit->row;

          if (visit->next < self->starts[row + 1])
            {
              guint32 to = self->entries[visit->next++].column;

              if (numbers[to] == 0)
                {
                  numbers[to] = lows[to] = ++n_numbers;
                  open[n_open++] = to;
                  visits[n_visits++] = (Visit){ to, self->starts[to] };
                }
              else if (found->component[to] == G_MAXUINT32)
                lows[row] = MIN (lows[row], numbers[to]);
              continue;
            }
          n_visits--;
          if (n_visits > 0)
            lows[visits[n_visits - 1].row] = MIN (lows[visits[n_visits - 1].row], lows[row]);
          if (lows[row] != numbers[row])
            continue;
          do
            {
              found->order[n_order] = open[--n_open];
              found->component[open[n_open]] = found->n_components;
              n_order++;
            }
          while (open[n_open] != row);
          found->starts[++found->n_components] = n_order;
        }
    }
  return found;
}

void
genlm_weighted_components_free (GenlmWeightedComponents *self)
{
  g_free (self->starts);
  g_free (self->order);
  g_free (self->component);
  g_free (self);
}

/* The sum of all powers but the first of the dense matrix @a of @n rows, in its
 * place. @exits is what a row misses of its sum of one. Nothing is subtracted:
 * what would be one less a loop is the sum of what leaves the loop (Grassmann,
 * Taksar and Heyman). FALSE if nothing leaves. */
static gboolean
close_dense (double  *a,
             double  *exits,
             guint32  n,
             double  *column)
{
  guint32 i;
  guint32 j;
  guint32 k;

  for (k = 0; k < n; k++)
    {
      double *from = a + (gsize) k * n;
      double leaves = exits[k];

      for (j = k + 1; j < n; j++)
        leaves += from[j];
      if (!(leaves > 0.0))
        return FALSE;
      for (i = 0; i < n; i++)
        column[i] = a[(gsize) i * n + k] / leaves;
      for (i = 0; i < n; i++)
        {
          double *to = a + (gsize) i * n;
          double factor = column[i];

          if (i == k || factor == 0.0)
            continue;
          for (j = 0; j < n; j++)
            if (j != k)
              to[j] += factor * from[j];
          to[k] = factor;
          exits[i] += factor * exits[k];
        }
      for (j = 0; j < n; j++)
        if (j != k)
          from[j] /= leaves;
      from[k] = column[k];
    }
  return TRUE;
}

typedef struct
{
  const GenlmWeightedMatrix     *matrix;
  const GenlmWeightedComponents *components;
  GArray                        *triplets; /* rows of the result that are ready */
  guint32                       *first;    /* by row: where its triplets are */
  guint32                       *end;
  double                        *sums;     /* one row of the result */
  guint32                       *touched;
  guint32                        n_touched;
} Closing;

static void
add_to_row (Closing *closing,
            guint32  column,
            double   weight)
{
  if (weight == 0.0)
    return;
  if (closing->sums[column] == 0.0)
    closing->touched[closing->n_touched++] = column;
  closing->sums[column] += weight;
}

/* Adds @factor times what @row reaches outside of its component. */
static void
add_outside (Closing *closing,
             guint32  row,
             double   factor)
{
  const GenlmWeightedMatrix *matrix = closing->matrix;
  const guint32 *component = closing->components->component;
  guint32 i;
  guint32 j;

  for (i = matrix->starts[row]; i < matrix->starts[row + 1]; i++)
    {
      guint32 to = matrix->entries[i].column;

      if (component[to] == component[row])
        continue;
      for (j = closing->first[to]; j < closing->end[to]; j++)
        {
          GenlmWeightedTriplet *known = &g_array_index (closing->triplets, GenlmWeightedTriplet, j);

          add_to_row (closing, known->column, factor * matrix->entries[i].weight * known->weight);
        }
    }
}

static void
finish_row (Closing *closing,
            guint32  row)
{
  guint32 i;

  closing->first[row] = closing->triplets->len;
  for (i = 0; i < closing->n_touched; i++)
    {
      guint32 column = closing->touched[i];
      GenlmWeightedTriplet triplet = { row, column, closing->sums[column] };

      g_array_append_val (closing->triplets, triplet);
      closing->sums[column] = 0.0;
    }
  closing->end[row] = closing->triplets->len;
  closing->n_touched = 0;
}

static gboolean
close_component (Closing       *closing,
                 const guint32 *rows,
                 guint32        n,
                 const guint32 *places,
                 const double  *exits)
{
  const GenlmWeightedMatrix *matrix = closing->matrix;
  const guint32 *component = closing->components->component;
  g_autofree double *dense = g_new0 (double, (gsize) n * n);
  g_autofree double *leaves = g_new0 (double, n);
  g_autofree double *scratch = g_new (double, n);
  guint32 i;
  guint32 j;

  for (i = 0; i < n; i++)
    {
      leaves[i] = exits[rows[i]];
      for (j = matrix->starts[rows[i]]; j < matrix->starts[rows[i] + 1]; j++)
        {
          const GenlmWeightedEntry *entry = &matrix->entries[j];

          if (component[entry->column] == component[rows[i]])
            dense[(gsize) i * n + places[entry->column]] += entry->weight;
          else
            leaves[i] += entry->weight;
        }
    }
  if (!close_dense (dense, leaves, n, scratch))
    return FALSE;
  for (i = 0; i < n; i++)
    {
      add_to_row (closing, rows[i], 1.0);
      add_outside (closing, rows[i], 1.0);
      for (j = 0; j < n; j++)
        {
          double weight = dense[(gsize) i * n + j];

          if (weight == 0.0)
            continue;
          add_to_row (closing, rows[j], weight);
          add_outside (closing, rows[j], weight);
        }
      finish_row (closing, rows[i]);
    }
  return TRUE;
}

/* The sum of all powers, (I - M)^-1, of a matrix whose rows add up to one with
 * @exits, component by component. */
GenlmWeightedMatrix *
genlm_weighted_matrix_close (const GenlmWeightedMatrix  *self,
                             const double               *exits,
                             GError                    **error)
{
  gsize n = (gsize) self->n_rows + 1;
  g_autoptr (GenlmWeightedComponents) components = genlm_weighted_matrix_find_components (self);
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  g_autofree guint32 *first = g_new0 (guint32, n);
  g_autofree guint32 *end = g_new0 (guint32, n);
  g_autofree double *sums = g_new0 (double, n);
  g_autofree guint32 *touched = g_new (guint32, n);
  g_autofree guint32 *places = g_new (guint32, n);
  Closing closing = { self, components, triplets, first, end, sums, touched, 0 };
  guint32 i;
  guint32 j;

  for (i = 0; i < components->n_components; i++)
    {
      const guint32 *rows = components->order + components->starts[i];
      guint32 n_rows = components->starts[i + 1] - components->starts[i];

      if (n_rows > GENLM_WEIGHTED_MAX_COMPONENT || triplets->len > GENLM_WEIGHTED_MAX_ENTRIES)
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                       "Failed to find what may begin with what: the grammar is too large, with %u "
                       "rules that can begin with each other (at most %u) and %u pairs (at most %u)",
                       n_rows, GENLM_WEIGHTED_MAX_COMPONENT, triplets->len,
                       GENLM_WEIGHTED_MAX_ENTRIES);
          return NULL;
        }
      for (j = 0; j < n_rows; j++)
        places[rows[j]] = j;
      if (!close_component (&closing, rows, n_rows, places, exits))
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
                       "Failed to sum the ways in which a rule of the grammar can begin with itself: "
                       "the sum diverges");
          return NULL;
        }
    }
  return genlm_weighted_matrix_new (self->n_rows, triplets);
}
