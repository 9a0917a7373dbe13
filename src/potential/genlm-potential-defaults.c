/* What an implementation need not write: each function in terms of others, down
 * to prefix and complete. */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-batch.h"
#include "genlm-coerced.h"
#include "genlm-context.h"
#include "genlm-potential-base-private.h"
#include "genlm-potential-private.h"
#include "genlm-recipe-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

#include <math.h>

static GenlmVocab *
default_get_vocab (GenlmPotential *self)
{
  return GENLM_IS_POTENTIAL_BASE (self) ? genlm_potential_base_peek_vocab (GENLM_POTENTIAL_BASE (self)) : NULL;
}

static GenlmTraits
default_get_traits (GenlmPotential *self)
{
  return GENLM_IS_POTENTIAL_BASE (self) ? genlm_potential_base_peek_traits (GENLM_POTENTIAL_BASE (self))
                                        : GENLM_TRAITS_NONE;
}

static gboolean
default_weigh_score (GenlmPotential  *self,
                     GenlmContext    *context,
                     gboolean         is_prefix,
                     double          *out,
                     GError         **error);

static gboolean
default_weigh_prefix (GenlmPotential  *self,
                      GenlmContext    *context,
                      double          *out,
                      GError         **error)
{
  return default_weigh_score (self, context, TRUE, out, error);
}

static gboolean
default_weigh_complete (GenlmPotential  *self,
                        GenlmContext    *context,
                        double          *out,
                        GError         **error)
{
  return default_weigh_score (self, context, FALSE, out, error);
}

static GenlmScores *
default_weigh_scores (GenlmPotential  *self,
                      GenlmBatch      *batch,
                      gboolean         is_prefix,
                      GError         **error)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  gsize n = genlm_batch_get_size (batch);
  g_autoptr (GenlmScores) scores = NULL;
  double *values;

  scores = genlm_scores_new_uninit (n, &values);
  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = genlm_batch_get (batch, i);
      GError *local_error = NULL;
      gboolean ok;

      values[i] = NAN;
      ok = is_prefix ? iface->weigh_prefix (self, context, &values[i], &local_error)
                     : iface->weigh_complete (self, context, &values[i], &local_error);
      if (!ok || local_error != NULL)
        {
          if (local_error == NULL)
            genlm_potential_set_silent_error (self, is_prefix ? "weigh_prefix" : "weigh_complete", &local_error);
          g_propagate_error (error, local_error);
          return NULL;
        }
    }
  return g_steal_pointer (&scores);
}

static GenlmScores *
default_weigh_prefix_batch (GenlmPotential  *self,
                            GenlmBatch      *batch,
                            GError         **error)
{
  return default_weigh_scores (self, batch, TRUE, error);
}

static GenlmScores *
default_weigh_complete_batch (GenlmPotential  *self,
                              GenlmBatch      *batch,
                              GError         **error)
{
  return default_weigh_scores (self, batch, FALSE, error);
}

/* One by one is a batch of one, unless that is again one by one. */
static gboolean
default_weigh_score (GenlmPotential  *self,
                     GenlmContext    *context,
                     gboolean         is_prefix,
                     double          *out,
                     GError         **error)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  g_autoptr (GenlmBatch) batch = NULL;
  g_autoptr (GenlmScores) scores = NULL;

  if (is_prefix ? iface->weigh_prefix_batch == default_weigh_prefix_batch
                : iface->weigh_complete_batch == default_weigh_complete_batch)
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s has no %s(); implement it, or ask with the asynchronous calls if it has evaluate()",
                   label, is_prefix ? "weigh_prefix" : "weigh_complete");
      return FALSE;
    }

  batch = genlm_batch_new_sized (1);
  genlm_batch_append (batch, context);
  scores = is_prefix ? iface->weigh_prefix_batch (self, batch, error)
                     : iface->weigh_complete_batch (self, batch, error);
  if (scores == NULL)
    return FALSE;
  if (genlm_scores_get_size (scores) != 1)
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT,
                   "%s returned %" G_GSIZE_FORMAT " results for 1 context",
                   label, genlm_scores_get_size (scores));
      return FALSE;
    }
  *out = genlm_scores_get (scores, 0);
  return TRUE;
}

/* The definition: prefix(xt) - prefix(x) for each token, complete(x) - prefix(x)
 * for EOS. */
