#include "genlm-wcfg-reduction.h"

#include <genlm.h>
#include <stdlib.h>

/* What it costs to look for what waits, and to go on with one of it, in steps of
 * the clock. */
#define STEPS_TO_LOOK (16u)
#define STEPS_TO_ADD (8u)

/* Adds an item, and that it may be over already. With @completed FALSE that is
 * known elsewhere. */
static void
add_item (GenlmWcfgScratch     *scratch,
          const GenlmWcfgFound *found,
          GenlmWide             mass,
          gboolean              completed)
{
  const GenlmWeightedSuffix *suffix = &scratch->grammar->suffixes[found->rest];
  GenlmWcfgItem item = { found->origin, found->head, found->rest, mass };

  if (genlm_wide_is_zero (mass))
    return;
  if (completed && !genlm_wide_is_zero (suffix->empty))
    genlm_wcfg_scratch_add_event (scratch, found->origin, found->head,
                                  genlm_wide_multiply (mass, suffix->empty));
  if (!genlm_wide_is_zero (suffix->more))
    genlm_wcfg_scratch_add_item (scratch, &item);
}

static const GenlmWcfgPrediction *
find_prediction (const GenlmWcfgColumn *column,
                 guint32                symbol)
{
  guint32 first = 0;
  guint32 n = column->n_predictions;

  while (n > 0)
    {
      guint32 half = n / 2;
      const GenlmWcfgPrediction *prediction = &column->predictions[first + half];

      if (prediction->symbol == symbol)
        return prediction;
      if (prediction->symbol < symbol)
        {
          first += half + 1;
          n -= half + 1;
        }
      else
        n = half;
    }
  return NULL;
}

static guint32
find_first_wait (const GenlmWcfgColumn *column,
                 guint32                symbol)
{
  guint32 first = 0;
  guint32 n = column->n_waits;

  while (n > 0)
    {
      guint32 half = n / 2;

      if (column->waits[first + half].symbol < symbol)
        {
          first += half + 1;
          n -= half + 1;
        }
      else
        n = half;
    }
  return first;
}

static void
find_predicted (GenlmWcfgScratch          *scratch,
                const GenlmWcfgPrediction *prediction,
                const GenlmWeightedArc    *arc)
{
  GenlmWcfgFound found = { prediction->origin, prediction->head, arc->rest,
                           genlm_wide_multiply (prediction->mass, arc->weight), TRUE };

  g_array_append_val (scratch->found, found);
}

/* The arcs of a head that begin with @symbol. */
static void
find_in_head (GenlmWcfgScratch          *scratch,
              const GenlmWcfgPrediction *prediction,
              guint32                    symbol)
{
  const GenlmWeightedGrammar *grammar = scratch->grammar;
  guint32 first = grammar->head_starts[prediction->symbol];
  guint32 end = grammar->head_starts[prediction->symbol + 1];
  guint32 n = end - first;

  while (n > 0)
    {
      guint32 half = n / 2;

      if (grammar->arcs_of_head[first + half].symbol < symbol)
        {
          first += half + 1;
          n -= half + 1;
        }
      else
        n = half;
    }
  for (; first < end && grammar->arcs_of_head[first].symbol == symbol; first++)
    find_predicted (scratch, prediction, &grammar->arcs_of_head[first]);
}

/* Finds what waits for @symbol in a column. Returns its mass. */
static GenlmWide
find_waiting (GenlmWcfgScratch      *scratch,
              const GenlmWcfgColumn *column,
              guint32                symbol)
{
  const GenlmWeightedGrammar *grammar = scratch->grammar;
  guint32 first = grammar->symbol_starts[symbol];
  guint32 end = grammar->symbol_starts[symbol + 1];
  GenlmWide sum = GENLM_WIDE_ZERO;
  guint32 i;

  g_array_set_size (scratch->found, 0);
  for (i = find_first_wait (column, symbol);
       i < column->n_waits && column->waits[i].symbol == symbol; i++)
    {
      const GenlmWcfgWait *wait = &column->waits[i];
      const GenlmWcfgItem *item = &column->items[wait->item];
      GenlmWcfgFound found = { item->origin, item->head, wait->rest, wait->mass, FALSE };

      g_array_append_val (scratch->found, found);
    }
  if (end - first <= column->n_predictions)
    for (i = first; i < end; i++)
      {
        const GenlmWcfgPrediction *prediction;

        prediction = find_prediction (column, grammar->arcs_at_symbol[i].head);
        if (prediction != NULL)
          find_predicted (scratch, prediction, &grammar->arcs_at_symbol[i]);
      }
  else
    for (i = 0; i < column->n_predictions; i++)
      find_in_head (scratch, &column->predictions[i], symbol);
  for (i = 0; i < scratch->found->len; i++)
    sum = genlm_wide_add (sum, g_array_index (scratch->found, GenlmWcfgFound, i).mass);
  return sum;
}

static void
add_scan (GenlmWcfgScratch    *scratch,
          const GenlmWcfgScan *scan)
{
  GenlmWide sum = find_waiting (scratch, scan->column,
                                scratch->grammar->n_nonterminals + scan->terminal);
  guint i;

  for (i = 0; i < scratch->found->len; i++)
    {
      const GenlmWcfgFound *found = &g_array_index (scratch->found, GenlmWcfgFound, i);

      add_item (scratch, found,
                genlm_wide_multiply (scan->mass, genlm_wide_divide (found->mass, sum)), TRUE);
    }
}

/* Of what was begun, how much is complete. */
static GenlmWide
find_share (const GenlmWcfgColumn *column,
            const GenlmWcfgEvent  *event)
{
  return genlm_wide_divide (event->mass, find_prediction (column, event->head)->mass);
}

