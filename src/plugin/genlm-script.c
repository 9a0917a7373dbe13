/* Elements that are written in scripts: which language a recipe needs, and which
 * program runs it. */

#define G_LOG_DOMAIN "Genlm-Plugin"

#include "genlm-script-private.h"

#include "genlm-config.h"

const char *
genlm_script_find_language (GVariant *recipe)
{
  return NULL;
}

char **
genlm_script_dup_worker_argv (const char  *language,
                              GError     **error)
{
  const char *program = g_getenv ("GENLM_WORKER");
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  g_strv_builder_add (argv, program != NULL ? program : GENLM_BIN_DIR "/genlm");
  g_strv_builder_add (argv, "worker");
  return g_strv_builder_end (argv);
}
