#pragma once

#include "genlm-check-case.h"

G_BEGIN_DECLS

gboolean genlm_check_suite_run (const GenlmCheckSetup  *setup,
                                const char             *file,
                                guint                   n_jobs,
                                gboolean               *all_right,
                                GError                **error);

G_END_DECLS
