/* Cuts a text into the units that are counted.
 *
 * A word is a run of letters and digits, with the space before it if there is
 * one; everything else is single bytes. The first 256 tokens are the bytes, so
 * that any text can be spelled, whatever words the vocabulary has. */

#include "genlm-ngram-cut-private.h"

#include <string.h>

/* A longer run is cut: a file without spaces must not become one token. */
#define MAX_WORD 64

static gboolean
is_letter (guint8 byte)
{
  return g_ascii_isalnum (byte) || byte >= 0x80;
}

/* The length of the first unit of a text that is not empty. */
static gsize
measure (const guint8 *text,
         gsize         length)
{
  gsize i = length > 1 && text[0] == ' ' && is_letter (text[1]) ? 1 : 0;

  while (i < MIN (length, MAX_WORD) &&
         (is_letter (text[i]) ||
          (text[i] == '\'' && i > 0 && is_letter (text[i - 1]) && i + 1 < length && is_letter (text[i + 1]))))
    i++;
  return MAX (i, 1);
}

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  return g_bytes_compare (*(GBytes * const *) a, *(GBytes * const *) b);
}

/* Finds the next sequence from @at on, without the white space around it. */
static gboolean
next_sequence (const guint8   *text,
               gsize           length,
               gboolean        by_line,
               gsize          *at,
               GenlmNgramSpan *span)
{
  const guint8 *begin = NULL;

  while (*at < length)
    {
      const guint8 *newline = memchr (text + *at, '\n', length - *at);
      const guint8 *first = text + *at;
      const guint8 *last = newline != NULL ? newline : text + length;

      *at = newline != NULL ? (gsize) (newline - text) + 1 : length;
      while (first < last && g_ascii_isspace (*first))
        first++;
      while (last > first && g_ascii_isspace (last[-1]))
        last--;

      if (first < last)
        {
          if (begin == NULL)
            begin = first;
          *span = (GenlmNgramSpan) { begin, (gsize) (last - begin) };
        }
      if (begin != NULL && (by_line || first == last))
        return TRUE;
    }
  return begin != NULL;
}

/* Lists the sequences of a text: its lines, or what blank lines divide. */
GArray *
genlm_ngram_cut_sequences (const guint8 *text,
                           gsize         length,
                           gboolean      by_line)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (GenlmNgramSpan));
  GenlmNgramSpan span;
  gsize at = 0;

  while (next_sequence (text, length, by_line, &at, &span))
    g_array_append_val (spans, span);
  return spans;
}

/* The words of a text, each once, in the order of their bytes. They borrow
 * from the text. */
static GPtrArray *
list_words (GArray *spans)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint s = 0; s < spans->len; s++)
    {
      const GenlmNgramSpan *span = &g_array_index (spans, GenlmNgramSpan, s);

      for (gsize i = 0; i < span->length;)
        {
          gsize n = measure (span->text + i, span->length - i);
          g_autoptr (GBytes) word = g_bytes_new_static (span->text + i, n);

          i += n;
          if (n > 1 && !g_hash_table_contains (seen, word))
            {
              g_hash_table_add (seen, word);
              g_ptr_array_add (words, g_steal_pointer (&word));
            }
        }
    }
  g_ptr_array_sort (words, compare_words);
  return g_steal_pointer (&words);
}

/* The vocabulary of the words of a text: the 256 bytes, then the words. */
GenlmVocab *
genlm_ngram_cut_make_vocab (GArray  *spans,
                            GError **error)
{
  g_autoptr (GPtrArray) words = list_words (spans);
  g_autoptr (GByteArray) flat = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GBytes) data = NULL;
  guint32 offset = 0;

  g_array_append_val (offsets, offset);
  for (guint i = 0; i < 256; i++)
    {
      guint8 byte = (guint8) i;

      g_byte_array_append (flat, &byte, 1);
      offset = flat->len;
      g_array_append_val (offsets, offset);
    }
  for (guint i = 0; i < words->len; i++)
    {
      gsize n;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (words, i), &n);

      g_byte_array_append (flat, bytes, (guint) n);
      offset = flat->len;
      g_array_append_val (offsets, offset);
    }
  data = g_byte_array_free_to_bytes (g_steal_pointer (&flat));
  return genlm_vocab_new_flat (data, (const guint32 *) offsets->data, offsets->len, NULL, error);
}

/* Appends the tokens of a sequence; a word that the vocabulary lacks is
 * spelled in bytes. Works for the byte vocabulary too. */
void
genlm_ngram_cut_append (GenlmVocab     *vocab,
                        GenlmNgramSpan  span,
                        GArray         *tokens)
{
  gboolean has_words = genlm_vocab_get_kind (vocab) == GENLM_VOCAB_KIND_TOKENS;

  for (gsize i = 0; i < span.length;)
    {
      gsize n = has_words ? measure (span.text + i, span.length - i) : 1;
      g_autoptr (GBytes) unit = g_bytes_new_static (span.text + i, n);
      gsize end = i + n;
      guint32 token;

      if (n > 1 && genlm_vocab_find (vocab, unit, &token))
        {
          g_array_append_val (tokens, token);
          i = end;
        }
      for (; i < end; i++)
        {
          token = span.text[i];
          g_array_append_val (tokens, token);
        }
    }
}
