/* A loadable module or a script that offers elements, or the part of the
 * library that does. A plugin is known before it is loaded: the registry makes it from
 * what the scanner process found out, and runs its code when one of its
 * elements is made. It is not for finding elements: see the registry. */
#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-plugin-private.h"

#include <string.h>

#include "genlm-plugin-module-private.h"
#include "genlm-script-metadata-private.h"
#include "genlm-script-private.h"
#include "genlm-version.h"

/**
 * GenlmPlugin:
 *
 * A library or a script that offers elements.
 *
 * A plugin library is called `libgenlm<name>.so` and exports one descriptor,
 * made by GENLM_PLUGIN_DEFINE(). Its properties are known from the registry
 * without running its code; [method@Plugin.load] runs it. A library that was
 * loaded stays loaded until the program ends.
 *
 * A script says in its leading comment which element it offers; its plugin has
 * the name of the file, such as `word-length.py`. Where its language does not
 * run, loading it makes stand-ins known, and a worker process runs it when an
 * element is made.
 *
 * Threads: after it was made, every method but those that are for the init
 * function may be called from any thread.
 *
 * Since: 0.1
 */

/* What the init function says while it runs. */
typedef struct
{
  GArray     *elements;
  GHashTable *types;
  GPtrArray  *status_errors;
  GPtrArray  *dependencies;
} Registration;

struct _GenlmPlugin
{
  GObject parent_instance;

  char           *file;
  const char     *language;     /* of a script */
  char           *name;
  char           *version;
  char           *description;
  char           *license;
  char           *origin;
  GArray         *elements;
  char          **status_errors;
  char          **dependencies;
  GError         *error;
  GenlmFileStamp  stamp;
  gboolean        has_stamp;

  GRecMutex            lock;
  GenlmPluginInitFunc  init;
  Registration        *registration;
  GHashTable          *types;
  gboolean             described;
  int                  loaded;
};

enum
{
  PROP_FILE = 1,
  PROP_NAME,
  PROP_VERSION,
  PROP_DESCRIPTION,
  PROP_LICENSE,
  PROP_ORIGIN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GenlmPlugin, genlm_plugin, G_TYPE_OBJECT)
/**
 * genlm_plugin_error_quark:
 *
 * Gets the domain of [error@PluginError].
 *
 * Returns: the quark of %GENLM_PLUGIN_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-plugin-error-quark, genlm_plugin_error)

static void
element_info_clear (gpointer data)
{
  GenlmElementInfo *info = data;

  g_free (info->name);
  g_free (info->type_name);
  g_free (info->class_path);
  g_free (info->long_name);
  g_free (info->description);
  g_free (info->author);
  g_free (info->input);
}

static GArray *
element_infos_new (void)
{
  GArray *infos = g_array_new (FALSE, TRUE, sizeof (GenlmElementInfo));

  g_array_set_clear_func (infos, element_info_clear);
  return infos;
}

static Registration *
registration_new (void)
{
  Registration *registration = g_new0 (Registration, 1);

  registration->elements = element_infos_new ();
  registration->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  registration->status_errors = g_ptr_array_new_with_free_func (g_free);
  registration->dependencies = g_ptr_array_new_with_free_func (g_free);
  return registration;
}

static void
registration_free (Registration *registration)
{
  g_ptr_array_unref (registration->dependencies);
  g_ptr_array_unref (registration->status_errors);
  g_hash_table_unref (registration->types);
  g_array_unref (registration->elements);
  g_free (registration);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Registration, registration_free)

static char **
strv_of_array (GPtrArray *strings)
{
  char **strv = g_new0 (char *, strings->len + 1);

  for (guint i = 0; i < strings->len; i++)
    strv[i] = g_strdup (strings->pdata[i]);
  return strv;
}

/* Text from a library may be anything; what is shown and cached is UTF-8. */
static char *
dup_text (const char *text)
{
  return g_utf8_make_valid (text != NULL ? text : "", -1);
}

static void
replace_text (char       **place,
              const char  *text)
{
  g_free (*place);
  *place = dup_text (text);
}

