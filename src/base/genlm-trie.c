/* Builds the flat token trie of a vocabulary. Walks of it belong to whoever
 * has an automaton to walk with. */

#include "genlm-trie-private.h"

#include <string.h>

typedef struct
{
  const guint8  *data;
  const guint32 *offsets;
} Tokens;

static inline const guint8 *
token_bytes (const Tokens *tokens,
             guint32       id,
             guint32      *length)
{
  *length = tokens->offsets[id + 1] - tokens->offsets[id];
  return tokens->data + tokens->offsets[id];
}

static int
compare_tokens (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;
  guint32 x_length, y_length;
  const guint8 *x_bytes = token_bytes (user_data, x, &x_length);
  const guint8 *y_bytes = token_bytes (user_data, y, &y_length);
  int order = memcmp (x_bytes, y_bytes, MIN (x_length, y_length));

  if (order != 0)
    return order;
  if (x_length != y_length)
    return x_length < y_length ? -1 : 1;
  return x < y ? -1 : x > y;
}

static guint32
common_length (const guint8 *a,
               guint32       a_length,
               const guint8 *b,
               guint32       b_length)
{
  guint32 n = MIN (a_length, b_length);
  guint32 i = 0;

  while (i < n && a[i] == b[i])
    i++;
  return i;
}

/* Sets the extents of the open nodes from the deepest down to @depth. */
static void
close_nodes (GArray  *nodes,
             guint32 *path,
             guint32 *open,
             guint32  depth)
{
  while (*open > depth)
    {
      guint32 index = path[*open];
      GenlmTrieNode *node = &g_array_index (nodes, GenlmTrieNode, index);

      node->extent |= (nodes->len - index) << 10;
      (*open)--;
    }
}

static void
add_node (GArray  *nodes,
          guint32  token,
          guint8   byte,
          guint32  depth)
{
  GenlmTrieNode node = { token << 8 | byte, depth };

  g_array_append_val (nodes, node);
}

/* Ids that spell the same bytes as one before them wait, by depth, until its
 * subtree ends. */
static GArray *
build_nodes (const Tokens  *tokens,
             const guint32 *sorted,
             guint32        n_sorted)
{
  GArray *nodes = g_array_sized_new (FALSE, FALSE, sizeof (GenlmTrieNode), n_sorted * 2 + 16);
  guint32 path[GENLM_TRIE_MAX_DEPTH + 1] = { 0 };
  GArray *waiting[GENLM_TRIE_MAX_DEPTH + 1] = { NULL };
  const guint8 *previous = NULL;
  guint32 previous_length = 0;
  guint32 open = 0;

  for (guint32 i = 0; i <= n_sorted; i++)
    {
      guint32 length = 0;
      const guint8 *bytes = i < n_sorted ? token_bytes (tokens, sorted[i], &length) : NULL;
      guint32 common = bytes != NULL ? common_length (previous, previous_length, bytes, length) : 0;

      if (bytes != NULL && common == length && length == previous_length)
        {
          if (waiting[length] == NULL)
            waiting[length] = g_array_new (FALSE, FALSE, sizeof (guint32));
          g_array_append_val (waiting[length], sorted[i]);
          continue;
        }

      /* From the deepest on: duplicates follow the subtree of the first id. */
      while (open > common)
        {
          guint8 byte = GENLM_TRIE_NODE_BYTE (&g_array_index (nodes, GenlmTrieNode, path[open]));
          GArray *ids = waiting[open];
          guint32 depth = open;

          close_nodes (nodes, path, &open, depth - 1);
          for (guint32 k = 0; ids != NULL && k < ids->len; k++)
            {
              add_node (nodes, g_array_index (ids, guint32, k), byte, depth);
              g_array_index (nodes, GenlmTrieNode, nodes->len - 1).extent |= 1 << 10;
            }
          if (ids != NULL)
            g_array_set_size (ids, 0);
        }

      for (guint32 depth = common + 1; depth <= length; depth++)
        {
          path[depth] = nodes->len;
          add_node (nodes, depth == length ? sorted[i] : GENLM_TRIE_NO_TOKEN, bytes[depth - 1], depth);
        }
      open = length;
      previous = bytes;
      previous_length = length;
    }

  for (guint32 depth = 0; depth <= GENLM_TRIE_MAX_DEPTH; depth++)
    g_clear_pointer (&waiting[depth], g_array_unref);
  return nodes;
}

GenlmTrie *
genlm_trie_new (const guint8  *data,
                const guint32 *offsets,
                guint32        n_tokens)
{
  Tokens tokens = { data, offsets };
  g_autofree guint32 *sorted = g_new (guint32, n_tokens);
  g_autoptr (GArray) empty = g_array_new (FALSE, FALSE, sizeof (guint32));
  GArray *nodes;
  guint32 n_sorted = 0;
  guint32 max_depth = 0;
  GenlmTrie *self;

  for (guint32 id = 0; id < n_tokens; id++)
    {
      guint32 length = offsets[id + 1] - offsets[id];

      max_depth = MAX (max_depth, length);
      if (length == 0)
        g_array_append_val (empty, id);
      else
        sorted[n_sorted++] = id;
    }
  g_qsort_with_data (sorted, n_sorted, sizeof (guint32), compare_tokens, &tokens);
  nodes = build_nodes (&tokens, sorted, n_sorted);

  self = g_new0 (GenlmTrie, 1);
  self->n_nodes = nodes->len;
  self->nodes = (const GenlmTrieNode *) g_array_free (nodes, FALSE);
  self->n_empty_tokens = empty->len;
  self->empty_tokens = (const guint32 *) g_array_free (g_steal_pointer (&empty), FALSE);
  self->max_depth = max_depth;
  return self;
}

void
genlm_trie_free (GenlmTrie *self)
{
  g_free ((gpointer) self->nodes);
  g_free ((gpointer) self->empty_tokens);
  g_free (self);
}
