/* What a pool is asked, and where the answers to it gather. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-private.h"

#include "genlm-batch.h"
#include "genlm-scores.h"
#include "genlm-token-set.h"
#include "genlm-token-set-list.h"
#include "genlm-weights-list.h"

static GenlmPoolJob *
job_new (GenlmPool         *pool,
         GenlmPoolInstance *instance,
         GenlmMethod        method,
         guint              n)
{
  GenlmPoolJob *self = g_new0 (GenlmPoolJob, 1);

  self->refs = 1;
  self->pool = pool;
  self->instance = genlm_pool_instance_ref (instance);
  self->method = method;
  self->n = n;
  self->n_open = n;
  self->piece.job = self;
  self->piece.n = n;
  return self;
}

/* The first piece holds the reference: it is put into a queue. Of the contexts, one
 * or a batch. */
GenlmPoolJob *
genlm_pool_job_new (GenlmPool         *pool,
                    GenlmPoolInstance *instance,
                    GenlmMethod        method,
                    GenlmContext      *single,
                    GenlmBatch        *batch,
                    GenlmRequest      *request)
{
  GenlmPoolJob *self = job_new (pool, instance, method, single != NULL ? 1 : (guint) genlm_batch_get_size (batch));

  if (request != NULL)
    self->request = g_object_ref (request);
  if (single != NULL)
    self->single = genlm_context_ref (single);
  else
    self->batch = genlm_batch_ref (batch);
  if (batch != NULL && (method == GENLM_METHOD_PREFIX || method == GENLM_METHOD_COMPLETE))
    self->scores = genlm_scores_new_uninit (self->n, &self->values);
  else if (batch != NULL)
    self->items = g_new0 (gpointer, self->n);
  return self;
}

/* Done when a worker has built the instance. */
GenlmPoolJob *
genlm_pool_job_new_build (GenlmPool         *pool,
                          GenlmPoolInstance *instance)
{
  GenlmPoolJob *self = job_new (pool, instance, GENLM_METHOD_PREFIX, 1);

  self->piece.n = 0;
  self->piece.build = genlm_pool_instance_ref (instance);
  return self;
}

GenlmPoolJob *
genlm_pool_job_ref (GenlmPoolJob *self)
{
  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

/* A result of the method. */
void
genlm_pool_job_free_item (GenlmPoolJob *self,
                          gpointer      item)
{
  if (item == NULL)
    return;
  if (self->method == GENLM_METHOD_NEXT)
    genlm_weights_unref (item);
  else
    genlm_token_set_unref (item);
}

static void
job_free (GenlmPoolJob *self)
{
  genlm_pool_job_free_item (self, self->item);
  for (guint i = 0; self->items != NULL && i < self->n; i++)
    genlm_pool_job_free_item (self, self->items[i]);
  g_free (self->items);
  g_clear_pointer (&self->scores, genlm_scores_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->interest, genlm_interest_unref);
  g_clear_pointer (&self->batch, genlm_batch_unref);
  g_clear_pointer (&self->single, genlm_context_unref);
  g_clear_object (&self->request);
  g_clear_pointer (&self->port, genlm_pool_port_unref);
  genlm_pool_instance_unref (self->instance);
  g_free (self);
}

void
genlm_pool_job_unref (GenlmPoolJob *self)
{
  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) == 0)
    job_free (self);
}

/* With the lock held. The error of a batch is that of its first context that
 * fails, whatever was asked first. */
void
genlm_pool_job_set_error (GenlmPoolJob *self,
                          guint         index,
                          const GError *error)
{
  if (self->error != NULL && self->error_index <= index)
    return;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  self->error_index = index;
}

static GenlmWeightsList *
make_weights_list (GenlmPoolJob *self)
{
  GenlmWeightsList *list = genlm_weights_list_new ();

  for (guint i = 0; i < self->n; i++)
    genlm_weights_list_append (list, self->items[i]);
  return list;
}

static GenlmTokenSetList *
make_mask_list (GenlmPoolJob *self)
{
  GenlmTokenSetList *list = genlm_token_set_list_new ();

  for (guint i = 0; i < self->n; i++)
    genlm_token_set_list_append (list, self->items[i]);
  return list;
}

