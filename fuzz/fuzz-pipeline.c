/* Any text is either a pipeline of the library's own elements or an error that
 * can be shown. */
#include "fuzz.h"

#include "genlm.h"

#include <string.h>

static const char *const seeds[] = {
  "product name=p first=a. second=b.",
  "autobatch name=a potential=b. autobatch name=b potential=a. max-batch-size=4 ! direct ! smc",
  "coerced potential=x. ! awrs name=s condition='y.' ! smc particles=8 max-tokens=\"40\" seed=7 s. ! smc",
  "coerced potential=x. name=y ! multiprocess workers=2 name=x y. ! product name=p second=x. p. ! multiprocess",
  "multiprocess recipe=\"('autobatch', {'potential': <('multiprocess', {'recipe': <<('a', @a{sv} {})>>})>})\"",
  "smc name=last ess-threshold=0.5 resampling-method=residual\n\t! direct temperature=\"1\\\"\\\\\\.\"",
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index], strlen (seeds[index])) : NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strdup_printf ("%.*s", (int) size, (const char *) data);
  g_autoptr (GenlmPipeline) pipeline = NULL;
  g_autoptr (GError) error = NULL;

  /* Nothing of this machine's; read once, by the first input. */
  g_setenv ("GENLM_PLUGIN_PATH", "", TRUE);
  g_setenv ("GENLM_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_setenv ("GENLM_REGISTRY", "/dev/null/none", TRUE);
  /* No worker process is started. */
  g_setenv ("GENLM_WORKER", "/dev/null/none", TRUE);

  pipeline = genlm_pipeline_parse (text, &error);
  g_assert ((pipeline == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert (g_utf8_validate (error->message, -1, NULL));
      g_assert (g_ascii_isdigit (error->message[0]));
    }
  return 0;
}
