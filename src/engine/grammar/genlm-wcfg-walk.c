#include "genlm-wcfg-walk.h"

/* A terminal that is read over and over is followed in so many states at
 * once. */
#define MAX_RUN (8u)

typedef struct
{
  guint32 token;
  double  log_weight;
} WalkToken;

typedef struct
{
  const GenlmWcfgWalkSource *source;
  const GenlmWcfgWalk       *walk;
  const GenlmTrie           *trie;
  const GenlmWcfgTerminal   *terminal;
  guint32                    first;
  guint32                    end;
  guint32                    depth; /* of the node that is walked below */
  GArray                    *tokens;
  GArray                    *cuts;
} Walker;

/* The bytes of the nodes right below @node. */
static void
find_children (const GenlmTrie *trie,
               guint32          node,
               GenlmByteSet    *bytes)
{
  guint32 end = node + GENLM_TRIE_NODE_EXTENT (&trie->nodes[node]);
  guint32 p = node + 1;

  memset (bytes, 0, sizeof *bytes);
  while (p < end)
    {
      guint8 byte = GENLM_TRIE_NODE_BYTE (&trie->nodes[p]);

      genlm_byte_set_add_range (bytes, byte, byte);
      p += GENLM_TRIE_NODE_EXTENT (&trie->nodes[p]);
    }
}

static void
add_token (Walker              *walker,
           const GenlmTrieNode *node,
           double               log_weight)
{
  WalkToken token = { GENLM_TRIE_NODE_TOKEN (node), log_weight };

  if (token.token != GENLM_TRIE_NO_TOKEN)
    g_array_append_val (walker->tokens, token);
}

static void
add_cut (Walker  *walker,
         guint32  p,
         double   log_weight)
{
  GenlmWcfgCut cut = { .node = p, .log_weight = log_weight };

  if (GENLM_TRIE_NODE_EXTENT (&walker->trie->nodes[p]) == 1 || log_weight == -INFINITY)
    return;
  find_children (walker->trie, p, &cut.bytes);
  if (genlm_byte_set_meets (&cut.bytes, &walker->source->grammar->follow[walker->walk->terminal]))
    g_array_append_val (walker->cuts, cut);
}

/* Walks the nodes below one beside the automaton of a terminal. */
static void
walk_once (Walker *walker)
{
  const GenlmWcfgTerminal *terminal = walker->terminal;
  guint32 states[GENLM_TRIE_MAX_DEPTH + 1];
  double logs[GENLM_TRIE_MAX_DEPTH + 1];
  guint32 p = walker->first;

  states[walker->depth] = walker->walk->state;
  logs[walker->depth] = 0.0;
  while (p < walker->end)
    {
      const GenlmTrieNode *node = &walker->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      const GenlmWcfgArc *arc;

      arc = genlm_wcfg_terminal_find_arc (terminal, states[depth - 1], GENLM_TRIE_NODE_BYTE (node));
      if (arc->state == GENLM_WCFG_LEXER_DEAD)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      states[depth] = arc->state;
      logs[depth] = logs[depth - 1] + arc->log_weight;
      add_token (walker, node, logs[depth]);
      add_cut (walker, p, logs[depth] + terminal->ends[arc->state].log_weight);
      p++;
    }
}

/* The states that a terminal may be in, having been begun again or not. */
typedef struct
{
  guint   n;
  guint32 states[MAX_RUN];
  double  logs[MAX_RUN];
  double  ended;
} Run;

static gboolean
add_to_run (Run                *run,
            const GenlmWcfgArc *arc,
            double              log_weight)
{
  guint i;

  if (arc->state == GENLM_WCFG_LEXER_DEAD || log_weight == -INFINITY)
    return TRUE;
  for (i = 0; i < run->n && run->states[i] != arc->state; i++)
    ;
  if (i == MAX_RUN)
    return FALSE;
  if (i < run->n)
    run->logs[i] = genlm_wcfg_add_logs (run->logs[i], log_weight + arc->log_weight);
  else
    {
      run->states[run->n] = arc->state;
      run->logs[run->n++] = log_weight + arc->log_weight;
    }
  return TRUE;
}

/* What becomes of @before with a byte. FALSE if that is too much. */
static gboolean
step_run (Walker    *walker,
          const Run *before,
          guint8     byte,
          Run       *run,
          double    *sum)
{
  const GenlmWcfgTerminal *terminal = walker->terminal;
  guint i;

  run->n = 0;
  run->ended = -INFINITY;
  *sum = -INFINITY;
  for (i = 0; i < before->n; i++)
    if (!add_to_run (run, genlm_wcfg_terminal_find_arc (terminal, before->states[i], byte),
                     before->logs[i]))
      return FALSE;
  if (!add_to_run (run, genlm_wcfg_terminal_find_arc (terminal, 0, byte),
                   before->ended + log (walker->walk->again)))
    return FALSE;
  for (i = 0; i < run->n; i++)
    {
      *sum = genlm_wcfg_add_logs (*sum, run->logs[i]);
      run->ended = genlm_wcfg_add_logs (run->ended,
                                        run->logs[i] + terminal->ends[run->states[i]].log_weight);
    }
  return TRUE;
}

