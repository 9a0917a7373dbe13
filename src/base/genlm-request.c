/* One piece of asynchronous work: a method, the contexts it is asked of, and
 * one answer.
 *
 * The same object is the GAsyncResult of a public call, what the autobatcher
 * merges, what goes to a worker, and what a script answers. It says nothing
 * about who answers or when; it makes sure that there is exactly one answer,
 * that the answer is well formed, and that it arrives in the right context. */

#define G_LOG_DOMAIN "Genlm-Base"

#include "genlm-request-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-delivery-private.h"
#include "genlm-draws.h"
#include "genlm-element.h"
#include "genlm-potential-error.h"
#include "genlm-random-list.h"
#include "genlm-scores.h"
#include "genlm-seal-private.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-weights.h"
#include "genlm-weights-list.h"

#include <math.h>

typedef enum
{
  STATE_PENDING,
  STATE_ANSWERED,       /* by who was asked */
  STATE_GIVEN_UP,       /* cancelled, expired, closed or dropped: a late answer is no mistake */
} State;

/**
 * GenlmRequest:
 *
 * One piece of asynchronous work: a method, the contexts it is asked of, and one
 * answer.
 *
 * It is the result of a public call, what an autobatcher merges, and what an
 * implementation of [vfunc@Potential.evaluate] or [vfunc@Sampler.draw] answers:
 * now or later, from any thread, with the `return_` function of the method or with
 * [method@Request.return_error].
 *
 * A request is answered exactly once. A second answer is a programmer's error and
 * is ignored; one that is dropped ends with %GENLM_POTENTIAL_ERROR_NO_ANSWER, one
 * that outlives its deadline with %GENLM_POTENTIAL_ERROR_TIMED_OUT, and one that is
 * cancelled with %G_IO_ERROR_CANCELLED, after which a late answer is ignored.
 *
 * Since: 0.1
 */
struct _GenlmRequest
{
  GObject              parent_instance;

  GObject             *source;
  gpointer             tag;
  GenlmMethod          method;
  int                  state;           /* State, atomic */
  gboolean             answered;        /* atomic: the result can be read */
  gboolean             has_deadline;
  guint                timeout;         /* of the deadline, in ms */
  GenlmContext        *single;          /* a batch of one, for which no list is made */
  GenlmBatch          *batch;
  GenlmRandomList     *randoms;
  gsize                n_weights;

  GMainContext        *context;
  GAsyncReadyCallback  callback;
  GenlmRequestFunc     func;
  gpointer             user_data;
  GCancellable        *cancellable;
  gulong               cancelled_id;
  GenlmInterest       *interest;        /* atomic */

  /* The item of a single request, the list of any other. */
  double               score;
  gpointer             result;
  GError              *error;
};

static void genlm_request_async_result_init (GAsyncResultIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmRequest, genlm_request, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_RESULT, genlm_request_async_result_init))

static const char *
method_name (GenlmMethod method)
{
  static const char *names[] = { "prefix", "complete", "logw_next", "mask_next", "sample" };

  return names[method];
}

/* -- interest ------------------------------------------------------------- */

/* What several requests wait for: cancelled when the last of them gives up. */
struct _GenlmInterest
{
  gatomicrefcount  refs;
  int              n_waiting;   /* atomic */
  GCancellable    *cancellable;
};

GenlmInterest *
genlm_interest_new (guint n_waiting)
{
  GenlmInterest *self = g_new (GenlmInterest, 1);

  g_atomic_ref_count_init (&self->refs);
  self->n_waiting = (int) n_waiting;
  self->cancellable = g_cancellable_new ();
  return self;
}

GCancellable *
genlm_interest_get_cancellable (GenlmInterest *self)
{
  return self->cancellable;
}

