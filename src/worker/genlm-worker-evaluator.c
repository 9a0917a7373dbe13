/* Answers what an EVALUATE frame asks: reads its groups, of which nothing is
 * believed, asks the potential, and writes the answers.
 *
 * A unit is what is asked with one call: a single item, or all items of a batch.
 * The path of single scores is what a pool is fast by: there is no lock, no object
 * and no memory on it besides the context. Whatever fails on it is asked again of a
 * GenlmRequest, which says what is wrong as it does everywhere. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-evaluator-private.h"

#include "genlm-batch.h"
#include "genlm-potential-private.h"
#include "genlm-scores.h"
#include "genlm-seal-private.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-vec-place-private.h"
#include "genlm-weights-list.h"

#include <math.h>
#include <string.h>

/* Microseconds that an answer may wait for others to share the way with. */
#define PATIENCE 200
/* Milliseconds after which is looked whether an answer that does not come is still wanted. */
#define LOOK_INTERVAL 20
/* Answers of so many bytes do not wait. */
#define MAX_WAITING (64u << 10)

typedef struct
{
  const guint32 *next;
  const guint32 *end;
  GenlmContext  *previous;      /* of the item before, if it has a number, which holds it */
} Words;

typedef struct
{
  GenlmContext *context;
  gboolean      is_owned;
  guint32       slot;
} Item;

static gboolean
break_off (GError     **error,
           const char  *problem)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
               "A frame that asks a worker is broken: %s", problem);
  return FALSE;
}

/* -- reading -------------------------------------------------------------- */

/* NULL if there is none. */
static GenlmContext *
find_base (GenlmWorkerEvaluator *self,
           Words                *words,
           guint32               word)
{
  GenlmContext *base = words->previous;

  if ((word & GENLM_NODE_CUT) == 0)
    return genlm_worker_nodes_peek (self->nodes, word);
  for (guint32 n_cut = word & ~GENLM_NODE_CUT; n_cut > 0 && base != NULL; n_cut--)
    base = genlm_context_get_parent (base);
  return base;
}

static gboolean
read_item (GenlmWorkerEvaluator  *self,
           Words                 *words,
           GenlmMethod            method,
           Item                  *item,
           GError               **error)
{
  const guint32 *word = words->next;
  guint32 n_tokens, node;
  GenlmContext *base;

  if (words->end - word < 4 || (gsize) (words->end - word) - 4 < word[1])
    return break_off (error, "an item goes beyond its end");
  base = find_base (self, words, word[0]);
  n_tokens = word[1];
  node = word[2];
  item->slot = word[3];
  words->next += 4 + n_tokens;

  if (base == NULL)
    return break_off (error, "the node on which an item is based is not known");
  if (method == GENLM_METHOD_NEXT ? item->slot >= GENLM_REGION_N_SLOTS : item->slot != 0)
    return break_off (error, "an item names a slot that there is not");
  item->context = n_tokens > 0 ? genlm_context_append_tokens (base, word + 4, n_tokens) : base;
  item->is_owned = n_tokens > 0;
  if (node != GENLM_NODE_NONE && !genlm_worker_nodes_add (self->nodes, node, item->context))
    {
      if (item->is_owned)
        genlm_context_unref (item->context);
      return break_off (error, "the number of an item's node is in use, or leaves a gap");
    }
  words->previous = node != GENLM_NODE_NONE || !item->is_owned ? item->context : NULL;
  return TRUE;
}

static void
item_clear (Item *item)
{
  if (item->is_owned)
    genlm_context_unref (item->context);
}

/* -- asking --------------------------------------------------------------- */

static void
take_answered (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  *(GenlmRequest **) user_data = GENLM_REQUEST (g_object_ref (result));
}

/* Of one context or of a batch. */
static GenlmRequest *
request_new (GenlmWorkerInstance *instance,
             GenlmMethod          method,
             GenlmContext        *context,
             GenlmBatch          *batch,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  GObject *source = G_OBJECT (instance->potential);
  gsize n_weights = (gsize) instance->vocab_size + 1;

  return context != NULL
           ? genlm_request_new_single (source, method, context, n_weights, cancellable, callback, user_data)
           : genlm_request_new_batch (source, method, batch, n_weights, cancellable, callback, user_data);
}

