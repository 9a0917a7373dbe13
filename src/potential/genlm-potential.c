/* A potential gives every token sequence a non-negative weight.
 *
 * The interface has many faces (single and batch, asynchronous and not, five
 * methods) and one path: every public call becomes a GenlmRequest, which goes
 * through evaluate() and is answered from the implementation's weigh_*()
 * functions. What a caller can get wrong is found here, once; what an
 * implementation can get wrong is found when the request is answered. */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-potential-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-delivery-private.h"
#include "genlm-element.h"
#include "genlm-potential-base-private.h"
#include "genlm-recipe-private.h"
#include "genlm-scores.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-weights.h"
#include "genlm-weights-list.h"

#include <math.h>

/**
 * GenlmPotential:
 *
 * Gives every token sequence a non-negative weight, kept as a natural logarithm.
 *
 * A language model is a potential, and so are a regular expression and a function
 * in a script. There are two weights and what follows from them:
 *
 * - *prefix*: the weight of a sequence as something that may still grow;
 * - *complete*: the weight of a sequence as finished;
 * - *next*: for each token `t`, `prefix (x t) - prefix (x)`, and for EOS
 *   `complete (x) - prefix (x)`, `N + 1` numbers, EOS last;
 * - *mask*: of a Boolean potential, the tokens whose next weight is not zero;
 * - *score*: `complete` of a sequence that ends in EOS, `prefix` of any other.
 *
 * Weights are finite or `-inf`, which is weight zero; neither NaN nor `+inf` ever
 * comes out. The weight of a sequence is zero if the weight of its beginning is.
 *
 * Every question can be asked in three ways: asynchronously (`prefix` and
 * `prefix_finish`), synchronously (`prefix_sync`), and of a batch of contexts
 * (`batch_prefix`). An implementation overrides what it can do well; two functions
 * are enough, see [class@PotentialBase].
 *
 * Errors of all calls: %GENLM_POTENTIAL_ERROR_NOT_READY,
 * %GENLM_POTENTIAL_ERROR_EMPTY_BATCH, %GENLM_POTENTIAL_ERROR_INVALID_TOKEN,
 * %GENLM_POTENTIAL_ERROR_TIMED_OUT, %G_IO_ERROR_CANCELLED; those for what an
 * implementation does wrong (%GENLM_POTENTIAL_ERROR_FAILED,
 * %GENLM_POTENTIAL_ERROR_INVALID_WEIGHT, %GENLM_POTENTIAL_ERROR_INVALID_RESULT,
 * %GENLM_POTENTIAL_ERROR_NO_ANSWER); and what the implementation reports.
 *
 * Threads: asynchronous calls from any; answers arrive in the main context that
 * was thread-default at the call, never inside the call, exactly once.
 *
 * Source: Loula et al., arXiv 2504.13139; `Potential` of genlm-control.
 *
 * Since: 0.1
 */
G_DEFINE_INTERFACE (GenlmPotential, genlm_potential, G_TYPE_OBJECT)

/* -- where things run ----------------------------------------------------- */

typedef struct
{
  GThread      *thread;
  GMainContext *context;
} Owner;

static G_DEFINE_QUARK (genlm-potential-owner, owner)

static void
owner_free (gpointer data)
{
  Owner *owner = data;

  g_thread_unref (owner->thread);
  g_main_context_unref (owner->context);
  g_free (owner);
}

static gpointer
owner_dup (gpointer data,
           gpointer user_data)
{
  return data;
}

static Owner *
ensure_owner (GenlmPotential *self)
{
  Owner *owner = g_object_get_qdata (G_OBJECT (self), owner_quark ());

  if (owner != NULL)
    return owner;

  owner = g_new (Owner, 1);
  owner->thread = g_thread_ref (g_thread_self ());
  owner->context = g_main_context_ref_thread_default ();
  if (!g_object_replace_qdata (G_OBJECT (self), owner_quark (), NULL, owner, owner_free, NULL))
    owner_free (owner);
  return g_object_dup_qdata (G_OBJECT (self), owner_quark (), owner_dup, NULL);
}

