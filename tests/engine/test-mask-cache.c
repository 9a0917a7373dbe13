#include "genlm-mask-cache.h"

/* A mask of 1,000 tokens is counted as 1,000 / 8 + 256 bytes. */
#define MASK_SIZE (1000u)
#define COST (MASK_SIZE / 8 + 256)

static GenlmTokenSet *
make_mask (guint32 token)
{
  return genlm_token_set_new_for_tokens (MASK_SIZE, &token, 1);
}

static void
insert (GenlmMaskCache *cache,
        guint           state)
{
  g_autoptr (GenlmTokenSet) mask = make_mask (state);

  genlm_mask_cache_insert (cache, GUINT_TO_POINTER (state), mask);
}

static gboolean
has (GenlmMaskCache *cache,
     guint           state)
{
  g_autoptr (GenlmTokenSet) mask = genlm_mask_cache_lookup (cache, GUINT_TO_POINTER (state));

  if (mask != NULL)
    g_assert_true (genlm_token_set_contains (mask, state));
  return mask != NULL;
}

static void
test_lookup (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (1 << 20);
  g_autoptr (GenlmTokenSet) first = NULL;
  g_autoptr (GenlmTokenSet) second = NULL;

  g_assert_false (has (cache, 1));
  insert (cache, 1);
  insert (cache, 1);
  g_assert_cmpuint (genlm_mask_cache_get_memory (cache), ==, COST);
  first = genlm_mask_cache_lookup (cache, GUINT_TO_POINTER (1));
  second = genlm_mask_cache_lookup (cache, GUINT_TO_POINTER (1));
  g_assert_true (first == second);
  genlm_mask_cache_clear (cache);
  g_assert_false (has (cache, 1));
  g_assert_cmpuint (genlm_mask_cache_get_memory (cache), ==, 0);
  g_assert_true (genlm_token_set_contains (first, 1));
}

static void
test_bound (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (10 * COST);
  guint state;

  for (state = 1; state < 900; state++)
    {
      insert (cache, state);
      /* What is asked for again and again stays. */
      g_assert_true (has (cache, 1));
      g_assert_true (has (cache, state));
      g_assert_cmpuint (genlm_mask_cache_get_memory (cache), <=, 10 * COST);
    }
  g_assert_false (has (cache, 2));
}

static void
test_too_small (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (COST);

  insert (cache, 1);
  g_assert_false (has (cache, 1));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/mask-cache/lookup", test_lookup);
  g_test_add_func ("/engine/mask-cache/bound", test_bound);
  g_test_add_func ("/engine/mask-cache/too-small", test_too_small);
  return g_test_run ();
}
