#pragma once

#include "genlm-json-format.h"

G_BEGIN_DECLS

/* The checks of formats; see there. */
gboolean genlm_json_format_check_time         (const char *text,
                                               gsize       length);
gboolean genlm_json_format_check_email        (const char *text,
                                               gsize       length);
gboolean genlm_json_format_check_hostname     (const char *text,
                                               gsize       length);
gboolean genlm_json_format_check_idn_hostname (const char *text,
                                               gsize       length);
gboolean genlm_json_format_check_regex        (const char *text,
                                               gsize       length);

G_END_DECLS
