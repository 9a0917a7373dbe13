#include "genlm-json-stepper-private.h"

/* Far from a bound a string is any string. */
static void
leave_bounds (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor)
{
  cursor->dfa = self->book->plain_dfa;
  cursor->state = self->book->plain;
}

void
genlm_json_stepper_start_counting (GenlmJsonStepper *self,
                                   GenlmJsonCursor  *cursor)
{
  cursor->character = self->book->plain;
  cursor->n_chars = 0;
  if (!genlm_json_strings_is_near (cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING], 0))
    leave_bounds (self, cursor);
}

/* After a byte of a string whose characters are counted. */
static void
count_character (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 guint8            byte)
{
  GenlmJsonBook *book = self->book;
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING];
  gboolean far = genlm_json_cursor_is_far (cursor, book);
  GenlmByteDfa *dfa;

  cursor->character = far ? cursor->state
                          : genlm_byte_dfa_step (book->plain_dfa, cursor->character, byte,
                                                 self->error == NULL ? &self->error : NULL);
  if (cursor->character == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  if (cursor->character != book->plain)
    return;
  cursor->n_chars++;
  if (genlm_json_strings_is_near (body, cursor->n_chars) != far)
    return;
  genlm_json_stepper_lock (self);
  cursor->state = genlm_json_strings_start_later (book, body, cursor->ask->goal, cursor->n_chars, &dfa);
  if (!genlm_json_stepper_unlock (self, cursor))
    return;
  cursor->dfa = dfa;
  if (cursor->state == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (!far)
    leave_bounds (self, cursor);
}

/* The closing quote at @at has led to the cursor's state. */
void
genlm_json_stepper_end_string (GenlmJsonStepper *self,
                               GenlmJsonCursor  *cursor,
                               gsize             at)
{
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING];
  g_autoptr (GenlmJsonRegex) regex = NULL;
  GenlmJsonResult result;
  gsize length = 0;
  const char *text = NULL;

  if (genlm_json_cursor_is_far (cursor, self->book))
    {
      genlm_json_stepper_lock (self);
      result = genlm_json_strings_judge_length (self->book, body, cursor->n_chars);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  else if (!genlm_json_strings_peek_result (body->strings, cursor->state, &result))
    {
      if (body->strings->checks_regex)
        regex = genlm_json_stepper_read_regex (self, cursor, at);
      if (body->strings->checks_text)
        text = genlm_json_stepper_peek_text (self, cursor, cursor->lexeme_at, at, &length);
      genlm_json_stepper_lock (self);
      result = genlm_json_strings_judge (self->book, body, cursor->state, text, length, regex);
      if (!genlm_json_stepper_unlock (self, cursor))
        return;
    }
  if (!genlm_json_ask_allows (self->book, cursor->ask, result))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    genlm_json_stepper_end_value (self, cursor, result, at + 1);
}

void
genlm_json_stepper_step_string (GenlmJsonStepper *self,
                                GenlmJsonCursor  *cursor,
                                gsize             at)
{
  cursor->state = genlm_byte_dfa_step (cursor->dfa, cursor->state, self->bytes[at],
                                       self->error == NULL ? &self->error : NULL);
  if (cursor->state == NULL || cursor->state == cursor->dfa->dead)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (cursor->state->accepting)
    genlm_json_stepper_end_string (self, cursor, at);
  else if (cursor->character != NULL)
    count_character (self, cursor, self->bytes[at]);
}
