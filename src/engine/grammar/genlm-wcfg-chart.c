#include "genlm-wcfg-chart.h"

#include <genlm.h>

#include "genlm-wcfg-prediction.h"
#include "genlm-wcfg-reduction.h"

/* All columns together may take so many times what may be kept of scans: they
 * are what contexts hold. */
#define COLUMNS_FACTOR (16u)

struct _GenlmWcfgChart
{
  GenlmWeightedGrammar *grammar;
  guint                 max_items;
  guint64               max_memory;
  GenlmWcfgColumn      *start;

  GMutex                mutex;
  /* All columns, without references. */
  GHashTable           *columns;
  guint64               columns_memory;
  guint64               last_id;
  /* By column and terminal; holds references to both columns. */
  GHashTable           *scans;
  guint64               scans_memory;
  GPtrArray            *scratches;
};

typedef struct
{
  GenlmWcfgColumn *from;
  GenlmWcfgColumn *to;
  guint32          terminal;
} KnownScan;

static GenlmWcfgScratch *
take_scratch (GenlmWcfgChart *self)
{
  GenlmWcfgScratch *scratch = NULL;

  g_mutex_lock (&self->mutex);
  if (self->scratches->len > 0)
    scratch = g_ptr_array_steal_index_fast (self->scratches, self->scratches->len - 1);
  g_mutex_unlock (&self->mutex);
  return scratch != NULL ? scratch : genlm_wcfg_scratch_new (self->grammar);
}

static void
return_scratch (GenlmWcfgChart   *self,
                GenlmWcfgScratch *scratch)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->scratches, scratch);
  g_mutex_unlock (&self->mutex);
}

static guint
hash_column (gconstpointer key)
{
  return ((const GenlmWcfgColumn *) key)->hash;
}

static gboolean
equal_columns (gconstpointer a,
               gconstpointer b)
{
  const GenlmWcfgColumn *x = a;
  const GenlmWcfgColumn *y = b;
  guint32 i;

  if (x->hash != y->hash || x->n_items != y->n_items
      || !genlm_wcfg_equal_masses (x->accept, y->accept))
    return FALSE;
  for (i = 0; i < x->n_items; i++)
    if (x->items[i].origin != y->items[i].origin || x->items[i].head != y->items[i].head
        || x->items[i].suffix != y->items[i].suffix
        || !genlm_wcfg_equal_masses (x->items[i].mass, y->items[i].mass))
      return FALSE;
  return TRUE;
}

/* One more reference, unless the last one is gone. */
static gboolean
try_ref (GenlmWcfgColumn *column)
{
  int count = g_atomic_int_get (&column->ref_count);

  while (count > 0)
    if (g_atomic_int_compare_and_exchange_full (&column->ref_count, count, count + 1, &count))
      return TRUE;
  return FALSE;
}

