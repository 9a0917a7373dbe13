#include "genlm-json-stepper-private.h"

/* From now on text is wanted, the byte at @at first. */
void
genlm_json_stepper_start_lexeme (GenlmJsonCursor *cursor,
                                 gsize            at)
{
  if (!cursor->keeps_text)
    {
      cursor->text = NULL;
      cursor->from = (guint32) at;
    }
  cursor->lexeme_at = genlm_json_cursor_text_length (cursor, at);
}

/* What was read from a place in the text to before @at. */
const char *
genlm_json_stepper_peek_text (GenlmJsonStepper      *self,
                              const GenlmJsonCursor *cursor,
                              guint64                start,
                              gsize                  at,
                              gsize                 *length)
{
  guint64 before = cursor->text != NULL ? cursor->text->total : 0;

  *length = genlm_json_cursor_text_length (cursor, at) - start;
  if (*length == 0)
    return "";
  if (start >= before)
    return (const char *) self->bytes + cursor->from + (start - before);
  if (self->room == NULL)
    self->room = g_string_new (NULL);
  g_string_set_size (self->room, 0);
  genlm_json_text_append (cursor->text, start, self->room);
  g_string_append_len (self->room, (const char *) self->bytes + cursor->from,
                       (gssize) (at - cursor->from));
  return self->room->str;
}

static gboolean
wants_text (const GenlmJsonCursor *cursor)
{
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_NAME:
      return cursor->state != NULL;
    case GENLM_JSON_MODE_NUMBER:
      return TRUE;
    case GENLM_JSON_MODE_STRING:
      return cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->checked;
    default:
      return FALSE;
    }
}

static gboolean
checks_regex (const GenlmJsonCursor *cursor)
{
  return cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->checks_regex;
}

/* Where in a pattern a string is that was read to before @at. */
GenlmJsonRegex *
genlm_json_stepper_read_regex (GenlmJsonStepper      *self,
                               const GenlmJsonCursor *cursor,
                               gsize                  at)
{
  guint64 before = cursor->text != NULL ? cursor->text->total : 0;
  gboolean has_begun = cursor->lexeme_at < before;
  gsize first = cursor->from + (has_begun ? 0 : cursor->lexeme_at - before);

  return genlm_json_regex_read (has_begun ? cursor->text->regex : NULL, (const char *) self->bytes + first, at - first);
}

/* Puts the text that is still wanted aside, as the stepper's bytes are about
 * to go. The cursor owns its text afterwards, and owned it before if it had
 * any. */
void
genlm_json_stepper_keep_text (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              gsize             at)
{
  if (!cursor->keeps_text && !wants_text (cursor))
    cursor->text = NULL;
  else
    {
      if (cursor->text != NULL)
        genlm_json_text_ref (cursor->text);
      if (at > cursor->from)
        {
          GenlmJsonRegex *regex = cursor->mode == GENLM_JSON_MODE_STRING && checks_regex (cursor)
                                    ? genlm_json_stepper_read_regex (self, cursor, at)
                                    : NULL;

          cursor->text = genlm_json_text_new (cursor->text, self->bytes + cursor->from,
                                              at - cursor->from);
          cursor->text->regex = regex;
        }
    }
  cursor->from = 0;
}
