/* From nothing to the first answer of a pool, beside the start of a program that
 * does nothing; and what a worker that waits takes of memory. */

#include "cases.h"
#include "processes.h"
#include "rounds.h"

#define N_WORKERS (5u)

typedef struct
{
  GenlmPotential *potential;
  GenlmContext   *context;
  double          sum;
} Run;

static void
start_pool (gpointer data)
{
  Run *self = data;
  g_autoptr (GenlmPotential) pool = bench_make_pool (self->potential, N_WORKERS);

  self->sum += genlm_potential_prefix_sync (pool, self->context, NULL, NULL);
}

static void
start_true (gpointer data)
{
  const char *argv[] = { "true", NULL };

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL))
    g_error ("No true");
}

static void
measure_memory (Run *run)
{
  g_autoptr (GenlmPotential) pool = bench_make_pool (run->potential, 1);

  run->sum += genlm_potential_prefix_sync (pool, run->context, NULL, NULL);
  bench_report ("worker-memory", "an idle worker with a regex, private", "KiB",
                bench_get_private_memory (bench_get_worker_pid (pool, 0)), 6 << 10);
}

void
bench_start (Bench *bench)
{
  g_autoptr (GenlmPotential) regex =
    bench_make_element ("regex", g_variant_new_parsed ("{'pattern': <'[a-z]+@[a-z]+\\\\.(com|org)'>}"));
  g_autoptr (GenlmContext) context = genlm_context_new ();
  Run run = { regex, context, 0 };
  BenchRounds rounds = {
    .name = "worker-start",
    .of = "5 workers with a regex, to the first answer and their end",
    .ours = start_pool,
    .baseline = start_true,
    .baseline_name = "start and end of true",
    .data = &run,
    .n_calls = 1,
    .n_rounds = bench->full ? 51 : 5,
    .limit = { 0, 30000 },
  };

  measure_memory (&run);
  bench_rounds_run (&rounds);
  if (run.sum != 0)
    g_error ("A worker gave a wrong answer");
}
