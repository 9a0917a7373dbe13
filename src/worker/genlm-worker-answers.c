/* What a worker has to say, on its way to the parent. When it is sent is decided
 * by those who know what comes next. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-worker-answers-private.h"

#include <errno.h>
#include <sys/socket.h>

/* A frame is ended before its tail is larger than any reader takes. */
#define MAX_TAIL (GENLM_FRAME_MAX_TAIL / 2)

void
genlm_worker_answers_init (GenlmWorkerAnswers *self,
                           int                 fd)
{
  *self = (GenlmWorkerAnswers) { .fd = fd, .next = 1 };
}

void
genlm_worker_answers_clear (GenlmWorkerAnswers *self)
{
  genlm_frame_writer_clear (&self->writer);
}

static void
end_frame (GenlmWorkerAnswers *self)
{
  if (self->kind == 0)
    return;
  genlm_frame_writer_end (&self->writer, self->n_items);
  self->kind = 0;
  self->n_items = 0;
}

/* Answers the next items. Returns the place for what is said of them. */
gpointer
genlm_worker_answers_add (GenlmWorkerAnswers *self,
                          GenlmFrameKind      kind,
                          guint32             n_items,
                          gsize               n_bytes)
{
  if (self->kind != kind || self->writer.end - self->writer.frame > MAX_TAIL)
    {
      end_frame (self);
      genlm_frame_writer_begin (&self->writer, kind, self->next, NULL);
      self->kind = kind;
    }
  self->n_items += n_items;
  self->next += n_items;
  return genlm_frame_writer_reserve (&self->writer, n_bytes);
}

/* Says something that is no answer to items. */
void
genlm_worker_answers_add_frame (GenlmWorkerAnswers *self,
                                GenlmFrameKind      kind,
                                guint64             serial,
                                GVariant           *variant)
{
  end_frame (self);
  genlm_frame_writer_begin (&self->writer, kind, serial, variant);
  genlm_frame_writer_end (&self->writer, 0);
}

/* As it is, so that the parent raises the same one. */
GVariant *
genlm_worker_answers_new_error (const GError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  return g_variant_new ("(sis)", g_quark_to_string (error->domain), (gint32) error->code, message);
}

void
genlm_worker_answers_add_error (GenlmWorkerAnswers *self,
                                guint32             n_items,
                                const GError       *error)
{
  end_frame (self);
  genlm_frame_writer_begin (&self->writer, GENLM_FRAME_ERROR, self->next, genlm_worker_answers_new_error (error));
  genlm_frame_writer_end (&self->writer, n_items);
  self->next += n_items;
}

/* What waits to be sent, in bytes. */
gsize
genlm_worker_answers_get_size (GenlmWorkerAnswers *self)
{
  return self->writer.end - self->writer.start;
}

/* Blocks until the parent takes it, or is gone. */
gboolean
genlm_worker_answers_flush (GenlmWorkerAnswers  *self,
                            GError             **error)
{
  end_frame (self);
  while (self->writer.start < self->writer.end)
    {
      gssize n = send (self->fd, self->writer.data + self->writer.start,
                       self->writer.end - self->writer.start, MSG_NOSIGNAL);
      int saved_errno = errno;

      if (n < 0 && saved_errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                       "A worker failed to send answers to its parent: %s", g_strerror (saved_errno));
          return FALSE;
        }
      self->writer.start += (gsize) n;
    }
  return TRUE;
}
