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

/* Makes @context the thread's default while something runs in it that may ask
 * on: a context may be iterated by a thread of which it is not the default.
 * Returns whether there is something to leave. */
gboolean genlm_delivery_enter       (GMainContext *context);
void     genlm_delivery_leave       (GMainContext *context,
                                     gboolean      entered);

G_END_DECLS
