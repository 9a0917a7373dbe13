#pragma once

#include "genlm-registry.h"

G_BEGIN_DECLS

/* Registers the elements of the library itself. The registry says that it
 * needs this; src/genlm-init.c, which stands above all rooms and may know
 * their types, supplies it. */
void genlm_core_plugin_init (GenlmPlugin *plugin);

G_END_DECLS
