/* genlm-timed.c: where the time of a sampler goes
 *
 * Both numbers only grow over the life of a sampler; whoever wants those of a
 * run takes the difference.
 */

#include "genlm-config.h"

#include "genlm-timed-private.h"

G_DEFINE_INTERFACE (GenlmTimed, genlm_timed, G_TYPE_OBJECT)

static void
genlm_timed_default_init (GenlmTimedInterface *iface)
{
}

/* Seconds between asking and being answered, over all draws so far: of the
 * model (potential and proposal), and of the constraint. */
void
genlm_timed_get_seconds (GenlmTimed *self,
                         double     *model,
                         double     *constraint)
{
  GENLM_TIMED_GET_IFACE (self)->get_seconds (self, model, constraint);
}
