/* The vectorised loops over weights, masks and logits, and nothing else: no
 * types, no policy. Each loop is plain C that the compiler turns into vector
 * code ("omp simd" allows it to reorder the reductions); several machine
 * versions are built where the compiler can and the loader picks one. Results
 * may differ in the last bits between machines, never on one machine. */

#include "genlm-config.h"

#include "genlm-vec-private.h"

#include <math.h>
#include <string.h>

/* Partial results of a maximum, side by side: not every compiler vectorises
 * that reduction by itself. */
#define LANES 64

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* The bytes themselves if they can be read as 64-bit numbers in place, else
 * an aligned copy. */
GBytes *
genlm_vec_align (GBytes *bytes)
{
  gpointer memory;
  GBytes *copy;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if ((guintptr) data % sizeof (guint64) == 0)
    return g_bytes_ref (bytes);

  copy = genlm_vec_alloc (size, &memory);
  memcpy (memory, data, size);
  return copy;
}

/* e^x for x <= 709, relative error below 4e-16: x = k ln 2 + r, e^r by a
 * polynomial (Chebyshev interpolation of (e^r - 1 - r) / r^2 with ten nodes on
 * |r| <= ln 2 / 2), 2^k by adding to the exponent. Below the normal numbers,
 * and for NaN, it is exactly 0. Without branches, so that loops vectorise. */
ALWAYS_INLINE double
exp_inline (double x)
{
  const double shifter = 0x1.8p52;
  const double t = x * 0x1.71547652b82fep+0 + shifter;
  const double k = t - shifter;
  const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double q01 = 0x1.0000000000001p-1 + r * 0x1.5555555555556p-3;
  const double q23 = 0x1.5555555553d37p-5 + r * 0x1.11111111109a6p-7;
  const double q45 = 0x1.6c16c1789d1d7p-10 + r * 0x1.a01a01a7cebcdp-13;
  const double q67 = 0x1.a019b8ca26fcfp-16 + r * 0x1.71de0d85293b8p-19;
  const double q89 = 0x1.2891d4ffbb0f9p-22 + r * 0x1.af390ba7e6f47p-26;
  const double q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89);
  const double p = 1.0 + (r + r2 * q);
  guint64 exponent, bits;
  double y;

  memcpy (&exponent, &t, sizeof exponent);
  memcpy (&bits, &p, sizeof bits);
  bits += exponent << 52;
  memcpy (&y, &bits, sizeof y);

  return x >= -708.0 ? y : 0.0;
}

double
genlm_vec_exp (double x)
{
  return exp_inline (x);
}

/* NaN entries are passed over; -inf for nothing. */
CLONES double
genlm_vec_max (const double *x,
               gsize         n)
{
  double lanes[LANES], max = -INFINITY;
  gsize i = 0;

  for (gsize j = 0; j < LANES; j++)
    lanes[j] = -INFINITY;
  for (; i + LANES <= n; i += LANES)
#pragma omp simd
    for (gsize j = 0; j < LANES; j++)
      lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];

  for (gsize j = 0; j < LANES; j++)
    max = lanes[j] > max ? lanes[j] : max;
  for (; i < n; i++)
    max = x[i] > max ? x[i] : max;

  return max;
}

CLONES double
genlm_vec_sum_exp (const double *x,
                   gsize         n,
                   double        shift)
{
  double sum = 0.0;

#pragma omp simd reduction(+ : sum)
  for (gsize i = 0; i < n; i++)
    sum += exp_inline (x[i] - shift);

  return sum;
}

/* out = exp (x - shift). */
CLONES void
genlm_vec_exp_shift (double       *out,
                     const double *x,
                     double        shift,
                     gsize         n)
{
#pragma omp simd
  for (gsize i = 0; i < n; i++)
    out[i] = exp_inline (x[i] - shift);
}

/* The sum over the entries whose bit is set; words without any are passed over,
 * so that few tokens are summed fast. */
CLONES double
genlm_vec_sum_exp_masked (const double  *x,
                          const guint64 *words,
                          gsize          n,
                          double         shift)
{
  double sum = 0.0;

  for (gsize start = 0; start < n; start += 64)
    {
      const guint64 word = words[start / 64];
      const gsize length = MIN (64, n - start);

      if (word == 0)
        continue;
#pragma omp simd reduction(+ : sum)
      for (guint64 j = 0; j < length; j++)
        sum += (word >> j) & 1 ? exp_inline (x[start + j] - shift) : 0.0;
    }

  return sum;
}

