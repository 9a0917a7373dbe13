#include "genlm-json-format-private.h"

#include <string.h>

/* Whether a text is a pattern of ECMA-262 with the flag “u”. Groups inside
 * each other cost memory and no stack. */

typedef struct
{
  const char *at;
  const char *end;
  GArray     *groups;      /* gboolean: whether what is open can be repeated when it closes */
  GHashTable *names;       /* of groups */
  GPtrArray  *references;  /* names of groups that are referred to */
  guint64     n_groups;
  guint64     max_reference;
  gboolean    repeatable;  /* a quantifier may follow */
} Syntax;

static gboolean
skip_text (Syntax     *syntax,
           const char *text)
{
  gsize length = strlen (text);

  if ((gsize) (syntax->end - syntax->at) < length || memcmp (syntax->at, text, length) != 0)
    return FALSE;
  syntax->at += length;
  return TRUE;
}

static gunichar
peek_char (const Syntax *syntax)
{
  return syntax->at < syntax->end ? g_utf8_get_char (syntax->at) : 0;
}

static gboolean
read_hex_digits (Syntax  *syntax,
                 guint    n,
                 guint32 *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++, syntax->at++)
    {
      if (syntax->at >= syntax->end || !g_ascii_isxdigit (*syntax->at))
        return FALSE;
      *value = *value << 4 | (guint32) g_ascii_xdigit_value (*syntax->at);
    }
  return TRUE;
}

/* After “\u”. */
static gboolean
read_unicode (Syntax  *syntax,
              guint32 *value)
{
  const char *after;
  guint32     low;

  if (skip_text (syntax, "{"))
    {
      const char *start = syntax->at;

      for (*value = 0; syntax->at < syntax->end && g_ascii_isxdigit (*syntax->at); syntax->at++)
        {
          *value = *value << 4 | (guint32) g_ascii_xdigit_value (*syntax->at);
          if (*value > 0x10ffff)
            return FALSE;
        }
      return syntax->at > start && skip_text (syntax, "}");
    }
  if (!read_hex_digits (syntax, 4, value))
    return FALSE;
  after = syntax->at;
  if (*value >= 0xd800 && *value < 0xdc00)
    {
      if (skip_text (syntax, "\\u") && read_hex_digits (syntax, 4, &low) && low >= 0xdc00 && low < 0xe000)
        *value = 0x10000 + ((*value - 0xd800) << 10) + (low - 0xdc00);
      else
        syntax->at = after;
    }
  return TRUE;
}

/* After “\p” or “\P”; whether there is such a property is not looked up. */
static gboolean
read_property (Syntax *syntax)
{
  const char *start;
  guint       n_equals = 0;

  if (!skip_text (syntax, "{"))
    return FALSE;
  for (start = syntax->at; syntax->at < syntax->end && *syntax->at != '}'; syntax->at++)
    if (*syntax->at == '=' && syntax->at > start)
      n_equals++;
    else if (!g_ascii_isalnum (*syntax->at) && *syntax->at != '_')
      return FALSE;
  return syntax->at > start && syntax->at[-1] != '=' && n_equals <= 1 && skip_text (syntax, "}");
}

/* Reads the escape of one character after the backslash. */
static gboolean
read_char_escape (Syntax  *syntax,
                  guint32 *value)
{
  gunichar letter = peek_char (syntax);

  if (letter == 0)
    return FALSE;
  syntax->at = g_utf8_next_char (syntax->at);
  *value = letter;
  switch (letter)
    {
    case 'f': case 'n': case 'r': case 't': case 'v':
      *value = (guint32) "\f\n\r\t\v"[strchr ("fnrtv", (int) letter) - "fnrtv"];
      return TRUE;
    case 'c':
      if (syntax->at >= syntax->end || !g_ascii_isalpha (*syntax->at))
        return FALSE;
      *value = *syntax->at++ % 32;
      return TRUE;
    case '0':
      *value = 0;
      return syntax->at >= syntax->end || !g_ascii_isdigit (*syntax->at);
    case 'x':
      return read_hex_digits (syntax, 2, value);
    case 'u':
      return read_unicode (syntax, value);
    default:
      return letter < 0x80 && strchr ("^$\\.*+?()[]{}|/", (int) letter) != NULL;
    }
}

