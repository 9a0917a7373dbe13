/* Errors that show their place in a description: line and column, the cause,
 * then the line itself with a caret under the place. */
#include "genlm-pipeline-place-private.h"

#include <string.h>

/* What is shown of a long line on either side of the place. */
#define MARGIN 60

/* Tabs and other characters that a terminal obeys take one column here. */
static void
append_shown (GString    *text,
              const char *start,
              const char *end)
{
  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c))
        g_string_append_c (text, ' ');
      else
        g_string_append_unichar (text, c);
    }
}

/* "line:column: cause\n  line\n  ^" */
static char *
dup_message (const char *description,
             gsize       position,
             const char *cause)
{
  const char *place = description + position;
  const char *start = place, *end = strchr (place, '\n');
  GString *message = g_string_new (NULL);
  glong column;
  guint line = 1;

  if (end == NULL)
    end = place + strlen (place);
  while (start > description && start[-1] != '\n')
    start--;
  for (const char *p = description; p < start; p++)
    line += *p == '\n';
  column = g_utf8_strlen (start, place - start);

  g_string_printf (message, "%u:%ld: %s\n  ", line, column + 1, cause);
  if (column > MARGIN)
    {
      start = g_utf8_offset_to_pointer (start, column - MARGIN);
      column = MARGIN + 3;
      g_string_append (message, "...");
    }
  if (g_utf8_strlen (place, end - place) > MARGIN)
    {
      append_shown (message, start, g_utf8_offset_to_pointer (place, MARGIN));
      g_string_append (message, "...");
    }
  else
    append_shown (message, start, end);
  g_string_append_printf (message, "\n  %*s", (int) column + 1, "^");
  return g_string_free (message, FALSE);
}

void
genlm_pipeline_place_set_error (GError     **error,
                                int          code,
                                const char  *description,
                                gsize        position,
                                const char  *format,
                                ...)
{
  g_autofree char *cause = NULL;
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  cause = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  message = dup_message (description, position, cause);
  g_set_error_literal (error, GENLM_PIPELINE_ERROR, code, message);
}

/* Passes on an error of something else, with its place. */
void
genlm_pipeline_place_propagate (GError     **error,
                                GError      *cause,
                                const char  *description,
                                gsize        position)
{
  char *message = dup_message (description, position, cause->message);

  g_free (cause->message);
  cause->message = message;
  g_propagate_error (error, cause);
}