void
genlm_potential_claim (GenlmPotential *self)
{
  ensure_owner (self);
}

static gboolean
runs_here (GenlmPotential *self)
{
  Owner *owner = ensure_owner (self);

  return owner->thread == g_thread_self () || g_main_context_is_owner (owner->context);
}

/* -- checks --------------------------------------------------------------- */

gsize
genlm_potential_get_n_weights (GenlmPotential *self)
{
  GenlmVocab *vocab = genlm_potential_get_vocab (self);

  return vocab != NULL ? (gsize) genlm_vocab_get_size (vocab) + 1 : 0;
}

static GenlmContext *
get_context (GenlmRequest *request,
             gsize         index)
{
  GenlmContext *single = genlm_request_peek_single (request);

  return single != NULL ? single : genlm_batch_get (genlm_request_get_batch (request), index);
}

/* Finds what the caller got wrong. */
static GError *
check_request (GenlmPotential *self,
               GenlmRequest   *request)
{
  GenlmVocab *vocab = GENLM_POTENTIAL_GET_IFACE (self)->get_vocab (self);
  gsize n = genlm_request_get_size (request);
  guint32 size;
  g_autofree char *label = NULL;

  if (genlm_request_get_method (request) > GENLM_METHOD_MASK)
    {
      label = genlm_potential_dup_label (self);
      return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                          "Failed to ask %s: a potential does not sample; ask a sampler", label);
    }
  if (vocab != NULL && n > 0)
    {
      gsize bad;

      size = genlm_vocab_get_size (vocab);
      for (bad = 0; bad < n; bad++)
        {
          GenlmContext *context = get_context (request, bad);

          if (genlm_context_get_max_token (context) >= size)
            break;
        }
      if (bad == n)
        return NULL;

      label = genlm_potential_dup_label (self);
      return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_TOKEN,
                          "Failed to ask %s: context %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " holds token %u, "
                          "and the vocabulary (%u tokens) ends before it%s",
                          label, bad + 1, n, genlm_context_get_max_token (get_context (request, bad)), size,
                          genlm_context_get_max_token (get_context (request, bad)) == size ?
                          "; end-of-sequence may only be the last token, and only for score()" : "");
    }

  label = genlm_potential_dup_label (self);
  if (vocab == NULL)
    return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                        "Failed to ask %s: it has no vocabulary yet; set its properties and initialise it first, "
                        "or make it by name with genlm_element_make()", label);
  return g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_EMPTY_BATCH,
                      "Failed to ask %s: contexts must be non-empty, and the batch has none", label);
}

void
genlm_potential_set_silent_error (GenlmPotential  *self,
                                  const char      *what,
                                  GError         **error)
{
  g_autofree char *label = genlm_potential_dup_label (self);

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
               "%s failed in %s() and did not say why", label, what);
}

void
genlm_potential_set_zero_error (GenlmPotential  *self,
                                GenlmContext    *context,
                                GError         **error)
{
  g_autofree char *label = genlm_potential_dup_label (self);
  g_autofree char *text = genlm_vocab_escape_context (genlm_potential_get_vocab (self), context);

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_ZERO_PREFIX,
               "%s was asked what may follow the context %s, whose prefix weight is zero", label, text);
}

/* -- answering from the weigh_*() functions ------------------------------- */

