#include <genlm.h>

#include <glib/gstdio.h>
#include <string.h>

/* Modules that the build made, a folder for each kind of behaviour. */
static char *
modules (const char *kind)
{
  return g_test_build_filename (G_TEST_BUILT, "modules", kind, NULL);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("genlm-registry-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
copy_module (const char *kind,
             const char *name,
             const char *target)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "modules", kind, name, NULL);
  g_autoptr (GFile) from = g_file_new_for_path (path);
  g_autoptr (GFile) to = g_file_new_for_path (target);
  g_autoptr (GError) error = NULL;

  g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GenlmRegistry *
registry_for (const char *folder,
              const char *cache_file)
{
  const char *folders[] = { folder, NULL };

  return genlm_registry_new (folders, cache_file);
}

/* The environment of a test that must not scan: what is known comes from the
 * cache. Returns what puts it back. */
static char *
break_scanner (void)
{
  char *scanner = g_strdup (g_getenv ("GENLM_PLUGIN_SCANNER"));

  g_assert_nonnull (scanner);
  g_setenv ("GENLM_PLUGIN_SCANNER", "/nonexistent/scanner", TRUE);
  return scanner;
}

static void
repair_scanner (char *scanner)
{
  g_setenv ("GENLM_PLUGIN_SCANNER", scanner, TRUE);
  g_free (scanner);
}

static void
assert_failed (GenlmRegistry *registry,
               const char    *name,
               int            code,
               const char    *pattern)
{
  g_autoptr (GenlmPlugin) plugin = genlm_registry_find_plugin (registry, name);
  g_autoptr (GError) error = NULL;
  const GError *failure;

  g_assert_nonnull (plugin);
  failure = genlm_plugin_get_error (plugin);
  g_assert_nonnull (failure);
  g_test_message ("%s", failure->message);
  g_assert_error (failure, GENLM_PLUGIN_ERROR, code);
  g_assert_true (g_pattern_match_simple (pattern, failure->message));
  g_assert_nonnull (strstr (failure->message, genlm_plugin_get_file (plugin)));

  /* It is not loaded behind its back either. */
  g_assert_false (genlm_plugin_load (plugin, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, code);
  g_assert_false (genlm_plugin_is_loaded (plugin));
}

static void
test_core (void)
{
  const char *folders[] = { NULL };
  g_autoptr (GenlmRegistry) registry = genlm_registry_new (folders, NULL);
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GenlmElementFactory) same = NULL;
  g_autoptr (GListModel) plugins = genlm_registry_get_plugins (registry);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (plugins), ==, 1);
  factory = genlm_registry_find_factory (registry, "product", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (genlm_element_factory_get_type_name (factory), ==, "GenlmProduct");
  g_assert_true (genlm_element_factory_is_built_in (factory));
  g_assert_cmpstr (genlm_plugin_get_name (genlm_element_factory_get_plugin (factory)), ==, "core");
  g_assert_null (genlm_plugin_get_file (genlm_element_factory_get_plugin (factory)));
  same = genlm_registry_find_factory (registry, "GenlmProduct", &error);
  g_assert_no_error (error);
  g_assert_true (same == factory);
}

static void
test_good (void)
{
  g_autofree char *folder = modules ("good");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  g_autoptr (GenlmElementFactory) thing = NULL;
  g_autoptr (GenlmElementFactory) wrapper = NULL;
  g_autoptr (GListModel) factories = NULL;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) error = NULL;
  GenlmPlugin *plugin;

  thing = genlm_registry_find_factory (registry, "test-thing", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (genlm_element_factory_get_name (thing), ==, "test-thing");
  g_assert_cmpstr (genlm_element_factory_get_type_name (thing), ==, "TestThing");
  g_assert_cmpstr (genlm_element_factory_get_class_path (thing), ==, "Test/Thing");
  g_assert_cmpstr (genlm_element_factory_get_long_name (thing), ==, "Test thing");
  g_assert_cmpstr (genlm_element_factory_get_description (thing), ==, "Keeps a value of every kind");
  g_assert_cmpstr (genlm_element_factory_get_author (thing), ==, "The tests");
  g_assert_cmpuint (genlm_element_factory_get_rank (thing), ==, GENLM_RANK_PRIMARY);
  g_assert_null (genlm_element_factory_get_input (thing));
  g_assert_false (genlm_element_factory_is_built_in (thing));

  plugin = genlm_element_factory_get_plugin (thing);
  g_assert_cmpstr (genlm_plugin_get_name (plugin), ==, "good");
  g_assert_cmpstr (genlm_plugin_get_version (plugin), ==, "1.2.3");
  g_assert_cmpstr (genlm_plugin_get_description (plugin), ==, "Elements for tests");
  g_assert_cmpstr (genlm_plugin_get_license (plugin), ==, "MIT");
  g_assert_cmpstr (genlm_plugin_get_origin (plugin), ==, "the tests");
  g_assert_true (g_str_has_suffix (genlm_plugin_get_file (plugin), "/libgenlmgood.so"));
  g_assert_null (genlm_plugin_get_error (plugin));

  wrapper = genlm_registry_find_factory (registry, "test-wrapper", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (genlm_element_factory_get_input (wrapper), ==, "input");

  /* The code is loaded when an element is made, not before. */
  g_assert_cmpuint (g_type_from_name ("TestThing"), ==, G_TYPE_INVALID);
  g_assert_false (genlm_plugin_is_loaded (plugin));
  object = genlm_element_factory_make (thing, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (object), ==, "TestThing");
  g_assert_true (genlm_plugin_is_loaded (plugin));

  factories = genlm_registry_get_factories (registry);
  g_assert_true (g_list_model_get_item_type (factories) == GENLM_TYPE_ELEMENT_FACTORY);
}

static void
test_rank (void)
{
  g_autofree char *folder = modules ("good");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GenlmPlugin) second = genlm_registry_find_plugin (registry, "second");
  g_autoptr (GError) error = NULL;
  const char *const *reasons;

  /* Two plugins have it; the one that comes later has the higher rank. */
  factory = genlm_registry_find_factory (registry, "test-ranked", &error);
  g_assert_no_error (error);
  g_assert_true (genlm_element_factory_get_plugin (factory) == second);

  /* What it could not register is told, and what it printed harmed nothing. */
  g_assert_null (genlm_plugin_get_error (second));
  reasons = genlm_plugin_get_status_errors (second);
  g_assert_cmpuint (g_strv_length ((char **) reasons), ==, 4);
  g_assert_nonnull (strstr (reasons[0], "\"Test Spelling\""));
  g_assert_nonnull (strstr (reasons[1], "twice"));
  g_assert_nonnull (strstr (reasons[2], "\"test-abstract\""));
  g_assert_cmpstr (reasons[3], ==, "test-missing needs a moon");
}

static void
test_bad (void)
{
  g_autofree char *folder = modules ("bad");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);

  assert_failed (registry, "crash", GENLM_PLUGIN_ERROR_CRASHED, "*signal 9*\"about to fall\"*repair it*");
  assert_failed (registry, "exit", GENLM_PLUGIN_ERROR_CRASHED, "*exit status 3*");
  assert_failed (registry, "abi", GENLM_PLUGIN_ERROR_ABI_MISMATCH, "*interface 999*build the plugin again*");
  assert_failed (registry, "nosymbol", GENLM_PLUGIN_ERROR_NO_SYMBOL, "*genlm_plugin_nosymbol_desc*GENLM_PLUGIN_DEFINE*");
  assert_failed (registry, "noelements", GENLM_PLUGIN_ERROR_NO_ELEMENTS, "*registered no element*");
  assert_failed (registry, "unavailable", GENLM_PLUGIN_ERROR_UNAVAILABLE, "*there is no moon; build one");
  assert_failed (registry, "unresolved", GENLM_PLUGIN_ERROR_UNRESOLVED, "*test_function_that_is_nowhere*install what is missing*");
}

