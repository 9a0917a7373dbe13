#include <genlm.h>

static void
test_append (void)
{
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmContext) one = genlm_context_append (empty, 7);
  g_autoptr (GenlmContext) two = genlm_context_append (one, 3);
  g_autofree guint32 *tokens = NULL;
  guint32 suffix[1];
  gsize n;

  g_assert_cmpuint (genlm_context_get_length (empty), ==, 0);
  g_assert_null (genlm_context_get_parent (empty));
  g_assert_cmpuint (genlm_context_get_max_token (empty), ==, 0);
  g_assert_cmpuint (genlm_context_get_length (two), ==, 2);
  g_assert_cmpuint (genlm_context_get_last (two), ==, 3);
  g_assert_true (genlm_context_get_parent (two) == one);
  g_assert_cmpuint (genlm_context_get_max_token (two), ==, 7);

  tokens = genlm_context_dup_tokens (two, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (tokens[0], ==, 7);
  g_assert_cmpuint (tokens[1], ==, 3);
  g_assert_cmpuint (genlm_context_copy_suffix (two, 1, suffix), ==, 1);
  g_assert_cmpuint (suffix[0], ==, 3);
  g_assert_cmpuint (genlm_context_copy_suffix (two, 2, suffix), ==, 0);
}

static void
test_equal (void)
{
  static const guint32 tokens[] = { 1, 2, 3 };
  static const guint32 permuted[] = { 2, 1, 3 };
  static const guint32 zeros[] = { 0, 0 };
  g_autoptr (GenlmContext) a = genlm_context_new_for_tokens (tokens, 3);
  g_autoptr (GenlmContext) b = genlm_context_new_for_tokens (tokens, 3);
  g_autoptr (GenlmContext) c = genlm_context_new_for_tokens (permuted, 3);
  g_autoptr (GenlmContext) d = genlm_context_new_for_tokens (zeros, 2);
  g_autoptr (GenlmContext) e = genlm_context_new_for_tokens (zeros, 1);
  g_autoptr (GenlmContext) f = genlm_context_append (a, 4);
  g_autoptr (GenlmContext) g = genlm_context_append (a, 4);

  g_assert_true (genlm_context_equal (a, b));
  g_assert_cmpuint (genlm_context_hash (a), ==, genlm_context_hash (b));
  g_assert_false (genlm_context_equal (a, c));
  g_assert_cmpuint (genlm_context_hash (a), !=, genlm_context_hash (c));
  g_assert_false (genlm_context_equal (d, e));
  g_assert_true (genlm_context_equal (f, g));
}

static void
test_from_bytes (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0\xff", 3);
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  g_autofree guint32 *tokens = NULL;
  gsize n;

  tokens = genlm_context_dup_tokens (context, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (tokens[1], ==, 0);
  g_assert_cmpuint (tokens[2], ==, 0xff);
}

/* Nothing about a context may recurse on its length. */
static void
test_long (void)
{
  GenlmContext *a = genlm_context_new ();
  GenlmContext *b = genlm_context_new ();

  for (guint i = 0; i < 2000000; i++)
    {
      GenlmContext *longer = genlm_context_append (a, i & 255);

      genlm_context_unref (a);
      a = longer;
      longer = genlm_context_append (b, i & 255);
      genlm_context_unref (b);
      b = longer;
    }
  g_assert_true (genlm_context_equal (a, b));
  genlm_context_unref (a);
  genlm_context_unref (b);
}

static guint n_destroyed;

static void
count_destroyed (gpointer state)
{
  g_atomic_int_inc (&n_destroyed);
}

static void
test_state (void)
{
  guint64 key = genlm_context_new_key ();
  guint64 other_key = genlm_context_new_key ();
  GenlmContext *context = genlm_context_new ();
  int first, second, other;

  g_assert_cmpuint (key, !=, other_key);
  n_destroyed = 0;
  g_assert_null (genlm_context_get_state (context, key));
  g_assert_true (genlm_context_put_state (context, key, &first, count_destroyed) == &first);
  g_assert_true (genlm_context_put_state (context, key, &second, count_destroyed) == &first);
  g_assert_cmpuint (n_destroyed, ==, 1);
  g_assert_true (genlm_context_put_state (context, other_key, &other, NULL) == &other);
  g_assert_true (genlm_context_get_state (context, key) == &first);
  g_assert_true (genlm_context_get_state (context, other_key) == &other);

  genlm_context_unref (context);
  g_assert_cmpuint (n_destroyed, ==, 2);
}

typedef struct
{
  GenlmContext *context;
  guint64       key;
  gpointer      seen[16];
} Race;

static gpointer
put_states (gpointer user_data)
{
  Race *race = user_data;
  gpointer *seen = g_new0 (gpointer, 16);

  for (guint i = 0; i < 16; i++)
    seen[i] = genlm_context_put_state (race->context, race->key + i, g_malloc (1), g_free);
  return seen;
}

/* All threads must see the state of whoever was first. */
static void
test_state_race (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (GenlmContext) context = genlm_context_new ();
      Race race = { context, 0, { NULL } };
      GThread *threads[4];
      gpointer *seen[4];

      race.key = genlm_context_new_key ();
      for (guint i = 1; i < 16; i++)
        genlm_context_new_key ();
      for (guint t = 0; t < 4; t++)
        threads[t] = g_thread_new ("put", put_states, &race);
      for (guint t = 0; t < 4; t++)
        seen[t] = g_thread_join (threads[t]);
      for (guint i = 0; i < 16; i++)
        {
          for (guint t = 0; t < 4; t++)
            g_assert_true (seen[t][i] == genlm_context_get_state (context, race.key + i));
        }
      for (guint t = 0; t < 4; t++)
        g_free (seen[t]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/context/append", test_append);
  g_test_add_func ("/context/equal", test_equal);
  g_test_add_func ("/context/from-bytes", test_from_bytes);
  g_test_add_func ("/context/long", test_long);
  g_test_add_func ("/context/state", test_state);
  g_test_add_func ("/context/state-race", test_state_race);
  return g_test_run ();
}
