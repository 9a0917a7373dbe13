#include "genlm-json-stepper-private.h"

void
genlm_json_stepper_start_name (GenlmJsonStepper *self,
                               GenlmJsonCursor  *cursor,
                               gsize             at)
{
  GenlmJsonFrame *frame = cursor->frame;

  if (!__atomic_load_n (&frame->has_keys, __ATOMIC_ACQUIRE))
    {
      genlm_json_stepper_lock (self);
      genlm_json_frame_make_keys (self->book, frame);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  cursor->mode = GENLM_JSON_MODE_NAME;
  cursor->n_spaces = 0;
  cursor->dfa = frame->dfa;
  cursor->state = frame->others;
  cursor->n_words = 0;
  if (frame->body->words->len > 0)
    {
      cursor->n_words = 1;
      cursor->words[0] = (GenlmWordCursor) { .high = frame->body->words->len };
    }
  genlm_json_stepper_start_lexeme (cursor, at + 1);
}

static void
end_name_with (GenlmJsonStepper *self,
               GenlmJsonCursor  *cursor,
               GenlmJsonSlot    *slot)
{
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (slot->ask == NULL)
    return;
  cursor->mode = GENLM_JSON_MODE_COLON;
  cursor->slot = slot;
  cursor->ask = slot->ask;
  cursor->n_spaces = 0;
}

/* The closing quote of a name that the schemas know. */
static void
end_word (GenlmJsonStepper *self,
          GenlmJsonCursor  *cursor,
          guint             word)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonClass *klass = __atomic_load_n (&genlm_json_body_peek_word (frame->body, word)->klass,
                                           __ATOMIC_ACQUIRE);
  GenlmJsonSlot *slot = klass != NULL ? genlm_json_frame_peek_slot (frame, klass) : NULL;

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_ALL);
  if (!genlm_json_frame_may_have (frame, word, word + 1))
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  if (slot == NULL)
    {
      genlm_json_stepper_lock (self);
      klass = genlm_json_body_get_word_class (self->book, frame->body, word);
      slot = genlm_json_frame_get_slot (self->book, frame, klass);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  end_name_with (self, cursor, slot);
}

/* The class of the name that @text is, by the state after its closing quote. */
static GenlmJsonSlot *
find_other_slot (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 const char       *text,
                 gsize             length)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonBody *body = frame->body;
  GenlmJsonSlot *slot = NULL;
  GenlmJsonResult result = 0;

  if (body->tests == NULL)
    slot = __atomic_load_n (&frame->other, __ATOMIC_ACQUIRE);
  if (slot != NULL)
    return slot;
  genlm_json_stepper_lock (self);
  if (body->tests != NULL)
    result = genlm_json_strings_judge (self->book, body->tests, cursor->state, text, length, NULL);
  slot = genlm_json_frame_get_slot (self->book, frame,
                                    genlm_json_body_get_name_class (self->book, body, result));
  if (body->tests == NULL)
    __atomic_store_n (&frame->other, slot, __ATOMIC_RELEASE);
  return genlm_json_stepper_unlock (self, cursor) ? slot : NULL;
}

/* The closing quote at @at of a name that the schemas do not know. */
void
genlm_json_stepper_end_other (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              gsize             at)
{
  gsize length;
  const char *text;
  g_autoptr (GString) name = NULL;
  GenlmJsonSlot *slot;

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_ALL);
  text = genlm_json_stepper_peek_text (self, cursor, cursor->lexeme_at, at, &length);
  slot = find_other_slot (self, cursor, text, length);
  if (slot != NULL)
    end_name_with (self, cursor, slot);
  if (cursor->mode == GENLM_JSON_MODE_DEAD)
    return;
  if (self->blind)
    {
      cursor->has_missed = TRUE;
      return;
    }
  name = genlm_json_text_decode (text, length);
  if (genlm_json_names_contains (cursor->names, name->str, name->len))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    genlm_json_stepper_keep_names (self, cursor, name->str, name->len);
}

static void
end_name (GenlmJsonStepper *self,
          GenlmJsonCursor  *cursor,
          gsize             at)
{
  guint word;
  guint i;

  for (i = 0; i < cursor->n_words; i++)
    if (genlm_word_list_find_word (cursor->frame->body->list, &cursor->words[i], &word))
      {
        end_word (self, cursor, word);
        return;
      }
  if (cursor->state == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    genlm_json_stepper_end_other (self, cursor, at);
}

static gboolean
name_ends (const GenlmJsonCursor *cursor)
{
  guint i;

  if (cursor->state != NULL)
    return cursor->state->accepting;
  for (i = 0; i < cursor->n_words; i++)
    if (cursor->words[i].phase == 0)
      return TRUE;
  return FALSE;
}

/* The words that agree with what was read; those that may not come among them
 * as long as other names may, which must not be one of them. */
static void
step_words (GenlmJsonCursor *cursor,
            guint8           byte)
{
  const GenlmWordList *list = cursor->frame->body->list;
  GenlmWordCursor from[2] = { cursor->words[0], cursor->words[1] };
  GenlmWordCursor to[2];
  guint n = 0;
  guint i;
  guint j;

  for (i = 0; i < cursor->n_words; i++)
    {
      guint n_to = genlm_word_list_step (list, &from[i], byte, to);

      for (j = 0; j < n_to; j++)
        if (n < 2
            && (cursor->state != NULL
                || genlm_json_frame_may_have (cursor->frame, to[j].low, to[j].high)))
          cursor->words[n++] = to[j];
    }
  cursor->n_words = (guint8) n;
}

void
genlm_json_stepper_step_name (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              gsize             at)
{
  guint8 byte = self->bytes[at];

  if (cursor->state != NULL)
    {
      cursor->state = genlm_byte_dfa_step (cursor->dfa, cursor->state, byte,
                                           self->error == NULL ? &self->error : NULL);
      if (cursor->state == NULL)
        {
          cursor->mode = GENLM_JSON_MODE_DEAD;
          return;
        }
      if (cursor->state == cursor->dfa->dead)
        cursor->state = NULL;
    }
  if (byte == '"' && name_ends (cursor))
    {
      end_name (self, cursor, at);
      return;
    }
  if (cursor->n_words > 0)
    {
      step_words (cursor, byte);
      genlm_json_stepper_look (self, cursor,
                               cursor->n_words > 0 || g_ascii_isalnum (byte)
                                 ? GENLM_JSON_SIGHT_ALL
                                 : GENLM_JSON_SIGHT_NAMES);
    }
  else
    genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_NAMES);
  if (cursor->state == NULL && cursor->n_words == 0)
    cursor->mode = GENLM_JSON_MODE_DEAD;
}
