#pragma once

/* What a weighted grammar keeps for one vocabulary: the tokens that a terminal
 * reads from some state on with their weights, below some node of the token
 * trie, and the whole vectors that were made last. Within a bound on bytes,
 * for any number of threads. */

#include "genlm-trie-index.h"
#include "genlm-wcfg-machine.h"

G_BEGIN_DECLS

typedef struct _GenlmWcfgView GenlmWcfgView;

GenlmWcfgView *genlm_wcfg_view_new   (GenlmByteMachine  *machine,
                                      GenlmTrieIndex    *index,
                                      guint64            max_memory,
                                      guint              deadline);
void           genlm_wcfg_view_free  (GenlmWcfgView     *self);
GenlmWeights  *genlm_wcfg_view_weigh (GenlmWcfgView     *self,
                                      GenlmWcfgState    *state,
                                      GError           **error);

G_END_DECLS
