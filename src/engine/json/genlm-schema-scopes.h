#pragma once

/* Which dynamic anchors are bound on the way to a schema: for each name the
 * outermost schema that has it. Equal scopes are the same scope. */

#include "genlm-schema-store.h"

G_BEGIN_DECLS

typedef struct _GenlmSchemaScopes GenlmSchemaScopes;
typedef struct _GenlmSchemaScope  GenlmSchemaScope;

typedef struct
{
  const char                *name; /* NULL: the recursive anchor of 2019-09 */
  const GenlmJsonValue      *value;
  const GenlmSchemaResource *resource;
} GenlmSchemaBinding;

GenlmSchemaScopes        *genlm_schema_scopes_new      (void);
void                      genlm_schema_scopes_free     (GenlmSchemaScopes         *self);
const GenlmSchemaScope   *genlm_schema_scopes_get_root (const GenlmSchemaScopes   *self);
const GenlmSchemaScope   *genlm_schema_scopes_enter    (GenlmSchemaScopes         *self,
                                                        const GenlmSchemaScope    *scope,
                                                        const GenlmSchemaResource *resource);
const GenlmSchemaBinding *genlm_schema_scope_find      (const GenlmSchemaScope    *self,
                                                        const char                *name);
guint64                   genlm_schema_scopes_get_size (const GenlmSchemaScopes   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmSchemaScopes, genlm_schema_scopes_free)

G_END_DECLS
