#include "genlm-supports.h"

#include <string.h>

struct _GenlmSupports
{
  const GenlmPushedWfsa  *pushed;
  guint64                 max_memory;
  guint64                 memory;
  gboolean                is_full;
  /* All that was allocated. */
  GPtrArray              *blocks;
  /* By their states. */
  GHashTable             *supports;
  /* Of one state, by state. */
  const GenlmSupport    **singles;
};

static guint
hash_support (gconstpointer data)
{
  const GenlmSupport *support = data;
  guint hash = support->n_states;
  guint32 i;

  for (i = 0; i < support->n_states; i++)
    hash = (hash ^ support->states[i]) * 0x9e3779b1u;
  return hash ^ hash >> 15;
}

static gboolean
equal_supports (gconstpointer a,
                gconstpointer b)
{
  const GenlmSupport *x = a;
  const GenlmSupport *y = b;

  return x->n_states == y->n_states
         && memcmp (x->states, y->states, x->n_states * sizeof (guint32)) == 0;
}

static gsize
measure_support (const GenlmSupports *self)
{
  return sizeof (GenlmSupport) + self->pushed->n_classes * sizeof (GenlmSupportArc);
}

/* Zeros. What is over the bound was asked for before. */
static gpointer
allocate (GenlmSupports *self,
          gsize          size)
{
  gpointer block = g_malloc0 (size);

  g_ptr_array_add (self->blocks, block);
  self->memory += size;
  return block;
}

static gboolean
has_room (GenlmSupports *self,
          gsize          size)
{
  self->is_full |= self->memory + size > self->max_memory;
  return !self->is_full;
}

/* @max_memory bounds what is beside the list of states. */
GenlmSupports *
genlm_supports_new (const GenlmPushedWfsa *pushed,
                    guint64                max_memory)
{
  GenlmSupports *self = g_new0 (GenlmSupports, 1);

  self->pushed = pushed;
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->supports = g_hash_table_new (hash_support, equal_supports);
  self->singles = allocate (self, MAX (pushed->graph->n_states, 1) * sizeof (GenlmSupport *));
  self->max_memory = self->memory + max_memory;
  return self;
}

void
genlm_supports_free (GenlmSupports *self)
{
  g_hash_table_unref (self->supports);
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

/* Whether something was left out for want of room. */
gboolean
genlm_supports_is_full (const GenlmSupports *self)
{
  return self->is_full;
}

guint64
genlm_supports_get_memory (const GenlmSupports *self)
{
  return self->memory;
}

/* The support of @states, which are sorted; NULL if there is no room for it. */
const GenlmSupport *
genlm_supports_find (GenlmSupports *self,
                     const guint32 *states,
                     guint32        n_states)
{
  GenlmSupport wanted = { .n_states = n_states };
  GenlmSupport *support;

  memcpy (wanted.states, states, n_states * sizeof (guint32));
  support = g_hash_table_lookup (self->supports, &wanted);
  if (support != NULL)
    return support;
  if (!has_room (self, measure_support (self)))
    return NULL;
  support = allocate (self, measure_support (self));
  *support = wanted;
  g_hash_table_add (self->supports, support);
  return support;
}

/* That of one state. */
const GenlmSupport *
genlm_supports_find_single (GenlmSupports *self,
                            guint32        state)
{
  if (self->singles[state] == NULL)
    self->singles[state] = genlm_supports_find (self, &state, 1);
  return self->singles[state];
}

/* -- transitions ----------------------------------------------------------- */

/* Adds a state to sorted ones unless it is there. FALSE if there are too many. */
static gboolean
add_state (GenlmSupport *support,
           guint32       state)
{
  guint32 place = support->n_states;

  while (place > 0 && support->states[place - 1] >= state)
    place--;
  if (place < support->n_states && support->states[place] == state)
    return TRUE;
  if (support->n_states == GENLM_SUPPORT_MAX_STATES)
    return FALSE;
  memmove (&support->states[place + 1], &support->states[place],
           (support->n_states - place) * sizeof (guint32));
  support->states[place] = state;
  support->n_states++;
  return TRUE;
}

/* Where edges of one state start and end that have a label. */
static void
find_edges (GenlmSupports *self,
            guint32        state,
            guint          byte_class,
            guint32       *start,
            guint32       *end)
{
  *start = genlm_pushed_wfsa_find_edges (self->pushed, state, byte_class);
  *end = genlm_pushed_wfsa_find_edges (self->pushed, state, byte_class + 1);
}

/* Finds the states after a byte. FALSE if there are too many. */
static gboolean
find_next (GenlmSupports      *self,
           const GenlmSupport *support,
           guint               byte_class,
           GenlmSupport       *next)
{
  guint32 start;
  guint32 end;
  guint32 i;

  next->n_states = 0;
  for (i = 0; i < support->n_states; i++)
    for (find_edges (self, support->states[i], byte_class, &start, &end); start < end; start++)
      {
        const GenlmGraphEdge *edge = &self->pushed->graph->edges[start];

        if (!genlm_wide_is_zero (edge->weight) && !add_state (next, edge->to))
          return FALSE;
      }
  return TRUE;
}

static guint32
find_place (const GenlmSupport *support,
            guint32             state)
{
  guint32 place = 0;

  while (support->states[place] != state)
    place++;
  return place;
}

static void
fill_matrix (GenlmSupports      *self,
             const GenlmSupport *support,
             guint               byte_class,
             const GenlmSupport *next,
             double             *matrix,
             double             *least)
{
  guint32 n_lanes = genlm_support_count_lanes (next->n_states);
  guint32 start;
  guint32 end;
  guint32 i;

  *least = INFINITY;
  for (i = 0; i < support->n_states; i++)
    for (find_edges (self, support->states[i], byte_class, &start, &end); start < end; start++)
      {
        const GenlmGraphEdge *edge = &self->pushed->graph->edges[start];

        if (genlm_wide_is_zero (edge->weight))
          continue;
        matrix[i * n_lanes + find_place (next, edge->to)] += edge->weight.fraction;
        *least = MIN (*least, edge->weight.fraction);
      }
}

/* Fills in a transition to some states. FALSE if there is no room. */
static gboolean
make_way (GenlmSupports      *self,
          const GenlmSupport *support,
          guint               byte_class,
          const GenlmSupport *next,
          GenlmSupportArc    *arc)
{
  gsize size = support->n_states * genlm_support_count_lanes (next->n_states) * sizeof (double);
  double *matrix;

  if (next->n_states > 1)
    {
      arc->next = genlm_supports_find (self, next->states, next->n_states);
      if (arc->next == NULL)
        return FALSE;
    }
  if (!has_room (self, size))
    return FALSE;
  matrix = allocate (self, size);
  fill_matrix (self, support, byte_class, next, matrix, &arc->least);
  arc->matrix = matrix;
  arc->state = next->states[0];
  arc->n_states = (guint16) next->n_states;
  return TRUE;
}

/* Fills in a transition that is not known. */
void
genlm_supports_make_arc (GenlmSupports      *self,
                         const GenlmSupport *support,
                         guint               byte_class)
{
  GenlmSupportArc *arc = (GenlmSupportArc *) &support->arcs[byte_class];
  GenlmSupport next;

  arc->result = GENLM_SUPPORT_TOO_MUCH;
  if (!find_next (self, support, byte_class, &next))
    return;
  if (next.n_states == 0)
    arc->result = GENLM_SUPPORT_NOWHERE;
  else if (make_way (self, support, byte_class, &next, arc))
    arc->result = GENLM_SUPPORT_THERE;
}
