/* Carries another interface number; the rest must not be read. */
#include <genlm.h>

#undef GENLM_PLUGIN_ABI
#define GENLM_PLUGIN_ABI (999)

GENLM_PLUGIN_DEFINE (abi, GSIZE_TO_POINTER (1), (GenlmPluginInitFunc) 1, GSIZE_TO_POINTER (1), "MIT", "the tests")
