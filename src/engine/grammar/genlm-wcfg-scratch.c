#include "genlm-wcfg-scratch.h"

#define MIN_SLOTS (64u)

GenlmWcfgScratch *
genlm_wcfg_scratch_new (const GenlmWeightedGrammar *grammar)
{
  gsize n_symbols = (gsize) grammar->n_nonterminals + grammar->n_terminals + 1;
  GenlmWcfgScratch *self = g_new0 (GenlmWcfgScratch, 1);

  self->grammar = grammar;
  self->items = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgItem));
  self->origins = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgOrigin));
  self->heap = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->events = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgEvent));
  self->found = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgFound));
  self->waits = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgWait));
  self->predictions = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgPrediction));
  self->priors = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgPrior));
  self->waited = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->item_index.slots = g_new0 (guint32, MIN_SLOTS);
  self->item_index.n_slots = MIN_SLOTS;
  self->origin_index.slots = g_new0 (guint32, MIN_SLOTS);
  self->origin_index.n_slots = MIN_SLOTS;
  self->event_index.slots = g_new0 (guint32, MIN_SLOTS);
  self->event_index.n_slots = MIN_SLOTS;
  self->corners = genlm_weighted_sums_new (grammar->corners);
  self->chains = genlm_weighted_sums_new (grammar->chains);
  self->masses = g_new0 (GenlmWide, grammar->n_terminals + 1);
  self->n_waiting = g_new0 (guint32, n_symbols);
  self->waiting = g_new0 (guint32, n_symbols);
  return self;
}

