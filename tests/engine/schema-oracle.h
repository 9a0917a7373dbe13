#pragma once

/* Says what the standard says of a value that is there as a whole, by reading
 * the graph as it is written: slow, recursive, and plain. */

#include "genlm-schema.h"

G_BEGIN_DECLS

typedef struct _SchemaOracle SchemaOracle;

SchemaOracle *schema_oracle_new   (GenlmSchema           *schema);
void          schema_oracle_free  (SchemaOracle          *self);
gboolean      schema_oracle_check (SchemaOracle          *self,
                                   const GenlmJsonValue  *value);

/* The lines of a packed file of ../shared/data; NULL if it is not there. */
char        **schema_oracle_load  (const char            *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SchemaOracle, schema_oracle_free)

G_END_DECLS
