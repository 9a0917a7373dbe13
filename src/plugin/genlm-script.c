/* Elements that are written in scripts: which languages there are, what makes
 * an element, which language a recipe needs, and which program runs it. */

#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-private.h"

#include <string.h>

#include "genlm-config.h"
#include "genlm-element-factory.h"
#include "genlm-element.h"
#include "genlm-element-value-private.h"
#include "genlm-potential-error.h"
#include "genlm-script-host-private.h"
#include "genlm-script-metadata-private.h"
#include "genlm-script-proxy-private.h"

/* Recipes nest no deeper where they are made. */
#define MAX_RECIPE_DEPTH 30

/* Scripts of one language in a worker of another need a worker there, and so on;
 * but what starts itself anew must end before it fills the machine. */
#define MAX_WORKER_DEPTH 3

/* The program is what the variable names, or what the host in this process says,
 * or the one that the library was built for. */
typedef struct
{
  const char *name;
  const char *suffix;
  const char *comment;
  const char *variable;
  const char *program;
  const char *option;
  const char *worker;
} Language;

static const Language languages[] = {
  { "python", ".py", "#", "GENLM_PYTHON", GENLM_PYTHON_PROGRAM, NULL, "genlm-worker.py" },
  { "js", ".js", "//", "GENLM_GJS", GENLM_GJS_PROGRAM, "-m", "genlm-worker.js" },
};

static const Language *
find_language (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_strcmp0 (languages[i].name, name) == 0)
      return &languages[i];
  return NULL;
}

gboolean
genlm_script_is_language (const char *language)
{
  return find_language (language) != NULL;
}

const char *
genlm_script_get_file_language (const char *file)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_has_suffix (file, languages[i].suffix))
      return languages[i].name;
  return NULL;
}

const char *
genlm_script_get_comment_mark (const char *language)
{
  return find_language (language)->comment;
}

const char *
genlm_script_parse_name (const char  *name,
                         char       **file,
                         char       **class_name)
{
  const char *first = strchr (name, ':');
  const char *last = strrchr (name, ':');
  g_autofree char *prefix = NULL;
  g_autofree char *path = NULL;
  const Language *language;

  /* A recipe is UTF-8. */
  if (first == NULL || last <= first + 1 || last[1] == '\0' || !g_utf8_validate (name, -1, NULL))
    return NULL;
  prefix = g_strndup (name, first - name);
  language = find_language (prefix);
  if (language == NULL)
    return NULL;

  path = g_strndup (first + 1, last - first - 1);
  *file = g_canonicalize_filename (path, NULL);
  *class_name = g_strdup (last + 1);
  return language->name;
}

/* -- types ---------------------------------------------------------------- */

/* The class must have what the metadata promise, with the same defaults: a
 * stand-in hands over what differs from them. A language cannot say of a
 * property that it is a file, so the metadata do. */
static gboolean
adopt_properties (GType                 type,
                  const char           *class_name,
                  GenlmScriptMetadata  *metadata,
                  GError              **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);

  for (guint i = 0; i < metadata->properties->len; i++)
    {
      GenlmScriptProperty *property = metadata->properties->pdata[i];
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), property->name);
      g_auto (GValue) value = G_VALUE_INIT;
      g_autoptr (GError) local_error = NULL;

      if (pspec == NULL || (pspec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE)
        {
          g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA,
                       "its metadata are wrong: the class “%s” has no property “%s” that can be read and set",
                       class_name, property->name);
          return FALSE;
        }
      if (property->is_file)
        pspec->flags |= GENLM_PARAM_FILE;
      if (property->default_value == NULL)
        continue;
      g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
      if (!genlm_element_value_from_variant (&value, pspec, metadata->name, property->default_value, &local_error) ||
          !g_param_value_defaults (pspec, &value))
        {
          g_autofree char *shown = g_variant_print (property->default_value, FALSE);

          g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA,
                       "its metadata are wrong: they say that “%s” is %s by default, "
                       "and the class “%s” says otherwise%s%s",
                       property->name, shown, class_name,
                       local_error != NULL ? ": " : "", local_error != NULL ? local_error->message : "");
          return FALSE;
        }
    }
  return TRUE;
}

/* Read again, since the registry keeps only what it lists. */
static gboolean
read_metadata (const char           *file,
               const char           *element,
               const char           *class_name,
               GenlmScriptMetadata **metadata,
               GError              **error)
{
  if (!genlm_script_metadata_read (file, metadata, error))
    return FALSE;
  if (*metadata != NULL && strcmp ((*metadata)->name, element) == 0 &&
      strcmp ((*metadata)->class_name, class_name) == 0)
    return TRUE;
  g_clear_pointer (metadata, genlm_script_metadata_free);
  g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_CHANGED,
               "its metadata no longer name the element \"%s\"; start the program again", element);
  return FALSE;
}

