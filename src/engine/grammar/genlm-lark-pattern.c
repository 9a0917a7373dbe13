#include "genlm-lark-pattern.h"

#include <string.h>

#include "genlm-regex-parser.h"

/* A literal that is being read. */
typedef struct
{
  const GenlmLarkDocument *document;
  gsize                    at;
  gsize                    end;
  GError                 **error;
} Reader;

#define fail(reader, at, ...)                                                                   \
  genlm_grammar_source_fail (&(reader)->document->source, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, \
                             (at), (reader)->error, __VA_ARGS__)
#define fail_unsupported(reader, at, ...)                                                       \
  genlm_grammar_source_fail (&(reader)->document->source, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,  \
                             (at), (reader)->error, __VA_ARGS__)

GenlmLarkPattern *
genlm_lark_pattern_new (const char       *text,
                        GenlmLarkBinding  binding)
{
  GenlmLarkPattern *self = g_rc_box_new (GenlmLarkPattern);

  *self = (GenlmLarkPattern) { g_strdup (text), "", binding };
  return self;
}

static void
pattern_clear (gpointer data)
{
  GenlmLarkPattern *self = data;

  g_free (self->text);
}

GenlmLarkPattern *
genlm_lark_pattern_ref (GenlmLarkPattern *self)
{
  return g_rc_box_acquire (self);
}

void
genlm_lark_pattern_unref (GenlmLarkPattern *self)
{
  g_rc_box_release_full (self, pattern_clear);
}

/* --- Literals ----------------------------------------------------------- */

static char
peek (const Reader *reader)
{
  return reader->at < reader->end ? reader->document->source.text[reader->at] : '\0';
}

static gunichar
take_char (Reader *reader)
{
  const char *p = reader->document->source.text + reader->at;

  reader->at += (gsize) (g_utf8_next_char (p) - p);
  return g_utf8_get_char (p);
}

/* A character as a regular expression means it literally, in a class too. */
static void
append_escaped (GString  *text,
                gunichar  character)
{
  if (character < 0x20 || character == 0x7f)
    {
      g_string_append_printf (text, "\\x%02x", character);
      return;
    }
  if (character < 0x80 && !g_ascii_isalnum ((char) character))
    g_string_append_c (text, '\\');
  g_string_append_unichar (text, character);
}

static gboolean
take_hex (Reader   *reader,
          gsize     start,
          guint     n_digits,
          gunichar *character)
{
  guint i;

  *character = 0;
  for (i = 0; i < n_digits; i++, reader->at++)
    {
      if (!g_ascii_isxdigit (peek (reader)))
        return fail (reader, start, "the escape needs %u hexadecimal digits", n_digits);
      *character = *character * 16 + (gunichar) g_ascii_xdigit_value (peek (reader));
    }
  if (g_unichar_validate (*character))
    return TRUE;
  return fail (reader, start, "U+%04X is no character", *character);
}

/* In a string, at a backslash: one character, or the backslash itself where
 * the escape is none. */
static gboolean
take_escape (Reader   *reader,
             gunichar *character)
{
  gsize start = reader->at++;

  switch (peek (reader))
    {
    case 'n':
      *character = '\n';
      break;
    case 'f':
      *character = '\f';
      break;
    case 't':
      *character = '\t';
      break;
    case 'r':
      *character = '\r';
      break;
    case '\\':
    case '"':
      *character = (guchar) peek (reader);
      break;
    case 'x':
    case 'u':
    case 'U':
      {
        guint n_digits = peek (reader) == 'x' ? 2 : peek (reader) == 'u' ? 4 : 8;

        reader->at++;
        return take_hex (reader, start, n_digits, character);
      }
    default:
      *character = '\\';
      return TRUE;
    }
  reader->at++;
  return TRUE;
}

/* The characters between the quotation marks, and what follows them. */
static gboolean
read_string (Reader              *reader,
             const GenlmLarkNode *node,
             GArray              *characters,
             gboolean            *ignore_case)
{
  gunichar character;

  *ignore_case = reader->document->source.text[node->at + node->length - 1] == 'i';
  reader->at = node->at + 1;
  reader->end = node->at + node->length - (*ignore_case ? 2 : 1);
  while (reader->at < reader->end)
    {
      if (peek (reader) != '\\')
        character = take_char (reader);
      else if (!take_escape (reader, &character))
        return FALSE;
      g_array_append_val (characters, character);
    }
  if (characters->len == 0)
    return fail (reader, node->at,
                 "an empty string is no terminal; leave the alternative empty instead");
  return TRUE;
}

