#include "genlm-config.h"

#include "genlm-narrow.h"

#include <string.h>

#ifdef GENLM_HAVE_TARGET_CLONES
# define CLONES __attribute__ ((target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
# define CLONES
#endif

/* FALSE where that is too much. */
gboolean
genlm_narrow_set (GenlmNarrow             *self,
                  const GenlmPushedWfsa   *pushed,
                  const GenlmWeighedState *states,
                  guint32                  n_states)
{
  guint32 i;

  if (n_states > GENLM_NARROW_MAX_STATES || pushed->sums == NULL)
    return FALSE;
  self->n = n_states;
  for (i = 0; i < n_states; i++)
    {
      self->states[i] = states[i].state;
      self->weights[i] = genlm_wide_to_double (states[i].weight);
      if (self->weights[i] < GENLM_NARROW_MIN_WEIGHT)
        return FALSE;
    }
  return TRUE;
}

void
genlm_narrow_get (const GenlmNarrow *self,
                  GenlmWeighedState *states)
{
  guint32 i;

  for (i = 0; i < self->n; i++)
    states[i] = (GenlmWeighedState) { self->states[i], genlm_wide_from_double (self->weights[i]) };
}

/* The natural logarithm of a normal number above zero, to a bit or so: that of
 * the mantissa, from 2^-1/2 to 2^1/2, by the series of the inverse hyperbolic
 * tangent. Without branches, so that loops vectorise. */
static inline __attribute__ ((always_inline)) double
log_inline (double x)
{
  const guint64 low = G_GUINT64_CONSTANT (0x3fe6a09e667f3bcd); /* 2^-1/2 */
  const guint64 bias = G_GUINT64_CONSTANT (1024) << 52;
  const guint64 shifter = G_GUINT64_CONSTANT (0x4330000000000000); /* 2^52 */
  guint64 bits, mantissa_bits, exponent_bits;
  double mantissa, exponent, s, z, z2, z4, series;

  memcpy (&bits, &x, sizeof bits);
  exponent_bits = (bits - low + bias) >> 52;
  mantissa_bits = bits - (exponent_bits << 52) + bias;
  exponent_bits |= shifter;
  memcpy (&mantissa, &mantissa_bits, sizeof mantissa);
  memcpy (&exponent, &exponent_bits, sizeof exponent);
  exponent -= 0x1p52 + 1024.0;
  s = (mantissa - 1.0) / (mantissa + 1.0);
  z = s * s;
  z2 = z * z;
  z4 = z2 * z2;
  series = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9))
           + z4 * ((1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17))
                   + z4 * (1.0 / 19 + z * (1.0 / 21)));
  return exponent * 0x1.62e42feep-1
         + (2.0 * s + (2.0 * s * z * series + exponent * 0x1.a39ef35793c76p-33));
}

CLONES static void
take_logs (double       *weights,
           const double *log_factors,
           guint32       n)
{
#pragma omp simd
  for (guint32 i = 0; i < n; i++)
    weights[i] = log_factors[i] + log_inline (weights[i]);
}

/* Writes what was gathered. */
void
genlm_narrow_tokens_finish (GenlmNarrowTokens *self)
{
  guint32 i;

  take_logs (self->weights, self->log_factors, self->n);
  for (i = 0; i < self->n; i++)
    self->values[self->tokens[i]] = self->weights[i];
  self->n = 0;
}
