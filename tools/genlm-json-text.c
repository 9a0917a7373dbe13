/* JSON text in pieces: json-glib makes doubles of numbers, and instances of
 * schemas are about how they are written. What is cut into pieces was checked
 * as a whole before. */
#include "genlm-json-text.h"

#include <string.h>

/* What may come next while a text is checked. */
typedef enum
{
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END,  /* just after "[" */
  EXPECT_NAME,
  EXPECT_NAME_OR_END,   /* just after "{" */
  EXPECT_COLON,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING,
} Expect;

static const char *
skip_space (const char *p,
            const char *end)
{
  while (p < end && strchr (" \t\r\n", *p) != NULL && *p != '\0')
    p++;
  return p;
}

/* The end of the digits from @p; NULL if there is none. */
static const char *
skip_digits (const char *p,
             const char *end)
{
  const char *start = p;

  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p > start ? p : NULL;
}

static const char *
skip_number (const char *p,
             const char *end)
{
  if (p < end && *p == '-')
    p++;
  if (p < end && *p == '0')
    p++;
  else
    p = skip_digits (p, end);
  if (p != NULL && p < end && *p == '.')
    p = skip_digits (p + 1, end);
  if (p != NULL && p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      p = skip_digits (p, end);
    }
  return p;
}

static gboolean
is_escape (const char *p,
           const char *end)
{
  guint i;

  if (end - p < 2)
    return FALSE;
  if (p[1] != 'u')
    return p[1] != '\0' && strchr ("\"\\/bfnrt", p[1]) != NULL;
  if (end - p < 6)
    return FALSE;
  for (i = 2; i < 6; i++)
    if (!g_ascii_isxdigit (p[i]))
      return FALSE;
  return TRUE;
}

/* The end of a string whose opening quote is at @p; NULL if it is none. */
static const char *
skip_string (const char *p,
             const char *end)
{
  for (p++; p < end && *p != '"'; p++)
    {
      if ((guchar) *p < ' ')
        return NULL;
      if (*p != '\\')
        continue;
      if (!is_escape (p, end))
        return NULL;
      p++;
    }
  return p < end ? p + 1 : NULL;
}

static const char *
skip_word (const char *p,
           const char *end)
{
  static const char *const words[] = { "true", "false", "null" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (end - p) >= length && memcmp (p, words[i], length) == 0)
        return p + length;
    }
  return NULL;
}

static const char *
skip_scalar (const char *p,
             const char *end)
{
  if (*p == '"')
    return skip_string (p, end);
  if (*p == '-' || g_ascii_isdigit (*p))
    return skip_number (p, end);
  return skip_word (p, end);
}

/* One token further; NULL where it is not JSON. @open holds the brackets that
 * are open. */
static const char *
check_token (const char *p,
             const char *end,
             GString    *open,
             Expect     *expect)
{
  gboolean may_close = *expect == EXPECT_COMMA_OR_END || *expect == EXPECT_VALUE_OR_END
                       || *expect == EXPECT_NAME_OR_END;

  if (may_close && open->len > 0 && *p == (open->str[open->len - 1] == '{' ? '}' : ']'))
    {
      g_string_truncate (open, open->len - 1);
      *expect = open->len > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
      return p + 1;
    }
  switch (*expect)
    {
    case EXPECT_VALUE:
    case EXPECT_VALUE_OR_END:
      if (*p == '{' || *p == '[')
        {
          g_string_append_c (open, *p);
          *expect = *p == '{' ? EXPECT_NAME_OR_END : EXPECT_VALUE_OR_END;
          return p + 1;
        }
      *expect = open->len > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
      return skip_scalar (p, end);
    case EXPECT_NAME:
    case EXPECT_NAME_OR_END:
      *expect = EXPECT_COLON;
      return *p == '"' ? skip_string (p, end) : NULL;
    case EXPECT_COLON:
      *expect = EXPECT_VALUE;
      return *p == ':' ? p + 1 : NULL;
    case EXPECT_COMMA_OR_END:
      *expect = open->str[open->len - 1] == '{' ? EXPECT_NAME : EXPECT_VALUE;
      return *p == ',' ? p + 1 : NULL;
    case EXPECT_NOTHING:
    default:
      return NULL;
    }
}

