/* Two ways of doing the same, in turn, so that both see the same machine: it may
 * be busy with other things. The ratios are those of neighbours in time. */

#include "rounds.h"

#include <genlm.h>

#include <stdio.h>
#include <stdlib.h>

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
sort_for_median (double *values,
                 guint   n)
{
  qsort (values, n, sizeof (double), compare_doubles);
  return values[n / 2];
}

/* Microseconds for one call. */
static double
time_body (BenchBody body,
           gpointer  data,
           guint     n_calls)
{
  gint64 start = g_get_monotonic_time ();

  body (data);
  return (double) (g_get_monotonic_time () - start) / n_calls;
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
  g_autofree char *of = g_strescape (self->of, NULL);
  double load = 0;
  double median;

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
  median = sort_for_median (ours, n);
  printf ("{\"name\": \"%s\", \"of\": \"%s\", \"unit\": \"us\", \"median\": %.3f, \"spread\": %.3f, "
          "\"repetitions\": %u, ",
          self->name, of, median, ours[n * 3 / 4] - ours[n / 4], n);
  if (self->baseline != NULL)
    printf ("\"baseline\": \"%s\", \"baseline_median\": %.3f, \"ratio\": %.3f, ",
            self->baseline_name, sort_for_median (baselines, n), sort_for_median (ratios, n));
  if (limits[0] > 0)
    printf ("\"limit\": %.3f, \"ratio_to_limit\": %.3f, ", sort_for_median (limits, n), sort_for_median (shares, n));
  printf ("\"load\": %.2f, \"version\": \"" GENLM_VERSION_S "\"}\n", load);
  fflush (stdout);
  return median;
}

/* A line for what is not a time; a limit of 0 is none. */
void
bench_report (const char *name,
              const char *of,
              const char *unit,
              double      value,
              double      limit)
{
  printf ("{\"name\": \"%s\", \"of\": \"%s\", \"unit\": \"%s\", \"value\": %.2f, ", name, of, unit, value);
  if (limit > 0)
    printf ("\"limit\": %.2f, \"ratio_to_limit\": %.3f, ", limit, value / limit);
  printf ("\"version\": \"" GENLM_VERSION_S "\"}\n");
  fflush (stdout);
}
