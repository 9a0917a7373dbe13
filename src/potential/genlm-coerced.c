/* A potential seen through another vocabulary.
 *
 * The natural way is to concatenate bytes: a base over bytes is asked about
 * what a sequence of tokens spells. Weights over the target vocabulary come
 * from one walk of its token trie, level by level: all live nodes of a depth
 * are one batch, and what is dead takes its subtree with it. Any other way is
 * a function on sequences, which is asked token by token. */

#define G_LOG_DOMAIN "Genlm-Potential"

#include "genlm-coerced.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-element.h"
#include "genlm-potential-base-private.h"
#include "genlm-potential-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-token-set.h"
#include "genlm-trie.h"
#include "genlm-weights-list.h"
#include "genlm-weights.h"

#include <math.h>

/**
 * GenlmCoerced:
 *
 * A potential seen through another vocabulary, element `coerced`.
 *
 * A sequence of target tokens has the weight of what it spells: a base over bytes
 * is asked about the concatenated bytes. The whole target vocabulary is kept; a
 * token that the base cannot read has weight zero.
 *
 * Next weights and masks come from one walk of the target's token trie, level by
 * level: all live nodes of a depth are one batch, and what is dead takes its
 * subtree with it. With a function of one's own
 * ([ctor@Coerced.new_with_func]) every token is asked by itself.
 *
 * Elements that can do better override [vfunc@Potential.make_coerced], so
 * [method@Potential.coerce] is the way to coerce.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if the base is not over bytes, and
 * those of the base.
 *
 * Since: 0.1
 */
struct _GenlmCoerced
{
  GenlmPotentialBase  parent_instance;

  GenlmPotential     *base;
  GenlmCoerceFunc     func;
  gpointer            func_data;
  GDestroyNotify      func_destroy;
  guint64             key;      /* of the base's context on a node of ours */
  gboolean            ready;    /* base and vocabulary have been found to fit */
};

enum
{
  PROP_0,
  PROP_POTENTIAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void genlm_coerced_initable_init  (GInitableIface          *iface);
static void genlm_coerced_potential_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GenlmCoerced, genlm_coerced, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, genlm_coerced_initable_init)
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, genlm_coerced_potential_init))

static GenlmVocab *
get_target (GenlmCoerced *self)
{
  return genlm_potential_base_peek_vocab (GENLM_POTENTIAL_BASE (self));
}

/* -- contexts ------------------------------------------------------------- */

static GenlmContext *
spell_token (GenlmCoerced *self,
             GenlmContext *base_context,
             guint32       token)
{
  gsize length;
  const guint8 *bytes = genlm_vocab_peek_token (get_target (self), token, &length);
  GenlmContext *last = genlm_context_ref (base_context);

  for (gsize i = 0; i < length; i++)
    {
      GenlmContext *longer = genlm_context_append (last, bytes[i]);

      genlm_context_unref (last);
      last = longer;
    }
  return last;
}

/* Keeps the base's context on the node, so that both trees grow together. */
static GenlmContext *
keep (GenlmCoerced *self,
      GenlmContext *context,
      GenlmContext *base_context)
{
  return genlm_context_put_state (context, self->key, base_context, (GDestroyNotify) genlm_context_unref);
}

/* (transfer none): the context that the base is asked about. */
static GenlmContext *
spell_context (GenlmCoerced *self,
               GenlmContext *context)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  GenlmContext *known = NULL;
  GenlmContext *node;

  for (node = context; node != NULL; node = genlm_context_get_parent (node))
    {
      known = genlm_context_get_state (node, self->key);
      if (known != NULL)
        break;
      g_ptr_array_add (unknown, node);
    }

  for (guint i = unknown->len; i > 0; i--)
    {
      node = g_ptr_array_index (unknown, i - 1);
      known = keep (self, node,
                    known == NULL ? genlm_context_new ()
                                  : spell_token (self, known, genlm_context_get_last (node)));
    }
  return known;
}

static GenlmContext *
map_context (GenlmCoerced  *self,
             GenlmContext  *context,
             GError       **error)
{
  GenlmContext *mapped;

  if (self->func == NULL)
    return spell_context (self, context);

  mapped = genlm_context_get_state (context, self->key);
  if (mapped != NULL)
    return mapped;
  mapped = self->func (context, self->func_data);
  if (mapped == NULL)
    {
      g_autofree char *label = genlm_potential_dup_label (GENLM_POTENTIAL (self));
      g_autofree char *text = genlm_vocab_escape_context (get_target (self), context);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_FAILED,
                   "%s failed: its function returned nothing for the context %s", label, text);
      return NULL;
    }
  return keep (self, context, mapped);
}

