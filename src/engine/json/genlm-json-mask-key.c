#include "genlm-json-mask-key.h"

#include <string.h>

/* Places with longer texts of numbers and strings that count are not kept. */
#define MAX_KEPT_TEXT (256u)

/* No token has more white space. */
#define MANY_SPACES   (200u)

static gboolean
is_among_names (const GenlmJsonCursor *cursor)
{
  return cursor->mode == GENLM_JSON_MODE_FIRST_ITEM || cursor->mode == GENLM_JSON_MODE_FIRST_NAME
         || cursor->mode == GENLM_JSON_MODE_NEXT_NAME || cursor->mode == GENLM_JSON_MODE_NAME;
}

static gsize
count_zeros (const GString *text)
{
  gsize n = 0;

  while (n < text->len && text->str[text->len - 1 - n] == '0')
    n++;
  return n;
}

/* Begins the key of a place by all that is known of it without its frames;
 * FALSE if it is not to be kept. */
gboolean
genlm_json_mask_key_start (GenlmJsonWalk         *walk,
                           const GenlmJsonCursor *cursor,
                           const GenlmWalk       *found,
                           GByteArray            *key)
{
  struct
  {
    guint8          mode;
    guint8          place;
    guint8          kind;
    guint8          n_words;
    guint16         n_spaces;
    guint16         has_frame;
    gconstpointer   ask;
    gconstpointer   frame;
    gconstpointer   dfa;
    guint64         state;
    GenlmWordCursor words[2];
  } local;

  memset (&local, 0, sizeof local);
  local.mode = cursor->mode;
  local.has_frame = (guint16) ((cursor->frame != NULL) | (cursor->below != NULL) << 1);
  local.n_spaces = cursor->n_spaces & GENLM_JSON_CURSOR_NEWLINE;
  if ((cursor->n_spaces & ~GENLM_JSON_CURSOR_NEWLINE) + MANY_SPACES > walk->stepper.max_spaces
      || (walk->stepper.book->narrow && cursor->frame == NULL))
    local.n_spaces = cursor->n_spaces;
  if (is_among_names (cursor))
    local.frame = cursor->frame;
  else if (cursor->mode != GENLM_JSON_MODE_AFTER && cursor->mode != GENLM_JSON_MODE_DONE)
    local.ask = cursor->ask;
  if (cursor->mode == GENLM_JSON_MODE_NUMBER || cursor->mode == GENLM_JSON_MODE_LITERAL)
    local.place = cursor->place;
  if (cursor->mode == GENLM_JSON_MODE_LITERAL)
    local.kind = cursor->kind;
  if (cursor->mode == GENLM_JSON_MODE_STRING || cursor->mode == GENLM_JSON_MODE_NAME)
    {
      local.dfa = cursor->dfa;
      local.state = found != NULL ? found->id << 1 | 1 : (guint64) (gsize) cursor->state;
    }
  if (cursor->mode == GENLM_JSON_MODE_STRING && genlm_json_cursor_is_far (cursor, walk->stepper.book))
    local.frame = GUINT_TO_POINTER (genlm_json_walk_judge_far (walk, cursor) + 1);
  if (cursor->mode == GENLM_JSON_MODE_NAME)
    {
      local.n_words = cursor->n_words;
      memcpy (local.words, cursor->words, cursor->n_words * sizeof *local.words);
    }
  g_byte_array_append (key, (const guint8 *) &local, sizeof local);
  if (!genlm_json_cursor_text_counts (cursor) && cursor->mode != GENLM_JSON_MODE_NUMBER)
    return TRUE;
  if (cursor->text == NULL || cursor->text->total - cursor->lexeme_at > MAX_KEPT_TEXT)
    return FALSE;
  if (walk->stepper.room == NULL)
    walk->stepper.room = g_string_new (NULL);
  g_string_set_size (walk->stepper.room, 0);
  genlm_json_text_append (cursor->text, cursor->lexeme_at, walk->stepper.room);
  /* Of a free number those zeros count which an exponent may take away. */
  if (!genlm_json_cursor_text_counts (cursor))
    g_string_erase (walk->stepper.room, 0,
                    (gssize) (walk->stepper.room->len - count_zeros (walk->stepper.room)));
  g_byte_array_append (key, (const guint8 *) walk->stepper.room->str,
                       (guint) walk->stepper.room->len);
  return TRUE;
}

