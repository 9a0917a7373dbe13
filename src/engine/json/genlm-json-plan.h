#pragma once

/* Claims that are judged together on one value. */

#include "genlm-json-book.h"

G_BEGIN_DECLS

struct _GenlmJsonPlan
{
  guint32               n_claims;
  const GenlmJsonClaim *claims; /* sorted, each once */
  /* What they come to for each kind of value; NULL until it is asked for. */
  GenlmJsonBody        *bodies[GENLM_JSON_N_KINDS];
};

GenlmJsonPlan *genlm_json_plan_intern   (GenlmJsonBook        *book,
                                         const GenlmJsonClaim *claims,
                                         guint                 n_claims);
GenlmJsonBody *genlm_json_plan_get_body (GenlmJsonBook        *book,
                                         GenlmJsonPlan        *self,
                                         GenlmJsonKind         kind);

G_END_DECLS
