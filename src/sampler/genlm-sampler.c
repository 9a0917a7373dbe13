/* genlm-sampler.c: what every token sampler can be asked
 *
 * All public calls are one path: a request of GENLM_METHOD_SAMPLE. How a token
 * is drawn is the implementations' business.
 */

#define G_LOG_DOMAIN "Genlm-Sampler"

#include "genlm-config.h"

#include "genlm-sampler.h"

#include "genlm-batch.h"
#include "genlm-draws.h"
#include "genlm-element.h"
#include "genlm-random-list.h"
#include "genlm-request-private.h"

/**
 * GenlmSampler:
 *
 * Draws tokens that continue contexts, each with an importance weight.
 *
 * A draw is *properly weighted* for the sampler's target: for every function
 * `f` of tokens, the mean of `exp (log_weight) * f (token)` is the sum over all
 * tokens, EOS included, of `exp (logw_next (token)) * f (token)`. In particular
 * the mean weight is the total next weight of the target. A context after which
 * nothing is possible gives a draw of weight zero and a cause, not an error.
 *
 * Every random choice is a function of the [struct@Random] of its context, so a
 * draw does not depend on what else is in the batch.
 *
 * Errors of all calls: %GENLM_SAMPLER_ERROR_NOT_READY when a property is
 * missing, %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and what
 * the potentials report.
 *
 * Threads: a sampler belongs to the thread that made it, or to one at a time.
 *
 * Source: Loula et al., arXiv 2504.13139; `TokenSampler` of genlm-control.
 *
 * Since: 0.1
 */

/**
 * GenlmSamplerInterface::get_target:
 * @self: a sampler
 *
 * Gets the potential that the draws are weighted for.
 *
 * Returns: (transfer none) (nullable): the target
 *
 * Since: 0.1
 */

/**
 * GenlmSamplerInterface::draw:
 * @self: a sampler
 * @request: a request of %GENLM_METHOD_SAMPLE, with a source of random numbers for each context
 *
 * Draws a token after each context of @request and answers it, at once or later.
 *
 * The default calls #GenlmSamplerInterface.draw_now.
 *
 * Since: 0.1
 */

/**
 * GenlmSamplerInterface::draw_now:
 * @self: a sampler
 * @request: a request of %GENLM_METHOD_SAMPLE, with a source of random numbers for each context
 *
 * Draws a token after each context of @request and answers it before returning,
 * without iterating a main context.
 *
 * The default answers with %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED.
 *
 * Since: 0.1
 */

/**
 * genlm_sampler_error_quark:
 *
 * Gets the domain of [error@SamplerError].
 *
 * Returns: the quark of %GENLM_SAMPLER_ERROR
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (genlm-sampler-error-quark, genlm_sampler_error)
G_DEFINE_INTERFACE (GenlmSampler, genlm_sampler, G_TYPE_OBJECT)

static void
default_draw (GenlmSampler *self,
              GenlmRequest *request)
{
  GENLM_SAMPLER_GET_IFACE (self)->draw_now (self, request);
}

static void
default_draw_now (GenlmSampler *self,
                  GenlmRequest *request)
{
  g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));
  g_autoptr (GError) error = g_error_new (GENLM_POTENTIAL_ERROR,
                                          GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                                          "Failed to draw from %s: it cannot draw synchronously; "
                                          "implement draw_now, or call sample_batch",
                                          label);

  genlm_request_return_error (request, error);
}

static void
genlm_sampler_default_init (GenlmSamplerInterface *iface)
{
  iface->draw = default_draw;
  iface->draw_now = default_draw_now;
}

/**
 * genlm_sampler_get_target:
 * @self: a sampler
 *
 * Gets the potential that the draws are weighted for.
 *
 * Returns: (transfer none) (nullable): the target, %NULL as long as the sampler
 *   lacks a property or could not be initialised
 *
 * Since: 0.1
 */
GenlmPotential *
genlm_sampler_get_target (GenlmSampler *self)
{
  GenlmSamplerInterface *iface;

  g_return_val_if_fail (GENLM_IS_SAMPLER (self), NULL);

  iface = GENLM_SAMPLER_GET_IFACE (self);
  return iface->get_target != NULL ? iface->get_target (self) : NULL;
}

