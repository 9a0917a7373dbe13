#pragma once

#include "genlm-json-arena.h"
#include "genlm-schema-store.h"

G_BEGIN_DECLS

struct _GenlmSchema
{
  gatomicrefcount    ref_count;
  GenlmSchemaOptions options;
  GenlmJsonDocument *document;
  GenlmSchemaStore  *store;       /* the documents that the nodes point into */
  GenlmJsonArena     arena;       /* what nodes point to beside them */
  GArray            *nodes;       /* GenlmSchemaNode; the first is the root */
  GPtrArray         *patterns;    /* GenlmSchemaPattern */
  GArray            *annotations; /* GenlmSchemaNote */
  GArray            *dropped;     /* GenlmSchemaNote */
};

gboolean genlm_schema_load        (GenlmSchema           *self,
                                   GError               **error);
gboolean genlm_schema_check_loops (const GenlmSchema     *self,
                                   GError               **error);
void     genlm_schema_bound_items (GenlmSchema           *self);
void     genlm_schema_drop_types  (GenlmSchema           *self);
char    *genlm_schema_dup_place   (const GenlmSchema     *self,
                                   const GenlmJsonValue  *value);

G_END_DECLS