static GenlmBatch *
map_batch (GenlmCoerced  *self,
           GenlmBatch    *batch,
           GError       **error)
{
  gsize n = genlm_batch_get_size (batch);
  g_autoptr (GenlmBatch) mapped = genlm_batch_new_sized (n);

  for (gsize i = 0; i < n; i++)
    {
      GenlmContext *context = map_context (self, genlm_batch_get (batch, i), error);

      if (context == NULL)
        return NULL;
      genlm_batch_append (mapped, context);
    }
  return g_steal_pointer (&mapped);
}

/* -- one walk: the weights of what follows one context --------------------- */

typedef enum
{
  STAGE_PREFIX,         /* of the context itself */
  STAGE_COMPLETE,
  STAGE_TOKENS,         /* a level of the trie, or all tokens at once */
  STAGE_DONE,
} Stage;

typedef struct
{
  guint32  node;        /* its index in the trie, or the token itself */
  gsize    place;       /* in the batch of this level */
} Visit;

typedef struct
{
  GenlmCoerced *coerced;
  GenlmContext *context;        /* of the target; borrowed */
  GenlmContext *mapped;         /* borrowed from the node */
  Stage         stage;
  double        prefix;
  GenlmBatch   *level;          /* what the base is asked now */
  GArray       *visits;         /* of the level */
  GenlmWeights *weights;
  double       *values;
} Walk;

static void
walk_clear (Walk *walk)
{
  g_clear_pointer (&walk->level, genlm_batch_unref);
  g_clear_pointer (&walk->visits, g_array_unref);
  g_clear_pointer (&walk->weights, genlm_weights_unref);
}

/* The children of a node, or of the root, join the next level. */
static void
visit_children (Walk         *walk,
                GenlmBatch   *level,
                GArray       *visits,
                GenlmContext *parent,
                guint32       begin,
                guint32       end)
{
  const GenlmTrie *trie = genlm_vocab_get_trie (get_target (walk->coerced));
  int previous = -1;

  for (guint32 i = begin; i < end; i += GENLM_TRIE_NODE_EXTENT (&trie->nodes[i]))
    {
      guint8 byte = GENLM_TRIE_NODE_BYTE (&trie->nodes[i]);
      Visit visit;

      /* Tokens that spell the same share the question. */
      if (byte != previous)
        {
          g_autoptr (GenlmContext) context = genlm_context_append (parent, byte);

          genlm_batch_append (level, context);
        }
      previous = byte;
      visit.node = i;
      visit.place = genlm_batch_get_size (level) - 1;
      g_array_append_val (visits, visit);
    }
}

static void
start_trie (Walk *walk)
{
  const GenlmTrie *trie = genlm_vocab_get_trie (get_target (walk->coerced));

  for (guint32 i = 0; i < trie->n_empty_tokens; i++)
    walk->values[trie->empty_tokens[i]] = 0;
  walk->level = genlm_batch_new ();
  walk->visits = g_array_new (FALSE, FALSE, sizeof (Visit));
  visit_children (walk, walk->level, walk->visits, walk->mapped, 0, trie->n_nodes);
}

static gboolean
start_tokens (Walk    *walk,
              GError **error)
{
  guint32 size = genlm_vocab_get_size (get_target (walk->coerced));

  walk->level = genlm_batch_new_sized (size);
  for (guint32 token = 0; token < size; token++)
    {
      g_autoptr (GenlmContext) extension = genlm_context_append (walk->context, token);
      GenlmContext *mapped = map_context (walk->coerced, extension, error);

      if (mapped == NULL)
        return FALSE;
      genlm_batch_append (walk->level, mapped);
    }
  return TRUE;
}

static void
ask_one (Walk *walk)
{
  walk->level = genlm_batch_new_sized (1);
  genlm_batch_append (walk->level, walk->mapped);
}

