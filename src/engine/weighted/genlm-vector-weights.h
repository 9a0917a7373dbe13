#pragma once

/* The deterministic automaton of a weighted one: its states are where one may
 * be after a text, with which parts of the weight. There may be no end of
 * them; once there is no room for more, what is not a state is beyond, and is
 * to be read from the pushed automaton itself. */

#include "genlm-forward.h"
#include "genlm-supports.h"
#include "genlm-weighted-dfa.h"

G_BEGIN_DECLS

const GenlmPushedWfsa *genlm_vector_weights_get_pushed    (GenlmWeightedDfa         *dfa);
GenlmWeightedState    *genlm_vector_weights_find          (GenlmWeightedDfa         *dfa,
                                                           const GenlmWeighedState  *states,
                                                           guint32                   n_states);
GenlmSupports         *genlm_vector_weights_take_supports (GenlmWeightedDfa         *dfa);
void                   genlm_vector_weights_give_supports (GenlmWeightedDfa         *dfa,
                                                           GenlmSupports            *supports);

static inline const GenlmWeighedState *
genlm_vector_weights_peek_states (const GenlmWeightedState *state,
                                  guint32                  *n_states)
{
  *n_states = state->n_data;
  return state->data;
}

G_END_DECLS
