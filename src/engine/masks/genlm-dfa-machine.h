#pragma once

/* The machine that is one byte automaton and nothing beside: weight one for
 * what it accepts, from a start state on. */

#include "genlm-byte-dfa.h"
#include "genlm-byte-machine.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmByteMachine *genlm_dfa_machine_new (GenlmByteDfa   *dfa,
                                                          GenlmByteState *start,
                                                          guint64         max_memory);

G_END_DECLS
