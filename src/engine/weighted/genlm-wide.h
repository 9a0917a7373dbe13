#pragma once

/* A weight of any size: a double that carries its exponent apart, so that
 * products of millions of weights neither underflow nor overflow, at the
 * precision of a double. Never negative. A plain value. */

#include "genlm-engine.h"

#include <math.h>

G_BEGIN_DECLS

/* fraction × 2^(256 exponent), the fraction from 2^-128 to 2^128; zero has
 * both zero. */
typedef struct
{
  double fraction;
  gint64 exponent;
} GenlmWide;

#define GENLM_WIDE_ZERO ((GenlmWide) { 0.0, 0 })
#define GENLM_WIDE_ONE  ((GenlmWide) { 1.0, 0 })

#define GENLM_WIDE_UNIT    (0x1p256)
#define GENLM_WIDE_HIGHEST (0x1p128)

/* The natural logarithm of 2^256, in two parts: the first has its last 24 bits
 * zero. */
#define GENLM_WIDE_LOG_HIGH (0x1.62e42fep7)
#define GENLM_WIDE_LOG_LOW  (0x1.f473de6af278fp-22)

static inline gboolean
genlm_wide_is_zero (GenlmWide self)
{
  return self.fraction == 0.0;
}

static inline GenlmWide
genlm_wide_normalize (GenlmWide self)
{
  if (self.fraction >= GENLM_WIDE_HIGHEST)
    return (GenlmWide) { self.fraction * (1.0 / GENLM_WIDE_UNIT), self.exponent + 1 };
  if (self.fraction < 1.0 / GENLM_WIDE_HIGHEST && self.fraction > 0.0)
    return (GenlmWide) { self.fraction * GENLM_WIDE_UNIT, self.exponent - 1 };
  return self;
}

/* Of a finite number that is not negative. */
static inline GenlmWide
genlm_wide_from_double (double value)
{
  GenlmWide self = { value, 0 };

  while (self.fraction >= GENLM_WIDE_HIGHEST
         || (self.fraction < 1.0 / GENLM_WIDE_HIGHEST && self.fraction > 0.0))
    self = genlm_wide_normalize (self);
  return self;
}

/* Of a natural logarithm, which is minus infinity or of moderate size. */
static inline GenlmWide
genlm_wide_from_log (double log_value)
{
  double exponent;
  GenlmWide self;

  if (log_value == -INFINITY)
    return GENLM_WIDE_ZERO;
  exponent = rint (log_value / GENLM_WIDE_LOG_HIGH);
  self.fraction = exp ((log_value - exponent * GENLM_WIDE_LOG_HIGH)
                       - exponent * GENLM_WIDE_LOG_LOW);
  self.exponent = (gint64) exponent;
  return genlm_wide_normalize (self);
}

static inline double
genlm_wide_log (GenlmWide self)
{
  if (genlm_wide_is_zero (self))
    return -INFINITY;
  if (self.exponent == 0)
    return log (self.fraction);
  return (double) self.exponent * GENLM_WIDE_LOG_HIGH
         + ((double) self.exponent * GENLM_WIDE_LOG_LOW + log (self.fraction));
}

/* The nearest double: zero or infinity where there is none. */
static inline double
genlm_wide_to_double (GenlmWide self)
{
  if (self.exponent == 0)
    return self.fraction;
  return ldexp (self.fraction, (int) (256 * CLAMP (self.exponent, -8, 8)));
}

static inline GenlmWide
genlm_wide_add (GenlmWide a,
                GenlmWide b)
{
  if (genlm_wide_is_zero (a))
    return b;
  if (genlm_wide_is_zero (b))
    return a;
  if (a.exponent < b.exponent)
    return genlm_wide_add (b, a);
  if (a.exponent == b.exponent)
    a.fraction += b.fraction;
  else if (a.exponent == b.exponent + 1)
    a.fraction += b.fraction * (1.0 / GENLM_WIDE_UNIT);
  return genlm_wide_normalize (a);
}

static inline GenlmWide
genlm_wide_multiply (GenlmWide a,
                     GenlmWide b)
{
  GenlmWide product = { a.fraction * b.fraction, a.exponent + b.exponent };

  if (product.fraction == 0.0)
    return GENLM_WIDE_ZERO;
  return genlm_wide_normalize (product);
}

/* @b is not zero. */
static inline GenlmWide
genlm_wide_divide (GenlmWide a,
                   GenlmWide b)
{
  GenlmWide quotient = { a.fraction / b.fraction, a.exponent - b.exponent };

  if (quotient.fraction == 0.0)
    return GENLM_WIDE_ZERO;
  return genlm_wide_normalize (quotient);
}

G_END_DECLS