static void
test_hang (void)
{
  g_autofree char *folder = modules ("hang");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  gint64 start = g_get_monotonic_time ();

  g_setenv ("GENLM_PLUGIN_TIMEOUT", "1", TRUE);
  assert_failed (registry, "hang", GENLM_PLUGIN_ERROR_TIMED_OUT, "*within 1 s*GENLM_PLUGIN_TIMEOUT*");
  g_unsetenv ("GENLM_PLUGIN_TIMEOUT");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_USEC_PER_SEC / 2);
}

static void
test_wrong_files (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *text = g_build_filename (folder, "libgenlmtext.so", NULL);
  g_autofree char *empty = g_build_filename (folder, "libgenlmempty.so", NULL);
  g_autofree char *cut = g_build_filename (folder, "libgenlmcut.so", NULL);
  g_autofree char *renamed = g_build_filename (folder, "libgenlmrenamed.so", NULL);
  g_autofree char *shared = g_build_filename (folder, "libgenlm-engine-1.0.so", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  g_autoptr (GListModel) plugins = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_true (g_file_set_contents (text, "This is a text and not a library, although it is long enough.", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (shared, "not looked at", -1, NULL));
  copy_module ("good", "libgenlmgood.so", renamed);
  g_assert_true (g_file_get_contents (renamed, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (cut, contents, 200, NULL));

  assert_failed (registry, "text", GENLM_PLUGIN_ERROR_NOT_A_LIBRARY, "*not a shared library*");
  assert_failed (registry, "empty", GENLM_PLUGIN_ERROR_NOT_A_LIBRARY, "*not a shared library*");
  assert_failed (registry, "cut", GENLM_PLUGIN_ERROR_NOT_A_LIBRARY, "*build the plugin again*");
  assert_failed (registry, "renamed", GENLM_PLUGIN_ERROR_NAME_MISMATCH, "*\"good\"*\"renamed\"*libgenlmgood.so*");
  plugins = genlm_registry_get_plugins (registry);
  g_assert_cmpuint (g_list_model_get_n_items (plugins), ==, 5);
  remove_folder (folder);
}

static void
test_subfolder_and_shadowing (void)
{
  g_autofree char *above = g_test_build_filename (G_TEST_BUILT, "modules", NULL);
  g_autofree char *folder = make_folder ();
  g_autofree char *copy = g_build_filename (folder, "libgenlmgood.so", NULL);
  const char *folders[] = { folder, "/nonexistent/folder", above, NULL };
  g_autoptr (GenlmRegistry) registry = NULL;
  g_autoptr (GenlmPlugin) good = NULL;
  g_autoptr (GenlmPlugin) second = NULL;

  copy_module ("good", "libgenlmgood.so", copy);
  registry = genlm_registry_new (folders, NULL);
  g_setenv ("GENLM_PLUGIN_TIMEOUT", "1", TRUE);
  good = genlm_registry_find_plugin (registry, "good");
  g_unsetenv ("GENLM_PLUGIN_TIMEOUT");
  g_assert_cmpstr (genlm_plugin_get_file (good), ==, copy);
  second = genlm_registry_find_plugin (registry, "second");
  g_assert_nonnull (second);
  g_assert_cmpstr (genlm_registry_get_folders (registry)[1], ==, "/nonexistent/folder");
  remove_folder (folder);
}

/* How the file would look after a later build. */
static void
change_file (const char *file)
{
  g_autoptr (GFile) object = g_file_new_for_path (file);
  g_autoptr (GFileInfo) info = g_file_query_info (object, "time::modified,time::modified-usec", 0, NULL, NULL);
  guint32 fraction = g_file_info_get_attribute_uint32 (info, "time::modified-usec");

  g_file_info_set_attribute_uint32 (info, "time::modified-usec", fraction > 0 ? fraction - 1 : 1);
  g_assert_true (g_file_set_attributes_from_info (object, info, 0, NULL, NULL));
}

static void
test_cache (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *good = g_build_filename (folder, "libgenlmgood.so", NULL);
  g_autofree char *crash = g_build_filename (folder, "libgenlmcrash.so", NULL);
  g_autofree char *unresolved = g_build_filename (folder, "libgenlmunresolved.so", NULL);
  g_autofree char *cache = g_build_filename (folder, "below", "registry.gvariant", NULL);
  g_autofree char *below = g_build_filename (folder, "below", NULL);
  char *scanner;

  copy_module ("good", "libgenlmgood.so", good);
  copy_module ("bad", "libgenlmcrash.so", crash);
  copy_module ("bad", "libgenlmunresolved.so", unresolved);
  {
    g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);

    assert_failed (registry, "crash", GENLM_PLUGIN_ERROR_CRASHED, "*");
    assert_failed (registry, "unresolved", GENLM_PLUGIN_ERROR_UNRESOLVED, "*");
    g_assert_true (g_file_test (cache, G_FILE_TEST_EXISTS));
  }

  scanner = break_scanner ();
  {
    /* From the cache alone, failures with their reason; what may be cured from
     * outside is tried again. */
    g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);
    g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, "test-thing", NULL);

    g_assert_nonnull (factory);
    g_assert_cmpstr (genlm_element_factory_get_description (factory), ==, "Keeps a value of every kind");
    assert_failed (registry, "crash", GENLM_PLUGIN_ERROR_CRASHED, "*about to fall*");
    assert_failed (registry, "unresolved", GENLM_PLUGIN_ERROR_NO_SCANNER, "*/nonexistent/scanner*GENLM_PLUGIN_SCANNER*");
  }
  change_file (crash);
  {
    /* A change of the file, however small, makes it worth another look. */
    g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);

    assert_failed (registry, "crash", GENLM_PLUGIN_ERROR_NO_SCANNER, "*");
  }
  repair_scanner (scanner);
  {
    /* That the scanner was missing is not remembered. */
    g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);

    assert_failed (registry, "crash", GENLM_PLUGIN_ERROR_CRASHED, "*");
  }
  g_assert_cmpint (g_remove (good), ==, 0);
  {
    g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);

    g_assert_null (genlm_registry_find_plugin (registry, "good"));
  }
  remove_folder (below);
  remove_folder (folder);
}

