/* A vocabulary from a file, and text cut into its tokens. */
#include "genlm-check-vocab.h"

#include <string.h>

/* Appends the token of one line; an empty line is an id that is not used. */
static gboolean
add_line (const char  *line,
          GByteArray  *data,
          GError     **error)
{
  gsize length;
  g_autofree guint8 *bytes = NULL;
  g_autofree char *again = NULL;

  if (*line == '\0')
    return TRUE;
  bytes = g_base64_decode (line, &length);
  again = g_base64_encode (bytes, length);
  if (strcmp (line, again) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "“%s” is not base64", line);
      return FALSE;
    }
  g_byte_array_append (data, bytes, length);
  return TRUE;
}

/* Reads a vocabulary: a token a line, base64 of its bytes, the line's number
 * from zero its id. */
GenlmVocab *
genlm_check_vocab_load (const char    *name,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  g_autoptr (GFileInputStream) raw = g_file_read (file, cancellable, error);
  g_autoptr (GDataInputStream) input = NULL;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GBytes) bytes = NULL;
  GError *local_error = NULL;

  if (raw == NULL)
    return NULL;
  input = g_data_input_stream_new (G_INPUT_STREAM (raw));
  while (local_error == NULL)
    {
      guint32 offset = data->len;
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, cancellable, &local_error);

      g_array_append_val (offsets, offset);
      if (line == NULL || local_error != NULL)
        break;
      if (!add_line (g_strchomp (line), data, &local_error))
        g_prefix_error (&local_error, "%s:%u: ", name, offsets->len);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  return genlm_vocab_new_flat (bytes, (const guint32 *) offsets->data, offsets->len, NULL, error);
}

/* The node that @byte leads to among the nodes from @p to @end, which are
 * siblings with what is below them; @end if there is none. */
static guint32
find_child (const GenlmTrie *trie,
            guint32          p,
            guint32          end,
            guint8           byte)
{
  while (p < end && GENLM_TRIE_NODE_BYTE (&trie->nodes[p]) != byte)
    p += GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]);
  return p;
}

/* The longest token that @text starts with; GENLM_TRIE_NO_TOKEN if none does. */
static guint32
find_longest (const GenlmTrie *trie,
              const char      *text,
              gsize            length,
              gsize           *token_length)
{
  guint32 longest = GENLM_TRIE_NO_TOKEN;
  guint32 p = 0;
  guint32 end = trie->n_nodes;
  gsize i;

  for (i = 0; i < length; i++)
    {
      guint32 node = find_child (trie, p, end, (guint8) text[i]);

      if (node == end)
        break;
      if (GENLM_TRIE_NODE_TOKEN (&trie->nodes[node]) != GENLM_TRIE_NO_TOKEN)
        {
          longest = GENLM_TRIE_NODE_TOKEN (&trie->nodes[node]);
          *token_length = i + 1;
        }
      p = node + 1;
      end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
    }
  return longest;
}

/* Cuts a text greedily, always the longest token that fits: what real
 * tokenisers do nearly always. NULL if there is no token for some byte. */
GArray *
genlm_check_vocab_tokenise (GenlmVocab *vocab,
                            const char *text,
                            gsize       length)
{
  const GenlmTrie *trie = genlm_vocab_get_trie (vocab);
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (guint32));
  gsize at = 0;

  while (at < length)
    {
      gsize token_length = 0;
      guint32 token = find_longest (trie, text + at, length - at, &token_length);

      if (token == GENLM_TRIE_NO_TOKEN)
        return NULL;
      g_array_append_val (tokens, token);
      at += token_length;
    }
  return g_steal_pointer (&tokens);
}
