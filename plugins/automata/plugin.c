#include <genlm.h>

GENLM_ELEMENT_REGISTER_DECLARE (regex)
GENLM_ELEMENT_REGISTER_DECLARE (wfsa)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (regex, plugin);
  GENLM_ELEMENT_REGISTER (wfsa, plugin);
}

GENLM_PLUGIN_DEFINE (automata, "Constraints that are automata over bytes", plugin_init,
                     GENLM_VERSION_S, "LGPL-2.1-or-later", "genlm-glib")
