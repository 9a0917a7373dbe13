#include "genlm-regex-cursor.h"

#include "genlm-text-excerpt.h"

/* How much of a pattern an error shows on either side of the place. */
#define EXCERPT_CHARS (32)

gboolean
genlm_regex_cursor_fail (GenlmRegexCursor    *self,
                         GenlmPotentialError  code,
                         gsize                at,
                         const char          *format,
                         ...)
{
  g_autofree char *message = NULL;
  g_autofree char *place = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  place = genlm_text_excerpt_draw (self->text, self->text + self->length, self->text + at,
                                   EXCERPT_CHARS);
  g_set_error (self->error, GENLM_POTENTIAL_ERROR, code,
               "Failed to read the pattern at byte %" G_GSIZE_FORMAT ": %s%s", at, message, place);
  return FALSE;
}

/* For what ECMA-262 has and this does not: reading goes on, since a mistake
 * further on would be the better thing to tell. */
gboolean
genlm_regex_cursor_defer (GenlmRegexCursor *self,
                          gsize             at,
                          const char       *what)
{
  GError **error = self->error;

  if (self->deferred != NULL)
    return TRUE;
  self->error = &self->deferred;
  genlm_regex_cursor_fail (self, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, at, "%s", what);
  self->error = error;
  return TRUE;
}

gunichar
genlm_regex_cursor_take (GenlmRegexCursor *self)
{
  const char *p = self->text + self->at;

  self->at += (gsize) (g_utf8_next_char (p) - p);
  return g_utf8_get_char (p);
}

/* What stands at a place, in words. */
char *
genlm_regex_cursor_describe (const GenlmRegexCursor *self,
                             gsize                   at)
{
  gunichar character;

  if (at >= self->length)
    return g_strdup ("the end of the pattern");
  character = g_utf8_get_char (self->text + at);
  if (g_unichar_isprint (character))
    return g_strdup_printf ("\"%.*s\"",
                            (int) (g_utf8_next_char (self->text + at) - (self->text + at)),
                            self->text + at);
  return g_strdup_printf ("U+%04X", character);
}

/* Only texts of valid UTF-8 can be drawn, so this is asked first. A NUL is a
 * character here, if not to GLib. */
gboolean
genlm_regex_check_text (const char  *what,
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
