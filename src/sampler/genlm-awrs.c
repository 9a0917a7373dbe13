/* genlm-awrs.c: the sampler for a model under a condition
 *
 * Asks the condition only about tokens that the model is likely to draw, so it
 * suits conditions that are dear per token. The object holds the properties and
 * brings the two vocabularies together; drawing stands in genlm-awrs-draw.c.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-awrs-private.h"

#include "genlm-aligned-private.h"
#include "genlm-awrs-draw-private.h"
#include "genlm-element.h"
#include "genlm-product.h"
#include "genlm-timed-private.h"
#include "genlm-vocabs-private.h"

#include <math.h>

#define DEFAULT_MAX_ACCEPTS 2
#define DEFAULT_MASK_AFTER 32

/* The work of a draw grows with the accepts. */
#define LIMIT_MAX_ACCEPTS 65536

/**
 * GenlmAwrs:
 *
 * Draws tokens of a potential that a condition accepts, by adaptive weighted
 * rejection sampling; element `awrs`.
 *
 * The target is the product of [property@Awrs:potential], which gives next
 * weights (a language model), and [property@Awrs:condition], which is Boolean:
 * its weights are 0 and `-inf`. Tokens are tried in the order of draws without
 * replacement from the potential, and from what was accepted and refused follows
 * a weight that is right on average. The condition is asked about the tokens
 * tried, in batches of 1, 2, 4 … along the order of each context, all contexts
 * together; asking ahead changes no outcome.
 *
 * A condition over bytes is coerced to the tokens of the potential. Vocabularies
 * of tokens must be equal unless [property@Awrs:intersect] is set.
 *
 * Cost: a pass over the next weights per distinct context, then a little for
 * each token tried, however large the vocabulary is. After
 * [property@Awrs:mask-after] refusals a condition that has
 * %GENLM_TRAITS_MASKS is asked for its whole mask, and the draw ends exactly.
 *
 * Errors: %GENLM_SAMPLER_ERROR_NOT_READY, %GENLM_SAMPLER_ERROR_INVALID_PROPERTY,
 * %GENLM_SAMPLER_ERROR_NOT_BOOLEAN, %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH.
 *
 * Source: Lipkin et al., "Fast controlled generation from language models with
 * adaptive weighted rejection sampling", arXiv 2504.05410, in the estimators of
 * `AWRS` of genlm-control. The mask is an addition: any unbiased estimator may
 * take over after a refusal, and a mask gives one without variance.
 *
 * Since: 0.1
 */
struct _GenlmAwrs
{
  GObject         parent_instance;

  GenlmPotential *potential;
  GenlmPotential *condition;
  GenlmPotential *proposal;
  gboolean        proper_weights;
  guint           max_accepts;
  guint           max_rejects;
  int             mask_after;
  gboolean        prune;
  gboolean        intersect;

  /* Made from the properties by prepare(). */
  gboolean        ready;
  GenlmPotential *matched;     /* the condition over the vocabulary of the potential */
  GenlmTokenSet  *readable;    /* what the condition can read, or NULL: all */
  GenlmPotential *target;

  const GenlmTrialChoices *choices;
  gpointer        choices_data;
  double          model_seconds;
  double          constraint_seconds;
  GenlmAwrsDraw  *spare;       /* the memory of the last draw */
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  PROP_CONDITION,
  PROP_PROPOSAL,
  PROP_PROPER_WEIGHTS,
  PROP_MAX_ACCEPTS,
  PROP_MAX_REJECTS,
  PROP_MASK_AFTER,
  PROP_PRUNE,
  PROP_INTERSECT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void initable_iface_init (GInitableIface *iface);
static void sampler_iface_init (GenlmSamplerInterface *iface);
static void timed_iface_init (GenlmTimedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmAwrs, genlm_awrs, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_SAMPLER, sampler_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_TIMED, timed_iface_init))

/* -- preparing -- */

static void
forget_prepared (GenlmAwrs *self)
{
  self->ready = FALSE;
  g_clear_object (&self->matched);
  g_clear_object (&self->target);
  g_clear_pointer (&self->readable, genlm_token_set_unref);
}

