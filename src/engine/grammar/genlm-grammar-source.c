#include "genlm-grammar-source.h"

#include <string.h>

#include "genlm-text-excerpt.h"

/* How much of a line an error shows on either side of the place. */
#define EXCERPT_CHARS (40)

typedef struct
{
  guint       line;
  guint       column;
  const char *line_start;
} Place;

static Place
find_place (const GenlmGrammarSource *self,
            gsize                     at)
{
  const char *place = self->text + at;
  Place found = { 1, 1, self->text };
  const char *p;

  for (p = self->text; p < place; p++)
    if (*p == '\n')
      {
        found.line++;
        found.line_start = p + 1;
      }
  found.column += (guint) g_utf8_pointer_to_offset (found.line_start, place);
  return found;
}

/* The line around a place, and a caret under the place. */
static char *
draw_place (const GenlmGrammarSource *self,
            gsize                     at,
            const Place              *found)
{
  const char *place = self->text + at;
  const char *end = memchr (place, '\n', self->length - at);

  return genlm_text_excerpt_draw (found->line_start, end != NULL ? end : self->text + self->length,
                                  place, EXCERPT_CHARS);
}

gboolean
genlm_grammar_source_fail (const GenlmGrammarSource  *self,
                           GenlmPotentialError        code,
                           gsize                      at,
                           GError                   **error,
                           const char                *format,
                           ...)
{
  Place place = find_place (self, at);
  g_autofree char *drawing = draw_place (self, at, &place);
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GENLM_POTENTIAL_ERROR, code, "Failed to read %s at line %u, column %u: %s%s",
               self->name, place.line, place.column, message, drawing);
  return FALSE;
}

/* Says before an error of another reader where in this text it happened. */
void
genlm_grammar_source_prefix (const GenlmGrammarSource  *self,
                             gsize                      at,
                             const char                *what,
                             GError                   **error)
{
  Place place = find_place (self, at);
  g_autofree char *drawing = draw_place (self, at, &place);

  g_prefix_error (error, "Failed to read %s at line %u, column %u, in %s:%s\n", self->name,
                  place.line, place.column, what, drawing);
}

/* What stands at a place, in words. */
char *
genlm_grammar_source_describe (const GenlmGrammarSource *self,
                               gsize                     at,
                               gsize                     length)
{
  gunichar character;

  if (at >= self->length)
    return g_strdup ("the end of the grammar");
  if (self->text[at] == '\n' || self->text[at] == '\r')
    return g_strdup ("the end of the line");
  character = g_utf8_get_char (self->text + at);
  if (!g_unichar_isprint (character))
    return g_strdup_printf ("U+%04X", character);
  if (length > EXCERPT_CHARS)
    return g_strdup_printf ("\"%.*s\"…",
                            (int) (g_utf8_next_char (self->text + at) - (self->text + at)),
                            self->text + at);
  return g_strdup_printf ("\"%.*s\"", (int) length, self->text + at);
}

/* Only a text of valid UTF-8 can be drawn, so this is asked first. */
gboolean
genlm_grammar_source_check (const GenlmGrammarSource  *self,
                            GError                   **error)
{
  const char *end;

  if (self->length > GENLM_GRAMMAR_MAX_LENGTH)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to read %s: it has %" G_GSIZE_FORMAT " bytes, more than %u", self->name,
                   self->length, GENLM_GRAMMAR_MAX_LENGTH);
      return FALSE;
    }
  if (g_utf8_validate_len (self->text, self->length, &end))
    return TRUE;
  if (*end == '\0')
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "Failed to read %s at byte %" G_GSIZE_FORMAT
                 ": found the byte 0x00, which cannot stand in a grammar; write \\x00 for it",
                 self->name, (gsize) (end - self->text));
  else
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                 "Failed to read %s at byte %" G_GSIZE_FORMAT
                 ": found the byte 0x%02X, which is not valid UTF-8 there",
                 self->name, (gsize) (end - self->text), (guint8) *end);
  return FALSE;
}
