/* Holds a potential to the laws that all of them keep, and says where it does
 * not. It asks nothing but the public interface, so that it serves elements in
 * C, in scripts, and wrappers of both alike. */

#include "genlm-harness.h"
#include "genlm-answers-private.h"
#include "genlm-findings-private.h"
#include "genlm-round-private.h"
#include "genlm-transcript-private.h"

#include <math.h>

/**
 * GenlmHarness:
 *
 * Checks whether a potential keeps the laws of potentials.
 *
 * It asks nothing but the public interface, so it serves elements in C, in
 * scripts, and wrappers of both alike. Each check is one law and takes the
 * contexts that it is tried on; [method@Harness.check_all] tries every law. What
 * breaks a law is an error of %GENLM_HARNESS_ERROR that lists contexts, what was
 * wanted and what came, and never ends the program, so that it also serves for
 * elements of others.
 *
 * Weights agree within [property@Harness:rtol] and [property@Harness:atol].
 *
 * Threads: the one that made the potential, whose main context must not be
 * running elsewhere.
 *
 * Since: 0.1
 */
struct _GenlmHarness
{
  GObject         parent_instance;

  GenlmPotential *potential;
  double          rtol;
  double          atol;
  guint64         top_k;
  guint           timeout;
  guint           max_failures;
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  PROP_RTOL,
  PROP_ATOL,
  PROP_TOP_K,
  PROP_TIMEOUT,
  PROP_MAX_FAILURES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GenlmHarness, genlm_harness, G_TYPE_OBJECT)

/**
 * genlm_harness_error_quark:
 *
 * Gets the domain of [enum@HarnessError].
 *
 * Returns: the quark of %GENLM_HARNESS_ERROR
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-harness-error-quark, genlm_harness_error)

static void
genlm_harness_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  GenlmHarness *self = GENLM_HARNESS (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_value_set_object (value, self->potential);
      break;
    case PROP_RTOL:
      g_value_set_double (value, self->rtol);
      break;
    case PROP_ATOL:
      g_value_set_double (value, self->atol);
      break;
    case PROP_TOP_K:
      g_value_set_uint64 (value, self->top_k);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->timeout);
      break;
    case PROP_MAX_FAILURES:
      g_value_set_uint (value, self->max_failures);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_harness_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  GenlmHarness *self = GENLM_HARNESS (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      self->potential = g_value_dup_object (value);
      break;
    case PROP_RTOL:
      self->rtol = g_value_get_double (value);
      break;
    case PROP_ATOL:
      self->atol = g_value_get_double (value);
      break;
    case PROP_TOP_K:
      self->top_k = g_value_get_uint64 (value);
      break;
    case PROP_TIMEOUT:
      self->timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_FAILURES:
      self->max_failures = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_harness_dispose (GObject *object)
{
  GenlmHarness *self = GENLM_HARNESS (object);

  g_clear_object (&self->potential);

  G_OBJECT_CLASS (genlm_harness_parent_class)->dispose (object);
}

static void
genlm_harness_class_init (GenlmHarnessClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_harness_get_property;
  object_class->set_property = genlm_harness_set_property;
  object_class->dispose = genlm_harness_dispose;

  /**
   * GenlmHarness:potential:
   *
   * The potential that is checked.
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential", "The potential that is checked", GENLM_TYPE_POTENTIAL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmHarness:rtol:
   *
   * The largest relative difference of two log weights that agree.
   *
   * Since: 0.1
   */
  properties[PROP_RTOL] =
    g_param_spec_double ("rtol", "Relative tolerance", "The largest relative difference of two log weights that agree",
                         0, G_MAXDOUBLE, 1e-3, flags);
  /**
   * GenlmHarness:atol:
   *
   * The largest absolute difference of two log weights that agree.
   *
   * Since: 0.1
   */
  properties[PROP_ATOL] =
    g_param_spec_double ("atol", "Absolute tolerance", "The largest absolute difference of two log weights that agree",
                         0, G_MAXDOUBLE, 1e-5, flags);
  /**
   * GenlmHarness:top-k:
   *
   * How many tokens after each context [method@Harness.check_all] looks at; 0 for all.
   *
   * Since: 0.1
   */
  properties[PROP_TOP_K] =
    g_param_spec_uint64 ("top-k", "Top k", "How many tokens after each context are looked at; 0 for all",
                         0, G_MAXUINT64, 0, flags);
  /**
   * GenlmHarness:timeout:
   *
   * How many milliseconds asynchronous calls have to be answered.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", "Timeout", "Milliseconds that asynchronous calls have to be answered",
                       1, G_MAXUINT, 30000, flags);
  /**
   * GenlmHarness:max-failures:
   *
   * How many failures a message lists.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_FAILURES] =
    g_param_spec_uint ("max-failures", "Maximum of failures", "How many failures a message lists",
                       1, 10000, 20, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
genlm_harness_init (GenlmHarness *self)
{
}

/* -- helpers -------------------------------------------------------------- */

static GenlmFindings *
new_findings (GenlmHarness *self,
              const char   *law)
{
  return genlm_findings_new (self->potential, law, self->rtol, self->atol, self->max_failures);
}

static GenlmVocab *
get_vocab (GenlmHarness *self)
{
  return genlm_potential_get_vocab (self->potential);
}

static gboolean
is_boolean (GenlmHarness *self)
{
  return (genlm_potential_get_traits (self->potential) & GENLM_TRAITS_BOOLEAN) != 0;
}

/* Says what was checked when the potential gave an error instead of an answer. */
static gboolean
fail_to_check (GenlmHarness  *self,
               const char    *law,
               GError       **error)
{
  g_autofree char *label = genlm_potential_dup_label (self->potential);

  g_prefix_error (error, "Failed to check the law of %s of %s: ", law, label);
  return FALSE;
}

