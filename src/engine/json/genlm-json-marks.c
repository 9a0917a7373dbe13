#include "genlm-json-marks.h"

#include <string.h>

#define GROUP_WORDS (GENLM_JSON_MARKS_GROUP / 64)

static gsize
count_groups (const GenlmJsonMarks *self)
{
  return (self->n_words + GROUP_WORDS - 1) / GROUP_WORDS;
}

/* All bits are unset. */
void
genlm_json_marks_init (GenlmJsonMarks *self,
                       gsize           size)
{
  self->n_words = (size + 63) / 64;
  self->words = g_new0 (guint64, count_groups (self) * GROUP_WORDS);
  self->groups = g_new0 (guint64, (count_groups (self) + 63) / 64);
}

void
genlm_json_marks_clear (GenlmJsonMarks *self)
{
  g_free (self->words);
  g_free (self->groups);
}

/* Unsets all bits. */
void
genlm_json_marks_reset (GenlmJsonMarks *self)
{
  gsize n = (count_groups (self) + 63) / 64;
  gsize i;

  for (i = 0; i < n; i++)
    {
      guint64 groups = self->groups[i];

      self->groups[i] = 0;
      for (; groups != 0; groups &= groups - 1)
        memset (self->words + (i * 64 + (guint) __builtin_ctzll (groups)) * GROUP_WORDS, 0,
                GROUP_WORDS * sizeof *self->words);
    }
}

void
genlm_json_marks_add_walk (GenlmJsonMarks  *self,
                           const GenlmWalk *walk)
{
  gsize n = count_groups (self);
  guint32 i;

  if (walk->words == NULL)
    {
      for (i = 0; i < walk->n_tokens; i++)
        genlm_json_marks_set (self, walk->tokens[i]);
      return;
    }
  genlm_walk_add_tokens (walk, self->words);
  for (i = 0; i < n / 64; i++)
    self->groups[i] = G_MAXUINT64;
  if (n % 64 > 0)
    self->groups[i] |= (G_GUINT64_CONSTANT (1) << (n % 64)) - 1;
}

/* Adds what is in @other, which is of the same size. */
void
genlm_json_marks_unite (GenlmJsonMarks       *self,
                        const GenlmJsonMarks *other)
{
  gsize n_groups = count_groups (self);
  gsize i;

  for (i = 0; i < n_groups * GROUP_WORDS; i++)
    self->words[i] |= other->words[i];
  for (i = 0; i < (n_groups + 63) / 64; i++)
    self->groups[i] |= other->groups[i];
}

/* Writes the numbers of the bits that are set, for which there must be room. */
void
genlm_json_marks_list (const GenlmJsonMarks *self,
                       guint32              *tokens)
{
  gsize n_groups = count_groups (self);
  gsize i;
  gsize j;

  for (i = 0; i * 64 < n_groups; i++)
    for (guint64 groups = self->groups[i]; groups != 0; groups &= groups - 1)
      {
        gsize first = (i * 64 + (guint) __builtin_ctzll (groups)) * GROUP_WORDS;

        for (j = first; j < first + GROUP_WORDS; j++)
          for (guint64 word = self->words[j]; word != 0; word &= word - 1)
            *tokens++ = (guint32) (j * 64) + (guint32) __builtin_ctzll (word);
      }
}
