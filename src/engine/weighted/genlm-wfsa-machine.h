#pragma once

/* A weighted automaton as a machine of bytes. A state is a place in the
 * automaton and the logarithm of the weight of getting there, which is summed
 * with what rounding leaves out, so that it stays right over millions of
 * bytes. */

#include "genlm-byte-machine.h"
#include "genlm-weighted-dfa.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmByteMachine *genlm_wfsa_machine_new     (GenlmWeightedDfa *dfa,
                                                               guint64           max_memory);
GENLM_ENGINE_API GenlmWeightedDfa *genlm_wfsa_machine_get_dfa (GenlmByteMachine *machine);

G_END_DECLS
