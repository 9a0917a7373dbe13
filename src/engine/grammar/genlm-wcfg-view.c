#include "genlm-wcfg-view.h"

#include <float.h>
#include <math.h>

#include "genlm-wcfg-scratch.h"

/* All of the trie, in place of a node of which only what is below counts. */
#define ALL (G_MAXUINT32)

/* States that mean more than this at once are not kept as a whole. */
#define MAX_KEY (16u)

/* What it costs to look for a walk, and to add a token of it, in steps of the
 * clock. */
#define STEPS_TO_WALK (32u)
#define STEPS_TO_ADD (8u)

/* A terminal that is read over and over is followed in so many states at
 * once. */
#define MAX_RUN (8u)

/* A node in which a terminal may end, with tokens below it that may go on. */
typedef struct
{
  guint32      node;
  double       log_weight;
  GenlmByteSet bytes; /* of the nodes right below */
} Cut;

/* The tokens that stay within a terminal. With @tokens NULL there is a weight
 * for every token of the vocabulary.
 *
 * With @again above zero the terminal is begun again wherever it ends, with
 * that weight, for as long as tokens last: what is ignored may follow itself,
 * and every cut of a row of blanks would be a walk of its own otherwise. */
typedef struct
{
  gatomicrefcount  ref_count;
  guint32          below;
  guint32          terminal;
  guint32          state;
  double           again;
  guint32          n_tokens;
  guint32          n_cuts;
  guint32         *tokens;
  double          *log_weights;
  Cut             *cuts;
} Walk;

/* A whole vector, by what its state reads. */
typedef struct
{
  guint             hash;
  guint             n_readings;
  GenlmWcfgReading *readings;
  GenlmWeights     *weights;
} Vector;

struct _GenlmWcfgView
{
  GenlmByteMachine     *machine; /* which outlives its views */
  const GenlmWcfgLexer *lexer;
  const GenlmWeightedGrammar *grammar;
  GenlmWcfgChart       *chart;
  GenlmTrieIndex       *index;
  guint64               max_memory;
  guint                 deadline;

  GMutex                mutex;
  GHashTable           *walks;
  guint64               walks_memory;
  GHashTable           *vectors;
  guint64               vectors_memory;
};

/* A terminal that was begun in the column has ended in a node; or, of one that
 * is begun again and again, the column behind it is known, in which everything
 * but that terminal begins. */
typedef struct
{
  guint32          node;
  guint32          terminal;
  gboolean         is_run;
  GenlmWcfgColumn *column;
  double           log_weight;
  const Cut       *cut;
} Ended;

/* The making of one vector. */
typedef struct
{
  GenlmWcfgView *view;
  double        *values;
  gboolean       is_blank; /* nothing was written to the values */
  GArray        *heap; /* of Ended, the first node first */
  /* What ends in the node that is looked at. */
  GArray        *scans;
  GArray        *logs;
  GArray        *runs;
  GPtrArray     *walks; /* that are in use */
  GPtrArray     *columns;
  /* What the last scan was and became. */
  GenlmWcfgScan    last_scan;
  GenlmWcfgColumn *last_column;
  GenlmWcfgClock   clock;
} Making;

