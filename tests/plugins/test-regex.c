#include <genlm.h>

#include <math.h>
#include <string.h>

#include "asking.h"
#include "vocabs.h"

static GenlmPotential *
make (const char *pattern)
{
  return make_element ("regex", "pattern", pattern, "");
}

/* The law that binds the answers: what may follow is what has weight with it
 * appended, and the end is the weight as a whole. Asked of a fresh context, so
 * that nothing is known of its states. */
static void
check_laws (GenlmPotential *potential,
            GenlmContext   *context)
{
  guint32 n_tokens = genlm_vocab_get_size (genlm_potential_get_vocab (potential));
  g_autoptr (GenlmTokenSet) mask = ask_mask (potential, context);
  g_autoptr (GenlmTokenSet) again = ask_mask (potential, context);
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  guint32 token;

  g_assert_true (genlm_token_set_equal (mask, again));
  weights = genlm_potential_logw_next_sync (potential, context, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_weights_get_size (weights), ==, n_tokens + 1);
  for (token = 0; token < n_tokens; token++)
    {
      g_autoptr (GenlmContext) longer = genlm_context_append (context, token);
      double weight = ask_prefix (potential, longer);

      g_assert_true (weight == genlm_weights_get (weights, token));
      g_assert_cmpint (weight == 0.0, ==, genlm_token_set_contains (mask, token));
    }
  g_assert_true (ask_complete (potential, context) == genlm_weights_get (weights, n_tokens));
  g_assert_cmpint (ask_complete (potential, context) == 0.0, ==,
                   genlm_token_set_contains (mask, n_tokens));
}

static void
check_weights (const char *pattern,
               const char *text,
               double      prefix,
               double      complete)
{
  g_autoptr (GenlmPotential) potential = make (pattern);
  g_autoptr (GenlmContext) context = new_context (text);

  g_assert_true (ask_prefix (potential, context) == prefix);
  g_assert_true (ask_complete (potential, context) == complete);
  if (prefix == 0.0)
    check_laws (potential, context);
}

static void
test_weights (void)
{
  check_weights ("a(b|c)", "", 0, -INFINITY);
  check_weights ("a(b|c)", "a", 0, -INFINITY);
  check_weights ("a(b|c)", "ab", 0, 0);
  check_weights ("a(b|c)", "abc", -INFINITY, -INFINITY);
  check_weights ("(\xc3\xa9|\xc3\xa8|a)b", "\xc3", 0, -INFINITY);
  check_weights ("(\xc3\xa9|\xc3\xa8|a)b", "\xc3\xa9" "b", 0, 0);
  check_weights (".", "\xc3", 0, -INFINITY);
  check_weights (".", "\xc3\xa9", 0, 0);
  check_weights (".", "\xc3\x28", -INFINITY, -INFINITY);
  check_weights ("[\\s\\S]*[eE]njoy\\s+[A-Za-z]+[iI][nN][gG][\\s\\S]*", "I enjoy walking.", 0, 0);
  check_weights ("[\\s\\S]*[eE]njoy\\s+[A-Za-z]+[iI][nN][gG][\\s\\S]*", "I enjoy films.", 0,
                 -INFINITY);
  check_weights ("(?!.*the)[a-z ]*", "is th", 0, 0);
  check_weights ("(?!.*the)[a-z ]*", "is the", -INFINITY, -INFINITY);
}

