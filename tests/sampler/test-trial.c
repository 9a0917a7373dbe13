/* test-trial.c: the estimators of AWRS against exact numbers
 *
 * The expectations are computed by walking through all choices (test-oracle.c),
 * so they are equalities up to rounding, not statistics.
 */

#include "test-oracle.h"

#include "genlm-streams-private.h"

#include <math.h>
#include <string.h>

#define N 4

static const double P[N] = { 0.4, 0.3, 0.2, 0.1 };

static GenlmMass *
make_mass (const double *p,
           gsize         n)
{
  g_autoptr (GenlmWeights) weights = NULL;
  double *values;

  weights = genlm_weights_new_uninit (n, &values);
  for (gsize i = 0; i < n; i++)
    values[i] = log (p[i]);
  return genlm_mass_new (weights);
}

static gboolean
accepts (const char *accepted,
         guint32     token)
{
  return token < 26 && strchr (accepted, 'a' + (int) token) != NULL;
}

static void
answer_mask (GenlmTrial *trial,
             const char *accepted)
{
  guint64 *words;
  g_autoptr (GenlmTokenSet) set = genlm_token_set_new_zeroed (trial->mass->n_values, &words);

  for (guint32 i = 0; i < trial->mass->n_values; i++)
    if (accepts (accepted, i))
      words[0] |= G_GUINT64_CONSTANT (1) << i;
  genlm_trial_answer_mask (trial, set);
}

/* Answers all questions of the trial, or with @only_first one at a time. */
static void
answer_questions (GenlmTrial *trial,
                  const char *accepted,
                  gboolean    only_first)
{
  for (guint i = trial->head; i < trial->queue->len; i++)
    {
      GenlmTried *tried = &g_array_index (trial->queue, GenlmTried, i);

      if (tried->answer >= 0)
        continue;
      tried->answer = accepts (accepted, tried->token);
      if (only_first)
        return;
    }
}

static void
drive (GenlmTrial *trial,
       const char *accepted,
       gboolean    only_first)
{
  while (genlm_trial_advance (trial) != GENLM_TRIAL_DONE)
    {
      if (trial->state == GENLM_TRIAL_MASK)
        answer_mask (trial, accepted);
      else
        answer_questions (trial, accepted, only_first);
    }
}

/* Moments of the weight of a draw. */
typedef struct
{
  double total;       /* of the probabilities */
  double mean;
  double square;
  double zero;        /* probability of weight zero */
  double calls;
  double of[N];       /* E[w 1{token}] */
  double chosen[N];   /* P(token, w > 0) */
} Moments;

typedef struct
{
  const double    *p;
  gsize            n;
  const char      *accepted;
  GenlmTrialRules  rules;
  gboolean         geometric;   /* whatever p says */
  double           negligible;
} Setting;

static void
count_draw (Moments          *moments,
            const GenlmTrial *trial,
            double            probability)
{
  double w = exp (trial->log_weight);

  moments->total += probability;
  moments->mean += probability * w;
  moments->square += probability * w * w;
  moments->calls += probability * trial->n_tried;
  if (w == 0.0)
    moments->zero += probability;
  else
    moments->chosen[trial->token] += probability;
  moments->of[trial->token] += probability * w;
}

static Moments
enumerate (const Setting *setting)
{
  g_autoptr (GenlmMass) mass = make_mass (setting->p, setting->n);
  Moments moments = { 0.0 };
  TestOracle oracle;
  GenlmTrial trial;

  test_oracle_init (&oracle);
  oracle.negligible = setting->negligible;
  if (setting->rules.max_rejects < 100.0)
    oracle.max_repeats = setting->rules.max_rejects;
  genlm_trial_init (&trial);
  do
    {
      test_oracle_begin (&oracle);
      genlm_trial_start (&trial, &setting->rules, &test_oracle_choices, &oracle, mass);
      if (setting->geometric)
        trial.algorithm = GENLM_TRIAL_GEOMETRIC;
      drive (&trial, setting->accepted, TRUE);
      count_draw (&moments, &trial, oracle.probability);

      /* Accepted if and only if the weight is above zero. */
      g_assert_true ((trial.log_weight > -INFINITY) == accepts (setting->accepted, trial.token));
      g_assert_true ((trial.log_weight > -INFINITY) == (trial.end == GENLM_TRIAL_ALIVE));
    }
  while (test_oracle_next (&oracle));
  genlm_trial_clear (&trial);
  test_oracle_clear (&oracle);
  return moments;
}

