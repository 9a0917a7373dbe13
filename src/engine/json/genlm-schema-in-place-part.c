#include "genlm-schema-reading.h"

#include <genlm.h>
#include <string.h>

/* Where a dynamic reference leads on the way that was taken here. */
static void
rebind (const GenlmSchemaReading *reading,
        const char               *name,
        GenlmSchemaTarget        *target)
{
  const GenlmSchemaBinding *binding = genlm_schema_scope_find (reading->scope, name);

  if (binding != NULL)
    {
      target->value = binding->value;
      target->resource = binding->resource;
    }
}

static gboolean
read_reference (const GenlmSchemaReading *reading,
                const GenlmJsonValue     *value,
                GenlmSchemaKeywordId      keyword)
{
  GenlmSchemaLoader  *loader = reading->loader;
  GenlmSchemaTarget   target;
  g_autoptr (GError)  error = NULL;
  guint32             node = GENLM_SCHEMA_NONE;

  if (value == NULL)
    return TRUE;
  /* What holds a NUL is the name of nothing. */
  if (value->type != GENLM_JSON_STRING || strlen (value->text) != value->n)
    return genlm_schema_refuse_type (loader, value, "a URI reference, a string");
  if (!genlm_schema_store_resolve (loader->schema->store, reading->resource, value->text, &target, &error))
    return genlm_schema_refuse (loader, value, error->code, "the reference “%s” leads nowhere: %s", value->text,
                                error->message);
  if (keyword == GENLM_SCHEMA_KEYWORD_DYNAMIC_REF && target.dynamic_anchor != NULL)
    rebind (reading, target.dynamic_anchor, &target);
  if (keyword == GENLM_SCHEMA_KEYWORD_RECURSIVE_REF && target.resource->recursive_anchor)
    rebind (reading, NULL, &target);
  if (target.value->type != GENLM_JSON_OBJECT && target.value->type != GENLM_JSON_BOOLEAN)
    return genlm_schema_refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                                "the reference “%s” leads to a value of type %s, which is no schema", value->text,
                                genlm_json_type_to_string (target.value->type));
  node = genlm_schema_get_node (loader, target.value, target.resource, reading->scope);
  g_array_append_val (loader->list, node);
  return TRUE;
}

static gboolean
read_references (const GenlmSchemaReading *reading,
                 GenlmSchemaInPlacePart   *part)
{
  guint first = reading->loader->list->len;

  if (!read_reference (reading, KEYWORD (reading, REF), GENLM_SCHEMA_KEYWORD_REF) ||
      !read_reference (reading, KEYWORD (reading, DYNAMIC_REF), GENLM_SCHEMA_KEYWORD_DYNAMIC_REF) ||
      !read_reference (reading, KEYWORD (reading, RECURSIVE_REF), GENLM_SCHEMA_KEYWORD_RECURSIVE_REF))
    return FALSE;
  part->references = genlm_schema_take_list (reading->loader, first);
  return TRUE;
}

/* One of none holds never, if one takes it at its word; who wrote it may have
 * meant the contrary. */
static gboolean
read_choices (const GenlmSchemaReading *reading,
              const GenlmJsonValue     *value,
              GenlmSchemaList          *list)
{
  if (value != NULL && value->type == GENLM_JSON_ARRAY && value->n == 0)
    return genlm_schema_refuse_type (reading->loader, value, "an array of at least one schema");
  return genlm_schema_read_schemas (reading, value, list);
}

gboolean
genlm_schema_read_in_place_part (const GenlmSchemaReading *reading,
                                 GenlmSchemaNode          *node)
{
  GenlmSchemaInPlacePart part = {
    .negated = GENLM_SCHEMA_NONE,
    .condition = GENLM_SCHEMA_NONE,
    .consequence = GENLM_SCHEMA_NONE,
    .alternative = GENLM_SCHEMA_NONE,
  };

  if (!read_references (reading, &part) ||
      !genlm_schema_read_schemas (reading, KEYWORD (reading, ALL_OF), &part.all_of) ||
      !read_choices (reading, KEYWORD (reading, ANY_OF), &part.any_of) ||
      !read_choices (reading, KEYWORD (reading, ONE_OF), &part.one_of) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, NOT), &part.negated) ||
      !genlm_schema_read_schema (reading, KEYWORD (reading, IF), &part.condition))
    return FALSE;
  if (part.condition != GENLM_SCHEMA_NONE &&
      (!genlm_schema_read_schema (reading, KEYWORD (reading, THEN), &part.consequence) ||
       !genlm_schema_read_schema (reading, KEYWORD (reading, ELSE), &part.alternative)))
    return FALSE;
  if (part.references.n > 0 || part.all_of.n > 0 || part.any_of.n > 0 || part.one_of.n > 0 ||
      part.negated != GENLM_SCHEMA_NONE || part.condition != GENLM_SCHEMA_NONE)
    node->in_place = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}
