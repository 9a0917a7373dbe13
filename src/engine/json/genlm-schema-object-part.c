#include "genlm-schema-reading.h"

/* Reads an object whose members are schemas. */
static gboolean
read_properties (const GenlmSchemaReading   *reading,
                 const GenlmJsonValue       *value,
                 const GenlmSchemaProperty **properties,
                 guint32                    *n_properties)
{
  GenlmSchemaProperty *result;
  guint32              n = 0;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return genlm_schema_refuse_type (reading->loader, value, "an object whose members are schemas");
  result = genlm_json_arena_alloc (&reading->loader->schema->arena, value->n * sizeof (GenlmSchemaProperty));
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember *member = &value->members[i];
      guint32                node = GENLM_SCHEMA_NONE;

      if (!genlm_schema_read_schema (reading, &member->value, &node))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE)
        result[n++] = (GenlmSchemaProperty) { { member->name, member->length }, node };
    }
  *properties = result;
  *n_properties = n;
  return TRUE;
}

static gboolean
read_pattern_properties (const GenlmSchemaReading *reading,
                         GenlmSchemaObjectPart    *part)
{
  const GenlmJsonValue       *value = KEYWORD (reading, PATTERN_PROPERTIES);
  GenlmSchemaPatternProperty *result;
  guint32                     n = 0;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return genlm_schema_refuse_type (reading->loader, value, "an object whose members are schemas");
  result = genlm_json_arena_alloc (&reading->loader->schema->arena, value->n * sizeof (GenlmSchemaPatternProperty));
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember     *member = &value->members[i];
      const GenlmSchemaPattern  *pattern = NULL;
      guint32                    node = GENLM_SCHEMA_NONE;

      if (!genlm_schema_read_schema (reading, &member->value, &node) ||
          !genlm_schema_read_pattern (reading, &member->value, member->name, member->length, &pattern))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE && pattern != NULL)
        result[n++] = (GenlmSchemaPatternProperty) { pattern, node };
    }
  part->pattern_properties = result;
  part->n_pattern_properties = n;
  return TRUE;
}

static gboolean
read_required (const GenlmSchemaReading *reading,
               GenlmSchemaObjectPart    *part)
{
  const GenlmJsonValue *value = KEYWORD (reading, REQUIRED);

  if (value == NULL)
    return TRUE;
  if (value->type == GENLM_JSON_BOOLEAN)
    return genlm_schema_refuse_type (reading->loader, value,
                                     "an array of names (in the schema of the object, for its properties)");
  return genlm_schema_read_names (reading, value, &part->required, &part->n_required);
}

/* Appends what an object of arrays of names says. */
static gboolean
read_dependency (const GenlmSchemaReading *reading,
                 const GenlmJsonMember    *member,
                 GArray                   *dependencies)
{
  GenlmSchemaDependency dependency = { .name = { member->name, member->length } };

  if (!genlm_schema_read_names (reading, &member->value, &dependency.required, &dependency.n_required))
    return FALSE;
  if (dependency.n_required > 0)
    g_array_append_val (dependencies, dependency);
  return TRUE;
}

static gboolean
read_dependent_required (const GenlmSchemaReading *reading,
                         GArray                   *dependencies)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENT_REQUIRED);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return genlm_schema_refuse_type (reading->loader, value, "an object whose members are arrays of names");
  for (guint32 i = 0; i < value->n; i++)
    if (!read_dependency (reading, &value->members[i], dependencies))
      return FALSE;
  return TRUE;
}

static gboolean
read_dependent_schema (const GenlmSchemaReading *reading,
                       const GenlmJsonMember    *member,
                       GArray                   *schemas)
{
  GenlmSchemaProperty property = { { member->name, member->length }, GENLM_SCHEMA_NONE };

  if (!genlm_schema_read_schema (reading, &member->value, &property.node))
    return FALSE;
  if (property.node != GENLM_SCHEMA_NONE)
    g_array_append_val (schemas, property);
  return TRUE;
}

