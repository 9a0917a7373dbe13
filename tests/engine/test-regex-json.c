/* Patterns and words in the encoding of JSON strings, against a reader of such
 * strings that is as plain as can be. */

#include <genlm.h>
#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-char-exprs.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-dfa.h"
#include "genlm-regex-parser.h"

static const GenlmEngineLimits limits = { 100000, G_GUINT64_CONSTANT (1) << 28, 10000 };

static const char letters[] = "\"\\/bfnrt";
static const char values[] = "\"\\/\b\f\n\r\t";

/* Four digits of an escape; -1 if they are not there. */
static int
read_unit (const char *text,
           gsize       length)
{
  int unit = 0;
  guint i;

  if (length < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (text[i]))
        return -1;
      unit = unit * 16 + g_ascii_xdigit_value (text[i]);
    }
  return unit;
}

/* How many bytes one character takes; 0 if there is none. */
static gsize
decode_one (const char *text,
            gsize       length,
            gunichar   *character)
{
  int unit;
  int low;

  if (*text != '\\')
    {
      *character = g_utf8_get_char_validated (text, (gssize) length);
      if (*character >= (gunichar) -2 || *character < 0x20 || *character == '"')
        return 0;
      return (gsize) g_unichar_to_utf8 (*character, NULL);
    }
  if (length >= 2 && text[1] != '\0' && strchr (letters, text[1]) != NULL)
    {
      *character = (guchar) values[strchr (letters, text[1]) - letters];
      return 2;
    }
  unit = read_unit (text, length);
  if (unit < 0)
    return 0;
  *character = (gunichar) unit;
  if (unit < 0xd800 || unit > 0xdfff)
    return 6;
  low = length < 12 ? -1 : read_unit (text + 6, length - 6);
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
    return 0;
  *character = 0x10000 + (((gunichar) unit - 0xd800) << 10) + ((gunichar) low - 0xdc00);
  return 12;
}

/* Reads the contents of a JSON string; FALSE if they are none. */
static gboolean
decode (const char *text,
        gsize       length,
        GString    *result)
{
  gunichar character;
  gsize taken;

  g_string_truncate (result, 0);
  for (; length > 0; text += taken, length -= taken)
    {
      taken = decode_one (text, length, &character);
      if (taken == 0)
        return FALSE;
      g_string_append_unichar (result, character);
    }
  return TRUE;
}

static void
append_unit (GRand   *rand,
             GString *out,
             guint    unit)
{
  char digits[5];
  guint i;

  g_snprintf (digits, sizeof digits, "%04x", unit);
  for (i = 0; i < 4; i++)
    if (g_rand_boolean (rand))
      digits[i] = g_ascii_toupper (digits[i]);
  g_string_append_printf (out, "\\u%s", digits);
}

/* Writes a character in one of the ways there are. */
static void
encode (GRand    *rand,
        GString  *out,
        gunichar  character)
{
  const char *found = character < 0x80 && character != 0 ? strchr (values, (int) character) : NULL;
  gboolean raw = character >= 0x20 && character != '"' && character != '\\';

  if (raw && g_rand_int_range (rand, 0, 3) > 0)
    g_string_append_unichar (out, character);
  else if (found != NULL && g_rand_boolean (rand))
    g_string_append_printf (out, "\\%c", letters[found - values]);
  else if (character < 0x10000)
    append_unit (rand, out, character);
  else
    {
      append_unit (rand, out, 0xd800 + ((character - 0x10000) >> 10));
      append_unit (rand, out, 0xdc00 + ((character - 0x10000) & 0x3ff));
    }
}

/* Changes, drops, doubles or cuts something, or nothing. */
static void
spoil (GRand   *rand,
       GString *text)
{
  gsize at = text->len > 0 ? (gsize) g_rand_int_range (rand, 0, (gint32) text->len) : 0;
  static const char bytes[] = "\\u\"dD89cCfF0/n\x80\xc3\xff";

  if (text->len == 0)
    return;
  switch (g_rand_int_range (rand, 0, 8))
    {
    case 0:
      text->str[at] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
      break;
    case 1:
      g_string_erase (text, (gssize) at, 1);
      break;
    case 2:
      g_string_insert_c (text, (gssize) at, text->str[at]);
      break;
    case 3:
      g_string_truncate (text, at);
      break;
    case 4:
      g_string_insert_c (text, (gssize) at, bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)]);
      break;
    default:
      break;
    }
}

