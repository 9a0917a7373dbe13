/* genlm-aligned.c: a potential asked about the tokens of another vocabulary
 *
 * Tokens correspond when they have the same bytes; a token that the base does
 * not have makes the weight zero. No token is taken apart: that is coercion.
 */

#include "genlm-config.h"

#include "genlm-aligned-private.h"

#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-scores.h"

#include <math.h>

#define UNREADABLE G_MAXUINT32

struct _GenlmAligned
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *base;
  GenlmContext       *root;
  guint32            *map;       /* own token -> token of the base */
  GenlmTokenSet      *readable;
  guint64             key;       /* of the translation of a context */
};

static void potential_iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmAligned, genlm_aligned, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, potential_iface_init))

/* Returns the context over the base's vocabulary, NULL if a token is unreadable. */
static GenlmContext *
translate (GenlmAligned *self,
           GenlmContext *context)
{
  gsize length = genlm_context_get_length (context);
  GenlmContext *known = context;
  GenlmContext *found = NULL;
  g_autofree guint32 *tokens = NULL;
  GenlmContext *result;
  gsize n;

  while (found == NULL && genlm_context_get_length (known) > 0)
    {
      found = genlm_context_get_state (known, self->key);
      if (found == NULL)
        known = genlm_context_get_parent (known);
    }
  if (found == NULL)
    found = self->root;

  n = length - genlm_context_get_length (known);
  if (n == 0)
    return genlm_context_ref (found);

  tokens = g_new (guint32, n);
  genlm_context_copy_suffix (context, length - n, tokens);
  for (gsize i = 0; i < n; i++)
    {
      tokens[i] = self->map[tokens[i]];
      if (tokens[i] == UNREADABLE)
        return NULL;
    }

  result = genlm_context_append_tokens (found, tokens, n);
  genlm_context_put_state (context, self->key, genlm_context_ref (result),
                           (GDestroyNotify) genlm_context_unref);
  return result;
}

static GenlmScores *
weigh_batch (GenlmAligned  *self,
             GenlmMethod    method,
             GenlmBatch    *batch,
             GError       **error)
{
  gsize n = genlm_batch_get_size (batch);
  g_autoptr (GenlmBatch) readable = genlm_batch_new_sized (n);
  g_autofree gboolean *asked = g_new0 (gboolean, n);
  g_autoptr (GenlmScores) scores = NULL;
  double *values;
  GenlmScores *result;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GenlmContext) context = translate (self, genlm_batch_get (batch, i));

      asked[i] = context != NULL;
      if (asked[i])
        genlm_batch_append (readable, context);
    }

  if (genlm_batch_get_size (readable) > 0)
    {
      scores = method == GENLM_METHOD_PREFIX
                 ? genlm_potential_batch_prefix_sync (self->base, readable, NULL, error)
                 : genlm_potential_batch_complete_sync (self->base, readable, NULL, error);
      if (scores == NULL)
        return NULL;
    }

  result = genlm_scores_new_uninit (n, &values);
  for (gsize i = 0, k = 0; i < n; i++)
    values[i] = asked[i] ? genlm_scores_get (scores, k++) : -INFINITY;
  return result;
}

static gboolean
weigh_one (GenlmAligned  *self,
           GenlmMethod    method,
           GenlmContext  *context,
           double        *out,
           GError       **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);
  g_autoptr (GenlmScores) scores = NULL;

  genlm_batch_append (batch, context);
  scores = weigh_batch (self, method, batch, error);
  if (scores == NULL)
    return FALSE;
  *out = genlm_scores_get (scores, 0);
  return TRUE;
}

static gboolean
genlm_aligned_weigh_prefix (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  return weigh_one (GENLM_ALIGNED (potential), GENLM_METHOD_PREFIX, context, out, error);
}

static gboolean
genlm_aligned_weigh_complete (GenlmPotential  *potential,
                              GenlmContext    *context,
                              double          *out,
                              GError         **error)
{
  return weigh_one (GENLM_ALIGNED (potential), GENLM_METHOD_COMPLETE, context, out, error);
}

static GenlmScores *
genlm_aligned_weigh_prefix_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  return weigh_batch (GENLM_ALIGNED (potential), GENLM_METHOD_PREFIX, batch, error);
}

static GenlmScores *
genlm_aligned_weigh_complete_batch (GenlmPotential  *potential,
                                    GenlmBatch      *batch,
                                    GError         **error)
{
  return weigh_batch (GENLM_ALIGNED (potential), GENLM_METHOD_COMPLETE, batch, error);
}

static void
potential_iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = genlm_aligned_weigh_prefix;
  iface->weigh_complete = genlm_aligned_weigh_complete;
  iface->weigh_prefix_batch = genlm_aligned_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_aligned_weigh_complete_batch;
}

static void
genlm_aligned_dispose (GObject *object)
{
  g_clear_object (&GENLM_ALIGNED (object)->base);

  G_OBJECT_CLASS (genlm_aligned_parent_class)->dispose (object);
}

static void
genlm_aligned_finalize (GObject *object)
{
  GenlmAligned *self = GENLM_ALIGNED (object);

  g_clear_pointer (&self->root, genlm_context_unref);
  g_clear_pointer (&self->readable, genlm_token_set_unref);
  g_clear_pointer (&self->map, g_free);

  G_OBJECT_CLASS (genlm_aligned_parent_class)->finalize (object);
}

static void
genlm_aligned_class_init (GenlmAlignedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = genlm_aligned_dispose;
  object_class->finalize = genlm_aligned_finalize;
}

static void
genlm_aligned_init (GenlmAligned *self)
{
  self->root = genlm_context_new ();
  self->key = genlm_context_new_key ();
}

static void
map_tokens (GenlmAligned *self,
            GenlmVocab   *vocab)
{
  GenlmVocab *base_vocab = genlm_potential_get_vocab (self->base);
  guint32 n = genlm_vocab_get_size (vocab);
  guint64 *words;

  self->map = g_new (guint32, n);
  self->readable = genlm_token_set_new_zeroed ((gsize) n + 1, &words);
  for (guint32 i = 0; i <= n; i++)
    {
      g_autoptr (GBytes) bytes = i < n ? genlm_vocab_dup_token (vocab, i) : NULL;

      if (i < n && !genlm_vocab_find (base_vocab, bytes, &self->map[i]))
        self->map[i] = UNREADABLE;
      else
        words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
    }
}

/* Makes @base answer for contexts over @vocab. Both have vocabularies of tokens. */
GenlmAligned *
genlm_aligned_new (GenlmPotential *base,
                   GenlmVocab     *vocab)
{
  GenlmAligned *self = g_object_new (GENLM_TYPE_ALIGNED, NULL);
  GenlmTraits traits = genlm_potential_get_traits (base);
  g_autofree char *label = genlm_potential_dup_label (base);

  self->base = g_object_ref (base);
  map_tokens (self, vocab);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  genlm_potential_base_set_traits (GENLM_POTENTIAL_BASE (self), traits & ~GENLM_TRAITS_MASKS);
  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (self), label);
  return self;
}

/* The tokens that the base has too; EOS is always among them. */
GenlmTokenSet *
genlm_aligned_get_readable (GenlmAligned *self)
{
  return self->readable;
}