static void
answer_single (GenlmPotential *self,
               GenlmRequest   *request,
               GenlmContext   *context)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  g_autoptr (GError) error = NULL;
  double score = NAN;

  switch (genlm_request_get_method (request))
    {
    case GENLM_METHOD_PREFIX:
      if (iface->weigh_prefix (self, context, &score, &error) && error == NULL)
        genlm_request_return_score (request, score, FALSE);
      else if (error == NULL)
        genlm_potential_set_silent_error (self, "weigh_prefix", &error);
      break;

    case GENLM_METHOD_COMPLETE:
      if (iface->weigh_complete (self, context, &score, &error) && error == NULL)
        genlm_request_return_score (request, score, FALSE);
      else if (error == NULL)
        genlm_potential_set_silent_error (self, "weigh_complete", &error);
      break;

    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeights) weights = iface->weigh_next (self, context, &error);

        if (weights != NULL && error == NULL)
          genlm_request_return_weights_item (request, weights, FALSE);
        else if (error == NULL)
          genlm_potential_set_silent_error (self, "weigh_next", &error);
      }
      break;

    case GENLM_METHOD_MASK:
      {
        g_autoptr (GenlmTokenSet) mask = iface->weigh_mask (self, context, &error);

        if (mask != NULL && error == NULL)
          genlm_request_return_mask_item (request, mask, FALSE);
        else if (error == NULL)
          genlm_potential_set_silent_error (self, "weigh_mask", &error);
      }
      break;

    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }

  if (error != NULL)
    genlm_request_fail (request, error, FALSE);
}

static void
answer_batch (GenlmPotential *self,
              GenlmRequest   *request)
{
  GenlmPotentialInterface *iface = GENLM_POTENTIAL_GET_IFACE (self);
  GenlmBatch *batch = genlm_request_get_batch (request);
  g_autoptr (GError) error = NULL;

  switch (genlm_request_get_method (request))
    {
    case GENLM_METHOD_PREFIX:
    case GENLM_METHOD_COMPLETE:
      {
        gboolean is_prefix = genlm_request_get_method (request) == GENLM_METHOD_PREFIX;
        g_autoptr (GenlmScores) scores = is_prefix ? iface->weigh_prefix_batch (self, batch, &error)
                                                   : iface->weigh_complete_batch (self, batch, &error);

        if (scores != NULL && error == NULL)
          genlm_request_return_scores (request, scores);
        else if (error == NULL)
          genlm_potential_set_silent_error (self, is_prefix ? "weigh_prefix_batch" : "weigh_complete_batch", &error);
      }
      break;

    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeightsList) weights = iface->weigh_next_batch (self, batch, &error);

        if (weights != NULL && error == NULL)
          genlm_request_return_weights (request, weights);
        else if (error == NULL)
          genlm_potential_set_silent_error (self, "weigh_next_batch", &error);
      }
      break;

    case GENLM_METHOD_MASK:
      {
        g_autoptr (GenlmTokenSetList) masks = iface->weigh_mask_batch (self, batch, &error);

        if (masks != NULL && error == NULL)
          genlm_request_return_masks (request, masks);
        else if (error == NULL)
          genlm_potential_set_silent_error (self, "weigh_mask_batch", &error);
      }
      break;

    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }

  if (error != NULL)
    genlm_request_fail (request, error, FALSE);
}

/* Answers in this thread, before it returns. */
static void
answer (GenlmPotential *self,
        GenlmRequest   *request)
{
  GenlmContext *single = genlm_request_peek_single (request);

  if (genlm_request_is_answered (request))
    return;
  if (single != NULL)
    answer_single (self, request, single);
  else
    answer_batch (self, request);
}

/* Synchronous implementations find the cancellable of the call where all of GIO
 * does. */
static void
answer_cancellably (GenlmPotential *self,
                    GenlmRequest   *request)
{
  GCancellable *cancellable = genlm_request_get_cancellable (request);

  if (cancellable != NULL)
    g_cancellable_push_current (cancellable);
  answer (self, request);
  if (cancellable != NULL)
    g_cancellable_pop_current (cancellable);
}

/* -- the default evaluate() ------------------------------------------------ */

typedef struct
{
  GenlmPotential *potential;
  GenlmRequest   *request;
  void          (*func) (GenlmPotential *, GenlmRequest *);
} Job;

static Job *
job_new (GenlmPotential *self,
         GenlmRequest   *request,
         void          (*func) (GenlmPotential *, GenlmRequest *))
{
  Job *job = g_new (Job, 1);

  job->potential = g_object_ref (self);
  job->request = g_object_ref (request);
  job->func = func;
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->request);
  g_object_unref (job->potential);
  g_free (job);
}

