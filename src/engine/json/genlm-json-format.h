#pragma once

/* The formats of strings: for each the regular expression that the whole
 * string matches, and what no regular expression can say as a function that
 * is asked at the end of the string. */

#include "genlm-engine.h"

G_BEGIN_DECLS

/* Whether a text that matches the pattern is of the format. */
typedef gboolean (*GenlmJsonFormatCheck) (const char *text,
                                          gsize       length);

typedef struct
{
  const char          *name;
  const char          *pattern; /* of the whole text */
  GenlmJsonFormatCheck check;   /* nullable */
  guint                drafts;  /* bits 1 << GenlmSchemaDraft of those that know it */
} GenlmJsonFormat;

GENLM_ENGINE_API const GenlmJsonFormat *genlm_json_format_find (const char            *name,
                                                                gsize                  length);

G_END_DECLS
