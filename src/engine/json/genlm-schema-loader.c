#include "genlm-schema-private.h"

#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"
#include "genlm-schema-scopes.h"

#include <genlm.h>
#include <string.h>

/* How much is written about keywords that are not enforced. */
#define MAX_NOTE_BYTES (4u << 20)

/* Nodes between two looks at the clock. */
#define DEADLINE_NODES (64u)

/* Digits of a divisor: a division takes time in the product of lengths. */
#define MAX_DIVISOR_DIGITS (1000)

/* A schema and the way to it: what makes a node. */
typedef struct
{
  const GenlmJsonValue      *value;
  const GenlmSchemaResource *resource;
  const GenlmSchemaScope    *scope;
  guint32                    node;
} Site;

typedef struct
{
  GenlmSchema       *schema;
  GenlmSchemaScopes *scopes;
  GArray            *sites;      /* Site; of the node of the same index */
  GHashTable        *nodes;      /* Site: by value and scope */
  GHashTable        *patterns;   /* GBytes → GenlmSchemaPattern */
  GHashTable        *noted;      /* values that are in a list of notes already */
  gsize              note_bytes; /* in the lists */
  GArray            *list;       /* guint32: to collect nodes in */
  gboolean           dynamic;    /* scopes count */
  gint64             end;        /* when it must be done; 0: there is no hurry */
  GError           **error;
} Loader;

/* The keywords of the schema that is being read. */
typedef struct
{
  Loader                    *loader;
  const GenlmSchemaResource *resource;
  const GenlmSchemaScope    *scope;
  const GenlmJsonValue      *keywords[GENLM_SCHEMA_N_KEYWORDS];
} Reading;

#define KEYWORD(reading, name) ((reading)->keywords[GENLM_SCHEMA_KEYWORD_##name])

/* --- What is wrong ----------------------------------------------------- */

/* Lists the keyword at @value, once. FALSE if the lists are full: a pointer
 * is as long as the schema is deep. */
static gboolean
note (Loader               *loader,
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
set_error (Loader               *loader,
           const GenlmJsonValue *value,
           int                   code,
           const char           *reason)
{
  g_autofree char *place = genlm_schema_dup_place (loader->schema, value);

  g_set_error (loader->error, GENLM_POTENTIAL_ERROR, code, "%s: %s", place, reason);
  return FALSE;
}

/* Refuses the keyword at @value; or drops it, and then says TRUE. */
static gboolean G_GNUC_PRINTF (4, 5)
refuse (Loader               *loader,
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
  if (note (loader, loader->schema->dropped, value, reason))
    return TRUE;
  return set_error (loader, value, GENLM_POTENTIAL_ERROR_LIMIT, "more keywords cannot be enforced than can be listed");
}

static gboolean
refuse_type (Loader               *loader,
             const GenlmJsonValue *value,
             const char           *expected)
{
  const GenlmJsonMember *member = genlm_json_value_get_member (value);
  g_autofree char       *found = genlm_json_value_dup_excerpt (value);

  if (member != NULL)
    return refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "“%s” must be %s, not %s", member->name,
                   expected, found);
  return refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY, "this must be %s, not %s", expected, found);
}

/* --- Nodes ------------------------------------------------------------- */

static guint
hash_site (gconstpointer key)
{
  const Site *site = key;

  return g_direct_hash (site->value) * 31 + g_direct_hash (site->scope);
}

static gboolean
sites_equal (gconstpointer a,
             gconstpointer b)
{
  const Site *x = a;
  const Site *y = b;

  return x->value == y->value && x->scope == y->scope;
}

/* The node of the schema at @value, which stands in @around or is referred to
 * there. Nodes are read in the order they are asked for. */
static guint32
get_node (Loader                    *loader,
          const GenlmJsonValue      *value,
          const GenlmSchemaResource *around,
          const GenlmSchemaScope    *scope)
{
  const GenlmSchemaResource *resource = genlm_schema_store_get_resource_at (loader->schema->store, value, around);
  Site                       site = { value, resource, scope, loader->sites->len };
  GenlmSchemaNode            node = { .value = value, .types = GENLM_SCHEMA_TYPE_ALL };
  const Site                *known;

  if (loader->dynamic)
    site.scope = genlm_schema_scopes_enter (loader->scopes, scope, resource);
  known = g_hash_table_lookup (loader->nodes, &site);
  if (known != NULL)
    return known->node;
  g_hash_table_add (loader->nodes, genlm_json_arena_dup (&loader->schema->arena, &site, sizeof (site)));
  g_array_append_val (loader->sites, site);
  g_array_append_val (loader->schema->nodes, node);
  return site.node;
}

static guint32
get_child (const Reading        *reading,
           const GenlmJsonValue *value)
{
  return get_node (reading->loader, value, reading->resource, reading->scope);
}