/* Answers a request that no sampler can answer. */
static gboolean
refuse_request (GenlmSampler *self,
                GenlmRequest *request)
{
  g_autofree char *label = NULL;
  g_autoptr (GError) error = NULL;

  if (genlm_request_get_size (request) > 0 && genlm_request_get_randoms (request) != NULL)
    return FALSE;

  label = genlm_element_dup_label (G_OBJECT (self));
  if (genlm_request_get_size (request) == 0)
    error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH,
                         "Failed to draw from %s: the batch has no contexts",
                         label);
  else
    error = g_error_new (GENLM_SAMPLER_ERROR, GENLM_SAMPLER_ERROR_NOT_READY,
                         "Failed to draw from %s: the request carries no random numbers; "
                         "give it one GenlmRandom for each context",
                         label);

  genlm_request_return_error (request, error);
  return TRUE;
}

/**
 * genlm_sampler_evaluate:
 * @self: a sampler
 * @request: a request of %GENLM_METHOD_SAMPLE, with its random numbers
 *
 * Sends a request on its way. Its answer arrives in the main context in which it
 * was made, never before this returns.
 *
 * Since: 0.1
 */
void
genlm_sampler_evaluate (GenlmSampler *self,
                        GenlmRequest *request)
{
  g_return_if_fail (GENLM_IS_SAMPLER (self));
  g_return_if_fail (GENLM_IS_REQUEST (request));
  g_return_if_fail (genlm_request_get_method (request) == GENLM_METHOD_SAMPLE);

  if (!genlm_request_is_answered (request) && !refuse_request (self, request))
    GENLM_SAMPLER_GET_IFACE (self)->draw (self, request);
}

/**
 * genlm_sampler_evaluate_sync:
 * @self: a sampler
 * @request: a request of %GENLM_METHOD_SAMPLE, with its random numbers
 *
 * Has a request answered before this returns. No main context is iterated.
 *
 * Since: 0.1
 */
void
genlm_sampler_evaluate_sync (GenlmSampler *self,
                             GenlmRequest *request)
{
  g_return_if_fail (GENLM_IS_SAMPLER (self));
  g_return_if_fail (GENLM_IS_REQUEST (request));
  g_return_if_fail (genlm_request_get_method (request) == GENLM_METHOD_SAMPLE);

  if (genlm_request_is_answered (request) || refuse_request (self, request))
    return;

  GENLM_SAMPLER_GET_IFACE (self)->draw_now (self, request);
  if (!genlm_request_is_answered (request))
    {
      g_autofree char *label = genlm_element_dup_label (G_OBJECT (self));
      g_autoptr (GError) error = g_error_new (GENLM_POTENTIAL_ERROR,
                                              GENLM_POTENTIAL_ERROR_NO_ANSWER,
                                              "Failed to draw from %s: draw_now returned without an answer",
                                              label);

      genlm_request_return_error (request, error);
    }
}

static GenlmRequest *
make_request (GenlmSampler        *self,
              GenlmBatch          *batch,
              GenlmRandomList     *randoms,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  GenlmPotential *target = genlm_sampler_get_target (self);
  GenlmVocab *vocab = target != NULL ? genlm_potential_get_vocab (target) : NULL;
  gsize n_weights = vocab != NULL ? (gsize) genlm_vocab_get_size (vocab) + 1 : 0;
  GenlmRequest *request;

  request = genlm_request_new (G_OBJECT (self), GENLM_METHOD_SAMPLE, batch, n_weights,
                               cancellable, callback, user_data);
  genlm_request_set_randoms (request, randoms);
  return request;
}

/**
 * genlm_sampler_sample_batch:
 * @self: a sampler
 * @batch: a batch of `n` contexts
 * @randoms: `n` sources of random numbers, one for each context
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called when done
 * @user_data: data for @callback
 *
 * Draws a token after each context of a batch.
 *
 * Contexts must have a prefix weight above zero.
 *
 * Since: 0.1
 */