void
genlm_interest_unref (GenlmInterest *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
lose_interest (GenlmRequest *self)
{
  GenlmInterest *interest = __atomic_exchange_n (&self->interest, NULL, __ATOMIC_ACQ_REL);

  if (interest == NULL)
    return;
  if (g_atomic_int_dec_and_test (&interest->n_waiting))
    g_cancellable_cancel (interest->cancellable);
  genlm_interest_unref (interest);
}

void
genlm_request_set_interest (GenlmRequest  *self,
                            GenlmInterest *interest)
{
  g_atomic_ref_count_inc (&interest->refs);
  __atomic_store_n (&self->interest, interest, __ATOMIC_RELEASE);
  /* It may have given up just before. Who gives up changes the state and then
   * looks for the interest, so this look must not overtake the store. */
  __atomic_thread_fence (__ATOMIC_SEQ_CST);
  if (genlm_request_is_answered (self))
    lose_interest (self);
}

gboolean
genlm_request_can_give_up (GenlmRequest *self)
{
  return self->cancellable != NULL || self->has_deadline;
}

/* -- answering ------------------------------------------------------------ */

/* Whether the caller is the one to answer. */
static gboolean
claim (GenlmRequest *self,
       State         state)
{
  int expected = STATE_PENDING;

  if (__atomic_compare_exchange_n (&self->state, &expected, state, FALSE,
                                   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return TRUE;

  if (expected == STATE_ANSWERED && state == STATE_ANSWERED)
    g_critical ("A %s request was answered twice; the second answer is ignored",
                method_name (self->method));
  return FALSE;
}

static void
publish (GenlmRequest *self,
         gboolean      now)
{
  __atomic_store_n (&self->answered, TRUE, __ATOMIC_RELEASE);

  /* Whoever asked synchronously looks for the answer himself. */
  if (self->callback == NULL && self->func == NULL)
    return;
  if (now)
    {
      genlm_request_deliver (self);
    }
  else if (self->func != NULL && self->state == STATE_ANSWERED && g_main_context_is_owner (self->context))
    {
      gboolean entered = genlm_delivery_enter (self->context);

      genlm_request_deliver (self);
      genlm_delivery_leave (self->context, entered);
    }
  else
    {
      genlm_delivery_push (self->context, self);
    }
}

/* Takes the error. A later answer is not a mistake of who gives it. */
void
genlm_request_give_up (GenlmRequest *self,
                       GError       *error)
{
  if (!claim (self, STATE_GIVEN_UP))
    {
      g_error_free (error);
      return;
    }
  self->error = error;
  lose_interest (self);
  publish (self, FALSE);
}

/* Takes the error. */
static void
fail_take (GenlmRequest *self,
           GError       *error,
           gboolean      now)
{
  if (!claim (self, STATE_ANSWERED))
    {
      g_error_free (error);
      return;
    }
  self->error = error;
  publish (self, now);
}

/* -- checking ------------------------------------------------------------- */

G_GNUC_PRINTF (4, 5)
static GError *
result_error (GenlmRequest        *self,
              GenlmPotentialError  code,
              gsize                index,
              const char          *format,
              ...)
{
  g_autofree char *label = NULL;
  g_autofree char *problem = NULL;
  gsize n = genlm_request_get_size (self);
  va_list args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);

  label = self->source != NULL ? genlm_element_dup_label (self->source) : g_strdup ("an element");
  if (index < n && n > 1)
    return g_error_new (GENLM_POTENTIAL_ERROR, code, "%s failed in %s, context %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %s",
                        label, method_name (self->method), index + 1, n, problem);
  return g_error_new (GENLM_POTENTIAL_ERROR, code, "%s failed in %s: %s",
                      label, method_name (self->method), problem);
}

static GError *
check_count (GenlmRequest *self,
             GenlmMethod   method,
             gboolean      is_list,
             gsize         n)
{
  gboolean fits = self->method == method ||
                  (self->method == GENLM_METHOD_COMPLETE && method == GENLM_METHOD_PREFIX);

  if (!fits)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, G_MAXSIZE,
                         "it was answered with the result of another method");
  if (!is_list)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, G_MAXSIZE,
                         "it was answered with nothing");
  if (n != genlm_request_get_size (self))
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, G_MAXSIZE,
                         "%" G_GSIZE_FORMAT " results were returned for %" G_GSIZE_FORMAT " contexts",
                         n, genlm_request_get_size (self));
  return NULL;
}

static GError *
check_score (GenlmRequest *self,
             gsize         index,
             double        score)
{
  if (isnan (score) || score == INFINITY)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, index,
                         "a log weight of %s was returned", isnan (score) ? "NaN" : "+infinity");
  return NULL;
}

