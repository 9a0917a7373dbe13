/* test-smc.c: runs of SMC against numbers known beforehand */

#include "test-held.h"
#include "test-sampling.h"
#include "test-table.h"

#include <math.h>
#include <string.h>

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

/* Particles that drew the same stand on one node, so that what potentials keep
 * there is found by all. */
static void
test_shared_contexts (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "aa", 1.0, "ab", 2.0, "b", 3.0, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (target, NULL, 20, 0.0, 4, 7);
  g_autoptr (GenlmSequences) sequences = run_sync (smc);

  for (guint i = 1; i < 20; i++)
    for (guint j = 0; j < i; j++)
      {
        GenlmContext *x = genlm_particle_get_context (genlm_sequences_get_particle (sequences, i));
        GenlmContext *y = genlm_particle_get_context (genlm_sequences_get_particle (sequences, j));

        g_assert_true (x == y || !genlm_context_equal (x, y));
      }
}

/* Golden 10.2: the critic, whichever the threshold and the method. */
static void
test_critic_exact (void)
{
  g_autoptr (GenlmPotential) target = make_set ("01", "0", 3.0, "00", 2.0, "1", 1.0, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("01", "0", 1.0, "00", 2.0, "1", 3.0, NULL);
  static const struct
  {
    double threshold;
    guint  max_tokens;
    double z;
  } rows[] = {
    { 0.0, 3, 10.0 }, { 0.5, 3, 10.0 }, { 1.0, 5, 10.0 },
    { 0.0, 2, 6.0 }, { 0.9, 2, 6.0 },
    { 0.5, 1, 0.0 }, { 0.0, 1, 0.0 },
  };
  guint n_runs = 400;

  /* The mean of 400 runs must lie within six of its standard errors, as they are
   * measured: a false alarm has probability below 1e-8 for each of the cases. */
  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    for (int method = GENLM_RESAMPLING_SYSTEMATIC; method <= GENLM_RESAMPLING_MULTINOMIAL; method++)
      {
        double mean = 0.0;
        double square = 0.0;

        for (guint run = 1; run <= n_runs; run++)
          {
            g_autoptr (GenlmSmc) smc = make_smc (target, critic, 8, rows[r].threshold,
                                                 rows[r].max_tokens, run);
            g_autoptr (GenlmSequences) sequences = NULL;

            g_object_set (smc, "resampling-method", method, NULL);
            sequences = run_sync (smc);
            mean += exp (genlm_sequences_get_log_evidence (sequences)) / n_runs;
            square += exp (2.0 * genlm_sequences_get_log_evidence (sequences)) / n_runs;
          }
        g_assert_cmpfloat_with_epsilon (mean, rows[r].z,
                                        1e-9 + 6.0 * sqrt (MAX (square - mean * mean, 0.0) / n_runs));
      }
}

/* With many particles the posterior is that of the exact weights: "00" .4, "0"
 * .3, "1" .3. The standard error is below 0.01; 0.06 is six of them. */
static void
test_posterior (void)
{
  g_autoptr (GenlmPotential) target = make_set ("01", "0", 3.0, "00", 2.0, "1", 1.0, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("01", "0", 1.0, "00", 2.0, "1", 3.0, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (target, critic, 4000, 0.5, 8, 3);
  g_autoptr (GenlmSequences) sequences = run_sync (smc);
  GVariant *posterior = genlm_sequences_get_posterior (sequences);
  GVariantIter iter;
  const char *text;
  double probability;
  guint n = 0;

  g_variant_iter_init (&iter, posterior);
  while (g_variant_iter_next (&iter, "(&sd)", &text, &probability))
    {
      g_assert_cmpfloat_with_epsilon (probability, g_str_equal (text, "00") ? 0.4 : 0.3, 0.06);
      n++;
    }
  g_assert_cmpuint (n, ==, 3);
}

/* -- a sampler that draws what it is told -- */

#define TEST_TYPE_SCRIPT (test_script_get_type ())
G_DECLARE_FINAL_TYPE (TestScript, test_script, TEST, SCRIPT, GObject)

struct _TestScript
{
  GObject         parent_instance;

  GenlmPotential *target;
  const char     *lines[4];       /* of each step: a token for each particle, '$' is EOS */
  double          weights[4][8];  /* log weights of each step and particle */
  guint           step;
  gboolean        silent;
};

static GenlmPotential *
test_script_get_target (GenlmSampler *sampler)
{
  return TEST_SCRIPT (sampler)->target;
}

static void
test_script_draw_now (GenlmSampler *sampler,
                      GenlmRequest *request)
{
  TestScript *self = TEST_SCRIPT (sampler);
  g_autoptr (GenlmDraws) draws = genlm_draws_new ();
  GenlmVocab *vocab = genlm_potential_get_vocab (self->target);

  if (self->silent)
    return;
  for (gsize i = 0; i < genlm_request_get_size (request); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (self->lines[self->step] + i, 1);
      guint32 token = genlm_vocab_get_eos (vocab);

      if (self->lines[self->step][i] != '$')
        g_assert_true (genlm_vocab_find (vocab, bytes, &token));
      genlm_draws_append (draws, token, self->weights[self->step][i]);
    }
  self->step++;
  genlm_request_return_draws (request, draws);
}

static void
test_script_sampler_init (GenlmSamplerInterface *iface)
{
  iface->get_target = test_script_get_target;
  iface->draw_now = test_script_draw_now;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestScript, test_script, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_SAMPLER, test_script_sampler_init))

static void
test_script_finalize (GObject *object)
{
  g_clear_object (&TEST_SCRIPT (object)->target);

  G_OBJECT_CLASS (test_script_parent_class)->finalize (object);
}

static void
test_script_class_init (TestScriptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_script_finalize;
}

static void
test_script_init (TestScript *self)
{
}

static TestScript *
make_script (GenlmPotential *target)
{
  TestScript *self = g_object_new (TEST_TYPE_SCRIPT, NULL);

  self->target = g_object_ref (target);
  return self;
}

static GenlmSmc *
make_scripted (TestScript     *script,
               GenlmPotential *critic,
               guint           particles,
               double          threshold)
{
  GError *error = NULL;
  GenlmSmc *smc = genlm_smc_new (GENLM_SAMPLER (script), critic, &error);

  g_assert_no_error (error);
  g_object_set (smc, "particles", particles, "ess-threshold", threshold, "max-tokens", 8,
                "seed", G_GUINT64_CONSTANT (5), NULL);
  return smc;
}

/* What the progress properties say after each step. */
typedef struct
{
  guint  n;
  double log_evidence[8];
  double ess[8];
} Record;

static void
on_step (GenlmSmc *smc,
         guint     step,
         gpointer  user_data)
{
  Record *record = user_data;

  g_assert_cmpuint (step, ==, record->n + 1);
  g_assert_cmpuint (genlm_smc_get_step (smc), ==, step);
  record->log_evidence[record->n] = genlm_smc_get_log_evidence (smc);
  record->ess[record->n] = genlm_smc_get_ess (smc);
  record->n++;
}

/* Golden 10.3: the twisted weight of one particle, step by step. */
static void
test_twist (void)
{
  g_autoptr (GenlmPotential) target = make_set ("abc", "ab", 2.0, "ac", 1.0, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("abc", "ab", 1.0, "ac", 4.0, NULL);
  static const double expected[2][3] = {
    { 2.70805020110221, 1.09861228866811, 1.09861228866811 },
    { 2.70805020110221, 2.48490664978800, 2.48490664978800 },
  };

  for (int path = 0; path < 2; path++)
    {
      g_autoptr (TestScript) script = make_script (target);
      g_autoptr (GenlmSmc) smc = make_scripted (script, critic, 1, 0.5);
      g_autoptr (GenlmSequences) sequences = NULL;
      Record record = { 0 };

      script->lines[0] = "a";
      script->lines[1] = path == 0 ? "b" : "c";
      script->lines[2] = "$";
      g_signal_connect (smc, "step", G_CALLBACK (on_step), &record);
      sequences = run_sync (smc);
      g_assert_cmpuint (record.n, ==, 3);
      for (int i = 0; i < 3; i++)
        assert_close (record.log_evidence[i], expected[path][i]);
      assert_close (genlm_sequences_get_log_evidence (sequences), expected[path][2]);
    }
}

/* Golden 10.4: resampling on twisted weights; both outcomes end alike. */
static void
test_twisted_resampling (void)
{
  g_autoptr (GenlmPotential) target = make_set ("abc", "ab", 2.0, "ac", 1.0, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("abc", "ab", 1.0, "ac", 4.0, NULL);
  guint n_both = 0;

  for (guint64 seed = 1; seed <= 40; seed++)
    {
      g_autoptr (TestScript) script = make_script (target);
      g_autoptr (GenlmSmc) smc = make_scripted (script, critic, 2, 0.9);
      g_autoptr (GenlmSequences) sequences = NULL;
      Record record = { 0 };
      GVariant *posterior;

      script->lines[0] = "aa";
      script->lines[1] = "bc";
      script->lines[2] = "$$";
      g_object_set (smc, "resampling-method", GENLM_RESAMPLING_SYSTEMATIC, "seed", seed, NULL);
      g_signal_connect (smc, "step", G_CALLBACK (on_step), &record);
      sequences = run_sync (smc);

      assert_close (record.ess[0], 2.0);
      assert_close (record.ess[1], 1.4705882352941178);
      g_assert_cmpuint (genlm_sequences_get_n_resamplings (sequences), ==, 1);
      for (guint i = 0; i < 2; i++)
        assert_close (genlm_particle_get_log_weight (genlm_sequences_get_particle (sequences, i)),
                      2.0149030205422647);
      assert_close (genlm_sequences_get_log_evidence (sequences), 2.0149030205422647);
      posterior = genlm_sequences_get_posterior (sequences);
      n_both += g_variant_n_children (posterior) == 2;
    }
  g_assert_cmpuint (n_both, >, 0);
  g_assert_cmpuint (n_both, <, 40);
}

/* Golden 10.5. */
static void
test_ess_rule (void)
{
  g_autoptr (GenlmPotential) target = make_set ("a", "", 1.0, NULL);
  static const struct
  {
    double weights[4];
    double threshold;
    double ess;
    guint  n_resamplings;
    double log_weight;
  } rows[] = {
    { { 1, 2, 3, 4 }, 0.9, 3.3333333333333335, 1, 0.9162907318741551 },
    { { 1, 2, 3, 4 }, 0.8, 3.3333333333333335, 0, 0.0 },
    { { 1, 1, 1, 1 }, 1.0, 4.0, 0, 0.0 },
    { { 1, 0, 0, 0 }, 0.25, 1.0, 0, 0.0 },
    { { 1, 0, 0, 0 }, 0.26, 1.0, 1, -1.3862943611198906 },
  };

  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autoptr (TestScript) script = make_script (target);
      g_autoptr (GenlmSmc) smc = make_scripted (script, NULL, 4, rows[r].threshold);
      g_autoptr (GenlmSequences) sequences = NULL;
      Record record = { 0 };

      script->lines[0] = "$$$$";
      for (int i = 0; i < 4; i++)
        script->weights[0][i] = log (rows[r].weights[i]);
      g_signal_connect (smc, "step", G_CALLBACK (on_step), &record);
      sequences = run_sync (smc);
      assert_close (record.ess[0], rows[r].ess);
      g_assert_cmpuint (genlm_sequences_get_n_resamplings (sequences), ==, rows[r].n_resamplings);
      assert_close (genlm_particle_get_log_weight (genlm_sequences_get_particle (sequences, 0)),
                    rows[r].log_weight);
    }
}

/* Equal weights are not resampled at threshold 1, whatever their number does to
 * the rounding. */
static void
test_equal_weights (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "ab", 1.0, NULL);

  for (guint n = 1; n <= 60; n++)
    {
      g_autoptr (GenlmSmc) smc = make_smc (target, NULL, n, 1.0, 4, 1);
      g_autoptr (GenlmSequences) sequences = run_sync (smc);

      g_assert_cmpuint (genlm_sequences_get_n_resamplings (sequences), ==, 0);
      g_assert_cmpfloat (genlm_sequences_get_ess (sequences), <=, n);
    }
}

/* Golden 10.6: half of the particles die, are counted and explained, and the
 * others go on. Survivors are binomial: over 100 runs of 16, the mean evidence
 * has a standard error of 0.00625 and six of them make 0.0375. */
static void
test_dead_end (void)
{
  g_autoptr (GenlmPotential) first = make_set ("abcxy", "ax", 0.5, "by", 0.5, NULL);
  g_autoptr (GenlmPotential) second = make_set ("abcxy", "ac", 0.5, "by", 0.5, NULL);
  g_autoptr (GenlmProduct) product = genlm_product_new (first, second, NULL);
  double mean = 0.0;

  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (first), "left");
  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (second), "right");
  for (guint run = 1; run <= 100; run++)
    {
      g_autoptr (GenlmSmc) smc = make_smc (GENLM_POTENTIAL (product), NULL, 16, 0.0, 8, run);
      g_autoptr (GenlmSequences) sequences = run_sync (smc);
      GVariant *posterior = genlm_sequences_get_posterior (sequences);
      guint n_dead = 0;

      for (guint i = 0; i < 16; i++)
        {
          GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);
          const char *cause = genlm_particle_get_cause (particle);

          if (genlm_particle_get_finish (particle) == GENLM_FINISH_DEAD)
            {
              n_dead++;
              g_assert_true (isinf (genlm_particle_get_log_weight (particle)));
              g_assert_nonnull (strstr (cause, "left"));
          g_assert_nonnull (strstr (cause, "right"));
              g_assert_nonnull (strstr (cause, "step 2"));
              g_assert_cmpuint (genlm_particle_get_step (particle), ==, 2);
              g_assert_cmpstr (genlm_particle_get_text (particle), ==, "a");
            }
          else
            {
              assert_close (genlm_particle_get_log_weight (particle), -LN2);
              g_assert_null (cause);
              g_assert_cmpuint (genlm_particle_get_step (particle), ==, 3);
            }
        }
      g_assert_cmpuint (genlm_sequences_get_n_deaths (sequences), ==, n_dead);
      g_assert_cmpuint (genlm_smc_get_n_dead (smc), ==, n_dead);
      g_assert_cmpuint (genlm_smc_get_n_live (smc), ==, 0);
      if (n_dead < 16)
        {
          const char *text;
          double probability;

          g_assert_cmpuint (g_variant_n_children (posterior), ==, 1);
          g_variant_get_child (posterior, 0, "(&sd)", &text, &probability);
          g_assert_cmpstr (text, ==, "by");
          assert_close (probability, 1.0);
        }
      mean += exp (genlm_sequences_get_log_evidence (sequences)) / 100.0;
    }
  g_assert_cmpfloat_with_epsilon (mean, 0.25, 0.0375);
}