static GenlmWeights *
default_weigh_next (GenlmPotential  *self,
                    GenlmContext    *context,
                    GError         **error)
{
  gsize n = genlm_potential_get_n_weights (self);
  double prefix, complete;
  double *values;
  g_autoptr (GenlmBatch) extensions = NULL;
  g_autoptr (GenlmScores) scores = NULL;
  g_autoptr (GenlmWeights) weights = NULL;

  prefix = genlm_potential_prefix_sync (self, context, NULL, error);
  if (isnan (prefix))
    return NULL;
  if (prefix == -INFINITY)
    {
      genlm_potential_set_zero_error (self, context, error);
      return NULL;
    }
  complete = genlm_potential_complete_sync (self, context, NULL, error);
  if (isnan (complete))
    return NULL;

  extensions = genlm_batch_new_sized (n - 1);
  for (gsize t = 0; t + 1 < n; t++)
    {
      g_autoptr (GenlmContext) extension = genlm_context_append (context, (guint32) t);

      genlm_batch_append (extensions, extension);
    }
  scores = genlm_potential_batch_prefix_sync (self, extensions, NULL, error);
  if (scores == NULL)
    return NULL;

  weights = genlm_weights_new_uninit (n, &values);
  for (gsize t = 0; t + 1 < n; t++)
    values[t] = genlm_scores_get (scores, t) - prefix;
  values[n - 1] = complete - prefix;
  return g_steal_pointer (&weights);
}

static GenlmWeightsList *
default_weigh_next_batch (GenlmPotential  *self,
                          GenlmBatch      *batch,
                          GError         **error)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  g_autoptr (GenlmWeightsList) list = genlm_weights_list_new ();

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      GError *local_error = NULL;
      g_autoptr (GenlmWeights) weights = iface->weigh_next (self, genlm_batch_get (batch, i), &local_error);

      if (weights == NULL || local_error != NULL)
        {
          if (local_error == NULL)
            genlm_potential_set_silent_error (self, "weigh_next", &local_error);
          g_propagate_error (error, local_error);
          return NULL;
        }
      genlm_weights_list_append (list, weights);
    }
  return g_steal_pointer (&list);
}

static GenlmTokenSet *
default_weigh_mask (GenlmPotential  *self,
                    GenlmContext    *context,
                    GError         **error)
{
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmTokenSet) set = NULL;
  const double *values;
  guint64 *words;
  gsize n;

  if ((genlm_potential_get_traits (self) & GENLM_TRAITS_BOOLEAN) == 0)
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s is not Boolean, so it has no mask; ask for logw_next", label);
      return NULL;
    }
  weights = genlm_potential_logw_next_sync (self, context, NULL, error);
  if (weights == NULL)
    return NULL;

  n = genlm_weights_get_size (weights);
  values = genlm_weights_peek (weights);
  set = genlm_token_set_new_zeroed (n, &words);
  for (gsize t = 0; t < n; t++)
    words[t / 64] |= (guint64) (values[t] > -INFINITY) << (t % 64);
  return g_steal_pointer (&set);
}

static GenlmTokenSetList *
default_weigh_mask_batch (GenlmPotential  *self,
                          GenlmBatch      *batch,
                          GError         **error)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  g_autoptr (GenlmTokenSetList) list = genlm_token_set_list_new ();

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      GError *local_error = NULL;
      g_autoptr (GenlmTokenSet) mask = iface->weigh_mask (self, genlm_batch_get (batch, i), &local_error);

      if (mask == NULL || local_error != NULL)
        {
          if (local_error == NULL)
            genlm_potential_set_silent_error (self, "weigh_mask", &local_error);
          g_propagate_error (error, local_error);
          return NULL;
        }
      genlm_token_set_list_append (list, mask);
    }
  return g_steal_pointer (&list);
}

static GenlmPotential *
default_make_spawn (GenlmPotential  *self,
                    GError         **error)
{
  g_autofree char *label = genlm_potential_dup_label (self);

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "%s cannot be spawned; implement make_spawn()", label);
  return NULL;
}

static GenlmPotential *
default_make_coerced (GenlmPotential  *self,
                      GenlmVocab      *target,
                      GError         **error)
{
  return (GenlmPotential *) genlm_coerced_new (self, target, error);
}

static GVariant *
default_dup_recipe (GenlmPotential  *self,
                    GError         **error)
{
  return genlm_recipe_from_properties (G_OBJECT (self), NULL, error);
}

/* All but evaluate(), which says where things run. */
void
genlm_potential_install_defaults (GenlmPotentialInterface *iface)
{
  iface->get_vocab = default_get_vocab;
  iface->get_traits = default_get_traits;
  iface->weigh_prefix = default_weigh_prefix;
  iface->weigh_complete = default_weigh_complete;
  iface->weigh_next = default_weigh_next;
  iface->weigh_mask = default_weigh_mask;
  iface->weigh_prefix_batch = default_weigh_prefix_batch;
  iface->weigh_complete_batch = default_weigh_complete_batch;
  iface->weigh_next_batch = default_weigh_next_batch;
  iface->weigh_mask_batch = default_weigh_mask_batch;
  iface->make_spawn = default_make_spawn;
  iface->make_coerced = default_make_coerced;
  iface->dup_recipe = default_dup_recipe;
}
