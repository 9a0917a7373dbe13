#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of this process, when what is measured has not been started yet, and then which
 * have come. */
GArray *bench_list_children     (void);
int     bench_find_new_child    (GArray     *before);

/* KiB that no other process shares; 0 is this one. */
double  bench_get_private_memory (int        pid);

G_END_DECLS
