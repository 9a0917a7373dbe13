#include "genlm.h"

#include <math.h>
#include <string.h>

static void
test_tokens (void)
{
  const guint32 tokens[] = { 64, 0, 63, 129, 64 };
  const guint32 sorted[] = { 0, 63, 64, 129 };
  g_autoptr (GenlmTokenSet) set = genlm_token_set_new_for_tokens (130, tokens, G_N_ELEMENTS (tokens));
  g_autofree guint32 *listed = NULL;
  gsize n;

  g_assert_cmpuint (genlm_token_set_get_size (set), ==, 130);
  g_assert_cmpuint (genlm_token_set_get_count (set), ==, 4);
  g_assert_true (genlm_token_set_contains (set, 129));
  g_assert_false (genlm_token_set_contains (set, 1));
  g_assert_false (genlm_token_set_contains (set, 130));
  g_assert_false (genlm_token_set_contains (set, G_MAXUINT32));
  g_assert_cmpuint ((guintptr) genlm_token_set_peek (set) % 64, ==, 0);
  listed = genlm_token_set_dup_tokens (set, &n);
  g_assert_cmpmem (listed, n * sizeof (guint32), sorted, sizeof sorted);
}

static void
test_tokens_refuses (void)
{
  const guint32 token = 5;

  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*tokens*size*");
  g_assert_null (genlm_token_set_new_for_tokens (5, &token, 1));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_null (genlm_token_set_new_full (0));
  g_test_assert_expected_messages ();
}

static void
test_full (void)
{
  for (gsize size = 1; size < 200; size++)
    {
      g_autoptr (GenlmTokenSet) full = genlm_token_set_new_full (size);
      g_autoptr (GenlmTokenSet) empty = genlm_token_set_new_for_tokens (size, NULL, 0);
      g_autoptr (GenlmTokenSet) both = genlm_token_set_intersect (full, empty);
      g_autoptr (GenlmTokenSet) again = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree guint32 *tokens = NULL;
      gsize n;

      g_assert_cmpuint (genlm_token_set_get_count (full), ==, size);
      g_assert_cmpuint (genlm_token_set_get_count (empty), ==, 0);
      g_assert_true (genlm_token_set_equal (both, empty));
      g_assert_false (genlm_token_set_equal (full, empty));
      tokens = genlm_token_set_dup_tokens (full, &n);
      g_assert_cmpuint (n, ==, size);
      g_assert_cmpuint (tokens[size - 1], ==, size - 1);

      again = genlm_token_set_new_from_bytes (size, genlm_token_set_get_bytes (full), &error);
      g_assert_no_error (error);
      g_assert_true (genlm_token_set_equal (full, again));
    }
}

static void
test_equal_needs_size (void)
{
  g_autoptr (GenlmTokenSet) a = genlm_token_set_new_for_tokens (10, NULL, 0);
  g_autoptr (GenlmTokenSet) b = genlm_token_set_new_for_tokens (11, NULL, 0);

  g_assert_false (genlm_token_set_equal (a, b));
  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_null (genlm_token_set_intersect (a, b));
  g_test_assert_expected_messages ();
}

static void
test_intersect (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint64 *a, *b;
  g_autoptr (GenlmTokenSet) left = genlm_token_set_new_zeroed (1000, &a);
  g_autoptr (GenlmTokenSet) right = genlm_token_set_new_zeroed (1000, &b);
  g_autoptr (GenlmTokenSet) both = NULL;
  gsize count = 0;

  for (guint i = 0; i < 1000; i++)
    {
      a[i / 64] |= (guint64) g_rand_boolean (rand) << i % 64;
      b[i / 64] |= (guint64) g_rand_boolean (rand) << i % 64;
    }
  both = genlm_token_set_intersect (left, right);

  for (guint32 i = 0; i < 1000; i++)
    {
      gboolean want = genlm_token_set_contains (left, i) && genlm_token_set_contains (right, i);

      g_assert_cmpint (genlm_token_set_contains (both, i), ==, want);
      count += want;
    }
  g_assert_cmpuint (genlm_token_set_get_count (both), ==, count);
}

static void
test_to_weights (void)
{
  for (guint32 size = 1; size < 200; size += 3)
    {
      const guint32 tokens[] = { 0, size / 2, size - 1 };
      g_autoptr (GenlmTokenSet) set = genlm_token_set_new_for_tokens (size, tokens, G_N_ELEMENTS (tokens));
      g_autoptr (GenlmWeights) weights = genlm_token_set_to_weights (set);

      g_assert_cmpuint (genlm_weights_get_size (weights), ==, size);
      for (guint32 i = 0; i < size; i++)
        g_assert_cmpfloat (genlm_weights_get (weights, i), ==,
                           genlm_token_set_contains (set, i) ? 0.0 : -INFINITY);
    }
}

static void
test_bytes_unaligned (void)
{
  const guint64 words[] = { 5, 1 };
  g_autofree char *raw = g_malloc (sizeof words + 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GenlmTokenSet) set = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (raw + 1, words, sizeof words);
  bytes = g_bytes_new_static (raw + 1, sizeof words);
  set = genlm_token_set_new_from_bytes (65, bytes, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_token_set_contains (set, 0));
  g_assert_true (genlm_token_set_contains (set, 2));
  g_assert_true (genlm_token_set_contains (set, 64));
  g_assert_cmpuint (genlm_token_set_get_count (set), ==, 3);
}

static void
assert_refused (gsize          size,
                const guint64 *words,
                gsize          n_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new (words, n_bytes);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_token_set_new_from_bytes (size, bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_bytes_refuses (void)
{
  const guint64 words[] = { G_MAXUINT64, 2 };

  assert_refused (0, words, 0);
  assert_refused (G_MAXSIZE, words, 16);
  assert_refused (64, words, 16);
  assert_refused (65, words, 8);
  assert_refused (64, words, 7);
  assert_refused (63, words, 8);
  assert_refused (65, words, 16);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/token-set/tokens", test_tokens);
  g_test_add_func ("/token-set/tokens-refuses", test_tokens_refuses);
  g_test_add_func ("/token-set/full", test_full);
  g_test_add_func ("/token-set/equal-needs-size", test_equal_needs_size);
  g_test_add_func ("/token-set/intersect", test_intersect);
  g_test_add_func ("/token-set/to-weights", test_to_weights);
  g_test_add_func ("/token-set/bytes-unaligned", test_bytes_unaligned);
  g_test_add_func ("/token-set/bytes-refuses", test_bytes_refuses);

  return g_test_run ();
}