/* Takes the nodes that were collected from @first on. */
static GenlmSchemaList
take_list (Loader *loader,
           guint   first)
{
  GenlmSchemaList list = { NULL, loader->list->len - first };

  if (list.n > 0)
    list.nodes = genlm_json_arena_dup (&loader->schema->arena, &g_array_index (loader->list, guint32, first),
                                       list.n * sizeof (guint32));
  g_array_set_size (loader->list, first);
  return list;
}

/* --- Values of keywords ------------------------------------------------ */

static gboolean
read_count (const Reading        *reading,
            const GenlmJsonValue *value,
            guint64              *count)
{
  GenlmDecimal decimal;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_NUMBER || !genlm_decimal_init (&decimal, value->text, value->n) ||
      decimal.sign < 0 || !genlm_decimal_is_integer (&decimal))
    return refuse_type (reading->loader, value, "an integer that is not negative");
  *count = genlm_decimal_get_uint64 (&decimal);
  return TRUE;
}

static gboolean
read_boolean (const Reading        *reading,
              const GenlmJsonValue *value,
              gboolean             *result)
{
  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_BOOLEAN)
    return refuse_type (reading->loader, value, "true or false");
  *result = value->n;
  return TRUE;
}

static gboolean
read_decimal (const Reading        *reading,
              const GenlmJsonValue *value,
              const GenlmDecimal  **result)
{
  GenlmDecimal decimal;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_NUMBER || !genlm_decimal_init (&decimal, value->text, value->n))
    return refuse_type (reading->loader, value, "a number");
  *result = genlm_json_arena_dup (&reading->loader->schema->arena, &decimal, sizeof (decimal));
  return TRUE;
}

static gboolean
read_schema (const Reading        *reading,
             const GenlmJsonValue *value,
             guint32              *node)
{
  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT && value->type != GENLM_JSON_BOOLEAN)
    return refuse_type (reading->loader, value, "a schema: an object, true or false");
  *node = get_child (reading, value);
  return TRUE;
}

static gboolean
read_schemas (const Reading        *reading,
              const GenlmJsonValue *value,
              GenlmSchemaList      *list)
{
  Loader *loader = reading->loader;
  guint   first = loader->list->len;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_ARRAY)
    return refuse_type (loader, value, "an array of schemas");
  for (guint32 i = 0; i < value->n; i++)
    {
      guint32 node = GENLM_SCHEMA_NONE;

      if (!read_schema (reading, &value->items[i], &node))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE)
        g_array_append_val (loader->list, node);
    }
  *list = take_list (loader, first);
  return TRUE;
}

/* Whether a group with an assertion inside is written out several times. */
static gboolean
repeats_assertion (const GenlmRegexTree *tree)
{
  for (guint32 i = 0; i < genlm_regex_tree_get_size (tree); i++)
    {
      const GenlmRegexNode *node = genlm_regex_tree_peek_node (tree, i);

      if (node->kind == GENLM_REGEX_NODE_REPEAT && node->has_assertion
          && (node->min > 1 || (node->max > 1 && node->max != GENLM_REGEX_REPEAT_UNBOUNDED)))
        return TRUE;
    }
  return FALSE;
}

/* The tree of a pattern that can be enforced. How far a look-behind looks, and how
 * much is written out, is only seen when it is compiled. */
static GenlmRegexTree *
parse_pattern (const GenlmEngineLimits  *limits,
               const char               *text,
               gsize                     length,
               GError                  **error)
{
  g_autoptr (GenlmRegexTree) tree = NULL;
  g_autoptr (GenlmByteExprs) exprs = NULL;
  GenlmByteExpr              expr;

  tree = genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, text, length, NULL, error);
  /* No property raises the limits of the syntax. */
  if (tree == NULL && (*error)->code == GENLM_POTENTIAL_ERROR_LIMIT)
    (*error)->code = GENLM_POTENTIAL_ERROR_NOT_SUPPORTED;
  if (tree == NULL || (g_strstr_len (text, (gssize) length, "(?<") == NULL && !repeats_assertion (tree)))
    return g_steal_pointer (&tree);
  exprs = genlm_byte_exprs_new (limits);
  if (!genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_UTF8, &expr, error))
    return NULL;
  return g_steal_pointer (&tree);
}

/* Reads the pattern @text for what stands at @at. NULL if it was dropped. */
static gboolean
read_pattern (const Reading             *reading,
              const GenlmJsonValue      *at,
              const char                *text,
              gsize                      length,
              const GenlmSchemaPattern **result)
{
  Loader                    *loader = reading->loader;
  g_autoptr (GBytes)         key = g_bytes_new_static (text, length);
  GenlmSchemaPattern        *pattern = g_hash_table_lookup (loader->patterns, key);
  g_autoptr (GError)         error = NULL;
  g_autoptr (GenlmRegexTree) tree = NULL;

  *result = pattern;
  if (pattern != NULL)
    return TRUE;
  tree = parse_pattern (&loader->schema->options.limits, text, length, &error);
  if (tree == NULL)
    return refuse (loader, at, error->code, "%s", error->message);
  pattern = genlm_json_arena_alloc (&loader->schema->arena, sizeof (GenlmSchemaPattern));
  *pattern = (GenlmSchemaPattern) { loader->schema->patterns->len, text, length, g_steal_pointer (&tree) };
  g_ptr_array_add (loader->schema->patterns, pattern);
  g_hash_table_insert (loader->patterns, g_steal_pointer (&key), pattern);
  *result = pattern;
  return TRUE;
}

