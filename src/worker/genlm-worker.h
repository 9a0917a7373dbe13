#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-types.h"

G_BEGIN_DECLS

GENLM_AVAILABLE_IN_ALL
gboolean genlm_worker_run (int      socket_fd,
                           int      region_fd,
                           GError **error);

G_END_DECLS
