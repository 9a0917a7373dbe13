/* Knows which plugins and elements there are. Files are looked at by the
 * scanner processes, never here; what they found is kept in a cache. */
#define G_LOG_DOMAIN "Genlm-Registry"

#include "genlm-registry-private.h"

#include <string.h>

#include "genlm-config.h"
#include "genlm-element-factory-private.h"
#include "genlm-nearest-private.h"
#include "genlm-plugin-module-private.h"
#include "genlm-plugin-scan-private.h"
#include "genlm-registry-cache-private.h"
#include "genlm-script-private.h"

#define MAX_SHOWN_FAILURES 3

/**
 * GenlmRegistry:
 *
 * The plugins and elements that can be had.
 *
 * Plugins are libraries, and scripts that say so in their leading comment.
 *
 * They are looked for in the folders of the environment variable
 * `GENLM_PLUGIN_PATH` (separated by colons), then in those of
 * `GENLM_PLUGIN_SYSTEM_PATH` or, where that is not set, in the folder where the
 * library's own are installed; in each of them and in the folders directly in
 * it. The first of two plugins with one name is taken.
 *
 * A file that is new or changed is looked at in a scanner process
 * (`genlm-plugin-scanner`, or what `GENLM_PLUGIN_SCANNER` names), so that a
 * plugin that crashes, or takes more than ten seconds (`GENLM_PLUGIN_TIMEOUT`),
 * is recorded with its reason and harms nobody.
 * Where the scanner is missing, the plugin is recorded as failed for that
 * reason: nothing is ever loaded into this process just to look at it. Of a
 * script the leading comment is read, and nothing is run.
 *
 * What was found is kept in the file that `GENLM_REGISTRY` names, by default
 * `genlm-1.0/registry.gvariant` in the user's cache folder. An entry holds
 * while path, size and time of the file, the version of the library, and the
 * files that the plugin declared remain what they were; a plugin that missed a
 * library is looked at again every time. A cache that is
 * missing, damaged or not writable costs time, nothing else.
 *
 * The first question scans; all later ones answer from memory.
 *
 * Threads: all methods may be called from any thread.
 *
 * Since: 0.1
 */
struct _GenlmRegistry
{
  GObject parent_instance;

  char **folders;
  char  *cache_file;

  GRecMutex   lock;
  gboolean    scanned;
  GPtrArray  *plugins;
  GPtrArray  *factories;
  GHashTable *script_classes;   /* factories by the names of elements off the search path */
};

G_DEFINE_FINAL_TYPE (GenlmRegistry, genlm_registry, G_TYPE_OBJECT)
/**
 * genlm_registry_error_quark:
 *
 * Gets the domain of [error@RegistryError].
 *
 * Returns: the quark of %GENLM_REGISTRY_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-registry-error-quark, genlm_registry_error)

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_folder (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      g_debug ("no plugin folder %s", folder);
      return paths;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return paths;
}

static void
add_files (GPtrArray  *files,
           GHashTable *seen,
           GPtrArray  *paths)
{
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *name = genlm_script_get_file_language (paths->pdata[i]) != NULL
                                ? g_path_get_basename (paths->pdata[i])
                                : genlm_plugin_module_name_of_file (paths->pdata[i]);

      if (name == NULL || g_file_test (paths->pdata[i], G_FILE_TEST_IS_DIR))
        continue;
      if (!g_hash_table_contains (seen, name))
        {
          g_hash_table_add (seen, g_steal_pointer (&name));
          g_ptr_array_add (files, g_strdup (paths->pdata[i]));
        }
      else
        g_debug ("%s is hidden by an earlier plugin of its name", (char *) paths->pdata[i]);
    }
}

/* The plugin files of the search path, first come first. */
static GPtrArray *
list_files (char **folders)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) paths = list_folder (folders[i]);

      add_files (files, seen, paths);
      for (guint j = 0; j < paths->len; j++)
        if (g_file_test (paths->pdata[j], G_FILE_TEST_IS_DIR))
          {
            g_autoptr (GPtrArray) below = list_folder (paths->pdata[j]);

            add_files (files, seen, below);
          }
    }
  return files;
}

/* A plugin file while the registry looks for what it is. */
typedef struct
{
  const char     *file;
  GenlmFileStamp  stamp;
  GenlmPlugin    *plugin;
  GVariant       *entry;
  gboolean        is_new;
} Candidate;

