#pragma once

/* An array or an object that is being read: what is known so far of what is
 * asked of it, kept once by its content. It knows nothing of what it stands
 * in. What no longer matters is forgotten, so that many ways of reading lead
 * to the same frame. */

#include "genlm-json-ask.h"
#include "genlm-word-list.h"

G_BEGIN_DECLS

/* A place for a value in a frame: a member with a name of some class, or the
 * next item; and where results of the value lead to. */
typedef struct _GenlmJsonNext GenlmJsonNext;

struct _GenlmJsonNext
{
  GenlmJsonNext   *next;
  GenlmJsonResult  result;
  GenlmJsonFrame  *frame;  /* NULL: to nothing */
};

struct _GenlmJsonSlot
{
  GenlmJsonSlot   *next;
  GenlmJsonFrame  *frame;
  GenlmJsonClass  *klass;
  GenlmJsonAsk    *ask;    /* NULL: no value is of use */
  /* For each effect of the class the claim of the ask it goes by, or NONE; of
   * variants where among these their number stands, and then each with its claim. */
  const guint32   *claims;
  const guint32   *variants;
  GenlmJsonNext   *nexts[2]; /* the latter if the room of the frame is used up */
  guint32          outlook[2];
  guint8           ends;   /* a truth: every result that is of use leads on */
};

struct _GenlmJsonFrame
{
  GenlmJsonAsk     *ask;
  GenlmJsonBody    *body;
  guint32           index;
  guint64           n;         /* members or items, up to where it matters */
  guint64           room;      /* so many more, but for one, change nothing */
  guint32           order;     /* of the last member */
  gboolean          may_close; /* with this result */
  GenlmJsonResult   result;
  gboolean          unique;    /* whether equal items matter */
  const guint8     *known;     /* a truth for each claim */
  const guint32    *cells;     /* what is known for each atom */
  const guint64    *seen;      /* a bit for each word */

  GenlmJsonSlot    *slots;
  GenlmJsonSlot    *item;      /* the next one, once it was asked for */
  GenlmJsonSlot    *other;     /* of a name that is no word, where all are alike */
  guint32           outlook[2]; /* 0: not known yet */
  guint8            may_go_on; /* a truth: whether there may be more */
  guint8            may_repeat; /* a truth: whether two equal items leave it alive, and matter */
  gboolean          has_keys;
  /* Names: the words that may come, and of others where they start. */
  const guint64    *words;
  GenlmByteDfa     *dfa;
  GenlmByteState   *others;    /* NULL: none */
};

#define GENLM_JSON_CELL_IGNORED (G_MAXUINT32)
#define GENLM_JSON_CELL_FAILED  (G_MAXUINT32 - 1)

GenlmJsonFrame *genlm_json_frame_start      (GenlmJsonBook   *book,
                                             GenlmJsonAsk    *ask,
                                             GenlmJsonBody   *body);
GenlmJsonSlot  *genlm_json_frame_get_slot   (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self,
                                             GenlmJsonClass  *klass);
guint32         genlm_json_frame_get_outlook (GenlmJsonBook  *book,
                                              GenlmJsonFrame *self,
                                              gboolean        names);
guint32         genlm_json_slot_get_outlook (GenlmJsonBook   *book,
                                             GenlmJsonSlot   *self,
                                             gboolean         names);
gboolean        genlm_json_slot_always_ends (GenlmJsonBook   *book,
                                             GenlmJsonSlot   *self);
gboolean        genlm_json_frame_names_end  (const GenlmJsonFrame *self);
GenlmJsonSlot  *genlm_json_frame_get_item   (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self);
gboolean        genlm_json_frame_may_go_on  (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self);
void            genlm_json_frame_make_keys  (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self);
GenlmJsonFrame *genlm_json_frame_repeat     (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self);
gboolean        genlm_json_frame_may_repeat (GenlmJsonBook   *book,
                                             GenlmJsonFrame  *self);
GenlmJsonFrame *genlm_json_slot_make_next   (GenlmJsonBook   *book,
                                             GenlmJsonSlot   *self,
                                             GenlmJsonResult  result,
                                             gboolean         leaves);
gboolean        genlm_json_frame_may_have   (const GenlmJsonFrame *self,
                                             guint32          low,
                                             guint32          high);

/* Without the lock; FALSE if it has not been worked out. */
static inline gboolean
genlm_json_slot_peek_next (GenlmJsonSlot    *self,
                           GenlmJsonResult   result,
                           gboolean          leaves,
                           GenlmJsonFrame  **frame)
{
  GenlmJsonNext *next = __atomic_load_n (&self->nexts[leaves], __ATOMIC_ACQUIRE);

  for (; next != NULL; next = next->next)
    if (next->result == result)
      {
        *frame = next->frame;
        return TRUE;
      }
  return FALSE;
}

static inline GenlmJsonSlot *
genlm_json_frame_peek_slot (GenlmJsonFrame       *self,
                            const GenlmJsonClass *klass)
{
  GenlmJsonSlot *slot = __atomic_load_n (&self->slots, __ATOMIC_ACQUIRE);

  while (slot != NULL && slot->klass != klass)
    slot = slot->next;
  return slot;
}

G_END_DECLS
