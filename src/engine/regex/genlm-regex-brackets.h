#pragma once

/* A class of characters in brackets. */

#include "genlm-regex-classes.h"
#include "genlm-regex-cursor.h"

G_BEGIN_DECLS

gboolean genlm_regex_brackets_read (GenlmRegexCursor  *cursor,
                                    GenlmRegexClasses *classes,
                                    gboolean           any_case,
                                    guint32           *node);

G_END_DECLS
