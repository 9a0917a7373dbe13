#include "test-potential.h"

#include <string.h>

static void
test_bytes (void)
{
  GenlmVocab *vocab = genlm_vocab_bytes ();
  g_autoptr (GBytes) token = genlm_vocab_dup_token (vocab, 'a');
  g_autofree char *text = genlm_vocab_to_string (vocab);

  g_assert_cmpuint (genlm_vocab_get_size (vocab), ==, 256);
  g_assert_cmpuint (genlm_vocab_get_eos (vocab), ==, 256);
  g_assert_cmpint (genlm_vocab_get_kind (vocab), ==, GENLM_VOCAB_KIND_BYTES);
  g_assert_cmpmem (g_bytes_get_data (token, NULL), g_bytes_get_size (token), "a", 1);
  g_assert_cmpstr (text, ==, "bytes");
  g_assert_true (genlm_vocab_bytes () == vocab);
}

/* The flat trie, node by node: the extent leads to the sibling, and tokens that
 * spell the same stand beside the first one's subtree. */
static void
test_trie (void)
{
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "a", "", "abc", "ab", "b", "ab", NULL);
  const GenlmTrie *trie = genlm_vocab_get_trie (vocab);
  static const struct { guint token; char byte; guint extent; guint depth; } wanted[] = {
    { 1, 'a', 5, 1 },
    { 0, 'b', 2, 2 },
    { 3, 'c', 1, 3 },
    { 4, 'b', 1, 2 },
    { 6, 'b', 1, 2 },
    { 5, 'b', 1, 1 },
  };

  g_assert_cmpuint (trie->n_nodes, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < trie->n_nodes; i++)
    {
      g_assert_cmpuint (GENLM_TRIE_NODE_TOKEN (&trie->nodes[i]), ==, wanted[i].token);
      g_assert_cmpuint (GENLM_TRIE_NODE_BYTE (&trie->nodes[i]), ==, (guint8) wanted[i].byte);
      g_assert_cmpuint (GENLM_TRIE_NODE_EXTENT (&trie->nodes[i]), ==, wanted[i].extent);
      g_assert_cmpuint (GENLM_TRIE_NODE_DEPTH (&trie->nodes[i]), ==, wanted[i].depth);
    }
  g_assert_cmpuint (trie->n_empty_tokens, ==, 1);
  g_assert_cmpuint (trie->empty_tokens[0], ==, 2);
  g_assert_cmpuint (trie->max_depth, ==, 3);
}

/* Every token is found where the walk of its bytes ends, over random sets. */
static void
test_find (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261124);

  for (guint round = 0; round < 100; round++)
    {
      guint n = (guint) g_rand_int_range (random, 1, 200);
      g_autoptr (GByteArray) flat = g_byte_array_new ();
      g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autoptr (GBytes) data = NULL;
      g_autoptr (GenlmVocab) vocab = NULL;
      g_autoptr (GError) error = NULL;
      const GenlmTrie *trie;
      guint n_ends = 0;

      for (guint i = 0; i <= n; i++)
        {
          guint32 offset = flat->len;
          guint length = (guint) g_rand_int_range (random, 0, 6);

          g_array_append_val (offsets, offset);
          for (guint k = 0; i < n && k < length; k++)
            {
              guint8 byte = (guint8) g_rand_int_range (random, 254, 257);

              g_byte_array_append (flat, &byte, 1);
            }
        }
      data = g_bytes_new (flat->data, flat->len);
      vocab = genlm_vocab_new_flat (data, (guint32 *) offsets->data, offsets->len, NULL, &error);
      g_assert_no_error (error);

      trie = genlm_vocab_get_trie (vocab);
      for (guint i = 0; i < trie->n_nodes; i++)
        n_ends += GENLM_TRIE_NODE_TOKEN (&trie->nodes[i]) != GENLM_TRIE_NO_TOKEN;
      g_assert_cmpuint (n_ends + trie->n_empty_tokens, ==, n);

      for (guint i = 0; i < n; i++)
        {
          g_autoptr (GBytes) token = genlm_vocab_dup_token (vocab, i);
          g_autofree guint32 *found = NULL;
          gsize n_found;
          gboolean seen = FALSE;

          found = genlm_vocab_find_all (vocab, token, &n_found);
          for (gsize k = 0; k < n_found; k++)
            {
              g_autoptr (GBytes) same = genlm_vocab_dup_token (vocab, found[k]);

              g_assert_true (g_bytes_equal (same, token));
              g_assert_true (k == 0 || found[k] > found[k - 1]);
              seen |= found[k] == i;
            }
          g_assert_true (seen);
        }
    }
}

static void
test_find_missing (void)
{
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "b", NULL);
  g_autoptr (GBytes) a = g_bytes_new_static ("a", 1);
  g_autoptr (GBytes) abc = g_bytes_new_static ("abc", 3);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  guint32 token;

  g_assert_false (genlm_vocab_find (vocab, a, &token));
  g_assert_false (genlm_vocab_find (vocab, abc, &token));
  g_assert_false (genlm_vocab_find (vocab, none, &token));
}