static GError *
check_weights (GenlmRequest *self,
               gsize         index,
               GenlmWeights *weights)
{
  gssize invalid;

  if (weights == NULL)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, index, "no weights were returned");
  if (self->n_weights != 0 && genlm_weights_get_size (weights) != self->n_weights)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, index,
                         "%" G_GSIZE_FORMAT " weights were returned, wanted are %" G_GSIZE_FORMAT ", one for each token and EOS",
                         genlm_weights_get_size (weights), self->n_weights);
  invalid = genlm_weights_find_invalid (weights);
  if (invalid >= 0)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, index,
                         "the log weight of token %" G_GSSIZE_FORMAT " is %s",
                         invalid, isnan (genlm_weights_get (weights, invalid)) ? "NaN" : "+infinity");
  return NULL;
}

static GError *
check_mask (GenlmRequest  *self,
            gsize          index,
            GenlmTokenSet *mask)
{
  if (mask == NULL)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, index, "no token set was returned");
  if (self->n_weights != 0 && genlm_token_set_get_size (mask) != self->n_weights)
    return result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, index,
                         "a token set of %" G_GSIZE_FORMAT " was returned, wanted is %" G_GSIZE_FORMAT ", every token and EOS",
                         genlm_token_set_get_size (mask), self->n_weights);
  return NULL;
}

/* -- the object ----------------------------------------------------------- */