/* A script is cheap to look at. Returns FALSE if it is no plugin. */
static gboolean
candidate_read_script (Candidate *self)
{
  self->plugin = genlm_plugin_new_script (self->file);
  if (self->plugin == NULL)
    return FALSE;
  self->entry = genlm_registry_cache_entry_new (self->plugin, &self->stamp);
  self->is_new = self->entry != NULL;
  return TRUE;
}

static void
candidate_clear (gpointer data)
{
  Candidate *candidate = data;

  g_clear_object (&candidate->plugin);
  g_clear_pointer (&candidate->entry, g_variant_unref);
}

/* The files, and their plugins as far as the cache still holds. */
static GArray *
list_candidates (GPtrArray  *files,
                 GHashTable *cached)
{
  GArray *candidates = g_array_new (FALSE, TRUE, sizeof (Candidate));

  g_array_set_clear_func (candidates, candidate_clear);
  for (guint i = 0; i < files->len; i++)
    {
      Candidate candidate = { files->pdata[i] };
      GVariant *entry = g_hash_table_lookup (cached, candidate.file);

      genlm_file_stamp_read (&candidate.stamp, candidate.file);
      if (entry != NULL)
        candidate.plugin = genlm_registry_cache_entry_revive (entry, &candidate.stamp);
      if (candidate.plugin != NULL)
        candidate.entry = g_variant_ref (entry);
      else if (genlm_script_get_file_language (candidate.file) != NULL && !candidate_read_script (&candidate))
        continue;
      g_array_append_val (candidates, candidate);
    }
  return candidates;
}

/* Files that are not in the cache, or not as they were, are scanned. Returns
 * whether there is anything new to remember. */
static gboolean
scan_candidates (GArray *candidates)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  g_autoptr (GPtrArray) scanned = NULL;
  gboolean is_new = FALSE;
  guint n_scanned = 0;

  for (guint i = 0; i < candidates->len; i++)
    if (g_array_index (candidates, Candidate, i).plugin == NULL)
      g_ptr_array_add (unknown, (gpointer) g_array_index (candidates, Candidate, i).file);

  scanned = genlm_plugin_scan (unknown);
  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *candidate = &g_array_index (candidates, Candidate, i);

      if (candidate->plugin == NULL)
        {
          candidate->plugin = g_object_ref (scanned->pdata[n_scanned++]);
          candidate->entry = genlm_registry_cache_entry_new (candidate->plugin, &candidate->stamp);
          candidate->is_new = candidate->entry != NULL;
        }
      is_new = is_new || candidate->is_new;
    }
  return is_new;
}

static void
write_cache (GenlmRegistry *self,
             GArray        *candidates)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < candidates->len; i++)
    if (g_array_index (candidates, Candidate, i).entry != NULL)
      g_ptr_array_add (entries, g_array_index (candidates, Candidate, i).entry);
  if (!genlm_registry_cache_write (self->cache_file, entries, &error))
    g_debug ("the cache is not written: %s", error->message);
}

static GPtrArray *
find_plugins (GenlmRegistry *self,
              gboolean       use_cache)
{
  g_autoptr (GPtrArray) files = list_files (self->folders);
  g_autoptr (GHashTable) cached = NULL;
  g_autoptr (GArray) candidates = NULL;
  GPtrArray *plugins = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_revived = 0;

  cached = use_cache && self->cache_file != NULL ? genlm_registry_cache_read (self->cache_file)
                                                 : g_hash_table_new (g_str_hash, g_str_equal);
  candidates = list_candidates (files, cached);
  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *candidate = &g_array_index (candidates, Candidate, i);

      n_revived += candidate->entry != NULL && !candidate->is_new;
    }
  if ((scan_candidates (candidates) || n_revived != g_hash_table_size (cached)) && self->cache_file != NULL)
    write_cache (self, candidates);

  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *candidate = &g_array_index (candidates, Candidate, i);

      genlm_plugin_set_stamp (candidate->plugin, &candidate->stamp);
      g_ptr_array_add (plugins, g_object_ref (candidate->plugin));
    }
  return plugins;
}