static gboolean
read_dependent_schemas (const GenlmSchemaReading *reading,
                        GArray                   *schemas)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENT_SCHEMAS);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return genlm_schema_refuse_type (reading->loader, value, "an object whose members are schemas");
  for (guint32 i = 0; i < value->n; i++)
    if (!read_dependent_schema (reading, &value->members[i], schemas))
      return FALSE;
  return TRUE;
}

/* What became two keywords in 2019-09. */
static gboolean
read_old_dependencies (const GenlmSchemaReading *reading,
                       GArray                   *dependencies,
                       GArray                   *schemas)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENCIES);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return genlm_schema_refuse_type (reading->loader, value, "an object whose members are schemas or arrays of names");
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember *member = &value->members[i];
      gboolean               names = member->value.type == GENLM_JSON_ARRAY;

      if (names ? !read_dependency (reading, member, dependencies) : !read_dependent_schema (reading, member, schemas))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_dependencies (const GenlmSchemaReading *reading,
                   GenlmSchemaObjectPart    *part)
{
  GenlmJsonArena    *arena = &reading->loader->schema->arena;
  g_autoptr (GArray) dependencies = NULL;
  g_autoptr (GArray) schemas = NULL;

  if (KEYWORD (reading, DEPENDENT_REQUIRED) == NULL && KEYWORD (reading, DEPENDENT_SCHEMAS) == NULL &&
      KEYWORD (reading, DEPENDENCIES) == NULL)
    return TRUE;
  dependencies = g_array_new (FALSE, FALSE, sizeof (GenlmSchemaDependency));
  schemas = g_array_new (FALSE, FALSE, sizeof (GenlmSchemaProperty));
  if (!read_dependent_required (reading, dependencies) || !read_dependent_schemas (reading, schemas) ||
      !read_old_dependencies (reading, dependencies, schemas))
    return FALSE;
  part->n_dependent_required = dependencies->len;
  part->dependent_required = genlm_json_arena_dup (arena, dependencies->data,
                                                   dependencies->len * sizeof (GenlmSchemaDependency));
  part->n_dependent_schemas = schemas->len;
  part->dependent_schemas = genlm_json_arena_dup (arena, schemas->data, schemas->len * sizeof (GenlmSchemaProperty));
  return TRUE;
}

static gboolean
object_part_is_empty (const GenlmSchemaObjectPart *part)
{
  return part->n_properties == 0 && part->n_pattern_properties == 0 &&
         part->additional_properties == GENLM_SCHEMA_NONE && part->property_names == GENLM_SCHEMA_NONE &&
         part->n_required == 0 && part->min_properties == 0 && part->max_properties == GENLM_SCHEMA_UNBOUNDED &&
         part->n_dependent_required == 0 && part->n_dependent_schemas == 0 &&
         part->unevaluated_properties == GENLM_SCHEMA_NONE;
}

gboolean
genlm_schema_read_object_part (const GenlmSchemaReading *reading,
                               GenlmSchemaNode          *node)
{
  GenlmSchemaObjectPart part = {
    .additional_properties = GENLM_SCHEMA_NONE,
    .property_names = GENLM_SCHEMA_NONE,
    .max_properties = GENLM_SCHEMA_UNBOUNDED,
    .unevaluated_properties = GENLM_SCHEMA_NONE,
  };

  if (!read_properties (reading, KEYWORD (reading, PROPERTIES), &part.properties, &part.n_properties) ||
      !read_pattern_properties (reading, &part) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, ADDITIONAL_PROPERTIES), &part.additional_properties) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, PROPERTY_NAMES), &part.property_names) ||
      !read_required (reading, &part) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MIN_PROPERTIES), &part.min_properties) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MAX_PROPERTIES), &part.max_properties) ||
      !read_dependencies (reading, &part) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, UNEVALUATED_PROPERTIES), &part.unevaluated_properties))
    return FALSE;
  if (!object_part_is_empty (&part))
    node->object = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}
