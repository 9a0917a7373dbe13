#include "genlm-regex-parser.h"

#include <genlm.h>
#include <string.h>

#include "genlm-unicode-property.h"

/* How much of a pattern an error shows on either side of the place. */
#define EXCERPT_CHARS (32)

typedef enum
{
  FLAG_IGNORE_CASE = 1 << 0,
  FLAG_DOT_ALL     = 1 << 1,
} Flags;

typedef enum
{
  GROUP_PLAIN,
  GROUP_LOOKAHEAD,
  GROUP_NEGATIVE_LOOKAHEAD,
  GROUP_LOOKBEHIND,
  GROUP_NEGATIVE_LOOKBEHIND,
} GroupKind;

/* A group that is open. */
typedef struct
{
  GroupKind kind;
  gsize     opened_at;
  guint     flags;
  guint     n_items;
  guint     n_alternatives;
} Group;

/* A class that can be made only when all characters of the pattern are known:
 * the members are @set and, with @has_excluded, everything but @excluded; and
 * then the complement of that if it is negated. */
typedef struct
{
  guint32       index;
  GenlmCharSet *set;
  GenlmCharSet *excluded;
  gboolean      negated;
} OpenClass;

/* One character, or a set of them, which lives as long as the process; or
 * something that says what is around it. */
typedef struct
{
  gunichar            character;
  const GenlmCharSet *set;
  gboolean            negated;
  GenlmRegexNodeKind  assertion;
} Escape;

typedef struct
{
  GenlmRegexDialect dialect;
  const char     *text;
  gsize           length;
  gsize           at;
  guint           flags;
  gboolean        repeatable;
  GenlmRegexTree *tree;
  GArray         *items;
  GArray         *alternatives;
  GArray         *groups;
  GArray         *open_classes;
  GPtrArray      *own_sets;
  GenlmCharSet   *charset;
  GenlmCharSet   *named;
  GError        **error;
  /* The first thing that is right but cannot be done. It is told when all is
   * read and nothing is wrong. */
  GError         *deferred;
} Parser;

static void
open_class_clear (gpointer data)
{
  OpenClass *self = data;

  g_clear_pointer (&self->set, genlm_char_set_free);
  g_clear_pointer (&self->excluded, genlm_char_set_free);
}