void
genlm_sampler_sample_batch (GenlmSampler        *self,
                            GenlmBatch          *batch,
                            GenlmRandomList     *randoms,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_if_fail (GENLM_IS_SAMPLER (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (randoms != NULL);
  g_return_if_fail (genlm_batch_get_size (batch) == genlm_random_list_get_size (randoms));

  request = make_request (self, batch, randoms, cancellable, callback, user_data);
  genlm_sampler_evaluate (self, request);
}

/**
 * genlm_sampler_sample_batch_finish:
 * @self: a sampler
 * @result: what the callback got
 * @error: return location for an error
 *
 * Gets what [method@Sampler.sample_batch] drew.
 *
 * Returns: (transfer full): `n` draws, in the order of the batch
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_sampler_sample_batch_finish (GenlmSampler  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GENLM_IS_SAMPLER (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, NULL), NULL);

  return genlm_request_finish_draws (GENLM_REQUEST (result), error);
}

/**
 * genlm_sampler_sample_batch_sync:
 * @self: a sampler
 * @batch: a batch of `n` contexts
 * @randoms: `n` sources of random numbers, one for each context
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Draws a token after each context of a batch, and waits for it.
 *
 * Many draws at once are one batch question to each potential; many synchronous
 * calls are many.
 *
 * Returns: (transfer full): `n` draws, in the order of the batch
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_sampler_sample_batch_sync (GenlmSampler     *self,
                                 GenlmBatch       *batch,
                                 GenlmRandomList  *randoms,
                                 GCancellable     *cancellable,
                                 GError          **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_SAMPLER (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (randoms != NULL, NULL);
  g_return_val_if_fail (genlm_batch_get_size (batch) == genlm_random_list_get_size (randoms), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  request = make_request (self, batch, randoms, cancellable, NULL, NULL);
  genlm_sampler_evaluate_sync (self, request);
  return genlm_request_finish_draws (request, error);
}

static GenlmBatch *
batch_of_one (GenlmContext *context)
{
  GenlmBatch *batch = genlm_batch_new_sized (1);

  genlm_batch_append (batch, context);
  return batch;
}

static GenlmRandomList *
randoms_of_one (GenlmRandom *random)
{
  GenlmRandomList *randoms = genlm_random_list_new ();

  genlm_random_list_append (randoms, random);
  return randoms;
}

/**
 * genlm_sampler_sample:
 * @self: a sampler
 * @context: a context of prefix weight above zero
 * @random: where the random numbers come from
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called when done
 * @user_data: data for @callback
 *
 * Draws a token after one context: a batch of one.
 *
 * Since: 0.1
 */
void
genlm_sampler_sample (GenlmSampler        *self,
                      GenlmContext        *context,
                      GenlmRandom         *random,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GenlmBatch) batch = NULL;
  g_autoptr (GenlmRandomList) randoms = NULL;

  g_return_if_fail (GENLM_IS_SAMPLER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (random != NULL);

  batch = batch_of_one (context);
  randoms = randoms_of_one (random);
  genlm_sampler_sample_batch (self, batch, randoms, cancellable, callback, user_data);
}

/**
 * genlm_sampler_sample_finish:
 * @self: a sampler
 * @result: what the callback got
 * @error: return location for an error
 *
 * Gets what [method@Sampler.sample] drew.
 *
 * Returns: (transfer full): one draw
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_sampler_sample_finish (GenlmSampler  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return genlm_sampler_sample_batch_finish (self, result, error);
}

/**
 * genlm_sampler_sample_sync:
 * @self: a sampler
 * @context: a context of prefix weight above zero
 * @random: where the random numbers come from
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Draws a token after one context, and waits for it.
 *
 * Returns: (transfer full): one draw
 *
 * Since: 0.1
 */
GenlmDraws *
genlm_sampler_sample_sync (GenlmSampler  *self,
                           GenlmContext  *context,
                           GenlmRandom   *random,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_autoptr (GenlmBatch) batch = NULL;
  g_autoptr (GenlmRandomList) randoms = NULL;

  g_return_val_if_fail (GENLM_IS_SAMPLER (self), NULL);
  g_return_val_if_fail (context != NULL, NULL);
  g_return_val_if_fail (random != NULL, NULL);

  batch = batch_of_one (context);
  randoms = randoms_of_one (random);
  return genlm_sampler_sample_batch_sync (self, batch, randoms, cancellable, error);
}
