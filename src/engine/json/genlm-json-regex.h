#pragma once

/* A place in a text that is to be a pattern of ECMA-262 with the flag “u”: what was
 * read before it, as far as it counts. Places are immutable and share what they have
 * in common, so that to go on from one takes no longer after a long text. Groups
 * inside each other cost memory and no stack. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonRegex GenlmJsonRegex;

GenlmJsonRegex *genlm_json_regex_read     (GenlmJsonRegex       *self,
                                           const char           *raw,
                                           gsize                 length);
GenlmJsonRegex *genlm_json_regex_new_text (const char           *text,
                                           gsize                 length);
gboolean        genlm_json_regex_is_whole (const GenlmJsonRegex *self);
GenlmJsonRegex *genlm_json_regex_ref      (GenlmJsonRegex       *self);
void            genlm_json_regex_unref    (GenlmJsonRegex       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmJsonRegex, genlm_json_regex_unref)

G_END_DECLS
