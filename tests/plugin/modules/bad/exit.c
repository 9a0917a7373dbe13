/* Ends the process that loads it. */
#include <genlm.h>
#include <stdlib.h>

static void
plugin_init (GenlmPlugin *plugin)
{
  exit (3);
}

GENLM_PLUGIN_DEFINE (exit, "Exits", plugin_init, "1", "MIT", "the tests")
