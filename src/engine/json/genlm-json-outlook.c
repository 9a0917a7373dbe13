/* Outlooks: numbers that frames have in common which look alike for a while. */

#include "genlm-json-frame.h"

/* Others read it without the lock. */
static guint32
keep_outlook (guint32 *place,
              guint32  outlook)
{
  __atomic_store_n (place, outlook, __ATOMIC_RELEASE);
  return outlook;
}

static guint32
intern_outlook (GenlmJsonBook *book,
                gconstpointer  key,
                gsize          size)
{
  gpointer found = genlm_json_book_find (book, key, size);

  if (found == NULL)
    {
      found = GUINT_TO_POINTER (++book->n_outlooks);
      genlm_json_book_add (book, key, size, found);
    }
  return GPOINTER_TO_UINT (found);
}

/* How names that may come start, for bytes that are no letters and digits;
 * FALSE if a character beyond ASCII is among the first. */
static gboolean
add_first_bytes (GenlmJsonFrame *self,
                 guint64         bytes[2])
{
  guint i;

  for (i = 0; i < self->body->words->len; i++)
    {
      const GenlmSchemaName *name = &genlm_json_body_peek_word (self->body, i)->name;
      guint8 byte = name->length > 0 ? (guint8) name->text[0] : '"';

      /* An escape may stand for any character. */
      if (!genlm_json_frame_may_have (self, i, i + 1))
        continue;
      bytes['\\' / 64] |= G_GUINT64_CONSTANT (1) << ('\\' % 64);
      if (byte < 0x80 && !g_ascii_isalnum (byte))
        bytes[byte / 64] |= G_GUINT64_CONSTANT (1) << (byte % 64);
      if (byte >= 0x80)
        return FALSE;
    }
  return TRUE;
}

/* What can be seen after a value of the frame: with @names, also how names may
 * start. */
guint32
genlm_json_frame_get_outlook (GenlmJsonBook  *book,
                              GenlmJsonFrame *self,
                              gboolean        names)
{
  struct
  {
    guint64       kind;
    guint32       may_close;
    guint32       may_go_on;
    guint64       result;
    gpointer      item;
    gpointer      others;
    gpointer      body;
    gpointer      frame;
    guint64       bytes[2];
  } key = { 'o', self->may_close };

  if (self->outlook[names] != 0)
    return self->outlook[names];
  key.kind |= (guint64) self->body->kind << 8 | (guint64) names << 16 | (guint64) self->unique << 17;
  key.may_go_on = genlm_json_frame_may_go_on (book, self);
  key.result = self->may_close ? self->result : 0;
  if (self->body->kind == GENLM_JSON_KIND_ARRAY)
    key.item = key.may_go_on ? genlm_json_frame_get_item (book, self)->ask : NULL;
  else if (names)
    {
      key.others = self->others;
      key.body = self->body;
      if (!add_first_bytes (self, key.bytes))
        key.frame = self;
    }
  return keep_outlook (&self->outlook[names], intern_outlook (book, &key, sizeof key));
}

/* What can be seen after the value of the slot, whatever comes of it. Slots
 * that may lead to many places look like themselves only. */
guint32
genlm_json_slot_get_outlook (GenlmJsonBook *book,
                             GenlmJsonSlot *self,
                             gboolean       names)
{
  guint64 key[6] = { 'l' };
  const GenlmJsonGoal *goal = self->ask->goal;
  guint n = 1;
  guint result;

  if (self->outlook[names] != 0)
    return self->outlook[names];
  if (!genlm_json_goal_is_exact (goal) || __builtin_popcountll (goal->table) > 2)
    {
      key[0] = 'i';
      key[1] = (guint64) (gsize) self;
      return keep_outlook (&self->outlook[names], intern_outlook (book, key, sizeof key));
    }
  for (result = 0; result < 1u << goal->n_claims; result++)
    {
      GenlmJsonFrame *next;

      if (!((goal->table >> result) & 1))
        continue;
      next = genlm_json_slot_make_next (book, self, result, FALSE);
      key[n] = result;
      if (next != NULL && self->frame->unique && genlm_json_frame_may_repeat (book, next))
        key[n] |= (guint64) 1 << 32;
      n++;
      key[n++] = next != NULL ? genlm_json_frame_get_outlook (book, next, names) : 0;
    }
  key[0] |= (guint64) self->frame->unique << 8;
  return keep_outlook (&self->outlook[names], intern_outlook (book, key, sizeof key));
}
