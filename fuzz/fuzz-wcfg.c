/* A weighted grammar and, behind a zero byte, a text: whatever they are, the
 * grammar is read or refused with an error that can be shown, and what is built
 * keeps the promises of a machine of weights along the text: no weight is NaN, a
 * longer text has no more than a shorter one, what may follow has what the
 * longer text has and sums to one, and a text without weight stays without. It
 * is the same where all that was kept is forgotten. */
#include "fuzz.h"

#include "genlm-grammar-rules.h"
#include "genlm-lark-reader.h"
#include "genlm-potential.h"
#include "genlm-wcfg-machine.h"

#include <math.h>
#include <string.h>

/* The grammar, and after the first NUL byte the text. */
#define SEED(grammar, text) { grammar "\0" text, sizeof (grammar) + sizeof (text) - 1 }

/* Longer texts are cut. */
#define MAX_TEXT (64u)

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED ("0.3: S -> ( S ) S\n0.7: S ->\n", "(())()"),
  SEED ("0.25: S -> S S\n0.5: S -> a\n.1: S -> A\n1e-3: A -> S\n0.2: A -> \xc3\xa9", "aa\xc3\xa9"),
  SEED ("1: S -> X Y\n2: X -> Y X\n0.3: X -> x\n0.1: Y ->\n1e-200: Y -> y Y\n", "xyyx"),
  SEED ("start: 0.2: start \"+\" term | 0.8: term\nterm: 0.5: /[0-9]+/ | 0.5: \"(\" start \")\"\n"
        "%ignore / +/\n",
        "(1 + 2)+30"),
  SEED ("start: A B\nA: /a+/\nB: /ab?/\n%ignore \" \"\n", "aa ab"),
  SEED ("start: x | start x\nx: /[ab]*/ y\ny: 0.4: start \"c\" | 0.1: \"\303\251\"~1..3 | 0.5:\n", "abcab"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static void
check_error (const GError *error)
{
  g_assert (error != NULL);
  g_assert (g_utf8_validate (error->message, -1, NULL));
}

/* Sums of large logarithms are good to what a double says of them. */
static gboolean
is_near (double a,
         double b)
{
  return a == b || fabs (a - b) <= 1e-9 * MAX (1.0, MAX (fabs (a), fabs (b)));
}

typedef struct
{
  GenlmByteMachine *machine;
  GenlmTrieIndex   *index;
  gpointer          view;
  gpointer          state;
  double            prefix;
  double            complete;
} Place;

/* FALSE when a limit is passed, here and below. */
static gboolean
place_weigh (Place *place)
{
  g_autoptr (GError) error = NULL;

  if (!place->machine->klass->weigh (place->machine, place->state, &place->prefix,
                                     &place->complete, &error))
    {
      check_error (error);
      return FALSE;
    }
  g_assert (!isnan (place->prefix) && !isnan (place->complete));
  g_assert (place->prefix < INFINITY);
  g_assert (place->complete <= place->prefix || is_near (place->complete, place->prefix));
  return TRUE;
}

static gboolean
place_advance (Place  *place,
               guint8  byte)
{
  g_autoptr (GError) error = NULL;
  gpointer next;
  double before = place->prefix;

  next = place->machine->klass->advance (place->machine, place->state, &byte, 1, &error);
  if (next == NULL)
    {
      check_error (error);
      return FALSE;
    }
  place->machine->klass->unref_state (place->state);
  place->state = next;
  if (!place_weigh (place))
    return FALSE;
  g_assert (place->prefix <= before || is_near (place->prefix, before));
  return TRUE;
}

/* All that the machine keeps goes. */
static void
place_forget (Place *place)
{
  place->machine->klass->free_view (place->view);
  place->view = place->machine->klass->make_view (place->machine, place->index);
  genlm_wcfg_chart_forget (genlm_wcfg_machine_get_chart (place->machine));
}

static gboolean
place_begin (Place            *place,
             GenlmByteMachine *machine,
             GenlmTrieIndex   *index)
{
  place->machine = machine;
  place->index = index;
  place->view = machine->klass->make_view (machine, index);
  place->state = machine->klass->dup_start (machine);
  return place_weigh (place);
}

static void
place_end (Place *place)
{
  place->machine->klass->unref_state (place->state);
  place->machine->klass->free_view (place->view);
}

static GenlmWeights *
dup_next (const Place *place)
{
  g_autoptr (GError) error = NULL;
  GenlmWeights *weights;

  weights = place->machine->klass->make_weights (place->machine, place->view, place->index,
                                                 place->state, &error);
  if (weights == NULL)
    check_error (error);
  return weights;
}

static void
check_next (const Place  *place,
            GenlmWeights *weights,
            guint8        byte)
{
  Place longer = *place;

  longer.state = place->machine->klass->ref_state (place->state);
  if (place_advance (&longer, byte))
    g_assert (is_near (place->prefix + genlm_weights_get (weights, byte), longer.prefix));
  place->machine->klass->unref_state (longer.state);
}

/* What may follow, over bytes: twice, since what is kept is asked for then. */
static gboolean
check_place (const Place *place,
             const Place *plain,
             guint8       byte)
{
  g_autoptr (GenlmWeights) weights = dup_next (place);
  g_autoptr (GenlmWeights) again = dup_next (place);
  g_autoptr (GenlmWeights) plain_weights = dup_next (plain);

  if (weights == NULL || again == NULL || plain_weights == NULL)
    return FALSE;
  for (gsize i = 0; i <= 256; i++)
    {
      double weight = genlm_weights_get (weights, i);

      g_assert (!isnan (weight));
      g_assert (weight <= 1e-9);
      g_assert (weight == genlm_weights_get (again, i));
      g_assert (is_near (weight, genlm_weights_get (plain_weights, i)));
    }
  g_assert (fabs (genlm_weights_logsumexp (weights)) <= 1e-9);
  g_assert (is_near (place->prefix + genlm_weights_get (weights, 256), place->complete));
  check_next (place, weights, byte);
  check_next (place, weights, (guint8) (byte + 1));
  check_next (place, weights, 'a');
  return TRUE;
}

static gboolean
check_step (Place  *place,
            Place  *plain,
            guint8  byte)
{
  gboolean is_dead = place->prefix == -INFINITY;

  g_assert (is_near (place->prefix, plain->prefix));
  g_assert (is_near (place->complete, plain->complete));
  if (!is_dead && !check_place (place, plain, byte))
    return FALSE;
  place_forget (plain);
  if (!place_advance (place, byte) || !place_advance (plain, byte))
    return FALSE;
  g_assert (!is_dead || place->prefix == -INFINITY);
  return TRUE;
}

static void
check_text (const GenlmGrammar *grammar,
            const guint8       *text,
            gsize               size)
{
  const GenlmEngineLimits limits = { 2000, 1 << 20, 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteMachine) machine = genlm_wcfg_machine_new (grammar, &limits, &error);
  g_autoptr (GenlmByteMachine) plain_machine = NULL;
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  gboolean goes_on;
  Place place;
  Place plain;

  if (machine == NULL)
    {
      check_error (error);
      return;
    }
  plain_machine = genlm_wcfg_machine_new (grammar, &limits, NULL);
  if (plain_machine == NULL)
    return;
  goes_on = place_begin (&place, machine, index);
  goes_on = place_begin (&plain, plain_machine, index) && goes_on;
  for (gsize i = 0; i < MIN (size, MAX_TEXT) && goes_on; i++)
    goes_on = check_step (&place, &plain, text[i]);
  place_end (&place);
  place_end (&plain);
}

static GenlmGrammar *
read_grammar (const char  *text,
              gsize        length,
              gboolean     single,
              GError     **error)
{
  const GenlmLarkOptions options = { .ignore = single ? GENLM_GRAMMAR_IGNORE_SINGLE
                                                      : GENLM_GRAMMAR_IGNORE_REPEATED };

  if (length > 0 && (g_ascii_isdigit (text[0]) || text[0] == '.'))
    return genlm_grammar_new_from_rules (text, length, NULL, error);
  return genlm_grammar_new_from_lark (text, length, &options, error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  const guint8 *zero = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = zero != NULL ? (gsize) (zero - data) : size;
  g_autoptr (GenlmGrammar) grammar = NULL;
  g_autoptr (GenlmGrammar) expanded = NULL;
  g_autoptr (GError) error = NULL;

  grammar = read_grammar ((const char *) data, length, size % 2 == 1, &error);
  if (grammar != NULL)
    expanded = genlm_grammar_expand_ignored (grammar, &error);
  if (expanded == NULL)
    {
      check_error (error);
      return 0;
    }
  if (zero != NULL)
    check_text (expanded, zero + 1, size - length - 1);
  return 0;
}