static GenlmByteDfa *
start (GenlmByteExprs  *exprs,
       GenlmByteExpr    expr,
       GenlmByteState **state)
{
  GenlmByteItem item = { 0, expr };
  g_autoptr (GError) error = NULL;
  GenlmByteDfa *dfa = genlm_byte_dfa_new (exprs, &error);

  g_assert_no_error (error);
  *state = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error);
  g_assert_no_error (error);
  return dfa;
}

static GenlmByteState *
walk (GenlmByteDfa   *dfa,
      GenlmByteState *state,
      const char     *text,
      gsize           length)
{
  g_autoptr (GError) error = NULL;

  state = genlm_byte_dfa_walk (dfa, state, (const guint8 *) text, length, &error);
  g_assert_no_error (error);
  return state;
}

static gunichar
draw_char (GRand *rand)
{
  static const gunichar edges[] = { 0, 1, 9, 0x1f, ' ', '!', '"', '#', '/', '[', '\\', ']',
                                    'a', 'b', 'u', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000,
                                    0xfffd, 0xffff, 0x10000, 0x103ff, 0x10400, 0x1f600, 0x1f9ff,
                                    0xfffff, 0x10fc00, 0x10ffff };
  gunichar character = edges[g_rand_int_range (rand, 0, G_N_ELEMENTS (edges))];

  if (g_rand_int_range (rand, 0, 4) == 0)
    character = (gunichar) g_rand_int_range (rand, 0, 0x110000);
  return character >= 0xd800 && character <= 0xdfff ? 'x' : character;
}

/* One character of a set, in all its spellings and none of the others. */
static void
test_chars (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) decoded = g_string_new (NULL);
  guint round;
  guint i;

  for (round = 0; round < 200; round++)
    {
      g_autoptr (GenlmCharSet) set = genlm_char_set_new ();
      g_autoptr (GenlmByteDfa) dfa = NULL;
      GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
      const GenlmCharRange *ranges;
      GenlmByteState *first;
      GenlmByteExpr expr;
      gsize n_ranges;

      for (i = 0; i < round % 6; i++)
        {
          gunichar from = draw_char (rand);

          genlm_char_set_add_range (set, from, MAX (from, draw_char (rand)));
        }
      if (round % 2 == 0)
        genlm_char_set_add_range (set, draw_char (rand), 0x10000);
      ranges = genlm_char_set_peek_ranges (set, &n_ranges);
      expr = genlm_char_exprs_make_set (exprs, GENLM_BYTE_ENCODING_JSON, ranges, n_ranges);
      g_assert_cmpuint (expr, ==, genlm_char_exprs_make_set (exprs, GENLM_BYTE_ENCODING_JSON,
                                                             ranges, n_ranges));
      dfa = start (exprs, expr, &first);
      for (i = 0; i < 500; i++)
        {
          GenlmByteState *state;
          gboolean expected;

          g_string_truncate (text, 0);
          encode (rand, text, draw_char (rand));
          spoil (rand, text);
          state = walk (dfa, first, text->str, text->len);
          expected = decode (text->str, text->len, decoded)
                     && decoded->len == (gsize) g_utf8_skip[(guchar) decoded->str[0]]
                     && genlm_char_set_contains (set, g_utf8_get_char (decoded->str));
          if (state->accepting != expected)
            g_test_message ("%u: “%s”", round, text->str);
          g_assert_cmpint (state->accepting, ==, expected);
        }
    }
}

/* Compares two automata below two states over all strings of an alphabet up
 * to a length: what one accepts of the spellings, the other one accepts of
 * the texts. */
typedef struct
{
  GenlmByteDfa   *spelled;
  GenlmByteDfa   *plain;
  GenlmByteState *plain_start;
  const char     *alphabet;
  gsize           max_length;
  GString        *decoded;
  char            text[16];
  guint           n_accepted;
} Brute;

static gboolean
compare_below (Brute          *self,
               GenlmByteState *state,
               gsize           length)
{
  gboolean expected = decode (self->text, length, self->decoded)
                      && walk (self->plain, self->plain_start, self->decoded->str,
                               self->decoded->len)->accepting;
  gboolean extends = expected;
  const char *c;

  if (state->accepting != expected)
    g_test_message ("“%.*s”: %d expected", (int) length, self->text, expected);
  g_assert_cmpint (state->accepting, ==, expected);
  self->n_accepted += expected;
  for (c = self->alphabet; *c != '\0' && length < self->max_length; c++)
    {
      GenlmByteState *next = walk (self->spelled, state, c, 1);

      self->text[length] = *c;
      extends |= compare_below (self, next, length + 1);
    }
  g_assert_true (!extends || state != self->spelled->dead);
  return extends;
}

