/* Draws from a language model the texts that a regular expression allows. */
#include <genlm.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPotential) model = NULL;
  g_autoptr (GenlmPotential) pattern = NULL;
  g_autoptr (GenlmAwrs) sampler = NULL;
  g_autoptr (GenlmSmc) smc = NULL;
  g_autoptr (GenlmSequences) sequences = NULL;
  GVariantIter iter;
  const char *text;
  double probability;

  if ((model = genlm_element_make_with ("ngram", &error, "prompt", "The capital of", NULL)) == NULL ||
      (pattern = genlm_element_make_with ("regex", &error, "pattern", " [A-Z][a-z]+ is [A-Z][a-z]+\\.", NULL)) == NULL ||
      (sampler = genlm_awrs_new (model, pattern, &error)) == NULL ||
      (smc = genlm_element_make_with ("smc", &error, "sampler", sampler, "particles", 16, "max-tokens", 12,
                                      "seed", G_GUINT64_CONSTANT (7), NULL)) == NULL ||
      (sequences = genlm_smc_run_sync (smc, NULL, &error)) == NULL)
    g_error ("%s", error->message);

  g_variant_iter_init (&iter, genlm_sequences_get_posterior (sequences));
  while (g_variant_iter_next (&iter, "(&sd)", &text, &probability))
    g_print ("%.3f %s\n", probability, text);
  g_print ("log evidence %.3f, ESS %.1f\n", genlm_sequences_get_log_evidence (sequences), genlm_sequences_get_ess (sequences));
  return 0;
}