static gboolean
walk_start (Walk          *walk,
            GenlmCoerced  *self,
            GenlmContext  *context,
            GError       **error)
{
  gsize n = genlm_potential_get_n_weights (GENLM_POTENTIAL (self));

  *walk = (Walk) { .coerced = self, .context = context, .stage = STAGE_PREFIX };
  walk->mapped = map_context (self, context, error);
  if (walk->mapped == NULL)
    return FALSE;
  walk->weights = genlm_weights_new_uninit (n, &walk->values);
  for (gsize i = 0; i < n; i++)
    walk->values[i] = -INFINITY;
  ask_one (walk);
  return TRUE;
}

/* Takes the scores of a level of the trie and makes the next one. */
static void
take_level (Walk        *walk,
            GenlmScores *scores)
{
  const GenlmTrie *trie = genlm_vocab_get_trie (get_target (walk->coerced));
  g_autoptr (GenlmBatch) level = walk->level;
  g_autoptr (GArray) visits = walk->visits;

  walk->level = genlm_batch_new ();
  walk->visits = g_array_new (FALSE, FALSE, sizeof (Visit));
  for (guint i = 0; i < visits->len; i++)
    {
      const Visit *visit = &g_array_index (visits, Visit, i);
      const GenlmTrieNode *node = &trie->nodes[visit->node];
      double score = genlm_scores_get (scores, visit->place);

      if (score == -INFINITY)
        continue;
      if (GENLM_TRIE_NODE_TOKEN (node) != GENLM_TRIE_NO_TOKEN)
        walk->values[GENLM_TRIE_NODE_TOKEN (node)] = score - walk->prefix;
      visit_children (walk, walk->level, walk->visits, genlm_batch_get (level, visit->place),
                      visit->node + 1, visit->node + GENLM_TRIE_NODE_EXTENT (node));
    }
}

/* Takes what the base answered about the level. */
static gboolean
walk_take (Walk         *walk,
           GenlmScores  *scores,
           GError      **error)
{
  GenlmCoerced *self = walk->coerced;

  switch (walk->stage)
    {
    case STAGE_PREFIX:
      walk->prefix = genlm_scores_get (scores, 0);
      if (walk->prefix == -INFINITY)
        {
          genlm_potential_set_zero_error (GENLM_POTENTIAL (self), walk->context, error);
          return FALSE;
        }
      walk->stage = STAGE_COMPLETE;
      break;

    case STAGE_COMPLETE:
      walk->values[genlm_vocab_get_eos (get_target (self))] = genlm_scores_get (scores, 0) - walk->prefix;
      g_clear_pointer (&walk->level, genlm_batch_unref);
      walk->stage = STAGE_TOKENS;
      if (self->func == NULL)
        start_trie (walk);
      else if (!start_tokens (walk, error))
        return FALSE;
      break;

    case STAGE_TOKENS:
      if (self->func == NULL)
        {
          take_level (walk, scores);
          break;
        }
      for (gsize i = 0; i < genlm_scores_get_size (scores); i++)
        walk->values[i] = genlm_scores_get (scores, i) - walk->prefix;
      walk->stage = STAGE_DONE;
      break;

    case STAGE_DONE:
    default:
      g_assert_not_reached ();
    }

  if (walk->stage == STAGE_TOKENS && genlm_batch_get_size (walk->level) == 0)
    walk->stage = STAGE_DONE;
  return TRUE;
}

static GenlmMethod
walk_get_method (Walk *walk)
{
  return walk->stage == STAGE_COMPLETE ? GENLM_METHOD_COMPLETE : GENLM_METHOD_PREFIX;
}

/* -- a job: the walks of a request ---------------------------------------- */

/* The same steps, whether the base answers at once or later. */
typedef struct
{
  GenlmCoerced      *coerced;
  GenlmRequest      *request;
  GenlmWeightsList  *weights;
  GenlmTokenSetList *masks;
  gsize              index;
  Walk               walk;
  gboolean           sync;
  GenlmRequest      *answered;  /* by the base, not yet taken */
  int                n_waiting; /* atomic: for the answer, and for who asks to have asked */
} Job;

static void
job_free (Job *job)
{
  walk_clear (&job->walk);
  g_clear_object (&job->answered);
  g_clear_pointer (&job->masks, genlm_token_set_list_unref);
  g_clear_pointer (&job->weights, genlm_weights_list_unref);
  g_object_unref (job->request);
  g_object_unref (job->coerced);
  g_free (job);
}

