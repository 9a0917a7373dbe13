/* genlm-direct.c: a token from the whole vector of next weights
 *
 * The simplest sampler: it asks for every next weight, so it suits potentials
 * that give them all at once, as a language model does.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-direct.h"

#include "genlm-distinct-private.h"
#include "genlm-draws.h"
#include "genlm-element.h"
#include "genlm-mass-private.h"
#include "genlm-product.h"
#include "genlm-random-list.h"
#include "genlm-rounds-private.h"
#include "genlm-streams-private.h"
#include "genlm-timed-private.h"
#include "genlm-vocabs-private.h"
#include "genlm-weights-list.h"

#include <math.h>

/* One request on its way. */
typedef struct
{
  GenlmDirect    *sampler;
  GenlmRequest   *request;
  GenlmRounds     rounds;
  GenlmDistinct   distinct;
  GPtrArray      *masses;    /* of what is drawn from, for each distinct context */
  GenlmPotential *potential;
  GenlmPotential *proposal;
  GenlmDraws     *draws;
  gboolean        asked;
} DirectDraw;

/**
 * GenlmDirect:
 *
 * Draws a token from all next weights of a potential, element `direct`.
 *
 * Without a proposal a token is drawn in proportion to its next weight, and the
 * log weight of the draw is the log-sum-exp of them all. With a proposal the
 * token is drawn from that one's next weights `q` instead, and the log weight is
 * `logw (token) - q (token) + logsumexp (q)`; both potentials are asked at the
 * same time. A proposal must give a weight to every token that the potential
 * gives one, or the draws are not properly weighted.
 *
 * Cost: one batch question to each potential; per distinct context a pass for
 * the maximum and one for the exponentials.
 *
 * Errors: %GENLM_SAMPLER_ERROR_NOT_READY, and
 * %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if the two vocabularies differ.
 *
 * Source: `DirectTokenSampler` of genlm-control.
 *
 * Since: 0.1
 */
struct _GenlmDirect
{
  GObject         parent_instance;

  GenlmPotential *potential;
  GenlmPotential *proposal;
  gboolean        ready;
  double          seconds;
  DirectDraw     *spare;      /* the memory of the last draw */
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  PROP_PROPOSAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void initable_iface_init (GInitableIface *iface);
static void sampler_iface_init (GenlmSamplerInterface *iface);
static void timed_iface_init (GenlmTimedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmDirect, genlm_direct, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_SAMPLER, sampler_iface_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_TIMED, timed_iface_init))

/* -- one draw -- */

static DirectDraw *
direct_draw_new (void)
{
  DirectDraw *draw = g_new0 (DirectDraw, 1);

  draw->masses = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_mass_unref);
  return draw;
}

static void
direct_draw_free (DirectDraw *draw)
{
  genlm_distinct_clear (&draw->distinct);
  g_ptr_array_unref (draw->masses);
  g_free (draw);
}

static gboolean
ask_weights (DirectDraw *draw)
{
  genlm_distinct_fill (&draw->distinct, genlm_request_get_batch (draw->request));
  genlm_rounds_ask (&draw->rounds, draw->potential, GENLM_METHOD_NEXT,
                    draw->distinct.batch, GENLM_COST_MODEL);
  if (draw->proposal != NULL)
    genlm_rounds_ask (&draw->rounds, draw->proposal, GENLM_METHOD_NEXT,
                      draw->distinct.batch, GENLM_COST_MODEL);
  return TRUE;
}

/* A product says little by its name, its sides do. */
static char *
describe (GenlmPotential *potential)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (!GENLM_IS_PRODUCT (potential))
    return genlm_potential_dup_label (potential);

  first = genlm_potential_dup_label (genlm_product_get_first (GENLM_PRODUCT (potential)));
  second = genlm_potential_dup_label (genlm_product_get_second (GENLM_PRODUCT (potential)));
  return g_strdup_printf ("the product of %s and %s", first, second);
}

static void
append_dead (DirectDraw     *draw,
             guint32         token,
             GenlmPotential *culprit,
             const char     *what)
{
  g_autofree char *label = describe (culprit);
  g_autofree char *cause = g_strdup_printf ("%s %s", label, what);

  genlm_draws_append_dead (draw->draws, token, cause);
}

