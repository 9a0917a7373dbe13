#pragma once

#include "genlm-pipeline.h"

G_BEGIN_DECLS

void genlm_pipeline_place_set_error (GError      **error,
                                     int           code,
                                     const char   *description,
                                     gsize         position,
                                     const char   *format,
                                     ...) G_GNUC_PRINTF (5, 6);
void genlm_pipeline_place_propagate (GError      **error,
                                     GError       *cause,
                                     const char   *description,
                                     gsize         position);

G_END_DECLS
