#include "genlm-weighted-system.h"

/* What an entry takes while it is found, and afterwards. */
#define SIZE_OF_ENTRY (2 * sizeof (guint32) + sizeof (GenlmWeightedNumber))

/* What a multiplication of numbers costs, in steps of the budget. */
#define STEPS_TO_MULTIPLY (4u)

/* Of the row of an unknown: the earlier unknowns that it is rid of, and the
 * later ones that are left, without itself. */
struct _GenlmWeightedSystem
{
  guint32              size;
  guint32             *order;
  guint64             *early_starts; /* by unknown */
  guint64             *late_starts;
  guint32             *early;
  guint32             *late;
  GenlmWeightedNumber *numbers; /* beside the later unknowns */
  GenlmWeightedNumber *pivots;
  GenlmWeightedNumber *right_sides;
  GenlmWeightedNumber *row; /* all zero between two of them */
};

/* The finding out. */
typedef struct
{
  guint32   size;
  GArray  **rows;    /* by unknown: those that are left in its row */
  GArray  **columns; /* the rows it is in, or was */
  GArray  **early;
  guint32  *n_in_column;
  gboolean *is_done;
  guint32  *marks; /* by unknown: the row plus one in which it was seen last */
} Search;

static void
search_clear (Search *search)
{
  guint32 i;

  for (i = 0; i < search->size; i++)
    {
      g_array_unref (search->rows[i]);
      g_array_unref (search->columns[i]);
      g_array_unref (search->early[i]);
    }
  g_free (search->rows);
  g_free (search->columns);
  g_free (search->early);
  g_free (search->n_in_column);
  g_free (search->is_done);
  g_free (search->marks);
}

static void
search_add (Search  *search,
            guint32  row,
            guint32  column)
{
  g_array_append_val (search->rows[row], column);
  g_array_append_val (search->columns[column], row);
  search->n_in_column[column]++;
}

