#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define GENLM_TYPE_WCFG (genlm_wcfg_get_type ())

G_DECLARE_FINAL_TYPE (GenlmWcfg, genlm_wcfg, GENLM, WCFG, GenlmPotentialBase)

G_END_DECLS
