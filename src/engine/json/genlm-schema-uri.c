#include "genlm-schema-uri.h"

#include <string.h>

/* A stretch of a text; @start is NULL if the part is not there. */
typedef struct
{
  const char *start;
  gsize       length;
} Part;

/* Without the signs between them. */
typedef struct
{
  Part scheme;
  Part authority;
  Part path;
  Part query;
} Uri;

static Part
take_part (const char **at,
           const char  *until)
{
  Part part = { *at, strcspn (*at, until) };

  *at += part.length;
  return part;
}

/* Splits all up to a fragment. */
static Uri
split (const char *text)
{
  Uri   uri = { { 0 } };
  gsize length = g_ascii_isalpha (*text) ? strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.") : 0;

  if (length > 0 && text[length] == ':')
    {
      uri.scheme = (Part) { text, length };
      text += length + 1;
    }
  if (g_str_has_prefix (text, "//"))
    {
      text += 2;
      uri.authority = take_part (&text, "/?#");
    }
  uri.path = take_part (&text, "?#");
  if (*text == '?')
    {
      text++;
      uri.query = take_part (&text, "#");
    }
  return uri;
}

/* The base's path up to its last slash, and the reference's after it. */
static char *
merge_paths (const Uri *base,
             const Uri *reference)
{
  gsize length = base->path.length;

  if (base->authority.start != NULL && length == 0)
    return g_strdup_printf ("/%.*s", (int) reference->path.length, reference->path.start);
  while (length > 0 && base->path.start[length - 1] != '/')
    length--;
  return g_strdup_printf ("%.*s%.*s", (int) length, base->path.start, (int) reference->path.length,
                          reference->path.start);
}

static gboolean
skip_dots (const char **at,
           const char  *dots)
{
  gsize length = strlen (dots);

  if (!g_str_has_prefix (*at, dots) || ((*at)[length] != '/' && (*at)[length] != '\0'))
    return FALSE;
  *at += length;
  return TRUE;
}

/* Appends a path without its "." and "..". */
static void
append_path (GString    *text,
             const char *path)
{
  gsize first = text->len;

  while (*path != '\0')
    {
      gboolean slash = *path == '/';
      gboolean up;

      if (text->len == first && !slash && (skip_dots (&path, "..") || skip_dots (&path, ".")))
        {
          path += *path == '/';
          continue;
        }
      up = skip_dots (&path, "/..");
      if (up || skip_dots (&path, "/."))
        {
          gsize length = text->len;

          while (up && length > first && text->str[length - 1] != '/')
            length--;
          if (up)
            g_string_truncate (text, length > first ? length - 1 : first);
          if (*path == '\0')
            g_string_append_c (text, '/');
          continue;
        }
      if (slash)
        g_string_append_c (text, *path++);
      for (; *path != '/' && *path != '\0'; path++)
        g_string_append_c (text, *path);
    }
}

/* What @reference names where @base is the URI of the text around it, without
 * a fragment. */
char *
genlm_schema_uri_resolve (const char *base,
                          const char *reference)
{
  Uri              from = split (base);
  Uri              to = split (reference);
  Part             scheme = to.scheme.start != NULL ? to.scheme : from.scheme;
  gboolean         absolute = to.scheme.start != NULL || to.authority.start != NULL;
  Part             authority = absolute ? to.authority : from.authority;
  Part             query = to.query;
  g_autofree char *path = NULL;
  GString         *result = g_string_new (NULL);

  if (absolute || to.path.length > 0)
    path = absolute || *to.path.start == '/' ? g_strndup (to.path.start, to.path.length) : merge_paths (&from, &to);
  else if (query.start == NULL)
    query = from.query;

  if (scheme.start != NULL)
    g_string_append_printf (result, "%.*s:", (int) scheme.length, scheme.start);
  if (authority.start != NULL)
    g_string_append_printf (result, "//%.*s", (int) authority.length, authority.start);
  if (path != NULL)
    append_path (result, path);
  else
    g_string_append_len (result, from.path.start, (gssize) from.path.length);
  if (query.start != NULL)
    g_string_append_printf (result, "?%.*s", (int) query.length, query.start);
  return g_string_free (result, FALSE);
}
