#pragma once

#include "genlm-file-stamp-private.h"
#include "genlm-plugin.h"

G_BEGIN_DECLS

/* One element as a plugin describes it; immutable once the plugin is listed. */
typedef struct
{
  char  *name;
  char  *type_name;
  char  *class_path;
  char  *long_name;
  char  *description;
  char  *author;
  char  *input;
  guint  rank;
} GenlmElementInfo;

/* file, (name, version, description, license, origin), status errors,
 * dependencies, elements, (error code or -1, message) */
#define GENLM_PLUGIN_VARIANT_TYPE "(ay(sssss)asaaya(sssssssu)(is))"

GenlmPlugin            *genlm_plugin_new_built_in     (const char           *name,
                                                       const char           *description,
                                                       GenlmPluginInitFunc   init);
GenlmPlugin            *genlm_plugin_new_script       (const char           *file);
GenlmPlugin            *genlm_plugin_new_script_class (const char           *file,
                                                       const char           *language,
                                                       const char           *element,
                                                       const char           *class_name);
GenlmPlugin            *genlm_plugin_new_failed       (const char           *file,
                                                       GError               *reason);
GenlmPlugin            *genlm_plugin_new_from_variant (GVariant             *variant);
void                    genlm_plugin_set_stamp        (GenlmPlugin          *self,
                                                       const GenlmFileStamp *stamp);
guint                   genlm_plugin_get_n_elements   (GenlmPlugin          *self);
const GenlmElementInfo *genlm_plugin_get_element      (GenlmPlugin          *self,
                                                       guint                 index);
GType                   genlm_plugin_load_type        (GenlmPlugin          *self,
                                                       const char           *name,
                                                       GError              **error);

G_END_DECLS
