/* A plugin that talks, that could offer more, and whose offer depends on a
 * file. */
#include <genlm.h>
#include <stdio.h>

#define TEST_TYPE_SECOND (test_second_get_type ())
G_DECLARE_FINAL_TYPE (TestSecond, test_second, TEST, SECOND, GObject)

struct _TestSecond
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TestSecond, test_second, G_TYPE_OBJECT)

static void
test_second_class_init (TestSecondClass *klass)
{
}

static void
test_second_init (TestSecond *self)
{
}

static void
plugin_init (GenlmPlugin *plugin)
{
  const char *file = g_getenv ("TEST_DEPENDENCY");

  /* Not in the test itself, whose output is a report of another kind. */
  if (g_getenv ("GENLM_SCANNING") != NULL)
    {
      puts ("this is not a report");
      fflush (stdout);
    }
  genlm_plugin_register_element (plugin, "test-ranked", GENLM_RANK_PRIMARY, TEST_TYPE_SECOND);
  genlm_plugin_register_element (plugin, "Test Spelling", GENLM_RANK_PRIMARY, TEST_TYPE_SECOND);
  genlm_plugin_register_element (plugin, "test-ranked", GENLM_RANK_PRIMARY, TEST_TYPE_SECOND);
  genlm_plugin_register_element (plugin, "test-abstract", GENLM_RANK_PRIMARY, GENLM_TYPE_POTENTIAL);
  genlm_plugin_add_status_error (plugin, "test-missing needs a moon");
  if (file == NULL)
    return;
  genlm_plugin_add_dependency (plugin, file);
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    genlm_plugin_register_element (plugin, "test-dependent", GENLM_RANK_PRIMARY, TEST_TYPE_SECOND);
}

GENLM_PLUGIN_DEFINE (second, "More elements for tests", plugin_init, "0.1", "MIT", "the tests")
