#include "genlm-wcfg-machine.h"

#include <math.h>

#include "genlm-wcfg-view.h"

/* A product of masses is kept until it is so small, and then its logarithm. */
#define SMALL_PRODUCT (1e-200)

/* So many bytes of a text are to be read within the deadline. */
#define BYTES_TO_DEADLINE (1u << 16)

/* How many columns are held while bytes are read before those are dropped that
 * nothing is read in any more; with more readings it is done less often. */
#define MAX_HELD(reader) (1000u + 2 * (reader)->readings->len)

typedef struct
{
  GenlmByteMachine            parent;
  GenlmWcfgLexer             *lexer;
  GenlmWcfgChart             *chart;
  const GenlmWeightedGrammar *grammar;
  double                      log_total;
  guint                       max_readings;
  guint                       deadline;
  guint64                     max_memory;
  guint64                     memory;

  GMutex                      mutex;
  GPtrArray                  *scratches;
} WcfgMachine;

/* Before the first byte there is no reading but an ending, at the start. A
 * state with neither is dead. The text's weight is e to the sum of the two
 * logarithms. */
struct _GenlmWcfgState
{
  gatomicrefcount   ref_count;
  guint             n_readings;
  /* Held, as columns are of its chart. */
  GenlmByteMachine *machine;
  double            log_high;
  double            log_low;
  /* What ends here; set once by whoever needs it first. */
  GenlmWcfgColumn  *ending;
  GenlmWide         ending_mass;
  GenlmWcfgReading  readings[];
};

/* What reading bytes needs, kept for the next time. */
typedef struct
{
  GArray    *readings;
  GArray    *next;
  GArray    *scans;
  GPtrArray *held;
} Scratch;

/* The scan before, which lists ask for again and again. Its columns are held by
 * others for as long as it is there. */
typedef struct
{
  GenlmWcfgColumn *from;
  GenlmWcfgColumn *to;
  guint32          terminal;
} LastScan;

/* The readings while bytes are read. Columns that were made are held until a
 * state holds them. */
typedef struct
{
  WcfgMachine     *machine;
  GArray          *readings;
  GArray          *next;
  GArray          *scans;
  GPtrArray       *held;
  LastScan         last;
  GenlmWcfgClock   clock;
  GenlmWcfgColumn *fresh; /* begun, without any reading */
  double           product;
  double           log_high;
  double           log_low;
} Reader;

static GenlmWcfgState *
state_new (WcfgMachine *machine,
           guint        n_readings)
{
  GenlmWcfgState *self = g_malloc0 (sizeof *self + n_readings * sizeof (GenlmWcfgReading));

  g_atomic_ref_count_init (&self->ref_count);
  self->n_readings = n_readings;
  self->machine = genlm_byte_machine_ref (&machine->parent);
  return self;
}

static gpointer
ref_state (gpointer state)
{
  g_atomic_ref_count_inc (&((GenlmWcfgState *) state)->ref_count);
  return state;
}

static void
unref_state (gpointer data)
{
  GenlmWcfgState *state = data;
  guint i;

  if (!g_atomic_ref_count_dec (&state->ref_count))
    return;
  for (i = 0; i < state->n_readings; i++)
    genlm_wcfg_column_unref (state->readings[i].column);
  if (state->ending != NULL)
    genlm_wcfg_column_unref (state->ending);
  genlm_byte_machine_unref (state->machine);
  g_free (state);
}

static gpointer
dup_start (GenlmByteMachine *machine)
{
  WcfgMachine *self = (WcfgMachine *) machine;
  GenlmWcfgState *state = state_new (self, 0);

  state->log_high = self->log_total;
  state->ending = genlm_wcfg_chart_dup_start (self->chart);
  state->ending_mass = GENLM_WIDE_ONE;
  return state;
}

/* Neumaier's sum. */
static void
add_log (Reader *reader,
         double  term)
{
  double sum = reader->log_high + term;

  if (fabs (reader->log_high) >= fabs (term))
    reader->log_low += (reader->log_high - sum) + term;
  else
    reader->log_low += (term - sum) + reader->log_high;
  reader->log_high = sum;
}

static void
take_product (Reader *reader)
{
  if (reader->product != 1.0)
    add_log (reader, log (reader->product));
  reader->product = 1.0;
}

/* Weights of automata are far from where doubles end. */
static inline GenlmWide
scale (GenlmWide mass,
       double    weight)
{
  return genlm_wide_multiply (mass, (GenlmWide){ weight, 0 });
}

