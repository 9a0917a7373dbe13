#include <genlm.h>

GENLM_ELEMENT_REGISTER_DECLARE (json_schema)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (json_schema, plugin);
}

GENLM_PLUGIN_DEFINE (json, "Constraints on JSON texts", plugin_init, GENLM_VERSION_S,
                     "LGPL-2.1-or-later", "genlm-glib")