/* The text around a place, and a caret under the place. */
static char *
draw_place (const Parser *parser,
            gsize         at)
{
  const char *place = parser->text + at;
  const char *end = parser->text + parser->length;
  const char *p = place;
  g_autoptr (GString) text = g_string_new ("\n  ");
  int before = 0;
  int after = 0;

  for (; p > parser->text && before < EXCERPT_CHARS; before++)
    p = g_utf8_prev_char (p);
  for (; p < end && (p < place || after < EXCERPT_CHARS); p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      after += p >= place;
      if (g_unichar_isprint (character))
        g_string_append_unichar (text, character);
      else
        g_string_append_c (text, ' ');
    }
  g_string_append_printf (text, "\n  %*s^", before, "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean fail (Parser              *parser,
                      GenlmPotentialError  code,
                      gsize                at,
                      const char          *format,
                      ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (Parser              *parser,
      GenlmPotentialError  code,
      gsize                at,
      const char          *format,
      ...)
{
  g_autofree char *message = NULL;
  g_autofree char *place = draw_place (parser, at);
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (parser->error, GENLM_POTENTIAL_ERROR, code,
               "Failed to read the pattern at byte %" G_GSIZE_FORMAT ": %s%s", at, message, place);
  return FALSE;
}

/* For what ECMA-262 has and this does not: reading goes on, since a mistake
 * further on would be the better thing to tell. */
static gboolean
defer (Parser     *parser,
       gsize       at,
       const char *what)
{
  GError **error = parser->error;

  if (parser->deferred != NULL)
    return TRUE;
  parser->error = &parser->deferred;
  fail (parser, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, at, "%s", what);
  parser->error = error;
  return TRUE;
}

#define fail_syntax(parser, at, ...) \
  fail ((parser), GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, (at), __VA_ARGS__)
#define fail_unsupported(parser, at, ...) \
  fail ((parser), GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, (at), __VA_ARGS__)

static gboolean
is_ecma (const Parser *parser)
{
  return parser->dialect == GENLM_REGEX_DIALECT_ECMA;
}

static gboolean
at_end (const Parser *parser)
{
  return parser->at >= parser->length;
}

/* The next byte, or 0 at the end. */
static char
peek (const Parser *parser)
{
  return at_end (parser) ? '\0' : parser->text[parser->at];
}

static char
peek_after (const Parser *parser)
{
  return parser->at + 1 >= parser->length ? '\0' : parser->text[parser->at + 1];
}

static gboolean
accept (Parser *parser,
        char    byte)
{
  if (peek (parser) != byte)
    return FALSE;
  parser->at++;
  return TRUE;
}

static gunichar
take_char (Parser *parser)
{
  const char *p = parser->text + parser->at;

  parser->at += (gsize) (g_utf8_next_char (p) - p);
  return g_utf8_get_char (p);
}

/* What stands at a place, in words. */
static char *
describe (const Parser *parser,
          gsize         at)
{
  gunichar character;

  if (at >= parser->length)
    return g_strdup ("the end of the pattern");
  character = g_utf8_get_char (parser->text + at);
  if (g_unichar_isprint (character))
    return g_strdup_printf ("\"%.*s\"",
                            (int) (g_utf8_next_char (parser->text + at) - (parser->text + at)),
                            parser->text + at);
  return g_strdup_printf ("U+%04X", character);
}

static Group *
innermost (Parser *parser)
{
  return &g_array_index (parser->groups, Group, parser->groups->len - 1);
}

static void
push_item (Parser  *parser,
           guint32  node)
{
  g_array_append_val (parser->items, node);
  parser->repeatable = TRUE;
}

static void
name_set (Parser             *parser,
          const GenlmCharSet *set)
{
  if (parser->named != NULL)
    genlm_char_set_add_set (parser->named, set);
}

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
get_shorthand (const Parser *parser,
               char          letter)
{
  static GenlmCharSet *digits, *words, *spaces, *ecma_spaces;

  if (letter == 'd')
    return make_once (&digits, digit_ranges, G_N_ELEMENTS (digit_ranges));
  if (letter == 'w')
    return make_once (&words, word_ranges, G_N_ELEMENTS (word_ranges));
  if (is_ecma (parser))
    return make_once (&ecma_spaces, ecma_space_ranges, G_N_ELEMENTS (ecma_space_ranges));
  return make_once (&spaces, space_ranges, G_N_ELEMENTS (space_ranges));
}

/* Pushes a class whose complement waits for the universe. Takes the sets. */
static void
push_open_class (Parser       *parser,
                 GenlmCharSet *set,
                 GenlmCharSet *excluded,
                 gboolean      negated)
{
  guint32 node = genlm_regex_tree_add_class (parser->tree, genlm_char_set_new ());
  OpenClass open = { genlm_regex_tree_peek_node (parser->tree, node)->a, set, excluded, negated };

  name_set (parser, set);
  if (excluded != NULL)
    name_set (parser, excluded);
  g_array_append_val (parser->open_classes, open);
  push_item (parser, node);
}

static void
push_literal (Parser   *parser,
              gunichar  character)
{
  g_autoptr (GenlmCharSet) set = NULL;
  const GenlmCharRange *ranges;
  gsize n_ranges;

  if (parser->named == NULL && (parser->flags & FLAG_IGNORE_CASE) == 0)
    {
      push_item (parser, genlm_regex_tree_add_range (parser->tree, character, character));
      return;
    }
  set = genlm_char_set_new ();
  genlm_char_set_add_char (set, character, (parser->flags & FLAG_IGNORE_CASE) != 0);
  if (parser->named != NULL
      && ((parser->flags & FLAG_IGNORE_CASE)
          || !genlm_char_set_contains (parser->named, character)))
    name_set (parser, set);
  ranges = genlm_char_set_peek_ranges (set, &n_ranges);
  if (n_ranges == 1)
    push_item (parser,
               genlm_regex_tree_add_range (parser->tree, ranges[0].first, ranges[0].last));
  else
    push_item (parser, genlm_regex_tree_add_class (parser->tree, g_steal_pointer (&set)));
}

static void
push_dot (Parser *parser)
{
  GenlmCharSet *excluded = genlm_char_set_new ();

  if ((parser->flags & FLAG_DOT_ALL) == 0)
    genlm_char_set_add_range (excluded, '\n', '\n');
  if ((parser->flags & FLAG_DOT_ALL) == 0 && is_ecma (parser))
    {
      genlm_char_set_add_range (excluded, '\r', '\r');
      genlm_char_set_add_range (excluded, 0x2028, 0x2029);
    }
  push_open_class (parser, genlm_char_set_new (), excluded, FALSE);
}

static gboolean
parse_hex (Parser   *parser,
           gsize     start,
           guint     n_digits,
           gunichar *character)
{
  guint i;

  *character = 0;
  for (i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isxdigit (peek (parser)))
        {
          g_autofree char *found = describe (parser, parser->at);

          return fail_syntax (parser, parser->at,
                              "found %s in the escape that starts at byte %" G_GSIZE_FORMAT
                              ", expected %u hexadecimal digits",
                              found, start, n_digits);
        }
      *character = *character * 16 + (gunichar) g_ascii_xdigit_value (peek (parser));
      parser->at++;
    }
  return TRUE;
}

/* After "\u{". */
static gboolean
parse_braced_hex (Parser   *parser,
                  gsize     start,
                  gunichar *character)
{
  gsize digits = parser->at;

  *character = 0;
  for (; g_ascii_isxdigit (peek (parser)) && *character <= GENLM_CHAR_LAST; parser->at++)
    *character = *character * 16 + (gunichar) g_ascii_xdigit_value (peek (parser));
  if (*character > GENLM_CHAR_LAST)
    return fail_syntax (parser, start, "the last character is \\u{10FFFF}");
  if (parser->at == digits || !accept (parser, '}'))
    {
      g_autofree char *found = describe (parser, parser->at);

      return fail_syntax (parser, parser->at,
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
parse_unicode_escape (Parser   *parser,
                      gsize     start,
                      gunichar *character)
{
  gsize after;
  gunichar low;

  if (accept (parser, '{'))
    {
      if (!parse_braced_hex (parser, start, character))
        return FALSE;
    }
  else if (!parse_hex (parser, start, 4, character))
    return FALSE;
  if (*character < 0xd800 || *character > 0xdfff)
    return TRUE;
  after = parser->at;
  if (*character < 0xdc00 && peek (parser) == '\\' && peek_after (parser) == 'u'
      && parser->text[parser->at - 1] != '}')
    {
      parser->at += 2;
      if (peek (parser) != '{' && !parse_hex (parser, start, 4, &low))
        return FALSE;
      if (peek (parser) != '{' && low >= 0xdc00 && low <= 0xdfff)
        {
          *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
          return TRUE;
        }
      parser->at = after;
    }
  if (is_ecma (parser))
    return TRUE;
  return fail_syntax (parser, start,
                      "a surrogate alone is no character; write the pair, high one first");
}

/* Without regard to case, a character has a property if one of its cases has
 * it, and lacks it if one lacks it. */
static void
add_property_cases (Parser *parser,
                    Escape *escape)
{
  g_autoptr (GenlmCharSet) full = genlm_char_set_new_full ();
  GenlmCharSet *set = escape->negated ? genlm_char_set_subtract (full, escape->set)
                                      : genlm_char_set_copy (escape->set);

  genlm_char_set_add_cases (set);
  g_ptr_array_add (parser->own_sets, set);
  escape->set = set;
  escape->negated = FALSE;
}

/* After "\p" or "\P". */
static gboolean
parse_property (Parser *parser,
                gsize   start,
                Escape *escape)
{
  gsize name = parser->at + 1;
  gsize end = name;

  if (peek (parser) == '{')
    while (end < parser->length && parser->text[end] != '}')
      end++;
  if (end >= parser->length || parser->text[end] != '}')
    return fail_syntax (parser, start,
                        "a property has braces: \\p{Lu}, \\p{Letter}, \\p{Script=Greek}");
  parser->at = end + 1;
  escape->set = genlm_unicode_property_find (parser->text + name, end - name);
  if (escape->set != NULL && (parser->flags & FLAG_IGNORE_CASE))
    add_property_cases (parser, escape);
  if (escape->set != NULL)
    return TRUE;
  escape->set = get_shorthand (parser, 'd');
  if (is_ecma (parser))
    return defer (parser, start,
                  "this property of characters is not supported; known are the general "
                  "categories, Script=…, Any, ASCII, Assigned, White_Space and Hex_Digit");
  return fail_unsupported (parser, start,
                           "this property of characters is not supported; known are the general "
                           "categories, Script=…, Any, ASCII, Assigned, White_Space and "
                           "Hex_Digit");
}

/* After the backslash, at a digit: "\0", "\0o", "\0oo", "\ooo". */
static gboolean
parse_octal (Parser   *parser,
             gsize     start,
             gboolean  in_class,
             gunichar *character)
{
  gboolean zero = peek (parser) == '0';
  guint n_digits = 0;

  *character = 0;
  while (n_digits < 3 && peek (parser) >= '0' && peek (parser) <= '7')
    {
      *character = *character * 8 + (gunichar) (peek (parser) - '0');
      parser->at++;
      n_digits++;
    }
  if (!zero && n_digits < 3)
    {
      if (in_class)
        return fail_syntax (parser, start,
                            "an octal escape has three digits, or starts with 0");
      return fail_unsupported (parser, start, "back-references are not supported");
    }
  if (*character > 0377)
    return fail_syntax (parser, start, "an octal escape ends at \\377");
  return TRUE;
}

/* After "\k". */
static gboolean
parse_named_reference (Parser *parser,
                       gsize   start)
{
  gsize end = parser->at;

  while (end < parser->length && parser->text[end] != '>')
    end++;
  if (peek (parser) != '<' || end >= parser->length)
    return fail_syntax (parser, start, "the name of a group is expected: \\k<name>");
  parser->at = end + 1;
  return defer (parser, start, "back-references are not supported");
}

/* After the backslash, at a digit, in ECMA-262. */
static gboolean
parse_ecma_number (Parser   *parser,
                   gsize     start,
                   gboolean  in_class)
{
  gboolean zero = peek (parser) == '0';

  parser->at++;
  if (zero && !g_ascii_isdigit (peek (parser)))
    return TRUE;
  while (g_ascii_isdigit (peek (parser)))
    parser->at++;
  if (zero || in_class)
    return fail_syntax (parser, start, "octal escapes are no part of ECMA-262; write \\xHH");
  return defer (parser, start, "back-references are not supported");
}

/* After the backslash, which stands at @start, what ECMA-262 and the other
 * dialect do not share. Sets @done if it was any of it. */
static gboolean
parse_ecma_escape (Parser   *parser,
                   gsize     start,
                   gboolean  in_class,
                   Escape   *escape,
                   gboolean *done)
{
  char letter = peek (parser);

  *done = TRUE;
  if (g_ascii_isdigit (letter))
    return parse_ecma_number (parser, start, in_class);
  if (letter == 'c')
    {
      if (!g_ascii_isalpha (peek_after (parser)))
        return fail_syntax (parser, start, "a letter is expected after \"\\c\"");
      escape->character = (gunichar) peek_after (parser) & 0x1f;
      parser->at += 2;
      return TRUE;
    }
  if (letter == 'k' && !in_class)
    {
      parser->at++;
      return parse_named_reference (parser, start);
    }
  if ((letter == 'b' || letter == 'B') && !in_class)
    {
      escape->assertion = letter == 'b' ? GENLM_REGEX_NODE_BOUNDARY
                                        : GENLM_REGEX_NODE_NO_BOUNDARY;
      parser->at++;
      return TRUE;
    }
  *done = FALSE;
  if (letter == 'a')
    return fail_syntax (parser, start, "ECMA-262 has no escape \"\\a\"; write \\x07");
  return TRUE;
}

/* After the backslash, at a letter, what both dialects have. */
static gboolean
parse_letter_escape (Parser   *parser,
                     gsize     start,
                     gboolean  in_class,
                     Escape   *escape)
{
  static const char plain[] = "afnrtv";
  static const char values[] = "\a\f\n\r\t\v";
  char letter = (char) take_char (parser);
  const char *found = strchr (plain, letter);

  if (found != NULL)
    {
      escape->character = (guchar) values[found - plain];
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
      escape->set = get_shorthand (parser, g_ascii_tolower (letter));
      escape->negated = g_ascii_isupper (letter);
      return TRUE;
    case 'p':
    case 'P':
      escape->negated = letter == 'P';
      return parse_property (parser, start, escape);
    case 'x':
      return parse_hex (parser, start, 2, &escape->character);
    case 'u':
      return parse_unicode_escape (parser, start, &escape->character);
    case 'b':
      if (in_class)
        {
          escape->character = '\b';
          return TRUE;
        }
      break;
    default:
      break;
    }
  if (is_ecma (parser))
    return fail_syntax (parser, start,
                        "ECMA-262 has no escape \"\\%c\"; write the letter alone if it is meant",
                        letter);
  return fail_unsupported (parser, start,
                           "the escape \"\\%c\" is not supported; known are \\d \\w \\s and their "
                           "capitals, \\p{…} \\P{…}, \\a \\f \\n \\r \\t \\v, \\xHH, "
                           "\\uHHHH, \\u{H…}, octal numbers, and a backslash before a character "
                           "that is no letter",
                           letter);
}

/* At a backslash. */
static gboolean
parse_escape (Parser   *parser,
              gboolean  in_class,
              Escape   *escape)
{
  gsize start = parser->at;
  gboolean done = FALSE;

  *escape = (Escape) { .assertion = GENLM_REGEX_NODE_EMPTY };
  parser->at++;
  if (at_end (parser))
    return fail_syntax (parser, start,
                        "a backslash at the end of the pattern; write \"\\\\\" for the character");
  if (is_ecma (parser) && !parse_ecma_escape (parser, start, in_class, escape, &done))
    return FALSE;
  if (done)
    return TRUE;
  if (g_ascii_isdigit (peek (parser)))
    return parse_octal (parser, start, in_class, &escape->character);
  if (g_ascii_isalpha (peek (parser)))
    return parse_letter_escape (parser, start, in_class, escape);
  escape->character = take_char (parser);
  return TRUE;
}

/* One member inside brackets: a character, or a set. */
static gboolean
parse_class_member (Parser *parser,
                    Escape *member)
{
  if (peek (parser) == '\\')
    return parse_escape (parser, TRUE, member);
  *member = (Escape) { .character = take_char (parser), .assertion = GENLM_REGEX_NODE_EMPTY };
  return TRUE;
}

/* Adds everything but the members of @set: what is excluded by all such sets
 * together is the intersection. */
static void
exclude_set (GenlmCharSet       **excluded,
             const GenlmCharSet  *set)
{
  g_autoptr (GenlmCharSet) rest = NULL;
  GenlmCharSet *both;

  if (*excluded == NULL)
    {
      *excluded = genlm_char_set_copy (set);
      return;
    }
  rest = genlm_char_set_subtract (*excluded, set);
  both = genlm_char_set_subtract (*excluded, rest);
  genlm_char_set_free (*excluded);
  *excluded = both;
}

static gboolean
refuse_posix_class (Parser *parser)
{
  gsize i = parser->at + 2;

  if (peek (parser) != '[' || peek_after (parser) != ':')
    return TRUE;
  while (i < parser->length && (g_ascii_isalpha (parser->text[i]) || parser->text[i] == '^'))
    i++;
  if (i + 1 >= parser->length || parser->text[i] != ':' || parser->text[i + 1] != ']')
    return TRUE;
  return fail_unsupported (parser, parser->at,
                           "classes by name are not supported; write the ranges, or \"\\[\" for "
                           "the character");
}

static void
add_member (const Escape  *member,
            GenlmCharSet  *chars,
            GenlmCharSet  *sets,
            GenlmCharSet **excluded)
{
  if (member->set == NULL)
    genlm_char_set_add_range (chars, member->character, member->character);
  else if (member->negated)
    exclude_set (excluded, member->set);
  else
    genlm_char_set_add_set (sets, member->set);
}

/* One member or range inside brackets, added to what the class holds. */
static gboolean
parse_class_item (Parser        *parser,
                  GenlmCharSet  *chars,
                  GenlmCharSet  *sets,
                  GenlmCharSet **excluded)
{
  gsize start = parser->at;
  gboolean range;
  Escape first;
  Escape last;

  if ((!is_ecma (parser) && !refuse_posix_class (parser)) || !parse_class_member (parser, &first))
    return FALSE;
  range = peek (parser) == '-' && parser->at + 1 < parser->length && peek_after (parser) != ']';
  if (!range)
    {
      add_member (&first, chars, sets, excluded);
      return TRUE;
    }
  parser->at++;
  if (!parse_class_member (parser, &last))
    return FALSE;
  if ((first.set != NULL || last.set != NULL) && is_ecma (parser))
    {
      /* The "-" is a member, as in all browsers. */
      add_member (&first, chars, sets, excluded);
      add_member (&last, chars, sets, excluded);
      genlm_char_set_add_range (chars, '-', '-');
      return TRUE;
    }
  if (first.set != NULL || last.set != NULL)
    return fail_syntax (parser, start,
                        "a range needs a character at either end, not a class; put \"-\" last if "
                        "the character is meant");
  if (last.character < first.character)
    return fail_syntax (parser, start, "the range runs backwards");
  genlm_char_set_add_range (chars, first.character, last.character);
  return TRUE;
}

/* At "[". */
static gboolean
parse_class (Parser *parser)
{
  g_autoptr (GenlmCharSet) chars = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) sets = genlm_char_set_new ();
  g_autoptr (GenlmCharSet) excluded = NULL;
  gsize start = parser->at++;
  gboolean negated = accept (parser, '^');
  gboolean ok = TRUE;

  while (ok && !at_end (parser) && peek (parser) != ']')
    ok = parse_class_item (parser, chars, sets, &excluded);
  if (ok && !accept (parser, ']'))
    ok = fail_syntax (parser, start, "the class is not closed; expected \"]\"");
  if (ok)
    {
      if (parser->flags & FLAG_IGNORE_CASE)
        genlm_char_set_add_cases (chars);
      genlm_char_set_add_set (chars, sets);
      push_open_class (parser, g_steal_pointer (&chars), g_steal_pointer (&excluded), negated);
    }
  return ok;
}

/* Joins the items of the innermost group since its last "|". */
static void
close_alternative (Parser *parser)
{
  Group *group = innermost (parser);
  guint n_items = parser->items->len - group->n_items;
  guint32 node;

  if (n_items == 0)
    node = genlm_regex_tree_add_empty (parser->tree);
  else
    node = genlm_regex_tree_add_list (parser->tree, GENLM_REGEX_NODE_CONCAT,
                                      &g_array_index (parser->items, guint32, group->n_items),
                                      n_items);
  g_array_set_size (parser->items, group->n_items);
  g_array_append_val (parser->alternatives, node);
  parser->repeatable = FALSE;
}

/* Joins the alternatives of the innermost group and leaves it. */
static guint32
close_alternatives (Parser *parser)
{
  Group *group = innermost (parser);
  guint n_alternatives;
  guint32 node;

  close_alternative (parser);
  n_alternatives = parser->alternatives->len - group->n_alternatives;
  node = genlm_regex_tree_add_list (parser->tree, GENLM_REGEX_NODE_ALTERNATE,
                                    &g_array_index (parser->alternatives, guint32,
                                                    group->n_alternatives),
                                    n_alternatives);
  g_array_set_size (parser->alternatives, group->n_alternatives);
  return node;
}

static gboolean
check_depth (Parser  *parser,
             gsize    at,
             guint32  depth)
{
  if (depth <= GENLM_REGEX_MAX_DEPTH)
    return TRUE;
  return fail (parser, GENLM_POTENTIAL_ERROR_LIMIT, at,
               "groups or repeats inside each other more than %u times",
               GENLM_REGEX_MAX_DEPTH);
}

static gboolean
open_group (Parser    *parser,
            GroupKind  kind,
            gsize      start)
{
  Group group = { kind, start, parser->flags, parser->items->len, parser->alternatives->len };

  if (!check_depth (parser, start, parser->groups->len))
    return FALSE;
  g_array_append_val (parser->groups, group);
  parser->repeatable = FALSE;
  return TRUE;
}

/* The node of a group whose alternatives are @node. */
static guint32
finish_group (Parser      *parser,
              const Group *group,
              guint32      node)
{
  switch (group->kind)
    {
    case GROUP_LOOKAHEAD:
    case GROUP_NEGATIVE_LOOKAHEAD:
      return genlm_regex_tree_add_lookahead (parser->tree, node,
                                             group->kind == GROUP_NEGATIVE_LOOKAHEAD);
    case GROUP_LOOKBEHIND:
    case GROUP_NEGATIVE_LOOKBEHIND:
      return genlm_regex_tree_add_lookbehind (parser->tree, node,
                                              group->kind == GROUP_NEGATIVE_LOOKBEHIND,
                                              (guint32) group->opened_at);
    case GROUP_PLAIN:
    default:
      return node;
    }
}

/* At ")". */
static gboolean
close_group (Parser *parser)
{
  Group group = *innermost (parser);
  guint32 node;

  if (parser->groups->len == 1)
    return fail_syntax (parser, parser->at,
                        "found \")\" without a \"(\" before it; write \"\\)\" for the character");
  node = finish_group (parser, &group, close_alternatives (parser));
  if (!check_depth (parser, group.opened_at,
                    genlm_regex_tree_peek_node (parser->tree, node)->depth))
    return FALSE;
  parser->flags = group.flags;
  g_array_set_size (parser->groups, parser->groups->len - 1);
  parser->at++;
  push_item (parser, node);
  if (group.kind == GROUP_LOOKBEHIND || group.kind == GROUP_NEGATIVE_LOOKBEHIND)
    parser->repeatable = FALSE;
  return TRUE;
}

/* After "(?#". */
static gboolean
parse_comment (Parser *parser,
               gsize   start)
{
  while (!at_end (parser) && peek (parser) != ')')
    parser->at++;
  if (accept (parser, ')'))
    return TRUE;
  return fail_syntax (parser, start, "the comment is not closed; expected \")\"");
}

static gboolean
is_name_char (const Parser *parser)
{
  gunichar character;

  if (at_end (parser))
    return FALSE;
  character = g_utf8_get_char (parser->text + parser->at);
  if (character < 0x80)
    return g_ascii_isalnum ((char) character) || character == '_'
           || (character == '$' && is_ecma (parser));
  return is_ecma (parser) && g_unichar_isalnum (character);
}

/* After "(?P<" or "(?<". */
static gboolean
parse_group_name (Parser *parser,
                  gsize   start)
{
  gsize name = parser->at;

  while (is_name_char (parser))
    take_char (parser);
  if (parser->at == name || g_ascii_isdigit (parser->text[name]) || peek (parser) != '>')
    {
      g_autofree char *found = describe (parser, parser->at);

      return fail_syntax (parser, parser->at,
                          "found %s, expected a name of letters, digits and \"_\", then \">\"",
                          found);
    }
  parser->at++;
  return open_group (parser, GROUP_PLAIN, start);
}

/* After "(?", at a letter or "-". */
static gboolean
parse_flags (Parser *parser,
             gsize   start)
{
  guint flags = parser->flags;
  gboolean on = TRUE;

  for (;; parser->at++)
    {
      char letter = peek (parser);
      g_autofree char *found = NULL;
      guint flag;

      if (letter == ')' || letter == ':')
        break;
      if (letter == '-' && on)
        {
          on = FALSE;
          continue;
        }
      if (letter == '\0' || strchr (is_ecma (parser) ? "ism" : "ismaLux", letter) == NULL)
        {
          found = describe (parser, parser->at);
          return fail_syntax (parser, parser->at,
                              "found %s after \"(?\", expected flags \"i\" or \"s\" and then "
                              "\":\" or \")\", or one of \"(?:\" \"(?=\" \"(?!\" \"(?P<name>\" "
                              "\"(?#\"",
                              found);
        }
      if (letter == 'm' && is_ecma (parser))
        {
          defer (parser, parser->at, "the flag \"m\" is not supported");
          continue;
        }
      if (letter != 'i' && letter != 's')
        return fail_unsupported (parser, parser->at,
                                 "the flag \"%c\" is not supported; known are \"i\" and \"s\"",
                                 letter);
      flag = letter == 'i' ? FLAG_IGNORE_CASE : FLAG_DOT_ALL;
      flags = on ? flags | flag : flags & ~flag;
    }
  /* ECMA-262 has no flags for all of a pattern; what people mean is plain. */
  if (peek (parser) == ')' && is_ecma (parser) && start > 0)
    return fail_syntax (parser, parser->at, "flags in ECMA-262 hold for a group: \"(?i:…)\"");
  if (peek (parser) == ':' && !open_group (parser, GROUP_PLAIN, start))
    return FALSE;
  /* Without a group of its own the flag holds to the end of this one. */
  parser->repeatable = FALSE;
  parser->flags = flags;
  parser->at++;
  return TRUE;
}

/* After "(?", what ECMA-262 does not have. Sets @done if it was any of it. */
static gboolean
parse_foreign_group (Parser   *parser,
                     gsize     start,
                     gboolean *done)
{
  *done = TRUE;
  if (accept (parser, '#'))
    return parse_comment (parser, start);
  if (accept (parser, 'P'))
    {
      if (accept (parser, '<'))
        return parse_group_name (parser, start);
      return fail_unsupported (parser, start,
                               "back-references and calls of groups are not supported");
    }
  if (accept (parser, '('))
    return fail_unsupported (parser, start, "conditional groups are not supported");
  if (accept (parser, '>'))
    return fail_unsupported (parser, start, "atomic groups are not supported");
  *done = FALSE;
  return TRUE;
}

/* After "(?". */
static gboolean
parse_special_group (Parser *parser,
                     gsize   start)
{
  gboolean done;

  if (accept (parser, ':'))
    return open_group (parser, GROUP_PLAIN, start);
  if (accept (parser, '='))
    return open_group (parser, GROUP_LOOKAHEAD, start);
  if (accept (parser, '!'))
    return open_group (parser, GROUP_NEGATIVE_LOOKAHEAD, start);
  if (accept (parser, '<'))
    {
      if (peek (parser) != '=' && peek (parser) != '!')
        return parse_group_name (parser, start);
      if (accept (parser, '!'))
        return open_group (parser, GROUP_NEGATIVE_LOOKBEHIND, start);
      parser->at++;
      return open_group (parser, GROUP_LOOKBEHIND, start);
    }
  if (!is_ecma (parser) && !parse_foreign_group (parser, start, &done))
    return FALSE;
  if (!is_ecma (parser) && done)
    return TRUE;
  return parse_flags (parser, start);
}

/* At "(". */
static gboolean
parse_open (Parser *parser)
{
  gsize start = parser->at++;

  if (accept (parser, '?'))
    return parse_special_group (parser, start);
  return open_group (parser, GROUP_PLAIN, start);
}

/* Digits, if any stand here. */
static gboolean
parse_count (Parser   *parser,
             guint32  *count,
             gboolean *found)
{
  gsize start = parser->at;
  guint64 value = 0;

  *found = FALSE;
  for (; g_ascii_isdigit (peek (parser)); parser->at++)
    {
      value = value * 10 + (guint64) (peek (parser) - '0');
      if (value > GENLM_REGEX_REPEAT_MAX)
        return fail (parser, GENLM_POTENTIAL_ERROR_LIMIT, start,
                     "the count is larger than %u", GENLM_REGEX_REPEAT_MAX);
      *found = TRUE;
    }
  if (*found)
    *count = (guint32) value;
  return TRUE;
}

/* At "{", whether it is that of a count. Elsewhere it stands for itself in
 * ECMA-262. */
static gboolean
is_count (const Parser *parser)
{
  gsize at = parser->at + 1;

  if (!is_ecma (parser))
    return TRUE;
  if (at >= parser->length || !g_ascii_isdigit (parser->text[at]))
    return FALSE;
  while (at < parser->length && g_ascii_isdigit (parser->text[at]))
    at++;
  if (at < parser->length && parser->text[at] == ',')
    at++;
  while (at < parser->length && g_ascii_isdigit (parser->text[at]))
    at++;
  return at < parser->length && parser->text[at] == '}';
}

/* At "{". */
static gboolean
parse_braces (Parser  *parser,
              guint32 *min,
              guint32 *max)
{
  gsize start = parser->at++;
  gboolean has_min;
  gboolean has_max;

  *min = 0;
  *max = GENLM_REGEX_REPEAT_UNBOUNDED;
  if (!parse_count (parser, min, &has_min))
    return FALSE;
  has_max = has_min;
  if (accept (parser, ','))
    {
      if (!parse_count (parser, max, &has_max))
        return FALSE;
    }
  else if (has_min)
    *max = *min;
  if (!(has_min || has_max) || peek (parser) != '}')
    {
      g_autofree char *found = describe (parser, parser->at);

      return fail_syntax (parser, start,
                          "found %s in braces, expected {n}, {n,}, {,m} or {n,m}; write \"\\{\" "
                          "for the character",
                          found);
    }
  parser->at++;
  if (*min > *max)
    return fail_syntax (parser, start, "the lower count is larger than the upper");
  return TRUE;
}

/* At one of "*+?{". */
static gboolean
parse_repeat (Parser *parser)
{
  gsize start = parser->at;
  char sign = peek (parser);
  guint32 min = sign == '+' ? 1 : 0;
  guint32 max = sign == '?' ? 1 : GENLM_REGEX_REPEAT_UNBOUNDED;
  guint32 *item;

  if (!parser->repeatable)
    return fail_syntax (parser, start,
                        "found \"%c\" with nothing before it to repeat; write \"\\%c\" for the "
                        "character",
                        sign, sign);
  if (sign != '{')
    parser->at++;
  else if (!parse_braces (parser, &min, &max))
    return FALSE;
  accept (parser, '?');
  item = &g_array_index (parser->items, guint32, parser->items->len - 1);
  *item = genlm_regex_tree_add_repeat (parser->tree, *item, min, max);
  if (is_ecma (parser))
    parser->repeatable = FALSE;
  return check_depth (parser, start, genlm_regex_tree_peek_node (parser->tree, *item)->depth);
}

/* "^" and "$" say nothing at the ends of the pattern, or of a whole
 * alternative of it, where the whole string must match. */
static gboolean
parse_anchor (Parser *parser,
              char    sign)
{
  gboolean outermost = parser->groups->len == 1;
  gboolean at_edge;

  if (is_ecma (parser))
    {
      push_item (parser, genlm_regex_tree_add_assertion (
                           parser->tree,
                           sign == '^' ? GENLM_REGEX_NODE_START : GENLM_REGEX_NODE_END));
      parser->repeatable = FALSE;
      parser->at++;
      return TRUE;
    }
  at_edge = sign == '^' ? parser->items->len == 0
                        : parser->at + 1 >= parser->length || peek_after (parser) == '|';

  if (!outermost || !at_edge)
    return fail_unsupported (parser, parser->at,
                             "\"%c\" is supported only at the %s of the pattern; write \"\\%c\" "
                             "for the character",
                             sign, sign == '^' ? "start" : "end", sign);
  parser->at++;
  parser->repeatable = FALSE;
  return TRUE;
}

static gboolean
parse_escaped_atom (Parser *parser)
{
  Escape escape;

  if (!parse_escape (parser, FALSE, &escape))
    return FALSE;
  if (escape.assertion != GENLM_REGEX_NODE_EMPTY)
    {
      push_item (parser, genlm_regex_tree_add_assertion (parser->tree, escape.assertion));
      parser->repeatable = FALSE;
    }
  else if (escape.set != NULL)
    push_open_class (parser, genlm_char_set_copy (escape.set), NULL, escape.negated);
  else if (escape.character >= 0xd800 && escape.character <= 0xdfff)
    push_open_class (parser, genlm_char_set_new (), NULL, FALSE);
  else
    push_literal (parser, escape.character);
  return TRUE;
}

static gboolean
parse_one (Parser *parser)
{
  switch (peek (parser))
    {
    case '(':
      return parse_open (parser);
    case ')':
      return close_group (parser);
    case '|':
      close_alternative (parser);
      parser->at++;
      return TRUE;
    case '{':
      if (!is_count (parser))
        {
          push_literal (parser, take_char (parser));
          return TRUE;
        }
      return parse_repeat (parser);
    case '*':
    case '+':
    case '?':
      return parse_repeat (parser);
    case '[':
      return parse_class (parser);
    case '\\':
      return parse_escaped_atom (parser);
    case '^':
    case '$':
      return parse_anchor (parser, peek (parser));
    case '.':
      parser->at++;
      push_dot (parser);
      return TRUE;
    default:
      push_literal (parser, take_char (parser));
      return TRUE;
    }
}

static gboolean
parse_all (Parser *parser)
{
  while (!at_end (parser))
    if (!parse_one (parser))
      return FALSE;
  if (parser->groups->len > 1)
    return fail_syntax (parser, innermost (parser)->opened_at,
                        "the group is not closed; expected \")\"");
  genlm_regex_tree_set_root (parser->tree, close_alternatives (parser));
  return TRUE;
}

/* Now that the universe is known, makes the classes that need it. */
static void
finish_classes (Parser *parser)
{
  g_autoptr (GenlmCharSet) universe = NULL;
  guint i;

  if (parser->charset != NULL)
    {
      universe = genlm_char_set_copy (parser->charset);
      genlm_char_set_add_set (universe, parser->named);
    }
  else
    universe = genlm_char_set_new_full ();
  for (i = 0; i < parser->open_classes->len; i++)
    {
      OpenClass *open = &g_array_index (parser->open_classes, OpenClass, i);
      g_autoptr (GenlmCharSet) set = g_steal_pointer (&open->set);

      if (open->excluded != NULL)
        {
          g_autoptr (GenlmCharSet) rest = genlm_char_set_subtract (universe, open->excluded);

          genlm_char_set_add_set (set, rest);
        }
      if (open->negated)
        genlm_regex_tree_set_class (parser->tree, open->index,
                                    genlm_char_set_subtract (universe, set));
      else
        genlm_regex_tree_set_class (parser->tree, open->index, g_steal_pointer (&set));
    }
}

/* Only texts of valid UTF-8 can be drawn, so this is asked first. A NUL is a
 * character here, if not to GLib. */
static gboolean
check_text (const char  *what,
            const char  *text,
            gsize        length,
            GError     **error)
{
  const char *at = text;
  const char *end;

  if (length > GENLM_REGEX_MAX_LENGTH)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to read the %s: it has %" G_GSIZE_FORMAT " bytes, more than %u", what,
                   length, GENLM_REGEX_MAX_LENGTH);
      return FALSE;
    }
  while (!g_utf8_validate_len (at, (gsize) (text + length - at), &end) && *end == '\0')
    at = end + 1;
  if (end == text + length)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "Failed to read the %s at byte %" G_GSIZE_FORMAT
               ": found the byte 0x%02X, which is not valid UTF-8 there",
               what, (gsize) (end - text), (guint8) *end);
  return FALSE;
}

