#pragma once

/* What follows from terminals that have ended: the items that go on behind
 * them, and behind all that is complete with them. */

#include "genlm-wcfg-scratch.h"

G_BEGIN_DECLS

gboolean genlm_wcfg_reduction_run    (GenlmWcfgScratch     *scratch,
                                      const GenlmWcfgScan  *scans,
                                      guint                 n_scans,
                                      guint                 max_items,
                                      GenlmWcfgClock       *clock,
                                      GError              **error);
void     genlm_wcfg_reduction_settle (GenlmWcfgScratch     *scratch);

G_END_DECLS
