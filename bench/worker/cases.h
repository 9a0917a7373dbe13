#pragma once

#include <genlm.h>

#include "bare-process.h"

G_BEGIN_DECLS

/* What the cases share. */
typedef struct
{
  gboolean   full;            /* as long as it takes, or only to see that it runs */
  BenchBare *bare[2];
  double     steps_per_micro;
} Bench;

GenlmPotential *bench_make_element (const char     *name,
                                    GVariant       *properties);
GenlmPotential *bench_make_work    (guint64         n_steps,
                                    guint           n_tokens,
                                    gboolean        softmax);
GenlmPotential *bench_make_pool    (GenlmPotential *potential,
                                    guint           n_workers);

void            bench_set_cores    (Bench          *bench,
                                    GenlmPotential *pool,
                                    int             ours,
                                    int             theirs);

void            bench_compute      (Bench          *bench);
void            bench_growing      (Bench          *bench);
void            bench_masks        (Bench          *bench);
void            bench_pipelined    (Bench          *bench);
void            bench_round_trip   (Bench          *bench);
void            bench_start        (Bench          *bench);
void            bench_vectors      (Bench          *bench);

G_END_DECLS
