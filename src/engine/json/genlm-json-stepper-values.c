#include "genlm-json-stepper-private.h"

#include <genlm.h>

#include "genlm-json-canonical.h"
#include "genlm-json-number.h"

/* What states hold themselves the book does not know of. */
static void
check_held (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor)
{
  guint64 held = genlm_json_names_get_memory (cursor->names);

  if (cursor->below != NULL)
    held += cursor->below->held;
  if (held <= self->book->limits.max_memory)
    return;
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (self->error == NULL)
    g_set_error (&self->error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                 "The names and items that must not come again take more than "
                 "max-memory=%" G_GUINT64_FORMAT " bytes; raise “max-memory”, or bound them by "
                 "“maxProperties” or “maxItems” in the schema",
                 self->book->limits.max_memory);
}

void
genlm_json_stepper_keep_names (GenlmJsonStepper *self,
                               GenlmJsonCursor  *cursor,
                               const char       *text,
                               gsize             length)
{
  if (self->names == NULL)
    self->names = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_json_names_unref);
  cursor->names = genlm_json_names_add (cursor->names, text, length);
  g_ptr_array_add (self->names, cursor->names);
  check_held (self, cursor);
}

/* Whether an item before was equal to the one that ends before @at; if not, it
 * is remembered. */
static gboolean
item_is_repeated (GenlmJsonStepper *self,
                  GenlmJsonCursor  *cursor,
                  gsize             at)
{
  gsize length;
  const char *text = genlm_json_stepper_peek_text (self, cursor, cursor->item_at, at, &length);
  g_autoptr (GString) key = genlm_json_canonical_key (text, length);

  if (genlm_json_names_contains (cursor->names, key->str, key->len))
    return TRUE;
  genlm_json_stepper_keep_names (self, cursor, key->str, key->len);
  return FALSE;
}

/* Whether something may still come of a frame if the last item is one of before. */
static gboolean
may_repeat (GenlmJsonStepper *self,
            GenlmJsonFrame   *frame)
{
  guint8 may = __atomic_load_n (&frame->may_repeat, __ATOMIC_ACQUIRE);

  if (may == GENLM_JSON_OPEN)
    {
      g_mutex_lock (&self->book->lock);
      may = (guint8) genlm_json_frame_may_repeat (self->book, frame);
      g_mutex_unlock (&self->book->lock);
    }
  return may;
}