static GenlmCharSet *
read_charset (const char *charset)
{
  GenlmCharSet *set = genlm_char_set_new ();
  const char *p;

  for (p = charset; *p != '\0'; p = g_utf8_next_char (p))
    genlm_char_set_add_range (set, g_utf8_get_char (p), g_utf8_get_char (p));
  return set;
}

/* With @charset, "." and negated classes range over its characters and all
 * that the pattern names, without it over all Unicode scalar values. */
GenlmRegexTree *
genlm_regex_parse_dialect (GenlmRegexDialect   dialect,
                           const char         *pattern,
                           gsize               length,
                           const char         *charset,
                           GError            **error)
{
  Group whole = { .kind = GROUP_PLAIN };
  Parser parser = { .dialect = dialect, .text = pattern, .length = length, .error = error };
  gboolean ok;

  if (!check_text ("pattern", pattern, length, error))
    return NULL;
  if (charset != NULL && !check_text ("charset", charset, strlen (charset), error))
    return NULL;
  parser.tree = genlm_regex_tree_new ();
  parser.items = g_array_new (FALSE, FALSE, sizeof (guint32));
  parser.alternatives = g_array_new (FALSE, FALSE, sizeof (guint32));
  parser.groups = g_array_new (FALSE, FALSE, sizeof (Group));
  parser.open_classes = g_array_new (FALSE, FALSE, sizeof (OpenClass));
  g_array_set_clear_func (parser.open_classes, open_class_clear);
  parser.own_sets = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_char_set_free);
  if (charset != NULL)
    {
      parser.charset = read_charset (charset);
      parser.named = genlm_char_set_new ();
    }
  g_array_append_val (parser.groups, whole);
  genlm_regex_tree_set_search (parser.tree, dialect == GENLM_REGEX_DIALECT_ECMA);
  ok = parse_all (&parser);
  if (ok && parser.deferred != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&parser.deferred));
      ok = FALSE;
    }
  if (ok)
    finish_classes (&parser);
  else
    g_clear_pointer (&parser.tree, genlm_regex_tree_free);
  g_clear_error (&parser.deferred);
  g_clear_pointer (&parser.named, genlm_char_set_free);
  g_clear_pointer (&parser.charset, genlm_char_set_free);
  g_ptr_array_unref (parser.own_sets);
  g_array_unref (parser.open_classes);
  g_array_unref (parser.groups);
  g_array_unref (parser.alternatives);
  g_array_unref (parser.items);
  return parser.tree;
}

/* In the dialect of the specification. */
GenlmRegexTree *
genlm_regex_parse (const char  *pattern,
                   gsize        length,
                   const char  *charset,
                   GError     **error)
{
  return genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_GENLM, pattern, length, charset, error);
}
