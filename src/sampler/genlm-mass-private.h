#pragma once

#include "genlm-token-set.h"
#include "genlm-weights.h"

G_BEGIN_DECLS

/* The exponentials of a vector of log weights, summed by blocks and groups of
 * blocks: what drawing from it needs, computed once and shared by all draws
 * after the same context. Not atomic: of one thread. */
typedef struct _GenlmMass GenlmMass;

#define GENLM_MASS_BLOCK 256
#define GENLM_MASS_GROUP 16

struct _GenlmMass
{
  int           ref_count;
  GenlmWeights *weights;
  const double *values;
  GenlmTokenSet *mask;       /* or NULL: entries outside count as -inf */
  gsize         n_values;
  gsize         n_blocks;
  gsize         n_groups;
  gsize         n_possible;  /* entries above -inf, or G_MAXSIZE before the first call */
  double        max;         /* -inf: nothing can be drawn */
  double        total;       /* sum of exp (value - max) */
  double        log_total;   /* log-sum-exp of the values */
  double       *groups;
  double        blocks[];
};

GenlmMass *genlm_mass_new            (GenlmWeights    *weights);
GenlmMass *genlm_mass_new_masked     (GenlmMass       *all,
                                      GenlmTokenSet   *mask);
GenlmMass *genlm_mass_ref            (GenlmMass       *self);
void       genlm_mass_unref          (GenlmMass       *self);
gboolean   genlm_mass_is_empty       (const GenlmMass *self);
gsize      genlm_mass_count_possible (GenlmMass       *self);
double     genlm_mass_get_value      (const GenlmMass *self,
                                      guint32          token);
void       genlm_mass_expand_block   (const GenlmMass *self,
                                      gsize            block,
                                      double          *out);
guint32    genlm_mass_draw           (const GenlmMass *self,
                                      double           uniform);

double     genlm_mass_sum_groups     (const double    *blocks,
                                      gsize            n_blocks,
                                      double          *groups);
gsize      genlm_mass_find_block     (const double    *blocks,
                                      const double    *groups,
                                      double           total,
                                      double           uniform,
                                      double          *target);
gsize      genlm_mass_find_entry     (const double    *entries,
                                      double           target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmMass, genlm_mass_unref)

G_END_DECLS