/* Reads an array of strings without the ones that were there before. */
static gboolean
read_names (const Reading          *reading,
            const GenlmJsonValue   *value,
            const GenlmSchemaName **names,
            guint32                *n_names)
{
  Loader                 *loader = reading->loader;
  g_autoptr (GHashTable)  seen = NULL;
  GenlmSchemaName        *result;
  guint32                 n = 0;

  if (value->type != GENLM_JSON_ARRAY)
    return refuse_type (loader, value, "an array of names");
  result = genlm_json_arena_alloc (&loader->schema->arena, value->n * sizeof (GenlmSchemaName));
  seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonValue *item = &value->items[i];

      if (item->type != GENLM_JSON_STRING)
        {
          if (!refuse_type (loader, item, "a string, the name of a property"))
            return FALSE;
        }
      else if (g_hash_table_add (seen, g_bytes_new_static (item->text, item->n)))
        result[n++] = (GenlmSchemaName) { item->text, item->n };
    }
  *names = result;
  *n_names = n;
  return TRUE;
}

/* --- The parts of a schema --------------------------------------------- */

static gboolean
read_type_name (const Reading        *reading,
                const GenlmJsonValue *value,
                guint8               *types)
{
  static const struct
  {
    const char *name;
    guint8      types;
  } names[] = {
    { "null", GENLM_SCHEMA_TYPE_NULL },
    { "boolean", GENLM_SCHEMA_TYPE_BOOLEAN },
    { "integer", GENLM_SCHEMA_TYPE_INTEGER },
    { "number", GENLM_SCHEMA_TYPE_NUMBER | GENLM_SCHEMA_TYPE_INTEGER },
    { "string", GENLM_SCHEMA_TYPE_STRING },
    { "array", GENLM_SCHEMA_TYPE_ARRAY },
    { "object", GENLM_SCHEMA_TYPE_OBJECT },
  };

  if (value->type == GENLM_JSON_STRING)
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      if (strlen (names[i].name) == value->n && memcmp (names[i].name, value->text, value->n) == 0)
        {
          *types |= names[i].types;
          return TRUE;
        }
  return refuse_type (reading->loader, value,
                      "“null”, “boolean”, “integer”, “number”, “string”, “array” or “object” (for any of them leave "
                      "“type” out)");
}

static gboolean
read_type (const Reading   *reading,
           GenlmSchemaNode *node)
{
  const GenlmJsonValue *value = KEYWORD (reading, TYPE);
  guint8                types = 0;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_ARRAY)
    {
      if (!read_type_name (reading, value, &types))
        return FALSE;
    }
  else if (value->n == 0)
    return refuse_type (reading->loader, value, "the name of a type or an array of such names");
  else
    for (guint32 i = 0; i < value->n; i++)
      if (!read_type_name (reading, &value->items[i], &types))
        return FALSE;
  /* Nothing is left where all names were dropped. */
  if (types != 0)
    node->types = types;
  return TRUE;
}

static gboolean
read_values (const Reading   *reading,
             GenlmSchemaNode *node)
{
  node->constant = KEYWORD (reading, CONST);
  if (KEYWORD (reading, ENUM) != NULL)
    {
      if (KEYWORD (reading, ENUM)->type != GENLM_JSON_ARRAY)
        return refuse_type (reading->loader, KEYWORD (reading, ENUM), "an array");
      node->enumeration = KEYWORD (reading, ENUM);
    }
  return read_type (reading, node);
}

/* In draft 4 the exclusive bounds are flags of the others. */
static gboolean
read_flagged_bound (const Reading         *reading,
                    const GenlmJsonValue  *flag,
                    const GenlmDecimal   **bound,
                    const GenlmDecimal   **exclusive)
{
  gboolean is_exclusive = FALSE;

  if (!read_boolean (reading, flag, &is_exclusive))
    return FALSE;
  if (is_exclusive)
    *exclusive = g_steal_pointer (bound);
  return TRUE;
}

static gboolean
read_exclusive_bound (const Reading         *reading,
                      const GenlmJsonValue  *value,
                      const GenlmDecimal   **bound,
                      const GenlmDecimal   **exclusive)
{
  GenlmSchemaDraft draft = reading->resource->draft;
  gboolean         flag = value != NULL && value->type == GENLM_JSON_BOOLEAN;

  if (draft == GENLM_SCHEMA_DRAFT_4 || (draft == GENLM_SCHEMA_DRAFT_ANY && flag))
    return read_flagged_bound (reading, value, bound, exclusive);
  return read_decimal (reading, value, exclusive);
}

