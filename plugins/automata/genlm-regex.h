#pragma once

#include "genlm-byte-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_REGEX (genlm_regex_get_type ())

G_DECLARE_FINAL_TYPE (GenlmRegex, genlm_regex, GENLM, REGEX, GenlmBytePotential)

G_END_DECLS
