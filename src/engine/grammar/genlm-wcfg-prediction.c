#include "genlm-wcfg-prediction.h"

#include <stdlib.h>

static int
compare_waits (const void *a,
               const void *b)
{
  const GenlmWcfgWait *x = a;
  const GenlmWcfgWait *y = b;

  if (x->symbol != y->symbol)
    return x->symbol < y->symbol ? -1 : 1;
  if (x->item != y->item)
    return x->item < y->item ? -1 : 1;
  return x->rest < y->rest ? -1 : x->rest > y->rest;
}

static void
collect_waits (GenlmWcfgScratch        *scratch)
{
  const GenlmWeightedSuffix *suffixes = scratch->grammar->suffixes;
  guint32 i;

  g_array_set_size (scratch->waits, 0);
  for (i = 0; i < scratch->items->len; i++)
    {
      const GenlmWcfgItem *item = &g_array_index (scratch->items, GenlmWcfgItem, i);
      GenlmWide before = item->mass;
      guint32 suffix = item->suffix;

      for (; suffix != GENLM_WEIGHTED_END && !genlm_wide_is_zero (before);
           suffix = suffixes[suffix].rest)
        {
          GenlmWcfgWait wait = { suffixes[suffix].symbol, i, suffixes[suffix].rest,
                                 genlm_wide_multiply (before, suffixes[suffix].fill) };

          g_array_append_val (scratch->waits, wait);
          before = genlm_wide_multiply (before, suffixes[suffix].skip);
        }
    }
  if (scratch->waits->len > 1)
    qsort (scratch->waits->data, scratch->waits->len, sizeof (GenlmWcfgWait), compare_waits);
}