/* The results of a batch that is done, as its method has them. */
gpointer
genlm_pool_job_take_list (GenlmPoolJob *self)
{
  if (self->scores != NULL)
    return g_steal_pointer (&self->scores);
  return self->method == GENLM_METHOD_NEXT ? (gpointer) make_weights_list (self) : (gpointer) make_mask_list (self);
}

static void
answer_batch (GenlmPoolJob *self)
{
  gpointer list = genlm_pool_job_take_list (self);

  if (self->method == GENLM_METHOD_NEXT)
    {
      genlm_request_return_weights (self->request, list);
      genlm_weights_list_unref (list);
    }
  else if (self->method == GENLM_METHOD_MASK)
    {
      genlm_request_return_masks (self->request, list);
      genlm_token_set_list_unref (list);
    }
  else
    {
      genlm_request_return_scores (self->request, list);
      genlm_scores_unref (list);
    }
}

/* Who asked may have given up meanwhile. */
static void
answer (GenlmPoolJob *self,
        gboolean      now)
{
  if (genlm_request_is_answered (self->request))
    return;
  if (self->error != NULL)
    genlm_request_fail (self->request, self->error, now);
  else if (self->batch != NULL)
    answer_batch (self);
  else if (self->method == GENLM_METHOD_NEXT)
    genlm_request_return_weights_item (self->request, self->item, now);
  else if (self->method == GENLM_METHOD_MASK)
    genlm_request_return_mask_item (self->request, self->item, now);
  else
    genlm_request_return_score (self->request, self->score, now);
}

/* Without the lock. Takes the reference. @now as for genlm_request_return_score(). */
void
genlm_pool_job_answer (GenlmPoolJob *self,
                       gboolean      now)
{
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (genlm_interest_get_cancellable (self->interest), self->cancelled_id);
  self->cancelled_id = 0;
  answer (self, now);
  genlm_pool_job_unref (self);
}

/* -- pieces --------------------------------------------------------------- */

GenlmPoolPiece *
genlm_pool_piece_new (GenlmPoolJob *job,
                      guint         first,
                      guint         n)
{
  GenlmPoolPiece *self = g_new0 (GenlmPoolPiece, 1);

  self->job = genlm_pool_job_ref (job);
  self->first = first;
  self->n = n;
  return self;
}

GenlmPoolPiece *
genlm_pool_piece_new_build (GenlmPoolInstance *instance)
{
  GenlmPoolPiece *self = g_new0 (GenlmPoolPiece, 1);

  self->build = genlm_pool_instance_ref (instance);
  return self;
}

/* Without the lock. */
void
genlm_pool_piece_free (GenlmPoolPiece *self)
{
  GenlmPoolJob *job = self->job;
  gboolean is_embedded = job != NULL && self == &job->piece;

  g_clear_pointer (&self->build, genlm_pool_instance_unref);
  genlm_pool_piece_clear_slots (self);
  if (!is_embedded)
    g_free (self);
  if (job != NULL)
    genlm_pool_job_unref (job);
}

void
genlm_pool_piece_clear_slots (GenlmPoolPiece *self)
{
  if (self->slots != &self->slot)
    g_free (self->slots);
  self->slots = NULL;
}

/* Whether it is worth to be asked. With the lock held. */
gboolean
genlm_pool_piece_is_wanted (GenlmPoolPiece *self)
{
  GenlmPoolJob *job = self->job;

  return job == NULL ||
         (!job->is_abandoned &&
          (job->error == NULL || job->error_index > self->first) &&
          (job->request == NULL || !genlm_request_is_answered (job->request)));
}

void
genlm_pool_queue_push (GenlmPoolQueue *self,
                       GenlmPoolPiece *piece)
{
  piece->next = NULL;
  if (self->tail != NULL)
    self->tail->next = piece;
  else
    self->head = piece;
  self->tail = piece;
}

void
genlm_pool_queue_push_front (GenlmPoolQueue *self,
                             GenlmPoolPiece *piece)
{
  piece->next = self->head;
  self->head = piece;
  if (self->tail == NULL)
    self->tail = piece;
}

/* NULL if it is empty. */
GenlmPoolPiece *
genlm_pool_queue_pop (GenlmPoolQueue *self)
{
  GenlmPoolPiece *piece = self->head;

  if (piece == NULL)
    return NULL;
  self->head = piece->next;
  if (self->head == NULL)
    self->tail = NULL;
  piece->next = NULL;
  return piece;
}
