#pragma once

/* The documents of a schema and what in them has a name: resources by their
 * URIs, anchors by theirs. It follows references from one to the other. */

#include "genlm-schema-keywords.h"

G_BEGIN_DECLS

typedef struct _GenlmSchemaStore GenlmSchemaStore;

/* A schema with a base URI of its own: a document, or a part with an “$id”. */
typedef struct
{
  guint32               index;
  const char           *uri;             /* absolute, without fragment */
  const GenlmJsonValue *root;
  GenlmSchemaDraft      draft;
  guint                 vocabularies;
  gboolean              recursive_anchor;
  GHashTable           *anchors;         /* name → value; NULL if there are none */
  GHashTable           *dynamic_anchors; /* the same; these are among the anchors too */
} GenlmSchemaResource;

typedef struct
{
  const GenlmJsonValue      *value;
  const GenlmSchemaResource *resource;       /* the one the value belongs to */
  const char                *dynamic_anchor; /* what was referred to, if it is one */
} GenlmSchemaTarget;

GenlmSchemaStore          *genlm_schema_store_new               (const GenlmSchemaOptions   *options);
void                       genlm_schema_store_free              (GenlmSchemaStore           *self);
const GenlmSchemaResource *genlm_schema_store_add_main          (GenlmSchemaStore           *self,
                                                                 GenlmJsonDocument          *document,
                                                                 GError                    **error);
const GenlmSchemaResource *genlm_schema_store_get_resource_at   (const GenlmSchemaStore     *self,
                                                                 const GenlmJsonValue       *value,
                                                                 const GenlmSchemaResource  *around);
gboolean                   genlm_schema_store_resolve           (GenlmSchemaStore           *self,
                                                                 const GenlmSchemaResource  *from,
                                                                 const char                 *reference,
                                                                 GenlmSchemaTarget          *target,
                                                                 GError                    **error);
gboolean                   genlm_schema_store_has_dynamic       (const GenlmSchemaStore     *self);
const char                *genlm_schema_store_peek_document_uri (const GenlmSchemaStore     *self,
                                                                 const GenlmJsonValue       *root);
guint64                    genlm_schema_store_get_size          (const GenlmSchemaStore     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmSchemaStore, genlm_schema_store_free)

G_END_DECLS
