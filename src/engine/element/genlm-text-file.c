#include "genlm-text-file.h"

#include <genlm.h>
#include <string.h>

/* The largest file that is read, in bytes. */
#define MAX_SIZE (1u << 30)

/* U+FEFF. */
static const char mark[] = "\xef\xbb\xbf";

static gboolean
check (GFile         *file,
       GCancellable  *cancellable,
       GError       **error)
{
  g_autoptr (GFileInfo) info = NULL;

  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                            G_FILE_QUERY_INFO_NONE, cancellable, error);
  if (info == NULL)
    return FALSE;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "it is not a regular file");
      return FALSE;
    }
  if (g_file_info_get_size (info) <= MAX_SIZE)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "it has %" G_GOFFSET_FORMAT " bytes, more than %u", g_file_info_get_size (info),
               MAX_SIZE);
  return FALSE;
}

/* The text without the mark of its encoding that editors put before it. */
GBytes *
genlm_text_file_skip_mark (GBytes *text)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (text, &length);

  if (length < sizeof mark - 1 || memcmp (data, mark, sizeof mark - 1) != 0)
    return g_bytes_ref (text);
  return g_bytes_new_from_bytes (text, sizeof mark - 1, length - (sizeof mark - 1));
}

/* Errors of the file system keep their domain. */
GBytes *
genlm_text_file_load (const char    *path,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = NULL;

  if (check (file, cancellable, error))
    bytes = g_file_load_bytes (file, cancellable, NULL, error);
  if (bytes != NULL)
    return genlm_text_file_skip_mark (bytes);
  g_prefix_error (error, "Failed to read the file “%s”: ", path);
  return NULL;
}