/* The same for a terminal that is begun again wherever it ends below. FALSE if
 * it is in too many states at once. */
static gboolean
walk_run (Walker *walker)
{
  g_autofree Run *runs = g_new (Run, GENLM_TRIE_MAX_DEPTH + 1);
  guint32 p = walker->first;

  runs[walker->depth] = (Run){ .n = 1, .ended = -INFINITY };
  runs[walker->depth].states[0] = walker->walk->state;
  runs[walker->depth].logs[0] = 0.0;
  while (p < walker->end)
    {
      const GenlmTrieNode *node = &walker->trie->nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      Run *run = &runs[depth];
      double sum;

      if (!step_run (walker, &runs[depth - 1], GENLM_TRIE_NODE_BYTE (node), run, &sum))
        return FALSE;
      if (run->n == 0)
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      add_token (walker, node, sum);
      add_cut (walker, p, run->ended);
      p++;
    }
  return TRUE;
}

static gboolean
walk_nodes (const GenlmWcfgWalkSource *source,
            const GenlmWcfgWalk       *walk,
            GArray                    *tokens,
            GArray                    *cuts)
{
  Walker walker = { .source = source,
                    .walk = walk,
                    .trie = source->index->trie,
                    .terminal = genlm_wcfg_lexer_peek (source->lexer, walk->terminal),
                    .end = source->index->trie->n_nodes,
                    .tokens = tokens,
                    .cuts = cuts };

  if (walk->below != GENLM_WCFG_WALK_ALL)
    {
      const GenlmTrieNode *node = &walker.trie->nodes[walk->below];

      walker.depth = GENLM_TRIE_NODE_DEPTH (node);
      walker.first = walk->below + 1;
      walker.end = walk->below + GENLM_TRIE_NODE_EXTENT (node);
    }
  if (walk->again > 0.0)
    return walk_run (&walker);
  walk_once (&walker);
  return TRUE;
}

/* The walk that is meant by the node, the terminal, the state and @again of
 * @key. */
GenlmWcfgWalk *
genlm_wcfg_walk_new (const GenlmWcfgWalkSource *source,
                     const GenlmWcfgWalk       *key)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (WalkToken));
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgCut));
  GenlmWcfgWalk *walk = g_new (GenlmWcfgWalk, 1);
  guint32 n = source->index->n_tokens;
  guint32 i;

  *walk = *key;
  g_atomic_ref_count_init (&walk->ref_count);
  if (!walk_nodes (source, walk, tokens, cuts))
    {
      /* Without running on, it is a walk like any other. */
      walk->again = 0.0;
      g_array_set_size (tokens, 0);
      g_array_set_size (cuts, 0);
      walk_nodes (source, walk, tokens, cuts);
    }
  walk->n_tokens = tokens->len;
  walk->n_cuts = cuts->len;
  walk->cuts = g_memdup2 (cuts->data, cuts->len * sizeof (GenlmWcfgCut));
  if (tokens->len > n / 2)
    {
      walk->tokens = NULL;
      walk->log_weights = g_new (double, n);
      for (i = 0; i < n; i++)
        walk->log_weights[i] = -INFINITY;
      for (i = 0; i < tokens->len; i++)
        walk->log_weights[g_array_index (tokens, WalkToken, i).token]
          = g_array_index (tokens, WalkToken, i).log_weight;
      walk->n_tokens = n;
      return walk;
    }
  walk->tokens = g_new (guint32, tokens->len + 1);
  walk->log_weights = g_new (double, tokens->len + 1);
  for (i = 0; i < tokens->len; i++)
    {
      walk->tokens[i] = g_array_index (tokens, WalkToken, i).token;
      walk->log_weights[i] = g_array_index (tokens, WalkToken, i).log_weight;
    }
  return walk;
}

guint64
genlm_wcfg_walk_measure (const GenlmWcfgWalk *self)
{
  return sizeof *self + self->n_tokens * (sizeof (guint32) + sizeof (double))
         + self->n_cuts * sizeof (GenlmWcfgCut) + 64;
}

void
genlm_wcfg_walk_unref (gpointer data)
{
  GenlmWcfgWalk *walk = data;

  if (!g_atomic_ref_count_dec (&walk->ref_count))
    return;
  g_free (walk->tokens);
  g_free (walk->log_weights);
  g_free (walk->cuts);
  g_free (walk);
}
