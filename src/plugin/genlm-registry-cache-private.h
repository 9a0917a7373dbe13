#pragma once

#include "genlm-plugin-private.h"

G_BEGIN_DECLS

GHashTable  *genlm_registry_cache_parse        (GBytes                *bytes);
GHashTable  *genlm_registry_cache_read         (const char            *file);
gboolean     genlm_registry_cache_write        (const char            *file,
                                                GPtrArray             *entries,
                                                GError               **error);
GVariant    *genlm_registry_cache_entry_new    (GenlmPlugin           *plugin,
                                                const GenlmFileStamp  *stamp);
GenlmPlugin *genlm_registry_cache_entry_revive (GVariant              *entry,
                                                const GenlmFileStamp  *stamp);

G_END_DECLS