static void
add_result (Job *job)
{
  if (job->masks == NULL)
    {
      genlm_weights_list_append (job->weights, job->walk.weights);
    }
  else
    {
      gsize n = genlm_weights_get_size (job->walk.weights);
      guint64 *words;
      g_autoptr (GenlmTokenSet) mask = genlm_token_set_new_zeroed (n, &words);

      for (gsize i = 0; i < n; i++)
        words[i / 64] |= (guint64) (job->walk.values[i] > -INFINITY) << (i % 64);
      genlm_token_set_list_append (job->masks, mask);
    }
  walk_clear (&job->walk);
}

static void
base_answered (GenlmRequest *request,
               gpointer      user_data);

/* Returns whether the answer is there; if not, base_answered() goes on, perhaps
 * in another thread and already. */
static gboolean
ask_base (Job *job)
{
  GenlmPotential *base = job->coerced->base;
  g_autoptr (GenlmRequest) request = NULL;

  if (job->sync)
    {
      request = genlm_request_new (G_OBJECT (base), walk_get_method (&job->walk), job->walk.level, 0,
                                   genlm_request_get_cancellable (job->request), NULL, NULL);
      genlm_potential_evaluate_sync (base, request);
      job->answered = g_steal_pointer (&request);
      return TRUE;
    }
  g_atomic_int_set (&job->n_waiting, 2);
  request = genlm_request_new_internal (G_OBJECT (base), walk_get_method (&job->walk), job->walk.level, 0,
                                        genlm_request_get_cancellable (job->request), base_answered, job);
  genlm_potential_evaluate (base, request);
  return g_atomic_int_dec_and_test (&job->n_waiting);
}

static gboolean
take_answer (Job     *job,
             GError **error)
{
  g_autoptr (GenlmRequest) answered = g_steal_pointer (&job->answered);
  g_autoptr (GenlmScores) scores = genlm_request_finish_scores (answered, error);

  return scores != NULL && walk_take (&job->walk, scores, error);
}

/* Goes on until the base owes an answer, or the request is answered; then
 * there is no job any more. */
static void
job_step (Job *job)
{
  GenlmBatch *batch = genlm_request_get_batch (job->request);
  g_autoptr (GError) error = NULL;

  while (error == NULL && !genlm_request_is_answered (job->request))
    {
      if (job->answered != NULL)
        {
          if (!take_answer (job, &error))
            break;
          if (job->walk.stage != STAGE_DONE)
            {
              if (!ask_base (job))
                return;
              continue;
            }
          add_result (job);
          job->index++;
        }
      if (job->index == genlm_batch_get_size (batch))
        {
          if (job->masks != NULL)
            genlm_request_return_masks (job->request, job->masks);
          else
            genlm_request_return_weights (job->request, job->weights);
          break;
        }
      if (!walk_start (&job->walk, job->coerced, genlm_batch_get (batch, job->index), &error))
        break;
      if (!ask_base (job))
        return;
    }
  if (error != NULL)
    genlm_request_fail (job->request, error, FALSE);
  job_free (job);
}

static void
base_answered (GenlmRequest *request,
               gpointer      user_data)
{
  Job *job = user_data;

  job->answered = g_object_ref (request);
  /* An answer that comes at once is taken by the loop that asked. */
  if (g_atomic_int_dec_and_test (&job->n_waiting))
    job_step (job);
}

static void
start_job (GenlmCoerced *self,
           GenlmRequest *request,
           gboolean      sync)
{
  Job *job = g_new0 (Job, 1);

  job->coerced = g_object_ref (self);
  job->request = g_object_ref (request);
  job->sync = sync;
  if (genlm_request_get_method (request) == GENLM_METHOD_MASK)
    job->masks = genlm_token_set_list_new ();
  else
    job->weights = genlm_weights_list_new ();
  job_step (job);
}

/* -- the interface -------------------------------------------------------- */

/* None until it is initialised, whatever the property says. */
static GenlmVocab *
genlm_coerced_get_vocab (GenlmPotential *potential)
{
  GenlmCoerced *self = GENLM_COERCED (potential);

  return self->ready ? get_target (self) : NULL;
}

static GenlmTraits
genlm_coerced_get_traits (GenlmPotential *potential)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  GenlmTraits traits;

  if (self->base == NULL)
    return GENLM_TRAITS_NONE;
  /* A mask is a walk of prefixes here. */
  traits = genlm_potential_get_traits (self->base) & ~GENLM_TRAITS_MASKS;
  /* The function may be a script's. */
  return self->func != NULL ? traits & ~GENLM_TRAITS_THREAD_SAFE : traits;
}

