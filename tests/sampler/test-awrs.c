/* test-awrs.c: the sampler of a model under a condition */

#include "test-held.h"
#include "test-oracle.h"
#include "test-sampling.h"
#include "test-table.h"

#include "genlm-awrs-private.h"

#include <math.h>
#include <string.h>

#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

static const double P[] = { 0.4, 0.3, 0.2, 0.1, 0.0 };

static GenlmSampler *
make_awrs (GenlmPotential *potential,
           GenlmPotential *condition)
{
  GError *error = NULL;
  GenlmAwrs *awrs = genlm_awrs_new (potential, condition, &error);

  g_assert_no_error (error);
  return GENLM_SAMPLER (awrs);
}

/* -- whole samplers, exactly -- */

typedef struct
{
  double mean;
  double square;
  double of[8];
} Moments;

static Moments
enumerate (GenlmSampler *awrs,
           const char   *text)
{
  g_autoptr (GenlmContext) context = NULL;
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 1);
  GenlmPotential *potential;
  Moments moments = { 0.0 };
  TestOracle oracle;

  g_object_get (awrs, "potential", &potential, NULL);
  context = test_context_new (potential, text);
  g_object_unref (potential);
  test_oracle_init (&oracle);
  oracle.negligible = 1e-11;
  genlm_awrs_set_choices (GENLM_AWRS (awrs), &test_oracle_choices, &oracle);
  do
    {
      g_autoptr (GenlmDraws) draws = NULL;
      GError *error = NULL;
      double w;

      test_oracle_begin (&oracle);
      draws = genlm_sampler_sample_sync (awrs, context, random, NULL, &error);
      g_assert_no_error (error);
      w = exp (genlm_draws_get_log_weight (draws, 0));
      moments.mean += oracle.probability * w;
      moments.square += oracle.probability * w * w;
      moments.of[genlm_draws_get_token (draws, 0)] += oracle.probability * w;
    }
  while (test_oracle_next (&oracle));
  genlm_awrs_set_choices (GENLM_AWRS (awrs), NULL, NULL);
  test_oracle_clear (&oracle);
  return moments;
}