static gboolean
is_any_wanted (GenlmWorkerEvaluator *self,
               guint32               n_items)
{
  for (guint32 i = 0; i < n_items; i++)
    {
      if (genlm_region_is_wanted (self->region, self->answers->next + i))
        return TRUE;
    }
  return FALSE;
}

/* A unit that is being asked asynchronously. */
typedef struct
{
  GenlmWorkerEvaluator *evaluator;
  guint32               n_items;
  GCancellable         *cancellable;
} Asked;

static gboolean
look_whether_wanted (gpointer user_data)
{
  Asked *asked = user_data;

  if (is_any_wanted (asked->evaluator, asked->n_items))
    return G_SOURCE_CONTINUE;
  g_cancellable_cancel (asked->cancellable);
  return G_SOURCE_REMOVE;
}

/* Asks with a request that is cancelled when nobody wants its answer any more: who
 * waits for others here may wait for ever. */
static GenlmRequest *
ask_and_wait (GenlmWorkerEvaluator *self,
              GenlmWorkerInstance  *instance,
              GenlmMethod           method,
              GenlmContext         *context,
              GenlmBatch           *batch)
{
  GenlmRequest *answered = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GenlmRequest) request = request_new (instance, method, context, batch, cancellable,
                                                  take_answered, &answered);
  g_autoptr (GMainContext) main_context = g_main_context_ref (genlm_request_get_context (request));
  g_autoptr (GSource) look = g_timeout_source_new (LOOK_INTERVAL);
  Asked asked = { self, (guint32) genlm_request_get_size (request), cancellable };

  g_source_set_static_name (look, "[genlm] whether an answer is wanted");
  g_source_set_callback (look, look_whether_wanted, &asked, NULL);
  g_source_attach (look, main_context);
  genlm_potential_evaluate (instance->potential, request);
  /* A request that everyone has dropped answers itself. */
  g_clear_object (&request);
  while (answered == NULL)
    g_main_context_iteration (main_context, TRUE);
  g_source_destroy (look);
  return answered;
}

static GenlmRequest *
ask (GenlmWorkerEvaluator *self,
     GenlmWorkerInstance  *instance,
     GenlmMethod           method,
     GenlmContext         *context,
     GenlmBatch           *batch)
{
  g_autoptr (GenlmRequest) request = NULL;

  if (!instance->is_direct)
    return ask_and_wait (self, instance, method, context, batch);
  request = request_new (instance, method, context, batch, NULL, NULL, NULL);
  genlm_potential_evaluate_sync (instance->potential, request);
  return g_steal_pointer (&request);
}

/* -- answering ------------------------------------------------------------ */

static void
put_weights (GenlmWorkerEvaluator *self,
             guint32               slot,
             GenlmWeights         *weights)
{
  memcpy (genlm_region_peek_slot (self->region, slot), genlm_weights_peek (weights),
          genlm_weights_get_size (weights) * sizeof (double));
}

static void
put_weights_list (GenlmWorkerEvaluator *self,
                  GenlmWeightsList     *weights,
                  const guint32        *slots)
{
  guint32 n = (guint32) genlm_weights_list_get_size (weights);

  for (guint32 i = 0; i < n; i++)
    put_weights (self, slots[i], genlm_weights_list_get (weights, i));
  genlm_worker_answers_add (self->answers, GENLM_FRAME_WEIGHTS, n, 0);
}

