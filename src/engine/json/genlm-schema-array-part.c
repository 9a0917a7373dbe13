#include "genlm-schema-reading.h"

/* Up to 2019-09 “items” may be an array for the first items, and
 * “additionalItems” then holds for the others. */
static gboolean
read_items (const GenlmSchemaReading *reading,
            GenlmSchemaArrayPart     *part)
{
  const GenlmJsonValue *items = KEYWORD (reading, ITEMS);

  if (items != NULL && items->type == GENLM_JSON_ARRAY && KEYWORD (reading, PREFIX_ITEMS) == NULL &&
      reading->resource->draft != GENLM_SCHEMA_DRAFT_2020_12)
    return genlm_schema_read_schemas (reading, items, &part->prefix_items) &&
           genlm_schema_read_schema (reading, KEYWORD (reading, ADDITIONAL_ITEMS), &part->items);
  if (items != NULL && items->type == GENLM_JSON_ARRAY)
    return genlm_schema_refuse_type (reading->loader, items, "a schema (the one for the first items is “prefixItems”)");
  return genlm_schema_read_schemas (reading, KEYWORD (reading, PREFIX_ITEMS), &part->prefix_items) &&
         genlm_schema_read_schema (reading, items, &part->items);
}

static gboolean
read_contains (const GenlmSchemaReading *reading,
               GenlmSchemaArrayPart     *part)
{
  if (!genlm_schema_read_schema (reading, KEYWORD (reading, CONTAINS), &part->contains) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MIN_CONTAINS), &part->min_contains) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MAX_CONTAINS), &part->max_contains))
    return FALSE;
  part->contains_evaluates = part->contains != GENLM_SCHEMA_NONE
                             && (reading->resource->draft == GENLM_SCHEMA_DRAFT_ANY
                                 || reading->resource->draft == GENLM_SCHEMA_DRAFT_2020_12);
  if (part->contains != GENLM_SCHEMA_NONE)
    return TRUE;
  part->min_contains = 1;
  part->max_contains = GENLM_SCHEMA_UNBOUNDED;
  return TRUE;
}

gboolean
genlm_schema_read_array_part (const GenlmSchemaReading *reading,
                              GenlmSchemaNode          *node)
{
  const GenlmSchemaArrayPart empty = {
    .items = GENLM_SCHEMA_NONE,
    .contains = GENLM_SCHEMA_NONE,
    .min_contains = 1,
    .max_contains = GENLM_SCHEMA_UNBOUNDED,
    .max_items = GENLM_SCHEMA_UNBOUNDED,
    .unevaluated_items = GENLM_SCHEMA_NONE,
  };
  GenlmSchemaArrayPart part = empty;

  if (!read_items (reading, &part) || !read_contains (reading, &part) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MIN_ITEMS), &part.min_items) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MAX_ITEMS), &part.max_items) ||
      !genlm_schema_read_boolean (reading, KEYWORD (reading, UNIQUE_ITEMS), &part.unique_items) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, UNEVALUATED_ITEMS), &part.unevaluated_items))
    return FALSE;
  if (part.prefix_items.n > 0 || part.items != GENLM_SCHEMA_NONE || part.contains != GENLM_SCHEMA_NONE ||
      part.min_items > 0 || part.max_items != GENLM_SCHEMA_UNBOUNDED || part.unique_items ||
      part.unevaluated_items != GENLM_SCHEMA_NONE)
    node->array = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}
