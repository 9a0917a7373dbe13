#include "genlm-wcfg-lexer.h"

#include <genlm.h>
#include <math.h>

#include "genlm-byte-dfa.h"
#include "genlm-regex-compiler.h"

/* What it costs to find out where a byte leads, in steps of the budget. */
#define STEPS_TO_STEP (64u)

struct _GenlmWcfgLexer
{
  GPtrArray         *terminals;
  GenlmEngineLimits  limits;
  guint64            n_states;
  guint64            memory;
};

/* The states of an automaton that are reached from its start. */
typedef struct
{
  GenlmByteDfa *dfa;
  GPtrArray    *states;
  GHashTable   *numbers;
  guint8       *representatives; /* by class: a byte of it */
} Reached;

static void
terminal_free (gpointer data)
{
  GenlmWcfgTerminal *terminal = data;

  g_free (terminal->arcs);
  g_free (terminal->ends);
  g_free (terminal);
}

/* The limits hold for all terminals together. */
GenlmWcfgLexer *
genlm_wcfg_lexer_new (const GenlmEngineLimits *limits)
{
  GenlmWcfgLexer *self = g_new0 (GenlmWcfgLexer, 1);

  self->terminals = g_ptr_array_new_with_free_func (terminal_free);
  self->limits = *limits;
  return self;
}

void
genlm_wcfg_lexer_free (GenlmWcfgLexer *self)
{
  g_ptr_array_unref (self->terminals);
  g_free (self);
}

const GenlmWcfgTerminal *
genlm_wcfg_lexer_peek (const GenlmWcfgLexer *self,
                       guint32               terminal)
{
  return g_ptr_array_index (self->terminals, terminal);
}

guint64
genlm_wcfg_lexer_get_n_states (const GenlmWcfgLexer *self)
{
  return self->n_states;
}

guint64
genlm_wcfg_lexer_get_memory (const GenlmWcfgLexer *self)
{
  return self->memory;
}

static GenlmByteDfa *
make_dfa (const GenlmRegexTree     *tree,
          const GenlmEngineLimits  *limits,
          GError                  **error)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (limits);
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteItem item = { 0 };

  if (!genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, error))
    return NULL;
  dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), error);
  if (dfa == NULL)
    return NULL;
  dfa->start = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, error);
  return dfa->start != NULL ? g_steal_pointer (&dfa) : NULL;
}

static guint32
find_number (Reached        *reached,
             GenlmByteState *state)
{
  gpointer number;

  if (state == reached->dfa->dead)
    return GENLM_WCFG_LEXER_DEAD;
  if (g_hash_table_lookup_extended (reached->numbers, state, NULL, &number))
    return GPOINTER_TO_UINT (number);
  g_hash_table_insert (reached->numbers, state, GUINT_TO_POINTER (reached->states->len));
  g_ptr_array_add (reached->states, state);
  return reached->states->len - 1;
}

static gboolean
check_size (GenlmWcfgLexer     *self,
            GenlmWcfgTerminal  *terminal,
            guint64             n_states,
            GError            **error)
{
  guint64 memory = n_states * (terminal->n_classes * sizeof (GenlmWcfgArc) + sizeof (GenlmWcfgEnd));

  if (self->n_states + n_states <= self->limits.max_states
      && self->memory + memory <= self->limits.max_memory)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "the automata of the terminals need more than %u states (max-states) or more than "
               "%" G_GUINT64_FORMAT " bytes (max-memory)",
               self->limits.max_states, self->limits.max_memory);
  return FALSE;
}

/* Numbers the states as they are found, and fills in where arcs lead, in
 * place of the numbers of states by class. */
static gboolean
reach_all (GenlmWcfgLexer     *self,
           GenlmWcfgTerminal  *terminal,
           Reached            *reached,
           GArray             *targets,
           GenlmBudget        *budget,
           GError            **error)
{
  guint i;
  guint k;

  find_number (reached, reached->dfa->start);
  for (i = 0; i < reached->states->len; i++)
    {
      GenlmByteState *state = g_ptr_array_index (reached->states, i);

      for (k = 0; k < terminal->n_classes; k++)
        {
          GenlmByteState *next;
          guint32 number;

          next = genlm_byte_dfa_step (reached->dfa, state, reached->representatives[k], error);
          if (next == NULL)
            return FALSE;
          number = find_number (reached, next);
          g_array_append_val (targets, number);
        }
      if (!check_size (self, terminal, (guint64) reached->states->len + 1, error)
          || !genlm_budget_spend (budget, terminal->n_classes * STEPS_TO_STEP, 0, error))
        return FALSE;
    }
  return TRUE;
}

