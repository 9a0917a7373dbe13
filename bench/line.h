#pragma once

#include "timing.h"

G_BEGIN_DECLS

/* What a benchmark says, a JSON object in a line: begin, what there is to say,
 * end. Of what may be NULL nothing is said. */
void bench_line_begin    (const char        *name,
                          const char        *of);
void bench_line_text     (const char        *key,
                          const char        *value);
void bench_line_count    (const char        *key,
                          guint64            value);
void bench_line_number   (const char        *key,
                          double             value);
void bench_line_timing   (const BenchTiming *timing,
                          const char        *unit);
void bench_line_baseline (const char        *name,
                          double             baseline,
                          double             ours);
void bench_line_aim      (double             aim,
                          double             ours);
void bench_line_end      (void);

void bench_report_timing (const char        *name,
                          const char        *of,
                          const char        *vocabulary,
                          guint64            size,
                          const BenchTiming *ours,
                          double             aim,
                          const char        *baseline_name,
                          double             baseline);

G_END_DECLS
