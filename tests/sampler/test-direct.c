/* test-direct.c: draws from all next weights */

#include "test-held.h"
#include "test-sampling.h"
#include "test-table.h"

#include <math.h>
#include <string.h>

#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

static GenlmSampler *
make_direct (GenlmPotential *potential,
             GenlmPotential *proposal)
{
  GError *error = NULL;
  GenlmDirect *direct = genlm_direct_new (potential, proposal, &error);

  g_assert_no_error (error);
  return GENLM_SAMPLER (direct);
}

static GenlmBatch *
make_empty_contexts (gsize n)
{
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  GenlmBatch *batch = genlm_batch_new ();

  for (gsize i = 0; i < n; i++)
    genlm_batch_append (batch, empty);
  return batch;
}

/* Draws 100,000 times and compares the weight of each token, and how often it
 * comes. A frequency has a standard error below 0.0016; 0.01 is over six of
 * them, so a false alarm has probability below 1e-8 each. */
static void
check_draws (GenlmPotential *potential,
             GenlmPotential *proposal,
             const double   *log_weights,
             const double   *log_probabilities,
             gsize           n)
{
  g_autoptr (GenlmSampler) direct = make_direct (potential, proposal);
  gsize n_draws = 100000;
  g_autoptr (GenlmBatch) batch = make_empty_contexts (n_draws);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (3, n_draws, 1);
  g_autoptr (GenlmDraws) draws = test_draw_sync (direct, batch, randoms);
  double counts[8] = { 0.0 };

  for (gsize i = 0; i < n_draws; i++)
    {
      guint32 token = genlm_draws_get_token (draws, i);

      g_assert_cmpuint (token, <, n);
      assert_close (genlm_draws_get_log_weight (draws, i), log_weights[token]);
      counts[token] += 1.0;
    }
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (counts[i] / (double) n_draws, exp (log_probabilities[i]), 0.01);
}

/* Golden 7. */
static void
test_golden (void)
{
  static const double target[] = { 0.2, 0.5, 0.1, 0.2 };
  static const double proposal[] = { 0.4, 0.1, 0.3, 0.2 };
  static const double weights[] = { -0.6931471805599453, 1.6094379124341003, -1.0986122886681098, 0.0 };
  static const double logps[] = { -0.916290731874155, -2.302585092994046, -1.2039728043259361, -1.6094379124341003 };
  static const double raw[] = { 3, 1, 0.5 };
  static const double raw_weights[] = { 1.5040773967762742, 1.5040773967762742, 1.5040773967762742 };
  static const double raw_logps[] = { -0.40546510810816438, -1.5040773967762742, -2.1972245773362196 };
  static const double raw_proposal[] = { 1, 1, 2 };
  static const double both_weights[] = { 2.4849066497880004, 1.3862943611198906, 0.0 };
  static const double both_logps[] = { -1.3862943611198906, -1.3862943611198906, -0.69314718055994529 };
  g_autoptr (GenlmPotential) p = test_steady_new ("abc", target);
  g_autoptr (GenlmPotential) q = test_steady_new ("abc", proposal);
  g_autoptr (GenlmPotential) r = test_steady_new ("ab", raw);
  g_autoptr (GenlmPotential) s = test_steady_new ("ab", raw_proposal);

  check_draws (p, q, weights, logps, 4);
  check_draws (r, NULL, raw_weights, raw_logps, 3);
  check_draws (r, s, both_weights, both_logps, 3);
}

/* The same bits whatever the batch and whether it waits or not. */
static void
test_same_bits (void)
{
  static const char *texts[] = { "", "a", "ab", "a", "", "b" };
  static const double p[] = { 0.2, 0.5, 0.1, 0.2 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abc", p);
  g_autoptr (GenlmSampler) direct = make_direct (potential, NULL);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 6);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 6, 4);
  g_autoptr (GenlmDraws) draws = test_draw_sync (direct, batch, randoms);
  g_autoptr (GenlmDraws) later = test_draw_async (direct, batch, randoms);

  for (gsize i = 0; i < 6; i++)
    {
      GError *error = NULL;
      g_autoptr (GenlmDraws) one = NULL;

      one = genlm_sampler_sample_sync (direct, genlm_batch_get (batch, i),
                                       genlm_random_list_get (randoms, i), NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (genlm_draws_get_token (draws, i), ==, genlm_draws_get_token (one, 0));
      g_assert_cmpuint (genlm_draws_get_token (draws, i), ==, genlm_draws_get_token (later, i));
      g_assert_true (genlm_draws_get_log_weight (draws, i) == genlm_draws_get_log_weight (one, 0));
      g_assert_true (genlm_draws_get_log_weight (draws, i) == genlm_draws_get_log_weight (later, i));
    }
}

