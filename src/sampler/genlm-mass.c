/* genlm-mass.c: drawing from a vector of log weights, prepared
 *
 * One pass for the maximum and one for the exponentials, as a log-sum-exp
 * takes; the sums of blocks stay, so that a draw walks down three levels:
 * groups, the blocks of a group, the entries of a block.
 */

#include "genlm-config.h"

#include "genlm-mass-private.h"

#include "genlm-vec-private.h"

#include <math.h>

/* Sums below this may have lost their lightest terms, or all. */
#define LOST 1e-280

static gsize
block_length (const GenlmMass *self,
              gsize            block)
{
  return MIN (GENLM_MASS_BLOCK, self->n_values - block * GENLM_MASS_BLOCK);
}

/* Adds up @blocks by groups, and returns the sum of the groups in the order in
 * which genlm_mass_find_block() walks them. */
double
genlm_mass_sum_groups (const double *blocks,
                       gsize         n_blocks,
                       double       *groups)
{
  double total = 0.0;

  for (gsize start = 0; start < n_blocks; start += GENLM_MASS_GROUP)
    {
      gsize end = MIN (start + GENLM_MASS_GROUP, n_blocks);
      double sum = 0.0;

      for (gsize i = start; i < end; i++)
        sum += blocks[i];
      groups[start / GENLM_MASS_GROUP] = sum;
      total += sum;
    }
  return total;
}

static const guint64 *
peek_words (const GenlmMass *self,
            gsize            block)
{
  return self->mask != NULL
           ? genlm_token_set_peek (self->mask) + block * (GENLM_MASS_BLOCK / 64)
           : NULL;
}

static double
sum_block (const GenlmMass *self,
           gsize            block)
{
  const double *values = self->values + block * GENLM_MASS_BLOCK;
  gsize length = block_length (self, block);

  return self->mask != NULL
           ? genlm_vec_sum_exp_masked (values, peek_words (self, block), length, self->max)
           : genlm_vec_sum_exp (values, length, self->max);
}

static GenlmMass *
mass_alloc (GenlmWeights  *weights,
            GenlmTokenSet *mask)
{
  gsize n_values = genlm_weights_get_size (weights);
  gsize n_blocks = (n_values + GENLM_MASS_BLOCK - 1) / GENLM_MASS_BLOCK;
  gsize n_groups = (n_blocks + GENLM_MASS_GROUP - 1) / GENLM_MASS_GROUP;
  GenlmMass *self = g_malloc (sizeof (GenlmMass) + (n_blocks + n_groups) * sizeof (double));

  self->ref_count = 1;
  self->weights = genlm_weights_ref (weights);
  self->values = genlm_weights_peek (weights);
  self->mask = mask != NULL ? genlm_token_set_ref (mask) : NULL;
  self->n_values = n_values;
  self->n_blocks = n_blocks;
  self->n_groups = n_groups;
  self->n_possible = G_MAXSIZE;
  self->groups = self->blocks + n_blocks;
  return self;
}

/* Sums the exponentials relative to @max, -inf if there are none. */
static void
sum_up (GenlmMass *self,
        double     max)
{
  self->max = max;
  self->total = 0.0;
  self->log_total = -INFINITY;
  if (genlm_mass_is_empty (self))
    return;

  for (gsize b = 0; b < self->n_blocks; b++)
    self->blocks[b] = sum_block (self, b);
  self->total = genlm_mass_sum_groups (self->blocks, self->n_blocks, self->groups);
  self->log_total = self->max + log (self->total);
}

GenlmMass *
genlm_mass_new (GenlmWeights *weights)
{
  GenlmMass *self = mass_alloc (weights, NULL);

  sum_up (self, genlm_vec_max (self->values, self->n_values));
  return self;
}

static double
find_max (const GenlmMass *self)
{
  double max = -INFINITY;

  for (guint32 i = 0; i < self->n_values; i++)
    max = MAX (max, genlm_mass_get_value (self, i));
  return max;
}

