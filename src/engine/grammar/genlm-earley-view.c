#include "genlm-earley-view.h"

/* How many nodes of the trie are walked between two looks at the memory. */
#define NODES_PER_LOOK (256u)

struct _GenlmEarleyView
{
  GenlmEarleyParser *parser;
  GenlmTrieIndex    *index;
  guint64            max_memory;
  gboolean           without_caches;
};

static void
add_token (guint64 *words,
           guint32  token)
{
  words[token / 64] |= G_GUINT64_CONSTANT (1) << (token % 64);
}

/* Reads every token, byte by byte, with the parser. */
static gboolean
read_all (GenlmEarleyView    *self,
          GenlmEarleyConfig  *config,
          guint64            *words,
          GError            **error)
{
  const GenlmTrie *trie = self->index->trie;
  GenlmEarleyConfig *configs[GENLM_TRIE_MAX_DEPTH + 1];
  guint n_walked = 0;
  guint32 p = 0;

  configs[0] = config;
  while (p < trie->n_nodes)
    {
      const GenlmTrieNode *node = &trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      GenlmEarleyConfig *next;

      if (++n_walked % NODES_PER_LOOK == 0 && !genlm_earley_parser_check_room (self->parser, error))
        return FALSE;
      next = genlm_earley_parser_step (self->parser, configs[depth - 1],
                                       GENLM_TRIE_NODE_BYTE (node), error);
      if (next == NULL)
        return FALSE;
      if (next->n_members == 0)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      configs[depth] = next;
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        add_token (words, GENLM_TRIE_NODE_TOKEN (node));
      p++;
    }
  return TRUE;
}

GenlmEarleyView *
genlm_earley_view_new (GenlmEarleyParser *parser,
                       GenlmTrieIndex    *index,
                       guint64            max_memory,
                       gboolean           without_caches)
{
  GenlmEarleyView *self = g_new0 (GenlmEarleyView, 1);

  self->parser = genlm_earley_parser_ref (parser);
  self->index = genlm_trie_index_ref (index);
  self->max_memory = max_memory;
  self->without_caches = without_caches;
  return self;
}

void
genlm_earley_view_free (GenlmEarleyView *self)
{
  genlm_trie_index_unref (self->index);
  genlm_earley_parser_unref (self->parser);
  g_free (self);
}

GenlmTokenSet *
genlm_earley_view_dup_mask (GenlmEarleyView    *self,
                            GenlmEarleyHandle  *handle,
                            GError            **error)
{
  guint32 n_tokens = self->index->n_tokens;
  g_autoptr (GenlmTokenSet) mask = NULL;
  GenlmEarleyConfig *config;
  guint64 *words;
  gboolean ok = FALSE;
  guint32 i;

  mask = genlm_token_set_new_zeroed ((gsize) n_tokens + 1, &words);
  genlm_earley_parser_lock (self->parser);
  config = genlm_earley_parser_open (self->parser, handle, error);
  if (config != NULL)
    ok = read_all (self, config, words, error);
  if (ok && genlm_earley_parser_is_config_final (self->parser, config))
    add_token (words, n_tokens);
  genlm_earley_parser_unlock (self->parser);
  for (i = 0; i < self->index->trie->n_empty_tokens; i++)
    add_token (words, self->index->trie->empty_tokens[i]);
  return ok ? g_steal_pointer (&mask) : NULL;
}
