#pragma once

#include "genlm-grammar-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_CFG (genlm_cfg_get_type ())

G_DECLARE_FINAL_TYPE (GenlmCfg, genlm_cfg, GENLM, CFG, GenlmGrammarPotential)

G_END_DECLS