static void
compare_pattern (const char *pattern,
                 const char *alphabet,
                 gsize       max_length,
                 gboolean    some)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (pattern, strlen (pattern), NULL, &error);
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GString) decoded = g_string_new (NULL);
  g_autoptr (GenlmByteDfa) spelled = NULL;
  g_autoptr (GenlmByteDfa) plain = NULL;
  GenlmByteState *first;
  GenlmByteExpr expr;
  Brute brute;

  g_assert_no_error (error);
  g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_JSON, &expr, &error));
  spelled = start (exprs, expr, &first);
  plain = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  brute = (Brute) { spelled, plain, plain->start, alphabet, max_length, decoded, { 0 }, 0 };
  compare_below (&brute, first, 0);
  g_assert_cmpint (brute.n_accepted > 0, ==, some);
}

static void
test_patterns (void)
{
  compare_pattern ("A|n\\nA?|[\\x00-\\x04].*", "\\u0041nA", 7, TRUE);
  compare_pattern ("[^A]{1,3}", "\\u\"/b04", 6, TRUE);
  compare_pattern ("(?!A)(?=.*n).+", "\\u041nA", 7, TRUE);
  compare_pattern ("(?!\\n)[^n](?!A)(.|\\n)*", "\\u0an14A", 6, TRUE);
  compare_pattern (".*[\\\\/].*", "\\/\"n", 7, TRUE);
  compare_pattern ("é|a", "\\a\xc3\xa9u", 5, TRUE);
  compare_pattern (".|é{2}", "\\uE90e\xc3\xa9", 6, TRUE);
  compare_pattern ("[\\uD83D\\uDE00-\\uD83D\\uDE01]", "\\uDdE", 6, FALSE);
  compare_pattern ("(?s).", "\\udD80", 6, TRUE);
}

/* Random texts and spellings of what the alphabets above are too small for. */
static void
test_random_patterns (void)
{
  static const char *const patterns[] = {
    "(?s)(\\\\|\"|😀|[é-ü])*.?", "(?s)[^😀]+", "(?i)(straße|Σ|k){1,3}(?s).*", "(?s).{2,4}",
    "(?s)(?!.*😀).*", "(?s).*[\\n\\t\"].*"
  };
  static const gunichar chars[] = { '\\', '"', 0x1f600, 0x1f601, 0xe9, 's', 'K', 0x212a, 0x3c2,
                                    '\n', '\t', 0xffff, 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) decoded = g_string_new (NULL);
  guint n_accepted = 0;
  guint i;
  guint j;

  for (i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (patterns[i], strlen (patterns[i]), NULL,
                                                           &error);
      g_autoptr (GenlmByteDfa) plain = genlm_regex_dfa_new (patterns[i],
                                                            strlen (patterns[i]), NULL,
                                                            &limits, &error);
      GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
      g_autoptr (GenlmByteDfa) spelled = NULL;
      GenlmByteState *first;
      GenlmByteExpr expr;

      g_assert_no_error (error);
      g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_JSON, &expr, &error));
      spelled = start (exprs, expr, &first);
      for (j = 0; j < 4000; j++)
        {
          guint n_chars = (guint) g_rand_int_range (rand, 0, 6);
          gboolean expected;

          g_string_truncate (text, 0);
          for (; n_chars > 0; n_chars--)
            encode (rand, text, chars[g_rand_int_range (rand, 0, G_N_ELEMENTS (chars))]);
          spoil (rand, text);
          expected = decode (text->str, text->len, decoded)
                     && walk (plain, plain->start, decoded->str, decoded->len)->accepting;
          n_accepted += expected;
          g_assert_cmpint (walk (spelled, first, text->str, text->len)->accepting, ==, expected);
          /* Wherever it is cut, in a character or an escape, it goes on. */
          for (; expected && text->len > 0; g_string_truncate (text, text->len - 1))
            g_assert_true (walk (spelled, first, text->str, text->len) != spelled->dead);
        }
    }
  g_assert_cmpuint (n_accepted, >, 1000);
}

typedef struct
{
  const char *words[40];
  gsize       lengths[40];
  guint       n_words;
} Words;

static const char *const pool[] = { "", "a", "ab", "abc", "b", "é", "éa", "ê", "\n", "\"", "\\",
                                    "/", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x81",
                                    "\xf0\x9f\x98\x81x", "\xf0\x90\x80\x80", "\xef\xbf\xbf", "\t",
                                    "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "ab",
                                    "\xf0\x90\x8f\xbf", "\xf0\x90\x90\x80", "a\xf0\x9f\x98\x80" "b" };

