#pragma once

/* Reads the text of a regular expression. What only steers the search of a
 * backtracking engine (laziness, names of groups) has no meaning and is read
 * over; what would change the language and is not understood is an error that
 * names it. */

#include "genlm-regex-tree.h"

G_BEGIN_DECLS

typedef enum
{
  /* The whole text must match. */
  GENLM_REGEX_DIALECT_GENLM,
  /* ECMA-262 as JSON Schema uses it: over characters, not units (its flag u),
   * but as lenient as browsers are without that flag where nothing else can be
   * meant. A text matches if a part of it does. */
  GENLM_REGEX_DIALECT_ECMA,
} GenlmRegexDialect;

/* The longest pattern that is read, in bytes. */
#define GENLM_REGEX_MAX_LENGTH (1u << 20)

GENLM_ENGINE_API GenlmRegexTree *genlm_regex_parse         (const char         *pattern,
                                                            gsize               length,
                                                            const char         *charset,
                                                            GError            **error);
GENLM_ENGINE_API GenlmRegexTree *genlm_regex_parse_dialect (GenlmRegexDialect   dialect,
                                                            const char         *pattern,
                                                            gsize               length,
                                                            const char         *charset,
                                                            GError            **error);

G_END_DECLS
