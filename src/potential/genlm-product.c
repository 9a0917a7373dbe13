/* The product of two potentials over one vocabulary: log weights add. */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-product.h"
#include "genlm-aligned-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-element.h"
#include "genlm-potential-base-private.h"
#include "genlm-potential-private.h"
#include "genlm-recipe-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

#include <math.h>

/**
 * GenlmProduct:
 *
 * The product of two potentials over one vocabulary, element `product`: log
 * weights add.
 *
 * A single prefix or complete that [property@Product:first] weighs zero is not
 * asked of [property@Product:second]; everything else is asked of both. If both
 * are Boolean so is the product.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if the vocabularies differ, which
 * [method@Potential.coerce] or [property@Product:intersect] remedy, and those of
 * the factors.
 *
 * Since: 0.1
 */
struct _GenlmProduct
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *first;
  GenlmPotential     *second;
  gboolean            intersect;
  GenlmPotential     *sides[2]; /* the factors over the product's vocabulary */
};

enum
{
  PROP_0,
  PROP_FIRST,
  PROP_SECOND,
  PROP_INTERSECT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_product_initable_init  (GInitableIface          *iface);
static void genlm_product_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmProduct, genlm_product, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_product_initable_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_product_potential_init))

/* -- combining ------------------------------------------------------------ */

/* -inf is the weight zero, and a product with it is zero whatever the other
 * side is: there is no +inf to make a NaN of. */
static GenlmScores *
add_scores (GenlmScores *a,
            GenlmScores *b)
{
  gsize n = genlm_scores_get_size (a);
  const double *x = genlm_scores_peek (a);
  const double *y = genlm_scores_peek (b);
  double *values;
  GenlmScores *sum = genlm_scores_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    values[i] = x[i] + y[i];
  return sum;
}

static GenlmWeightsList *
add_weights (GenlmWeightsList *a,
             GenlmWeightsList *b)
{
  GenlmWeightsList *sums = genlm_weights_list_new ();

  for (gsize i = 0; i < genlm_weights_list_get_size (a); i++)
    {
      g_autoptr (GenlmWeights) sum = genlm_weights_add (genlm_weights_list_get (a, i),
                                                        genlm_weights_list_get (b, i));

      genlm_weights_list_append (sums, sum);
    }
  return sums;
}

static GenlmTokenSetList *
intersect_masks (GenlmTokenSetList *a,
                 GenlmTokenSetList *b)
{
  GenlmTokenSetList *both = genlm_token_set_list_new ();

  for (gsize i = 0; i < genlm_token_set_list_get_size (a); i++)
    {
      g_autoptr (GenlmTokenSet) set = genlm_token_set_intersect (genlm_token_set_list_get (a, i),
                                                                 genlm_token_set_list_get (b, i));

      genlm_token_set_list_append (both, set);
    }
  return both;
}

/* Answers @request from the answered requests of the two sides. */
static void
combine (GenlmRequest *request,
         GenlmRequest *first,
         GenlmRequest *second)
{
  const GError *error = genlm_request_peek_error (first);

  if (error == NULL)
    error = genlm_request_peek_error (second);
  if (error != NULL)
    {
      genlm_request_fail (request, error, FALSE);
      return;
    }

  switch (genlm_request_get_method (request))
    {
    case GENLM_METHOD_PREFIX:
    case GENLM_METHOD_COMPLETE:
      {
        g_autoptr (GenlmScores) a = genlm_request_finish_scores (first, NULL);
        g_autoptr (GenlmScores) b = genlm_request_finish_scores (second, NULL);
        g_autoptr (GenlmScores) sum = add_scores (a, b);

        genlm_request_return_scores (request, sum);
      }
      break;

    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeightsList) a = genlm_request_finish_weights (first, NULL);
        g_autoptr (GenlmWeightsList) b = genlm_request_finish_weights (second, NULL);
        g_autoptr (GenlmWeightsList) sums = add_weights (a, b);

        genlm_request_return_weights (request, sums);
      }
      break;

    case GENLM_METHOD_MASK:
      {
        g_autoptr (GenlmTokenSetList) a = genlm_request_finish_masks (first, NULL);
        g_autoptr (GenlmTokenSetList) b = genlm_request_finish_masks (second, NULL);
        g_autoptr (GenlmTokenSetList) both = intersect_masks (a, b);

        genlm_request_return_masks (request, both);
      }
      break;

    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

/* -- the interface -------------------------------------------------------- */

