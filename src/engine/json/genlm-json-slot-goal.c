#include "genlm-json-frame-private.h"

#include <string.h>

/* Whether a value with these truths leaves the frame alive. */
static gboolean
try_value (GenlmJsonBook       *book,
           const GenlmJsonSlot *slot,
           const guint8        *truths)
{
  GenlmJsonFrame *frame = slot->frame;
  g_autofree guint8 *claims = g_new (guint8, MAX (frame->body->n_claims, 1));
  g_auto (GenlmJsonFrameDraft) draft = { 0 };

  genlm_json_frame_draft_init_copy (&draft, frame);
  genlm_json_slot_apply (book, slot, &draft, truths);
  return genlm_json_frame_draft_is_alive (book, frame->ask, frame->body, &draft, claims);
}

static guint64
make_table (GenlmJsonBook       *book,
            const GenlmJsonSlot *slot,
            guint                n)
{
  guint8 truths[GENLM_JSON_GOAL_MAX_EXACT];
  guint64 table = 0;
  guint result;
  guint i;

  for (result = 0; result < 1u << n; result++)
    {
      for (i = 0; i < n; i++)
        truths[i] = (result >> i) & 1;
      if (try_value (book, slot, truths))
        table |= G_GUINT64_CONSTANT (1) << result;
    }
  return table;
}

/* Marks the claims that variants go by. Returns whether there are any. */
static gboolean
mark_variants (const GenlmJsonSlot *slot,
               guint                n,
               guint8              *marks)
{
  const GenlmJsonClass *klass = slot->klass;
  gboolean any = FALSE;
  guint i;
  guint j;

  memset (marks, FALSE, n);
  for (i = 0; i < klass->n_effects; i++)
    if (klass->effects[i].kind == GENLM_JSON_EFFECT_VARIANTS && slot->claims[i] != GENLM_JSON_SLOT_SKIPPED)
      for (j = 0; j < slot->variants[slot->claims[i]]; j++)
        any = marks[slot->variants[slot->claims[i] + 2 + 2 * j]] = TRUE;
  return any;
}

/* What each claim must be, or OPEN. What variants go by is not looked at: nearly
 * always there are others. */
static void
list_wanted (GenlmJsonBook       *book,
             const GenlmJsonSlot *slot,
             guint                n,
             const guint8        *variants,
             guint8              *truths,
             guint8              *wanted)
{
  guint i;

  for (i = 0; i < n; i++)
    {
      wanted[i] = GENLM_JSON_OPEN;
      if (variants[i])
        continue;
      truths[i] = GENLM_JSON_NO;
      if (!try_value (book, slot, truths))
        wanted[i] = GENLM_JSON_YES;
      truths[i] = GENLM_JSON_YES;
      if (wanted[i] == GENLM_JSON_OPEN && !try_value (book, slot, truths))
        wanted[i] = GENLM_JSON_NO;
      truths[i] = GENLM_JSON_OPEN;
    }
}

/* A small set of claims that must not all fail, if there is one: a smallest one, or
 * all that variants go by. @truths are all open. */
static guint
list_any (GenlmJsonBook       *book,
          const GenlmJsonSlot *slot,
          guint                n,
          const guint8        *variants,
          guint8              *truths,
          const guint8        *wanted,
          guint32             *any)
{
  guint n_any = 0;
  guint i;

  for (i = 0; i < n; i++)
    if (wanted[i] == GENLM_JSON_OPEN)
      truths[i] = variants[i] ? GENLM_JSON_OPEN : GENLM_JSON_NO;
  if (try_value (book, slot, truths))
    return 0;
  for (i = 0; i < n; i++)
    {
      if (truths[i] == GENLM_JSON_OPEN)
        continue;
      truths[i] = GENLM_JSON_OPEN;
      if (!try_value (book, slot, truths))
        continue;
      truths[i] = GENLM_JSON_NO;
      any[n_any++] = i;
    }
  return n_any;
}

/* The same for the claims that variants go by, all together. */
static guint
list_any_variant (GenlmJsonBook       *book,
                  const GenlmJsonSlot *slot,
                  guint                n,
                  const guint8        *variants,
                  guint32             *any)
{
  g_autofree guint8 *truths = g_new (guint8, n);
  guint n_any = 0;
  guint i;

  for (i = 0; i < n; i++)
    truths[i] = variants[i] ? GENLM_JSON_NO : GENLM_JSON_OPEN;
  if (try_value (book, slot, truths))
    return 0;
  for (i = 0; i < n; i++)
    if (variants[i])
      any[n_any++] = i;
  return n_any;
}

/* The goal for many claims; NULL if nothing is of use. */
static const GenlmJsonGoal *
make_wide_goal (GenlmJsonBook       *book,
                const GenlmJsonSlot *slot,
                guint                n)
{
  g_autofree guint8 *truths = g_new (guint8, n);
  g_autofree guint8 *wanted = g_new (guint8, n);
  g_autofree guint8 *variants = g_new (guint8, n);
  g_autofree guint32 *any = g_new (guint32, n);
  guint n_any = 0;

  memset (truths, GENLM_JSON_OPEN, n);
  if (!try_value (book, slot, truths))
    return NULL;
  if (mark_variants (slot, n, variants))
    n_any = list_any_variant (book, slot, n, variants, any);
  list_wanted (book, slot, n, variants, truths, wanted);
  if (n_any == 0)
    n_any = list_any (book, slot, n, variants, truths, wanted, any);
  return genlm_json_ask_make_goal (book, n, 0, wanted, any, n_any);
}

/* The goal for the value: which results of @n claims are of use; NULL if none is. */
const GenlmJsonGoal *
genlm_json_slot_make_goal (GenlmJsonBook       *book,
                           const GenlmJsonSlot *slot,
                           guint                n)
{
  guint64 table;

  if (n > GENLM_JSON_GOAL_MAX_EXACT)
    return make_wide_goal (book, slot, n);
  table = make_table (book, slot, n);
  return table != 0 ? genlm_json_ask_make_goal (book, n, table, NULL, NULL, 0) : NULL;
}