static guint64
get_bits (double x)
{
  guint64 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static guint
hash_walk (gconstpointer key)
{
  const Walk *walk = key;

  return genlm_wcfg_mix (genlm_wcfg_mix (walk->below, ((guint64) walk->terminal << 32) | walk->state),
                         get_bits (walk->again));
}

static gboolean
equal_walks (gconstpointer a,
             gconstpointer b)
{
  const Walk *x = a;
  const Walk *y = b;

  return x->below == y->below && x->terminal == y->terminal && x->state == y->state
         && x->again == y->again;
}

static void
walk_unref (gpointer data)
{
  Walk *walk = data;

  if (!g_atomic_ref_count_dec (&walk->ref_count))
    return;
  g_free (walk->tokens);
  g_free (walk->log_weights);
  g_free (walk->cuts);
  g_free (walk);
}

static guint
hash_readings (const GenlmWcfgReading *readings,
               guint                   n_readings)
{
  guint hash = n_readings;
  guint i;

  for (i = 0; i < n_readings; i++)
    {
      hash = genlm_wcfg_mix (hash, (guint64) (gsize) readings[i].column);
      hash = genlm_wcfg_mix (hash, ((guint64) readings[i].terminal << 32) | readings[i].state);
      hash = genlm_wcfg_mix_mass (hash, readings[i].mass);
    }
  return hash;
}

static guint
hash_vector (gconstpointer key)
{
  return ((const Vector *) key)->hash;
}

static gboolean
equal_vectors (gconstpointer a,
               gconstpointer b)
{
  const Vector *x = a;
  const Vector *y = b;
  guint i;

  if (x->n_readings != y->n_readings)
    return FALSE;
  for (i = 0; i < x->n_readings; i++)
    if (x->readings[i].column != y->readings[i].column
        || x->readings[i].terminal != y->readings[i].terminal
        || x->readings[i].state != y->readings[i].state
        || !genlm_wcfg_equal_masses (x->readings[i].mass, y->readings[i].mass))
      return FALSE;
  return TRUE;
}

static void
vector_free (gpointer data)
{
  Vector *vector = data;
  guint i;

  for (i = 0; i < vector->n_readings; i++)
    genlm_wcfg_column_unref (vector->readings[i].column);
  g_free (vector->readings);
  genlm_weights_unref (vector->weights);
  g_free (vector);
}

static GHashTable *
make_walks (void)
{
  return g_hash_table_new_full (hash_walk, equal_walks, walk_unref, NULL);
}

static GHashTable *
make_vectors (void)
{
  return g_hash_table_new_full (hash_vector, equal_vectors, vector_free, NULL);
}

/* @max_memory bounds the walks, and once more the vectors that are kept;
 * @deadline, in milliseconds, the making of a vector. */
GenlmWcfgView *
genlm_wcfg_view_new (GenlmByteMachine *machine,
                     GenlmTrieIndex   *index,
                     guint64           max_memory,
                     guint             deadline)
{
  GenlmWcfgView *self = g_new0 (GenlmWcfgView, 1);

  self->machine = machine;
  self->lexer = genlm_wcfg_machine_peek_lexer (machine);
  self->grammar = genlm_wcfg_machine_peek_grammar (machine);
  self->chart = genlm_wcfg_machine_get_chart (machine);
  self->index = genlm_trie_index_ref (index);
  self->max_memory = max_memory;
  self->deadline = deadline;
  g_mutex_init (&self->mutex);
  self->walks = make_walks ();
  self->vectors = make_vectors ();
  return self;
}

void
genlm_wcfg_view_free (GenlmWcfgView *self)
{
  g_hash_table_unref (self->vectors);
  g_hash_table_unref (self->walks);
  g_mutex_clear (&self->mutex);
  genlm_trie_index_unref (self->index);
  g_free (self);
}

static double
add_logs (double a,
          double b)
{
  double most = MAX (a, b);
  double least = MIN (a, b);

  return least == -INFINITY ? most : most + log1p (exp (least - most));
}

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

static gboolean
do_meet (const GenlmByteSet *a,
         const GenlmByteSet *b)
{
  return ((a->words[0] & b->words[0]) | (a->words[1] & b->words[1]) | (a->words[2] & b->words[2])
          | (a->words[3] & b->words[3]))
         != 0;
}

typedef struct
{
  guint32 token;
  double  log_weight;
} WalkToken;

typedef struct
{
  GenlmWcfgView           *view;
  const Walk              *walk;
  const GenlmTrie         *trie;
  const GenlmWcfgTerminal *terminal;
  guint32                  first;
  guint32                  end;
  guint32                  depth; /* of the node that is walked below */
  GArray                  *tokens;
  GArray                  *cuts;
} Walker;

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
  Cut cut = { .node = p, .log_weight = log_weight };

  if (GENLM_TRIE_NODE_EXTENT (&walker->trie->nodes[p]) == 1 || log_weight == -INFINITY)
    return;
  find_children (walker->trie, p, &cut.bytes);
  if (do_meet (&cut.bytes, &walker->view->grammar->follow[walker->walk->terminal]))
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
    run->logs[i] = add_logs (run->logs[i], log_weight + arc->log_weight);
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
      *sum = add_logs (*sum, run->logs[i]);
      run->ended = add_logs (run->ended, run->logs[i] + terminal->ends[run->states[i]].log_weight);
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
walk_nodes (GenlmWcfgView *self,
            const Walk    *walk,
            GArray        *tokens,
            GArray        *cuts)
{
  Walker walker = { .view = self,
                    .walk = walk,
                    .trie = self->index->trie,
                    .terminal = genlm_wcfg_lexer_peek (self->lexer, walk->terminal),
                    .end = self->index->trie->n_nodes,
                    .tokens = tokens,
                    .cuts = cuts };

  if (walk->below != ALL)
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

static Walk *
make_walk (GenlmWcfgView *self,
           const Walk    *key)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (WalkToken));
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (Cut));
  Walk *walk = g_new (Walk, 1);
  guint32 n = self->index->n_tokens;
  guint32 i;

  *walk = *key;
  g_atomic_ref_count_init (&walk->ref_count);
  if (!walk_nodes (self, walk, tokens, cuts))
    {
      /* Without running on, it is a walk like any other. */
      walk->again = 0.0;
      g_array_set_size (tokens, 0);
      g_array_set_size (cuts, 0);
      walk_nodes (self, walk, tokens, cuts);
    }
  walk->n_tokens = tokens->len;
  walk->n_cuts = cuts->len;
  walk->cuts = g_memdup2 (cuts->data, cuts->len * sizeof (Cut));
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