static gboolean
read_multiple_of (const Reading         *reading,
                  GenlmSchemaNumberPart *part)
{
  const GenlmJsonValue *value = KEYWORD (reading, MULTIPLE_OF);

  if (!read_decimal (reading, value, &part->multiple_of))
    return FALSE;
  if (part->multiple_of == NULL)
    return TRUE;
  if (part->multiple_of->sign <= 0)
    {
      part->multiple_of = NULL;
      return refuse_type (reading->loader, value, "a number greater than zero");
    }
  if (part->multiple_of->surplus == NULL && part->multiple_of->n_digits <= MAX_DIVISOR_DIGITS)
    return TRUE;
  part->multiple_of = NULL;
  return refuse (reading->loader, value, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                 "a divisor of more than %d digits, or more than %u in the exponent, cannot be enforced",
                 MAX_DIVISOR_DIGITS, GENLM_DECIMAL_MAX_EXPONENT_DIGITS);
}

static gboolean
read_number_part (const Reading   *reading,
                  GenlmSchemaNode *node)
{
  GenlmSchemaNumberPart part = { 0 };

  if (!read_decimal (reading, KEYWORD (reading, MINIMUM), &part.minimum) ||
      !read_decimal (reading, KEYWORD (reading, MAXIMUM), &part.maximum) ||
      !read_exclusive_bound (reading, KEYWORD (reading, EXCLUSIVE_MINIMUM), &part.minimum, &part.exclusive_minimum) ||
      !read_exclusive_bound (reading, KEYWORD (reading, EXCLUSIVE_MAXIMUM), &part.maximum, &part.exclusive_maximum) ||
      !read_multiple_of (reading, &part))
    return FALSE;
  if (part.minimum != NULL || part.maximum != NULL || part.exclusive_minimum != NULL ||
      part.exclusive_maximum != NULL || part.multiple_of != NULL)
    node->number = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}

static gboolean
read_format (const Reading          *reading,
             const GenlmJsonFormat **result)
{
  const GenlmSchemaOptions *options = &reading->loader->schema->options;
  const GenlmJsonValue     *value = KEYWORD (reading, FORMAT);
  const GenlmJsonFormat    *format;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_STRING)
    return refuse_type (reading->loader, value, "the name of a format, a string");
  format = genlm_json_format_find (value->text, value->n);
  if (format == NULL)
    note (reading->loader, reading->loader->schema->annotations, value,
          "a format that no draft knows says nothing about the text");
  else if (!options->annotate_formats || reading->resource->vocabularies & GENLM_SCHEMA_VOCABULARY_FORMAT_ASSERTION)
    *result = format;
  return TRUE;
}

static gboolean
read_string_part (const Reading   *reading,
                  GenlmSchemaNode *node)
{
  GenlmSchemaStringPart part = { .max_length = GENLM_SCHEMA_UNBOUNDED };
  const GenlmJsonValue *pattern = KEYWORD (reading, PATTERN);

  if (!read_count (reading, KEYWORD (reading, MIN_LENGTH), &part.min_length) ||
      !read_count (reading, KEYWORD (reading, MAX_LENGTH), &part.max_length) ||
      !read_format (reading, &part.format))
    return FALSE;
  if (pattern != NULL)
    {
      if (pattern->type != GENLM_JSON_STRING)
        {
          if (!refuse_type (reading->loader, pattern, "a regular expression, a string"))
            return FALSE;
        }
      else if (!read_pattern (reading, pattern, pattern->text, pattern->n, &part.pattern))
        return FALSE;
    }
  if (part.min_length > 0 || part.max_length != GENLM_SCHEMA_UNBOUNDED || part.pattern != NULL || part.format != NULL)
    node->string = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}

/* Up to 2019-09 “items” may be an array for the first items, and
 * “additionalItems” then holds for the others. */
static gboolean
read_items (const Reading        *reading,
            GenlmSchemaArrayPart *part)
{
  const GenlmJsonValue *items = KEYWORD (reading, ITEMS);

  if (items != NULL && items->type == GENLM_JSON_ARRAY && KEYWORD (reading, PREFIX_ITEMS) == NULL &&
      reading->resource->draft != GENLM_SCHEMA_DRAFT_2020_12)
    return read_schemas (reading, items, &part->prefix_items) &&
           read_schema (reading, KEYWORD (reading, ADDITIONAL_ITEMS), &part->items);
  if (items != NULL && items->type == GENLM_JSON_ARRAY)
    return refuse_type (reading->loader, items, "a schema (the one for the first items is “prefixItems”)");
  return read_schemas (reading, KEYWORD (reading, PREFIX_ITEMS), &part->prefix_items) &&
         read_schema (reading, items, &part->items);
}

