#pragma once

/* The machine of an unweighted context-free grammar. A text has weight one if
 * the grammar derives it, with every way of cutting it into terminals, and one
 * may stop wherever that may still come true. */

#include "genlm-byte-machine.h"
#include "genlm-grammar.h"

G_BEGIN_DECLS

/* Without caches every mask is found by reading every token by the rules as they
 * are written; the masks are the same. */
GENLM_ENGINE_API GenlmByteMachine *genlm_earley_machine_new      (const GenlmGrammar       *grammar,
                                                                  const GenlmEngineLimits  *limits,
                                                                  gboolean                  without_caches,
                                                                  GError                  **error);

G_END_DECLS
