#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Each command takes its own name as argv[0] and returns the exit status. */
int genlm_bench_main   (int    argc,
                        char **argv);
int genlm_check_main   (int    argc,
                        char **argv);
int genlm_inspect_main (int    argc,
                        char **argv);
int genlm_launch_main  (int    argc,
                        char **argv);
int genlm_worker_main  (int    argc,
                        char **argv);

G_END_DECLS