static GenlmBatch *
new_batch_of_one (GenlmContext *context)
{
  GenlmBatch *batch = genlm_batch_new_sized (1);

  genlm_batch_append (batch, context);
  return batch;
}

static double
ask_prefix (GenlmHarness  *self,
            GenlmContext  *context,
            GError       **error)
{
  return genlm_potential_prefix_sync (self->potential, context, NULL, error);
}

/* The context and its ancestors, the empty one first; borrowed. */
static GPtrArray *
list_ancestors (GenlmContext *context)
{
  gsize length = genlm_context_get_length (context);
  GPtrArray *nodes = g_ptr_array_new ();

  g_ptr_array_set_size (nodes, (int) length + 1);
  for (GenlmContext *node = context; node != NULL; node = genlm_context_get_parent (node))
    g_ptr_array_index (nodes, genlm_context_get_length (node)) = node;
  return nodes;
}

/* -- what it is for -------------------------------------------------------- */

/**
 * genlm_harness_new:
 * @potential: a potential
 *
 * Makes a harness for a potential, with the usual tolerances. It is used in the
 * thread that made the potential.
 *
 * Returns: (transfer full): the harness
 * Since: 0.1
 */
GenlmHarness *
genlm_harness_new (GenlmPotential *potential)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (potential), NULL);

  return g_object_new (GENLM_TYPE_HARNESS, "potential", potential, NULL);
}

/**
 * genlm_harness_new_for_element:
 * @name: the name of an element that is a potential
 * @properties: (nullable): its properties, an `a{sv}`
 * @error: return location for an error
 *
 * Makes an element by name and a harness for it.
 *
 * If @properties is floating it is consumed.
 *
 * Errors: those of [func@Genlm.element_make], and %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED
 * for an element that is no potential.
 *
 * Returns: (transfer full): the harness
 * Since: 0.1
 */
GenlmHarness *
genlm_harness_new_for_element (const char  *name,
                               GVariant    *properties,
                               GError     **error)
{
  g_autoptr (GObject) element = NULL;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  element = genlm_element_make (name, properties, error);
  if (element == NULL)
    return NULL;
  if (!GENLM_IS_POTENTIAL (element))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "Failed to make a harness for element “%s”: its type %s is no potential",
                   name, G_OBJECT_TYPE_NAME (element));
      return NULL;
    }
  return genlm_harness_new (GENLM_POTENTIAL (element));
}

/**
 * genlm_harness_get_potential: (get-property potential)
 * @self: a harness
 *
 * Gets the potential that is checked.
 *
 * Returns: (transfer none): the potential
 * Since: 0.1
 */
GenlmPotential *
genlm_harness_get_potential (GenlmHarness *self)
{
  g_return_val_if_fail (GENLM_IS_HARNESS (self), NULL);

  return self->potential;
}

/**
 * genlm_harness_agree:
 * @self: a harness
 * @want: a log weight
 * @have: another
 *
 * Tells whether two log weights agree: the absolute and the relative difference,
 * the latter to @want, are both within their tolerance.
 *
 * Equal infinities agree; a want of 0 agrees with 0 alone; NaN agrees with nothing.
 *
 * Source: the consistency checks of genlm-control, whose rule is kept.
 *
 * Returns: whether they agree
 * Since: 0.1
 */
gboolean
genlm_harness_agree (GenlmHarness *self,
                     double        want,
                     double        have)
{
  double absolute, relative;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);

  genlm_findings_differ (want, have, &absolute, &relative);
  return absolute <= self->atol && relative <= self->rtol;
}

/* -- weights --------------------------------------------------------------- */

/* One score for each token: of the context and the token. */
static GenlmScores *
ask_extensions (GenlmHarness   *self,
                GenlmContext   *context,
                const guint32  *tokens,
                gsize           n_tokens,
                GError        **error)
{
  g_autoptr (GenlmBatch) extensions = genlm_batch_new_sized (n_tokens);

  for (gsize i = 0; i < n_tokens; i++)
    {
      g_autoptr (GenlmContext) extension = genlm_context_append (context, tokens[i]);

      genlm_batch_append (extensions, extension);
    }
  return genlm_potential_batch_score_sync (self->potential, extensions, NULL, error);
}

/* The tokens with the largest weights, or all and EOS. */
static guint32 *
choose_tokens (GenlmWeights *weights,
               gsize         n,
               gsize         top_k,
               gsize        *n_tokens)
{
  guint32 *tokens;

  if (top_k > 0 && weights != NULL)
    return genlm_weights_top_k (weights, top_k, n_tokens);

  *n_tokens = top_k > 0 ? MIN (top_k, n) : n;
  tokens = g_new (guint32, *n_tokens);
  for (gsize i = 0; i < *n_tokens; i++)
    tokens[i] = (guint32) i;
  return tokens;
}

