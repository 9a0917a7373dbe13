#pragma once

/* Which tokens of a vocabulary an automaton allows in a state: one walk of
 * the token trie beside the automaton, in step. Immutable, for any number of
 * automata and threads. */

#include <genlm.h>

#include "genlm-byte-dfa.h"

G_BEGIN_DECLS

typedef struct _GenlmTrieWalk GenlmTrieWalk;

GENLM_ENGINE_API GenlmTrieWalk *genlm_trie_walk_new       (GenlmVocab      *vocab);
GENLM_ENGINE_API GenlmTrieWalk *genlm_trie_walk_ref       (GenlmTrieWalk   *self);
GENLM_ENGINE_API void           genlm_trie_walk_unref     (GenlmTrieWalk   *self);
GENLM_ENGINE_API GenlmVocab    *genlm_trie_walk_get_vocab (GenlmTrieWalk   *self);
GENLM_ENGINE_API GenlmTokenSet *genlm_trie_walk_mask      (GenlmTrieWalk   *self,
                                                           GenlmByteDfa    *dfa,
                                                           GenlmByteState  *state,
                                                           GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmTrieWalk, genlm_trie_walk_unref)

G_END_DECLS
