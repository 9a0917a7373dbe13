/* One batch on its way: which requests it answers, and with what. Equal
 * contexts stand in it once. */

#define G_LOG_DOMAIN "Genlm-Autobatch"

#include "genlm-autobatch-private.h"
#include "genlm-batch.h"
#include "genlm-context.h"
#include "genlm-potential-private.h"
#include "genlm-scores.h"
#include "genlm-token-set-list.h"
#include "genlm-weights-list.h"

/* Gives each request the place of its context in a batch without repetitions.
 * Open addressing over the contexts' own hashes: one look for almost all. */
static GenlmBatch *
merge_contexts (GPtrArray *requests,
                guint     *places)
{
  GenlmBatch *batch = genlm_batch_new_sized (requests->len);
  guint mask = 3;
  g_autofree guint32 *slots = NULL;
  guint n = 0;

  while (mask < requests->len * 2)
    mask = mask * 2 + 1;
  slots = g_new0 (guint32, (gsize) mask + 1);

  for (guint i = 0; i < requests->len; i++)
    {
      GenlmContext *context = genlm_request_peek_single (g_ptr_array_index (requests, i));
      guint slot = genlm_context_hash (context) & mask;

      while (slots[slot] != 0 && !genlm_context_equal (genlm_batch_get (batch, slots[slot] - 1), context))
        slot = (slot + 1) & mask;
      if (slots[slot] == 0)
        {
          genlm_batch_append (batch, context);
          slots[slot] = ++n;
        }
      places[i] = slots[slot] - 1;
    }
  return batch;
}

static void
flight_free (GenlmAutobatchFlight *flight)
{
  if (flight->results != NULL && genlm_request_get_method (flight->inner) == GENLM_METHOD_NEXT)
    genlm_weights_list_unref (flight->results);
  else if (flight->results != NULL && genlm_request_get_method (flight->inner) == GENLM_METHOD_MASK)
    genlm_token_set_list_unref (flight->results);
  else if (flight->results != NULL)
    genlm_scores_unref (flight->results);
  g_clear_object (&flight->inner);
  g_ptr_array_unref (flight->requests);
  g_free (flight->places);
  g_free (flight);
}

static void
flight_take_results (GenlmAutobatchFlight *flight)
{
  if (genlm_request_peek_error (flight->inner) != NULL)
    return;
  if (genlm_request_get_method (flight->inner) == GENLM_METHOD_NEXT)
    flight->results = genlm_request_finish_weights (flight->inner, NULL);
  else if (genlm_request_get_method (flight->inner) == GENLM_METHOD_MASK)
    flight->results = genlm_request_finish_masks (flight->inner, NULL);
  else
    flight->results = genlm_request_finish_scores (flight->inner, NULL);
}

static void
flight_answer_next (GenlmAutobatchFlight *flight)
{
  GenlmRequest *request = g_ptr_array_index (flight->requests, flight->n_answered);
  guint place = flight->places[flight->n_answered];

  if (++flight->n_answered == flight->requests->len)
    g_queue_unlink (&flight->queue->landed, &flight->link);

  if (flight->results == NULL)
    genlm_request_fail (request, genlm_request_peek_error (flight->inner), TRUE);
  else if (genlm_request_get_method (request) == GENLM_METHOD_NEXT)
    genlm_request_return_weights_item (request, genlm_weights_list_get (flight->results, place), TRUE);
  else if (genlm_request_get_method (request) == GENLM_METHOD_MASK)
    genlm_request_return_mask_item (request, genlm_token_set_list_get (flight->results, place), TRUE);
  else
    genlm_request_return_score (request, genlm_scores_get (flight->results, place), TRUE);
}

/* A callback may iterate the context until it sees the answer of a neighbour: the
 * loop in it takes over from here, and the last to leave frees the flight. */
void
genlm_autobatch_flight_answer (GenlmAutobatchFlight *flight)
{
  GenlmAutobatchQueue *queue = flight->queue;

  flight->n_loops++;
  while (flight->n_answered < flight->requests->len)
    flight_answer_next (flight);
  if (--flight->n_loops > 0)
    return;
  flight_free (flight);
  genlm_autobatch_queue_unref (queue);
}

/* In the queue's context. */
static void
flight_landed (GenlmRequest *inner,
               gpointer      user_data)
{
  GenlmAutobatchFlight *flight = user_data;
  GenlmAutobatchQueue *queue = flight->queue;
  g_autoptr (GenlmAutobatchCore) core = genlm_autobatch_core_ref (queue->core);

  flight->inner = g_object_ref (inner);
  g_mutex_lock (&core->lock);
  g_queue_unlink (&queue->flights, &flight->link);
  if (--*flight->n_open == 0)
    {
      g_free (flight->n_open);
      queue->n_in_flight--;
    }
  g_mutex_unlock (&core->lock);

  flight_take_results (flight);
  g_queue_push_tail_link (&queue->landed, &flight->link);
  genlm_autobatch_flight_answer (flight);
}

/* Work can only be called off when everybody who waits for it can. */
static GenlmInterest *
make_interest (GPtrArray *requests)
{
  GenlmInterest *interest;

  for (guint i = 0; i < requests->len; i++)
    {
      if (!genlm_request_can_give_up (g_ptr_array_index (requests, i)))
        return NULL;
    }
  interest = genlm_interest_new (requests->len);
  for (guint i = 0; i < requests->len; i++)
    genlm_request_set_interest (g_ptr_array_index (requests, i), interest);
  return interest;
}

/* Takes the requests. */
GenlmAutobatchFlight *
genlm_autobatch_flight_new (GenlmAutobatchQueue *queue,
                            GPtrArray           *requests,
                            guint               *n_open)
{
  GenlmPotential *potential = queue->core->potential;
  GenlmMethod method = genlm_request_get_method (g_ptr_array_index (requests, 0));
  GenlmInterest *interest = make_interest (requests);
  GenlmAutobatchFlight *flight = g_new0 (GenlmAutobatchFlight, 1);
  g_autoptr (GenlmBatch) batch = NULL;

  flight->queue = genlm_autobatch_queue_ref (queue);
  flight->link.data = flight;
  flight->requests = requests;
  flight->places = g_new (guint, requests->len);
  flight->n_open = n_open;
  batch = merge_contexts (requests, flight->places);
  flight->inner = genlm_request_new_internal (G_OBJECT (potential), method, batch,
                                              genlm_potential_get_n_weights (potential),
                                              interest != NULL ? genlm_interest_get_cancellable (interest) : NULL,
                                              flight_landed, flight);
  g_clear_pointer (&interest, genlm_interest_unref);
  return flight;
}
