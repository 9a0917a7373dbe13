/* A plugin as it should be. */
#include <genlm.h>

#include "test-thing.h"

GENLM_ELEMENT_REGISTER_DECLARE (test_listener)
GENLM_ELEMENT_REGISTER_DECLARE (test_model)
GENLM_ELEMENT_REGISTER_DECLARE (test_teller)
GENLM_ELEMENT_REGISTER_DECLARE (test_thing)
GENLM_ELEMENT_REGISTER_DECLARE (test_wrapper)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (test_listener, plugin);
  GENLM_ELEMENT_REGISTER (test_model, plugin);
  GENLM_ELEMENT_REGISTER (test_teller, plugin);
  GENLM_ELEMENT_REGISTER (test_thing, plugin);
  GENLM_ELEMENT_REGISTER (test_wrapper, plugin);
  genlm_plugin_register_element (plugin, "test-ranked", GENLM_RANK_SECONDARY, TEST_TYPE_THING);
}

GENLM_PLUGIN_DEFINE (good, "Elements for tests", plugin_init, "1.2.3", "MIT", "the tests")
