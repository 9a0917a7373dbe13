#pragma once

/* Walks of the trie that were done, within bounds: what an automaton allows
 * below a node, and what it allows where another walk was cut. For any number
 * of threads. */

#include "genlm-trie-walk.h"

G_BEGIN_DECLS

typedef struct _GenlmWalkMemo GenlmWalkMemo;

/* Nodes, in order, where something ends that the automaton accepts in the same
 * way, and something else may begin. The state accepts what a step by step walk
 * would accept; only that is to be asked of it. */
typedef struct
{
  GenlmByteState *state;
  const guint32  *nodes;
  guint32         n_nodes;
  /*< private >*/
  guint64         list;
} GenlmWalkCut;

/*< private >*/
typedef struct
{
  gatomicrefcount  ref_count;
  /* Of no other walk of the memo, ever. */
  guint64          id;
  guint32          n_tokens;
  guint32          n_cuts;
  /* Sorted; NULL where bits take less. */
  guint32         *tokens;
  guint64         *words;
  guint32          n_words;
  GenlmWalkCut    *cuts;
  guint32         *nodes;
} GenlmWalk;

GENLM_ENGINE_API GenlmWalkMemo *genlm_walk_memo_new        (GenlmTrieIndex      *index,
                                                            GenlmByteDfa        *dfa,
                                                            guint64              max_memory);
GENLM_ENGINE_API void           genlm_walk_memo_free       (GenlmWalkMemo       *self);
GENLM_ENGINE_API void           genlm_walk_memo_set_after  (GenlmWalkMemo       *self,
                                                            const GenlmByteSet  *after_labels,
                                                            gsize                n_labels);
GENLM_ENGINE_API GenlmWalk     *genlm_walk_memo_get        (GenlmWalkMemo       *self,
                                                            guint32              below,
                                                            GenlmByteState      *state,
                                                            GError             **error);
GENLM_ENGINE_API GenlmWalk     *genlm_walk_memo_get_after  (GenlmWalkMemo       *self,
                                                            GenlmWalk           *walk,
                                                            guint                cut,
                                                            GenlmByteState      *state,
                                                            guint64             *room,
                                                            GError             **error);
GENLM_ENGINE_API guint64        genlm_walk_memo_get_memory (GenlmWalkMemo       *self);
GENLM_ENGINE_API void           genlm_walk_add_tokens      (const GenlmWalk     *self,
                                                            guint64             *words);
GENLM_ENGINE_API void           genlm_walk_unref           (GenlmWalk           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWalkMemo, genlm_walk_memo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmWalk, genlm_walk_unref)

G_END_DECLS
