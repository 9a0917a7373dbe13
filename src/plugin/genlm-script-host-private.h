#pragma once

#include "genlm-script-host.h"

G_BEGIN_DECLS

GenlmScriptHost *genlm_script_host_find          (const char       *language);
gboolean         genlm_script_host_has_loaded    (GType             type);
GType            genlm_script_host_load          (GenlmScriptHost  *self,
                                                  const char       *file,
                                                  const char       *class_name,
                                                  GError          **error);
gpointer         genlm_script_host_make          (GType             type,
                                                  guint             n_values,
                                                  const char      **names,
                                                  const GValue     *values,
                                                  const char       *element,
                                                  GError          **error);

/* The file that this thread is loading, NULL for none: while that lasts it may
 * start no worker process, which would load the file again, and so for ever. */
const char      *genlm_script_host_peek_loading  (void);

G_END_DECLS
