/* genlm-order.c: sequential draws without replacement
 *
 * The order in which tokens come out is that of sorting by Gumbel keys: each
 * is drawn among those left, in proportion to its weight. Only the blocks that
 * a draw falls into are expanded; a block's sum is a function of what is left
 * in it, so taking a token back restores the same bits.
 */

#include "genlm-config.h"

#include "genlm-order-private.h"

#include <math.h>
#include <string.h>

void
genlm_order_init (GenlmOrder *self)
{
  *self = (GenlmOrder) {
    .pool = g_array_new (FALSE, FALSE, sizeof (double)),
    .counts = g_array_new (FALSE, FALSE, sizeof (guint)),
    .touched = g_array_new (FALSE, FALSE, sizeof (guint32)),
    .taken = g_array_new (FALSE, FALSE, sizeof (guint32)),
  };
}

void
genlm_order_clear (GenlmOrder *self)
{
  g_clear_pointer (&self->first, genlm_mass_unref);
  g_clear_pointer (&self->mass, genlm_mass_unref);
  g_clear_pointer (&self->blocks, g_free);
  g_clear_pointer (&self->slots, g_free);
  g_clear_pointer (&self->pool, g_array_unref);
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_pointer (&self->touched, g_array_unref);
  g_clear_pointer (&self->taken, g_array_unref);
}

/* Draws from @mass from now on, with nothing expanded. */
static void
attach (GenlmOrder *self,
        GenlmMass  *mass)
{
  gsize needed = mass->n_blocks + mass->n_groups;

  genlm_mass_ref (mass);
  g_clear_pointer (&self->mass, genlm_mass_unref);
  self->mass = mass;

  if (needed > self->allocated)
    {
      self->allocated = needed;
      self->blocks = g_renew (double, self->blocks, needed);
      self->slots = g_renew (guint32, self->slots, needed);
    }
  self->groups = self->blocks + mass->n_blocks;
  self->total = mass->total;
  memcpy (self->blocks, mass->blocks, needed * sizeof (double));
  memset (self->slots, 0, mass->n_blocks * sizeof (guint32));

  g_array_set_size (self->pool, 0);
  g_array_set_size (self->counts, 0);
  g_array_set_size (self->touched, 0);
}

/* Begins a new order over all of @mass; what was allocated is used again. */
void
genlm_order_start (GenlmOrder *self,
                   GenlmMass  *mass)
{
  genlm_mass_ref (mass);
  g_clear_pointer (&self->first, genlm_mass_unref);
  self->first = mass;
  attach (self, mass);
  g_array_set_size (self->taken, 0);
}

/* The exponentials of what is left in @block. */
static double *
touch_block (GenlmOrder *self,
             gsize       block)
{
  if (self->slots[block] == 0)
    {
      guint32 index = (guint32) block;
      guint none = 0;

      g_array_append_val (self->touched, index);
      g_array_append_val (self->counts, none);
      self->slots[block] = self->touched->len;
      g_array_set_size (self->pool, self->touched->len * GENLM_MASS_BLOCK);
      genlm_mass_expand_block (self->mass, block,
                               &g_array_index (self->pool, double,
                                               (self->touched->len - 1) * GENLM_MASS_BLOCK));
    }
  return &g_array_index (self->pool, double, (self->slots[block] - 1) * GENLM_MASS_BLOCK);
}

