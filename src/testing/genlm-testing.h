#pragma once

#include <genlm.h>

G_BEGIN_DECLS

#define GENLM_TESTING_INSIDE
#include "genlm-harness.h"
#undef GENLM_TESTING_INSIDE

G_END_DECLS
