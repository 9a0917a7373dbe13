#pragma once

/* Solves x = r + A x for weights A that are not negative, by eliminating one
 * unknown after the other, those with few neighbours first.
 *
 * Where each row is known to leave something over, what it leaves is given in
 * place of the diagonal (after Grassmann, Taksar and Heyman): then nothing is
 * ever subtracted, and every digit of the result is right, however close the
 * sums of the rows come to one. */

#include "genlm-budget.h"
#include "genlm-wide.h"

G_BEGIN_DECLS

typedef struct _GenlmElimination GenlmElimination;

GenlmElimination *genlm_elimination_new         (guint32                  size);
void              genlm_elimination_free        (GenlmElimination        *self);
void              genlm_elimination_add         (GenlmElimination        *self,
                                                 guint32                  row,
                                                 guint32                  column,
                                                 GenlmWide                weight);
gboolean          genlm_elimination_run         (GenlmElimination        *self,
                                                 const GenlmWide         *left_over,
                                                 GenlmBudget             *budget,
                                                 gboolean                *diverges,
                                                 GError                 **error);
void              genlm_elimination_solve       (const GenlmElimination  *self,
                                                 GenlmWide               *values);
void              genlm_elimination_solve_row   (const GenlmElimination  *self,
                                                 GenlmWide               *values);
void              genlm_elimination_solve_plain (const GenlmElimination  *self,
                                                 double                  *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmElimination, genlm_elimination_free)

G_END_DECLS
