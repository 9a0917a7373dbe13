#pragma once

#include "timing.h"

G_BEGIN_DECLS

/* Ours may take a factor times the baseline and a constant; all zero is no limit. */
typedef struct
{
  double factor;
  double micros;
} BenchLimit;

typedef struct
{
  const char *name;
  const char *of;
  BenchBody   ours;
  BenchBody   baseline;       /* or NULL */
  const char *baseline_name;
  gpointer    data;
  guint       n_calls;        /* that one run of a body makes */
  guint       n_rounds;
  BenchLimit  limit;
} BenchRounds;

double bench_rounds_run (const BenchRounds *self);
void   bench_report     (const char        *name,
                         const char        *of,
                         const char        *unit,
                         double             value,
                         double             limit);

G_END_DECLS