static double
sum_entries (const double *entries)
{
  double sums[4] = { 0.0 };

  for (gsize i = 0; i < GENLM_MASS_BLOCK; i += 4)
    for (gsize k = 0; k < 4; k++)
      sums[k] += entries[i + k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Sums a block whose entries changed, and what stands above it. */
static void
resum_block (GenlmOrder *self,
             gsize       block)
{
  gsize group = block / GENLM_MASS_GROUP;
  gsize start = group * GENLM_MASS_GROUP;
  gsize end = MIN (start + GENLM_MASS_GROUP, self->mass->n_blocks);
  guint count = g_array_index (self->counts, guint, self->slots[block] - 1);

  /* An untouched block and one with everything back have one and the same sum. */
  self->blocks[block] = count == 0 ? self->mass->blocks[block]
                                   : sum_entries (touch_block (self, block));
  genlm_mass_sum_groups (self->blocks + start, end - start, self->groups + group);
  self->total = 0.0;
  for (gsize i = 0; i < self->mass->n_groups; i++)
    self->total += self->groups[i];
}

static void
take_entry (GenlmOrder *self,
            guint32     token)
{
  gsize block = token / GENLM_MASS_BLOCK;
  double *entries = touch_block (self, block);

  entries[token % GENLM_MASS_BLOCK] = 0.0;
  g_array_index (self->counts, guint, self->slots[block] - 1)++;
  resum_block (self, block);
}

/* All that is left is too light to be seen beside what was taken: measures the
 * rest by its own largest weight. */
static void
rescale (GenlmOrder *self)
{
  g_autoptr (GenlmWeights) rest = NULL;
  g_autoptr (GenlmMass) mass = NULL;
  double *values;

  rest = genlm_weights_new_uninit (self->mass->n_values, &values);
  memcpy (values, self->mass->values, self->mass->n_values * sizeof (double));
  for (guint i = 0; i < self->taken->len; i++)
    values[g_array_index (self->taken, guint32, i)] = -INFINITY;

  mass = genlm_mass_new (rest);
  attach (self, mass);
}

/* Whether every token of positive weight is taken. */
gboolean
genlm_order_is_exhausted (GenlmOrder *self)
{
  if (self->total > 0.0)
    return FALSE;
  if (genlm_mass_is_empty (self->mass))
    return TRUE;

  if (self->taken->len < genlm_mass_count_possible (self->first))
    rescale (self);
  return !(self->total > 0.0);
}

/* The logarithm of the weight that is left, on the scale of the log weights. */
double
genlm_order_log_remaining (const GenlmOrder *self)
{
  return self->mass->max + log (self->total);
}

/* The token that @uniform picks among those left, of which there must be one.
 * It stays until it is taken. */
guint32
genlm_order_pick (GenlmOrder *self,
                  double      uniform)
{
  double target;
  gsize block = genlm_mass_find_block (self->blocks, self->groups, self->total, uniform, &target);
  double *entries = touch_block (self, block);

  return (guint32) (block * GENLM_MASS_BLOCK + genlm_mass_find_entry (entries, target));
}

void
genlm_order_take (GenlmOrder *self,
                  guint32     token)
{
  take_entry (self, token);
  g_array_append_val (self->taken, token);
}

static void
untake_entry (GenlmOrder *self,
              guint32     token)
{
  gsize block = token / GENLM_MASS_BLOCK;
  gsize index = token % GENLM_MASS_BLOCK;
  double entries[GENLM_MASS_BLOCK];

  genlm_mass_expand_block (self->mass, block, entries);
  touch_block (self, block)[index] = entries[index];
  g_array_index (self->counts, guint, self->slots[block] - 1)--;
  resum_block (self, block);
}

/* Puts back what was taken last, so that @n_taken tokens remain taken. */
void
genlm_order_untake (GenlmOrder *self,
                    gsize       n_taken)
{
  if (self->taken->len == n_taken)
    return;

  if (self->mass == self->first)
    {
      for (gsize i = self->taken->len; i-- > n_taken; )
        untake_entry (self, g_array_index (self->taken, guint32, i));
    }
  else
    {
      attach (self, self->first);
      for (gsize i = 0; i < n_taken; i++)
        take_entry (self, g_array_index (self->taken, guint32, i));
    }
  g_array_set_size (self->taken, (guint) n_taken);
}

gboolean
genlm_order_is_taken (const GenlmOrder *self,
                      guint32           token)
{
  for (guint i = 0; i < self->taken->len; i++)
    if (g_array_index (self->taken, guint32, i) == token)
      return TRUE;
  return FALSE;
}
