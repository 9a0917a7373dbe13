#pragma once

/* A schema while its keywords are read into a node: what the readers of its parts
 * share. They say FALSE if the schema is refused. */

#include "genlm-schema-private.h"
#include "genlm-schema-scopes.h"

G_BEGIN_DECLS

typedef struct
{
  GenlmSchema       *schema;
  GenlmSchemaScopes *scopes;
  GArray            *sites;      /* the schema and the way to it, of the node of the same index */
  GHashTable        *nodes;      /* sites: by value and scope */
  GHashTable        *patterns;   /* GBytes → GenlmSchemaPattern */
  GHashTable        *noted;      /* values that are in a list of notes already */
  gsize              note_bytes; /* in the lists */
  GArray            *list;       /* guint32: to collect nodes in */
  gboolean           dynamic;    /* scopes count */
  gint64             end;        /* when it must be done; 0: there is no hurry */
  GError           **error;
} GenlmSchemaLoader;

/* The keywords of the schema that is being read. */
typedef struct
{
  GenlmSchemaLoader         *loader;
  const GenlmSchemaResource *resource;
  const GenlmSchemaScope    *scope;
  const GenlmJsonValue      *keywords[GENLM_SCHEMA_N_KEYWORDS];
} GenlmSchemaReading;

#define KEYWORD(reading, name) ((reading)->keywords[GENLM_SCHEMA_KEYWORD_##name])

gboolean        genlm_schema_note        (GenlmSchemaLoader         *loader,
                                          GArray                    *notes,
                                          const GenlmJsonValue      *value,
                                          const char                *reason);
gboolean        genlm_schema_refuse      (GenlmSchemaLoader         *loader,
                                          const GenlmJsonValue      *value,
                                          int                        code,
                                          const char                *format,
                                          ...) G_GNUC_PRINTF (4, 5);
gboolean        genlm_schema_refuse_type (GenlmSchemaLoader         *loader,
                                          const GenlmJsonValue      *value,
                                          const char                *expected);
guint32         genlm_schema_get_node    (GenlmSchemaLoader         *loader,
                                          const GenlmJsonValue      *value,
                                          const GenlmSchemaResource *around,
                                          const GenlmSchemaScope    *scope);
GenlmSchemaList genlm_schema_take_list   (GenlmSchemaLoader         *loader,
                                          guint                      first);

gboolean genlm_schema_read_count   (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    guint64                   *count);
gboolean genlm_schema_read_boolean (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    gboolean                  *result);
gboolean genlm_schema_read_decimal (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    const GenlmDecimal       **result);
gboolean genlm_schema_read_schema  (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    guint32                   *node);
gboolean genlm_schema_read_schemas (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    GenlmSchemaList           *list);
gboolean genlm_schema_read_names   (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *value,
                                    const GenlmSchemaName    **names,
                                    guint32                   *n_names);
gboolean genlm_schema_read_pattern (const GenlmSchemaReading  *reading,
                                    const GenlmJsonValue      *at,
                                    const char                *text,
                                    gsize                      length,
                                    const GenlmSchemaPattern **result);

gboolean genlm_schema_read_number_part   (const GenlmSchemaReading *reading,
                                          GenlmSchemaNode          *node);
gboolean genlm_schema_read_string_part   (const GenlmSchemaReading *reading,
                                          GenlmSchemaNode          *node);
gboolean genlm_schema_read_array_part    (const GenlmSchemaReading *reading,
                                          GenlmSchemaNode          *node);
gboolean genlm_schema_read_object_part   (const GenlmSchemaReading *reading,
                                          GenlmSchemaNode          *node);
gboolean genlm_schema_read_in_place_part (const GenlmSchemaReading *reading,
                                          GenlmSchemaNode          *node);

G_END_DECLS