static GenlmTrialRules
make_rules (double max_accepts,
            double max_rejects,
            gint64 mask_after)
{
  return (GenlmTrialRules) { TRUE, max_accepts, max_rejects, mask_after };
}

#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

/* E[w] = Z, and E[w 1{t}] = p_t for accepted tokens. */
static void
assert_proper (const Moments *moments,
               const Setting *setting,
               double         epsilon)
{
  double z = 0.0;

  for (guint32 i = 0; i < setting->n; i++)
    {
      double p = accepts (setting->accepted, i) ? setting->p[i] : 0.0;

      z += p;
      g_assert_cmpfloat_with_epsilon (moments->of[i], p, epsilon);
    }
  g_assert_cmpfloat_with_epsilon (moments->mean, z, epsilon);
  g_assert_cmpfloat_with_epsilon (moments->total, 1.0, epsilon);
}

/* Golden 8.1. */
static void
test_recursive_moments (void)
{
  static const struct
  {
    const char *accepted;
    double      max_rejects;
    double      square;
    double      zero;
    double      calls;
  } rows[] = {
    { "bd", INFINITY, 0.21, 0.0, 17.0 / 6.0 },
    { "bd", 4, 0.21, 0.0, 17.0 / 6.0 },
    { "bd", 3, 0.21, 0.0, 2.6 },
    { "bd", 2, 0.26, 7.0 / 30.0, 2.0 },
    { "a", INFINITY, 0.16, 0.0, 1817.0 / 630.0 },
    { "a", 2, 0.248, 179.0 / 630.0, 2.0 },
    { "a", 3, 1871.0 / 10500.0, 7.0 / 90.0, 2.6 },
    { "d", INFINITY, 0.01, 0.0, 3079.0 / 840.0 },
    { "d", 2, 0.062, 643.0 / 840.0, 2.0 },
    { "d", 3, 27.0 / 875.0, 463.0 / 840.0, 2.9 },
    { "abcd", INFINITY, 1.0, 0.0, 2.0 },
    { "abcd", 2, 1.0, 0.0, 2.0 },
    { "", INFINITY, 0.0, 1.0, 4.0 },
    { "", 2, 0.0, 1.0, 2.0 },
    { "", 3, 0.0, 1.0, 3.0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Setting setting = { P, N, rows[i].accepted, make_rules (2, rows[i].max_rejects, -1) };
      Moments moments = enumerate (&setting);

      assert_proper (&moments, &setting, 1e-12);
      assert_close (moments.square, rows[i].square);
      assert_close (moments.zero, rows[i].zero);
      assert_close (moments.calls, rows[i].calls);
    }
}

/* Golden 8.1, the joint law of token, weight and number of questions. */
static void
test_recursive_law (void)
{
  struct
  {
    guint32 token;
    double  weight;
    guint   calls;
    double  expected;
    double  probability;
  } rows[] = {
    { 1, 1.0, 2, 3.0 / 70.0, 0.0 },
    { 1, 0.4, 4, 7.0 / 40.0, 0.0 },
    { 1, 0.3, 2, 9.0 / 35.0, 0.0 },
    { 1, 0.3, 3, 29.0 / 150.0, 0.0 },
    { 1, 0.6, 3, 1.0 / 15.0, 0.0 },
    { 1, 0.8, 3, 3.0 / 200.0, 0.0 },
    { 3, 1.0, 2, 1.0 / 30.0, 0.0 },
    { 3, 0.1, 2, 1.0 / 15.0, 0.0 },
    { 3, 0.1, 3, 43.0 / 1050.0, 0.0 },
    { 3, 0.4, 4, 7.0 / 120.0, 0.0 },
    { 3, 0.6, 3, 1.0 / 25.0, 0.0 },
    { 3, 0.8, 3, 3.0 / 280.0, 0.0 },
  };
  g_autoptr (GenlmMass) mass = make_mass (P, N);
  GenlmTrialRules rules = make_rules (2, INFINITY, -1);
  TestOracle oracle;
  GenlmTrial trial;

  test_oracle_init (&oracle);
  genlm_trial_init (&trial);
  do
    {
      gsize i = 0;

      test_oracle_begin (&oracle);
      genlm_trial_start (&trial, &rules, &test_oracle_choices, &oracle, mass);
      drive (&trial, "bd", TRUE);
      while (rows[i].token != trial.token || rows[i].calls != trial.n_tried ||
             fabs (rows[i].weight - exp (trial.log_weight)) > 1e-9)
        g_assert_cmpuint (++i, <, G_N_ELEMENTS (rows));
      rows[i].probability += oracle.probability;
    }
  while (test_oracle_next (&oracle));

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_close (rows[i].probability, rows[i].expected);
  genlm_trial_clear (&trial);
  test_oracle_clear (&oracle);
}

/* Samplers.md 3.5a: a mask after k rejects changes no mean. Acceptance by one
 * token alone could not show a bias. */
static void
test_recursive_mask (void)
{
  static const double limits[] = { INFINITY, 2, 3 };
  static const char *accepted[] = { "bd", "a", "d", "abcd", "bcd" };

  for (gsize a = 0; a < G_N_ELEMENTS (accepted); a++)
    for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
      for (gint64 k = 0; k <= 3; k++)
        {
          Setting plain = { P, N, accepted[a], make_rules (2, limits[i], -1) };
          Setting setting = { P, N, accepted[a], make_rules (2, limits[i], k) };
          Moments without = enumerate (&plain);
          Moments moments = enumerate (&setting);

          assert_proper (&moments, &setting, 1e-12);
          g_assert_cmpfloat (moments.square, <=, without.square + 1e-12);
          if (k == 0)
            assert_close (moments.square, moments.mean * moments.mean);
        }
}

/* Golden 8.3; the moments depend on Z, k and R only, whatever the tokens are. */
static void
test_geometric_moments (void)
{
  static const struct
  {
    double p[3];
    double max_accepts;
    double max_rejects;
    double square;
    double zero;
  } rows[] = {
    { { 0.4, 0.35, 0.25 }, 2, 2, 0.28, 0.36 },
    { { 0.4, 0.35, 0.25 }, 2, 3, 0.256, 0.216 },
    { { 0.4, 0.35, 0.25 }, 2, 5, 0.246208, 0.07776 },
    { { 0.4, 0.35, 0.25 }, 3, 2, 0.264, 0.36 },
    { { 0.4, 0.35, 0.25 }, 3, 3, 0.2304, 0.216 },
    { { 0.4, 0.35, 0.25 }, 3, 5, 0.2126592, 0.07776 },
    { { 0.1, 0.9, 0.0 }, 2, 5, 0.0321445, 0.59049 },
    { { 0.4, 0.6, 0.0 }, 2, INFINITY, 0.2443441951664, 0.0 },
    { { 0.4, 0.6, 0.0 }, 3, INFINITY, 0.2075410731114, 0.0 },
    { { 0.8, 0.2, 0.0 }, 2, INFINITY, 0.7140593642055, 0.0 },
    { { 0.8, 0.2, 0.0 }, 3, INFINITY, 0.6875250863562, 0.0 },
    { { 0.1, 0.9, 0.0 }, 2, INFINITY, 0.02558427881104, 0.0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean endless = isinf (rows[i].max_rejects);
      Setting setting = { rows[i].p, 3, "a",
                          make_rules (rows[i].max_accepts, rows[i].max_rejects, -1), TRUE,
                          endless ? 1e-10 : 0.0 };
      double epsilon = endless ? 1e-6 : 1e-12;
      Moments moments = enumerate (&setting);

      assert_proper (&moments, &setting, epsilon);
      g_assert_cmpfloat_with_epsilon (moments.square, rows[i].square, epsilon);
      g_assert_cmpfloat_with_epsilon (moments.zero, rows[i].zero, epsilon);
    }
}

/* Several accepted tokens, and the mask of 3.5a: same moments as without it. */
static void
test_geometric_mask (void)
{
  static const char *accepted[] = { "bd", "d", "abd", "abcd" };
  static const double limits[] = { 2, 3, 4 };

  for (gsize a = 0; a < G_N_ELEMENTS (accepted); a++)
    for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
      for (double max_accepts = 2; max_accepts <= 3; max_accepts++)
        {
          Setting plain = { P, N, accepted[a], make_rules (max_accepts, limits[i], -1), TRUE };
          Moments without = enumerate (&plain);

          assert_proper (&without, &plain, 1e-12);
          for (gint64 k = 1; k <= 3; k++)
            {
              Setting setting = { P, N, accepted[a], make_rules (max_accepts, limits[i], k), TRUE };
              Moments moments = enumerate (&setting);

              assert_proper (&moments, &setting, 1e-12);
              assert_close (moments.square, without.square);
              assert_close (moments.zero, without.zero);
            }
        }
}

/* Golden 8.5: weights 0 or -inf, and the tokens in proportion to p. */
static void
test_improper (void)
{
  for (gint64 k = -1; k <= 3; k++)
    {
      GenlmTrialRules rules = { FALSE, 1, INFINITY, k };
      Setting setting = { P, N, "bd", rules };
      Moments moments = enumerate (&setting);

      assert_close (moments.mean, 1.0);
      assert_close (moments.zero, 0.0);
      assert_close (moments.chosen[1], 0.75);
      assert_close (moments.chosen[3], 0.25);
    }

  {
    GenlmTrialRules rules = { FALSE, 1, 1, -1 };
    Setting setting = { P, N, "bd", rules };
    Moments moments = enumerate (&setting);

    assert_close (moments.mean, 0.4);
    assert_close (moments.zero, 0.6);
    assert_close (moments.calls, 1.0);
  }
}

/* -- replays -- */

typedef struct
{
  const char   *const *orders;  /* of each pass */
  const double *uniforms;       /* of the repeats */
} Replay;

static guint32
replay_pick (gpointer    data,
             GenlmOrder *order,
             guint       pass,
             guint32     counter)
{
  const Replay *replay = data;

  for (const char *c = replay->orders[pass]; *c != '\0'; c++)
    if (!genlm_order_is_taken (order, *c - 'a'))
      return *c - 'a';
  g_assert_not_reached ();
}

static double
replay_repeats (gpointer data,
                double   log_failure,
                guint32  counter)
{
  const Replay *replay = data;

  return ceil (log1p (-replay->uniforms[counter]) / log_failure) - 1.0;
}

static guint32
replay_pick_masked (gpointer   data,
                    GenlmMass *mass)
{
  g_assert_not_reached ();
}

static const GenlmTrialChoices replay_choices = {
  .pick = replay_pick,
  .repeats = replay_repeats,
  .pick_masked = replay_pick_masked,
};

/* Golden 8.2. */
static void
test_recursive_replay (void)
{
  static const char *const orders[] = { "abdc" };
  static const struct
  {
    const char *accepted;
    double      max_rejects;
    char        token;
    double      weight;
    guint       tried;
  } rows[] = {
    { "bd", INFINITY, 'b', 0.6, 3 },
    { "bd", 3, 'b', 0.6, 3 },
    { "bd", 2, 'b', 0.6, 2 },
    { "b", INFINITY, 'b', 0.3, 3 },
    { "b", 3, 'b', 0.3, 3 },
    { "b", 2, 'b', 0.6, 2 },
    { "c", INFINITY, 'c', 0.2, 4 },
    { "c", 2, 'b', 0.0, 2 },
    { "c", 3, 'd', 0.0, 3 },
    { "a", INFINITY, 'a', 0.4, 2 },
    { "a", 2, 'a', 0.4, 2 },
    { "ab", INFINITY, 'a', 1.0, 2 },
    { "", INFINITY, 'c', 0.0, 4 },
    { "", 2, 'b', 0.0, 2 },
    { "", 3, 'd', 0.0, 3 },
  };
  g_autoptr (GenlmMass) mass = make_mass (P, N);
  Replay replay = { orders, NULL };
  GenlmTrial trial;

  genlm_trial_init (&trial);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int only_first = 0; only_first <= 1; only_first++)
      {
        GenlmTrialRules rules = make_rules (2, rows[i].max_rejects, -1);

        genlm_trial_start (&trial, &rules, &replay_choices, &replay, mass);
        drive (&trial, rows[i].accepted, only_first);
        g_assert_cmpint ('a' + trial.token, ==, rows[i].token);
        assert_close (exp (trial.log_weight), rows[i].weight);
        g_assert_cmpuint (trial.n_tried, ==, rows[i].tried);
      }
  genlm_trial_clear (&trial);
}

/* Golden 8.4. The orders are those of the keys log p - log (-log u). */
static void
test_geometric_replay (void)
{
  static const double p[] = { 0.7, 0.2, 0.1 };
  static const double keys[5][3] = {
    { .5, .5, .5 }, { .6, .4, .9 }, { .2, .8, .3 }, { .7, .1, .6 }, { .5, .9, .5 },
  };
  static const double uniforms[] = { .35, .95, .6, .1, .8, .45, .7, .2 };
  static const struct
  {
    const char *accepted;
    double      max_accepts;
    double      max_rejects;
    char        token;
    double      weight;
    double      a;
    double      n;
  } rows[] = {
    { "a", 2, INFINITY, 'a', 1.0, 2, 0 },
    { "a", 2, 2, 'a', 1.0, 2, 0 },
    { "a", 3, INFINITY, 'a', 2.0 / 3.0, 3, 1 },
    { "a", 5, INFINITY, 'a', 2.0 / 3.0, 5, 2 },
    { "b", 2, INFINITY, 'b', 1.0 / 16.0, 2, 15 },
    { "b", 2, 3, 'b', 1.0 / 3.0, 1, 3 },
    { "b", 2, 2, 'a', 0.0, 0, 2 },
    { "b", 3, INFINITY, 'b', 2.0 / 17.0, 3, 15 },
    { "b", 3, 12, 'b', 1.0 / 12.0, 1, 12 },
    { "b", 5, INFINITY, 'b', 1.0 / 7.0, 5, 24 },
    { "c", 2, INFINITY, 'c', 1.0 / 40.0, 2, 39 },
    { "c", 3, 12, 'a', 0.0, 0, 12 },
    { "bc", 2, INFINITY, 'b', 1.0 / 11.0, 2, 10 },
    { "bc", 3, 12, 'b', 2.0 / 13.0, 2, 12 },
    { "bc", 5, INFINITY, 'b', 1.0 / 5.0, 5, 16 },
    { "", 2, INFINITY, 'a', 0.0, 0, 32 },
    { "", 4, INFINITY, 'a', 0.0, 0, 32 },
  };
  g_autoptr (GenlmMass) mass = make_mass (p, 3);
  char texts[5][4];
  const char *orders[5];
  Replay replay = { orders, uniforms };
  GenlmTrial trial;

  for (int pass = 0; pass < 5; pass++)
    {
      double key[3];
      char *text = texts[pass];

      for (int i = 0; i < 3; i++)
        {
          key[i] = log (p[i]) - log (-log (keys[pass][i]));
          text[i] = 'a' + i;
        }
      for (int i = 0; i < 3; i++)
        for (int j = i + 1; j < 3; j++)
          if (key[text[j] - 'a'] > key[text[i] - 'a'])
            {
              char swap = text[i];

              text[i] = text[j];
              text[j] = swap;
            }
      text[3] = '\0';
      orders[pass] = text;
    }

  genlm_trial_init (&trial);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int only_first = 0; only_first <= 1; only_first++)
      {
        GenlmTrialRules rules = make_rules (rows[i].max_accepts, rows[i].max_rejects, -1);

        genlm_trial_start (&trial, &rules, &replay_choices, &replay, mass);
        g_assert_cmpint (trial.algorithm, ==, GENLM_TRIAL_GEOMETRIC);
        drive (&trial, rows[i].accepted, only_first);
        g_assert_cmpint ('a' + trial.token, ==, rows[i].token);
        assert_close (exp (trial.log_weight), rows[i].weight);
        assert_close (trial.n_accepts, rows[i].a);
        assert_close (MIN (trial.n_rejects, rules.max_rejects), rows[i].n);
      }
  genlm_trial_clear (&trial);
}

