/* Registers nothing and says nothing. */
#include <genlm.h>

static void
plugin_init (GenlmPlugin *plugin)
{
}

GENLM_PLUGIN_DEFINE (noelements, "Offers nothing", plugin_init, "1", "MIT", "the tests")
