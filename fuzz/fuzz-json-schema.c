/* Any bytes are either a schema or an error that names a place. What is
 * loaded is whole: every node it mentions is there, and every pattern. */
#include "fuzz.h"

#include "genlm-potential.h"
#include "genlm-schema.h"

#include <string.h>

/* A draft and what to do, as two letters, before the text. */
#define DRAFT(draft, text) { draft text, sizeof (draft) + sizeof (text) - 2 }

static const struct
{
  const char *data;
  gsize       size;
} seeds[] = {
  DRAFT ("a-", "{\"type\":[\"object\",\"null\"],\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"minimum\":-1.5e3}},"
               "\"required\":[\"a\"],\"additionalProperties\":false,\"minProperties\":1}"),
  DRAFT ("fl", "{\"$id\":\"http://x/y\",\"$dynamicAnchor\":\"n\",\"prefixItems\":[true],\"items\":{\"$dynamicRef\":\"#n\"},\"$defs\":"
               "{\"z\":{\"$id\":\"z\",\"$anchor\":\"w\",\"$ref\":\"y#n\"}},\"contains\":{\"$ref\":\"z#w\"},\"minContains\":0}"),
  DRAFT ("b-", "{\"id\":\"http://x\",\"maximum\":5,\"exclusiveMaximum\":true,\"items\":[{},{\"$ref\":\"#/items/0\"}],\"additionalItems\":"
               "{\"divisibleBy\":2},\"dependencies\":{\"a\":[\"b\"],\"c\":{\"not\":{}}}}"),
  DRAFT ("da", "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"if\":{\"pattern\":\"^(a|b)*\\\\d$\"},\"then\":{\"format\":"
               "\"date-time\"},\"else\":{\"multipleOf\":0.01},\"patternProperties\":{\"^x\":false},\"propertyNames\":{\"maxLength\":3}}"),
  DRAFT ("el", "{\"$recursiveAnchor\":true,\"unevaluatedProperties\":{\"$recursiveRef\":\"#\"},\"uniqueItems\":true,\"const\":1e400,"
               "\"enum\":[null,\"\\ud83d\\ude00\"],\"oneOf\":[{\"$ref\":\"other.json\"}],\"dependentSchemas\":{\"a\":true}}"),
  DRAFT ("a-", "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\",\"$schema\":\"http://json-schema.org/draft-04/schema\"}"),
  DRAFT ("a-", "{\"allOf\":[{\"$ref\":\"#\"}]}"),
};

GBytes *
fuzz_dup_seed (guint index)
{
  return index < G_N_ELEMENTS (seeds) ? g_bytes_new_static (seeds[index].data, seeds[index].size)
                                      : NULL;
}

static GBytes *
resolve (const char *uri,
         gpointer    user_data,
         GError    **error)
{
  static const char text[] = "{\"$id\":\"http://x/other\",\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$dynamicAnchor\":\"n\"}}}";

  g_assert (g_utf8_validate (uri, -1, NULL));
  return g_str_has_suffix (uri, "r.json") ? g_bytes_new_static (text, strlen (text)) : NULL;
}

static void
check_node (const GenlmSchema *schema,
            guint32            node)
{
  g_assert (node == GENLM_SCHEMA_NONE || node < genlm_schema_get_n_nodes (schema));
}

static void
check_list (const GenlmSchema     *schema,
            const GenlmSchemaList *list)
{
  for (guint32 i = 0; i < list->n; i++)
    g_assert (list->nodes[i] < genlm_schema_get_n_nodes (schema));
}

static void
check_parts (const GenlmSchema     *schema,
             const GenlmSchemaNode *node)
{
  if (node->array != NULL)
    {
      check_list (schema, &node->array->prefix_items);
      check_node (schema, node->array->items);
      check_node (schema, node->array->contains);
      check_node (schema, node->array->unevaluated_items);
    }
  if (node->object != NULL)
    {
      for (guint32 i = 0; i < node->object->n_properties; i++)
        check_node (schema, node->object->properties[i].node);
      for (guint32 i = 0; i < node->object->n_pattern_properties; i++)
        g_assert (node->object->pattern_properties[i].pattern->tree != NULL);
      check_node (schema, node->object->additional_properties);
      check_node (schema, node->object->property_names);
      check_node (schema, node->object->unevaluated_properties);
    }
  if (node->in_place != NULL)
    {
      check_list (schema, &node->in_place->references);
      check_list (schema, &node->in_place->all_of);
      check_list (schema, &node->in_place->any_of);
      check_list (schema, &node->in_place->one_of);
      check_node (schema, node->in_place->negated);
      check_node (schema, node->in_place->condition);
    }
  g_assert (node->string == NULL || node->string->pattern == NULL || node->string->pattern->tree != NULL);
  g_assert (node->number == NULL || node->number->multiple_of == NULL || node->number->multiple_of->sign > 0);
}

static void
check_notes (const GenlmSchemaNote *notes,
             gsize                  n)
{
  for (gsize i = 0; i < n; i++)
    g_assert (g_utf8_validate (notes[i].pointer, -1, NULL) && strchr (notes[i].pointer, '#') != NULL);
}

static void
check_schema (const GenlmSchema *schema)
{
  const GenlmSchemaNote *notes;
  gsize                  n;

  for (guint32 i = 0; i < genlm_schema_get_n_nodes (schema); i++)
    {
      g_autofree char *location = genlm_schema_dup_location (schema, i, "type");

      g_assert (strchr (location, '#') != NULL);
      check_parts (schema, genlm_schema_peek_node (schema, i));
    }
  notes = genlm_schema_peek_annotations (schema, &n);
  check_notes (notes, n);
  notes = genlm_schema_peek_dropped (schema, &n);
  check_notes (notes, n);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  GenlmSchemaOptions options = { .resolver = resolve, .limits = { 2000, 1 << 22, 1000 } };
  g_autoptr (GenlmSchema) schema = NULL;
  g_autoptr (GError)      error = NULL;

  if (size < 2)
    return 0;
  options.draft = (GenlmSchemaDraft) (data[0] % (GENLM_SCHEMA_DRAFT_2020_12 + 1));
  options.lenient = data[1] == 'l';
  options.annotate_formats = data[1] == 'a';
  schema = genlm_schema_new ((const char *) data + 2, (gssize) size - 2, &options, &error);
  if (schema != NULL)
    {
      check_schema (schema);
      return 0;
    }
  g_assert (error != NULL && error->domain == GENLM_POTENTIAL_ERROR);
  g_assert (g_utf8_validate (error->message, -1, NULL));
  g_assert (strchr (error->message, '#') != NULL || g_str_has_prefix (error->message, "Failed to read JSON"));
  return 0;
}
