#include "genlm-regex-escape.h"

#include <string.h>

#include "genlm-unicode-property.h"

static const GenlmCharRange digit_ranges[] = { { '0', '9' } };
static const GenlmCharRange word_ranges[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' },
                                              { 'a', 'z' } };
static const GenlmCharRange space_ranges[] = { { '\t', '\r' }, { ' ', ' ' } };
static const GenlmCharRange ecma_space_ranges[] = {
  { '\t', '\r' },     { ' ', ' ' },       { 0xa0, 0xa0 },     { 0x1680, 0x1680 },
  { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f },
  { 0x3000, 0x3000 }, { 0xfeff, 0xfeff }
};

static const GenlmCharSet *
make_once (GenlmCharSet         **set,
           const GenlmCharRange  *ranges,
           gsize                  n_ranges)
{
  if (g_once_init_enter (set))
    {
      GenlmCharSet *made = genlm_char_set_new ();
      gsize i;

      for (i = 0; i < n_ranges; i++)
        genlm_char_set_add_range (made, ranges[i].first, ranges[i].last);
      g_once_init_leave (set, made);
    }
  return *set;
}

/* The set of "\d", "\w" or "\s". */
static const GenlmCharSet *
get_shorthand (const GenlmRegexCursor *cursor,
               char                    letter)
{
  static GenlmCharSet *digits, *words, *spaces, *ecma_spaces;

  if (letter == 'd')
    return make_once (&digits, digit_ranges, G_N_ELEMENTS (digit_ranges));
  if (letter == 'w')
    return make_once (&words, word_ranges, G_N_ELEMENTS (word_ranges));
  if (genlm_regex_cursor_is_ecma (cursor))
    return make_once (&ecma_spaces, ecma_space_ranges, G_N_ELEMENTS (ecma_space_ranges));
  return make_once (&spaces, space_ranges, G_N_ELEMENTS (space_ranges));
}

static gboolean
parse_hex (GenlmRegexCursor *cursor,
           gsize             start,
           guint             n_digits,
           gunichar         *character)
{
  guint i;

  *character = 0;
  for (i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isxdigit (genlm_regex_cursor_peek (cursor)))
        {
          g_autofree char *found = genlm_regex_cursor_describe (cursor, cursor->at);

          return genlm_regex_fail_syntax (
            cursor, cursor->at,
            "found %s in the escape that starts at byte %" G_GSIZE_FORMAT
            ", expected %u hexadecimal digits",
            found, start, n_digits);
        }
      *character
        = *character * 16 + (gunichar) g_ascii_xdigit_value (genlm_regex_cursor_peek (cursor));
      cursor->at++;
    }
  return TRUE;
}

/* After "\u{". */
static gboolean
parse_braced_hex (GenlmRegexCursor *cursor,
                  gsize             start,
                  gunichar         *character)
{
  gsize digits = cursor->at;

  *character = 0;
  for (; g_ascii_isxdigit (genlm_regex_cursor_peek (cursor)) && *character <= GENLM_CHAR_LAST;
       cursor->at++)
    *character
      = *character * 16 + (gunichar) g_ascii_xdigit_value (genlm_regex_cursor_peek (cursor));
  if (*character > GENLM_CHAR_LAST)
    return genlm_regex_fail_syntax (cursor, start, "the last character is \\u{10FFFF}");
  if (cursor->at == digits || !genlm_regex_cursor_accept (cursor, '}'))
    {
      g_autofree char *found = genlm_regex_cursor_describe (cursor, cursor->at);

      return genlm_regex_fail_syntax (cursor, cursor->at,
                                      "found %s in the escape that starts at byte %" G_GSIZE_FORMAT
                                      ", expected hexadecimal digits and \"}\"",
                                      found, start);
    }
  return TRUE;
}

/* After "\u": four digits, or a pair of surrogates as JSON writes them, or any
 * number in braces. A surrogate alone is in ECMA-262 a character that no text
 * holds. */
static gboolean
parse_unicode_escape (GenlmRegexCursor *cursor,
                      gsize             start,
                      gunichar         *character)
{
  gsize after;
  gunichar low;

  if (genlm_regex_cursor_accept (cursor, '{'))
    {
      if (!parse_braced_hex (cursor, start, character))
        return FALSE;
    }
  else if (!parse_hex (cursor, start, 4, character))
    return FALSE;
  if (*character < 0xd800 || *character > 0xdfff)
    return TRUE;
  after = cursor->at;
  if (*character < 0xdc00 && genlm_regex_cursor_peek (cursor) == '\\'
      && genlm_regex_cursor_peek_after (cursor) == 'u' && cursor->text[cursor->at - 1] != '}')
    {
      cursor->at += 2;
      if (genlm_regex_cursor_peek (cursor) != '{' && !parse_hex (cursor, start, 4, &low))
        return FALSE;
      if (genlm_regex_cursor_peek (cursor) != '{' && low >= 0xdc00 && low <= 0xdfff)
        {
          *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
          return TRUE;
        }
      cursor->at = after;
    }
  if (genlm_regex_cursor_is_ecma (cursor))
    return TRUE;
  return genlm_regex_fail_syntax (
    cursor, start, "a surrogate alone is no character; write the pair, high one first");
}

