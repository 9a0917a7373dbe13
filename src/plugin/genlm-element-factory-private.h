#pragma once

#include "genlm-element-factory.h"
#include "genlm-plugin-private.h"

G_BEGIN_DECLS

GenlmElementFactory *genlm_element_factory_new (GenlmPlugin            *plugin,
                                                const GenlmElementInfo *info);

G_END_DECLS