/* Deaths that resampling covers up are still counted. */
static void
test_deaths_counted (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "aa", 1.0, NULL);
  g_autoptr (TestScript) script = make_script (target);
  g_autoptr (GenlmSmc) smc = make_scripted (script, NULL, 4, 1.0);
  g_autoptr (GenlmSequences) sequences = NULL;

  script->lines[0] = "aaaa";
  script->weights[0][1] = -INFINITY;
  script->weights[0][3] = -INFINITY;
  script->lines[1] = "$$$$";
  sequences = run_sync (smc);
  g_assert_cmpuint (genlm_sequences_get_n_deaths (sequences), ==, 2);
  g_assert_cmpuint (genlm_sequences_get_n_resamplings (sequences), ==, 1);
  for (guint i = 0; i < 4; i++)
    assert_close (genlm_particle_get_log_weight (genlm_sequences_get_particle (sequences, i)), -LN2);
}

/* The critic kills at a prefix and at the end, and says so. */
static void
test_critic_kills (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "a", 1.0, "b", 1.0, "aa", 2.0, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("ab", "aa", 1.0, NULL);
  g_autoptr (TestScript) script = make_script (target);
  g_autoptr (GenlmSmc) smc = make_scripted (script, critic, 3, 0.01);
  g_autoptr (GenlmSequences) sequences = NULL;
  GenlmParticle *at_prefix;
  GenlmParticle *at_end;

  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (critic), "judge");
  script->lines[0] = "aba";
  script->lines[1] = "a$";
  script->lines[2] = "$";
  sequences = run_sync (smc);
  at_prefix = genlm_sequences_get_particle (sequences, 1);
  at_end = genlm_sequences_get_particle (sequences, 2);
  g_assert_cmpint (genlm_particle_get_finish (genlm_sequences_get_particle (sequences, 0)), ==, GENLM_FINISH_COMPLETE);
  g_assert_cmpint (genlm_particle_get_finish (at_prefix), ==, GENLM_FINISH_DEAD);
  g_assert_nonnull (strstr (genlm_particle_get_cause (at_prefix), "judge"));
  g_assert_nonnull (strstr (genlm_particle_get_cause (at_prefix), "step 1"));
  g_assert_cmpint (genlm_particle_get_finish (at_end), ==, GENLM_FINISH_DEAD);
  g_assert_nonnull (strstr (genlm_particle_get_cause (at_end), "whole sequence"));
}

