#include <genlm.h>

#include <math.h>

#include "genlm-weights-cache.h"

#define SIZE 1000

/* Weights of which one in @every is above zero. */
static GenlmWeights *
make_weights (guint every,
              guint seed)
{
  double *values;
  GenlmWeights *weights = genlm_weights_new_uninit (SIZE, &values);
  guint i;

  for (i = 0; i < SIZE; i++)
    values[i] = i % every == 0 ? -(double) (i + seed) / SIZE : -INFINITY;
  return weights;
}

static void
assert_equal (GenlmWeights *a,
              GenlmWeights *b)
{
  gsize i;

  g_assert_cmpuint (genlm_weights_get_size (a), ==, genlm_weights_get_size (b));
  for (i = 0; i < genlm_weights_get_size (a); i++)
    g_assert_true (genlm_weights_get (a, i) == genlm_weights_get (b, i));
}

/* Dense ones are the same object, of sparse ones the list is kept. */
static void
test_same (void)
{
  g_autoptr (GenlmWeightsCache) cache = genlm_weights_cache_new (1 << 20);
  const guint every[] = { 1, 2, 7, 100, SIZE };
  int keys[G_N_ELEMENTS (every)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (every); i++)
    {
      g_autoptr (GenlmWeights) weights = make_weights (every[i], i);
      g_autoptr (GenlmWeights) found = NULL;

      g_assert_null (genlm_weights_cache_lookup (cache, &keys[i]));
      genlm_weights_cache_insert (cache, &keys[i], weights, genlm_weights_peek (weights));
      found = genlm_weights_cache_lookup (cache, &keys[i]);
      assert_equal (found, weights);
      g_assert_cmpint (found == weights, ==, every[i] < 3);
    }
}

static void
test_bound (void)
{
  const guint64 max_memory = 100000;
  g_autoptr (GenlmWeightsCache) cache = genlm_weights_cache_new (max_memory);
  int keys[300];
  guint n_kept = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GenlmWeights) weights = make_weights (i % 3 == 0 ? 1 : 50, i);
      g_autoptr (GenlmWeights) first = NULL;

      genlm_weights_cache_insert (cache, &keys[i], weights, genlm_weights_peek (weights));
      genlm_weights_cache_insert (cache, &keys[i], weights, genlm_weights_peek (weights));
      g_assert_cmpuint (genlm_weights_cache_get_memory (cache), <=, max_memory);
      /* What is asked for again and again stays. */
      first = genlm_weights_cache_lookup (cache, &keys[0]);
      g_assert_nonnull (first);
    }
  for (i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GenlmWeights) found = genlm_weights_cache_lookup (cache, &keys[i]);
      g_autoptr (GenlmWeights) weights = make_weights (i % 3 == 0 ? 1 : 50, i);

      if (found == NULL)
        continue;
      assert_equal (found, weights);
      n_kept++;
    }
  g_assert_cmpuint (n_kept, >, 5);
  g_assert_cmpuint (n_kept, <, G_N_ELEMENTS (keys));
}

/* What is larger than the bound is not kept at all. */
static void
test_no_room (void)
{
  g_autoptr (GenlmWeightsCache) cache = genlm_weights_cache_new (1000);
  g_autoptr (GenlmWeights) weights = make_weights (1, 0);
  int key;

  genlm_weights_cache_insert (cache, &key, weights, genlm_weights_peek (weights));
  g_assert_null (genlm_weights_cache_lookup (cache, &key));
  g_assert_cmpuint (genlm_weights_cache_get_memory (cache), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/weights-cache/same", test_same);
  g_test_add_func ("/engine/weights-cache/bound", test_bound);
  g_test_add_func ("/engine/weights-cache/no-room", test_no_room);
  return g_test_run ();
}