/* A set of characters after the backslash: “\d” and the like. */
static gboolean
skip_set_escape (Syntax   *syntax,
                 gboolean *valid)
{
  *valid = TRUE;
  if (syntax->at >= syntax->end || strchr ("dDsSwWpP", *syntax->at) == NULL || *syntax->at == '\0')
    return FALSE;
  if (g_ascii_tolower (*syntax->at++) == 'p')
    *valid = read_property (syntax);
  return TRUE;
}

/* One end of a range in a class. */
static gboolean
read_class_atom (Syntax   *syntax,
                 guint32  *value,
                 gboolean *is_set)
{
  gboolean valid;

  *is_set = FALSE;
  if (syntax->at >= syntax->end)
    return FALSE;
  if (!skip_text (syntax, "\\"))
    {
      *value = peek_char (syntax);
      syntax->at = g_utf8_next_char (syntax->at);
      return TRUE;
    }
  if (skip_set_escape (syntax, &valid))
    {
      *is_set = TRUE;
      return valid;
    }
  if (skip_text (syntax, "b"))
    {
      *value = '\b';
      return TRUE;
    }
  if (skip_text (syntax, "-"))
    {
      *value = '-';
      return TRUE;
    }
  return read_char_escape (syntax, value);
}

/* After the opening bracket. */
static gboolean
read_class (Syntax *syntax)
{
  skip_text (syntax, "^");
  while (!skip_text (syntax, "]"))
    {
      guint32  first;
      guint32  last;
      gboolean first_is_set;
      gboolean last_is_set;

      if (!read_class_atom (syntax, &first, &first_is_set))
        return FALSE;
      if (syntax->end - syntax->at < 2 || syntax->at[0] != '-' || syntax->at[1] == ']')
        continue;
      syntax->at++;
      if (!read_class_atom (syntax, &last, &last_is_set) || first_is_set || last_is_set || first > last)
        return FALSE;
    }
  return TRUE;
}

/* The name of a group up to the “>”. NULL if it is none. */
static char *
read_group_name (Syntax *syntax)
{
  const char *start = syntax->at;

  for (; syntax->at < syntax->end && *syntax->at != '>'; syntax->at = g_utf8_next_char (syntax->at))
    {
      gunichar character = peek_char (syntax);
      gboolean inner = syntax->at > start && (g_unichar_isalnum (character) || g_unichar_ismark (character) ||
                                              character == 0x200c || character == 0x200d);

      if (!inner && !g_unichar_isalpha (character) && character != '_' && character != '$')
        return NULL;
    }
  if (syntax->at == start || syntax->at >= syntax->end)
    return NULL;
  syntax->at++;
  return g_strndup (start, (gsize) (syntax->at - 1 - start));
}

/* After the opening parenthesis. */
static gboolean
open_group (Syntax *syntax)
{
  gboolean repeatable = TRUE;
  char    *name;

  if (skip_text (syntax, "?=") || skip_text (syntax, "?!") || skip_text (syntax, "?<=") || skip_text (syntax, "?<!"))
    repeatable = FALSE;
  else if (skip_text (syntax, "?<"))
    {
      name = read_group_name (syntax);
      if (name == NULL || !g_hash_table_add (syntax->names, name))
        return FALSE;
      syntax->n_groups++;
    }
  else if (!skip_text (syntax, "?:"))
    {
      if (syntax->at < syntax->end && *syntax->at == '?')
        return FALSE;
      syntax->n_groups++;
    }
  g_array_append_val (syntax->groups, repeatable);
  syntax->repeatable = FALSE;
  return TRUE;
}