/* Without regard to case, a character has a property if one of its cases has
 * it, and lacks it if one lacks it. */
static void
add_property_cases (GenlmRegexEscape *self)
{
  g_autoptr (GenlmCharSet) full = genlm_char_set_new_full ();
  GenlmCharSet *set = self->negated ? genlm_char_set_subtract (full, self->set)
                                    : genlm_char_set_copy (self->set);

  genlm_char_set_add_cases (set);
  self->set = self->own_set = set;
  self->negated = FALSE;
}

/* After "\p" or "\P". */
static gboolean
parse_property (GenlmRegexCursor *cursor,
                gsize             start,
                gboolean          any_case,
                GenlmRegexEscape *self)
{
  gsize name = cursor->at + 1;
  gsize end = name;

  if (genlm_regex_cursor_peek (cursor) == '{')
    while (end < cursor->length && cursor->text[end] != '}')
      end++;
  if (end >= cursor->length || cursor->text[end] != '}')
    return genlm_regex_fail_syntax (
      cursor, start, "a property has braces: \\p{Lu}, \\p{Letter}, \\p{Script=Greek}");
  cursor->at = end + 1;
  self->set = genlm_unicode_property_find (cursor->text + name, end - name);
  if (self->set != NULL && any_case)
    add_property_cases (self);
  if (self->set != NULL)
    return TRUE;
  self->set = get_shorthand (cursor, 'd');
  if (genlm_regex_cursor_is_ecma (cursor))
    return genlm_regex_cursor_defer (
      cursor, start,
      "this property of characters is not supported; known are the general "
      "categories, Script=…, Any, ASCII, Assigned, White_Space and Hex_Digit");
  return genlm_regex_fail_unsupported (
    cursor, start,
    "this property of characters is not supported; known are the general "
    "categories, Script=…, Any, ASCII, Assigned, White_Space and "
    "Hex_Digit");
}

/* After the backslash, at a digit: "\0", "\0o", "\0oo", "\ooo". */
static gboolean
parse_octal (GenlmRegexCursor *cursor,
             gsize             start,
             gboolean          in_class,
             gunichar         *character)
{
  gboolean zero = genlm_regex_cursor_peek (cursor) == '0';
  guint n_digits = 0;

  *character = 0;
  while (n_digits < 3 && genlm_regex_cursor_peek (cursor) >= '0'
         && genlm_regex_cursor_peek (cursor) <= '7')
    {
      *character = *character * 8 + (gunichar) (genlm_regex_cursor_peek (cursor) - '0');
      cursor->at++;
      n_digits++;
    }
  if (!zero && n_digits < 3)
    {
      if (in_class)
        return genlm_regex_fail_syntax (cursor, start,
                                        "an octal escape has three digits, or starts with 0");
      return genlm_regex_fail_unsupported (cursor, start, "back-references are not supported");
    }
  if (*character > 0377)
    return genlm_regex_fail_syntax (cursor, start, "an octal escape ends at \\377");
  return TRUE;
}

/* After "\k". */
static gboolean
parse_named_reference (GenlmRegexCursor *cursor,
                       gsize             start)
{
  gsize end = cursor->at;

  while (end < cursor->length && cursor->text[end] != '>')
    end++;
  if (genlm_regex_cursor_peek (cursor) != '<' || end >= cursor->length)
    return genlm_regex_fail_syntax (cursor, start, "the name of a group is expected: \\k<name>");
  cursor->at = end + 1;
  return genlm_regex_cursor_defer (cursor, start, "back-references are not supported");
}

/* After the backslash, at a digit, in ECMA-262. */
static gboolean
parse_ecma_number (GenlmRegexCursor *cursor,
                   gsize             start,
                   gboolean          in_class)
{
  gboolean zero = genlm_regex_cursor_peek (cursor) == '0';

  cursor->at++;
  if (zero && !g_ascii_isdigit (genlm_regex_cursor_peek (cursor)))
    return TRUE;
  while (g_ascii_isdigit (genlm_regex_cursor_peek (cursor)))
    cursor->at++;
  if (zero || in_class)
    return genlm_regex_fail_syntax (cursor, start,
                                    "octal escapes are no part of ECMA-262; write \\xHH");
  return genlm_regex_cursor_defer (cursor, start, "back-references are not supported");
}

