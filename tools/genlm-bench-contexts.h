#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Contexts that a potential is measured on, in endless number. */
typedef struct _GenlmBenchContexts GenlmBenchContexts;

GenlmBenchContexts *genlm_bench_contexts_new             (GenlmPotential      *potential,
                                                          guint64              seed,
                                                          guint                number,
                                                          double               seconds,
                                                          GCancellable        *cancellable,
                                                          GError             **error);
void                genlm_bench_contexts_free            (GenlmBenchContexts  *self);
GenlmContext       *genlm_bench_contexts_draw            (GenlmBenchContexts  *self);
guint               genlm_bench_contexts_get_n           (GenlmBenchContexts  *self);
double              genlm_bench_contexts_get_mean_length (GenlmBenchContexts  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmBenchContexts, genlm_bench_contexts_free)

G_END_DECLS
