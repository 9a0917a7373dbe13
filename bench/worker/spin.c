/* Work of a known amount, the same in a worker and in a bare process. */

#include "spin.h"

#include <time.h>

#define CALIBRATION_STEPS (G_GUINT64_CONSTANT (400000))
#define CALIBRATION_ROUNDS (9u)

/* Each step needs the one before it. */
guint64
bench_spin (guint64 n_steps)
{
  guint64 x = n_steps;

  for (guint64 i = 0; i < n_steps; i++)
    x = x * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return x;
}

static double
get_cpu_micros (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

/* How many steps take a microsecond of a core that does nothing else. */
double
bench_spin_per_micro (void)
{
  volatile guint64 sum = 0;
  double best = 0;

  for (guint i = 0; i < CALIBRATION_ROUNDS; i++)
    {
      double start = get_cpu_micros ();

      sum += bench_spin (CALIBRATION_STEPS + (sum & 1));
      best = MAX (best, (double) CALIBRATION_STEPS / (get_cpu_micros () - start));
    }
  return best;
}