/* All that the heads which are complete in a column alone are, themselves
 * included, together; times @share. */
static const GenlmWeightedEntry *
find_complete (GenlmWcfgScratch      *scratch,
               const GenlmWcfgOrigin *origin,
               GenlmWide             *share,
               guint32               *n_complete)
{
  const GenlmWeightedMatrix *chains = scratch->grammar->short_chains;
  const GenlmWcfgEvent *event = &g_array_index (scratch->events, GenlmWcfgEvent, origin->events);
  guint32 i = origin->events;

  *n_complete = chains->starts[event->head + 1] - chains->starts[event->head];
  if (event->next == G_MAXUINT32 && *n_complete > 0)
    {
      *share = find_share (origin->column, event);
      return chains->entries + chains->starts[event->head];
    }
  for (; i != G_MAXUINT32; i = event->next)
    {
      event = &g_array_index (scratch->events, GenlmWcfgEvent, i);
      genlm_weighted_sums_add (scratch->chains, event->head, find_share (origin->column, event));
    }
  *share = GENLM_WIDE_ONE;
  return genlm_weighted_sums_run (scratch->chains, n_complete);
}

/* Heads are complete, and with them all that they alone are: whoever waited for
 * one of them goes on, each with its share. */
static gboolean
complete (GenlmWcfgScratch       *scratch,
          const GenlmWcfgOrigin  *origin,
          GenlmWcfgClock         *clock,
          GError                **error)
{
  const GenlmWeightedEntry *completed;
  guint32 n_complete;
  GenlmWide share;
  guint32 i;
  guint j;

  completed = find_complete (scratch, origin, &share, &n_complete);
  for (i = 0; i < n_complete; i++)
    {
      GenlmWide part = genlm_wide_multiply (completed[i].weight, share);

      if (find_prediction (origin->column, completed[i].column) == NULL)
        continue;
      find_waiting (scratch, origin->column, completed[i].column);
      for (j = 0; j < scratch->found->len; j++)
        {
          const GenlmWcfgFound *found = &g_array_index (scratch->found, GenlmWcfgFound, j);

          add_item (scratch, found, genlm_wide_multiply (part, found->mass), !found->predicted);
        }
      if (!genlm_wcfg_clock_spend (clock, STEPS_TO_LOOK + scratch->found->len * STEPS_TO_ADD, error))
        return FALSE;
    }
  return genlm_wcfg_clock_spend (clock, STEPS_TO_LOOK + n_complete, error);
}

static gboolean
complete_all (GenlmWcfgScratch  *scratch,
              guint              max_items,
              GenlmWcfgClock    *clock,
              GError           **error)
{
  GenlmWcfgOrigin origin;

  while (genlm_wcfg_scratch_pop_origin (scratch, &origin))
    {
      if (!complete (scratch, &origin, clock, error))
        return FALSE;
      if (scratch->items->len > max_items)
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                       "Failed to read on: the text can be read in too many ways at once, with more "
                       "than %u rules open (max-states)",
                       max_items);
          return FALSE;
        }
    }
  return TRUE;
}

static int
compare_items (const void *a,
               const void *b)
{
  const GenlmWcfgItem *x = a;
  const GenlmWcfgItem *y = b;
  guint64 x_id = x->origin != NULL ? x->origin->id : 0;
  guint64 y_id = y->origin != NULL ? y->origin->id : 0;

  if (x_id != y_id)
    return x_id < y_id ? -1 : 1;
  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  return x->suffix < y->suffix ? -1 : x->suffix > y->suffix;
}

/* Sorts the items and makes the mass of what is to come, and of an end, one. */
void
genlm_wcfg_reduction_settle (GenlmWcfgScratch        *scratch)
{
  GenlmWcfgItem *items = (GenlmWcfgItem *) (gpointer) scratch->items->data;
  guint n = scratch->items->len;
  GenlmWide sum;
  guint i;

  scratch->more = GENLM_WIDE_ZERO;
  if (n > 1)
    qsort (items, n, sizeof (GenlmWcfgItem), compare_items);
  for (i = 0; i < n; i++)
    {
      GenlmWide more = scratch->grammar->suffixes[items[i].suffix].more;

      scratch->more = genlm_wide_add (scratch->more, genlm_wide_multiply (items[i].mass, more));
    }
  sum = genlm_wide_add (scratch->accept, scratch->more);
  if (genlm_wide_is_zero (sum) || (sum.fraction == 1.0 && sum.exponent == 0))
    return;
  for (i = 0; i < n; i++)
    items[i].mass = genlm_wide_divide (items[i].mass, sum);
  scratch->accept = genlm_wide_divide (scratch->accept, sum);
  scratch->more = genlm_wide_divide (scratch->more, sum);
}

/* Fills the scratch with the items behind terminals that were begun in columns
 * that wait for them. FALSE with an error when there are too many, or when it
 * is too late. */
gboolean
genlm_wcfg_reduction_run (GenlmWcfgScratch     *scratch,
                          const GenlmWcfgScan  *scans,
                          guint                 n_scans,
                          guint                 max_items,
                          GenlmWcfgClock       *clock,
                          GError              **error)
{
  guint i;

  genlm_wcfg_scratch_clear (scratch);
  for (i = 0; i < n_scans; i++)
    {
      add_scan (scratch, &scans[i]);
      if (!genlm_wcfg_clock_spend (clock, STEPS_TO_LOOK + scratch->found->len * STEPS_TO_ADD, error))
        return FALSE;
    }
  if (!complete_all (scratch, max_items, clock, error))
    return FALSE;
  genlm_wcfg_reduction_settle (scratch);
  return TRUE;
}