/* Whether the text is one JSON value in UTF-8. */
gboolean
genlm_json_text_check (GenlmJsonText   text,
                       GError        **error)
{
  g_autoptr (GString) open = g_string_new (NULL);
  Expect expect = EXPECT_VALUE;
  const char *p = skip_space (text.start, text.end);

  if (!g_utf8_validate_len (text.start, text.end - text.start, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is not UTF-8");
      return FALSE;
    }
  while (p < text.end)
    {
      const char *next = check_token (p, text.end, open, &expect);

      if (next == NULL)
        break;
      p = skip_space (next, text.end);
    }
  if (p == text.end && expect == EXPECT_NOTHING)
    return TRUE;
  if (p == text.end)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is no whole JSON value: it ends too early");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is no JSON at byte %" G_GSIZE_FORMAT,
                 (gsize) (p - text.start) + 1);
  return FALSE;
}

/* The end of the value at @p, which is known to be one. */
static const char *
skip_value (const char *p,
            const char *end)
{
  gsize depth = 0;

  do
    {
      p = skip_space (p, end);
      if (*p == '{' || *p == '[')
        depth++;
      else if (*p == '}' || *p == ']')
        depth--;
      if (strchr ("{}[]:,", *p) != NULL)
        p++;
      else
        p = skip_scalar (p, end);
    }
  while (depth > 0);
  return p;
}

/* The first character: one of { [ " - t f n or a digit. */
char
genlm_json_text_peek_kind (GenlmJsonText text)
{
  return *skip_space (text.start, text.end);
}

/* Takes the next member or element off an object or array; of what is neither
 * there is none. */
gboolean
genlm_json_text_next (GenlmJsonText  *container,
                      char          **name,
                      GenlmJsonText  *value)
{
  const char *p = skip_space (container->start, container->end);
  gboolean first = *p == '{' || *p == '[';
  gboolean named;

  /* Between calls the text starts with the comma, and its end is the bracket. */
  if (!first && *p != ',')
    return FALSE;
  p = skip_space (p + 1, container->end);
  if (first && (*p == '}' || *p == ']'))
    return FALSE;
  named = container->end[-1] == '}';
  if (named)
    {
      GenlmJsonText key = { p, skip_string (p, container->end) };

      if (name != NULL)
        *name = genlm_json_text_dup_string (key);
      p = skip_space (key.end, container->end);
      p = skip_space (p + 1, container->end);
    }
  value->start = p;
  value->end = skip_value (p, container->end);
  container->start = value->end;
  return TRUE;
}

/* The text without the space around it, which genlm_json_text_next() wants. */
static GenlmJsonText
trim (GenlmJsonText text)
{
  text.start = skip_space (text.start, text.end);
  while (text.end > text.start && strchr (" \t\r\n", text.end[-1]) != NULL)
    text.end--;
  return text;
}

/* Finds a member of an object, the last of its name. */
gboolean
genlm_json_text_find (GenlmJsonText  object,
                      const char    *name,
                      GenlmJsonText *value)
{
  gboolean found = FALSE;

  object = trim (object);
  if (genlm_json_text_peek_kind (object) != '{')
    return FALSE;
  while (TRUE)
    {
      g_autofree char *member = NULL;
      GenlmJsonText next;

      if (!genlm_json_text_next (&object, &member, &next))
        return found;
      if (strcmp (member, name) != 0)
        continue;
      *value = next;
      found = TRUE;
    }
}

static gunichar
read_unit (const char *p)
{
  gunichar unit = 0;
  guint i;

  for (i = 2; i < 6; i++)
    unit = unit * 16 + g_ascii_xdigit_value (p[i]);
  return unit;
}

static gboolean
is_high_surrogate (gunichar unit)
{
  return unit >= 0xd800 && unit < 0xdc00;
}

/* Appends what the escape at @p stands for; returns its end. Half a pair of
 * surrogates is no character and stays the escape that it is. */