GenlmWcfgColumn *
genlm_wcfg_column_ref (GenlmWcfgColumn *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

static gsize
measure_column (const GenlmWcfgColumn *column)
{
  return sizeof *column + column->n_items * sizeof (GenlmWcfgItem)
         + column->n_waits * sizeof (GenlmWcfgWait)
         + column->n_predictions * sizeof (GenlmWcfgPrediction)
         + column->n_priors * sizeof (GenlmWcfgPrior);
}

/* Drops a reference; the last one puts the column on a list. */
static void
release (GenlmWcfgColumn  *column,
         GenlmWcfgColumn **list)
{
  GenlmWcfgChart *chart = column->chart;

  if (!g_atomic_int_dec_and_test (&column->ref_count))
    return;
  g_mutex_lock (&chart->mutex);
  if (g_hash_table_lookup (chart->columns, column) == column)
    g_hash_table_remove (chart->columns, column);
  chart->columns_memory -= measure_column (column);
  g_mutex_unlock (&chart->mutex);
  column->next = *list;
  *list = column;
}

/* Columns hold those that their items began in, so that a long row of them may
 * go at once. */
void
genlm_wcfg_column_unref (GenlmWcfgColumn *self)
{
  GenlmWcfgColumn *list = NULL;
  guint32 i;

  release (self, &list);
  while (list != NULL)
    {
      GenlmWcfgColumn *column = list;

      list = column->next;
      for (i = 0; i < column->n_items; i++)
        if (column->items[i].origin != NULL)
          release (column->items[i].origin, &list);
      g_free (column);
    }
}

/* Puts a new column among the others, if there is room; or finds that another
 * thread was faster. */
static GenlmWcfgColumn *
add_column (GenlmWcfgChart  *self,
            GenlmWcfgColumn *column)
{
  guint64 max_memory = self->max_memory * COLUMNS_FACTOR;
  GenlmWcfgColumn *known;
  gboolean added = FALSE;

  if (max_memory / COLUMNS_FACTOR != self->max_memory)
    max_memory = G_MAXUINT64;
  g_mutex_lock (&self->mutex);
  self->columns_memory += measure_column (column);
  known = g_hash_table_lookup (self->columns, column);
  if (known != NULL && !try_ref (known))
    known = NULL;
  if (known == NULL && self->columns_memory <= max_memory)
    {
      column->id = ++self->last_id;
      g_hash_table_add (self->columns, column);
      added = TRUE;
    }
  g_mutex_unlock (&self->mutex);
  if (added)
    return column;
  genlm_wcfg_column_unref (column);
  return known;
}

/* The column of that content, which is new or known. */
static GenlmWcfgColumn *
intern_column (GenlmWcfgChart    *self,
               GenlmWcfgScratch  *scratch,
               GError           **error)
{
  GenlmWcfgColumn probe = { .chart = self, .accept = scratch->accept };
  GenlmWcfgColumn *column;
  guint32 i;

  probe.items = (GenlmWcfgItem *) (gpointer) scratch->items->data;
  probe.n_items = scratch->items->len;
  probe.hash = genlm_wcfg_mix_mass (0, probe.accept);
  for (i = 0; i < probe.n_items; i++)
    {
      probe.hash = genlm_wcfg_mix (probe.hash, genlm_wcfg_item_hash (&probe.items[i]));
      probe.hash = genlm_wcfg_mix_mass (probe.hash, probe.items[i].mass);
    }
  g_mutex_lock (&self->mutex);
  column = g_hash_table_lookup (self->columns, &probe);
  if (column != NULL && !try_ref (column))
    column = NULL;
  g_mutex_unlock (&self->mutex);
  if (column == NULL)
    column = add_column (self, genlm_wcfg_prediction_make_column (scratch, &probe));
  if (column == NULL)
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                 "Failed to read on: what is known of the texts that are being read takes more than "
                 "%u times %" G_GUINT64_FORMAT " bytes (max-memory)",
                 COLUMNS_FACTOR, self->max_memory);
  return column;
}

static guint
hash_scan (gconstpointer key)
{
  const KnownScan *scan = key;

  return genlm_wcfg_mix (scan->terminal, (guint64) (gsize) scan->from);
}

static gboolean
equal_scans (gconstpointer a,
             gconstpointer b)
{
  const KnownScan *x = a;
  const KnownScan *y = b;

  return x->from == y->from && x->terminal == y->terminal;
}

static void
free_scan (gpointer data)
{
  KnownScan *scan = data;

  genlm_wcfg_column_unref (scan->from);
  genlm_wcfg_column_unref (scan->to);
  g_free (scan);
}

static GHashTable *
make_scans (void)
{
  return g_hash_table_new_full (hash_scan, equal_scans, free_scan, NULL);
}

static GenlmWcfgColumn *
lookup_scan (GenlmWcfgChart      *self,
             const GenlmWcfgScan *scan)
{
  KnownScan key = { scan->column, NULL, scan->terminal };
  GenlmWcfgColumn *column = NULL;
  KnownScan *known;

  g_mutex_lock (&self->mutex);
  known = g_hash_table_lookup (self->scans, &key);
  if (known != NULL)
    column = genlm_wcfg_column_ref (known->to);
  g_mutex_unlock (&self->mutex);
  return column;
}

/* When the bound is passed, all that is kept goes; it is freed outside of the
 * lock, which that takes. */
static void
insert_scan (GenlmWcfgChart      *self,
             const GenlmWcfgScan *scan,
             GenlmWcfgColumn     *to)
{
  GHashTable *old = NULL;
  gsize size = sizeof (KnownScan) + 64 + measure_column (scan->column) + measure_column (to);
  KnownScan *known = NULL;

  g_mutex_lock (&self->mutex);
  if (self->scans_memory + size > self->max_memory)
    {
      old = self->scans;
      self->scans = make_scans ();
      self->scans_memory = 0;
    }
  known = g_new (KnownScan, 1);
  *known = (KnownScan){ genlm_wcfg_column_ref (scan->column), genlm_wcfg_column_ref (to),
                        scan->terminal };
  if (g_hash_table_contains (self->scans, known))
    {
      /* Another thread was faster; the references are not the last ones. */
      g_mutex_unlock (&self->mutex);
      free_scan (known);
    }
  else
    {
      g_hash_table_add (self->scans, known);
      self->scans_memory += size;
      g_mutex_unlock (&self->mutex);
    }
  if (old != NULL)
    g_hash_table_unref (old);
}

