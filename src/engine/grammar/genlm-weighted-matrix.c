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

      if (genlm_wide_is_zero (triplet->weight))
        continue;
      for (; row < triplet->row; row++)
        self->starts[row + 1] = n_entries;
      if (n_entries > self->starts[row] && self->entries[n_entries - 1].column == triplet->column)
        self->entries[n_entries - 1].weight
          = genlm_wide_add (self->entries[n_entries - 1].weight, triplet->weight);
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
close_dense (GenlmWide *a,
             GenlmWide *exits,
             guint32    n,
             GenlmWide *column)
{
  guint32 i;
  guint32 j;
  guint32 k;

  for (k = 0; k < n; k++)
    {
      GenlmWide *from = a + (gsize) k * n;
      GenlmWide leaves = exits[k];

      for (j = k + 1; j < n; j++)
        leaves = genlm_wide_add (leaves, from[j]);
      if (genlm_wide_is_zero (leaves))
        return FALSE;
      for (i = 0; i < n; i++)
        column[i] = genlm_wide_divide (a[(gsize) i * n + k], leaves);
      for (i = 0; i < n; i++)
        {
          GenlmWide *to = a + (gsize) i * n;
          GenlmWide factor = column[i];

          if (i == k || genlm_wide_is_zero (factor))
            continue;
          for (j = 0; j < n; j++)
            if (j != k && !genlm_wide_is_zero (from[j]))
              to[j] = genlm_wide_add (to[j], genlm_wide_multiply (factor, from[j]));
          to[k] = factor;
          exits[i] = genlm_wide_add (exits[i], genlm_wide_multiply (factor, exits[k]));
        }
      for (j = 0; j < n; j++)
        if (j != k)
          from[j] = genlm_wide_divide (from[j], leaves);
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
  GenlmWide                     *sums;     /* one row of the result */
  guint32                       *touched;
  guint32                        n_touched;
} Closing;

static void
add_to_row (Closing   *closing,
            guint32    column,
            GenlmWide  weight)
{
  if (genlm_wide_is_zero (weight))
    return;
  if (genlm_wide_is_zero (closing->sums[column]))
    closing->touched[closing->n_touched++] = column;
  closing->sums[column] = genlm_wide_add (closing->sums[column], weight);
}

/* Adds @factor times what @row reaches outside of its component. */
static void
add_outside (Closing   *closing,
             guint32    row,
             GenlmWide  factor)
{
  const GenlmWeightedMatrix *matrix = closing->matrix;
  const guint32 *component = closing->components->component;
  guint32 i;
  guint32 j;

  for (i = matrix->starts[row]; i < matrix->starts[row + 1]; i++)
    {
      guint32 to = matrix->entries[i].column;
      GenlmWide share = genlm_wide_multiply (factor, matrix->entries[i].weight);

      if (component[to] == component[row])
        continue;
      for (j = closing->first[to]; j < closing->end[to]; j++)
        {
          GenlmWeightedTriplet *known = &g_array_index (closing->triplets, GenlmWeightedTriplet, j);

          add_to_row (closing, known->column, genlm_wide_multiply (share, known->weight));
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
      closing->sums[column] = GENLM_WIDE_ZERO;
    }
  closing->end[row] = closing->triplets->len;
  closing->n_touched = 0;
}

static gboolean
close_component (Closing         *closing,
                 const guint32   *rows,
                 guint32          n,
                 const guint32   *places,
                 const GenlmWide *exits)
{
  const GenlmWeightedMatrix *matrix = closing->matrix;
  const guint32 *component = closing->components->component;
  g_autofree GenlmWide *dense = g_new0 (GenlmWide, (gsize) n * n);
  g_autofree GenlmWide *leaves = g_new0 (GenlmWide, n);
  g_autofree GenlmWide *scratch = g_new (GenlmWide, n);
  guint32 i;
  guint32 j;

  for (i = 0; i < n; i++)
    {
      leaves[i] = exits[rows[i]];
      for (j = matrix->starts[rows[i]]; j < matrix->starts[rows[i] + 1]; j++)
        {
          const GenlmWeightedEntry *entry = &matrix->entries[j];

          if (component[entry->column] == component[rows[i]])
            {
              GenlmWide *place = &dense[(gsize) i * n + places[entry->column]];

              *place = genlm_wide_add (*place, entry->weight);
            }
          else
            leaves[i] = genlm_wide_add (leaves[i], entry->weight);
        }
    }
  if (!close_dense (dense, leaves, n, scratch))
    return FALSE;
  for (i = 0; i < n; i++)
    {
      add_to_row (closing, rows[i], GENLM_WIDE_ONE);
      add_outside (closing, rows[i], GENLM_WIDE_ONE);
      for (j = 0; j < n; j++)
        {
          GenlmWide weight = dense[(gsize) i * n + j];

          if (genlm_wide_is_zero (weight))
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
                             const GenlmWide            *exits,
                             GError                    **error)
{
  gsize n = (gsize) self->n_rows + 1;
  g_autoptr (GenlmWeightedComponents) components = genlm_weighted_matrix_find_components (self);
  g_autoptr (GArray) triplets = g_array_new (FALSE, FALSE, sizeof (GenlmWeightedTriplet));
  g_autofree guint32 *first = g_new0 (guint32, n);
  g_autofree guint32 *end = g_new0 (guint32, n);
  g_autofree GenlmWide *sums = g_new0 (GenlmWide, n);
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
