#include <genlm.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "asking.h"

typedef struct
{
  char *folder;
  char *file;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = g_dir_make_tmp ("genlm-ngram-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->file = g_build_filename (fixture->folder, "text.txt", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_remove (fixture->file);
  g_rmdir (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->folder);
}

static void
write_text (Fixture    *fixture,
            const char *text)
{
  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
}

/* Takes a text of properties, such as `{'order': <uint32 2>}`. */
static GenlmPotential *
make (const char *properties)
{
  g_autoptr (GError) error = NULL;
  GVariant *values = g_variant_new_parsed (properties);
  GenlmPotential *potential = genlm_element_make ("ngram", values, &error);

  g_assert_no_error (error);
  return potential;
}

#define LINES ", 'split': <'lines'>"

static GenlmPotential *
make_tiny (Fixture    *fixture,
           const char *more)
{
  g_autofree char *properties = g_strdup_printf ("{'file': <'%s'>, 'discount': <0.5>%s}",
                                                 fixture->file, more);

  return make (properties);
}

static void
assert_near (double have,
             double want)
{
  g_assert_cmpfloat_with_epsilon (have, want, 1e-12);
}

static void
assert_normalised (GenlmPotential *potential,
                   GenlmContext   *context)
{
  g_autoptr (GenlmWeights) weights = ask_next (potential, context);
  double sum = 0;

  for (gsize i = 0; i < genlm_weights_get_size (weights); i++)
    {
      g_assert_true (isfinite (genlm_weights_get (weights, i)));
      sum += exp (genlm_weights_get (weights, i));
    }
  assert_near (sum, 1);
}

/* The text is the sequences "ab" and "ac": a, b, c and the end occur 2, 1, 1
 * and 2 times, so that with a discount of 1/2 the share of what is uniform
 * over 257 symbols is 1/2 · 4 / 6. */
#define UNIFORM (1.0 / 3 / 257)
#define P_A     (1.5 / 6 + UNIFORM)
#define P_B     (0.5 / 6 + UNIFORM)
#define P_END   (1.5 / 6 + UNIFORM)

static void
test_unigram (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmContext) far = new_context ("xyz");
  g_autoptr (GenlmWeights) weights = NULL;

  write_text (fixture, "ab\nac\n");
  potential = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'order': <uint32 1>");
  weights = ask_next (potential, far);

  g_assert_true (genlm_potential_get_vocab (potential) == genlm_vocab_bytes ());
  assert_near (exp (genlm_weights_get (weights, 'a')), P_A);
  assert_near (exp (genlm_weights_get (weights, 'b')), P_B);
  assert_near (exp (genlm_weights_get (weights, 'c')), P_B);
  assert_near (exp (genlm_weights_get (weights, 'z')), UNIFORM);
  assert_near (exp (genlm_weights_get (weights, '\n')), UNIFORM);
  assert_near (exp (genlm_weights_get (weights, 256)), P_END);
  assert_normalised (potential, empty);
  assert_normalised (potential, far);
}

static void
test_bigram (Fixture       *fixture,
             gconstpointer  data)
{
  /* At the start only a, twice; after a one b and one c; after b the end. */
  const double a_first = 1.5 / 2 + 0.5 / 2 * P_A;
  const double b_after_a = 0.5 / 2 + 1.0 / 2 * P_B;
  const double end_after_b = 0.5 + 0.5 * P_END;
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmContext) ab = new_context ("ab");
  g_autoptr (GenlmContext) unseen = new_context ("abzq");
  g_autoptr (GenlmWeights) first = NULL;
  g_autoptr (GenlmWeights) after_unseen = NULL;

  write_text (fixture, "ab\nac\n");
  potential = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'order': <uint32 2>");

  first = ask_next (potential, empty);
  assert_near (exp (genlm_weights_get (first, 'a')), a_first);
  assert_near (exp (genlm_weights_get (first, 'b')), 0.25 * P_B);
  assert_near (exp (genlm_weights_get (first, 256)), 0.25 * P_END);
  g_assert_cmpfloat (ask_prefix (potential, empty), ==, 0);
  assert_near (ask_prefix (potential, ab), log (a_first) + log (b_after_a));
  assert_near (genlm_potential_complete_sync (potential, ab, NULL, NULL),
               log (a_first) + log (b_after_a) + log (end_after_b));
  assert_near (genlm_potential_complete_sync (potential, empty, NULL, NULL), log (0.25 * P_END));

  /* What was never seen is followed by what follows nothing. */
  after_unseen = ask_next (potential, unseen);
  assert_near (exp (genlm_weights_get (after_unseen, 'a')), P_A);
  assert_normalised (potential, empty);
  assert_normalised (potential, ab);
}