static void
run_job (Job *job)
{
  if (!genlm_request_is_answered (job->request))
    job->func (job->potential, job->request);
}

static void
run_pooled_job (gpointer data,
                gpointer user_data)
{
  run_job (data);
  job_free (data);
}

/* Ours: GTask's pool serves all file and name look-ups of the process. */
static GThreadPool *
get_thread_pool (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) g_thread_pool_new (run_pooled_job, NULL, (int) g_get_num_processors (), FALSE, NULL));
  return (GThreadPool *) once;
}

static gboolean
run_job_here (gpointer data)
{
  GMainContext *context = g_source_get_context (g_main_current_source ());
  gboolean entered = genlm_delivery_enter (context);

  run_job (data);
  genlm_delivery_leave (context, entered);
  return G_SOURCE_REMOVE;
}

static void
run_in_context (GMainContext *context,
                Job          *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[genlm] potential in its own thread");
  g_source_set_callback (source, run_job_here, job, job_free);
  g_source_attach (source, context);
}

/* The context of the call if this thread serves it, else that of the potential. */
static GMainContext *
get_context_here (GenlmPotential *self,
                  GenlmRequest   *request)
{
  GMainContext *context = genlm_request_get_context (request);
  g_autoptr (GMainContext) here = g_main_context_ref_thread_default ();

  return context == here || g_main_context_is_owner (context) ? context : ensure_owner (self)->context;
}

/* In the thread of the potential unless that is THREAD_SAFE. */
static void
default_evaluate (GenlmPotential *self,
                  GenlmRequest   *request)
{
  GenlmTraits traits = genlm_potential_get_traits (self);

  if (traits & GENLM_TRAITS_INLINE)
    answer (self, request);
  else if (traits & GENLM_TRAITS_THREAD_SAFE)
    g_thread_pool_push (get_thread_pool (), job_new (self, request, answer), NULL);
  else
    run_in_context (get_context_here (self, request), job_new (self, request, answer));
}

static void
genlm_potential_default_init (GenlmPotentialInterface *iface)
{
  genlm_potential_install_defaults (iface);
  iface->evaluate = default_evaluate;
}

/* -- identity ------------------------------------------------------------- */

