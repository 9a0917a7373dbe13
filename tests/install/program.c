/* What a program outside of this tree sees: one header, one library. */

#include <genlm.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmPipeline) pipeline =
    genlm_pipeline_parse ("ngram prompt=\"The capital of France is\" ! direct ! smc particles=2 max-tokens=5 seed=1",
                          &error);
  g_autoptr (GenlmSequences) sequences = NULL;

  g_assert_no_error (error);
  sequences = genlm_smc_run_sync (genlm_pipeline_get_last (pipeline), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_sequences_get_size (sequences), ==, 2);
  return 0;
}