/* -- the rest -- */

/* Golden 8.5: what remains is a sum, so no token is too light. */
static void
test_light_token (void)
{
  static const double p[] = { 0.5, 0.499995, 0.000005 };
  static const double q[] = { 1.0, 1e-20 };
  Setting setting = { p, 3, "c", make_rules (2, INFINITY, -1) };
  Moments moments = enumerate (&setting);
  Setting lighter = { q, 2, "b", make_rules (2, INFINITY, -1), FALSE, 1e-12 };

  g_assert_cmpfloat_with_epsilon (moments.mean / 5e-6, 1.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (moments.square / 25e-12, 1.0, 1e-9);
  assert_close (moments.zero, 0.0);

  /* Peaked, so geometric: with some acceptable token the weight is positive. */
  moments = enumerate (&lighter);
  assert_close (moments.zero, 0.0);
}

/* The weight of a token that underflows beside the heaviest one. */
static void
test_underflow (void)
{
  const double values[] = { 0.0, -900.0, -901.0, -INFINITY };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (values, 4);
  g_autoptr (GenlmMass) mass = genlm_mass_new (weights);
  GenlmTrialRules rules = make_rules (2, INFINITY, -1);
  GenlmTrial trial;

  genlm_trial_init (&trial);
  for (guint32 seed = 0; seed < 20; seed++)
    {
      g_autoptr (GenlmRandom) random = genlm_random_new (seed, 0, 0);

      genlm_trial_start (&trial, &rules, &genlm_trial_random_choices, random, mass);
      trial.algorithm = GENLM_TRIAL_RECURSIVE;
      drive (&trial, "c", FALSE);
      g_assert_cmpint (trial.token, ==, 2);
      assert_close (trial.log_weight, -901.0);

      genlm_trial_start (&trial, &rules, &genlm_trial_random_choices, random, mass);
      drive (&trial, "c", FALSE);
      g_assert_cmpint (trial.token, ==, 2);
      g_assert_true (isfinite (trial.log_weight));

      genlm_trial_start (&trial, &rules, &genlm_trial_random_choices, random, mass);
      drive (&trial, "", FALSE);
      g_assert_cmpint (trial.end, ==, GENLM_TRIAL_REFUSED);
    }
  genlm_trial_clear (&trial);
}

/* Golden 8.5: which estimator. */
static void
test_algorithm (void)
{
  static const double spread[] = { 0.66, 0.34 };
  static const double peaked[] = { 0.67, 0.33 };
  g_autoptr (GenlmMass) spread_mass = make_mass (spread, 2);
  g_autoptr (GenlmMass) peaked_mass = make_mass (peaked, 2);
  GenlmTrialRules two = make_rules (2, INFINITY, -1);
  GenlmTrialRules three = make_rules (3, INFINITY, -1);
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 0);
  GenlmTrial trial;

  genlm_trial_init (&trial);
  genlm_trial_start (&trial, &two, &genlm_trial_random_choices, random, spread_mass);
  g_assert_cmpint (trial.algorithm, ==, GENLM_TRIAL_RECURSIVE);
  genlm_trial_start (&trial, &two, &genlm_trial_random_choices, random, peaked_mass);
  g_assert_cmpint (trial.algorithm, ==, GENLM_TRIAL_GEOMETRIC);
  genlm_trial_start (&trial, &three, &genlm_trial_random_choices, random, spread_mass);
  g_assert_cmpint (trial.algorithm, ==, GENLM_TRIAL_GEOMETRIC);
  genlm_trial_clear (&trial);
}

