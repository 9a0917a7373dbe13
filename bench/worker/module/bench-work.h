#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define BENCH_TYPE_WORK (bench_work_get_type ())
G_DECLARE_FINAL_TYPE (BenchWork, bench_work, BENCH, WORK, GenlmPotentialBase)

G_END_DECLS