static gboolean
close_group (Syntax *syntax)
{
  if (syntax->groups->len == 0)
    return FALSE;
  syntax->repeatable = g_array_index (syntax->groups, gboolean, syntax->groups->len - 1);
  g_array_set_size (syntax->groups, syntax->groups->len - 1);
  return TRUE;
}

/* Reads digits; what is too large for the type counts as the largest. */
static gboolean
read_number (Syntax  *syntax,
             guint64 *number)
{
  const char *start = syntax->at;

  for (*number = 0; syntax->at < syntax->end && g_ascii_isdigit (*syntax->at); syntax->at++)
    if (!g_uint64_checked_mul (number, *number, 10) ||
        !g_uint64_checked_add (number, *number, (guint64) (*syntax->at - '0')))
      *number = G_MAXUINT64 / 10;
  return syntax->at > start;
}

static gboolean
read_quantifier (Syntax *syntax)
{
  guint64 min;
  guint64 max;

  if (!syntax->repeatable)
    return FALSE;
  syntax->repeatable = FALSE;
  if (*syntax->at++ == '{')
    {
      if (!read_number (syntax, &min))
        return FALSE;
      if (skip_text (syntax, ",") && read_number (syntax, &max) && max < min)
        return FALSE;
      if (!skip_text (syntax, "}"))
        return FALSE;
    }
  skip_text (syntax, "?");
  return TRUE;
}

/* After a backslash outside of classes. */
static gboolean
read_escape (Syntax *syntax)
{
  gboolean valid;
  guint32  value;
  guint64  number;

  if (skip_text (syntax, "b") || skip_text (syntax, "B"))
    {
      syntax->repeatable = FALSE;
      return TRUE;
    }
  syntax->repeatable = TRUE;
  if (skip_set_escape (syntax, &valid))
    return valid;
  if (syntax->at < syntax->end && *syntax->at >= '1' && *syntax->at <= '9')
    {
      read_number (syntax, &number);
      syntax->max_reference = MAX (syntax->max_reference, number);
      return TRUE;
    }
  if (skip_text (syntax, "k"))
    {
      char *name = skip_text (syntax, "<") ? read_group_name (syntax) : NULL;

      if (name != NULL)
        g_ptr_array_add (syntax->references, name);
      return name != NULL;
    }
  return read_char_escape (syntax, &value);
}

static gboolean
read_next (Syntax *syntax)
{
  switch (*syntax->at)
    {
    case '\\':
      syntax->at++;
      return read_escape (syntax);
    case '[':
      syntax->at++;
      syntax->repeatable = TRUE;
      return read_class (syntax);
    case '(':
      syntax->at++;
      return open_group (syntax);
    case ')':
      syntax->at++;
      return close_group (syntax);
    case '*': case '+': case '?': case '{':
      return read_quantifier (syntax);
    case ']': case '}':
      return FALSE;
    case '|': case '^': case '$':
      syntax->at++;
      syntax->repeatable = FALSE;
      return TRUE;
    default:
      syntax->at = g_utf8_next_char (syntax->at);
      syntax->repeatable = TRUE;
      return TRUE;
    }
}

static gboolean
check (Syntax *syntax)
{
  while (syntax->at < syntax->end)
    if (!read_next (syntax))
      return FALSE;
  if (syntax->groups->len > 0 || syntax->max_reference > syntax->n_groups)
    return FALSE;
  for (guint i = 0; i < syntax->references->len; i++)
    if (!g_hash_table_contains (syntax->names, g_ptr_array_index (syntax->references, i)))
      return FALSE;
  return TRUE;
}

gboolean
genlm_json_format_check_regex (const char *text,
                               gsize       length)
{
  Syntax   syntax = { .at = text, .end = text + length };
  gboolean result;

  syntax.groups = g_array_new (FALSE, FALSE, sizeof (gboolean));
  syntax.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  syntax.references = g_ptr_array_new_with_free_func (g_free);
  result = check (&syntax);
  g_ptr_array_unref (syntax.references);
  g_hash_table_unref (syntax.names);
  g_array_unref (syntax.groups);
  return result;
}