static gboolean
read_contains (const Reading        *reading,
               GenlmSchemaArrayPart *part)
{
  if (!read_schema (reading, KEYWORD (reading, CONTAINS), &part->contains) ||
      !read_count (reading, KEYWORD (reading, MIN_CONTAINS), &part->min_contains) ||
      !read_count (reading, KEYWORD (reading, MAX_CONTAINS), &part->max_contains))
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

static gboolean
read_array_part (const Reading   *reading,
                 GenlmSchemaNode *node)
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
      !read_count (reading, KEYWORD (reading, MIN_ITEMS), &part.min_items) ||
      !read_count (reading, KEYWORD (reading, MAX_ITEMS), &part.max_items) ||
      !read_boolean (reading, KEYWORD (reading, UNIQUE_ITEMS), &part.unique_items) ||
      !read_schema (reading, KEYWORD (reading, UNEVALUATED_ITEMS), &part.unevaluated_items))
    return FALSE;
  if (part.prefix_items.n > 0 || part.items != GENLM_SCHEMA_NONE || part.contains != GENLM_SCHEMA_NONE ||
      part.min_items > 0 || part.max_items != GENLM_SCHEMA_UNBOUNDED || part.unique_items ||
      part.unevaluated_items != GENLM_SCHEMA_NONE)
    node->array = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}

/* Reads an object whose members are schemas. */
static gboolean
read_properties (const Reading              *reading,
                 const GenlmJsonValue       *value,
                 const GenlmSchemaProperty **properties,
                 guint32                    *n_properties)
{
  GenlmSchemaProperty *result;
  guint32              n = 0;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return refuse_type (reading->loader, value, "an object whose members are schemas");
  result = genlm_json_arena_alloc (&reading->loader->schema->arena, value->n * sizeof (GenlmSchemaProperty));
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember *member = &value->members[i];
      guint32                node = GENLM_SCHEMA_NONE;

      if (!read_schema (reading, &member->value, &node))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE)
        result[n++] = (GenlmSchemaProperty) { { member->name, member->length }, node };
    }
  *properties = result;
  *n_properties = n;
  return TRUE;
}

static gboolean
read_pattern_properties (const Reading         *reading,
                         GenlmSchemaObjectPart *part)
{
  const GenlmJsonValue       *value = KEYWORD (reading, PATTERN_PROPERTIES);
  GenlmSchemaPatternProperty *result;
  guint32                     n = 0;

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return refuse_type (reading->loader, value, "an object whose members are schemas");
  result = genlm_json_arena_alloc (&reading->loader->schema->arena, value->n * sizeof (GenlmSchemaPatternProperty));
  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember     *member = &value->members[i];
      const GenlmSchemaPattern  *pattern = NULL;
      guint32                    node = GENLM_SCHEMA_NONE;

      if (!read_schema (reading, &member->value, &node) ||
          !read_pattern (reading, &member->value, member->name, member->length, &pattern))
        return FALSE;
      if (node != GENLM_SCHEMA_NONE && pattern != NULL)
        result[n++] = (GenlmSchemaPatternProperty) { pattern, node };
    }
  part->pattern_properties = result;
  part->n_pattern_properties = n;
  return TRUE;
}

static gboolean
read_required (const Reading         *reading,
               GenlmSchemaObjectPart *part)
{
  const GenlmJsonValue *value = KEYWORD (reading, REQUIRED);

  if (value == NULL)
    return TRUE;
  if (value->type == GENLM_JSON_BOOLEAN)
    return refuse_type (reading->loader, value, "an array of names (in the schema of the object, for its properties)");
  return read_names (reading, value, &part->required, &part->n_required);
}

/* Appends what an object of arrays of names says. */
static gboolean
read_dependency (const Reading         *reading,
                 const GenlmJsonMember *member,
                 GArray                *dependencies)
{
  GenlmSchemaDependency dependency = { .name = { member->name, member->length } };

  if (!read_names (reading, &member->value, &dependency.required, &dependency.n_required))
    return FALSE;
  if (dependency.n_required > 0)
    g_array_append_val (dependencies, dependency);
  return TRUE;
}

static gboolean
read_dependent_required (const Reading *reading,
                         GArray        *dependencies)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENT_REQUIRED);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return refuse_type (reading->loader, value, "an object whose members are arrays of names");
  for (guint32 i = 0; i < value->n; i++)
    if (!read_dependency (reading, &value->members[i], dependencies))
      return FALSE;
  return TRUE;
}

static gboolean
read_dependent_schema (const Reading         *reading,
                       const GenlmJsonMember *member,
                       GArray                *schemas)
{
  GenlmSchemaProperty property = { { member->name, member->length }, GENLM_SCHEMA_NONE };

  if (!read_schema (reading, &member->value, &property.node))
    return FALSE;
  if (property.node != GENLM_SCHEMA_NONE)
    g_array_append_val (schemas, property);
  return TRUE;
}

static gboolean
read_dependent_schemas (const Reading *reading,
                        GArray        *schemas)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENT_SCHEMAS);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return refuse_type (reading->loader, value, "an object whose members are schemas");
  for (guint32 i = 0; i < value->n; i++)
    if (!read_dependent_schema (reading, &value->members[i], schemas))
      return FALSE;
  return TRUE;
}

