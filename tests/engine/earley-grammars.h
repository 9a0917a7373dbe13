#pragma once

/* Small grammars for tests, and what they mean found the slow way. */

#include <genlm.h>

#include "genlm-byte-dfa.h"
#include "genlm-grammar.h"

G_BEGIN_DECLS

/* The longest text that the slow way is asked about. */
#define EARLEY_ORACLE_MAX_LENGTH (24u)

typedef struct _EarleyOracle EarleyOracle;

GenlmGrammar *earley_grammar_new      (const char         *text,
                                       GenlmGrammarIgnore  style);
EarleyOracle *earley_oracle_new       (const GenlmGrammar *grammar);
void          earley_oracle_free      (EarleyOracle       *self);
/* Whether the text is derived, and whether a longer one, or it, is. */
void          earley_oracle_ask       (EarleyOracle       *self,
                                       const char         *text,
                                       gsize               length,
                                       gboolean           *prefix,
                                       gboolean           *complete);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EarleyOracle, earley_oracle_free)

G_END_DECLS