static void
draw_words (GRand *rand,
            Words *words)
{
  guint i;

  words->n_words = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (words->words));
  for (i = 0; i < words->n_words; i++)
    {
      words->words[i] = pool[g_rand_int_range (rand, 0, G_N_ELEMENTS (pool))];
      words->lengths[i] = strlen (words->words[i]);
      if (g_rand_int_range (rand, 0, 10) == 0)
        {
          words->words[i] = "a\0b";
          words->lengths[i] = 3;
        }
    }
}

static int
find_word (const Words   *words,
           const GString *text)
{
  guint i;

  for (i = 0; i < words->n_words; i++)
    if (words->lengths[i] == text->len && memcmp (words->words[i], text->str, text->len) == 0)
      return (int) i;
  return -1;
}

/* The state's word, with and without something behind it. */
static int
ask_word (GenlmByteDfa   *dfa,
          GenlmByteState *state)
{
  GenlmByteExprs *exprs = genlm_byte_dfa_lock_exprs (dfa);
  guint index = 0;
  gboolean found = state->n_items > 0
                   && genlm_byte_exprs_get_word (exprs, state->items[0].expr, &index);

  g_assert_true (genlm_byte_dfa_unlock_exprs (dfa, NULL));
  return found ? (int) index : -1;
}

/* Writes a text in the plain way. */
static void
encode_plain (GString    *out,
              const char *text,
              gsize       length)
{
  gsize i;

  for (i = 0; i < length; i++)
    {
      const char *found = text[i] != '\0' && text[i] != '/' ? strchr (values, text[i]) : NULL;

      if (found != NULL)
        g_string_append_printf (out, "\\%c", letters[found - values]);
      else if ((guchar) text[i] < 0x20)
        g_string_append_printf (out, "\\u%04x", (guint) text[i]);
      else
        g_string_append_c (out, text[i]);
    }
}

static void
check_words (GRand             *rand,
             GenlmByteEncoding  encoding)
{
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) decoded = g_string_new (NULL);
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteState *first;
  GenlmByteExpr expr;
  Words words;
  guint i;

  draw_words (rand, &words);
  expr = genlm_byte_exprs_make_words (exprs, encoding, words.words, words.lengths, words.n_words);
  g_assert_cmpuint (expr, ==, genlm_byte_exprs_make_words (exprs, encoding, words.words,
                                                           words.lengths, words.n_words));
  dfa = start (exprs, expr, &first);
  for (i = 0; i < 300; i++)
    {
      const char *word = pool[g_rand_int_range (rand, 0, G_N_ELEMENTS (pool))];
      GenlmByteState *state;
      gboolean valid = TRUE;
      int expected;

      g_string_assign (text, "");
      if (encoding == GENLM_BYTE_ENCODING_UTF8)
        g_string_append (text, word);
      else if (encoding == GENLM_BYTE_ENCODING_JSON_PLAIN && g_rand_boolean (rand))
        encode_plain (text, word, strlen (word));
      else
        for (; *word != '\0'; word = g_utf8_next_char (word))
          encode (rand, text, g_utf8_get_char (word));
      if (g_rand_int_range (rand, 0, 10) == 0)
        g_string_assign (text, encoding == GENLM_BYTE_ENCODING_UTF8 ? "a" : "a\\u0000b");
      spoil (rand, text);
      if (encoding != GENLM_BYTE_ENCODING_UTF8)
        valid = decode (text->str, text->len, decoded);
      else
        g_string_append_len (g_string_assign (decoded, ""), text->str, (gssize) text->len);
      if (valid && encoding == GENLM_BYTE_ENCODING_JSON_PLAIN)
        {
          g_autoptr (GString) plain = g_string_new (NULL);

          encode_plain (plain, decoded->str, decoded->len);
          valid = g_string_equal (plain, text);
        }
      expected = valid ? find_word (&words, decoded) : -1;
      state = walk (dfa, first, text->str, text->len);
      g_assert_cmpint (state->accepting, ==, expected >= 0);
      g_assert_cmpint (ask_word (dfa, state), ==, expected);
    }
}

static void
test_words (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint i;

  for (i = 0; i < 200; i++)
    check_words (rand, (GenlmByteEncoding) (i % (GENLM_BYTE_ENCODING_JSON_PLAIN + 1)));
}

