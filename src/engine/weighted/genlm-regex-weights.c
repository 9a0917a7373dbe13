/* The weighted automaton of a regular expression: in every state each
 * character that may follow, and the end if it may come, have the same weight.
 *
 * How many characters may follow is a fact about the texts that may follow,
 * not about the automaton that was drawn for them. So it can be counted in the
 * automaton over bytes: a state between two characters counts the ways through
 * the bytes of one more, a state within a character the ways to its end, and a
 * byte has the part of them that goes through it. The chains of bytes that the
 * characters would be are merged from the start. */

#include "genlm-weighted-dfa.h"

#include <genlm.h>

#include "genlm-byte-dfa.h"
#include "genlm-regex-compiler.h"

typedef struct
{
  GenlmWeightedDfa  parent;
  GenlmByteDfa     *bytes;
  /* By index of the state over bytes. */
  GPtrArray        *states;
  /* By class of bytes. */
  guint8            first_bytes[256];
  guint             sizes[256];
} RegexWeights;

/* Where a class of bytes leads, and to how many characters' ends. */
typedef struct
{
  GenlmWeightedState *next;
  guint32             n_ways;
} Branch;

/* In a state, data is the state over bytes, n_more how many bytes of a
 * character are to come, and n_data, where some are, the number of ways. */

static GenlmWeightedState *find_state (RegexWeights    *self,
                                       GenlmByteState  *bytes,
                                       guint            n_more,
                                       GError         **error);

static void
regex_weights_finalize (GenlmWeightedDfa *dfa)
{
  RegexWeights *self = (RegexWeights *) dfa;

  g_ptr_array_unref (self->states);
  genlm_byte_dfa_unref (self->bytes);
}

static guint
count_more (guint8 lead)
{
  return lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

/* The state after @byte, and to how many characters' ends the byte leads; what
 * is accepted is UTF-8 throughout. */
static gboolean
follow (RegexWeights    *self,
        GenlmByteState  *bytes,
        guint            n_more,
        guint8           byte,
        Branch          *branch,
        GError         **error)
{
  GenlmByteState *next = genlm_byte_dfa_step (self->bytes, bytes, byte, error);

  if (next == NULL)
    return FALSE;
  branch->next = self->parent.dead;
  if (next == self->bytes->dead)
    return TRUE;
  branch->next = find_state (self, next, n_more > 0 ? n_more - 1 : count_more (byte), error);
  if (branch->next == NULL)
    return FALSE;
  branch->n_ways = branch->next->n_more > 0 ? branch->next->n_data : 1;
  return TRUE;
}

/* Fills in @branches, by class, and counts all ways. Recurses as deep as a
 * character has bytes. */
static gboolean
follow_all (RegexWeights    *self,
            GenlmByteState  *bytes,
            guint            n_more,
            Branch          *branches,
            guint32         *n_ways,
            GError         **error)
{
  guint i;

  *n_ways = n_more == 0 && bytes->accepting;
  for (i = 0; i < self->parent.n_classes; i++)
    {
      branches[i].n_ways = 0;
      if (!follow (self, bytes, n_more, self->first_bytes[i], &branches[i], error))
        return FALSE;
      *n_ways += self->sizes[i] * branches[i].n_ways;
    }
  return TRUE;
}

static GenlmWeightedState *
find_state (RegexWeights    *self,
            GenlmByteState  *bytes,
            guint            n_more,
            GError         **error)
{
  GenlmWeightedState *state;
  Branch branches[256];
  guint32 n_ways = 0;

  if (self->states->len <= bytes->index)
    g_ptr_array_set_size (self->states, (gint) bytes->index + 1);
  state = g_ptr_array_index (self->states, bytes->index);
  if (state != NULL)
    return state;
  if (n_more > 0 && !follow_all (self, bytes, n_more, branches, &n_ways, error))
    return NULL;
  if (self->parent.memory + genlm_weighted_dfa_measure (&self->parent, 0)
      > self->parent.limits.max_memory)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "The weights of the automaton need more than max-memory=%" G_GUINT64_FORMAT
                   " bytes; simplify the pattern or raise max-memory",
                   self->parent.limits.max_memory);
      return NULL;
    }
  state = genlm_weighted_dfa_allocate (&self->parent, 0);
  self->parent.n_states++;
  state->data = bytes;
  state->n_more = n_more;
  state->n_data = n_ways;
  if (n_more > 0)
    state->log_final = -INFINITY;
  g_ptr_array_index (self->states, bytes->index) = state;
  return state;
}