static void
adopt_descriptor (GenlmPlugin           *self,
                  const GenlmPluginDesc *desc)
{
  replace_text (&self->description, desc->description);
  replace_text (&self->version, desc->version);
  replace_text (&self->license, desc->license);
  replace_text (&self->origin, desc->origin);
}

static void
adopt_registration (GenlmPlugin  *self,
                    Registration *registration)
{
  g_array_unref (self->elements);
  self->elements = g_array_ref (registration->elements);
  g_strfreev (self->status_errors);
  self->status_errors = strv_of_array (registration->status_errors);
  g_strfreev (self->dependencies);
  self->dependencies = strv_of_array (registration->dependencies);
}

/* Runs the init function; of a plugin that the registry already described
 * only the types are taken, since factories point at its descriptions. */
static gboolean
run_init (GenlmPlugin          *self,
          GenlmPluginInitFunc   init,
          GError              **error)
{
  g_autoptr (Registration) registration = registration_new ();
  g_autofree char *reasons = NULL;

  self->registration = registration;
  init (self);
  self->registration = NULL;

  if (!self->described)
    adopt_registration (self, registration);

  if (registration->elements->len > 0)
    {
      g_clear_pointer (&self->types, g_hash_table_unref);
      self->types = g_hash_table_ref (registration->types);
      g_atomic_int_set (&self->loaded, TRUE);
      return TRUE;
    }

  g_ptr_array_add (registration->status_errors, NULL);
  reasons = g_strjoinv ("; ", (char **) registration->status_errors->pdata);
  if (*reasons != '\0')
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_UNAVAILABLE, "%s", reasons);
  else
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NO_ELEMENTS,
                 "its init function registered no element; call GENLM_ELEMENT_REGISTER in it, "
                 "or genlm_plugin_add_status_error to say what is missing");
  return FALSE;
}

/* A script has one element. */
static gboolean
load_script (GenlmPlugin  *self,
             GError      **error)
{
  g_autoptr (Registration) registration = registration_new ();
  const GenlmElementInfo *info;
  GType type;

  if (self->elements->len != 1)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_CHANGED,
                   "what the registry remembers of it is damaged; \"genlm inspect --rescan\" looks again");
      return FALSE;
    }
  info = genlm_plugin_get_element (self, 0);
  self->registration = registration;
  type = genlm_script_load_type (self->file, self->language, info->name, info->type_name, error);
  self->registration = NULL;
  if (type == G_TYPE_INVALID)
    return FALSE;

  genlm_element_type_set_factory_name (type, info->name);
  self->types = g_hash_table_ref (registration->types);
  g_hash_table_insert (self->types, g_strdup (info->name), GSIZE_TO_POINTER (type));
  g_atomic_int_set (&self->loaded, TRUE);
  return TRUE;
}

static gboolean
load_from_file (GenlmPlugin  *self,
                GError      **error)
{
  const GenlmPluginDesc *desc;

  if (self->has_stamp)
    {
      GenlmFileStamp stamp;

      genlm_file_stamp_read (&stamp, self->file);
      if (!genlm_file_stamp_equal (&stamp, &self->stamp))
        {
          g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_CHANGED,
                       "the file changed after it was scanned; start the program again, "
                       "or call genlm_registry_rescan ()");
          return FALSE;
        }
    }

  if (self->language != NULL)
    return load_script (self, error);

  desc = genlm_plugin_module_open (self->file, error);
  if (desc == NULL)
    return FALSE;

  if (!self->described)
    adopt_descriptor (self, desc);
  return run_init (self, desc->init, error);
}

static void
genlm_plugin_finalize (GObject *object)
{
  GenlmPlugin *self = GENLM_PLUGIN (object);

  g_clear_pointer (&self->types, g_hash_table_unref);
  g_rec_mutex_clear (&self->lock);
  g_clear_error (&self->error);
  g_strfreev (self->dependencies);
  g_strfreev (self->status_errors);
  g_array_unref (self->elements);
  g_free (self->origin);
  g_free (self->license);
  g_free (self->description);
  g_free (self->version);
  g_free (self->name);
  g_free (self->file);

  G_OBJECT_CLASS (genlm_plugin_parent_class)->finalize (object);
}