/* A critic over bytes meets tokens by coercion, also when the sampler changes. */
static void
test_bytes_critic (void)
{
  static const double p[] = { 0.4, 0.4, 0.2 };
  g_autoptr (GenlmPotential) model = test_steady_new ("ac", p);
  g_autoptr (GenlmPotential) other = test_steady_new ("ca", p);
  g_autoptr (GenlmPotential) critic = test_no_c_new ();
  g_autoptr (GenlmDirect) direct = genlm_direct_new (other, NULL, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (model, critic, 2000, 0.5, 2, 3);
  g_autoptr (GenlmSequences) sequences = run_sync (smc);
  g_autoptr (GenlmSequences) others = NULL;

  /* "" and "a", of weight .2 and .4 * .2; the standard error is below 0.008. */
  g_assert_cmpfloat_with_epsilon (exp (genlm_sequences_get_log_evidence (sequences)), 0.28, 0.05);
  g_assert_cmpuint (g_variant_n_children (genlm_sequences_get_posterior (sequences)), ==, 2);

  g_object_set (smc, "sampler", direct, NULL);
  others = run_sync (smc);
  g_assert_cmpfloat_with_epsilon (exp (genlm_sequences_get_log_evidence (others)), 0.28, 0.05);
}

/* The end that max-tokens forces, and the one that cannot be. */
static void
test_max_tokens (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "a", 1.0, "ab", 3.0, NULL);
  g_autoptr (GenlmPotential) endless = make_set ("ab", "abab", 1.0, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (target, NULL, 4, 0.5, 2, 7);
  g_autoptr (GenlmSmc) stuck = make_smc (endless, NULL, 4, 0.5, 2, 7);
  g_autoptr (GenlmSequences) sequences = run_sync (smc);
  g_autoptr (GenlmSequences) dead = run_sync (stuck);

  for (guint i = 0; i < 4; i++)
    {
      GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);
      GenlmParticle *other = genlm_sequences_get_particle (dead, i);

      g_assert_cmpint (genlm_particle_get_finish (particle), ==, GENLM_FINISH_MAX_TOKENS);
      g_assert_true (genlm_particle_get_ended (particle));
      assert_close (genlm_particle_get_log_weight (particle), 0.0);
      g_assert_cmpint (genlm_particle_get_finish (other), ==, GENLM_FINISH_DEAD);
      g_assert_nonnull (strstr (genlm_particle_get_cause (other), "max-tokens"));
    }
  g_assert_cmpuint (genlm_sequences_get_n_tokens (sequences), ==, 8);
  g_assert_cmpuint (genlm_sequences_get_n_steps (sequences), ==, 2);
}

