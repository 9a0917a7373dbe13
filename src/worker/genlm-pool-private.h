#pragma once

#include "genlm-frame-private.h"
#include "genlm-node-map-private.h"
#include "genlm-pool-process-private.h"
#include "genlm-request-private.h"
#include "genlm-batch.h"
#include "genlm-potential.h"
#include "genlm-scores.h"

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

#define GENLM_POOL_MAX_FRAMES 16

/* Contexts must fit into a frame. */
#define GENLM_POOL_MAX_LENGTH (14u << 20)

typedef struct _GenlmPool         GenlmPool;
typedef struct _GenlmPoolInstance GenlmPoolInstance;
typedef struct _GenlmPoolJob      GenlmPoolJob;
typedef struct _GenlmPoolMeter    GenlmPoolMeter;
typedef struct _GenlmPoolPiece    GenlmPoolPiece;
typedef struct _GenlmPoolPort     GenlmPoolPort;
typedef struct _GenlmPoolSeat     GenlmPoolSeat;

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

/* -- instances ------------------------------------------------------------ */

#define GENLM_POOL_N_METHODS (GENLM_METHOD_MASK + 1)

/* A potential as the workers have it: the recipe, seen through vocabularies. */
struct _GenlmPoolInstance
{
  gatomicrefcount  refs;
  guint32          id;
  GVariant        *recipe;
  GPtrArray       *targets;                     /* vocabularies */
  /* Under the lock. */
  GenlmVocab      *vocab;                       /* atomic; NULL until it is known */
  GenlmTraits      traits;
  gboolean         is_built;
  GError          *error;                       /* why it could not be built, ever */
  double           costs[GENLM_POOL_N_METHODS]; /* µs for an item; 0 while that is not known */
};

GenlmPoolInstance *genlm_pool_instance_new   (guint32              id,
                                              GVariant            *recipe,
                                              GPtrArray           *targets);
GenlmPoolInstance *genlm_pool_instance_ref   (GenlmPoolInstance   *self);
void               genlm_pool_instance_unref (GenlmPoolInstance   *self);
GenlmVocab        *genlm_pool_instance_peek_vocab (GenlmPoolInstance *self);
GVariant          *genlm_pool_instance_tell  (GenlmPoolInstance   *self);
gboolean           genlm_pool_instance_learn (GenlmPoolInstance   *self,
                                              GVariant            *ready,
                                              GenlmTraits         *traits,
                                              GenlmVocab         **vocab,
                                              GError             **error);

/* -- jobs and pieces ------------------------------------------------------ */

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

/* -- measuring ------------------------------------------------------------ */

#define GENLM_POOL_N_BUCKETS 128

/* How long frames take: a histogram of four steps for each power of two. */
struct _GenlmPoolMeter
{
  guint64 buckets[GENLM_POOL_N_BUCKETS];
  guint64 n;
};

void   genlm_pool_meter_add            (GenlmPoolMeter *self,
                                        gint64          microseconds);
double genlm_pool_meter_get_percentile (GenlmPoolMeter *self,
                                        double          fraction);

/* -- ports ---------------------------------------------------------------- */

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

/* -- seats ---------------------------------------------------------------- */

typedef enum
{
  GENLM_POOL_SEAT_EMPTY,        /* no process, or one that the nurse has to bury */
  GENLM_POOL_SEAT_STARTING,     /* builds the first instance */
  GENLM_POOL_SEAT_READY,
  GENLM_POOL_SEAT_FAILED,       /* somebody still reads or writes */
} GenlmPoolSeatState;

typedef struct
{
  guint              n_pieces;          /* that have not been answered */
  guint              n_items;
  gint64             sent;
  GenlmPoolInstance *instance;          /* borrowed; of all items, or NULL if they differ */
  GenlmMethod        method;
} GenlmPoolFrame;

/* All under the lock, except what the claims are for. */
struct _GenlmPoolSeat
{
  GenlmPool           *pool;            /* borrowed */
  guint                index;
  GenlmPoolSeatState   state;
  GenlmPoolProcess    *process;
  char                *failure;         /* why it was given up, if not by its end */
  GError              *build_error;     /* why it could not build the first instance */
  gboolean             died_starting;
  gboolean             broke_off;       /* what it said last was broken */
  gboolean             has_left;        /* before it had read all that it was sent */
  GenlmPoolQueue       condemned;       /* pieces that have had all their chances */
  GenlmPoolPort       *port;            /* owned; that reads it */
  gboolean             is_blocked;      /* the socket takes no more for now */

  GenlmPoolQueue       flying;          /* what is with the worker, in order */
  GenlmPoolFrame       frames[GENLM_POOL_MAX_FRAMES];
  guint                first_frame;
  guint                n_frames;
  guint                n_items;
  guint64              n_orders;        /* pieces that have been given to this process */
  guint64              next_serial;
  GPtrArray           *built;           /* numbers of instances that the worker has, or could not build */
  GArray              *drops;           /* instances that it needs no longer */

  /* Claimed for writing. */
  gboolean             writing;
  GenlmFrameWriter     writer;
  GenlmNodeMap        *nodes;
  /* Claimed for reading. */
  gboolean             reading;
  GenlmFrameReader     reader;
  guint64              read_order;      /* of the first piece that flies */
  guint64              sent_order;      /* atomic: pieces before it have been written */

  /* For the nurse. */
  guint64              n_answers;
  guint64              seen_answers;
  guint64              seen_current;
  gint64               progress;        /* when something last moved */
  gint64               last_answer;
  gint64               busy_since;
  gint64               busy_time;
  gint64               due;             /* when it is to be started again; 0 if not */
  guint                n_deaths;        /* without an answer in between */
  guint                n_start_failures;        /* in a row */
  guint                n_starts;
  gboolean             was_greeted;
};

void     genlm_pool_seat_init        (GenlmPoolSeat     *self,
                                      GenlmPool         *pool,
                                      guint              index);
void     genlm_pool_seat_clear       (GenlmPoolSeat     *self);

/* With the lock held. */
gboolean genlm_pool_seat_has_room    (GenlmPoolSeat     *self,
                                      gboolean           fill);
void     genlm_pool_seat_start       (GenlmPoolSeat     *self,
                                      GenlmPoolProcess  *process);
void     genlm_pool_seat_set_ready   (GenlmPoolSeat     *self);
void     genlm_pool_seat_send        (GenlmPoolSeat     *self,
                                      GenlmPoolPort     *port);
void     genlm_pool_seat_flush       (GenlmPoolSeat     *self);
void     genlm_pool_seat_quit        (GenlmPoolSeat     *self);
void     genlm_pool_seat_read        (GenlmPoolSeat     *self,
                                      gboolean           wait);
void     genlm_pool_seat_update_port (GenlmPoolSeat     *self);
void     genlm_pool_seat_fail        (GenlmPoolSeat     *self,
                                      const char        *failure);
void     genlm_pool_seat_settle      (GenlmPoolSeat     *self);

/* Without the lock, by who has the claim. */
void     genlm_pool_seat_encode      (GenlmPoolSeat     *self,
                                      GenlmPoolPiece    *first,
                                      guint64            end_order,
                                      GArray            *drops);
gboolean genlm_pool_seat_handle      (GenlmPoolSeat     *self,
                                      const GenlmFrame  *frame,
                                      GError           **error);

/* -- the pool ------------------------------------------------------------- */

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
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolInstance, genlm_pool_instance_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolJob, genlm_pool_job_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPoolPort, genlm_pool_port_unref)

G_END_DECLS