static void
put_mask (GenlmWorkerEvaluator *self,
          GenlmTokenSet        *mask)
{
  gsize n_words = (genlm_token_set_get_size (mask) + 63) / 64;
  gsize count = genlm_token_set_get_count (mask);
  gboolean as_ids = count * sizeof (guint32) < n_words * sizeof (guint64);
  gsize n_bytes = as_ids ? (count + 1) / 2 * 8 : n_words * 8;
  guint32 *place = genlm_worker_answers_add (self->answers, GENLM_FRAME_MASKS, 1, 8 + n_bytes);

  place[0] = as_ids ? GENLM_MASK_IDS : GENLM_MASK_BITS;
  place[1] = (guint32) (as_ids ? count : n_words);
  if (as_ids)
    {
      g_autofree guint32 *ids = genlm_token_set_dup_tokens (mask, &count);

      memcpy (place + 2, ids, count * sizeof (guint32));
      if (count % 2 == 1)
        place[2 + count] = 0;
    }
  else
    {
      memcpy (place + 2, genlm_token_set_peek (mask), n_bytes);
    }
}

/* What a request was answered with, for one context or for a batch. */
static void
put_answer (GenlmWorkerEvaluator *self,
            GenlmRequest         *request,
            const guint32        *slots)
{
  const GError *error = genlm_request_peek_error (request);
  guint32 n = (guint32) genlm_request_get_size (request);

  if (error != NULL)
    {
      genlm_worker_answers_add_error (self->answers, n, error);
      return;
    }
  switch (genlm_request_get_method (request))
    {
    case GENLM_METHOD_PREFIX:
    case GENLM_METHOD_COMPLETE:
      {
        g_autoptr (GenlmScores) scores = genlm_request_finish_scores (request, NULL);
        gsize size = n * sizeof (double);

        memcpy (genlm_worker_answers_add (self->answers, GENLM_FRAME_SCORES, n, size),
                genlm_scores_peek (scores), size);
      }
      break;

    case GENLM_METHOD_NEXT:
      {
        g_autoptr (GenlmWeightsList) weights = genlm_request_finish_weights (request, NULL);

        put_weights_list (self, weights, slots);
      }
      break;

    case GENLM_METHOD_MASK:
      {
        g_autoptr (GenlmTokenSetList) masks = genlm_request_finish_masks (request, NULL);

        for (guint32 i = 0; i < n; i++)
          put_mask (self, genlm_token_set_list_get (masks, i));
      }
      break;

    case GENLM_METHOD_SAMPLE:
    default:
      g_assert_not_reached ();
    }
}

/* -- units ---------------------------------------------------------------- */

/* How long units take decides which answers wait for which. */
static void
end_unit (GenlmWorkerEvaluator *self,
          gint64                now)
{
  if (self->unit_pace != NULL)
    *self->unit_pace += (now - self->unit_start - *self->unit_pace) / 8;
  self->unit_pace = NULL;
}

static gboolean
begin_unit (GenlmWorkerEvaluator  *self,
            gint64                *pace,
            GError               **error)
{
  gint64 now = g_get_monotonic_time ();
  gsize waiting = genlm_worker_answers_get_size (self->answers);

  end_unit (self, now);
  if (waiting == 0)
    {
      self->oldest = 0;
    }
  else
    {
      if (self->oldest == 0)
        self->oldest = now;
      if (waiting > MAX_WAITING || *pace > GENLM_WORKER_SLOW_UNIT || now - self->oldest > PATIENCE)
        {
          if (!genlm_worker_answers_flush (self->answers, error))
            return FALSE;
          self->oldest = 0;
          now = g_get_monotonic_time ();
        }
    }
  genlm_worker_limits_renew (self->limits);
  self->unit_start = now;
  self->unit_pace = pace;
  genlm_region_set_current (self->region, self->answers->next);
  return TRUE;
}

