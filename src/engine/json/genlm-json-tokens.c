#include "genlm-json-tokens.h"

#include <string.h>

#define MAX_STRINGS_MEMORY (G_GUINT64_CONSTANT (4) << 20)

static void
tokens_free (gpointer data)
{
  GenlmJsonTokens *self = data;

  genlm_walk_memo_free (self->memo);
  genlm_json_strings_leave_plain (GENLM_JSON_SPELLING_ANY);
  g_free (self->quotes);
  g_byte_array_unref (self->paths);
  g_free (self->outers);
  g_free (self->first_below_quote);
  genlm_json_marks_clear (&self->space_tokens);
  g_array_unref (self->after_spaces);
  g_free (self);
}

static void
list_quotes (GenlmJsonTokens *self,
             GenlmTrieIndex  *index)
{
  const GenlmTrie *trie = index->trie;
  GArray *quotes = g_array_new (FALSE, FALSE, sizeof (GenlmJsonQuote));
  guint8 path[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 p;

  self->paths = g_byte_array_new ();
  for (p = 0; p < trie->n_nodes; p++)
    {
      guint length = GENLM_TRIE_NODE_DEPTH (&trie->nodes[p]) - 1;
      GenlmJsonQuote quote = { p, self->paths->len, (guint16) length, FALSE, FALSE };

      path[length] = GENLM_TRIE_NODE_BYTE (&trie->nodes[p]);
      if (path[length] != '"')
        continue;
      quote.is_first = memchr (path, '"', length) == NULL;
      quote.has_escape = memchr (path, '\\', length) != NULL;
      g_array_append_val (quotes, quote);
      g_byte_array_append (self->paths, path, length + 1);
    }
  self->n_quotes = quotes->len;
  self->quotes = (GenlmJsonQuote *) (gpointer) g_array_free (quotes, FALSE);
}

/* Appends those of the nodes from @p to @end, whole subtrees. */
static void
append_outers (GArray          *outers,
               const GenlmTrie *trie,
               guint32          p,
               guint32          end)
{
  static const char bytes[] = " \t\r\n\"{}[]:,+-.0123456789eEtrufalsn";
  guint32 open[GENLM_TRIE_MAX_DEPTH + 2];
  guint depth_before = p < end ? GENLM_TRIE_NODE_DEPTH (&trie->nodes[p]) - 1 : 0;
  guint depth = depth_before;

  while (p < end)
    {
      const GenlmTrieNode *node = &trie->nodes[p];
      guint8 byte = GENLM_TRIE_NODE_BYTE (node);
      GenlmJsonOuter outer = { p, 0, (guint16) GENLM_TRIE_NODE_DEPTH (node), byte };

      for (; depth >= GENLM_TRIE_NODE_DEPTH (node); depth--)
        g_array_index (outers, GenlmJsonOuter, open[depth]).next = outers->len;
      if (byte == '\0' || strchr (bytes, byte) == NULL)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      depth = GENLM_TRIE_NODE_DEPTH (node);
      open[depth] = outers->len;
      g_array_append_val (outers, outer);
      p += byte == '"' ? GENLM_TRIE_NODE_EXTENT (node) : 1;
    }
  for (; depth > depth_before; depth--)
    g_array_index (outers, GenlmJsonOuter, open[depth]).next = outers->len;
}

static void
list_outers (GenlmJsonTokens *self,
             GenlmTrieIndex  *index)
{
  const GenlmTrie *trie = index->trie;
  GArray *outers = g_array_new (FALSE, FALSE, sizeof (GenlmJsonOuter));
  guint32 i;

  append_outers (outers, trie, 0, trie->n_nodes);
  self->n_outers = outers->len;
  self->first_below_quote = g_new (guint32, self->n_quotes + 1);
  for (i = 0; i < self->n_quotes; i++)
    {
      guint32 p = self->quotes[i].p;

      self->first_below_quote[i] = outers->len;
      append_outers (outers, trie, p + 1, p + GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]));
    }
  self->first_below_quote[i] = outers->len;
  self->outers = (GenlmJsonOuter *) (gpointer) g_array_free (outers, FALSE);
}

static inline gboolean
is_space (guint8 byte)
{
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static int
compare_bytes_of_nodes (gconstpointer a,
                        gconstpointer b,
                        gpointer      nodes)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;
  guint8 byte_x = GENLM_TRIE_NODE_BYTE (&((const GenlmTrieNode *) nodes)[x]);
  guint8 byte_y = GENLM_TRIE_NODE_BYTE (&((const GenlmTrieNode *) nodes)[y]);

  return byte_x != byte_y ? byte_x - byte_y : x < y ? -1 : x > y;
}

/* What begins with white space. No byte that may stand outside of strings comes
 * before it. */
static void
list_spaces (GenlmJsonTokens *self,
             GenlmTrieIndex  *index)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  guint32 i = 0;

  genlm_json_marks_init (&self->space_tokens, (gsize) index->n_tokens + 1);
  self->after_spaces = g_array_new (FALSE, FALSE, sizeof (guint32));
  while (i < self->n_outers)
    {
      const GenlmJsonOuter *outer = &self->outers[i];
      const GenlmTrieNode *node = &nodes[outer->p];
      guint depth = GENLM_TRIE_NODE_DEPTH (node);
      guint32 token = GENLM_TRIE_NODE_TOKEN (node);

      if (!is_space (GENLM_TRIE_NODE_BYTE (node)))
        {
          if (depth == 1)
            break;
          g_array_append_val (self->after_spaces, outer->p);
          i = outer->next;
          continue;
        }
      self->max_spaces = MAX (self->max_spaces, depth);
      if (token != GENLM_TRIE_NO_TOKEN)
        genlm_json_marks_set (&self->space_tokens, token);
      i++;
    }
  self->n_spaced_outers = i;
  g_array_sort_with_data (self->after_spaces, compare_bytes_of_nodes, (gpointer) nodes);
}

const GenlmJsonTokens *
genlm_json_tokens_get (GenlmTrieIndex *index,
                       GenlmJsonBook  *book)
{
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GQuark quark = g_quark_from_static_string ("genlm-json-tokens");
  GenlmJsonTokens *tokens = genlm_vocab_get_qdata (index->vocab, quark);
  GenlmByteState *start;

  if (tokens == NULL)
    {
      tokens = g_new0 (GenlmJsonTokens, 1);
      tokens->dfa = genlm_json_strings_use_plain (book, GENLM_JSON_SPELLING_ANY, &start);
      tokens->memo = genlm_walk_memo_new (index, tokens->dfa, MAX_STRINGS_MEMORY);
      list_quotes (tokens, index);
      list_outers (tokens, index);
      list_spaces (tokens, index);
      genlm_vocab_set_qdata (index->vocab, quark, tokens, tokens_free);
    }
  return tokens;
}
