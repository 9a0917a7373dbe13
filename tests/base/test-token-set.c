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

static GenlmTokenSet *
make_sparse (gsize          size,
             const guint32 *tokens,
             gsize          n_tokens)
{
  g_autoptr (GBytes) list = g_bytes_new (tokens, n_tokens * sizeof (guint32));

  return genlm_token_set_new_sparse (size, list);
}

/* Kept as a list a set answers as it does kept as bits. */
static void
test_sparse (void)
{
  for (guint seed = 0; seed < 50; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      gsize size = (gsize) g_rand_int_range (rand, 1, 300);
      g_autofree guint32 *tokens = g_new (guint32, size);
      gsize n_tokens = 0;
      g_autoptr (GenlmTokenSet) sparse = NULL;
      g_autoptr (GenlmTokenSet) dense = NULL;
      g_autoptr (GenlmWeights) sparse_weights = NULL;
      g_autoptr (GenlmWeights) dense_weights = NULL;
      g_autofree guint32 *listed = NULL;
      gsize n;

      for (guint32 i = 0; i < size; i++)
        if (g_rand_int_range (rand, 0, 5) < (int) (seed % 4))
          tokens[n_tokens++] = i;
      sparse = make_sparse (size, tokens, n_tokens);
      dense = genlm_token_set_new_for_tokens (size, tokens, n_tokens);
      g_assert_nonnull (genlm_token_set_get_list (sparse));
      g_assert_null (genlm_token_set_get_list (dense));
      g_assert_cmpuint (genlm_token_set_get_count (sparse), ==, n_tokens);
      for (guint32 i = 0; i < size + 70; i++)
        g_assert_cmpint (genlm_token_set_contains (sparse, i), ==,
                         genlm_token_set_contains (dense, i));
      listed = genlm_token_set_dup_tokens (sparse, &n);
      g_assert_cmpmem (listed, n * sizeof (guint32), tokens, n_tokens * sizeof (guint32));
      sparse_weights = genlm_token_set_to_weights (sparse);
      dense_weights = genlm_token_set_to_weights (dense);
      for (guint32 i = 0; i < size; i++)
        g_assert_true (genlm_weights_get (sparse_weights, i) == genlm_weights_get (dense_weights, i));
      g_assert_true (genlm_token_set_equal (sparse, dense));
      g_assert_true (genlm_token_set_equal (dense, sparse));
      g_assert_true (g_bytes_equal (genlm_token_set_get_bytes (sparse),
                                    genlm_token_set_get_bytes (dense)));
      g_assert_cmpuint ((guintptr) genlm_token_set_peek (sparse) % 64, ==, 0);
      g_assert_true (genlm_token_set_peek (sparse) == genlm_token_set_peek (sparse));
    }
}

static void
test_sparse_intersect (void)
{
  const guint32 left_tokens[] = { 0, 3, 64, 99 };
  const guint32 right_tokens[] = { 3, 5, 99 };
  const guint32 both_tokens[] = { 3, 99 };
  g_autoptr (GenlmTokenSet) left = make_sparse (100, left_tokens, G_N_ELEMENTS (left_tokens));
  g_autoptr (GenlmTokenSet) right = make_sparse (100, right_tokens, G_N_ELEMENTS (right_tokens));
  g_autoptr (GenlmTokenSet) dense = genlm_token_set_new_for_tokens (100, right_tokens, 3);
  g_autoptr (GenlmTokenSet) both = make_sparse (100, both_tokens, G_N_ELEMENTS (both_tokens));
  g_autoptr (GenlmTokenSet) empty = make_sparse (100, NULL, 0);
  g_autoptr (GenlmTokenSet) first = genlm_token_set_intersect (left, right);
  g_autoptr (GenlmTokenSet) second = genlm_token_set_intersect (left, dense);
  g_autoptr (GenlmTokenSet) third = genlm_token_set_intersect (dense, left);
  g_autoptr (GenlmTokenSet) fourth = genlm_token_set_intersect (empty, left);

  g_assert_true (genlm_token_set_equal (first, both));
  g_assert_true (genlm_token_set_equal (second, both));
  g_assert_true (genlm_token_set_equal (third, both));
  g_assert_true (genlm_token_set_equal (fourth, empty));
  g_assert_false (genlm_token_set_equal (first, left));
}

static void
test_sparse_refuses (void)
{
  const guint32 token = 5;

  g_test_expect_message ("Genlm-Base", G_LOG_LEVEL_CRITICAL, "*size*");
  g_assert_null (make_sparse (5, &token, 1));
  g_test_assert_expected_messages ();
}

static gpointer
peek_words (gpointer data)
{
  return (gpointer) genlm_token_set_peek (data);
}

/* All threads get the same words, whoever makes them. */
static void
test_sparse_threads (void)
{
  const guint32 tokens[] = { 7, 70 };

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (GenlmTokenSet) set = make_sparse (100, tokens, G_N_ELEMENTS (tokens));
      GThread *threads[4];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("peek", peek_words, set);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_true (g_thread_join (threads[i]) == genlm_token_set_peek (set));
    }
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
  g_test_add_func ("/token-set/sparse", test_sparse);
  g_test_add_func ("/token-set/sparse-intersect", test_sparse_intersect);
  g_test_add_func ("/token-set/sparse-refuses", test_sparse_refuses);
  g_test_add_func ("/token-set/sparse-threads", test_sparse_threads);
  g_test_add_func ("/token-set/bytes-unaligned", test_bytes_unaligned);
  g_test_add_func ("/token-set/bytes-refuses", test_bytes_refuses);

  return g_test_run ();
}
