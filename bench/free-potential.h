#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Potentials that cost nothing, so that what remains is the library's own. */
#define BENCH_TYPE_FREE (bench_free_get_type ())
G_DECLARE_FINAL_TYPE (BenchFree, bench_free, BENCH, FREE, GenlmPotentialBase)

GenlmVocab     *bench_vocab_new     (guint32          size);
GenlmPotential *bench_model_new     (GenlmVocab      *vocab,
                                     GenlmWeights    *weights);
GenlmPotential *bench_condition_new (GenlmVocab      *vocab,
                                     GenlmTokenSet   *accepted);

G_END_DECLS