static void
genlm_plugin_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  GenlmPlugin *self = GENLM_PLUGIN (object);

  switch (property_id)
    {
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_VERSION:
      g_value_set_string (value, self->version);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_LICENSE:
      g_value_set_string (value, self->license);
      break;
    case PROP_ORIGIN:
      g_value_set_string (value, self->origin);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static GParamSpec *
text_property (const char *name,
               const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
genlm_plugin_class_init (GenlmPluginClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_plugin_finalize;
  object_class->get_property = genlm_plugin_get_property;

  /**
   * GenlmPlugin:file: (getter get_file)
   *
   * The library or script, or %NULL for what is built in.
   *
   * Since: 0.1
   */
  properties[PROP_FILE] = text_property ("file", "The library or script of the plugin");
  /**
   * GenlmPlugin:name: (getter get_name)
   *
   * The name of the plugin.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = text_property ("name", "The name of the plugin");
  /**
   * GenlmPlugin:version: (getter get_version)
   *
   * The version of the plugin.
   *
   * Since: 0.1
   */
  properties[PROP_VERSION] = text_property ("version", "The version of the plugin");
  /**
   * GenlmPlugin:description: (getter get_description)
   *
   * What the plugin offers.
   *
   * Since: 0.1
   */
  properties[PROP_DESCRIPTION] = text_property ("description", "What the plugin offers");
  /**
   * GenlmPlugin:license: (getter get_license)
   *
   * The licence of the plugin.
   *
   * Since: 0.1
   */
  properties[PROP_LICENSE] = text_property ("license", "The licence of the plugin");
  /**
   * GenlmPlugin:origin: (getter get_origin)
   *
   * Where the plugin comes from.
   *
   * Since: 0.1
   */
  properties[PROP_ORIGIN] = text_property ("origin", "Where the plugin comes from");

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_plugin_init (GenlmPlugin *self)
{
  g_rec_mutex_init (&self->lock);
  self->elements = element_infos_new ();
  self->status_errors = g_new0 (char *, 1);
  self->dependencies = g_new0 (char *, 1);
  self->version = g_strdup ("");
  self->description = g_strdup ("");
  self->license = g_strdup ("");
  self->origin = g_strdup ("");
}

/* The elements of the library itself, registered at once. */
GenlmPlugin *
genlm_plugin_new_built_in (const char          *name,
                           const char          *description,
                           GenlmPluginInitFunc  init)
{
  GenlmPlugin *self = g_object_new (GENLM_TYPE_PLUGIN, NULL);

  self->name = g_strdup (name);
  self->init = init;
  replace_text (&self->description, description);
  replace_text (&self->version, GENLM_VERSION_S);
  replace_text (&self->license, "LGPL-2.1-or-later");
  replace_text (&self->origin, "genlm-glib");
  genlm_plugin_load (self, NULL);
  return self;
}

static void
set_file (GenlmPlugin *self,
          const char  *file)
{
  self->file = g_canonicalize_filename (file, NULL);
  self->language = genlm_script_get_file_language (self->file);
  self->name = genlm_plugin_module_name_of_file (self->file);
  if (self->name == NULL)
    self->name = g_filename_display_basename (self->file);
}

/* Texts of metadata are UTF-8. */
static void
adopt_metadata (GenlmPlugin         *self,
                GenlmScriptMetadata *metadata)
{
  GenlmElementInfo info = {
    .name = g_strdup (metadata->name),
    .type_name = g_strdup (metadata->class_name),
    .class_path = g_strdup (metadata->class_path),
    .long_name = g_strdup (metadata->long_name),
    .description = g_strdup (metadata->description),
    .author = g_strdup (metadata->author),
    .input = g_strdup (metadata->input),
    .rank = GENLM_RANK_PRIMARY,
  };

  g_array_append_val (self->elements, info);
  replace_text (&self->description, metadata->description);
  replace_text (&self->version, metadata->version);
  replace_text (&self->license, metadata->license);
}

/* The plugin that a script is by what its leading comment says, of which
 * nothing is run; NULL for a script that says nothing, which is no plugin. */
GenlmPlugin *
genlm_plugin_new_script (const char *file)
{
  g_autoptr (GenlmPlugin) self = g_object_new (GENLM_TYPE_PLUGIN, NULL);
  g_autoptr (GenlmScriptMetadata) metadata = NULL;
  g_autofree char *shown = g_filename_display_name (file);

  set_file (self, file);
  self->described = TRUE;
  if (!genlm_script_metadata_read (self->file, &metadata, &self->error))
    g_prefix_error (&self->error, "Failed to load plugin from %s: ", shown);
  else if (metadata != NULL)
    adopt_metadata (self, metadata);
  else
    return NULL;
  return g_steal_pointer (&self);
}

/* The plugin of a class in a script that nobody listed; see
 * genlm_script_parse_name(). */
GenlmPlugin *
genlm_plugin_new_script_class (const char *file,
                               const char *language,
                               const char *element,
                               const char *class_name)
{
  GenlmPlugin *self = g_object_new (GENLM_TYPE_PLUGIN, NULL);
  GenlmElementInfo info = {
    .name = g_strdup (element),
    .type_name = g_strdup (class_name),
    .class_path = g_strdup ("Potential/Script"),
    .long_name = g_strdup (element),
    .description = g_strdup ("A potential in a script"),
    .author = g_strdup (""),
    .input = g_strdup (""),
    .rank = GENLM_RANK_NONE,
  };

  set_file (self, file);
  self->language = language;
  self->described = TRUE;
  g_array_append_val (self->elements, info);
  return self;
}

/* A plugin that could not be looked at; takes the reason. */
GenlmPlugin *
genlm_plugin_new_failed (const char *file,
                         GError     *reason)
{
  GenlmPlugin *self = g_object_new (GENLM_TYPE_PLUGIN, NULL);

  set_file (self, file);
  self->described = TRUE;
  self->error = reason;
  return self;
}

static void
elements_from_variant (GenlmPlugin *self,
                       GVariant    *variant)
{
  GVariantIter iter;
  GenlmElementInfo info;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "(sssssssu)", &info.name, &info.type_name, &info.class_path,
                              &info.long_name, &info.description, &info.author, &info.input,
                              &info.rank))
    g_array_append_val (self->elements, info);
}

/* What genlm_plugin_to_variant() wrote, here or in the scanner. */
GenlmPlugin *
genlm_plugin_new_from_variant (GVariant *variant)
{
  GenlmPlugin *self = g_object_new (GENLM_TYPE_PLUGIN, NULL);
  g_autoptr (GVariant) elements = NULL;
  g_autofree char *message = NULL;
  int code;

  g_free (self->version);
  g_free (self->description);
  g_free (self->license);
  g_free (self->origin);
  g_strfreev (self->status_errors);
  g_strfreev (self->dependencies);
  g_variant_get (variant, "(^ay(sssss)^as^aay@a(sssssssu)(is))",
                 &self->file, &self->name, &self->version, &self->description, &self->license,
                 &self->origin, &self->status_errors, &self->dependencies, &elements, &code, &message);
  elements_from_variant (self, elements);
  self->language = genlm_script_get_file_language (self->file);
  if (code >= 0)
    self->error = g_error_new_literal (GENLM_PLUGIN_ERROR, code, message);
  self->described = TRUE;
  return self;
}

/* What the file looked like when it was scanned; another is not loaded. */
void
genlm_plugin_set_stamp (GenlmPlugin          *self,
                        const GenlmFileStamp *stamp)
{
  self->stamp = *stamp;
  self->has_stamp = TRUE;
}

guint
genlm_plugin_get_n_elements (GenlmPlugin *self)
{
  return self->elements->len;
}

const GenlmElementInfo *
genlm_plugin_get_element (GenlmPlugin *self,
                          guint        index)
{
  return &g_array_index (self->elements, GenlmElementInfo, index);
}

/* The type of an element, for which the plugin is loaded. */
GType
genlm_plugin_load_type (GenlmPlugin  *self,
                        const char   *name,
                        GError      **error)
{
  gpointer type = NULL;

  if (!genlm_plugin_load (self, error))
    return G_TYPE_INVALID;

  g_rec_mutex_lock (&self->lock);
  type = g_hash_table_lookup (self->types, name);
  g_rec_mutex_unlock (&self->lock);

  if (type == NULL)
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_UNAVAILABLE,
                 "Failed to load element \"%s\" from plugin \"%s\": it was registered in the scanner, "
                 "but not here; \"genlm inspect --rescan\" looks again", name, self->name);
  return GPOINTER_TO_SIZE (type);
}

