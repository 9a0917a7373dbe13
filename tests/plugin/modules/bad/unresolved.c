/* Needs a function that is nowhere. */
#include <genlm.h>

void test_function_that_is_nowhere (GenlmPlugin *plugin);

GENLM_PLUGIN_DEFINE (unresolved, "Lacks something", test_function_that_is_nowhere, "1", "MIT", "the tests")