void
genlm_wcfg_scratch_free (GenlmWcfgScratch *self)
{
  g_free (self->waiting);
  g_free (self->n_waiting);
  g_free (self->masses);
  genlm_weighted_sums_free (self->chains);
  genlm_weighted_sums_free (self->corners);
  g_free (self->event_index.slots);
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
index_clear (GenlmWcfgIndex *self)
{
  if (self->n_slots > MIN_SLOTS)
    {
      self->slots = g_renew (guint32, self->slots, MIN_SLOTS);
      self->n_slots = MIN_SLOTS;
    }
  memset (self->slots, 0, self->n_slots * sizeof (guint32));
  self->n_used = 0;
}

void
genlm_wcfg_scratch_clear (GenlmWcfgScratch *self)
{
  g_array_set_size (self->items, 0);
  g_array_set_size (self->origins, 0);
  g_array_set_size (self->heap, 0);
  g_array_set_size (self->events, 0);
  index_clear (&self->item_index);
  index_clear (&self->origin_index);
  index_clear (&self->event_index);
  self->accept = GENLM_WIDE_ZERO;
}

static inline guint
hash_origin (const GenlmWcfgOrigin *origin)
{
  return genlm_wcfg_mix (0, (guint64) (gsize) origin->column);
}

static inline guint
hash_event (const GenlmWcfgEvent *event)
{
  return genlm_wcfg_mix (event->head, (guint64) (gsize) event->origin);
}

/* Doubles the table. @hash_of gives the hash of what stands at an index. */
static void
index_grow (GenlmWcfgIndex   *self,
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
  return genlm_wcfg_item_hash (&g_array_index (array, GenlmWcfgItem, i));
}

static guint
hash_event_at (GArray *array,
               guint   i)
{
  return hash_event (&g_array_index (array, GenlmWcfgEvent, i));
}

static guint
hash_origin_at (GArray *array,
                guint   i)
{
  return hash_origin (&g_array_index (array, GenlmWcfgOrigin, i));
}

void
genlm_wcfg_scratch_add_item (GenlmWcfgScratch    *scratch,
                             const GenlmWcfgItem *item)
{
  GenlmWcfgIndex *index = &scratch->item_index;
  guint32 slot = genlm_wcfg_item_hash (item) & (index->n_slots - 1);

  for (; index->slots[slot] != 0; slot = (slot + 1) & (index->n_slots - 1))
    {
      GenlmWcfgItem *known = &g_array_index (scratch->items, GenlmWcfgItem, index->slots[slot] - 1);

      if (known->origin == item->origin && known->head == item->head
          && known->suffix == item->suffix)
        {
          known->mass = genlm_wide_add (known->mass, item->mass);
          return;
        }
    }
  g_array_append_val (scratch->items, *item);
  index->slots[slot] = ++index->n_used;
  if (index->n_used * 2 > index->n_slots)
    index_grow (index, scratch->items, hash_item_at);
}

static gboolean
is_higher (GenlmWcfgScratch *scratch,
           guint32           a,
           guint32           b)
{
  const GenlmWcfgColumn *x = g_array_index (scratch->origins, GenlmWcfgOrigin, a).column;
  const GenlmWcfgColumn *y = g_array_index (scratch->origins, GenlmWcfgOrigin, b).column;

  return x->height != y->height ? x->height > y->height : x->id > y->id;
}

static void
push_heap (GenlmWcfgScratch *scratch,
           guint32           origin)
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
pop_heap (GenlmWcfgScratch *scratch)
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

static GenlmWcfgOrigin *
find_origin (GenlmWcfgScratch *scratch,
             GenlmWcfgColumn  *column)
{
  GenlmWcfgIndex *index = &scratch->origin_index;
  GenlmWcfgOrigin origin = { column, G_MAXUINT32 };
  guint32 slot = hash_origin (&origin) & (index->n_slots - 1);

  for (; index->slots[slot] != 0; slot = (slot + 1) & (index->n_slots - 1))
    {
      GenlmWcfgOrigin *known;

      known = &g_array_index (scratch->origins, GenlmWcfgOrigin, index->slots[slot] - 1);
      if (known->column == column)
        return known;
    }
  g_array_append_val (scratch->origins, origin);
  index->slots[slot] = ++index->n_used;
  if (index->n_used * 2 > index->n_slots)
    index_grow (index, scratch->origins, hash_origin_at);
  push_heap (scratch, scratch->origins->len - 1);
  return &g_array_index (scratch->origins, GenlmWcfgOrigin, scratch->origins->len - 1);
}

void
genlm_wcfg_scratch_add_event (GenlmWcfgScratch *scratch,
                              GenlmWcfgColumn  *column,
                              guint32           head,
                              GenlmWide         mass)
{
  GenlmWcfgIndex *index = &scratch->event_index;
  GenlmWcfgEvent event = { column, head, G_MAXUINT32, mass };
  guint32 slot = hash_event (&event) & (index->n_slots - 1);
  GenlmWcfgOrigin *origin;

  if (column == NULL)
    {
      scratch->accept = genlm_wide_add (scratch->accept, mass);
      return;
    }
  for (; index->slots[slot] != 0; slot = (slot + 1) & (index->n_slots - 1))
    {
      GenlmWcfgEvent *known;

      known = &g_array_index (scratch->events, GenlmWcfgEvent, index->slots[slot] - 1);
      if (known->origin == column && known->head == head)
        {
          known->mass = genlm_wide_add (known->mass, mass);
          return;
        }
    }
  origin = find_origin (scratch, column);
  event.next = origin->events;
  origin->events = scratch->events->len;
  g_array_append_val (scratch->events, event);
  index->slots[slot] = ++index->n_used;
  if (index->n_used * 2 > index->n_slots)
    index_grow (index, scratch->events, hash_event_at);
}

/* Takes the highest column that something was begun in and is complete: what
 * follows from that concerns lower columns. FALSE if there is none left. */
gboolean
genlm_wcfg_scratch_pop_origin (GenlmWcfgScratch *scratch,
                               GenlmWcfgOrigin  *origin)
{
  if (scratch->heap->len == 0)
    return FALSE;
  *origin = g_array_index (scratch->origins, GenlmWcfgOrigin, pop_heap (scratch));
  return TRUE;
}
