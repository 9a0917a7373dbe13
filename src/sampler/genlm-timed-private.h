#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define GENLM_TYPE_TIMED (genlm_timed_get_type ())
G_DECLARE_INTERFACE (GenlmTimed, genlm_timed, GENLM, TIMED, GObject)

/* A sampler that knows how long it waited for whom. */
struct _GenlmTimedInterface
{
  GTypeInterface parent_iface;

  void (*get_seconds) (GenlmTimed *self,
                       double     *model,
                       double     *constraint);
};

void genlm_timed_get_seconds (GenlmTimed *self,
                              double     *model,
                              double     *constraint);

G_END_DECLS
