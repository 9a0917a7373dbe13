/* Never finishes loading. */
#include <genlm.h>
#include <unistd.h>

static void
plugin_init (GenlmPlugin *plugin)
{
  for (;;)
    pause ();
}

GENLM_PLUGIN_DEFINE (hang, "Hangs", plugin_init, "1", "MIT", "the tests")
