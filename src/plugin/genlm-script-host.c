/* Makes this process the place where scripts of one language run: what a
 * binding implements so that elements in scripts are made here, and not in a
 * worker process. */

#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-host-private.h"

#include "genlm-plugin.h"
#include "genlm-potential.h"
#include "genlm-recipe-private.h"
#include "genlm-script-private.h"
#include "genlm-script-values-private.h"

/**
 * GenlmScriptHost:
 *
 * Runs the scripts of one language in this process.
 *
 * For language bindings. A binding derives a class that implements
 * [vfunc@ScriptHost.load_class] and [vfunc@ScriptHost.make_object], makes one
 * object of it with its language, and calls [method@ScriptHost.install] once,
 * when it is loaded. From then on an element that a script in this language
 * offers is an object of the script's class, in this process. Without a host it
 * is a stand-in, and the script runs in a worker process.
 *
 * Languages are `python`, for files that end in `.py`, and `js` for `.js`.
 *
 * Threads: the functions are called by whatever thread makes an element.
 *
 * Since: 0.1
 */
typedef struct
{
  char *language;
  char *program;
} GenlmScriptHostPrivate;

enum
{
  PROP_LANGUAGE = 1,
  PROP_PROGRAM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GenlmScriptHost, genlm_script_host, G_TYPE_OBJECT)

/* What a type was loaded from; types are never unloaded. */
typedef struct
{
  GenlmScriptHost *host;
  char            *file;
  char            *class_name;
} Origin;

static G_DEFINE_QUARK (genlm-script-origin, origin)

static GMutex lock;
static GPtrArray *hosts;    /* with the lock; never unloaded */
static GPrivate loading;    /* the file that this thread loads */

#define PRIVATE(self) ((GenlmScriptHostPrivate *) genlm_script_host_get_instance_private (self))

static void
genlm_script_host_finalize (GObject *object)
{
  GenlmScriptHostPrivate *priv = PRIVATE (GENLM_SCRIPT_HOST (object));

  g_free (priv->program);
  g_free (priv->language);

  G_OBJECT_CLASS (genlm_script_host_parent_class)->finalize (object);
}

