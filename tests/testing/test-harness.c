/* Each law is broken once, by a potential that is otherwise sound; the check of
 * that law must find it and say where. */

#include <genlm-testing.h>

#include <math.h>
#include <string.h>

typedef enum
{
  SOUND,
  THREADED,
  EMPTY,
  BAD_NEXT,
  NAN_NEXT,
  BAD_COMPLETE,
  BAD_ZERO,
  BAD_HISTORY,
  BAD_BATCH_ORDER,
  BAD_BATCH_NEXT,
  BOOLEAN,
  BAD_MASK,
  BAD_BOOLEAN,
  BAD_ASYNC,
  ASYNC_ERROR,
  NEVER_ANSWERS,
  POISONED_BY_CANCELLATION,
  NO_ZERO_ERROR,
  BAD_SPAWN,
  NO_SPAWN,
  SAME_SPAWN,
  BAD_RECIPE,
} Fault;

/* -- a potential over a, b and c: 1/2, 1/4 and none, and 1/4 for the end ---- */

#define TEST_TYPE_COIN (test_coin_get_type ())
G_DECLARE_FINAL_TYPE (TestCoin, test_coin, TEST, COIN, GenlmPotentialBase)

struct _TestCoin
{
  GenlmPotentialBase  parent_instance;

  Fault               fault;
  double              extra;            /* what all weights but the empty context's are wrong by */
  guint64             key;
};

/* Requests that are never answered, by NEVER_ANSWERS. They hold their
 * potential, so it cannot hold them. */
static GPtrArray *kept;

static void test_coin_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestCoin, test_coin, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, test_coin_potential_init))

static GenlmVocab *
abc_vocab (void)
{
  static GenlmVocab *vocab;

  if (vocab == NULL)
    vocab = genlm_vocab_new (g_variant_new_parsed ("[[byte 0x61], [0x62], [0x63]]"), NULL, NULL);
  return vocab;
}

static TestCoin *
coin_new (Fault fault)
{
  TestCoin *self = g_object_new (TEST_TYPE_COIN, "name", "coin", "vocab", abc_vocab (), NULL);

  self->fault = fault;
  if (fault == THREADED)
    genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), GENLM_TRAITS_THREAD_SAFE);
  if (fault == BOOLEAN || fault == BAD_MASK || fault == BAD_BOOLEAN)
    genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), GENLM_TRAITS_BOOLEAN);
  return self;
}

static double
get_step (TestCoin *self,
          guint32   symbol)
{
  if (symbol == 2)
    return -INFINITY;
  if (self->fault == BOOLEAN || self->fault == BAD_MASK)
    return 0;
  return symbol == 0 ? log (0.5) : log (0.25);
}

static gboolean
coin_weigh_prefix (GenlmPotential  *potential,
                   GenlmContext    *context,
                   double          *out,
                   GError         **error)
{
  TestCoin *self = TEST_COIN (potential);
  double sum = 0;

  for (GenlmContext *node = context; genlm_context_get_length (node) > 0; node = genlm_context_get_parent (node))
    sum += get_step (self, genlm_context_get_last (node)) + self->extra;

  if (self->fault == BAD_HISTORY && genlm_context_get_length (context) > 0)
    {
      if (genlm_context_get_state (genlm_context_get_parent (context), self->key) != NULL)
        sum += 0.1;
      genlm_context_put_state (context, self->key, self, NULL);
    }
  *out = self->fault == EMPTY ? -INFINITY : sum;
  return TRUE;
}

static gboolean
coin_weigh_complete (GenlmPotential  *potential,
                     GenlmContext    *context,
                     double          *out,
                     GError         **error)
{
  TestCoin *self = TEST_COIN (potential);

  if (!coin_weigh_prefix (potential, context, out, error))
    return FALSE;
  if (self->fault == BAD_ZERO && *out == -INFINITY)
    *out = -1;
  else
    *out += get_step (self, 3) + (self->fault == BAD_COMPLETE ? 0.01 : 0);
  return TRUE;
}

static gboolean
is_zero (TestCoin     *self,
         GenlmContext *context)
{
  return self->fault == EMPTY || genlm_context_get_max_token (context) == 2;
}