static void
test_damaged_cache (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *good = g_build_filename (folder, "libgenlmgood.so", NULL);
  g_autofree char *cache = g_build_filename (folder, "registry.gvariant", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *again = NULL;
  gsize length = 0, length_again = 0;

  copy_module ("good", "libgenlmgood.so", good);
  for (guint damage = 0; damage < 6; damage++)
    {
      g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);
      g_autoptr (GenlmElementFactory) factory = NULL;

      switch (damage)
        {
        case 1:
          g_assert_true (g_file_set_contents (cache, contents, length / 2, NULL));
          break;
        case 2:
          g_assert_true (g_file_set_contents (cache, "", 0, NULL));
          break;
        case 3:
          g_assert_true (g_file_set_contents (cache, "rubbish that is no variant at all", -1, NULL));
          break;
        case 4:
          contents[length / 2] ^= 0x55;
          contents[length - 1] ^= 0x55;
          g_assert_true (g_file_set_contents (cache, contents, length, NULL));
          break;
        case 5:
          g_assert_cmpint (g_remove (cache), ==, 0);
          break;
        default:
          break;
        }
      factory = genlm_registry_find_factory (registry, "test-thing", NULL);
      g_assert_nonnull (factory);
      g_assert_cmpstr (genlm_element_factory_get_type_name (factory), ==, "TestThing");

      /* It is whole again. */
      g_clear_pointer (&again, g_free);
      g_assert_true (g_file_get_contents (cache, &again, &length_again, NULL));
      if (damage == 0)
        {
          contents = g_memdup2 (again, length_again);
          length = length_again;
        }
      g_assert_cmpuint (length_again, ==, length);
    }
  remove_folder (folder);
}