static void
answer_score (GenlmWorkerEvaluator *self,
              GenlmWorkerInstance  *instance,
              GenlmMethod           method,
              GenlmContext         *context)
{
  double score = NAN;
  g_autoptr (GError) error = NULL;
  gboolean is_prefix = method == GENLM_METHOD_PREFIX;
  gboolean done = (is_prefix ? instance->iface->weigh_prefix
                             : instance->iface->weigh_complete) (instance->potential, context, &score, &error);

  if (G_LIKELY (done && error == NULL && score < INFINITY))
    {
      *(double *) genlm_worker_answers_add (self->answers, GENLM_FRAME_SCORES, 1, sizeof score) = score;
      return;
    }
  if (error == NULL && !done)
    genlm_potential_set_silent_error (instance->potential, is_prefix ? "weigh_prefix" : "weigh_complete", &error);
  if (error == NULL)
    {
      g_autoptr (GenlmRequest) request = request_new (instance, method, context, NULL, NULL, NULL, NULL);

      genlm_request_return_score (request, score, FALSE);
      genlm_request_finish_score (request, &error);
    }
  genlm_worker_answers_add_error (self->answers, 1, error);
}

/* Whether they are what was asked for. The parent takes anything else for the
 * work of a broken worker. */
static gboolean
are_right (GenlmWorkerInstance *instance,
           GenlmWeights        *weights)
{
  return weights != NULL && genlm_weights_get_size (weights) == (gsize) instance->vocab_size + 1 &&
         genlm_weights_find_invalid (weights) < 0;
}

/* A potential that keeps the weights that it made in the slot has them in memory of its
 * own from then on, and is not offered a slot again. */
static void
end_place (GenlmWorkerEvaluator *self,
           GenlmWorkerInstance  *instance,
           GenlmVecPlace        *place,
           guint32               slot,
           gsize                 n_bytes)
{
  g_autoptr (GError) error = NULL;

  if (genlm_vec_place_end (place))
    return;
  if (!genlm_region_move_slot (self->region, slot, n_bytes, &error))
    g_error ("%s", error->message);
  genlm_vec_place_leave (place);
  instance->keeps_weights = TRUE;
}

/* Asks the potential, which may make the weights in the slot; NULL if they are in there
 * now. */
static GenlmWeights *
weigh_next (GenlmWorkerEvaluator  *self,
            GenlmWorkerInstance   *instance,
            Item                  *item,
            gboolean              *in_place,
            GError               **error)
{
  gsize n_bytes = ((gsize) instance->vocab_size + 1) * sizeof (double);
  double *slot = genlm_region_peek_slot (self->region, item->slot);
  GenlmVecPlace *place = instance->keeps_weights ? NULL : genlm_vec_place_offer (slot, n_bytes);
  GenlmWeights *weights = instance->iface->weigh_next (instance->potential, item->context, error);

  *in_place = *error == NULL && are_right (instance, weights) && genlm_weights_peek (weights) == slot;
  if (*in_place)
    g_clear_pointer (&weights, genlm_weights_unref);
  if (place != NULL)
    end_place (self, instance, place, item->slot, n_bytes);
  return weights;
}

static void
answer_weights (GenlmWorkerEvaluator *self,
                GenlmWorkerInstance  *instance,
                Item                 *item)
{
  g_autoptr (GError) error = NULL;
  gboolean in_place;
  g_autoptr (GenlmWeights) weights = weigh_next (self, instance, item, &in_place, &error);

  if (G_LIKELY (in_place || (error == NULL && are_right (instance, weights))))
    {
      if (!in_place)
        put_weights (self, item->slot, weights);
      genlm_worker_answers_add (self->answers, GENLM_FRAME_WEIGHTS, 1, 0);
      return;
    }
  if (error == NULL && weights == NULL)
    genlm_potential_set_silent_error (instance->potential, "weigh_next", &error);
  if (error == NULL)
    {
      g_autoptr (GenlmRequest) request = request_new (instance, GENLM_METHOD_NEXT, item->context, NULL,
                                                      NULL, NULL, NULL);

      genlm_request_return_weights_item (request, weights, FALSE);
      error = g_error_copy (genlm_request_peek_error (request));
    }
  genlm_worker_answers_add_error (self->answers, 1, error);
}

static gboolean
are_all_right (GenlmWorkerInstance *instance,
         GenlmWeightsList    *weights,
         guint32              n)
{
  if (genlm_weights_list_get_size (weights) != n)
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    {
      if (!are_right (instance, genlm_weights_list_get (weights, i)))
        return FALSE;
    }
  return TRUE;
}

