#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Of the first worker of a pool. */
int    bench_get_worker_pid     (GenlmPotential *pool);

/* KiB that no other process shares; 0 is this one. */
double bench_get_private_memory (int             pid);

/* Keeps a process, with all its threads, on a core, or on any if that is -1; 0 is
 * this one. */
void   bench_set_core           (int             pid,
                                 int             core);

G_END_DECLS