static void
test_trigram (Fixture       *fixture,
              gconstpointer  data)
{
  /* After "ab" of "abab": an a and an end. */
  const double p_a = (2 - 0.5) / 5 + 0.5 * 3 / 5 / 257;
  const double a_after_b = 0.5 / 2 + 0.5 * p_a;
  const double a_after_ab = 0.5 / 2 + 0.5 * a_after_b;
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) ab = new_context ("ab");
  g_autoptr (GenlmContext) zab = new_context ("zab");
  g_autoptr (GenlmContext) zb = new_context ("zb");
  g_autoptr (GenlmWeights) after_ab = NULL;
  g_autoptr (GenlmWeights) after_zab = NULL;
  g_autoptr (GenlmWeights) after_zb = NULL;

  write_text (fixture, "abab\n");
  potential = make_tiny (fixture, ", 'unit': <'bytes'>, 'order': <uint32 3>");
  after_ab = ask_next (potential, ab);
  after_zab = ask_next (potential, zab);
  after_zb = ask_next (potential, zb);

  assert_near (exp (genlm_weights_get (after_ab, 'a')), a_after_ab);
  assert_near (exp (genlm_weights_get (after_zab, 'a')), a_after_ab);
  assert_near (exp (genlm_weights_get (after_zb, 'a')), a_after_b);
  assert_normalised (potential, ab);
}

static void
test_words (Fixture       *fixture,
            gconstpointer  data)
{
  const char *words[] = { " big", " dog", "One", "don't" };
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GBytes) text = g_bytes_new_static ("One big cat.\xc3\xbc", 14);
  g_autoptr (GenlmContext) spelled = NULL;
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;
  GenlmVocab *vocab;
  guint32 token;

  write_text (fixture, "One big dog, \n\n  don't '\n");
  potential = make_tiny (fixture, "");
  vocab = genlm_potential_get_vocab (potential);

  g_assert_cmpint (genlm_vocab_get_kind (vocab), ==, GENLM_VOCAB_KIND_TOKENS);
  g_assert_cmpuint (genlm_vocab_get_size (vocab), ==, 256 + G_N_ELEMENTS (words));
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GBytes) word = g_bytes_new_static (words[i], strlen (words[i]));

      g_assert_true (genlm_vocab_find (vocab, word, &token));
      g_assert_cmpuint (token, ==, 256 + i);
    }

  /* Bytes spell what no word does. */
  spelled = genlm_vocab_encode (vocab, text, &error);
  g_assert_no_error (error);
  back = genlm_vocab_decode (vocab, spelled);
  g_assert_true (g_bytes_equal (back, text));
  assert_normalised (potential, spelled);
}

static void
test_split (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GenlmPotential) lines = NULL;
  g_autoptr (GenlmPotential) paragraphs = NULL;
  g_autoptr (GenlmContext) a = new_context ("a");
  g_autoptr (GenlmWeights) after_line = NULL;
  g_autoptr (GenlmWeights) after_paragraph = NULL;

  write_text (fixture, "\r\na\nb\n \t\nc");
  lines = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'order': <uint32 2>");
  paragraphs = make_tiny (fixture, ", 'unit': <'bytes'>, 'order': <uint32 2>");
  after_line = ask_next (lines, a);
  after_paragraph = ask_next (paragraphs, a);

  g_assert_cmpfloat (genlm_weights_get (after_line, 256), >, log (0.5));
  g_assert_cmpfloat (genlm_weights_get (after_paragraph, '\n'), >, log (0.5));
}