/* Equal contexts are asked once. */
static void
test_merged (void)
{
  static const char *texts[] = { "a", "a", "b", "a" };
  const char *strings[] = { "aa", "bb" };
  const double weights[] = { 1, 2 };
  g_autoptr (GenlmPotential) set = test_weighted_set_new ("ab", strings, weights, 2);
  g_autoptr (GenlmPotential) held = test_held_new (set);
  g_autoptr (GenlmSampler) direct = make_direct (held, NULL);
  g_autoptr (GenlmBatch) batch = test_batch_new (held, texts, 4);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 4, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GenlmDraws) draws = NULL;

  genlm_sampler_sample_batch (direct, batch, randoms, NULL, test_on_result, &result);
  g_assert_cmpuint (test_held_get_n (TEST_HELD (held)), ==, 1);
  test_held_answer (TEST_HELD (held));
  test_wait (&result);
  draws = genlm_sampler_sample_batch_finish (direct, result, NULL);
  g_assert_cmpuint (genlm_draws_get_token (draws, 0), ==, 0);
  g_assert_cmpuint (genlm_draws_get_token (draws, 2), ==, 1);
  g_assert_cmpuint (genlm_draws_get_token (draws, 3), ==, 0);
}

/* Samplers.md 3.7: both potentials are in flight at once. */
static void
test_overlap (void)
{
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) table = test_steady_new ("ab", p);
  g_autoptr (GenlmPotential) target = test_held_new (table);
  g_autoptr (GenlmPotential) proposal = test_held_new (table);
  g_autoptr (GenlmSampler) direct = make_direct (target, proposal);
  g_autoptr (GenlmBatch) batch = make_empty_contexts (3);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 3, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GenlmDraws) draws = NULL;

  genlm_sampler_sample_batch (direct, batch, randoms, NULL, test_on_result, &result);
  g_assert_cmpuint (test_held_get_n (TEST_HELD (target)), ==, 1);
  g_assert_cmpuint (test_held_get_n (TEST_HELD (proposal)), ==, 1);

  test_held_answer (TEST_HELD (proposal));
  test_iterate ();
  g_assert_null (result);
  test_held_answer (TEST_HELD (target));
  test_wait (&result);
  draws = genlm_sampler_sample_batch_finish (direct, result, NULL);
  assert_close (genlm_draws_get_log_weight (draws, 2), 0.0);
}

/* A product after which nothing is possible, golden 4; its neighbours live. */
static void
test_dead_end (void)
{
  static const char *texts[] = { "", "a", "" };
  const char *first[] = { "ab", "cc" };
  const char *second[] = { "ac", "cc" };
  const double weights[] = { 1, 1 };
  g_autoptr (GenlmPotential) p = test_weighted_set_new ("abc", first, weights, 2);
  g_autoptr (GenlmPotential) q = test_weighted_set_new ("abc", second, weights, 2);
  GError *error = NULL;
  g_autoptr (GenlmProduct) product = genlm_product_new (p, q, &error);
  g_autoptr (GenlmSampler) direct = make_direct (GENLM_POTENTIAL (product), NULL);
  g_autoptr (GenlmBatch) batch = test_batch_new (p, texts, 3);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 3, 1);
  g_autoptr (GenlmDraws) draws = test_draw_sync (direct, batch, randoms);

  g_assert_no_error (error);
  g_assert_true (isfinite (genlm_draws_get_log_weight (draws, 0)));
  g_assert_null (genlm_draws_get_cause (draws, 0));
  g_assert_true (isinf (genlm_draws_get_log_weight (draws, 1)));
  g_assert_cmpuint (genlm_draws_get_token (draws, 1), ==, 3);
  g_assert_nonnull (strstr (genlm_draws_get_cause (draws, 1), "weight zero"));
  g_assert_true (isfinite (genlm_draws_get_log_weight (draws, 2)));
}

/* A proposal that offers what the target forbids. */
static void
test_forbidden_proposal (void)
{
  static const double p[] = { 0.0, 1.0, 0.0 };
  static const double q[] = { 0.5, 0.5, 0.0 };
  g_autoptr (GenlmPotential) target = test_steady_new ("ab", p);
  g_autoptr (GenlmPotential) proposal = test_steady_new ("ab", q);
  g_autoptr (GenlmSampler) direct = make_direct (target, proposal);
  g_autoptr (GenlmBatch) batch = make_empty_contexts (50);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 50, 1);
  g_autoptr (GenlmDraws) draws = test_draw_sync (direct, batch, randoms);

  for (gsize i = 0; i < 50; i++)
    if (genlm_draws_get_token (draws, i) == 0)
      g_assert_nonnull (genlm_draws_get_cause (draws, i));
    else
      assert_close (genlm_draws_get_log_weight (draws, i), log (2.0));
}