/**
 * GenlmPotentialInterface:
 * @parent_iface: the parent
 *
 * What an implementation of [iface@Potential] may override.
 *
 * `weigh_prefix` and `weigh_complete` are enough; everything else has a
 * default. Functions run in the thread that made the potential unless
 * [vfunc@Potential.get_traits] says %GENLM_TRAITS_THREAD_SAFE.
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::get_vocab:
 * @self: a potential
 *
 * Gets the vocabulary. The default is what [class@PotentialBase] holds.
 *
 * Returns: (transfer none) (nullable): the vocabulary, %NULL if there is none yet
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::get_traits:
 * @self: a potential
 *
 * Gets what the potential promises. The default is what [class@PotentialBase] holds.
 *
 * Returns: the traits
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_prefix:
 * @self: a potential
 * @context: a context over its vocabulary
 * @out: (out): the log weight, preset to NaN
 * @error: return location for an error
 *
 * Weighs a context as something that may still grow.
 *
 * Returns: %FALSE if it failed
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_complete:
 * @self: a potential
 * @context: a context over its vocabulary
 * @out: (out): the log weight, preset to NaN
 * @error: return location for an error
 *
 * Weighs a context as finished.
 *
 * Returns: %FALSE if it failed
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_next:
 * @self: a potential
 * @context: a context of non-zero prefix weight
 * @error: return location for an error
 *
 * Weighs each token and EOS as what follows the context. The default asks the
 * prefix of every extension.
 *
 * Returns: (transfer full) (nullable): N + 1 log weights, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_mask:
 * @self: a potential whose traits have %GENLM_TRAITS_BOOLEAN
 * @context: a context of non-zero prefix weight
 * @error: return location for an error
 *
 * Tells which tokens may follow the context. The default makes it of the
 * next-token weights.
 *
 * Returns: (transfer full) (nullable): a set over N + 1, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_prefix_batch:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @error: return location for an error
 *
 * Weighs several contexts as something that may grow. The default does it one
 * by one.
 *
 * Returns: (transfer full) (nullable): a log weight each, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_complete_batch:
 * @self: a potential
 * @batch: contexts over its vocabulary
 * @error: return location for an error
 *
 * Weighs several contexts as finished. The default does it one by one.
 *
 * Returns: (transfer full) (nullable): a log weight each, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_next_batch:
 * @self: a potential
 * @batch: contexts of non-zero prefix weight
 * @error: return location for an error
 *
 * Weighs what may follow each of several contexts. The default does it one by
 * one.
 *
 * Returns: (transfer full) (nullable): N + 1 log weights each, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::weigh_mask_batch:
 * @self: a potential whose traits have %GENLM_TRAITS_BOOLEAN
 * @batch: contexts of non-zero prefix weight
 * @error: return location for an error
 *
 * Tells which tokens may follow each of several contexts. The default does it
 * one by one.
 *
 * Returns: (transfer full) (nullable): a set over N + 1 each, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::evaluate:
 * @self: a potential
 * @request: what is asked, one of prefix, complete, next and mask
 *
 * Answers a request, now or later, from any thread.
 *
 * The default answers from the other functions: at once if the potential is
 * %GENLM_TRAITS_INLINE, in a thread if it is %GENLM_TRAITS_THREAD_SAFE, else later in
 * the thread of the potential.
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::make_spawn:
 * @self: a potential
 * @error: return location for an error
 *
 * Makes a fresh, independent instance with equal weights.
 *
 * Returns: (transfer full) (nullable): the instance, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::make_coerced:
 * @self: a potential
 * @target: another vocabulary
 * @error: return location for an error
 *
 * Makes the same potential over another vocabulary. The default wraps it in
 * [class@Coerced].
 *
 * Returns: (transfer full) (nullable): the potential, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * GenlmPotentialInterface::dup_recipe:
 * @self: a potential
 * @error: return location for an error
 *
 * Says how another process makes an equal potential. The default takes the
 * factory's name and the properties.
 *
 * Returns: (transfer full) (nullable): a variant of type `(sa{sv})`, or %NULL with an error
 *
 * Since: 0.1
 */

/**
 * genlm_potential_get_vocab:
 * @self: a potential
 *
 * Gets the vocabulary.
 *
 * Threads: any.
 *
 * Returns: (transfer none) (nullable): the vocabulary, %NULL if the potential
 *   is not ready
 * Since: 0.1
 */
GenlmVocab *
genlm_potential_get_vocab (GenlmPotential *self)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);

  return GENLM_POTENTIAL_GET_IFACE (self)->get_vocab (self);
}

/**
 * genlm_potential_get_traits:
 * @self: a potential
 *
 * Gets what the potential promises about itself.
 *
 * Threads: any.
 *
 * Returns: the traits
 * Since: 0.1
 */
GenlmTraits
genlm_potential_get_traits (GenlmPotential *self)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), GENLM_TRAITS_NONE);

  return GENLM_POTENTIAL_GET_IFACE (self)->get_traits (self);
}

/**
 * genlm_potential_dup_label:
 * @self: a potential
 *
 * Names the potential in a message.
 *
 * Returns: (transfer full): the label, such as `regex “digits”`
 * Since: 0.1
 */
char *
genlm_potential_dup_label (GenlmPotential *self)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);

  return genlm_element_dup_label (G_OBJECT (self));
}

/* Whether an implementation made something: an error, or nothing, is a failure. */
static gboolean
check_made (GenlmPotential  *self,
            gpointer         made,
            const char      *what,
            GError          *local_error,
            GError         **error)
{
  if (made != NULL && local_error == NULL)
    return TRUE;
  if (local_error == NULL)
    genlm_potential_set_silent_error (self, what, &local_error);
  g_propagate_error (error, local_error);
  return FALSE;
}

/**
 * genlm_potential_spawn:
 * @self: a potential
 * @error: return location for an error
 *
 * Makes a fresh, independent instance with equal weights.
 *
 * Returns: (transfer full): the instance
 * Since: 0.1
 */