/* Where a program asks for a script by name, one without metadata is a mistake. */
static GenlmPlugin *
new_for_script (const char *file)
{
  GenlmPlugin *self = genlm_plugin_new_script (file);
  g_autofree char *shown = g_filename_display_name (file);

  if (self != NULL)
    return self;
  return genlm_plugin_new_failed (file,
    g_error_new (GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_INVALID_METADATA,
                 "Failed to load plugin from %s: no leading comment says which element it offers, "
                 "beginning with [genlm element]", shown));
}

/**
 * genlm_plugin_new_for_file:
 * @file: (type filename): a library or a script
 *
 * Makes a plugin of a library that is not looked at yet, or of a script.
 *
 * For programs that bring a plugin of their own; those in the search path are
 * in the [class@Registry].
 *
 * Returns: (transfer full): a plugin that is not loaded
 *
 * Since: 0.1
 */
GenlmPlugin *
genlm_plugin_new_for_file (const char *file)
{
  GenlmPlugin *self;

  g_return_val_if_fail (file != NULL, NULL);

  if (genlm_script_get_file_language (file) != NULL)
    return new_for_script (file);
  self = g_object_new (GENLM_TYPE_PLUGIN, NULL);
  set_file (self, file);
  return self;
}

/**
 * genlm_plugin_load:
 * @self: a plugin
 * @error: return location for an error
 *
 * Loads the library into this process and registers its elements' types.
 *
 * Code of the library runs here: a plugin that crashes takes the program with
 * it, which is why the registry looks at plugins in a process of their own
 * first. A plugin that is loaded stays so, and loading it again does nothing.
 *
 * Errors: those of %GENLM_PLUGIN_ERROR; each names the file and what to do.
 *
 * Returns: whether the plugin is loaded
 *
 * Since: 0.1
 */
