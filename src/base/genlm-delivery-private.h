#pragma once

#include "genlm-types.h"

G_BEGIN_DECLS

void genlm_delivery_push            (GMainContext *context,
                                     GenlmRequest *request);
void genlm_delivery_set_deadline    (GMainContext *context,
                                     GenlmRequest *request,
                                     gint64        deadline);
void genlm_delivery_remove_deadline (GMainContext *context,
                                     GenlmRequest *request);

G_END_DECLS