/* -- AWRS in SMC -- */

/* The evidence of a steady model under a filter, in closed form: each of the
 * tokens before the end weighs .5 + .2, the end .1, and the third is forced. */
static void
test_awrs (void)
{
  static const double p[] = { 0.5, 0.2, 0.2, 0.1 };
  g_autoptr (GenlmPotential) model = test_steady_new ("abc", p);
  g_autoptr (GenlmPotential) filter = test_filter_new ("abc", "ab", TRUE);
  GError *error = NULL;
  g_autoptr (GenlmAwrs) awrs = genlm_awrs_new (model, filter, &error);
  g_autoptr (GenlmSmc) smc = NULL;
  g_autoptr (GenlmSequences) sequences = NULL;

  g_assert_no_error (error);
  smc = genlm_smc_new (GENLM_SAMPLER (awrs), NULL, &error);
  g_assert_no_error (error);
  g_object_set (smc, "particles", 20000, "max-tokens", 3, "seed", G_GUINT64_CONSTANT (2), NULL);
  sequences = run_sync (smc);

  /* A weight is at most 1, so the standard error is below 0.0036. */
  g_assert_cmpfloat_with_epsilon (exp (genlm_sequences_get_log_evidence (sequences)),
                                  0.1 + 0.7 * 0.1 + 0.7 * 0.7 * 0.1, 0.0215);
  g_assert_cmpfloat (genlm_sequences_get_total_seconds (sequences), >, 0.0);
  g_assert_cmpfloat (genlm_sequences_get_model_seconds (sequences) +
                       genlm_sequences_get_constraint_seconds (sequences),
                     <=, genlm_sequences_get_total_seconds (sequences));
}

