/* The rows of one call of llama_decode(). libllama ends the process if there
 * are more rows or outputs than it was made for, so that this counts them. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-batch-private.h"

GenlmLlamaBatch *
genlm_llama_batch_new (gsize max_rows,
                       gsize max_outputs)
{
  GenlmLlamaBatch *self = g_new0 (GenlmLlamaBatch, 1);

  self->max_rows = max_rows;
  self->max_outputs = max_outputs;
  self->tokens = g_new (llama_token, max_rows);
  self->positions = g_new (llama_pos, max_rows);
  self->n_sequences = g_new (gint32, max_rows);
  self->sequences = g_new (llama_seq_id, max_rows);
  self->sequence_lists = g_new (llama_seq_id *, max_rows);
  self->outputs = g_new (gint8, max_rows);

  for (gsize i = 0; i < max_rows; i++)
    {
      self->n_sequences[i] = 1;
      self->sequence_lists[i] = &self->sequences[i];
    }
  return self;
}

void
genlm_llama_batch_free (GenlmLlamaBatch *self)
{
  g_free (self->tokens);
  g_free (self->positions);
  g_free (self->n_sequences);
  g_free (self->sequences);
  g_free (self->sequence_lists);
  g_free (self->outputs);
  g_free (self);
}

void
genlm_llama_batch_clear (GenlmLlamaBatch *self)
{
  self->n_rows = 0;
  self->n_outputs = 0;
}

/* Returns FALSE if the batch is full. */
gboolean
genlm_llama_batch_append (GenlmLlamaBatch *self,
                          guint32          token,
                          gsize            position,
                          gint32           sequence,
                          gboolean         output)
{
  gsize row = self->n_rows;

  if (row == self->max_rows || (output && self->n_outputs == self->max_outputs))
    return FALSE;

  self->tokens[row] = token;
  self->positions[row] = position;
  self->sequences[row] = sequence;
  self->outputs[row] = output;
  self->n_rows++;
  self->n_outputs += output;
  return TRUE;
}

gint32
genlm_llama_batch_decode (GenlmLlamaBatch      *self,
                          struct llama_context *context)
{
  struct llama_batch batch = {
    .n_tokens = self->n_rows,
    .token = self->tokens,
    .pos = self->positions,
    .n_seq_id = self->n_sequences,
    .seq_id = self->sequence_lists,
    .logits = self->outputs,
  };

  return llama_decode (context, batch);
}