static gboolean
check_properties (GenlmAwrs  *self,
                  GError    **error)
{
  const char *missing = self->potential == NULL ? "potential"
                      : self->condition == NULL ? "condition" : NULL;

  if (missing != NULL)
    {
      g_set_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY,
                   "Failed to prepare awrs: it has no %s; set the property \"%s\"", missing, missing);
      return FALSE;
    }
  if (self->proper_weights && self->max_accepts < 2)
    {
      g_set_error (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_INVALID_PROPERTY,
                   "Failed to prepare awrs: max-accepts is %u; proper weights need at least 2, "
                   "or set proper-weights to false", self->max_accepts);
      return FALSE;
    }
  if (self->proper_weights && self->max_rejects == 1)
    {
      g_set_error_literal (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_INVALID_PROPERTY,
                           "Failed to prepare awrs: max-rejects is 1; proper weights need at least 2 "
                           "or 0 for no limit, or set proper-weights to false");
      return FALSE;
    }
  return TRUE;
}

/* Brings the condition to the vocabulary of the potential, where there is one
 * way to do it, or where the common tokens are to count. */
static gboolean
match_condition (GenlmAwrs  *self,
                 GError    **error)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (self->potential);
  GenlmVocab *other = genlm_potential_get_vocab (self->condition);

  if (self->intersect && other != NULL && !genlm_vocab_equal (vocab, other) &&
      genlm_vocab_get_kind (vocab) == genlm_vocab_get_kind (other))
    {
      GenlmAligned *aligned = genlm_aligned_new (self->condition, vocab);

      self->matched = GENLM_POTENTIAL (aligned);
      self->readable = genlm_token_set_ref (genlm_aligned_get_readable (aligned));
      return TRUE;
    }

  self->matched = genlm_vocabs_match (self->potential, self->condition, "condition", error);
  return self->matched != NULL;
}

static gboolean
prepare (GenlmAwrs  *self,
         GError    **error)
{
  GenlmProduct *product;

  if (self->ready)
    return TRUE;

  forget_prepared (self);
  if (!check_properties (self, error) ||
      !genlm_vocabs_require (self->potential, "awrs", error) ||
      !match_condition (self, error))
    return FALSE;
  if (self->proposal != NULL &&
      !genlm_vocabs_require_equal (self->potential, self->proposal, "proposal", error))
    return FALSE;

  product = genlm_product_new (self->potential, self->matched, error);
  if (product == NULL)
    return FALSE;
  self->target = GENLM_POTENTIAL (product);
  self->ready = TRUE;
  return TRUE;
}

/* -- drawing -- */

static GenlmTrialRules
get_rules (GenlmAwrs *self)
{
  GenlmTraits traits = genlm_potential_get_traits (self->matched);
  GenlmTraits wanted = GENLM_TRAITS_MASKS | GENLM_TRAITS_BOOLEAN;

  return (GenlmTrialRules) {
    .proper = self->proper_weights,
    .max_accepts = self->max_accepts,
    .max_rejects = self->max_rejects > 0 ? self->max_rejects : INFINITY,
    .mask_after = (traits & wanted) == wanted ? self->mask_after : -1,
  };
}

static void
draw_done (GenlmAwrsDraw *draw,
           double         model_seconds,
           double         constraint_seconds,
           gpointer       user_data)
{
  g_autoptr (GenlmAwrs) self = user_data;

  self->model_seconds += model_seconds;
  self->constraint_seconds += constraint_seconds;
  if (self->spare == NULL)
    self->spare = draw;
  else
    genlm_awrs_draw_free (draw);
}

static void
start_draw (GenlmAwrs    *self,
            GenlmRequest *request,
            gboolean      now)
{
  g_autoptr (GError) error = NULL;
  GenlmAwrsDraw *draw;
  GenlmAwrsParts parts;

  if (!prepare (self, &error))
    {
      genlm_request_return_error (request, error);
      return;
    }

  parts = (GenlmAwrsParts) {
    .potential = self->potential,
    .proposal = self->proposal,
    .condition = self->matched,
    .readable = self->readable,
    .prune = self->prune,
    .rules = get_rules (self),
    .choices = self->choices,
    .data = self->choices_data,
  };
  draw = g_steal_pointer (&self->spare);
  if (draw == NULL)
    draw = genlm_awrs_draw_new ();
  genlm_awrs_draw_start (draw, &parts, request, now, draw_done, g_object_ref (self));
}

void
genlm_awrs_set_choices (GenlmAwrs               *self,
                        const GenlmTrialChoices *choices,
                        gpointer                 data)
{
  self->choices = choices;
  self->choices_data = data;
}

static GenlmPotential *
genlm_awrs_get_target (GenlmSampler *sampler)
{
  GenlmAwrs *self = GENLM_AWRS (sampler);

  return prepare (self, NULL) ? self->target : NULL;
}

