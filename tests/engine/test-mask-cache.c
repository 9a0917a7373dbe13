#include <genlm.h>

#include "genlm-bounded-table.h"
#include "genlm-mask-cache.h"

#define SIZE (100000u)

/* A mask of every @step-th token. */
static GenlmTokenSet *
make_mask (guint step)
{
  guint64 *words;
  GenlmTokenSet *mask = genlm_token_set_new_zeroed (SIZE, &words);
  guint i;

  for (i = 0; i < SIZE; i += step)
    words[i / 64] |= G_GUINT64_CONSTANT (1) << i % 64;
  return mask;
}

static void
check_kept (GenlmMaskCache *cache,
            const char     *key,
            guint           step,
            gboolean        as_list)
{
  g_autoptr (GenlmTokenSet) mask = make_mask (step);
  g_autoptr (GenlmTokenSet) kept = NULL;
  g_autoptr (GenlmTokenSet) again = NULL;

  g_assert_null (genlm_mask_cache_lookup (cache, key, strlen (key)));
  genlm_mask_cache_insert (cache, key, strlen (key), mask);
  kept = genlm_mask_cache_lookup (cache, key, strlen (key));
  again = genlm_mask_cache_lookup (cache, key, strlen (key));
  g_assert_cmpint (genlm_token_set_get_list (kept) != NULL, ==, as_list);
  g_assert_cmpint (kept == mask, ==, !as_list);
  g_assert_true (genlm_token_set_equal (kept, mask));
  g_assert_true (genlm_token_set_equal (again, mask));
}

static void
test_kinds (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (1 << 20);
  guint64 memory;

  check_kept (cache, "all", 1, FALSE);
  memory = genlm_mask_cache_get_memory (cache);
  g_assert_cmpuint (memory, >, SIZE / 8);
  check_kept (cache, "few", 10000, TRUE);
  g_assert_cmpuint (genlm_mask_cache_get_memory (cache) - memory, <, 1000);
  check_kept (cache, "a key may be of any length, and need not end like other ones", 63, FALSE);
  check_kept (cache, "", 65, TRUE);
  check_kept (cache, "a key may be of any length, and need not end like other ones!", 2000, TRUE);
}

static void
test_sparse_stays_sparse (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (1 << 20);
  g_autoptr (GenlmTokenSet) mask = make_mask (10000);
  g_autoptr (GenlmTokenSet) first = NULL;
  g_autoptr (GenlmTokenSet) second = NULL;

  genlm_mask_cache_insert (cache, "k", 1, mask);
  first = genlm_mask_cache_lookup (cache, "k", 1);
  genlm_mask_cache_insert (cache, "l", 1, first);
  second = genlm_mask_cache_lookup (cache, "l", 1);
  g_assert_true (genlm_token_set_get_list (first) == genlm_token_set_get_list (second));
  g_assert_true (genlm_token_set_equal (second, mask));
}

static void
test_none (void)
{
  g_autoptr (GenlmMaskCache) cache = genlm_mask_cache_new (0);
  g_autoptr (GenlmTokenSet) mask = make_mask (10000);

  genlm_mask_cache_insert (cache, "k", 1, mask);
  g_assert_null (genlm_mask_cache_lookup (cache, "k", 1));
  g_assert_cmpuint (genlm_mask_cache_get_memory (cache), ==, 0);
}

static gpointer
dup_number (gpointer value)
{
  return g_memdup2 (value, sizeof (guint32));
}

static void
insert (GenlmBoundedTable *table,
        guint32            key)
{
  guint32 value = key * 3;

  genlm_bounded_table_insert (table, &key, sizeof key, &value, 1000);
}

static gboolean
has (GenlmBoundedTable *table,
     guint32            key)
{
  g_autofree guint32 *value = genlm_bounded_table_lookup (table, &key, sizeof key);

  if (value != NULL)
    g_assert_cmpuint (*value, ==, key * 3);
  return value != NULL;
}

/* What is asked for again and again stays, other values go in time; with one
 * part, and with several. */
static void
check_bound (guint64 max_memory)
{
  g_autoptr (GenlmBoundedTable) table = genlm_bounded_table_new (max_memory, dup_number, g_free);
  guint32 n_keys = (guint32) (max_memory / 1000) * 4;
  guint32 key;

  for (key = 1; key < n_keys; key++)
    {
      insert (table, key);
      g_assert_true (has (table, 1));
      g_assert_true (has (table, key));
      g_assert_cmpuint (genlm_bounded_table_get_memory (table), <=, max_memory);
    }
  g_assert_cmpuint (genlm_bounded_table_get_memory (table), >, max_memory / 4);
  g_assert_false (has (table, 2));
}

static void
test_bound (void)
{
  check_bound (20000);
  check_bound (5 << 20);
}

static void
test_too_small (void)
{
  g_autoptr (GenlmBoundedTable) table = genlm_bounded_table_new (1000, dup_number, g_free);

  insert (table, 1);
  g_assert_false (has (table, 1));
}

static void
test_first_stays (void)
{
  g_autoptr (GenlmBoundedTable) table = genlm_bounded_table_new (1 << 20, dup_number, g_free);
  guint32 key = 7;
  guint32 other = 1;

  insert (table, key);
  genlm_bounded_table_insert (table, &key, sizeof key, &other, 1000);
  g_assert_true (has (table, key));
}

static gpointer
hammer (gpointer data)
{
  GenlmBoundedTable *table = data;
  guint32 i;

  for (i = 0; i < 20000; i++)
    {
      guint32 key = i * 7919 % 300;

      if (!has (table, key))
        insert (table, key);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GenlmBoundedTable) table = genlm_bounded_table_new (200000, dup_number, g_free);
  GThread *threads[8];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, table);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (genlm_bounded_table_get_memory (table), <=, 200000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/mask-cache/kinds", test_kinds);
  g_test_add_func ("/engine/mask-cache/sparse-stays-sparse", test_sparse_stays_sparse);
  g_test_add_func ("/engine/mask-cache/none", test_none);
  g_test_add_func ("/engine/bounded-table/bound", test_bound);
  g_test_add_func ("/engine/bounded-table/too-small", test_too_small);
  g_test_add_func ("/engine/bounded-table/first-stays", test_first_stays);
  g_test_add_func ("/engine/bounded-table/threads", test_threads);
  return g_test_run ();
}