/* None until it is initialised, whatever the property says. */
static GenlmVocab *
genlm_product_get_vocab (GenlmPotential *potential)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);

  return self->sides[1] != NULL ? genlm_potential_base_peek_vocab (GENLM_POTENTIAL_BASE (self)) : NULL;
}

static GenlmTraits
genlm_product_get_traits (GenlmPotential *potential)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);

  if (self->sides[1] == NULL)
    return GENLM_TRAITS_NONE;
  return genlm_potential_get_traits (self->sides[0]) & genlm_potential_get_traits (self->sides[1]);
}

typedef double (*ScoreFunc) (GenlmPotential  *potential,
                             GenlmContext    *context,
                             GCancellable    *cancellable,
                             GError         **error);

static gboolean
weigh_score (GenlmPotential  *potential,
             GenlmContext    *context,
             ScoreFunc        score,
             double          *out,
             GError         **error)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);
  double second = 0;

  *out = score (self->sides[0], context, NULL, error);
  if (isnan (*out))
    return FALSE;
  /* The second side is not asked about what is impossible anyway. */
  if (*out == -INFINITY)
    return TRUE;
  second = score (self->sides[1], context, NULL, error);
  *out += second;
  return !isnan (second);
}

static gboolean
genlm_product_weigh_prefix (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  return weigh_score (potential, context, genlm_potential_prefix_sync, out, error);
}

static gboolean
genlm_product_weigh_complete (GenlmPotential  *potential,
                              GenlmContext    *context,
                              double          *out,
                              GError         **error)
{
  return weigh_score (potential, context, genlm_potential_complete_sync, out, error);
}

/* Asks both sides synchronously and combines. Returns the answered request. */
static GenlmRequest *
ask_both (GenlmPotential *potential,
          GenlmMethod     method,
          GenlmBatch     *batch)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);
  gsize n_weights = genlm_potential_get_n_weights (potential);
  GenlmRequest *request = genlm_request_new (G_OBJECT (self), method, batch, n_weights, NULL, NULL, NULL);
  g_autoptr (GenlmRequest) first =
    genlm_request_new (G_OBJECT (self->sides[0]), method, batch, n_weights, NULL, NULL, NULL);
  g_autoptr (GenlmRequest) second =
    genlm_request_new (G_OBJECT (self->sides[1]), method, batch, n_weights, NULL, NULL, NULL);

  genlm_potential_evaluate_sync (self->sides[0], first);
  if (genlm_request_peek_error (first) == NULL)
    genlm_potential_evaluate_sync (self->sides[1], second);
  combine (request, first, second);
  return request;
}

static GenlmRequest *
ask_both_single (GenlmPotential *potential,
                 GenlmMethod     method,
                 GenlmContext   *context)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);

  genlm_batch_append (batch, context);
  return ask_both (potential, method, batch);
}

static GenlmWeights *
genlm_product_weigh_next (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both_single (potential, GENLM_METHOD_NEXT, context);
  g_autoptr (GenlmWeightsList) list = genlm_request_finish_weights (request, error);

  return list != NULL ? genlm_weights_ref (genlm_weights_list_get (list, 0)) : NULL;
}

static GenlmTokenSet *
genlm_product_weigh_mask (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both_single (potential, GENLM_METHOD_MASK, context);
  g_autoptr (GenlmTokenSetList) list = genlm_request_finish_masks (request, error);

  return list != NULL ? genlm_token_set_ref (genlm_token_set_list_get (list, 0)) : NULL;
}

static GenlmScores *
genlm_product_weigh_prefix_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both (potential, GENLM_METHOD_PREFIX, batch);

  return genlm_request_finish_scores (request, error);
}

static GenlmScores *
genlm_product_weigh_complete_batch (GenlmPotential  *potential,
                                    GenlmBatch      *batch,
                                    GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both (potential, GENLM_METHOD_COMPLETE, batch);

  return genlm_request_finish_scores (request, error);
}

static GenlmWeightsList *
genlm_product_weigh_next_batch (GenlmPotential  *potential,
                                GenlmBatch      *batch,
                                GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both (potential, GENLM_METHOD_NEXT, batch);

  return genlm_request_finish_weights (request, error);
}

static GenlmTokenSetList *
genlm_product_weigh_mask_batch (GenlmPotential  *potential,
                                GenlmBatch      *batch,
                                GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_both (potential, GENLM_METHOD_MASK, batch);

  return genlm_request_finish_masks (request, error);
}

/* A request that waits for both sides. While a side is on its way it belongs to
 * who answers it: one that is dropped must notice. */