static GenlmWcfgColumn *
scan (WcfgMachine     *self,
      const GArray    *scans,
      LastScan        *last,
      GenlmWcfgClock  *clock,
      GError         **error)
{
  const GenlmWcfgScan *first = &g_array_index (scans, GenlmWcfgScan, 0);
  GenlmWcfgColumn *column;

  if (scans->len == 1 && last->from == first->column && last->terminal == first->terminal)
    return genlm_wcfg_column_ref (last->to);
  column = genlm_wcfg_chart_scan (self->chart, first, scans->len, clock, error);
  if (scans->len == 1 && column != NULL)
    *last = (LastScan){ first->column, column, first->terminal };
  return column;
}

/* The column behind all readings that may end here, and their mass. With
 * @byte not below zero only if what may follow may begin with it. */
static gboolean
end_readings (WcfgMachine             *self,
              const GenlmWcfgReading  *readings,
              guint                    n_readings,
              int                      byte,
              GArray                  *scans,
              LastScan                *last,
              GenlmWcfgClock          *clock,
              GenlmWcfgEnding         *ending,
              GError                 **error)
{
  gboolean wanted = byte < 0;
  GenlmWide sum = GENLM_WIDE_ZERO;
  guint i;

  *ending = (GenlmWcfgEnding){ NULL, GENLM_WIDE_ZERO };
  g_array_set_size (scans, 0);
  for (i = 0; i < n_readings; i++)
    {
      const GenlmWcfgReading *reading = &readings[i];
      const GenlmWcfgTerminal *terminal = genlm_wcfg_lexer_peek (self->lexer, reading->terminal);
      GenlmWcfgScan scan = { reading->column, reading->terminal,
                             scale (reading->mass, terminal->ends[reading->state].weight) };

      if (genlm_wide_is_zero (scan.mass))
        continue;
      wanted = wanted
               || genlm_byte_set_contains (&self->grammar->follow[reading->terminal], (guint8) byte);
      g_array_append_val (scans, scan);
      sum = genlm_wide_add (sum, scan.mass);
    }
  if (scans->len == 0 || !wanted)
    return TRUE;
  for (i = 0; i < scans->len; i++)
    {
      GenlmWcfgScan *scan = &g_array_index (scans, GenlmWcfgScan, i);

      scan->mass = genlm_wide_divide (scan->mass, sum);
    }
  ending->column = scan (self, scans, last, clock, error);
  ending->mass = sum;
  return ending->column != NULL;
}

/* Returns how many there are already that it was compared with. */
static guint
add_reading (GArray           *readings,
             GenlmWcfgReading  reading,
             gboolean          merged)
{
  guint i;

  for (i = 0; merged && i < readings->len; i++)
    {
      GenlmWcfgReading *known = &g_array_index (readings, GenlmWcfgReading, i);

      if (known->column == reading.column && known->terminal == reading.terminal
          && known->state == reading.state)
        {
          known->mass = genlm_wide_add (known->mass, reading.mass);
          return i;
        }
    }
  g_array_append_val (readings, reading);
  return i;
}

/* Begins all terminals of the column that begin with @byte. What is read on in
 * the same column already is added to. Returns what it took, in steps of the
 * clock. */
static guint64
begin_terminals (Reader          *reader,
                 GenlmWcfgColumn *column,
                 GenlmWide        mass,
                 guint8           byte)
{
  guint64 n_steps = reader->next->len + column->n_priors * G_GUINT64_CONSTANT (8);
  gboolean merged = FALSE;
  guint i;

  for (i = 0; i < reader->next->len && !merged; i++)
    merged = g_array_index (reader->next, GenlmWcfgReading, i).column == column;
  for (i = 0; i < column->n_priors; i++)
    {
      const GenlmWcfgPrior *prior = &column->priors[i];
      const GenlmWcfgTerminal *terminal;
      const GenlmWcfgArc *arc;
      GenlmWcfgReading reading;

      terminal = genlm_wcfg_lexer_peek (reader->machine->lexer, prior->terminal);
      arc = genlm_wcfg_terminal_find_arc (terminal, 0, byte);
      if (arc->state == GENLM_WCFG_LEXER_DEAD)
        continue;
      reading = (GenlmWcfgReading){ column, prior->terminal, arc->state,
                                    scale (genlm_wide_multiply (mass, prior->mass), arc->weight) };
      if (!genlm_wide_is_zero (reading.mass))
        n_steps += add_reading (reader->next, reading, merged);
    }
  return n_steps;
}