gboolean
genlm_plugin_load (GenlmPlugin  *self,
                   GError      **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (GENLM_IS_PLUGIN (self), FALSE);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (genlm_plugin_is_loaded (self))
    return TRUE;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  if (self->registration != NULL)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_FAILED,
                   "Failed to load plugin \"%s\": its init function asked for one of its own elements",
                   self->name);
      return FALSE;
    }

  if (self->file != NULL ? load_from_file (self, &local_error)
                         : run_init (self, self->init, &local_error))
    {
      g_debug ("loaded plugin \"%s\" from %s",
               self->name, self->file != NULL ? self->file : "the library");
      return TRUE;
    }

  if (self->file != NULL)
    {
      g_autofree char *file = g_filename_display_name (self->file);

      g_prefix_error (&local_error, "Failed to load plugin \"%s\" from %s: ", self->name, file);
    }
  if (!self->described)
    self->error = g_error_copy (local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
is_element_name (const char *name)
{
  if (!g_ascii_islower (name[0]))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-')
      return FALSE;
  return TRUE;
}

/**
 * genlm_plugin_register_element:
 * @self: the plugin whose init function runs
 * @name: the name by which the element is made: lower case letters, digits and hyphens
 * @rank: its rank, see [enum@Rank]
 * @type: its type, a [class@GObject.Object] that is not abstract
 *
 * Registers an element.
 *
 * For the init function of a plugin only, usually through
 * GENLM_ELEMENT_REGISTER(). What cannot be registered is refused, and the
 * reason is added to the plugin's status errors.
 *
 * Returns: whether the element was accepted
 *
 * Since: 0.1
 */
gboolean
genlm_plugin_register_element (GenlmPlugin *self,
                               const char  *name,
                               guint        rank,
                               GType        type)
{
  g_autofree char *reason = NULL;
  GenlmElementInfo info = { NULL };
  gpointer klass;

  g_return_val_if_fail (GENLM_IS_PLUGIN (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (self->registration != NULL, FALSE);

  if (!is_element_name (name))
    reason = g_strdup_printf ("the element name \"%s\" is not made of lower case letters, digits and hyphens", name);
  else if (g_hash_table_contains (self->registration->types, name))
    reason = g_strdup_printf ("the element \"%s\" is registered twice", name);
  else if (G_TYPE_FUNDAMENTAL (type) != G_TYPE_OBJECT || G_TYPE_IS_ABSTRACT (type))
    reason = g_strdup_printf ("the type of the element \"%s\" is not an object that can be made", name);
  if (reason != NULL)
    {
      genlm_plugin_add_status_error (self, reason);
      return FALSE;
    }

  klass = g_type_class_ref (type);
  info.name = g_strdup (name);
  info.type_name = g_strdup (g_type_name (type));
  info.class_path = dup_text (genlm_element_type_get_class_path (type));
  info.long_name = dup_text (genlm_element_type_get_long_name (type));
  info.description = dup_text (genlm_element_type_get_description (type));
  info.author = dup_text (genlm_element_type_get_author (type));
  info.input = dup_text (genlm_element_type_get_input (type));
  info.rank = rank;
  g_type_class_unref (klass);

  genlm_element_type_set_factory_name (type, name);
  g_array_append_val (self->registration->elements, info);
  g_hash_table_insert (self->registration->types, g_strdup (name), GSIZE_TO_POINTER (type));
  return TRUE;
}

/**
 * genlm_plugin_add_status_error:
 * @self: the plugin whose init function runs
 * @reason: what is missing, and what to do about it
 *
 * Says why a plugin does not offer all that it could; `genlm inspect` and
 * every error about it show the reason.
 *
 * For the init function of a plugin only.
 *
 * Since: 0.1
 */
void
genlm_plugin_add_status_error (GenlmPlugin *self,
                               const char  *reason)
{
  g_return_if_fail (GENLM_IS_PLUGIN (self));
  g_return_if_fail (reason != NULL);
  g_return_if_fail (self->registration != NULL);

  g_ptr_array_add (self->registration->status_errors, dup_text (reason));
}

/**
 * genlm_plugin_add_dependency:
 * @self: the plugin whose init function runs
 * @file: (type filename): a file or folder, which need not exist
 *
 * Says that what the plugin offers depends on a file: when it appears, changes
 * or goes, the plugin is looked at again.
 *
 * For the init function of a plugin only.
 *
 * Since: 0.1
 */
void
genlm_plugin_add_dependency (GenlmPlugin *self,
                             const char  *file)
{
  g_return_if_fail (GENLM_IS_PLUGIN (self));
  g_return_if_fail (file != NULL);
  g_return_if_fail (self->registration != NULL);

  g_ptr_array_add (self->registration->dependencies, g_canonicalize_filename (file, NULL));
}

/**
 * genlm_plugin_get_name: (get-property name)
 * @self: a plugin
 *
 * Gets the name of a plugin.
 *
 * Returns: (transfer none): the name
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_name (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->name;
}

/**
 * genlm_plugin_get_file: (get-property file)
 * @self: a plugin
 *
 * Gets the library or the script of a plugin.
 *
 * Returns: (transfer none) (nullable) (type filename): its absolute path, or %NULL for what is built in
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_file (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->file;
}

/**
 * genlm_plugin_get_language:
 * @self: a plugin
 *
 * Gets the language of a plugin that is a script.
 *
 * Returns: (transfer none) (nullable): `python` or `js`; %NULL for a library, and for what is built in
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_language (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->language;
}

/**
 * genlm_plugin_get_version: (get-property version)
 * @self: a plugin
 *
 * Gets the version of a plugin.
 *
 * Returns: (transfer none): the version, empty if not known
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_version (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->version;
}

/**
 * genlm_plugin_get_description: (get-property description)
 * @self: a plugin
 *
 * Gets what a plugin offers, in one line.
 *
 * Returns: (transfer none): the description, empty if not known
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_description (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->description;
}

/**
 * genlm_plugin_get_license: (get-property license)
 * @self: a plugin
 *
 * Gets the licence of a plugin.
 *
 * Returns: (transfer none): the licence, empty if not known
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_license (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->license;
}

/**
 * genlm_plugin_get_origin: (get-property origin)
 * @self: a plugin
 *
 * Gets where a plugin comes from.
 *
 * Returns: (transfer none): the origin, empty if not known
 *
 * Since: 0.1
 */
const char *
genlm_plugin_get_origin (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->origin;
}

/**
 * genlm_plugin_is_built_in:
 * @self: a plugin
 *
 * Tells whether a plugin is part of the library.
 *
 * Returns: %TRUE if it has no file of its own
 *
 * Since: 0.1
 */
gboolean
genlm_plugin_is_built_in (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), FALSE);

  return self->file == NULL;
}

/**
 * genlm_plugin_is_loaded:
 * @self: a plugin
 *
 * Tells whether the code of a plugin is in this process.
 *
 * Returns: %TRUE if it was loaded
 *
 * Since: 0.1
 */
gboolean
genlm_plugin_is_loaded (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), FALSE);

  return g_atomic_int_get (&self->loaded);
}

