#pragma once

#include "genlm-script-values.h"

G_BEGIN_DECLS

GenlmScriptValues *genlm_script_values_new (guint         n_values,
                                            const char  **names,
                                            const GValue *values);

G_END_DECLS