static void
test_empty_language (void)
{
  g_autoptr (GenlmPotential) potential = make ("(?=a)b");
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (ask_prefix (potential, empty) == -INFINITY);
  g_assert_true (ask_complete (potential, empty) == -INFINITY);
  g_assert_null (genlm_potential_logw_next_sync (potential, empty, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
}

static void
test_zero_prefix (void)
{
  g_autoptr (GenlmPotential) potential = make ("a+");
  g_autoptr (GenlmContext) context = new_context ("ab");
  g_autoptr (GError) next_error = NULL;
  g_autoptr (GError) mask_error = NULL;

  g_assert_null (genlm_potential_logw_next_sync (potential, context, NULL, &next_error));
  g_assert_error (next_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
  g_assert_nonnull (strstr (next_error->message, "regex"));
  g_assert_nonnull (strstr (next_error->message, "ab"));
  g_assert_null (genlm_potential_mask_next_sync (potential, context, NULL, &mask_error));
  g_assert_error (mask_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX);
}

static void
check_refusal (const char *pattern,
               const char *more,
               int         code,
               const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (try_make_element ("regex", "pattern", pattern, more, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, GENLM_POTENTIAL_ERROR, code);
  g_assert_nonnull (strstr (error->message, "regex"));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_refusals (void)
{
  g_autoptr (GError) error = NULL;

  check_refusal ("a(b", "", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "at byte 1:");
  check_refusal ("ab|*", "", GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "\n     ^");
  check_refusal ("a\\b", "", GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "\\b");
  check_refusal ("(a|b|c|d){20}", ", 'max-memory': <uint64 200>", GENLM_POTENTIAL_ERROR_LIMIT,
                 "max-memory=200");
  g_assert_null (genlm_element_make ("regex", g_variant_new_parsed ("@a{sv} {}"), &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY);
  g_assert_nonnull (strstr (error->message, "pattern"));
}

static void
test_limit_later (void)
{
  g_autoptr (GenlmPotential) potential = NULL;
  g_autoptr (GenlmContext) context = new_context ("abbababbbabaaabababababbbbaaaabbab");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) mask_error = NULL;

  potential = try_make_element ("regex", "pattern", "[ab]*a[ab]{20}", ", 'max-states': <uint32 20>, 'name': <'evil'>", NULL);
  g_assert_true (isnan (genlm_potential_prefix_sync (potential, context, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "evil"));
  g_assert_nonnull (strstr (error->message, "max-states=20"));
  g_assert_null (genlm_potential_mask_next_sync (potential, context, NULL, &mask_error));
  g_assert_error (mask_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

static void
test_not_ready (void)
{
  g_autoptr (GenlmPotential) made = make ("a");
  g_autoptr (GenlmPotential) raw = g_object_new (G_OBJECT_TYPE (made), "pattern", "a", NULL);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) spawn_error = NULL;

  g_assert_true (isnan (genlm_potential_prefix_sync (raw, empty, NULL, &error)));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_assert_null (genlm_potential_spawn (raw, &spawn_error));
  g_assert_error (spawn_error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY);
  g_assert_true (g_initable_init (G_INITABLE (raw), NULL, NULL));
  g_assert_true (g_initable_init (G_INITABLE (raw), NULL, NULL));
  g_assert_true (ask_prefix (raw, empty) == 0.0);
}

static void
test_properties (void)
{
  g_autoptr (GenlmPotential) limited = try_make_element ("regex", "pattern", ".", ", 'charset': <'abc'>", NULL);
  g_autoptr (GenlmPotential) all = make (".");
  g_autoptr (GenlmContext) d = new_context ("d");
  GenlmTraits traits = genlm_potential_get_traits (all);

  g_assert_true (ask_prefix (limited, d) == -INFINITY);
  g_assert_true (ask_prefix (all, d) == 0.0);
  g_assert_true (genlm_potential_get_vocab (all) == genlm_vocab_bytes ());
  g_assert_cmpuint (traits, ==, GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE
                                  | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
}

/* Tokens one of which is empty, two are equal and two cut a character. */
static GenlmVocab *
make_texts_vocab (void)
{
  static const char *const texts[] = { "a", "ab", "ac", "d", "dd", "bd", "cab", "", "d", "\xc3", "\xa9", "\xc3\xa9" "d" };

  return make_vocab_for_texts (texts, G_N_ELEMENTS (texts));
}

static void
check_tokens (GenlmPotential *potential,
              const guint32  *tokens,
              gsize           n_tokens,
              const char     *allowed)
{
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (tokens, n_tokens);
  g_autoptr (GenlmTokenSet) mask = ask_mask (potential, context);
  gsize i;

  for (i = 0; i < genlm_token_set_get_size (mask); i++)
    g_assert_cmpint (genlm_token_set_contains (mask, (guint32) i), ==, allowed[i] == '1');
  check_laws (potential, context);
}

static void
test_coerced (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("(ab|ac|d|\xc3\xa9)*");
  g_autoptr (GenlmPotential) coerced = coerce (base, vocab);
  g_autoptr (GenlmPotential) back = coerce (coerced, genlm_vocab_bytes ());
  g_autoptr (GenlmContext) dead = genlm_context_new_for_tokens ((const guint32[]) { 0, 0 }, 2);
  g_autoptr (GenlmContext) text = new_context ("ab\xc3");

  g_assert_true (G_OBJECT_TYPE (coerced) == G_OBJECT_TYPE (base));
  g_assert_true (genlm_potential_get_vocab (coerced) == vocab);
  check_tokens (coerced, NULL, 0, "1111100111011");
  check_tokens (coerced, (const guint32[]) { 0 }, 1, "0000011100000");
  check_tokens (coerced, (const guint32[]) { 0, 5 }, 2, "1111100111011");
  check_tokens (coerced, (const guint32[]) { 9 }, 1, "0000000100100");
  check_tokens (coerced, (const guint32[]) { 9, 7, 10 }, 3, "1111100111011");
  g_assert_true (ask_prefix (coerced, dead) == -INFINITY);
  g_assert_true (genlm_potential_get_vocab (back) == genlm_vocab_bytes ());
  g_assert_true (ask_prefix (back, text) == 0.0);
}

/* One node of a context stands for other things in other vocabularies. */
static void
test_shared_context (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("\x01");
  g_autoptr (GenlmPotential) coerced = coerce (base, vocab);
  g_autoptr (GenlmPotential) other = make ("\x02");
  g_autoptr (GenlmContext) context = new_context ("\x01");

  g_assert_true (ask_prefix (base, context) == 0.0);
  g_assert_true (ask_prefix (coerced, context) == -INFINITY);
  g_assert_true (ask_prefix (other, context) == -INFINITY);
}

/* All masks along a text, one after another, as one string. */
static char *
trace (GenlmPotential *potential,
       const guint32  *tokens,
       gsize           n_tokens)
{
  GString *result = g_string_new (NULL);
  g_autoptr (GenlmContext) context = genlm_context_new ();
  gsize i;
  guint32 token;

  for (i = 0; i <= n_tokens; i++)
    {
      g_autoptr (GenlmTokenSet) mask = ask_mask (potential, context);

      for (token = 0; token < genlm_token_set_get_size (mask); token++)
        g_string_append_c (result, genlm_token_set_contains (mask, token) ? '1' : '0');
      if (i < n_tokens)
        {
          GenlmContext *longer = genlm_context_append (context, tokens[i]);

          genlm_context_unref (context);
          context = longer;
        }
    }
  return g_string_free (result, FALSE);
}

static const guint32 text[] = { 3, 0, 5, 9, 10, 1, 4 };

static void
test_copies (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("(ab|ac|d|\xc3\xa9)*");
  g_autoptr (GenlmPotential) coerced = coerce (base, vocab);
  g_autoptr (GenlmPotential) spawn = genlm_potential_spawn (coerced, NULL);
  g_autoptr (GVariant) recipe = genlm_potential_to_recipe (coerced, NULL);
  g_autoptr (GVariant) base_recipe = genlm_potential_to_recipe (base, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) rebuilt = NULL;
  g_autofree char *expected = trace (coerced, text, G_N_ELEMENTS (text));
  g_autofree char *again = trace (coerced, text, G_N_ELEMENTS (text));
  g_autofree char *by_spawn = trace (spawn, text, G_N_ELEMENTS (text));
  g_autofree char *by_recipe = NULL;
  g_autofree char *printed = g_variant_print (base_recipe, FALSE);

  rebuilt = genlm_element_from_recipe (recipe, &error);
  g_assert_no_error (error);
  by_recipe = trace (rebuilt, text, G_N_ELEMENTS (text));
  g_assert_cmpstr (again, ==, expected);
  g_assert_cmpstr (by_spawn, ==, expected);
  g_assert_cmpstr (by_recipe, ==, expected);
  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (rebuilt), vocab));
  g_assert_cmpstr (printed, ==, "('regex', {'pattern': <'(ab|ac|d|\xc3\xa9)*'>})");
}

/* A mask of many tokens that is asked for again is the same object; one of few
 * is another with the same list; with too little memory to keep any the bits
 * are equal. */
static void
test_cache (void)
{
  g_autoptr (GenlmPotential) dense = make (".*");
  g_autoptr (GenlmPotential) kept = make ("[ab]*");
  g_autoptr (GenlmPotential) unkept = try_make_element ("regex", "pattern", "[ab]*", ", 'max-memory': <uint64 570>", NULL);
  g_autoptr (GenlmContext) context = new_context ("ab");
  g_autoptr (GenlmTokenSet) all = ask_mask (dense, context);
  g_autoptr (GenlmTokenSet) again = ask_mask (dense, context);
  g_autoptr (GenlmTokenSet) first = ask_mask (kept, context);
  g_autoptr (GenlmTokenSet) second = ask_mask (kept, context);
  g_autoptr (GenlmTokenSet) third = ask_mask (unkept, context);
  g_autoptr (GenlmTokenSet) fourth = ask_mask (unkept, context);

  g_assert_true (all == again);
  g_assert_true (genlm_token_set_equal (first, second));
  g_assert_true (third != fourth);
  g_assert_true (genlm_token_set_equal (first, third));
  g_assert_true (genlm_token_set_equal (first, fourth));
}

static void
test_product (void)
{
  g_autoptr (GenlmPotential) left = make ("a(b|c)");
  g_autoptr (GenlmPotential) right = make ("(a|b)*c");
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmProduct) product = genlm_product_new (left, right, &error);
  g_autoptr (GenlmContext) ac = new_context ("ac");
  g_autoptr (GenlmContext) ab = new_context ("ab");
  g_autoptr (GenlmTokenSet) mask = NULL;

  g_assert_no_error (error);
  g_assert_true (ask_complete (GENLM_POTENTIAL (product), ac) == 0.0);
  g_assert_true (ask_prefix (GENLM_POTENTIAL (product), ab) == 0.0);
  mask = ask_mask (GENLM_POTENTIAL (product), ab);
  g_assert_cmpuint (genlm_token_set_get_count (mask), ==, 0);
}

static void
test_long (void)
{
  g_autoptr (GenlmPotential) potential = make (".*");
  g_autofree char *bytes = g_strnfill (1000000, 'a');
  g_autoptr (GenlmContext) context = new_context (bytes);
  g_autoptr (GenlmContext) longer = genlm_context_append (context, 0xc3);
  g_autoptr (GenlmContext) dead = genlm_context_append (longer, 'a');

  g_assert_true (ask_prefix (potential, longer) == 0.0);
  g_assert_true (ask_complete (potential, longer) == -INFINITY);
  g_assert_true (ask_prefix (potential, context) == 0.0);
  g_assert_true (ask_complete (potential, context) == 0.0);
  g_assert_true (ask_prefix (potential, dead) == -INFINITY);
}

typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *root;
  guint           seed;
  guint           checksum;
} Hammer;

static gpointer
hammer (gpointer data)
{
  Hammer *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);
  guint round;
  guint i;

  for (round = 0; round < 100; round++)
    {
      g_autoptr (GenlmContext) context = genlm_context_ref (self->root);

      for (i = 0; i < 12; i++)
        {
          g_autoptr (GenlmTokenSet) mask = ask_mask (self->potential, context);
          g_autofree guint32 *tokens = NULL;
          GenlmContext *longer;
          gsize n_tokens;

          tokens = genlm_token_set_dup_tokens (mask, &n_tokens);
          self->checksum = self->checksum * 31 + (guint) n_tokens;
          if (n_tokens == 0 || tokens[0] == genlm_vocab_get_eos (genlm_potential_get_vocab (self->potential)))
            break;
          longer = genlm_context_append (context, tokens[g_rand_int_range (rand, 0, (int) n_tokens)
                                                         % (n_tokens > 1 ? n_tokens - 1 : 1)]);
          genlm_context_unref (context);
          context = longer;
        }
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GenlmVocab) vocab = make_texts_vocab ();
  g_autoptr (GenlmPotential) base = make ("(?!.*dab)(a|b|c|d)*a(b|a|c|d){4}\xc3\xa9*");
  g_autoptr (GenlmPotential) shared = coerce (base, vocab);
  g_autoptr (GenlmContext) root = genlm_context_new ();
  Hammer hammers[8];
  GThread *threads[8];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      hammers[i] = (Hammer) { shared, root, i / 2, 0 };
      threads[i] = g_thread_new ("hammer", hammer, &hammers[i]);
    }
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GenlmPotential) alone_base = make ("(?!.*dab)(a|b|c|d)*a(b|a|c|d){4}\xc3\xa9*");
      g_autoptr (GenlmPotential) alone = coerce (alone_base, vocab);
      g_autoptr (GenlmContext) other_root = genlm_context_new ();
      Hammer expected = { alone, other_root, i / 2, 0 };

      hammer (&expected);
      g_assert_cmpuint (hammers[i].checksum, ==, expected.checksum);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/regex/weights", test_weights);
  g_test_add_func ("/regex/empty-language", test_empty_language);
  g_test_add_func ("/regex/zero-prefix", test_zero_prefix);
  g_test_add_func ("/regex/refusals", test_refusals);
  g_test_add_func ("/regex/limit-later", test_limit_later);
  g_test_add_func ("/regex/not-ready", test_not_ready);
  g_test_add_func ("/regex/properties", test_properties);
  g_test_add_func ("/regex/coerced", test_coerced);
  g_test_add_func ("/regex/shared-context", test_shared_context);
  g_test_add_func ("/regex/copies", test_copies);
  g_test_add_func ("/regex/cache", test_cache);
  g_test_add_func ("/regex/product", test_product);
  g_test_add_func ("/regex/long", test_long);
  g_test_add_func ("/regex/threads", test_threads);
  return g_test_run ();
}
