#pragma once

/* Reads the text of a regular expression. The whole string must match, so
 * what only steers the search of a backtracking engine (laziness, names of
 * groups, "^" and "$" at the ends) has no meaning and is read over; what would
 * change the language and is not understood is an error that names it. */

#include "genlm-regex-tree.h"

G_BEGIN_DECLS

/* The longest pattern that is read, in bytes. */
#define GENLM_REGEX_MAX_LENGTH (1u << 20)

GENLM_ENGINE_API GenlmRegexTree *genlm_regex_parse (const char  *pattern,
                                                    gsize        length,
                                                    const char  *charset,
                                                    GError     **error);

G_END_DECLS