/* A product whose sides are over other vocabularies than its own. */
static void
test_intersecting_product (void)
{
  g_autoptr (GenlmPotential) first = make_set ("cab", "ab", 2.0, "ac", 1.0, NULL);
  g_autoptr (GenlmPotential) second = make_set ("ab", "ab", 3.0, "b", 1.0, NULL);
  g_autoptr (GenlmProduct) product = g_object_new (GENLM_TYPE_PRODUCT, "first", first,
                                                   "second", second, "intersect", TRUE, NULL);
  GError *error = NULL;
  g_autoptr (GenlmSmc) smc = NULL;
  g_autoptr (GenlmSequences) sequences = NULL;
  guint n_live = 0;

  g_assert_true (g_initable_init (G_INITABLE (product), NULL, &error));
  g_assert_no_error (error);
  smc = make_smc (GENLM_POTENTIAL (product), NULL, 8, 0.0, 3, 7);
  sequences = run_sync (smc);
  for (guint i = 0; i < 8; i++)
    {
      GenlmParticle *particle = genlm_sequences_get_particle (sequences, i);

      if (genlm_particle_get_finish (particle) == GENLM_FINISH_DEAD)
        continue;
      g_assert_cmpstr (genlm_particle_get_text (particle), ==, "ab");
      n_live++;
    }
  g_assert_cmpuint (n_live, >, 0);
}

