/* How long frames take, in a few hundred bytes. */

#define G_LOG_DOMAIN "Genlm-Worker"

#include "genlm-pool-meter-private.h"

/* Four buckets for each power of two. */
static guint
find_bucket (guint64 value)
{
  guint log;

  if (value < 4)
    return (guint) value;
  log = 63 - (guint) __builtin_clzll (value);
  return MIN (log * 4 + (guint) (value >> (log - 2) & 3) - 4, GENLM_POOL_N_BUCKETS - 1);
}

static double
get_middle (guint bucket)
{
  guint log = bucket / 4 + 1;
  double width;

  if (bucket < 4)
    return bucket;
  width = (double) (G_GUINT64_CONSTANT (1) << (log - 2));
  return (4 + bucket % 4 + 0.5) * width;
}

void
genlm_pool_meter_add (GenlmPoolMeter *self,
                      gint64          microseconds)
{
  self->buckets[find_bucket ((guint64) MAX (microseconds, 0))]++;
  self->n++;
}

/* In µs, to an eighth; 0 if nothing was measured. */
double
genlm_pool_meter_get_percentile (GenlmPoolMeter *self,
                                 double          fraction)
{
  double wanted = (double) self->n * fraction;
  guint64 n = 0;

  for (guint i = 0; i < GENLM_POOL_N_BUCKETS; i++)
    {
      n += self->buckets[i];
      if (n > 0 && (double) n >= wanted)
        return get_middle (i);
    }
  return 0;
}
