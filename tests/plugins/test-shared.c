/* One compiled constraint, asked by many threads at once: each hears what it
 * would hear of one of its own. Built with the thread sanitizer, it is what
 * tells whether anything that is kept for all is kept safely. */

#include <genlm.h>

#include <math.h>
#include <string.h>

#include "asking.h"
#include "vocabs.h"

#define N_THREADS (6u)
#define N_WALKS   (25u)
#define MAX_STEPS (12u)

typedef struct
{
  const char *name;
  const char *element;
  const char *properties;
} Case;

static const Case cases[] = {
  { "regex", "regex", "{'pattern': <'(?!.*dab)(a|b|c|d|[0-9])*a(b|a|c|d){4}(?<!aa)\303\251*'>}" },
  { "wfsa", "wfsa", "{'pattern': <'([ab]c?|d{1,9})*[0-9]+'>}" },
  { "wfsa-text", "wfsa", "{'text': <'0 0 a 0.3\\n0 1 a 0.2\\n1 0 b 0.5\\n1 1 c 0.1\\n0 0.4\\n1 0.3\\n'>}" },
  { "cfg", "cfg", "{'grammar': <'start: v\\nv: N | \"[\" [v (\",\" v)*] \"]\" | \"{\" [W \":\" v] \"}\" | v \"a\" v\\n"
                  "N: /[0-9]+/\\nW: /[ab]+c?/\\n%ignore / +/\\n'>}" },
  { "wcfg", "wcfg", "{'grammar': <'start: 0.5: N | 0.2: \"[\" start \",\" start \"]\" | 0.3: \"a\" start\\n"
                    "N: /[0-9]{1,3}/\\n%ignore \" \"\\n'>}" },
  { "json-schema", "json-schema",
    "{'schema': <'{\"type\": [\"object\", \"array\"], \"properties\": {\"a\": {\"enum\": [1, 10, \"b\"]}, \"b\": {\"$ref\": \"#\"}},"
    " \"patternProperties\": {\"^c\": {\"multipleOf\": 3}}, \"minProperties\": 1, \"maxProperties\": 3, \"contains\": {\"type\": \"integer\"},"
    " \"uniqueItems\": true, \"oneOf\": [{\"required\": [\"a\"]}, {\"items\": {\"maximum\": 31}, \"type\": \"array\"}],"
    " \"unevaluatedProperties\": {\"pattern\": \"^(a|b)*c\"}}'>}" },
};

static const char *const pieces[] = {
  "a", "b", "c", "d", "ab", "ba", "aa", "dab", "abc", "\303\251", "\303", "\251", "0", "1", "2", "3", "10", "27", "31", "333",
  "[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\"b", "\":", "\": ", "{\"", "\"}", "],", " ", "  ", ", \"", "1,", "[1", "]]", "-", ".",
};

typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *root;
  guint           seed;
  GArray         *heard;
} Asker;

static GenlmPotential *
make (const Case *self,
      GenlmVocab *vocab)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) over_bytes = NULL;

  over_bytes = genlm_element_make (self->element, g_variant_new_parsed (self->properties), &error);
  g_assert_no_error (error);
  return coerce (over_bytes, vocab);
}

/* One of the tokens that have weight; EOS if there is no other. */
static guint32
draw (GenlmWeights *weights,
      GRand        *rand)
{
  const double *values = genlm_weights_peek (weights);
  guint32 eos = (guint32) genlm_weights_get_size (weights) - 1;
  guint32 drawn = eos;
  guint n_live = 0;
  guint32 token;

  for (token = 0; token < eos; token++)
    if (values[token] > -INFINITY && g_rand_int_range (rand, 0, (gint32) ++n_live) == 0)
      drawn = token;
  return drawn;
}

/* What is said of a context: the weight as a start and as a whole, and of each
 * token. */
static GenlmWeights *
listen (Asker        *self,
        GenlmContext *context)
{
  double prefix = ask_prefix (self->potential, context);
  double complete = ask_complete (self->potential, context);
  GenlmWeights *weights = ask_next (self->potential, context);

  g_array_append_val (self->heard, prefix);
  g_array_append_val (self->heard, complete);
  g_array_append_vals (self->heard, genlm_weights_peek (weights), genlm_weights_get_size (weights));
  return weights;
}

static void
walk (Asker *self,
      GRand *rand)
{
  g_autoptr (GenlmContext) context = genlm_context_ref (self->root);
  guint i;

  for (i = 0; i < MAX_STEPS; i++)
    {
      g_autoptr (GenlmWeights) weights = listen (self, context);
      g_autoptr (GenlmContext) shorter = g_steal_pointer (&context);
      guint32 token = draw (weights, rand);

      if (token == genlm_weights_get_size (weights) - 1)
        return;
      context = genlm_context_append (shorter, token);
    }
}

static gpointer
ask (gpointer data)
{
  Asker *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);
  guint i;

  for (i = 0; i < N_WALKS; i++)
    walk (self, rand);
  return NULL;
}

/* What is kept decides in which order weights are added up, so their last bits
 * may differ. */
static void
assert_alike (GArray *heard,
              GArray *expected)
{
  guint i;

  g_assert_cmpuint (heard->len, ==, expected->len);
  for (i = 0; i < heard->len; i++)
    {
      double x = g_array_index (heard, double, i);
      double y = g_array_index (expected, double, i);

      g_assert_true (x == y || fabs (x - y) <= 1e-9 * MAX (1.0, fabs (y)));
    }
}

static void
test_threads (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (GenlmVocab) vocab = make_vocab_for_texts (pieces, G_N_ELEMENTS (pieces));
  g_autoptr (GenlmPotential) shared = make (self, vocab);
  g_autoptr (GenlmContext) root = genlm_context_new ();
  Asker askers[N_THREADS];
  GThread *threads[N_THREADS];
  guint i;

  /* Two of each kind, so that some ask the same at the same time. */
  for (i = 0; i < N_THREADS; i++)
    {
      askers[i] = (Asker) { shared, root, i / 2, g_array_new (FALSE, FALSE, sizeof (double)) };
      threads[i] = g_thread_new ("asker", ask, &askers[i]);
    }
  for (i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < N_THREADS; i++)
    {
      g_autoptr (GenlmPotential) alone = make (self, vocab);
      g_autoptr (GenlmContext) own_root = genlm_context_new ();
      g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (double));
      Asker asker = { alone, own_root, i / 2, expected };

      ask (&asker);
      g_assert_cmpuint (expected->len, >, 10 * G_N_ELEMENTS (pieces));
      assert_alike (askers[i].heard, expected);
      g_array_unref (askers[i].heard);
    }
}

int
main (int    argc,
      char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/shared/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_threads);
    }
  return g_test_run ();
}
