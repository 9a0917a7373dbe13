#pragma once

#include "genlm-distinct-private.h"
#include "genlm-rounds-private.h"
#include "genlm-trial-private.h"
#include "genlm-weights-list.h"

G_BEGIN_DECLS

/* A batch of AWRS draws on its way: one trial for each context, all advancing
 * together. Its memory is used again for the next batch. */
typedef struct _GenlmAwrsDraw GenlmAwrsDraw;

/* What a draw is made of; the draw holds its own references. */
typedef struct
{
  GenlmPotential          *potential;
  GenlmPotential          *proposal;   /* or NULL */
  GenlmPotential          *condition;  /* over the vocabulary of the potential */
  GenlmTokenSet           *readable;   /* tokens the condition can read, or NULL: all */
  gboolean                 prune;
  GenlmTrialRules          rules;
  const GenlmTrialChoices *choices;    /* NULL: from the request's random numbers */
  gpointer                 data;
} GenlmAwrsParts;

typedef void (*GenlmAwrsDrawDone) (GenlmAwrsDraw *draw,
                                   double         model_seconds,
                                   double         constraint_seconds,
                                   gpointer       user_data);

GenlmAwrsDraw *genlm_awrs_draw_new   (void);
void           genlm_awrs_draw_free  (GenlmAwrsDraw        *self);
void           genlm_awrs_draw_start (GenlmAwrsDraw        *self,
                                      const GenlmAwrsParts *parts,
                                      GenlmRequest         *request,
                                      gboolean              now,
                                      GenlmAwrsDrawDone     done,
                                      gpointer              user_data);

G_END_DECLS
