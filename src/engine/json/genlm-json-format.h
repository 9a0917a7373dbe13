#pragma once

/* The formats of strings: for each the regular expression that the whole
 * string matches, and what no regular expression of a bearable size can say
 * as a function that is asked at the end of the string. */

#include "genlm-regex-tree.h"

G_BEGIN_DECLS

/* Whether a text that matches the pattern is of the format. */
typedef gboolean (*GenlmJsonFormatCheck) (const char *text,
                                          gsize       length);

typedef struct
{
  const char           *name;
  const char           *pattern;    /* of the whole text, ECMA-262 */
  guint                 max_length; /* in characters; G_MAXUINT if there is none */
  GenlmJsonFormatCheck  check;      /* nullable */
} GenlmJsonFormat;

GENLM_ENGINE_API const GenlmJsonFormat *genlm_json_format_find (const char *name,
                                                                gsize       length);
GENLM_ENGINE_API const GenlmJsonFormat *genlm_json_format_list (gsize                 *n_formats);
GENLM_ENGINE_API const GenlmRegexTree  *genlm_json_format_peek_tree (const GenlmJsonFormat *self);

G_END_DECLS
