/* Plugin "llama": language models through libllama. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-config.h"
#include "genlm-llama-model-private.h"

GENLM_ELEMENT_REGISTER_DECLARE (llama)

static void
plugin_init (GenlmPlugin *plugin)
{
  g_autoptr (GError) error = NULL;

  if (genlm_llama_check_version (GENLM_LLAMA_VERSION, llama_version (), &error))
    GENLM_ELEMENT_REGISTER (llama, plugin);
  else
    genlm_plugin_add_status_error (plugin, error->message);
}

GENLM_PLUGIN_DEFINE (llama,
                     "Language models in GGUF files, computed by libllama",
                     plugin_init,
                     GENLM_LLAMA_PLUGIN_VERSION,
                     "LGPL-2.1-or-later",
                     "genlm-glib")
