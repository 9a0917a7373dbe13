#include "schema-oracle.h"

#include <genlm.h>
#include <string.h>

#include "genlm-byte-dfa.h"
#include "genlm-regex-compiler.h"

struct _SchemaOracle
{
  GenlmSchema *schema;
  GHashTable  *automata; /* GenlmRegexTree → GenlmByteDfa */
};

/* Which items or members of a value were evaluated. */
typedef struct
{
  gboolean *marks;
  guint32   n;
} Marks;

static gboolean check_node (SchemaOracle         *self,
                            guint32               node,
                            const GenlmJsonValue *value,
                            Marks                *marks);

SchemaOracle *
schema_oracle_new (GenlmSchema *schema)
{
  SchemaOracle *self = g_new0 (SchemaOracle, 1);

  self->schema = genlm_schema_ref (schema);
  self->automata = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_byte_dfa_unref);
  return self;
}

void
schema_oracle_free (SchemaOracle *self)
{
  g_hash_table_unref (self->automata);
  genlm_schema_unref (self->schema);
  g_free (self);
}

static GenlmByteDfa *
build_automaton (const GenlmRegexTree *tree)
{
  GenlmEngineLimits          limits = { 1000000, G_GUINT64_CONSTANT (1) << 30, 0 };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  g_autoptr (GError)         error = NULL;
  GenlmByteItem              item = { 0 };
  GenlmByteDfa              *dfa;

  genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &item.expr, &error);
  g_assert_no_error (error);
  dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), &error);
  g_assert_no_error (error);
  dfa->start = genlm_byte_dfa_intern (dfa, &item, 1, GENLM_BYTE_EXPR_ANYTHING, &error);
  g_assert_no_error (error);
  return dfa;
}

static gboolean
matches (SchemaOracle         *self,
         const GenlmRegexTree *tree,
         const char           *text,
         gsize                 length)
{
  GenlmByteDfa       *dfa = g_hash_table_lookup (self->automata, tree);
  g_autoptr (GError)  error = NULL;
  GenlmByteState     *state;

  if (dfa == NULL)
    {
      dfa = build_automaton (tree);
      g_hash_table_insert (self->automata, (gpointer) tree, dfa);
    }
  state = genlm_byte_dfa_walk (dfa, dfa->start, (const guint8 *) text, length, &error);
  g_assert_no_error (error);
  return state->accepting;
}

static void
init_marks (Marks                *marks,
            const GenlmJsonValue *value)
{
  marks->n = value->type >= GENLM_JSON_ARRAY ? value->n : 0;
  marks->marks = g_new0 (gboolean, marks->n + 1);
}

static void
merge_marks (Marks       *marks,
             const Marks *more)
{
  for (guint32 i = 0; i < marks->n; i++)
    marks->marks[i] = marks->marks[i] || more->marks[i];
}

/* Applies a schema to the same value: what it evaluated counts if it holds. */
static gboolean
check_in_place (SchemaOracle         *self,
                guint32               node,
                const GenlmJsonValue *value,
                Marks                *marks)
{
  Marks    inner;
  gboolean result;

  init_marks (&inner, value);
  result = check_node (self, node, value, &inner);
  if (result)
    merge_marks (marks, &inner);
  g_free (inner.marks);
  return result;
}

static guint32
count_in_place (SchemaOracle          *self,
                const GenlmSchemaList *list,
                const GenlmJsonValue  *value,
                Marks                 *marks)
{
  guint32 n = 0;

  for (guint32 i = 0; i < list->n; i++)
    n += (guint32) check_in_place (self, list->nodes[i], value, marks);
  return n;
}

static gboolean
check_in_place_part (SchemaOracle                 *self,
                     const GenlmSchemaInPlacePart *part,
                     const GenlmJsonValue         *value,
                     Marks                        *marks)
{
  gboolean result = TRUE;

  result &= count_in_place (self, &part->references, value, marks) == part->references.n;
  result &= count_in_place (self, &part->all_of, value, marks) == part->all_of.n;
  result &= part->any_of.n == 0 || count_in_place (self, &part->any_of, value, marks) > 0;
  result &= part->one_of.n == 0 || count_in_place (self, &part->one_of, value, marks) == 1;
  if (part->negated != GENLM_SCHEMA_NONE)
    {
      Marks ignored;

      init_marks (&ignored, value);
      result &= !check_node (self, part->negated, value, &ignored);
      g_free (ignored.marks);
    }
  if (part->condition != GENLM_SCHEMA_NONE)
    {
      gboolean holds = check_in_place (self, part->condition, value, marks);
      guint32  next = holds ? part->consequence : part->alternative;

      result &= next == GENLM_SCHEMA_NONE || check_in_place (self, next, value, marks);
    }
  return result;
}