static void
clear_result (GenlmRequest *self)
{
  gpointer result = g_steal_pointer (&self->result);

  if (result == NULL)
    return;
  switch (self->method)
    {
    case GENLM_METHOD_PREFIX:
    case GENLM_METHOD_COMPLETE:
      genlm_scores_unref (result);
      break;
    case GENLM_METHOD_NEXT:
      if (self->single != NULL)
        genlm_weights_unref (result);
      else
        genlm_weights_list_unref (result);
      break;
    case GENLM_METHOD_MASK:
      if (self->single != NULL)
        genlm_token_set_unref (result);
      else
        genlm_token_set_list_unref (result);
      break;
    case GENLM_METHOD_SAMPLE:
      genlm_draws_unref (result);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
stop_waiting (GenlmRequest *self)
{
  if (self->cancelled_id != 0)
    {
      g_cancellable_disconnect (self->cancellable, self->cancelled_id);
      self->cancelled_id = 0;
    }
  if (self->has_deadline)
    {
      genlm_delivery_remove_deadline (self->context, self);
      self->has_deadline = FALSE;
    }
}

static void
genlm_request_dispose (GObject *object)
{
  GenlmRequest *self = GENLM_REQUEST (object);

  /* It may have been set just when another thread delivered the answer. */
  if (self->has_deadline)
    genlm_delivery_remove_deadline (self->context, self);

  /* Nobody is left who could answer: the caller still gets to know. The
   * delivery holds the request until then. */
  if (__atomic_load_n (&self->state, __ATOMIC_ACQUIRE) == STATE_PENDING &&
      (self->callback != NULL || self->func != NULL))
    {
      GError *error = result_error (self, GENLM_POTENTIAL_ERROR_NO_ANSWER, G_MAXSIZE,
                                    "the request was dropped without an answer");

      genlm_request_give_up (self, error);
    }

  /* GObject's own dispose is not called: it drops handlers and weak references,
   * and g_object_unref() does so once more right after this. A request lives
   * for a microsecond, and a tenth of that would go there. */
}

static void
genlm_request_finalize (GObject *object)
{
  GenlmRequest *self = GENLM_REQUEST (object);

  clear_result (self);
  g_clear_pointer (&self->interest, genlm_interest_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->randoms, genlm_random_list_unref);
  g_clear_pointer (&self->batch, genlm_batch_unref);
  g_clear_pointer (&self->single, genlm_context_unref);
  g_clear_object (&self->source);

  G_OBJECT_CLASS (genlm_request_parent_class)->finalize (object);
}

static void
genlm_request_class_init (GenlmRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = genlm_request_dispose;
  object_class->finalize = genlm_request_finalize;
}

static void
genlm_request_init (GenlmRequest *self)
{
}

static gpointer
genlm_request_get_user_data (GAsyncResult *result)
{
  return GENLM_REQUEST (result)->user_data;
}

static GObject *
genlm_request_get_source_object (GAsyncResult *result)
{
  GenlmRequest *self = GENLM_REQUEST (result);

  return self->source != NULL ? g_object_ref (self->source) : NULL;
}

static gboolean
genlm_request_is_tagged (GAsyncResult *result,
                         gpointer      tag)
{
  return GENLM_REQUEST (result)->tag == tag;
}

static void
genlm_request_async_result_init (GAsyncResultIface *iface)
{
  iface->get_user_data = genlm_request_get_user_data;
  iface->get_source_object = genlm_request_get_source_object;
  iface->is_tagged = genlm_request_is_tagged;
}

static void
free_weak_ref (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr (GenlmRequest) self = g_weak_ref_get (user_data);

  if (self != NULL)
    genlm_request_give_up (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was cancelled"));
}

static void
watch_cancellable (GenlmRequest *self)
{
  GWeakRef *weak_ref;

  /* A synchronous request ends with its call. */
  if (self->callback == NULL && self->func == NULL)
    return;

  /* Weak, so that a request whose answerer forgot it still ends. The handler
   * may run at once, and must then find the id that deliver() looks for. */
  weak_ref = g_new (GWeakRef, 1);
  g_weak_ref_init (weak_ref, self);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      cancelled_cb (self->cancellable, weak_ref);
      free_weak_ref (weak_ref, NULL);
      return;
    }
  self->cancelled_id = g_signal_connect_data (self->cancellable, "cancelled", G_CALLBACK (cancelled_cb),
                                              weak_ref, free_weak_ref, 0);
  /* In between, another thread may have cancelled without us listening. */
  if (g_cancellable_is_cancelled (self->cancellable))
    cancelled_cb (self->cancellable, weak_ref);
}

static GenlmRequest *
request_new (GObject             *source,
             GenlmMethod          method,
             gsize                n_weights,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             GenlmRequestFunc     func,
             gpointer             user_data)
{
  GenlmRequest *self = g_object_new (GENLM_TYPE_REQUEST, NULL);

  self->source = source != NULL ? g_object_ref (source) : NULL;
  self->method = method;
  self->n_weights = n_weights;
  self->context = g_main_context_ref_thread_default ();
  self->callback = callback;
  self->func = func;
  self->user_data = user_data;
  if (cancellable != NULL)
    self->cancellable = g_object_ref (cancellable);
  return self;
}

/**
 * genlm_request_new:
 * @source: (nullable): the element that will be asked
 * @method: what is asked
 * @batch: the contexts it is asked of
 * @n_weights: the number of entries that weights and token sets must have,
 *   N + 1; 0 if that is not to be checked
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when there is an answer, in the
 *   thread-default main context of this call and never before it returns;
 *   %NULL to ask with [method@Potential.evaluate_sync]
 * @user_data: data for @callback
 *
 * Makes a request, which [method@Potential.evaluate] or
 * [method@Sampler.evaluate] then sends on its way.
 *
 * The callback gets the request as its result; the `finish` functions of the
 * request take the answer out of it.
 *
 * Returns: (transfer full): the request
 * Since: 0.1
 */
GenlmRequest *
genlm_request_new (GObject             *source,
                   GenlmMethod          method,
                   GenlmBatch          *batch,
                   gsize                n_weights,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  GenlmRequest *self;

  g_return_val_if_fail (source == NULL || G_IS_OBJECT (source), NULL);
  g_return_val_if_fail (batch != NULL, NULL);

  self = genlm_request_new_batch (source, method, batch, n_weights, cancellable, callback, user_data);
  if (cancellable != NULL)
    watch_cancellable (self);
  return self;
}

GenlmRequest *
genlm_request_new_single (GObject             *source,
                          GenlmMethod          method,
                          GenlmContext        *context,
                          gsize                n_weights,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GenlmRequest *self = request_new (source, method, n_weights, cancellable, callback, NULL, user_data);

  self->single = genlm_context_ref (context);
  return self;
}

GenlmRequest *
genlm_request_new_batch (GObject             *source,
                         GenlmMethod          method,
                         GenlmBatch          *batch,
                         gsize                n_weights,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GenlmRequest *self = request_new (source, method, n_weights, cancellable, callback, NULL, user_data);

  genlm_batch_seal (batch);
  self->batch = genlm_batch_ref (batch);
  return self;
}

GenlmRequest *
genlm_request_new_internal (GObject          *source,
                            GenlmMethod       method,
                            GenlmBatch       *batch,
                            gsize             n_weights,
                            GCancellable     *cancellable,
                            GenlmRequestFunc  func,
                            gpointer          user_data)
{
  GenlmRequest *self = request_new (source, method, n_weights, cancellable, NULL, func, user_data);

  genlm_batch_seal (batch);
  self->batch = genlm_batch_ref (batch);
  if (cancellable != NULL)
    watch_cancellable (self);
  return self;
}

void
genlm_request_start (GenlmRequest *self,
                     gpointer      tag)
{
  self->tag = tag;
  if (self->cancellable != NULL)
    watch_cancellable (self);
}

gboolean
genlm_request_is_valid (gpointer result,
                        gpointer source,
                        gpointer tag)
{
  return GENLM_IS_REQUEST (result) &&
         GENLM_REQUEST (result)->source == source &&
         GENLM_REQUEST (result)->tag == tag;
}

GenlmContext *
genlm_request_peek_single (GenlmRequest *self)
{
  return self->single;
}

GMainContext *
genlm_request_get_context (GenlmRequest *self)
{
  return self->context;
}

/**
 * genlm_request_set_randoms:
 * @self: a request of %GENLM_METHOD_SAMPLE
 * @randoms: a source of random numbers for each context
 *
 * Says where the random numbers of a draw come from.
 *
 * Since: 0.1
 */
void
genlm_request_set_randoms (GenlmRequest    *self,
                           GenlmRandomList *randoms)
{
  g_return_if_fail (GENLM_IS_REQUEST (self));
  g_return_if_fail (randoms != NULL);
  g_return_if_fail (genlm_random_list_get_size (randoms) == genlm_request_get_size (self));

  g_clear_pointer (&self->randoms, genlm_random_list_unref);
  genlm_random_list_seal (randoms);
  self->randoms = genlm_random_list_ref (randoms);
}

/**
 * genlm_request_set_timeout:
 * @self: a request that is not on its way yet
 * @milliseconds: how long an answer may take, 0 for ever
 *
 * Sets a deadline. A request that is not answered by then ends with
 * %GENLM_POTENTIAL_ERROR_TIMED_OUT, and a later answer is ignored. The first
 * deadline counts.
 *
 * Since: 0.1
 */
void
genlm_request_set_timeout (GenlmRequest *self,
                           guint         milliseconds)
{
  g_return_if_fail (GENLM_IS_REQUEST (self));
  if (milliseconds == 0 || self->has_deadline || genlm_request_is_answered (self) ||
      (self->callback == NULL && self->func == NULL))
    return;
  self->has_deadline = TRUE;
  self->timeout = milliseconds;
  genlm_delivery_set_deadline (self->context, self,
                               g_get_monotonic_time () + (gint64) milliseconds * 1000);
}

/**
 * genlm_request_get_method:
 * @self: a request
 *
 * Gets what is asked.
 *
 * Returns: the method
 * Since: 0.1
 */
GenlmMethod
genlm_request_get_method (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), GENLM_METHOD_PREFIX);

  return self->method;
}