/**
 * genlm_harness_check_next:
 * @self: a harness
 * @context: a context of non-zero prefix weight
 * @top_k: how many tokens to look at, those with the largest weights; 0 for all
 * @error: return location for an error
 *
 * Checks that the next weight of each token, and of EOS, is what it adds to the
 * weight of the context.
 *
 * Errors: %GENLM_HARNESS_ERROR_NEXT with each token that fails, and whatever the
 * potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_next (GenlmHarness  *self,
                          GenlmContext  *context,
                          gsize          top_k,
                          GError       **error)
{
  const char *law = "next weights";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmScores) scores = NULL;
  g_autofree guint32 *tokens = NULL;
  g_autofree char *text = NULL;
  gsize n_tokens;
  double prefix;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (context != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  prefix = ask_prefix (self, context, error);
  if (isnan (prefix))
    return fail_to_check (self, law, error);
  weights = genlm_potential_logw_next_sync (self->potential, context, NULL, error);
  if (weights == NULL)
    return fail_to_check (self, law, error);
  tokens = choose_tokens (weights, genlm_weights_get_size (weights), top_k, &n_tokens);
  if (n_tokens == 0)
    return TRUE;
  scores = ask_extensions (self, context, tokens, n_tokens, error);
  if (scores == NULL)
    return fail_to_check (self, law, error);

  findings = new_findings (self, law);
  text = genlm_vocab_escape_context (get_vocab (self), context);
  for (gsize i = 0; i < n_tokens; i++)
    {
      double want = genlm_weights_get (weights, tokens[i]);
      double have = genlm_scores_get (scores, i) - prefix;
      g_autofree char *token = NULL;

      if (genlm_findings_compare (findings, want, have))
        continue;
      token = genlm_answers_name_token (self->potential, tokens[i]);
      genlm_findings_add_difference (findings, want, have, "%s after %s", token, text);
    }
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_NEXT, error);
}

/* The next weights along a context, summed, with that of EOS at the end. */
static double
sum_next (GenlmHarness  *self,
          GenlmContext  *context,
          GError       **error)
{
  g_autoptr (GPtrArray) nodes = list_ancestors (context);
  double sum = 0;

  for (guint i = 0; i < nodes->len && sum > -INFINITY; i++)
    {
      g_autoptr (GenlmWeights) weights = genlm_potential_logw_next_sync (self->potential, g_ptr_array_index (nodes, i),
                                                                        NULL, error);

      if (weights == NULL)
        return NAN;
      sum += genlm_weights_get (weights, i + 1 < nodes->len ? genlm_context_get_last (g_ptr_array_index (nodes, i + 1))
                                                            : genlm_vocab_get_eos (get_vocab (self)));
    }
  return sum;
}

/**
 * genlm_harness_check_factorisation:
 * @self: a harness
 * @context: a context
 * @error: return location for an error
 *
 * Checks that the next weights along a context sum up to its weight as finished,
 * less the weight of the empty context.
 *
 * Cost: one question for each token of the context.
 *
 * Errors: %GENLM_HARNESS_ERROR_FACTORISATION, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_factorisation (GenlmHarness  *self,
                                   GenlmContext  *context,
                                   GError       **error)
{
  const char *law = "factorisation";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GPtrArray) nodes = NULL;
  double whole, empty, sum;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (context != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  nodes = list_ancestors (context);
  whole = genlm_potential_complete_sync (self->potential, context, NULL, error);
  if (isnan (whole))
    return fail_to_check (self, law, error);
  empty = ask_prefix (self, g_ptr_array_index (nodes, 0), error);
  if (isnan (empty))
    return fail_to_check (self, law, error);
  /* Of an empty language there are no next weights to sum. */
  sum = empty > -INFINITY ? sum_next (self, context, error) : -INFINITY;
  if (isnan (sum))
    return fail_to_check (self, law, error);

  findings = new_findings (self, law);
  genlm_answers_compare_score (self->potential, findings, "the sum of the next weights", context,
                               empty > -INFINITY ? whole - empty : whole, sum);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_FACTORISATION, error);
}

/**
 * genlm_harness_check_zero:
 * @self: a harness
 * @context: a context; if its prefix weight is not zero there is nothing to check
 * @error: return location for an error
 *
 * Checks that a context of weight zero has weight zero as finished, and after
 * every token.
 *
 * Errors: %GENLM_HARNESS_ERROR_ZERO, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_zero (GenlmHarness  *self,
                          GenlmContext  *context,
                          GError       **error)
{
  const char *law = "zero weights";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmScores) scores = NULL;
  g_autofree guint32 *tokens = NULL;
  g_autofree char *text = NULL;
  gsize n_tokens;
  double prefix;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (context != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  prefix = ask_prefix (self, context, error);
  if (isnan (prefix))
    return fail_to_check (self, law, error);
  if (prefix > -INFINITY)
    return TRUE;
  tokens = choose_tokens (NULL, (gsize) genlm_vocab_get_size (get_vocab (self)) + 1, self->top_k, &n_tokens);
  scores = ask_extensions (self, context, tokens, n_tokens, error);
  if (scores == NULL)
    return fail_to_check (self, law, error);

  findings = new_findings (self, law);
  text = genlm_vocab_escape_context (get_vocab (self), context);
  for (gsize i = 0; i < n_tokens; i++)
    {
      g_autofree char *token = NULL;

      if (genlm_findings_expect (findings, genlm_scores_get (scores, i) == -INFINITY))
        continue;
      token = genlm_answers_name_token (self->potential, tokens[i]);
      genlm_findings_add (findings, "%s after %s, which has weight zero, has weight %.10g",
                          token, text, genlm_scores_get (scores, i));
    }
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_ZERO, error);
}

/**
 * genlm_harness_check_history:
 * @self: a harness
 * @context: a context
 * @error: return location for an error
 *
 * Checks that what was asked before changes nothing: a context whose ancestors
 * were all asked about is answered like one that was made afresh.
 *
 * Errors: %GENLM_HARNESS_ERROR_HISTORY, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_history (GenlmHarness  *self,
                             GenlmContext  *context,
                             GError       **error)
{
  const char *law = "history";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmBatch) grown_batch = NULL;
  g_autoptr (GenlmBatch) fresh_batch = NULL;
  g_autoptr (GenlmAnswers) fresh_answers = NULL;
  g_autoptr (GenlmAnswers) grown_answers = NULL;
  g_autoptr (GenlmContext) grown = NULL;
  g_autoptr (GenlmContext) fresh = NULL;
  g_autofree guint32 *tokens = NULL;
  gsize n_tokens;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (context != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  tokens = genlm_context_dup_tokens (context, &n_tokens);
  fresh = genlm_context_new_for_tokens (tokens, n_tokens);
  fresh_batch = new_batch_of_one (fresh);
  fresh_answers = genlm_answers_ask (self->potential, fresh_batch, error);
  if (fresh_answers == NULL)
    return fail_to_check (self, law, error);

  grown = genlm_context_new ();
  for (gsize i = 0; i <= n_tokens; i++)
    {
      g_autoptr (GenlmContext) next = NULL;

      g_clear_pointer (&grown_batch, genlm_batch_unref);
      g_clear_pointer (&grown_answers, genlm_answers_free);
      grown_batch = new_batch_of_one (grown);
      grown_answers = genlm_answers_ask (self->potential, grown_batch, error);
      if (grown_answers == NULL)
        return fail_to_check (self, law, error);
      if (i == n_tokens)
        break;
      next = genlm_context_append (grown, tokens[i]);
      genlm_context_unref (grown);
      grown = g_steal_pointer (&next);
    }

  findings = new_findings (self, law);
  genlm_answers_compare (fresh_answers, grown_answers, findings);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_HISTORY, error);
}

/* -- masks ----------------------------------------------------------------- */

