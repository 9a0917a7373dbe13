#pragma once

#include "genlm-pool-types-private.h"
#include "genlm-batch.h"
#include "genlm-request-private.h"
#include "genlm-scores.h"

G_BEGIN_DECLS

/* In one queue at a time. Without a job it builds an instance that others need. */
struct _GenlmPoolPiece
{
  GenlmPoolPiece    *next;
  GenlmPoolJob      *job;               /* owned */
  GenlmPoolInstance *build;             /* owned; what it is to build, and not to ask */
  guint              first;
  guint              n;                 /* 0 for a build */
  guint              n_failures;        /* workers that died of it */
  guint              n_passes;          /* workers that died before they knew of it */
  /* While it is with a worker. */
  guint64            order;
  guint64            serial;            /* of its first item */
  guint              n_done;            /* items answered */
  guint8            *slots;             /* of each item */
  guint8             slot;              /* where there is one only */
};

typedef struct
{
  GenlmPoolPiece *head;
  GenlmPoolPiece *tail;
} GenlmPoolQueue;

struct _GenlmPoolJob
{
  int                refs;              /* atomic */
  GenlmPoolJob      *next;              /* of those that are ready to be answered */
  GenlmPool         *pool;              /* borrowed: who asks has it */
  GenlmPoolInstance *instance;          /* owned */
  GenlmPoolPort     *port;              /* owned */
  GenlmRequest      *request;           /* owned; NULL for a synchronous call, or once it was given up */
  GenlmInterest     *interest;
  gulong             cancelled_id;
  GenlmContext      *single;            /* owned, as is the batch */
  GenlmBatch        *batch;
  GenlmMethod        method;
  guint              n;
  /* Under the lock. */
  guint              n_open;            /* items, or 1 for a build */
  gboolean           is_done;           /* for who waits: there is a result */
  gboolean           is_abandoned;      /* nobody waits any more */
  gboolean           is_open;           /* among those that its port counts */
  guint              error_index;
  GError            *error;
  /* Each item by who answers it. */
  double             score;
  GenlmScores       *scores;
  double            *values;
  gpointer          *items;             /* weights or masks */
  gpointer           item;              /* where there is one only */
  GenlmPoolPiece     piece;             /* the first, which holds a reference */
};

GenlmPoolJob   *genlm_pool_job_new          (GenlmPool          *pool,
                                             GenlmPoolInstance  *instance,
                                             GenlmMethod         method,
                                             GenlmContext       *single,
                                             GenlmBatch         *batch,
                                             GenlmRequest       *request);
GenlmPoolJob   *genlm_pool_job_new_build    (GenlmPool          *pool,
                                             GenlmPoolInstance  *instance);
GenlmPoolJob   *genlm_pool_job_ref          (GenlmPoolJob       *self);
void            genlm_pool_job_unref        (GenlmPoolJob       *self);
void            genlm_pool_job_free_item    (GenlmPoolJob       *self,
                                             gpointer            item);
void            genlm_pool_job_set_error    (GenlmPoolJob       *self,
                                             guint               index,
                                             const GError       *error);
void            genlm_pool_job_answer       (GenlmPoolJob       *self,
                                             gboolean            now);
gpointer        genlm_pool_job_take_list    (GenlmPoolJob       *self);

static inline GenlmContext *
genlm_pool_job_get_context (GenlmPoolJob *self,
                            guint         index)
{
  return self->single != NULL ? self->single : genlm_batch_get (self->batch, index);
}

GenlmPoolPiece *genlm_pool_piece_new        (GenlmPoolJob       *job,
                                             guint               first,
                                             guint               n);
GenlmPoolPiece *genlm_pool_piece_new_build  (GenlmPoolInstance  *instance);
void            genlm_pool_piece_free       (GenlmPoolPiece     *self);
void            genlm_pool_piece_clear_slots (GenlmPoolPiece    *self);
gboolean        genlm_pool_piece_is_wanted  (GenlmPoolPiece     *self);

void            genlm_pool_queue_push       (GenlmPoolQueue     *self,
                                             GenlmPoolPiece     *piece);
void            genlm_pool_queue_push_front (GenlmPoolQueue     *self,
                                             GenlmPoolPiece     *piece);
GenlmPoolPiece *genlm_pool_queue_pop        (GenlmPoolQueue     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolJob, genlm_pool_job_unref)

G_END_DECLS
