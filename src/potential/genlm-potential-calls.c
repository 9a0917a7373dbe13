/* The public calls of a potential, in threes as in GDBus: start, finish, and
 * the synchronous form. Each makes a request and sends it down the one path of
 * genlm-potential.c. */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-potential-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

#include <math.h>

/* Takes the request. */
static void
send_request (GenlmPotential *self,
              GenlmRequest   *request,
              gpointer        tag)
{
  genlm_request_start (request, tag);
  genlm_potential_evaluate (self, request);
  g_object_unref (request);
}

/* Whether a context ends in EOS, so that its score is the complete weight of
 * what stands before. */
static gboolean
is_ended (GenlmPotential *self,
          GenlmContext   *context)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (self);

  return vocab != NULL && genlm_context_get_length (context) > 0 &&
         genlm_context_get_last (context) == genlm_vocab_get_eos (vocab);
}

/* A call without a callback still runs, and its answer has to go somewhere. */
static void
ignore_answer (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
}

/* Scores have no length to check. */
static gsize
get_n_weights (GenlmPotential *self,
               GenlmMethod     method)
{
  return method == GENLM_METHOD_PREFIX || method == GENLM_METHOD_COMPLETE ? 0 : genlm_potential_get_n_weights (self);
}

static GenlmRequest *
new_single_request (GenlmPotential      *self,
                    GenlmMethod          method,
                    GenlmContext        *context,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  return genlm_request_new_single (G_OBJECT (self), method, context, get_n_weights (self, method),
                                   cancellable, callback, user_data);
}

static GenlmRequest *
new_batch_request (GenlmPotential      *self,
                   GenlmMethod          method,
                   GenlmBatch          *batch,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  return genlm_request_new_batch (G_OBJECT (self), method, batch, get_n_weights (self, method),
                                  cancellable, callback, user_data);
}

/**
 * genlm_potential_prefix:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs a context as something that may still grow.
 *
 * Concurrent calls are best made on an [class@Autobatch], which joins them.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_prefix (GenlmPotential     *self,
                        GenlmContext       *context,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_single_request (self, GENLM_METHOD_PREFIX, context, cancellable,
                                    callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_prefix);
}

/**
 * genlm_potential_prefix_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.prefix].
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_prefix_finish (GenlmPotential *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_prefix), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  return genlm_request_finish_score (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_prefix_sync:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs a context as something that may still grow.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_prefix_sync (GenlmPotential *self,
                             GenlmContext   *context,
                             GCancellable   *cancellable,
                             GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (context != NULL, NAN);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  request = new_single_request (self, GENLM_METHOD_PREFIX, context, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_score (request, error);
}

/**
 * genlm_potential_complete:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs a context as finished.
 *
 * Concurrent calls are best made on an [class@Autobatch], which joins them.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_complete (GenlmPotential     *self,
                          GenlmContext       *context,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_single_request (self, GENLM_METHOD_COMPLETE, context, cancellable,
                                    callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_complete);
}

/**
 * genlm_potential_complete_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.complete].
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_complete_finish (GenlmPotential *self,
                                 GAsyncResult   *result,
                                 GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_complete), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  return genlm_request_finish_score (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_complete_sync:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs a context as finished.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_complete_sync (GenlmPotential *self,
                               GenlmContext   *context,
                               GCancellable   *cancellable,
                               GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (context != NULL, NAN);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  request = new_single_request (self, GENLM_METHOD_COMPLETE, context, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_score (request, error);
}

/**
 * genlm_potential_score:
 * @self: a potential
 * @context: a context over its vocabulary, or one with EOS at its end
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs a context that may end in EOS: as finished if it does, else as
 * something that may grow.
 *
 * Concurrent calls are best made on an [class@Autobatch], which joins them.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_score (GenlmPotential     *self,
                       GenlmContext       *context,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  gboolean ended;

  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  ended = is_ended (self, context);
  send_request (self,
                new_single_request (self, ended ? GENLM_METHOD_COMPLETE : GENLM_METHOD_PREFIX,
                                    ended ? genlm_context_get_parent (context) : context, cancellable,
                                    callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_score);
}

/**
 * genlm_potential_score_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.score].
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_score_finish (GenlmPotential *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_score), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  return genlm_request_finish_score (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_score_sync:
 * @self: a potential
 * @context: a context over its vocabulary, or one with EOS at its end
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs a context that may end in EOS: as finished if it does, else as
 * something that may grow.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: the natural log of the weight, at most finite; -infinity means impossible; NaN exactly if @error is set
 * Since: 0.1
 */