/* Golden 8.5, first row: the condition lacks a token. */
static void
test_intersect (void)
{
  static const double p[] = { 0.4, 0.3, 0.1, 0.1, 0.1 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("0123", p);
  g_autoptr (GenlmPotential) condition = test_filter_new ("012", "01", FALSE);
  g_autoptr (GenlmAwrs) awrs = g_object_new (GENLM_TYPE_AWRS, "potential", potential,
                                             "condition", condition, NULL);
  g_autoptr (GError) error = NULL;
  Moments moments;

  g_assert_false (g_initable_init (G_INITABLE (awrs), NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_clear_error (&error);

  g_object_set (awrs, "intersect", TRUE, NULL);
  g_assert_true (g_initable_init (G_INITABLE (awrs), NULL, &error));
  g_assert_no_error (error);

  moments = enumerate (GENLM_SAMPLER (awrs), "");
  assert_close (moments.of[0], 0.4);
  assert_close (moments.of[1], 0.3);
  assert_close (moments.mean, 0.7);
  assert_close (moments.square, 0.55);

  g_object_set (awrs, "prune", FALSE, NULL);
  moments = enumerate (GENLM_SAMPLER (awrs), "10");
  assert_close (moments.of[0], 0.4);
  assert_close (moments.of[1], 0.3);
  assert_close (moments.square, 0.58);
}

/* Golden 8.5, second row. */
static void
test_proposal (void)
{
  static const double p[] = { 0.15, 0.25, 0.2, 0.15, 0.15, 0.1 };
  static const double q[] = { 0.3, 0.1, 0.1, 0.2, 0.2, 0.1 };
  static const double expected[] = { 0.15, 0.25, 0.2, 0.0, 0.0, 0.1 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("01234", p);
  g_autoptr (GenlmPotential) proposal = test_steady_new ("01234", q);
  g_autoptr (GenlmPotential) condition = test_filter_new ("01234", "012", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  Moments moments = enumerate (awrs, "");

  assert_close (moments.mean, 0.7);
  assert_close (moments.square, 523.0 / 850.0);
  for (int i = 0; i < 6; i++)
    assert_close (moments.of[i], expected[i]);

  g_object_set (awrs, "proposal", proposal, NULL);
  moments = enumerate (awrs, "");
  assert_close (moments.square, 81.0 / 80.0);
  for (int i = 0; i < 6; i++)
    assert_close (moments.of[i], expected[i]);
}

/* Golden 8.5: a factor of the potential is a factor of every weight. */
static void
test_scaling (void)
{
  double scaled[5];
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "bd", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  Moments moments = enumerate (awrs, "");
  g_autoptr (GenlmPotential) larger = NULL;

  assert_close (moments.square, 0.21);
  for (int i = 0; i < 5; i++)
    scaled[i] = 3.0 * P[i];
  larger = test_steady_new ("abcd", scaled);
  g_object_set (awrs, "potential", larger, NULL);
  moments = enumerate (awrs, "");
  assert_close (moments.mean, 1.2);
  assert_close (moments.square, 9.0 * 0.21);
}

/* A mask ends the draw exactly, whether it is asked at once or later. */
static void
test_mask (void)
{
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "bd", FALSE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  TestTable *table = TEST_TABLE (condition);
  Moments moments;

  /* Without the trait no mask is asked. */
  g_object_set (awrs, "mask-after", 0, NULL);
  moments = enumerate (awrs, "");
  assert_close (moments.square, 0.21);
  g_assert_cmpuint (test_table_get_n_masks (table), ==, 0);

  test_table_set_traits (table, GENLM_TRAITS_INLINE | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
  test_table_reset (table);
  moments = enumerate (awrs, "");
  assert_close (moments.mean, 0.4);
  assert_close (moments.square, 0.16);
  assert_close (moments.of[1], 0.3);
  assert_close (moments.of[3], 0.1);
  g_assert_cmpuint (test_table_get_n_masks (table), >, 0);
  g_assert_cmpuint (test_table_get_n_asked (table), ==, 0);

  for (int k = 1; k <= 3; k++)
    {
      g_object_set (awrs, "mask-after", k, NULL);
      moments = enumerate (awrs, "");
      assert_close (moments.mean, 0.4);
      assert_close (moments.of[1], 0.3);
      assert_close (moments.of[3], 0.1);
    }

  g_object_set (awrs, "mask-after", -1, NULL);
  test_table_reset (table);
  moments = enumerate (awrs, "");
  g_assert_cmpuint (test_table_get_n_masks (table), ==, 0);
}

/* -- proper weighting, by drawing -- */

/* 40,000 draws from the generator. A weight is at most 1, so the standard error
 * of each mean is at most 0.0025; 0.015 is six of them, and with 90 comparisons a
 * false alarm has probability below 1e-6. */
static void
test_proper (void)
{
  static const double p[] = { 0.03, 0.4, 0.2, 0.07, 0.1, 0.15, 0.05 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcdef", p);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcdef", "aef", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  gsize n = 40000;
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (n);
  g_autoptr (GenlmContext) empty = genlm_context_new ();

  test_table_set_traits (TEST_TABLE (condition),
                         GENLM_TRAITS_INLINE | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
  for (gsize i = 0; i < n; i++)
    genlm_batch_append (batch, empty);

  for (guint max_accepts = 2; max_accepts <= 3; max_accepts++)
    for (guint max_rejects = 0; max_rejects <= 4; max_rejects += 2)
      for (int mask_after = -1; mask_after <= 2; mask_after += 3 - (mask_after < 0))
        {
          g_autoptr (GenlmRandomList) randoms = test_randoms_new (17, n, max_accepts * 10 + max_rejects);
          g_autoptr (GenlmDraws) draws = NULL;
          double means[7] = { 0.0 };

          g_object_set (awrs, "max-accepts", max_accepts, "max-rejects", max_rejects,
                        "mask-after", mask_after, NULL);
          draws = test_draw_sync (awrs, batch, randoms);
          for (gsize i = 0; i < n; i++)
            means[genlm_draws_get_token (draws, i)] += exp (genlm_draws_get_log_weight (draws, i)) / (double) n;
          for (int i = 0; i < 7; i++)
            g_assert_cmpfloat_with_epsilon (means[i], strchr ("aef", 'a' + i) != NULL || i == 6 ? p[i] : 0.0, 0.015);
        }
}

/* -- the same bits -- */

static void
assert_same_draw (GenlmDraws *a,
                  gsize       i,
                  GenlmDraws *b,
                  gsize       j)
{
  g_assert_cmpuint (genlm_draws_get_token (a, i), ==, genlm_draws_get_token (b, j));
  g_assert_true (genlm_draws_get_log_weight (a, i) == genlm_draws_get_log_weight (b, j));
}

static void
test_same_bits (void)
{
  static const double p[] = { 0.03, 0.4, 0.2, 0.07, 0.1, 0.15, 0.05 };
  static const char *texts[] = { "", "a", "ae", "a", "", "f", "" };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcdef", p);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcdef", "aef", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 7);

  for (guint32 step = 0; step < 40; step++)
    {
      g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 7, step);
      g_autoptr (GenlmDraws) draws = NULL;
      g_autoptr (GenlmDraws) later = NULL;

      g_object_set (awrs, "max-accepts", 2 + step % 2, NULL);
      draws = test_draw_sync (awrs, batch, randoms);
      later = test_draw_async (awrs, batch, randoms);
      for (gsize i = 0; i < 7; i++)
        {
          GError *error = NULL;
          g_autoptr (GenlmDraws) one = NULL;

          one = genlm_sampler_sample_sync (awrs, genlm_batch_get (batch, i),
                                           genlm_random_list_get (randoms, i), NULL, &error);
          g_assert_no_error (error);
          assert_same_draw (draws, i, one, 0);
          assert_same_draw (draws, i, later, i);
        }
    }
}

/* No proposal, and the potential as its own proposal, draw alike. */
static void
test_own_proposal (void)
{
  static const char *texts[] = { "", "", "", "" };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "bd", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 4);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 4, 1);
  g_autoptr (GenlmDraws) draws = test_draw_sync (awrs, batch, randoms);
  g_autoptr (GenlmDraws) proposed = NULL;

  g_object_set (awrs, "proposal", potential, NULL);
  proposed = test_draw_sync (awrs, batch, randoms);
  for (gsize i = 0; i < 4; i++)
    assert_same_draw (draws, i, proposed, i);
}

/* -- what is asked -- */

/* Two questions suffice for the recursion when all is accepted, and all contexts
 * of a batch share them. */
static void
test_few_batches (void)
{
  static const double p[] = { 0.3, 0.3, 0.2, 0.2, 0.0 };
  static const char *texts[] = { "", "a", "b", "ab", "ba", "aa", "bb", "c" };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", p);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "abcd", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 8);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 8, 1);
  g_autoptr (GenlmDraws) draws = NULL;

  test_table_reset (TEST_TABLE (condition));
  draws = test_draw_sync (awrs, batch, randoms);
  g_assert_cmpuint (test_table_get_n_batches (TEST_TABLE (condition)), ==, 1);
  g_assert_cmpuint (test_table_get_n_asked (TEST_TABLE (condition)), ==, 16);
  for (gsize i = 0; i < 8; i++)
    assert_close (genlm_draws_get_log_weight (draws, i), 0.0);
}

/* Prefixes and completes of a round are in flight at once. */
static void
test_overlap (void)
{
  static const double p[] = { 0.5, 0.5 };
  g_autoptr (GenlmPotential) potential = test_steady_new ("a", p);
  g_autoptr (GenlmPotential) filter = test_filter_new ("a", "a", TRUE);
  g_autoptr (GenlmPotential) held = test_held_new (filter);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, held);
  static const char *texts[] = { "" };
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 1);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 1, 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GenlmDraws) draws = NULL;

  genlm_sampler_sample_batch (awrs, batch, randoms, NULL, test_on_result, &result);
  test_iterate ();
  g_assert_cmpuint (test_held_get_n (TEST_HELD (held)), ==, 2);
  test_held_answer (TEST_HELD (held));
  test_wait (&result);
  draws = genlm_sampler_sample_batch_finish (awrs, result, NULL);
  assert_close (genlm_draws_get_log_weight (draws, 0), 0.0);
}

/* -- ends and refusals -- */

static void
test_dead (void)
{
  static const char *texts[] = { "", "", "" };
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) nothing = test_filter_new ("abcd", "", FALSE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, nothing);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 3);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 3, 1);
  g_autoptr (GenlmDraws) draws = NULL;
  g_autoptr (GenlmDraws) limited = NULL;

  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (nothing), "never");
  draws = test_draw_sync (awrs, batch, randoms);
  g_object_set (awrs, "max-rejects", 2, NULL);
  limited = test_draw_sync (awrs, batch, randoms);
  for (gsize i = 0; i < 3; i++)
    {
      g_assert_true (isinf (genlm_draws_get_log_weight (draws, i)));
      g_assert_nonnull (strstr (genlm_draws_get_cause (draws, i), "never"));
      g_assert_nonnull (strstr (genlm_draws_get_cause (limited, i), "max-rejects"));
    }
}

