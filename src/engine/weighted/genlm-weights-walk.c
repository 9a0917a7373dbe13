#include "genlm-weights-walk.h"

#include "genlm-narrow.h"

/* How many transitions of an automaton that is given are made in a walk: where
 * most of its states are met once, it is cheaper to walk on without them. */
#define MAX_MADE (128u)

/* Walks without states of the automaton: what is at a depth lies in an array
 * of its own, or is narrow. */
typedef struct
{
  GenlmTrieIndex         *index;
  GenlmWeightedDfa       *dfa;
  const GenlmPushedWfsa  *pushed;
  GenlmForward           *forward;
  GArray                **levels;
  /* NULL where there is nothing narrow. */
  GenlmSupports          *supports;
  GenlmNarrow            *narrow_levels;
  GenlmNarrowTokens       tokens;
} Beyond;

static Beyond *
beyond_new (GenlmTrieIndex   *index,
            GenlmWeightedDfa *dfa,
            double           *values)
{
  guint32 n_levels = index->trie->max_depth + 1;
  Beyond *self = g_new (Beyond, 1);
  guint32 i;

  self->index = index;
  self->dfa = dfa;
  self->pushed = genlm_vector_weights_get_pushed (dfa);
  self->forward = genlm_forward_new (self->pushed);
  self->supports = genlm_vector_weights_take_supports (dfa);
  self->narrow_levels = g_new (GenlmNarrow, n_levels);
  self->tokens.values = values;
  self->tokens.log_factor = 0.0;
  self->tokens.n = 0;
  self->levels = g_new (GArray *, n_levels);
  for (i = 0; i < n_levels; i++)
    self->levels[i] = g_array_new (FALSE, FALSE, sizeof (GenlmWeighedState));
  return self;
}

static void
beyond_free (Beyond *self)
{
  guint32 i;

  for (i = 0; i <= self->index->trie->max_depth; i++)
    g_array_unref (self->levels[i]);
  g_free (self->levels);
  g_free (self->narrow_levels);
  genlm_vector_weights_give_supports (self->dfa, self->supports);
  genlm_forward_free (self->forward);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Beyond, beyond_free)

/* Says what is before the nodes of @depth + 1. */
static void
beyond_set (Beyond                  *self,
            guint32                  depth,
            const GenlmWeighedState *states,
            guint32                  n_states)
{
  g_array_set_size (self->levels[depth], 0);
  g_array_append_vals (self->levels[depth], states, n_states);
}

/* Walks the nodes from @p to @end, which are whole subtrees below what was
 * said, and had @log_weight. Weights become smaller on the way, which does no
 * harm to numbers that carry their exponent apart. */
static void
beyond_walk (Beyond  *self,
             guint32  p,
             guint32  end,
             double   log_weight,
             double  *values)
{
  const GenlmTrieNode *nodes = self->index->trie->nodes;

  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      guint32 depth = GENLM_TRIE_NODE_DEPTH (node);
      const GArray *before = self->levels[depth - 1];
      GenlmWide total;

      total = genlm_forward_follow (self->forward, (const GenlmWeighedState *) before->data,
                                    before->len, self->dfa->classes[GENLM_TRIE_NODE_BYTE (node)],
                                    self->levels[depth]);
      if (genlm_wide_is_zero (total))
        {
          p += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        values[GENLM_TRIE_NODE_TOKEN (node)] = log_weight + genlm_wide_log (total);
      p++;
    }
}

/* Walks a node and all below it with numbers of any size. */
static void
leave_narrow (Beyond            *self,
              const GenlmNarrow *before,
              guint32            p,
              double             log_weight)
{
  const GenlmTrieNode *node = &self->index->trie->nodes[p];
  GenlmWeighedState states[GENLM_SUPPORT_MAX_STATES];
  guint32 n_states = genlm_narrow_get (before, states);

  beyond_set (self, GENLM_TRIE_NODE_DEPTH (node) - 1, states, n_states);
  beyond_walk (self, p, p + GENLM_TRIE_NODE_EXTENT (node), log_weight, self->tokens.values);
}