GType
genlm_script_load_type (const char  *file,
                        const char  *language,
                        const char  *element,
                        const char  *class_name,
                        GError     **error)
{
  GenlmScriptHost *host = genlm_script_host_find (language);
  g_autoptr (GenlmScriptMetadata) metadata = NULL;
  gboolean is_listed = strchr (element, ':') == NULL;
  GType type;

  if (is_listed && !read_metadata (file, element, class_name, &metadata, error))
    return G_TYPE_INVALID;
  if (host == NULL)
    return genlm_script_proxy_register (element, g_steal_pointer (&metadata));

  type = genlm_script_host_load (host, file, class_name, error);
  if (type != G_TYPE_INVALID && metadata != NULL && !adopt_properties (type, class_name, metadata, error))
    return G_TYPE_INVALID;
  return type;
}

/* -- worker processes ----------------------------------------------------- */

static const char *
find_element_language (const char *name)
{
  g_autofree char *file = NULL;
  g_autofree char *class_name = NULL;
  const char *language = genlm_script_parse_name (name, &file, &class_name);
  g_autoptr (GenlmElementFactory) factory = NULL;

  if (language != NULL)
    return language;
  factory = genlm_element_factory_find (name);
  return factory != NULL ? genlm_plugin_get_language (genlm_element_factory_get_plugin (factory)) : NULL;
}

/* Looks at a recipe, or at what may hold recipes; depth is bounded. */
static const char *
find_in_variant (GVariant *variant,
                 guint     depth)
{
  g_autoptr (GVariant) properties = NULL;
  const char *language = NULL;
  const char *name;

  if (depth > MAX_RECIPE_DEPTH)
    return NULL;
  if (g_variant_is_of_type (variant, G_VARIANT_TYPE ("(sa{sv})")))
    {
      g_variant_get (variant, "(&s@a{sv})", &name, &properties);
      language = find_element_language (name);
      for (gsize i = 0; language == NULL && i < g_variant_n_children (properties); i++)
        {
          g_autoptr (GVariant) value = NULL;

          g_variant_get_child (properties, i, "{&sv}", NULL, &value);
          language = find_in_variant (value, depth + 1);
        }
    }
  else if (g_variant_is_of_type (variant, G_VARIANT_TYPE_VARIANT) ||
           g_variant_is_of_type (variant, G_VARIANT_TYPE ("a(sa{sv})")) ||
           g_variant_is_of_type (variant, G_VARIANT_TYPE ("av")))
    {
      for (gsize i = 0; language == NULL && i < g_variant_n_children (variant); i++)
        {
          g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);

          language = find_in_variant (child, depth + 1);
        }
    }
  return language;
}

const char *
genlm_script_find_language (GVariant *recipe)
{
  return find_in_variant (recipe, 0);
}

/* The script that a worker process runs, in the folders of a variable or where
 * it is installed. */
static char *
find_worker_script (const Language  *language,
                    GError         **error)
{
  const char *folders = g_getenv ("GENLM_WORKER_SCRIPTS");
  g_auto (GStrv) list = g_strsplit (folders != NULL ? folders : GENLM_LIBEXEC_DIR "/genlm-1.0",
                                    G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *shown = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *script = g_build_filename (list[i], language->worker, NULL);

      if (g_file_test (script, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&script);
    }
  shown = g_filename_display_name (folders != NULL ? folders : GENLM_LIBEXEC_DIR "/genlm-1.0");
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
               "Failed to start a worker process for a potential in %s: there is no %s in %s; "
               "install it, or name its folder in GENLM_WORKER_SCRIPTS", language->name, language->worker, shown);
  return NULL;
}

static const char *
find_program (const Language *language)
{
  const char *program = g_getenv (language->variable);
  GenlmScriptHost *host = genlm_script_host_find (language->name);

  if (program == NULL || *program == '\0')
    program = host != NULL ? genlm_script_host_get_program (host) : NULL;
  return program != NULL && *program != '\0' ? program : language->program;
}

/* In how many workers, one in the other, this process is. */
guint
genlm_script_get_worker_depth (void)
{
  const char *text = g_getenv (GENLM_SCRIPT_WORKER_DEPTH);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

gboolean
genlm_script_may_start_workers (GError **error)
{
  const char *loading = genlm_script_host_peek_loading ();
  g_autofree char *shown = loading != NULL ? g_filename_display_name (loading) : NULL;

  if (genlm_script_get_worker_depth () >= MAX_WORKER_DEPTH)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "Failed to start worker processes in a worker process: they are nested %u deep already; "
                   "a potential that makes such a pool of itself would never end", MAX_WORKER_DEPTH);
      return FALSE;
    }
  if (loading == NULL)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "Failed to start worker processes while %s is being loaded: each of them would load it, too, and "
               "start others; put what the file does as a program where loading does not run it "
               "(in Python below if __name__ == \"__main__\":)", shown);
  return FALSE;
}

char **
genlm_script_dup_worker_argv (const char  *language,
                              GError     **error)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  if (language != NULL)
    {
      const Language *found = find_language (language);
      g_autofree char *script = find_worker_script (found, error);

      if (script == NULL)
        return NULL;
      g_strv_builder_add (argv, find_program (found));
      if (found->option != NULL)
        g_strv_builder_add (argv, found->option);
      g_strv_builder_add (argv, script);
    }
  else
    {
      const char *program = g_getenv ("GENLM_WORKER");

      g_strv_builder_add (argv, program != NULL ? program : GENLM_BIN_DIR "/genlm");
      g_strv_builder_add (argv, "worker");
    }
  return g_strv_builder_end (argv);
}