static void
test_no_candidate (void)
{
  static const double none[] = { 0, 0, 0 };
  static const char *texts[] = { "", "" };
  g_autoptr (GenlmPotential) potential = test_steady_new ("ab", none);
  g_autoptr (GenlmPotential) all = test_filter_new ("ab", "ab", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, all);
  g_autoptr (GenlmBatch) batch = test_batch_new (potential, texts, 2);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 2, 1);
  g_autoptr (GenlmDraws) draws = test_draw_sync (awrs, batch, randoms);

  g_assert_cmpuint (genlm_draws_get_token (draws, 1), ==, 2);
  g_assert_nonnull (strstr (genlm_draws_get_cause (draws, 1), "weight zero"));
}

static void
test_not_boolean (void)
{
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) weighted = test_steady_new ("abcd", P);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, weighted);
  g_autoptr (GenlmContext) context = test_context_new (potential, "");
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_sampler_sample_sync (awrs, context, random, NULL, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_BOOLEAN);
}

static void
test_nan (void)
{
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "ab", TRUE);
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  g_autoptr (GenlmContext) context = test_context_new (potential, "");
  g_autoptr (GenlmRandom) random = genlm_random_new (1, 0, 1);
  g_autoptr (GError) error = NULL;

  test_table_set_bad_prefix (TEST_TABLE (condition), NAN);
  g_assert_null (genlm_sampler_sample_sync (awrs, context, random, NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
}

static void
assert_refused (GenlmPotential *potential,
                GenlmPotential *condition,
                const char     *property,
                guint           value)
{
  g_autoptr (GenlmAwrs) awrs = g_object_new (GENLM_TYPE_AWRS, "potential", potential,
                                             "condition", condition, property, value, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (g_initable_init (G_INITABLE (awrs), NULL, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_INVALID_PROPERTY);
  g_clear_error (&error);

  g_object_set (awrs, "proper-weights", FALSE, NULL);
  g_assert_true (g_initable_init (G_INITABLE (awrs), NULL, &error));
  g_assert_no_error (error);
}

static void
test_bad_properties (void)
{
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_filter_new ("abcd", "ab", TRUE);
  g_autoptr (GenlmPotential) other = test_filter_new ("abc", "ab", TRUE);
  g_autoptr (GenlmAwrs) empty = g_object_new (GENLM_TYPE_AWRS, NULL);
  g_autoptr (GError) error = NULL;

  assert_refused (potential, condition, "max-accepts", 1);
  assert_refused (potential, condition, "max-rejects", 1);

  g_assert_null (genlm_awrs_new (potential, other, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
  g_clear_error (&error);

  g_assert_false (g_initable_init (G_INITABLE (empty), NULL, &error));
  g_assert_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY);
  g_assert_nonnull (strstr (error->message, "potential"));
  g_clear_error (&error);
  g_object_set (empty, "potential", potential, NULL);
  g_assert_false (g_initable_init (G_INITABLE (empty), NULL, &error));
  g_assert_nonnull (strstr (error->message, "condition"));
  g_clear_error (&error);
  g_object_set (empty, "condition", condition, "proposal", other, NULL);
  g_assert_false (g_initable_init (G_INITABLE (empty), NULL, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
}

/* Bytes meet tokens by coercion, without a word; the other way round is an error. */
static void
test_bytes_condition (void)
{
  g_autoptr (GenlmPotential) potential = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) condition = test_no_c_new ();
  g_autoptr (GenlmSampler) awrs = make_awrs (potential, condition);
  g_autoptr (GenlmContext) context = test_context_new (potential, "ab");
  GenlmPotential *target = genlm_sampler_get_target (awrs);
  g_autoptr (GError) error = NULL;
  Moments moments;

  g_assert_true (genlm_vocab_equal (genlm_potential_get_vocab (target),
                                    genlm_potential_get_vocab (potential)));
  assert_close (genlm_potential_prefix_sync (target, context, NULL, &error), log (0.12));
  g_assert_no_error (error);

  moments = enumerate (awrs, "ab");
  assert_close (moments.mean, 0.8);
  assert_close (moments.of[2], 0.0);

  g_assert_null (genlm_awrs_new (condition, potential, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH);
}

/* Cancelled while the model, and while the condition, is being asked. */
static void
test_cancel (void)
{
  static const char *texts[] = { "", "a" };
  g_autoptr (GenlmPotential) table = test_steady_new ("abcd", P);
  g_autoptr (GenlmPotential) filter = test_filter_new ("abcd", "b", TRUE);
  g_autoptr (GenlmBatch) batch = test_batch_new (table, texts, 2);
  g_autoptr (GenlmRandomList) randoms = test_randoms_new (9, 2, 1);

  for (int stage = 0; stage < 2; stage++)
    {
      g_autoptr (GenlmPotential) held = test_held_new (stage == 0 ? table : filter);
      g_autoptr (GenlmSampler) awrs = make_awrs (stage == 0 ? held : table, stage == 0 ? filter : held);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GAsyncResult) again = NULL;
      g_autoptr (GenlmDraws) draws = NULL;
      g_autoptr (GError) error = NULL;

      genlm_sampler_sample_batch (awrs, batch, randoms, cancellable, test_on_result, &result);
      test_iterate ();
      g_assert_cmpuint (test_held_get_n (TEST_HELD (held)), ==, 1);
      g_cancellable_cancel (cancellable);
      test_wait (&result);
      g_assert_null (genlm_sampler_sample_batch_finish (awrs, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      test_held_answer (TEST_HELD (held));

      genlm_sampler_sample_batch (awrs, batch, randoms, NULL, test_on_result, &again);
      while (again == NULL)
        {
          test_held_answer (TEST_HELD (held));
          test_iterate ();
        }
      draws = genlm_sampler_sample_batch_finish (awrs, again, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (genlm_draws_get_token (draws, 0), ==, 1);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/awrs/intersect", test_intersect);
  g_test_add_func ("/awrs/proposal", test_proposal);
  g_test_add_func ("/awrs/scaling", test_scaling);
  g_test_add_func ("/awrs/mask", test_mask);
  g_test_add_func ("/awrs/proper", test_proper);
  g_test_add_func ("/awrs/same-bits", test_same_bits);
  g_test_add_func ("/awrs/own-proposal", test_own_proposal);
  g_test_add_func ("/awrs/few-batches", test_few_batches);
  g_test_add_func ("/awrs/overlap", test_overlap);
  g_test_add_func ("/awrs/dead", test_dead);
  g_test_add_func ("/awrs/no-candidate", test_no_candidate);
  g_test_add_func ("/awrs/not-boolean", test_not_boolean);
  g_test_add_func ("/awrs/nan", test_nan);
  g_test_add_func ("/awrs/bad-properties", test_bad_properties);
  g_test_add_func ("/awrs/bytes-condition", test_bytes_condition);
  g_test_add_func ("/awrs/cancel", test_cancel);

  return g_test_run ();
}
