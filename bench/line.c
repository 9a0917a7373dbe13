#include "line.h"

#include <genlm.h>

#include <stdio.h>

void
bench_line_begin (const char *name,
                  const char *of)
{
  printf ("{\"name\": \"%s\"", name);
  bench_line_text ("of", of);
}

void
bench_line_text (const char *key,
                 const char *value)
{
  g_autofree char *escaped = NULL;

  if (value == NULL)
    return;
  escaped = g_strescape (value, NULL);
  printf (", \"%s\": \"%s\"", key, escaped);
}

void
bench_line_count (const char *key,
                  guint64     value)
{
  printf (", \"%s\": %" G_GUINT64_FORMAT, key, value);
}

void
bench_line_number (const char *key,
                   double      value)
{
  printf (", \"%s\": %.6g", key, value);
}

void
bench_line_timing (const BenchTiming *timing,
                   const char        *unit)
{
  bench_line_text ("unit", unit);
  bench_line_number ("median", timing->median);
  bench_line_number ("spread", timing->spread);
  bench_line_number ("p99", timing->p99);
  bench_line_number ("max", timing->max);
  bench_line_count ("repetitions", timing->repetitions);
}

/* What ours is compared with. */
void
bench_line_baseline (const char *name,
                     double      baseline,
                     double      ours)
{
  if (name == NULL)
    return;
  bench_line_text ("baseline", name);
  bench_line_number ("baseline_median", baseline);
  bench_line_number ("ratio", ours / baseline);
}

/* What ours is to be at the most. */
void
bench_line_aim (double aim,
                double ours)
{
  bench_line_number ("aim", aim);
  bench_line_number ("ratio_to_aim", ours / aim);
}

void
bench_line_end (void)
{
  printf (", \"version\": \"" GENLM_VERSION_S "\"}\n");
  fflush (stdout);
}

/* A whole line, of microseconds. */
void
bench_report_timing (const char        *name,
                     const char        *of,
                     const char        *vocabulary,
                     guint64            size,
                     const BenchTiming *ours,
                     double             aim,
                     const char        *baseline_name,
                     double             baseline)
{
  bench_line_begin (name, of);
  bench_line_text ("vocabulary", vocabulary);
  bench_line_count ("size", size);
  bench_line_timing (ours, "us");
  bench_line_aim (aim, ours->median);
  bench_line_baseline (baseline_name, baseline, ours->median);
  bench_line_end ();
}
