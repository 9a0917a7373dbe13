#include "genlm-schema-reading.h"

static gboolean
read_format (const GenlmSchemaReading  *reading,
             const GenlmJsonFormat    **result)
{
  const GenlmSchemaOptions *options = &reading->loader->schema->options;
  const GenlmJsonValue     *value = KEYWORD (reading, FORMAT);
  const GenlmJsonFormat    *format;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_STRING)
    return genlm_schema_refuse_type (reading->loader, value, "the name of a format, a string");
  format = genlm_json_format_find (value->text, value->n);
  if (format == NULL)
    genlm_schema_note (reading->loader, reading->loader->schema->annotations, value,
                       "a format that no draft knows says nothing about the text");
  else if (!options->annotate_formats || reading->resource->vocabularies & GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION)
    *result = format;
  return TRUE;
}

gboolean
genlm_schema_read_string_part (const GenlmSchemaReading *reading,
                               GenlmSchemaNode          *node)
{
  GenlmSchemaStringPart part = { .max_length = GENLM_SCHEMA_UNBOUNDED };
  const GenlmJsonValue *pattern = KEYWORD (reading, PATTERN);

  if (!genlm_schema_read_count (reading, KEYWORD (reading, MIN_LENGTH), &part.min_length) ||
      !genlm_schema_read_count (reading, KEYWORD (reading, MAX_LENGTH), &part.max_length) ||
      !read_format (reading, &part.format))
    return FALSE;
  if (pattern != NULL)
    {
      if (pattern->type != GENLM_JSON_STRING)
        {
          if (!genlm_schema_refuse_type (reading->loader, pattern, "a regular expression, a string"))
            return FALSE;
        }
      else if (!genlm_schema_read_pattern (reading, pattern, pattern->text, pattern->n, &part.pattern))
        return FALSE;
    }
  if (part.min_length > 0 || part.max_length != GENLM_SCHEMA_UNBOUNDED || part.pattern != NULL || part.format != NULL)
    node->string = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}