static void
read_on (Reader *reader,
         guint8  byte)
{
  guint i;

  g_array_set_size (reader->next, 0);
  for (i = 0; i < reader->readings->len; i++)
    {
      GenlmWcfgReading reading = g_array_index (reader->readings, GenlmWcfgReading, i);
      const GenlmWcfgTerminal *terminal;
      const GenlmWcfgArc *arc;

      terminal = genlm_wcfg_lexer_peek (reader->machine->lexer, reading.terminal);
      arc = genlm_wcfg_terminal_find_arc (terminal, reading.state, byte);
      if (arc->state == GENLM_WCFG_LEXER_DEAD)
        continue;
      reading.state = arc->state;
      reading.mass = scale (reading.mass, arc->weight);
      if (!genlm_wide_is_zero (reading.mass))
        g_array_append_val (reader->next, reading);
    }
}

/* Makes the masses add up to one. */
static void
normalize (Reader *reader)
{
  GenlmWide sum = GENLM_WIDE_ZERO;
  guint i;

  for (i = 0; i < reader->readings->len; i++)
    sum = genlm_wide_add (sum, g_array_index (reader->readings, GenlmWcfgReading, i).mass);
  if (reader->readings->len == 0 || (sum.fraction == 1.0 && sum.exponent == 0))
    return;
  for (i = 0; i < reader->readings->len; i++)
    {
      GenlmWcfgReading *reading = &g_array_index (reader->readings, GenlmWcfgReading, i);

      reading->mass = genlm_wide_divide (reading->mass, sum);
    }
  if (sum.exponent != 0)
    {
      add_log (reader, genlm_wide_log (sum));
      return;
    }
  reader->product *= sum.fraction;
  if (reader->product < SMALL_PRODUCT)
    take_product (reader);
}

static gboolean
read_byte (Reader   *reader,
           guint8    byte,
           GError  **error)
{
  GenlmWcfgEnding ending = { NULL, GENLM_WIDE_ZERO };
  guint64 n_steps = reader->readings->len * G_GUINT64_CONSTANT (16);
  GArray *readings;

  if (reader->fresh != NULL)
    ending = (GenlmWcfgEnding){ genlm_wcfg_column_ref (reader->fresh), GENLM_WIDE_ONE };
  else if (!end_readings (reader->machine,
                          (const GenlmWcfgReading *) (gpointer) reader->readings->data,
                          reader->readings->len, byte, reader->scans, &reader->last,
                          &reader->clock, &ending, error))
    return FALSE;
  reader->fresh = NULL;
  read_on (reader, byte);
  if (ending.column != NULL)
    {
      g_ptr_array_add (reader->held, ending.column);
      n_steps += begin_terminals (reader, ending.column, ending.mass, byte);
    }
  readings = reader->readings;
  reader->readings = reader->next;
  reader->next = readings;
  normalize (reader);
  if (reader->readings->len <= reader->machine->max_readings)
    return genlm_wcfg_clock_spend (&reader->clock, n_steps, error);
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "Failed to read on: more than %u terminals may be meant at once (max-states)",
               reader->machine->max_readings);
  return FALSE;
}

/* Inside a terminal that cannot end before the next byte there is nothing but
 * its automaton. Returns how many bytes were read like that. */
static gsize
read_fast (Reader           *reader,
           GenlmWcfgReading *reading,
           const guint8     *bytes,
           gsize             n_bytes)
{
  const GenlmWcfgTerminal *terminal;
  const GenlmByteSet *follow;
  guint32 state = reading->state;
  gsize i;

  terminal = genlm_wcfg_lexer_peek (reader->machine->lexer, reading->terminal);
  follow = &reader->machine->grammar->follow[reading->terminal];
  for (i = 0; i < n_bytes; i++)
    {
      const GenlmWcfgArc *arc = genlm_wcfg_terminal_find_arc (terminal, state, bytes[i]);

      if (arc->state == GENLM_WCFG_LEXER_DEAD
          || (terminal->ends[state].weight > 0.0 && genlm_byte_set_contains (follow, bytes[i])))
        break;
      state = arc->state;
      reader->product *= arc->weight;
      if (reader->product < SMALL_PRODUCT)
        take_product (reader);
    }
  reading->state = state;
  return i;
}