GenlmPotential *
genlm_potential_spawn (GenlmPotential  *self,
                       GError         **error)
{
  GError *local_error = NULL;
  g_autoptr (GenlmPotential) spawn = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  spawn = GENLM_POTENTIAL_GET_IFACE (self)->make_spawn (self, &local_error);
  return check_made (self, spawn, "make_spawn", local_error, error) ? g_steal_pointer (&spawn) : NULL;
}

/**
 * genlm_potential_coerce:
 * @self: a potential
 * @target: another vocabulary
 * @error: return location for an error
 *
 * Sees the potential through another vocabulary: a sequence of target tokens
 * has the weight of the concatenation of their bytes.
 *
 * The whole target vocabulary is kept; a token that the potential cannot read
 * has weight zero. If the vocabulary is the potential's own, the result is the
 * potential itself.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if there is no natural way, with the remedy.
 *
 * Returns: (transfer full): the potential over @target
 * Since: 0.1
 */
GenlmPotential *
genlm_potential_coerce (GenlmPotential  *self,
                        GenlmVocab      *target,
                        GError         **error)
{
  GenlmVocab *vocab;
  GError *local_error = NULL;
  g_autoptr (GenlmPotential) coerced = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (target != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  vocab = genlm_potential_get_vocab (self);
  if (vocab != NULL && genlm_vocab_equal (vocab, target))
    return g_object_ref (self);

  coerced = GENLM_POTENTIAL_GET_IFACE (self)->make_coerced (self, target, &local_error);
  if (!check_made (self, coerced, "make_coerced", local_error, error))
    return NULL;

  vocab = genlm_potential_get_vocab (coerced);
  if (vocab == NULL || !genlm_vocab_equal (vocab, target))
    {
      g_autofree char *label = genlm_potential_dup_label (self);
      g_autofree char *wanted = genlm_vocab_to_string (target);
      g_autofree char *made = vocab != NULL ? genlm_vocab_to_string (vocab) : g_strdup ("no vocabulary");

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT,
                   "%s was to be coerced to %s, and its make_coerced() returned a potential over %s",
                   label, wanted, made);
      return NULL;
    }
  return g_steal_pointer (&coerced);
}

/* Wrappers ask for the recipes of what they wrap. */
static GPrivate recipe_depth;

static GVariant *
dup_recipe (GenlmPotential  *self,
            GError         **error)
{
  guint depth = GPOINTER_TO_UINT (g_private_get (&recipe_depth));
  GVariant *recipe;

  if (depth >= GENLM_RECIPE_MAX_DEPTH)
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "%s has no recipe: it is wrapped more than %d times", label, GENLM_RECIPE_MAX_DEPTH);
      return NULL;
    }
  g_private_set (&recipe_depth, GUINT_TO_POINTER (depth + 1));
  recipe = GENLM_POTENTIAL_GET_IFACE (self)->dup_recipe (self, error);
  g_private_set (&recipe_depth, GUINT_TO_POINTER (depth));
  return recipe;
}

/**
 * genlm_potential_to_recipe:
 * @self: a potential
 * @error: return location for an error
 *
 * Says how another process makes an equal potential.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_NOT_SUPPORTED if the potential cannot be told,
 * with what to implement, and %GENLM_POTENTIAL_ERROR_LIMIT if it is wrapped more
 * than 30 times or its recipe would have more than 128 MiB.
 *
 * Returns: (transfer full): a variant of type `(sa{sv})`: the factory's name and
 *   the properties, object properties nested, paths absolute, vocabularies flat
 * Since: 0.1
 */
