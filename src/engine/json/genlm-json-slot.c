#include "genlm-json-frame-private.h"

/* Whether the order, and what was read, leave room for a value of the class. */
gboolean
genlm_json_frame_may_have_class (const GenlmJsonFrame *self,
                                 const GenlmJsonClass *klass,
                                 GenlmJsonBook        *book)
{
  const GenlmJsonBody *body = self->body;

  if (body->kind == GENLM_JSON_KIND_ARRAY)
    return TRUE;
  if (klass->word == GENLM_JSON_NONE)
    return genlm_json_frame_get_others_order (book, body) >= self->order;
  return !((self->seen[klass->word / 64] >> (klass->word % 64)) & 1)
         && genlm_json_body_peek_word (body, klass->word)->order >= self->order;
}

GenlmJsonSlot *
genlm_json_frame_get_slot (GenlmJsonBook  *book,
                           GenlmJsonFrame *self,
                           GenlmJsonClass *klass)
{
  GenlmJsonSlot *slot = genlm_json_frame_peek_slot (self, klass);
  const GenlmJsonGoal *goal;
  GenlmJsonPlan *plan;

  if (slot != NULL)
    return slot;
  slot = genlm_json_book_alloc (book, sizeof *slot);
  slot->frame = self;
  slot->klass = klass;
  slot->ends = GENLM_JSON_OPEN;
  if (genlm_json_frame_may_have_class (self, klass, book))
    {
      plan = genlm_json_slot_make_plan (book, slot);
      goal = genlm_json_slot_make_goal (book, slot, plan->n_claims);
      if (goal != NULL)
        slot->ask = genlm_json_ask_intern (book, plan, goal);
      if (slot->ask != NULL && !genlm_json_ask_is_alive (book, slot->ask))
        slot->ask = NULL;
    }
  slot->next = self->slots;
  __atomic_store_n (&self->slots, slot, __ATOMIC_RELEASE);
  return slot;
}

GenlmJsonSlot *
genlm_json_frame_get_item (GenlmJsonBook  *book,
                           GenlmJsonFrame *self)
{
  GenlmJsonSlot *slot = self->item;

  if (slot == NULL)
    {
      guint place = (guint) MIN (self->n, self->body->max_prefix);

      slot = genlm_json_frame_get_slot (book, self,
                                        genlm_json_body_get_item_class (book, self->body, place));
      __atomic_store_n (&self->item, slot, __ATOMIC_RELEASE);
    }
  return slot;
}

/* @leaves: with the value the room of the frame is used up. */
GenlmJsonFrame *
genlm_json_slot_make_next (GenlmJsonBook   *book,
                           GenlmJsonSlot   *self,
                           GenlmJsonResult  result,
                           gboolean         leaves)
{
  guint n = self->ask->plan->n_claims;
  g_autofree guint8 *truths = NULL;
  g_auto (GenlmJsonFrameDraft) draft = { 0 };
  GenlmJsonFrame *frame;
  GenlmJsonNext *next;
  guint i;

  if (genlm_json_slot_peek_next (self, result, leaves, &frame))
    return frame;
  truths = g_new (guint8, MAX (n, 1));
  for (i = 0; i < n; i++)
    truths[i] = genlm_json_book_peek_result (book, result, n, i);
  genlm_json_frame_draft_init_copy (&draft, self->frame);
  if (leaves)
    draft.n += self->frame->room - 1;
  genlm_json_slot_apply (book, self, &draft, truths);
  next = genlm_json_book_alloc (book, sizeof *next);
  next->result = result;
  next->frame = genlm_json_frame_finish (book, self->frame->ask, self->frame->body, &draft);
  next->next = self->nexts[leaves];
  __atomic_store_n (&self->nexts[leaves], next, __ATOMIC_RELEASE);
  return next->frame;
}

/* Whether whatever comes of a value leads on to something. */
gboolean
genlm_json_slot_always_ends (GenlmJsonBook *book,
                             GenlmJsonSlot *self)
{
  const GenlmJsonGoal *goal = self->ask->goal;
  gboolean ends = genlm_json_goal_is_exact (goal);
  guint result;

  if (self->ends != GENLM_JSON_OPEN)
    return self->ends;
  for (result = 0; ends && result < 1u << goal->n_claims; result++)
    {
      GenlmJsonFrame *next;

      if (!((goal->table >> result) & 1))
        continue;
      next = genlm_json_slot_make_next (book, self, result, FALSE);
      ends = next != NULL && (next->may_close || genlm_json_frame_may_go_on (book, next));
    }
  /* Others read it without the lock. */
  __atomic_store_n (&self->ends, (guint8) ends, __ATOMIC_RELEASE);
  return ends;
}