static guint64
measure_walk (const Walk *walk)
{
  return sizeof *walk + walk->n_tokens * (sizeof (guint32) + sizeof (double))
         + walk->n_cuts * sizeof (Cut) + 64;
}

/* How many nodes there are below one. */
static guint32
count_below (GenlmWcfgView *self,
             guint32        below)
{
  const GenlmTrie *trie = self->index->trie;

  return below == ALL ? trie->n_nodes : GENLM_TRIE_NODE_EXTENT (&trie->nodes[below]);
}

/* A reference to the walk, which is known or made. */
static Walk *
get_walk (GenlmWcfgView  *self,
          guint32         below,
          guint32         terminal,
          guint32         state,
          double          again,
          GenlmWcfgClock *clock)
{
  Walk key = { .below = below, .terminal = terminal, .state = state, .again = again };
  GHashTable *old = NULL;
  Walk *walk;

  g_mutex_lock (&self->mutex);
  walk = g_hash_table_lookup (self->walks, &key);
  if (walk != NULL)
    g_atomic_ref_count_inc (&walk->ref_count);
  g_mutex_unlock (&self->mutex);
  if (walk != NULL)
    return walk;
  walk = make_walk (self, &key);
  clock->n_steps += (guint64) count_below (self, below) * STEPS_TO_ADD;
  g_mutex_lock (&self->mutex);
  if (self->walks_memory + measure_walk (walk) > self->max_memory)
    {
      old = self->walks;
      self->walks = make_walks ();
      self->walks_memory = 0;
    }
  if (!g_hash_table_contains (self->walks, walk))
    {
      g_atomic_ref_count_inc (&walk->ref_count);
      g_hash_table_add (self->walks, walk);
      self->walks_memory += measure_walk (walk);
    }
  g_mutex_unlock (&self->mutex);
  if (old != NULL)
    g_hash_table_unref (old);
  return walk;
}

static void
clear_values (Making *making)
{
  guint32 n = making->view->index->n_tokens;
  guint32 i;

  for (i = 0; i < n; i++)
    making->values[i] = -INFINITY;
  making->is_blank = FALSE;
}

