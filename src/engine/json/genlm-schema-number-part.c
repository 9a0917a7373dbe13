#include "genlm-schema-reading.h"

#include <genlm.h>

/* Digits of a divisor: a division takes time in the product of lengths. */
#define MAX_DIVISOR_DIGITS (1000)

/* In draft 4 the exclusive bounds are flags of the others. */
static gboolean
read_flagged_bound (const GenlmSchemaReading  *reading,
                    const GenlmJsonValue      *flag,
                    const GenlmDecimal       **bound,
                    const GenlmDecimal       **exclusive)
{
  gboolean is_exclusive = FALSE;

  if (!genlm_schema_read_boolean (reading, flag, &is_exclusive))
    return FALSE;
  if (is_exclusive)
    *exclusive = g_steal_pointer (bound);
  return TRUE;
}

static gboolean
read_exclusive_bound (const GenlmSchemaReading  *reading,
                      const GenlmJsonValue      *value,
                      const GenlmDecimal       **bound,
                      const GenlmDecimal       **exclusive)
{
  GenlmSchemaDraft draft = reading->resource->draft;
  gboolean         flag = value != NULL && value->type == GENLM_JSON_BOOLEAN;

  if (draft == GENLM_SCHEMA_DRAFT_4 || (draft == GENLM_SCHEMA_DRAFT_ANY && flag))
    return read_flagged_bound (reading, value, bound, exclusive);
  return genlm_schema_read_decimal (reading, value, exclusive);
}

static gboolean
read_multiple_of (const GenlmSchemaReading *reading,
                  GenlmSchemaNumberPart    *part)
{
  const GenlmJsonValue *value = KEYWORD (reading, MULTIPLE_OF);

  if (!genlm_schema_read_decimal (reading, value, &part->multiple_of))
    return FALSE;
  if (part->multiple_of == NULL)
    return TRUE;
  if (part->multiple_of->sign <= 0)
    {
      part->multiple_of = NULL;
      return genlm_schema_refuse_type (reading->loader, value, "a number greater than zero");
    }
  if (part->multiple_of->surplus == NULL && part->multiple_of->n_digits <= MAX_DIVISOR_DIGITS)
    return TRUE;
  part->multiple_of = NULL;
  return genlm_schema_refuse (reading->loader, value, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                              "a divisor of more than %d digits, or more than %u in the exponent, cannot be enforced",
                              MAX_DIVISOR_DIGITS, GENLM_DECIMAL_MAX_EXPONENT_DIGITS);
}

gboolean
genlm_schema_read_number_part (const GenlmSchemaReading *reading,
                               GenlmSchemaNode          *node)
{
  GenlmSchemaNumberPart part = { 0 };

  if (!genlm_schema_read_decimal (reading, KEYWORD (reading, MINIMUM), &part.minimum) ||
      !genlm_schema_read_decimal (reading, KEYWORD (reading, MAXIMUM), &part.maximum) ||
      !read_exclusive_bound (reading, KEYWORD (reading, EXCLUSIVE_MINIMUM), &part.minimum, &part.exclusive_minimum) ||
      !read_exclusive_bound (reading, KEYWORD (reading, EXCLUSIVE_MAXIMUM), &part.maximum, &part.exclusive_maximum) ||
      !read_multiple_of (reading, &part))
    return FALSE;
  if (part.minimum != NULL || part.maximum != NULL || part.exclusive_minimum != NULL ||
      part.exclusive_maximum != NULL || part.multiple_of != NULL)
    node->number = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}
