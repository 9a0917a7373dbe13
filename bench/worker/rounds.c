/* Two ways of doing the same, in turn, so that both see the same machine: it may
 * be busy with other things. The ratios are those of neighbours in time. */

#include "rounds.h"

#include "line.h"

#include <stdlib.h>

/* Microseconds for one call. */
static double
time_body (BenchBody body,
           gpointer  data,
           guint     n_calls)
{
  double start = bench_clock_read (BENCH_CLOCK_WALL);

  body (data);
  return (bench_clock_read (BENCH_CLOCK_WALL) - start) / n_calls;
}

/* Measures, prints a line, and gives the median of ours. */
double
bench_rounds_run (const BenchRounds *self)
{
  guint n = self->n_rounds;
  g_autofree double *ours = g_new (double, n);
  g_autofree double *baselines = g_new0 (double, n);
  g_autofree double *limits = g_new (double, n);
  g_autofree double *ratios = g_new (double, n);
  g_autofree double *shares = g_new (double, n);
  double load = 0;
  BenchTiming timing;

  self->ours (self->data);
  if (self->baseline != NULL)
    self->baseline (self->data);
  for (guint i = 0; i < n; i++)
    {
      if (self->baseline != NULL && i % 2 == 0)
        baselines[i] = time_body (self->baseline, self->data, self->n_calls);
      ours[i] = time_body (self->ours, self->data, self->n_calls);
      if (self->baseline != NULL && i % 2 == 1)
        baselines[i] = time_body (self->baseline, self->data, self->n_calls);
      limits[i] = self->limit.factor * baselines[i] + self->limit.micros;
      ratios[i] = self->baseline != NULL ? ours[i] / baselines[i] : 0;
      shares[i] = limits[i] > 0 ? ours[i] / limits[i] : 0;
    }

  getloadavg (&load, 1);
  timing = bench_summarize (ours, n);
  bench_line_begin (self->name, self->of);
  bench_line_timing (&timing, "us");
  if (self->baseline != NULL)
    {
      bench_line_text ("baseline", self->baseline_name);
      bench_line_number ("baseline_median", bench_summarize (baselines, n).median);
      bench_line_number ("ratio", bench_summarize (ratios, n).median);
    }
  if (limits[0] > 0)
    {
      bench_line_number ("limit", bench_summarize (limits, n).median);
      bench_line_number ("ratio_to_limit", bench_summarize (shares, n).median);
    }
  bench_line_number ("load", load);
  bench_line_end ();
  return timing.median;
}

/* A line for what is not a time; a limit of 0 is none. */
void
bench_report (const char *name,
              const char *of,
              const char *unit,
              double      value,
              double      limit)
{
  bench_line_begin (name, of);
  bench_line_text ("unit", unit);
  bench_line_number ("value", value);
  if (limit > 0)
    {
      bench_line_number ("limit", limit);
      bench_line_number ("ratio_to_limit", value / limit);
    }
  bench_line_end ();
}
