/* What a worker does all its life: reads frames, does what they say, and sends
 * answers when there is nothing left to do. Knows nothing of processes. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-loop-private.h"

#include "genlm-worker-evaluator-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#ifdef __GLIBC__
# include <malloc.h>
#endif

typedef struct
{
  GenlmFrameReader      reader;
  GHashTable           *instances;
  GenlmWorkerNodes      nodes;
  GenlmWorkerAnswers    answers;
  GenlmWorkerLimits     limits;
  GenlmWorkerEvaluator  evaluator;
  gboolean              has_indirect;   /* a potential that answers asynchronously was built */
  gboolean              greeted;
  gboolean              ended;
} Loop;

static gboolean
break_off (const GenlmFrame  *frame,
           const char        *problem,
           GError           **error)
{
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_WORKER_FAILED,
               "A frame of kind %u for a worker is broken: %s", (guint) frame->kind, problem);
  return FALSE;
}

static gboolean
greet (Loop              *self,
       const GenlmFrame  *frame,
       GError           **error)
{
  g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);
  g_autoptr (GVariant) settings = g_variant_get_child_value (variant, 0);

  if (self->greeted)
    return break_off (frame, "it comes once, first", error);
  self->greeted = TRUE;
  return genlm_worker_limits_set (&self->limits, settings, error);
}

static gboolean
build (Loop              *self,
       const GenlmFrame  *frame,
       GError           **error)
{
  g_autoptr (GVariant) variant = genlm_frame_dup_variant (frame);
  GenlmWorkerInstance *instance;
  guint64 known_hash;

  if (frame->serial >= G_MAXUINT32)
    return break_off (frame, "the number of the instance is too large", error);
  if (g_hash_table_contains (self->instances, GUINT_TO_POINTER (frame->serial)))
    return break_off (frame, "the instance is there already", error);

  genlm_worker_limits_renew (&self->limits);
  g_variant_get_child (variant, 1, "t", &known_hash);
  instance = genlm_worker_instance_new (variant, self->instances);
  g_hash_table_insert (self->instances, GUINT_TO_POINTER (frame->serial), instance);
  self->has_indirect |= instance->potential != NULL && !instance->is_direct;
  if (instance->potential != NULL)
    genlm_worker_answers_add_frame (&self->answers, GENLM_FRAME_READY, frame->serial,
                                    genlm_worker_instance_describe (instance, known_hash));
  else
    genlm_worker_answers_add_frame (&self->answers, GENLM_FRAME_FAILED, frame->serial,
                                    genlm_worker_answers_new_error (instance->error));
#ifdef __GLIBC__
  /* Building takes memory that what was built does not need. */
  malloc_trim (0);
#endif
  return TRUE;
}

static gboolean
drop (Loop              *self,
      const GenlmFrame  *frame,
      GError           **error)
{
  if (frame->serial > G_MAXUINT32 ||
      !g_hash_table_remove (self->instances, GUINT_TO_POINTER (frame->serial)))
    return break_off (frame, "there is no such instance", error);
  return TRUE;
}

static gboolean
forget (Loop              *self,
        const GenlmFrame  *frame,
        GError           **error)
{
  const guint32 *numbers = (const guint32 *) frame->tail;

  if (frame->tail_size != (guint64) frame->count * sizeof (guint32))
    return break_off (frame, "it does not name as many nodes as it says", error);
  for (guint32 i = 0; i < frame->count; i++)
    {
      if (!genlm_worker_nodes_forget (&self->nodes, numbers[i]))
        return break_off (frame, "it names a node that is not known", error);
    }
  return TRUE;
}

static gboolean
handle (Loop              *self,
        const GenlmFrame  *frame,
        GError           **error)
{
  if (!self->greeted && frame->kind != GENLM_FRAME_HELLO)
    return break_off (frame, "the parent has not said hello", error);

  switch ((int) frame->kind)
    {
    case GENLM_FRAME_HELLO:
      return greet (self, frame, error);
    case GENLM_FRAME_BUILD:
      return build (self, frame, error);
    case GENLM_FRAME_DROP:
      return drop (self, frame, error);
    case GENLM_FRAME_EVALUATE:
      return genlm_worker_evaluator_evaluate (&self->evaluator, frame, error);
    case GENLM_FRAME_FORGET:
      return forget (self, frame, error);
    case GENLM_FRAME_QUIT:
      self->ended = TRUE;
      return TRUE;
    default:
      return break_off (frame, "it is what a worker says", error);
    }
}

static gboolean
handle_frames (Loop    *self,
               GError **error)
{
  GenlmFrame frame;
  GError *local_error = NULL;

  while (!self->ended && genlm_frame_reader_next (&self->reader, &frame, &local_error))
    {
      if (!handle (self, &frame, error))
        return FALSE;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
note_readable (int          fd,
               GIOCondition condition,
               gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Potentials that answer asynchronously may have more to do when they have
 * answered, until there is something to read. */
static void
wait_in_context (int socket_fd)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) source = g_unix_fd_source_new (socket_fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  gboolean is_readable = FALSE;

  g_source_set_static_name (source, "[genlm] parent of a worker");
  g_source_set_callback (source, G_SOURCE_FUNC (note_readable), &is_readable, NULL);
  g_source_attach (source, context);
  while (!is_readable)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
}

/* Waits until there is something to read. */
static gboolean
receive (Loop    *self,
         int      socket_fd,
         GError **error)
{
  gsize n_bytes;
  guint8 *place = genlm_frame_reader_reserve (&self->reader, &n_bytes);
  gssize n;
  int saved_errno;

  if (self->has_indirect)
    wait_in_context (socket_fd);
  do
    {
      n = recv (socket_fd, place, n_bytes, 0);
      saved_errno = errno;
    }
  while (n < 0 && saved_errno == EINTR);

  if (n > 0)
    {
      genlm_frame_reader_add (&self->reader, (gsize) n);
      return TRUE;
    }
  if (n == 0 || saved_errno == ECONNRESET)
    {
      self->ended = TRUE;
      return TRUE;
    }
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "A worker failed to read what its parent says: %s", g_strerror (saved_errno));
  return FALSE;
}

static void
loop_init (Loop        *self,
           int          socket_fd,
           GenlmRegion *region)
{
  self->instances = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_worker_instance_free);
  genlm_worker_nodes_init (&self->nodes);
  genlm_worker_answers_init (&self->answers, socket_fd);
  self->evaluator.region = region;
  self->evaluator.instances = self->instances;
  self->evaluator.nodes = &self->nodes;
  self->evaluator.answers = &self->answers;
  self->evaluator.limits = &self->limits;
}

/* States on the nodes may need what the instances hold. */
static void
loop_clear (Loop *self)
{
  genlm_worker_nodes_clear (&self->nodes);
  g_hash_table_unref (self->instances);
  genlm_worker_answers_clear (&self->answers);
  genlm_frame_reader_clear (&self->reader);
}

gboolean
genlm_worker_loop_run (int           socket_fd,
                       GenlmRegion  *region,
                       GError      **error)
{
  Loop loop = { 0 };
  gboolean done = TRUE;

  loop_init (&loop, socket_fd, region);
  while (done && !loop.ended)
    done = receive (&loop, socket_fd, error) &&
           handle_frames (&loop, error) &&
           genlm_worker_answers_flush (&loop.answers, error);
  loop_clear (&loop);
  return done;
}
