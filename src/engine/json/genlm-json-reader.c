#include "genlm-json-reader.h"

#include "genlm-json-arena.h"

#include <genlm.h>
#include <string.h>

struct _GenlmJsonDocument
{
  gatomicrefcount ref_count;
  GenlmJsonArena  arena;
  GenlmJsonValue  root;
};

/* An array or object that is open. */
typedef struct
{
  GenlmJsonType type;
  guint32       first; /* its first value among those that wait */
} Open;

typedef struct
{
  const char        *text;
  const char        *at;
  const char        *end;
  GenlmJsonDocument *document;
  GArray            *waiting;  /* GenlmJsonMember: the values of what is open */
  GArray            *opened;   /* Open */
  GString           *buffer;
  GError           **error;
} Reader;

static gboolean G_GNUC_PRINTF (3, 4)
fail (Reader     *reader,
      const char *at,
      const char *format,
      ...)
{
  g_autofree char *problem = NULL;
  const char      *line_start = reader->text;
  guint            line = 1;
  va_list          args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  for (const char *p = reader->text; p < at; p++)
    if (*p == '\n')
      {
        line++;
        line_start = p + 1;
      }
  g_set_error (reader->error,
               GENLM_POTENTIAL_ERROR,
               GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "Failed to read JSON: line %u, column %ld: %s",
               line,
               g_utf8_strlen (line_start, at - line_start) + 1,
               problem);
  return FALSE;
}

/* What stands at a place, for people. */
static char *
name_place (Reader     *reader,
            const char *at)
{
  gunichar character;

  if (at >= reader->end)
    return g_strdup ("the end of the text");
  character = g_utf8_get_char (at);
  if (character < 0x20 || character == 0x7f)
    return g_strdup_printf ("the control character U+%04X", character);
  return g_strdup_printf ("“%.*s”", (int) (g_utf8_next_char (at) - at), at);
}

static gboolean
fail_expected (Reader     *reader,
               const char *expected)
{
  g_autofree char *found = name_place (reader, reader->at);

  return fail (reader, reader->at, "expected %s, found %s", expected, found);
}

