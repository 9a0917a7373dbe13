#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void     genlm_interrupt_catch  (GCancellable *cancellable);
gboolean genlm_interrupt_caught (void);

G_END_DECLS
