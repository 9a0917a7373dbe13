#include "genlm-vector-weights.h"

/* Parts that differ by less than this are the same: they came out of the same
 * sums by another way. */
#define ROUNDING (5e-16)

/* What supports may take, and at most this part of what may be taken at all. */
#define SUPPORTS_MAX_MEMORY (G_GUINT64_CONSTANT (4) << 20)
#define SUPPORTS_PART       (4u)

typedef struct
{
  GenlmWeightedDfa  parent;
  GenlmPushedWfsa  *pushed;
  GenlmForward     *forward;
  /* By what they are. */
  GHashTable       *states;
  GArray           *result;
  /* Of whoever needed them last; NULL while they are used. */
  GenlmSupports    *supports;
  guint64           supports_memory;
} VectorWeights;

/* What can be looked up: the head of a state. */
typedef struct
{
  const GenlmWeighedState *states;
  guint32                  n_states;
} Key;

static Key
get_key (const GenlmWeightedState *state)
{
  return (Key) { state->data, state->n_data };
}

/* Parts that are the same mostly have the same hash; where they have not, one
 * state is made twice. */
static guint
hash_state (gconstpointer data)
{
  Key key = get_key (data);
  guint64 hash = key.n_states;
  guint32 i;

  for (i = 0; i < key.n_states; i++)
    {
      int exponent;
      double fraction = frexp (key.states[i].weight.fraction, &exponent);

      hash ^= ((guint64) key.states[i].state << 32) ^ (guint64) (fraction * 0x1p36 + 0.5);
      hash = (hash + (guint64) key.states[i].weight.exponent)
             * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 32;
    }
  return (guint) hash;
}

static gboolean
equal_states (gconstpointer a,
              gconstpointer b)
{
  Key x = get_key (a);
  Key y = get_key (b);
  guint32 i;

  if (x.n_states != y.n_states)
    return FALSE;
  for (i = 0; i < x.n_states; i++)
    {
      GenlmWide v = x.states[i].weight;
      GenlmWide w = y.states[i].weight;

      if (x.states[i].state != y.states[i].state || v.exponent != w.exponent
          || fabs (v.fraction - w.fraction) > ROUNDING * v.fraction)
        return FALSE;
    }
  return TRUE;
}

static GenlmWeightedState *
look_up (VectorWeights           *self,
         const GenlmWeighedState *states,
         guint32                  n_states)
{
  GenlmWeightedState wanted = { .data = states, .n_data = n_states };

  return g_hash_table_lookup (self->states, &wanted);
}

/* The state beyond if there is no room. */
static GenlmWeightedState *
intern (VectorWeights           *self,
        const GenlmWeighedState *states,
        guint32                  n_states)
{
  GenlmWeightedDfa *dfa = &self->parent;
  GenlmWeightedState *state = look_up (self, states, n_states);
  gsize n_more = n_states * sizeof (GenlmWeighedState);

  if (state != NULL)
    return state;
  if (dfa->n_states >= dfa->limits.max_states
      || dfa->memory + genlm_weighted_dfa_measure (dfa, n_more) > dfa->limits.max_memory)
    return dfa->beyond;
  state = genlm_weighted_dfa_allocate (dfa, n_more);
  memcpy ((gpointer) state->data, states, n_more);
  dfa->n_states++;
  state->n_data = n_states;
  state->log_final = genlm_forward_weigh_final (self->pushed, states, n_states);
  g_hash_table_add (self->states, state);
  return state;
}

static gboolean
vector_weights_expand (GenlmWeightedDfa    *dfa,
                       GenlmWeightedState  *state,
                       guint                byte_class,
                       GError             **error)
{
  VectorWeights *self = (VectorWeights *) dfa;
  GenlmWeightedArc *arc = &state->arcs[byte_class];
  GenlmWeightedState *next = dfa->dead;
  double log_weight;

  log_weight = genlm_forward_step (self->forward, state->data, state->n_data, byte_class,
                                   self->result);
  if (self->result->len > 0)
    next = intern (self, (const GenlmWeighedState *) self->result->data, self->result->len);
  if (next == dfa->beyond)
    return TRUE;
  arc->log_weight = log_weight;
  __atomic_store_n (&arc->next, next, __ATOMIC_RELEASE);
  return TRUE;
}

