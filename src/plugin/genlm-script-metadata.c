/* Reads what a script says about itself in its leading comment: a key file of
 * which every line is a line of comment. Nothing of the script is run. The text
 * is anybody's: its size is bounded, and whatever is not understood is an error. */

#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-metadata-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "genlm-element.h"
#include "genlm-plugin.h"
#include "genlm-potential.h"
#include "genlm-script-private.h"
#include "genlm-script-proxy-private.h"

#define ELEMENT_GROUP "genlm element"
#define FIRST_LINE "[" ELEMENT_GROUP "]"
#define PROPERTY_GROUP "property "
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MAX_PROPERTIES 64

static const char *const element_keys[] = {
  "name", "type", "description", "long-name", "author", "class", "input", "version", "license", NULL
};
static const char *const property_keys[] = { "type", "default", "description", "file", NULL };

/* The properties that every potential has, and one that stand-ins with an input have. */
static const char *const taken_names[] = { "name", "vocab", "timeout", GENLM_SCRIPT_PROXY_INPUT, NULL };

static void
script_property_free (GenlmScriptProperty *self)
{
  g_free (self->name);
  g_free (self->type);
  g_clear_pointer (&self->default_value, g_variant_unref);
  g_free (self->description);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmScriptProperty, script_property_free)

void
genlm_script_metadata_free (GenlmScriptMetadata *self)
{
  g_free (self->name);
  g_free (self->class_name);
  g_free (self->class_path);
  g_free (self->long_name);
  g_free (self->description);
  g_free (self->author);
  g_free (self->input);
  g_free (self->version);
  g_free (self->license);
  g_ptr_array_unref (self->properties);
  g_free (self);
}

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = g_utf8_make_valid (text, -1);
  g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA, "its metadata are wrong: %s", valid);
  return FALSE;
}

/* -- the lines ------------------------------------------------------------ */

/* The text of a line of comment, without its mark and the space around it; NULL
 * for another line. */
static char *
dup_comment (const char *line,
             gsize       length,
             const char *mark)
{
  gsize mark_length = strlen (mark);

  if (length < mark_length || memcmp (line, mark, mark_length) != 0)
    return NULL;
  return g_strstrip (g_strndup (line + mark_length, length - mark_length));
}

static gboolean
is_blank (const char *line,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;
  return TRUE;
}

/* The key file in the leading comment: from its first line to the first line
 * that is not comment. NULL with an error if it is not whole or not in its place, NULL
 * without one if there is none. */