/* Long texts are not to hold every column on their way. */
static void
drop_held (Reader *reader)
{
  guint n = reader->held->len;
  guint i;

  for (i = 0; i < reader->readings->len; i++)
    {
      GenlmWcfgColumn *column = g_array_index (reader->readings, GenlmWcfgReading, i).column;

      g_ptr_array_add (reader->held, genlm_wcfg_column_ref (column));
    }
  g_ptr_array_remove_range (reader->held, 0, n);
  reader->last.from = NULL;
}

static gboolean
read_bytes (Reader        *reader,
            const guint8  *bytes,
            gsize          n_bytes,
            GError       **error)
{
  gsize restart = BYTES_TO_DEADLINE;
  gsize i = 0;

  while (i < n_bytes && (reader->fresh != NULL || reader->readings->len > 0))
    {
      if (reader->readings->len == 1)
        i += read_fast (reader, &g_array_index (reader->readings, GenlmWcfgReading, 0), bytes + i,
                        n_bytes - i);
      if (i < n_bytes && !read_byte (reader, bytes[i++], error))
        return FALSE;
      if (reader->held->len > MAX_HELD (reader))
        drop_held (reader);
      if (i >= restart)
        {
          genlm_wcfg_clock_restart (&reader->clock);
          restart = i + BYTES_TO_DEADLINE;
        }
    }
  return TRUE;
}

static GenlmWcfgState *
make_state (Reader                 *reader,
            const GenlmWcfgReading *readings,
            guint                   n_readings)
{
  GenlmWcfgState *state = state_new (reader->machine, n_readings);
  guint i;

  take_product (reader);
  for (i = 0; i < n_readings; i++)
    {
      state->readings[i] = readings[i];
      genlm_wcfg_column_ref (readings[i].column);
    }
  state->log_high = n_readings > 0 ? reader->log_high : -INFINITY;
  state->log_low = n_readings > 0 ? reader->log_low : 0.0;
  return state;
}

static Scratch *
take_scratch (WcfgMachine *self)
{
  Scratch *scratch = NULL;

  g_mutex_lock (&self->mutex);
  if (self->scratches->len > 0)
    scratch = g_ptr_array_steal_index_fast (self->scratches, self->scratches->len - 1);
  g_mutex_unlock (&self->mutex);
  if (scratch != NULL)
    return scratch;
  scratch = g_new (Scratch, 1);
  scratch->readings = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgReading));
  scratch->next = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgReading));
  scratch->scans = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgScan));
  scratch->held = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_wcfg_column_unref);
  return scratch;
}

static void
return_scratch (WcfgMachine *self,
                Scratch     *scratch)
{
  g_ptr_array_set_size (scratch->held, 0);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->scratches, scratch);
  g_mutex_unlock (&self->mutex);
}

static void
scratch_free (gpointer data)
{
  Scratch *scratch = data;

  g_ptr_array_unref (scratch->held);
  g_array_unref (scratch->scans);
  g_array_unref (scratch->next);
  g_array_unref (scratch->readings);
  g_free (scratch);
}

static GenlmWcfgState *
advance_readings (Reader                  *reader,
                  const GenlmWcfgReading  *readings,
                  guint                    n_readings,
                  const guint8            *bytes,
                  gsize                    n_bytes,
                  GError                 **error)
{
  Scratch *scratch = take_scratch (reader->machine);
  GenlmWcfgState *state = NULL;

  g_array_set_size (scratch->readings, 0);
  g_array_append_vals (scratch->readings, readings, n_readings);
  reader->readings = scratch->readings;
  reader->next = scratch->next;
  reader->scans = scratch->scans;
  reader->held = scratch->held;
  if (read_bytes (reader, bytes, n_bytes, error))
    state = make_state (reader, (const GenlmWcfgReading *) (gpointer) reader->readings->data,
                        reader->readings->len);
  return_scratch (reader->machine, scratch);
  return state;
}

