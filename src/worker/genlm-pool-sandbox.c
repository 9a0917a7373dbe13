/* The command line that runs a worker under bubblewrap: without the network, the
 * home folder or other processes, with the system and what it is made for to read. */

#define _GNU_SOURCE /* dladdr() */
#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-process-private.h"

#include "genlm-element.h"
#include "genlm-potential-error.h"
#include "genlm-registry.h"

#include <dlfcn.h>

/* Programs, libraries, and what these need to find each other. */
static const char *system_paths[] =
{
  "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
  "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
};

/* Variables that name the folders of a program that is not installed. */
static const char *path_variables[] =
{
  "GENLM_PLUGIN_PATH", "GI_TYPELIB_PATH", "GJS_PATH", "LD_LIBRARY_PATH", "PYTHONPATH",
};

static void
bind_path (GStrvBuilder *builder,
           const char   *path)
{
  if (!g_path_is_absolute (path))
    return;
  g_strv_builder_add_many (builder, "--ro-bind-try", path, path, NULL);
}

static void
bind_folder_of (GStrvBuilder *builder,
                const char   *file)
{
  g_autofree char *folder = g_path_get_dirname (file);

  bind_path (builder, folder);
}

static void
bind_variables (GStrvBuilder *builder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (path_variables); i++)
    {
      const char *value = g_getenv (path_variables[i]);
      g_auto (GStrv) folders = value != NULL ? g_strsplit (value, G_SEARCHPATH_SEPARATOR_S, -1) : NULL;

      for (gsize j = 0; folders != NULL && folders[j] != NULL; j++)
        bind_path (builder, folders[j]);
    }
}

/* The library itself, and the plugins and what is known of them. */
static void
bind_library (GStrvBuilder *builder)
{
  GenlmRegistry *registry = genlm_registry_get_default ();
  const char * const *folders = genlm_registry_get_folders (registry);
  const char *cache_file = genlm_registry_get_cache_file (registry);
  Dl_info info;

  if (dladdr ((void *) genlm_pool_sandbox_dup_argv, &info) != 0 && info.dli_fname != NULL)
    bind_folder_of (builder, info.dli_fname);
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    bind_path (builder, folders[i]);
  if (cache_file != NULL)
    bind_path (builder, cache_file);
}

/* It need not be in the folders of plugins. */
static void
bind_script (GStrvBuilder *builder,
             GenlmPlugin  *plugin)
{
  if (genlm_plugin_get_language (plugin) != NULL)
    bind_path (builder, genlm_plugin_get_file (plugin));
}

static void bind_files (GStrvBuilder *builder,
                        GVariant     *recipe);

/* What a property names: a file, or an element with files of its own. */
static void
bind_property (GStrvBuilder *builder,
               GObjectClass *klass,
               const char   *name,
               GVariant     *value)
{
  GParamSpec *pspec = klass != NULL ? g_object_class_find_property (klass, name) : NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      bind_property (builder, klass, name, inner);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("(sa{sv})")))
    {
      bind_files (builder, value);
    }
  else if (pspec != NULL && (pspec->flags & GENLM_PARAM_FILE) != 0 &&
           g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      bind_path (builder, g_variant_get_string (value, NULL));
    }
  else if (pspec != NULL && (pspec->flags & GENLM_PARAM_FILE) != 0 &&
           g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      /* A name that is no UTF-8. */
      bind_path (builder, g_variant_get_bytestring (value));
    }
}

/* As deep as recipes may be nested. */
static void
bind_files (GStrvBuilder *builder,
            GVariant     *recipe)
{
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GTypeClass) klass = NULL;
  g_autoptr (GVariant) properties = NULL;
  GVariantIter iter;
  GVariant *value;
  const char *name;
  GType type = G_TYPE_INVALID;

  g_variant_get (recipe, "(&s@a{sv})", &name, &properties);
  factory = genlm_element_factory_find (name);
  if (factory != NULL)
    {
      bind_script (builder, genlm_element_factory_get_plugin (factory));
      type = genlm_element_factory_load_type (factory, NULL);
    }
  if (type != G_TYPE_INVALID)
    klass = g_type_class_ref (type);

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      bind_property (builder, (GObjectClass *) klass, name, value);
      g_variant_unref (value);
    }
}

char **
genlm_pool_sandbox_dup_argv (const char * const  *argv,
                             GVariant            *recipe,
                             GError             **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  g_autofree char *program = g_find_program_in_path (argv[0]);

  if (bwrap == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "Failed to start workers in a sandbox: there is no program “bwrap”; "
                   "install bubblewrap, or do without “sandbox”");
      return NULL;
    }
  g_strv_builder_add_many (builder, bwrap, "--unshare-all", "--new-session", "--info-fd", "5", "--sync-fd", "6",
                           "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (system_paths); i++)
    bind_path (builder, system_paths[i]);
  if (program != NULL)
    bind_folder_of (builder, program);
  /* What runs scripts is a script itself. */
  for (gsize i = 1; argv[i] != NULL; i++)
    bind_path (builder, argv[i]);
  bind_library (builder);
  bind_variables (builder);
  bind_files (builder, recipe);
  g_strv_builder_add_many (builder, "--chdir", "/", "--", program != NULL ? program : argv[0], NULL);
  g_strv_builder_addv (builder, (const char **) argv + 1);
  return g_strv_builder_end (builder);
}
