#pragma once

/* A set of texts that never changes: to add one makes another set that shares the
 * first. Made for the names of an object and the items of an array that have been
 * read, which every state has its own of. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef struct _GenlmJsonNames GenlmJsonNames;

/* A text in two parts, of which the first was looked at once and for all. */
typedef struct
{
  guint64     hash;
  const char *text;
  gsize       length;
} GenlmJsonNamesHead;

GenlmJsonNames    *genlm_json_names_add        (GenlmJsonNames           *self,
                                                const char               *text,
                                                gsize                     length);
gboolean           genlm_json_names_contains   (const GenlmJsonNames     *self,
                                                const char               *text,
                                                gsize                     length);
GenlmJsonNamesHead genlm_json_names_make_head  (const char               *text,
                                                gsize                     length);
gboolean           genlm_json_names_contains_after (const GenlmJsonNames     *self,
                                                    const GenlmJsonNamesHead *head,
                                                    const char               *text,
                                                    gsize                     length);
guint64            genlm_json_names_get_memory (const GenlmJsonNames     *self);
GenlmJsonNames    *genlm_json_names_ref        (GenlmJsonNames           *self);
void               genlm_json_names_unref      (GenlmJsonNames           *self);

G_END_DECLS