/**
 * genlm_request_get_size:
 * @self: a request
 *
 * Gets the number of contexts, which is the number of results wanted.
 *
 * Returns: how many there are
 * Since: 0.1
 */
gsize
genlm_request_get_size (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), 0);

  return self->single != NULL ? 1 : genlm_batch_get_size (self->batch);
}

/**
 * genlm_request_get_batch:
 * @self: a request
 *
 * Gets the contexts.
 *
 * Threads: only in the one that answers.
 *
 * Returns: (transfer none): the batch
 * Since: 0.1
 */
GenlmBatch *
genlm_request_get_batch (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);

  if (self->batch == NULL)
    {
      self->batch = genlm_batch_new_sized (1);
      genlm_batch_append (self->batch, self->single);
    }
  return self->batch;
}

/**
 * genlm_request_get_n_weights:
 * @self: a request
 *
 * Gets how many entries weights and token sets must have.
 *
 * Returns: the number of tokens and EOS, or 0 if anything goes
 * Since: 0.1
 */
gsize
genlm_request_get_n_weights (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), 0);

  return self->n_weights;
}

/**
 * genlm_request_get_randoms:
 * @self: a request
 *
 * Gets where the random numbers come from, one source for each context.
 *
 * Returns: (transfer none) (nullable): the sources
 * Since: 0.1
 */