typedef struct _Join Join;

typedef struct
{
  Join         *join;
  GenlmRequest *answered;
} Side;

struct _Join
{
  GenlmRequest *request;
  Side          sides[2];
  int           n_waiting;      /* atomic: another thread may serve the context of the answers */
};

static void
join_release (Join *join)
{
  if (!g_atomic_int_dec_and_test (&join->n_waiting))
    return;
  combine (join->request, join->sides[0].answered, join->sides[1].answered);
  g_object_unref (join->request);
  g_object_unref (join->sides[0].answered);
  g_object_unref (join->sides[1].answered);
  g_free (join);
}

static void
side_answered (GenlmRequest *request,
               gpointer      user_data)
{
  Side *side = user_data;

  side->answered = g_object_ref (request);
  join_release (side->join);
}

static void
genlm_product_evaluate (GenlmPotential *potential,
                        GenlmRequest   *request)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);
  Join *join = g_new0 (Join, 1);

  join->request = g_object_ref (request);
  join->n_waiting = 3;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GenlmRequest) side = NULL;

      join->sides[i].join = join;
      side = genlm_request_new_internal (G_OBJECT (self->sides[i]),
                                         genlm_request_get_method (request),
                                         genlm_request_get_batch (request),
                                         genlm_potential_get_n_weights (potential),
                                         genlm_request_get_cancellable (request),
                                         side_answered, &join->sides[i]);
      genlm_potential_evaluate (self->sides[i], side);
    }
  /* The third is this call: an answer that came at once must not free the join under it. */
  join_release (join);
}

static GenlmPotential *
genlm_product_make_spawn (GenlmPotential  *potential,
                          GError         **error)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);
  g_autoptr (GenlmPotential) first = genlm_potential_spawn (self->first, error);
  g_autoptr (GenlmPotential) second = first != NULL ? genlm_potential_spawn (self->second, error) : NULL;

  return second != NULL ? g_initable_new (GENLM_TYPE_PRODUCT, NULL, error, "first", first, "second", second,
                                          "intersect", self->intersect, NULL)
                        : NULL;
}

/* Coercion goes inwards: each side does it beside its own tables. */
static GenlmPotential *
genlm_product_make_coerced (GenlmPotential  *potential,
                            GenlmVocab      *target,
                            GError         **error)
{
  GenlmProduct *self = GENLM_PRODUCT (potential);
  g_autoptr (GenlmPotential) first = genlm_potential_coerce (self->first, target, error);
  g_autoptr (GenlmPotential) second = first != NULL ? genlm_potential_coerce (self->second, target, error) : NULL;

  return second != NULL ? (GenlmPotential *) genlm_product_new (first, second, error) : NULL;
}

/* The vocabulary follows from the factors, and may be large. */
static GVariant *
genlm_product_dup_recipe (GenlmPotential  *potential,
                          GError         **error)
{
  return genlm_recipe_from_properties (G_OBJECT (potential), "vocab", error);
}

static void
genlm_product_potential_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_product_get_vocab;
  iface->get_traits = genlm_product_get_traits;
  iface->weigh_prefix = genlm_product_weigh_prefix;
  iface->weigh_complete = genlm_product_weigh_complete;
  iface->weigh_next = genlm_product_weigh_next;
  iface->weigh_mask = genlm_product_weigh_mask;
  iface->weigh_prefix_batch = genlm_product_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_product_weigh_complete_batch;
  iface->weigh_next_batch = genlm_product_weigh_next_batch;
  iface->weigh_mask_batch = genlm_product_weigh_mask_batch;
  iface->evaluate = genlm_product_evaluate;
  iface->make_spawn = genlm_product_make_spawn;
  iface->make_coerced = genlm_product_make_coerced;
  iface->dup_recipe = genlm_product_dup_recipe;
}

/* -- the object ----------------------------------------------------------- */

static void
set_mismatch_error (GenlmProduct  *self,
                    GenlmVocab    *first,
                    GenlmVocab    *second,
                    const char    *remedy,
                    GError       **error)
{
  g_autofree char *first_label = genlm_potential_dup_label (self->first);
  g_autofree char *second_label = genlm_potential_dup_label (self->second);
  g_autofree char *first_text = genlm_vocab_to_string (first);
  g_autofree char *second_text = genlm_vocab_to_string (second);

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
               "Failed to multiply %s over %s with %s over %s: %s",
               first_label, first_text, second_label, second_text, remedy);
}

