/* A potential asked about the tokens of another vocabulary of tokens.
 *
 * Tokens correspond when they have the same bytes; a token that the base does
 * not have makes the weight zero. No token is taken apart: that is coercion. */

#include "genlm-aligned-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-potential-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

#include <math.h>

#define UNREADABLE G_MAXUINT32

struct _GenlmAligned
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *base;
  GenlmContext       *root;
  guint32            *map;      /* own token, or EOS -> that of the base */
  GenlmTokenSet      *readable;
  guint64             key;      /* of the translation of a context */
};

static void genlm_aligned_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmAligned, genlm_aligned, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_aligned_potential_init))

/* Returns (transfer none) the context over the base's vocabulary, NULL if a token
 * is unreadable. It is kept on every node: what is asked are children of nodes
 * that may never be asked themselves. */
static GenlmContext *
translate (GenlmAligned *self,
           GenlmContext *context)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  GenlmContext *node = context;
  GenlmContext *known = NULL;

  while (known == NULL && genlm_context_get_length (node) > 0)
    {
      known = genlm_context_get_state (node, self->key);
      if (known == NULL)
        {
          g_ptr_array_add (unknown, node);
          node = genlm_context_get_parent (node);
        }
    }
  if (known == NULL)
    known = self->root;

  for (guint i = unknown->len; i > 0; i--)
    {
      guint32 token;

      node = g_ptr_array_index (unknown, i - 1);
      token = self->map[genlm_context_get_last (node)];
      if (token == UNREADABLE)
        return NULL;
      known = genlm_context_put_state (node, self->key, genlm_context_append (known, token),
                                       (GDestroyNotify) genlm_context_unref);
    }
  return known;
}

/* -- answering from the base ---------------------------------------------- */

static void
return_scores (GenlmRequest      *request,
               GenlmRequest      *inner,
               const gboolean    *readable)
{
  gsize n = genlm_request_get_size (request);
  g_autoptr (GenlmScores) scores = inner != NULL ? genlm_request_finish_scores (inner, NULL) : NULL;
  g_autoptr (GenlmScores) result = NULL;
  double *values;

  result = genlm_scores_new_uninit (n, &values);
  for (gsize i = 0, k = 0; i < n; i++)
    values[i] = readable[i] ? genlm_scores_get (scores, k++) : -INFINITY;
  genlm_request_return_scores (request, result);
}

static void
return_weights (GenlmAligned *self,
                GenlmRequest *request,
                GenlmRequest *inner)
{
  gsize n = genlm_token_set_get_size (self->readable);
  g_autoptr (GenlmWeightsList) list = genlm_request_finish_weights (inner, NULL);
  g_autoptr (GenlmWeightsList) result = genlm_weights_list_new ();

  for (gsize i = 0; i < genlm_weights_list_get_size (list); i++)
    {
      const double *base = genlm_weights_peek (genlm_weights_list_get (list, i));
      g_autoptr (GenlmWeights) weights = NULL;
      double *values;

      weights = genlm_weights_new_uninit (n, &values);
      for (gsize t = 0; t < n; t++)
        values[t] = self->map[t] != UNREADABLE ? base[self->map[t]] : -INFINITY;
      genlm_weights_list_append (result, weights);
    }
  genlm_request_return_weights (request, result);
}

static void
return_masks (GenlmAligned *self,
              GenlmRequest *request,
              GenlmRequest *inner)
{
  gsize n = genlm_token_set_get_size (self->readable);
  g_autoptr (GenlmTokenSetList) list = genlm_request_finish_masks (inner, NULL);
  g_autoptr (GenlmTokenSetList) result = genlm_token_set_list_new ();

  for (gsize i = 0; i < genlm_token_set_list_get_size (list); i++)
    {
      GenlmTokenSet *base = genlm_token_set_list_get (list, i);
      g_autoptr (GenlmTokenSet) mask = NULL;
      guint64 *words;

      mask = genlm_token_set_new_zeroed (n, &words);
      for (gsize t = 0; t < n; t++)
        {
          if (self->map[t] != UNREADABLE && genlm_token_set_contains (base, self->map[t]))
            words[t / 64] |= G_GUINT64_CONSTANT (1) << (t % 64);
        }
      genlm_token_set_list_append (result, mask);
    }
  genlm_request_return_masks (request, result);
}

