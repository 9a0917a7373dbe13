#include "genlm-wcfg-values.h"

#include <float.h>

/* What it costs to look for a walk, and to add a token of it, in steps of the
 * clock. */
#define STEPS_TO_WALK (32u)
#define STEPS_TO_ADD (8u)

/* A terminal that was begun in the column has ended in a node; or, of one that
 * is begun again and again, the column behind it is known, in which everything
 * but that terminal begins. */
typedef struct
{
  guint32             node;
  guint32             terminal;
  gboolean            is_run;
  GenlmWcfgColumn    *column;
  double              log_weight;
  const GenlmWcfgCut *cut;
} Ended;

/* The making of one vector. */
typedef struct
{
  const GenlmWcfgLexer       *lexer;
  const GenlmWeightedGrammar *grammar;
  GenlmWcfgChart             *chart;
  GenlmTrieIndex             *index;
  GenlmWcfgWalks             *store;
  double                     *values;
  gboolean                    is_blank; /* nothing was written to the values */
  GArray                     *heap; /* of Ended, the first node first */
  /* What ends in the node that is looked at. */
  GArray                     *scans;
  GArray                     *logs;
  GArray                     *runs;
  GPtrArray                  *walks; /* that are in use */
  GPtrArray                  *columns;
  /* What the last scan was and became. */
  GenlmWcfgScan               last_scan;
  GenlmWcfgColumn            *last_column;
  GenlmWcfgClock              clock;
} Making;

static void
clear_values (Making *making)
{
  guint32 n = making->index->n_tokens;
  guint32 i;

  for (i = 0; i < n; i++)
    making->values[i] = -INFINITY;
  making->is_blank = FALSE;
}

/* The first walk over most of the vocabulary is copied. */
static void
add_values (Making              *making,
            const GenlmWcfgWalk *walk,
            double               log_mass)
{
  double *values = making->values;
  guint32 i;

  if (making->is_blank && walk->tokens == NULL)
    {
      for (i = 0; i < walk->n_tokens; i++)
        values[i] = log_mass + walk->log_weights[i];
      making->is_blank = FALSE;
      return;
    }
  if (making->is_blank)
    clear_values (making);
  if (walk->tokens != NULL)
    for (i = 0; i < walk->n_tokens; i++)
      values[walk->tokens[i]] = genlm_wcfg_add_logs (values[walk->tokens[i]],
                                                     log_mass + walk->log_weights[i]);
  else
    for (i = 0; i < walk->n_tokens; i++)
      if (walk->log_weights[i] != -INFINITY)
        values[i] = genlm_wcfg_add_logs (values[i], log_mass + walk->log_weights[i]);
}

static void
push_ended (GArray *heap,
            Ended   ended)
{
  Ended *entries;
  guint i = heap->len;

  g_array_append_val (heap, ended);
  entries = (Ended *) (gpointer) heap->data;
  for (; i > 0 && ended.node < entries[(i - 1) / 2].node; i = (i - 1) / 2)
    entries[i] = entries[(i - 1) / 2];
  entries[i] = ended;
}

static Ended
pop_ended (GArray *heap)
{
  Ended *entries = (Ended *) (gpointer) heap->data;
  Ended top = entries[0];
  guint n = heap->len - 1;
  Ended last = entries[n];
  guint i = 0;

  g_array_set_size (heap, n);
  while (2 * i + 1 < n)
    {
      guint child = 2 * i + 1;

      if (child + 1 < n && entries[child + 1].node < entries[child].node)
        child++;
      if (entries[child].node >= last.node)
        break;
      entries[i] = entries[child];
      i = child;
    }
  if (n > 0)
    entries[i] = last;
  return top;
}

/* Whether a terminal that was begun in a column may be followed by itself, in a
 * column to which it leads again and again. That column, which the making
 * holds, or NULL; @again is how likely it is begun there. FALSE with an error
 * when a limit is passed. */
static gboolean
find_run (Making           *making,
          GenlmWcfgColumn  *column,
          guint32           terminal,
          GenlmWcfgColumn **behind,
          double           *again,
          GError          **error)
{
  GenlmWcfgScan scan = { column, terminal, GENLM_WIDE_ONE };
  GenlmWcfgColumn *next;
  guint32 i;

  *behind = NULL;
  *again = 0.0;
  if (!genlm_byte_set_meets (&making->grammar->follow[terminal],
                             &genlm_wcfg_lexer_peek (making->lexer, terminal)->first))
    return TRUE;
  scan.column = genlm_wcfg_chart_scan (making->chart, &scan, 1, &making->clock, error);
  if (scan.column == NULL)
    return FALSE;
  g_ptr_array_add (making->columns, scan.column);
  for (i = 0; i < scan.column->n_priors && scan.column->priors[i].terminal != terminal; i++)
    ;
  if (i == scan.column->n_priors)
    return TRUE;
  next = genlm_wcfg_chart_scan (making->chart, &scan, 1, &making->clock, error);
  if (next == NULL)
    return FALSE;
  g_ptr_array_add (making->columns, next);
  /* Of what is next to never begun again there are few walks. */
  if (next == scan.column && genlm_wide_to_double (next->priors[i].mass) >= DBL_MIN)
    {
      *behind = next;
      *again = genlm_wide_to_double (next->priors[i].mass);
    }
  return TRUE;
}