static const char *
decode_escape (const char *p,
               const char *end,
               GString    *result)
{
  static const char names[] = "bfnrt";
  static const char values[] = "\b\f\n\r\t";
  const char *name = strchr (names, p[1]);
  gunichar unit;

  if (p[1] != 'u')
    {
      g_string_append_c (result, name != NULL ? values[name - names] : p[1]);
      return p + 2;
    }
  unit = read_unit (p);
  if (is_high_surrogate (unit) && end - p >= 12 && p[6] == '\\' && p[7] == 'u')
    {
      gunichar low = read_unit (p + 6);

      if (low >= 0xdc00 && low < 0xe000)
        {
          g_string_append_unichar (result, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
          return p + 12;
        }
    }
  if (unit >= 0xd800 && unit < 0xe000)
    g_string_append_len (result, p, 6);
  else
    g_string_append_unichar (result, unit);
  return p + 6;
}

/* What a JSON string says. */
GString *
genlm_json_text_decode (GenlmJsonText text)
{
  GString *result = g_string_new (NULL);
  const char *p;

  text = trim (text);
  for (p = text.start + 1; p < text.end - 1;)
    if (*p == '\\')
      p = decode_escape (p, text.end - 1, result);
    else
      g_string_append_c (result, *p++);
  return result;
}

/* The same as a C string: one with U+0000 in it ends there. */
char *
genlm_json_text_dup_string (GenlmJsonText text)
{
  return g_string_free (genlm_json_text_decode (text), FALSE);
}

char *
genlm_json_text_dup_text (GenlmJsonText text)
{
  text = trim (text);
  return g_strndup (text.start, text.end - text.start);
}

static void
dump_character (GString    *result,
                const char *p,
                gsize       length)
{
  static const char values[] = "\b\f\n\r\t\"\\";
  static const char names[] = "bfnrt\"\\";
  const char *value = *p != '\0' ? strchr (values, *p) : NULL;

  if (value != NULL)
    g_string_append_printf (result, "\\%c", names[value - values]);
  else if ((guchar) *p < ' ')
    g_string_append_printf (result, "\\u%04x", (guint) (guchar) *p);
  else
    g_string_append_len (result, p, length);
}

static void
dump_string (GenlmJsonText  text,
             GString       *result)
{
  g_autoptr (GString) character = g_string_new (NULL);
  const char *p;

  g_string_append_c (result, '"');
  for (p = text.start + 1; p < text.end - 1;)
    {
      const char *next = p + 1;

      g_string_truncate (character, 0);
      if (*p == '\\')
        next = decode_escape (p, text.end - 1, character);
      else
        g_string_append_c (character, *p);
      if (character->len == 6 && character->str[0] == '\\')
        g_string_append (result, character->str);
      else
        dump_character (result, character->str, character->len);
      p = next;
    }
  g_string_append_c (result, '"');
}

/* Writes a value as Python's json.dumps (…, ensure_ascii=False) does, numbers
 * by their text. */
void
genlm_json_text_dump (GenlmJsonText  text,
                      GString       *result)
{
  const char *p = skip_space (text.start, text.end);

  while (p < text.end)
    {
      const char *next = p + 1;

      if (*p == ',')
        {
          g_string_append (result, ", ");
        }
      else if (*p == ':')
        {
          g_string_append (result, ": ");
        }
      else if (strchr ("{}[]", *p) != NULL)
        {
          g_string_append_c (result, *p);
        }
      else if (*p == '"')
        {
          GenlmJsonText string = { p, skip_string (p, text.end) };

          dump_string (string, result);
          next = string.end;
        }
      else
        {
          next = skip_scalar (p, text.end);
          g_string_append_len (result, p, next - p);
        }
      p = skip_space (next, text.end);
    }
}

/* Writes a C string, which is UTF-8, as a JSON string. */
void
genlm_json_text_quote (const char *string,
                       GString    *result)
{
  g_string_append_c (result, '"');
  for (; *string != '\0'; string++)
    dump_character (result, string, 1);
  g_string_append_c (result, '"');
}