static void
answer_weights_batch (GenlmWorkerEvaluator *self,
                      GenlmWorkerInstance  *instance,
                      GenlmBatch           *batch,
                      const guint32        *slots)
{
  guint32 n = (guint32) genlm_batch_get_size (batch);
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmWeightsList) weights = NULL;

  genlm_batch_seal (batch);
  weights = instance->iface->weigh_next_batch (instance->potential, batch, &error);
  if (error == NULL && weights == NULL)
    genlm_potential_set_silent_error (instance->potential, "weigh_next_batch", &error);
  if (error == NULL && !are_all_right (instance, weights, n))
    {
      g_autoptr (GenlmRequest) request = request_new (instance, GENLM_METHOD_NEXT, NULL, batch, NULL, NULL, NULL);

      genlm_request_return_weights (request, weights);
      error = g_error_copy (genlm_request_peek_error (request));
    }
  if (error != NULL)
    genlm_worker_answers_add_error (self->answers, n, error);
  else
    put_weights_list (self, weights, slots);
}

static void
answer_mask (GenlmWorkerEvaluator *self,
             GenlmWorkerInstance  *instance,
             GenlmContext         *context)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmTokenSet) mask = instance->iface->weigh_mask (instance->potential, context, &error);

  if (G_LIKELY (error == NULL && mask != NULL &&
                genlm_token_set_get_size (mask) == (gsize) instance->vocab_size + 1))
    {
      put_mask (self, mask);
      return;
    }
  if (error == NULL && mask == NULL)
    genlm_potential_set_silent_error (instance->potential, "weigh_mask", &error);
  if (error == NULL)
    {
      g_autoptr (GenlmRequest) request = request_new (instance, GENLM_METHOD_MASK, context, NULL, NULL, NULL, NULL);

      genlm_request_return_mask_item (request, mask, FALSE);
      error = g_error_copy (genlm_request_peek_error (request));
    }
  genlm_worker_answers_add_error (self->answers, 1, error);
}

static void
answer_unwanted (GenlmWorkerEvaluator *self,
                 guint32               n_items)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was cancelled");

  genlm_worker_answers_add_error (self->answers, n_items, error);
}

static void
answer_single (GenlmWorkerEvaluator *self,
               GenlmWorkerInstance  *instance,
               GenlmMethod           method,
               Item                 *item)
{
  if (G_UNLIKELY (!genlm_region_is_wanted (self->region, self->answers->next)))
    answer_unwanted (self, 1);
  else if (G_UNLIKELY (instance->potential == NULL))
    genlm_worker_answers_add_error (self->answers, 1, instance->error);
  else if (instance->is_direct && genlm_context_get_max_token (item->context) < instance->vocab_size)
    {
      if (method == GENLM_METHOD_NEXT)
        answer_weights (self, instance, item);
      else if (method == GENLM_METHOD_MASK)
        answer_mask (self, instance, item->context);
      else
        answer_score (self, instance, method, item->context);
    }
  else
    {
      g_autoptr (GenlmRequest) request = ask (self, instance, method, item->context, NULL);

      put_answer (self, request, &item->slot);
    }
}

/* Whether all tokens are in the vocabulary. */
static gboolean
is_readable (GenlmWorkerInstance *instance,
             GenlmBatch          *batch)
{
  for (gsize i = 0; i < genlm_batch_get_size (batch); i++)
    {
      if (genlm_context_get_max_token (genlm_batch_get (batch, i)) >= instance->vocab_size)
        return FALSE;
    }
  return TRUE;
}

static void
answer_batch (GenlmWorkerEvaluator *self,
              GenlmWorkerInstance  *instance,
              GenlmMethod           method,
              GenlmBatch           *batch,
              const guint32        *slots)
{
  guint32 n = (guint32) genlm_batch_get_size (batch);

  if (!is_any_wanted (self, n))
    {
      answer_unwanted (self, n);
    }
  else if (instance->potential == NULL)
    {
      genlm_worker_answers_add_error (self->answers, n, instance->error);
    }
  else if (method == GENLM_METHOD_NEXT && instance->is_direct && is_readable (instance, batch))
    {
      answer_weights_batch (self, instance, batch, slots);
    }
  else
    {
      g_autoptr (GenlmRequest) request = ask (self, instance, method, NULL, batch);

      put_answer (self, request, slots);
    }
}

