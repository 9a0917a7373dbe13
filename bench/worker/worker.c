/* What it costs to ask a potential in a worker process, beside bare processes
 * that do the same, or beside asking it in this one.
 *
 * usage: bench-worker [--full] [case...] */

#include "cases.h"
#include "processes.h"
#include "spin.h"

#include <string.h>

static const struct
{
  const char *name;
  void      (*run) (Bench *bench);
} cases[] = {
  { "round-trip", bench_round_trip },
  { "pipelined", bench_pipelined },
  { "vectors", bench_vectors },
  { "compute", bench_compute },
  { "masks", bench_masks },
  { "start", bench_start },
  { "growing", bench_growing },
};

GenlmPotential *
bench_make_element (const char *name,
                    GVariant   *properties)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *potential = genlm_element_make (name, properties, &error);

  if (potential == NULL)
    g_error ("%s", error->message);
  return potential;
}

GenlmPotential *
bench_make_work (guint64  n_steps,
                 guint    n_tokens,
                 gboolean softmax)
{
  return bench_make_element ("bench-work",
                             g_variant_new_parsed ("{'steps': <%t>, 'tokens': <%u>, 'softmax': <%b>}",
                                                   n_steps, n_tokens, softmax));
}

GenlmPotential *
bench_make_pool (GenlmPotential *potential,
                 guint           n_workers)
{
  g_autoptr (GError) error = NULL;
  GenlmPotential *pool = genlm_potential_to_multiprocess (potential, n_workers, &error);

  if (pool == NULL)
    g_error ("%s", error->message);
  return pool;
}

/* This process is on one core, and the worker and the bare process that it is held
 * against on another, or the same, or all wherever the system puts them (-1): which
 * decides more of a round trip than anything else. */
void
bench_set_cores (Bench          *bench,
                 GenlmPotential *pool,
                 int             ours,
                 int             theirs)
{
  bench_set_core (0, ours);
  bench_set_core (bench_bare_get_pid (bench->bare[0]), theirs);
  bench_set_core (bench_get_worker_pid (pool, 0), theirs);
}

static gboolean
is_wanted (const char  *name,
           char       **wanted)
{
  return *wanted == NULL || g_strv_contains ((const char * const *) wanted, name);
}

int
main (int    argc,
      char **argv)
{
  Bench bench = { .full = argc > 1 && strcmp (argv[1], "--full") == 0 };
  char **wanted = argv + (bench.full ? 2 : 1);

  for (guint i = 0; i < G_N_ELEMENTS (bench.bare); i++)
    bench.bare[i] = bench_bare_start ();
  bench.steps_per_micro = bench_spin_per_micro ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (is_wanted (cases[i].name, wanted))
      cases[i].run (&bench);

  for (guint i = 0; i < G_N_ELEMENTS (bench.bare); i++)
    bench_bare_stop (bench.bare[i]);
  return 0;
}