static void
test_unwritable_cache (void)
{
  g_autofree char *folder = modules ("good");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, "/dev/null/registry");
  g_autoptr (GenlmElementFactory) factory = genlm_registry_find_factory (registry, "test-thing", NULL);

  g_assert_nonnull (factory);
}

static void
test_dependency (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *second = g_build_filename (folder, "libgenlmsecond.so", NULL);
  g_autofree char *cache = g_build_filename (folder, "registry.gvariant", NULL);
  g_autofree char *file = g_build_filename (folder, "moon", NULL);

  copy_module ("good", "libgenlmsecond.so", second);
  g_setenv ("TEST_DEPENDENCY", file, TRUE);
  for (guint exists = 0; exists <= 1; exists++)
    {
      g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);
      g_autoptr (GenlmElementFactory) factory = NULL;
      g_autoptr (GenlmPlugin) plugin = NULL;

      if (exists)
        g_assert_true (g_file_set_contents (file, "here", -1, NULL));
      factory = genlm_registry_find_factory (registry, "test-dependent", NULL);
      g_assert_true ((factory != NULL) == exists);
      plugin = genlm_registry_find_plugin (registry, "second");
      g_assert_cmpstr (genlm_plugin_get_dependencies (plugin)[0], ==, file);
    }
  g_unsetenv ("TEST_DEPENDENCY");
  remove_folder (folder);
}

static void
test_rescan (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *plugin_file = g_build_filename (folder, "libgenlmexit.so", NULL);
  g_autofree char *cache = g_build_filename (folder, "registry.gvariant", NULL);
  g_autoptr (GenlmRegistry) registry = registry_for (folder, cache);
  char *scanner;

  copy_module ("bad", "libgenlmexit.so", plugin_file);
  assert_failed (registry, "exit", GENLM_PLUGIN_ERROR_CRASHED, "*");
  scanner = break_scanner ();
  genlm_registry_rescan (registry);
  assert_failed (registry, "exit", GENLM_PLUGIN_ERROR_NO_SCANNER, "*");
  repair_scanner (scanner);
  genlm_registry_rescan (registry);
  assert_failed (registry, "exit", GENLM_PLUGIN_ERROR_CRASHED, "*");
  remove_folder (folder);
}