/* The first walk over most of the vocabulary is copied. */
static void
add_values (Making     *making,
            const Walk *walk,
            double      log_mass)
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
      values[walk->tokens[i]] = add_logs (values[walk->tokens[i]],
                                          log_mass + walk->log_weights[i]);
  else
    for (i = 0; i < walk->n_tokens; i++)
      if (walk->log_weights[i] != -INFINITY)
        values[i] = add_logs (values[i], log_mass + walk->log_weights[i]);
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
  GenlmWcfgView *self = making->view;
  GenlmWcfgScan scan = { column, terminal, GENLM_WIDE_ONE };
  GenlmWcfgColumn *next;
  guint32 i;

  *behind = NULL;
  *again = 0.0;
  if (!do_meet (&self->grammar->follow[terminal],
                &genlm_wcfg_lexer_peek (self->lexer, terminal)->first))
    return TRUE;
  scan.column = genlm_wcfg_chart_scan (self->chart, &scan, 1, &making->clock, error);
  if (scan.column == NULL)
    return FALSE;
  g_ptr_array_add (making->columns, scan.column);
  for (i = 0; i < scan.column->n_priors && scan.column->priors[i].terminal != terminal; i++)
    ;
  if (i == scan.column->n_priors)
    return TRUE;
  next = genlm_wcfg_chart_scan (self->chart, &scan, 1, &making->clock, error);
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
add_walk (Making          *making,
          GenlmWcfgColumn *column,
          guint32          below,
          guint32          terminal,
          guint32          state,
          double           log_mass,
          GError         **error)
{
  GenlmWcfgColumn *behind;
  double again;
  Walk *walk;
  guint32 i;

  if (!find_run (making, column, terminal, &behind, &again, error))
    return FALSE;
  walk = get_walk (making->view, below, terminal, state, again, &making->clock);
  add_values (making, walk, log_mass);
  for (i = 0; i < walk->n_cuts; i++)
    {
      Ended ended = { walk->cuts[i].node, terminal, walk->again > 0.0,
                      walk->again > 0.0 ? behind : column, log_mass + walk->cuts[i].log_weight,
                      &walk->cuts[i] };

      push_ended (making->heap, ended);
    }
  g_ptr_array_add (making->walks, walk);
  return genlm_wcfg_clock_spend (&making->clock, STEPS_TO_WALK + walk->n_tokens * STEPS_TO_ADD, error);
}

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
  GenlmWcfgView *self = making->view;
  guint32 i;

  for (i = 0; i < column->n_priors; i++)
    {
      const GenlmWcfgPrior *prior = &column->priors[i];

      if (prior->terminal == except
          || (bytes != NULL
              && !do_meet (bytes, &genlm_wcfg_lexer_peek (self->lexer, prior->terminal)->first)))
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

          *log_weight = add_logs (*log_weight, ended->log_weight);
          return;
        }
    }
  g_array_append_val (making->scans, scan);
  g_array_append_val (making->logs, ended->log_weight);
}

/* The column behind the scans, which the making holds; @log_mass is what they
 * weigh together. */
static GenlmWcfgColumn *
scan (Making   *making,
      double   *log_mass,
      GError  **error)
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
  column = genlm_wcfg_chart_scan (making->view->chart, scans, n, &making->clock, error);
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
          known->log_weight = add_logs (known->log_weight, ended->log_weight);
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