/* Drops what is kept of scans. */
void
genlm_wcfg_chart_forget (GenlmWcfgChart *self)
{
  GHashTable *old;

  g_mutex_lock (&self->mutex);
  old = self->scans;
  self->scans = make_scans ();
  self->scans_memory = 0;
  g_mutex_unlock (&self->mutex);
  g_hash_table_unref (old);
}

/* How many columns there are. */
guint
genlm_wcfg_chart_get_n_columns (GenlmWcfgChart *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = g_hash_table_size (self->columns);
  g_mutex_unlock (&self->mutex);
  return n;
}

static GenlmWcfgColumn *
make_start (GenlmWcfgChart *self)
{
  const GenlmWeightedSuffix *start = &self->grammar->suffixes[self->grammar->start];
  GenlmWcfgScratch *scratch = take_scratch (self);
  GenlmWcfgItem item = { NULL, 0, self->grammar->start, GENLM_WIDE_ONE };
  GenlmWcfgColumn *column;

  genlm_wcfg_scratch_clear (scratch);
  scratch->accept = start->empty;
  if (!genlm_wide_is_zero (start->more))
    genlm_wcfg_scratch_add_item (scratch, &item);
  genlm_wcfg_reduction_settle (scratch);
  column = intern_column (self, scratch, NULL);
  return_scratch (self, scratch);
  return column;
}

/* Takes the grammar. A column has at most
 * @max_items items; @max_memory bounds what is kept of scans. */
GenlmWcfgChart *
genlm_wcfg_chart_new (GenlmWeightedGrammar *grammar,
                      guint                 max_items,
                      guint64               max_memory)
{
  GenlmWcfgChart *self = g_new0 (GenlmWcfgChart, 1);

  self->grammar = grammar;
  self->max_items = max_items;
  self->max_memory = max_memory;
  g_mutex_init (&self->mutex);
  self->columns = g_hash_table_new (hash_column, equal_columns);
  self->scans = make_scans ();
  self->scratches = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_wcfg_scratch_free);
  self->start = make_start (self);
  return self;
}

/* No column is held by anybody else any more. */
void
genlm_wcfg_chart_free (GenlmWcfgChart *self)
{
  genlm_wcfg_chart_forget (self);
  genlm_wcfg_column_unref (self->start);
  g_ptr_array_unref (self->scratches);
  g_hash_table_unref (self->scans);
  g_hash_table_unref (self->columns);
  g_mutex_clear (&self->mutex);
  genlm_weighted_grammar_free (self->grammar);
  g_free (self);
}

/* The column before any text. */
GenlmWcfgColumn *
genlm_wcfg_chart_dup_start (GenlmWcfgChart *self)
{
  return genlm_wcfg_column_ref (self->start);
}

static GenlmWcfgColumn *
build_column (GenlmWcfgChart       *self,
              const GenlmWcfgScan  *scans,
              guint                 n_scans,
              GenlmWcfgClock       *clock,
              GError              **error)
{
  GenlmWcfgScratch *scratch = take_scratch (self);
  GenlmWcfgColumn *column = NULL;

  if (genlm_wcfg_reduction_run (scratch, scans, n_scans, self->max_items, clock, error))
    column = intern_column (self, scratch, error);
  return_scratch (self, scratch);
  return column;
}

/* The column behind terminals that were begun in columns that wait for them;
 * only how their masses relate is looked at. NULL when a limit is passed, that of
 * the clock among them. */
GenlmWcfgColumn *
genlm_wcfg_chart_scan (GenlmWcfgChart       *self,
                       const GenlmWcfgScan  *scans,
                       guint                 n_scans,
                       GenlmWcfgClock       *clock,
                       GError              **error)
{
  GenlmWcfgScan scan = { scans[0].column, scans[0].terminal, GENLM_WIDE_ONE };
  GenlmWcfgColumn *column;

  if (n_scans > 1)
    return build_column (self, scans, n_scans, clock, error);
  column = lookup_scan (self, &scan);
  if (column != NULL)
    return column;
  column = build_column (self, &scan, 1, clock, error);
  if (column != NULL)
    insert_scan (self, &scan, column);
  return column;
}