/* What became two keywords in 2019-09. */
static gboolean
read_old_dependencies (const Reading *reading,
                       GArray        *dependencies,
                       GArray        *schemas)
{
  const GenlmJsonValue *value = KEYWORD (reading, DEPENDENCIES);

  if (value == NULL)
    return TRUE;
  if (value->type != GENLM_JSON_OBJECT)
    return refuse_type (reading->loader, value, "an object whose members are schemas or arrays of names");
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
read_dependencies (const Reading         *reading,
                   GenlmSchemaObjectPart *part)
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

static gboolean
read_object_part (const Reading   *reading,
                  GenlmSchemaNode *node)
{
  GenlmSchemaObjectPart part = {
    .additional_properties = GENLM_SCHEMA_NONE,
    .property_names = GENLM_SCHEMA_NONE,
    .max_properties = GENLM_SCHEMA_UNBOUNDED,
    .unevaluated_properties = GENLM_SCHEMA_NONE,
  };

  if (!read_properties (reading, KEYWORD (reading, PROPERTIES), &part.properties, &part.n_properties) ||
      !read_pattern_properties (reading, &part) ||
      !read_schema (reading, KEYWORD (reading, ADDITIONAL_PROPERTIES), &part.additional_properties) ||
      !read_schema (reading, KEYWORD (reading, PROPERTY_NAMES), &part.property_names) ||
      !read_required (reading, &part) ||
      !read_count (reading, KEYWORD (reading, MIN_PROPERTIES), &part.min_properties) ||
      !read_count (reading, KEYWORD (reading, MAX_PROPERTIES), &part.max_properties) ||
      !read_dependencies (reading, &part) ||
      !read_schema (reading, KEYWORD (reading, UNEVALUATED_PROPERTIES), &part.unevaluated_properties))
    return FALSE;
  if (!object_part_is_empty (&part))
    node->object = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}

/* Where a dynamic reference leads on the way that was taken here. */
static void
rebind (const Reading     *reading,
        const char        *name,
        GenlmSchemaTarget *target)
{
  const GenlmSchemaBinding *binding = genlm_schema_scope_find (reading->scope, name);

  if (binding != NULL)
    {
      target->value = binding->value;
      target->resource = binding->resource;
    }
}

static gboolean
read_reference (const Reading        *reading,
                const GenlmJsonValue *value,
                GenlmSchemaKeywordId  keyword)
{
  Loader            *loader = reading->loader;
  GenlmSchemaTarget  target;
  g_autoptr (GError) error = NULL;
  guint32            node = GENLM_SCHEMA_NONE;

  if (value == NULL)
    return TRUE;
  /* What holds a NUL is the name of nothing. */
  if (value->type != GENLM_JSON_STRING || strlen (value->text) != value->n)
    return refuse_type (loader, value, "a URI reference, a string");
  if (!genlm_schema_store_resolve (loader->schema->store, reading->resource, value->text, &target, &error))
    return refuse (loader, value, error->code, "the reference “%s” leads nowhere: %s", value->text, error->message);
  if (keyword == GENLM_SCHEMA_KEYWORD_DYNAMIC_REF && target.dynamic_anchor != NULL)
    rebind (reading, target.dynamic_anchor, &target);
  if (keyword == GENLM_SCHEMA_KEYWORD_RECURSIVE_REF && target.resource->recursive_anchor)
    rebind (reading, NULL, &target);
  if (target.value->type != GENLM_JSON_OBJECT && target.value->type != GENLM_JSON_BOOLEAN)
    return refuse (loader, value, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "the reference “%s” leads to a value of type %s, which is no schema", value->text,
                   genlm_json_type_to_string (target.value->type));
  node = get_node (loader, target.value, target.resource, reading->scope);
  g_array_append_val (loader->list, node);
  return TRUE;
}

static gboolean
read_references (const Reading          *reading,
                 GenlmSchemaInPlacePart *part)
{
  guint first = reading->loader->list->len;

  if (!read_reference (reading, KEYWORD (reading, REF), GENLM_SCHEMA_KEYWORD_REF) ||
      !read_reference (reading, KEYWORD (reading, DYNAMIC_REF), GENLM_SCHEMA_KEYWORD_DYNAMIC_REF) ||
      !read_reference (reading, KEYWORD (reading, RECURSIVE_REF), GENLM_SCHEMA_KEYWORD_RECURSIVE_REF))
    return FALSE;
  part->references = take_list (reading->loader, first);
  return TRUE;
}

/* One of none holds never, if one takes it at its word; who wrote it may have
 * meant the contrary. */
static gboolean
read_choices (const Reading        *reading,
              const GenlmJsonValue *value,
              GenlmSchemaList      *list)
{
  if (value != NULL && value->type == GENLM_JSON_ARRAY && value->n == 0)
    return refuse_type (reading->loader, value, "an array of at least one schema");
  return read_schemas (reading, value, list);
}

static gboolean
read_in_place_part (const Reading   *reading,
                    GenlmSchemaNode *node)
{
  GenlmSchemaInPlacePart part = {
    .negated = GENLM_SCHEMA_NONE,
    .condition = GENLM_SCHEMA_NONE,
    .consequence = GENLM_SCHEMA_NONE,
    .alternative = GENLM_SCHEMA_NONE,
  };

  if (!read_references (reading, &part) ||
      !read_schemas (reading, KEYWORD (reading, ALL_OF), &part.all_of) ||
      !read_choices (reading, KEYWORD (reading, ANY_OF), &part.any_of) ||
      !read_choices (reading, KEYWORD (reading, ONE_OF), &part.one_of) ||
      !read_schema (reading, KEYWORD (reading, NOT), &part.negated) ||
      !read_schema (reading, KEYWORD (reading, IF), &part.condition))
    return FALSE;
  if (part.condition != GENLM_SCHEMA_NONE &&
      (!read_schema (reading, KEYWORD (reading, THEN), &part.consequence) ||
       !read_schema (reading, KEYWORD (reading, ELSE), &part.alternative)))
    return FALSE;
  if (part.references.n > 0 || part.all_of.n > 0 || part.any_of.n > 0 || part.one_of.n > 0 ||
      part.negated != GENLM_SCHEMA_NONE || part.condition != GENLM_SCHEMA_NONE)
    node->in_place = genlm_json_arena_dup (&reading->loader->schema->arena, &part, sizeof (part));
  return TRUE;
}

/* --- A schema ---------------------------------------------------------- */

/* Up to draft 7 nothing counts beside a “$ref”. */
static gboolean
is_only_reference (const Reading *reading)
{
  return KEYWORD (reading, REF) != NULL && reading->resource->draft != GENLM_SCHEMA_DRAFT_ANY &&
         reading->resource->draft <= GENLM_SCHEMA_DRAFT_7;
}

static gboolean
is_about_values (int id)
{
  switch (id)
    {
    case GENLM_SCHEMA_KEYWORD_ANCHOR:
    case GENLM_SCHEMA_KEYWORD_ANNOTATION:
    case GENLM_SCHEMA_KEYWORD_DEFINITIONS:
    case GENLM_SCHEMA_KEYWORD_DEFS:
    case GENLM_SCHEMA_KEYWORD_DYNAMIC_ANCHOR:
    case GENLM_SCHEMA_KEYWORD_ID:
    case GENLM_SCHEMA_KEYWORD_RECURSIVE_ANCHOR:
    case GENLM_SCHEMA_KEYWORD_SCHEMA:
    case GENLM_SCHEMA_KEYWORD_VOCABULARY:
      return FALSE;
    default:
      return TRUE;
    }
}

/* Whoever wrote a keyword there may have meant it. */
static void
leave_only_reference (Reading *reading)
{
  const GenlmJsonValue *reference = KEYWORD (reading, REF);

  KEYWORD (reading, REF) = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (reading->keywords); i++)
    if (reading->keywords[i] != NULL && is_about_values ((int) i))
      note (reading->loader, reading->loader->schema->annotations, reading->keywords[i],
            "it means nothing beside “$ref” up to draft 7; put both into “allOf”");
  memset (reading->keywords, 0, sizeof (reading->keywords));
  KEYWORD (reading, REF) = reference;
}