static gboolean
make_values (GenlmWcfgView   *self,
             GenlmWcfgState  *state,
             double          *values,
             GError         **error)
{
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (Ended));
  g_autoptr (GArray) scans = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgScan));
  g_autoptr (GArray) logs = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (Ended));
  g_autoptr (GPtrArray) walks = g_ptr_array_new_with_free_func (walk_unref);
  g_autoptr (GPtrArray) columns = NULL;
  Making making = { .view = self, .values = values, .heap = heap, .scans = scans, .logs = logs,
                    .runs = runs,
                    .walks = walks, .is_blank = TRUE,
                    .clock = { self->deadline, 0, 0 } };
  const GenlmTrie *trie = self->index->trie;
  const GenlmWcfgReading *readings;
  GenlmWcfgEnding ending;
  guint n_readings;
  guint32 i;

  columns = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_wcfg_column_unref);
  making.columns = columns;
  if (!genlm_wcfg_machine_find_ending (self->machine, state, &making.clock, &ending, error))
    return FALSE;
  readings = genlm_wcfg_state_peek_readings (state, &n_readings);
  for (i = 0; i < n_readings; i++)
    if (!add_walk (&making, readings[i].column, ALL, readings[i].terminal, readings[i].state,
                   genlm_wide_log (readings[i].mass), error))
      return FALSE;
  if (ending.column != NULL
      && !begin_terminals (&making, ending.column, ALL, NULL, NONE, genlm_wide_log (ending.mass),
                           error))
    return FALSE;
  if (!follow_cuts (&making, error))
    return FALSE;
  if (making.is_blank)
    clear_values (&making);
  for (i = 0; i < trie->n_empty_tokens; i++)
    values[trie->empty_tokens[i]] = 0.0;
  values[self->index->n_tokens] = -INFINITY;
  if (ending.column != NULL && !genlm_wide_is_zero (ending.column->accept))
    values[self->index->n_tokens] = genlm_wide_log (genlm_wide_multiply (ending.mass,
                                                                            ending.column->accept));
  return TRUE;
}

static GenlmWeights *
lookup_vector (GenlmWcfgView *self,
               const Vector  *key)
{
  GenlmWeights *weights = NULL;
  Vector *vector;

  g_mutex_lock (&self->mutex);
  vector = g_hash_table_lookup (self->vectors, key);
  if (vector != NULL)
    weights = genlm_weights_ref (vector->weights);
  g_mutex_unlock (&self->mutex);
  return weights;
}

/* When the bound is passed, all vectors go; they hold columns, and those take
 * a lock of their own when they are freed. */
static void
insert_vector (GenlmWcfgView *self,
               const Vector  *key,
               GenlmWeights  *weights)
{
  Vector *vector = g_memdup2 (key, sizeof *key);
  guint64 size = genlm_weights_get_size (weights) * sizeof (double) + sizeof *vector + 64
                 + key->n_readings * sizeof (GenlmWcfgReading);
  GHashTable *old = NULL;
  gboolean added = FALSE;
  guint i;

  vector->readings = g_memdup2 (key->readings, key->n_readings * sizeof (GenlmWcfgReading));
  for (i = 0; i < key->n_readings; i++)
    genlm_wcfg_column_ref (key->readings[i].column);
  vector->weights = genlm_weights_ref (weights);
  g_mutex_lock (&self->mutex);
  if (self->vectors_memory + size > self->max_memory)
    {
      old = self->vectors;
      self->vectors = make_vectors ();
      self->vectors_memory = 0;
    }
  if (size <= self->max_memory && !g_hash_table_contains (self->vectors, vector))
    {
      added = g_hash_table_add (self->vectors, vector);
      self->vectors_memory += size;
    }
  g_mutex_unlock (&self->mutex);
  if (!added)
    vector_free (vector);
  if (old != NULL)
    g_hash_table_unref (old);
}

/* The log weights of all tokens and EOS, relative to the prefix, in a state
 * that is not dead. NULL when a limit is passed. */
GenlmWeights *
genlm_wcfg_view_weigh (GenlmWcfgView   *self,
                       GenlmWcfgState  *state,
                       GError         **error)
{
  g_autoptr (GenlmWeights) weights = NULL;
  Vector key = { 0 };
  double *values;

  key.readings = (GenlmWcfgReading *) genlm_wcfg_state_peek_readings (state, &key.n_readings);
  key.hash = hash_readings (key.readings, key.n_readings);
  if (key.n_readings <= MAX_KEY)
    weights = lookup_vector (self, &key);
  if (weights != NULL)
    return g_steal_pointer (&weights);
  weights = genlm_weights_new_uninit ((gsize) self->index->n_tokens + 1, &values);
  if (!make_values (self, state, values, error))
    return NULL;
  if (key.n_readings <= MAX_KEY)
    insert_vector (self, &key, weights);
  return g_steal_pointer (&weights);
}
