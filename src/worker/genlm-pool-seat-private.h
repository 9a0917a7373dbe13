#pragma once

#include "genlm-frame-private.h"
#include "genlm-node-map-private.h"
#include "genlm-pool-job-private.h"
#include "genlm-pool-process-private.h"

G_BEGIN_DECLS

#define GENLM_POOL_MAX_FRAMES 16

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

G_END_DECLS
