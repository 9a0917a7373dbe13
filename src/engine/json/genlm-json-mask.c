#include "genlm-json-mask.h"

#include <string.h>

#include "genlm-bits.h"

/* A mask is kept as a list if that takes an eighth of the room at most: bits are
 * copied faster than they are listed. */
#define SPARSE_FACTOR (256u)

/* Copies the marks, of @size tokens. The closings are sorted. */
GenlmJsonMask *
genlm_json_mask_new (const GenlmJsonMarks *marks,
                     gsize                 size,
                     const guint32        *closings,
                     guint32               n_closings,
                     gboolean              always)
{
  GenlmJsonMask *self = g_new0 (GenlmJsonMask, 1);
  gsize most = size / SPARSE_FACTOR;
  guint32 *tokens;
  guint64 *copy;
  gsize n;

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  n = genlm_bits_count (marks->words, marks->n_words);
  if (n <= most)
    {
      tokens = g_new (guint32, MAX (n, 1));
      genlm_json_marks_list (marks, tokens);
      self->list = g_bytes_new_take (tokens, n * sizeof *tokens);
    }
  else
    {
      self->dense = genlm_token_set_new_zeroed (size, &copy);
      memcpy (copy, marks->words, marks->n_words * sizeof *copy);
    }
  self->always = always;
  self->n_closings = n_closings;
  self->closings = g_memdup2 (closings, n_closings * sizeof *closings);
  return self;
}

GenlmJsonMask *
genlm_json_mask_new_look (guint32 level,
                          guint8  sight)
{
  GenlmJsonMask *self = g_new0 (GenlmJsonMask, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->level = level;
  self->sight = sight;
  return self;
}

gpointer
genlm_json_mask_ref (gpointer self)
{
  g_atomic_ref_count_inc (&((GenlmJsonMask *) self)->ref_count);
  return self;
}

void
genlm_json_mask_unref (GenlmJsonMask *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->list, g_bytes_unref);
  g_clear_pointer (&self->dense, genlm_token_set_unref);
  g_free (self->closings);
  g_free (self);
}

/* A set of its own where it is a list: words that somebody makes of it are not
 * kept here. */
GenlmTokenSet *
genlm_json_mask_dup_set (GenlmJsonMask *self)
{
  if (self->list != NULL)
    return genlm_token_set_new_sparse (self->size, self->list);
  return genlm_token_set_ref (self->dense);
}

gsize
genlm_json_mask_get_memory (const GenlmJsonMask *self)
{
  gsize memory = sizeof *self + self->n_closings * sizeof *self->closings;

  if (self->list != NULL)
    memory += 128 + g_bytes_get_size (self->list);
  if (self->dense != NULL)
    memory += 128 + self->size / 8;
  return memory;
}