static GString *
extract (const char  *language,
         const char  *text,
         gsize        length,
         gboolean     is_whole,
         GError     **error)
{
  const char *mark = genlm_script_get_comment_mark (language);
  const char *end = text + length;
  g_autoptr (GString) block = NULL;
  gboolean in_code = FALSE;
  guint n_line = 0;

  if (length >= strlen (BYTE_ORDER_MARK) && memcmp (text, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    text += strlen (BYTE_ORDER_MARK);
  for (const char *line = text; line < end; )
    {
      const char *newline = memchr (line, '\n', end - line);
      gsize line_length = (newline != NULL ? newline : end) - line;
      g_autofree char *comment = dup_comment (line, line_length, mark);

      n_line++;
      if (block != NULL && comment == NULL)
        return g_steal_pointer (&block);
      if (block != NULL && memchr (line, '\0', line_length) != NULL)
        {
          fail (error, "line %u has a zero byte", n_line);
          return NULL;
        }

      if (block != NULL)
        g_string_append_printf (block, "%s\n", comment);
      else if (comment != NULL && strcmp (comment, FIRST_LINE) == 0)
        {
          if (in_code)
            {
              fail (error, "they begin in line %u; move them above the first line of code", n_line);
              return NULL;
            }
          block = g_string_new (FIRST_LINE "\n");
        }
      else if (comment == NULL && !is_blank (line, line_length) &&
               !(n_line == 1 && line_length >= 2 && memcmp (line, "#!", 2) == 0))
        in_code = TRUE;

      line = newline != NULL ? newline + 1 : end;
    }

  if (block != NULL && !is_whole)
    {
      fail (error, "they do not end in the first %u bytes of the file", GENLM_SCRIPT_METADATA_MAX_SIZE);
      return NULL;
    }
  return g_steal_pointer (&block);
}

/* GKeyFile takes the last of two equal keys; here it is a mistake. */
static gboolean
check_repeats (const char  *block,
               GError     **error)
{
  g_auto (GStrv) lines = g_strsplit (block, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *group = "";

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *equals = strchr (line, '=');
      char *key;

      if (*line == '[')
        {
          key = g_strdup (line);
          group = line;
        }
      else if (equals != NULL && *line != '#')
        {
          g_autofree char *name = g_strndup (line, equals - line);

          key = g_strdup_printf ("%s in %s", g_strchomp (name), group);
        }
      else
        continue;
      if (!g_hash_table_add (seen, key))
        return fail (error, "%s is given twice; keep one", *line == '[' ? line : key);
    }
  return TRUE;
}

/* -- the values ----------------------------------------------------------- */

static gboolean
check_keys (GKeyFile           *key_file,
            const char         *group,
            const char *const  *known,
            GError            **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (key_file, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      {
        g_autofree char *all = g_strjoinv (", ", (char **) known);

        return fail (error, "[%s] has a key “%s”, which means nothing; there are %s", group, keys[i], all);
      }
  return TRUE;
}

/* GKeyFile warns where two things are wrong in one value, so it gets none such. */
static gboolean
has_known_escapes (const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    if (*p == '\\' && (*++p == '\0' || strchr ("sntr\\", *p) == NULL))
      return FALSE;
  return TRUE;
}

/* The text of a key, empty if it is not there. */
static gboolean
read_text (GKeyFile    *key_file,
           const char  *group,
           const char  *key,
           char       **text,
           GError     **error)
{
  g_autofree char *value = g_key_file_get_value (key_file, group, key, NULL);

  if (value != NULL && !has_known_escapes (value))
    return fail (error, "%s of [%s] has a backslash that means nothing; a backslash is written \\\\", key, group);
  *text = value != NULL ? g_key_file_get_string (key_file, group, key, NULL) : g_strdup ("");
  return *text != NULL || fail (error, "%s of [%s] cannot be read", key, group);
}

static gboolean
is_class_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      return FALSE;
  return TRUE;
}

static gboolean
is_lower_name (const char *name)
{
  if (!g_ascii_islower (*name))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-')
      return FALSE;
  return TRUE;
}

/* The types of variants that properties have, and what a property without a
 * default holds. */
static const struct
{
  const char *type;
  const char *empty;
} property_types[] = {
  { "b", "false" },
  { "i", "0" },
  { "u", "0" },
  { "x", "0" },
  { "t", "0" },
  { "d", "0.0" },
  { "s", NULL },
  { "as", NULL },
  { "ay", NULL },
  { "(sa{sv})", NULL },
};

#define TYPES "b, i, u, x, t, d, s, as, ay, or (sa{sv}) for a potential"

static gboolean
is_property_type (const char  *type,
                  const char **empty)
{
  for (guint i = 0; i < G_N_ELEMENTS (property_types); i++)
    if (strcmp (property_types[i].type, type) == 0)
      {
        *empty = property_types[i].empty;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_default (GenlmScriptProperty  *property,
              const char           *text,
              const char           *empty,
              GError              **error)
{
  g_autoptr (GError) local_error = NULL;

  if (text == NULL)
    text = empty;
  else if (empty == NULL && strcmp (property->type, "s") != 0)
    return fail (error, "the property “%s” of type “%s” cannot have a default; it is unset by default",
                 property->name, property->type);
  if (text == NULL)
    return TRUE;

  property->default_value = g_variant_parse (G_VARIANT_TYPE (property->type), text, NULL, NULL, &local_error);
  if (property->default_value == NULL)
    return fail (error, "the default of the property “%s”, “%s”, is no value of type “%s” (%s); "
                 "it is written as in GVariant's text format, such as 12, 1.5, true or 'text'",
                 property->name, text, property->type, local_error->message);
  if (g_variant_is_of_type (property->default_value, G_VARIANT_TYPE_DOUBLE) &&
      !isfinite (g_variant_get_double (property->default_value)))
    return fail (error, "the default of the property “%s”, “%s”, is not finite", property->name, text);
  return TRUE;
}

static GenlmScriptProperty *
read_property (GKeyFile    *key_file,
               const char  *group,
               GError     **error)
{
  g_autoptr (GenlmScriptProperty) property = g_new0 (GenlmScriptProperty, 1);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;
  const char *empty;

  property->name = g_strdup (group + strlen (PROPERTY_GROUP));
  if (!is_lower_name (property->name))
    {
      fail (error, "the name of the property “%s” is not made of lower case letters, digits and hyphens",
            property->name);
      return NULL;
    }
  if (g_strv_contains (taken_names, property->name))
    {
      fail (error, "the name of the property “%s” is taken by what elements have anyway; call it otherwise",
            property->name);
      return NULL;
    }
  if (!check_keys (key_file, group, property_keys, error) ||
      !read_text (key_file, group, "type", &property->type, error) ||
      !read_text (key_file, group, "description", &property->description, error))
    return NULL;
  if (!is_property_type (property->type, &empty))
    {
      fail (error, "the type of the property “%s” is “%s”, and can be " TYPES, property->name, property->type);
      return NULL;
    }
  if (g_key_file_has_key (key_file, group, "default", NULL) &&
      !read_text (key_file, group, "default", &text, error))
    return NULL;
  if (!read_default (property, text, empty, error))
    return NULL;
  if (g_key_file_has_key (key_file, group, "file", NULL))
    {
      property->is_file = g_key_file_get_boolean (key_file, group, "file", &local_error);
      if (local_error != NULL)
        {
          fail (error, "file of [%s] is neither true nor false", group);
          return NULL;
        }
      if (property->is_file && strcmp (property->type, "s") != 0)
        {
          fail (error, "the property “%s” is a file, so its type must be “s”", property->name);
          return NULL;
        }
    }
  return g_steal_pointer (&property);
}

static gboolean
read_properties (GenlmScriptMetadata  *self,
                 GKeyFile             *key_file,
                 GError              **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (key_file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      GenlmScriptProperty *property;

      if (strcmp (groups[i], ELEMENT_GROUP) == 0)
        continue;
      if (!g_str_has_prefix (groups[i], PROPERTY_GROUP))
        return fail (error, "there is a group [%s], which means nothing; there are " FIRST_LINE
                     " and [" PROPERTY_GROUP "NAME]", groups[i]);
      if (self->properties->len == MAX_PROPERTIES)
        return fail (error, "there are more than %u properties", MAX_PROPERTIES);
      property = read_property (key_file, groups[i], error);
      if (property == NULL)
        return FALSE;
      g_ptr_array_add (self->properties, property);
    }
  return TRUE;
}

static gboolean
check_input (GenlmScriptMetadata  *self,
             GError              **error)
{
  if (*self->input == '\0')
    return TRUE;
  for (guint i = 0; i < self->properties->len; i++)
    {
      GenlmScriptProperty *property = self->properties->pdata[i];

      if (strcmp (property->name, self->input) == 0 && strcmp (property->type, "(sa{sv})") == 0)
        return TRUE;
    }
  return fail (error, "input is “%s”, which is no property of type (sa{sv})", self->input);
}

static void
set_if_empty (char       **text,
              const char  *usual)
{
  if (**text != '\0')
    return;
  g_free (*text);
  *text = g_strdup (usual);
}

static gboolean
read_element (GenlmScriptMetadata  *self,
              GKeyFile             *key_file,
              GError              **error)
{
  if (!check_keys (key_file, ELEMENT_GROUP, element_keys, error) ||
      !read_text (key_file, ELEMENT_GROUP, "name", &self->name, error) ||
      !read_text (key_file, ELEMENT_GROUP, "type", &self->class_name, error) ||
      !read_text (key_file, ELEMENT_GROUP, "description", &self->description, error) ||
      !read_text (key_file, ELEMENT_GROUP, "long-name", &self->long_name, error) ||
      !read_text (key_file, ELEMENT_GROUP, "author", &self->author, error) ||
      !read_text (key_file, ELEMENT_GROUP, "class", &self->class_path, error) ||
      !read_text (key_file, ELEMENT_GROUP, "input", &self->input, error) ||
      !read_text (key_file, ELEMENT_GROUP, "version", &self->version, error) ||
      !read_text (key_file, ELEMENT_GROUP, "license", &self->license, error) ||
      !read_properties (self, key_file, error) ||
      !check_input (self, error))
    return FALSE;

  if (*self->name == '\0')
    return fail (error, FIRST_LINE " has no name; give the name that the element is made by");
  if (!is_lower_name (self->name))
    return fail (error, "the name “%s” is not made of lower case letters, digits and hyphens", self->name);
  if (*self->class_name == '\0')
    return fail (error, FIRST_LINE " has no type; give the name of the class in the file");
  if (!is_class_name (self->class_name))
    return fail (error, "the type “%s” is no name of a class", self->class_name);

  set_if_empty (&self->long_name, self->name);
  set_if_empty (&self->class_path, "Potential/Script");
  if (!g_str_has_prefix (self->class_path, "Potential"))
    return fail (error, "the class “%s” does not begin with “Potential”, and scripts offer nothing else",
                 self->class_path);
  return TRUE;
}

gboolean
genlm_script_metadata_parse (const char           *language,
                             const char           *text,
                             gsize                 length,
                             gboolean              is_whole,
                             GenlmScriptMetadata **metadata,
                             GError              **error)
{
  g_autoptr (GenlmScriptMetadata) self = NULL;
  g_autoptr (GKeyFile) key_file = g_key_file_new ();
  g_autoptr (GString) block = NULL;
  GError *local_error = NULL;

  *metadata = NULL;
  block = extract (language, text, length, is_whole, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  if (block == NULL)
    return local_error == NULL;
  if (!g_utf8_validate (block->str, block->len, NULL))
    return fail (error, "they are not in UTF-8");
  if (!g_key_file_load_from_data (key_file, block->str, block->len, G_KEY_FILE_KEEP_TRANSLATIONS, &local_error))
    {
      fail (error, "%s", local_error->message);
      g_error_free (local_error);
      return FALSE;
    }
  if (!check_repeats (block->str, error))
    return FALSE;

  self = g_new0 (GenlmScriptMetadata, 1);
  self->properties = g_ptr_array_new_with_free_func ((GDestroyNotify) script_property_free);
  if (!read_element (self, key_file, error))
    return FALSE;
  *metadata = g_steal_pointer (&self);
  return TRUE;
}

/* Reads the beginning of a file, which must be an ordinary one: a pipe would
 * not end. */
static gboolean
read_start (const char  *file,
            char        *buffer,
            gsize       *length,
            GError     **error)
{
  int fd = open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  gssize n = -1;

  *length = 0;
  if (fd >= 0 && fstat (fd, &st) == 0)
    {
      if (!S_ISREG (st.st_mode))
        {
          close (fd);
          g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING, "it is not an ordinary file");
          return FALSE;
        }
      do
        {
          n = read (fd, buffer + *length, GENLM_SCRIPT_METADATA_MAX_SIZE + 1 - *length);
          if (n > 0)
            *length += n;
        }
      while (n > 0 || (n < 0 && errno == EINTR));
    }
  if (n < 0)
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING, "it cannot be read: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return n >= 0;
}

gboolean
genlm_script_metadata_read (const char           *file,
                            GenlmScriptMetadata **metadata,
                            GError              **error)
{
  g_autofree char *buffer = g_malloc (GENLM_SCRIPT_METADATA_MAX_SIZE + 1);
  gsize length;

  *metadata = NULL;
  return read_start (file, buffer, &length, error) &&
         genlm_script_metadata_parse (genlm_script_get_file_language (file), buffer,
                                      MIN (length, GENLM_SCRIPT_METADATA_MAX_SIZE),
                                      length <= GENLM_SCRIPT_METADATA_MAX_SIZE, metadata, error);
}

/* The property that a stand-in of the element has; a floating reference. */
GParamSpec *
genlm_script_property_new_pspec (GenlmScriptProperty *self)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY;
  GVariant *value = self->default_value;

  switch (self->type[0])
    {
    case 'b':
      return g_param_spec_boolean (self->name, NULL, self->description, g_variant_get_boolean (value), flags);
    case 'i':
      return g_param_spec_int (self->name, NULL, self->description, G_MININT, G_MAXINT,
                               g_variant_get_int32 (value), flags);
    case 'u':
      return g_param_spec_uint (self->name, NULL, self->description, 0, G_MAXUINT, g_variant_get_uint32 (value), flags);
    case 'x':
      return g_param_spec_int64 (self->name, NULL, self->description, G_MININT64, G_MAXINT64,
                                 g_variant_get_int64 (value), flags);
    case 't':
      return g_param_spec_uint64 (self->name, NULL, self->description, 0, G_MAXUINT64,
                                  g_variant_get_uint64 (value), flags);
    case 'd':
      return g_param_spec_double (self->name, NULL, self->description, -G_MAXDOUBLE, G_MAXDOUBLE,
                                  g_variant_get_double (value), flags);
    case 's':
      return g_param_spec_string (self->name, NULL, self->description,
                                  value != NULL ? g_variant_get_string (value, NULL) : NULL,
                                  self->is_file ? flags | GENLM_PARAM_FILE : flags);
    case 'a':
      return g_param_spec_boxed (self->name, NULL, self->description,
                                 self->type[1] == 's' ? G_TYPE_STRV : G_TYPE_BYTES, flags);
    default:
      return g_param_spec_object (self->name, NULL, self->description, GENLM_TYPE_POTENTIAL, flags);
    }
}