static void
compare_mask (GenlmHarness  *self,
              GenlmFindings *findings,
              GenlmContext  *context,
              GenlmWeights  *weights,
              GenlmTokenSet *mask)
{
  g_autofree char *text = genlm_vocab_escape_context (get_vocab (self), context);

  for (gsize i = 0; i < genlm_weights_get_size (weights); i++)
    {
      double weight = genlm_weights_get (weights, i);
      gboolean is_in = genlm_token_set_contains (mask, (guint32) i);
      g_autofree char *token = NULL;

      if (genlm_findings_expect (findings, weight == (is_in ? 0 : -INFINITY)))
        continue;
      token = genlm_answers_name_token (self->potential, i);
      genlm_findings_add (findings, "%s after %s is %s the mask and has weight %.10g",
                          token, text, is_in ? "in" : "not in", weight);
    }
}

/**
 * genlm_harness_check_mask:
 * @self: a harness
 * @context: a context of non-zero prefix weight
 * @error: return location for an error
 *
 * Checks, for a potential with %GENLM_TRAITS_BOOLEAN, that the mask after a
 * context is the tokens whose next weight is not zero, and that all weights are
 * 0 or -infinity; for another, that it says that it has no masks.
 *
 * Errors: %GENLM_HARNESS_ERROR_MASK, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_mask (GenlmHarness  *self,
                          GenlmContext  *context,
                          GError       **error)
{
  const char *law = "masks";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmTokenSet) mask = NULL;
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GError) mask_error = NULL;
  double prefix;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (context != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  findings = new_findings (self, law);
  mask = genlm_potential_mask_next_sync (self->potential, context, NULL, &mask_error);
  if (!is_boolean (self))
    {
      if (!genlm_findings_expect (findings, g_error_matches (mask_error, GENLM_POTENTIAL_ERROR,
                                                             GENLM_POTENTIAL_ERROR_NOT_SUPPORTED)))
        genlm_findings_add (findings, "it is not Boolean, and yet it answers a question for a mask with %s",
                            mask_error != NULL ? mask_error->message : "a mask");
      return genlm_findings_report (findings, GENLM_HARNESS_ERROR_MASK, error);
    }
  if (mask == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&mask_error));
      return fail_to_check (self, law, error);
    }
  weights = genlm_potential_logw_next_sync (self->potential, context, NULL, error);
  if (weights == NULL)
    return fail_to_check (self, law, error);
  prefix = ask_prefix (self, context, error);
  if (isnan (prefix))
    return fail_to_check (self, law, error);

  if (!genlm_findings_expect (findings, prefix == 0))
    genlm_findings_add (findings, "it is Boolean, and yet a prefix weight is %.10g", prefix);
  compare_mask (self, findings, context, weights, mask);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_MASK, error);
}

/* -- ways to ask ----------------------------------------------------------- */

/* Each context, and each as finished. */
static GenlmBatch *
with_eos (GenlmHarness *self,
          GenlmBatch   *contexts)
{
  gsize n = genlm_batch_get_size (contexts);
  GenlmBatch *all = genlm_batch_new_sized (2 * n);

  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = genlm_batch_get (contexts, i);
      g_autoptr (GenlmContext) finished = genlm_context_append (context, genlm_vocab_get_eos (get_vocab (self)));

      genlm_batch_append (all, context);
      genlm_batch_append (all, finished);
    }
  return all;
}

static gboolean
compare_scores (GenlmHarness   *self,
                GenlmFindings  *findings,
                GenlmBatch     *contexts,
                GError        **error)
{
  g_autoptr (GenlmBatch) all = with_eos (self, contexts);
  g_autoptr (GenlmScores) scores = genlm_potential_batch_score_sync (self->potential, all, NULL, error);

  if (scores == NULL)
    return FALSE;
  for (gsize i = 0; i < genlm_batch_get_size (all); i++)
    {
      double want = genlm_potential_score_sync (self->potential, genlm_batch_get (all, i), NULL, error);

      if (isnan (want))
        return FALSE;
      genlm_answers_compare_score (self->potential, findings, i % 2 == 0 ? "score" : "score, with EOS,",
                                   genlm_batch_get (contexts, i / 2), want, genlm_scores_get (scores, i));
    }
  return TRUE;
}

