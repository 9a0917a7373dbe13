#include <genlm-testing.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "asking.h"
#include "vocabs.h"

static GenlmPotential *
make (const char *property,
      const char *value)
{
  return make_element ("wfsa", property, value, "");
}

static void
assert_near (double value,
             double expected,
             double tolerance)
{
  if (value != expected && !(fabs (value - expected) <= tolerance))
    g_error ("%.17g is not %.17g within %g", value, expected, tolerance);
}

/* @next says what has weight: pairs of a byte, or 256 for the end, and its log
 * weight, up to a byte below zero. */
static void
check (GenlmPotential *potential,
       const char     *text,
       double          prefix,
       double          complete,
       const double   *next)
{
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GenlmWeights) weights = NULL;
  double expected[257];
  guint i;

  assert_near (ask_prefix (potential, context), prefix, 1e-12);
  assert_near (ask_complete (potential, context), complete, 1e-12);
  if (next == NULL)
    return;
  for (i = 0; i < 257; i++)
    expected[i] = -INFINITY;
  for (i = 0; next[i] >= 0; i += 2)
    expected[(guint) next[i]] = next[i + 1];
  weights = ask_next (potential, context);
  g_assert_cmpuint (genlm_weights_get_size (weights), ==, 257);
  for (i = 0; i < 257; i++)
    assert_near (genlm_weights_get (weights, i), expected[i], 1e-12);
}

#define LN2 0.6931471805599453
#define LN3 1.0986122886681098
#define NEXT(...) ((const double[]) { __VA_ARGS__, -1 })

static void
test_pattern (void)
{
  g_autoptr (GenlmPotential) choice = make ("pattern", "a(b|c)");
  g_autoptr (GenlmPotential) loop = make ("pattern", "(ab|ac|d)*");
  g_autoptr (GenlmPotential) accents = make ("pattern", "(\xc3\xa9|\xc3\xa8|a)b");
  g_autoptr (GenlmPotential) dot = make ("pattern", ".");
  g_autoptr (GenlmPotential) wide = try_make_element ("wfsa", "pattern", ".", ", 'charset': <'a\xc3\xa9'>", NULL);

  check (choice, "", 0, -INFINITY, NEXT ('a', 0));
  check (choice, "a", 0, -INFINITY, NEXT ('b', -LN2, 'c', -LN2));
  check (choice, "ab", -LN2, -LN2, NEXT (256, 0));
  check (choice, "c", -INFINITY, -INFINITY, NULL);
  check (loop, "", 0, -LN3, NEXT ('a', -LN3, 'd', -LN3, 256, -LN3));
  check (loop, "abd", -2.890371757896, -3.988984046564, NEXT ('a', -LN3, 'd', -LN3, 256, -LN3));
  check (accents, "", 0, -INFINITY, NEXT (0xc3, -0.4054651081082, 'a', -LN3));
  check (accents, "\xc3", -0.4054651081082, -INFINITY, NEXT (0xa8, -LN2, 0xa9, -LN2));
  check (dot, "a", -4.595119850135, -4.595119850135, NEXT (256, 0));
  check (dot, "\xc3\xa9", -INFINITY, -INFINITY, NULL);
  check (wide, "", 0, -INFINITY, NEXT (0xc3, -LN2, 'a', -LN2));
  check (wide, "\xc3\xa9", -LN2, -LN2, NEXT (256, 0));
}

#define FAN "0 1 a 2\n1 2 b\n1 2 c\n1 3 d\n2\n"

