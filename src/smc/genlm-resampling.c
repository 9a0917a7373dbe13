/* genlm-resampling.c: which particles go on, and how often
 *
 * Pure functions of normalised weights and uniforms. They neither draw
 * random numbers nor know what a particle is.
 */

#define G_LOG_DOMAIN "Genlm-Smc"

#include "genlm-config.h"

#include "genlm-resampling-private.h"

#include <math.h>

/* Rounding must not lose a copy of a share that is whole. */
#define WHOLE_SLACK 1e-9

/* Running sums of @weights. From the last positive one on they are infinite:
 * rounding must not let a position fall behind them all, nor onto a trailing
 * particle of weight zero. */
static double *
accumulate (const double *weights,
            gsize         n)
{
  double *sums = g_new (double, n);
  double sum = 0.0;
  gsize last = 0;

  for (gsize i = 0; i < n; i++)
    {
      sum += weights[i];
      sums[i] = sum;
      if (weights[i] > 0.0)
        last = i;
    }
  for (gsize i = last; i < n; i++)
    sums[i] = INFINITY;
  return sums;
}

/* The first index whose running sum lies above @position. */
static gsize
find_above (const double *sums,
            gsize         n,
            double        position)
{
  gsize low = 0;
  gsize high = n - 1;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (position < sums[middle])
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* One uniform (@stride 0) or one for each stratum (@stride 1). */
static void
draw_strata (const double *weights,
             gsize         n,
             const double *uniforms,
             gsize         stride,
             guint32      *ancestors)
{
  g_autofree double *sums = accumulate (weights, n);
  gsize j = 0;

  for (gsize i = 0; i < n; i++)
    {
      double position = (uniforms[i * stride] + (double) i) / (double) n;

      while (!(position < sums[j]))
        j++;
      ancestors[i] = (guint32) j;
    }
}

static void
draw_independent (const double *weights,
                  gsize         n,
                  const double *uniforms,
                  guint32      *ancestors)
{
  g_autofree double *sums = accumulate (weights, n);

  for (gsize i = 0; i < n; i++)
    ancestors[i] = (guint32) find_above (sums, n, uniforms[i]);
}

static void
draw_residual (const double *weights,
               gsize         n,
               const double *uniforms,
               guint32      *ancestors)
{
  g_autofree double *rests = g_new (double, n);
  g_autofree double *sums = NULL;
  double total = 0.0;
  gsize filled = 0;

  for (gsize i = 0; i < n; i++)
    {
      double share = (double) n * weights[i];
      double copies = floor (share + WHOLE_SLACK);

      rests[i] = MAX (share - copies, 0.0);
      total += rests[i];
      for (double k = 0; k < copies && filled < n; k++)
        ancestors[filled++] = (guint32) i;
    }

  sums = accumulate (rests, n);
  for (gsize i = 0; filled < n; i++)
    {
      /* The rule is the first sum at or above u; the next smaller number
       * turns "at or above" into "above" and skips empty rests at zero. */
      double position = uniforms[i] > 0.0 ? nextafter (uniforms[i] * total, -INFINITY) : 0.0;

      ancestors[filled++] = (guint32) find_above (sums, n, position);
    }
}

/* Fills @ancestors with @n indices drawn from @weights, which are linear, not
 * negative and sum to one; @uniforms holds @n numbers in [0, 1), of which a
 * method may use fewer. */
void
genlm_resampling_draw (GenlmResampling  method,
                       const double    *weights,
                       gsize            n,
                       const double    *uniforms,
                       guint32         *ancestors)
{
  g_return_if_fail (n > 0);

  switch (method)
    {
    case GENLM_RESAMPLING_SYSTEMATIC:
      draw_strata (weights, n, uniforms, 0, ancestors);
      break;
    case GENLM_RESAMPLING_STRATIFIED:
      draw_strata (weights, n, uniforms, 1, ancestors);
      break;
    case GENLM_RESAMPLING_RESIDUAL:
      draw_residual (weights, n, uniforms, ancestors);
      break;
    case GENLM_RESAMPLING_MULTINOMIAL:
      draw_independent (weights, n, uniforms, ancestors);
      break;
    default:
      g_assert_not_reached ();
    }
}