static void
draw_token (DirectDraw       *draw,
            gsize             i,
            GenlmWeightsList *targets,
            gboolean          proposed)
{
  GenlmRandomList *randoms = genlm_request_get_randoms (draw->request);
  guint32 index = draw->distinct.index[i];
  GenlmMass *mass = g_ptr_array_index (draw->masses, index);
  GenlmWeights *target = genlm_weights_list_get (targets, index);
  guint32 token;
  double correction = 0.0;

  if (genlm_mass_is_empty (mass))
    {
      append_dead (draw, (guint32) (mass->n_values - 1),
                   proposed ? draw->proposal : draw->potential,
                   "gives every next token and EOS the weight zero");
      return;
    }

  token = genlm_mass_draw (mass, genlm_random_uniform (genlm_random_list_get (randoms, i),
                                                       GENLM_STREAM_TOKEN, 0));
  if (proposed)
    correction = genlm_weights_get (target, token) - mass->values[token];
  if (correction == -INFINITY)
    append_dead (draw, token, draw->potential, "gives the proposed token the weight zero");
  else
    genlm_draws_append (draw->draws, token, mass->log_total + correction);
}

static gboolean
draw_tokens (DirectDraw  *draw,
             GError     **error)
{
  gboolean proposed = draw->proposal != NULL;
  g_autoptr (GenlmWeightsList) targets = NULL;
  g_autoptr (GenlmWeightsList) proposals = NULL;
  GenlmWeightsList *sources;

  targets = genlm_request_finish_weights (draw->rounds.answers[0], error);
  if (targets == NULL)
    return FALSE;
  if (proposed)
    {
      proposals = genlm_request_finish_weights (draw->rounds.answers[1], error);
      if (proposals == NULL)
        return FALSE;
    }

  sources = proposed ? proposals : targets;
  for (gsize i = 0; i < genlm_weights_list_get_size (sources); i++)
    g_ptr_array_add (draw->masses, genlm_mass_new (genlm_weights_list_get (sources, i)));

  draw->draws = genlm_draws_new ();
  for (gsize i = 0; i < draw->distinct.n_index; i++)
    draw_token (draw, i, targets, proposed);
  return FALSE;
}

static gboolean
direct_draw_advance (gpointer   owner,
                     GError   **error)
{
  DirectDraw *draw = owner;

  if (!draw->asked)
    {
      draw->asked = TRUE;
      return ask_weights (draw);
    }
  return draw_tokens (draw, error);
}

static void
direct_draw_done (gpointer      owner,
                  const GError *error)
{
  DirectDraw *draw = owner;
  g_autoptr (GenlmDirect) self = g_steal_pointer (&draw->sampler);
  g_autoptr (GenlmRequest) request = g_steal_pointer (&draw->request);

  if (error != NULL)
    genlm_request_return_error (request, error);
  else
    genlm_request_return_draws (request, draw->draws);

  self->seconds += draw->rounds.seconds[GENLM_COST_MODEL];
  genlm_rounds_clear (&draw->rounds);
  g_ptr_array_set_size (draw->masses, 0);
  g_clear_pointer (&draw->draws, genlm_draws_unref);
  g_clear_object (&draw->potential);
  g_clear_object (&draw->proposal);
  if (self->spare == NULL)
    self->spare = draw;
  else
    direct_draw_free (draw);
}

/* -- the sampler -- */

static gboolean
prepare (GenlmDirect  *self,
         GError      **error)
{
  if (self->ready)
    return TRUE;

  if (self->potential == NULL)
    {
      g_set_error_literal (error, GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY,
                           "Failed to prepare direct: it has no potential to draw from; "
                           "set the property \"potential\"");
      return FALSE;
    }
  if (!genlm_vocabs_require (self->potential, "direct", error))
    return FALSE;
  if (self->proposal != NULL &&
      !genlm_vocabs_require_equal (self->potential, self->proposal, "proposal", error))
    return FALSE;

  self->ready = TRUE;
  return TRUE;
}

static void
start_draw (GenlmDirect  *self,
            GenlmRequest *request,
            gboolean      now)
{
  g_autoptr (GError) error = NULL;
  DirectDraw *draw;

  if (!prepare (self, &error))
    {
      genlm_request_return_error (request, error);
      return;
    }

  draw = g_steal_pointer (&self->spare);
  if (draw == NULL)
    draw = direct_draw_new ();
  draw->sampler = g_object_ref (self);
  draw->request = g_object_ref (request);
  draw->potential = g_object_ref (self->potential);
  if (self->proposal != NULL)
    draw->proposal = g_object_ref (self->proposal);
  draw->asked = FALSE;
  genlm_rounds_init (&draw->rounds, now, genlm_request_get_cancellable (request),
                     direct_draw_advance, direct_draw_done, draw);
  genlm_rounds_run (&draw->rounds);
}

