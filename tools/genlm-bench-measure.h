#pragma once

#include <genlm.h>

#include "genlm-bench-contexts.h"

G_BEGIN_DECLS

/* How the questions come. */
typedef struct
{
  const char *name;
  const char *kind;     /* for programs */
  guint       size;
  gboolean    is_batch;
} GenlmBenchShape;

typedef struct
{
  double seconds;       /* for one item, the median of the rounds; NaN if not measured */
  guint  n_rounds;
} GenlmBenchResult;

GenlmWeights *genlm_bench_ask_next    (GenlmPotential         *potential,
                                       GenlmContext           *context,
                                       GCancellable           *cancellable,
                                       GError                **error);
gboolean      genlm_bench_find_method (const char             *name,
                                       GenlmMethod            *method);
const char   *genlm_bench_name_method (GenlmMethod             method);
gboolean      genlm_bench_measure     (GenlmPotential         *potential,
                                       GenlmMethod             method,
                                       const GenlmBenchShape  *shape,
                                       GenlmBenchContexts     *contexts,
                                       double                  seconds,
                                       GCancellable           *cancellable,
                                       GenlmBenchResult       *result,
                                       GError                **error);

G_END_DECLS
