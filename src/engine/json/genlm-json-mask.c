#include "genlm-json-mask.h"

#include <string.h>

/* A mask is kept as a list if that takes an eighth of the room at most: bits are
 * copied faster than they are listed. */
#define SPARSE_FACTOR (256u)

/* So many words are looked at together. */
#define GROUP (8u)

/* Whether a group of words is empty; the last one may be shorter. */
static inline gboolean
is_group_empty (const guint64 *words,
                gsize          n_words)
{
  guint64 all = 0;
  gsize i;

  if (n_words >= GROUP)
    for (i = 0; i < GROUP; i++)
      all |= words[i];
  else
    for (i = 0; i < n_words; i++)
      all |= words[i];
  return all == 0;
}

/* The bits that are set, as a list, or NULL if there are more than @most. */
static GBytes *
make_list (const guint64 *words,
           gsize          n_words,
           gsize          most)
{
  g_autofree guint32 *tokens = g_new (guint32, most + 64);
  gsize n = 0;
  gsize at;
  gsize i;
  guint64 word;

  for (at = 0; at < n_words; at += GROUP)
    {
      if (is_group_empty (words + at, n_words - at))
        continue;
      for (i = at; i < MIN (at + GROUP, n_words); i++)
        {
          for (word = words[i]; word != 0; word &= word - 1)
            tokens[n++] = (guint32) (i * 64) + (guint32) __builtin_ctzll (word);
          if (n > most)
            return NULL;
        }
    }
  return g_bytes_new (tokens, n * sizeof *tokens);
}

/* Copies the bits of the mask, which has @size of them. The closings are
 * sorted. */
GenlmJsonMask *
genlm_json_mask_new (const guint64 *words,
                     gsize          size,
                     const guint32 *closings,
                     guint32        n_closings,
                     gboolean       always)
{
  GenlmJsonMask *self = g_new0 (GenlmJsonMask, 1);
  gsize n_words = (size + 63) / 64;
  guint64 *copy;

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  self->list = make_list (words, n_words, size / SPARSE_FACTOR);
  if (self->list == NULL)
    {
      self->dense = genlm_token_set_new_zeroed (size, &copy);
      memcpy (copy, words, n_words * sizeof *words);
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