/**
 * genlm_harness_check_batch:
 * @self: a harness
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that a batch is answered like its contexts one by one, in their order.
 *
 * Errors: %GENLM_HARNESS_ERROR_BATCH, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_batch (GenlmHarness  *self,
                           GenlmBatch    *contexts,
                           GError       **error)
{
  const char *law = "batches";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmAnswers) want = NULL;
  g_autoptr (GenlmAnswers) have = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  want = genlm_answers_ask (self->potential, contexts, error);
  if (want == NULL)
    return fail_to_check (self, law, error);
  have = genlm_answers_ask_batched (want, error);
  if (have == NULL)
    return fail_to_check (self, law, error);

  findings = new_findings (self, law);
  genlm_answers_compare (want, have, findings);
  if (!compare_scores (self, findings, contexts, error))
    return fail_to_check (self, law, error);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_BATCH, error);
}

static const char *
name_method (GenlmMethod method)
{
  switch (method)
    {
    case GENLM_METHOD_PREFIX:
      return "prefix";
    case GENLM_METHOD_COMPLETE:
      return "complete";
    case GENLM_METHOD_NEXT:
      return "logw_next";
    case GENLM_METHOD_MASK:
      return "mask_next";
    case GENLM_METHOD_SAMPLE:
    default:
      return "sample";
    }
}

/* Whether a call was answered as calls must be, whatever the answer is. */
static gboolean
check_manners (GenlmHarness   *self,
               GenlmFindings  *findings,
               GenlmRoundCall *call)
{
  const char *method = name_method (call->method);
  g_autofree char *text = NULL;

  if (genlm_findings_expect (findings, call->n_answers == 1 && !call->is_early && !call->is_elsewhere))
    return TRUE;

  text = genlm_vocab_escape_context (get_vocab (self), call->context);
  if (call->n_answers == 0)
    genlm_findings_add (findings, "%s of %s was not answered within %u ms", method, text, self->timeout);
  else if (call->n_answers > 1)
    genlm_findings_add (findings, "%s of %s was answered %u times", method, text, call->n_answers);
  else
    genlm_findings_add (findings, "%s of %s was answered %s", method, text,
                        call->is_early ? "before the call returned" : "in another thread");
  return FALSE;
}

/* Compares the answer of an asynchronous call with what the synchronous one said. */
static void
compare_call (GenlmHarness   *self,
              GenlmFindings  *findings,
              GenlmRoundCall *call,
              GenlmAnswers   *want,
              gsize           index)
{
  if (!check_manners (self, findings, call))
    return;
  if (!genlm_findings_expect (findings, call->error == NULL))
    {
      g_autofree char *text = genlm_vocab_escape_context (get_vocab (self), call->context);

      genlm_findings_add (findings, "%s of %s failed: %s", name_method (call->method), text, call->error->message);
      return;
    }

  switch (call->method)
    {
    case GENLM_METHOD_PREFIX:
      genlm_answers_compare_score (self->potential, findings, "prefix", call->context,
                                   genlm_answers_get_prefix (want, index), call->score);
      break;
    case GENLM_METHOD_COMPLETE:
      genlm_answers_compare_score (self->potential, findings, "complete", call->context,
                                   genlm_answers_get_complete (want, index), call->score);
      break;
    case GENLM_METHOD_NEXT:
      genlm_answers_compare_next (self->potential, findings, call->context,
                                  genlm_answers_get_next (want, index), call->weights);
      break;
    case GENLM_METHOD_MASK:
      compare_mask (self, findings, call->context, genlm_answers_get_next (want, index), call->mask);
      break;
    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

/* The methods that a context may be asked with. */
static guint
list_methods (GenlmHarness *self,
              GenlmAnswers *answers,
              gsize         index,
              GenlmMethod   methods[4])
{
  guint n = 0;

  methods[n++] = GENLM_METHOD_PREFIX;
  methods[n++] = GENLM_METHOD_COMPLETE;
  if (genlm_answers_get_next (answers, index) != NULL)
    methods[n++] = GENLM_METHOD_NEXT;
  if (genlm_answers_get_next (answers, index) != NULL && is_boolean (self))
    methods[n++] = GENLM_METHOD_MASK;
  return n;
}

/**
 * genlm_harness_check_async:
 * @self: a harness
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that asynchronous calls, all made at once, are answered like
 * synchronous ones: each exactly once, in the main context of the call, after
 * the call returned, and within [property@Harness:timeout].
 *
 * The calls are made from a main context of their own.
 *
 * Errors: %GENLM_HARNESS_ERROR_ASYNC, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_async (GenlmHarness  *self,
                           GenlmBatch    *contexts,
                           GError       **error)
{
  const char *law = "asynchronous calls";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmAnswers) want = NULL;
  g_autoptr (GenlmRound) round = NULL;
  GenlmMethod methods[4];
  guint at = 0;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  want = genlm_answers_ask (self->potential, contexts, error);
  if (want == NULL)
    return fail_to_check (self, law, error);

  round = genlm_round_new (self->potential);
  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      guint n = list_methods (self, want, i, methods);

      for (guint j = 0; j < n; j++)
        genlm_round_send (round, methods[j], genlm_batch_get (contexts, i), NULL);
    }
  genlm_round_wait (round, self->timeout);

  findings = new_findings (self, law);
  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      guint n = list_methods (self, want, i, methods);

      for (guint j = 0; j < n; j++)
        compare_call (self, findings, genlm_round_get_call (round, at++), want, i);
    }
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_ASYNC, error);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What was cancelled before it was asked must say so. */
static void
check_cancelled_before (GenlmHarness  *self,
                        GenlmFindings *findings,
                        GenlmContext  *context)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) sync_error = NULL;
  g_autoptr (GenlmRound) round = genlm_round_new (self->potential);
  GenlmRoundCall *call;

  g_cancellable_cancel (cancellable);
  genlm_potential_prefix_sync (self->potential, context, cancellable, &sync_error);
  if (!genlm_findings_expect (findings, is_cancelled (sync_error)))
    genlm_findings_add (findings, "a synchronous call with a cancelled cancellable ends with %s",
                        sync_error != NULL ? sync_error->message : "a weight");

  genlm_round_send (round, GENLM_METHOD_PREFIX, context, cancellable);
  genlm_round_wait (round, self->timeout);
  call = genlm_round_get_call (round, 0);
  if (check_manners (self, findings, call) && !genlm_findings_expect (findings, is_cancelled (call->error)))
    genlm_findings_add (findings, "an asynchronous call with a cancelled cancellable ends with %s",
                        call->error != NULL ? call->error->message : "a weight");
}

