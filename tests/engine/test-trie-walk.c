#include <string.h>

#include "genlm-trie-walk.h"

#define VOCAB_FILE "../shared/data/vocab-gpt2.b64.xz"

static GenlmByteDfa *
build (const char *pattern,
       guint       max_states)
{
  GenlmEngineLimits limits = { max_states, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa;

  dfa = genlm_byte_dfa_new_for_regex (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmVocab *
make_vocab (GPtrArray *tokens)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GenlmVocab *vocab;
  guint32 offset = 0;
  guint i;

  g_array_append_val (offsets, offset);
  for (i = 0; i < tokens->len; i++)
    {
      gsize length;
      const guint8 *token = g_bytes_get_data (g_ptr_array_index (tokens, i), &length);

      g_byte_array_append (data, token, (guint) length);
      offset = data->len;
      g_array_append_val (offsets, offset);
    }
  bytes = g_bytes_new (data->data, data->len);
  vocab = genlm_vocab_new_flat (bytes, (const guint32 *) offsets->data, offsets->len, NULL, &error);
  g_assert_no_error (error);
  return vocab;
}

static GenlmTokenSet *
walk_all (GenlmTrieIndex  *index,
          GenlmByteDfa    *dfa,
          GenlmByteState  *state,
          GError         **error)
{
  g_autoptr (GenlmTokenSet) set = NULL;
  guint64 *words;

  set = genlm_token_set_new_zeroed ((gsize) index->n_tokens + 1, &words);
  if (!genlm_trie_walk (index, GENLM_TRIE_WALK_ALL, dfa, state, words, NULL, error))
    return NULL;
  return g_steal_pointer (&set);
}

/* The mask of a state and a step for each token must say the same. */
static void
check_mask (GenlmTrieIndex *index,
            GenlmByteDfa   *dfa,
            GenlmByteState *state)
{
  GenlmVocab *vocab = index->vocab;
  guint32 n_tokens = genlm_vocab_get_size (vocab);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = walk_all (index, dfa, state, &error);
  guint32 token;

  g_assert_no_error (error);
  for (token = 0; token < n_tokens; token++)
    {
      gsize length;
      const guint8 *bytes = genlm_vocab_peek_token (vocab, token, &length);
      GenlmByteState *after = genlm_byte_dfa_walk (dfa, state, bytes, length, &error);

      g_assert_no_error (error);
      if (genlm_token_set_contains (mask, token) != (after != dfa->dead))
        {
          g_autoptr (GBytes) text = g_bytes_new (bytes, length);
          g_autofree char *hex = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, text);

          g_test_message ("token %u of %u bytes (%s) from state %u", token, (guint) length, hex,
                          state->index);
        }
      g_assert_cmpint (genlm_token_set_contains (mask, token), ==, after != dfa->dead);
    }
  g_assert_false (genlm_token_set_contains (mask, n_tokens));
}

static void
check_pattern (GenlmTrieIndex *index,
               const char     *pattern,
               const char     *text)
{
  g_autoptr (GenlmByteDfa) dfa = build (pattern, 100000);
  GenlmByteState *state = dfa->start;
  gsize i;

  check_mask (index, dfa, state);
  for (i = 0; text[i] != '\0'; i++)
    {
      state = genlm_byte_dfa_step (dfa, state, (guint8) text[i], NULL);
      check_mask (index, dfa, state);
    }
}

static void
test_random (void)
{
  static const char *patterns[] = {
    "[ab]*", "a(b|ca)*", ".*", "[^a]*", "(?!ab).*", "[a-z]*c", "\xc3\xa9+", "[a-\xc3\xa9]*", "",
    "[]", "(?s).*", "[^\xc3\xa9]*", "[^\xe2\x82\xac]*", "[a-z\xc2\x80-\xe2\x82\xab]*",
    "([a-c]|[^\\x00-\\x7f]x?)*", "b[^c]*",
  };
  guint seed;
  guint i;

  for (seed = 0; seed < 100; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_autoptr (GenlmVocab) vocab = NULL;
      g_autoptr (GenlmTrieIndex) index = NULL;
      guint n_tokens = (guint) g_rand_int_range (rand, 1, 300);

      for (i = 0; i < n_tokens; i++)
        {
          static const guint8 letters[] = { 'a', 'b', 'c', 0xc3, 0xa9, 0xe2, 0x82, 0xac, '\n', 0xff };
          guint8 bytes[6];
          gsize length = (gsize) g_rand_int_range (rand, 0, 7);
          gsize j;

          for (j = 0; j < length; j++)
            bytes[j] = letters[g_rand_int_range (rand, 0, G_N_ELEMENTS (letters))];
          g_ptr_array_add (tokens, g_bytes_new (bytes, length));
        }
      vocab = make_vocab (tokens);
      index = genlm_trie_index_get (vocab);
      for (i = 0; i < G_N_ELEMENTS (patterns); i++)
        check_pattern (index, patterns[i], "ab\xc3\xa9" "c\xe2\x82\xac");
    }
}

static void
test_bytes (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());

  check_pattern (index, "a(b|c)", "abc");
  check_pattern (index, ".*", "\xf0\x9f\x98\x80");
}

static void
test_limit (void)
{
  g_autoptr (GenlmTrieIndex) index = genlm_trie_index_get (genlm_vocab_bytes ());
  g_autoptr (GenlmByteDfa) dfa = build ("ab|cd|ef|gh", 3);
  g_autoptr (GError) error = NULL;

  g_assert_null (walk_all (index, dfa, dfa->start, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT);
}

/* The lines of the file are base64, one token each; an empty line is an
 * unused id. NULL when the file or the program to unpack it is missing. */
static GenlmVocab *
load_vocab (void)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char *argv[] = { "xz", "-dc", VOCAB_FILE, NULL };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize i;

  if (!g_file_test (VOCAB_FILE, G_FILE_TEST_EXISTS)
      || !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL,
                        NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      gsize length;
      guchar *bytes = g_base64_decode (lines[i], &length);

      g_ptr_array_add (tokens, g_bytes_new_take (bytes, length));
    }
  return make_vocab (tokens);
}

static void
test_gpt2 (void)
{
  g_autoptr (GenlmVocab) vocab = load_vocab ();
  g_autoptr (GenlmTrieIndex) index = NULL;

  if (vocab == NULL)
    {
      g_test_skip ("the vocabulary of GPT-2 is not at " VOCAB_FILE);
      return;
    }
  index = genlm_trie_index_get (vocab);
  check_pattern (index, " [A-Z][a-z]+(, [A-Z][a-z]+)*\\.", " Paris, L");
  check_pattern (index, ".*", "\xe2\x82");
  check_pattern (index, "\"[^\"\\\\\\x00-\\x1f]*\"", "\"x\"");
  check_pattern (index, "[\\s\\S]*[eE]njoy\\s+[A-Za-z]+ing[\\s\\S]*", "I enjoy ");
  check_pattern (index, "(?!.*the).{0,100}", " th");
  check_pattern (index, "[^ ]+( [^ ]+){3}", "a b");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/trie-walk/random", test_random);
  g_test_add_func ("/engine/trie-walk/bytes", test_bytes);
  g_test_add_func ("/engine/trie-walk/limit", test_limit);
  g_test_add_func ("/engine/trie-walk/gpt2", test_gpt2);
  return g_test_run ();
}