static void
skip_space (Reader *reader)
{
  while (reader->at < reader->end &&
         (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
    reader->at++;
}

static const char *
skip_digits (const char *at,
             const char *end)
{
  while (at < end && g_ascii_isdigit (*at))
    at++;
  return at;
}

static char *
keep_text (Reader     *reader,
           const char *text,
           gsize       length)
{
  char *copy = genlm_json_arena_alloc (&reader->document->arena, length + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

static gboolean
read_number (Reader         *reader,
             GenlmJsonValue *value)
{
  const char *start = reader->at;
  const char *at = start;

  if (*at == '-')
    at++;
  reader->at = at;
  at = skip_digits (at, reader->end);
  if (at == reader->at)
    return fail_expected (reader, "a digit");
  if (*reader->at == '0' && at - reader->at > 1)
    return fail (reader, reader->at, "a number must not begin with a zero");
  if (at < reader->end && *at == '.')
    {
      reader->at = at + 1;
      at = skip_digits (reader->at, reader->end);
      if (at == reader->at)
        return fail_expected (reader, "a digit after the point");
    }
  if (at < reader->end && (*at == 'e' || *at == 'E'))
    {
      at++;
      if (at < reader->end && (*at == '+' || *at == '-'))
        at++;
      reader->at = at;
      at = skip_digits (at, reader->end);
      if (at == reader->at)
        return fail_expected (reader, "a digit of the exponent");
    }

  reader->at = at;
  value->type = GENLM_JSON_NUMBER;
  value->n = (guint32) (at - start);
  value->text = keep_text (reader, start, value->n);
  return TRUE;
}

/* Reads the four digits after “\u”. */
static gboolean
read_hex (Reader  *reader,
          guint32 *unit)
{
  const char *digits = reader->at + 2;

  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      if (digits + i >= reader->end || !g_ascii_isxdigit (digits[i]))
        return fail (reader, reader->at, "expected four hexadecimal digits after “\\u”");
      *unit = *unit << 4 | (guint32) g_ascii_xdigit_value (digits[i]);
    }
  reader->at += 6;
  return TRUE;
}

static gboolean
read_unicode_escape (Reader *reader)
{
  const char *start = reader->at;
  guint32     unit;
  guint32     low = 0;

  if (!read_hex (reader, &unit))
    return FALSE;
  if (unit >= 0xd800 && unit < 0xe000)
    {
      if (unit < 0xdc00 && reader->end - reader->at >= 6 && reader->at[0] == '\\' && reader->at[1] == 'u' &&
          !read_hex (reader, &low))
        return FALSE;
      if (low < 0xdc00 || low >= 0xe000)
        return fail (reader, start, "“%.6s” is half of a surrogate pair, which is no character", start);
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (reader->buffer, unit);
  return TRUE;
}

static gboolean
read_escape (Reader *reader)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char       *letter;

  if (reader->at + 1 < reader->end)
    {
      if (reader->at[1] == 'u')
        return read_unicode_escape (reader);
      letter = memchr (letters, reader->at[1], sizeof (letters) - 1);
      if (letter != NULL)
        {
          g_string_append_c (reader->buffer, meanings[letter - letters]);
          reader->at += 2;
          return TRUE;
        }
    }
  return fail (reader, reader->at, "a backslash without an escape after it");
}

/* Reads from the opening quote; the text is in the arena. */
static gboolean
read_string (Reader      *reader,
             const char **text,
             gsize       *length)
{
  const char *opened = reader->at;
  const char *start = ++reader->at;
  gboolean    buffered = FALSE;

  for (;;)
    {
      const char *at = reader->at;

      while (at < reader->end && *at != '"' && *at != '\\' && (guchar) *at >= 0x20)
        at++;
      reader->at = at;
      if (at >= reader->end)
        return fail (reader, opened, "the string is not closed");
      if (*at == '"' && !buffered)
        break;
      if (!buffered)
        g_string_truncate (reader->buffer, 0);
      buffered = TRUE;
      g_string_append_len (reader->buffer, start, at - start);
      if (*at == '"')
        break;
      if (*at != '\\')
        return fail (reader, at, "the control character U+%04X must be escaped", (guint) *at);
      if (!read_escape (reader))
        return FALSE;
      start = reader->at;
    }

  *length = buffered ? reader->buffer->len : (gsize) (reader->at - start);
  *text = keep_text (reader, buffered ? reader->buffer->str : start, *length);
  reader->at++;
  return TRUE;
}

static gboolean
read_word (Reader         *reader,
           const char     *word,
           GenlmJsonType   type,
           guint32         n,
           GenlmJsonValue *value)
{
  gsize length = strlen (word);

  if ((gsize) (reader->end - reader->at) < length || memcmp (reader->at, word, length) != 0)
    return fail_expected (reader, "a value");
  reader->at += length;
  value->type = type;
  value->n = n;
  return TRUE;
}

/* Reads a value that holds no others. */
static gboolean
read_scalar (Reader         *reader,
             GenlmJsonValue *value)
{
  const char *text;
  gsize       length;

  if (reader->at >= reader->end)
    return fail_expected (reader, "a value");
  switch (*reader->at)
    {
    case '"':
      if (!read_string (reader, &text, &length))
        return FALSE;
      value->type = GENLM_JSON_STRING;
      value->n = (guint32) length;
      value->text = text;
      return TRUE;
    case 't':
      return read_word (reader, "true", GENLM_JSON_BOOLEAN, 1, value);
    case 'f':
      return read_word (reader, "false", GENLM_JSON_BOOLEAN, 0, value);
    case 'n':
      return read_word (reader, "null", GENLM_JSON_NULL, 0, value);
    default:
      if (*reader->at != '-' && !g_ascii_isdigit (*reader->at))
        return fail_expected (reader, "a value");
      return read_number (reader, value);
    }
}

static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const GenlmJsonMember *members = data;
  const GenlmJsonMember *x = &members[*(const guint32 *) a];
  const GenlmJsonMember *y = &members[*(const guint32 *) b];

  return genlm_json_name_compare (x->name, x->length, y->name, y->length);
}

static gboolean
fail_twice (Reader                *reader,
            const GenlmJsonMember *member)
{
  return fail (reader, reader->at, "the name “%s” occurs twice in the object that ends here", member->name);
}

/* Checks that no name occurs twice; writes the order of the names to @sorted
 * if there are so many that it is kept. */
static gboolean
check_names (Reader                *reader,
             const GenlmJsonMember *members,
             guint32                n,
             guint32               *sorted)
{
  if (sorted == NULL)
    {
      for (guint32 i = 1; i < n; i++)
        for (guint32 j = 0; j < i; j++)
          if (members[i].length == members[j].length &&
              memcmp (members[i].name, members[j].name, members[i].length) == 0)
            return fail_twice (reader, &members[i]);
      return TRUE;
    }

  for (guint32 i = 0; i < n; i++)
    sorted[i] = i;
  g_qsort_with_data (sorted, (gint) n, sizeof (guint32), compare_members, (gpointer) members);
  for (guint32 i = 1; i < n; i++)
    if (compare_members (&sorted[i - 1], &sorted[i], (gpointer) members) == 0)
      return fail_twice (reader, &members[sorted[i]]);
  return TRUE;
}

/* What @value holds has moved with it. */
static void
adopt (const GenlmJsonValue *value)
{
  if (value->type == GENLM_JSON_ARRAY)
    for (guint32 i = 0; i < value->n; i++)
      ((GenlmJsonValue *) value->items)[i].parent = value;
  else if (value->type == GENLM_JSON_OBJECT)
    for (guint32 i = 0; i < value->n; i++)
      ((GenlmJsonMember *) value->members)[i].value.parent = value;
}

static gboolean
close_object (Reader                *reader,
              const GenlmJsonMember *waiting,
              GenlmJsonValue        *value)
{
  guint32          n = value->n;
  gsize            size = n * sizeof (GenlmJsonMember);
  gboolean         sort = n > GENLM_JSON_VALUE_MAX_UNSORTED;
  GenlmJsonMember *members;

  members = genlm_json_arena_alloc (&reader->document->arena, size + (sort ? n * sizeof (guint32) : 0));
  if (n > 0)
    memcpy (members, waiting, size);
  for (guint32 i = 0; i < n; i++)
    adopt (&members[i].value);
  value->members = members;
  return check_names (reader, members, n, sort ? (guint32 *) (members + n) : NULL);
}

static void
close_array (Reader                *reader,
             const GenlmJsonMember *waiting,
             GenlmJsonValue        *value)
{
  GenlmJsonValue *items = genlm_json_arena_alloc (&reader->document->arena, value->n * sizeof (GenlmJsonValue));

  for (guint32 i = 0; i < value->n; i++)
    {
      items[i] = waiting[i].value;
      adopt (&items[i]);
    }
  value->items = items;
}

/* Takes the values of the innermost that is open; @value becomes it. */
static gboolean
close_innermost (Reader         *reader,
                 GenlmJsonValue *value)
{
  const Open            *open = &g_array_index (reader->opened, Open, reader->opened->len - 1);
  const GenlmJsonMember *waiting = NULL;
  guint32                first = open->first;

  value->type = open->type;
  value->n = reader->waiting->len - first;
  if (value->n > 0)
    waiting = &g_array_index (reader->waiting, GenlmJsonMember, first);
  if (value->type == GENLM_JSON_ARRAY)
    close_array (reader, waiting, value);
  else if (!close_object (reader, waiting, value))
    return FALSE;
  g_array_set_size (reader->waiting, first);
  g_array_set_size (reader->opened, reader->opened->len - 1);
  return TRUE;
}

/* Reads the name of a member up to its value. */
static gboolean
read_name (Reader          *reader,
           GenlmJsonMember *member)
{
  if (reader->at >= reader->end || *reader->at != '"')
    return fail_expected (reader, "a name in quotes");
  if (!read_string (reader, &member->name, &member->length))
    return FALSE;
  skip_space (reader);
  if (reader->at >= reader->end || *reader->at != ':')
    return fail_expected (reader, "“:”");
  reader->at++;
  skip_space (reader);
  return TRUE;
}

/* Appends a member or item whose value is to come. */
static gboolean
begin_value (Reader *reader)
{
  const Open     *open = &g_array_index (reader->opened, Open, reader->opened->len - 1);
  GenlmJsonMember member = { 0 };

  if (open->type == GENLM_JSON_OBJECT && !read_name (reader, &member))
    return FALSE;
  g_array_append_val (reader->waiting, member);
  return TRUE;
}

static char
get_closer (Reader *reader)
{
  return g_array_index (reader->opened, Open, reader->opened->len - 1).type == GENLM_JSON_ARRAY ? ']' : '}';
}

static gboolean
at_closer (Reader *reader)
{
  return reader->at < reader->end && *reader->at == get_closer (reader);
}

/* Opens what begins here, and its first value unless it is @empty. */
static gboolean
open_container (Reader   *reader,
                gboolean *empty)
{
  Open open = { *reader->at == '[' ? GENLM_JSON_ARRAY : GENLM_JSON_OBJECT, reader->waiting->len };

  g_array_append_val (reader->opened, open);
  reader->at++;
  skip_space (reader);
  *empty = at_closer (reader);
  return *empty || begin_value (reader);
}

/* After a value: closes what ends here, and begins the next value if one
 * follows. @value is the outermost that was closed. */
static gboolean
end_value (Reader         *reader,
           GenlmJsonValue *value)
{
  while (reader->opened->len > 0)
    {
      g_array_index (reader->waiting, GenlmJsonMember, reader->waiting->len - 1).value = *value;
      skip_space (reader);
      if (reader->at < reader->end && *reader->at == ',')
        {
          reader->at++;
          skip_space (reader);
          return begin_value (reader);
        }
      if (!at_closer (reader))
        return fail_expected (reader, get_closer (reader) == ']' ? "“,” or “]”" : "“,” or “}”");
      *value = (GenlmJsonValue) { 0 };
      if (!close_innermost (reader, value))
        return FALSE;
      reader->at++;
    }
  return TRUE;
}

static gboolean
read_value (Reader *reader)
{
  do
    {
      GenlmJsonValue value = { 0 };
      gboolean       empty = FALSE;

      if (reader->at < reader->end && (*reader->at == '[' || *reader->at == '{'))
        {
          if (!open_container (reader, &empty))
            return FALSE;
          if (!empty)
            continue;
          if (!close_innermost (reader, &value))
            return FALSE;
          reader->at++;
        }
      else if (!read_scalar (reader, &value))
        return FALSE;
      if (!end_value (reader, &value))
        return FALSE;
      if (reader->opened->len == 0)
        reader->document->root = value;
    }
  while (reader->opened->len > 0);
  adopt (&reader->document->root);
  return TRUE;
}

static gboolean
read_text (Reader *reader)
{
  const char *invalid;

  if (reader->end - reader->text > G_MAXINT32)
    return fail (reader, reader->text, "the text is longer than 2 GiB");
  if (!g_utf8_validate_len (reader->text, (gsize) (reader->end - reader->text), &invalid) && *invalid != '\0')
    return fail (reader, invalid, "the text is not valid UTF-8");
  skip_space (reader);
  if (!read_value (reader))
    return FALSE;
  skip_space (reader);
  return reader->at == reader->end || fail_expected (reader, "the end of the text");
}

/* @length may be -1 for a text that ends with a NUL. */
GenlmJsonDocument *
genlm_json_document_new (const char *text,
                         gssize      length,
                         GError    **error)
{
  g_autoptr (GenlmJsonDocument) self = g_new0 (GenlmJsonDocument, 1);
  gsize    size = length < 0 ? strlen (text) : (gsize) length;
  Reader   reader = { .text = text, .at = text, .end = text + size, .document = self, .error = error };
  gboolean fine;

  g_atomic_ref_count_init (&self->ref_count);
  reader.waiting = g_array_new (FALSE, FALSE, sizeof (GenlmJsonMember));
  reader.opened = g_array_new (FALSE, FALSE, sizeof (Open));
  reader.buffer = g_string_new (NULL);
  fine = read_text (&reader);
  g_array_unref (reader.waiting);
  g_array_unref (reader.opened);
  g_string_free (reader.buffer, TRUE);
  return fine ? g_steal_pointer (&self) : NULL;
}

GenlmJsonDocument *
genlm_json_document_ref (GenlmJsonDocument *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_json_document_unref (GenlmJsonDocument *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  genlm_json_arena_clear (&self->arena);
  g_free (self);
}

const GenlmJsonValue *
genlm_json_document_peek_root (const GenlmJsonDocument *self)
{
  return &self->root;
}

/* The bytes it takes. */
guint64
genlm_json_document_get_size (const GenlmJsonDocument *self)
{
  return sizeof (*self) + self->arena.total;
}