static GenlmWeights *
coin_weigh_next (GenlmPotential  *potential,
                 GenlmContext    *context,
                 GError         **error)
{
  TestCoin *self = TEST_COIN (potential);
  double *values;
  GenlmWeights *weights;

  if (is_zero (self, context) && self->fault != NO_ZERO_ERROR)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX, "no such context");
      return NULL;
    }
  weights = genlm_weights_new_uninit (4, &values);
  for (guint32 i = 0; i < 4; i++)
    values[i] = is_zero (self, context) ? -INFINITY : get_step (self, i) + (i < 3 ? self->extra : 0);
  if (self->fault == BAD_NEXT)
    values[1] += 0.01;
  if (self->fault == NAN_NEXT)
    values[1] = NAN;
  return weights;
}

static GenlmTokenSet *
coin_weigh_mask (GenlmPotential  *potential,
                 GenlmContext    *context,
                 GError         **error)
{
  TestCoin *self = TEST_COIN (potential);
  const guint32 tokens[] = { 0, 1, 3 };

  if (is_zero (self, context))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX, "no such context");
      return NULL;
    }
  if ((genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) == 0)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "not Boolean");
      return NULL;
    }
  return genlm_token_set_new_for_tokens (4, tokens, self->fault == BAD_MASK ? 2 : 3);
}

static GenlmScores *
coin_weigh_prefix_batch (GenlmPotential  *potential,
                         GenlmBatch      *batch,
                         GError         **error)
{
  gsize n = genlm_batch_get_size (batch);
  double *values;
  GenlmScores *scores = genlm_scores_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    {
      gsize at = TEST_COIN (potential)->fault == BAD_BATCH_ORDER ? n - 1 - i : i;

      coin_weigh_prefix (potential, genlm_batch_get (batch, at), &values[i], NULL);
    }
  return scores;
}

static GenlmWeightsList *
coin_weigh_next_batch (GenlmPotential  *potential,
                       GenlmBatch      *batch,
                       GError         **error)
{
  g_autoptr (GenlmWeightsList) list = genlm_weights_list_new ();

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      gsize at = TEST_COIN (potential)->fault == BAD_BATCH_NEXT ? 0 : i;
      g_autoptr (GenlmWeights) weights = coin_weigh_next (potential, genlm_batch_get (batch, at), error);
      g_autoptr (GenlmWeights) shifted = NULL;

      if (weights == NULL)
        return NULL;
      if (TEST_COIN (potential)->fault == BAD_BATCH_NEXT && i > 0)
        {
          const double values[] = { -1, -1, -1, -1 };

          shifted = genlm_weights_new (values, 4);
        }
      genlm_weights_list_append (list, shifted != NULL ? shifted : weights);
    }
  return g_steal_pointer (&list);
}

static void
poison (GCancellable *cancellable,
        gpointer      user_data)
{
  TEST_COIN (user_data)->extra = -0.5;
}

static void
coin_evaluate (GenlmPotential *potential,
               GenlmRequest   *request)
{
  TestCoin *self = TEST_COIN (potential);
  GenlmPotentialInterface *iface = g_type_default_interface_peek (GENLM_TYPE_POTENTIAL);
  GCancellable *cancellable = genlm_request_get_cancellable (request);
  g_autoptr (GError) error = NULL;

  switch ((int) self->fault)
    {
    case BAD_ASYNC:
      if (genlm_request_get_method (request) == GENLM_METHOD_PREFIX)
        {
          const double value = -7;
          g_autoptr (GenlmScores) scores = genlm_scores_new (&value, 1);

          genlm_request_return_scores (request, scores);
          return;
        }
      break;
    case ASYNC_ERROR:
      error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT, "out of luck");
      genlm_request_return_error (request, error);
      return;
    case NEVER_ANSWERS:
      g_ptr_array_add (kept, g_object_ref (request));
      return;
    case POISONED_BY_CANCELLATION:
      if (cancellable != NULL)
        g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (poison), self, 0);
      break;
    default:
      break;
    }
  iface->evaluate (potential, request);
}

static GenlmPotential *
coin_make_spawn (GenlmPotential  *potential,
                 GError         **error)
{
  TestCoin *self = TEST_COIN (potential);
  TestCoin *spawn;

  if (self->fault == NO_SPAWN)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "one is enough");
      return NULL;
    }
  if (self->fault == SAME_SPAWN)
    return g_object_ref (potential);
  spawn = coin_new (self->fault);
  spawn->extra = self->fault == BAD_SPAWN ? -0.5 : 0;
  return GENLM_POTENTIAL (spawn);
}

