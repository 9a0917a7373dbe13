#include <genlm.h>

GENLM_ELEMENT_REGISTER_DECLARE (ngram)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (ngram, plugin);
}

GENLM_PLUGIN_DEFINE (ngram, "A small language model that needs no download", plugin_init,
                     GENLM_VERSION_S, "LGPL-2.1-or-later", "genlm-glib")