static void
genlm_awrs_draw (GenlmSampler *sampler,
                 GenlmRequest *request)
{
  start_draw (GENLM_AWRS (sampler), request, FALSE);
}

static void
genlm_awrs_draw_now (GenlmSampler *sampler,
                     GenlmRequest *request)
{
  start_draw (GENLM_AWRS (sampler), request, TRUE);
}

static void
sampler_iface_init (GenlmSamplerInterface *iface)
{
  iface->get_target = genlm_awrs_get_target;
  iface->draw = genlm_awrs_draw;
  iface->draw_now = genlm_awrs_draw_now;
}

static void
genlm_awrs_get_seconds (GenlmTimed *timed,
                        double     *model,
                        double     *constraint)
{
  GenlmAwrs *self = GENLM_AWRS (timed);

  *model = self->model_seconds;
  *constraint = self->constraint_seconds;
}

static void
timed_iface_init (GenlmTimedInterface *iface)
{
  iface->get_seconds = genlm_awrs_get_seconds;
}

static gboolean
genlm_awrs_initable_init (GInitable     *initable,
                          GCancellable  *cancellable,
                          GError       **error)
{
  return prepare (GENLM_AWRS (initable), error);
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_awrs_initable_init;
}

/* -- the object -- */

static void
genlm_awrs_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  GenlmAwrs *self = GENLM_AWRS (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_value_set_object (value, self->potential);
      break;
    case PROP_CONDITION:
      g_value_set_object (value, self->condition);
      break;
    case PROP_PROPOSAL:
      g_value_set_object (value, self->proposal);
      break;
    case PROP_PROPER_WEIGHTS:
      g_value_set_boolean (value, self->proper_weights);
      break;
    case PROP_MAX_ACCEPTS:
      g_value_set_uint (value, self->max_accepts);
      break;
    case PROP_MAX_REJECTS:
      g_value_set_uint (value, self->max_rejects);
      break;
    case PROP_MASK_AFTER:
      g_value_set_int (value, self->mask_after);
      break;
    case PROP_PRUNE:
      g_value_set_boolean (value, self->prune);
      break;
    case PROP_INTERSECT:
      g_value_set_boolean (value, self->intersect);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_awrs_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  GenlmAwrs *self = GENLM_AWRS (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_set_object (&self->potential, g_value_get_object (value));
      break;
    case PROP_CONDITION:
      g_set_object (&self->condition, g_value_get_object (value));
      break;
    case PROP_PROPOSAL:
      g_set_object (&self->proposal, g_value_get_object (value));
      break;
    case PROP_PROPER_WEIGHTS:
      self->proper_weights = g_value_get_boolean (value);
      break;
    case PROP_MAX_ACCEPTS:
      self->max_accepts = g_value_get_uint (value);
      break;
    case PROP_MAX_REJECTS:
      self->max_rejects = g_value_get_uint (value);
      break;
    case PROP_MASK_AFTER:
      self->mask_after = g_value_get_int (value);
      break;
    case PROP_PRUNE:
      self->prune = g_value_get_boolean (value);
      break;
    case PROP_INTERSECT:
      self->intersect = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  forget_prepared (self);
}

static void
genlm_awrs_dispose (GObject *object)
{
  GenlmAwrs *self = GENLM_AWRS (object);

  forget_prepared (self);
  g_clear_object (&self->potential);
  g_clear_object (&self->condition);
  g_clear_object (&self->proposal);

  G_OBJECT_CLASS (genlm_awrs_parent_class)->dispose (object);
}

static void
genlm_awrs_finalize (GObject *object)
{
  GenlmAwrs *self = GENLM_AWRS (object);

  g_clear_pointer (&self->spare, genlm_awrs_draw_free);

  G_OBJECT_CLASS (genlm_awrs_parent_class)->finalize (object);
}

static void
install_inputs (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmAwrs:potential:
   *
   * What gives next weights, such as a language model.
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential", "What gives next weights, such as a language model",
                         GENLM_TYPE_POTENTIAL, flags);

  /**
   * GenlmAwrs:condition:
   *
   * What accepts or refuses: a potential whose weights are 0 and `-inf`.
   *
   * Since: 0.1
   */
  properties[PROP_CONDITION] =
    g_param_spec_object ("condition", "Condition",
                         "What accepts or refuses, over the same vocabulary or over bytes",
                         GENLM_TYPE_POTENTIAL, flags);

  /**
   * GenlmAwrs:proposal:
   *
   * What tokens are drawn from instead of the potential; the weights stay right.
   *
   * Since: 0.1
   */
  properties[PROP_PROPOSAL] =
    g_param_spec_object ("proposal", "Proposal",
                         "What tokens are drawn from instead, over the same vocabulary; none: the potential",
                         GENLM_TYPE_POTENTIAL, flags);
}