/* -- the same bits -- */

static GenlmSequences *
run_async (GenlmSmc *smc)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;
  GenlmSequences *sequences;

  genlm_smc_run (smc, NULL, test_on_result, &result);
  g_assert_null (result);
  test_wait (&result);
  sequences = genlm_smc_run_finish (smc, result, &error);
  g_assert_no_error (error);
  return sequences;
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
      g_assert_true (genlm_particle_get_log_weight (x) == genlm_particle_get_log_weight (y));
    }
  g_assert_true (g_variant_equal (genlm_sequences_get_posterior (a), genlm_sequences_get_posterior (b)));
}

static void
test_same_seed (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "ab", 2.0, "ba", 1.0, "abba", 4.0, "bb", 0.5, NULL);
  g_autoptr (GenlmPotential) critic = make_set ("ab", "ab", 1.0, "ba", 2.0, "abba", 0.3, "bb", 3.0, NULL);
  g_autoptr (GenlmPotential) batched = genlm_potential_to_autobatched (target);
  g_autoptr (GenlmSmc) smc = make_smc (target, critic, 12, 0.8, 8, 99);
  g_autoptr (GenlmSmc) other = make_smc (batched, critic, 12, 0.8, 8, 99);
  g_autoptr (GenlmSequences) first = run_sync (smc);
  g_autoptr (GenlmSequences) second = run_sync (smc);
  g_autoptr (GenlmSequences) third = run_async (smc);
  g_autoptr (GenlmSequences) fourth = run_async (other);
  g_autoptr (GenlmSequences) fifth = NULL;

  assert_same (first, second);
  assert_same (first, third);
  assert_same (first, fourth);
  g_assert_cmpuint (genlm_sequences_get_n_resamplings (first), >, 0);
  g_assert_cmpuint (genlm_sequences_get_seed (first), ==, 99);

  g_object_set (smc, "seed", G_GUINT64_CONSTANT (100), NULL);
  fifth = run_sync (smc);
  g_assert_false (g_variant_equal (genlm_sequences_get_token_posterior (first),
                                   genlm_sequences_get_token_posterior (fifth)));
}

/* Seed 0 draws one, which repeats the run. */
static void
test_drawn_seed (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "ab", 2.0, "ba", 1.0, "abba", 4.0, "bb", 0.5, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (target, NULL, 12, 0.8, 8, 0);
  g_autoptr (GenlmSequences) first = run_sync (smc);
  g_autoptr (GenlmSequences) other = run_sync (smc);
  g_autoptr (GenlmSequences) again = NULL;
  guint64 seed = genlm_sequences_get_seed (first);

  g_assert_cmpuint (seed, >, 0);
  g_assert_cmpuint (seed, <, G_GUINT64_CONSTANT (1) << 53);
  g_assert_cmpuint (seed, !=, genlm_sequences_get_seed (other));
  g_object_set (smc, "seed", seed, NULL);
  again = run_sync (smc);
  assert_same (first, again);
}

/* -- refusals -- */

