#include "genlm-wfsa-machine.h"

#include "genlm-alike.h"
#include "genlm-weights-cache.h"
#include "genlm-weights-walk.h"

typedef struct
{
  GenlmByteMachine  parent;
  GenlmWeightedDfa *dfa;
  guint64           max_memory;
  /* Room for reading beyond, of whoever needed it last; NULL while it is used. */
  GenlmForward     *spare;
} WfsaMachine;

/* What is kept for a vocabulary. Weights are summed in memory that stays at
 * hand, and then copied: what is new is far away. */
typedef struct
{
  GenlmWeightsCache *cache;
  /* Of whoever needed it last; NULL while it is used. */
  double            *spare;
  GenlmAlike         alike;
} View;

/* Where the automaton has no state, the one beyond, and where one is. */
typedef struct
{
  gatomicrefcount     ref_count;
  GenlmWeightedState *state;
  double              sum;
  double              rest;
  guint32             n_parts;
  GenlmWeighedState   parts[];
} Position;

/* A position that is moving. */
typedef struct
{
  WfsaMachine        *machine;
  GenlmWeightedState *state;
  double              sum;
  double              rest;
  /* Of use when the state is the one beyond. */
  GenlmForward       *forward;
  GArray             *parts;
  GArray             *spare;
} Reader;

static void
wfsa_machine_finalize (GenlmByteMachine *machine)
{
  WfsaMachine *self = (WfsaMachine *) machine;

  g_clear_pointer (&self->spare, genlm_forward_free);
  genlm_weighted_dfa_unref (self->dfa);
}

static Position *
position_new (GenlmWeightedState      *state,
              double                   sum,
              double                   rest,
              const GenlmWeighedState *parts,
              guint32                  n_parts)
{
  Position *self = g_malloc (sizeof (Position) + n_parts * sizeof (GenlmWeighedState));
  guint32 i;

  g_atomic_ref_count_init (&self->ref_count);
  self->state = state;
  self->sum = sum;
  self->rest = rest;
  self->n_parts = n_parts;
  for (i = 0; i < n_parts; i++)
    self->parts[i] = parts[i];
  return self;
}

static gpointer
wfsa_machine_ref_state (gpointer state)
{
  Position *position = state;

  g_atomic_ref_count_inc (&position->ref_count);
  return position;
}

static void
wfsa_machine_unref_state (gpointer state)
{
  Position *position = state;

  if (g_atomic_ref_count_dec (&position->ref_count))
    g_free (position);
}

static gpointer
wfsa_machine_dup_start (GenlmByteMachine *machine)
{
  GenlmWeightedDfa *dfa = ((WfsaMachine *) machine)->dfa;
  const GArray *starts = NULL;

  if (dfa->start == dfa->beyond)
    starts = genlm_vector_weights_get_pushed (dfa)->starts;
  return position_new (dfa->start, dfa->log_total, 0.0,
                       starts != NULL ? (const GenlmWeighedState *) starts->data : NULL,
                       starts != NULL ? starts->len : 0);
}

/* -- reading --------------------------------------------------------------- */

static GenlmForward *
take_forward (WfsaMachine *machine)
{
  GenlmForward *forward = __atomic_exchange_n (&machine->spare, NULL, __ATOMIC_ACQ_REL);

  if (forward != NULL)
    return forward;
  return genlm_forward_new (genlm_vector_weights_get_pushed (machine->dfa));
}

static void
give_forward (WfsaMachine  *machine,
              GenlmForward *forward)
{
  forward = __atomic_exchange_n (&machine->spare, forward, __ATOMIC_ACQ_REL);
  g_clear_pointer (&forward, genlm_forward_free);
}

static void
reader_clear (Reader *self)
{
  if (self->forward != NULL)
    give_forward (self->machine, self->forward);
  g_clear_pointer (&self->parts, g_array_unref);
  g_clear_pointer (&self->spare, g_array_unref);
}

static inline void
reader_add (Reader *self,
            double  log_weight)
{
  double sum = self->sum + log_weight;
  double part = sum - self->sum;

  self->rest += (self->sum - (sum - part)) + (log_weight - part);
  self->sum = sum;
}

static void
reader_die (Reader *self)
{
  self->state = self->machine->dfa->dead;
  self->sum = -INFINITY;
  self->rest = 0.0;
}