static gboolean
genlm_coerced_weigh_prefix (GenlmPotential  *potential,
                            GenlmContext    *context,
                            double          *out,
                            GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  GenlmContext *mapped = map_context (self, context, error);

  if (mapped != NULL)
    *out = genlm_potential_prefix_sync (self->base, mapped, NULL, error);
  return mapped != NULL && !isnan (*out);
}

static gboolean
genlm_coerced_weigh_complete (GenlmPotential  *potential,
                              GenlmContext    *context,
                              double          *out,
                              GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  GenlmContext *mapped = map_context (self, context, error);

  if (mapped != NULL)
    *out = genlm_potential_complete_sync (self->base, mapped, NULL, error);
  return mapped != NULL && !isnan (*out);
}

static GenlmScores *
genlm_coerced_weigh_prefix_batch (GenlmPotential  *potential,
                                  GenlmBatch      *batch,
                                  GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  g_autoptr (GenlmBatch) mapped = map_batch (self, batch, error);

  return mapped != NULL ? genlm_potential_batch_prefix_sync (self->base, mapped, NULL, error) : NULL;
}

static GenlmScores *
genlm_coerced_weigh_complete_batch (GenlmPotential  *potential,
                                    GenlmBatch      *batch,
                                    GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  g_autoptr (GenlmBatch) mapped = map_batch (self, batch, error);

  return mapped != NULL ? genlm_potential_batch_complete_sync (self->base, mapped, NULL, error) : NULL;
}

static GenlmRequest *
ask_sync (GenlmPotential *potential,
          GenlmMethod     method,
          GenlmBatch     *batch)
{
  GenlmRequest *request = genlm_request_new (G_OBJECT (potential), method, batch,
                                             genlm_potential_get_n_weights (potential), NULL, NULL, NULL);

  start_job (GENLM_COERCED (potential), request, TRUE);
  return request;
}

static GenlmWeightsList *
genlm_coerced_weigh_next_batch (GenlmPotential  *potential,
                                GenlmBatch      *batch,
                                GError         **error)
{
  g_autoptr (GenlmRequest) request = ask_sync (potential, GENLM_METHOD_NEXT, batch);

  return genlm_request_finish_weights (request, error);
}

static GenlmTokenSetList *
genlm_coerced_weigh_mask_batch (GenlmPotential  *potential,
                                GenlmBatch      *batch,
                                GError         **error)
{
  g_autoptr (GenlmRequest) request = NULL;

  if ((genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) == 0)
    {
      g_autofree char *label = genlm_potential_dup_label (potential);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s is not Boolean, so it has no mask; ask for logw_next", label);
      return NULL;
    }
  request = ask_sync (potential, GENLM_METHOD_MASK, batch);
  return genlm_request_finish_masks (request, error);
}

static GenlmWeights *
genlm_coerced_weigh_next (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);
  g_autoptr (GenlmWeightsList) list = NULL;

  genlm_batch_append (batch, context);
  list = genlm_coerced_weigh_next_batch (potential, batch, error);
  return list != NULL ? genlm_weights_ref (genlm_weights_list_get (list, 0)) : NULL;
}

static GenlmTokenSet *
genlm_coerced_weigh_mask (GenlmPotential  *potential,
                          GenlmContext    *context,
                          GError         **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (1);
  g_autoptr (GenlmTokenSetList) list = NULL;

  genlm_batch_append (batch, context);
  list = genlm_coerced_weigh_mask_batch (potential, batch, error);
  return list != NULL ? genlm_token_set_ref (genlm_token_set_list_get (list, 0)) : NULL;
}

static void
forward_scores (GenlmRequest *answered,
                gpointer      user_data)
{
  g_autoptr (GenlmRequest) request = user_data;
  g_autoptr (GenlmScores) scores = genlm_request_finish_scores (answered, NULL);

  if (scores != NULL)
    genlm_request_return_scores (request, scores);
  else
    genlm_request_fail (request, genlm_request_peek_error (answered), FALSE);
}

