#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line that is written over, on a terminal only; all zero is none yet. */
typedef struct
{
  guint width;
} GenlmProgress;

void genlm_progress_show (GenlmProgress *self,
                          const char    *format,
                          ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