/* Code that is loaded stays as it is, whatever became of its file. */
static void
keep_loaded (GPtrArray *old,
             GPtrArray *plugins)
{
  for (guint i = 0; i < old->len; i++)
    for (guint j = 0; j < plugins->len; j++)
      if (genlm_plugin_is_loaded (old->pdata[i]) &&
          g_strcmp0 (genlm_plugin_get_file (old->pdata[i]), genlm_plugin_get_file (plugins->pdata[j])) == 0)
        {
          g_object_unref (plugins->pdata[j]);
          plugins->pdata[j] = g_object_ref (old->pdata[i]);
        }
}

static void
scan (GenlmRegistry *self,
      gboolean       use_cache)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->plugins);
  gboolean is_scanner = g_getenv (GENLM_SCANNING_VARIABLE) != NULL;

  self->plugins = is_scanner ? g_ptr_array_new_with_free_func (g_object_unref) : find_plugins (self, use_cache);
  g_ptr_array_insert (self->plugins, 0,
                      genlm_plugin_new_built_in ("core", "Elements of the library itself", genlm_core_plugin_init));
  keep_loaded (old, self->plugins);

  g_ptr_array_set_size (self->factories, 0);
  for (guint i = 0; i < self->plugins->len; i++)
    for (guint j = 0; j < genlm_plugin_get_n_elements (self->plugins->pdata[i]); j++)
      g_ptr_array_add (self->factories,
                       genlm_element_factory_new (self->plugins->pdata[i],
                                                  genlm_plugin_get_element (self->plugins->pdata[i], j)));
  self->scanned = TRUE;
}

static GRecMutexLocker *
lock_scanned (GenlmRegistry *self)
{
  GRecMutexLocker *locker = g_rec_mutex_locker_new (&self->lock);

  if (!self->scanned)
    scan (self, TRUE);
  return locker;
}

static void
genlm_registry_finalize (GObject *object)
{
  GenlmRegistry *self = GENLM_REGISTRY (object);

  g_hash_table_unref (self->script_classes);
  g_ptr_array_unref (self->factories);
  g_ptr_array_unref (self->plugins);
  g_rec_mutex_clear (&self->lock);
  g_free (self->cache_file);
  g_strfreev (self->folders);

  G_OBJECT_CLASS (genlm_registry_parent_class)->finalize (object);
}

static void
genlm_registry_class_init (GenlmRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = genlm_registry_finalize;
}