/* Asks about each context twice, lets the loop run a while, and cancels the
 * first question about each. The second one is the neighbour. */
static void
check_cancelled_after (GenlmHarness  *self,
                       GenlmFindings *findings,
                       GenlmBatch    *contexts,
                       GenlmAnswers  *want,
                       guint          n_steps)
{
  g_autoptr (GenlmRound) round = genlm_round_new (self->potential);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GenlmMethod methods[4];
  guint at = 0;

  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      guint n = list_methods (self, want, i, methods);

      for (guint j = 0; j < n; j++)
        {
          genlm_round_send (round, methods[j], genlm_batch_get (contexts, i), cancellable);
          genlm_round_send (round, methods[j], genlm_batch_get (contexts, i), NULL);
        }
    }
  for (guint i = 0; i < n_steps; i++)
    genlm_round_step (round);
  g_cancellable_cancel (cancellable);
  genlm_round_wait (round, self->timeout);

  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      guint n = list_methods (self, want, i, methods);

      for (guint j = 0; j < n; j++)
        {
          GenlmRoundCall *call = genlm_round_get_call (round, at++);

          /* It may have been answered before. */
          if (!is_cancelled (call->error) || call->n_answers != 1)
            compare_call (self, findings, call, want, i);
          else
            genlm_findings_expect (findings, TRUE);
          compare_call (self, findings, genlm_round_get_call (round, at++), want, i);
        }
    }
}

/**
 * genlm_harness_check_cancellation:
 * @self: a harness
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that a cancelled call ends once, with %G_IO_ERROR_CANCELLED or the answer
 * that it had already, wherever it is cancelled, and that other calls and later
 * ones are answered as ever.
 *
 * Errors: %GENLM_HARNESS_ERROR_CANCELLATION, and whatever the potential reports.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_cancellation (GenlmHarness  *self,
                                  GenlmBatch    *contexts,
                                  GError       **error)
{
  const char *law = "cancellation";
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmAnswers) want = NULL;
  g_autoptr (GenlmAnswers) after = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  want = genlm_answers_ask (self->potential, contexts, error);
  if (want == NULL)
    return fail_to_check (self, law, error);

  findings = new_findings (self, law);
  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    check_cancelled_before (self, findings, genlm_batch_get (contexts, i));
  for (guint n_steps = 0; n_steps < 4; n_steps++)
    check_cancelled_after (self, findings, contexts, want, n_steps);

  after = genlm_answers_ask (self->potential, contexts, error);
  if (after == NULL)
    return fail_to_check (self, law, error);
  genlm_answers_compare (want, after, findings);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_CANCELLATION, error);
}

/* -- errors ---------------------------------------------------------------- */

/* Takes the error that a bad question got, or NULL. */
static void
expect_error (GenlmFindings       *findings,
              GError              *taken,
              GenlmPotentialError  code,
              const char          *question)
{
  g_autoptr (GError) error = taken;
  g_autofree char *name = NULL;

  if (genlm_findings_expect (findings, g_error_matches (error, GENLM_POTENTIAL_ERROR, (int) code)))
    return;
  name = g_enum_to_string (GENLM_TYPE_POTENTIAL_ERROR, (int) code);
  if (error == NULL)
    genlm_findings_add (findings, "%s has an answer; want %s", question, name);
  else
    genlm_findings_add (findings, "%s has the error “%s” (%s, %d); want %s",
                        question, error->message, g_quark_to_string (error->domain), error->code, name);
}

static void
check_empty_batch (GenlmHarness  *self,
                   GenlmFindings *findings)
{
  g_autoptr (GenlmBatch) empty = genlm_batch_new ();
  GError *error = NULL;

#define CHECK(method, unref)                                                                    \
  G_STMT_START {                                                                                \
    gpointer answer = genlm_potential_batch_ ## method ## _sync (self->potential, empty, NULL, &error); \
                                                                                                \
    g_clear_pointer (&answer, unref);                                                           \
    expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_EMPTY_BATCH,        \
                  "batch_" #method " of no contexts");                                          \
  } G_STMT_END

  CHECK (prefix, genlm_scores_unref);
  CHECK (complete, genlm_scores_unref);
  CHECK (score, genlm_scores_unref);
  CHECK (logw_next, genlm_weights_list_unref);
#undef CHECK
}

