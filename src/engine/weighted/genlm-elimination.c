#include "genlm-elimination.h"

#define NO_PLACE (G_MAXUINT32)

typedef struct
{
  guint32   index;
  GenlmWide weight;
} Entry;

/* An unknown that was eliminated: what it is made of, and what it is part
 * of, of those that were left then. */
typedef struct
{
  guint32   unknown;
  GenlmWide inverse;
  guint     first_row_entry;
  guint     first_column_entry;
  guint     end;
} Step;

struct _GenlmElimination
{
  guint32     size;
  /* Entries by row, the diagonal apart; and the rows where a column has
   * entries, or had. */
  GArray    **rows;
  GArray    **columns;
  GenlmWide  *diagonal;
  guint32    *n_in_column;
  gboolean   *is_done;
  GenlmWide  *left_over;
  /* Where a column stands in the row that is being added to. */
  guint32    *places;

  GArray     *steps;
  GArray     *entries;
};

GenlmElimination *
genlm_elimination_new (guint32 size)
{
  GenlmElimination *self = g_new0 (GenlmElimination, 1);
  guint32 i;

  self->size = size;
  self->rows = g_new (GArray *, size);
  self->columns = g_new (GArray *, size);
  self->diagonal = g_new0 (GenlmWide, size);
  self->n_in_column = g_new0 (guint32, size);
  self->is_done = g_new0 (gboolean, size);
  self->places = g_new (guint32, size);
  for (i = 0; i < size; i++)
    {
      self->rows[i] = g_array_new (FALSE, FALSE, sizeof (Entry));
      self->columns[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
      self->places[i] = NO_PLACE;
    }
  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  return self;
}

/* What is of use until the last unknown is eliminated. */
static void
drop_weights (GenlmElimination *self)
{
  guint32 i;

  if (self->rows == NULL)
    return;
  for (i = 0; i < self->size; i++)
    {
      g_array_unref (self->columns[i]);
      g_array_unref (self->rows[i]);
    }
  g_clear_pointer (&self->places, g_free);
  g_clear_pointer (&self->left_over, g_free);
  g_clear_pointer (&self->is_done, g_free);
  g_clear_pointer (&self->n_in_column, g_free);
  g_clear_pointer (&self->diagonal, g_free);
  g_clear_pointer (&self->columns, g_free);
  g_clear_pointer (&self->rows, g_free);
}

void
genlm_elimination_free (GenlmElimination *self)
{
  drop_weights (self);
  g_array_unref (self->entries);
  g_array_unref (self->steps);
  g_free (self);
}

static void
append_entry (GenlmElimination *self,
              guint32           row,
              guint32           column,
              GenlmWide         weight)
{
  Entry entry = { column, weight };

  g_array_append_val (self->rows[row], entry);
  g_array_append_val (self->columns[column], row);
  self->n_in_column[column]++;
}

/* Several weights in one place are added. All of a row are added before those
 * of the next one. */
void
genlm_elimination_add (GenlmElimination *self,
                       guint32           row,
                       guint32           column,
                       GenlmWide         weight)
{
  guint32 place = self->places[column];

  if (row == column)
    {
      self->diagonal[row] = genlm_wide_add (self->diagonal[row], weight);
      return;
    }
  if (place < self->rows[row]->len
      && g_array_index (self->rows[row], Entry, place).index == column)
    {
      Entry *entry = &g_array_index (self->rows[row], Entry, place);

      entry->weight = genlm_wide_add (entry->weight, weight);
      return;
    }
  self->places[column] = self->rows[row]->len;
  append_entry (self, row, column, weight);
}

/* One minus the diagonal. */
static GenlmWide
find_pivot (GenlmElimination *self,
            guint32           unknown)
{
  const GArray *row = self->rows[unknown];
  GenlmWide pivot;
  guint i;

  if (self->left_over == NULL)
    return genlm_wide_from_double (MAX (1.0 - genlm_wide_to_double (self->diagonal[unknown]), 0.0));
  pivot = self->left_over[unknown];
  for (i = 0; i < row->len; i++)
    pivot = genlm_wide_add (pivot, g_array_index (row, Entry, i).weight);
  return pivot;
}

/* Takes the entry of @column out of a row. FALSE if it has none. */
static gboolean
take_entry (GArray    *row,
            guint32    column,
            GenlmWide *weight)
{
  guint i;

  for (i = 0; i < row->len; i++)
    if (g_array_index (row, Entry, i).index == column)
      {
        *weight = g_array_index (row, Entry, i).weight;
        g_array_remove_index_fast (row, i);
        return TRUE;
      }
  return FALSE;
}

/* Adds @factor times the row of @unknown to @row. */
static void
add_row (GenlmElimination *self,
         guint32           row,
         guint32           unknown,
         GenlmWide         factor)
{
  const GArray *source = self->rows[unknown];
  GArray *target = self->rows[row];
  guint i;

  for (i = 0; i < target->len; i++)
    self->places[g_array_index (target, Entry, i).index] = i;
  for (i = 0; i < source->len; i++)
    {
      const Entry *entry = &g_array_index (source, Entry, i);
      GenlmWide weight = genlm_wide_multiply (factor, entry->weight);
      guint32 place = self->places[entry->index];

      if (entry->index == row)
        self->diagonal[row] = genlm_wide_add (self->diagonal[row], weight);
      else if (place != NO_PLACE)
        g_array_index (target, Entry, place).weight
          = genlm_wide_add (g_array_index (target, Entry, place).weight, weight);
      else
        append_entry (self, row, entry->index, weight);
    }
  for (i = 0; i < target->len; i++)
    self->places[g_array_index (target, Entry, i).index] = NO_PLACE;
  if (self->left_over != NULL)
    self->left_over[row] = genlm_wide_add (self->left_over[row],
                                           genlm_wide_multiply (factor, self->left_over[unknown]));
}

static gboolean
eliminate (GenlmElimination  *self,
           guint32            unknown,
           GenlmBudget       *budget,
           gboolean          *diverges,
           GError           **error)
{
  GArray *row = self->rows[unknown];
  GArray *column = self->columns[unknown];
  GenlmWide pivot = find_pivot (self, unknown);
  Step step = { .unknown = unknown, .first_row_entry = self->entries->len };
  guint64 n_steps = row->len;
  guint64 n_new = 0;
  guint i;

  if (genlm_wide_is_zero (pivot))
    {
      *diverges = TRUE;
      return FALSE;
    }
  step.inverse = genlm_wide_divide (GENLM_WIDE_ONE, pivot);
  g_array_append_vals (self->entries, row->data, row->len);
  step.first_column_entry = self->entries->len;
  for (i = 0; i < column->len; i++)
    {
      Entry entry = { .index = g_array_index (column, guint32, i) };

      if (self->is_done[entry.index]
          || !take_entry (self->rows[entry.index], unknown, &entry.weight))
        continue;
      entry.weight = genlm_wide_multiply (entry.weight, step.inverse);
      g_array_append_val (self->entries, entry);
      n_new -= self->rows[entry.index]->len;
      add_row (self, entry.index, unknown, entry.weight);
      n_new += self->rows[entry.index]->len;
      n_steps += row->len + self->rows[entry.index]->len;
    }
  step.end = self->entries->len;
  g_array_append_val (self->steps, step);
  for (i = 0; i < row->len; i++)
    self->n_in_column[g_array_index (row, Entry, i).index]--;
  self->is_done[unknown] = TRUE;
  return genlm_budget_spend (budget, n_steps,
                             (step.end - step.first_row_entry + n_new) * sizeof (Entry), error);
}

/* Makes the sums of a system ready; the weights are gone afterwards. With
 * @left_over, that is what is missing in the sums of the rows to one, and the
 * diagonal is not read. FALSE when the sums do not converge, or with an error
 * when a limit is passed. */
gboolean
genlm_elimination_run (GenlmElimination  *self,
                       const GenlmWide   *left_over,
                       GenlmBudget       *budget,
                       gboolean          *diverges,
                       GError           **error)
{
  guint64 bound = 1;
  guint32 i;

  *diverges = FALSE;
  if (left_over != NULL)
    self->left_over = g_memdup2 (left_over, self->size * sizeof (GenlmWide));
  for (i = 0; i < self->size; i++)
    self->places[i] = NO_PLACE;
  /* Rounds over what is left, in each of which an unknown may have twice as
   * many pairs of neighbours. */
  for (; self->steps->len < self->size; bound *= 2)
    for (i = 0; i < self->size; i++)
      if (!self->is_done[i] && (guint64) self->n_in_column[i] * self->rows[i]->len < bound
          && !eliminate (self, i, budget, diverges, error))
        return FALSE;
  drop_weights (self);
  return TRUE;
}

/* Puts x in the place of r. */
void
genlm_elimination_solve (const GenlmElimination *self,
                         GenlmWide              *values)
{
  guint i;
  guint j;

  for (i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);

      for (j = step->first_column_entry; j < step->end; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          values[entry->index]
            = genlm_wide_add (values[entry->index],
                              genlm_wide_multiply (entry->weight, values[step->unknown]));
        }
    }
  for (i = self->steps->len; i > 0; i--)
    {
      const Step *step = &g_array_index (self->steps, Step, i - 1);
      GenlmWide sum = values[step->unknown];

      for (j = step->first_row_entry; j < step->first_column_entry; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          sum = genlm_wide_add (sum, genlm_wide_multiply (entry->weight, values[entry->index]));
        }
      values[step->unknown] = genlm_wide_multiply (sum, step->inverse);
    }
}