/* A value has ended before @at. */
void
genlm_json_stepper_end_value (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              GenlmJsonResult   result,
                              gsize             at)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonFrame *next;
  gboolean leaves;
  guint64 n;

  cursor->n_spaces = 0;
  if (frame != NULL)
    genlm_json_stepper_look (self, cursor,
                             cursor->has_ended ? GENLM_JSON_SIGHT_ALL : GENLM_JSON_SIGHT_OUTLOOK);
  cursor->has_ended = TRUE;
  if (frame == NULL)
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      if (genlm_json_ask_allows (self->book, cursor->ask, result))
        cursor->mode = GENLM_JSON_MODE_DONE;
      return;
    }
  cursor->mode = GENLM_JSON_MODE_AFTER;
  n = frame->n + cursor->count + 1;
  leaves = frame->room > 0 && cursor->count + 1 == frame->room;
  if (!genlm_json_slot_peek_next (cursor->slot, result, leaves, &next))
    {
      genlm_json_stepper_lock (self);
      next = genlm_json_slot_make_next (self->book, cursor->slot, result, leaves);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  if (next != NULL && frame->unique && self->blind)
    {
      cursor->has_missed = TRUE;
      self->needs_names = self->needs_names || may_repeat (self, next);
    }
  else if (next != NULL && frame->unique && item_is_repeated (self, cursor, at))
    {
      genlm_json_stepper_lock (self);
      next = genlm_json_frame_repeat (self->book, next);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  if (cursor->owns_text)
    {
      cursor->text = NULL;
      cursor->from = (guint32) at;
    }
  cursor->frame = next;
  cursor->count = next != NULL && next->room > 0 ? n - next->n : 0;
  if (next == NULL || (!next->may_close && !genlm_json_stepper_may_go_on (self, cursor)))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

static void
open_container (GenlmJsonStepper *self,
                GenlmJsonCursor  *cursor,
                GenlmJsonFrame   *frame,
                gsize             at)
{
  if (cursor->frame != NULL)
    {
      GenlmJsonLevel *level = g_new (GenlmJsonLevel, 1);

      g_atomic_ref_count_init (&level->ref_count);
      level->owns_text = cursor->owns_text;
      level->has_ended = cursor->has_ended;
      level->below = cursor->below != NULL ? genlm_json_level_ref (cursor->below) : NULL;
      level->frame = cursor->frame;
      level->count = cursor->count;
      level->slot = cursor->slot;
      level->names = cursor->names != NULL ? genlm_json_names_ref (cursor->names) : NULL;
      level->held = genlm_json_names_get_memory (cursor->names)
                    + (cursor->below != NULL ? cursor->below->held : 0);
      level->item_at = cursor->item_at;
      if (self->levels == NULL)
        self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_json_level_unref);
      g_ptr_array_add (self->levels, level);
      cursor->below = level;
    }
  cursor->frame = frame;
  cursor->count = 0;
  cursor->height++;
  cursor->has_ended = FALSE;
  cursor->names = NULL;
  cursor->n_spaces = 0;
  cursor->owns_text = frame->unique && !cursor->keeps_text;
  if (cursor->owns_text)
    {
      cursor->keeps_text = TRUE;
      cursor->text = NULL;
      cursor->from = (guint32) at + 1;
    }
  cursor->mode = frame->body->kind == GENLM_JSON_KIND_ARRAY ? GENLM_JSON_MODE_FIRST_ITEM
                                                            : GENLM_JSON_MODE_FIRST_NAME;
  if (!frame->may_close && !genlm_json_stepper_may_go_on (self, cursor))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

void
genlm_json_stepper_close_container (GenlmJsonStepper *self,
                                    GenlmJsonCursor  *cursor,
                                    gsize             at)
{
  GenlmJsonResult result = cursor->frame->result;
  GenlmJsonLevel *level = cursor->below;

  if (!cursor->frame->may_close)
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  cursor->height--;
  if (cursor->owns_text)
    {
      cursor->keeps_text = FALSE;
      cursor->text = NULL;
    }
  if (level == NULL)
    {
      cursor->frame = NULL;
      cursor->count = 0;
      cursor->n_spaces = 0;
      cursor->owns_text = FALSE;
      cursor->names = NULL;
      cursor->mode = GENLM_JSON_MODE_DONE;
      return;
    }
  cursor->below = level->below;
  cursor->frame = level->frame;
  cursor->count = level->count;
  cursor->slot = level->slot;
  cursor->names = level->names;
  cursor->item_at = level->item_at;
  cursor->owns_text = level->owns_text;
  cursor->has_ended = level->has_ended;
  genlm_json_stepper_end_value (self, cursor, result, at + 1);
}

static gboolean
enter_kind (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            GenlmJsonKind     kind)
{
  GenlmJsonTruth alive = genlm_json_ask_peek_kind (cursor->ask, kind);

  if (alive == GENLM_JSON_OPEN)
    {
      genlm_json_stepper_lock (self);
      alive = genlm_json_ask_enter (self->book, cursor->ask, kind);
      if (!genlm_json_stepper_unlock (self, cursor))
        return FALSE;
    }
  if (alive == GENLM_JSON_NO)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  return alive;
}

static void
start_literal (GenlmJsonStepper *self,
               GenlmJsonCursor  *cursor,
               GenlmJsonKind     kind)
{
  if (!enter_kind (self, cursor, kind))
    return;
  cursor->mode = GENLM_JSON_MODE_LITERAL;
  cursor->kind = (guint8) kind;
  cursor->place = 1;
}

void
genlm_json_stepper_start_value (GenlmJsonStepper *self,
                                GenlmJsonCursor  *cursor,
                                gsize             at)
{
  guint8 byte = self->bytes[at];

  if (cursor->keeps_text && cursor->frame != NULL && cursor->frame->unique)
    cursor->item_at = genlm_json_cursor_text_length (cursor, at);
  switch (byte)
    {
    case '"':
      if (!enter_kind (self, cursor, GENLM_JSON_KIND_STRING))
        return;
      cursor->mode = GENLM_JSON_MODE_STRING;
      cursor->dfa = cursor->ask->dfa;
      cursor->state = cursor->ask->string;
      cursor->character = NULL;
      if (cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->counts)
        genlm_json_stepper_start_counting (self, cursor);
      genlm_json_stepper_start_lexeme (cursor, at + 1);
      return;
    case '{':
      if (enter_kind (self, cursor, GENLM_JSON_KIND_OBJECT))
        open_container (self, cursor, cursor->ask->object, at);
      return;
    case '[':
      if (enter_kind (self, cursor, GENLM_JSON_KIND_ARRAY))
        open_container (self, cursor, cursor->ask->array, at);
      return;
    case 'n':
      start_literal (self, cursor, GENLM_JSON_KIND_NULL);
      return;
    case 'f':
      start_literal (self, cursor, GENLM_JSON_KIND_FALSE);
      return;
    case 't':
      start_literal (self, cursor, GENLM_JSON_KIND_TRUE);
      return;
    default:
      cursor->place = (guint8) genlm_json_number_start (byte);
      if (cursor->place == GENLM_JSON_NUMBER_DEAD)
        cursor->mode = GENLM_JSON_MODE_DEAD;
      else if (enter_kind (self, cursor, GENLM_JSON_KIND_NUMBER))
        {
          cursor->mode = GENLM_JSON_MODE_NUMBER;
          genlm_json_stepper_start_lexeme (cursor, at);
          genlm_json_stepper_check_number (self, cursor, at);
        }
    }
}