GenlmRandomList *
genlm_request_get_randoms (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);

  return self->randoms;
}

/**
 * genlm_request_get_cancellable:
 * @self: a request
 *
 * Gets the cancellable, for those who can stop in the middle. The request
 * itself ends at once when it is cancelled.
 *
 * Returns: (transfer none) (nullable): the cancellable
 * Since: 0.1
 */
GCancellable *
genlm_request_get_cancellable (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);

  return self->cancellable;
}

/**
 * genlm_request_is_answered:
 * @self: a request
 *
 * Tells whether there is nothing left to do: the request has been answered,
 * cancelled, or has passed its deadline.
 *
 * Threads: any.
 *
 * Returns: %TRUE if an answer would be ignored
 * Since: 0.1
 */
gboolean
genlm_request_is_answered (GenlmRequest *self)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), TRUE);

  return __atomic_load_n (&self->state, __ATOMIC_ACQUIRE) != STATE_PENDING;
}

/**
 * genlm_request_return_scores:
 * @self: a request of %GENLM_METHOD_PREFIX or %GENLM_METHOD_COMPLETE
 * @scores: (nullable): a log weight for each context, in order
 *
 * Answers with scores. The wrong number of them, NaN and +infinity turn into
 * an error for the caller.
 *
 * Threads: any. Does not consume a reference to @self.
 *
 * Since: 0.1
 */