static GVariant *
coin_dup_recipe (GenlmPotential  *potential,
                 GError         **error)
{
  if (TEST_COIN (potential)->fault == BAD_RECIPE)
    return g_variant_ref_sink (g_variant_new_parsed ("('ngram', @a{sv} {})"));
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED, "known to this test alone");
  return NULL;
}

static void
test_coin_potential_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = coin_weigh_prefix;
  iface->weigh_complete = coin_weigh_complete;
  iface->weigh_next = coin_weigh_next;
  iface->weigh_mask = coin_weigh_mask;
  iface->weigh_prefix_batch = coin_weigh_prefix_batch;
  iface->weigh_next_batch = coin_weigh_next_batch;
  iface->evaluate = coin_evaluate;
  iface->make_spawn = coin_make_spawn;
  iface->dup_recipe = coin_dup_recipe;
}

static void
test_coin_class_init (TestCoinClass *klass)
{
}

static void
test_coin_init (TestCoin *self)
{
  self->key = genlm_context_new_key ();
}

/* -- what the checks say --------------------------------------------------- */

static GenlmContext *
new_context (const char *letters)
{
  g_autoptr (GBytes) bytes = g_bytes_new (letters, strlen (letters));
  GenlmContext *context = genlm_vocab_encode (abc_vocab (), bytes, NULL);

  g_assert_nonnull (context);
  return context;
}

/* The contexts of a list such as "|a|ab". */
static GenlmBatch *
new_batch (const char *list)
{
  g_auto (GStrv) texts = g_strsplit (list, "|", -1);
  GenlmBatch *batch = genlm_batch_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (GenlmContext) context = new_context (texts[i]);

      genlm_batch_append (batch, context);
    }
  return batch;
}

static GenlmHarness *
new_harness (Fault fault)
{
  g_autoptr (TestCoin) coin = coin_new (fault);

  return genlm_harness_new (GENLM_POTENTIAL (coin));
}

