#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean genlm_llama_gguf_check       (const char    *path,
                                       GError       **error);
gboolean genlm_llama_gguf_check_bytes (const guint8  *data,
                                       gsize          length,
                                       GError       **error);

G_END_DECLS