GVariant *
genlm_potential_to_recipe (GenlmPotential  *self,
                           GError         **error)
{
  GError *local_error = NULL;
  g_autoptr (GVariant) recipe = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  recipe = dup_recipe (self, &local_error);
  if (recipe != NULL)
    g_variant_take_ref (recipe);
  if (!check_made (self, recipe, "dup_recipe", local_error, error))
    return NULL;
  if (!g_variant_is_of_type (recipe, G_VARIANT_TYPE (GENLM_RECIPE_TYPE)))
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_RESULT,
                   "%s has no recipe: its dup_recipe() returned a variant of type “%s”, wanted is “%s”",
                   label, g_variant_get_type_string (recipe), GENLM_RECIPE_TYPE);
      return NULL;
    }
  return g_steal_pointer (&recipe);
}

/* -- asking --------------------------------------------------------------- */

static void
evaluate_unchecked (GenlmPotential *self,
                    GenlmRequest   *request)
{
  GENLM_POTENTIAL_GET_IFACE (self)->evaluate (self, request);
}

/* What the class promises is a load, what the instance adds may be a chain of
 * calls. */
static gboolean
belongs_elsewhere (GenlmPotential *self,
                   gboolean        is_base)
{
  if (is_base && (GENLM_POTENTIAL_BASE_GET_CLASS (self)->traits & GENLM_TRAITS_THREAD_SAFE) != 0)
    return FALSE;
  return (GENLM_POTENTIAL_GET_IFACE (self)->get_traits (self) & GENLM_TRAITS_THREAD_SAFE) == 0 && !runs_here (self);
}

/**
 * genlm_potential_evaluate:
 * @self: a potential
 * @request: what is asked
 *
 * Sends a request on its way. The answer arrives in the main context in which
 * the request was made.
 *
 * This is the path of all asynchronous calls, for those who make requests
 * themselves: implementers, and callers who need a deadline.
 *
 * Threads: any. A potential without %GENLM_TRAITS_THREAD_SAFE answers in its own
 * thread, whose main context must be running.
 *
 * Since: 0.1
 */
void
genlm_potential_evaluate (GenlmPotential *self,
                          GenlmRequest   *request)
{
  gboolean is_base;
  GError *error;

  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (GENLM_IS_REQUEST (request));

  if (genlm_request_is_answered (request))
    return;
  error = check_request (self, request);
  if (error != NULL)
    {
      genlm_request_fail (request, error, FALSE);
      g_error_free (error);
      return;
    }
  is_base = GENLM_IS_POTENTIAL_BASE (self);
  if (is_base)
    genlm_request_set_timeout (request, genlm_potential_base_peek_timeout (GENLM_POTENTIAL_BASE (self)));

  if (belongs_elsewhere (self, is_base))
    run_in_context (ensure_owner (self)->context, job_new (self, request, evaluate_unchecked));
  else
    evaluate_unchecked (self, request);
}

/**
 * genlm_potential_evaluate_sync:
 * @self: a potential
 * @request: what is asked, made without a callback
 *
 * Answers a request before it returns. No main context is iterated, and no
 * queue is waited for.
 *
 * An implementation that takes long finds the cancellable of the request with
 * [func@Gio.Cancellable.get_current].
 *
 * Threads: that of the potential, or any if it has %GENLM_TRAITS_THREAD_SAFE;
 * otherwise the request ends with %GENLM_POTENTIAL_ERROR_WRONG_THREAD.
 *
 * Since: 0.1
 */
void
genlm_potential_evaluate_sync (GenlmPotential *self,
                               GenlmRequest   *request)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GENLM_IS_POTENTIAL (self));
  g_return_if_fail (GENLM_IS_REQUEST (request));

  if (genlm_request_is_answered (request))
    return;

  error = check_request (self, request);
  if (error == NULL && belongs_elsewhere (self, GENLM_IS_POTENTIAL_BASE (self)))
    {
      g_autofree char *label = genlm_potential_dup_label (self);

      error = g_error_new (GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WRONG_THREAD,
                           "%s is not thread-safe and belongs to another thread; "
                           "use the asynchronous calls, which go to its own", label);
    }
  if (error == NULL)
    g_cancellable_set_error_if_cancelled (genlm_request_get_cancellable (request), &error);
  if (error != NULL)
    genlm_request_fail (request, error, FALSE);
  else
    answer_cancellably (self, request);
}