/* The tokens of the first vocabulary that the second has too, in their order;
 * NULL if there are none. */
static GenlmVocab *
intersect_vocabs (GenlmVocab *first,
                  GenlmVocab *second)
{
  g_autoptr (GByteArray) flat = g_byte_array_new ();
  g_autoptr (GArray) offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GBytes) data = NULL;

  g_array_set_size (offsets, 1);
  for (guint32 i = 0; i < genlm_vocab_get_size (first); i++)
    {
      g_autoptr (GBytes) bytes = genlm_vocab_dup_token (first, i);
      guint32 other;

      if (genlm_vocab_find (second, bytes, &other))
        {
          g_byte_array_append (flat, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
          g_array_append_val (offsets, flat->len);
        }
    }
  data = g_byte_array_free_to_bytes (g_steal_pointer (&flat));
  return genlm_vocab_new_flat (data, (const guint32 *) offsets->data, offsets->len,
                               genlm_vocab_get_eos_name (first), NULL);
}

static void
tell_small_overlap (GenlmProduct *self,
                    GenlmVocab   *both,
                    GenlmVocab   *vocabs[2])
{
  double shared = genlm_vocab_get_size (both);

  if (shared / genlm_vocab_get_size (vocabs[0]) < 0.1 || shared / genlm_vocab_get_size (vocabs[1]) < 0.1)
    g_message ("A product's vocabularies of %u and %u tokens share only %u, less than 10 %% of one of them",
               genlm_vocab_get_size (vocabs[0]), genlm_vocab_get_size (vocabs[1]), genlm_vocab_get_size (both));
}

static gboolean
intersect_sides (GenlmProduct  *self,
                 GenlmVocab    *vocabs[2],
                 GError       **error)
{
  g_autoptr (GenlmVocab) both = NULL;

  if (!g_str_equal (genlm_vocab_get_eos_name (vocabs[0]), genlm_vocab_get_eos_name (vocabs[1])))
    {
      set_mismatch_error (self, vocabs[0], vocabs[1], "their ends of sequence have different names", error);
      return FALSE;
    }
  both = intersect_vocabs (vocabs[0], vocabs[1]);
  if (both == NULL)
    {
      set_mismatch_error (self, vocabs[0], vocabs[1], "they have no token in common", error);
      return FALSE;
    }
  tell_small_overlap (self, both, vocabs);
  self->sides[0] = GENLM_POTENTIAL (genlm_aligned_new (self->first, both));
  self->sides[1] = GENLM_POTENTIAL (genlm_aligned_new (self->second, both));
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), both);
  return TRUE;
}

/* Finds the vocabulary of the product. */
static gboolean
join_sides (GenlmProduct  *self,
            GenlmVocab    *vocabs[2],
            GError       **error)
{
  gboolean same_kind = genlm_vocab_get_kind (vocabs[0]) == genlm_vocab_get_kind (vocabs[1]);

  if (genlm_vocab_equal (vocabs[0], vocabs[1]))
    {
      self->sides[0] = g_object_ref (self->first);
      self->sides[1] = g_object_ref (self->second);
      genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocabs[0]);
      return TRUE;
    }
  if (same_kind && self->intersect)
    return intersect_sides (self, vocabs, error);

  set_mismatch_error (self, vocabs[0], vocabs[1],
                      same_kind ? "the vocabularies differ; set “intersect” to keep what they share"
                                : "coerce the one over bytes to the vocabulary of the other "
                                  "with genlm_potential_coerce()",
                      error);
  return FALSE;
}

static gboolean
genlm_product_initable_real_init (GInitable     *initable,
                                  GCancellable  *cancellable,
                                  GError       **error)
{
  GenlmProduct *self = GENLM_PRODUCT (initable);
  GenlmPotential *factors[2] = { self->first, self->second };
  GenlmVocab *vocabs[2] = { NULL, NULL };

  for (guint i = 0; i < 2; i++)
    {
      if (factors[i] == NULL)
        {
          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                       "Failed to make a product: its property “%s” is not set", i == 0 ? "first" : "second");
          return FALSE;
        }
      vocabs[i] = genlm_potential_get_vocab (factors[i]);
      if (vocabs[i] == NULL)
        {
          g_autofree char *label = genlm_potential_dup_label (factors[i]);

          g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                       "Failed to make a product: %s has no vocabulary yet", label);
          return FALSE;
        }
    }
  return self->sides[1] != NULL || join_sides (self, vocabs, error);
}