static void
install_limits (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmAwrs:proper-weights:
   *
   * Whether weights are computed. If not, a draw takes the first accepted token
   * and its log weight is 0.
   *
   * Since: 0.1
   */
  properties[PROP_PROPER_WEIGHTS] =
    g_param_spec_boolean ("proper-weights", "Proper weights",
                          "Whether weights are computed; if not, each draw weighs 1 or nothing",
                          TRUE, flags);

  /**
   * GenlmAwrs:max-accepts:
   *
   * How many accepted tokens a weight is computed from, at least 2 with proper
   * weights. More lower the variance and cost more questions.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_ACCEPTS] =
    g_param_spec_uint ("max-accepts", "Accepts", "Accepted tokens that a weight is computed from",
                       1, LIMIT_MAX_ACCEPTS, DEFAULT_MAX_ACCEPTS, flags);

  /**
   * GenlmAwrs:max-rejects:
   *
   * After how many refused tokens a draw gives up with weight zero, 0 for never.
   * Weights stay right on average.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_REJECTS] =
    g_param_spec_uint ("max-rejects", "Rejects", "Refused tokens after which a draw gives up; 0: never",
                       0, G_MAXUINT, 0, flags);

  /**
   * GenlmAwrs:mask-after:
   *
   * After how many refused tokens a condition that has %GENLM_TRAITS_MASKS is
   * asked for its whole mask, which ends the draw; -1 for never, 0 for at once.
   *
   * Since: 0.1
   */
  properties[PROP_MASK_AFTER] =
    g_param_spec_int ("mask-after", "Mask after",
                      "Refused tokens after which the whole mask is asked; 0: at once, -1: never",
                      -1, G_MAXINT, DEFAULT_MASK_AFTER, flags);
}

static void
install_vocabulary (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GenlmAwrs:prune:
   *
   * Whether tokens that the condition's vocabulary lacks are left out before a
   * token is drawn, rather than refused. Only matters with
   * [property@Awrs:intersect].
   *
   * Since: 0.1
   */
  properties[PROP_PRUNE] =
    g_param_spec_boolean ("prune", "Prune",
                          "Whether tokens that the condition's vocabulary lacks are left out at the start",
                          TRUE, flags);

  /**
   * GenlmAwrs:intersect:
   *
   * Whether two vocabularies of tokens may differ. Tokens of equal bytes then
   * correspond, and one that the condition lacks has weight zero.
   *
   * Since: 0.1
   */
  properties[PROP_INTERSECT] =
    g_param_spec_boolean ("intersect", "Intersect",
                          "Whether the two vocabularies may differ, and their common tokens count",
                          FALSE, flags);
}

static void
genlm_awrs_class_init (GenlmAwrsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_awrs_get_property;
  object_class->set_property = genlm_awrs_set_property;
  object_class->dispose = genlm_awrs_dispose;
  object_class->finalize = genlm_awrs_finalize;

  install_inputs ();
  install_limits ();
  install_vocabulary ();
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_element_class_set_metadata (object_class, "AWRS sampler", "Sampler",
                                    "Draws tokens that a condition accepts, by adaptive weighted rejection sampling",
                                    "GenLM");
  genlm_element_class_set_input (object_class, "potential");
}

static void
genlm_awrs_init (GenlmAwrs *self)
{
  self->proper_weights = TRUE;
  self->max_accepts = DEFAULT_MAX_ACCEPTS;
  self->mask_after = DEFAULT_MASK_AFTER;
  self->prune = TRUE;
}

/**
 * genlm_awrs_new:
 * @potential: what gives next weights
 * @condition: what accepts or refuses
 * @error: return location for an error
 *
 * Makes a sampler for @potential under @condition.
 *
 * Returns: (transfer full): the sampler
 *
 * Since: 0.1
 */
GenlmAwrs *
genlm_awrs_new (GenlmPotential  *potential,
                GenlmPotential  *condition,
                GError         **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (potential), NULL);
  g_return_val_if_fail (GENLM_IS_POTENTIAL (condition), NULL);

  return g_initable_new (GENLM_TYPE_AWRS, NULL, error,
                         "potential", potential, "condition", condition, NULL);
}
