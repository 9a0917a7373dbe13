#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Exit statuses of all commands. */
#define GENLM_EXIT_FAILED (1)
#define GENLM_EXIT_CANCELLED (130)

int  genlm_output_fail       (const char  *format,
                              ...) G_GNUC_PRINTF (1, 2);
int  genlm_output_finish     (GString     *text);
int  genlm_output_json       (JsonBuilder *builder);
/* Members of the object that is being built. */
void genlm_output_add_string (JsonBuilder *builder,
                              const char  *name,
                              const char  *value);
void genlm_output_add_number (JsonBuilder *builder,
                              const char  *name,
                              double       value);
void genlm_output_add_int    (JsonBuilder *builder,
                              const char  *name,
                              gint64       value);
void genlm_output_add_uint64 (JsonBuilder *builder,
                              const char  *name,
                              guint64      value);

G_END_DECLS
