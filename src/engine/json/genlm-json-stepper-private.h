#pragma once

/* What the files of the stepper share, by what is being read. */

#include "genlm-json-stepper.h"

G_BEGIN_DECLS

/* Text */
void            genlm_json_stepper_start_lexeme (GenlmJsonCursor       *cursor,
                                                 gsize                  at);
const char     *genlm_json_stepper_peek_text    (GenlmJsonStepper      *self,
                                                 const GenlmJsonCursor *cursor,
                                                 guint64                start,
                                                 gsize                  at,
                                                 gsize                 *length);
GenlmJsonRegex *genlm_json_stepper_read_regex   (GenlmJsonStepper      *self,
                                                 const GenlmJsonCursor *cursor,
                                                 gsize                  at);

/* Values */
void genlm_json_stepper_start_value     (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
void genlm_json_stepper_end_value       (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         GenlmJsonResult   result,
                                         gsize             at);
void genlm_json_stepper_close_container (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
void genlm_json_stepper_keep_names      (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         const char       *text,
                                         gsize             length);

/* Numbers */
void     genlm_json_stepper_check_number (GenlmJsonStepper *self,
                                          GenlmJsonCursor  *cursor,
                                          gsize             at);
gboolean genlm_json_stepper_judge_number (GenlmJsonStepper *self,
                                          GenlmJsonCursor  *cursor,
                                          gsize             at,
                                          GenlmJsonResult  *result);
void     genlm_json_stepper_step_number  (GenlmJsonStepper *self,
                                          GenlmJsonCursor  *cursor,
                                          gsize             at);

/* Strings and names */
void genlm_json_stepper_start_counting (GenlmJsonStepper *self,
                                        GenlmJsonCursor  *cursor);
void genlm_json_stepper_step_string    (GenlmJsonStepper *self,
                                        GenlmJsonCursor  *cursor,
                                        gsize             at);
void genlm_json_stepper_start_name     (GenlmJsonStepper *self,
                                        GenlmJsonCursor  *cursor,
                                        gsize             at);
void genlm_json_stepper_step_name      (GenlmJsonStepper *self,
                                        GenlmJsonCursor  *cursor,
                                        gsize             at);

/* All that is part of no string, number or literal */
void genlm_json_stepper_step_structure (GenlmJsonStepper *self,
                                        GenlmJsonCursor  *cursor,
                                        gsize             at);

static inline guint64
genlm_json_cursor_text_length (const GenlmJsonCursor *cursor,
                               gsize                  at)
{
  return (cursor->text != NULL ? cursor->text->total : 0) + (at - cursor->from);
}

static inline void
genlm_json_stepper_lock (GenlmJsonStepper *self)
{
  g_mutex_lock (&self->book->lock);
}

/* Whether nothing went wrong while the book was locked. */
static inline gboolean
genlm_json_stepper_unlock (GenlmJsonStepper *self,
                           GenlmJsonCursor  *cursor)
{
  gboolean ok = genlm_json_book_check (self->book, self->error == NULL ? &self->error : NULL);

  g_mutex_unlock (&self->book->lock);
  if (!ok)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  return ok;
}

static inline gboolean
genlm_json_stepper_may_go_on (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor)
{
  guint8 may = __atomic_load_n (&cursor->frame->may_go_on, __ATOMIC_ACQUIRE);

  if (may == GENLM_JSON_OPEN)
    {
      genlm_json_stepper_lock (self);
      may = (guint8) genlm_json_frame_may_go_on (self->book, cursor->frame);
      if (!genlm_json_stepper_unlock (self, cursor))
        return FALSE;
    }
  return may;
}

G_END_DECLS
