#pragma once

#include <genlm.h>

G_BEGIN_DECLS

int    bench_get_worker_pid     (GenlmPotential *pool,
                                 guint           worker);

/* Microseconds of processor time that a process has had, with all its threads; 0 is
 * this one. */
double bench_get_cpu_time       (int             pid);

/* KiB that no other process shares; 0 is this one. */
double bench_get_private_memory (int             pid);

/* Keeps a process, with all its threads, on a core, or on any if that is -1; 0 is
 * this one. */
void   bench_set_core           (int             pid,
                                 int             core);

G_END_DECLS
