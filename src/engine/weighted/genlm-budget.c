#include "genlm-budget.h"

#include <genlm.h>

/* The clock is looked at once in so many steps, each some nanoseconds. */
#define STEPS_PER_LOOK (1u << 16)

void
genlm_budget_init (GenlmBudget             *self,
                   const char              *doing,
                   const char              *what,
                   const GenlmEngineLimits *limits)
{
  *self = (GenlmBudget) { .doing = doing, .what = what, .limits = *limits };
  if (limits->deadline > 0)
    self->deadline = g_get_monotonic_time () + (gint64) limits->deadline * 1000;
}

/* FALSE with an error when there is not that much left. */
gboolean
genlm_budget_spend (GenlmBudget  *self,
                    guint64       n_steps,
                    guint64       n_bytes,
                    GError      **error)
{
  guint64 n_looks = self->n_steps / STEPS_PER_LOOK;

  self->memory += n_bytes;
  self->n_steps += n_steps;
  if (self->memory > self->limits.max_memory)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "%s the %s takes more than max-memory=%" G_GUINT64_FORMAT
                   " bytes; make the %s smaller or raise max-memory",
                   self->doing, self->what, self->limits.max_memory, self->what);
      return FALSE;
    }
  if (self->deadline != 0 && self->n_steps / STEPS_PER_LOOK != n_looks
      && g_get_monotonic_time () > self->deadline)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "%s the %s takes longer than deadline=%u milliseconds; make the %s "
                   "smaller or raise deadline",
                   self->doing, self->what, self->limits.deadline, self->what);
      return FALSE;
    }
  return TRUE;
}
