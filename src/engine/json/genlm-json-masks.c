#include "genlm-json-masks.h"

#define NODE_BYTE(node)  ((guint8) (node)->label)
#define NODE_DEPTH(node) ((node)->extent & GENLM_TRIE_MAX_DEPTH)

/* A walk of the trie with a cursor for each depth. */
typedef struct
{
  GenlmTrieIndex   *index;
  GenlmJsonStepper  stepper;
  GArray           *cursors;
  guint8            bytes[GENLM_TRIE_MAX_DEPTH + 1];
  guint64          *words;
} Walk;

static inline void
set_token (guint64 *words,
           guint32  token)
{
  words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
}

/* Walks whole subtrees, from @p to @end. */
static void
walk_nodes (Walk    *walk,
            guint32  p,
            guint32  end)
{
  const GenlmTrieNode *nodes = walk->index->trie->nodes;

  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint depth = NODE_DEPTH (node);
      GenlmJsonCursor *cursor;

      if (walk->cursors->len <= depth)
        g_array_set_size (walk->cursors, depth + 1);
      cursor = &g_array_index (walk->cursors, GenlmJsonCursor, depth);
      *cursor = cursor[-1];
      walk->bytes[depth - 1] = NODE_BYTE (node);
      genlm_json_stepper_step (&walk->stepper, cursor, depth - 1);
      if (cursor->mode == GENLM_JSON_MODE_DEAD)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        set_token (walk->words, GENLM_TRIE_NODE_TOKEN (node));
      p++;
    }
}

/* Tokens with the same bytes as another have no node of their own. */
GenlmTokenSet *
genlm_json_masks_walk (GenlmTrieIndex        *index,
                       GenlmJsonBook         *book,
                       guint                  max_spaces,
                       const GenlmJsonCursor *cursor,
                       GError               **error)
{
  g_autofree Walk *walk = g_new0 (Walk, 1);
  g_autoptr (GenlmTokenSet) mask = NULL;
  GenlmJsonCursor start = *cursor;

  mask = genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, &walk->words);
  walk->index = index;
  walk->cursors = g_array_new (FALSE, FALSE, sizeof (GenlmJsonCursor));
  genlm_json_stepper_init (&walk->stepper, book, max_spaces, walk->bytes);
  g_array_append_val (walk->cursors, *cursor);
  walk_nodes (walk, 0, index->trie->n_nodes);
  if (genlm_json_cursor_complete (&walk->stepper, &start, 0))
    set_token (walk->words, index->n_tokens);
  g_array_unref (walk->cursors);
  if (walk->stepper.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&walk->stepper.error));
      genlm_json_stepper_clear (&walk->stepper);
      return NULL;
    }
  genlm_json_stepper_clear (&walk->stepper);
  return g_steal_pointer (&mask);
}