static void
test_text (void)
{
  g_autoptr (GenlmPotential) fan = make ("text", FAN);
  g_autoptr (GenlmPotential) logs = make ("text", "# far below what a double holds\n"
                                                  "%weights log\n"
                                                  "start end a -2000\n"
                                                  "start end \\xe9 -3000.5\n"
                                                  "end\n");
  g_autoptr (GenlmPotential) costs = make ("text", "%weights negative-log\n"
                                                   "%initial s 1\n"
                                                   "s e \xe2\x82\xac \xe2\x82\xac 0.5\n"
                                                   "s e \\u{20ac} Infinity\n"
                                                   "e 0.25\n");

  check (fan, "", 2 * LN2, -INFINITY, NEXT ('a', 0));
  check (fan, "a", 2 * LN2, -INFINITY, NEXT ('b', -LN2, 'c', -LN2));
  check (fan, "ac", LN2, LN2, NEXT (256, 0));
  check (fan, "ad", -INFINITY, -INFINITY, NULL);
  check (logs, "", -2000, -INFINITY, NEXT ('a', 0, 0xe9, -1000.5));
  check (logs, "\xe9", -3000.5, -3000.5, NEXT (256, 0));
  check (costs, "", -1.75, -INFINITY, NEXT (0xe2, 0));
  check (costs, "\xe2\x82", -1.75, -INFINITY, NEXT (0xac, 0));
  check (costs, "\xe2\x82\xac", -1.75, -1.75, NEXT (256, 0));
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("genlm-wfsa-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "fan.txt", NULL);
  g_autoptr (GenlmPotential) fan = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GenlmPotential) rebuilt = NULL;

  g_assert_no_error (error);
  g_file_set_contents (path, FAN, -1, &error);
  g_assert_no_error (error);
  fan = make ("file", path);
  check (fan, "ab", LN2, LN2, NEXT (256, 0));
  recipe = genlm_potential_to_recipe (fan, &error);
  g_assert_no_error (error);
  rebuilt = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  check (rebuilt, "ab", LN2, LN2, NEXT (256, 0));
  g_assert_null (try_make_element ("wfsa", "file", folder, "", &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_null (try_make_element ("wfsa", "file", path, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
  g_rmdir (folder);
}

static void
test_empty_language (void)
{
  static const struct
  {
    const char *property;
    const char *value;
  } empty[] = { { "pattern", "[]" }, { "text", "" }, { "text", "0 1 a 0.5\n" },
                { "text", "0 0 a 3\n1\n" }, { "text", "0 1 a 0\n1\n" } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr (GenlmPotential) potential = make (empty[i].property, empty[i].value);
      g_autoptr (GenlmContext) context = genlm_context_new ();
      g_autoptr (GError) error = NULL;

      check (potential, "", -INFINITY, -INFINITY, NULL);
      check (potential, "a", -INFINITY, -INFINITY, NULL);
      g_assert_null (genlm_potential_logw_next_sync (potential, context, NULL, &error));
      g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
      g_assert_nonnull (strstr (error->message, "wfsa"));
    }
}

static void
check_refusal (const char *property,
               const char *value,
               const char *more,
               int         code,
               const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_make_element ("wfsa", property, value, more, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, code);
  g_assert_nonnull (strstr (error->message, "wfsa"));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_refusals (void)
{
  const int invalid = GENLM_POTENTIAL_ERROR_INVALID_PROPERTY;
  g_autoptr (GError) error = NULL;

  check_refusal ("pattern", "a(b", "", invalid, "at byte 1:");
  check_refusal ("pattern", "a\\b", "", GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "\\b");
  check_refusal ("pattern", "a", ", 'text': <'0'>", invalid, "exactly one");
  check_refusal ("text", "0", ", 'charset': <'a'>", invalid, "charset");
  check_refusal ("text", "0 0 a 0.5\n0 0 ab 1\n", "", invalid, "line 2: the label \"ab\"");
  check_refusal ("text", "0 0 a -1", "", invalid, "line 1: the weight \"-1\"");
  check_refusal ("text", "0 0 a nan", "", invalid, "line 1: the weight \"nan\"");
  check_refusal ("text", "0 0 a inf", "", invalid, "\"inf\"");
  check_refusal ("text", "0 0 a 1e-999", "", invalid, "%weights log");
  check_refusal ("text", "%weights log\n0 nan", "", invalid, "line 2: the weight \"nan\"");
  check_refusal ("text", "%weights log\n0 inf", "", invalid, "line 2");
  check_refusal ("text", "0 0 a b 1", "", invalid, "labels differ");
  check_refusal ("text", "0 0 a a 1 2", "", invalid, "more than 5 fields");
  check_refusal ("text", "0 0 a b", "", invalid, "expected a weight");
  check_refusal ("text", "0 0 \\q", "", invalid, "escape");
  check_refusal ("text", "0 0 \\ud800", "", invalid, "escape");
  check_refusal ("text", "%what 1", "", invalid, "%what");
  check_refusal ("text", "0\n%weights log", "", invalid, "before the first state");
  check_refusal ("text", "# x\n\n0 1 a 1\n1 0 b 1\n1", "", invalid, "states 0, 1");
  check_refusal ("text", "s 1 <eps> 0.5\n1 1 <eps> 1\n1", "", invalid, "state 1 ");
  check_refusal ("text", "0 1 a\n1 2 b\n2", ", 'max-states': <uint32 2>",
                 GENLM_POTENTIAL_ERROR_LIMIT, "max-states=2");
  check_refusal ("text", "0 1 a\n1 2 b\n2", ", 'max-memory': <uint64 40>",
                 GENLM_POTENTIAL_ERROR_LIMIT, "max-memory=40");
  g_assert_null (genlm_element_make ("wfsa", g_variant_new_parsed ("@a{sv} {}"), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "exactly one"));
}

static void
test_not_ready (void)
{
  g_autoptr (GenlmPotential) made = make ("pattern", "a");
  g_autoptr (GenlmPotential) raw = g_object_new (G_OBJECT_TYPE (made), "pattern", "a", NULL);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) spawn_error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (raw, empty, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_assert_null (genlm_potential_spawn (raw, &spawn_error));
  g_assert_error (spawn_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_assert_true (g_initable_init (G_INITABLE (raw), NULL, NULL));
  g_assert_true (ask_prefix (raw, empty) == 0.0);
  g_assert_true (genlm_potential_get_vocab (made) == genlm_vocab_bytes ());
}

/* The last two are what pruning would drop. */
static GenlmVocab *
make_texts_vocab (void)
{
  static const char *const texts[] = { "a", "ab", "ac", "d", "dd", "bd", "cab", "e", "xa" };

  return make_vocab_for_texts (texts, G_N_ELEMENTS (texts));
}

static void
check_tokens (GenlmPotential *potential,
              const guint32  *tokens,
              gsize           n_tokens,
              double          prefix,
              double          complete,
              const double   *next)
{
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (tokens, n_tokens);
  g_autoptr (GenlmWeights) weights = ask_next (potential, context);
  gsize i;

  assert_near (ask_prefix (potential, context), prefix, 1e-12);
  assert_near (ask_complete (potential, context), complete, 1e-12);
  for (i = 0; i < 10; i++)
    assert_near (genlm_weights_get (weights, i), next[i], 1e-12);
}

static void
test_size (void)
{
  g_autoptr (GenlmPotential) fan = make ("text", FAN);
  guint n_states[2];
  guint64 memory[2];

  g_object_get (fan, "n-states", &n_states[0], "memory", &memory[0], NULL);
  check (fan, "ab", LN2, LN2, NULL);
  g_object_get (fan, "n-states", &n_states[1], "memory", &memory[1], NULL);
  g_assert_cmpuint (n_states[0], ==, 1);
  g_assert_cmpuint (n_states[1], ==, 3);
  g_assert_cmpuint (memory[0], >, 0);
  g_assert_cmpuint (memory[1], >, memory[0]);
}

static void
test_coerced (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("pattern", "(ab|ac|d)*");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (base, vocab, &error);
  const double zero = -INFINITY;
  const double between[] = { -LN3, -1.791759469228, -1.791759469228, -LN3, -2.197224577336,
                             zero, zero, zero, zero, -LN3 };
  const double inside[] = { zero, zero, zero, zero, zero, -1.791759469228, -2.484906649788,
                            zero, zero, zero };

  g_assert_no_error (error);
  g_assert_true (G_OBJECT_TYPE (coerced) == G_OBJECT_TYPE (base));
  check_tokens (coerced, NULL, 0, 0, -LN3, between);
  check_tokens (coerced, (const guint32[]) { 0 }, 1, -LN3, zero, inside);
  check_tokens (coerced, (const guint32[]) { 0, 5 }, 2, -2.890371757896, -3.988984046564, between);
  check_tokens (coerced, (const guint32[]) { 3 }, 1, -LN3, -2.197224577336, between);
}

static void
test_product (void)
{
  g_autoptr (GenlmPotential) left = make ("pattern", "a(b|c)");
  g_autoptr (GenlmPotential) right = make ("pattern", "(a|b)*c");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmProduct) product = genlm_product_new (left, right, &error);

  g_assert_no_error (error);
  check (GENLM_POTENTIAL (product), "", 0, -INFINITY, NEXT ('a', -LN3));
  check (GENLM_POTENTIAL (product), "a", -LN3, -INFINITY,
         NEXT ('b', -1.791759469228, 'c', -1.791759469228));
  check (GENLM_POTENTIAL (product), "ac", -2.890371757896, -2.890371757896, NEXT (256, 0));
  check (GENLM_POTENTIAL (product), "ab", -2.890371757896, -INFINITY, NEXT (-1));
}

static void
test_copies (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("text", FAN);
  g_autoptr (GenlmPotential) coerced = genlm_potential_coerce (base, vocab, NULL);
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (coerced, NULL);
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (coerced, NULL);
  g_autoptr (GenlmPotential) rebuilt = NULL;
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) expected = ask_next (coerced, context);
  g_autoptr (GenlmWeights) by_spawn = ask_next (spawn, context);
  g_autoptr (GenlmWeights) by_recipe = NULL;
  g_autoptr (GError) error = NULL;
  gsize i;

  rebuilt = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  by_recipe = ask_next (rebuilt, context);
  for (i = 0; i < genlm_weights_get_size (expected); i++)
    {
      g_assert_true (genlm_weights_get (by_spawn, i) == genlm_weights_get (expected, i));
      g_assert_true (genlm_weights_get (by_recipe, i) == genlm_weights_get (expected, i));
    }
}

/* A million bytes: the weight is known, and most steps lose next to nothing
 * of it. */
static void
test_long (void)
{
  g_autoptr (GenlmPotential) nondeterministic = make ("text", "0 0 a 0.3\n0 1 a 0.2\n1 1 a 0.9\n"
                                                              "0 0.1\n1 0.1\n");
  g_autoptr (GenlmPotential) slow = make ("text", "0 0 a 0.99999904632568359375\n"
                                                  "0 9.5367431640625e-07\n");
  g_autoptr (GenlmPotential) pattern = make ("pattern", "[ab]*");
  g_autofree char *text = g_strnfill (1000000, 'a');
  g_autoptr (GenlmContext) context = new_context (text);
  /* In state 1: 0.2 (0.9^n - 0.3^n) / (0.9 - 0.3), of which one. */
  const double expected = 1000000 * log (0.9) + log (0.2 / 0.6);
  const double decay = 1000000 * log1p (-9.5367431640625e-07);

  assert_near (ask_prefix (nondeterministic, context), expected, 1e-9 * fabs (expected));
  assert_near (ask_complete (nondeterministic, context), expected + log (0.1),
               1e-9 * fabs (expected));
  assert_near (ask_prefix (slow, context), decay, 1e-9);
  assert_near (ask_prefix (pattern, context), -1000000 * LN3, 1e-9 * 1000000);
}

/* -- threads --------------------------------------------------------------- */

#define N_THREADS 4

typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *root;
  guint           turn;
  double          sum;
} Hammer;

/* Asks about all texts of a few letters, in an order of its own. */
static gpointer
hammer (gpointer data)
{
  Hammer *self = data;
  guint i;
  guint j;

  for (i = 0; i < 64; i++)
    {
      guint number = (i * 37 + self->turn * 11) % 64;
      g_autoptr (GenlmContext) context = genlm_context_ref (self->root);
      g_autoptr (GenlmWeights) weights = NULL;

      for (j = 0; j < 3; j++)
        {
          GenlmContext *longer = genlm_context_append (context, 'a' + (number >> (2 * j)) % 3);

          genlm_context_unref (context);
          context = longer;
        }
      weights = ask_next (self->potential, context);
      self->sum += (number + 1) * (ask_prefix (self->potential, context)
                                   + genlm_weights_get (weights, 'a'));
    }
  return NULL;
}

static double
hammer_all (GenlmPotential *potential)
{
  g_autoptr (GenlmContext) root = genlm_context_new ();
  Hammer hammers[N_THREADS];
  GThread *threads[N_THREADS];
  guint i;

  for (i = 0; i < N_THREADS; i++)
    {
      hammers[i] = (Hammer) { potential, root, i };
      threads[i] = g_thread_new ("hammer", hammer, &hammers[i]);
    }
  for (i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      assert_near (hammers[i].sum, hammers[0].sum, 1e-9 * fabs (hammers[0].sum));
    }
  return hammers[0].sum;
}

/* With room for all states and for a few, which threads make together. */
static void
test_threads (void)
{
  const char *text = "0 0 a .3\n0 1 a .2\n0 0 c .2\n0 1 b .1\n1 0 b .3\n1 1 b .2\n1 1 a .1\n"
                     "1 0 c .2\n0 .1\n1 .1\n";
  g_autoptr (GenlmPotential) roomy = make ("text", text);
  g_autoptr (GenlmPotential) narrow = try_make_element ("wfsa", "text", text, ", 'max-states': <uint32 5>", NULL);
  double sum = hammer_all (roomy);

  g_assert_true (isfinite (sum));
  assert_near (hammer_all (narrow), sum, 1e-9 * fabs (sum));
}

static void
test_laws (void)
{
  const char *texts[] = { "", "a", "ab", "aab", "ba", "c" };
  g_autoptr (GenlmPotential) potential = make ("text", "%initial 0 0.5\n%initial 1 0.25\n"
                                                       "0 0.2\n1 0.35\n0 0 a 0.3\n0 1 a 0.2\n"
                                                       "0 1 <eps> 0.1\n1 1 b 0.4\n1 0 <eps> 0.05\n");
  g_autoptr (GenlmHarness) harness = genlm_harness_new (potential);
  g_autoptr (GenlmBatch) contexts = genlm_batch_new ();
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GenlmContext) context = new_context (texts[i]);

      genlm_batch_append (contexts, context);
    }
  genlm_harness_check_all (harness, contexts, &error);
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  genlm_init ();
  g_test_add_func ("/wfsa/pattern", test_pattern);
  g_test_add_func ("/wfsa/text", test_text);
  g_test_add_func ("/wfsa/file", test_file);
  g_test_add_func ("/wfsa/empty-language", test_empty_language);
  g_test_add_func ("/wfsa/refusals", test_refusals);
  g_test_add_func ("/wfsa/not-ready", test_not_ready);
  g_test_add_func ("/wfsa/size", test_size);
  g_test_add_func ("/wfsa/coerced", test_coerced);
  g_test_add_func ("/wfsa/product", test_product);
  g_test_add_func ("/wfsa/copies", test_copies);
  g_test_add_func ("/wfsa/long", test_long);
  g_test_add_func ("/wfsa/threads", test_threads);
  g_test_add_func ("/wfsa/laws", test_laws);
  return g_test_run ();
}
