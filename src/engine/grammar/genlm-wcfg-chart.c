#include "genlm-wcfg-chart.h"

#include <genlm.h>
#include <math.h>
#include <stdlib.h>

#define MIN_SLOTS (64u)

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

/* A completed head: it was begun at the origin and ends at the column that is
 * built. */
typedef struct
{
  guint32 head;
  guint32 next; /* the next one of the origin, or G_MAXUINT32 */
  double  mass;
} Event;

typedef struct
{
  GenlmWcfgColumn *column;
  guint32          events;
} Origin;

/* What waits for a symbol in some column. */
typedef struct
{
  GenlmWcfgColumn *origin;
  guint32          head;
  guint32          rest;
  double           mass;
  gboolean         predicted;
} Found;

/* A hash table of indices, plus one, into an array of something. */
typedef struct
{
  guint32 *slots;
  guint32  n_slots;
  guint32  n_used;
} Index;

/* What building a column needs, kept for the next one. */
typedef struct
{
  GArray  *items;
  Index    item_index;
  GArray  *origins;
  Index    origin_index;
  GArray  *heap; /* of origins, the highest first */
  GArray  *events;
  GArray  *found;
  double   accept;
  double   more; /* what all items together are still to come */
  GArray  *waits;
  GArray  *predictions;
  GArray  *priors;
  /* By symbol; all zero between uses. */
  double  *masses;
  guint32 *n_waiting;
  guint32 *waiting; /* by nonterminal: the only wait, or a prediction */
  GArray  *waited;  /* the nonterminals that are waited for */
} Scratch;

static Scratch *
scratch_new (const GenlmWeightedGrammar *grammar)
{
  gsize n_symbols = (gsize) grammar->n_nonterminals + grammar->n_terminals + 1;
  Scratch *self = g_new0 (Scratch, 1);

  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgItem));
  self->origins = g_array_new (FALSE, FALSE, sizeof (Origin));
  self->heap = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->events = g_array_new (FALSE, FALSE, sizeof (Event));
  self->found = g_array_new (FALSE, FALSE, sizeof (Found));
  self->waits = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgWait));
  self->predictions = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgPrediction));
  self->priors = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgPrior));
  self->waited = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->item_index.slots = g_new0 (guint32, MIN_SLOTS);
  self->item_index.n_slots = MIN_SLOTS;
  self->origin_index.slots = g_new0 (guint32, MIN_SLOTS);
  self->origin_index.n_slots = MIN_SLOTS;
  self->masses = g_new0 (double, n_symbols);
  self->n_waiting = g_new0 (guint32, n_symbols);
  self->waiting = g_new0 (guint32, n_symbols);
  return self;
}

static void
scratch_free (gpointer data)
{
  Scratch *self = data;

  g_free (self->waiting);
  g_free (self->n_waiting);
  g_free (self->masses);
  g_free (self->origin_index.slots);
  g_free (self->item_index.slots);
  g_array_unref (self->waited);
  g_array_unref (self->priors);
  g_array_unref (self->predictions);
  g_array_unref (self->waits);
  g_array_unref (self->found);
  g_array_unref (self->events);
  g_array_unref (self->heap);
  g_array_unref (self->origins);
  g_array_unref (self->items);
  g_free (self);
}

static void
index_clear (Index *self)
{
  if (self->n_slots > MIN_SLOTS)
    {
      self->slots = g_renew (guint32, self->slots, MIN_SLOTS);
      self->n_slots = MIN_SLOTS;
    }
  memset (self->slots, 0, self->n_slots * sizeof (guint32));
  self->n_used = 0;
}

static void
scratch_clear (Scratch *self)
{
  g_array_set_size (self->items, 0);
  g_array_set_size (self->origins, 0);
  g_array_set_size (self->heap, 0);
  g_array_set_size (self->events, 0);
  index_clear (&self->item_index);
  index_clear (&self->origin_index);
  self->accept = 0.0;
}

static Scratch *
take_scratch (GenlmWcfgChart *self)
{
  Scratch *scratch = NULL;

  g_mutex_lock (&self->mutex);
  if (self->scratches->len > 0)
    scratch = g_ptr_array_steal_index_fast (self->scratches, self->scratches->len - 1);
  g_mutex_unlock (&self->mutex);
  return scratch != NULL ? scratch : scratch_new (self->grammar);
}

