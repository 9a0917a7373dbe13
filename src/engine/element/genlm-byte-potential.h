#pragma once

/* The face of a machine of bytes as an element: what "regex", "cfg" and the
 * others have in common. A class says which options it has and how a machine is
 * made of them; all that a potential is asked, its siblings over other
 * vocabularies, its limits and its size are the same for all. */

#include <genlm.h>

#include "genlm-byte-matcher.h"
#include "genlm-engine.h"

G_BEGIN_DECLS

#define GENLM_TYPE_BYTE_POTENTIAL (genlm_byte_potential_get_type ())

GENLM_ENGINE_API
G_DECLARE_DERIVABLE_TYPE (GenlmBytePotential, genlm_byte_potential, GENLM, BYTE_POTENTIAL, GenlmPotentialBase)

/* A property that is a text and is set once, when the element is made. Its id
 * is its place in the class's list, from 1 on. Where @choices are given, it is
 * one of them. */
typedef struct
{
  const char        *name;
  const char        *nick;
  const char        *blurb;
  const char        *initial;
  const char *const *choices;
  GParamFlags        flags;
} GenlmByteOption;

/* What the properties of limits and of size mean for a class. */
typedef struct
{
  const char *max_states;
  const char *max_memory;
  const char *deadline;
  const char *n_states;
  const char *memory;
} GenlmByteLimitBlurbs;

/* The first id for the properties of a class that are not options. */
#define GENLM_BYTE_POTENTIAL_OWN_PROPS (32u)

struct _GenlmBytePotentialClass
{
  GenlmPotentialBaseClass  parent_class;

  /* What is compiled, for messages: "pattern". */
  const char              *subject;
  /* Fails on options that cannot be; the caller names the element. */
  GenlmByteMachine      *(*compile) (GenlmBytePotential  *self,
                                     GCancellable        *cancellable,
                                     GError             **error);

  /*< private >*/
  const GenlmByteOption   *options;
  guint                    n_options;
};

GENLM_ENGINE_API void                     genlm_byte_potential_class_install_options (GenlmBytePotentialClass     *klass,
                                                                                      const GenlmByteOption       *options,
                                                                                      guint                        n_options);
GENLM_ENGINE_API void                     genlm_byte_potential_class_install_limits  (GenlmBytePotentialClass     *klass,
                                                                                      const GenlmByteLimitBlurbs  *blurbs);
GENLM_ENGINE_API const char              *genlm_byte_potential_get_option            (GenlmBytePotential          *self,
                                                                                      guint                        id);
GENLM_ENGINE_API guint                    genlm_byte_potential_get_choice            (GenlmBytePotential          *self,
                                                                                      guint                        id);
GENLM_ENGINE_API const GenlmEngineLimits *genlm_byte_potential_peek_limits           (GenlmBytePotential          *self);
GENLM_ENGINE_API GenlmByteMachine        *genlm_byte_potential_get_machine           (GenlmBytePotential          *self);
GENLM_ENGINE_API GBytes                  *genlm_byte_potential_load_text             (GenlmBytePotential          *self,
                                                                                      guint                        text,
                                                                                      guint                        file,
                                                                                      GCancellable                *cancellable,
                                                                                      GError                     **error);

G_END_DECLS