static void
genlm_product_initable_init (GInitableIface *iface)
{
  iface->init = genlm_product_initable_real_init;
}

static void
genlm_product_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  GenlmProduct *self = GENLM_PRODUCT (object);

  switch (prop_id)
    {
    case PROP_FIRST:
      g_value_set_object (value, self->first);
      break;
    case PROP_SECOND:
      g_value_set_object (value, self->second);
      break;
    case PROP_INTERSECT:
      g_value_set_boolean (value, self->intersect);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_product_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  GenlmProduct *self = GENLM_PRODUCT (object);

  switch (prop_id)
    {
    case PROP_FIRST:
      self->first = g_value_dup_object (value);
      break;
    case PROP_SECOND:
      self->second = g_value_dup_object (value);
      break;
    case PROP_INTERSECT:
      self->intersect = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_product_dispose (GObject *object)
{
  GenlmProduct *self = GENLM_PRODUCT (object);

  g_clear_object (&self->sides[1]);
  g_clear_object (&self->sides[0]);
  g_clear_object (&self->second);
  g_clear_object (&self->first);

  G_OBJECT_CLASS (genlm_product_parent_class)->dispose (object);
}

static void
genlm_product_class_init (GenlmProductClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_product_get_property;
  object_class->set_property = genlm_product_set_property;
  object_class->dispose = genlm_product_dispose;

  /**
   * GenlmProduct:first:
   *
   * The first factor. A single prefix or complete that it weighs zero is not
   * asked of the second one.
   *
   * Since: 0.1
   */
  properties[PROP_FIRST] =
    g_param_spec_object ("first", "First", "The first factor, which is asked first",
                         GENLM_TYPE_POTENTIAL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmProduct:second:
   *
   * The second factor.
   *
   * Since: 0.1
   */
  properties[PROP_SECOND] =
    g_param_spec_object ("second", "Second", "The second factor",
                         GENLM_TYPE_POTENTIAL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GenlmProduct:intersect:
   *
   * Whether two unequal vocabularies of tokens are no error: the product is
   * then over the tokens of the first factor that the second has too.
   *
   * Since: 0.1
   */
  properties[PROP_INTERSECT] =
    g_param_spec_boolean ("intersect", "Intersect", "Whether unequal vocabularies of tokens are cut to what they share",
                          FALSE, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_element_class_set_input (object_class, "first,second");
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass),
                                           "Product", "Potential/Wrapper",
                                           "Multiplies the weights of two potentials over one vocabulary",
                                           "The genlm-glib authors");
}

static void
genlm_product_init (GenlmProduct *self)
{
}

/**
 * genlm_product_new:
 * @first: a potential
 * @second: another, over the same vocabulary
 * @error: return location for an error
 *
 * Makes the product of two potentials.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH, naming both vocabularies.
 *
 * Returns: (transfer full): the product
 * Since: 0.1
 */
GenlmProduct *
genlm_product_new (GenlmPotential  *first,
                   GenlmPotential  *second,
                   GError         **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (first), NULL);
  g_return_val_if_fail (GENLM_IS_POTENTIAL (second), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (GENLM_TYPE_PRODUCT, NULL, error, "first", first, "second", second, NULL);
}

/**
 * genlm_product_get_first: (get-property first)
 * @self: a product
 *
 * Gets the first factor.
 *
 * Returns: (transfer none) (nullable): the factor
 * Since: 0.1
 */
GenlmPotential *
genlm_product_get_first (GenlmProduct *self)
{
  g_return_val_if_fail (GENLM_IS_PRODUCT (self), NULL);

  return self->first;
}

/**
 * genlm_product_get_second: (get-property second)
 * @self: a product
 *
 * Gets the second factor.
 *
 * Returns: (transfer none) (nullable): the factor
 * Since: 0.1
 */
GenlmPotential *
genlm_product_get_second (GenlmProduct *self)
{
  g_return_val_if_fail (GENLM_IS_PRODUCT (self), NULL);

  return self->second;
}

/**
 * genlm_potential_multiply:
 * @self: a potential
 * @other: another, over the same vocabulary
 * @error: return location for an error
 *
 * Makes the product of two potentials.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH, naming both vocabularies.
 *
 * Returns: (transfer full): the product
 * Since: 0.1
 */
GenlmPotential *
genlm_potential_multiply (GenlmPotential  *self,
                          GenlmPotential  *other,
                          GError         **error)
{
  return (GenlmPotential *) genlm_product_new (self, other, error);
}
