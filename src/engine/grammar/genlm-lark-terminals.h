#pragma once

/* Puts together the regular expression of every terminal of a Lark grammar,
 * terminals that are made of terminals included. */

#include "genlm-lark-definitions.h"
#include "genlm-lark-pattern.h"

G_BEGIN_DECLS

typedef struct _GenlmLarkTerminals GenlmLarkTerminals;

GenlmLarkTerminals     *genlm_lark_terminals_new          (GenlmLarkDefinitions  *definitions,
                                                           GError               **error);
void                    genlm_lark_terminals_free         (GenlmLarkTerminals         *self);
GenlmLarkPattern       *genlm_lark_terminals_peek         (const GenlmLarkTerminals  *self,
                                                           const GenlmLarkDefinition *definition);
GenlmLarkPattern       *genlm_lark_terminals_peek_ignored (const GenlmLarkTerminals *self,
                                                           guint                     index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmLarkTerminals, genlm_lark_terminals_free)

G_END_DECLS
