#pragma once

/* How long one question about a text may take. The clock is looked at once in
 * many steps, and starts with the first look, so that short questions cost
 * nothing. */

#include "genlm-engine.h"

G_BEGIN_DECLS

/* Steps of some nanoseconds between two looks. */
#define GENLM_WCFG_CLOCK_STEPS (1u << 16)

typedef struct
{
  guint   deadline; /* in milliseconds; 0 for none */
  guint64 n_steps;
  gint64  end_time; /* monotonic; 0 where it has not started */
} GenlmWcfgClock;

gboolean genlm_wcfg_clock_look (GenlmWcfgClock  *self,
                                GError         **error);

/* FALSE with an error when it is too late. */
static inline gboolean
genlm_wcfg_clock_spend (GenlmWcfgClock  *self,
                        guint64          n_steps,
                        GError         **error)
{
  self->n_steps += n_steps;
  return G_LIKELY (self->n_steps < GENLM_WCFG_CLOCK_STEPS) || genlm_wcfg_clock_look (self, error);
}

/* Begins anew. */
static inline void
genlm_wcfg_clock_restart (GenlmWcfgClock *self)
{
  self->n_steps = 0;
  self->end_time = 0;
}

G_END_DECLS
