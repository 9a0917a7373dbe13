#pragma once

#include "genlm-mass-private.h"

G_BEGIN_DECLS

/* Which tokens of a block are taken. */
typedef struct
{
  guint64 words[GENLM_MASS_BLOCK / 64];
  guint   count;
} GenlmGone;

/* Draws without replacement from a mass, lazily: the cost follows the tokens
 * drawn, not the vocabulary. What remains is always the sum of the weights
 * that are left, never a total minus what was taken, so that no token is too
 * light to be reached. */
typedef struct
{
  GenlmMass *first;      /* what the order began with */
  GenlmMass *mass;       /* what is drawn from: the first, or a rescaled rest of it */
  double    *blocks;     /* sums of what is left */
  double    *groups;
  double     total;
  gsize      allocated;  /* of blocks and groups together */
  guint32   *slots;      /* of each block: 0, or 1 + its place in gone */
  GArray    *gone;       /* GenlmGone of the blocks that something was taken from */
  GArray    *taken;      /* guint32: the tokens taken */
  gsize      expanded;   /* the block whose exponentials are in entries, or G_MAXSIZE */
  double     entries[GENLM_MASS_BLOCK];
} GenlmOrder;

void     genlm_order_init          (GenlmOrder       *self);
void     genlm_order_clear         (GenlmOrder       *self);
void     genlm_order_start         (GenlmOrder       *self,
                                    GenlmMass        *mass);
gboolean genlm_order_is_exhausted  (GenlmOrder       *self);
double   genlm_order_log_remaining (const GenlmOrder *self);
guint32  genlm_order_pick          (GenlmOrder       *self,
                                    double            uniform);
void     genlm_order_take          (GenlmOrder       *self,
                                    guint32           token);
void     genlm_order_untake        (GenlmOrder       *self,
                                    gsize             n_taken);
gboolean genlm_order_is_taken      (const GenlmOrder *self,
                                    guint32           token);

G_END_DECLS
