#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef void (*BenchBody) (gpointer data);

typedef enum
{
  BENCH_CLOCK_WALL,
  BENCH_CLOCK_THREAD,           /* for what never waits: other programs do not count */
} BenchClock;

/* In microseconds. */
typedef struct
{
  double least;
  double median;
  double spread;                /* between the quartiles */
  double p99;
  double max;
  guint  repetitions;
} BenchTiming;

double      bench_clock_read (BenchClock  clock);
BenchTiming bench_summarize  (double     *times,
                              guint       n_times);
BenchTiming bench_measure    (BenchClock  clock,
                              BenchBody   body,
                              gpointer    data,
                              guint       n_runs,
                              guint       repetitions);

G_END_DECLS