static void
test_own_text (void)
{
  g_autoptr (GenlmPotential) potential = make ("{'prompt': <'The capital of France is'>}");
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GenlmWeights) weights = ask_next (potential, context);
  gsize n;
  g_autofree guint32 *best = genlm_weights_top_k (weights, 1, &n);
  g_autoptr (GBytes) token = genlm_vocab_dup_token (genlm_potential_get_vocab (potential), best[0]);
  g_autoptr (GBytes) paris = g_bytes_new_static (" Paris", 6);

  g_assert_true (g_bytes_equal (token, paris));
  g_assert_cmpfloat (genlm_weights_get (weights, best[0]), >, log (0.5));
  g_assert_cmpfloat (ask_prefix (potential, context), ==, 0);
  assert_normalised (potential, context);
  g_assert_cmpint (genlm_potential_get_traits (potential), ==, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
}

static void
test_prompt (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GenlmPotential) plain = NULL;
  g_autoptr (GenlmPotential) prompted = NULL;
  g_autoptr (GenlmContext) context = new_context ("ba");
  g_autoptr (GenlmContext) both = new_context ("abba");
  g_autoptr (GenlmContext) prompt = new_context ("ab");

  write_text (fixture, "abba\nabac\n");
  plain = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'order': <uint32 4>");
  prompted = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'order': <uint32 4>, 'prompt': <'ab'>");

  assert_near (ask_prefix (prompted, context), ask_prefix (plain, both) - ask_prefix (plain, prompt));
}

static void
test_temperature (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GenlmPotential) plain = NULL;
  g_autoptr (GenlmPotential) hot = NULL;
  g_autoptr (GenlmContext) a = new_context ("a");
  g_autoptr (GenlmWeights) at_one = NULL;
  g_autoptr (GenlmWeights) at_two = NULL;

  write_text (fixture, "ab\nac\n");
  plain = make_tiny (fixture, LINES ", 'unit': <'bytes'>");
  hot = make_tiny (fixture, LINES ", 'unit': <'bytes'>, 'temperature': <2.0>");
  at_one = ask_next (plain, a);
  at_two = ask_next (hot, a);

  assert_near (genlm_weights_get (at_two, 'b') - genlm_weights_get (at_two, 'z'),
               (genlm_weights_get (at_one, 'b') - genlm_weights_get (at_one, 'z')) / 2);
  assert_normalised (hot, a);
  g_assert_cmpfloat (ask_prefix (hot, a), <, 0);
}

static void
test_copies (void)
{
  g_autoptr (GenlmPotential) potential = make ("{'prompt': <'There is'>, 'order': <uint32 4>, 'name': <'lm'>,"
                                               " 'temperature': <0.5>, 'timeout': <uint32 1000>}");
  g_autoptr (GenlmPotential) spawn = NULL;
  g_autoptr (GenlmPotential) built = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GenlmContext) context = new_context (" cat.");
  g_autoptr (GError) error = NULL;

  spawn = genlm_potential_spawn (potential, &error);
  g_assert_no_error (error);
  g_assert_true (spawn != potential);
  g_assert_cmpfloat (ask_prefix (spawn, context), ==, ask_prefix (potential, context));
  g_assert_cmpstr (genlm_potential_base_get_name (GENLM_POTENTIAL_BASE (spawn)), ==, "lm");
  g_assert_cmpuint (genlm_potential_base_get_timeout (GENLM_POTENTIAL_BASE (spawn)), ==, 1000);

  recipe = genlm_potential_to_recipe (potential, &error);
  g_assert_no_error (error);
  built = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (ask_prefix (built, context), ==, ask_prefix (potential, context));
}

/* A context that is longer than any stack. */
static void
test_long (void)
{
  const gsize n = 100000;
  g_autoptr (GenlmPotential) potential = make ("{'unit': <'bytes'>}");
  g_autofree char *text = g_strnfill (n, 'e');
  g_autoptr (GenlmContext) context = new_context (text);
  g_autoptr (GenlmContext) longer = genlm_context_append (context, 'e');
  double weight = ask_prefix (potential, context);

  g_assert_true (isfinite (weight));
  g_assert_cmpfloat (ask_prefix (potential, longer), <, weight);
}

typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *context;
} Shared;

static gpointer
ask_in_thread (gpointer data)
{
  const Shared *shared = data;
  double *answer = g_new (double, 1);

  *answer = ask_prefix (shared->potential, shared->context);
  return answer;
}

/* All threads start at the same long context, of which nothing is known yet. */
static void
test_threads (void)
{
  g_autoptr (GenlmPotential) potential = make ("{'unit': <'bytes'>, 'order': <uint32 4>}");
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (potential, NULL);
  g_autofree char *text = g_strnfill (20000, 'e');
  g_autoptr (GenlmContext) context = new_context (text);
  Shared shared = { potential, context };
  double want = ask_prefix (spawn, context);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_in_thread, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree double *have = g_thread_join (threads[i]);

      g_assert_cmpfloat (*have, ==, want);
    }
}

static void
assert_refused (GVariant            *properties,
                GenlmPotentialError  code,
                const char          *part)
{
  g_autoptr (GError) error = NULL;
  gpointer potential = genlm_element_make ("ngram", properties, &error);

  g_assert_null (potential);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_refusals (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  assert_refused (g_variant_new_parsed ("{'file': <%s>}", fixture->file),
                  GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, fixture->file);
  assert_refused (g_variant_new_parsed ("{'file': <%s>}", fixture->folder),
                  GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "not a regular file");
  write_text (fixture, "");
  assert_refused (g_variant_new_parsed ("{'file': <%s>}", fixture->file),
                  GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "it is empty");
  write_text (fixture, " \n\n\t\r\n");
  assert_refused (g_variant_new_parsed ("{'file': <%s>}", fixture->file),
                  GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "it is empty");

  g_assert_null (genlm_element_make ("ngram", g_variant_new_parsed ("{'order': <uint32 0>}"), &error));
  g_assert_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_OUT_OF_RANGE);
}

/* Whoever makes an object past the registry is told what is missing. */
static void
test_not_ready (void)
{
  g_autoptr (GenlmPotential) ready = make ("@a{sv} {}");
  g_autoptr (GenlmPotential) potential = g_object_new (G_OBJECT_TYPE (ready), NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (potential, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_clear_error (&error);
  g_assert_null (genlm_potential_spawn (potential, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
}

/* A file must not grow past what is counted. A hole takes no room on the disk. */
static void
test_too_large (Fixture       *fixture,
                gconstpointer  data)
{
  write_text (fixture, "a");
  g_assert_cmpint (truncate (fixture->file, (33 << 20)), ==, 0);
  assert_refused (g_variant_new_parsed ("{'file': <%s>}", fixture->file),
                  GENLM_POTENTIAL_ERROR_LIMIT, "take a smaller text");
}

/* Another process must not build another model of a file that has changed. */
static void
test_changed (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GError) error = NULL;

  write_text (fixture, "one two");
  potential = make_tiny (fixture, "");
  recipe = genlm_potential_to_recipe (potential, &error);
  g_assert_no_error (error);

  write_text (fixture, "one two three");
  g_assert_null (genlm_element_from_recipe (recipe, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/plugins/ngram/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("unigram", test_unigram);
  ADD ("bigram", test_bigram);
  ADD ("trigram", test_trigram);
  ADD ("words", test_words);
  ADD ("split", test_split);
  ADD ("prompt", test_prompt);
  ADD ("temperature", test_temperature);
  ADD ("refusals", test_refusals);
  ADD ("too-large", test_too_large);
  ADD ("changed", test_changed);
#undef ADD
  g_test_add_func ("/plugins/ngram/own-text", test_own_text);
  g_test_add_func ("/plugins/ngram/copies", test_copies);
  g_test_add_func ("/plugins/ngram/long", test_long);
  g_test_add_func ("/plugins/ngram/threads", test_threads);
  g_test_add_func ("/plugins/ngram/not-ready", test_not_ready);

  return g_test_run ();
}