static void
assert_found (gboolean           is_kept,
              GError            *taken,
              GenlmHarnessError  code,
              const char        *part)
{
  g_autoptr (GError) error = taken;

  g_assert_false (is_kept);
  g_assert_error (error, GENLM_HARNESS_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_true (strstr (error->message, part) != NULL);
  g_assert_nonnull (strstr (error->message, "TestCoin “coin”"));
}

/* Checks one law of one context with a sound potential and a broken one. */
static void
check_context_law (gboolean         (*check) (GenlmHarness *, GenlmContext *, GError **),
                   const char        *letters,
                   Fault              sound,
                   Fault              fault,
                   GenlmHarnessError  code,
                   const char        *part)
{
  g_autoptr (GenlmHarness) good = new_harness (sound);
  g_autoptr (GenlmHarness) bad = new_harness (fault);
  g_autoptr (GenlmContext) context = new_context (letters);
  GError *error = NULL;
  gboolean is_kept;

  is_kept = check (good, context, &error);
  g_assert_no_error (error);
  g_assert_true (is_kept);
  is_kept = check (bad, context, &error);
  assert_found (is_kept, error, code, part);
}

static void
check_batch_law (gboolean         (*check) (GenlmHarness *, GenlmBatch *, GError **),
                 Fault              sound,
                 Fault              fault,
                 GenlmHarnessError  code,
                 const char        *part)
{
  g_autoptr (GenlmHarness) good = new_harness (sound);
  g_autoptr (GenlmHarness) bad = new_harness (fault);
  g_autoptr (GenlmBatch) batch = new_batch ("|a|ab|ac|bb");
  GError *error = NULL;
  gboolean is_kept;

  is_kept = check (good, batch, &error);
  g_assert_no_error (error);
  g_assert_true (is_kept);
  g_object_set (bad, "timeout", 50, NULL);
  is_kept = check (bad, batch, &error);
  assert_found (is_kept, error, code, part);
}

/* The golden table of the tolerance rule, and its edges. */
static void
test_rule (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (SOUND);

  g_assert_false (genlm_harness_agree (harness, -2, -2.001));
  g_assert_true (genlm_harness_agree (harness, -2, -2.000005));
  g_assert_false (genlm_harness_agree (harness, 0, 1e-12));
  g_assert_false (genlm_harness_agree (harness, -100, -100.05));
  g_assert_true (genlm_harness_agree (harness, -0.001, -0.0010005));
  g_assert_true (genlm_harness_agree (harness, -INFINITY, -INFINITY));
  g_assert_false (genlm_harness_agree (harness, -INFINITY, 0));

  g_assert_false (genlm_harness_agree (harness, 0, -INFINITY));
  g_assert_false (genlm_harness_agree (harness, -1, -INFINITY));
  g_assert_true (genlm_harness_agree (harness, 0, 0));
  g_assert_false (genlm_harness_agree (harness, NAN, NAN));
  g_assert_false (genlm_harness_agree (harness, 0, NAN));

  g_object_set (harness, "atol", 0.1, "rtol", 0.001, NULL);
  g_assert_true (genlm_harness_agree (harness, -2, -2.001));
  g_assert_false (genlm_harness_agree (harness, -2, -2.01));
}

static gboolean
check_next (GenlmHarness  *harness,
            GenlmContext  *context,
            GError       **error)
{
  return genlm_harness_check_next (harness, context, 0, error);
}

static void
test_next (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (BAD_NEXT);
  g_autoptr (GenlmHarness) nan = new_harness (NAN_NEXT);
  g_autoptr (GenlmContext) context = new_context ("ab");
  g_autoptr (GError) error = NULL;

  check_context_law (check_next, "ab", SOUND, BAD_NEXT, GENLM_HARNESS_ERROR_NEXT,
                     "in 1 of 4 cases (tolerance 1e-05, relatively 0.001):\n"
                     "  - token 1 “b” after “ab”: want -1.376294361, have -1.386294361, "
                     "which differ by 0.01, relatively 0.00727");

  /* The first is sound, the second is not. */
  g_assert_true (genlm_harness_check_next (harness, context, 1, &error));
  g_assert_no_error (error);
  g_assert_false (genlm_harness_check_next (harness, context, 2, NULL));

  g_assert_false (genlm_harness_check_next (nan, context, 0, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT);
  g_assert_nonnull (strstr (error->message, "Failed to check the law of next weights"));
}

static void
test_factorisation (void)
{
  check_context_law (genlm_harness_check_factorisation, "abba", SOUND, BAD_COMPLETE, GENLM_HARNESS_ERROR_FACTORISATION,
                     "the sum of the next weights of “abba”: want");
  /* A zero on the way. */
  check_context_law (genlm_harness_check_factorisation, "abca", SOUND, BAD_ZERO, GENLM_HARNESS_ERROR_FACTORISATION,
                     "the sum of the next weights of “abca”: want -1, have -inf");
}

static void
test_zero (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (BAD_ZERO);
  g_autoptr (GenlmContext) context = new_context ("ab");

  check_context_law (genlm_harness_check_zero, "ac", SOUND, BAD_ZERO, GENLM_HARNESS_ERROR_ZERO,
                     "in 1 of 4 cases (tolerance 1e-05, relatively 0.001):\n"
                     "  - EOS after “ac”, which has weight zero, has weight -1");
  g_assert_true (genlm_harness_check_zero (harness, context, NULL));
}

static void
test_history (void)
{
  check_context_law (genlm_harness_check_history, "aba", SOUND, BAD_HISTORY, GENLM_HARNESS_ERROR_HISTORY,
                     "prefix of “aba”");
}

static void
test_batch (void)
{
  check_batch_law (genlm_harness_check_batch, SOUND, BAD_BATCH_ORDER, GENLM_HARNESS_ERROR_BATCH, "prefix of “a”: want");
  check_batch_law (genlm_harness_check_batch, SOUND, BAD_BATCH_NEXT, GENLM_HARNESS_ERROR_BATCH,
                   "token 0 “a” after “a”: want");
}

static void
test_mask (void)
{
  check_context_law (genlm_harness_check_mask, "ab", BOOLEAN, BAD_MASK, GENLM_HARNESS_ERROR_MASK,
                     "EOS after “ab” is not in the mask and has weight 0");
  check_context_law (genlm_harness_check_mask, "ab", SOUND, BAD_BOOLEAN, GENLM_HARNESS_ERROR_MASK,
                     "it is Boolean, and yet a prefix weight is -2.079");
}

static void
test_async (void)
{
  check_batch_law (genlm_harness_check_async, SOUND, BAD_ASYNC, GENLM_HARNESS_ERROR_ASYNC,
                   "prefix of “ab”: want -2.079441542, have -7");
  check_batch_law (genlm_harness_check_async, BOOLEAN, ASYNC_ERROR, GENLM_HARNESS_ERROR_ASYNC,
                   "logw_next of “ab” failed: out of luck");

  kept = g_ptr_array_new_with_free_func (g_object_unref);
  check_batch_law (genlm_harness_check_async, SOUND, NEVER_ANSWERS, GENLM_HARNESS_ERROR_ASYNC,
                   "complete of “” was not answered within 50 ms");
  g_clear_pointer (&kept, g_ptr_array_unref);
}

static void
test_cancellation (void)
{
  check_batch_law (genlm_harness_check_cancellation, SOUND, POISONED_BY_CANCELLATION, GENLM_HARNESS_ERROR_CANCELLATION,
                   "prefix of “ab”: want");
}

static void
test_errors (void)
{
  check_context_law (genlm_harness_check_errors, "ac", SOUND, NO_ZERO_ERROR, GENLM_HARNESS_ERROR_ERRORS,
                     "logw_next of a context of weight zero has an answer; want GENLM_POTENTIAL_ERROR_ZERO_PREFIX");
}

static void
test_errors_without_zero (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (NO_ZERO_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_true (genlm_harness_check_errors (harness, NULL, &error));
  g_assert_no_error (error);
}

static void
test_spawn (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (NO_SPAWN);
  g_autoptr (GenlmBatch) batch = new_batch ("a");
  g_autoptr (GError) error = NULL;

  check_batch_law (genlm_harness_check_spawn, SOUND, BAD_SPAWN, GENLM_HARNESS_ERROR_SPAWN,
                   "prefix of “ab”: want -2.079441542, have -3.079441542");
  check_batch_law (genlm_harness_check_spawn, SOUND, SAME_SPAWN, GENLM_HARNESS_ERROR_SPAWN, "it is the same object");

  g_assert_false (genlm_harness_check_spawn (harness, batch, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
}

static void
test_recipe (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (BAD_RECIPE);
  g_autoptr (GenlmHarness) none = new_harness (SOUND);
  g_autoptr (GenlmBatch) batch = new_batch ("a");
  GError *error = NULL;
  gboolean is_kept = genlm_harness_check_recipe (harness, batch, &error);

  assert_found (is_kept, g_steal_pointer (&error), GENLM_HARNESS_ERROR_RECIPE, "the vocabulary: want 3 tokens");
  g_assert_false (genlm_harness_check_recipe (none, batch, &error));
  g_assert_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED);
  g_error_free (error);
}

/* To the last bit, and to the code of an error. */
static void
test_equal (void)
{
  static const struct { Fault fault; const char *part; } cases[] = {
    { BAD_COMPLETE, "synchronous complete of “”: number 0 of 1 is -1.3762943611198906" },
    { BAD_BATCH_ORDER, "synchronous batch_prefix of 3 contexts: number 0 of 3" },
    { BAD_ASYNC, "asynchronous " },
    { ASYNC_ERROR, "asynchronous " },
    { NEVER_ANSWERS, "not answered within 50 ms" },
    { BOOLEAN, "one is Boolean" },
  };
  g_autoptr (GenlmHarness) harness = new_harness (SOUND);
  g_autoptr (TestCoin) sound = coin_new (SOUND);
  g_autoptr (TestCoin) off = coin_new (SOUND);
  g_autoptr (GenlmPotential) autobatched = genlm_potential_to_autobatched (GENLM_POTENTIAL (sound));
  g_autoptr (GenlmBatch) batch = new_batch ("|ab|c");
  g_autoptr (GenlmPotential) other = NULL;
  GError *error = NULL;
  gboolean is_kept;

  g_object_set (harness, "timeout", 50, NULL);
  g_assert_true (genlm_harness_check_equal (harness, GENLM_POTENTIAL (sound), batch, &error));
  g_assert_no_error (error);
  g_assert_true (genlm_harness_check_equal (harness, autobatched, batch, &error));
  g_assert_no_error (error);

  kept = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TestCoin) bad = coin_new (cases[i].fault);

      is_kept = genlm_harness_check_equal (harness, GENLM_POTENTIAL (bad), batch, &error);
      assert_found (is_kept, g_steal_pointer (&error), GENLM_HARNESS_ERROR_EQUAL, cases[i].part);
    }

  g_clear_pointer (&kept, g_ptr_array_unref);

  off->extra = 1e-15;
  is_kept = genlm_harness_check_equal (harness, GENLM_POTENTIAL (off), batch, &error);
  assert_found (is_kept, g_steal_pointer (&error), GENLM_HARNESS_ERROR_EQUAL, "synchronous prefix of “ab”");

  other = genlm_element_make ("ngram", NULL, &error);
  g_assert_no_error (error);
  g_assert_false (genlm_harness_check_equal (harness, other, batch, &error));
  g_assert_error (error, GENLM_HARNESS_ERROR, GENLM_HARNESS_ERROR_EQUAL);
  g_assert_nonnull (strstr (error->message, "the vocabulary: want 3 tokens"));
  g_clear_error (&error);
}

static void
test_all (void)
{
  const Fault sound[] = { SOUND, THREADED, EMPTY, BOOLEAN, NO_SPAWN };
  g_autoptr (GenlmHarness) bad = new_harness (BAD_COMPLETE);
  g_autoptr (GenlmBatch) batch = new_batch ("|a|ab|ac|bb");
  GError *error = NULL;
  gboolean is_kept;

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    {
      g_autoptr (GenlmHarness) harness = new_harness (sound[i]);

      is_kept = genlm_harness_check_all (harness, batch, &error);
      g_assert_no_error (error);
      g_assert_true (is_kept);
    }

  /* All messages, and the code of the first. */
  is_kept = genlm_harness_check_all (bad, batch, &error);
  g_assert_nonnull (strstr (error->message, "the law of next weights"));
  assert_found (is_kept, error, GENLM_HARNESS_ERROR_FACTORISATION, "the law of factorisation");
}

static void
test_bounded (void)
{
  g_autoptr (GenlmHarness) harness = new_harness (BAD_SPAWN);
  g_autoptr (GenlmBatch) batch = new_batch ("a|b|ab|ba|bb");
  GError *error = NULL;
  gboolean is_kept;

  g_object_set (harness, "max-failures", 2, NULL);
  is_kept = genlm_harness_check_spawn (harness, batch, &error);
  g_assert_null (strstr (error->message, "“ba”"));
  /* Five prefixes, five wholes, and a and b after each. */
  assert_found (is_kept, error, GENLM_HARNESS_ERROR_SPAWN, "\n  - and 18 more");
}

static void
test_element (void)
{
  g_autoptr (GenlmHarness) harness = NULL;
  g_autoptr (GError) error = NULL;

  harness = genlm_harness_new_for_element ("ngram", g_variant_new_parsed ("{'unit': <'bytes'>}"), &error);
  g_assert_no_error (error);
  g_assert_true (genlm_potential_get_vocab (genlm_harness_get_potential (harness)) == genlm_vocab_bytes ());

  g_assert_null (genlm_harness_new_for_element ("no-such-element", NULL, &error));
  g_assert_error (error, GENLM_REGISTRY_ERROR, GENLM_REGISTRY_ERROR_NOT_FOUND);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/testing/harness/rule", test_rule);
  g_test_add_func ("/testing/harness/next", test_next);
  g_test_add_func ("/testing/harness/factorisation", test_factorisation);
  g_test_add_func ("/testing/harness/zero", test_zero);
  g_test_add_func ("/testing/harness/history", test_history);
  g_test_add_func ("/testing/harness/batch", test_batch);
  g_test_add_func ("/testing/harness/mask", test_mask);
  g_test_add_func ("/testing/harness/async", test_async);
  g_test_add_func ("/testing/harness/cancellation", test_cancellation);
  g_test_add_func ("/testing/harness/errors", test_errors);
  g_test_add_func ("/testing/harness/errors-without-zero", test_errors_without_zero);
  g_test_add_func ("/testing/harness/spawn", test_spawn);
  g_test_add_func ("/testing/harness/recipe", test_recipe);
  g_test_add_func ("/testing/harness/equal", test_equal);
  g_test_add_func ("/testing/harness/all", test_all);
  g_test_add_func ("/testing/harness/bounded", test_bounded);
  g_test_add_func ("/testing/harness/element", test_element);

  return g_test_run ();
}
