/* A seed means the same bits, whatever wraps the potentials: nothing,
 * autobatch, or any number of worker processes. */

#include <genlm.h>

#include <string.h>

typedef struct
{
  const char *name;
  const char *description;      /* %s stands for what wraps, %M for the real model */
  gboolean    needs_model;
} Run;

#define NGRAM "ngram prompt=\"The capital of France is\""
#define REGEX "regex pattern=\" [A-Z][a-z]+(, [A-Z][a-z]+)*\\.\""
#define SMC "smc particles=24 max-tokens=12 ess-threshold=0.9 seed="

static const Run runs[] = {
  { "awrs", NGRAM " %s name=lm " REGEX " %s name=re awrs potential=lm. condition=re. ! " SMC, FALSE },
  { "awrs-of-masks", NGRAM " %s name=lm " REGEX " %s name=re awrs potential=lm. condition=re. mask-after=0 ! " SMC, FALSE },
  { "awrs-of-bytes", NGRAM " unit=bytes %s name=lm " REGEX " %s name=re awrs potential=lm. condition=re. ! " SMC, FALSE },
  { "direct-of-product", NGRAM " unit=bytes ! product name=p " REGEX " ! p. p. %s ! direct ! " SMC, FALSE },
  { "product-of-wrapped", NGRAM " unit=bytes %s ! product name=p " REGEX " %s ! p. p. ! direct ! " SMC, FALSE },
  { "critic", NGRAM " unit=bytes %s name=lm " REGEX " %s name=re direct potential=lm. name=s smc sampler=s. critic=re. "
              "particles=24 max-tokens=6 seed=", FALSE },
  { "llama", "llama model=\"%M\" prompt=\"The capital of France is\" threads=1 %s name=lm " REGEX " %s name=re "
             "awrs potential=lm. condition=re. ! smc particles=8 max-tokens=6 seed=", TRUE },
};

static const char *const wrappings[] = {
  "! autobatch",
  "! multiprocess workers=1",
  "! multiprocess workers=2",
  "! multiprocess workers=5",
  "! multiprocess workers=2 ! autobatch",
};

static const guint seeds[] = { 1, 7 };

static char *
dup_description (const char *description,
                 const char *wrapping,
                 guint       seed)
{
  g_autoptr (GString) full = g_string_new (description);

  g_string_replace (full, "%s", wrapping, 0);
  g_string_replace (full, "%M", g_getenv ("GENLM_TEST_MODEL") != NULL ? g_getenv ("GENLM_TEST_MODEL") : "", 0);
  g_string_append_printf (full, "%u", seed);
  return g_string_free (g_steal_pointer (&full), FALSE);
}

static void
take_result (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GenlmSequences *
run_async (GenlmSmc *smc)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GenlmSequences *sequences;

  genlm_smc_run (smc, NULL, take_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  sequences = genlm_smc_run_finish (smc, result, &error);
  g_assert_no_error (error);
  return sequences;
}

static GenlmSequences *
run_sync (GenlmSmc *smc)
{
  g_autoptr (GError) error = NULL;
  GenlmSequences *sequences = genlm_smc_run_sync (smc, NULL, &error);

  g_assert_no_error (error);
  return sequences;
}

static void
assert_same_double (double a,
                    double b)
{
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
}

static void
assert_same (GenlmSequences *a,
             GenlmSequences *b)
{
  g_assert_cmpuint (genlm_sequences_get_size (a), ==, genlm_sequences_get_size (b));
  for (guint i = 0; i < genlm_sequences_get_size (a); i++)
    {
      GenlmParticle *x = genlm_sequences_get_particle (a, i);
      GenlmParticle *y = genlm_sequences_get_particle (b, i);

      g_assert_true (genlm_context_equal (genlm_particle_get_context (x), genlm_particle_get_context (y)));
      g_assert_cmpint (genlm_particle_get_finish (x), ==, genlm_particle_get_finish (y));
      assert_same_double (genlm_particle_get_log_weight (x), genlm_particle_get_log_weight (y));
    }
  assert_same_double (genlm_sequences_get_log_evidence (a), genlm_sequences_get_log_evidence (b));
  assert_same_double (genlm_sequences_get_ess (a), genlm_sequences_get_ess (b));
}

static GenlmPipeline *
make (const Run  *run,
      const char *wrapping,
      guint       seed)
{
  g_autofree char *description = dup_description (run->description, wrapping, seed);
  g_autoptr (GError) error = NULL;
  GenlmPipeline *pipeline = genlm_pipeline_parse (description, &error);

  g_assert_no_error (error);
  return pipeline;
}

static void
test_run (gconstpointer data)
{
  const Run *run = data;

  if (run->needs_model && (g_getenv ("GENLM_TEST_MODEL") == NULL ||
                           !g_file_test (g_getenv ("GENLM_TEST_MODEL"), G_FILE_TEST_EXISTS)))
    {
      g_test_skip ("GENLM_TEST_MODEL names no model");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      g_autoptr (GenlmPipeline) plain = make (run, "", seeds[i]);
      g_autoptr (GenlmSequences) want = run_sync (genlm_pipeline_get_last (plain));

      /* Something must have been written for this to mean something. */
      g_assert_cmpuint (genlm_sequences_get_n_tokens (want), >, genlm_sequences_get_size (want));
      for (guint j = 0; j < G_N_ELEMENTS (wrappings); j++)
        {
          g_autoptr (GenlmPipeline) wrapped = make (run, wrappings[j], seeds[i]);
          g_autoptr (GenlmSequences) sync = run_sync (genlm_pipeline_get_last (wrapped));
          g_autoptr (GenlmSequences) async = run_async (genlm_pipeline_get_last (wrapped));

          g_test_message ("seed %u, %s", seeds[i], wrappings[j]);
          assert_same (want, sync);
          assert_same (want, async);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *path = g_strconcat ("/seeds/", runs[i].name, NULL);

      g_test_add_data_func (path, &runs[i], test_run);
    }
  return g_test_run ();
}
