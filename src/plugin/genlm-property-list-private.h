#pragma once

#include "genlm-element-make.h"

G_BEGIN_DECLS

/* The values an object is constructed with, by property name. */
typedef struct _GenlmPropertyList GenlmPropertyList;

GenlmPropertyList *genlm_property_list_new       (void);
void               genlm_property_list_free      (GenlmPropertyList  *self);
GValue            *genlm_property_list_add       (GenlmPropertyList  *self,
                                                  GParamSpec         *pspec,
                                                  const char         *element,
                                                  GError            **error);
gboolean           genlm_property_list_add_variants (GenlmPropertyList  *self,
                                                     GObjectClass       *klass,
                                                     const char         *element,
                                                     GVariant           *variants,
                                                     GError            **error);
gboolean           genlm_property_list_add_to_recipe (GenlmPropertyList  *self,
                                                      GObjectClass       *klass,
                                                      GVariantBuilder    *recipe,
                                                      GError            **error);
gpointer           genlm_property_list_construct (GenlmPropertyList  *self,
                                                  GType               type,
                                                  const char         *element,
                                                  GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmPropertyList, genlm_property_list_free)

G_END_DECLS
