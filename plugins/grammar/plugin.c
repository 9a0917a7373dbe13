#include <genlm.h>

GENLM_ELEMENT_REGISTER_DECLARE (cfg)
GENLM_ELEMENT_REGISTER_DECLARE (wcfg)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (cfg, plugin);
  GENLM_ELEMENT_REGISTER (wcfg, plugin);
}

GENLM_PLUGIN_DEFINE (grammar, "Constraints that are context-free grammars", plugin_init,
                     GENLM_VERSION_S, "LGPL-2.1-or-later", "genlm-glib")
