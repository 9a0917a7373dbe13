#include "genlm-json-text.h"

#include <string.h>

/* Takes @before. */
GenlmJsonText *
genlm_json_text_new (GenlmJsonText *before,
                     const guint8  *bytes,
                     gsize          length)
{
  GenlmJsonText *self = g_malloc (sizeof *self + length);

  g_atomic_ref_count_init (&self->ref_count);
  self->length = (guint32) length;
  self->total = length + (before != NULL ? before->total : 0);
  self->before = before;
  self->regex = NULL;
  memcpy (self->bytes, bytes, length);
  return self;
}

GenlmJsonText *
genlm_json_text_ref (GenlmJsonText *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_json_text_unref (GenlmJsonText *self)
{
  while (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    {
      GenlmJsonText *before = self->before;

      g_clear_pointer (&self->regex, genlm_json_regex_unref);
      g_free (self);
      self = before;
    }
}

/* Appends what comes after the first @from bytes. */
void
genlm_json_text_append (GenlmJsonText *self,
                        guint64        from,
                        GString       *to)
{
  gsize start = to->len;
  gsize wanted = self->total - from;

  g_string_set_size (to, start + wanted);
  for (; self != NULL && self->total > from; self = self->before)
    {
      guint64 first = self->total - self->length;
      gsize skip = first < from ? from - first : 0;

      memcpy (to->str + start + (first + skip - from), self->bytes + skip, self->length - skip);
    }
}

static gunichar
read_unit (const char *raw)
{
  gunichar unit = 0;
  guint i;

  for (i = 0; i < 4; i++)
    unit = unit << 4 | (gunichar) g_ascii_xdigit_value (raw[i]);
  return unit;
}

static gsize
get_escape_length (const char *raw,
                   gsize       length)
{
  if (length < 2 || raw[1] != 'u')
    return 2;
  if (length < 6)
    return 6;
  return (read_unit (raw + 2) & 0xfc00) == 0xd800 ? 12 : 6;
}

/* Where in the start of a valid JSON string an escape begins that is not over;
 * its length if there is none. */
gsize
genlm_json_text_find_escape (const char *raw,
                             gsize       length)
{
  gsize i = 0;

  while (i < length)
    {
      gsize step = raw[i] == '\\' ? get_escape_length (raw + i, length - i) : 1;

      if (step > length - i)
        break;
      i += step;
    }
  return i;
}

/* The text that a valid JSON string of these contents stands for. */
GString *
genlm_json_text_decode (const char *raw,
                        gsize       length)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  GString *text = g_string_sized_new (length);
  gsize i;

  for (i = 0; i < length; i++)
    {
      gunichar character;

      if (raw[i] != '\\')
        {
          g_string_append_c (text, raw[i]);
          continue;
        }
      i++;
      if (raw[i] != 'u')
        {
          g_string_append_c (text, values[strchr (letters, raw[i]) - letters]);
          continue;
        }
      character = read_unit (raw + i + 1);
      i += 4;
      if (character >= 0xd800 && character < 0xdc00)
        {
          character = 0x10000 + ((character - 0xd800) << 10) + (read_unit (raw + i + 3) - 0xdc00);
          i += 6;
        }
      if (character == 0)
        g_string_append_c (text, '\0');
      else
        g_string_append_unichar (text, character);
    }
  return text;
}

/* The plain way to write a text between quotes. */
GString *
genlm_json_text_encode (const char *text,
                        gsize       length)
{
  static const char letters[] = "\"\\bfnrt";
  static const char values[] = "\"\\\b\f\n\r\t";
  GString *raw = g_string_sized_new (length);
  gsize i;

  for (i = 0; i < length; i++)
    {
      guint8 byte = (guint8) text[i];
      const char *found = byte != 0 ? strchr (values, byte) : NULL;

      if (found != NULL)
        {
          g_string_append_c (raw, '\\');
          g_string_append_c (raw, letters[found - values]);
        }
      else if (byte < 0x20)
        g_string_append_printf (raw, "\\u%04x", byte);
      else
        g_string_append_c (raw, (char) byte);
    }
  return raw;
}