static void
return_scratch (GenlmWcfgChart *self,
                Scratch        *scratch)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->scratches, scratch);
  g_mutex_unlock (&self->mutex);
}

static inline guint
mix (guint   hash,
     guint64 value)
{
  guint64 product = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return (guint) (product ^ (product >> 32));
}

static inline guint
hash_item (const GenlmWcfgItem *item)
{
  return mix (mix (item->head, item->suffix), (guint64) (gsize) item->origin);
}

static inline guint
hash_origin (const Origin *origin)
{
  return mix (0, (guint64) (gsize) origin->column);
}

/* Doubles the table. @hash_of gives the hash of what stands at an index. */
static void
index_grow (Index   *self,
            GArray  *array,
            guint  (*hash_of) (GArray *array,
                               guint   i))
{
  guint32 n_slots = self->n_slots * 2;
  guint32 *slots = g_new0 (guint32, n_slots);
  guint32 i;

  for (i = 0; i < self->n_used; i++)
    {
      guint32 slot = hash_of (array, i) & (n_slots - 1);

      while (slots[slot] != 0)
        slot = (slot + 1) & (n_slots - 1);
      slots[slot] = i + 1;
    }
  g_free (self->slots);
  self->slots = slots;
  self->n_slots = n_slots;
}

static guint
hash_item_at (GArray *array,
              guint   i)
{
  return hash_item (&g_array_index (array, GenlmWcfgItem, i));
}

static guint
hash_origin_at (GArray *array,
                guint   i)
{
  return hash_origin (&g_array_index (array, Origin, i));
}

static void
accumulate_item (Scratch             *scratch,
                 const GenlmWcfgItem *item)
{
  Index *index = &scratch->item_index;
  guint32 slot = hash_item (item) & (index->n_slots - 1);

  for (; index->slots[slot] != 0; slot = (slot + 1) & (index->n_slots - 1))
    {
      GenlmWcfgItem *known = &g_array_index (scratch->items, GenlmWcfgItem, index->slots[slot] - 1);

      if (known->origin == item->origin && known->head == item->head
          && known->suffix == item->suffix)
        {
          known->mass += item->mass;
          return;
        }
    }
  g_array_append_val (scratch->items, *item);
  index->slots[slot] = ++index->n_used;
  if (index->n_used * 2 > index->n_slots)
    index_grow (index, scratch->items, hash_item_at);
}

static gboolean
is_higher (Scratch *scratch,
           guint32  a,
           guint32  b)
{
  const GenlmWcfgColumn *x = g_array_index (scratch->origins, Origin, a).column;
  const GenlmWcfgColumn *y = g_array_index (scratch->origins, Origin, b).column;

  return x->height != y->height ? x->height > y->height : x->id > y->id;
}

static void
push_heap (Scratch *scratch,
           guint32  origin)
{
  guint32 *heap;
  guint i = scratch->heap->len;

  g_array_append_val (scratch->heap, origin);
  heap = (guint32 *) (gpointer) scratch->heap->data;
  for (; i > 0 && is_higher (scratch, origin, heap[(i - 1) / 2]); i = (i - 1) / 2)
    heap[i] = heap[(i - 1) / 2];
  heap[i] = origin;
}

static guint32
pop_heap (Scratch *scratch)
{
  guint32 *heap = (guint32 *) (gpointer) scratch->heap->data;
  guint n = scratch->heap->len - 1;
  guint32 top = heap[0];
  guint32 last = heap[n];
  guint i = 0;

  g_array_set_size (scratch->heap, n);
  while (2 * i + 1 < n)
    {
      guint child = 2 * i + 1;

      if (child + 1 < n && is_higher (scratch, heap[child + 1], heap[child]))
        child++;
      if (!is_higher (scratch, heap[child], last))
        break;
      heap[i] = heap[child];
      i = child;
    }
  if (n > 0)
    heap[i] = last;
  return top;
}

