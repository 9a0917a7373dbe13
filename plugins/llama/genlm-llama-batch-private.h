#pragma once

#include <glib.h>
#include <llama.h>

G_BEGIN_DECLS

typedef struct _GenlmLlamaBatch GenlmLlamaBatch;

/**
 * GenlmLlamaBatch:
 * @n_rows: how many tokens are in it
 * @n_outputs: after how many of them the logits are wanted
 *
 * The arrays of one call of llama_decode(), which libllama only borrows.
 */
struct _GenlmLlamaBatch
{
  gsize         n_rows;
  gsize         n_outputs;
  gsize         max_rows;
  gsize         max_outputs;

  llama_token  *tokens;
  llama_pos    *positions;
  gint32       *n_sequences;
  llama_seq_id *sequences;
  llama_seq_id **sequence_lists;
  gint8        *outputs;
};

GenlmLlamaBatch *genlm_llama_batch_new    (gsize                 max_rows,
                                           gsize                 max_outputs);
void             genlm_llama_batch_free   (GenlmLlamaBatch      *self);
void             genlm_llama_batch_clear  (GenlmLlamaBatch      *self);
gboolean         genlm_llama_batch_append (GenlmLlamaBatch      *self,
                                           guint32               token,
                                           gsize                 position,
                                           gint32                sequence,
                                           gboolean              output);
gint32           genlm_llama_batch_decode (GenlmLlamaBatch      *self,
                                           struct llama_context *context);

G_END_DECLS
