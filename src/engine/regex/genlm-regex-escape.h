#pragma once

/* What stands behind a backslash in a pattern. */

#include "genlm-char-set.h"
#include "genlm-regex-cursor.h"

G_BEGIN_DECLS

/* One character, or a set of them; or something that says what is around it. */
typedef struct
{
  gunichar            character;
  const GenlmCharSet *set;
  GenlmCharSet       *own_set; /* what was made for this one */
  gboolean            negated;
  GenlmRegexNodeKind  assertion;
} GenlmRegexEscape;

#define GENLM_REGEX_ESCAPE_INIT { .assertion = GENLM_REGEX_NODE_EMPTY }

gboolean genlm_regex_escape_read  (GenlmRegexEscape *self,
                                   GenlmRegexCursor *cursor,
                                   gboolean          in_class,
                                   gboolean          any_case);
void     genlm_regex_escape_clear (GenlmRegexEscape *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenlmRegexEscape, genlm_regex_escape_clear)

G_END_DECLS