static void
check_invalid_tokens (GenlmHarness  *self,
                      GenlmFindings *findings)
{
  guint32 eos = genlm_vocab_get_eos (get_vocab (self));
  g_autoptr (GenlmContext) empty = genlm_context_new ();
  g_autoptr (GenlmContext) finished = genlm_context_append (empty, eos);
  g_autoptr (GenlmContext) beyond = genlm_context_append (empty, eos + 1);
  g_autoptr (GenlmContext) twice = genlm_context_append (finished, eos);
  GError *error = NULL;
  GenlmWeights *weights;

  genlm_potential_prefix_sync (self->potential, finished, NULL, &error);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_INVALID_TOKEN, "prefix of EOS");
  genlm_potential_complete_sync (self->potential, finished, NULL, &error);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_INVALID_TOKEN, "complete of EOS");
  weights = genlm_potential_logw_next_sync (self->potential, finished, NULL, &error);
  g_clear_pointer (&weights, genlm_weights_unref);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_INVALID_TOKEN, "logw_next of EOS");
  genlm_potential_score_sync (self->potential, twice, NULL, &error);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_INVALID_TOKEN, "score of EOS twice");
  genlm_potential_score_sync (self->potential, beyond, NULL, &error);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_INVALID_TOKEN,
                "score of an id beyond the vocabulary");
}

static void
check_zero_questions (GenlmHarness  *self,
                      GenlmFindings *findings,
                      GenlmContext  *zero)
{
  g_autoptr (GenlmBatch) batch = new_batch_of_one (zero);
  GError *error = NULL;
  GenlmWeights *weights;
  GenlmWeightsList *list;
  GenlmTokenSet *mask;

  weights = genlm_potential_logw_next_sync (self->potential, zero, NULL, &error);
  g_clear_pointer (&weights, genlm_weights_unref);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
                "logw_next of a context of weight zero");
  list = genlm_potential_batch_logw_next_sync (self->potential, batch, NULL, &error);
  g_clear_pointer (&list, genlm_weights_list_unref);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
                "batch_logw_next of a context of weight zero");
  if (!is_boolean (self))
    return;
  mask = genlm_potential_mask_next_sync (self->potential, zero, NULL, &error);
  g_clear_pointer (&mask, genlm_token_set_unref);
  expect_error (findings, g_steal_pointer (&error), GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
                "mask_next of a context of weight zero");
}

/**
 * genlm_harness_check_errors:
 * @self: a harness
 * @zero: (nullable): a context of prefix weight zero, %NULL if the potential has none
 * @error: return location for an error
 *
 * Checks that bad questions have the errors that callers rely on: an empty batch,
 * an id outside the vocabulary, EOS before the end, the next weights of @zero.
 *
 * Errors: %GENLM_HARNESS_ERROR_ERRORS.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_errors (GenlmHarness  *self,
                            GenlmContext  *zero,
                            GError       **error)
{
  g_autoptr (GenlmFindings) findings = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  findings = new_findings (self, "errors");
  check_empty_batch (self, findings);
  check_invalid_tokens (self, findings);
  if (zero != NULL)
    check_zero_questions (self, findings, zero);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_ERRORS, error);
}

/* -- copies ---------------------------------------------------------------- */

static gboolean
expect_vocab (GenlmHarness  *self,
              GenlmFindings *findings,
              GenlmVocab    *vocab)
{
  g_autofree char *want_text = NULL;
  g_autofree char *have_text = NULL;

  if (genlm_findings_expect (findings, vocab != NULL && genlm_vocab_equal (vocab, get_vocab (self))))
    return TRUE;
  want_text = genlm_vocab_to_string (get_vocab (self));
  have_text = vocab != NULL ? genlm_vocab_to_string (vocab) : g_strdup ("none");
  genlm_findings_add (findings, "the vocabulary: want %s, have %s", want_text, have_text);
  return FALSE;
}

static gboolean
check_copy (GenlmHarness    *self,
            GenlmPotential  *copy,
            GenlmBatch      *contexts,
            const char      *law,
            int              code,
            GError         **error)
{
  g_autoptr (GenlmFindings) findings = new_findings (self, law);
  g_autoptr (GenlmAnswers) want = NULL;
  g_autoptr (GenlmAnswers) have = NULL;

  if (!genlm_findings_expect (findings, copy != self->potential))
    genlm_findings_add (findings, "it is the same object, no copy");
  if (!expect_vocab (self, findings, genlm_potential_get_vocab (copy)))
    return genlm_findings_report (findings, code, error);

  want = genlm_answers_ask (self->potential, contexts, error);
  if (want == NULL)
    return fail_to_check (self, law, error);
  have = genlm_answers_ask (copy, contexts, error);
  if (have == NULL)
    return fail_to_check (self, law, error);
  genlm_answers_compare (want, have, findings);
  return genlm_findings_report (findings, code, error);
}

/**
 * genlm_harness_check_spawn:
 * @self: a harness
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that a spawn is another object with equal weights.
 *
 * Errors: %GENLM_HARNESS_ERROR_SPAWN, and whatever the potential reports:
 * %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED if it cannot be spawned.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_spawn (GenlmHarness  *self,
                           GenlmBatch    *contexts,
                           GError       **error)
{
  g_autoptr (GenlmPotential) spawn = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  spawn = genlm_potential_spawn (self->potential, error);
  if (spawn == NULL)
    return fail_to_check (self, "spawns", error);
  return check_copy (self, spawn, contexts, "spawns", GENLM_HARNESS_ERROR_SPAWN, error);
}

/**
 * genlm_harness_check_recipe:
 * @self: a harness
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that the element that is made from the recipe has equal weights.
 *
 * Errors: %GENLM_HARNESS_ERROR_RECIPE, and whatever the potential reports:
 * %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED if it has no recipe.
 *
 * Returns: whether the law is kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_recipe (GenlmHarness  *self,
                            GenlmBatch    *contexts,
                            GError       **error)
{
  g_autoptr (GVariant) recipe = NULL;
  g_autoptr (GObject) built = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  recipe = genlm_potential_to_recipe (self->potential, error);
  if (recipe == NULL)
    return fail_to_check (self, "recipes", error);
  built = genlm_element_from_recipe (recipe, error);
  if (built == NULL)
    return fail_to_check (self, "recipes", error);
  if (!GENLM_IS_POTENTIAL (built))
    {
      g_set_error (error, GENLM_HARNESS_ERROR, GENLM_HARNESS_ERROR_RECIPE,
                   "The recipe makes an object of type %s, which is no potential", G_OBJECT_TYPE_NAME (built));
      return fail_to_check (self, "recipes", error);
    }
  return check_copy (self, GENLM_POTENTIAL (built), contexts, "recipes", GENLM_HARNESS_ERROR_RECIPE, error);
}

/**
 * genlm_harness_check_equal:
 * @self: a harness
 * @other: a potential that shall be the same: a wrapper, or a copy elsewhere
 * @contexts: some contexts
 * @error: return location for an error
 *
 * Checks that another potential answers every question with the same bits, and
 * fails where this one fails, with the same code: `prefix`, `complete`, `score`,
 * `logw_next` and, of a Boolean potential, `mask_next`, single and in batches,
 * synchronously and asynchronously.
 *
 * Other than the laws this has no tolerance. It holds between a potential and
 * the same one autobatched or in worker processes.
 *
 * Errors: %GENLM_HARNESS_ERROR_EQUAL.
 *
 * Returns: whether they are the same
 * Since: 0.1
 */