static void
test_bad_construction (void)
{
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) ab = test_steady_new ("ab", p);
  g_autoptr (GenlmPotential) ac = test_steady_new ("ac", p);
  g_autoptr (GenlmDirect) empty = g_object_new (GENLM_TYPE_DIRECT, NULL);
  g_autoptr (GenlmBatch) batch = make_empty_contexts (1);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 1, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_direct_new (ab, ac, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_assert_nonnull (strstr (error->message, "proposal"));
  g_clear_error (&error);

  g_assert_false (g_initable_init (G_INITABLE (empty), NULL, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY);
  g_clear_error (&error);
  g_assert_null (genlm_sampler_get_target (GENLM_SAMPLER (empty)));
  g_assert_null (genlm_sampler_sample_batch_sync (GENLM_SAMPLER (empty), batch, randoms, NULL, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY);

  /* Whole as soon as the property is there. */
  g_object_set (empty, "potential", ab, NULL);
  g_assert_true (genlm_sampler_get_target (GENLM_SAMPLER (empty)) == ab);
}

static void
test_bad_requests (void)
{
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("ab", p);
  g_autoptr (GenlmSampler) direct = make_direct (potential, NULL);
  g_autoptr (GenlmBatch) nothing = genlm_batch_new ();
  g_autoptr (GenlmRandomList) no_randoms = genlm_random_list_new ();
  g_autoptr (GenlmBatch) batch = make_empty_contexts (1);
  g_autoptr (GenlmRequest) request = NULL;
  const guint32 outside = 17;
  g_autoptr (GenlmContext) context = genlm_context_new_for_tokens (&outside, 1);
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_sampler_sample_batch_sync (direct, nothing, no_randoms, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH);
  g_clear_error (&error);

  request = genlm_request_new (G_OBJECT (direct), GENLM_METHOD_SAMPLE, batch, 0, NULL, NULL, NULL);
  genlm_sampler_evaluate_sync (direct, request);
  g_assert_null (genlm_request_finish_draws (request, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY);
  g_clear_error (&error);

  g_assert_null (genlm_sampler_sample_sync (direct, context, random, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_TOKEN);
}

static void
test_nan (void)
{
  const double p[] = { 0.5, NAN, 0.25 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("ab", p);
  g_autoptr (GenlmSampler) direct = make_direct (potential, NULL);
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_sampler_sample_sync (direct, empty, random, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
}

static void
test_cancel (void)
{
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) table = test_steady_new ("ab", p);
  g_autoptr (GenlmPotential) held = test_held_new (table);
  g_autoptr (GenlmSampler) direct = make_direct (held, NULL);
  g_autoptr (GenlmBatch) batch = make_empty_contexts (2);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 2, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) neighbour = NULL;
  g_autoptr (GenlmDraws) draws = NULL;
  g_autoptr (GError) error = NULL;

  genlm_sampler_sample_batch (direct, batch, randoms, cancellable, test_on_result, &result);
  genlm_sampler_sample_batch (direct, batch, randoms, NULL, test_on_result, &neighbour);
  g_cancellable_cancel (cancellable);
  test_wait (&result);
  g_assert_null (genlm_sampler_sample_batch_finish (direct, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* The other draw is unharmed, and the sampler works on. */
  test_held_answer (TEST_HELD (held));
  test_wait (&neighbour);
  draws = genlm_sampler_sample_batch_finish (direct, neighbour, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_draws_get_size (draws), ==, 2);

  g_assert_null (genlm_sampler_sample_batch_sync (direct, batch, randoms, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A potential that drops its request does not leave the draw hanging. */
static void
test_dropped (void)
{
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autoptr (GenlmPotential) table = test_steady_new ("ab", p);
  g_autoptr (GenlmPotential) held = test_held_new (table);
  g_autoptr (GenlmSampler) direct = make_direct (held, NULL);
  g_autoptr (GenlmBatch) batch = make_empty_contexts (2);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (1, 2, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  genlm_sampler_sample_batch (direct, batch, randoms, NULL, test_on_result, &result);
  test_held_drop (TEST_HELD (held));
  test_wait (&result);
  g_assert_null (genlm_sampler_sample_batch_finish (direct, result, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/direct/golden", test_golden);
  g_test_add_func ("/direct/same-bits", test_same_bits);
  g_test_add_func ("/direct/merged", test_merged);
  g_test_add_func ("/direct/overlap", test_overlap);
  g_test_add_func ("/direct/dead-end", test_dead_end);
  g_test_add_func ("/direct/forbidden-proposal", test_forbidden_proposal);
  g_test_add_func ("/direct/bad-construction", test_bad_construction);
  g_test_add_func ("/direct/bad-requests", test_bad_requests);
  g_test_add_func ("/direct/nan", test_nan);
  g_test_add_func ("/direct/cancel", test_cancel);
  g_test_add_func ("/direct/dropped", test_dropped);

  return g_test_run ();
}
