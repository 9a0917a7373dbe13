#pragma once

#include "genlm-resampling.h"

G_BEGIN_DECLS

void genlm_resampling_draw (GenlmResampling  method,
                            const double    *weights,
                            gsize            n,
                            const double    *uniforms,
                            guint32         *ancestors);

G_END_DECLS