/* What is seen of the array or object @level steps out. */
static void
add_sight (GenlmJsonWalk         *walk,
           const GenlmJsonCursor *cursor,
           guint32                level,
           GenlmJsonSight         sight,
           GByteArray            *key)
{
  GenlmJsonBook *book = walk->stepper.book;
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonSlot *slot = is_among_names (cursor) ? NULL : cursor->slot;
  const GenlmJsonLevel *open = cursor->below;
  gboolean names = sight == GENLM_JSON_SIGHT_NAMES;
  gsize seen[4] = { level, sight, 0, 0 };
  guint32 i;

  for (i = 0; i < level; i++, open = open->below)
    {
      frame = open->frame;
      slot = open->slot;
    }
  if (level == 0 && cursor->mode == GENLM_JSON_MODE_AFTER)
    slot = NULL;
  seen[0] = level << 1 | (open != NULL);
  if (sight == GENLM_JSON_SIGHT_ALL)
    {
      seen[2] = (gsize) frame;
      seen[3] = (gsize) slot;
    }
  else if (slot != NULL || cursor->mode == GENLM_JSON_MODE_AFTER)
    {
      guint32 outlook = slot != NULL ? __atomic_load_n (&slot->outlook[names], __ATOMIC_ACQUIRE)
                                     : __atomic_load_n (&frame->outlook[names], __ATOMIC_ACQUIRE);

      if (outlook == 0)
        {
          g_mutex_lock (&book->lock);
          outlook = slot != NULL ? genlm_json_slot_get_outlook (book, slot, names)
                                 : genlm_json_frame_get_outlook (book, frame, names);
          g_mutex_unlock (&book->lock);
        }
      seen[2] = outlook;
    }
  g_byte_array_append (key, (const guint8 *) seen, sizeof seen);
}

/* The mask that is kept for a place, or NULL. Leaves in @key how closely the
 * place has been looked at. */
GenlmJsonMask *
genlm_json_mask_key_lookup (GenlmJsonWalk         *walk,
                            const GenlmJsonCursor *cursor,
                            GByteArray            *key)
{
  for (;;)
    {
      GenlmJsonMask *mask = genlm_bounded_table_lookup (walk->learnt->masks, key->data, key->len);

      if (mask == NULL || mask->list != NULL || mask->dense != NULL)
        return mask;
      add_sight (walk, cursor, mask->level, mask->sight, key);
      genlm_json_mask_unref (mask);
    }
}

static void
insert (GenlmJsonWalk *walk,
        GByteArray    *key,
        GenlmJsonMask *mask)
{
  genlm_bounded_table_insert (walk->learnt->masks, key->data, key->len, mask,
                              genlm_json_mask_get_memory (mask));
}

/* Keeps the mask by how closely the walk has looked at the frames, one after
 * the other. Among names the innermost is in the key already. */
void
genlm_json_mask_key_keep (GenlmJsonWalk         *walk,
                          const GenlmJsonCursor *cursor,
                          GByteArray            *key,
                          GenlmJsonMask         *mask)
{
  guint32 level;
  guint8 sight;

  for (level = is_among_names (cursor); level < walk->stepper.n_sights; level++)
    for (sight = GENLM_JSON_SIGHT_OUTLOOK; sight <= walk->sights[level]; sight++)
      {
        g_autoptr (GenlmJsonMask) look = genlm_json_mask_new_look (level, sight);

        insert (walk, key, look);
        add_sight (walk, cursor, level, sight, key);
      }
  insert (walk, key, mask);
}