void
genlm_request_return_scores (GenlmRequest *self,
                             GenlmScores  *scores)
{
  gsize n = scores != NULL ? genlm_scores_get_size (scores) : 0;
  const double *values = scores != NULL ? genlm_scores_peek (scores) : NULL;
  GError *error;

  g_return_if_fail (GENLM_IS_REQUEST (self));

  error = check_count (self, GENLM_METHOD_PREFIX, scores != NULL, n);
  for (gsize i = 0; error == NULL && i < n; i++)
    error = check_score (self, i, values[i]);
  if (error != NULL)
    {
      fail_take (self, error, FALSE);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  if (self->single != NULL)
    self->score = values[0];
  else
    self->result = genlm_scores_ref (scores);
  publish (self, FALSE);
}

void
genlm_request_return_score (GenlmRequest *self,
                            double        score,
                            gboolean      now)
{
  GError *error = check_score (self, 0, score);

  if (error != NULL)
    {
      fail_take (self, error, now);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  self->score = score;
  publish (self, now);
}

/**
 * genlm_request_return_weights:
 * @self: a request of %GENLM_METHOD_NEXT
 * @weights: (nullable): weights for each context, in order
 *
 * Answers with next-token weights. The wrong number or length of them, NaN and
 * +infinity turn into an error for the caller.
 *
 * Threads: any. Does not consume a reference to @self.
 *
 * Since: 0.1
 */
void
genlm_request_return_weights (GenlmRequest     *self,
                              GenlmWeightsList *weights)
{
  gsize n = weights != NULL ? genlm_weights_list_get_size (weights) : 0;
  GError *error;

  g_return_if_fail (GENLM_IS_REQUEST (self));

  error = check_count (self, GENLM_METHOD_NEXT, weights != NULL, n);
  for (gsize i = 0; error == NULL && i < n; i++)
    error = check_weights (self, i, genlm_weights_list_get (weights, i));
  if (error != NULL)
    {
      fail_take (self, error, FALSE);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  if (self->single != NULL)
    self->result = genlm_weights_ref (genlm_weights_list_get (weights, 0));
  else
    {
      genlm_weights_list_seal (weights);
      self->result = genlm_weights_list_ref (weights);
    }
  publish (self, FALSE);
}

void
genlm_request_return_weights_item (GenlmRequest *self,
                                   GenlmWeights *weights,
                                   gboolean      now)
{
  GError *error = check_weights (self, 0, weights);

  if (error != NULL)
    {
      fail_take (self, error, now);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  self->result = genlm_weights_ref (weights);
  publish (self, now);
}

/**
 * genlm_request_return_masks:
 * @self: a request of %GENLM_METHOD_MASK
 * @masks: (nullable): a token set for each context, in order
 *
 * Answers with token sets. The wrong number or size of them turns into an
 * error for the caller.
 *
 * Threads: any. Does not consume a reference to @self.
 *
 * Since: 0.1
 */
void
genlm_request_return_masks (GenlmRequest      *self,
                            GenlmTokenSetList *masks)
{
  gsize n = masks != NULL ? genlm_token_set_list_get_size (masks) : 0;
  GError *error;

  g_return_if_fail (GENLM_IS_REQUEST (self));

  error = check_count (self, GENLM_METHOD_MASK, masks != NULL, n);
  for (gsize i = 0; error == NULL && i < n; i++)
    error = check_mask (self, i, genlm_token_set_list_get (masks, i));
  if (error != NULL)
    {
      fail_take (self, error, FALSE);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  if (self->single != NULL)
    self->result = genlm_token_set_ref (genlm_token_set_list_get (masks, 0));
  else
    {
      genlm_token_set_list_seal (masks);
      self->result = genlm_token_set_list_ref (masks);
    }
  publish (self, FALSE);
}

void
genlm_request_return_mask_item (GenlmRequest  *self,
                                GenlmTokenSet *mask,
                                gboolean       now)
{
  GError *error = check_mask (self, 0, mask);

  if (error != NULL)
    {
      fail_take (self, error, now);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  self->result = genlm_token_set_ref (mask);
  publish (self, now);
}

/**
 * genlm_request_return_draws:
 * @self: a request of %GENLM_METHOD_SAMPLE
 * @draws: (nullable): a token and its log weight for each context, in order
 *
 * Answers with drawn tokens. The wrong number of them, NaN and +infinity turn
 * into an error for the caller.
 *
 * Threads: any. Does not consume a reference to @self.
 *
 * Since: 0.1
 */
void
genlm_request_return_draws (GenlmRequest *self,
                            GenlmDraws   *draws)
{
  gsize n = draws != NULL ? genlm_draws_get_size (draws) : 0;
  GError *error;

  g_return_if_fail (GENLM_IS_REQUEST (self));

  error = check_count (self, GENLM_METHOD_SAMPLE, draws != NULL, n);
  for (gsize i = 0; error == NULL && i < n; i++)
    {
      error = check_score (self, i, genlm_draws_get_log_weight (draws, i));
      if (error == NULL && self->n_weights != 0 && genlm_draws_get_token (draws, i) >= self->n_weights)
        error = result_error (self, GENLM_POTENTIAL_ERROR_INVALID_RESULT, i,
                              "token %u was drawn, and the vocabulary with EOS has %" G_GSIZE_FORMAT,
                              genlm_draws_get_token (draws, i), self->n_weights);
    }
  if (error != NULL)
    {
      fail_take (self, error, FALSE);
      return;
    }
  if (!claim (self, STATE_ANSWERED))
    return;
  genlm_draws_seal (draws);
  self->result = genlm_draws_ref (draws);
  publish (self, FALSE);
}

/**
 * genlm_request_return_error:
 * @self: a request
 * @error: what went wrong
 *
 * Answers with an error.
 *
 * Threads: any. Does not consume a reference to @self.
 *
 * Since: 0.1
 */
void
genlm_request_return_error (GenlmRequest *self,
                            const GError *error)
{
  g_return_if_fail (GENLM_IS_REQUEST (self));
  g_return_if_fail (error != NULL);

  genlm_request_fail (self, error, FALSE);
}

void
genlm_request_fail (GenlmRequest *self,
                    const GError *error,
                    gboolean      now)
{
  fail_take (self, g_error_copy (error), now);
}

void
genlm_request_expire (GenlmRequest *self)
{
  self->has_deadline = FALSE;
  genlm_request_give_up (self, result_error (self, GENLM_POTENTIAL_ERROR_TIMED_OUT, G_MAXSIZE,
                                             "there was no answer within %u ms (see the property “timeout”)",
                                             self->timeout));
}

void
genlm_request_deliver (GenlmRequest *self)
{
  GAsyncReadyCallback callback = g_steal_pointer (&self->callback);
  GenlmRequestFunc func = g_steal_pointer (&self->func);

  stop_waiting (self);
  if (callback != NULL)
    callback (self->source, G_ASYNC_RESULT (self), self->user_data);
  else if (func != NULL)
    func (self, self->user_data);
}

/* -- taking the answer ---------------------------------------------------- */

const GError *
genlm_request_peek_error (GenlmRequest *self)
{
  return self->error;
}

static gboolean
check_answer (GenlmRequest  *self,
              GError       **error)
{
  if (!__atomic_load_n (&self->answered, __ATOMIC_ACQUIRE))
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NO_ANSWER,
                   "The %s request has no answer yet", method_name (self->method));
      return FALSE;
    }
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  return TRUE;
}

double
genlm_request_finish_score (GenlmRequest  *self,
                            GError       **error)
{
  return check_answer (self, error) ? self->score : NAN;
}

GenlmWeights *
genlm_request_finish_weights_item (GenlmRequest  *self,
                                   GError       **error)
{
  return check_answer (self, error) ? genlm_weights_ref (self->result) : NULL;
}

GenlmTokenSet *
genlm_request_finish_mask_item (GenlmRequest  *self,
                                GError       **error)
{
  return check_answer (self, error) ? genlm_token_set_ref (self->result) : NULL;
}

/**
 * genlm_request_finish_scores:
 * @self: an answered request of %GENLM_METHOD_PREFIX or %GENLM_METHOD_COMPLETE
 * @error: return location for an error
 *
 * Takes the answer of a request.
 *
 * Returns: (transfer full): a log weight for each context, in order
 * Since: 0.1
 */
GenlmScores *
genlm_request_finish_scores (GenlmRequest  *self,
                             GError       **error)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);
  g_return_val_if_fail (self->method == GENLM_METHOD_PREFIX || self->method == GENLM_METHOD_COMPLETE, NULL);

  if (!check_answer (self, error))
    return NULL;
  return self->single != NULL ? genlm_scores_new (&self->score, 1) : genlm_scores_ref (self->result);
}

/**
 * genlm_request_finish_weights:
 * @self: an answered request of %GENLM_METHOD_NEXT
 * @error: return location for an error
 *
 * Takes the answer of a request.
 *
 * Returns: (transfer full): weights for each context, in order
 * Since: 0.1
 */
GenlmWeightsList *
genlm_request_finish_weights (GenlmRequest  *self,
                              GError       **error)
{
  GenlmWeightsList *list;

  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);
  g_return_val_if_fail (self->method == GENLM_METHOD_NEXT, NULL);

  if (!check_answer (self, error))
    return NULL;
  if (self->single == NULL)
    return genlm_weights_list_ref (self->result);
  list = genlm_weights_list_new ();
  genlm_weights_list_append (list, self->result);
  return list;
}

/**
 * genlm_request_finish_masks:
 * @self: an answered request of %GENLM_METHOD_MASK
 * @error: return location for an error
 *
 * Takes the answer of a request.
 *
 * Returns: (transfer full): a token set for each context, in order
 * Since: 0.1
 */
GenlmTokenSetList *
genlm_request_finish_masks (GenlmRequest  *self,
                            GError       **error)
{
  GenlmTokenSetList *list;

  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);
  g_return_val_if_fail (self->method == GENLM_METHOD_MASK, NULL);

  if (!check_answer (self, error))
    return NULL;
  if (self->single == NULL)
    return genlm_token_set_list_ref (self->result);
  list = genlm_token_set_list_new ();
  genlm_token_set_list_append (list, self->result);
  return list;
}

/**
 * genlm_request_finish_draws:
 * @self: an answered request of %GENLM_METHOD_SAMPLE
 * @error: return location for an error
 *
 * Takes the answer of a request.
 *
 * Returns: (transfer full): a token and its log weight for each context, in order
 * Since: 0.1
 */
GenlmDraws *
genlm_request_finish_draws (GenlmRequest  *self,
                            GError       **error)
{
  g_return_val_if_fail (GENLM_IS_REQUEST (self), NULL);
  g_return_val_if_fail (self->method == GENLM_METHOD_SAMPLE, NULL);

  return check_answer (self, error) ? genlm_draws_ref (self->result) : NULL;
}