/* How many characters lead on from a state, those that are begun there
 * included, and of each class how many bytes there are: [0x80, 0xbf] goes on
 * within a character, everything else begins one. */
typedef struct
{
  const guint32 *targets;
  guint32        n_states;
  guint32        n_classes;
  guint32        sizes[256];  /* by class */
  gboolean       within[256]; /* by class: of bytes that go on */
  double        *counts;      /* by state; below zero is not known */
} Counting;

static gboolean
is_within_character (const Counting *counting,
                     guint32         state)
{
  guint k;

  for (k = 0; k < counting->n_classes; k++)
    if (counting->within[k]
        && counting->targets[(gsize) state * counting->n_classes + k] != GENLM_WCFG_LEXER_DEAD)
      return TRUE;
  return FALSE;
}

/* How many characters end below a state that is within one: at most three
 * bytes deep. */
static double
count_endings (Counting *counting,
               guint32   state,
               guint     depth)
{
  double count = 0.0;
  guint k;

  if (!is_within_character (counting, state) || depth == 4)
    return 1.0;
  if (counting->counts[state] >= 0.0)
    return counting->counts[state];
  for (k = 0; k < counting->n_classes; k++)
    {
      guint32 to = counting->targets[(gsize) state * counting->n_classes + k];

      if (to != GENLM_WCFG_LEXER_DEAD && counting->within[k])
        count += counting->sizes[k] * count_endings (counting, to, depth + 1);
    }
  counting->counts[state] = count;
  return count;
}

/* The weights of what leaves one state. */
static void
weigh_state (GenlmWcfgTerminal *terminal,
             Counting          *counting,
             guint32            state,
             gboolean           accepting)
{
  GenlmWcfgArc *arcs = terminal->arcs + (gsize) state * terminal->n_classes;
  const guint32 *targets = counting->targets + (gsize) state * terminal->n_classes;
  double sum = accepting ? 1.0 : 0.0;
  guint k;

  for (k = 0; k < terminal->n_classes; k++)
    {
      arcs[k].state = targets[k];
      arcs[k].weight = 0.0;
      if (targets[k] != GENLM_WCFG_LEXER_DEAD)
        arcs[k].weight = count_endings (counting, targets[k], 0);
      sum += counting->sizes[k] * arcs[k].weight;
    }
  for (k = 0; k < terminal->n_classes; k++)
    {
      arcs[k].weight = sum > 0.0 ? arcs[k].weight / sum : 0.0;
      arcs[k].log_weight = log (arcs[k].weight);
    }
  terminal->ends[state].weight = accepting ? 1.0 / sum : 0.0;
  terminal->ends[state].log_weight = log (terminal->ends[state].weight);
}

static void
count_classes (GenlmWcfgTerminal *terminal,
               Counting          *counting)
{
  guint byte;

  for (byte = 0; byte < 256; byte++)
    {
      counting->sizes[terminal->classes[byte]]++;
      if (byte >= 0x80 && byte < 0xc0)
        counting->within[terminal->classes[byte]] = TRUE;
    }
}

/* The start in a copy of its own, without its end: what leads back to it
 * leads to the other one, which is the last state. */
static void
split_start (GenlmWcfgTerminal *terminal)
{
  guint32 copy = terminal->n_states - 1;
  gsize size = terminal->n_classes * sizeof (GenlmWcfgArc);
  double filled = 0.0;
  guint32 sizes[256] = { 0 };
  gsize i;
  guint k;
  guint byte;

  memcpy (terminal->arcs + (gsize) copy * terminal->n_classes, terminal->arcs, size);
  terminal->ends[copy] = terminal->ends[0];
  for (i = 0; i < (gsize) terminal->n_states * terminal->n_classes; i++)
    if (terminal->arcs[i].state == 0)
      terminal->arcs[i].state = copy;
  for (byte = 0; byte < 256; byte++)
    sizes[terminal->classes[byte]]++;
  for (k = 0; k < terminal->n_classes; k++)
    filled += sizes[k] * terminal->arcs[k].weight;
  terminal->empty = terminal->ends[0].weight;
  terminal->filled = terminal->empty > 0.0 ? filled : 1.0;
  terminal->ends[0] = (GenlmWcfgEnd){ 0.0, -INFINITY };
  for (k = 0; k < terminal->n_classes && filled > 0.0; k++)
    {
      terminal->arcs[k].weight /= terminal->filled;
      terminal->arcs[k].log_weight = log (terminal->arcs[k].weight);
    }
  for (byte = 0; byte < 256; byte++)
    if (genlm_wcfg_terminal_find_arc (terminal, 0, (guint8) byte)->state != GENLM_WCFG_LEXER_DEAD)
      genlm_byte_set_add_range (&terminal->first, (guint8) byte, (guint8) byte);
}

