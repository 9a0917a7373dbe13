#pragma once

/* A number as the sum of two doubles, of about 32 digits. A plain value. */

#include <glib.h>

#include <math.h>

G_BEGIN_DECLS

typedef struct
{
  double high;
  double low;
} GenlmWeightedNumber;

static inline GenlmWeightedNumber
genlm_weighted_number_make (double x)
{
  return (GenlmWeightedNumber){ x, 0.0 };
}

static inline GenlmWeightedNumber
genlm_weighted_number_renormalize (double high,
                                   double low)
{
  double sum = high + low;

  return (GenlmWeightedNumber){ sum, low - (sum - high) };
}

static inline GenlmWeightedNumber
genlm_weighted_number_add (GenlmWeightedNumber a,
                           GenlmWeightedNumber b)
{
  double sum = a.high + b.high;
  double part = sum - a.high;
  double rest = (a.high - (sum - part)) + (b.high - part);

  return genlm_weighted_number_renormalize (sum, rest + a.low + b.low);
}

static inline GenlmWeightedNumber
genlm_weighted_number_subtract (GenlmWeightedNumber a,
                                GenlmWeightedNumber b)
{
  return genlm_weighted_number_add (a, (GenlmWeightedNumber){ -b.high, -b.low });
}

static inline GenlmWeightedNumber
genlm_weighted_number_multiply (GenlmWeightedNumber a,
                                GenlmWeightedNumber b)
{
  double product = a.high * b.high;
  double rest = fma (a.high, b.high, -product);

  return genlm_weighted_number_renormalize (product, rest + (a.high * b.low + a.low * b.high));
}

static inline GenlmWeightedNumber
genlm_weighted_number_divide (GenlmWeightedNumber a,
                              GenlmWeightedNumber b)
{
  double first = a.high / b.high;
  GenlmWeightedNumber part = genlm_weighted_number_multiply (b, genlm_weighted_number_make (first));
  GenlmWeightedNumber rest = genlm_weighted_number_subtract (a, part);
  double second = rest.high / b.high;

  part = genlm_weighted_number_multiply (b, genlm_weighted_number_make (second));
  rest = genlm_weighted_number_subtract (rest, part);
  return genlm_weighted_number_add (genlm_weighted_number_renormalize (first, second),
                                    genlm_weighted_number_make (rest.high / b.high));
}

G_END_DECLS
