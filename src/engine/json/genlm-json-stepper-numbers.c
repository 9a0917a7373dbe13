#include "genlm-json-stepper-private.h"

#include "genlm-json-number.h"

void
genlm_json_stepper_check_number (GenlmJsonStepper *self,
                                 GenlmJsonCursor  *cursor,
                                 gsize             at)
{
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_NUMBER];
  g_autofree guint8 *claims = NULL;
  const char *text;
  gsize length;

  /* Of a free number only the exponent may rule out that it is an integer. */
  if (cursor->ask->number_is_free && cursor->place < GENLM_JSON_NUMBER_E)
    return;
  /* So a long number takes no longer at each byte. */
  if (!self->book->narrow
      && genlm_json_cursor_text_length (cursor, at + 1) - cursor->lexeme_at > GENLM_JSON_NUMBER_MAX_GUESS)
    return;
  text = genlm_json_stepper_peek_text (self, cursor, cursor->lexeme_at, at + 1, &length);
  if (cursor->ask->number_is_listed)
    {
      if (!genlm_json_number_may_be_listed (body, cursor->ask->number_form, text, length))
        cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  claims = g_new (guint8, MAX (body->n_claims, 1));
  genlm_json_stepper_lock (self);
  genlm_json_number_guess (self->book, body, cursor->ask->number_form, text, length, claims);
  if (!genlm_json_stepper_unlock (self, cursor))
    return;
  if (!genlm_json_goal_allows (cursor->ask->goal, claims))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

/* The claims that hold of the number that ends before @at. */
gboolean
genlm_json_stepper_judge_number (GenlmJsonStepper *self,
                                 GenlmJsonCursor  *cursor,
                                 gsize             at,
                                 GenlmJsonResult  *result)
{
  GenlmJsonAsk *ask = cursor->ask;
  GenlmJsonBody *body = ask->plan->bodies[GENLM_JSON_KIND_NUMBER];
  g_autofree guint8 *claims = NULL;
  const char *text;
  gsize length;

  if (!genlm_json_number_is_whole (cursor->place))
    return FALSE;
  if (ask->number_is_free
      && (cursor->place == GENLM_JSON_NUMBER_ZERO || cursor->place == GENLM_JSON_NUMBER_WHOLE))
    *result = ask->whole;
  else if (at == cursor->from && cursor->text != NULL && cursor->text == self->number
           && ask == self->number_ask)
    *result = self->number_result;
  else
    {
      claims = g_new (guint8, MAX (body->n_claims, 1));
      text = genlm_json_stepper_peek_text (self, cursor, cursor->lexeme_at, at, &length);
      genlm_json_stepper_lock (self);
      genlm_json_number_judge (self->book, body, text, length, claims);
      *result = genlm_json_book_make_result (self->book, claims, body->n_claims);
      if (!genlm_json_stepper_unlock (self, cursor))
        return FALSE;
      if (at == cursor->from)
        {
          self->number = cursor->text;
          self->number_ask = ask;
          self->number_result = *result;
        }
    }
  return genlm_json_ask_allows (self->book, ask, *result);
}

void
genlm_json_stepper_step_number (GenlmJsonStepper *self,
                                GenlmJsonCursor  *cursor,
                                gsize             at)
{
  GenlmJsonNumberPlace place = genlm_json_number_next (cursor->ask->number_form,
                                                       cursor->place, self->bytes[at]);
  GenlmJsonResult result;

  if (place != GENLM_JSON_NUMBER_DEAD)
    {
      cursor->place = (guint8) place;
      genlm_json_stepper_check_number (self, cursor, at);
      return;
    }
  if (!genlm_json_stepper_judge_number (self, cursor, at, &result))
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  genlm_json_stepper_end_value (self, cursor, result, at);
  if (cursor->mode != GENLM_JSON_MODE_DEAD)
    genlm_json_stepper_step_structure (self, cursor, at);
}
