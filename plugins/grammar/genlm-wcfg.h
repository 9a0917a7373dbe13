#pragma once

#include "genlm-grammar-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_WCFG (genlm_wcfg_get_type ())

G_DECLARE_FINAL_TYPE (GenlmWcfg, genlm_wcfg, GENLM, WCFG, GenlmGrammarPotential)

G_END_DECLS