static Origin *
find_origin (Scratch         *scratch,
             GenlmWcfgColumn *column)
{
  Index *index = &scratch->origin_index;
  Origin origin = { column, G_MAXUINT32 };
  guint32 slot = hash_origin (&origin) & (index->n_slots - 1);

  for (; index->slots[slot] != 0; slot = (slot + 1) & (index->n_slots - 1))
    {
      Origin *known = &g_array_index (scratch->origins, Origin, index->slots[slot] - 1);

      if (known->column == column)
        return known;
    }
  g_array_append_val (scratch->origins, origin);
  index->slots[slot] = ++index->n_used;
  if (index->n_used * 2 > index->n_slots)
    index_grow (index, scratch->origins, hash_origin_at);
  push_heap (scratch, scratch->origins->len - 1);
  return &g_array_index (scratch->origins, Origin, scratch->origins->len - 1);
}

static void
add_event (Scratch         *scratch,
           GenlmWcfgColumn *column,
           guint32          head,
           double           mass)
{
  Event event = { head, G_MAXUINT32, mass };
  Origin *origin;
  guint32 i;

  if (column == NULL)
    {
      scratch->accept += mass;
      return;
    }
  origin = find_origin (scratch, column);
  for (i = origin->events; i != G_MAXUINT32; i = g_array_index (scratch->events, Event, i).next)
    if (g_array_index (scratch->events, Event, i).head == head)
      {
        g_array_index (scratch->events, Event, i).mass += mass;
        return;
      }
  event.next = origin->events;
  origin->events = scratch->events->len;
  g_array_append_val (scratch->events, event);
}

/* Adds an item, and that it may be over already. With @completed FALSE that is
 * known elsewhere. */
