#include "genlm-schema-keywords.h"

#include <string.h>

#define BIT(name) (1u << GENLM_SCHEMA_DRAFT_##name)
#define FROM_2020 (BIT (2020_12) | BIT (ANY))
#define FROM_2019 (FROM_2020 | BIT (2019_09))
#define FROM_6    (FROM_2019 | BIT (7) | BIT (6))
#define FROM_4    (FROM_6 | BIT (4))
#define ONLY_4    (BIT (4))
#define ONLY_2019 (BIT (2019_09))
/* What 2020-12 has no more, and is read where no draft is named. */
#define UNTIL_2019 (FROM_4 & ~BIT (2020_12))

#define K(name) GENLM_SCHEMA_KEYWORD_##name
#define H(name) GENLM_SCHEMA_HOLDS_##name
#define V(name) GENLM_SCHEMA_VOCABULARY_##name

/* Sorted by name. Drafts 4 and 6 are read as draft 7: who writes one of its
 * words there means it. 2020-12 lists "definitions" and "dependencies" as what
 * it once was and still reads. */
static const GenlmSchemaKeyword keywords[] = {
  { "$anchor",                K (ANCHOR),                                H (NOTHING),     V (CORE),         FROM_2019 },
  { "$comment",               K (ANNOTATION),                            H (NOTHING),     V (CORE),         FROM_4 },
  { "$defs",                  K (DEFS),                                  H (MAP),         V (CORE),         FROM_2019 },
  { "$dynamicAnchor",         K (DYNAMIC_ANCHOR),                        H (NOTHING),     V (CORE),         FROM_2020 },
  { "$dynamicRef",            K (DYNAMIC_REF),                           H (NOTHING),     V (CORE),         FROM_2020 },
  { "$id",                    K (ID),                                    H (NOTHING),     V (CORE),         FROM_6 },
  { "$recursiveAnchor",       K (RECURSIVE_ANCHOR),                      H (NOTHING),     V (CORE),         ONLY_2019 },
  { "$recursiveRef",          K (RECURSIVE_REF),                         H (NOTHING),     V (CORE),         ONLY_2019 },
  { "$ref",                   K (REF),                                   H (NOTHING),     V (CORE),         FROM_4 },
  { "$schema",                K (SCHEMA),                                H (NOTHING),     V (CORE),         FROM_4 },
  { "$vocabulary",            K (VOCABULARY),                            H (NOTHING),     V (CORE),         FROM_2019 },
  { "additionalItems",        K (ADDITIONAL_ITEMS),                      H (ONE),         V (APPLICATOR),   UNTIL_2019 },
  { "additionalProperties",   K (ADDITIONAL_PROPERTIES),                 H (ONE),         V (APPLICATOR),   FROM_4 },
  { "allOf",                  K (ALL_OF),                                H (LIST),        V (APPLICATOR),   FROM_4 },
  { "anyOf",                  K (ANY_OF),                                H (LIST),        V (APPLICATOR),   FROM_4 },
  { "const",                  K (CONST),                                 H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "contains",               K (CONTAINS),                              H (ONE),         V (APPLICATOR),   FROM_4 },
  { "contentEncoding",        K (ANNOTATION),                            H (NOTHING),     V (CONTENT),      FROM_4 },
  { "contentMediaType",       K (ANNOTATION),                            H (NOTHING),     V (CONTENT),      FROM_4 },
  { "contentSchema",          K (ANNOTATION),                            H (ONE),         V (CONTENT),      FROM_2019 },
  { "default",                K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
  { "definitions",            K (DEFINITIONS),                           H (MAP),         V (CORE),         FROM_4 },
  { "dependencies",           K (DEPENDENCIES),                          H (MAP),         V (APPLICATOR),   FROM_4 },
  { "dependentRequired",      K (DEPENDENT_REQUIRED),                    H (NOTHING),     V (VALIDATION),   FROM_2019 },
  { "dependentSchemas",       K (DEPENDENT_SCHEMAS),                     H (MAP),         V (APPLICATOR),   FROM_2019 },
  { "deprecated",             K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_2019 },
  { "description",            K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
  { "else",                   K (ELSE),                                  H (ONE),         V (APPLICATOR),   FROM_4 },
  { "enum",                   K (ENUM),                                  H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "examples",               K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
  { "exclusiveMaximum",       K (EXCLUSIVE_MAXIMUM),                     H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "exclusiveMinimum",       K (EXCLUSIVE_MINIMUM),                     H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "format",                 K (FORMAT),                                H (NOTHING),     V (FORMAT),       FROM_4 },
  { "id",                     K (ID),                                    H (NOTHING),     V (CORE),         ONLY_4 },
  { "if",                     K (IF),                                    H (ONE),         V (APPLICATOR),   FROM_4 },
  { "items",                  K (ITEMS),                                 H (ONE_OR_LIST), V (APPLICATOR),   FROM_4 },
  { "maxContains",            K (MAX_CONTAINS),                          H (NOTHING),     V (VALIDATION),   FROM_2019 },
  { "maxItems",               K (MAX_ITEMS),                             H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "maxLength",              K (MAX_LENGTH),                            H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "maxProperties",          K (MAX_PROPERTIES),                        H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "maximum",                K (MAXIMUM),                               H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "minContains",            K (MIN_CONTAINS),                          H (NOTHING),     V (VALIDATION),   FROM_2019 },
  { "minItems",               K (MIN_ITEMS),                             H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "minLength",              K (MIN_LENGTH),                            H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "minProperties",          K (MIN_PROPERTIES),                        H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "minimum",                K (MINIMUM),                               H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "multipleOf",             K (MULTIPLE_OF),                           H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "not",                    K (NOT),                                   H (ONE),         V (APPLICATOR),   FROM_4 },
  { "oneOf",                  K (ONE_OF),                                H (LIST),        V (APPLICATOR),   FROM_4 },
  { "pattern",                K (PATTERN),                               H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "patternProperties",      K (PATTERN_PROPERTIES),                    H (MAP),         V (APPLICATOR),   FROM_4 },
  { "prefixItems",            K (PREFIX_ITEMS),                          H (LIST),        V (APPLICATOR),   FROM_2020 },
  { "properties",             K (PROPERTIES),                            H (MAP),         V (APPLICATOR),   FROM_4 },
  { "propertyNames",          K (PROPERTY_NAMES),                        H (ONE),         V (APPLICATOR),   FROM_4 },
  { "readOnly",               K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
  { "required",               K (REQUIRED),                              H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "then",                   K (THEN),                                  H (ONE),         V (APPLICATOR),   FROM_4 },
  { "title",                  K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
  { "type",                   K (TYPE),                                  H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "unevaluatedItems",       K (UNEVALUATED_ITEMS),                     H (ONE),         V (UNEVALUATED),  FROM_2019 },
  { "unevaluatedProperties",  K (UNEVALUATED_PROPERTIES),                H (ONE),         V (UNEVALUATED),  FROM_2019 },
  { "uniqueItems",            K (UNIQUE_ITEMS),                          H (NOTHING),     V (VALIDATION),   FROM_4 },
  { "writeOnly",              K (ANNOTATION),                            H (NOTHING),     V (META_DATA),    FROM_4 },
};

/* The keyword of any draft. */
const GenlmSchemaKeyword *
genlm_schema_keyword_find_any (const char *name,
                               gsize       length)
{
  gsize low = 0;
  gsize high = G_N_ELEMENTS (keywords);

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      int   order = genlm_json_name_compare (name, length, keywords[middle].name, strlen (keywords[middle].name));

      if (order == 0)
        return &keywords[middle];
      if (order > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* NULL if the draft with these vocabularies does not know it. */
const GenlmSchemaKeyword *
genlm_schema_keyword_find (const char       *name,
                           gsize             length,
                           GenlmSchemaDraft  draft,
                           guint             vocabularies)
{
  const GenlmSchemaKeyword *keyword = genlm_schema_keyword_find_any (name, length);

  if (keyword == NULL || !(keyword->drafts & 1u << draft) || !(keyword->vocabularies & vocabularies))
    return NULL;
  return keyword;
}

const char *
genlm_schema_keyword_to_string (GenlmSchemaKeywordId id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (keywords[i].id == id)
      return keywords[i].name;
  return NULL;
}

/* The part of @uri after http or https, without an empty fragment. */
static gboolean
skip_scheme (const char **uri,
             gsize       *length)
{
  static const char *const schemes[] = { "http://", "https://" };

  if (*length > 0 && (*uri)[*length - 1] == '#')
    --*length;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      gsize n = strlen (schemes[i]);

      if (*length > n && memcmp (*uri, schemes[i], n) == 0)
        {
          *uri += n;
          *length -= n;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
genlm_schema_draft_from_uri (const char       *uri,
                             gsize             length,
                             GenlmSchemaDraft *draft)
{
  static const struct
  {
    const char       *place;
    GenlmSchemaDraft  draft;
  } drafts[] = {
    { "json-schema.org/draft-04/schema", GENLM_SCHEMA_DRAFT_4 },
    { "json-schema.org/draft-06/schema", GENLM_SCHEMA_DRAFT_6 },
    { "json-schema.org/draft-07/schema", GENLM_SCHEMA_DRAFT_7 },
    { "json-schema.org/draft/2019-09/schema", GENLM_SCHEMA_DRAFT_2019_09 },
    { "json-schema.org/draft/2020-12/schema", GENLM_SCHEMA_DRAFT_2020_12 },
  };

  if (!skip_scheme (&uri, &length))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    if (strlen (drafts[i].place) == length && memcmp (uri, drafts[i].place, length) == 0)
      {
        *draft = drafts[i].draft;
        return TRUE;
      }
  return FALSE;
}

/* Whether it names a draft from before draft 4, or what is beside one. */
gboolean
genlm_schema_draft_is_older (const char *uri,
                             gsize       length)
{
  static const char *const places[] = { "json-schema.org/draft-00/", "json-schema.org/draft-01/",
                                        "json-schema.org/draft-02/", "json-schema.org/draft-03/" };

  if (!skip_scheme (&uri, &length))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (length >= strlen (places[i]) && memcmp (uri, places[i], strlen (places[i])) == 0)
      return TRUE;
  return FALSE;
}

const char *
genlm_schema_draft_to_string (GenlmSchemaDraft draft)
{
  static const char *const names[] = { "2020-12", "4", "6", "7", "2019-09", "2020-12" };

  return names[draft];
}

/* 0 if there is none of that name. */
guint
genlm_schema_vocabulary_from_uri (const char *uri,
                                  gsize       length)
{
  static const struct
  {
    const char *name;
    guint       vocabulary;
  } vocabularies[] = {
    { "core", GENLM_SCHEMA_VOCABULARY_CORE },
    { "applicator", GENLM_SCHEMA_VOCABULARY_APPLICATOR },
    { "unevaluated", GENLM_SCHEMA_VOCABULARY_UNEVALUATED },
    { "validation", GENLM_SCHEMA_VOCABULARY_VALIDATION },
    { "meta-data", GENLM_SCHEMA_VOCABULARY_META_DATA },
    { "format-annotation", GENLM_SCHEMA_VOCABULARY_FORMAT_ANNOTATION },
    { "format-assertion", GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION },
    { "format", GENLM_SCHEMA_VOCABULARY_FORMAT_ANNOTATION },
    { "content", GENLM_SCHEMA_VOCABULARY_CONTENT },
  };
  static const char *const places[] = { "json-schema.org/draft/2019-09/vocab/", "json-schema.org/draft/2020-12/vocab/" };

  if (!skip_scheme (&uri, &length))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (guint j = 0; j < G_N_ELEMENTS (vocabularies); j++)
      {
        gsize n = strlen (places[i]);

        if (length == n + strlen (vocabularies[j].name) && memcmp (uri, places[i], n) == 0 &&
            memcmp (uri + n, vocabularies[j].name, length - n) == 0)
          return vocabularies[j].vocabulary;
      }
  return 0;
}