double
genlm_potential_score_sync (GenlmPotential *self,
                            GenlmContext   *context,
                            GCancellable   *cancellable,
                            GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;
  gboolean ended;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NAN);
  g_return_val_if_fail (context != NULL, NAN);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  ended = is_ended (self, context);
  request = new_single_request (self, ended ? GENLM_METHOD_COMPLETE : GENLM_METHOD_PREFIX,
                                ended ? genlm_context_get_parent (context) : context, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_score (request, error);
}

/**
 * genlm_potential_logw_next:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs each token, and EOS, as what follows a context of non-zero prefix
 * weight.
 *
 * Concurrent calls are best made on an [class@Autobatch], which joins them.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_logw_next (GenlmPotential     *self,
                           GenlmContext       *context,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_single_request (self, GENLM_METHOD_NEXT, context, cancellable,
                                    callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_logw_next);
}

/**
 * genlm_potential_logw_next_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.logw_next].
 *
 * Returns: (transfer full): N + 1 natural-log weights in the order of ids, EOS last; -infinity means impossible
 * Since: 0.1
 */
GenlmWeights *
genlm_potential_logw_next_finish (GenlmPotential *self,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_logw_next), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_weights_item (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_logw_next_sync:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs each token, and EOS, as what follows a context of non-zero prefix
 * weight.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): N + 1 natural-log weights in the order of ids, EOS last; -infinity means impossible
 * Since: 0.1
 */