static GenlmPotential *
genlm_direct_get_target (GenlmSampler *sampler)
{
  GenlmDirect *self = GENLM_DIRECT (sampler);

  return prepare (self, NULL) ? self->potential : NULL;
}

static void
genlm_direct_draw (GenlmSampler *sampler,
                   GenlmRequest *request)
{
  start_draw (GENLM_DIRECT (sampler), request, FALSE);
}

static void
genlm_direct_draw_now (GenlmSampler *sampler,
                       GenlmRequest *request)
{
  start_draw (GENLM_DIRECT (sampler), request, TRUE);
}

static void
sampler_iface_init (GenlmSamplerInterface *iface)
{
  iface->get_target = genlm_direct_get_target;
  iface->draw = genlm_direct_draw;
  iface->draw_now = genlm_direct_draw_now;
}

static void
genlm_direct_get_seconds (GenlmTimed *timed,
                          double     *model,
                          double     *constraint)
{
  *model = GENLM_DIRECT (timed)->seconds;
  *constraint = 0.0;
}

static void
timed_iface_init (GenlmTimedInterface *iface)
{
  iface->get_seconds = genlm_direct_get_seconds;
}

static gboolean
genlm_direct_initable_init (GInitable     *initable,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return prepare (GENLM_DIRECT (initable), error);
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = genlm_direct_initable_init;
}

static void
genlm_direct_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  GenlmDirect *self = GENLM_DIRECT (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_value_set_object (value, self->potential);
      break;
    case PROP_PROPOSAL:
      g_value_set_object (value, self->proposal);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_direct_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  GenlmDirect *self = GENLM_DIRECT (object);

  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_set_object (&self->potential, g_value_get_object (value));
      break;
    case PROP_PROPOSAL:
      g_set_object (&self->proposal, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  self->ready = FALSE;
}

static void
genlm_direct_dispose (GObject *object)
{
  GenlmDirect *self = GENLM_DIRECT (object);

  g_clear_object (&self->potential);
  g_clear_object (&self->proposal);

  G_OBJECT_CLASS (genlm_direct_parent_class)->dispose (object);
}

static void
genlm_direct_finalize (GObject *object)
{
  GenlmDirect *self = GENLM_DIRECT (object);

  g_clear_pointer (&self->spare, direct_draw_free);

  G_OBJECT_CLASS (genlm_direct_parent_class)->finalize (object);
}

static void
genlm_direct_class_init (GenlmDirectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_direct_get_property;
  object_class->set_property = genlm_direct_set_property;
  object_class->dispose = genlm_direct_dispose;
  object_class->finalize = genlm_direct_finalize;

  /**
   * GenlmDirect:potential:
   *
   * The target: what the draws are weighted for.
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential",
                         "What the draws are weighted for, and drawn from without a proposal",
                         GENLM_TYPE_POTENTIAL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * GenlmDirect:proposal:
   *
   * What tokens are drawn from instead of the potential.
   *
   * Since: 0.1
   */
  properties[PROP_PROPOSAL] =
    g_param_spec_object ("proposal", "Proposal",
                         "What tokens are drawn from instead, over the same vocabulary; none: the potential",
                         GENLM_TYPE_POTENTIAL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_element_class_set_metadata (object_class, "Direct sampler", "Sampler",
                                    "Draws tokens from the next weights of a potential",
                                    "GenLM");
  genlm_element_class_set_input (object_class, "potential");
}

static void
genlm_direct_init (GenlmDirect *self)
{
}

/**
 * genlm_direct_new:
 * @potential: the target
 * @proposal: (nullable): what tokens are drawn from instead
 * @error: return location for an error
 *
 * Makes a sampler that draws from all next weights.
 *
 * Returns: (transfer full): the sampler
 *
 * Since: 0.1
 */
GenlmDirect *
genlm_direct_new (GenlmPotential  *potential,
                  GenlmPotential  *proposal,
                  GError         **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (potential), NULL);
  g_return_val_if_fail (proposal == NULL || GENLM_IS_POTENTIAL (proposal), NULL);

  return g_initable_new (GENLM_TYPE_DIRECT, NULL, error,
                         "potential", potential, "proposal", proposal, NULL);
}
