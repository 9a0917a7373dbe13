#pragma once

/* A value of a JSON text that was read whole: a schema, or a constant in one.
 * Nothing is lost: members keep their order, numbers their text. Values are
 * immutable and belong to the document they were read from. */

#include "genlm-engine.h"

G_BEGIN_DECLS

typedef enum
{
  GENLM_JSON_NULL,
  GENLM_JSON_BOOLEAN,
  GENLM_JSON_NUMBER,
  GENLM_JSON_STRING,
  GENLM_JSON_ARRAY,
  GENLM_JSON_OBJECT,
} GenlmJsonType;

typedef struct _GenlmJsonValue  GenlmJsonValue;
typedef struct _GenlmJsonMember GenlmJsonMember;

struct _GenlmJsonValue
{
  GenlmJsonType         type;
  /* BOOLEAN: 0 or 1. NUMBER, STRING: bytes of the text. ARRAY, OBJECT: how many. */
  guint32               n;
  const GenlmJsonValue *parent; /* the array or object it stands in, if any */
  union
  {
    const char            *text;    /* NUMBER: as written. STRING: decoded, may hold NUL. Ends with a NUL */
    const GenlmJsonValue  *items;   /* ARRAY */
    const GenlmJsonMember *members; /* OBJECT */
  };
};

struct _GenlmJsonMember
{
  const char    *name;
  gsize          length;
  GenlmJsonValue value;
};

/* Arrays of members longer than this are followed by their indices in the
 * order of the names. */
#define GENLM_JSON_VALUE_MAX_UNSORTED (8u)

GENLM_ENGINE_API const char            *genlm_json_type_to_string   (GenlmJsonType         type);
GENLM_ENGINE_API int                    genlm_json_name_compare     (const char           *a,
                                                                     gsize                 a_length,
                                                                     const char           *b,
                                                                     gsize                 b_length);
GENLM_ENGINE_API const GenlmJsonValue  *genlm_json_value_peek       (const GenlmJsonValue *self,
                                                                     const char           *name,
                                                                     gssize                length);
GENLM_ENGINE_API gboolean               genlm_json_value_equal      (const GenlmJsonValue *a,
                                                                     const GenlmJsonValue *b);
GENLM_ENGINE_API const GenlmJsonMember *genlm_json_value_get_member (const GenlmJsonValue *self);
GENLM_ENGINE_API char                  *genlm_json_value_dup_pointer (const GenlmJsonValue *self);
GENLM_ENGINE_API char                  *genlm_json_value_dup_excerpt (const GenlmJsonValue *self);

G_END_DECLS