gboolean
genlm_harness_check_equal (GenlmHarness    *self,
                           GenlmPotential  *other,
                           GenlmBatch      *contexts,
                           GError         **error)
{
  g_autoptr (GenlmFindings) findings = NULL;
  g_autoptr (GenlmTranscript) want = NULL;
  g_autoptr (GenlmTranscript) have = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (GENLM_IS_POTENTIAL (other), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  findings = genlm_findings_new (other, "equal potentials", 0, 0, self->max_failures);
  if (!expect_vocab (self, findings, genlm_potential_get_vocab (other)))
    return genlm_findings_report (findings, GENLM_HARNESS_ERROR_EQUAL, error);

  want = genlm_transcript_new (self->potential, contexts, self->timeout);
  have = genlm_transcript_new (other, contexts, self->timeout);
  genlm_transcript_compare (want, have, findings);
  return genlm_findings_report (findings, GENLM_HARNESS_ERROR_EQUAL, error);
}

/* -- all of them ----------------------------------------------------------- */

/* Takes what one check found. */
static void
gather (GString  *messages,
        GError  **first,
        GError   *found)
{
  if (found == NULL)
    return;
  if (messages->len > 0)
    g_string_append_c (messages, '\n');
  g_string_append (messages, found->message);
  if (*first == NULL)
    *first = found;
  else
    g_error_free (found);
}

/* A potential need not have copies; what it has must be equal. */
static GError *
allow_not_supported (GError *error)
{
  if (g_error_matches (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED))
    g_clear_error (&error);
  return error;
}

static void
check_context (GenlmHarness  *self,
               GenlmContext  *context,
               gboolean       is_zero,
               GString       *messages,
               GError       **first)
{
  GError *found = NULL;

  genlm_harness_check_factorisation (self, context, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_history (self, context, &found);
  gather (messages, first, g_steal_pointer (&found));
  if (is_zero)
    {
      genlm_harness_check_zero (self, context, &found);
      gather (messages, first, found);
      return;
    }
  genlm_harness_check_next (self, context, self->top_k, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_mask (self, context, &found);
  gather (messages, first, g_steal_pointer (&found));
}

static void
check_contexts (GenlmHarness  *self,
                GenlmBatch    *contexts,
                GenlmContext  *zero,
                GString       *messages,
                GError       **first)
{
  GError *found = NULL;

  genlm_harness_check_errors (self, zero, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_batch (self, contexts, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_async (self, contexts, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_cancellation (self, contexts, &found);
  gather (messages, first, g_steal_pointer (&found));
  genlm_harness_check_spawn (self, contexts, &found);
  gather (messages, first, allow_not_supported (g_steal_pointer (&found)));
  genlm_harness_check_recipe (self, contexts, &found);
  gather (messages, first, allow_not_supported (g_steal_pointer (&found)));
}

/**
 * genlm_harness_check_all:
 * @self: a harness
 * @contexts: some contexts, best of both zero and non-zero weight
 * @error: return location for an error
 *
 * Checks all laws. A potential that has no spawn or no recipe, and says so, is
 * not blamed.
 *
 * Errors: the first that was found, with the messages of all.
 *
 * Returns: whether all laws are kept
 * Since: 0.1
 */
gboolean
genlm_harness_check_all (GenlmHarness  *self,
                         GenlmBatch    *contexts,
                         GError       **error)
{
  g_autoptr (GString) messages = NULL;
  GError *first = NULL;
  GenlmContext *zero = NULL;

  g_return_val_if_fail (GENLM_IS_HARNESS (self), FALSE);
  g_return_val_if_fail (contexts != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  messages = g_string_new (NULL);
  for (gsize i = 0; i < genlm_batch_get_size (contexts); i++)
    {
      GenlmContext *context = genlm_batch_get (contexts, i);
      double prefix = ask_prefix (self, context, error);

      if (isnan (prefix))
        {
          g_clear_error (&first);
          return fail_to_check (self, "prefix weights", error);
        }
      if (prefix == -INFINITY)
        zero = context;
      check_context (self, context, prefix == -INFINITY, messages, &first);
    }
  check_contexts (self, contexts, zero, messages, &first);
  if (first == NULL)
    return TRUE;

  g_free (first->message);
  first->message = g_string_free (g_steal_pointer (&messages), FALSE);
  g_propagate_error (error, first);
  return FALSE;
}
