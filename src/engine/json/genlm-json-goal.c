#include "genlm-json-goal.h"

/* For each claim the results in which it holds. */
static const guint64 holds[GENLM_JSON_GOAL_MAX_EXACT] = {
  G_GUINT64_CONSTANT (0xaaaaaaaaaaaaaaaa), G_GUINT64_CONSTANT (0xcccccccccccccccc),
  G_GUINT64_CONSTANT (0xf0f0f0f0f0f0f0f0), G_GUINT64_CONSTANT (0xff00ff00ff00ff00),
  G_GUINT64_CONSTANT (0xffff0000ffff0000), G_GUINT64_CONSTANT (0xffffffff00000000),
};

/* Whether some result that agrees with what is known is of use. */
gboolean
genlm_json_goal_allows (const GenlmJsonGoal *self,
                        const guint8        *truths)
{
  guint i;

  if (genlm_json_goal_is_exact (self))
    {
      guint64 table = self->table;

      for (i = 0; i < self->n_claims; i++)
        if (truths[i] != GENLM_JSON_OPEN)
          table &= truths[i] == GENLM_JSON_YES ? holds[i] : ~holds[i];
      return table != 0;
    }
  for (i = 0; i < self->n_claims; i++)
    if (self->wanted[i] != GENLM_JSON_OPEN && truths[i] != GENLM_JSON_OPEN
        && self->wanted[i] != truths[i])
      return FALSE;
  for (i = 0; i < self->n_any; i++)
    if (truths[self->any[i]] != GENLM_JSON_NO)
      return TRUE;
  return self->n_any == 0;
}
