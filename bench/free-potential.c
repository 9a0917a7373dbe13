/* A model that gives the same next weights after every context, and a condition
 * that looks at the last token only. */

#include "free-potential.h"

#include <math.h>
#include <string.h>

struct _BenchFree
{
  GenlmPotentialBase  parent_instance;

  GenlmWeights       *weights;   /* of a model */
  GenlmTokenSet      *accepted;  /* of a condition */
};

static void potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchFree, bench_free, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

static double
weigh (BenchFree    *self,
       GenlmContext *context)
{
  return self->accepted == NULL || genlm_context_get_length (context) == 0 ||
         genlm_token_set_contains (self->accepted, genlm_context_get_last (context))
           ? 0.0 : -INFINITY;
}

static gboolean
bench_free_weigh (GenlmPotential  *potential,
                  GenlmContext    *context,
                  double          *out,
                  GError         **error)
{
  *out = weigh (BENCH_FREE (potential), context);
  return TRUE;
}

static GenlmScores *
bench_free_weigh_batch (GenlmPotential  *potential,
                        GenlmBatch      *batch,
                        GError         **error)
{
  gsize n = genlm_batch_get_size (batch);
  double *values;
  GenlmScores *scores = genlm_scores_new_uninit (n, &values);

  for (gsize i = 0; i < n; i++)
    values[i] = weigh (BENCH_FREE (potential), genlm_batch_get (batch, i));
  return scores;
}

static GenlmWeights *
bench_free_weigh_next (GenlmPotential  *potential,
                       GenlmContext    *context,
                       GError         **error)
{
  return genlm_weights_ref (BENCH_FREE (potential)->weights);
}

static GenlmWeightsList *
bench_free_weigh_next_batch (GenlmPotential  *potential,
                             GenlmBatch      *batch,
                             GError         **error)
{
  GenlmWeightsList *list = genlm_weights_list_new ();

  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    genlm_weights_list_append (list, BENCH_FREE (potential)->weights);
  return list;
}

static GenlmTokenSet *
bench_free_weigh_mask (GenlmPotential  *potential,
                       GenlmContext    *context,
                       GError         **error)
{
  return genlm_token_set_ref (BENCH_FREE (potential)->accepted);
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = bench_free_weigh;
  iface->weigh_complete = bench_free_weigh;
  iface->weigh_prefix_batch = bench_free_weigh_batch;
  iface->weigh_complete_batch = bench_free_weigh_batch;
  iface->weigh_next = bench_free_weigh_next;
  iface->weigh_next_batch = bench_free_weigh_next_batch;
  iface->weigh_mask = bench_free_weigh_mask;
}

static void
bench_free_finalize (GObject *object)
{
  BenchFree *self = BENCH_FREE (object);

  g_clear_pointer (&self->weights, genlm_weights_unref);
  g_clear_pointer (&self->accepted, genlm_token_set_unref);

  G_OBJECT_CLASS (bench_free_parent_class)->finalize (object);
}

static void
bench_free_class_init (BenchFreeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bench_free_finalize;
}

static void
bench_free_init (BenchFree *self)
{
}

GenlmVocab *
bench_vocab_new (guint32 size)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) tokens = NULL;
  GError *error = NULL;
  GenlmVocab *vocab;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint32 i = 0; i < size; i++)
    {
      g_autofree char *text = g_strdup_printf ("t%u ", i);

      g_variant_builder_add_value (&builder,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text, strlen (text), 1));
    }
  tokens = g_variant_ref_sink (g_variant_builder_end (&builder));
  vocab = genlm_vocab_new (tokens, NULL, &error);
  if (vocab == NULL)
    g_error ("%s", error->message);
  return vocab;
}

GenlmPotential *
bench_model_new (GenlmVocab   *vocab,
                 GenlmWeights *weights)
{
  BenchFree *self = g_object_new (BENCH_TYPE_FREE, NULL);

  self->weights = genlm_weights_ref (weights);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), GENLM_TRAITS_INLINE);
  return GENLM_POTENTIAL (self);
}

GenlmPotential *
bench_condition_new (GenlmVocab    *vocab,
                     GenlmTokenSet *accepted)
{
  BenchFree *self = g_object_new (BENCH_TYPE_FREE, NULL);

  self->accepted = genlm_token_set_ref (accepted);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self),
                                   GENLM_TRAITS_INLINE | GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
  return GENLM_POTENTIAL (self);
}
