#include "genlm-earley-clock.h"

#include <genlm.h>

/* Begins a question that may take @deadline milliseconds, or any number with 0. */
void
genlm_earley_clock_start (GenlmEarleyClock *self,
                          guint             deadline)
{
  self->deadline = deadline;
  self->end_time = 0;
  if (deadline > 0)
    self->end_time = g_get_monotonic_time () + deadline * G_GINT64_CONSTANT (1000);
  self->next_look = self->n_steps + GENLM_EARLEY_CLOCK_STEPS;
}

/* FALSE with an error when it is too late, or nobody waits any more. */
gboolean
genlm_earley_clock_look (GenlmEarleyClock  *self,
                         GError           **error)
{
  self->next_look = self->n_steps + GENLM_EARLEY_CLOCK_STEPS;
  if (g_cancellable_set_error_if_cancelled (g_cancellable_get_current (), error))
    return FALSE;
  if (self->end_time == 0 || g_get_monotonic_time () <= self->end_time)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "The grammar had no answer within deadline=%u milliseconds; a less ambiguous grammar, or "
               "a higher deadline, would let it have one",
               self->deadline);
  return FALSE;
}