static void
genlm_script_host_get_property (GObject    *object,
                                guint       property_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GenlmScriptHostPrivate *priv = PRIVATE (GENLM_SCRIPT_HOST (object));

  switch (property_id)
    {
    case PROP_LANGUAGE:
      g_value_set_string (value, priv->language);
      break;
    case PROP_PROGRAM:
      g_value_set_string (value, priv->program);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
genlm_script_host_set_property (GObject      *object,
                                guint         property_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  GenlmScriptHostPrivate *priv = PRIVATE (GENLM_SCRIPT_HOST (object));

  switch (property_id)
    {
    case PROP_LANGUAGE:
      priv->language = g_value_dup_string (value);
      break;
    case PROP_PROGRAM:
      priv->program = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/**
 * GenlmScriptHostClass::load_class:
 * @self: a host
 * @file: an absolute path, in UTF-8
 * @class_name: the name of a class in the file
 * @error: return location for an error
 *
 * Runs a script, if that has not been done, and finds a class in it.
 *
 * Everything that goes wrong is an error, with the message of the language.
 *
 * Returns: the class, which implements [iface@Potential]
 *
 * Since: 0.1
 */

/**
 * GenlmScriptHostClass::make_object:
 * @self: a host
 * @file: an absolute path, in UTF-8
 * @class_name: the name of a class in the file, which was loaded
 * @values: the properties that are given
 * @error: return location for an error
 *
 * Makes an object of a class, as a program in the language would.
 *
 * Everything that goes wrong is an error, with the message of the language.
 *
 * Returns: (transfer full): a new object of the class
 *
 * Since: 0.1
 */

static void
genlm_script_host_class_init (GenlmScriptHostClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = genlm_script_host_finalize;
  object_class->get_property = genlm_script_host_get_property;
  object_class->set_property = genlm_script_host_set_property;

  /**
   * GenlmScriptHost:language: (getter get_language)
   *
   * The language: `python` or `js`.
   *
   * Since: 0.1
   */
  properties[PROP_LANGUAGE] =
    g_param_spec_string ("language", NULL, "The language that runs here", NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmScriptHost:program: (getter get_program)
   *
   * The program that runs the language in worker processes, %NULL for the usual one.
   *
   * Since: 0.1
   */
  properties[PROP_PROGRAM] =
    g_param_spec_string ("program", NULL, "The program that runs the language in worker processes", NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_script_host_init (GenlmScriptHost *self)
{
}

/**
 * genlm_script_host_get_language: (get-property language)
 * @self: a host
 *
 * Gets the language.
 *
 * Returns: (transfer none) (nullable): `python` or `js`
 *
 * Since: 0.1
 */
const char *
genlm_script_host_get_language (GenlmScriptHost *self)
{
  g_return_val_if_fail (GENLM_IS_SCRIPT_HOST (self), NULL);

  return PRIVATE (self)->language;
}

/**
 * genlm_script_host_get_program: (get-property program)
 * @self: a host
 *
 * Gets the program that runs the language in worker processes.
 *
 * Returns: (transfer none) (nullable): a path, or a name to look for; %NULL for the usual one
 *
 * Since: 0.1
 */
const char *
genlm_script_host_get_program (GenlmScriptHost *self)
{
  g_return_val_if_fail (GENLM_IS_SCRIPT_HOST (self), NULL);

  return PRIVATE (self)->program;
}

/* With the lock held. */
static GenlmScriptHost *
find_host (const char *language)
{
  for (guint i = 0; hosts != NULL && i < hosts->len; i++)
    if (g_strcmp0 (PRIVATE (hosts->pdata[i])->language, language) == 0)
      return hosts->pdata[i];
  return NULL;
}

/**
 * genlm_script_host_install:
 * @self: a host
 * @error: return location for an error
 *
 * Runs scripts of the host's language in this process from now on.
 *
 * Elements that were made before remain what they are. A host stays until the
 * program ends.
 *
 * Errors: %GENLM_PLUGIN_ERROR_FAILED for a language that is not known, or that
 * has a host.
 *
 * Returns: whether the host was taken
 *
 * Since: 0.1
 */
gboolean
genlm_script_host_install (GenlmScriptHost  *self,
                           GError          **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  const char *language;

  g_return_val_if_fail (GENLM_IS_SCRIPT_HOST (self), FALSE);

  language = PRIVATE (self)->language;
  if (!genlm_script_is_language (language))
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_FAILED,
                   "Failed to install a host for scripts: its language is “%s”, and can be “python” or “js”",
                   language != NULL ? language : "");
      return FALSE;
    }
  locker = g_mutex_locker_new (&lock);
  if (find_host (language) != NULL)
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_FAILED,
                   "Failed to install a host for scripts: this process has one for “%s”", language);
      return FALSE;
    }
  if (hosts == NULL)
    hosts = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (hosts, g_object_ref (self));
  return TRUE;
}

/**
 * genlm_script_host_make_recipe:
 * @self: a host
 * @object: an object of a class in a script
 * @name: the name it is made by: that of an element, or such as `python:/a/file.py:Class`
 * @error: return location for an error
 *
 * Tells an object as a recipe: a name, and the properties that differ from
 * their defaults.
 *
 * For the `dup_recipe` of classes in the host's language.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED for a property whose value has
 * no form that another process could read.
 *
 * Returns: (transfer full): the recipe, a variant of type `(sa{sv})`
 *
 * Since: 0.1
 */
GVariant *
genlm_script_host_make_recipe (GenlmScriptHost  *self,
                               GObject          *object,
                               const char       *name,
                               GError          **error)
{
  g_return_val_if_fail (GENLM_IS_SCRIPT_HOST (self), NULL);
  g_return_val_if_fail (G_IS_OBJECT (object), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return genlm_recipe_with_name (object, name, NULL, error);
}

/* The host of a language in this process, or NULL. */
GenlmScriptHost *
genlm_script_host_find (const char *language)
{
  GenlmScriptHost *host;

  g_mutex_lock (&lock);
  host = find_host (language);
  g_mutex_unlock (&lock);
  return host;
}

/* Whether a type is a class of a script, which its host makes. */
gboolean
genlm_script_host_has_loaded (GType type)
{
  return g_type_get_qdata (type, origin_quark ()) != NULL;
}

static void
set_origin (GType            type,
            GenlmScriptHost *host,
            const char      *file,
            const char      *class_name)
{
  Origin *origin = g_new (Origin, 1);

  *origin = (Origin) { host, g_strdup (file), g_strdup (class_name) };
  g_type_set_qdata (type, origin_quark (), origin);
}

static gboolean
check_type (GType        type,
            const char  *class_name,
            GError     **error)
{
  const char *problem = NULL;

  if (type == G_TYPE_INVALID || type == G_TYPE_NONE)
    problem = "its host gave no class, and no reason";
  else if (!g_type_is_a (type, G_TYPE_OBJECT) || !g_type_is_a (type, GENLM_TYPE_POTENTIAL))
    problem = "it is no potential; derive it from Genlm.PotentialBase";
  else if (G_TYPE_IS_ABSTRACT (type))
    problem = "it is abstract";
  if (problem != NULL)
    g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_SCRIPT, "the class “%s”: %s", class_name, problem);
  return problem == NULL;
}

/* The type of a class in a script, which is run for it. */
GType
genlm_script_host_load (GenlmScriptHost  *self,
                        const char       *file,
                        const char       *class_name,
                        GError          **error)
{
  GenlmScriptHostClass *klass = GENLM_SCRIPT_HOST_GET_CLASS (self);
  gpointer outer = g_private_get (&loading);
  GError *local_error = NULL;
  GType type = G_TYPE_INVALID;

  /* Bindings do not pass other names to functions that they implement. */
  if (!g_utf8_validate (file, -1, NULL))
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_SCRIPT,
                   "the name of the file is not in UTF-8; rename it, or its folder");
      return G_TYPE_INVALID;
    }
  g_private_set (&loading, (gpointer) file);
  if (klass->load_class != NULL)
    type = klass->load_class (self, file, class_name, &local_error);
  g_private_set (&loading, outer);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return G_TYPE_INVALID;
    }
  if (!check_type (type, class_name, error))
    return G_TYPE_INVALID;
  if (!genlm_script_host_has_loaded (type))
    set_origin (type, self, file, class_name);
  return type;
}

const char *
genlm_script_host_peek_loading (void)
{
  return g_private_get (&loading);
}

/* An object of a class that a host loaded; a new reference. */
gpointer
genlm_script_host_make (GType          type,
                        guint          n_values,
                        const char   **names,
                        const GValue  *values,
                        const char    *element,
                        GError       **error)
{
  Origin *origin = g_type_get_qdata (type, origin_quark ());
  GenlmScriptHostClass *klass = GENLM_SCRIPT_HOST_GET_CLASS (origin->host);
  g_autoptr (GenlmScriptValues) list = genlm_script_values_new (n_values, names, values);
  g_autoptr (GObject) object = NULL;
  GError *local_error = NULL;

  if (klass->make_object != NULL)
    object = klass->make_object (origin->host, origin->file, origin->class_name, list, &local_error);
  if (local_error != NULL)
    {
      g_propagate_prefixed_error (error, local_error, "Failed to make element \"%s\": ", element);
      return NULL;
    }
  if (object == NULL || !G_TYPE_CHECK_INSTANCE_TYPE (object, type))
    {
      g_set_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_SCRIPT,
                   "Failed to make element \"%s\": the host of its language gave no object of its class, and no reason",
                   element);
      return NULL;
    }
  return g_steal_pointer (&object);
}