static guint8
get_type (const GenlmJsonValue *value)
{
  static const guint8 types[] = {
    GENLM_SCHEMA_TYPE_NULL,   GENLM_SCHEMA_TYPE_BOOLEAN, GENLM_SCHEMA_TYPE_NUMBER,
    GENLM_SCHEMA_TYPE_STRING, GENLM_SCHEMA_TYPE_ARRAY,   GENLM_SCHEMA_TYPE_OBJECT,
  };
  GenlmDecimal decimal;

  if (value->type == GENLM_JSON_NUMBER)
    {
      g_assert_true (genlm_decimal_init (&decimal, value->text, value->n));
      if (genlm_decimal_is_integer (&decimal))
        return GENLM_SCHEMA_TYPE_INTEGER;
    }
  return types[value->type];
}

static gboolean
is_one_of (const GenlmJsonValue *values,
           const GenlmJsonValue *value)
{
  for (guint32 i = 0; i < values->n; i++)
    if (genlm_json_value_equal (&values->items[i], value))
      return TRUE;
  return FALSE;
}

static gboolean
check_number (const GenlmSchemaNumberPart *part,
              const GenlmJsonValue        *value)
{
  GenlmDecimal decimal;

  genlm_decimal_init (&decimal, value->text, value->n);
  return (part->minimum == NULL || genlm_decimal_compare (&decimal, part->minimum) >= 0) &&
         (part->maximum == NULL || genlm_decimal_compare (&decimal, part->maximum) <= 0) &&
         (part->exclusive_minimum == NULL || genlm_decimal_compare (&decimal, part->exclusive_minimum) > 0) &&
         (part->exclusive_maximum == NULL || genlm_decimal_compare (&decimal, part->exclusive_maximum) < 0) &&
         (part->multiple_of == NULL || genlm_decimal_is_multiple_of (&decimal, part->multiple_of));
}

static gboolean
check_string (SchemaOracle                *self,
              const GenlmSchemaStringPart *part,
              const char                  *text,
              gsize                        length)
{
  guint64                n_chars = (guint64) g_utf8_strlen (text, (gssize) length);
  const GenlmJsonFormat *format = part->format;

  /* g_utf8_strlen ends at a NUL. */
  for (gsize i = (gsize) (g_utf8_offset_to_pointer (text, (glong) n_chars) - text); i < length; n_chars++)
    i += (gsize) (g_utf8_next_char (text + i) - (text + i));
  if (n_chars < part->min_length || n_chars > part->max_length)
    return FALSE;
  if (part->pattern != NULL && !matches (self, part->pattern->tree, text, length))
    return FALSE;
  return format == NULL ||
         (n_chars <= format->max_length && matches (self, genlm_json_format_peek_tree (format), text, length) &&
          (format->check == NULL || format->check (text, length)));
}

static gboolean
check_child (SchemaOracle         *self,
             guint32               node,
             const GenlmJsonValue *value)
{
  Marks    marks;
  gboolean result;

  init_marks (&marks, value);
  result = check_node (self, node, value, &marks);
  g_free (marks.marks);
  return result;
}

static gboolean
check_contains (SchemaOracle               *self,
                const GenlmSchemaArrayPart *part,
                const GenlmJsonValue       *value,
                Marks                      *marks)
{
  guint64 n = 0;

  for (guint32 i = 0; i < value->n; i++)
    if (check_child (self, part->contains, &value->items[i]))
      {
        n++;
        marks->marks[i] = marks->marks[i] || part->contains_evaluates;
      }
  return n >= part->min_contains && n <= part->max_contains;
}

static gboolean
check_array (SchemaOracle               *self,
             const GenlmSchemaArrayPart *part,
             const GenlmJsonValue       *value,
             Marks                      *marks)
{
  gboolean result = value->n >= part->min_items && value->n <= part->max_items;

  for (guint32 i = 0; i < value->n; i++)
    {
      guint32 node = i < part->prefix_items.n ? part->prefix_items.nodes[i] : part->items;

      if (node == GENLM_SCHEMA_NONE)
        continue;
      marks->marks[i] = TRUE;
      result &= check_child (self, node, &value->items[i]);
    }
  if (part->contains != GENLM_SCHEMA_NONE)
    result &= check_contains (self, part, value, marks);
  for (guint32 i = 0; part->unique_items && i < value->n; i++)
    for (guint32 j = 0; j < i; j++)
      result &= !genlm_json_value_equal (&value->items[i], &value->items[j]);
  return result;
}

static gboolean
has_member (const GenlmJsonValue  *value,
            const GenlmSchemaName *name)
{
  return genlm_json_value_peek (value, name->text, (gssize) name->length) != NULL;
}

static gboolean
has_all (const GenlmJsonValue  *value,
         const GenlmSchemaName *names,
         guint32                n)
{
  for (guint32 i = 0; i < n; i++)
    if (!has_member (value, &names[i]))
      return FALSE;
  return TRUE;
}

static gboolean
check_name (SchemaOracle          *self,
            guint32                node,
            const GenlmJsonMember *member)
{
  GenlmJsonValue name = { .type = GENLM_JSON_STRING, .n = (guint32) member->length, .text = member->name };

  return check_child (self, node, &name);
}

