#include "genlm-wcfg-view.h"

#include "genlm-wcfg-values.h"
#include "genlm-wcfg-vectors.h"
#include "genlm-wcfg-walks.h"

struct _GenlmWcfgView
{
  GenlmByteMachine *machine; /* which outlives its views */
  GenlmTrieIndex   *index;
  guint             deadline;
  GenlmWcfgWalks   *walks;
  GenlmWcfgVectors *vectors;
};

/* @max_memory bounds the walks, and once more the vectors that are kept;
 * @deadline, in milliseconds, the making of a vector. */
GenlmWcfgView *
genlm_wcfg_view_new (GenlmByteMachine *machine,
                     GenlmTrieIndex   *index,
                     guint64           max_memory,
                     guint             deadline)
{
  const GenlmWcfgWalkSource source = { genlm_wcfg_machine_peek_lexer (machine),
                                       genlm_wcfg_machine_peek_grammar (machine), index };
  GenlmWcfgView *self = g_new0 (GenlmWcfgView, 1);

  self->machine = machine;
  self->index = genlm_trie_index_ref (index);
  self->deadline = deadline;
  self->walks = genlm_wcfg_walks_new (&source, max_memory);
  self->vectors = genlm_wcfg_vectors_new (max_memory);
  return self;
}

void
genlm_wcfg_view_free (GenlmWcfgView *self)
{
  genlm_wcfg_vectors_free (self->vectors);
  genlm_wcfg_walks_free (self->walks);
  genlm_trie_index_unref (self->index);
  g_free (self);
}

/* The log weights of all tokens and EOS, relative to the prefix, in a state
 * that is not dead. NULL when a limit is passed. */
GenlmWeights *
genlm_wcfg_view_weigh (GenlmWcfgView   *self,
                       GenlmWcfgState  *state,
                       GError         **error)
{
  guint n_readings;
  const GenlmWcfgReading *readings = genlm_wcfg_state_peek_readings (state, &n_readings);
  g_autoptr (GenlmWeights) weights = NULL;
  double *values;

  weights = genlm_wcfg_vectors_lookup (self->vectors, readings, n_readings);
  if (weights != NULL)
    return g_steal_pointer (&weights);
  weights = genlm_weights_new_uninit ((gsize) self->index->n_tokens + 1, &values);
  if (!genlm_wcfg_values_make (self->machine, self->index, self->walks, self->deadline, state,
                               values, error))
    return NULL;
  genlm_wcfg_vectors_insert (self->vectors, readings, n_readings, weights);
  return g_steal_pointer (&weights);
}
