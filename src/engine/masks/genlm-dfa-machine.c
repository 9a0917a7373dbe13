#include "genlm-dfa-machine.h"

#include <math.h>

#include "genlm-mask-cache.h"
#include "genlm-trie-walk.h"

typedef struct
{
  GenlmByteMachine  parent;
  GenlmByteDfa     *dfa;
  GenlmByteState   *start;
  guint64           max_memory;
} DfaMachine;

static void
finalize (GenlmByteMachine *machine)
{
  genlm_byte_dfa_unref (((DfaMachine *) machine)->dfa);
}

static gpointer
dup_start (GenlmByteMachine *machine)
{
  return ((DfaMachine *) machine)->start;
}

static gpointer
advance (GenlmByteMachine  *machine,
         gpointer           state,
         const guint8      *bytes,
         gsize              n_bytes,
         GError           **error)
{
  return genlm_byte_dfa_walk (((DfaMachine *) machine)->dfa, state, bytes, n_bytes, error);
}

static gboolean
weigh (GenlmByteMachine  *machine,
       gpointer           state,
       double            *prefix,
       double            *complete,
       GError           **error)
{
  if (prefix != NULL)
    *prefix = state == ((DfaMachine *) machine)->dfa->dead ? -INFINITY : 0.0;
  if (complete != NULL)
    *complete = ((GenlmByteState *) state)->accepting ? 0.0 : -INFINITY;
  return TRUE;
}

static gpointer
make_view (GenlmByteMachine *machine,
           GenlmTrieIndex   *index)
{
  return genlm_mask_cache_new (((DfaMachine *) machine)->max_memory);
}

static GenlmTokenSet *
make_mask (GenlmByteMachine  *machine,
           gpointer           view,
           GenlmTrieIndex    *index,
           gpointer           state,
           GError           **error)
{
  GenlmByteDfa *dfa = ((DfaMachine *) machine)->dfa;
  g_autoptr (GenlmTokenSet) mask = NULL;
  guint64 *words;

  /* No token can tell the states apart. */
  state = genlm_byte_dfa_clamp (dfa, state, index->trie->max_depth, error);
  if (state == NULL)
    return NULL;
  mask = genlm_mask_cache_lookup (view, &state, sizeof state);
  if (mask != NULL)
    return g_steal_pointer (&mask);
  mask = genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, &words);
  if (!genlm_trie_walk (index, GENLM_TRIE_WALK_ALL, dfa, state, words, NULL, NULL, error))
    return NULL;
  if (((GenlmByteState *) state)->accepting)
    words[index->n_tokens / 64] |= G_GUINT64_CONSTANT (1) << (index->n_tokens % 64);
  genlm_mask_cache_insert (view, &state, sizeof state, mask);
  return g_steal_pointer (&mask);
}

static GenlmByteMachineSize
get_size (GenlmByteMachine *machine)
{
  GenlmByteDfa *dfa = ((DfaMachine *) machine)->dfa;

  return (GenlmByteMachineSize) { .n_states = genlm_byte_dfa_get_n_states (dfa),
                                  .memory = genlm_byte_dfa_get_memory (dfa) };
}

static const GenlmByteMachineClass dfa_machine_class = {
  .finalize = finalize,
  .dup_start = dup_start,
  .advance = advance,
  .weigh = weigh,
  .make_view = make_view,
  .free_view = (GDestroyNotify) genlm_mask_cache_free,
  .make_mask = make_mask,
  .get_size = get_size,
};

/* @max_memory bounds the masks that are kept for each vocabulary. */
GenlmByteMachine *
genlm_dfa_machine_new (GenlmByteDfa   *dfa,
                       GenlmByteState *start,
                       guint64         max_memory)
{
  DfaMachine *self = g_new0 (DfaMachine, 1);

  genlm_byte_machine_init (&self->parent, &dfa_machine_class);
  self->dfa = genlm_byte_dfa_ref (dfa);
  self->start = start;
  self->max_memory = max_memory;
  return &self->parent;
}
