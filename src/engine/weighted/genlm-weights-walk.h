#pragma once

/* The weights of all tokens of a vocabulary in a state of a weighted
 * automaton: one walk of the token trie beside it, in step. */

#include "genlm-trie-index.h"
#include "genlm-vector-weights.h"

G_BEGIN_DECLS

GENLM_ENGINE_API gboolean genlm_weights_walk (GenlmTrieIndex      *index,
                                              GenlmWeightedDfa    *dfa,
                                              GenlmWeightedState  *state,
                                              double              *values,
                                              GError             **error);

void genlm_weights_walk_beyond (GenlmTrieIndex          *index,
                                GenlmWeightedDfa        *dfa,
                                const GenlmWeighedState *states,
                                guint32                  n_states,
                                double                  *values);

G_END_DECLS