static void
test_zero_weight (void)
{
  static const double p[] = { 0.5, 0.5 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);
  g_autoptr (GenlmPotential) empty = make_set ("a", "a", 0.0, NULL);
  g_autoptr (GenlmProduct) product = genlm_product_new (model, empty, NULL);
  g_autoptr (GenlmSmc) smc = make_smc (GENLM_POTENTIAL (product), NULL, 2, 0.5, 4, 1);
  g_autoptr (GError) error = NULL;

  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (empty), "nothing");
  g_assert_null (genlm_smc_run_sync (smc, NULL, &error));
  g_assert_error (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_ZERO_WEIGHT);
  g_assert_nonnull (strstr (error->message, "nothing"));
  g_assert_nonnull (strstr (error->message, "zero weight"));
}

static void
test_not_ready (void)
{
  static const double p[] = { 0.5, 0.5 };
  static const double q[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);
  g_autoptr (GenlmPotential) critic = test_steady_new ("ab", q);
  g_autoptr (GenlmDirect) direct = genlm_direct_new (model, NULL, NULL);
  g_autoptr (GenlmDirect) unready = g_object_new (GENLM_TYPE_DIRECT, NULL);
  g_autoptr (GenlmSmc) smc = g_object_new (GENLM_TYPE_SMC, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_smc_run_sync (smc, NULL, &error));
  g_assert_error (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_NOT_READY);
  g_clear_error (&error);

  g_object_set (smc, "sampler", unready, NULL);
  genlm_smc_run (smc, NULL, test_on_result, &result);
  g_assert_null (result);
  test_wait (&result);
  g_assert_null (genlm_smc_run_finish (smc, result, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY);
  g_clear_error (&error);

  g_assert_null (genlm_smc_new (GENLM_SAMPLER (direct), critic, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_assert_nonnull (strstr (error->message, "critic"));
}

/* NaN from a potential is an error that says at which step. */
static void
test_nan (void)
{
  static const double p[] = { 0.9, 0.1 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);
  g_autoptr (GenlmPotential) critic = test_steady_new ("a", p);
  g_autoptr (GenlmSmc) smc = make_smc (model, critic, 4, 0.5, 4, 1);
  g_autoptr (GError) error = NULL;

  test_table_set_bad_prefix (TEST_TABLE (critic), NAN);
  g_assert_null (genlm_smc_run_sync (smc, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
  g_assert_nonnull (strstr (error->message, "step 1"));
  g_assert_cmpint (genlm_smc_get_stage (smc), ==, GENLM_SMC_STAGE_DONE);
}

/* Weights that are finite each, but not together. */
static void
test_overflow (void)
{
  g_autoptr (GenlmPotential) target = make_set ("ab", "ab", 1.0, NULL);
  g_autoptr (TestScript) script = make_script (target);
  g_autoptr (GenlmSmc) smc = make_scripted (script, NULL, 2, 0.5);
  g_autoptr (GError) error = NULL;

  script->lines[0] = "aa";
  script->lines[1] = "bb";
  script->lines[2] = "$$";
  script->weights[0][0] = script->weights[0][1] = 1e308;
  script->weights[1][0] = script->weights[1][1] = 1e308;
  g_assert_null (genlm_smc_run_sync (smc, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
  g_assert_nonnull (strstr (error->message, "step 2"));
  g_assert_nonnull (strstr (error->message, "+infinity"));
}

static void
test_silent_sampler (void)
{
  g_autoptr (GenlmPotential) target = make_set ("a", "a", 1.0, NULL);
  g_autoptr (TestScript) script = make_script (target);
  g_autoptr (GenlmSmc) smc = make_scripted (script, NULL, 2, 0.5);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  script->silent = TRUE;
  g_assert_null (genlm_smc_run_sync (smc, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
  g_clear_error (&error);

  genlm_smc_run (smc, NULL, test_on_result, &result);
  test_wait (&result);
  g_assert_null (genlm_smc_run_finish (smc, result, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
}

/* Cancelled at every await point in turn; the element works on afterwards, and
 * only one run goes at a time. */
static void
test_cancel (void)
{
  static const double p[] = { 0.6, 0.4 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);

  for (guint n_answers = 0; n_answers < 6; n_answers++)
    {
      g_autoptr (GenlmPotential) held = test_held_new (model);
      g_autoptr (GenlmPotential) critic = test_held_new (model);
      g_autoptr (GenlmSmc) smc = make_smc (held, critic, 3, 0.5, 3, 4);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GAsyncResult) busy = NULL;
      g_autoptr (GAsyncResult) again = NULL;
      g_autoptr (GenlmSequences) sequences = NULL;
      g_autoptr (GError) error = NULL;

      genlm_smc_run (smc, cancellable, test_on_result, &result);
      for (guint i = 0; i < n_answers; i++)
        {
          test_held_answer (TEST_HELD (held));
          test_held_answer (TEST_HELD (critic));
          test_iterate ();
        }
      if (result == NULL)
        {
          genlm_smc_run (smc, NULL, test_on_result, &busy);
          test_wait (&busy);
          g_assert_null (genlm_smc_run_finish (smc, busy, &error));
          g_assert_error (error, GENLM_SMC_ERROR, GENLM_SMC_ERROR_BUSY);
          g_clear_error (&error);

          g_cancellable_cancel (cancellable);
          test_wait (&result);
          g_assert_null (genlm_smc_run_finish (smc, result, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_clear_error (&error);
        }

      genlm_smc_run (smc, NULL, test_on_result, &again);
      while (again == NULL)
        {
          test_held_answer (TEST_HELD (held));
          test_held_answer (TEST_HELD (critic));
          test_iterate ();
        }
      sequences = genlm_smc_run_finish (smc, again, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (genlm_sequences_get_size (sequences), ==, 3);
    }
}

/* Cancelled from a signal handler, in the middle of a synchronous run. */
static void
cancel_at_step (GenlmSmc *smc,
                guint     step,
                gpointer  user_data)
{
  if (step == 2)
    g_cancellable_cancel (user_data);
}

static void
test_cancel_sync (void)
{
  static const double p[] = { 1.0, 0.0 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);
  g_autoptr (GenlmSmc) smc = make_smc (model, NULL, 3, 0.5, 1000, 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_signal_connect (smc, "step", G_CALLBACK (cancel_at_step), cancellable);
  g_assert_null (genlm_smc_run_sync (smc, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (genlm_smc_get_step (smc), ==, 2);
}

/* No recursion: a long run stays at one depth of the stack. */
static void
test_long_run (void)
{
  static const double p[] = { 1.0, 0.0 };
  g_autoptr (GenlmPotential) model = test_steady_new ("a", p);
  g_autoptr (GenlmSmc) smc = make_smc (model, NULL, 1, 0.5, 20000, 4);
  g_autoptr (GenlmSequences) sequences = run_sync (smc);
  GenlmParticle *particle = genlm_sequences_get_particle (sequences, 0);

  g_assert_cmpuint (genlm_context_get_length (genlm_particle_get_context (particle)), ==, 19999);
  g_assert_cmpint (genlm_particle_get_finish (particle), ==, GENLM_FINISH_DEAD);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/smc/no-critic", test_no_critic);
  g_test_add_func ("/smc/shared-contexts", test_shared_contexts);
  g_test_add_func ("/smc/critic-exact", test_critic_exact);
  g_test_add_func ("/smc/posterior", test_posterior);
  g_test_add_func ("/smc/twist", test_twist);
  g_test_add_func ("/smc/twisted-resampling", test_twisted_resampling);
  g_test_add_func ("/smc/ess-rule", test_ess_rule);
  g_test_add_func ("/smc/equal-weights", test_equal_weights);
  g_test_add_func ("/smc/dead-end", test_dead_end);
  g_test_add_func ("/smc/deaths-counted", test_deaths_counted);
  g_test_add_func ("/smc/critic-kills", test_critic_kills);
  g_test_add_func ("/smc/bytes-critic", test_bytes_critic);
  g_test_add_func ("/smc/max-tokens", test_max_tokens);
  g_test_add_func ("/smc/awrs", test_awrs);
  g_test_add_func ("/smc/intersecting-product", test_intersecting_product);
  g_test_add_func ("/smc/same-seed", test_same_seed);
  g_test_add_func ("/smc/drawn-seed", test_drawn_seed);
  g_test_add_func ("/smc/zero-weight", test_zero_weight);
  g_test_add_func ("/smc/not-ready", test_not_ready);
  g_test_add_func ("/smc/nan", test_nan);
  g_test_add_func ("/smc/overflow", test_overflow);
  g_test_add_func ("/smc/silent-sampler", test_silent_sampler);
  g_test_add_func ("/smc/cancel", test_cancel);
  g_test_add_func ("/smc/cancel-sync", test_cancel_sync);
  g_test_add_func ("/smc/long-run", test_long_run);

  return g_test_run ();
}