/* Goes on without states, from where @parts are. */
static void
reader_go_beyond (Reader                  *self,
                  const GenlmWeighedState *parts,
                  guint32                  n_parts)
{
  GenlmWeightedDfa *dfa = self->machine->dfa;

  if (self->forward == NULL)
    {
      self->forward = take_forward (self->machine);
      self->parts = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
      self->spare = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
    }
  g_array_set_size (self->parts, 0);
  g_array_append_vals (self->parts, parts, n_parts);
  self->state = dfa->beyond;
}

/* Comes back as soon as there is a state for it. */
static void
reader_step_beyond (Reader *self,
                    guint8  byte)
{
  GenlmWeightedDfa *dfa = self->machine->dfa;
  GArray *result = self->spare;
  double log_weight;

  log_weight = genlm_forward_step (self->forward, (const GenlmWeighedState *) self->parts->data,
                                   self->parts->len, dfa->classes[byte], result);
  self->spare = self->parts;
  self->parts = result;
  if (log_weight == -INFINITY)
    {
      reader_die (self);
      return;
    }
  reader_add (self, log_weight);
  self->state = genlm_vector_weights_find (dfa, (const GenlmWeighedState *) result->data,
                                           result->len);
}

static gboolean
reader_step (Reader  *self,
             guint8   byte,
             GError **error)
{
  GenlmWeightedDfa *dfa = self->machine->dfa;
  GenlmWeightedState *next;
  double log_weight;

  next = genlm_weighted_dfa_step (dfa, self->state, byte, &log_weight, error);
  if (next == NULL)
    return FALSE;
  if (G_UNLIKELY (next == dfa->beyond))
    {
      guint32 n_parts;
      const GenlmWeighedState *parts = genlm_vector_weights_peek_states (self->state, &n_parts);

      reader_go_beyond (self, parts, n_parts);
      reader_step_beyond (self, byte);
      return TRUE;
    }
  if (next == dfa->dead)
    {
      reader_die (self);
      return TRUE;
    }
  reader_add (self, log_weight);
  self->state = next;
  return TRUE;
}

static gboolean
reader_read (Reader        *self,
             const guint8  *bytes,
             gsize          n_bytes,
             GError       **error)
{
  GenlmWeightedDfa *dfa = self->machine->dfa;
  gsize i;

  for (i = 0; i < n_bytes && self->state != dfa->dead; i++)
    {
      if (self->state == dfa->beyond)
        reader_step_beyond (self, bytes[i]);
      else if (!reader_step (self, bytes[i], error))
        return FALSE;
    }
  return TRUE;
}

static gpointer
wfsa_machine_advance (GenlmByteMachine  *machine,
                      gpointer           state,
                      const guint8      *bytes,
                      gsize              n_bytes,
                      GError           **error)
{
  const Position *position = state;
  Reader reader = { (WfsaMachine *) machine, position->state, position->sum, position->rest };
  Position *next = NULL;

  if (position->n_parts > 0)
    reader_go_beyond (&reader, position->parts, position->n_parts);
  if (reader_read (&reader, bytes, n_bytes, error))
    {
      gboolean is_beyond = reader.state == reader.machine->dfa->beyond;

      next = position_new (reader.state, reader.sum, reader.rest,
                           is_beyond ? (const GenlmWeighedState *) reader.parts->data : NULL,
                           is_beyond ? reader.parts->len : 0);
    }
  reader_clear (&reader);
  return next;
}

static gboolean
wfsa_machine_weigh (GenlmByteMachine  *machine,
                    gpointer           state,
                    double            *prefix,
                    double            *complete,
                    GError           **error)
{
  GenlmWeightedDfa *dfa = ((WfsaMachine *) machine)->dfa;
  const Position *position = state;
  double log_final;

  if (prefix != NULL)
    *prefix = position->sum + position->rest;
  if (complete == NULL)
    return TRUE;
  if (position->n_parts > 0)
    log_final = genlm_forward_weigh_final (genlm_vector_weights_get_pushed (dfa), position->parts,
                                           position->n_parts);
  else if (!genlm_weighted_dfa_weigh_final (dfa, position->state, &log_final, error))
    return FALSE;
  *complete = position->sum + (position->rest + log_final);
  return TRUE;
}

/* -- what may follow ------------------------------------------------------- */

static gpointer
wfsa_machine_make_view (GenlmByteMachine *machine,
                        GenlmTrieIndex   *index)
{
  View *view = g_new0 (View, 1);

  view->cache = genlm_weights_cache_new (((WfsaMachine *) machine)->max_memory);
  genlm_alike_init (&view->alike, genlm_wfsa_machine_get_dfa (machine), index);
  return view;
}