static void
genlm_registry_init (GenlmRegistry *self)
{
  g_rec_mutex_init (&self->lock);
  self->plugins = g_ptr_array_new_with_free_func (g_object_unref);
  self->factories = g_ptr_array_new_with_free_func (g_object_unref);
  self->script_classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
add_folders (GStrvBuilder *builder,
             const char   *path)
{
  g_auto (GStrv) folders = g_strsplit (path, G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; folders[i] != NULL; i++)
    if (*folders[i] != '\0')
      {
        g_autofree char *folder = g_canonicalize_filename (folders[i], NULL);

        g_strv_builder_add (builder, folder);
      }
}

static char **
dup_default_folders (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *path = g_getenv ("GENLM_PLUGIN_PATH");
  const char *system_path = g_getenv ("GENLM_PLUGIN_SYSTEM_PATH");

  if (path != NULL)
    add_folders (builder, path);
  add_folders (builder, system_path != NULL ? system_path : GENLM_PLUGIN_DIR);
  return g_strv_builder_end (builder);
}

static char *
dup_default_cache_file (void)
{
  const char *file = g_getenv ("GENLM_REGISTRY");

  if (file != NULL && *file != '\0')
    return g_canonicalize_filename (file, NULL);
  return g_build_filename (g_get_user_cache_dir (), "genlm-1.0", "registry.gvariant", NULL);
}

/**
 * genlm_registry_get_default:
 *
 * Gets the registry of the program, which reads the environment at the first
 * call.
 *
 * Returns: (transfer none): the registry
 *
 * Since: 0.1
 */
GenlmRegistry *
genlm_registry_get_default (void)
{
  static GenlmRegistry *registry;

  if (g_once_init_enter (&registry))
    {
      g_autofree char *cache_file = dup_default_cache_file ();

      g_once_init_leave (&registry, genlm_registry_new (NULL, cache_file));
    }
  return registry;
}

/**
 * genlm_registry_new:
 * @folders: (nullable) (array zero-terminated=1) (element-type filename): the search path, or %NULL for that
 *   of the environment
 * @cache_file: (nullable) (type filename): where to keep what was found, or %NULL to keep nothing
 *
 * Makes a registry of its own, for programs that bring their own plugins, and
 * for tests.
 *
 * Elements that are made by name, and pipelines, come from the default
 * registry.
 *
 * Returns: (transfer full): the registry
 *
 * Since: 0.1
 */
GenlmRegistry *
genlm_registry_new (const char * const *folders,
                    const char         *cache_file)
{
  GenlmRegistry *self = g_object_new (GENLM_TYPE_REGISTRY, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *folder = g_canonicalize_filename (folders[i], NULL);

      g_strv_builder_add (builder, folder);
    }
  self->folders = folders != NULL ? g_strv_builder_end (builder) : dup_default_folders ();
  self->cache_file = cache_file != NULL ? g_canonicalize_filename (cache_file, NULL) : NULL;
  return self;
}

/**
 * genlm_registry_rescan:
 * @self: a registry
 *
 * Looks at every plugin again, also at those that failed before, without the
 * cache, and writes a new one.
 *
 * A plugin that is loaded remains as it is until the program ends.
 *
 * Cost: one process for each plugin file; a plugin that hangs takes ten seconds.
 *
 * Since: 0.1
 */
void
genlm_registry_rescan (GenlmRegistry *self)
{
  g_autoptr (GRecMutexLocker) locker = NULL;

  g_return_if_fail (GENLM_IS_REGISTRY (self));

  locker = g_rec_mutex_locker_new (&self->lock);
  scan (self, FALSE);
}

static GenlmElementFactory *
find_best (GenlmRegistry *self,
           const char    *name,
           const char  *(*get_name) (GenlmElementFactory *factory))
{
  GenlmElementFactory *best = NULL;

  for (guint i = 0; i < self->factories->len; i++)
    {
      GenlmElementFactory *factory = self->factories->pdata[i];

      if (strcmp (get_name (factory), name) == 0 &&
          (best == NULL || genlm_element_factory_get_rank (factory) > genlm_element_factory_get_rank (best)))
        best = factory;
    }
  return best;
}

static void
append_failures (GenlmRegistry *self,
                 GString       *message)
{
  guint n_failures = 0;

  for (guint i = 0; i < self->plugins->len; i++)
    {
      const GError *failure = genlm_plugin_get_error (self->plugins->pdata[i]);

      if (failure == NULL)
        continue;
      if (n_failures++ < MAX_SHOWN_FAILURES)
        g_string_append_printf (message, ". %s", failure->message);
    }
  if (n_failures > MAX_SHOWN_FAILURES)
    g_string_append_printf (message, ". %u more plugins failed", n_failures - MAX_SHOWN_FAILURES);
  if (n_failures > 0)
    g_string_append (message, ". \"genlm inspect --failed\" lists plugins that cannot be used");
  else
    g_string_append (message, ". \"genlm inspect\" lists the elements there are, "
                              "\"genlm inspect --failed\" what could not be loaded");
}

static void
set_not_found (GenlmRegistry  *self,
               const char     *name,
               GError        **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *shown = g_utf8_make_valid (name, -1);
  g_autofree char *advice = NULL;
  g_autofree char *folders = g_strjoinv (", ", self->folders);
  g_autofree char *searched = g_filename_display_name (folders);
  GString *message = g_string_new (NULL);

  for (guint i = 0; i < self->factories->len; i++)
    g_ptr_array_add (names, (gpointer) genlm_element_factory_get_name (self->factories->pdata[i]));
  advice = genlm_nearest_advice (name, names);
  g_string_append_printf (message, "There is no element \"%s\"%s Searched: the library itself%s%s",
                          shown, *advice != '\0' ? advice : ".", *searched != '\0' ? ", " : "", searched);
  append_failures (self, message);
  g_set_error_literal (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND, message->str);
  g_string_free (message, TRUE);
}

/* With the lock held. A class in a script that nobody listed, by a name such as
 * "python:FILE:Class"; NULL if it is no such name. The plugin is kept: its type
 * is for good. */
static GenlmElementFactory *
find_script_class (GenlmRegistry *self,
                   const char    *name)
{
  g_autofree char *file = NULL;
  g_autofree char *class_name = NULL;
  g_autofree char *element = NULL;
  g_autoptr (GenlmPlugin) plugin = NULL;
  const char *language = genlm_script_parse_name (name, &file, &class_name);
  GenlmElementFactory *factory;

  if (language == NULL)
    return NULL;
  element = g_strdup_printf ("%s:%s:%s", language, file, class_name);
  factory = g_hash_table_lookup (self->script_classes, element);
  if (factory == NULL)
    {
      plugin = genlm_plugin_new_script_class (file, language, element, class_name);
      factory = genlm_element_factory_new (plugin, genlm_plugin_get_element (plugin, 0));
      g_hash_table_insert (self->script_classes, g_steal_pointer (&element), factory);
    }
  return factory;
}

/**
 * genlm_registry_find_factory:
 * @self: a registry
 * @name: the name of an element, or of its type
 * @error: return location for an error
 *
 * Looks for an element: the one with the highest rank of those with this name,
 * else of those whose type has it.
 *
 * A name such as `python:words.py:WordLength` or `js:words.js:WordLength` is that
 * of a class in a script, which need not be in the search path.
 *
 * Errors: %GENLM_REGISTRY_ERROR_NOT_FOUND, with names that are near, the
 * folders that were searched, and the plugins that failed.
 *
 * Returns: (transfer full): the factory
 *
 * Since: 0.1
 */
GenlmElementFactory *
genlm_registry_find_factory (GenlmRegistry  *self,
                             const char     *name,
                             GError        **error)
{
  g_autoptr (GRecMutexLocker) locker = NULL;
  GenlmElementFactory *factory;

  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  locker = lock_scanned (self);
  factory = find_best (self, name, genlm_element_factory_get_name);
  if (factory == NULL)
    factory = find_best (self, name, genlm_element_factory_get_type_name);
  if (factory == NULL)
    factory = find_script_class (self, name);
  if (factory == NULL)
    {
      set_not_found (self, name, error);
      return NULL;
    }
  return g_object_ref (factory);
}

/**
 * genlm_registry_find_plugin:
 * @self: a registry
 * @name: the name of a plugin
 *
 * Looks for a plugin, also among those that failed.
 *
 * Returns: (transfer full) (nullable): the plugin, or %NULL if there is none
 *
 * Since: 0.1
 */
GenlmPlugin *
genlm_registry_find_plugin (GenlmRegistry *self,
                            const char    *name)
{
  g_autoptr (GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  locker = lock_scanned (self);
  for (guint i = 0; i < self->plugins->len; i++)
    if (strcmp (genlm_plugin_get_name (self->plugins->pdata[i]), name) == 0)
      return g_object_ref (self->plugins->pdata[i]);
  return NULL;
}

static GListModel *
list_model (GType      type,
            GPtrArray *objects)
{
  GListStore *store = g_list_store_new (type);

  g_list_store_splice (store, 0, 0, objects->pdata, objects->len);
  return G_LIST_MODEL (store);
}

/**
 * genlm_registry_get_plugins:
 * @self: a registry
 *
 * Lists the plugins, also those that failed, in the order of the search path.
 *
 * Returns: (transfer full): a list of [class@Plugin] that does not change
 *
 * Since: 0.1
 */
GListModel *
genlm_registry_get_plugins (GenlmRegistry *self)
{
  g_autoptr (GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);

  locker = lock_scanned (self);
  return list_model (GENLM_TYPE_PLUGIN, self->plugins);
}

/**
 * genlm_registry_get_factories:
 * @self: a registry
 *
 * Lists the elements, plugin by plugin.
 *
 * Returns: (transfer full): a list of [class@ElementFactory] that does not change
 *
 * Since: 0.1
 */
GListModel *
genlm_registry_get_factories (GenlmRegistry *self)
{
  g_autoptr (GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);

  locker = lock_scanned (self);
  return list_model (GENLM_TYPE_ELEMENT_FACTORY, self->factories);
}

/**
 * genlm_registry_get_folders:
 * @self: a registry
 *
 * Gets the folders in which plugins are looked for.
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): absolute paths
 *
 * Since: 0.1
 */
const char * const *
genlm_registry_get_folders (GenlmRegistry *self)
{
  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);

  return (const char * const *) self->folders;
}

/**
 * genlm_registry_get_cache_file:
 * @self: a registry
 *
 * Gets the file in which it is kept what plugins offer.
 *
 * Returns: (transfer none) (nullable) (type filename): an absolute path, or %NULL if nothing is kept
 *
 * Since: 0.1
 */
const char *
genlm_registry_get_cache_file (GenlmRegistry *self)
{
  g_return_val_if_fail (GENLM_IS_REGISTRY (self), NULL);

  return self->cache_file;
}