static void
genlm_coerced_evaluate (GenlmPotential *potential,
                        GenlmRequest   *request)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  GenlmMethod method = genlm_request_get_method (request);
  g_autoptr (GenlmBatch) mapped = NULL;
  g_autoptr (GenlmRequest) inner = NULL;
  g_autoptr (GError) error = NULL;

  if (method == GENLM_METHOD_NEXT ||
      (method == GENLM_METHOD_MASK && (genlm_potential_get_traits (potential) & GENLM_TRAITS_BOOLEAN) != 0))
    {
      start_job (self, request, FALSE);
      return;
    }
  if (method == GENLM_METHOD_MASK)
    {
      g_autoptr (GenlmTokenSetList) none =
        genlm_coerced_weigh_mask_batch (potential, genlm_request_get_batch (request), &error);

      g_assert (none == NULL);
      genlm_request_fail (request, error, FALSE);
      return;
    }

  mapped = map_batch (self, genlm_request_get_batch (request), &error);
  if (mapped == NULL)
    {
      genlm_request_fail (request, error, FALSE);
      return;
    }
  inner = genlm_request_new_internal (G_OBJECT (self->base), method, mapped, 0,
                                      genlm_request_get_cancellable (request),
                                      forward_scores, g_object_ref (request));
  genlm_potential_evaluate (self->base, inner);
}

static GenlmPotential *
genlm_coerced_make_spawn (GenlmPotential  *potential,
                          GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  g_autoptr (GenlmPotential) base = NULL;

  if (self->func != NULL)
    {
      g_autofree char *label = genlm_potential_dup_label (potential);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s cannot be spawned: its function belongs to this instance; spawn the base and coerce that", label);
      return NULL;
    }
  base = genlm_potential_spawn (self->base, error);
  return base != NULL ? (GenlmPotential *) genlm_coerced_new (base, get_target (self), error) : NULL;
}

static GVariant *
genlm_coerced_dup_recipe (GenlmPotential  *potential,
                          GError         **error)
{
  GenlmCoerced *self = GENLM_COERCED (potential);
  GenlmPotentialInterface *defaults = g_type_default_interface_peek (GENLM_TYPE_POTENTIAL);

  if (self->func != NULL)
    {
      g_autofree char *label = genlm_potential_dup_label (potential);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                   "%s has no recipe: its function cannot be sent to another process", label);
      return NULL;
    }
  return defaults->dup_recipe (potential, error);
}

static void
genlm_coerced_potential_init (GenlmPotentialInterface *iface)
{
  iface->get_vocab = genlm_coerced_get_vocab;
  iface->get_traits = genlm_coerced_get_traits;
  iface->weigh_prefix = genlm_coerced_weigh_prefix;
  iface->weigh_complete = genlm_coerced_weigh_complete;
  iface->weigh_next = genlm_coerced_weigh_next;
  iface->weigh_mask = genlm_coerced_weigh_mask;
  iface->weigh_prefix_batch = genlm_coerced_weigh_prefix_batch;
  iface->weigh_complete_batch = genlm_coerced_weigh_complete_batch;
  iface->weigh_next_batch = genlm_coerced_weigh_next_batch;
  iface->weigh_mask_batch = genlm_coerced_weigh_mask_batch;
  iface->evaluate = genlm_coerced_evaluate;
  iface->make_spawn = genlm_coerced_make_spawn;
  iface->dup_recipe = genlm_coerced_dup_recipe;
}

/* -- the object ----------------------------------------------------------- */

static gboolean
genlm_coerced_initable_real_init (GInitable     *initable,
                                  GCancellable  *cancellable,
                                  GError       **error)
{
  GenlmCoerced *self = GENLM_COERCED (initable);
  GenlmVocab *target = get_target (self);
  GenlmVocab *vocab;
  g_autofree char *label = NULL;

  if (self->base == NULL || target == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "Failed to coerce: property “%s” is not set", self->base == NULL ? "potential" : "vocab");
      return FALSE;
    }
  label = genlm_potential_dup_label (self->base);
  vocab = genlm_potential_get_vocab (self->base);
  if (vocab == NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_READY,
                   "Failed to coerce %s: it has no vocabulary yet", label);
      return FALSE;
    }
  if (self->func == NULL && genlm_vocab_get_kind (vocab) != GENLM_VOCAB_KIND_BYTES)
    {
      g_autofree char *from = genlm_vocab_to_string (vocab);
      g_autofree char *to = genlm_vocab_to_string (target);

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH,
                   "Failed to coerce %s from %s to %s: only a potential over bytes can be coerced by concatenation; "
                   "give a function with genlm_coerced_new_with_func()", label, from, to);
      return FALSE;
    }
  self->ready = TRUE;
  return TRUE;
}

