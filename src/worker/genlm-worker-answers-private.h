#pragma once

#include "genlm-frame-private.h"

G_BEGIN_DECLS

/* What a worker has to say, on its way to the parent. Answers of one kind that
 * follow one another share a frame. */
typedef struct
{
  int              fd;
  GenlmFrameWriter writer;
  GenlmFrameKind   kind;        /* of the open frame, 0 if there is none */
  guint32          n_items;     /* that the open frame answers */
  guint64          next;        /* the item that is answered next */
} GenlmWorkerAnswers;

void     genlm_worker_answers_init       (GenlmWorkerAnswers  *self,
                                          int                  fd);
void     genlm_worker_answers_clear      (GenlmWorkerAnswers  *self);
gpointer genlm_worker_answers_add        (GenlmWorkerAnswers  *self,
                                          GenlmFrameKind       kind,
                                          guint32              n_items,
                                          gsize                n_bytes);
void     genlm_worker_answers_add_error  (GenlmWorkerAnswers  *self,
                                          guint32              n_items,
                                          const GError        *error);
void     genlm_worker_answers_add_frame  (GenlmWorkerAnswers  *self,
                                          GenlmFrameKind       kind,
                                          guint64              serial,
                                          GVariant            *variant);
GVariant *genlm_worker_answers_new_error (const GError        *error);
gsize    genlm_worker_answers_get_size   (GenlmWorkerAnswers  *self);
gboolean genlm_worker_answers_flush      (GenlmWorkerAnswers  *self,
                                          GError             **error);

G_END_DECLS
