#pragma once

/* A walk of the trie of tokens from a place in a JSON text on. */

#include "genlm-byte-set.h"
#include "genlm-json-learnt.h"
#include "genlm-json-mask.h"
#include "genlm-json-stepper.h"
#include "genlm-json-tokens.h"

G_BEGIN_DECLS

typedef struct
{
  const GenlmJsonTokens *tokens;
  GenlmJsonLearnt      *learnt;
  GenlmTrieIndex       *index;
  guint64               max_memory;
  GenlmJsonStepper      stepper;
  GArray               *cursors;  /* by depth */
  GArray               *closings; /* nodes where names or items end that may have been read before */
  GArray               *sets;     /* by depth: the bytes that words have there */
  gboolean              always;   /* the closings count whatever was read before */
  guint8                sights[GENLM_TRIE_MAX_DEPTH + 2];
  guint8                bytes[GENLM_TRIE_MAX_DEPTH + 1];
  GenlmJsonMarks       *marks;
  guint64              *words;    /* of the marks, or of the set that is made of them */
} GenlmJsonWalk;

void             genlm_json_walk_run           (GenlmJsonWalk         *walk,
                                                const GenlmJsonCursor *cursor,
                                                GenlmWalk             *found);
GenlmWalk       *genlm_json_walk_find_memo     (GenlmJsonWalk         *walk,
                                                const GenlmJsonCursor *cursor);
GenlmJsonResult  genlm_json_walk_judge_far     (GenlmJsonWalk         *walk,
                                                const GenlmJsonCursor *cursor);
void             genlm_json_walk_open_eyes     (GenlmJsonWalk         *walk);
GenlmTokenSet   *genlm_json_walk_finish        (GenlmJsonWalk         *walk,
                                                const GenlmJsonCursor *cursor,
                                                GenlmJsonMask         *mask);
gboolean         genlm_json_cursor_text_counts (const GenlmJsonCursor *cursor);

/* Unsets the tokens of a node and all nodes below. */
static inline void
genlm_json_walk_clear_nodes (GenlmTrieIndex *index,
                             guint64        *words,
                             guint32         p)
{
  guint32 end = index->n_tokens_before[p + GENLM_TRIE_NODE_EXTENT (&index->trie->nodes[p])];
  guint32 i;

  for (i = index->n_tokens_before[p]; i < end; i++)
    words[index->ordered_tokens[i] / 64] &=
      ~(G_GUINT64_CONSTANT (1) << (index->ordered_tokens[i] % 64));
}

static inline GenlmJsonCursor *
genlm_json_walk_ensure_cursor (GenlmJsonWalk *walk,
                               guint          depth)
{
  if (walk->cursors->len <= depth)
    g_array_set_size (walk->cursors, depth + 1);
  return &g_array_index (walk->cursors, GenlmJsonCursor, depth);
}

G_END_DECLS
