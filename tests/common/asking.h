#pragma once

#include <genlm.h>

G_BEGIN_DECLS

/* Makes elements and asks potentials where an answer is expected: an error ends
 * the test. @more has further properties, as ", 'name': <'x'>" or "". */
GenlmPotential *try_make_element  (const char      *name,
                                   const char      *property,
                                   const char      *value,
                                   const char      *more,
                                   GError         **error);
GenlmPotential *make_element      (const char      *name,
                                   const char      *property,
                                   const char      *value,
                                   const char      *more);
GenlmPotential *coerce            (GenlmPotential  *potential,
                                   GenlmVocab      *vocab);
GenlmContext   *new_context       (const char      *text);
GenlmContext   *new_context_sized (const char      *text,
                                   gsize            length);
double          ask_prefix        (GenlmPotential  *potential,
                                   GenlmContext    *context);
double          ask_complete      (GenlmPotential  *potential,
                                   GenlmContext    *context);
GenlmTokenSet  *ask_mask          (GenlmPotential  *potential,
                                   GenlmContext    *context);
GenlmWeights   *ask_next          (GenlmPotential  *potential,
                                   GenlmContext    *context);

G_END_DECLS