/* Adds the tokens that a terminal of a column reads, and notes where it may end
 * within tokens. The walk is held for as long as its cuts are in use. */
static gboolean
add_walk (Making           *making,
          GenlmWcfgColumn  *column,
          guint32           below,
          guint32           terminal,
          guint32           state,
          double            log_mass,
          GError          **error)
{
  GenlmWcfgColumn *behind;
  double again;
  GenlmWcfgWalk *walk;
  guint32 i;

  if (!find_run (making, column, terminal, &behind, &again, error))
    return FALSE;
  walk = genlm_wcfg_walks_get (making->store, below, terminal, state, again, &making->clock);
  add_values (making, walk, log_mass);
  for (i = 0; i < walk->n_cuts; i++)
    {
      Ended ended = { walk->cuts[i].node, terminal, walk->again > 0.0,
                      walk->again > 0.0 ? behind : column, log_mass + walk->cuts[i].log_weight,
                      &walk->cuts[i] };

      push_ended (making->heap, ended);
    }
  g_ptr_array_add (making->walks, walk);
  return genlm_wcfg_clock_spend (&making->clock, STEPS_TO_WALK + walk->n_tokens * STEPS_TO_ADD,
                                 error);
}

/* No terminal. */
#define NONE (G_MAXUINT32)

/* Begins the terminals of a column below a node, but @except. */
static gboolean
begin_terminals (Making              *making,
                 GenlmWcfgColumn     *column,
                 guint32              below,
                 const GenlmByteSet  *bytes,
                 guint32              except,
                 double               log_mass,
                 GError             **error)
{
  guint32 i;

  for (i = 0; i < column->n_priors; i++)
    {
      const GenlmWcfgPrior *prior = &column->priors[i];

      if (prior->terminal == except
          || (bytes != NULL
              && !genlm_byte_set_meets (
                bytes, &genlm_wcfg_lexer_peek (making->lexer, prior->terminal)->first)))
        continue;
      if (!add_walk (making, column, below, prior->terminal, 0,
                     log_mass + genlm_wide_log (prior->mass), error))
        return FALSE;
    }
  return TRUE;
}

/* Adds to the scans of the node; those of one terminal of one column are one. */
static void
add_scan (Making      *making,
          const Ended *ended)
{
  GenlmWcfgScan scan = { ended->column, ended->terminal, GENLM_WIDE_ONE };
  guint i;

  for (i = 0; i < making->scans->len; i++)
    {
      const GenlmWcfgScan *known = &g_array_index (making->scans, GenlmWcfgScan, i);

      if (known->column == scan.column && known->terminal == scan.terminal)
        {
          double *log_weight = &g_array_index (making->logs, double, i);

          *log_weight = genlm_wcfg_add_logs (*log_weight, ended->log_weight);
          return;
        }
    }
  g_array_append_val (making->scans, scan);
  g_array_append_val (making->logs, ended->log_weight);
}

/* The column behind the scans, which the making holds; @log_mass is what they
 * weigh together. */
static GenlmWcfgColumn *
scan (Making  *making,
      double  *log_mass,
      GError **error)
{
  GenlmWcfgScan *scans = (GenlmWcfgScan *) (gpointer) making->scans->data;
  guint n = making->scans->len;
  double most = -INFINITY;
  GenlmWide sum = GENLM_WIDE_ZERO;
  GenlmWcfgColumn *column;
  guint i;

  *log_mass = g_array_index (making->logs, double, 0);
  if (n == 1 && making->last_column != NULL && making->last_scan.column == scans[0].column
      && making->last_scan.terminal == scans[0].terminal)
    return making->last_column;
  for (i = 0; i < n; i++)
    most = MAX (most, g_array_index (making->logs, double, i));
  for (i = 0; i < n; i++)
    {
      scans[i].mass = genlm_wide_from_log (g_array_index (making->logs, double, i) - most);
      sum = genlm_wide_add (sum, scans[i].mass);
    }
  for (i = 0; i < n; i++)
    scans[i].mass = genlm_wide_divide (scans[i].mass, sum);
  column = genlm_wcfg_chart_scan (making->chart, scans, n, &making->clock, error);
  if (column == NULL)
    return NULL;
  g_ptr_array_add (making->columns, column);
  if (n > 1)
    *log_mass = most + genlm_wide_log (sum);
  else
    {
      making->last_scan = scans[0];
      making->last_column = column;
    }
  return column;
}

