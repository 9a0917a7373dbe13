#pragma once

/* A cursor put aside, with all that it stands on. Contexts keep one each, so it
 * takes no more room than what it holds. For any number of threads. */

#include "genlm-json-cursor.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonState GenlmJsonState;

GenlmJsonState *genlm_json_state_new       (GenlmJsonBook         *book,
                                            const GenlmJsonCursor *cursor);
GenlmJsonState *genlm_json_state_new_start (void);
GenlmJsonBook  *genlm_json_state_open      (const GenlmJsonState  *self,
                                            GenlmJsonCursor       *cursor);
gpointer        genlm_json_state_ref       (gpointer               self);
void            genlm_json_state_unref     (gpointer               self);

G_END_DECLS