/* Asking ahead changes nothing, to the last bit, whichever the estimator. */
static void
test_asking_ahead (void)
{
  double p[26];
  g_autoptr (GenlmMass) mass = NULL;
  GenlmTrial trials[2];

  for (int i = 0; i < 26; i++)
    p[i] = pow (0.8, i);
  mass = make_mass (p, 26);
  genlm_trial_init (&trials[0]);
  genlm_trial_init (&trials[1]);

  for (guint32 seed = 0; seed < 300; seed++)
    {
      g_autoptr (GenlmRandom) random = genlm_random_new (seed, 0, 0);
      GenlmTrialRules rules = make_rules (2 + seed % 3, seed % 5 == 0 ? 6 : INFINITY,
                                          seed % 7 == 0 ? 4 : -1);

      for (int i = 0; i < 2; i++)
        {
          genlm_trial_start (&trials[i], &rules, &genlm_trial_random_choices, random, mass);
          drive (&trials[i], "cpqvz", i);
        }
      g_assert_cmpint (trials[0].token, ==, trials[1].token);
      g_assert_true (trials[0].log_weight == trials[1].log_weight);
      g_assert_cmpuint (trials[0].n_tried, ==, trials[1].n_tried);
    }
  genlm_trial_clear (&trials[0]);
  genlm_trial_clear (&trials[1]);
}

