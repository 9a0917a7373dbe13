/* genlm-order.c: sequential draws without replacement
 *
 * The order in which tokens come out is that of sorting by Gumbel keys: each
 * is drawn among those left, in proportion to its weight. Only the blocks that
 * a draw falls into are expanded, and only the last one is kept: expanding is
 * cheap, and many draws may be under way. A block's sum is a function of what is left in it, so taking
 * a token back restores the same bits.
 */

#include "genlm-config.h"

#include "genlm-order-private.h"

#include <math.h>
#include <string.h>

void
genlm_order_init (GenlmOrder *self)
{
  *self = (GenlmOrder) {
    .gone = g_array_new (FALSE, TRUE, sizeof (GenlmGone)),
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
  g_clear_pointer (&self->gone, g_array_unref);
  g_clear_pointer (&self->taken, g_array_unref);
}

/* Draws from @mass from now on, with nothing taken. */
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
  g_array_set_size (self->gone, 0);
  self->expanded = G_MAXSIZE;
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

static GenlmGone *
get_gone (GenlmOrder *self,
          gsize       block)
{
  if (self->slots[block] == 0)
    {
      g_array_set_size (self->gone, self->gone->len + 1);
      self->slots[block] = self->gone->len;
    }
  return &g_array_index (self->gone, GenlmGone, self->slots[block] - 1);
}

/* Makes entries the exponentials of what is left in @block. */
static void
expand_block (GenlmOrder *self,
              gsize       block)
{
  const GenlmGone *gone;

  if (self->expanded == block)
    return;
  genlm_mass_expand_block (self->mass, block, self->entries);
  self->expanded = block;
  if (self->slots[block] == 0)
    return;

  gone = &g_array_index (self->gone, GenlmGone, self->slots[block] - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (gone->words); i++)
    for (guint64 word = gone->words[i]; word != 0; word &= word - 1)
      self->entries[64 * i + (gsize) __builtin_ctzll (word)] = 0.0;
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

/* An untouched block and one with everything back have one and the same sum. */
static double
sum_block (GenlmOrder *self,
           gsize       block)
{
  if (get_gone (self, block)->count == 0)
    return self->mass->blocks[block];

  expand_block (self, block);
  return sum_entries (self->entries);
}

/* Sums a block whose entries changed, and what stands above it. */
static void
resum_block (GenlmOrder *self,
             gsize       block)
{
  gsize group = block / GENLM_MASS_GROUP;
  gsize start = group * GENLM_MASS_GROUP;
  gsize end = MIN (start + GENLM_MASS_GROUP, self->mass->n_blocks);

  self->blocks[block] = sum_block (self, block);
  genlm_mass_sum_groups (self->blocks + start, end - start, self->groups + group);
  self->total = 0.0;
  for (gsize i = 0; i < self->mass->n_groups; i++)
    self->total += self->groups[i];
}

/* Takes a token out of its block, or puts it back. */
static void
flip_entry (GenlmOrder *self,
            guint32     token,
            gboolean    is_gone)
{
  gsize block = token / GENLM_MASS_BLOCK;
  gsize index = token % GENLM_MASS_BLOCK;
  GenlmGone *gone = get_gone (self, block);

  gone->words[index / 64] ^= G_GUINT64_CONSTANT (1) << (index % 64);
  gone->count += is_gone ? 1 : -1;
  if (self->expanded == block)
    {
      if (is_gone)
        self->entries[index] = 0.0;
      else
        self->expanded = G_MAXSIZE;
    }
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

  expand_block (self, block);
  return (guint32) (block * GENLM_MASS_BLOCK + genlm_mass_find_entry (self->entries, target));
}

void
genlm_order_take (GenlmOrder *self,
                  guint32     token)
{
  flip_entry (self, token, TRUE);
  g_array_append_val (self->taken, token);
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
        flip_entry (self, g_array_index (self->taken, guint32, i), FALSE);
    }
  else
    {
      attach (self, self->first);
      for (gsize i = 0; i < n_taken; i++)
        flip_entry (self, g_array_index (self->taken, guint32, i), TRUE);
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