static void
test_variant (void)
{
  g_autoptr (GenlmVocab) vocab = test_vocab ("ab", "", "c", "ab", NULL);
  g_autoptr (GVariant) variant = g_variant_ref_sink (genlm_vocab_to_variant (vocab));
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmVocab) copy = genlm_vocab_new_from_variant (variant, &error);
  g_autoptr (GenlmVocab) other = test_vocab ("ab", "", "c", "aa", NULL);
  g_autoptr (GVariant) bytes = g_variant_ref_sink (genlm_vocab_to_variant (genlm_vocab_bytes ()));
  g_autoptr (GenlmVocab) bytes_copy = genlm_vocab_new_from_variant (bytes, NULL);

  g_assert_no_error (error);
  g_assert_true (genlm_vocab_equal (vocab, copy));
  g_assert_cmpuint (genlm_vocab_get_hash (vocab), ==, genlm_vocab_get_hash (copy));
  g_assert_false (genlm_vocab_equal (vocab, other));
  g_assert_true (bytes_copy == genlm_vocab_bytes ());
}

static void
test_refusals (void)
{
  static const guint32 crossed[] = { 0, 2, 1, 3 };
  static const guint32 beyond[] = { 0, 9 };
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);
  g_autofree char *long_token = g_strnfill (1024, 'a');
  g_autoptr (GBytes) long_data = g_bytes_new (long_token, 1024);
  static const guint32 long_offsets[] = { 0, 1024 };
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_vocab_new (g_variant_new_array (G_VARIANT_TYPE ("ay"), NULL, 0), NULL, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_EMPTY);
  g_clear_error (&error);
  g_assert_null (genlm_vocab_new (g_variant_new_string ("no"), NULL, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (genlm_vocab_new_flat (data, crossed, 4, NULL, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (genlm_vocab_new_flat (data, beyond, 2, NULL, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (genlm_vocab_new_flat (long_data, long_offsets, 2, NULL, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_null (genlm_vocab_new_from_variant (g_variant_new ("(uayaus)", 7, NULL, NULL, "EOS"), &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_INVALID);
}

static void
test_encode (void)
{
  g_autoptr (GenlmVocab) vocab = test_vocab ("a", "ab", "b", "abc", NULL);
  g_autoptr (GBytes) text = g_bytes_new_static ("abbabca", 7);
  g_autoptr (GBytes) bad = g_bytes_new_static ("ab?", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmContext) context = genlm_vocab_encode (vocab, text, &error);
  static const guint32 wanted[] = { 1, 2, 3, 0 };
  g_autoptr (GenlmContext) same = genlm_context_new_for_tokens (wanted, 4);
  g_autoptr (GBytes) back = NULL;

  g_assert_no_error (error);
  g_assert_true (genlm_context_equal (context, same));
  back = genlm_vocab_decode (vocab, context);
  g_assert_true (g_bytes_equal (back, text));

  g_assert_null (genlm_vocab_encode (vocab, bad, &error));
  g_assert_error (error, GENLM_VOCAB_ERROR, GENLM_VOCAB_ERROR_NO_TOKEN);
  g_assert_nonnull (strstr (error->message, "offset 2"));
}

static void
test_escape (void)
{
  GenlmVocab *vocab = genlm_vocab_bytes ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\n\xc3\xa9\xc3\x01", 6);
  g_autoptr (GenlmContext) context = genlm_context_new_from_bytes (bytes);
  g_autofree char *text = genlm_vocab_escape_context (vocab, context);
  g_autofree char *many = g_strnfill (1000, 'a');
  g_autoptr (GBytes) many_bytes = g_bytes_new (many, 1000);
  g_autoptr (GenlmContext) long_context = genlm_context_new_from_bytes (many_bytes);
  g_autofree char *long_text = genlm_vocab_escape_context (vocab, long_context);

  g_assert_cmpstr (text, ==, "“a\\né\\xc3\\x01”");
  g_assert_cmpuint (strlen (long_text), <, 100);
}

static void
count_call (gpointer data)
{
  ++*(guint *) data;
}

static void
test_qdata (void)
{
  GQuark name = g_quark_from_static_string ("test-vocab-name");
  GQuark other = g_quark_from_static_string ("test-vocab-other");
  GenlmVocab *vocab = test_vocab ("a", NULL);
  guint n_first = 0;
  guint n_second = 0;

  g_assert_null (genlm_vocab_get_qdata (vocab, name));
  genlm_vocab_set_qdata (vocab, name, &n_first, count_call);
  g_assert_true (genlm_vocab_get_qdata (vocab, name) == &n_first);
  g_assert_null (genlm_vocab_get_qdata (vocab, other));
  genlm_vocab_set_qdata (vocab, name, &n_second, count_call);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_true (genlm_vocab_get_qdata (vocab, name) == &n_second);
  genlm_vocab_set_qdata (vocab, other, &n_first, NULL);
  genlm_vocab_unref (vocab);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (n_second, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vocab/bytes", test_bytes);
  g_test_add_func ("/vocab/trie", test_trie);
  g_test_add_func ("/vocab/find", test_find);
  g_test_add_func ("/vocab/find-missing", test_find_missing);
  g_test_add_func ("/vocab/variant", test_variant);
  g_test_add_func ("/vocab/refusals", test_refusals);
  g_test_add_func ("/vocab/encode", test_encode);
  g_test_add_func ("/vocab/escape", test_escape);
  g_test_add_func ("/vocab/qdata", test_qdata);
  return g_test_run ();
}
