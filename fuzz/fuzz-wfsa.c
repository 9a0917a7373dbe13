/* Any bytes are either an automaton or an error that can be shown. What is
 * built keeps the promises of a machine of weights along a text: no weight is
 * NaN, what may follow has what the longer text has and sums to one, and a text
 * without weight stays without. Room for states or none, it is the same. */
#include "fuzz.h"

#include "genlm-potential.h"
#include "genlm-wfsa-machine.h"
#include "genlm-wfsa-reader.h"

#include <math.h>
#include <string.h>

/* The automaton, and after the first NUL byte the text. */
#define SEED(automaton, text) { automaton "\0" text, sizeof (automaton) + sizeof (text) - 1 }

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  SEED ("0 1 a 2\n1 2 b 1\n1 2 c\n1 3 d 1e0\n2\n", "ab"),
  SEED ("%initial 0 0.5\n%initial 1 .25\n0 .2\n1 .35\n0 0 a .3\n0 1 a .2\n0 1 <eps> .1\n1 1 b .4\n"
        "1 0 <epsilon> .05\n",
        "aabab"),
  SEED ("# costs\n%weights negative-log\ns t \xe2\x82\xac \xe2\x82\xac 1.5\nt s \\u{1f600} 0.2\nt 700\n",
        "\xe2\x82\xac\xf0\x9f\x98\x80"),
  SEED ("%weights log\nA B \\x41 -900\nA B \\n -2000\nB A \\s 100\nB -inf\nA 0.5\r\n", "A A"),
  SEED ("0 0 \\u00e9 0.999999\n0 0 <eps> 0.0000005\n0 1 <eps> 0.0000005\n1 0 <eps> 1\n0 1e-300", "\xc3\xa9"),
  SEED ("x x a 1.5\ny 1\n", ""),
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
  g_assert (error->domain == GENLM_POTENTIAL_ERROR);
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
  gpointer          state;
  double            prefix;
  double            complete;
} Place;

static void
place_weigh (Place *place)
{
  g_assert (place->machine->klass->weigh (place->machine, place->state, &place->prefix,
                                          &place->complete, NULL));
  g_assert (!isnan (place->prefix) && !isnan (place->complete));
  g_assert (place->prefix < INFINITY);
  g_assert (place->complete <= place->prefix || is_near (place->complete, place->prefix));
}

static void
place_advance (Place  *place,
               guint8  byte)
{
  gpointer next = place->machine->klass->advance (place->machine, place->state, &byte, 1, NULL);
  double before = place->prefix;

  g_assert (next != NULL);
  place->machine->klass->unref_state (place->state);
  place->state = next;
  place_weigh (place);
  g_assert (place->prefix <= before || is_near (place->prefix, before));
}

/* What may follow, over bytes. */
static void
check_next (const Place    *place,
            gpointer        view,
            GenlmTrieIndex *index,
            const Place    *after,
            guint8          byte)
{
  g_autoptr (GenlmWeights) weights = NULL;

  weights = place->machine->klass->make_weights (place->machine, view, index, place->state, NULL);
  g_assert (weights != NULL);
  g_assert (fabs (genlm_weights_logsumexp (weights)) <= 1e-9);
  g_assert (is_near (place->prefix + genlm_weights_get (weights, byte), after->prefix));
  g_assert (is_near (place->prefix + genlm_weights_get (weights, 256), place->complete));
}

static void
check_walk (GenlmWeightedDfa *dfa,
            GenlmWeightedDfa *small_dfa,
            const guint8     *text,
            gsize             size)
{
  g_autoptr (GenlmByteMachine) machine = genlm_wfsa_machine_new (dfa, 1 << 16);
  g_autoptr (GenlmByteMachine) small_machine = genlm_wfsa_machine_new (small_dfa, 1 << 16);
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  gpointer view = machine->klass->make_view (machine, index);
  Place place = { machine, machine->klass->dup_start (machine) };
  Place small = { small_machine, small_machine->klass->dup_start (small_machine) };

  place_weigh (&place);
  place_weigh (&small);
  for (gsize i = 0; i < size; i++)
    {
      Place before = { machine, machine->klass->ref_state (place.state), place.prefix,
                       place.complete };

      place_advance (&place, text[i]);
      place_advance (&small, text[i]);
      g_assert (is_near (place.prefix, small.prefix));
      g_assert (is_near (place.complete, small.complete));
      if (before.prefix > -INFINITY)
        check_next (&before, view, index, &place, text[i]);
      machine->klass->unref_state (before.state);
    }
  machine->klass->unref_state (place.state);
  machine->klass->unref_state (small.state);
  machine->klass->free_view (view);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  GenlmEngineLimits limits = { 500, 1 << 20, 1000 };
  const guint8 *end = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = end != NULL ? (gsize) (end - data) : size;
  g_autoptr (GenlmWfsa) wfsa = NULL;
  g_autoptr (GenlmWeightedDfa) dfa = NULL;
  g_autoptr (GenlmWeightedDfa) small = NULL;
  g_autoptr (GError) error = NULL;

  wfsa = genlm_wfsa_read ((const char *) data, length, &limits, &error);
  if (wfsa != NULL)
    dfa = genlm_weighted_dfa_new_for_wfsa (wfsa, &limits, &error);
  if (dfa == NULL)
    {
      check_error (error);
      return 0;
    }
  limits.max_states = 2;
  small = genlm_weighted_dfa_new_for_wfsa (wfsa, &limits, NULL);
  if (end != NULL && small != NULL)
    check_walk (dfa, small, end + 1, MIN (size - length - 1, 64));
  return 0;
}
