/* Stands above all rooms of the library: the one place that knows the types
 * of its own elements. The registry, far below, only knows that there is such
 * a place, so that no room has to know one above it, and nothing needs to run
 * before main (). */
#include "genlm-init.h"

#include "genlm-autobatch.h"
#include "genlm-awrs.h"
#include "genlm-coerced.h"
#include "genlm-direct.h"
#include "genlm-multiprocess.h"
#include "genlm-product.h"
#include "genlm-registry-private.h"
#include "genlm-smc.h"

/* A line for each element that is part of the library. */
void
genlm_core_plugin_init (GenlmPlugin *plugin)
{
  genlm_plugin_register_element (plugin, "autobatch", GENLM_RANK_PRIMARY, GENLM_TYPE_AUTOBATCH);
  genlm_plugin_register_element (plugin, "awrs", GENLM_RANK_PRIMARY, GENLM_TYPE_AWRS);
  genlm_plugin_register_element (plugin, "coerced", GENLM_RANK_PRIMARY, GENLM_TYPE_COERCED);
  genlm_plugin_register_element (plugin, "direct", GENLM_RANK_PRIMARY, GENLM_TYPE_DIRECT);
  genlm_plugin_register_element (plugin, "multiprocess", GENLM_RANK_PRIMARY, GENLM_TYPE_MULTIPROCESS);
  genlm_plugin_register_element (plugin, "product", GENLM_RANK_PRIMARY, GENLM_TYPE_PRODUCT);
  genlm_plugin_register_element (plugin, "smc", GENLM_RANK_PRIMARY, GENLM_TYPE_SMC);
}

/**
 * genlm_init:
 *
 * Makes the elements known: finds the plugins, looks at those that changed,
 * and registers the library's own.
 *
 * Need not be called: whatever looks for an element does this first. It is
 * for programs that want the time it takes to be spent at their start. Calling
 * it again does nothing.
 *
 * Since: 0.1
 */
void
genlm_init (void)
{
  g_autoptr (GListModel) plugins = genlm_registry_get_plugins (genlm_registry_get_default ());
}