/* All transitions of a state at once, as each needs the number of all. */
static gboolean
regex_weights_expand (GenlmWeightedDfa    *dfa,
                      GenlmWeightedState  *state,
                      guint                byte_class,
                      GError             **error)
{
  RegexWeights *self = (RegexWeights *) dfa;
  GenlmByteState *bytes = (GenlmByteState *) state->data;
  Branch branches[256];
  double log_final = -INFINITY;
  guint32 n_ways;
  guint i;

  if (!follow_all (self, bytes, state->n_more, branches, &n_ways, error))
    return FALSE;
  for (i = 0; i < dfa->n_classes; i++)
    {
      GenlmWeightedArc *arc = &state->arcs[i];

      arc->log_weight = log ((double) branches[i].n_ways / n_ways);
      __atomic_store_n (&arc->next, branches[i].next, __ATOMIC_RELEASE);
    }
  if (state->n_more == 0 && bytes->accepting)
    log_final = -log (n_ways);
  __atomic_store (&state->log_final, &log_final, __ATOMIC_RELAXED);
  return TRUE;
}

static guint64
regex_weights_measure_more (GenlmWeightedDfa *dfa)
{
  return genlm_byte_dfa_get_memory (((RegexWeights *) dfa)->bytes);
}

static const GenlmWeightedDfaClass regex_weights_class = {
  .finalize = regex_weights_finalize,
  .expand = regex_weights_expand,
  .measure_more = regex_weights_measure_more,
};

static GenlmByteDfa *
make_byte_dfa (const GenlmRegexTree     *tree,
               const GenlmEngineLimits  *limits,
               GError                  **error)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (limits);
  g_autoptr (GenlmByteDfa) bytes = NULL;
  GenlmByteItem item = { 0 };

  if (!genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, error))
    return NULL;
  bytes = genlm_byte_dfa_new (g_steal_pointer (&exprs), error);
  if (bytes == NULL)
    return NULL;
  bytes->start = genlm_byte_dfa_intern (bytes, &item, 1, GENLM_BYTE_EXPR_ANYTHING, error);
  return bytes->start != NULL ? g_steal_pointer (&bytes) : NULL;
}

static void
measure_classes (RegexWeights *self)
{
  guint byte;

  for (byte = 256; byte > 0; byte--)
    {
      guint8 byte_class = self->parent.classes[byte - 1];

      self->first_bytes[byte_class] = (guint8) (byte - 1);
      self->sizes[byte_class]++;
    }
}

/* The classes of the tree say which characters there are at all. Its total is
 * one, unless nothing is matched. */
GenlmWeightedDfa *
genlm_weighted_dfa_new_for_tree (const GenlmRegexTree     *tree,
                                 const GenlmEngineLimits  *limits,
                                 GError                  **error)
{
  g_autoptr (GenlmByteDfa) bytes = make_byte_dfa (tree, limits, error);
  g_autoptr (GenlmWeightedDfa) dfa = NULL;
  RegexWeights *self;

  if (bytes == NULL)
    return NULL;
  self = g_new0 (RegexWeights, 1);
  dfa = &self->parent;
  genlm_weighted_dfa_init (dfa, &regex_weights_class, bytes->n_classes, bytes->classes, limits);
  self->bytes = g_steal_pointer (&bytes);
  self->states = g_ptr_array_new ();
  measure_classes (self);
  if (self->bytes->start == self->bytes->dead)
    return g_steal_pointer (&dfa);
  dfa->start = find_state (self, self->bytes->start, 0, error);
  if (dfa->start == NULL)
    return NULL;
  dfa->log_total = 0.0;
  return g_steal_pointer (&dfa);
}
