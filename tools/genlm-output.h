#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Exit statuses of all commands. */
#define GENLM_EXIT_FAILED (1)
#define GENLM_EXIT_CANCELLED (130)

int genlm_output_fail   (const char  *format,
                         ...) G_GNUC_PRINTF (1, 2);
int genlm_output_finish (GString     *text);
int genlm_output_json   (JsonBuilder *builder);

G_END_DECLS
