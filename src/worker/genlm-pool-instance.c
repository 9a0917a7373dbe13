/* A potential as the workers of a pool have it. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-instance-private.h"

#include "genlm-frame-private.h"
#include "genlm-potential-error.h"
#include "genlm-region-private.h"

GenlmPoolInstance *
genlm_pool_instance_new (guint32    id,
                         GVariant  *recipe,
                         GPtrArray *targets)
{
  GenlmPoolInstance *self = g_new0 (GenlmPoolInstance, 1);

  g_atomic_ref_count_init (&self->refs);
  self->id = id;
  self->recipe = g_variant_ref (recipe);
  self->targets = g_ptr_array_ref (targets);
  if (targets->len > 0)
    self->vocab = genlm_vocab_ref (g_ptr_array_index (targets, targets->len - 1));
  return self;
}

GenlmPoolInstance *
genlm_pool_instance_ref (GenlmPoolInstance *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
genlm_pool_instance_unref (GenlmPoolInstance *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_error (&self->error);
  g_clear_pointer (&self->vocab, genlm_vocab_unref);
  g_ptr_array_unref (self->targets);
  g_variant_unref (self->recipe);
  g_free (self);
}

GenlmVocab *
genlm_pool_instance_peek_vocab (GenlmPoolInstance *self)
{
  return __atomic_load_n (&self->vocab, __ATOMIC_ACQUIRE);
}

/* For a BUILD frame. */
GVariant *
genlm_pool_instance_tell (GenlmPoolInstance *self)
{
  GenlmVocab *vocab = genlm_pool_instance_peek_vocab (self);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a" GENLM_FRAME_VOCAB_TYPE));

  for (guint i = 0; i < self->targets->len; i++)
    g_variant_builder_add_value (&builder, genlm_vocab_to_variant (g_ptr_array_index (self->targets, i)));
  return g_variant_new ("(@" GENLM_FRAME_RECIPE_TYPE "ta" GENLM_FRAME_VOCAB_TYPE ")",
                        self->recipe, vocab != NULL ? genlm_vocab_get_hash (vocab) : 0, &builder);
}

static gboolean
break_off (GError     **error,
           const char  *problem)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
               "what it says of the potential is broken: %s", problem);
  return FALSE;
}

/* Reads what a READY frame says. @vocab is set unless it is known. */
gboolean
genlm_pool_instance_learn (GenlmPoolInstance  *self,
                           GVariant           *ready,
                           GenlmTraits        *traits,
                           GenlmVocab        **vocab,
                           GError            **error)
{
  GenlmVocab *known = genlm_pool_instance_peek_vocab (self);
  g_autoptr (GVariant) sent = NULL;
  guint32 flags;
  guint64 hash;

  g_variant_get (ready, "(ut&sm@" GENLM_FRAME_VOCAB_TYPE ")", &flags, &hash, NULL, &sent);
  *traits = flags & (GENLM_TRAITS_BOOLEAN | GENLM_TRAITS_MASKS);
  *vocab = NULL;
  if (known != NULL)
    return genlm_vocab_get_hash (known) == hash ||
           break_off (error, "its vocabulary is not the one that it had, or was to have");
  if (sent == NULL)
    return break_off (error, "its vocabulary is missing");
  *vocab = genlm_vocab_new_from_variant (sent, error);
  if (*vocab == NULL)
    return FALSE;
  if (genlm_vocab_get_hash (*vocab) == hash && genlm_vocab_get_size (*vocab) < GENLM_REGION_MAX_WEIGHTS)
    return TRUE;
  g_clear_pointer (vocab, genlm_vocab_unref);
  return break_off (error, "its vocabulary is too large, or not what its hash says");
}