GenlmWeights *
genlm_potential_logw_next_sync (GenlmPotential *self,
                                GenlmContext   *context,
                                GCancellable   *cancellable,
                                GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (context != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_single_request (self, GENLM_METHOD_NEXT, context, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_weights_item (request, error);
}

/**
 * genlm_potential_mask_next:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Tells which tokens, and whether EOS, may follow a context of non-zero prefix
 * weight. Only for potentials with %GENLM_TRAITS_BOOLEAN.
 *
 * Concurrent calls are best made on an [class@Autobatch], which joins them.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_mask_next (GenlmPotential     *self,
                           GenlmContext       *context,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_single_request (self, GENLM_METHOD_MASK, context, cancellable,
                                    callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_mask_next);
}

/**
 * genlm_potential_mask_next_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.mask_next].
 *
 * Returns: (transfer full): a set over N + 1 ids, EOS last
 * Since: 0.1
 */
GenlmTokenSet *
genlm_potential_mask_next_finish (GenlmPotential *self,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_mask_next), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_mask_item (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_mask_next_sync:
 * @self: a potential
 * @context: a context over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Tells which tokens, and whether EOS, may follow a context of non-zero prefix
 * weight. Only for potentials with %GENLM_TRAITS_BOOLEAN.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): a set over N + 1 ids, EOS last
 * Since: 0.1
 */
GenlmTokenSet *
genlm_potential_mask_next_sync (GenlmPotential *self,
                                GenlmContext   *context,
                                GCancellable   *cancellable,
                                GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (context != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_single_request (self, GENLM_METHOD_MASK, context, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_mask_item (request, error);
}

/* -- a batch of which some contexts end in EOS ----------------------------- */

/* The outer request is answered when both parts are. */
typedef struct
{
  GenlmRequest *outer;
  double       *values;
  GArray       *places[2];      /* of the prefix part and of the complete part */
  guint         n_waiting;
} ScoreJoin;

static void
score_join_free (ScoreJoin *join)
{
  g_clear_object (&join->outer);
  g_clear_pointer (&join->places[0], g_array_unref);
  g_clear_pointer (&join->places[1], g_array_unref);
  g_free (join->values);
  g_free (join);
}

/* Splits the batch; a part without contexts stays empty. */
static void
split_batch (GenlmPotential *self,
             GenlmBatch     *batch,
             GenlmBatch     *parts[2],
             GArray         *places[2])
{
  for (guint part = 0; part < 2; part++)
    {
      parts[part] = genlm_batch_new ();
      places[part] = g_array_new (FALSE, FALSE, sizeof (gsize));
    }
  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      GenlmContext *context = genlm_batch_get (batch, i);
      guint part = is_ended (self, context);

      genlm_batch_append (parts[part], part == 1 ? genlm_context_get_parent (context) : context);
      g_array_append_val (places[part], i);
    }
}

static void
place_scores (double      *values,
              GArray      *places,
              GenlmScores *scores)
{
  for (guint i = 0; i < places->len; i++)
    values[g_array_index (places, gsize, i)] = genlm_scores_get (scores, i);
}

static void
score_part_answered (GenlmRequest *request,
                     gpointer      user_data)
{
  ScoreJoin *join = user_data;
  guint part = genlm_request_get_method (request) == GENLM_METHOD_COMPLETE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmScores) scores = genlm_request_finish_scores (request, &error);

  if (scores != NULL)
    place_scores (join->values, join->places[part], scores);
  else if (!genlm_request_is_answered (join->outer))
    genlm_request_fail (join->outer, error, FALSE);

  if (--join->n_waiting > 0)
    return;
  if (!genlm_request_is_answered (join->outer))
    {
      g_autoptr (GenlmScores) all = genlm_scores_new (join->values, join->places[0]->len + join->places[1]->len);

      genlm_request_return_scores (join->outer, all);
    }
  score_join_free (join);
}

static void
score_batch (GenlmPotential      *self,
             GenlmBatch          *batch,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  g_autoptr (GenlmBatch) prefixes = NULL;
  g_autoptr (GenlmBatch) completes = NULL;
  GenlmBatch *parts[2];
  ScoreJoin *join = g_new0 (ScoreJoin, 1);

  split_batch (self, batch, parts, join->places);
  prefixes = parts[0];
  completes = parts[1];
  join->outer = new_batch_request (self, GENLM_METHOD_PREFIX, batch, cancellable, callback, user_data);
  join->values = g_new (double, genlm_batch_get_size (batch) + 1);
  genlm_request_start (join->outer, genlm_potential_batch_score);

  if (join->places[1]->len == 0)
    {
      genlm_potential_evaluate (self, join->outer);
      score_join_free (join);
      return;
    }

  /* A part may be answered before evaluate() returns, the second one last. */
  join->n_waiting = join->places[0]->len > 0 ? 2 : 1;
  for (guint part = join->places[0]->len > 0 ? 0 : 1; part < 2; part++)
    {
      g_autoptr (GenlmRequest) request =
        genlm_request_new_internal (G_OBJECT (self), part == 0 ? GENLM_METHOD_PREFIX : GENLM_METHOD_COMPLETE,
                                    parts[part], 0, cancellable, score_part_answered, join);

      genlm_potential_evaluate (self, request);
    }
}

static GenlmScores *
score_batch_sync (GenlmPotential  *self,
                  GenlmBatch      *batch,
                  GCancellable    *cancellable,
                  GError         **error)
{
  g_autoptr (GenlmBatch) prefixes = NULL;
  g_autoptr (GenlmBatch) completes = NULL;
  g_autoptr (GArray) prefix_places = NULL;
  g_autoptr (GArray) complete_places = NULL;
  g_autoptr (GenlmScores) result = NULL;
  GenlmBatch *parts[2];
  GArray *places[2];
  double *values;

  split_batch (self, batch, parts, places);
  prefixes = parts[0];
  completes = parts[1];
  prefix_places = places[0];
  complete_places = places[1];
  if (complete_places->len == 0)
    return genlm_potential_batch_prefix_sync (self, batch, cancellable, error);

  result = genlm_scores_new_uninit (genlm_batch_get_size (batch), &values);
  for (guint part = 0; part < 2; part++)
    {
      g_autoptr (GenlmScores) scores = NULL;

      if (places[part]->len == 0)
        continue;
      scores = part == 0 ? genlm_potential_batch_prefix_sync (self, parts[part], cancellable, error)
                         : genlm_potential_batch_complete_sync (self, parts[part], cancellable, error);
      if (scores == NULL)
        return NULL;
      place_scores (values, places[part], scores);
    }
  return g_steal_pointer (&result);
}

/**
 * genlm_potential_batch_prefix:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs each context of a batch as something that may still grow.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_batch_prefix (GenlmPotential     *self,
                              GenlmBatch         *batch,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_batch_request (self, GENLM_METHOD_PREFIX, batch, cancellable,
                                   callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_batch_prefix);
}

/**
 * genlm_potential_batch_prefix_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.batch_prefix].
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_prefix_finish (GenlmPotential *self,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_batch_prefix), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_scores (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_batch_prefix_sync:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs each context of a batch as something that may still grow.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_prefix_sync (GenlmPotential *self,
                                   GenlmBatch     *batch,
                                   GCancellable   *cancellable,
                                   GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_batch_request (self, GENLM_METHOD_PREFIX, batch, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_scores (request, error);
}

/**
 * genlm_potential_batch_complete:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs each context of a batch as finished.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_batch_complete (GenlmPotential     *self,
                                GenlmBatch         *batch,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_batch_request (self, GENLM_METHOD_COMPLETE, batch, cancellable,
                                   callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_batch_complete);
}

/**
 * genlm_potential_batch_complete_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.batch_complete].
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_complete_finish (GenlmPotential *self,
                                       GAsyncResult   *result,
                                       GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_batch_complete), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_scores (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_batch_complete_sync:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs each context of a batch as finished.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_complete_sync (GenlmPotential *self,
                                     GenlmBatch     *batch,
                                     GCancellable   *cancellable,
                                     GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_batch_request (self, GENLM_METHOD_COMPLETE, batch, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_scores (request, error);
}

/**
 * genlm_potential_batch_score:
 * @self: a potential
 * @batch: contexts over its vocabulary, of which each may end in EOS
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs each context of a batch: as finished if it ends in EOS, else as
 * something that may grow.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_batch_score (GenlmPotential     *self,
                             GenlmBatch         *batch,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  score_batch (self, batch, cancellable, callback != NULL ? callback : ignore_answer, user_data);
}

/**
 * genlm_potential_batch_score_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.batch_score].
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_score_finish (GenlmPotential *self,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_batch_score), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_scores (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_batch_score_sync:
 * @self: a potential
 * @batch: contexts over its vocabulary, of which each may end in EOS
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs each context of a batch: as finished if it ends in EOS, else as
 * something that may grow.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_potential_batch_score_sync (GenlmPotential *self,
                                  GenlmBatch     *batch,
                                  GCancellable   *cancellable,
                                  GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return score_batch_sync (self, batch, cancellable, error);
}

/**
 * genlm_potential_batch_logw_next:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Weighs what may follow each context of a batch. All must have a non-zero
 * prefix weight.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_batch_logw_next (GenlmPotential     *self,
                                 GenlmBatch         *batch,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_batch_request (self, GENLM_METHOD_NEXT, batch, cancellable,
                                   callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_batch_logw_next);
}

/**
 * genlm_potential_batch_logw_next_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.batch_logw_next].
 *
 * Returns: (transfer full): N + 1 log weights for each context, in order
 * Since: 0.1
 */
GenlmWeightsList *
genlm_potential_batch_logw_next_finish (GenlmPotential *self,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_batch_logw_next), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_weights (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_batch_logw_next_sync:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Weighs what may follow each context of a batch. All must have a non-zero
 * prefix weight.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): N + 1 log weights for each context, in order
 * Since: 0.1
 */
GenlmWeightsList *
genlm_potential_batch_logw_next_sync (GenlmPotential *self,
                                      GenlmBatch     *batch,
                                      GCancellable   *cancellable,
                                      GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_batch_request (self, GENLM_METHOD_NEXT, batch, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_weights (request, error);
}

/**
 * genlm_potential_batch_mask_next:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when done, in the thread-default main
 *   context of this call, never before it returns
 * @user_data: data for @callback
 *
 * Tells what may follow each context of a batch. All must have a non-zero
 * prefix weight. Only for potentials with %GENLM_TRAITS_BOOLEAN.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: any.
 *
 * Since: 0.1
 */
void
genlm_potential_batch_mask_next (GenlmPotential     *self,
                                 GenlmBatch         *batch,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  send_request (self,
                new_batch_request (self, GENLM_METHOD_MASK, batch, cancellable,
                                   callback != NULL ? callback : ignore_answer, user_data),
                genlm_potential_batch_mask_next);
}

/**
 * genlm_potential_batch_mask_next_finish:
 * @self: a potential
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Potential.batch_mask_next].
 *
 * Returns: (transfer full): a set over N + 1 ids for each context, in order
 * Since: 0.1
 */
GenlmTokenSetList *
genlm_potential_batch_mask_next_finish (GenlmPotential *self,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (genlm_request_is_valid (result, self, genlm_potential_batch_mask_next), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return genlm_request_finish_masks (GENLM_REQUEST (result), error);
}

/**
 * genlm_potential_batch_mask_next_sync:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Tells what may follow each context of a batch. All must have a non-zero
 * prefix weight. Only for potentials with %GENLM_TRAITS_BOOLEAN.
 *
 * Blocks, and gains nothing from batching: ask many contexts with
 * one batch call, or asynchronously.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_INVALID_TOKEN, %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
 * %G_IO_ERROR_CANCELLED, and whatever the implementation reports.
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE.
 *
 * Returns: (transfer full): a set over N + 1 ids for each context, in order
 * Since: 0.1
 */
GenlmTokenSetList *
genlm_potential_batch_mask_next_sync (GenlmPotential *self,
                                      GenlmBatch     *batch,
                                      GCancellable   *cancellable,
                                      GError        **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (batch != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  request = new_batch_request (self, GENLM_METHOD_MASK, batch, cancellable, NULL, NULL);
  genlm_potential_evaluate_sync (self, request);
  return genlm_request_finish_masks (request, error);
}
