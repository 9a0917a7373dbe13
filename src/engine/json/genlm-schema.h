#pragma once

/* A JSON Schema as a graph: a node for each schema that can be reached from
 * the root, every keyword of its draft in a typed field, every reference
 * resolved to a node. A schema that is reached under two dynamic scopes is two
 * nodes, so there are no dynamic references left.
 *
 * A keyword is in the graph, or an annotation by its draft, or the schema is
 * refused with the place of the keyword. */

#include "genlm-decimal.h"
#include "genlm-json-reader.h"
#include "genlm-json-format.h"
#include "genlm-regex-tree.h"

G_BEGIN_DECLS

typedef struct _GenlmSchema GenlmSchema;

typedef enum
{
  GENLM_SCHEMA_DRAFT_ANY, /* what “$schema” says; without it, 2020-12 that reads older spellings as well */
  GENLM_SCHEMA_DRAFT_4,
  GENLM_SCHEMA_DRAFT_6,
  GENLM_SCHEMA_DRAFT_7,
  GENLM_SCHEMA_DRAFT_2019_09,
  GENLM_SCHEMA_DRAFT_2020_12,
} GenlmSchemaDraft;

/* Gives the text of the document at an absolute URI without fragment; NULL,
 * with or without an error, if there is none. */
typedef GBytes *(*GenlmSchemaResolver) (const char *uri,
                                        gpointer    user_data,
                                        GError    **error);

typedef struct
{
  GenlmSchemaDraft    draft;
  gboolean            lenient;          /* what cannot be enforced is dropped and listed */
  gboolean            annotate_formats; /* “format” is an annotation */
  GenlmSchemaResolver resolver;         /* nullable */
  gpointer            resolver_data;
  GenlmEngineLimits   limits;           /* zero: the default */
} GenlmSchemaOptions;

#define GENLM_SCHEMA_NONE      (G_MAXUINT32)
#define GENLM_SCHEMA_UNBOUNDED (G_MAXUINT64)

/* Disjoint kinds of values: “number” is NUMBER | INTEGER. */
typedef enum
{
  GENLM_SCHEMA_TYPE_NULL    = 1 << 0,
  GENLM_SCHEMA_TYPE_BOOLEAN = 1 << 1,
  GENLM_SCHEMA_TYPE_INTEGER = 1 << 2, /* numbers without a fraction, 1.0 among them */
  GENLM_SCHEMA_TYPE_NUMBER  = 1 << 3, /* numbers with one */
  GENLM_SCHEMA_TYPE_STRING  = 1 << 4,
  GENLM_SCHEMA_TYPE_ARRAY   = 1 << 5,
  GENLM_SCHEMA_TYPE_OBJECT  = 1 << 6,
  GENLM_SCHEMA_TYPE_ALL     = (1 << 7) - 1,
} GenlmSchemaTypes;

/* A regular expression that is searched for in a string. Every text has one
 * pattern per schema. */
typedef struct
{
  guint32         index;  /* among the patterns of the schema */
  const char     *text;
  gsize           length;
  GenlmRegexTree *tree;
} GenlmSchemaPattern;

typedef struct
{
  const char *text;
  gsize       length;
} GenlmSchemaName;

typedef struct
{
  GenlmSchemaName name;
  guint32         node;
} GenlmSchemaProperty;

typedef struct
{
  const GenlmSchemaPattern *pattern;
  guint32                   node;
} GenlmSchemaPatternProperty;

typedef struct
{
  GenlmSchemaName        name;
  const GenlmSchemaName *required;
  guint32                n_required;
} GenlmSchemaDependency;

typedef struct
{
  const guint32 *nodes;
  guint32        n;
} GenlmSchemaList;

/* A decimal that is not there is NULL, a node GENLM_SCHEMA_NONE, a maximum
 * GENLM_SCHEMA_UNBOUNDED, a list empty. */
typedef struct
{
  const GenlmDecimal *minimum;
  const GenlmDecimal *maximum;
  const GenlmDecimal *exclusive_minimum;
  const GenlmDecimal *exclusive_maximum;
  const GenlmDecimal *multiple_of;
} GenlmSchemaNumberPart;

typedef struct
{
  guint64                   min_length; /* in characters */
  guint64                   max_length;
  const GenlmSchemaPattern *pattern;
  const GenlmJsonFormat    *format;
} GenlmSchemaStringPart;

