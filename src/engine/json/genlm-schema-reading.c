#include "genlm-schema-reading.h"

#include <genlm.h>
#include <string.h>

/* How much is written about keywords that are not enforced. */
#define MAX_NOTE_BYTES (4u << 20)

/* --- What is wrong ----------------------------------------------------- */

/* Lists the keyword at @value, once. FALSE if the lists are full: a pointer
 * is as long as the schema is deep. */
gboolean
genlm_schema_note (GenlmSchemaLoader    *loader,
                   GArray               *notes,
                   const GenlmJsonValue *value,
                   const char           *reason)
{
  const GenlmJsonMember *member = genlm_json_value_get_member (value);
  GenlmSchemaNote        entry;

  if (loader->note_bytes > MAX_NOTE_BYTES)
    return FALSE;
  if (!g_hash_table_add (loader->noted, (gpointer) value))
    return TRUE;
  entry.pointer = genlm_schema_dup_place (loader->schema, value);
  entry.keyword = g_strdup (member != NULL ? member->name : "");
  entry.reason = g_strdup (reason);
  loader->note_bytes += strlen (entry.pointer) + strlen (entry.keyword) + strlen (entry.reason);
  g_array_append_val (notes, entry);
  return TRUE;
}

static gboolean
set_error (GenlmSchemaLoader    *loader,
           const GenlmJsonValue *value,
           int                   code,
           const char           *reason)
{
  g_autofree char *place = genlm_schema_dup_place (loader->schema, value);

  g_set_error (loader->error, GENLM_POTENTIAL_ERROR, code, "%s: %s", place, reason);
  return FALSE;
}

/* Refuses the keyword at @value; or drops it, and then says TRUE. */
gboolean
genlm_schema_refuse (GenlmSchemaLoader    *loader,
                     const GenlmJsonValue *value,
                     int                   code,
                     const char           *format,
                     ...)
{
  g_autofree char *reason = NULL;
  va_list          args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  if (!loader->schema->options.lenient || code == GENLM_POTENTIAL_ERROR_LIMIT)
    return set_error (loader, value, code, reason);
  if (genlm_schema_note (loader, loader->schema->dropped, value, reason))
    return TRUE;
  return set_error (loader, value, GENLM_POTENTIAL_ERROR_LIMIT, "more keywords cannot be enforced than can be listed");
}

gboolean
genlm_schema_refuse_type (GenlmSchemaLoader    *loader,
                          const GenlmJsonValue *value,
                          const char           *expected)
{
  const GenlmJsonMember *member = genlm_json_value_get_member (value);
  g_autofree char       *found = genlm_json_value_dup_excerpt (value);

  if (member != NULL)
    return genlm_schema_refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "“%s” must be %s, not %s",
                                member->name, expected, found);
  return genlm_schema_refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "this must be %s, not %s",
                              expected, found);
}

/* --- Values of keywords ------------------------------------------------ */

static guint32
get_child (const GenlmSchemaReading *reading,
           const GenlmJsonValue     *value)
{
  return genlm_schema_get_node (reading->loader, value, reading->resource, reading->scope);
}

gboolean
genlm_schema_read_count (const GenlmSchemaReading *reading,
                         const GenlmJsonValue     *value,
                         guint64                  *count)
{
  GenlmDecimal decimal;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_NUMBER || !genlm_decimal_init (&decimal, value->text, value->n) ||
      decimal.sign < 0 || !genlm_decimal_is_integer (&decimal))
    return genlm_schema_refuse_type (reading->loader, value, "an integer that is not negative");
  *count = genlm_decimal_get_uint64 (&decimal);
  return TRUE;
}

gboolean
genlm_schema_read_boolean (const GenlmSchemaReading *reading,
                           const GenlmJsonValue     *value,
                           gboolean                 *result)
{
  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_BOOLEAN)
    return genlm_schema_refuse_type (reading->loader, value, "true or false");
  *result = value->n;
  return TRUE;
}

gboolean
genlm_schema_read_decimal (const GenlmSchemaReading  *reading,
                           const GenlmJsonValue      *value,
                           const GenlmDecimal       **result)
{
  GenlmDecimal decimal;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_NUMBER || !genlm_decimal_init (&decimal, value->text, value->n))
    return genlm_schema_refuse_type (reading->loader, value, "a number");
  *result = genlm_json_arena_dup (&reading->loader->schema->arena, &decimal, sizeof (decimal));
  return TRUE;
}

gboolean
genlm_schema_read_schema (const GenlmSchemaReading *reading,
                          const GenlmJsonValue     *value,
                          guint32                  *node)
{
  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT && value->type != GENLM_JSON_BOOLEAN)
    return genlm_schema_refuse_type (reading->loader, value, "a schema: an object, true or false");
  *node = get_child (reading, value);
  return TRUE;
}

gboolean
genlm_schema_read_schemas (const GenlmSchemaReading *reading,
                           const GenlmJsonValue     *value,
                           GenlmSchemaList          *list)
{
  GenlmSchemaLoader *loader = reading->loader;
  guint              first = loader->list->len;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_ARRAY)
    return genlm_schema_refuse_type (loader, value, "an array of schemas");
  for (guint32 i = 0; i < value->n; i++)
    {
      guint32 node = GENLM_SCHEMA_NONE;

      if (!genlm_schema_read_schema (reading, &value->items[i], &node))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE)
        g_array_append_val (loader->list, node);
    }
  *list = genlm_schema_take_list (loader, first);
  return TRUE;
}

/* Reads an array of strings without the ones that were there before. */
gboolean
genlm_schema_read_names (const GenlmSchemaReading  *reading,
                         const GenlmJsonValue      *value,
                         const GenlmSchemaName    **names,
                         guint32                   *n_names)
{
  GenlmSchemaLoader      *loader = reading->loader;
  g_autoptr (GHashTable)  seen = NULL;
  GenlmSchemaName        *result;
  guint32                 n = 0;

  if (value->type != GENLM_JSON_ARRAY)
    return genlm_schema_refuse_type (loader, value, "an array of names");
  result = genlm_json_arena_alloc (&loader->schema->arena, value->n * sizeof (GenlmSchemaName));
  seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonValue *item = &value->items[i];

      if (item->type != GENLM_JSON_STRING)
        {
          if (!genlm_schema_refuse_type (loader, item, "a string, the name of a property"))
            return FALSE;
        }
      else if (g_hash_table_add (seen, g_bytes_new_static (item->text, item->n)))
        result[n++] = (GenlmSchemaName) { item->text, item->n };
    }
  *names = result;
  *n_names = n;
  return TRUE;
}