static void
genlm_coerced_initable_init (GInitableIface *iface)
{
  iface->init = genlm_coerced_initable_real_init;
}

static void
genlm_coerced_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_POTENTIAL:
      g_value_set_object (value, GENLM_COERCED (object)->base);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_coerced_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_POTENTIAL:
      GENLM_COERCED (object)->base = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
genlm_coerced_dispose (GObject *object)
{
  g_clear_object (&GENLM_COERCED (object)->base);

  G_OBJECT_CLASS (genlm_coerced_parent_class)->dispose (object);
}

static void
genlm_coerced_finalize (GObject *object)
{
  GenlmCoerced *self = GENLM_COERCED (object);

  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);

  G_OBJECT_CLASS (genlm_coerced_parent_class)->finalize (object);
}

static void
genlm_coerced_class_init (GenlmCoercedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = genlm_coerced_get_property;
  object_class->set_property = genlm_coerced_set_property;
  object_class->dispose = genlm_coerced_dispose;
  object_class->finalize = genlm_coerced_finalize;

  /**
   * GenlmCoerced:potential:
   *
   * The potential that is seen through [property@PotentialBase:vocab].
   *
   * Since: 0.1
   */
  properties[PROP_POTENTIAL] =
    g_param_spec_object ("potential", "Potential", "The potential that is seen through the vocabulary",
                         GENLM_TYPE_POTENTIAL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  genlm_element_class_set_input (object_class, "potential");
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass),
                                           "Coercion", "Potential/Wrapper",
                                           "Sees a potential over bytes through the tokens of another vocabulary",
                                           "The genlm-glib authors");
}

static void
genlm_coerced_init (GenlmCoerced *self)
{
  self->key = genlm_context_new_key ();
}

/**
 * genlm_coerced_new:
 * @base: a potential over bytes
 * @target: another vocabulary
 * @error: return location for an error
 *
 * Sees a potential through another vocabulary by concatenating bytes.
 *
 * [method@Potential.coerce] is usually better: it lets the potential do it in
 * its own, faster way.
 *
 * Errors: %GENLM_POTENTIAL_ERROR_VOCAB_MISMATCH if @base is not over bytes.
 *
 * Returns: (transfer full): the potential over @target
 * Since: 0.1
 */
GenlmCoerced *
genlm_coerced_new (GenlmPotential  *base,
                   GenlmVocab      *target,
                   GError         **error)
{
  g_return_val_if_fail (GENLM_IS_POTENTIAL (base), NULL);
  g_return_val_if_fail (target != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (GENLM_TYPE_COERCED, NULL, error, "potential", base, "vocab", target, NULL);
}

/**
 * genlm_coerced_new_with_func:
 * @base: a potential
 * @target: another vocabulary
 * @func: (scope notified) (closure user_data) (destroy destroy): maps target contexts to base contexts
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 * @error: return location for an error
 *
 * Sees a potential through a function on sequences.
 *
 * The next-token weights ask the prefix of every token, each mapped by @func.
 * The result has no recipe.
 *
 * Returns: (transfer full): the potential over @target
 * Since: 0.1
 */
GenlmCoerced *
genlm_coerced_new_with_func (GenlmPotential   *base,
                             GenlmVocab       *target,
                             GenlmCoerceFunc   func,
                             gpointer          user_data,
                             GDestroyNotify    destroy,
                             GError          **error)
{
  g_autoptr (GenlmCoerced) self = NULL;

  g_return_val_if_fail (GENLM_IS_POTENTIAL (base), NULL);
  g_return_val_if_fail (target != NULL, NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (GENLM_TYPE_COERCED, "potential", base, "vocab", target, NULL);
  self->func = func;
  self->func_data = user_data;
  self->func_destroy = destroy;
  if (!g_initable_init (G_INITABLE (self), NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * genlm_coerced_get_base:
 * @self: a coerced potential
 *
 * Gets the potential that is seen through the vocabulary.
 *
 * Returns: (transfer none) (nullable): the potential
 * Since: 0.1
 */
GenlmPotential *
genlm_coerced_get_base (GenlmCoerced *self)
{
  g_return_val_if_fail (GENLM_IS_COERCED (self), NULL);

  return self->base;
}
