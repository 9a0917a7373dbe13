#pragma once

/* What a computation may still take of time and memory. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct
{
  const char        *doing; /* that to what, in messages */
  const char        *what;
  GenlmEngineLimits  limits;
  gint64             deadline;
  guint64            memory;
  guint64            n_steps;
} GenlmBudget;

void     genlm_budget_init  (GenlmBudget              *self,
                             const char               *doing,
                             const char               *what,
                             const GenlmEngineLimits  *limits);
gboolean genlm_budget_spend (GenlmBudget              *self,
                             guint64                   n_steps,
                             guint64                   n_bytes,
                             GError                  **error);

G_END_DECLS
