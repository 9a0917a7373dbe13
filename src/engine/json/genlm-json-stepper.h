#pragma once

/* Takes cursors over bytes, and keeps what they point to. */

#include "genlm-json-cursor.h"

G_BEGIN_DECLS

/* How closely an array or object was looked at, by what was seen of it. */
typedef enum
{
  GENLM_JSON_SIGHT_NONE,
  GENLM_JSON_SIGHT_OUTLOOK, /* its outlook after the value that stands in it */
  GENLM_JSON_SIGHT_NAMES,   /* and how names may start */
  GENLM_JSON_SIGHT_ALL,     /* itself */
} GenlmJsonSight;

/* A blind one leaves names and items out of account
 * that were read before, and says where they would have counted. */
typedef struct
{
  GenlmJsonBook *book;
  guint          max_spaces;
  const guint8  *bytes;
  gboolean       blind;
  gboolean       needs_names; /* it has missed something that may open a way */
  /* Of the arrays and objects that were open at first, the innermost first,
   * how closely they were looked at; NULL: nobody wants to know. */
  guint8        *sights;
  guint          n_sights;
  guint32        height;     /* how many were open */
  GPtrArray     *levels;
  GPtrArray     *names;
  GString       *room;
  /* The number that ended last where the stepper's bytes begin: many tokens end
   * the same one. */
  GenlmJsonText  *number;
  GenlmJsonAsk   *number_ask;
  GenlmJsonResult number_result;
  GError        *error;
} GenlmJsonStepper;

void     genlm_json_stepper_init        (GenlmJsonStepper *self,
                                         GenlmJsonBook    *book,
                                         guint             max_spaces,
                                         const guint8     *bytes);
void     genlm_json_stepper_clear       (GenlmJsonStepper *self);
void     genlm_json_stepper_step        (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
void     genlm_json_stepper_keep_text   (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
void     genlm_json_stepper_end_string  (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
void     genlm_json_stepper_end_other   (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);
gboolean genlm_json_stepper_is_complete (GenlmJsonStepper *self,
                                         GenlmJsonCursor  *cursor,
                                         gsize             at);

/* Notes that the innermost array or object was looked at. What a walk opens
 * itself follows from the rest. */
static inline void
genlm_json_stepper_look (GenlmJsonStepper      *self,
                         const GenlmJsonCursor *cursor,
                         GenlmJsonSight         sight)
{
  guint32 level = self->height - cursor->height;

  if (self->sights == NULL || cursor->height > self->height)
    return;
  self->sights[level] = MAX (self->sights[level], (guint8) sight);
  self->n_sights = MAX (self->n_sights, level + 1);
}

G_END_DECLS
