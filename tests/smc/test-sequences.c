/* test-sequences.c: what follows from weighted sequences */

#include "test-table.h"

#include "genlm-particle-private.h"
#include "genlm-sequences-private.h"

#include <math.h>
#include <string.h>

#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

static GenlmParticle *
make_particle (GenlmVocab *vocab,
               const char *text,
               double      weight,
               gboolean    ended)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GenlmContext) context = NULL;
  GenlmParticleState state = {
    .log_weight = log (weight),
    .ended = ended,
    .finish = weight > 0.0 ? GENLM_FINISH_COMPLETE : GENLM_FINISH_DEAD,
    .step = 3,
    .cause = weight > 0.0 ? NULL : "a cause, at step 3",
  };
  GError *error = NULL;

  context = genlm_vocab_encode (vocab, bytes, &error);
  g_assert_no_error (error);
  state.context = context;
  return genlm_particle_new (vocab, &state);
}

static GenlmSequences *
make_sequences (const char *const *texts,
                const double      *weights,
                const gboolean    *ended,
                gsize              n)
{
  GenlmVocab *vocab = genlm_vocab_bytes ();
  GPtrArray *particles = g_ptr_array_new_with_free_func (g_object_unref);
  GenlmRunSummary summary = { .seed = 5, .n_tokens = 12, .total_seconds = 2.0 };

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (particles, make_particle (vocab, texts != NULL ? texts[i] : "a", weights[i],
                                               ended == NULL || ended[i]));
  return genlm_sequences_new (vocab, particles, &summary);
}

/* Golden 11. */
static void
test_sums (void)
{
  static const struct
  {
    gsize  n;
    double weights[4];
    double log_total;
    double log_evidence;
    double ess;
  } rows[] = {
    { 2, { 3, 7 }, 2.302585092994, 1.609437912434, 1.724137931034 },
    { 3, { 1, 1, 1 }, 1.098612288668, 0.0, 3.0 },
    { 3, { 4, 4, 2 }, 2.302585092994, 1.203972804326, 2.777777777778 },
    { 3, { 5, 2, 3 }, 2.302585092994, 1.203972804326, 2.631578947368 },
    { 3, { 1, 0, 0 }, 0.0, -1.098612288668, 1.0 },
    { 4, { .1, .2, .3, .4 }, 0.0, -1.386294361120, 3.333333333333 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GenlmSequences) sequences = make_sequences (NULL, rows[i].weights, NULL, rows[i].n);

      assert_close (genlm_sequences_get_log_total (sequences), rows[i].log_total);
      assert_close (genlm_sequences_get_log_evidence (sequences), rows[i].log_evidence);
      assert_close (genlm_sequences_get_ess (sequences), rows[i].ess);
    }
}

static void
assert_entry (GVariant   *posterior,
              gsize       index,
              const char *text,
              double      probability)
{
  const char *entry_text;
  double entry_probability;

  g_variant_get_child (posterior, index, "(&sd)", &entry_text, &entry_probability);
  g_assert_cmpstr (entry_text, ==, text);
  assert_close (entry_probability, probability);
}

static void
test_posterior (void)
{
  static const char *const texts[] = { "hello", "hello", "world" };
  static const double weights[] = { 4, 4, 2 };
  static const char *const others[] = { "hello", "world", "test", "\xff\xff", "dead" };
  static const double other_weights[] = { 5, 2, 3, 10, 0 };
  static const gboolean ended[] = { TRUE, FALSE, TRUE, TRUE, TRUE };
  g_autoptr (GenlmSequences) sequences = make_sequences (texts, weights, NULL, 3);
  g_autoptr (GenlmSequences) other = make_sequences (others, other_weights, ended, 5);
  GVariant *posterior = genlm_sequences_get_posterior (sequences);

  g_assert_cmpstr (g_variant_get_type_string (posterior), ==, "a(sd)");
  g_assert_cmpuint (g_variant_n_children (posterior), ==, 2);
  assert_entry (posterior, 0, "hello", 0.8);
  assert_entry (posterior, 1, "world", 0.2);

  posterior = genlm_sequences_get_posterior (other);
  g_assert_cmpuint (g_variant_n_children (posterior), ==, 2);
  assert_entry (posterior, 0, "hello", 0.625);
  assert_entry (posterior, 1, "test", 0.375);
}

/* A sequence that ended is another than the same tokens without an end. */
static void
test_token_posterior (void)
{
  static const char *const texts[] = { "ab", "ab", "ab" };
  static const double weights[] = { 1, 6, 3 };
  static const gboolean ended[] = { TRUE, FALSE, TRUE };
  g_autoptr (GenlmSequences) sequences = make_sequences (texts, weights, ended, 3);
  GVariant *posterior = genlm_sequences_get_token_posterior (sequences);
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) second = NULL;
  double probability;

  g_assert_cmpuint (g_variant_n_children (posterior), ==, 2);
  g_variant_get_child (posterior, 0, "(@aud)", &first, &probability);
  g_assert_cmpuint (g_variant_n_children (first), ==, 2);
  assert_close (probability, 0.6);
  g_variant_get_child (posterior, 1, "(@aud)", &second, &probability);
  g_assert_cmpuint (g_variant_n_children (second), ==, 3);
  assert_close (probability, 0.4);
}

