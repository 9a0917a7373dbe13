#pragma once

#include "genlm-plugin.h"

G_BEGIN_DECLS

char                  *genlm_plugin_module_name_of_file (const char  *file);
const GenlmPluginDesc *genlm_plugin_module_open         (const char  *file,
                                                         GError     **error);

G_END_DECLS
