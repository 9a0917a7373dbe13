/* A pipeline from its description: a model, a constraint, a sampler, a run. */
#include <genlm.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline =
    genlm_pipeline_parse ("ngram prompt='The capital of France is' name=lm  regex pattern=' [A-Z][a-z]+\\.' name=re"
                          "  awrs potential=lm. condition=re. ! smc particles=8 max-tokens=20 seed=7", &error);
  g_autoptr (GenlmSequences) sequences =
    pipeline != NULL ? genlm_smc_run_sync (genlm_pipeline_get_last (pipeline), NULL, &error) : NULL;
  g_autofree char *posterior =
    sequences != NULL ? g_variant_print (genlm_sequences_get_posterior (sequences), FALSE) : NULL;

  g_print ("%s\n", posterior != NULL ? posterior : error->message);
  return posterior != NULL ? 0 : 1;
}