/* The same in plain numbers for as long as they will do. */
GENLM_NARROW_CLONES static void
narrow_walk (Beyond  *self,
             guint32  p,
             guint32  end,
             double   log_weight)
{
  const GenlmTrieNode *nodes = self->index->trie->nodes;
  const GenlmPushedWfsa *pushed = self->pushed;
  GenlmSupports *supports = self->supports;
  GenlmNarrow *levels = self->narrow_levels;

  while (p < end)
    {
      const GenlmTrieNode *node = &nodes[p];
      GenlmNarrow *before = &levels[GENLM_TRIE_NODE_DEPTH (node) - 1];
      guint byte_class = pushed->classes[GENLM_TRIE_NODE_BYTE (node)];
      GenlmSupportResult result;
      double weight;

      result = genlm_narrow_step (before, supports, pushed, byte_class, before + 1, &weight);
      if (result == GENLM_SUPPORT_THERE)
        {
          genlm_narrow_tokens_add (&self->tokens, GENLM_TRIE_NODE_TOKEN (node), weight);
          p++;
          continue;
        }
      if (result == GENLM_SUPPORT_TOO_MUCH)
        leave_narrow (self, before, p, log_weight);
      p += GENLM_TRIE_NODE_EXTENT (node);
    }
}

/* Walks the nodes from @p to @end, whole subtrees below a node of @depth, where
 * one is in @states. */
static void
walk_without (Beyond                  *self,
              guint32                  depth,
              const GenlmWeighedState *states,
              guint32                  n_states,
              guint32                  p,
              guint32                  end,
              double                   log_weight)
{
  if (self->supports != NULL
      && genlm_narrow_set (&self->narrow_levels[depth], self->supports, states, n_states))
    {
      if (log_weight != self->tokens.log_factor)
        genlm_narrow_tokens_finish (&self->tokens);
      self->tokens.log_factor = log_weight;
      narrow_walk (self, p, end, log_weight);
      return;
    }
  beyond_set (self, depth, states, n_states);
  beyond_walk (self, p, end, log_weight, self->tokens.values);
}

/* A walk of the automaton's states. */
typedef struct
{
  GenlmTrieIndex    *index;
  GenlmWeightedDfa  *dfa;
  double            *values;
  Beyond            *beyond;
  guint              n_made;
  GError           **error;
} Walk;

/* What is before the nodes of a depth. */
typedef struct
{
  GenlmWeightedState *state;
  double              log_weight;
} Level;

/* Walks a node, its siblings behind it, and all below them, without states.
 * Returns what is behind them. */
static const GenlmTrieNode *
walk_siblings_beyond (Walk                *self,
                      const Level         *before,
                      const GenlmTrieNode *node,
                      const GenlmTrieNode *end)
{
  const GenlmTrieNode *nodes = self->index->trie->nodes;
  const GenlmTrieNode *behind = node;
  guint32 n_states;
  const GenlmWeighedState *states = genlm_vector_weights_peek_states (before->state, &n_states);

  if (self->beyond == NULL)
    self->beyond = beyond_new (self->index, self->dfa, self->values);
  while (behind < end && GENLM_TRIE_NODE_DEPTH (behind) >= GENLM_TRIE_NODE_DEPTH (node))
    behind += GENLM_TRIE_NODE_EXTENT (behind);
  walk_without (self->beyond, GENLM_TRIE_NODE_DEPTH (node) - 1, states, n_states,
                (guint32) (node - nodes), (guint32) (behind - nodes), before->log_weight);
  return behind;
}

/* Makes a state that is not known yet; the one beyond if it is better to walk on
 * without: after several states at once there are too many others. NULL with an
 * error when a limit is passed. */
static GenlmWeightedState *
make_next (Walk                *self,
           const Level         *before,
           const GenlmTrieNode *node)
{
  GenlmWeightedState *beyond = self->dfa->beyond;

  if (beyond != NULL && (before->state->n_data > 1 || self->n_made++ >= MAX_MADE))
    return beyond;
  return genlm_weighted_dfa_add_transition (self->dfa, before->state, GENLM_TRIE_NODE_BYTE (node),
                                            self->error);
}

/* Walks the nodes from @node to @end, whole subtrees of the root. Nodes without
 * a token set the weight of EOS, which saves a branch; it is put right
 * afterwards. */