/* A mass of nothing, and a mask of nothing. */
static void
test_nothing (void)
{
  const double nothing[] = { -INFINITY, -INFINITY };
  g_autoptr (GenlmWeights) weights = genlm_weights_new (nothing, 2);
  g_autoptr (GenlmMass) empty = genlm_mass_new (weights);
  g_autoptr (GenlmMass) mass = make_mass (P, N);
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 0);
  GenlmTrialRules rules = make_rules (2, INFINITY, 0);
  GenlmTrial trial;

  genlm_trial_init (&trial);
  genlm_trial_start (&trial, &rules, &genlm_trial_random_choices, random, empty);
  g_assert_cmpint (genlm_trial_advance (&trial), ==, GENLM_TRIAL_DONE);
  g_assert_cmpint (trial.end, ==, GENLM_TRIAL_NO_CANDIDATE);
  g_assert_cmpint (trial.token, ==, 1);

  genlm_trial_start (&trial, &rules, &genlm_trial_random_choices, random, mass);
  drive (&trial, "", FALSE);
  g_assert_cmpint (trial.end, ==, GENLM_TRIAL_REFUSED);
  g_assert_true (isinf (trial.log_weight));
  genlm_trial_clear (&trial);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/trial/recursive-moments", test_recursive_moments);
  g_test_add_func ("/trial/recursive-law", test_recursive_law);
  g_test_add_func ("/trial/recursive-mask", test_recursive_mask);
  g_test_add_func ("/trial/recursive-replay", test_recursive_replay);
  g_test_add_func ("/trial/geometric-moments", test_geometric_moments);
  g_test_add_func ("/trial/geometric-mask", test_geometric_mask);
  g_test_add_func ("/trial/geometric-replay", test_geometric_replay);
  g_test_add_func ("/trial/improper", test_improper);
  g_test_add_func ("/trial/light-token", test_light_token);
  g_test_add_func ("/trial/underflow", test_underflow);
  g_test_add_func ("/trial/algorithm", test_algorithm);
  g_test_add_func ("/trial/asking-ahead", test_asking_ahead);
  g_test_add_func ("/trial/nothing", test_nothing);

  return g_test_run ();
}