static int
compare_predictions (const void *a,
                     const void *b)
{
  const GenlmWcfgPrediction *x = a;
  const GenlmWcfgPrediction *y = b;

  return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static int
compare_priors (const void *a,
                const void *b)
{
  const GenlmWcfgPrior *x = a;
  const GenlmWcfgPrior *y = b;

  return x->terminal < y->terminal ? -1 : x->terminal > y->terminal;
}

static void
add_mass (GenlmWcfgScratch *scratch,
          guint32           terminal,
          GenlmWide         mass)
{
  GenlmWcfgPrior prior = { terminal, GENLM_WIDE_ZERO };

  if (genlm_wide_is_zero (mass))
    return;
  if (genlm_wide_is_zero (scratch->masses[terminal]))
    g_array_append_val (scratch->priors, prior);
  scratch->masses[terminal] = genlm_wide_add (scratch->masses[terminal], mass);
}

/* The nonterminals that may begin, by the closure of left corners. */
static void
predict_nonterminals (GenlmWcfgScratch *scratch)
{
  const GenlmWeightedEntry *corners;
  guint32 n_corners;
  guint32 i;

  g_array_set_size (scratch->predictions, 0);
  for (i = 0; i < scratch->waits->len; i++)
    {
      const GenlmWcfgWait *wait = &g_array_index (scratch->waits, GenlmWcfgWait, i);

      if (wait->symbol >= scratch->grammar->n_nonterminals)
        break;
      genlm_weighted_sums_add (scratch->corners, wait->symbol, wait->mass);
    }
  corners = genlm_weighted_sums_run (scratch->corners, &n_corners);
  for (i = 0; i < n_corners; i++)
    {
      GenlmWcfgPrediction prediction = { NULL, corners[i].column, corners[i].column,
                                         corners[i].weight };

      g_array_append_val (scratch->predictions, prediction);
    }
  if (scratch->predictions->len > 1)
    qsort (scratch->predictions->data, scratch->predictions->len, sizeof (GenlmWcfgPrediction),
           compare_predictions);
}

/* The terminals that may begin: those that are waited for, which come last, and
 * those that what is predicted begins with. */
static void
predict_terminals (GenlmWcfgScratch *scratch)
{
  const GenlmWeightedGrammar *grammar = scratch->grammar;
  guint32 n = grammar->n_nonterminals;
  guint i;
  guint32 j;

  g_array_set_size (scratch->priors, 0);
  for (i = scratch->waits->len; i > 0; i--)
    {
      const GenlmWcfgWait *wait = &g_array_index (scratch->waits, GenlmWcfgWait, i - 1);

      if (wait->symbol < n)
        break;
      add_mass (scratch, wait->symbol - n, wait->mass);
    }
  for (i = 0; i < scratch->predictions->len; i++)
    {
      const GenlmWcfgPrediction *prediction;

      prediction = &g_array_index (scratch->predictions, GenlmWcfgPrediction, i);
      for (j = grammar->head_starts[prediction->symbol + 1];
           j > grammar->head_starts[prediction->symbol] && grammar->arcs_of_head[j - 1].symbol >= n;
           j--)
        add_mass (scratch, grammar->arcs_of_head[j - 1].symbol - n,
                  genlm_wide_multiply (prediction->mass, grammar->arcs_of_head[j - 1].weight));
    }
}

/* Hands the masses over to the sorted list. What the priors add up to is known
 * more exactly than the sum of what was calculated. */
static void
take_masses (GenlmWcfgScratch        *scratch)
{
  GenlmWide sum = GENLM_WIDE_ZERO;
  GenlmWide scale;
  guint i;

  for (i = 0; i < scratch->priors->len; i++)
    {
      GenlmWcfgPrior *prior = &g_array_index (scratch->priors, GenlmWcfgPrior, i);

      prior->mass = scratch->masses[prior->terminal];
      scratch->masses[prior->terminal] = GENLM_WIDE_ZERO;
    }
  if (scratch->priors->len > 1)
    qsort (scratch->priors->data, scratch->priors->len, sizeof (GenlmWcfgPrior), compare_priors);
  for (i = 0; i < scratch->priors->len; i++)
    sum = genlm_wide_add (sum, g_array_index (scratch->priors, GenlmWcfgPrior, i).mass);
  if (genlm_wide_is_zero (sum))
    return;
  scale = genlm_wide_divide (scratch->more, sum);
  for (i = 0; i < scratch->priors->len; i++)
    {
      GenlmWcfgPrior *prior = &g_array_index (scratch->priors, GenlmWcfgPrior, i);

      prior->mass = genlm_wide_multiply (prior->mass, scale);
    }
}

#define FROM_PREDICTION (1u << 31)
#define NOWHERE (G_MAXUINT32)

static void
count_one (GenlmWcfgScratch *scratch,
           guint32           symbol,
           guint32           what)
{
  if (scratch->n_waiting[symbol]++ == 0)
    g_array_append_val (scratch->waited, symbol);
  scratch->waiting[symbol] = what;
}

/* By predicted nonterminal: how much waits for it, and what if it is one thing
 * and ends with it. */
static void
count_waiting (GenlmWcfgScratch        *scratch)
{
  const GenlmWeightedGrammar *grammar = scratch->grammar;
  guint32 n = grammar->n_nonterminals;
  guint32 i;
  guint32 j;

  g_array_set_size (scratch->waited, 0);
  for (i = 0; i < scratch->waits->len; i++)
    {
      const GenlmWcfgWait *wait = &g_array_index (scratch->waits, GenlmWcfgWait, i);

      if (wait->symbol >= n)
        break;
      count_one (scratch, wait->symbol, wait->rest == GENLM_WEIGHTED_END ? wait->item : NOWHERE);
    }
  for (i = 0; i < scratch->predictions->len; i++)
    {
      guint32 head = g_array_index (scratch->predictions, GenlmWcfgPrediction, i).symbol;

      for (j = grammar->head_starts[head]; j < grammar->head_starts[head + 1]; j++)
        {
          const GenlmWeightedArc *arc = &grammar->arcs_of_head[j];

          if (arc->symbol >= n)
            break;
          count_one (scratch, arc->symbol,
                     arc->rest == GENLM_WEIGHTED_END ? head | FROM_PREDICTION : NOWHERE);
        }
    }
}

static gboolean
goes_up (const GenlmWcfgScratch *scratch,
         guint32                 symbol)
{
  return scratch->n_waiting[symbol] == 1 && scratch->waiting[symbol] != NOWHERE
         && (scratch->waiting[symbol] & FROM_PREDICTION) != 0;
}

/* Where what is begun as a nonterminal belongs: followed up from what is the
 * only one to wait for it, and ends with it, to the next such one. There is no
 * circle, as something in the circle would be waited for from outside, too. */
static void
find_place (GenlmWcfgScratch    *scratch,
            GenlmWcfgColumn     *column,
            GenlmWcfgPrediction *prediction)
{
  guint32 symbol = prediction->symbol;
  guint32 way = symbol;

  while (goes_up (scratch, symbol))
    symbol = scratch->waiting[symbol] & ~FROM_PREDICTION;
  /* Whoever comes this way again goes there at once. */
  while (way != symbol)
    {
      guint32 next = scratch->waiting[way] & ~FROM_PREDICTION;

      scratch->waiting[way] = symbol | FROM_PREDICTION;
      way = next;
    }
  if (scratch->n_waiting[symbol] == 1 && scratch->waiting[symbol] != NOWHERE)
    {
      const GenlmWcfgItem *item = &column->items[scratch->waiting[symbol]];

      prediction->origin = item->origin;
      prediction->head = item->head;
      return;
    }
  prediction->origin = column;
  prediction->head = symbol;
}

static void
find_places (GenlmWcfgScratch    *scratch,
             GenlmWcfgColumn     *column,
             GenlmWcfgPrediction *predictions)
{
  guint32 i;

  for (i = 0; i < column->n_predictions; i++)
    find_place (scratch, column, &predictions[i]);
  for (i = 0; i < scratch->waited->len; i++)
    scratch->n_waiting[g_array_index (scratch->waited, guint32, i)] = 0;
}

/* Lists without members may be no memory at all. */
static gpointer
copy_list (char         *place,
           const GArray *list,
           gsize         size)
{
  if (size > 0)
    memcpy (place, list->data, size);
  return place;
}

/* All of a column lies in one piece of memory. */
GenlmWcfgColumn *
genlm_wcfg_prediction_make_column (GenlmWcfgScratch      *scratch,
                                   const GenlmWcfgColumn *probe)
{
  gsize items_size = scratch->items->len * sizeof (GenlmWcfgItem);
  gsize waits_size;
  gsize predictions_size;
  gsize priors_size;
  GenlmWcfgColumn *column;
  char *place;
  guint32 i;

  collect_waits (scratch);
  predict_nonterminals (scratch);
  predict_terminals (scratch);
  take_masses (scratch);
  waits_size = scratch->waits->len * sizeof (GenlmWcfgWait);
  predictions_size = scratch->predictions->len * sizeof (GenlmWcfgPrediction);
  priors_size = scratch->priors->len * sizeof (GenlmWcfgPrior);
  column = g_malloc (sizeof *column + items_size + waits_size + predictions_size + priors_size);
  place = (char *) (column + 1);
  *column = *probe;
  column->ref_count = 1;
  column->n_waits = scratch->waits->len;
  column->n_predictions = scratch->predictions->len;
  column->n_priors = scratch->priors->len;
  column->items = copy_list (place, scratch->items, items_size);
  for (i = 0; i < column->n_items; i++)
    if (column->items[i].origin != NULL)
      {
        genlm_wcfg_column_ref (column->items[i].origin);
        column->height = MAX (column->height, column->items[i].origin->height + 1);
      }
  place += items_size;
  column->predictions = copy_list (place, scratch->predictions, predictions_size);
  count_waiting (scratch);
  find_places (scratch, column, (GenlmWcfgPrediction *) (gpointer) place);
  place += predictions_size;
  column->waits = copy_list (place, scratch->waits, waits_size);
  place += waits_size;
  column->priors = copy_list (place, scratch->priors, priors_size);
  return column;
}