/* How many entries are NaN or +inf. */
CLONES gsize
genlm_vec_count_invalid (const double *x,
                         gsize         n)
{
  gsize count = 0;

#pragma omp simd reduction(+ : count)
  for (gsize i = 0; i < n; i++)
    count += x[i] < INFINITY ? 0 : 1;

  return count;
}

/* -inf wins over everything, so that no NaN appears. */
CLONES void
genlm_vec_add (double       *out,
               const double *a,
               const double *b,
               gsize         n)
{
#pragma omp simd
  for (gsize i = 0; i < n; i++)
    {
      double low = a[i] < b[i] ? a[i] : b[i];

      out[i] = low == -INFINITY ? low : a[i] + b[i];
    }
}

/* out = x - shift, for a finite shift. */
CLONES void
genlm_vec_shift (double       *out,
                 const double *x,
                 double        shift,
                 gsize         n)
{
#pragma omp simd
  for (gsize i = 0; i < n; i++)
    out[i] = x[i] - shift;
}

CLONES void
genlm_vec_mask (double        *out,
                const double  *x,
                const guint64 *words,
                gsize          n)
{
  for (gsize start = 0; start < n; start += 64)
    {
      const guint64 word = words[start / 64];
      const gsize length = MIN (64, n - start);

#pragma omp simd
      for (guint64 j = 0; j < length; j++)
        out[start + j] = (word >> j) & 1 ? x[start + j] : -INFINITY;
    }
}

/* 0 where the bit is set, -inf elsewhere. */
CLONES void
genlm_vec_expand (double        *out,
                  const guint64 *words,
                  gsize          n)
{
  for (gsize start = 0; start < n; start += 64)
    {
      const guint64 word = words[start / 64];
      const gsize length = MIN (64, n - start);

#pragma omp simd
      for (guint64 j = 0; j < length; j++)
        out[start + j] = (word >> j) & 1 ? 0.0 : -INFINITY;
    }
}

CLONES void
genlm_vec_and (guint64       *out,
               const guint64 *a,
               const guint64 *b,
               gsize          n_words)
{
#pragma omp simd
  for (gsize i = 0; i < n_words; i++)
    out[i] = a[i] & b[i];
}

CLONES gsize
genlm_vec_popcount (const guint64 *words,
                    gsize          n_words)
{
  gsize count = 0;

  for (gsize i = 0; i < n_words; i++)
    count += (gsize) __builtin_popcountll (words[i]);

  return count;
}

CLONES float
genlm_vec_max_float (const float *x,
                     gsize        n)
{
  float lanes[LANES], max = -INFINITY;
  gsize i = 0;

  for (gsize j = 0; j < LANES; j++)
    lanes[j] = -INFINITY;
  for (; i + LANES <= n; i += LANES)
#pragma omp simd
    for (gsize j = 0; j < LANES; j++)
      lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];

  for (gsize j = 0; j < LANES; j++)
    max = lanes[j] > max ? lanes[j] : max;
  for (; i < n; i++)
    max = x[i] > max ? x[i] : max;

  return max;
}

CLONES gsize
genlm_vec_count_invalid_float (const float *x,
                               gsize        n)
{
  guint32 count = 0;

#pragma omp simd reduction(+ : count)
  for (gsize i = 0; i < n; i++)
    count += x[i] < INFINITY ? 0 : 1;

  return count;
}

CLONES double
genlm_vec_sum_exp_float (const float *x,
                         gsize        n,
                         float        shift,
                         double       scale)
{
  double sum = 0.0;

#pragma omp simd reduction(+ : sum)
  for (gsize i = 0; i < n; i++)
    sum += exp_inline (((double) x[i] - (double) shift) * scale);

  return sum;
}

/* out[i] = (x[map[i]] - shift) * scale - offset, -inf where the index is out
 * of range; without a map the indices are 0, 1, 2 ... */
CLONES void
genlm_vec_gather (double        *out,
                  const float   *x,
                  gsize          n,
                  const guint32 *map,
                  gsize          n_map,
                  float          shift,
                  double         scale,
                  double         offset)
{
  for (gsize i = 0; i < n_map; i++)
    {
      const gsize index = map != NULL ? map[i] : i;
      const float value = index < n ? x[index] : -INFINITY;

      out[i] = ((double) value - (double) shift) * scale - offset;
    }
}
