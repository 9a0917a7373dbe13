#pragma once

#include "genlm-pool-instance-private.h"
#include "genlm-pool-job-private.h"
#include "genlm-pool-meter-private.h"
#include "genlm-pool-port-private.h"
#include "genlm-pool-seat-private.h"

G_BEGIN_DECLS

/* The parent's side of worker processes.
 *
 * A *job* is a request, or a synchronous call: a method and contexts. A *piece* is a
 * range of a job. Pieces wait at the *port* of who asks: one for each main context, with a
 * source in it, and one for each thread that asks synchronously, which polls itself. A
 * *seat* is the place of a worker in the *pool*, which outlives the worker. What is
 * sent to a seat at once is a frame; it holds pieces of one port.
 *
 * One lock guards the queues and the roles. Who reads or writes the socket of a
 * seat has claimed that under the lock, and does it without. A seat is *read* by the
 * port whose pieces come next there. Whoever finds room at a seat writes to it,
 * whose pieces these may be. Nothing that belongs to somebody else is called or
 * freed under the lock: genlm_pool_unlock() does what has come up meanwhile.
 *
 * The *nurse* is the thread that starts, hears and buries processes. It also reads
 * the seats whose port does not, and ends workers that make no progress. */

/* Contexts must fit into a frame. */
#define GENLM_POOL_MAX_LENGTH (14u << 20)

typedef struct
{
  guint    n_workers;
  guint    timeout;             /* ms */
  int      max_retries;
  guint    respawn_delay;       /* ms */
  guint64  memory_limit;        /* bytes */
  guint    cpu_limit;           /* s */
  gboolean sandbox;
  guint    max_in_flight;
} GenlmPoolSettings;

/* What messages say of limits that are in force. */
void   genlm_pool_limits_add     (const GenlmPoolSettings *settings,
                                  GString                 *text,
                                  const char              *words,
                                  int                      signal_number);
void   genlm_pool_limits_explain (const GenlmPoolSettings *settings,
                                  GError                  *error);

/* Is told of the workers, in the nurse's thread. */
typedef void (*GenlmPoolWatchFunc) (GObject    *element,
                                    guint       worker,
                                    int         pid,
                                    const char *reason);

struct _GenlmPool
{
  int                 refs;             /* atomic */
  char               *label;            /* for messages */
  GVariant           *recipe;
  char              **argv;             /* what starts a worker */
  GMutex              lock;             /* guards what follows */
  GCond               changed;          /* an instance was built, or not, or the nurse is done */
  GenlmPoolSettings   settings;
  GenlmPoolInstance  *instance;         /* the first */
  guint32             n_instances;
  GenlmPoolSeat      *seats;
  GHashTable         *ports;            /* by main context */
  GMainContext       *last_context;     /* the last one looked up, and its port */
  GenlmPoolPort      *last_port;
  GenlmPoolPort      *idle_ports;       /* of threads */
  GenlmPoolPort      *line;             /* ports with something that waits, in turn */
  GenlmPoolPort      *last_in_line;
  guint               n_waiting;        /* items */
  guint               n_active_ports;
  guint               n_users;          /* elements */
  gboolean            is_closed;
  gboolean            is_finished;      /* and nothing is left */

  GenlmPoolJob       *finished;         /* to be answered by who unlocks */
  GenlmPoolQueue      garbage;          /* to be freed by who unlocks */
  GSList             *lost_ports;       /* as well */

  GThread            *nurse;
  int                 nurse_fd;
  gboolean            is_watched;       /* the nurse looks at times */
  gboolean            is_watched_closely;
  GPtrArray          *watchers;

  gint64              started;
  guint64             n_requests;
  guint64             n_batches;
  guint64             n_retries;
  guint64             n_respawns;
  GenlmPoolMeter      meter;
};

GenlmPool         *genlm_pool_new              (const char              *label,
                                                GVariant                *recipe,
                                                const GenlmPoolSettings *settings,
                                                GError                 **error);
GenlmPool         *genlm_pool_ref              (GenlmPool               *self);
void               genlm_pool_unref            (GenlmPool               *self);
gboolean           genlm_pool_start            (GenlmPool               *self,
                                                GError                 **error);
void               genlm_pool_lock             (GenlmPool               *self);
void               genlm_pool_unlock           (GenlmPool               *self);
gboolean           genlm_pool_wait_for_first   (GenlmPool               *self,
                                                GCancellable            *cancellable,
                                                GError                 **error);
GenlmPoolInstance *genlm_pool_add_instance     (GenlmPool               *self,
                                                GenlmPoolInstance       *base,
                                                GenlmVocab              *target,
                                                GError                 **error);
void               genlm_pool_drop_instance    (GenlmPool               *self,
                                                GenlmPoolInstance       *instance);
void               genlm_pool_ask              (GenlmPool               *self,
                                                GenlmPoolInstance       *instance,
                                                GenlmRequest            *request);
GenlmPoolJob      *genlm_pool_ask_sync         (GenlmPool               *self,
                                                GenlmPoolInstance       *instance,
                                                GenlmMethod              method,
                                                GenlmContext            *single,
                                                GenlmBatch              *batch,
                                                GCancellable            *cancellable,
                                                GError                 **error);
void               genlm_pool_close            (GenlmPool               *self);
void               genlm_pool_end              (GenlmPool               *self);
GError            *genlm_pool_closed_error     (GenlmPool               *self);

void               genlm_pool_watch            (GenlmPool               *self,
                                                GObject                 *element,
                                                GenlmPoolWatchFunc       func);
void               genlm_pool_unwatch          (GenlmPool               *self,
                                                GObject                 *element);
void               genlm_pool_watcher_unref    (gpointer                 watcher);
void               genlm_pool_tell             (GenlmPool               *self,
                                                guint                    worker,
                                                int                      pid,
                                                const char              *reason);

/* With the lock held. */
void               genlm_pool_pump             (GenlmPool               *self,
                                                gboolean                 fill);
void               genlm_pool_requeue          (GenlmPool               *self,
                                                GenlmPoolPiece          *piece);
gboolean           genlm_pool_has_room         (GenlmPool               *self);
guint              genlm_pool_get_share        (GenlmPool               *self);
GenlmPoolPiece    *genlm_pool_peek             (GenlmPool               *self,
                                                GenlmPoolPort           *port);
GenlmPoolPiece    *genlm_pool_take             (GenlmPool               *self,
                                                GenlmPoolPort           *port,
                                                guint                    n);
void               genlm_pool_rotate           (GenlmPool               *self,
                                                GenlmPoolPort           *port);
void               genlm_pool_item_done        (GenlmPool               *self,
                                                GenlmPoolJob            *job,
                                                guint                    n);
void               genlm_pool_fail_waiting     (GenlmPool               *self,
                                                const GError            *error);
void               genlm_pool_wake_nurse       (GenlmPool               *self);

gpointer           genlm_pool_nurse_run        (gpointer                 pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPool, genlm_pool_unref)

G_END_DECLS