/* The same for a row: x = r + x A. */
void
genlm_elimination_solve_row (const GenlmElimination *self,
                             GenlmWide              *values)
{
  guint i;
  guint j;

  for (i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);
      GenlmWide share = genlm_wide_multiply (values[step->unknown], step->inverse);

      values[step->unknown] = share;
      for (j = step->first_row_entry; j < step->first_column_entry; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          values[entry->index] = genlm_wide_add (values[entry->index],
                                                 genlm_wide_multiply (entry->weight, share));
        }
    }
  for (i = self->steps->len; i > 0; i--)
    {
      const Step *step = &g_array_index (self->steps, Step, i - 1);
      GenlmWide sum = values[step->unknown];

      for (j = step->first_column_entry; j < step->end; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          sum = genlm_wide_add (sum, genlm_wide_multiply (entry->weight, values[entry->index]));
        }
      values[step->unknown] = sum;
    }
}

/* The same as the first for plain numbers, which may be negative. */
void
genlm_elimination_solve_plain (const GenlmElimination *self,
                               double                 *values)
{
  guint i;
  guint j;

  for (i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);

      for (j = step->first_column_entry; j < step->end; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          values[entry->index] += genlm_wide_to_double (entry->weight) * values[step->unknown];
        }
    }
  for (i = self->steps->len; i > 0; i--)
    {
      const Step *step = &g_array_index (self->steps, Step, i - 1);
      double sum = values[step->unknown];

      for (j = step->first_row_entry; j < step->first_column_entry; j++)
        {
          const Entry *entry = &g_array_index (self->entries, Entry, j);

          sum += genlm_wide_to_double (entry->weight) * values[entry->index];
        }
      values[step->unknown] = sum * genlm_wide_to_double (step->inverse);
    }
}
