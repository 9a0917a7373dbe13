#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process at the other end of a socket, with nothing in between: what worker
 * processes are measured against. */
typedef struct _BenchBare BenchBare;

BenchBare *bench_bare_start   (void);
int        bench_bare_get_pid (BenchBare *self);
void       bench_bare_ping    (BenchBare *self,
                               gsize      n_request,
                               gsize      n_answer);
void       bench_bare_begin   (BenchBare *self,
                               guint      n_items,
                               guint64    n_steps);
void       bench_bare_wait    (BenchBare *self);
void       bench_bare_stop    (BenchBare *self);

G_END_DECLS
