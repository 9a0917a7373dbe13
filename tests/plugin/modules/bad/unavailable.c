/* Registers nothing and says why. */
#include <genlm.h>

static void
plugin_init (GenlmPlugin *plugin)
{
  genlm_plugin_add_status_error (plugin, "there is no moon; build one");
}

GENLM_PLUGIN_DEFINE (unavailable, "Offers nothing today", plugin_init, "1", "MIT", "the tests")
