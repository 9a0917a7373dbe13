/* How far a command is, for people who watch it. */
#include "genlm-progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
genlm_progress_show (GenlmProgress *self,
                     const char    *format,
                     ...)
{
  g_autofree char *line = NULL;
  va_list arguments;
  guint width;

  if (!isatty (STDERR_FILENO))
    return;
  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  width = strlen (line);
  fprintf (stderr, "\r%s%*s\r", line, self->width > width ? (int) (self->width - width) : 0, "");
  fflush (stderr);
  self->width = width;
}
