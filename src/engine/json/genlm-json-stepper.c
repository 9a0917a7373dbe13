#include "genlm-json-stepper-private.h"

/* In the narrow style. */
#define NARROW_LEADING_SPACES (2u)

static const char *const literals[] = { "null", "false", "true" };

void
genlm_json_stepper_init (GenlmJsonStepper *self,
                         GenlmJsonBook    *book,
                         guint             max_spaces,
                         const guint8     *bytes)
{
  *self = (GenlmJsonStepper) { .book = book, .max_spaces = max_spaces, .bytes = bytes };
}

void
genlm_json_stepper_clear (GenlmJsonStepper *self)
{
  g_clear_pointer (&self->levels, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  if (self->room != NULL)
    g_string_free (self->room, TRUE);
  g_clear_error (&self->error);
}

static void
want_item (GenlmJsonStepper *self,
           GenlmJsonCursor  *cursor)
{
  GenlmJsonSlot *slot = __atomic_load_n (&cursor->frame->item, __ATOMIC_ACQUIRE);

  if (slot == NULL)
    {
      genlm_json_stepper_lock (self);
      slot = genlm_json_frame_get_item (self->book, cursor->frame);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (slot->ask == NULL)
    return;
  cursor->mode = GENLM_JSON_MODE_VALUE;
  cursor->slot = slot;
  cursor->ask = slot->ask;
  cursor->n_spaces = 0;
}

static void
step_after (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            gsize             at)
{
  gboolean array = cursor->frame->body->kind == GENLM_JSON_KIND_ARRAY;
  guint8 byte = self->bytes[at];

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_OUTLOOK);
  if (byte == (array ? ']' : '}'))
    genlm_json_stepper_close_container (self, cursor, at);
  else if (byte != ',' || !genlm_json_stepper_may_go_on (self, cursor))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (array)
    want_item (self, cursor);
  else
    {
      cursor->mode = GENLM_JSON_MODE_NEXT_NAME;
      cursor->n_spaces = 0;
    }
}

static void
step_first_item (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 gsize             at)
{
  if (self->bytes[at] == ']')
    {
      genlm_json_stepper_close_container (self, cursor, at);
      return;
    }
  want_item (self, cursor);
  if (cursor->mode == GENLM_JSON_MODE_VALUE)
    genlm_json_stepper_start_value (self, cursor, at);
}

static void
step_literal (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor,
              gsize             at)
{
  const char *text = literals[cursor->kind];

  if ((guint8) text[cursor->place] != self->bytes[at])
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (text[++cursor->place] == '\0')
    genlm_json_stepper_end_value (self, cursor, cursor->ask->results[cursor->kind], at + 1);
}

/* No tabs, no empty lines, and two characters before the value at most. */
static void
check_narrow_space (GenlmJsonStepper *self,
                    GenlmJsonCursor  *cursor,
                    guint8            byte)
{
  gboolean leading = cursor->mode == GENLM_JSON_MODE_VALUE && cursor->frame == NULL;

  if (byte == '\t' || byte == '\r' || (leading && cursor->n_spaces > NARROW_LEADING_SPACES)
      || (byte == '\n' && (cursor->n_spaces & GENLM_JSON_CURSOR_NEWLINE) != 0))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (byte == '\n' && !leading)
    cursor->n_spaces |= GENLM_JSON_CURSOR_NEWLINE;
}

static void
step_space (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            guint8            byte)
{
  if ((++cursor->n_spaces & ~GENLM_JSON_CURSOR_NEWLINE) > self->max_spaces)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  if (self->book->narrow)
    check_narrow_space (self, cursor, byte);
}

/* A byte that is part of no string, number or literal. */
void
genlm_json_stepper_step_structure (GenlmJsonStepper *self,
                                   GenlmJsonCursor  *cursor,
                                   gsize             at)
{
  guint8 byte = self->bytes[at];

  if (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r')
    {
      step_space (self, cursor, byte);
      return;
    }
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_VALUE:
      genlm_json_stepper_start_value (self, cursor, at);
      break;
    case GENLM_JSON_MODE_FIRST_ITEM:
      step_first_item (self, cursor, at);
      break;
    case GENLM_JSON_MODE_FIRST_NAME:
      if (byte == '}')
        genlm_json_stepper_close_container (self, cursor, at);
      else if (byte == '"' && genlm_json_stepper_may_go_on (self, cursor))
        genlm_json_stepper_start_name (self, cursor, at);
      else
        cursor->mode = GENLM_JSON_MODE_DEAD;
      break;
    case GENLM_JSON_MODE_NEXT_NAME:
      if (byte == '"')
        genlm_json_stepper_start_name (self, cursor, at);
      else
        cursor->mode = GENLM_JSON_MODE_DEAD;
      break;
    case GENLM_JSON_MODE_COLON:
      cursor->mode = byte == ':' ? GENLM_JSON_MODE_VALUE : GENLM_JSON_MODE_DEAD;
      cursor->n_spaces = 0;
      break;
    case GENLM_JSON_MODE_AFTER:
      step_after (self, cursor, at);
      break;
    default:
      cursor->mode = GENLM_JSON_MODE_DEAD;
    }
}

/* Takes the cursor over the stepper's byte at @at. After an error it is dead. */
void
genlm_json_stepper_step (GenlmJsonStepper *self,
                         GenlmJsonCursor  *cursor,
                         gsize             at)
{
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_DEAD:
      break;
    case GENLM_JSON_MODE_STRING:
      genlm_json_stepper_step_string (self, cursor, at);
      break;
    case GENLM_JSON_MODE_NAME:
      genlm_json_stepper_step_name (self, cursor, at);
      break;
    case GENLM_JSON_MODE_NUMBER:
      genlm_json_stepper_step_number (self, cursor, at);
      break;
    case GENLM_JSON_MODE_LITERAL:
      step_literal (self, cursor, at);
      break;
    default:
      genlm_json_stepper_step_structure (self, cursor, at);
    }
}

/* Whether the text is whole before the stepper's byte at @at. */
gboolean
genlm_json_stepper_is_complete (GenlmJsonStepper *self,
                                GenlmJsonCursor  *cursor,
                                gsize             at)
{
  GenlmJsonResult result;

  if (cursor->mode == GENLM_JSON_MODE_DONE)
    return TRUE;
  return cursor->mode == GENLM_JSON_MODE_NUMBER && cursor->frame == NULL
         && genlm_json_stepper_judge_number (self, cursor, at, &result);
}
