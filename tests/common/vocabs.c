#include "vocabs.h"

#include <string.h>

/* A vocabulary of byte strings. */
GenlmVocab *
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

GenlmVocab *
make_vocab_for_texts (const char *const *texts,
                      gsize              n_texts)
{
  return make_vocab_with_bytes (0, texts, n_texts);
}

/* Single bytes from 0 on, and then some texts. */
GenlmVocab *
make_vocab_with_bytes (guint              n_bytes,
                       const char *const *texts,
                       gsize              n_texts)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize i;

  for (i = 0; i < n_bytes; i++)
    {
      const guint8 byte = (guint8) i;

      g_ptr_array_add (tokens, g_bytes_new (&byte, 1));
    }
  for (i = 0; i < n_texts; i++)
    g_ptr_array_add (tokens, g_bytes_new (texts[i], strlen (texts[i])));
  return make_vocab (tokens);
}

static guint8
choose (GRand        *rand,
        const guint8 *letters,
        guint         n_letters)
{
  return letters[g_rand_int_range (rand, 0, (int) n_letters)];
}

/* Some tokens are empty, some are equal, some start others, and now and then
 * one is as long as a token may be. */
GenlmVocab *
make_random_vocab (GRand        *rand,
                   const guint8 *letters,
                   guint         n_letters)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint n_tokens = (guint) g_rand_int_range (rand, 1, 300);
  guint i;

  for (i = 0; i < n_tokens; i++)
    {
      guint8 bytes[GENLM_TRIE_MAX_DEPTH];
      gsize length = (gsize) g_rand_int_range (rand, 0, 7);
      gsize j;

      if (g_rand_int_range (rand, 0, 300) == 0)
        length = sizeof bytes;
      bytes[0] = choose (rand, letters, n_letters);
      for (j = 1; j < length; j++)
        bytes[j] = length == sizeof bytes ? bytes[0] : choose (rand, letters, n_letters);
      g_ptr_array_add (tokens, g_bytes_new (bytes, length));
    }
  return make_vocab (tokens);
}

/* The lines of the file are base64, one token each; an empty line is an
 * unused id. NULL when the file or the program to unpack it is missing. */
GenlmVocab *
load_vocab (const char *name)
{
  g_autofree char *file = g_strdup_printf ("../shared/data/vocab-%s.b64.xz", name);
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char *argv[] = { "xz", "-dc", file, NULL };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize i;

  if (!g_file_test (file, G_FILE_TEST_EXISTS)
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
