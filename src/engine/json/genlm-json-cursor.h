#pragma once

/* A place in a JSON text that is being judged: a plain value that is copied
 * to go on in several ways. What it points to it does not own: a stepper keeps
 * what it makes until it is told to forget it. */

#include "genlm-json-frame.h"
#include "genlm-json-names.h"
#include "genlm-json-text.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_JSON_MODE_DEAD,
  GENLM_JSON_MODE_VALUE,      /* a value is to come */
  GENLM_JSON_MODE_FIRST_ITEM, /* after "[" */
  GENLM_JSON_MODE_FIRST_NAME, /* after "{" */
  GENLM_JSON_MODE_NEXT_NAME,  /* after "," */
  GENLM_JSON_MODE_NAME,       /* within a name */
  GENLM_JSON_MODE_COLON,      /* after a name */
  GENLM_JSON_MODE_AFTER,      /* after a member or an item */
  GENLM_JSON_MODE_STRING,
  GENLM_JSON_MODE_NUMBER,
  GENLM_JSON_MODE_LITERAL,
  GENLM_JSON_MODE_DONE,
} GenlmJsonMode;

/* An array or object around the innermost one. */
typedef struct _GenlmJsonLevel GenlmJsonLevel;

struct _GenlmJsonLevel
{
  gatomicrefcount  ref_count;
  guint8           owns_text;
  guint8           has_ended;
  GenlmJsonLevel  *below;
  GenlmJsonFrame  *frame;
  GenlmJsonSlot   *slot;    /* where the next one in stands */
  GenlmJsonNames  *names;
  guint64          count;   /* of members or items, beside that of the frame */
  guint64          held;    /* the memory of its names and of those around it */
  guint64          item_at;
};

/* In the count of spaces: there was a newline among them. */
#define GENLM_JSON_CURSOR_NEWLINE (0x8000u)

typedef struct
{
  guint8           mode;
  guint8           place;     /* NUMBER: where in it. LITERAL: the next letter */
  guint8           kind;      /* LITERAL */
  guint8           n_words;   /* NAME */
  guint8           keeps_text;
  guint8           owns_text;
  guint8           has_ended; /* a value of the innermost, in this walk */
  guint8           has_missed; /* what a blind stepper did not look at */
  guint16          n_spaces;  /* since the last token */
  guint32          height;    /* how many arrays and objects are open */
  guint32          from;      /* where among the stepper's bytes the text goes on */
  GenlmJsonAsk    *ask;       /* of the value that is to come or being read */
  GenlmJsonFrame  *frame;     /* the innermost; NULL: none */
  guint64          count;     /* of its members or items, beside that of the frame */
  GenlmJsonSlot   *slot;      /* in it */
  GenlmJsonLevel  *below;
  GenlmJsonNames  *names;     /* of the innermost */
  GenlmByteDfa    *dfa;       /* STRING, NAME */
  GenlmByteState  *state;     /* NAME: NULL if only words are left */
  /* STRING whose characters are counted: where in its last one, otherwise NULL; and
   * how many there are. */
  GenlmByteState  *character;
  guint64          n_chars;
  GenlmJsonText   *text;
  guint64          lexeme_at; /* where in the text a name, number or string starts */
  guint64          item_at;
  GenlmWordCursor  words[2];
} GenlmJsonCursor;

void genlm_json_cursor_init (GenlmJsonCursor *self,
                             GenlmJsonBook   *book);
void genlm_json_level_unref (GenlmJsonLevel  *self);

/* Whether a string is far from all lengths where something changes. */
static inline gboolean
genlm_json_cursor_is_far (const GenlmJsonCursor *self,
                          const GenlmJsonBook   *book)
{
  return self->character != NULL && self->dfa == book->plain_dfa;
}

static inline GenlmJsonLevel *
genlm_json_level_ref (GenlmJsonLevel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

G_END_DECLS