static void
test_all_dead (void)
{
  static const double weights[] = { 0, 0 };
  g_autoptr (GenlmSequences) sequences = make_sequences (NULL, weights, NULL, 2);
  GVariant *tokens = genlm_sequences_get_token_posterior (sequences);
  g_autoptr (GVariant) first = NULL;
  double probability;

  g_assert_true (isinf (genlm_sequences_get_log_total (sequences)));
  g_assert_true (isinf (genlm_sequences_get_log_evidence (sequences)));
  g_assert_cmpfloat (genlm_sequences_get_ess (sequences), ==, 0.0);
  g_assert_cmpfloat (genlm_sequences_get_probability (sequences, 0), ==, 0.0);
  g_assert_cmpuint (g_variant_n_children (genlm_sequences_get_posterior (sequences)), ==, 0);
  g_assert_cmpuint (g_variant_n_children (tokens), ==, 1);
  g_variant_get_child (tokens, 0, "(@aud)", &first, &probability);
  g_assert_cmpfloat (probability, ==, 0.0);
}

static void
test_empty (void)
{
  g_autoptr (GenlmSequences) sequences = make_sequences (NULL, NULL, NULL, 0);

  g_assert_cmpuint (genlm_sequences_get_size (sequences), ==, 0);
  g_assert_true (isinf (genlm_sequences_get_log_evidence (sequences)));
  g_assert_cmpuint (g_variant_n_children (genlm_sequences_get_posterior (sequences)), ==, 0);
  g_assert_cmpuint (g_variant_n_children (genlm_sequences_get_token_posterior (sequences)), ==, 0);
  g_assert_null (g_list_model_get_object (G_LIST_MODEL (sequences), 0));
}

static void
test_list_model (void)
{
  static const char *const texts[] = { "", "\xff" };
  static const double weights[] = { 1, 0 };
  g_autoptr (GenlmSequences) sequences = make_sequences (texts, weights, NULL, 2);
  GListModel *list = G_LIST_MODEL (sequences);
  g_autoptr (GenlmParticle) first = g_list_model_get_item (list, 0);
  g_autoptr (GenlmParticle) second = g_list_model_get_item (list, 1);
  g_autoptr (GVariant) tokens = genlm_particle_dup_tokens (second);

  g_assert_true (g_list_model_get_item_type (list) == GENLM_TYPE_PARTICLE);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  g_assert_null (g_list_model_get_object (list, 2));
  g_assert_true (first == genlm_sequences_get_particle (sequences, 0));

  g_assert_cmpstr (genlm_particle_get_text (first), ==, "");
  g_assert_cmpint (genlm_particle_get_finish (first), ==, GENLM_FINISH_COMPLETE);
  g_assert_null (genlm_particle_get_cause (first));

  g_assert_null (genlm_particle_get_text (second));
  g_assert_cmpuint (g_bytes_get_size (genlm_particle_get_bytes (second)), ==, 1);
  g_assert_cmpuint (g_variant_n_children (tokens), ==, 1);
  g_assert_cmpint (genlm_particle_get_finish (second), ==, GENLM_FINISH_DEAD);
  g_assert_cmpuint (genlm_particle_get_step (second), ==, 3);
  g_assert_cmpstr (genlm_particle_get_cause (second), ==, "a cause, at step 3");

  g_assert_cmpuint (genlm_sequences_get_seed (sequences), ==, 5);
  g_assert_cmpuint (genlm_sequences_get_n_tokens (sequences), ==, 12);
  g_assert_cmpfloat (genlm_sequences_get_total_seconds (sequences), ==, 2.0);
}

/* NaN counts as nothing. */
static void
test_nan (void)
{
  const double weights[] = { -1.0, 1.0 };
  g_autoptr (GenlmSequences) sequences = make_sequences (NULL, weights, NULL, 2);

  g_assert_true (isinf (genlm_particle_get_log_weight (genlm_sequences_get_particle (sequences, 0))));
  assert_close (genlm_sequences_get_log_total (sequences), 0.0);
  assert_close (genlm_sequences_get_ess (sequences), 1.0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sequences/sums", test_sums);
  g_test_add_func ("/sequences/posterior", test_posterior);
  g_test_add_func ("/sequences/token-posterior", test_token_posterior);
  g_test_add_func ("/sequences/all-dead", test_all_dead);
  g_test_add_func ("/sequences/empty", test_empty);
  g_test_add_func ("/sequences/list-model", test_list_model);
  g_test_add_func ("/sequences/nan", test_nan);

  return g_test_run ();
}
