#include "genlm-narrow.h"

#include <string.h>

/* FALSE where that is too much. @states are sorted. */
gboolean
genlm_narrow_set (GenlmNarrow             *self,
                  GenlmSupports           *supports,
                  const GenlmWeighedState *states,
                  guint32                  n_states)
{
  guint32 numbers[GENLM_SUPPORT_MAX_STATES];
  guint32 i;

  if (n_states > GENLM_SUPPORT_MAX_STATES)
    return FALSE;
  *self = (GenlmNarrow) { .state = states[0].state, .least = 1.0 };
  for (i = 0; i < n_states; i++)
    {
      numbers[i] = states[i].state;
      self->weights[i] = genlm_wide_to_double (states[i].weight);
      self->least = MIN (self->least, self->weights[i]);
    }
  if (self->least < GENLM_NARROW_MIN_WEIGHT)
    return FALSE;
  if (n_states == 1)
    return TRUE;
  self->support = genlm_supports_find (supports, numbers, n_states);
  return self->support != NULL;
}

/* Returns how many states there are. */
guint32
genlm_narrow_get (const GenlmNarrow *self,
                  GenlmWeighedState *states)
{
  const guint32 *numbers = self->support != NULL ? self->support->states : &self->state;
  guint32 n_states = self->support != NULL ? self->support->n_states : 1;
  guint32 i;

  for (i = 0; i < n_states; i++)
    states[i] = (GenlmWeighedState) { numbers[i], genlm_wide_from_double (self->weights[i]) };
  return n_states;
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

GENLM_NARROW_CLONES static void
take_logs (double  *weights,
           double   log_factor,
           guint32  n)
{
#pragma omp simd
  for (guint32 i = 0; i < n; i++)
    weights[i] = log_factor + log_inline (weights[i]);
}

/* Writes what was gathered. */
void
genlm_narrow_tokens_finish (GenlmNarrowTokens *self)
{
  guint32 i;

  take_logs (self->weights, self->log_factor, self->n);
  for (i = 0; i < self->n; i++)
    self->values[self->tokens[i]] = self->weights[i];
  self->n = 0;
}
