#include "genlm-weighted-matrix.h"

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
