#pragma once

/* A set of texts that never changes: to add one makes another set that shares
 * most of the first. Made for the names of an object and the items of an
 * array that have been read, which every state has its own of. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonNames GenlmJsonNames;

GenlmJsonNames *genlm_json_names_add      (GenlmJsonNames *self,
                                           const char     *text,
                                           gsize           length);
gboolean        genlm_json_names_contains (GenlmJsonNames *self,
                                           const char     *text,
                                           gsize           length);
void            genlm_json_names_list     (GenlmJsonNames *self,
                                           GPtrArray      *texts,
                                           GArray         *lengths);
GenlmJsonNames *genlm_json_names_ref      (GenlmJsonNames *self);
void            genlm_json_names_unref    (GenlmJsonNames *self);

G_END_DECLS
