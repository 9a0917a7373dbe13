#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Work for one core that neither waits nor touches memory. */
guint64 bench_spin            (guint64  n_steps);
double  bench_spin_per_micro  (void);

G_END_DECLS