/* Every string up to a length is accepted, or dead, as the plain spellings of
 * the characters say; as words and as a set of characters. */
static void
test_plain_brute (void)
{
  static const char alphabet[] = "\\u0019abfn\"/Ax";
  static const GenlmCharRange ranges[] = { { 0, 1 }, { 9, 10 }, { 0x1a, 0x1a }, { '"', '"' }, { '/', '/' }, { 'A', 'A' }, { '\\', '\\' } };
  const char *words[] = { "", "\x01", "\t", "\n", "\x1a", "\"", "/", "A", "\\" };
  const gsize lengths[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  GenlmByteExprs *exprs[2] = { genlm_byte_exprs_new (&limits), genlm_byte_exprs_new (&limits) };
  g_autoptr (GPtrArray) spellings = g_ptr_array_new_with_free_func (g_free);
  guint k;
  guint i;
  guint n;

  for (i = 0; i < G_N_ELEMENTS (words); i++)
    {
      GString *spelling = g_string_new (NULL);

      encode_plain (spelling, words[i], 1);
      g_ptr_array_add (spellings, g_string_free (spelling, FALSE));
    }
  for (k = 0; k < 2; k++)
    {
      g_autoptr (GenlmByteDfa) dfa = NULL;
      GenlmByteState *first;
      GenlmByteExpr expr;

      expr = k == 0 ? genlm_byte_exprs_make_words (exprs[k], GENLM_BYTE_ENCODING_JSON_PLAIN, words, lengths, G_N_ELEMENTS (words))
                    : genlm_char_exprs_make_set (exprs[k], GENLM_BYTE_ENCODING_JSON_PLAIN, ranges, G_N_ELEMENTS (ranges));
      dfa = start (exprs[k], expr, &first);
      /* What starts some spelling, and each byte more. */
      for (i = 0; i < spellings->len; i++)
        for (n = 0; n < strlen (g_ptr_array_index (spellings, i)) * strlen (alphabet); n++)
          {
            const char *spelling = g_ptr_array_index (spellings, i);
            g_autofree char *text = g_strndup (spelling, n / strlen (alphabet) + 1);
            GenlmByteState *state;
            gboolean accepted = FALSE;
            gboolean alive = FALSE;
            guint j;

            text[n / strlen (alphabet)] = alphabet[n % strlen (alphabet)];
            for (j = 0; j < spellings->len; j++)
              {
                accepted = accepted || strcmp (g_ptr_array_index (spellings, j), text) == 0;
                alive = alive || g_str_has_prefix (g_ptr_array_index (spellings, j), text);
              }
            state = walk (dfa, first, text, strlen (text));
            g_test_message ("%u: %s", k, text);
            g_assert_cmpint (state->accepting, ==, accepted);
            g_assert_cmpint (state != dfa->dead, ==, alive);
          }
    }
}

/* Every string up to a length is accepted or dead as the words say. */
static void
test_words_brute (void)
{
  static const char *const words[] = { "A", "AA", "4", "\n", "\x04", "A4n", "nn", NULL };
  static const char pattern[] = "A|AA|4|\\n|\\x04|A4n|nn";
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GString) decoded = g_string_new (NULL);
  g_autoptr (GenlmByteDfa) spelled = NULL;
  g_autoptr (GenlmByteDfa) plain = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteState *first;
  Brute brute;

  spelled = start (exprs,
                   genlm_byte_exprs_make_words (exprs, GENLM_BYTE_ENCODING_JSON, words, NULL, 7),
                   &first);
  plain = genlm_regex_dfa_new (pattern, strlen (pattern), NULL, &limits, &error);
  g_assert_no_error (error);
  brute = (Brute) { spelled, plain, plain->start, "\\u0041nA", 7, decoded, { 0 }, 0 };
  compare_below (&brute, first, 0);
  g_assert_cmpuint (brute.n_accepted, >, 7);
}

