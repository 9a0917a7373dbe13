#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a worker may use. */
typedef struct
{
  guint32 cpu_seconds;          /* for a unit, 0 if there is no limit */
  guint64 cpu_end;              /* the limit in force */
} GenlmWorkerLimits;

gboolean genlm_worker_limits_set   (GenlmWorkerLimits  *self,
                                    GVariant           *settings,
                                    GError            **error);
void     genlm_worker_limits_renew (GenlmWorkerLimits  *self);

G_END_DECLS
