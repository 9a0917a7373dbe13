#pragma once

/* How much is done for one question, and how long it may take: the clock, and
 * the call's cancellable, are looked at once in many steps. */

#include <gio/gio.h>

#include "genlm-engine.h"

G_BEGIN_DECLS

/* Steps of some nanoseconds between two looks. */
#define GENLM_EARLEY_CLOCK_STEPS (1u << 13)

typedef struct
{
  guint64 n_steps; /* of all questions together */
  guint64 next_look;
  guint   deadline; /* in milliseconds; 0 for none */
  gint64  end_time; /* monotonic; 0 for none */
} GenlmEarleyClock;

void     genlm_earley_clock_start (GenlmEarleyClock  *self,
                                   guint              deadline);
gboolean genlm_earley_clock_look  (GenlmEarleyClock  *self,
                                   GError           **error);

/* FALSE with an error when it is too late. */
static inline gboolean
genlm_earley_clock_spend (GenlmEarleyClock  *self,
                          guint64            n_steps,
                          GError           **error)
{
  self->n_steps += n_steps;
  return G_LIKELY (self->n_steps < self->next_look) || genlm_earley_clock_look (self, error);
}

G_END_DECLS