static void
add_item (GenlmWcfgChart *self,
          Scratch        *scratch,
          const Found    *found,
          double          mass,
          gboolean        completed)
{
  const GenlmWeightedSuffix *suffix = &self->grammar->suffixes[found->rest];
  GenlmWcfgItem item = { found->origin, found->head, found->rest, mass };

  if (!(mass > 0.0))
    return;
  if (completed && suffix->empty > 0.0)
    add_event (scratch, found->origin, found->head, mass * suffix->empty);
  if (suffix->more > 0.0)
    accumulate_item (scratch, &item);
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
find_predicted (GenlmWcfgChart             *self,
                Scratch                    *scratch,
                const GenlmWcfgPrediction  *prediction,
                const GenlmWeightedArc     *arc)
{
  Found found = { prediction->origin, prediction->head, arc->rest, prediction->mass * arc->weight,
                  TRUE };

  g_array_append_val (scratch->found, found);
}

/* The arcs of a head that begin with @symbol. */
static void
find_in_head (GenlmWcfgChart             *self,
              Scratch                    *scratch,
              const GenlmWcfgPrediction  *prediction,
              guint32                     symbol)
{
  const GenlmWeightedGrammar *grammar = self->grammar;
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
    find_predicted (self, scratch, prediction, &grammar->arcs_of_head[first]);
}

/* Finds what waits for @symbol in a column. Returns its mass. */
static double
find_waiting (GenlmWcfgChart         *self,
              Scratch                *scratch,
              const GenlmWcfgColumn  *column,
              guint32                 symbol)
{
  const GenlmWeightedGrammar *grammar = self->grammar;
  guint32 first = grammar->symbol_starts[symbol];
  guint32 end = grammar->symbol_starts[symbol + 1];
  double sum = 0.0;
  guint32 i;

  g_array_set_size (scratch->found, 0);
  for (i = find_first_wait (column, symbol);
       i < column->n_waits && column->waits[i].symbol == symbol; i++)
    {
      const GenlmWcfgWait *wait = &column->waits[i];
      const GenlmWcfgItem *item = &column->items[wait->item];
      Found found = { item->origin, item->head, wait->rest, wait->mass, FALSE };

      g_array_append_val (scratch->found, found);
    }
  if (end - first <= column->n_predictions)
    for (i = first; i < end; i++)
      {
        const GenlmWcfgPrediction *prediction;

        prediction = find_prediction (column, grammar->arcs_at_symbol[i].head);
        if (prediction != NULL)
          find_predicted (self, scratch, prediction, &grammar->arcs_at_symbol[i]);
      }
  else
    for (i = 0; i < column->n_predictions; i++)
      find_in_head (self, scratch, &column->predictions[i], symbol);
  for (i = 0; i < scratch->found->len; i++)
    sum += g_array_index (scratch->found, Found, i).mass;
  return sum;
}

static void
add_scan (GenlmWcfgChart      *self,
          Scratch             *scratch,
          const GenlmWcfgScan *scan)
{
  double sum = find_waiting (self, scratch, scan->column,
                             self->grammar->n_nonterminals + scan->terminal);
  guint i;

  for (i = 0; i < scratch->found->len; i++)
    {
      const Found *found = &g_array_index (scratch->found, Found, i);

      add_item (self, scratch, found, scan->mass * (found->mass / sum), TRUE);
    }
}

/* A head is complete, and with it all that it alone is: whoever waited for one
 * of them goes on, each with its share. */
static void
complete (GenlmWcfgChart        *self,
          Scratch               *scratch,
          const GenlmWcfgColumn *column,
          guint32                head,
          double                 mass)
{
  const GenlmWeightedMatrix *chains = self->grammar->chains;
  const GenlmWcfgPrediction *begun = find_prediction (column, head);
  guint32 i;
  guint j;

  for (i = chains->starts[head]; i < chains->starts[head + 1]; i++)
    {
      const GenlmWeightedEntry *chain = &chains->entries[i];

      if (chain->column != head && find_prediction (column, chain->column) == NULL)
        continue;
      find_waiting (self, scratch, column, chain->column);
      for (j = 0; j < scratch->found->len; j++)
        {
          const Found *found = &g_array_index (scratch->found, Found, j);
          double share = chain->weight * (found->mass / begun->mass);

          add_item (self, scratch, found, mass * share, !found->predicted);
        }
    }
}

static gboolean
complete_all (GenlmWcfgChart  *self,
              Scratch         *scratch,
              GError         **error)
{
  while (scratch->heap->len > 0)
    {
      Origin origin = g_array_index (scratch->origins, Origin, pop_heap (scratch));
      guint32 i = origin.events;

      while (i != G_MAXUINT32)
        {
          Event event = g_array_index (scratch->events, Event, i);

          complete (self, scratch, origin.column, event.head, event.mass);
          i = event.next;
        }
      if (scratch->items->len > self->max_items)
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                       "Failed to read on: the text can be read in too many ways at once, with more "
                       "than %u rules open (max-states)",
                       self->max_items);
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
static void
normalize_items (GenlmWcfgChart *self,
                 Scratch        *scratch)
{
  GenlmWcfgItem *items = (GenlmWcfgItem *) (gpointer) scratch->items->data;
  guint n = scratch->items->len;
  double sum;
  guint i;

  scratch->more = 0.0;
  if (n > 1)
    qsort (items, n, sizeof (GenlmWcfgItem), compare_items);
  for (i = 0; i < n; i++)
    scratch->more += items[i].mass * self->grammar->suffixes[items[i].suffix].more;
  sum = scratch->accept + scratch->more;
  if (!(sum > 0.0) || sum == 1.0)
    return;
  for (i = 0; i < n; i++)
    items[i].mass /= sum;
  scratch->accept /= sum;
  scratch->more /= sum;
}

static guint64
get_bits (double x)
{
  guint64 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
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

  if (x->hash != y->hash || x->n_items != y->n_items || get_bits (x->accept) != get_bits (y->accept))
    return FALSE;
  for (i = 0; i < x->n_items; i++)
    if (x->items[i].origin != y->items[i].origin || x->items[i].head != y->items[i].head
        || x->items[i].suffix != y->items[i].suffix
        || get_bits (x->items[i].mass) != get_bits (y->items[i].mass))
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
collect_waits (GenlmWcfgChart *self,
               Scratch        *scratch)
{
  const GenlmWeightedSuffix *suffixes = self->grammar->suffixes;
  guint32 i;

  g_array_set_size (scratch->waits, 0);
  for (i = 0; i < scratch->items->len; i++)
    {
      const GenlmWcfgItem *item = &g_array_index (scratch->items, GenlmWcfgItem, i);
      double before = item->mass;
      guint32 suffix = item->suffix;

      for (; suffix != GENLM_WEIGHTED_END && before > 0.0; suffix = suffixes[suffix].rest)
        {
          GenlmWcfgWait wait = { suffixes[suffix].symbol, i, suffixes[suffix].rest,
                                 before * suffixes[suffix].fill };

          g_array_append_val (scratch->waits, wait);
          before *= suffixes[suffix].skip;
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
add_mass (Scratch *scratch,
          guint32  symbol,
          double   mass,
          guint32  n_nonterminals)
{
  if (!(mass > 0.0))
    return;
  if (scratch->masses[symbol] == 0.0)
    {
      if (symbol < n_nonterminals)
        {
          GenlmWcfgPrediction prediction = { NULL, symbol, symbol, 0.0 };

          g_array_append_val (scratch->predictions, prediction);
        }
      else
        {
          GenlmWcfgPrior prior = { symbol - n_nonterminals, 0.0 };

          g_array_append_val (scratch->priors, prior);
        }
    }
  scratch->masses[symbol] += mass;
}

/* What may begin: by the closure of left corners, the nonterminals and the
 * terminals. */
static void
predict (GenlmWcfgChart *self,
         Scratch        *scratch)
{
  const GenlmWeightedGrammar *grammar = self->grammar;
  guint32 n = grammar->n_nonterminals;
  guint i;
  guint32 j;

  g_array_set_size (scratch->predictions, 0);
  g_array_set_size (scratch->priors, 0);
  for (i = 0; i < scratch->waits->len; i++)
    {
      const GenlmWcfgWait *wait = &g_array_index (scratch->waits, GenlmWcfgWait, i);

      if (wait->symbol >= n)
        {
          add_mass (scratch, wait->symbol, wait->mass, n);
          continue;
        }
      for (j = grammar->corners->starts[wait->symbol]; j < grammar->corners->starts[wait->symbol + 1]; j++)
        add_mass (scratch, grammar->corners->entries[j].column,
                  wait->mass * grammar->corners->entries[j].weight, n);
      for (j = grammar->priors->starts[wait->symbol]; j < grammar->priors->starts[wait->symbol + 1]; j++)
        add_mass (scratch, n + grammar->priors->entries[j].column,
                  wait->mass * grammar->priors->entries[j].weight, n);
    }
}

/* Hands the masses over to the sorted lists. What the priors add up to is known
 * more exactly than the sum of what was calculated. */
static void
take_masses (GenlmWcfgChart *self,
             Scratch        *scratch)
{
  guint32 n = self->grammar->n_nonterminals;
  double sum = 0.0;
  guint i;

  for (i = 0; i < scratch->predictions->len; i++)
    {
      GenlmWcfgPrediction *prediction = &g_array_index (scratch->predictions, GenlmWcfgPrediction, i);

      prediction->mass = scratch->masses[prediction->symbol];
      scratch->masses[prediction->symbol] = 0.0;
    }
  for (i = 0; i < scratch->priors->len; i++)
    {
      GenlmWcfgPrior *prior = &g_array_index (scratch->priors, GenlmWcfgPrior, i);

      prior->mass = scratch->masses[n + prior->terminal];
      scratch->masses[n + prior->terminal] = 0.0;
    }
  if (scratch->predictions->len > 1)
    qsort (scratch->predictions->data, scratch->predictions->len, sizeof (GenlmWcfgPrediction),
           compare_predictions);
  if (scratch->priors->len > 1)
    qsort (scratch->priors->data, scratch->priors->len, sizeof (GenlmWcfgPrior), compare_priors);
  for (i = 0; i < scratch->priors->len; i++)
    sum += g_array_index (scratch->priors, GenlmWcfgPrior, i).mass;
  for (i = 0; i < scratch->priors->len; i++)
    g_array_index (scratch->priors, GenlmWcfgPrior, i).mass *= scratch->more / sum;
}

#define FROM_PREDICTION (1u << 31)
#define NOWHERE (G_MAXUINT32)

static void
count_one (Scratch *scratch,
           guint32  symbol,
           guint32  what)
{
  if (scratch->n_waiting[symbol]++ == 0)
    g_array_append_val (scratch->waited, symbol);
  scratch->waiting[symbol] = what;
}

/* By predicted nonterminal: how much waits for it, and what if it is one thing
 * and ends with it. */
static void
count_waiting (GenlmWcfgChart *self,
               Scratch        *scratch)
{
  const GenlmWeightedGrammar *grammar = self->grammar;
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

/* Where what is begun as a nonterminal belongs: followed up from what is the
 * only one to wait for it, and ends with it, to the next such one. There is no
 * circle, as something in the circle would be waited for from outside, too. */
static void
find_place (Scratch             *scratch,
            GenlmWcfgColumn     *column,
            GenlmWcfgPrediction *prediction)
{
  guint32 symbol = prediction->symbol;

  while (scratch->n_waiting[symbol] == 1 && scratch->waiting[symbol] != NOWHERE
         && (scratch->waiting[symbol] & FROM_PREDICTION) != 0)
    symbol = scratch->waiting[symbol] & ~FROM_PREDICTION;
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
find_places (Scratch             *scratch,
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
static GenlmWcfgColumn *
make_column (GenlmWcfgChart        *self,
             Scratch               *scratch,
             const GenlmWcfgColumn *probe)
{
  gsize items_size = scratch->items->len * sizeof (GenlmWcfgItem);
  gsize waits_size;
  gsize predictions_size;
  gsize priors_size;
  GenlmWcfgColumn *column;
  char *place;
  guint32 i;

  collect_waits (self, scratch);
  predict (self, scratch);
  take_masses (self, scratch);
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
  count_waiting (self, scratch);
  find_places (scratch, column, (GenlmWcfgPrediction *) (gpointer) place);
  place += predictions_size;
  column->waits = copy_list (place, scratch->waits, waits_size);
  place += waits_size;
  column->priors = copy_list (place, scratch->priors, priors_size);
  return column;
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
intern_column (GenlmWcfgChart  *self,
               Scratch         *scratch,
               GError         **error)
{
  GenlmWcfgColumn probe = { .chart = self, .accept = scratch->accept };
  GenlmWcfgColumn *column;
  guint32 i;

  probe.items = (GenlmWcfgItem *) (gpointer) scratch->items->data;
  probe.n_items = scratch->items->len;
  probe.hash = mix (0, get_bits (probe.accept));
  for (i = 0; i < probe.n_items; i++)
    probe.hash = mix (mix (probe.hash, hash_item (&probe.items[i])), get_bits (probe.items[i].mass));
  g_mutex_lock (&self->mutex);
  column = g_hash_table_lookup (self->columns, &probe);
  if (column != NULL && !try_ref (column))
    column = NULL;
  g_mutex_unlock (&self->mutex);
  if (column == NULL)
    column = add_column (self, make_column (self, scratch, &probe));
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

  return mix (scan->terminal, (guint64) (gsize) scan->from);
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
  Scratch *scratch = take_scratch (self);
  GenlmWcfgItem item = { NULL, 0, self->grammar->start, 1.0 };
  GenlmWcfgColumn *column;

  scratch_clear (scratch);
  scratch->accept = start->empty;
  if (start->more > 0.0)
    accumulate_item (scratch, &item);
  normalize_items (self, scratch);
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
  self->scratches = g_ptr_array_new_with_free_func (scratch_free);
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
              GError              **error)
{
  Scratch *scratch = take_scratch (self);
  GenlmWcfgColumn *column = NULL;
  guint i;

  scratch_clear (scratch);
  for (i = 0; i < n_scans; i++)
    add_scan (self, scratch, &scans[i]);
  if (complete_all (self, scratch, error))
    {
      normalize_items (self, scratch);
      column = intern_column (self, scratch, error);
    }
  return_scratch (self, scratch);
  return column;
}

/* The column behind terminals that were begun in columns that wait for them;
 * only how their masses relate is looked at. NULL when a limit is passed. */
GenlmWcfgColumn *
genlm_wcfg_chart_scan (GenlmWcfgChart       *self,
                       const GenlmWcfgScan  *scans,
                       guint                 n_scans,
                       GError              **error)
{
  GenlmWcfgScan scan = { scans[0].column, scans[0].terminal, 1.0 };
  GenlmWcfgColumn *column;

  if (n_scans > 1)
    return build_column (self, scans, n_scans, error);
  column = lookup_scan (self, &scan);
  if (column != NULL)
    return column;
  column = build_column (self, &scan, 1, error);
  if (column != NULL)
    insert_scan (self, &scan, column);
  return column;
}
