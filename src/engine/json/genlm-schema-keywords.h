#pragma once

/* What words a schema may hold, by draft. */

#include "genlm-schema.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_SCHEMA_KEYWORD_ADDITIONAL_ITEMS,
  GENLM_SCHEMA_KEYWORD_ADDITIONAL_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_ALL_OF,
  GENLM_SCHEMA_KEYWORD_ANCHOR,
  GENLM_SCHEMA_KEYWORD_ANY_OF,
  GENLM_SCHEMA_KEYWORD_CONST,
  GENLM_SCHEMA_KEYWORD_CONTAINS,
  GENLM_SCHEMA_KEYWORD_DEFINITIONS,
  GENLM_SCHEMA_KEYWORD_DEFS,
  GENLM_SCHEMA_KEYWORD_DEPENDENCIES,
  GENLM_SCHEMA_KEYWORD_DEPENDENT_REQUIRED,
  GENLM_SCHEMA_KEYWORD_DEPENDENT_SCHEMAS,
  GENLM_SCHEMA_KEYWORD_DYNAMIC_ANCHOR,
  GENLM_SCHEMA_KEYWORD_DYNAMIC_REF,
  GENLM_SCHEMA_KEYWORD_ELSE,
  GENLM_SCHEMA_KEYWORD_ENUM,
  GENLM_SCHEMA_KEYWORD_EXCLUSIVE_MAXIMUM,
  GENLM_SCHEMA_KEYWORD_EXCLUSIVE_MINIMUM,
  GENLM_SCHEMA_KEYWORD_FORMAT,
  GENLM_SCHEMA_KEYWORD_ID,
  GENLM_SCHEMA_KEYWORD_IF,
  GENLM_SCHEMA_KEYWORD_ITEMS,
  GENLM_SCHEMA_KEYWORD_MAXIMUM,
  GENLM_SCHEMA_KEYWORD_MAX_CONTAINS,
  GENLM_SCHEMA_KEYWORD_MAX_ITEMS,
  GENLM_SCHEMA_KEYWORD_MAX_LENGTH,
  GENLM_SCHEMA_KEYWORD_MAX_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_MINIMUM,
  GENLM_SCHEMA_KEYWORD_MIN_CONTAINS,
  GENLM_SCHEMA_KEYWORD_MIN_ITEMS,
  GENLM_SCHEMA_KEYWORD_MIN_LENGTH,
  GENLM_SCHEMA_KEYWORD_MIN_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_MULTIPLE_OF,
  GENLM_SCHEMA_KEYWORD_NOT,
  GENLM_SCHEMA_KEYWORD_ONE_OF,
  GENLM_SCHEMA_KEYWORD_PATTERN,
  GENLM_SCHEMA_KEYWORD_PATTERN_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_PREFIX_ITEMS,
  GENLM_SCHEMA_KEYWORD_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_PROPERTY_NAMES,
  GENLM_SCHEMA_KEYWORD_RECURSIVE_ANCHOR,
  GENLM_SCHEMA_KEYWORD_RECURSIVE_REF,
  GENLM_SCHEMA_KEYWORD_REF,
  GENLM_SCHEMA_KEYWORD_REQUIRED,
  GENLM_SCHEMA_KEYWORD_SCHEMA,
  GENLM_SCHEMA_KEYWORD_THEN,
  GENLM_SCHEMA_KEYWORD_TYPE,
  GENLM_SCHEMA_KEYWORD_UNEVALUATED_ITEMS,
  GENLM_SCHEMA_KEYWORD_UNEVALUATED_PROPERTIES,
  GENLM_SCHEMA_KEYWORD_UNIQUE_ITEMS,
  GENLM_SCHEMA_KEYWORD_VOCABULARY,
  GENLM_SCHEMA_KEYWORD_ANNOTATION, /* says nothing about values, by the draft */
  GENLM_SCHEMA_N_KEYWORDS,
} GenlmSchemaKeywordId;

/* Where the schemas in the value of a keyword are. */
typedef enum
{
  GENLM_SCHEMA_HOLDS_NOTHING,
  GENLM_SCHEMA_HOLDS_ONE,         /* the value */
  GENLM_SCHEMA_HOLDS_LIST,        /* its items */
  GENLM_SCHEMA_HOLDS_MAP,         /* its members */
  GENLM_SCHEMA_HOLDS_ONE_OR_LIST,
} GenlmSchemaHolds;

typedef enum
{
  GENLM_SCHEMA_VOCABULARY_CORE              = 1 << 0,
  GENLM_SCHEMA_VOCABULARY_APPLICATOR        = 1 << 1,
  GENLM_SCHEMA_VOCABULARY_UNEVALUATED       = 1 << 2,
  GENLM_SCHEMA_VOCABULARY_VALIDATION        = 1 << 3,
  GENLM_SCHEMA_VOCABULARY_META_DATA         = 1 << 4,
  GENLM_SCHEMA_VOCABULARY_FORMAT_ANNOTATION = 1 << 5,
  GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION  = 1 << 6,
  GENLM_SCHEMA_VOCABULARY_CONTENT           = 1 << 7,
  GENLM_SCHEMA_VOCABULARY_FORMAT            = GENLM_SCHEMA_VOCABULARY_FORMAT_ANNOTATION
                                            | GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION,
  GENLM_SCHEMA_VOCABULARY_DEFAULT           = ((1 << 8) - 1) & ~GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION,
} GenlmSchemaVocabularies;

typedef struct
{
  const char           *name;
  GenlmSchemaKeywordId  id;
  GenlmSchemaHolds      holds;
  guint                 vocabularies; /* one of them must be in use */
  guint                 drafts;       /* bits 1 << GenlmSchemaDraft */
} GenlmSchemaKeyword;

const GenlmSchemaKeyword *genlm_schema_keyword_find       (const char           *name,
                                                           gsize                 length,
                                                           GenlmSchemaDraft      draft,
                                                           guint                 vocabularies);
const GenlmSchemaKeyword *genlm_schema_keyword_find_any   (const char           *name,
                                                           gsize                 length);
const char               *genlm_schema_keyword_to_string  (GenlmSchemaKeywordId  id);
gboolean                  genlm_schema_draft_from_uri     (const char           *uri,
                                                           gsize                 length,
                                                           GenlmSchemaDraft     *draft);
gboolean                  genlm_schema_draft_is_older     (const char           *uri,
                                                           gsize                 length);
const char               *genlm_schema_draft_to_string    (GenlmSchemaDraft      draft);
guint                     genlm_schema_vocabulary_from_uri (const char          *uri,
                                                           gsize                 length);

G_END_DECLS
