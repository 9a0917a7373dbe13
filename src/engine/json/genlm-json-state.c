#include "genlm-json-state.h"

#include <string.h>

#define N_WORDS (sizeof (GenlmJsonCursor) / sizeof (guint64))

G_STATIC_ASSERT (sizeof (GenlmJsonCursor) % sizeof (guint64) == 0 && N_WORDS <= 32);

/* The words of the cursor that are not zero, and which those are. */
struct _GenlmJsonState
{
  gatomicrefcount  ref_count;
  guint32          present;
  GenlmJsonBook   *book; /* NULL before the first byte */
  guint64          words[];
};

/* Before the first byte: contexts may hold it for ever, so it has no book. */
GenlmJsonState *
genlm_json_state_new_start (void)
{
  GenlmJsonState *self = g_new0 (GenlmJsonState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/* What is left of places before says nothing. */
static void
forget (GenlmJsonCursor *cursor)
{
  gboolean name = cursor->mode == GENLM_JSON_MODE_NAME;

  if (!name && cursor->mode != GENLM_JSON_MODE_STRING)
    {
      cursor->dfa = NULL;
      cursor->state = NULL;
      cursor->character = NULL;
    }
  if (cursor->character == NULL)
    cursor->n_chars = 0;
  if (!name)
    cursor->n_words = 0;
  memset (cursor->words + cursor->n_words, 0,
          (G_N_ELEMENTS (cursor->words) - cursor->n_words) * sizeof *cursor->words);
  if (cursor->text == NULL)
    cursor->lexeme_at = 0;
  if (name || cursor->mode == GENLM_JSON_MODE_FIRST_NAME
      || cursor->mode == GENLM_JSON_MODE_NEXT_NAME)
    cursor->slot = NULL;
  if (cursor->slot == NULL || cursor->mode == GENLM_JSON_MODE_AFTER)
    cursor->ask = cursor->frame != NULL ? NULL : cursor->ask;
}

/* Takes the cursor's text. */
GenlmJsonState *
genlm_json_state_new (GenlmJsonBook         *book,
                      const GenlmJsonCursor *cursor)
{
  GenlmJsonCursor kept = *cursor;
  guint64 words[N_WORDS];
  GenlmJsonState *self;
  guint32 present = 0;
  guint n = 0;
  guint i;

  forget (&kept);
  memcpy (words, &kept, sizeof kept);
  for (i = 0; i < N_WORDS; i++)
    {
      guint64 word = words[i];

      present |= (guint32) (word != 0) << i;
      words[n] = word;
      n += word != 0;
    }
  self = g_malloc (sizeof *self + n * sizeof *words);
  g_atomic_ref_count_init (&self->ref_count);
  self->present = present;
  self->book = genlm_json_book_ref (book);
  memcpy (self->words, words, n * sizeof *words);
  if (kept.below != NULL)
    genlm_json_level_ref (kept.below);
  if (kept.names != NULL)
    genlm_json_names_ref (kept.names);
  return self;
}

/* Writes the cursor, which stands on the state. Returns its book, which lives as
 * long, or NULL before the first byte, where there is no cursor. */
GenlmJsonBook *
genlm_json_state_open (const GenlmJsonState *self,
                       GenlmJsonCursor      *cursor)
{
  guint64 words[N_WORDS] = { 0 };
  guint32 present = self->present;
  guint i;

  if (self->book == NULL)
    return NULL;
  for (i = 0; present != 0; present &= present - 1)
    words[__builtin_ctz (present)] = self->words[i++];
  memcpy (cursor, words, sizeof words);
  return self->book;
}

gpointer
genlm_json_state_ref (gpointer self)
{
  g_atomic_ref_count_inc (&((GenlmJsonState *) self)->ref_count);
  return self;
}

void
genlm_json_state_unref (gpointer data)
{
  GenlmJsonState *self = data;
  GenlmJsonCursor cursor;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (genlm_json_state_open (self, &cursor) != NULL)
    {
      g_clear_pointer (&cursor.below, genlm_json_level_unref);
      g_clear_pointer (&cursor.names, genlm_json_names_unref);
      g_clear_pointer (&cursor.text, genlm_json_text_unref);
      genlm_json_book_unref (self->book);
    }
  g_free (self);
}
