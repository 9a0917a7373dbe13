#pragma once

/* How many characters the nodes of a pattern match, and what in them looks
 * around: what tells how far back a look-behind can look. */

#include "genlm-regex-tree.h"

G_BEGIN_DECLS

#define GENLM_REGEX_WIDTH_UNBOUNDED (G_MAXUINT32)

typedef struct
{
  guint32 min;
  guint32 max;
  /* Asks for the start of the text, and for anything else around it. */
  guint8  has_start;
  guint8  has_other;
} GenlmRegexWidth;

/* By node; freed with g_free(). */
GENLM_ENGINE_API GenlmRegexWidth *genlm_regex_measure (const GenlmRegexTree *tree);

G_END_DECLS
