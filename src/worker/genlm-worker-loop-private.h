#pragma once

#include "genlm-region-private.h"

G_BEGIN_DECLS

/* Does what a parent says over a socket until it is told to end (TRUE), the parent
 * is gone (TRUE), or something is broken. Borrows both. */
gboolean genlm_worker_loop_run (int           socket_fd,
                                GenlmRegion  *region,
                                GError      **error);

G_END_DECLS
