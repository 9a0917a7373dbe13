/* A potential that was built in a worker, from what the parent said. A failure is
 * kept: the parent may have asked before it knew. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-instance-private.h"

#include "genlm-coerced.h"
#include "genlm-element-make.h"
#include "genlm-product.h"
#include "genlm-region-private.h"

/* Instances over one vocabulary share it, and with it the tables it has made. */
static GenlmVocab *
share_vocab (GenlmVocab *vocab,
             GHashTable *others)
{
  GHashTableIter iter;
  gpointer other;

  g_hash_table_iter_init (&iter, others);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    {
      GenlmVocab *known = ((GenlmWorkerInstance *) other)->vocab;

      if (known != NULL && genlm_vocab_equal (known, vocab))
        return genlm_vocab_ref (known);
    }
  return genlm_vocab_ref (vocab);
}

static GenlmPotential *
make_potential (GVariant  *recipe,
                GError   **error)
{
  g_autoptr (GObject) element = genlm_element_from_recipe (recipe, error);
  const char *name;

  if (element == NULL)
    return NULL;
  if (GENLM_IS_POTENTIAL (element))
    return GENLM_POTENTIAL (g_steal_pointer (&element));
  g_variant_get_child (recipe, 0, "&s", &name);
  g_set_error (error, GENLM_ELEMENT_ERROR, GENLM_ELEMENT_ERROR_INVALID_RECIPE,
               "Failed to build “%s” in a worker: it is a %s, and only potentials run there",
               name, G_OBJECT_TYPE_NAME (element));
  return NULL;
}

static GenlmPotential *
coerce (GenlmPotential  *potential,
        GVariant        *targets,
        GHashTable      *others,
        GError         **error)
{
  g_autoptr (GenlmPotential) last = g_object_ref (potential);

  for (gsize i = 0; last != NULL && i < g_variant_n_children (targets); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (targets, i);
      g_autoptr (GenlmVocab) sent = genlm_vocab_new_from_variant (child, error);
      g_autoptr (GenlmVocab) target = sent != NULL ? share_vocab (sent, others) : NULL;
      g_autoptr (GenlmPotential) coerced = target != NULL ? genlm_potential_coerce (last, target, error) : NULL;

      g_set_object (&last, coerced);
    }
  return g_steal_pointer (&last);
}

static gboolean
check_vocab (GenlmPotential  *potential,
             GError         **error)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (potential);
  g_autofree char *label = NULL;

  if (vocab != NULL && (gsize) genlm_vocab_get_size (vocab) < GENLM_REGION_MAX_WEIGHTS)
    return TRUE;
  label = genlm_potential_dup_label (potential);
  if (vocab == NULL)
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                 "Failed to build %s in a worker: it has no vocabulary", label);
  else
    g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                 "Failed to build %s in a worker: its vocabulary has %u tokens, and workers share memory for %"
                 G_GSIZE_FORMAT "; use it in the process itself",
                 label, genlm_vocab_get_size (vocab), GENLM_REGION_MAX_WEIGHTS - 1);
  return FALSE;
}

/* Wrappers have an evaluate() for what they wrap, and need none if that does
 * not. As deep as recipes may be nested. */
static gboolean
is_direct (GenlmPotential *potential)
{
  GenlmPotentialInterface *defaults = g_type_default_interface_peek (GENLM_TYPE_POTENTIAL);

  if (GENLM_IS_PRODUCT (potential))
    return is_direct (genlm_product_get_first (GENLM_PRODUCT (potential))) &&
           is_direct (genlm_product_get_second (GENLM_PRODUCT (potential)));
  if (GENLM_IS_COERCED (potential))
    return is_direct (genlm_coerced_get_base (GENLM_COERCED (potential)));
  return GENLM_POTENTIAL_GET_IFACE (potential)->evaluate == defaults->evaluate;
}

/* From the variant of a BUILD frame. @others: where to look for vocabularies. */
GenlmWorkerInstance *
genlm_worker_instance_new (GVariant   *build,
                           GHashTable *others)
{
  GenlmWorkerInstance *self = g_new0 (GenlmWorkerInstance, 1);
  g_autoptr (GVariant) recipe = g_variant_get_child_value (build, 0);
  g_autoptr (GVariant) targets = g_variant_get_child_value (build, 2);
  g_autoptr (GenlmPotential) base = make_potential (recipe, &self->error);
  g_autoptr (GenlmPotential) potential = base != NULL ? coerce (base, targets, others, &self->error) : NULL;

  if (potential == NULL || !check_vocab (potential, &self->error))
    return self;
  self->iface = GENLM_POTENTIAL_GET_IFACE (potential);
  self->vocab = genlm_vocab_ref (genlm_potential_get_vocab (potential));
  self->vocab_size = genlm_vocab_get_size (self->vocab);
  self->is_direct = is_direct (potential);
  /* What has not been asked yet may be slow. */
  for (guint i = 0; i < G_N_ELEMENTS (self->paces); i++)
    self->paces[i] = GENLM_WORKER_SLOW_UNIT + 1;
  self->potential = g_steal_pointer (&potential);
  return self;
}

void
genlm_worker_instance_free (GenlmWorkerInstance *self)
{
  g_clear_object (&self->potential);
  g_clear_pointer (&self->vocab, genlm_vocab_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/* For a READY frame, without the vocabulary if the parent has it. */
GVariant *
genlm_worker_instance_describe (GenlmWorkerInstance *self,
                                guint64              known_hash)
{
  g_autofree char *label = genlm_potential_dup_label (self->potential);
  g_autofree char *text = g_utf8_make_valid (label, -1);
  guint64 hash = genlm_vocab_get_hash (self->vocab);
  GVariant *vocab = hash != known_hash ? genlm_vocab_to_variant (self->vocab) : NULL;

  return g_variant_new ("(uts@m" GENLM_FRAME_VOCAB_TYPE ")",
                        (guint32) genlm_potential_get_traits (self->potential), hash, text,
                        g_variant_new_maybe (G_VARIANT_TYPE (GENLM_FRAME_VOCAB_TYPE), vocab));
}