/* -- groups --------------------------------------------------------------- */

static gboolean
evaluate_singles (GenlmWorkerEvaluator  *self,
                  GenlmWorkerInstance   *instance,
                  GenlmMethod            method,
                  guint32                n_items,
                  Words                 *words,
                  GError               **error)
{
  for (guint32 i = 0; i < n_items; i++)
    {
      Item item;

      if (!begin_unit (self, &instance->paces[method], error) ||
          !read_item (self, words, method, &item, error))
        return FALSE;
      answer_single (self, instance, method, &item);
      item_clear (&item);
    }
  return TRUE;
}

static gboolean
evaluate_batch (GenlmWorkerEvaluator  *self,
                GenlmWorkerInstance   *instance,
                GenlmMethod            method,
                guint32                n_items,
                Words                 *words,
                GError               **error)
{
  g_autoptr (GenlmBatch) batch = genlm_batch_new_sized (n_items);
  g_autofree guint32 *slots = g_new (guint32, n_items);

  for (guint32 i = 0; i < n_items; i++)
    {
      Item item;

      if (!read_item (self, words, method, &item, error))
        return FALSE;
      slots[i] = item.slot;
      genlm_batch_append (batch, item.context);
      item_clear (&item);
    }
  if (!begin_unit (self, &instance->paces[method], error))
    return FALSE;
  answer_batch (self, instance, method, batch, slots);
  return TRUE;
}

static gboolean
evaluate_group (GenlmWorkerEvaluator  *self,
                Words                 *words,
                GError               **error)
{
  guint32 number, word, n_items;
  GenlmWorkerInstance *instance;
  GenlmMethod method;

  if (words->end - words->next < 3)
    return break_off (error, "a group goes beyond its end");
  number = words->next[0];
  word = words->next[1];
  n_items = words->next[2];
  words->next += 3;

  instance = g_hash_table_lookup (self->instances, GUINT_TO_POINTER (number));
  method = GENLM_GROUP_METHOD (word);
  if (instance == NULL)
    return break_off (error, "a group asks an instance that there is not");
  if (method > GENLM_METHOD_MASK || (word & ~(0xffu | GENLM_GROUP_SINGLES)) != 0)
    return break_off (error, "a group asks for what no potential does");
  /* Each item has four words or more. */
  if (n_items == 0 || n_items > (gsize) (words->end - words->next) / 4)
    return break_off (error, "a group has more items than it has room for, or none");
  return (word & GENLM_GROUP_SINGLES) != 0 ? evaluate_singles (self, instance, method, n_items, words, error)
                                           : evaluate_batch (self, instance, method, n_items, words, error);
}

gboolean
genlm_worker_evaluator_evaluate (GenlmWorkerEvaluator  *self,
                                 const GenlmFrame      *frame,
                                 GError               **error)
{
  guint64 first = self->answers->next;
  Words words;

  if (frame->serial != first)
    return break_off (error, "its items do not follow those before");
  if (frame->tail_size % sizeof (guint32) != 0)
    return break_off (error, "its tail is not of whole words");
  words.next = (const guint32 *) frame->tail;
  words.end = words.next + frame->tail_size / sizeof (guint32);
  words.previous = NULL;

  while (words.end - words.next > 1 || (words.end - words.next == 1 && *words.next != GENLM_FRAME_PAD))
    {
      if (!evaluate_group (self, &words, error))
        return FALSE;
    }
  end_unit (self, g_get_monotonic_time ());
  genlm_region_set_current (self->region, 0);
  return self->answers->next - first == frame->count ||
         break_off (error, "its groups do not have as many items as it says");
}