static GenlmLarkPattern *
new_from_string (Reader              *reader,
                 const GenlmLarkNode *node)
{
  g_autoptr (GArray) characters = g_array_new (FALSE, FALSE, sizeof (gunichar));
  g_autoptr (GString) text = g_string_new (NULL);
  GenlmLarkPattern *pattern;
  gboolean ignore_case;
  guint i;

  if (!read_string (reader, node, characters, &ignore_case))
    return NULL;
  for (i = 0; i < characters->len; i++)
    append_escaped (text, g_array_index (characters, gunichar, i));
  pattern = genlm_lark_pattern_new (text->str, characters->len == 1 ? GENLM_LARK_BINDING_ATOM
                                                                    : GENLM_LARK_BINDING_SEQUENCE);
  if (ignore_case)
    pattern->flags = "i";
  return pattern;
}

static gboolean
read_range_end (Reader   *reader,
                guint32   node,
                gunichar *character)
{
  const GenlmLarkNode *string = genlm_lark_document_peek_node (reader->document, node);
  g_autoptr (GArray) characters = g_array_new (FALSE, FALSE, sizeof (gunichar));
  gboolean ignore_case;

  if (!read_string (reader, string, characters, &ignore_case))
    return FALSE;
  if (characters->len != 1)
    return fail (reader, string->at, "a range has one character at either end, not %u",
                 characters->len);
  if (ignore_case)
    return fail_unsupported (reader, string->at, "the flag \"i\" on a range is not supported");
  *character = g_array_index (characters, gunichar, 0);
  return TRUE;
}

static GenlmLarkPattern *
new_from_range (Reader              *reader,
                const GenlmLarkNode *node)
{
  const guint32 *ends = genlm_lark_document_peek_children (reader->document, node);
  g_autoptr (GString) text = g_string_new ("[");
  gunichar first;
  gunichar last;

  if (!read_range_end (reader, ends[0], &first) || !read_range_end (reader, ends[1], &last))
    return NULL;
  if (last < first)
    {
      fail (reader, node->at, "the range runs backwards");
      return NULL;
    }
  append_escaped (text, first);
  g_string_append_c (text, '-');
  append_escaped (text, last);
  g_string_append_c (text, ']');
  return genlm_lark_pattern_new (text->str, GENLM_LARK_BINDING_ATOM);
}

/* The letters behind a regular expression; "u" is how all text is read. */
static gboolean
read_flags (Reader      *reader,
            const char **flags,
            gboolean    *multiline,
            gboolean    *verbose)
{
  static const char *const all[] = { "", "i", "s", "is" };
  guint found = 0;

  for (; peek (reader) != '\0'; reader->at++)
    switch (peek (reader))
      {
      case 'i':
        found |= 1;
        break;
      case 's':
        found |= 2;
        break;
      case 'm':
        *multiline = TRUE;
        break;
      case 'x':
        *verbose = TRUE;
        break;
      case 'u':
        break;
      default:
        return fail_unsupported (reader, reader->at,
                                 "the flag \"%c\" is not supported; known are i, m, s, u and x",
                                 peek (reader));
      }
  *flags = all[found];
  return TRUE;
}

/* At a backslash in a regular expression: what our own reader of them knows
 * goes through as it is. */
static gboolean
copy_escape (Reader  *reader,
             GString *text)
{
  gsize start = reader->at++;
  gunichar character;

  if (peek (reader) == 'U')
    {
      reader->at++;
      if (!take_hex (reader, start, 8, &character))
        return FALSE;
      append_escaped (text, character);
      return TRUE;
    }
  g_string_append_c (text, '\\');
  if (reader->at < reader->end)
    g_string_append_unichar (text, take_char (reader));
  return TRUE;
}

static gboolean
copy_regexp (Reader   *reader,
             GString  *text,
             gboolean  multiline,
             gboolean  verbose)
{
  gboolean in_class = FALSE;

  while (reader->at < reader->end)
    {
      gsize start = reader->at;
      char byte = peek (reader);

      if (byte == '\\')
        {
          if (!copy_escape (reader, text))
            return FALSE;
          continue;
        }
      if (byte == '\n' && !verbose)
        return fail (reader, start,
                     "a regular expression ends in its line, unless it has the flag \"x\"");
      if (multiline && !in_class && (byte == '^' || byte == '$'))
        return fail_unsupported (reader, start,
                                 "\"%c\" with the flag \"m\" is not supported: a terminal matches "
                                 "as a whole, not a line of it",
                                 byte);
      if (byte == '[' && !in_class)
        {
          in_class = TRUE;
          g_string_append_c (text, byte);
          reader->at++;
          if (peek (reader) == '^')
            g_string_append_unichar (text, take_char (reader));
          continue;
        }
      if (verbose && !in_class && (g_ascii_isspace (byte) || byte == '\v'))
        {
          reader->at++;
          continue;
        }
      if (verbose && !in_class && byte == '#')
        {
          while (reader->at < reader->end && peek (reader) != '\n')
            reader->at++;
          continue;
        }
      in_class = in_class && byte != ']';
      g_string_append_unichar (text, take_char (reader));
    }
  return TRUE;
}

