/* What the benchmarks ask worker processes. */
#include <genlm.h>

GENLM_ELEMENT_REGISTER_DECLARE (bench_work)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (bench_work, plugin);
}

GENLM_PLUGIN_DEFINE (benchwork, "Elements for benchmarks", plugin_init, GENLM_VERSION_S, "LGPL-2.1-or-later",
                     "genlm-glib")