static void
add_ended_run (Making      *making,
               const Ended *ended)
{
  guint i;

  for (i = 0; i < making->runs->len; i++)
    {
      Ended *known = &g_array_index (making->runs, Ended, i);

      if (known->column == ended->column && known->terminal == ended->terminal)
        {
          known->log_weight = genlm_wcfg_add_logs (known->log_weight, ended->log_weight);
          return;
        }
    }
  g_array_append_val (making->runs, *ended);
}

/* All that ends in the next node; what is the same is added up, or there would
 * be as many ways as ways to cut a token. */
static Ended
collect_node (Making *making)
{
  Ended first = pop_ended (making->heap);
  Ended ended = first;

  g_array_set_size (making->scans, 0);
  g_array_set_size (making->logs, 0);
  g_array_set_size (making->runs, 0);
  while (TRUE)
    {
      if (ended.is_run)
        add_ended_run (making, &ended);
      else
        add_scan (making, &ended);
      if (making->heap->len == 0 || g_array_index (making->heap, Ended, 0).node != first.node)
        return first;
      ended = pop_ended (making->heap);
    }
}

/* From the first node to the last, as what ends in a node is known when all
 * nodes before it are done. */
static gboolean
follow_cuts (Making  *making,
             GError **error)
{
  while (making->heap->len > 0)
    {
      guint n_before = making->heap->len;
      Ended ended = collect_node (making);
      const GenlmByteSet *bytes = &ended.cut->bytes;
      GenlmWcfgColumn *column;
      guint64 n_steps;
      double log_mass;
      guint i;

      n_steps = (n_before - making->heap->len) * (guint64) (making->scans->len + making->runs->len);
      if (!genlm_wcfg_clock_spend (&making->clock, STEPS_TO_WALK + n_steps, error))
        return FALSE;
      for (i = 0; i < making->runs->len; i++)
        {
          Ended run = g_array_index (making->runs, Ended, i);

          if (!begin_terminals (making, run.column, run.node, bytes, run.terminal, run.log_weight,
                                error))
            return FALSE;
        }
      if (making->scans->len == 0)
        continue;
      column = scan (making, &log_mass, error);
      if (column == NULL
          || !begin_terminals (making, column, ended.node, bytes, NONE, log_mass, error))
        return FALSE;
    }
  return TRUE;
}

/* Relative to the prefix, EOS the last; the state is not dead. FALSE when a
 * limit is passed. */
gboolean
genlm_wcfg_values_make (GenlmByteMachine  *machine,
                        GenlmTrieIndex    *index,
                        GenlmWcfgWalks    *store,
                        guint              deadline,
                        GenlmWcfgState    *state,
                        double            *values,
                        GError           **error)
{
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (Ended));
  g_autoptr (GArray) scans = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgScan));
  g_autoptr (GArray) logs = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (Ended));
  g_autoptr (GPtrArray) walks = g_ptr_array_new_with_free_func (genlm_wcfg_walk_unref);
  g_autoptr (GPtrArray) columns = NULL;
  Making making = { .lexer = genlm_wcfg_machine_peek_lexer (machine),
                    .grammar = genlm_wcfg_machine_peek_grammar (machine),
                    .chart = genlm_wcfg_machine_get_chart (machine),
                    .index = index,
                    .store = store,
                    .values = values,
                    .is_blank = TRUE,
                    .heap = heap,
                    .scans = scans,
                    .logs = logs,
                    .runs = runs,
                    .walks = walks,
                    .clock = { .deadline = deadline } };
  const GenlmTrie *trie = index->trie;
  const GenlmWcfgReading *readings;
  GenlmWcfgEnding ending;
  guint n_readings;
  guint32 i;

  columns = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_wcfg_column_unref);
  making.columns = columns;
  if (!genlm_wcfg_machine_find_ending (machine, state, &making.clock, &ending, error))
    return FALSE;
  readings = genlm_wcfg_state_peek_readings (state, &n_readings);
  for (i = 0; i < n_readings; i++)
    if (!add_walk (&making, readings[i].column, GENLM_WCFG_WALK_ALL, readings[i].terminal,
                   readings[i].state, genlm_wide_log (readings[i].mass), error))
      return FALSE;
  if (ending.column != NULL
      && !begin_terminals (&making, ending.column, GENLM_WCFG_WALK_ALL, NULL, NONE,
                           genlm_wide_log (ending.mass), error))
    return FALSE;
  if (!follow_cuts (&making, error))
    return FALSE;
  if (making.is_blank)
    clear_values (&making);
  for (i = 0; i < trie->n_empty_tokens; i++)
    values[trie->empty_tokens[i]] = 0.0;
  values[index->n_tokens] = -INFINITY;
  if (ending.column != NULL && !genlm_wide_is_zero (ending.column->accept))
    values[index->n_tokens] = genlm_wide_log (genlm_wide_multiply (ending.mass,
                                                                   ending.column->accept));
  return TRUE;
}