static void
find_keywords (Reading              *reading,
               const GenlmJsonValue *value)
{
  GenlmSchema               *schema = reading->loader->schema;
  const GenlmSchemaResource *resource = reading->resource;

  for (guint32 i = 0; i < value->n; i++)
    {
      const GenlmJsonMember    *member = &value->members[i];
      const GenlmSchemaKeyword *keyword;

      keyword = genlm_schema_keyword_find (member->name, member->length, resource->draft, resource->vocabularies);
      if (keyword != NULL)
        reading->keywords[keyword->id] = &member->value;
      else
        note (reading->loader, schema->annotations, &member->value, "no keyword of the draft");
    }
  if (is_only_reference (reading))
    leave_only_reference (reading);
}

/* Names of schemas are read before the schemas are. One that is none would be
 * ignored. */
static gboolean
check_names (const Reading *reading)
{
  static const struct
  {
    GenlmSchemaKeywordId  id;
    GenlmJsonType         type;
    const char           *expected;
  } names[] = {
    { GENLM_SCHEMA_KEYWORD_SCHEMA, GENLM_JSON_STRING, "the URI of a meta-schema, a string" },
    { GENLM_SCHEMA_KEYWORD_ID, GENLM_JSON_STRING, "a URI reference, a string" },
    { GENLM_SCHEMA_KEYWORD_ANCHOR, GENLM_JSON_STRING, "a name, a string" },
    { GENLM_SCHEMA_KEYWORD_DYNAMIC_ANCHOR, GENLM_JSON_STRING, "a name, a string" },
    { GENLM_SCHEMA_KEYWORD_RECURSIVE_ANCHOR, GENLM_JSON_BOOLEAN, "true or false" },
    { GENLM_SCHEMA_KEYWORD_DEFS, GENLM_JSON_OBJECT, "an object whose members are schemas" },
    { GENLM_SCHEMA_KEYWORD_DEFINITIONS, GENLM_JSON_OBJECT, "an object whose members are schemas" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const GenlmJsonValue *value = reading->keywords[names[i].id];

      if (value != NULL && value->type != names[i].type
          && !refuse_type (reading->loader, value, names[i].expected))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_node (Loader  *loader,
           guint32  index)
{
  const Site      *site = &g_array_index (loader->sites, Site, index);
  GenlmSchemaNode  node = g_array_index (loader->schema->nodes, GenlmSchemaNode, index);
  Reading          reading = { .loader = loader, .resource = site->resource, .scope = site->scope };

  if (node.value->type == GENLM_JSON_BOOLEAN)
    {
      node.types = node.value->n ? GENLM_SCHEMA_TYPE_ALL : 0;
      g_array_index (loader->schema->nodes, GenlmSchemaNode, index) = node;
      return TRUE;
    }
  find_keywords (&reading, node.value);
  if (!check_names (&reading) || !read_in_place_part (&reading, &node) || !read_values (&reading, &node) ||
      !read_number_part (&reading, &node) || !read_string_part (&reading, &node) ||
      !read_array_part (&reading, &node) || !read_object_part (&reading, &node))
    return FALSE;
  g_array_index (loader->schema->nodes, GenlmSchemaNode, index) = node;
  return TRUE;
}

static gboolean
check_limits (Loader  *loader,
              guint32  n_read)
{
  const GenlmSchema       *schema = loader->schema;
  const GenlmEngineLimits *limits = &schema->options.limits;
  const GenlmJsonValue    *root = g_array_index (schema->nodes, GenlmSchemaNode, 0).value;

  if (schema->nodes->len > limits->max_states)
    return refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT, "the schema has more parts than max-states, %u",
                   limits->max_states);
  if (genlm_schema_get_size (schema) + genlm_schema_scopes_get_size (loader->scopes) > limits->max_memory)
    return refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT,
                   "the schema takes more than max-memory, %" G_GUINT64_FORMAT " bytes", limits->max_memory);
  if (loader->end != 0 && n_read % DEADLINE_NODES == 0 && g_get_monotonic_time () > loader->end)
    return refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT, "the schema was not read within deadline, %u ms",
                   limits->deadline);
  return TRUE;
}