static gpointer
advance (GenlmByteMachine  *machine,
         gpointer           data,
         const guint8      *bytes,
         gsize              n_bytes,
         GError           **error)
{
  GenlmWcfgState *state = data;
  Reader reader = { .machine = (WcfgMachine *) machine,
                    .clock = { ((WcfgMachine *) machine)->deadline, 0, 0 },
                    .product = 1.0,
                    .log_high = state->log_high,
                    .log_low = state->log_low };
  GenlmWcfgReading reading;
  gsize n_read;

  if (n_bytes == 0)
    return ref_state (state);
  if (state->n_readings != 1)
    {
      reader.fresh = state->n_readings == 0 ? state->ending : NULL;
      return advance_readings (&reader, state->readings, state->n_readings, bytes, n_bytes, error);
    }
  reading = state->readings[0];
  n_read = read_fast (&reader, &reading, bytes, n_bytes);
  if (n_read == n_bytes)
    return make_state (&reader, &reading, 1);
  return advance_readings (&reader, &reading, 1, bytes + n_read, n_bytes - n_read, error);
}

/* The column behind what may end in a state and its mass; the column belongs
 * to the state. */
gboolean
genlm_wcfg_machine_find_ending (GenlmByteMachine  *machine,
                                GenlmWcfgState    *state,
                                GenlmWcfgClock    *clock,
                                GenlmWcfgEnding   *ending,
                                GError           **error)
{
  WcfgMachine *self = (WcfgMachine *) machine;
  g_autoptr (GArray) scans = NULL;
  GenlmWcfgColumn *none = NULL;
  LastScan last = { NULL, NULL, 0 };
  guint i;

  ending->column = g_atomic_pointer_get (&state->ending);
  ending->mass = state->n_readings == 0 ? state->ending_mass : GENLM_WIDE_ZERO;
  if (state->n_readings == 0)
    return TRUE;
  for (i = 0; i < state->n_readings; i++)
    {
      const GenlmWcfgReading *reading = &state->readings[i];
      const GenlmWcfgTerminal *terminal = genlm_wcfg_lexer_peek (self->lexer, reading->terminal);

      ending->mass = genlm_wide_add (ending->mass,
                                     scale (reading->mass, terminal->ends[reading->state].weight));
    }
  if (ending->column != NULL || genlm_wide_is_zero (ending->mass))
    return TRUE;
  scans = g_array_new (FALSE, FALSE, sizeof (GenlmWcfgScan));
  if (!end_readings (self, state->readings, state->n_readings, -1, scans, &last, clock, ending,
                     error))
    return FALSE;
  if (g_atomic_pointer_compare_and_exchange_full (&state->ending, none, ending->column, &none))
    return TRUE;
  genlm_wcfg_column_unref (ending->column);
  ending->column = none;
  return TRUE;
}

static gboolean
weigh (GenlmByteMachine  *machine,
       gpointer           data,
       double            *prefix,
       double            *complete,
       GError           **error)
{
  GenlmWcfgState *state = data;
  double weight = state->log_high + state->log_low;
  GenlmWcfgClock clock = { ((WcfgMachine *) machine)->deadline, 0, 0 };
  GenlmWcfgEnding ending;

  if (prefix != NULL)
    *prefix = weight;
  if (complete == NULL)
    return TRUE;
  if (!genlm_wcfg_machine_find_ending (machine, state, &clock, &ending, error))
    return FALSE;
  *complete = -INFINITY;
  if (ending.column != NULL && !genlm_wide_is_zero (ending.column->accept))
    *complete = weight + genlm_wide_log (genlm_wide_multiply (ending.mass, ending.column->accept));
  return TRUE;
}

static gpointer
make_view (GenlmByteMachine *machine,
           GenlmTrieIndex   *index)
{
  WcfgMachine *self = (WcfgMachine *) machine;

  return genlm_wcfg_view_new (machine, index, self->max_memory, self->deadline);
}

static GenlmWeights *
make_weights (GenlmByteMachine  *machine,
              gpointer           view,
              GenlmTrieIndex    *index,
              gpointer           state,
              GError           **error)
{
  return genlm_wcfg_view_weigh (view, state, error);
}

static void
finalize (GenlmByteMachine *machine)
{
  WcfgMachine *self = (WcfgMachine *) machine;

  g_ptr_array_unref (self->scratches);
  g_mutex_clear (&self->mutex);
  genlm_wcfg_chart_free (self->chart);
  genlm_wcfg_lexer_free (self->lexer);
}

/* The automata of the terminals, and all tables. */
static GenlmByteMachineSize
get_size (GenlmByteMachine *machine)
{
  WcfgMachine *self = (WcfgMachine *) machine;

  return (GenlmByteMachineSize) { .n_states = (guint) genlm_wcfg_lexer_get_n_states (self->lexer),
                                  .memory = self->memory };
}

