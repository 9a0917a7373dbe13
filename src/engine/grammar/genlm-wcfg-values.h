#pragma once

/* The making of one vector: the log weights of all tokens in one state of a
 * weighted grammar. */

#include "genlm-wcfg-machine.h"
#include "genlm-wcfg-walks.h"

G_BEGIN_DECLS

gboolean genlm_wcfg_values_make (GenlmByteMachine  *machine,
                                 GenlmTrieIndex    *index,
                                 GenlmWcfgWalks    *walks,
                                 guint              deadline,
                                 GenlmWcfgState    *state,
                                 double            *values,
                                 GError           **error);

G_END_DECLS
