#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-char-exprs.h"
#include "genlm-regex-dfa.h"
#include "random-exprs.h"

static const RandomExprs random_exprs = { "ecaabb", "uuiin..oo", 12, 30 };

/* Two expressions must say the same of all words of up to @depth letters,
 * unless finding out takes too much. */
static void
check_equal (GenlmByteExprs *exprs,
             GenlmByteExpr   expr,
             GenlmByteExpr   clamped,
             guint           depth)
{
  gboolean nullable = genlm_byte_exprs_is_nullable (exprs, expr);
  gboolean live = genlm_byte_exprs_is_live (exprs, expr);
  gboolean clamped_live = genlm_byte_exprs_is_live (exprs, clamped);
  guint8 letter;

  if (!genlm_byte_exprs_check (exprs, NULL))
    return;
  g_assert_cmpint (nullable, ==, genlm_byte_exprs_is_nullable (exprs, clamped));
  g_assert_cmpint (live, ==, clamped_live);
  if (expr == clamped || depth == 0)
    return;
  for (letter = 'a'; letter <= 'b'; letter++)
    check_equal (exprs, genlm_byte_exprs_derive (exprs, expr, letter),
                 genlm_byte_exprs_derive (exprs, clamped, letter), depth - 1);
}

static void
test_random (void)
{
  GenlmEngineLimits limits = { 10000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  guint n_clamped = 0;
  guint seed;

  for (seed = 0; seed < 3000; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
      GenlmByteExpr expr = make_random_expr (&random_exprs, exprs, rand, 1 + seed % 5);
      guint depth = (guint) g_rand_int_range (rand, 1, 7);
      guint8 classes[256];
      GenlmByteExpr clamped;

      genlm_byte_exprs_seal (exprs, classes);
      clamped = genlm_byte_exprs_clamp (exprs, expr, depth);
      g_assert_true (genlm_byte_exprs_clamp (exprs, expr, depth) == clamped);
      if (!genlm_byte_exprs_check (exprs, NULL))
        continue;
      n_clamped += clamped != expr;
      check_equal (exprs, expr, clamped, depth);
    }
  g_assert_cmpuint (n_clamped, >, 500);
}

/* How many states are left of those along a text of letters "a". */
static guint
count_along (GenlmByteDfa   *dfa,
             GenlmByteState *state,
             guint           length,
             gsize           n_bytes)
{
  g_autoptr (GHashTable) states = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < length; i++)
    {
      GenlmByteState *clamped = genlm_byte_dfa_clamp (dfa, state, n_bytes, &error);

      g_assert_no_error (error);
      g_assert_true (clamped == genlm_byte_dfa_clamp (dfa, state, n_bytes, &error));
      g_assert_cmpint (clamped->accepting, ==, state->accepting);
      g_hash_table_add (states, clamped);
      state = genlm_byte_dfa_step (dfa, state, 'a', &error);
      g_assert_no_error (error);
      g_assert_true (state != dfa->dead);
    }
  return g_hash_table_size (states);
}

static guint
count_clamped (const char *pattern,
               guint       length,
               gsize       n_bytes)
{
  GenlmEngineLimits limits = { 100000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;

  dfa = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  return count_along (dfa, dfa->start, length, n_bytes);
}

static void
test_states (void)
{
  g_assert_cmpuint (count_clamped (".{0,10000}", 5000, 100), ==, 1);
  g_assert_cmpuint (count_clamped (".{0,10000}", 5000, 1023), ==, 1);
  g_assert_cmpuint (count_clamped (".{0,10000}", 5000, 1025), ==, 5000);
  g_assert_cmpuint (count_clamped (".{9000,10000}", 5000, 100), ==, 1);
  g_assert_cmpuint (count_clamped ("(a{1,3}[^b]){1,3000}x{7,9000}", 5000, 100), <, 2500);
  g_assert_cmpuint (count_clamped (".{0,110}", 110, 100), ==, 110);
}

/* What two conditions on one text have in common: a word of 40 letters may be
 * begun as long as it can be completed. */
static void
test_intersection (void)
{
  GenlmEngineLimits limits = { 100000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  GenlmByteExpr a = make_letters (exprs, 'a', 'a');
  GenlmByteExpr any = make_letters (exprs, 'a', 'b');
  GenlmByteExpr both[2];
  GenlmByteItem item = { 0 };
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteState *state;

  both[0] = genlm_byte_exprs_make_repeat (exprs, a, 40, 40);
  both[0] = genlm_byte_exprs_make_repeat (exprs, both[0], 0, GENLM_BYTE_EXPR_UNBOUNDED);
  both[1] = genlm_byte_exprs_make_repeat (exprs, any, 0, 1000);
  item.expr = genlm_byte_exprs_make_intersection (exprs, both, 2);
  dfa = genlm_byte_dfa_new (exprs, NULL);
  state = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, NULL);
  g_assert_cmpuint (count_along (dfa, state, 800, 100), ==, 40);
  g_assert_cmpuint (count_along (dfa, state, 1000, 100), <, 250);
  g_assert_true (genlm_byte_dfa_walk (dfa, state, (const guint8 *) "b", 1, NULL) == dfa->dead);
}

/* Up to 300 words of "a", each but the last with a "b" behind it, in up to 5000
 * characters: many derivatives, but what is left of a word is never long. */
static void
test_words (void)
{
  GenlmEngineLimits limits = { 100000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  GenlmByteExpr a = make_letters (exprs, 'a', 'a');
  GenlmByteExpr any = genlm_char_exprs_make_any (exprs, GENLM_BYTE_ENCODING_UTF8);
  GenlmByteExpr both[2];
  GenlmByteItem item = { 0 };
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteState *state;

  a = genlm_byte_exprs_make_repeat (exprs, a, 1, GENLM_BYTE_EXPR_UNBOUNDED);
  both[0] = genlm_byte_exprs_make_concat (exprs, a, make_letters (exprs, 'b', 'b'));
  both[0] = genlm_byte_exprs_make_repeat (exprs, both[0], 0, 300);
  both[0] = genlm_byte_exprs_make_concat (exprs, both[0], a);
  both[1] = genlm_byte_exprs_make_repeat (exprs, any, 0, 5000);
  item.expr = genlm_byte_exprs_make_intersection (exprs, both, 2);
  dfa = genlm_byte_dfa_new (exprs, NULL);
  state = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, NULL);
  g_assert_cmpuint (count_along (dfa, state, 3000, 1024), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/clamp/random", test_random);
  g_test_add_func ("/engine/clamp/states", test_states);
  g_test_add_func ("/engine/clamp/intersection", test_intersection);
  g_test_add_func ("/engine/clamp/words", test_words);
  return g_test_run ();
}