typedef struct
{
  GenlmSchemaList prefix_items;
  guint32         items;             /* of those after the prefix */
  guint32         contains;
  guint64         min_contains;      /* 1 unless the schema says otherwise */
  guint64         max_contains;
  guint64         min_items;
  guint64         max_items;
  gboolean        unique_items;
  guint32         unevaluated_items;
  gboolean        contains_evaluates; /* an item that “contains” holds of is evaluated (2020-12) */
} GenlmSchemaArrayPart;

typedef struct
{
  const GenlmSchemaProperty        *properties;           /* in the order of the text */
  guint32                           n_properties;
  const GenlmSchemaPatternProperty *pattern_properties;
  guint32                           n_pattern_properties;
  guint32                           additional_properties;
  guint32                           property_names;
  const GenlmSchemaName            *required;             /* no name twice */
  guint32                           n_required;
  guint64                           min_properties;
  guint64                           max_properties;
  const GenlmSchemaDependency      *dependent_required;
  guint32                           n_dependent_required;
  const GenlmSchemaProperty        *dependent_schemas;
  guint32                           n_dependent_schemas;
  guint32                           unevaluated_properties;
} GenlmSchemaObjectPart;

/* What applies other schemas to the same value. */
typedef struct
{
  GenlmSchemaList references; /* “$ref” and its kin: all must hold */
  GenlmSchemaList all_of;
  GenlmSchemaList any_of;
  GenlmSchemaList one_of;
  guint32         negated;    /* “not” */
  guint32         condition;  /* “if”; there may be none of the next two */
  guint32         consequence;
  guint32         alternative;
} GenlmSchemaInPlacePart;

/* A part is NULL if none of its keywords is there. A schema that nothing
 * satisfies allows no types. */
typedef struct
{
  const GenlmJsonValue         *value;       /* where it is written */
  guint8                        types;
  const GenlmJsonValue         *constant;    /* “const” */
  const GenlmJsonValue         *enumeration; /* “enum”: the array */
  const GenlmSchemaNumberPart  *number;
  const GenlmSchemaStringPart  *string;
  const GenlmSchemaArrayPart   *array;
  const GenlmSchemaObjectPart  *object;
  const GenlmSchemaInPlacePart *in_place;
} GenlmSchemaNode;

/* A keyword that is not enforced, and why not. */
typedef struct
{
  char *pointer; /* of the keyword */
  char *keyword;
  char *reason;
} GenlmSchemaNote;

GENLM_ENGINE_API GenlmSchema              *genlm_schema_new               (const char               *text,
                                                                           gssize                    length,
                                                                           const GenlmSchemaOptions *options,
                                                                           GError                  **error);
GENLM_ENGINE_API GenlmSchema              *genlm_schema_ref               (GenlmSchema              *self);
GENLM_ENGINE_API void                      genlm_schema_unref             (GenlmSchema              *self);
GENLM_ENGINE_API guint32                   genlm_schema_get_root          (const GenlmSchema        *self);
GENLM_ENGINE_API guint32                   genlm_schema_get_n_nodes       (const GenlmSchema        *self);
GENLM_ENGINE_API const GenlmSchemaNode    *genlm_schema_peek_node         (const GenlmSchema        *self,
                                                                           guint32                   node);
GENLM_ENGINE_API guint32                   genlm_schema_get_n_patterns    (const GenlmSchema        *self);
GENLM_ENGINE_API const GenlmSchemaPattern *genlm_schema_peek_pattern      (const GenlmSchema        *self,
                                                                           guint32                   index);
GENLM_ENGINE_API char                     *genlm_schema_dup_location      (const GenlmSchema        *self,
                                                                           guint32                   node,
                                                                           const char               *keyword);
GENLM_ENGINE_API const GenlmSchemaNote    *genlm_schema_peek_annotations  (const GenlmSchema        *self,
                                                                           gsize                    *n);
GENLM_ENGINE_API const GenlmSchemaNote    *genlm_schema_peek_dropped      (const GenlmSchema        *self,
                                                                           gsize                    *n);
GENLM_ENGINE_API guint64                   genlm_schema_get_size          (const GenlmSchema        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmSchema, genlm_schema_unref)

G_END_DECLS