static gboolean
walk (Walk                *self,
      GenlmWeightedState  *start,
      const GenlmTrieNode *node,
      const GenlmTrieNode *end)
{
  const guint8 *classes = self->dfa->classes;
  const guint32 scrap = self->index->n_tokens;
  GenlmWeightedState *const dead = self->dfa->dead;
  double *values = self->values;
  Level levels[GENLM_TRIE_MAX_DEPTH + 1];

  levels[0] = (Level) { start, 0.0 };
  while (node < end)
    {
      Level *before = &levels[GENLM_TRIE_NODE_DEPTH (node) - 1];
      const GenlmWeightedArc *arc = &before->state->arcs[classes[GENLM_TRIE_NODE_BYTE (node)]];
      GenlmWeightedState *next = __atomic_load_n (&arc->next, __ATOMIC_ACQUIRE);
      double log_weight;

      if (G_UNLIKELY (next == NULL))
        {
          next = make_next (self, before, node);
          if (next == NULL)
            return FALSE;
          if (next == self->dfa->beyond)
            {
              node = walk_siblings_beyond (self, before, node, end);
              continue;
            }
        }
      if (next == dead)
        {
          node += GENLM_TRIE_NODE_EXTENT (node);
          continue;
        }
      log_weight = before->log_weight + arc->log_weight;
      before[1] = (Level) { next, log_weight };
      values[MIN (GENLM_TRIE_NODE_TOKEN (node), scrap)] = log_weight;
      node++;
    }
  return TRUE;
}

static void
clear_values (GenlmTrieIndex *index,
              double         *values)
{
  gsize n_values = (gsize) index->n_tokens + 1;
  gsize i;

#pragma omp simd
  for (i = 0; i < n_values; i++)
    values[i] = -INFINITY;
}

/* A token without bytes leaves everything as it is. */
static void
finish_values (GenlmTrieIndex *index,
               double          log_final,
               double         *values)
{
  guint32 i;

  for (i = 0; i < index->trie->n_empty_tokens; i++)
    values[index->trie->empty_tokens[i]] = 0.0;
  values[index->n_tokens] = log_final;
}

/* Fills in the weights of all tokens, and of EOS, after @state. FALSE when a
 * limit is passed. */
gboolean
genlm_weights_walk (GenlmTrieIndex      *index,
                    GenlmWeightedDfa    *dfa,
                    GenlmWeightedState  *state,
                    double              *values,
                    GError             **error)
{
  const GenlmTrieNode *nodes = index->trie->nodes;
  Walk self = { .index = index, .dfa = dfa, .values = values, .error = error };
  double log_final;
  gboolean ok = TRUE;
  guint byte;

  clear_values (index, values);
  if (!genlm_weighted_dfa_weigh_final (dfa, state, &log_final, error))
    return FALSE;
  for (byte = 0; byte < 256 && ok; byte++)
    {
      guint32 first = index->first_node[byte];
      guint32 end = index->first_node[byte + 1];

      if (first < end && genlm_weighted_dfa_peek_next (dfa, state, (guint8) byte) != dfa->dead)
        ok = walk (&self, state, nodes + first, nodes + end);
    }
  if (self.beyond != NULL)
    genlm_narrow_tokens_finish (&self.beyond->tokens);
  g_clear_pointer (&self.beyond, beyond_free);
  if (ok)
    finish_values (index, log_final, values);
  return ok;
}

/* The same where there is no state. */
void
genlm_weights_walk_beyond (GenlmTrieIndex          *index,
                           GenlmWeightedDfa        *dfa,
                           const GenlmWeighedState *states,
                           guint32                  n_states,
                           double                  *values)
{
  g_autoptr (Beyond) beyond = beyond_new (index, dfa, values);

  clear_values (index, values);
  walk_without (beyond, 0, states, n_states, 0, index->trie->n_nodes, 0.0);
  genlm_narrow_tokens_finish (&beyond->tokens);
  finish_values (index,
                 genlm_forward_weigh_final (genlm_vector_weights_get_pushed (dfa), states,
                                            n_states),
                 values);
}
