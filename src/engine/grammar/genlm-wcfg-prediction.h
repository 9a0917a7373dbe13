#pragma once

/* From items to a column: what they wait for, and what may begin for them. */

#include "genlm-wcfg-scratch.h"

G_BEGIN_DECLS

GenlmWcfgColumn *genlm_wcfg_prediction_make_column (GenlmWcfgScratch      *scratch,
                                                    const GenlmWcfgColumn *probe);

G_END_DECLS
