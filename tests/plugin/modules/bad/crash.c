/* Crashes when it is loaded, after it said something. */
#include <genlm.h>
#include <signal.h>

static void
plugin_init (GenlmPlugin *plugin)
{
  g_printerr ("about to fall\n");
  raise (SIGKILL);
}

GENLM_PLUGIN_DEFINE (crash, "Crashes", plugin_init, "1", "MIT", "the tests")