static const GenlmByteMachineClass wcfg_machine_class = {
  .finalize = finalize,
  .ref_state = ref_state,
  .unref_state = unref_state,
  .dup_start = dup_start,
  .advance = advance,
  .weigh = weigh,
  .make_view = make_view,
  .free_view = (GDestroyNotify) genlm_wcfg_view_free,
  .make_weights = make_weights,
  .get_size = get_size,
};

static GenlmWcfgLexer *
make_lexer (const GenlmGrammar       *grammar,
            const GenlmEngineLimits  *limits,
            GenlmBudget              *budget,
            GError                  **error)
{
  g_autoptr (GenlmWcfgLexer) lexer = genlm_wcfg_lexer_new (limits);
  guint32 i;

  for (i = 0; i < genlm_grammar_get_n_terminals (grammar); i++)
    {
      const GenlmGrammarTerminal *terminal = genlm_grammar_peek_terminal (grammar, i);

      if (!genlm_wcfg_lexer_add (lexer, terminal->tree, terminal->name, budget, error))
        return NULL;
    }
  return g_steal_pointer (&lexer);
}

/* A machine of the grammar, which has no ignored terminals beside its rules
 * (genlm_grammar_expand_ignored ()). The limits bound the states of the
 * terminals, and of a text the rules that are open and the terminals that are
 * meant at once; the memory of all tables; again the memory of what is kept of
 * columns, and of weights for each vocabulary; and a multiple of it is what all
 * contexts may hold. The deadline holds for compiling, for each 65,536 bytes of a
 * text that is read, and for what is asked about one. */
GenlmByteMachine *
genlm_wcfg_machine_new (const GenlmGrammar       *grammar,
                        const GenlmEngineLimits  *limits,
                        GError                  **error)
{
  g_autoptr (GenlmWcfgLexer) lexer = NULL;
  g_autoptr (GenlmWeightedGrammar) weighted = NULL;
  GenlmBudget budget;
  WcfgMachine *self;
  guint64 memory;

  genlm_budget_init (&budget, "Compiling", "grammar", limits);
  lexer = make_lexer (grammar, limits, &budget, error);
  if (lexer == NULL)
    return NULL;
  weighted = genlm_weighted_grammar_new (grammar, lexer, &budget, error);
  if (weighted == NULL)
    return NULL;
  memory = genlm_wcfg_lexer_get_memory (lexer) + genlm_weighted_grammar_get_memory (weighted);
  if (memory > limits->max_memory)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to compile the grammar: its tables take %" G_GUINT64_FORMAT
                   " bytes, more than %" G_GUINT64_FORMAT " (max-memory)",
                   memory, limits->max_memory);
      return NULL;
    }
  self = g_new0 (WcfgMachine, 1);
  genlm_byte_machine_init (&self->parent, &wcfg_machine_class);
  g_mutex_init (&self->mutex);
  self->scratches = g_ptr_array_new_with_free_func (scratch_free);
  self->lexer = g_steal_pointer (&lexer);
  self->log_total = weighted->log_total;
  self->max_readings = limits->max_states;
  self->deadline = limits->deadline;
  self->max_memory = limits->max_memory;
  self->memory = memory;
  self->grammar = weighted;
  self->chart = genlm_wcfg_chart_new (g_steal_pointer (&weighted), limits->max_states,
                                      limits->max_memory);
  return &self->parent;
}

void
genlm_wcfg_machine_get_figures (GenlmByteMachine *machine,
                                GenlmWcfgFigures *figures)
{
  WcfgMachine *self = (WcfgMachine *) machine;

  figures->memory = self->memory;
  figures->n_columns = genlm_wcfg_chart_get_n_columns (self->chart);
}

const GenlmWeightedGrammar *
genlm_wcfg_machine_peek_grammar (GenlmByteMachine *machine)
{
  return ((WcfgMachine *) machine)->grammar;
}

const GenlmWcfgLexer *
genlm_wcfg_machine_peek_lexer (GenlmByteMachine *machine)
{
  return ((WcfgMachine *) machine)->lexer;
}

GenlmWcfgChart *
genlm_wcfg_machine_get_chart (GenlmByteMachine *machine)
{
  return ((WcfgMachine *) machine)->chart;
}

const GenlmWcfgReading *
genlm_wcfg_state_peek_readings (const GenlmWcfgState *state,
                                guint                *n_readings)
{
  *n_readings = state->n_readings;
  return state->readings;
}
