#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define GENLM_TYPE_LLAMA (genlm_llama_get_type ())

G_DECLARE_FINAL_TYPE (GenlmLlama, genlm_llama, GENLM, LLAMA, GenlmPotentialBase)

G_END_DECLS