static void
test_changed_after_scan (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "libgenlmsecond.so", NULL);
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GError) error = NULL;

  copy_module ("good", "libgenlmsecond.so", file);
  factory = genlm_registry_find_factory (registry, "test-ranked", NULL);
  change_file (file);
  g_assert_null (genlm_element_factory_make (factory, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_CHANGED);
  g_clear_object (&factory);
  g_clear_error (&error);

  genlm_registry_rescan (registry);
  factory = genlm_registry_find_factory (registry, "test-ranked", NULL);
  g_assert_cmpuint (genlm_element_factory_load_type (factory, &error), !=, G_TYPE_INVALID);
  g_assert_no_error (error);
  remove_folder (folder);
}

static void
test_wrong_scanner (void)
{
  g_autofree char *folder = modules ("good");
  char *scanner = break_scanner ();

  g_setenv ("GENLM_PLUGIN_SCANNER", "/bin/true", TRUE);
  {
    g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);

    assert_failed (registry, "good", GENLM_PLUGIN_ERROR_INVALID_OUTPUT, "*/bin/true*no readable report*");
  }
  repair_scanner (scanner);
}

static void
test_not_found (void)
{
  g_autofree char *folder = modules ("bad");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  g_autoptr (GenlmElementFactory) factory = NULL;
  g_autoptr (GError) error = NULL;

  factory = genlm_registry_find_factory (registry, "prodcut", &error);
  g_assert_null (factory);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "\"prodcut\""));
  g_assert_nonnull (strstr (error->message, "did you mean \"product\"?"));
  g_assert_nonnull (strstr (error->message, folder));
  g_assert_nonnull (strstr (error->message, "interface 999"));
  g_assert_nonnull (strstr (error->message, "genlm inspect --failed"));
  g_clear_error (&error);

  factory = genlm_registry_find_factory (registry, "", &error);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  factory = genlm_registry_find_factory (registry, "\xff\xfe", &error);
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static gpointer
find_in_thread (gpointer registry)
{
  return genlm_registry_find_factory (registry, "test-wrapper", NULL);
}

static void
test_threads (void)
{
  g_autofree char *folder = modules ("good");
  g_autoptr (GenlmRegistry) registry = registry_for (folder, NULL);
  GThread *threads[4];
  GenlmElementFactory *factories[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("find", find_in_thread, registry);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    factories[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_assert_nonnull (factories[i]);
      g_assert_true (factories[i] == factories[0]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_object_unref (factories[i]);
}

static void
test_plugin_of_ones_own (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_BUILT, "modules", "good", "libgenlmgood.so", NULL);
  g_autoptr (GenlmPlugin) plugin = genlm_plugin_new_for_file (file);
  g_autoptr (GenlmPlugin) missing = genlm_plugin_new_for_file ("/nonexistent/libgenlmx.so");
  g_autoptr (GenlmPlugin) misnamed = genlm_plugin_new_for_file ("/nonexistent/x.so");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (genlm_plugin_get_name (plugin), ==, "good");
  g_assert_true (genlm_plugin_load (plugin, &error));
  g_assert_no_error (error);
  g_assert_true (genlm_plugin_load (plugin, &error));
  g_assert_cmpstr (genlm_plugin_get_version (plugin), ==, "1.2.3");

  g_assert_false (genlm_plugin_load (missing, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_MISSING);
  g_clear_error (&error);
  g_assert_false (genlm_plugin_load (misnamed, &error));
  g_assert_error (error, GENLM_PLUGIN_ERROR, GENLM_PLUGIN_ERROR_NAME_MISMATCH);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/registry/core", test_core);
  g_test_add_func ("/registry/good", test_good);
  g_test_add_func ("/registry/rank", test_rank);
  g_test_add_func ("/registry/bad", test_bad);
  g_test_add_func ("/registry/hang", test_hang);
  g_test_add_func ("/registry/wrong-files", test_wrong_files);
  g_test_add_func ("/registry/subfolder-and-shadowing", test_subfolder_and_shadowing);
  g_test_add_func ("/registry/cache", test_cache);
  g_test_add_func ("/registry/damaged-cache", test_damaged_cache);
  g_test_add_func ("/registry/unwritable-cache", test_unwritable_cache);
  g_test_add_func ("/registry/dependency", test_dependency);
  g_test_add_func ("/registry/rescan", test_rescan);
  g_test_add_func ("/registry/changed-after-scan", test_changed_after_scan);
  g_test_add_func ("/registry/wrong-scanner", test_wrong_scanner);
  g_test_add_func ("/registry/not-found", test_not_found);
  g_test_add_func ("/registry/threads", test_threads);
  g_test_add_func ("/registry/plugin-of-ones-own", test_plugin_of_ones_own);

  return g_test_run ();
}
