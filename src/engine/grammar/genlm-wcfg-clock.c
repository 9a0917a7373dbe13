#include "genlm-wcfg-clock.h"

#include <genlm.h>

/* FALSE with an error when it is too late, or nobody waits any more. */
gboolean
genlm_wcfg_clock_look (GenlmWcfgClock  *self,
                       GError         **error)
{
  gint64 now;

  self->n_steps = 0;
  if (g_cancellable_set_error_if_cancelled (g_cancellable_get_current (), error))
    return FALSE;
  if (self->deadline == 0)
    return TRUE;
  now = g_get_monotonic_time ();
  if (self->end_time == 0)
    self->end_time = now + self->deadline * G_GINT64_CONSTANT (1000);
  if (now <= self->end_time)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "Failed to read on: it takes longer than deadline=%u milliseconds, as the text can be "
               "read in too many ways; make the grammar less ambiguous or raise deadline",
               self->deadline);
  return FALSE;
}