static void
search_init (Search        *search,
             guint32        size,
             const guint32 *starts,
             const guint32 *columns)
{
  guint32 i;
  guint32 j;

  search->size = size;
  search->rows = g_new (GArray *, size);
  search->columns = g_new (GArray *, size);
  search->early = g_new (GArray *, size);
  search->n_in_column = g_new0 (guint32, size);
  search->is_done = g_new0 (gboolean, size);
  search->marks = g_new0 (guint32, size);
  for (i = 0; i < size; i++)
    {
      search->rows[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
      search->columns[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
      search->early[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
    }
  for (i = 0; i < size; i++)
    for (j = starts[i]; j < starts[i + 1]; j++)
      if (columns[j] != i && search->marks[columns[j]] != i + 1)
        {
          search->marks[columns[j]] = i + 1;
          search_add (search, i, columns[j]);
        }
  memset (search->marks, 0, size * sizeof (guint32));
}

static gboolean
remove_entry (GArray  *row,
              guint32  column)
{
  guint i;

  for (i = 0; i < row->len; i++)
    if (g_array_index (row, guint32, i) == column)
      {
        g_array_remove_index_fast (row, i);
        return TRUE;
      }
  return FALSE;
}

/* Adds what is in the row of @unknown to another row. */
static void
merge_row (Search  *search,
           guint32  row,
           guint32  unknown)
{
  const GArray *source = search->rows[unknown];
  const GArray *target = search->rows[row];
  guint n = target->len;
  guint i;

  for (i = 0; i < n; i++)
    search->marks[g_array_index (target, guint32, i)] = row + 1;
  for (i = 0; i < source->len; i++)
    {
      guint32 column = g_array_index (source, guint32, i);

      if (column != row && search->marks[column] != row + 1)
        search_add (search, row, column);
    }
  for (i = 0; i < n; i++)
    search->marks[g_array_index (target, guint32, i)] = 0;
}

static gboolean
eliminate (Search       *search,
           guint32       unknown,
           GenlmBudget  *budget,
           GError      **error)
{
  const GArray *row = search->rows[unknown];
  const GArray *column = search->columns[unknown];
  guint64 n_steps = row->len;
  guint64 n_entries = row->len;
  guint i;

  for (i = 0; i < column->len; i++)
    {
      guint32 other = g_array_index (column, guint32, i);

      n_steps++;
      if (search->is_done[other] || other == unknown)
        continue;
      n_steps += search->rows[other]->len + row->len;
      if (!remove_entry (search->rows[other], unknown))
        continue;
      g_array_append_val (search->early[other], unknown);
      n_entries -= search->rows[other]->len;
      merge_row (search, other, unknown);
      n_entries += search->rows[other]->len;
    }
  for (i = 0; i < row->len; i++)
    search->n_in_column[g_array_index (row, guint32, i)]--;
  search->is_done[unknown] = TRUE;
  return genlm_budget_spend (budget, n_steps, n_entries * SIZE_OF_ENTRY, error);
}

/* Rounds over what is left, in each of which an unknown may have twice as many
 * pairs of neighbours. */
static gboolean
eliminate_all (Search       *search,
               guint32      *order,
               GenlmBudget  *budget,
               GError      **error)
{
  guint64 bound = 1;
  guint32 n_done = 0;
  guint32 i;

  for (; n_done < search->size; bound *= 2)
    for (i = 0; i < search->size; i++)
      {
        if (search->is_done[i] || (guint64) search->n_in_column[i] * search->rows[i]->len >= bound)
          continue;
        if (!eliminate (search, i, budget, error))
          return FALSE;
        order[n_done++] = i;
      }
  return TRUE;
}

static guint32 *
join (GArray  **lists,
      guint32   n,
      guint64 **starts)
{
  guint64 n_entries = 0;
  guint32 *joined;
  guint32 i;

  *starts = g_new (guint64, (gsize) n + 1);
  for (i = 0; i < n; i++)
    {
      (*starts)[i] = n_entries;
      n_entries += lists[i]->len;
    }
  (*starts)[n] = n_entries;
  joined = g_new (guint32, n_entries + 1);
  for (i = 0; i < n; i++)
    if (lists[i]->len > 0)
      memcpy (joined + (*starts)[i], lists[i]->data, lists[i]->len * sizeof (guint32));
  return joined;
}

/* The columns of row i in which there may be something stand from starts[i] to
 * starts[i + 1]; the diagonal is always one of them. NULL when a limit is
 * passed. */
GenlmWeightedSystem *
genlm_weighted_system_new (guint32         size,
                           const guint32  *starts,
                           const guint32  *columns,
                           GenlmBudget    *budget,
                           GError        **error)
{
  g_autoptr (GenlmWeightedSystem) self = g_new0 (GenlmWeightedSystem, 1);
  Search search;
  gboolean ok;

  self->size = size;
  self->order = g_new (guint32, size);
  search_init (&search, size, starts, columns);
  ok = eliminate_all (&search, self->order, budget, error);
  if (ok)
    {
      self->early = join (search.early, size, &self->early_starts);
      self->late = join (search.rows, size, &self->late_starts);
      self->numbers = g_new (GenlmWeightedNumber, self->late_starts[size] + 1);
      self->pivots = g_new (GenlmWeightedNumber, size);
      self->right_sides = g_new (GenlmWeightedNumber, size);
      self->row = g_new0 (GenlmWeightedNumber, (gsize) size + 1);
    }
  search_clear (&search);
  return ok ? g_steal_pointer (&self) : NULL;
}

void
genlm_weighted_system_free (GenlmWeightedSystem *self)
{
  g_free (self->row);
  g_free (self->right_sides);
  g_free (self->pivots);
  g_free (self->numbers);
  g_free (self->late);
  g_free (self->early);
  g_free (self->late_starts);
  g_free (self->early_starts);
  g_free (self->order);
  g_free (self);
}

/* Rids the row at hand of an earlier unknown. */
static void
subtract_row (GenlmWeightedSystem *self,
              guint32              unknown)
{
  GenlmWeightedNumber *row = self->row;
  GenlmWeightedNumber factor = row[unknown];
  guint64 i;

  row[unknown] = genlm_weighted_number_make (0.0);
  if (factor.high == 0.0)
    return;
  factor = genlm_weighted_number_divide (factor, self->pivots[unknown]);
  for (i = self->late_starts[unknown]; i < self->late_starts[unknown + 1]; i++)
    if (self->numbers[i].high != 0.0)
      row[self->late[i]] = genlm_weighted_number_subtract (
        row[self->late[i]], genlm_weighted_number_multiply (factor, self->numbers[i]));
  row[self->size] = genlm_weighted_number_subtract (
    row[self->size], genlm_weighted_number_multiply (factor, self->right_sides[unknown]));
}

/* Takes the row at hand as that of @unknown. */
static void
keep_row (GenlmWeightedSystem *self,
          guint32              unknown)
{
  GenlmWeightedNumber *row = self->row;
  guint64 i;

  for (i = self->late_starts[unknown]; i < self->late_starts[unknown + 1]; i++)
    {
      self->numbers[i] = row[self->late[i]];
      row[self->late[i]] = genlm_weighted_number_make (0.0);
    }
  self->pivots[unknown] = row[unknown];
  self->right_sides[unknown] = row[self->size];
  row[unknown] = row[self->size] = genlm_weighted_number_make (0.0);
}

static void
find_unknown (GenlmWeightedSystem *self,
              guint32              unknown,
              GenlmWeightedNumber *solution)
{
  GenlmWeightedNumber sum = self->right_sides[unknown];
  guint64 i;

  for (i = self->late_starts[unknown]; i < self->late_starts[unknown + 1]; i++)
    if (self->numbers[i].high != 0.0)
      sum = genlm_weighted_number_subtract (
        sum, genlm_weighted_number_multiply (self->numbers[i], solution[self->late[i]]));
  solution[unknown] = genlm_weighted_number_divide (sum, self->pivots[unknown]);
}

/* FALSE when a pivot is not positive, which @diverges tells, or with an error
 * when a limit is passed. */
gboolean
genlm_weighted_system_solve (GenlmWeightedSystem    *self,
                             GenlmWeightedFillFunc   fill,
                             gpointer                user_data,
                             GenlmBudget            *budget,
                             GenlmWeightedNumber    *solution,
                             gboolean               *diverges,
                             GError                **error)
{
  guint32 i;
  guint64 j;

  *diverges = FALSE;
  for (i = 0; i < self->size; i++)
    {
      guint32 unknown = self->order[i];
      guint64 n_steps = 1;

      fill (unknown, self->row, user_data);
      for (j = self->early_starts[unknown]; j < self->early_starts[unknown + 1]; j++)
        {
          guint32 earlier = self->early[j];

          n_steps += self->late_starts[earlier + 1] - self->late_starts[earlier] + 1;
          subtract_row (self, earlier);
        }
      keep_row (self, unknown);
      if (!(self->pivots[unknown].high > 0.0))
        {
          *diverges = TRUE;
          return FALSE;
        }
      if (!genlm_budget_spend (budget, n_steps * STEPS_TO_MULTIPLY, 0, error))
        return FALSE;
    }
  for (i = self->size; i > 0; i--)
    find_unknown (self, self->order[i - 1], solution);
  return TRUE;
}
