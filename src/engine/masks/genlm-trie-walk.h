#pragma once

/* Which tokens of a vocabulary an automaton allows in a state: a walk of the
 * token trie beside the automaton, in step. */

#include "genlm-byte-dfa.h"
#include "genlm-trie-index.h"

G_BEGIN_DECLS

/* In place of a node: the whole trie. */
#define GENLM_TRIE_WALK_ALL (G_MAXUINT32)

/* A node, with nodes below it, after whose bytes @state accepts: there
 * something that the automaton does not know of may begin. */
typedef struct
{
  guint32         node;
  GenlmByteState *state;
} GenlmTrieCut;

GENLM_ENGINE_API gboolean genlm_trie_walk (GenlmTrieIndex  *index,
                                           guint32          below,
                                           GenlmByteDfa    *dfa,
                                           GenlmByteState  *state,
                                           guint64         *words,
                                           GArray          *cuts,
                                           const guint64   *after_labels,
                                           GError         **error);

G_END_DECLS
