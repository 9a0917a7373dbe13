#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-script-values.h"

G_BEGIN_DECLS

#define GENLM_TYPE_SCRIPT_HOST (genlm_script_host_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (GenlmScriptHost, genlm_script_host, GENLM, SCRIPT_HOST, GObject)

struct _GenlmScriptHostClass
{
  GObjectClass parent_class;

  /*< public >*/
  GType    (*load_class)  (GenlmScriptHost    *self,
                           const char         *file,
                           const char         *class_name,
                           GError            **error);
  GObject *(*make_object) (GenlmScriptHost    *self,
                           const char         *file,
                           const char         *class_name,
                           GenlmScriptValues  *values,
                           GError            **error);

  /*< private >*/
  gpointer padding[8];
};

GENLM_AVAILABLE_IN_ALL
const char *genlm_script_host_get_language (GenlmScriptHost  *self);
GENLM_AVAILABLE_IN_ALL
const char *genlm_script_host_get_program  (GenlmScriptHost  *self);
GENLM_AVAILABLE_IN_ALL
gboolean    genlm_script_host_install      (GenlmScriptHost  *self,
                                            GError          **error);
GENLM_AVAILABLE_IN_ALL
GVariant   *genlm_script_host_make_recipe  (GenlmScriptHost  *self,
                                            GObject          *object,
                                            const char       *name,
                                            GError          **error);

G_END_DECLS