/* A pattern that cannot be read is an error here, where its place is known. */
static gboolean
check_regexp (Reader                 *reader,
              const GenlmLarkNode    *node,
              const GenlmLarkPattern *pattern)
{
  g_autofree char *text = genlm_lark_pattern_to_string (pattern);
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (text, strlen (text), NULL, reader->error);

  if (tree != NULL)
    return TRUE;
  genlm_grammar_source_prefix (&reader->document->source, node->at, "the regular expression",
                               reader->error);
  return FALSE;
}

static GenlmLarkPattern *
new_from_regexp (Reader              *reader,
                 const GenlmLarkNode *node)
{
  g_autoptr (GenlmLarkPattern) pattern = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *whole = reader->document->source.text + node->at;
  gsize close = node->length - 1;
  gboolean multiline = FALSE;
  gboolean verbose = FALSE;
  const char *flags = "";

  while (whole[close] != '/')
    close--;
  reader->at = node->at + close + 1;
  reader->end = node->at + node->length;
  if (!read_flags (reader, &flags, &multiline, &verbose))
    return NULL;
  reader->at = node->at + 1;
  reader->end = node->at + close;
  if (!copy_regexp (reader, text, multiline, verbose))
    return NULL;
  pattern = genlm_lark_pattern_new (text->str, GENLM_LARK_BINDING_ALTERNATIVES);
  pattern->flags = flags;
  if (!check_regexp (reader, node, pattern))
    return NULL;
  return g_steal_pointer (&pattern);
}

/* For a string, a regular expression or a range. */
GenlmLarkPattern *
genlm_lark_pattern_new_literal (const GenlmLarkDocument  *document,
                                const GenlmLarkNode      *node,
                                GError                  **error)
{
  Reader reader = { .document = document, .error = error };

  switch (node->kind)
    {
    case GENLM_LARK_NODE_STRING:
      return new_from_string (&reader, node);
    case GENLM_LARK_NODE_REGEXP:
      return new_from_regexp (&reader, node);
    default:
      return new_from_range (&reader, node);
    }
}

/* --- Putting together --------------------------------------------------- */

static void
append_part (GString                *text,
             const GenlmLarkPattern *part,
             GenlmLarkBinding        binding)
{
  if (*part->flags != '\0')
    g_string_append_printf (text, "(?%s:%s)", part->flags, part->text);
  else if (part->binding < binding)
    g_string_append_printf (text, "(?:%s)", part->text);
  else
    g_string_append (text, part->text);
}

/* One part stays what it is. */
GenlmLarkPattern *
genlm_lark_pattern_new_joined (GenlmLarkPattern **parts,
                               guint              n_parts,
                               GenlmLarkBinding   binding)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  if (n_parts == 1)
    return genlm_lark_pattern_ref (parts[0]);
  for (i = 0; i < n_parts; i++)
    {
      if (i > 0 && binding == GENLM_LARK_BINDING_ALTERNATIVES)
        g_string_append_c (text, '|');
      append_part (text, parts[i], binding);
    }
  return genlm_lark_pattern_new (text->str, binding);
}

GenlmLarkPattern *
genlm_lark_pattern_new_repeated (const GenlmLarkPattern *part,
                                 guint32                 min,
                                 guint32                 max)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_part (text, part, GENLM_LARK_BINDING_ATOM);
  if (max == GENLM_LARK_REPEAT_UNBOUNDED)
    g_string_append (text, min == 0 ? "*" : "+");
  else if (min == 0 && max == 1)
    g_string_append_c (text, '?');
  else
    g_string_append_printf (text, "{%u,%u}", min, max);
  return genlm_lark_pattern_new (text->str, GENLM_LARK_BINDING_SEQUENCE);
}

/* The whole of a terminal, as the reader of regular expressions takes it. */
char *
genlm_lark_pattern_to_string (const GenlmLarkPattern *self)
{
  if (*self->flags == '\0')
    return g_strdup (self->text);
  return g_strdup_printf ("(?%s)%s", self->flags, self->text);
}