typedef struct
{
  GenlmAligned *aligned;
  GenlmRequest *request;
  gboolean     *readable;       /* which contexts the base was asked about */
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->request);
  g_object_unref (question->aligned);
  g_free (question->readable);
  g_free (question);
}

/* Takes the question; @inner is NULL if there was nothing to ask. */
static void
base_answered (GenlmRequest *inner,
               gpointer      user_data)
{
  Question *question = user_data;
  const GError *error = inner != NULL ? genlm_request_peek_error (inner) : NULL;

  if (error != NULL)
    genlm_request_fail (question->request, error, FALSE);
  else if (genlm_request_get_method (question->request) == GENLM_METHOD_NEXT)
    return_weights (question->aligned, question->request, inner);
  else if (genlm_request_get_method (question->request) == GENLM_METHOD_MASK)
    return_masks (question->aligned, question->request, inner);
  else
    return_scores (question->request, inner, question->readable);
  question_free (question);
}

/* Translates what can be; NULL with an error if that is not enough. */
static GenlmBatch *
translate_batch (Question  *question,
                 GError   **error)
{
  GenlmBatch *batch = genlm_request_get_batch (question->request);
  GenlmMethod method = genlm_request_get_method (question->request);
  gsize n = genlm_batch_get_size (batch);
  g_autoptr (GenlmBatch) translated = genlm_batch_new_sized (n);

  question->readable = g_new0 (gboolean, n);
  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = translate (question->aligned, genlm_batch_get (batch, i));

      question->readable[i] = context != NULL;
      if (context != NULL)
        {
          genlm_batch_append (translated, context);
        }
      else if (method == GENLM_METHOD_NEXT || method == GENLM_METHOD_MASK)
        {
          genlm_potential_set_zero_error (GENLM_POTENTIAL (question->aligned), genlm_batch_get (batch, i), error);
          return NULL;
        }
    }
  return g_steal_pointer (&translated);
}

static void
ask (GenlmAligned *self,
     GenlmRequest *request,
     gboolean      sync)
{
  Question *question = g_new0 (Question, 1);
  GenlmMethod method = genlm_request_get_method (request);
  GCancellable *cancellable = genlm_request_get_cancellable (request);
  g_autoptr (GenlmBatch) batch = NULL;
  g_autoptr (GenlmRequest) inner = NULL;
  g_autoptr (GError) error = NULL;

  question->aligned = g_object_ref (self);
  question->request = g_object_ref (request);
  batch = translate_batch (question, &error);
  if (batch == NULL)
    {
      genlm_request_fail (request, error, FALSE);
      question_free (question);
    }
  else if (genlm_batch_get_size (batch) == 0)
    {
      base_answered (NULL, question);
    }
  else if (sync)
    {
      inner = genlm_request_new (G_OBJECT (self->base), method, batch,
                                 genlm_potential_get_n_weights (self->base), cancellable, NULL, NULL);
      genlm_potential_evaluate_sync (self->base, inner);
      base_answered (inner, question);
    }
  else
    {
      inner = genlm_request_new_internal (G_OBJECT (self->base), method, batch,
                                          genlm_potential_get_n_weights (self->base), cancellable,
                                          base_answered, question);
      genlm_potential_evaluate (self->base, inner);
    }
}

/* -- the interface -------------------------------------------------------- */

static GenlmTraits
genlm_aligned_get_traits (GenlmPotential *potential)
{
  return genlm_potential_get_traits (GENLM_ALIGNED (potential)->base);
}

