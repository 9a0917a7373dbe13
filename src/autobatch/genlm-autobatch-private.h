#pragma once

#include "genlm-request-private.h"
#include "genlm-vocab.h"

G_BEGIN_DECLS

typedef struct _GenlmAutobatchCore   GenlmAutobatchCore;
typedef struct _GenlmAutobatchQueue  GenlmAutobatchQueue;
typedef struct _GenlmAutobatchFlight GenlmAutobatchFlight;

/* What the queues share with the element, and may outlive it: a context of
 * another thread may be looking at its sources while the element goes. */
struct _GenlmAutobatchCore
{
  gatomicrefcount  refs;
  GenlmPotential  *potential;
  GenlmVocab      *vocab;               /* atomic: of the potential, once it has one */
  GMutex           lock;                /* guards what follows, and the queues */
  guint            max_batch_size;
  guint            max_delay;
  guint            max_in_flight;
  guint            max_pending;
  gboolean         closed;
  guint64          n_requests;
  guint64          n_batches;
  guint64          n_merged;
};

/* The requests of one main context; served there alone. No reference to its
 * sources is kept: giving one back locks the context, which may be going in its
 * own thread at that moment. */
struct _GenlmAutobatchQueue
{
  gatomicrefcount refs;
  GenlmAutobatchCore      *core;
  GSource   *source;                    /* borrowed; NULL when its context is gone */
  gboolean   abandoned;                 /* by the element: its sources are to go */
  GPtrArray *pending;                   /* owns its requests from the index on */
  guint      first;
  gint64     oldest;                    /* when the first of them came */
  guint      n_in_flight;
  GQueue     flights;
  GQueue     landed;                    /* flights with requests to answer; of the context alone */
};

/* One batch on its way. */
struct _GenlmAutobatchFlight
{
  GenlmAutobatchQueue        *queue;
  GList         link;
  GPtrArray    *requests;
  guint        *places;                 /* of each request's context in the batch */
  GenlmRequest *inner;
  guint        *n_open;                 /* shared by the flights that left together */
  gpointer      results;                /* of the method, once it has landed */
  guint         n_answered;
  guint         n_loops;                /* that answer now, one in the callback of another */
};

GenlmAutobatchCore   *genlm_autobatch_core_new         (void);
GenlmAutobatchCore   *genlm_autobatch_core_ref         (GenlmAutobatchCore   *core);
void                  genlm_autobatch_core_unref       (GenlmAutobatchCore   *core);

GenlmAutobatchQueue  *genlm_autobatch_queue_new        (GenlmAutobatchCore   *core,
                                                        GMainContext         *context);
GenlmAutobatchQueue  *genlm_autobatch_queue_ref        (GenlmAutobatchQueue  *queue);
void                  genlm_autobatch_queue_unref      (GenlmAutobatchQueue  *queue);
gboolean              genlm_autobatch_queue_is_gone    (GenlmAutobatchQueue  *queue);
guint                 genlm_autobatch_queue_get_length (GenlmAutobatchQueue  *queue);
gboolean              genlm_autobatch_queue_push       (GenlmAutobatchQueue  *queue,
                                                        GenlmRequest         *request);
void                  genlm_autobatch_queue_take_open  (GenlmAutobatchQueue  *queue,
                                                        GPtrArray            *open);

GenlmAutobatchFlight *genlm_autobatch_flight_new       (GenlmAutobatchQueue  *queue,
                                                        GPtrArray            *requests,
                                                        guint                *n_open);
void                  genlm_autobatch_flight_answer    (GenlmAutobatchFlight *flight);

GError               *genlm_autobatch_closed_error     (GObject              *autobatch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmAutobatchCore, genlm_autobatch_core_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmAutobatchQueue, genlm_autobatch_queue_unref)

G_END_DECLS