/**
 * genlm_plugin_get_error:
 * @self: a plugin
 *
 * Gets why a plugin cannot be used.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if it can
 *
 * Since: 0.1
 */
const GError *
genlm_plugin_get_error (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return self->error;
}

/**
 * genlm_plugin_get_status_errors:
 * @self: a plugin
 *
 * Gets what the plugin itself said about elements that it does not offer.
 *
 * Returns: (transfer none) (array zero-terminated=1): the reasons
 *
 * Since: 0.1
 */
const char * const *
genlm_plugin_get_status_errors (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return (const char * const *) self->status_errors;
}

/**
 * genlm_plugin_get_dependencies:
 * @self: a plugin
 *
 * Gets the files on which it depends what the plugin offers.
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): their paths
 *
 * Since: 0.1
 */
const char * const *
genlm_plugin_get_dependencies (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return (const char * const *) self->dependencies;
}

static GVariant *
elements_to_variant (GenlmPlugin *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sssssssu)"));
  for (guint i = 0; i < self->elements->len; i++)
    {
      const GenlmElementInfo *info = genlm_plugin_get_element (self, i);

      g_variant_builder_add (&builder, "(sssssssu)", info->name, info->type_name, info->class_path,
                             info->long_name, info->description, info->author, info->input, info->rank);
    }
  return g_variant_builder_end (&builder);
}

/**
 * genlm_plugin_to_variant:
 * @self: a plugin
 *
 * Describes a plugin for the registry: its texts, its elements with their
 * metadata, its dependencies, and why it cannot be used.
 *
 * This is what the scanner process sends; the form is not part of the
 * interface and changes between versions.
 *
 * Returns: (transfer full): the description
 *
 * Since: 0.1
 */
GVariant *
genlm_plugin_to_variant (GenlmPlugin *self)
{
  g_return_val_if_fail (GENLM_IS_PLUGIN (self), NULL);

  return g_variant_ref_sink (
    g_variant_new ("(^ay(sssss)^as^aay@a(sssssssu)(is))",
                   self->file != NULL ? self->file : "", self->name, self->version, self->description,
                   self->license, self->origin, self->status_errors, self->dependencies,
                   elements_to_variant (self),
                   self->error != NULL ? self->error->code : -1,
                   self->error != NULL ? self->error->message : ""));
}
