#pragma once

/* Reads a weighted automaton from text, in the form of AT&T's and OpenFst's
 * tools with what a reader of UTF-8 needs. docs/weighted-automata.md says how
 * it is written. */

#include "genlm-wfsa.h"

G_BEGIN_DECLS

GENLM_ENGINE_API GenlmWfsa *genlm_wfsa_read (const char               *text,
                                             gsize                     length,
                                             const GenlmEngineLimits  *limits,
                                             GError                  **error);

G_END_DECLS
