#include "timing.h"

#include <stdlib.h>
#include <time.h>

/* In microseconds. */
double
bench_clock_read (BenchClock clock)
{
  struct timespec now;

  if (clock == BENCH_CLOCK_WALL)
    return (double) g_get_monotonic_time ();
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static int
compare_times (const void *a,
               const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Sorts the times. */
BenchTiming
bench_summarize (double *times,
                 guint   n_times)
{
  qsort (times, n_times, sizeof (double), compare_times);
  return (BenchTiming) {
    .least = times[0],
    .median = times[n_times / 2],
    .spread = times[(gsize) n_times * 3 / 4] - times[n_times / 4],
    .p99 = times[(gsize) n_times * 99 / 100],
    .max = times[n_times - 1],
    .repetitions = n_times,
  };
}

/* The times of one run, @n_runs of them under one reading of the clock, after
 * one that does not count. */
BenchTiming
bench_measure (BenchClock  clock,
               BenchBody   body,
               gpointer    data,
               guint       n_runs,
               guint       repetitions)
{
  g_autofree double *times = g_new (double, repetitions);
  guint i;
  guint run;

  body (data);
  for (i = 0; i < repetitions; i++)
    {
      double start = bench_clock_read (clock);

      for (run = 0; run < n_runs; run++)
        body (data);
      times[i] = (bench_clock_read (clock) - start) / n_runs;
    }
  return bench_summarize (times, repetitions);
}