/* The part of a mass without a mask that lies in @mask. */
GenlmMass *
genlm_mass_new_masked (GenlmMass     *all,
                       GenlmTokenSet *mask)
{
  GenlmMass *self = mass_alloc (all->weights, mask);

  /* The maximum of all does, unless what is left is lost beside it. */
  sum_up (self, all->max);
  if (self->total < LOST)
    sum_up (self, find_max (self));
  return self;
}

GenlmMass *
genlm_mass_ref (GenlmMass *self)
{
  self->ref_count++;
  return self;
}

void
genlm_mass_unref (GenlmMass *self)
{
  if (--self->ref_count > 0)
    return;

  g_clear_pointer (&self->mask, genlm_token_set_unref);
  genlm_weights_unref (self->weights);
  g_free (self);
}

/* Whether every weight is zero. */
gboolean
genlm_mass_is_empty (const GenlmMass *self)
{
  return self->max == -INFINITY;
}

/* How many entries have a weight above zero, however small. */
gsize
genlm_mass_count_possible (GenlmMass *self)
{
  if (self->n_possible == G_MAXSIZE)
    {
      gsize count = 0;

      for (guint32 i = 0; i < self->n_values; i++)
        count += genlm_mass_get_value (self, i) > -INFINITY;
      self->n_possible = count;
    }
  return self->n_possible;
}

/* The log weight of one token. */
double
genlm_mass_get_value (const GenlmMass *self,
                      guint32          token)
{
  if (self->mask != NULL && !genlm_token_set_contains (self->mask, token))
    return -INFINITY;
  return self->values[token];
}

/* Writes GENLM_MASS_BLOCK exponentials, the last block padded with zeros. */
void
genlm_mass_expand_block (const GenlmMass *self,
                         gsize            block,
                         double          *out)
{
  const double *values = self->values + block * GENLM_MASS_BLOCK;
  gsize length = block_length (self, block);

  if (self->mask != NULL)
    {
      genlm_vec_mask (out, values, peek_words (self, block), length);
      values = out;
    }
  genlm_vec_exp_shift (out, values, self->max, length);
  for (gsize i = length; i < GENLM_MASS_BLOCK; i++)
    out[i] = 0.0;
}

/* The block in which the running sum passes @uniform of @total, which must be
 * positive and the sum of @groups; @target is what remains to be passed inside. */
gsize
genlm_mass_find_block (const double *blocks,
                       const double *groups,
                       double        total,
                       double        uniform,
                       double       *target)
{
  /* Below the total however the product rounds, so that the walk ends in a
   * group of positive weight. */
  double rest = MIN (uniform * total, nextafter (total, 0.0));
  double below = 0.0;
  double inside = 0.0;
  gsize group = 0;
  gsize block;

  while (below + groups[group] <= rest)
    below += groups[group++];
  rest = MIN (rest - below, nextafter (groups[group], 0.0));

  /* The same sums as the group's, so this ends inside of it. */
  block = group * GENLM_MASS_GROUP;
  while (inside + blocks[block] <= rest)
    inside += blocks[block++];

  *target = rest - inside;
  return block;
}

/* The entry of a block at which the running sum passes @target; if rounding
 * lets it fall short, the last entry of positive weight. */
gsize
genlm_mass_find_entry (const double *entries,
                       double        target)
{
  gsize found = 0;
  double sum = 0.0;

  for (gsize i = 0; i < GENLM_MASS_BLOCK; i++)
    if (entries[i] > 0.0)
      {
        sum += entries[i];
        found = i;
        if (sum > target)
          break;
      }
  return found;
}

/* The token that @uniform picks, each with probability proportional to its
 * weight. The mass must not be empty. */
guint32
genlm_mass_draw (const GenlmMass *self,
                 double           uniform)
{
  double entries[GENLM_MASS_BLOCK];
  double target;
  gsize block = genlm_mass_find_block (self->blocks, self->groups, self->total, uniform, &target);

  genlm_mass_expand_block (self, block, entries);
  return (guint32) (block * GENLM_MASS_BLOCK + genlm_mass_find_entry (entries, target));
}