/* Words beside other things: behind, before, within unions and complements. */
static void
test_words_in_context (void)
{
  static const char *const words[] = { "one", "two", "\xf0\x9f\x98\x80" };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  GenlmByteSet quote = { { 0 } };
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteState *first;
  GenlmByteExpr closed;
  GenlmByteExpr others;

  genlm_byte_set_add_range (&quote, '"', '"');
  closed = genlm_byte_exprs_make_words (exprs, GENLM_BYTE_ENCODING_JSON, words, NULL, 3);
  others = genlm_byte_exprs_make_intersection (
    exprs,
    (GenlmByteExpr[2]) {
      genlm_byte_exprs_make_repeat (
        exprs, genlm_char_exprs_make_any (exprs, GENLM_BYTE_ENCODING_JSON), 0,
        GENLM_BYTE_EXPR_UNBOUNDED),
      genlm_byte_exprs_make_complement (exprs, closed) },
    2);
  closed = genlm_byte_exprs_make_concat (exprs, closed,
                                         genlm_byte_exprs_make_set (exprs, &quote));
  dfa = start (exprs, genlm_byte_exprs_make_union (exprs, (GenlmByteExpr[2]) { closed, others }, 2),
               &first);
  g_assert_true (first->accepting);
  g_assert_true (walk (dfa, first, "on", 2)->accepting);
  g_assert_false (walk (dfa, first, "one", 3)->accepting);
  g_assert_cmpint (ask_word (dfa, walk (dfa, first, "tw\\u006f", 8)), ==, 1);
  g_assert_cmpint (ask_word (dfa, walk (dfa, first, "\\ud83d\\uDE00", 12)), ==, 2);
  g_assert_false (walk (dfa, first, "\\ud83d\\uDE00", 12)->accepting);
  g_assert_true (walk (dfa, first, "\\ud83d\\uDE01", 12)->accepting);
  g_assert_true (walk (dfa, first, "one\"", 4)->accepting);
  g_assert_true (walk (dfa, first, "ones\"", 5) == dfa->dead);
  g_assert_true (walk (dfa, first, "\\udE00", 6) == dfa->dead);
}

/* What a pattern forbids is dead as soon as it is there, and is not looked for
 * in all that may follow. */
static void
test_forbidden (void)
{
  GenlmEngineLimits few = { 400, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 10000 };
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&few);
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmByteDfa) dfa = NULL;
  g_autoptr (GError) error = NULL;
  GenlmByteExpr members[2];
  GenlmByteState *first;

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, "^x-|bad", 7, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_JSON, &members[0], &error));
  members[0] = genlm_byte_exprs_make_complement (exprs, members[0]);
  members[1] = genlm_byte_exprs_make_repeat (
    exprs, genlm_char_exprs_make_any (exprs, GENLM_BYTE_ENCODING_JSON), 0, 100000);
  dfa = start (exprs, genlm_byte_exprs_make_intersection (exprs, members, 2), &first);
  g_assert_true (walk (dfa, first, "x", 1)->accepting);
  g_assert_true (walk (dfa, first, "xx-", 3)->accepting);
  g_assert_true (walk (dfa, first, "x-", 2) == dfa->dead);
  g_assert_true (walk (dfa, first, "x\\u002D", 7) == dfa->dead);
  g_assert_true (walk (dfa, first, "ba\\u0064", 8) == dfa->dead);
  g_assert_true (walk (dfa, first, "ba\\u00640", 9) == dfa->dead);
  g_assert_true (walk (dfa, first, "ba\\u0065", 8)->accepting);
}

/* Ten thousand names: a state for each place, and a derivative that does not
 * look at all of them. */
static void
test_many_words (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GenlmByteExprs *exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GenlmByteDfa) dfa = NULL;
  GenlmByteState *first;
  guint i;

  for (i = 0; i < 10000; i++)
    g_ptr_array_add (names, g_strdup_printf ("property_%u", i * 7919 % 10000));
  dfa = start (exprs,
               genlm_byte_exprs_make_words (exprs, GENLM_BYTE_ENCODING_JSON,
                                            (const char *const *) names->pdata, NULL, names->len),
               &first);
  for (i = 0; i < 10000; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      GenlmByteState *state = walk (dfa, first, name, strlen (name));

      g_assert_cmpint (ask_word (dfa, state), ==, (int) i);
    }
  g_assert_true (walk (dfa, first, "property_10000", 14) == dfa->dead);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/regex-json/chars", test_chars);
  g_test_add_func ("/engine/regex-json/patterns", test_patterns);
  g_test_add_func ("/engine/regex-json/random-patterns", test_random_patterns);
  g_test_add_func ("/engine/regex-json/words", test_words);
  g_test_add_func ("/engine/regex-json/words-brute", test_words_brute);
  g_test_add_func ("/engine/regex-json/words-plain", test_plain_brute);
  g_test_add_func ("/engine/regex-json/words-in-context", test_words_in_context);
  g_test_add_func ("/engine/regex-json/forbidden", test_forbidden);
  g_test_add_func ("/engine/regex-json/many-words", test_many_words);
  return g_test_run ();
}
