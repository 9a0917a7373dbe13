#pragma once

#include "genlm-pool-job-private.h"

G_BEGIN_DECLS

struct _GenlmPoolPort
{
  int             refs;                 /* atomic */
  GenlmPool      *pool;                 /* owned */
  GMainContext   *context;              /* borrowed; NULL for a thread that waits */
  GSource        *source;               /* borrowed; NULL when its context is gone */
  int             epoll_fd;             /* of the seats it reads, and the next; -1 for a thread */
  int             event_fd;             /* by which others wake it */
  /* Under the lock. */
  GenlmPoolQueue  waiting;
  GenlmPoolPort  *next;                 /* of those with something that waits, or of the idle ones */
  gboolean        is_in_line;
  gboolean        is_awake;             /* it looks anyway before it waits again */
  gboolean        is_abandoned;         /* its source is to go */
  guint           n_jobs;
  GenlmPoolJob   *landed;               /* to be answered in its context */
  GenlmPoolJob   *last_landed;
  /* Of its context, or its thread, alone. */
  GenlmPoolJob   *answering;
  GenlmPoolJob   *last_answering;
  GPollFD        *poll_fds;
};

GenlmPoolPort *genlm_pool_port_new        (GenlmPool          *pool,
                                           GMainContext       *context,
                                           GError            **error);
GenlmPoolPort *genlm_pool_port_ref        (GenlmPoolPort      *self);
void           genlm_pool_port_unref      (GenlmPoolPort      *self);
gboolean       genlm_pool_port_is_gone    (GenlmPoolPort      *self);
void           genlm_pool_port_wake       (GenlmPoolPort      *self);
void           genlm_pool_port_watch      (GenlmPoolPort      *self,
                                           GenlmPoolSeat      *seat);
void           genlm_pool_port_unwatch    (GenlmPoolPort      *self,
                                           GenlmPoolSeat      *seat);
gboolean       genlm_pool_port_wait       (GenlmPoolPort      *self,
                                           GenlmPoolJob       *job,
                                           GCancellable       *cancellable,
                                           GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolPort, genlm_pool_port_unref)

G_END_DECLS
