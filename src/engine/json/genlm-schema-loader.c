#include "genlm-schema-reading.h"

#include <genlm.h>
#include <string.h>

/* Nodes between two looks at the clock. */
#define DEADLINE_NODES (64u)

/* A schema and the way to it: what makes a node. */
typedef struct
{
  const GenlmJsonValue      *value;
  const GenlmSchemaResource *resource;
  const GenlmSchemaScope    *scope;
  guint32                    node;
} Site;

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
guint32
genlm_schema_get_node (GenlmSchemaLoader         *loader,
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

/* Takes the nodes that were collected from @first on. */
GenlmSchemaList
genlm_schema_take_list (GenlmSchemaLoader *loader,
                        guint              first)
{
  GenlmSchemaList list = { NULL, loader->list->len - first };

  if (list.n > 0)
    list.nodes = genlm_json_arena_dup (&loader->schema->arena, &g_array_index (loader->list, guint32, first),
                                       list.n * sizeof (guint32));
  g_array_set_size (loader->list, first);
  return list;
}

/* --- A schema ---------------------------------------------------------- */

static gboolean
read_type_name (const GenlmSchemaReading *reading,
                const GenlmJsonValue     *value,
                guint8                   *types)
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
  return genlm_schema_refuse_type (reading->loader, value,
                                   "“null”, “boolean”, “integer”, “number”, “string”, “array” or “object” "
                                   "(for any of them leave “type” out)");
}

static gboolean
read_type (const GenlmSchemaReading *reading,
           GenlmSchemaNode          *node)
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
    return genlm_schema_refuse_type (reading->loader, value, "the name of a type or an array of such names");
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
read_values (const GenlmSchemaReading *reading,
             GenlmSchemaNode          *node)
{
  node->constant = KEYWORD (reading, CONST);
  if (KEYWORD (reading, ENUM) != NULL)
    {
      if (KEYWORD (reading, ENUM)->type != GENLM_JSON_ARRAY)
        return genlm_schema_refuse_type (reading->loader, KEYWORD (reading, ENUM), "an array");
      node->enumeration = KEYWORD (reading, ENUM);
    }
  return read_type (reading, node);
}

/* Up to draft 7 nothing counts beside a “$ref”. */
static gboolean
is_only_reference (const GenlmSchemaReading *reading)
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
leave_only_reference (GenlmSchemaReading *reading)
{
  const GenlmJsonValue *reference = KEYWORD (reading, REF);

  KEYWORD (reading, REF) = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (reading->keywords); i++)
    if (reading->keywords[i] != NULL && is_about_values ((int) i))
      genlm_schema_note (reading->loader, reading->loader->schema->annotations, reading->keywords[i],
                         "it means nothing beside “$ref” up to draft 7; put both into “allOf”");
  memset (reading->keywords, 0, sizeof (reading->keywords));
  KEYWORD (reading, REF) = reference;
}

static void
find_keywords (GenlmSchemaReading   *reading,
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
        genlm_schema_note (reading->loader, schema->annotations, &member->value, "no keyword of the draft");
    }
  if (is_only_reference (reading))
    leave_only_reference (reading);
}

/* Names of schemas are read before the schemas are. One that is none would be
 * ignored. */
static gboolean
check_names (const GenlmSchemaReading *reading)
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
          && !genlm_schema_refuse_type (reading->loader, value, names[i].expected))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_node (GenlmSchemaLoader *loader,
           guint32            index)
{
  const Site         *site = &g_array_index (loader->sites, Site, index);
  GenlmSchemaNode     node = g_array_index (loader->schema->nodes, GenlmSchemaNode, index);
  GenlmSchemaReading  reading = { .loader = loader, .resource = site->resource, .scope = site->scope };

  if (node.value->type == GENLM_JSON_BOOLEAN)
    {
      node.types = node.value->n ? GENLM_SCHEMA_TYPE_ALL : 0;
      g_array_index (loader->schema->nodes, GenlmSchemaNode, index) = node;
      return TRUE;
    }
  find_keywords (&reading, node.value);
  if (!check_names (&reading) || !genlm_schema_read_in_place_part (&reading, &node) || !read_values (&reading, &node) ||
      !genlm_schema_read_number_part (&reading, &node) || !genlm_schema_read_string_part (&reading, &node) ||
      !genlm_schema_read_array_part (&reading, &node) || !genlm_schema_read_object_part (&reading, &node))
    return FALSE;
  g_array_index (loader->schema->nodes, GenlmSchemaNode, index) = node;
  return TRUE;
}

static gboolean
check_limits (GenlmSchemaLoader *loader,
              guint32            n_read)
{
  const GenlmSchema       *schema = loader->schema;
  const GenlmEngineLimits *limits = &schema->options.limits;
  const GenlmJsonValue    *root = g_array_index (schema->nodes, GenlmSchemaNode, 0).value;

  if (schema->nodes->len > limits->max_states)
    return genlm_schema_refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT,
                                "the schema has more parts than max-states, %u",
                                limits->max_states);
  if (genlm_schema_get_size (schema) + genlm_schema_scopes_get_size (loader->scopes) > limits->max_memory)
    return genlm_schema_refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT,
                                "the schema takes more than max-memory, %" G_GUINT64_FORMAT " bytes",
                                limits->max_memory);
  if (loader->end != 0 && n_read % DEADLINE_NODES == 0 && g_get_monotonic_time () > loader->end)
    return genlm_schema_refuse (loader, root, GENLM_POTENTIAL_ERROR_LIMIT,
                                "the schema was not read within deadline, %u ms",
                                limits->deadline);
  return TRUE;
}

/* Reads all that can be reached from the root. If a dynamic reference comes
 * into sight only then, the scopes were not told apart before. */
static gboolean
read_nodes (GenlmSchemaLoader         *loader,
            const GenlmSchemaResource *main_resource)
{
  GenlmSchema *schema = loader->schema;

  do
    {
      loader->dynamic = genlm_schema_store_has_dynamic (schema->store);
      g_hash_table_remove_all (loader->nodes);
      g_array_set_size (loader->sites, 0);
      g_array_set_size (schema->nodes, 0);
      genlm_schema_get_node (loader, main_resource->root, main_resource, genlm_schema_scopes_get_root (loader->scopes));
      for (guint32 i = 0; i < loader->sites->len; i++)
        if (!read_node (loader, i) || !check_limits (loader, i))
          return FALSE;
    }
  while (loader->dynamic != genlm_schema_store_has_dynamic (schema->store));
  return TRUE;
}

static gboolean
load (GenlmSchemaLoader *loader)
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
  GenlmSchemaLoader        loader = { .schema = self, .error = error };
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