static GenlmRequest *
ask_sync (GenlmPotential *potential,
          GenlmMethod     method,
          GenlmBatch     *batch)
{
  GenlmRequest *request = genlm_request_new (G_OBJECT (potential), method, batch, 0, NULL, NULL, NULL);

  ask (GENLM_ALIGNED (potential), request, TRUE);
  return request;
}

static GenlmRequest *
ask_sync_single (GenlmPotential *potential,
                 GenlmMethod     method,
                 GenlmContext   *context)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);

  genlm_batch_append (batch, context);
  return ask_sync (potential, method, batch);
}

static GenlmScores *
genlm_aligned_weigh_prefix_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_sync (potential, GENLM_METHOD_PREFIX, batch);

  return genlm_request_finish_scores (request, error);
}

static GenlmScores *
genlm_aligned_weigh_complete_batch (GenlmPotential  *potential,
                                    GenlmBatch      *batch,
                                    GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_sync (potential, GENLM_METHOD_COMPLETE, batch);

  return genlm_request_finish_scores (request, error);
}

static GenlmWeights *
genlm_aligned_weigh_next (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_sync_single (potential, GENLM_METHOD_NEXT, context);
  g_autoptr (GenlmWeightsList) list = genlm_request_finish_weights (request, error);

  return list != NULL ? genlm_weights_ref (genlm_weights_list_get (list, 0)) : NULL;
}

static GenlmTokenSet *
genlm_aligned_weigh_mask (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_sync_single (potential, GENLM_METHOD_MASK, context);
  g_autoptr (GenlmTokenSetList) list = genlm_request_finish_masks (request, error);

  return list != NULL ? genlm_token_set_ref (genlm_token_set_list_get (list, 0)) : NULL;
}

static void
genlm_aligned_evaluate (GenlmPotential *potential,
                        GenlmRequest   *request)
{
  ask (GENLM_ALIGNED (potential), request, FALSE);
}

/* A single prefix or complete is a batch of one, a batch of next weights one by
 * one: the interface's defaults. */
static void
genlm_aligned_potential_init (GenlmPotentialInterface *iface)
{
  iface->get_traits = genlm_aligned_get_traits;
  iface->weigh_prefix_batch = genlm_aligned_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_aligned_weigh_complete_batch;
  iface->weigh_next = genlm_aligned_weigh_next;
  iface->weigh_mask = genlm_aligned_weigh_mask;
  iface->evaluate = genlm_aligned_evaluate;
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

  self->map = g_new (guint32, (gsize) n + 1);
  self->readable = genlm_token_set_new_zeroed ((gsize) n + 1, &words);
  for (guint32 i = 0; i < n; i++)
    {
      g_autoptr (GBytes) bytes = genlm_vocab_dup_token (vocab, i);

      if (!genlm_vocab_find (base_vocab, bytes, &self->map[i]))
        self->map[i] = UNREADABLE;
      else
        words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
    }
  self->map[n] = genlm_vocab_get_eos (base_vocab);
  words[n / 64] |= G_GUINT64_CONSTANT (1) << (n % 64);
}

/* Makes @base answer for contexts over @vocab. Both have vocabularies of tokens. */
GenlmAligned *
genlm_aligned_new (GenlmPotential *base,
                   GenlmVocab     *vocab)
{
  GenlmAligned *self = g_object_new (GENLM_TYPE_ALIGNED, NULL);
  g_autofree char *label = genlm_potential_dup_label (base);

  self->base = g_object_ref (base);
  map_tokens (self, vocab);
  genlm_potential_base_set_vocab (GENLM_POTENTIAL_BASE (self), vocab);
  genlm_potential_base_set_name (GENLM_POTENTIAL_BASE (self), label);
  return self;
}

/* The tokens that the base has too; EOS is always among them. */
GenlmTokenSet *
genlm_aligned_get_readable (GenlmAligned *self)
{
  return self->readable;
}
