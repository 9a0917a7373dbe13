/* test-smc.c: runs of SMC against numbers known beforehand */

#include "test-table.h"

#include <math.h>

#define LN2 0.6931471805599453

static GenlmPotential *
make_set (const char *characters,
          const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Pairs of a string and a double. */
static GenlmPotential *
make_set (const char *characters,
          const char *first, ...)
{
  const char *strings[16];
  double weights[16];
  gsize n = 0;
  va_list args;

  va_start (args, first);
  for (const char *s = first; s != NULL; s = va_arg (args, const char *))
    {
      strings[n] = s;
      weights[n++] = va_arg (args, double);
    }
  va_end (args);
  return test_weighted_set_new (characters, strings, weights, n);
}

static GenlmSmc *
make_smc (GenlmPotential *target,
          GenlmPotential *critic,
          guint           particles,
          double          threshold,
          guint           max_tokens,
          guint64         seed)
{
  GError *error = NULL;
  GenlmDirect *direct = genlm_direct_new (target, NULL, &error);
  GenlmSmc *smc;

  g_assert_no_error (error);
  smc = genlm_smc_new (GENLM_SAMPLER (direct), critic, &error);
  g_assert_no_error (error);
  g_object_set (smc, "particles", particles, "ess-threshold", threshold,
                "max-tokens", max_tokens, "seed", seed, NULL);
  g_object_unref (direct);
  return smc;
}

static GenlmSequences *
run_sync (GenlmSmc *smc)
{
  GError *error = NULL;
  GenlmSequences *sequences = genlm_smc_run_sync (smc, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (sequences);
  return sequences;
}

#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

/* Golden 10.1. */
static void
test_no_critic (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "", 1.0, "a", 2.0, "ab", 3.0, NULL);

  for (guint max_tokens = 1; max_tokens <= 4; max_tokens++)
    {
      g_autoptr (GenlmSmc) smc = make_smc (target, NULL, 20, 0.0, max_tokens, 7);
      g_autoptr (GenlmSequences) sequences = run_sync (smc);

      for (guint i = 0; i < 20; i++)
        {
          GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);
          double weight = genlm_particle_get_log_weight (particle);
          const char *text = genlm_particle_get_text (particle);

          if (max_tokens >= 3)
            assert_close (weight, 1.791759469228055);
          else if (max_tokens == 2)
            assert_close (weight, *text == '\0' ? 1.791759469228055 : 0.8754687373538999);
          else
            assert_close (weight, 0.0);
          g_assert_true (genlm_particle_get_ended (particle));
        }
      if (max_tokens >= 3)
        assert_close (genlm_sequences_get_log_evidence (sequences), 1.791759469228055);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/smc/no-critic", test_no_critic);

  return g_test_run ();
}
