#pragma once

#if !defined (GENLM_INSIDE) && !defined (GENLM_COMPILATION)
# error "Only <genlm.h> can be included directly."
#endif

#include "genlm-potential.h"

G_BEGIN_DECLS

#define GENLM_TYPE_POTENTIAL_BASE (genlm_potential_base_get_type ())

GENLM_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (GenlmPotentialBase, genlm_potential_base, GENLM, POTENTIAL_BASE, GObject)

struct _GenlmPotentialBaseClass
{
  GObjectClass parent_class;

  /*< private >*/
  GenlmTraits traits;
  gpointer padding[8];
};

GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_class_set_metadata (GenlmPotentialBaseClass *klass,
                                                     const char              *long_name,
                                                     const char              *class_path,
                                                     const char              *description,
                                                     const char              *author);
GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_class_set_traits   (GenlmPotentialBaseClass *klass,
                                                     GenlmTraits              traits);
GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_set_vocab          (GenlmPotentialBase      *self,
                                                     GenlmVocab              *vocab);
GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_set_traits         (GenlmPotentialBase      *self,
                                                     GenlmTraits              traits);
GENLM_AVAILABLE_IN_ALL
const char *genlm_potential_base_get_name           (GenlmPotentialBase      *self);
GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_set_name           (GenlmPotentialBase      *self,
                                                     const char              *name);
GENLM_AVAILABLE_IN_ALL
guint       genlm_potential_base_get_timeout        (GenlmPotentialBase      *self);
GENLM_AVAILABLE_IN_ALL
void        genlm_potential_base_set_timeout        (GenlmPotentialBase      *self,
                                                     guint                    milliseconds);

G_END_DECLS
