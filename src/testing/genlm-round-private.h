#pragma once

#include "genlm-findings-private.h"

G_BEGIN_DECLS

typedef struct _GenlmRound GenlmRound;

/* One asynchronous call and its answer. */
typedef struct
{
  gatomicrefcount  refs;
  GenlmRound      *round;         /* NULL once it is over */
  GenlmMethod      method;
  GenlmContext    *context;
  GCancellable    *cancellable;
  guint            n_answers;
  gboolean         is_early;      /* answered before the call returned */
  gboolean         is_elsewhere;  /* answered in another thread */
  double           score;
  GenlmWeights    *weights;
  GenlmTokenSet   *mask;
  GError          *error;
} GenlmRoundCall;

GenlmRound     *genlm_round_new      (GenlmPotential  *potential);
void            genlm_round_free     (GenlmRound      *self);
void            genlm_round_send     (GenlmRound      *self,
                                      GenlmMethod      method,
                                      GenlmContext    *context,
                                      GCancellable    *cancellable);
void            genlm_round_step     (GenlmRound      *self);
void            genlm_round_wait     (GenlmRound      *self,
                                      guint            milliseconds);
guint           genlm_round_get_size (GenlmRound      *self);
GenlmRoundCall *genlm_round_get_call (GenlmRound      *self,
                                      guint            index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmRound, genlm_round_free)

G_END_DECLS