static void
wfsa_machine_free_view (gpointer data)
{
  View *view = data;

  genlm_alike_clear (&view->alike);
  genlm_weights_cache_free (view->cache);
  g_free (view->spare);
  g_free (view);
}

static gboolean
walk (GenlmWeightedDfa  *dfa,
      GenlmTrieIndex    *index,
      const Position    *position,
      double            *values,
      GError           **error)
{
  if (position->n_parts == 0)
    return genlm_weights_walk (index, dfa, position->state, values, error);
  genlm_weights_walk_beyond (index, dfa, position->parts, position->n_parts, values);
  return TRUE;
}

/* The weights of @state if they are kept, or those of a state that is alike. An
 * automaton that is given is not searched: it keeps one state of those that are
 * the same, and its other states are many. */
static GenlmWeights *
find_weights (View               *view,
              GenlmWeightedDfa   *dfa,
              GenlmWeightedState *state)
{
  GenlmWeights *weights = genlm_weights_cache_lookup (view->cache, state);
  GenlmWeightedState *other;

  if (weights != NULL || dfa->beyond != NULL)
    return weights;
  other = genlm_alike_find (&view->alike, state);
  return other != NULL ? genlm_weights_cache_lookup (view->cache, other) : NULL;
}

static void
keep_weights (View               *view,
              GenlmWeightedState *state,
              GenlmWeights       *weights,
              const double       *values)
{
  genlm_weights_cache_insert (view->cache, state, weights, values);
  genlm_alike_add (&view->alike, state);
}

static GenlmWeights *
wfsa_machine_make_weights (GenlmByteMachine  *machine,
                           gpointer           data,
                           GenlmTrieIndex    *index,
                           gpointer           state,
                           GError           **error)
{
  View *view = data;
  GenlmWeightedDfa *dfa = ((WfsaMachine *) machine)->dfa;
  const Position *position = state;
  gboolean is_kept = position->n_parts == 0;
  gsize size = (gsize) index->n_tokens + 1;
  GenlmWeights *weights = NULL;
  double *values;

  if (is_kept)
    weights = find_weights (view, dfa, position->state);
  if (weights != NULL)
    return weights;
  values = __atomic_exchange_n (&view->spare, NULL, __ATOMIC_ACQ_REL);
  if (values == NULL)
    values = g_new (double, size);
  if (walk (dfa, index, position, values, error))
    {
      weights = genlm_weights_new (values, size);
      if (is_kept)
        keep_weights (view, position->state, weights, values);
    }
  values = __atomic_exchange_n (&view->spare, values, __ATOMIC_ACQ_REL);
  g_free (values);
  return weights;
}

static GenlmByteMachineSize
wfsa_machine_get_size (GenlmByteMachine *machine)
{
  GenlmWeightedDfa *dfa = genlm_wfsa_machine_get_dfa (machine);

  return (GenlmByteMachineSize) { .n_states = genlm_weighted_dfa_get_n_states (dfa),
                                  .memory = genlm_weighted_dfa_get_memory (dfa) };
}

static const GenlmByteMachineClass wfsa_machine_class = {
  .finalize = wfsa_machine_finalize,
  .ref_state = wfsa_machine_ref_state,
  .unref_state = wfsa_machine_unref_state,
  .dup_start = wfsa_machine_dup_start,
  .advance = wfsa_machine_advance,
  .weigh = wfsa_machine_weigh,
  .make_view = wfsa_machine_make_view,
  .free_view = wfsa_machine_free_view,
  .make_weights = wfsa_machine_make_weights,
  .get_size = wfsa_machine_get_size,
};

/* @max_memory bounds the weights that are kept, for each vocabulary. */
GenlmByteMachine *
genlm_wfsa_machine_new (GenlmWeightedDfa *dfa,
                        guint64           max_memory)
{
  WfsaMachine *self = g_new0 (WfsaMachine, 1);

  genlm_byte_machine_init (&self->parent, &wfsa_machine_class);
  self->dfa = genlm_weighted_dfa_ref (dfa);
  self->max_memory = max_memory;
  return &self->parent;
}

GenlmWeightedDfa *
genlm_wfsa_machine_get_dfa (GenlmByteMachine *machine)
{
  return ((WfsaMachine *) machine)->dfa;
}