/* Reads all that can be reached from the root. If a dynamic reference comes
 * into sight only then, the scopes were not told apart before. */
static gboolean
read_nodes (Loader                    *loader,
            const GenlmSchemaResource *main_resource)
{
  GenlmSchema *schema = loader->schema;

  do
    {
      loader->dynamic = genlm_schema_store_has_dynamic (schema->store);
      g_hash_table_remove_all (loader->nodes);
      g_array_set_size (loader->sites, 0);
      g_array_set_size (schema->nodes, 0);
      get_node (loader, main_resource->root, main_resource, genlm_schema_scopes_get_root (loader->scopes));
      for (guint32 i = 0; i < loader->sites->len; i++)
        if (!read_node (loader, i) || !check_limits (loader, i))
          return FALSE;
    }
  while (loader->dynamic != genlm_schema_store_has_dynamic (schema->store));
  return TRUE;
}

static gboolean
load (Loader *loader)
{
  GenlmSchema               *schema = loader->schema;
  const GenlmJsonValue      *root = genlm_json_document_peek_root (schema->document);
  const GenlmSchemaResource *resource;

  if (root->type != GENLM_JSON_OBJECT && root->type != GENLM_JSON_BOOLEAN)
    {
      g_set_error (loader->error,
                   GENLM_POTENTIAL_ERROR,
                   GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "#: a schema must be an object, true or false, not %s",
                   genlm_json_type_to_string (root->type));
      return FALSE;
    }
  resource = genlm_schema_store_add_main (schema->store, schema->document, loader->error);
  return resource != NULL && read_nodes (loader, resource);
}

/* Reads the nodes of a schema from its document. */
gboolean
genlm_schema_load (GenlmSchema  *self,
                   GError      **error)
{
  const GenlmEngineLimits *limits = &self->options.limits;
  Loader                   loader = { .schema = self, .error = error };
  gboolean                 fine;

  loader.scopes = genlm_schema_scopes_new ();
  loader.end = limits->deadline > 0 ? g_get_monotonic_time () + limits->deadline * (gint64) 1000 : 0;
  loader.sites = g_array_new (FALSE, FALSE, sizeof (Site));
  loader.nodes = g_hash_table_new (hash_site, sites_equal);
  loader.patterns = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  loader.noted = g_hash_table_new (NULL, NULL);
  loader.list = g_array_new (FALSE, FALSE, sizeof (guint32));
  fine = load (&loader);
  g_array_unref (loader.list);
  g_hash_table_unref (loader.noted);
  g_hash_table_unref (loader.patterns);
  g_hash_table_unref (loader.nodes);
  g_array_unref (loader.sites);
  genlm_schema_scopes_free (loader.scopes);
  return fine;
}