static void
vector_weights_finalize (GenlmWeightedDfa *dfa)
{
  VectorWeights *self = (VectorWeights *) dfa;

  g_clear_pointer (&self->supports, genlm_supports_free);
  g_array_unref (self->result);
  g_hash_table_unref (self->states);
  genlm_forward_free (self->forward);
  genlm_pushed_wfsa_free (self->pushed);
}

static guint64
vector_weights_measure_more (GenlmWeightedDfa *dfa)
{
  VectorWeights *self = (VectorWeights *) dfa;
  const GenlmGraph *graph = self->pushed->graph;

  return graph->starts[graph->n_states] * (guint64) sizeof (GenlmGraphEdge)
         + graph->n_states * (guint64) (sizeof (guint32) + 2 * sizeof (GenlmWide))
         + __atomic_load_n (&self->supports_memory, __ATOMIC_RELAXED);
}

static const GenlmWeightedDfaClass vector_weights_class = {
  .finalize = vector_weights_finalize,
  .expand = vector_weights_expand,
  .measure_more = vector_weights_measure_more,
};

/* Errors: as those of genlm_pushed_wfsa_new(). The limits on states and memory
 * hold for what is kept while reading, and never fail then. */
GenlmWeightedDfa *
genlm_weighted_dfa_new_for_wfsa (const GenlmWfsa          *wfsa,
                                 const GenlmEngineLimits  *limits,
                                 GError                  **error)
{
  g_autoptr (GenlmPushedWfsa) pushed = genlm_pushed_wfsa_new (wfsa, limits, error);
  VectorWeights *self;
  GenlmWeightedDfa *dfa;

  if (pushed == NULL)
    return NULL;
  self = g_new0 (VectorWeights, 1);
  dfa = &self->parent;
  genlm_weighted_dfa_init (dfa, &vector_weights_class, pushed->n_classes, pushed->classes, limits);
  self->pushed = g_steal_pointer (&pushed);
  self->forward = genlm_forward_new (self->pushed);
  self->states = g_hash_table_new (hash_state, equal_states);
  self->result = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
  dfa->beyond = genlm_weighted_dfa_allocate (dfa, 0);
  if (self->pushed->starts->len == 0)
    return dfa;
  dfa->start = intern (self, (const GenlmWeighedState *) self->pushed->starts->data,
                       self->pushed->starts->len);
  dfa->log_total = self->pushed->log_total;
  return dfa;
}

/* The automaton that is read beyond; NULL if there is no beyond. */
const GenlmPushedWfsa *
genlm_vector_weights_get_pushed (GenlmWeightedDfa *dfa)
{
  return dfa->klass == &vector_weights_class ? ((VectorWeights *) dfa)->pushed : NULL;
}

/* The state for being in @states, or the one beyond. */
GenlmWeightedState *
genlm_vector_weights_find (GenlmWeightedDfa         *dfa,
                           const GenlmWeighedState  *states,
                           guint32                   n_states)
{
  VectorWeights *self = (VectorWeights *) dfa;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&dfa->mutex);
  GenlmWeightedState *state = look_up (self, states, n_states);

  return state != NULL ? state : dfa->beyond;
}

/* The supports that were met before, or new ones; NULL where there are none, as
 * the numbers of the automaton are not plain. */
GenlmSupports *
genlm_vector_weights_take_supports (GenlmWeightedDfa *dfa)
{
  VectorWeights *self = (VectorWeights *) dfa;
  GenlmSupports *supports;

  if (!self->pushed->is_plain)
    return NULL;
  supports = __atomic_exchange_n (&self->supports, NULL, __ATOMIC_ACQ_REL);
  if (supports != NULL)
    return supports;
  return genlm_supports_new (self->pushed, MIN (SUPPORTS_MAX_MEMORY,
                                                dfa->limits.max_memory / SUPPORTS_PART));
}

/* Takes them back; when they are full they are begun anew. */
void
genlm_vector_weights_give_supports (GenlmWeightedDfa *dfa,
                                    GenlmSupports    *supports)
{
  VectorWeights *self = (VectorWeights *) dfa;

  if (supports != NULL && genlm_supports_is_full (supports))
    g_clear_pointer (&supports, genlm_supports_free);
  if (supports == NULL)
    return;
  __atomic_store_n (&self->supports_memory, genlm_supports_get_memory (supports),
                    __ATOMIC_RELAXED);
  supports = __atomic_exchange_n (&self->supports, supports, __ATOMIC_ACQ_REL);
  g_clear_pointer (&supports, genlm_supports_free);
}