static void
fill_terminal (GenlmWcfgTerminal *terminal,
               Reached           *reached,
               const guint32     *targets)
{
  Counting counting = { .targets = targets,
                        .n_states = reached->states->len,
                        .n_classes = terminal->n_classes };
  g_autofree double *counts = g_new (double, counting.n_states + 1);
  guint32 i;

  terminal->n_states = counting.n_states + 1;
  terminal->arcs = g_new (GenlmWcfgArc, (gsize) terminal->n_states * terminal->n_classes);
  terminal->ends = g_new (GenlmWcfgEnd, terminal->n_states);
  for (i = 0; i < counting.n_states; i++)
    counts[i] = -1.0;
  counting.counts = counts;
  count_classes (terminal, &counting);
  for (i = 0; i < counting.n_states; i++)
    {
      GenlmByteState *state = g_ptr_array_index (reached->states, i);

      weigh_state (terminal, &counting, i, state->accepting);
    }
  split_start (terminal);
}

/* The class of the bytes that go on within a character must hold no others:
 * classes are split where they do. */
static void
copy_classes (GenlmWcfgTerminal *terminal,
              Reached           *reached)
{
  guint16 numbers[512];
  guint byte;

  memset (numbers, 0xff, sizeof numbers);
  for (byte = 0; byte < 256; byte++)
    {
      guint class = reached->dfa->classes[byte] + (byte >= 0x80 && byte < 0xc0 ? 256u : 0u);

      if (numbers[class] == G_MAXUINT16)
        {
          numbers[class] = (guint16) terminal->n_classes;
          reached->representatives[terminal->n_classes++] = (guint8) byte;
        }
      terminal->classes[byte] = (guint8) numbers[class];
    }
}

static gboolean
add_dfa (GenlmWcfgLexer     *self,
         GenlmByteDfa       *dfa,
         GenlmBudget        *budget,
         GError            **error)
{
  g_autoptr (GPtrArray) states = g_ptr_array_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint8 representatives[256];
  Reached reached = { dfa, states, numbers, representatives };
  GenlmWcfgTerminal *terminal = g_new0 (GenlmWcfgTerminal, 1);

  g_ptr_array_add (self->terminals, terminal);
  copy_classes (terminal, &reached);
  if (dfa->start == dfa->dead)
    {
      terminal->n_states = 1;
      terminal->arcs = g_new (GenlmWcfgArc, terminal->n_classes);
      terminal->ends = g_new (GenlmWcfgEnd, 1);
      memset (terminal->arcs, 0xff, terminal->n_classes * sizeof (GenlmWcfgArc));
      terminal->ends[0] = (GenlmWcfgEnd){ 0.0, -INFINITY };
      return TRUE;
    }
  if (!reach_all (self, terminal, &reached, targets, budget, error))
    return FALSE;
  fill_terminal (terminal, &reached, (const guint32 *) targets->data);
  self->n_states += terminal->n_states;
  self->memory += terminal->n_states
                  * (terminal->n_classes * sizeof (GenlmWcfgArc) + sizeof (GenlmWcfgEnd));
  return TRUE;
}

/* Adds what @tree matches as the next terminal. The budget bounds the time of all
 * of them together. */
gboolean
genlm_wcfg_lexer_add (GenlmWcfgLexer        *self,
                      const GenlmRegexTree  *tree,
                      const char            *name,
                      GenlmBudget           *budget,
                      GError               **error)
{
  g_autoptr (GenlmByteDfa) dfa = make_dfa (tree, &self->limits, error);

  if (dfa != NULL && add_dfa (self, dfa, budget, error))
    return TRUE;
  g_prefix_error (error, "Failed to weigh the terminal “%s”: ", name);
  return FALSE;
}