static gboolean
check_member (SchemaOracle                *self,
              const GenlmSchemaObjectPart *part,
              const GenlmJsonMember       *member,
              gboolean                    *mark)
{
  gboolean found = FALSE;
  gboolean result = TRUE;

  for (guint32 i = 0; i < part->n_properties; i++)
    if (part->properties[i].name.length == member->length &&
        memcmp (part->properties[i].name.text, member->name, member->length) == 0)
      {
        found = TRUE;
        result &= check_child (self, part->properties[i].node, &member->value);
      }
  for (guint32 i = 0; i < part->n_pattern_properties; i++)
    if (matches (self, part->pattern_properties[i].pattern->tree, member->name, member->length))
      {
        found = TRUE;
        result &= check_child (self, part->pattern_properties[i].node, &member->value);
      }
  if (!found && part->additional_properties != GENLM_SCHEMA_NONE)
    {
      found = TRUE;
      result &= check_child (self, part->additional_properties, &member->value);
    }
  if (part->property_names != GENLM_SCHEMA_NONE)
    result &= check_name (self, part->property_names, member);
  *mark = *mark || found;
  return result;
}

static gboolean
check_object (SchemaOracle                *self,
              const GenlmSchemaObjectPart *part,
              const GenlmJsonValue        *value,
              Marks                       *marks)
{
  gboolean result = value->n >= part->min_properties && value->n <= part->max_properties;

  result &= has_all (value, part->required, part->n_required);
  for (guint32 i = 0; i < value->n; i++)
    result &= check_member (self, part, &value->members[i], &marks->marks[i]);
  for (guint32 i = 0; i < part->n_dependent_required; i++)
    if (has_member (value, &part->dependent_required[i].name))
      result &= has_all (value, part->dependent_required[i].required, part->dependent_required[i].n_required);
  for (guint32 i = 0; i < part->n_dependent_schemas; i++)
    if (has_member (value, &part->dependent_schemas[i].name))
      result &= check_in_place (self, part->dependent_schemas[i].node, value, marks);
  return result;
}

/* What is left when all else was looked at. */
static gboolean
check_unevaluated (SchemaOracle          *self,
                   const GenlmSchemaNode *node,
                   const GenlmJsonValue  *value,
                   Marks                 *marks)
{
  guint32  rest = GENLM_SCHEMA_NONE;
  gboolean result = TRUE;

  if (value->type == GENLM_JSON_ARRAY && node->array != NULL)
    rest = node->array->unevaluated_items;
  if (value->type == GENLM_JSON_OBJECT && node->object != NULL)
    rest = node->object->unevaluated_properties;
  for (guint32 i = 0; rest != GENLM_SCHEMA_NONE && i < value->n; i++)
    if (!marks->marks[i])
      {
        marks->marks[i] = TRUE;
        result &= check_child (self, rest,
                               value->type == GENLM_JSON_ARRAY ? &value->items[i] : &value->members[i].value);
      }
  return result;
}

static gboolean
check_node (SchemaOracle         *self,
            guint32               index,
            const GenlmJsonValue *value,
            Marks                *marks)
{
  const GenlmSchemaNode *node = genlm_schema_peek_node (self->schema, index);
  gboolean               result = (node->types & get_type (value)) != 0;

  if (node->constant != NULL)
    result &= genlm_json_value_equal (node->constant, value);
  if (node->enumeration != NULL)
    result &= is_one_of (node->enumeration, value);
  if (node->number != NULL && value->type == GENLM_JSON_NUMBER)
    result &= check_number (node->number, value);
  if (node->string != NULL && value->type == GENLM_JSON_STRING)
    result &= check_string (self, node->string, value->text, value->n);
  if (node->array != NULL && value->type == GENLM_JSON_ARRAY)
    result &= check_array (self, node->array, value, marks);
  if (node->object != NULL && value->type == GENLM_JSON_OBJECT)
    result &= check_object (self, node->object, value, marks);
  if (node->in_place != NULL)
    result &= check_in_place_part (self, node->in_place, value, marks);
  return check_unevaluated (self, node, value, marks) && result;
}

/* Whether the schema holds of the value. */
gboolean
schema_oracle_check (SchemaOracle         *self,
                     const GenlmJsonValue *value)
{
  return check_child (self, genlm_schema_get_root (self->schema), value);
}

char **
schema_oracle_load (const char *name)
{
  g_autofree char *file = g_build_filename ("..", "shared", "data", name, NULL);
  const char      *argv[] = { "xz", "-dc", file, NULL };
  g_autofree char *text = NULL;
  int              status;

  if (!g_file_test (file, G_FILE_TEST_EXISTS) ||
      !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, &status, NULL) ||
      !g_spawn_check_wait_status (status, NULL))
    return NULL;
  return g_strsplit (text, "\n", -1);
}