/* After the backslash, which stands at @start, what ECMA-262 and the other
 * dialect do not share. Sets @done if it was any of it. */
static gboolean
parse_ecma_escape (GenlmRegexCursor *cursor,
                   gsize             start,
                   gboolean          in_class,
                   GenlmRegexEscape *self,
                   gboolean         *done)
{
  char letter = genlm_regex_cursor_peek (cursor);

  *done = TRUE;
  if (g_ascii_isdigit (letter))
    return parse_ecma_number (cursor, start, in_class);
  if (letter == 'c')
    {
      if (!g_ascii_isalpha (genlm_regex_cursor_peek_after (cursor)))
        return genlm_regex_fail_syntax (cursor, start, "a letter is expected after \"\\c\"");
      self->character = (gunichar) genlm_regex_cursor_peek_after (cursor) & 0x1f;
      cursor->at += 2;
      return TRUE;
    }
  if (letter == 'k' && !in_class)
    {
      cursor->at++;
      return parse_named_reference (cursor, start);
    }
  if ((letter == 'b' || letter == 'B') && !in_class)
    {
      self->assertion = letter == 'b' ? GENLM_REGEX_NODE_BOUNDARY : GENLM_REGEX_NODE_NO_BOUNDARY;
      cursor->at++;
      return TRUE;
    }
  *done = FALSE;
  if (letter == 'a')
    return genlm_regex_fail_syntax (cursor, start, "ECMA-262 has no escape \"\\a\"; write \\x07");
  return TRUE;
}

/* After the backslash, at a letter, what both dialects have. */
static gboolean
parse_letter_escape (GenlmRegexCursor *cursor,
                     gsize             start,
                     gboolean          in_class,
                     gboolean          any_case,
                     GenlmRegexEscape *self)
{
  static const char plain[] = "afnrtv";
  static const char values[] = "\a\f\n\r\t\v";
  char letter = (char) genlm_regex_cursor_take (cursor);
  const char *found = strchr (plain, letter);

  if (found != NULL)
    {
      self->character = (guchar) values[found - plain];
      return TRUE;
    }
  switch (letter)
    {
    case 'd':
    case 'w':
    case 's':
    case 'D':
    case 'W':
    case 'S':
      self->set = get_shorthand (cursor, g_ascii_tolower (letter));
      self->negated = g_ascii_isupper (letter);
      return TRUE;
    case 'p':
    case 'P':
      self->negated = letter == 'P';
      return parse_property (cursor, start, any_case, self);
    case 'x':
      return parse_hex (cursor, start, 2, &self->character);
    case 'u':
      return parse_unicode_escape (cursor, start, &self->character);
    case 'b':
      if (in_class)
        {
          self->character = '\b';
          return TRUE;
        }
      break;
    default:
      break;
    }
  if (genlm_regex_cursor_is_ecma (cursor))
    return genlm_regex_fail_syntax (
      cursor, start, "ECMA-262 has no escape \"\\%c\"; write the letter alone if it is meant",
      letter);
  return genlm_regex_fail_unsupported (
    cursor, start,
    "the escape \"\\%c\" is not supported; known are \\d \\w \\s and their "
    "capitals, \\p{…} \\P{…}, \\a \\f \\n \\r \\t \\v, \\xHH, "
    "\\uHHHH, \\u{H…}, octal numbers, and a backslash before a character "
    "that is no letter",
    letter);
}

/* At a backslash. What is read replaces what was there. */
gboolean
genlm_regex_escape_read (GenlmRegexEscape *self,
                         GenlmRegexCursor *cursor,
                         gboolean          in_class,
                         gboolean          any_case)
{
  gsize start = cursor->at;
  gboolean done = FALSE;

  genlm_regex_escape_clear (self);
  cursor->at++;
  if (genlm_regex_cursor_at_end (cursor))
    return genlm_regex_fail_syntax (
      cursor, start, "a backslash at the end of the pattern; write \"\\\\\" for the character");
  if (genlm_regex_cursor_is_ecma (cursor)
      && !parse_ecma_escape (cursor, start, in_class, self, &done))
    return FALSE;
  if (done)
    return TRUE;
  if (g_ascii_isdigit (genlm_regex_cursor_peek (cursor)))
    return parse_octal (cursor, start, in_class, &self->character);
  if (g_ascii_isalpha (genlm_regex_cursor_peek (cursor)))
    return parse_letter_escape (cursor, start, in_class, any_case, self);
  self->character = genlm_regex_cursor_take (cursor);
  return TRUE;
}

void
genlm_regex_escape_clear (GenlmRegexEscape *self)
{
  g_clear_pointer (&self->own_set, genlm_char_set_free);
  *self = (GenlmRegexEscape) GENLM_REGEX_ESCAPE_INIT;
}
