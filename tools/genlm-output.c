/* How commands speak: what was asked for goes to standard output, all at once
 * and only if it is whole; everything else to standard error. Always UTF-8,
 * since what models write is, whatever the locale. */
#include "genlm-output.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Says why a command failed; returns its exit status. */
int
genlm_output_fail (const char *format,
                   ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "genlm: %s\n", message);
  return GENLM_EXIT_FAILED;
}

/* Writes the result of a command; returns its exit status. */
int
genlm_output_finish (GString *text)
{
  if (fwrite (text->str, 1, text->len, stdout) != text->len || fflush (stdout) != 0)
    return genlm_output_fail ("Failed to write to standard output: %s", g_strerror (errno));
  return 0;
}

/* Writes the result of a command as JSON; returns its exit status. */
int
genlm_output_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, TRUE);
  g_autoptr (GString) text = g_string_new (json);

  g_string_append_c (text, '\n');
  return genlm_output_finish (text);
}

void
genlm_output_add_string (JsonBuilder *builder,
                         const char  *name,
                         const char  *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* JSON has no infinity and no NaN. */
void
genlm_output_add_number (JsonBuilder *builder,
                         const char  *name,
                         double       value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
genlm_output_add_int (JsonBuilder *builder,
                      const char  *name,
                      gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/* A number where the writer can hold it, else text, so that it stays exact. */
void
genlm_output_add_uint64 (JsonBuilder *builder,
                         const char  *name,
                         guint64      value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  if (value <= G_MAXINT64)
    genlm_output_add_int (builder, name, (gint64) value);
  else
    genlm_output_add_string (builder, name, text);
}
