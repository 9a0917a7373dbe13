#include "genlm-schema-store.h"

#include "genlm-json-arena.h"
#include "genlm-schema-metas.h"
#include "genlm-schema-uri.h"

#include <genlm.h>
#include <string.h>

/* What a schema without a URI is held to be found at. It is not shown. */
#define DEFAULT_BASE "schema:///"

/* How many meta-schemas in a row say which draft a schema is of. */
#define MAX_META_SCHEMAS (8u)

struct _GenlmSchemaStore
{
  GenlmSchemaOptions  options;
  GenlmJsonArena      arena;
  GPtrArray          *resources;
  GHashTable         *by_uri;     /* URI → GenlmSchemaResource */
  GHashTable         *by_root;    /* value → GenlmSchemaResource */
  GHashTable         *documents;  /* URI → GenlmJsonDocument */
  GHashTable         *uris;       /* root value → URI of the document */
  guint64             document_bytes;
  gboolean            has_dynamic;
};

/* A schema to look through for names. */
typedef struct
{
  const GenlmJsonValue *value;
  GenlmSchemaResource  *resource;
} Place;

static void
resource_free (gpointer data)
{
  GenlmSchemaResource *self = data;

  g_clear_pointer (&self->anchors, g_hash_table_unref);
  g_clear_pointer (&self->dynamic_anchors, g_hash_table_unref);
}

GenlmSchemaStore *
genlm_schema_store_new (const GenlmSchemaOptions *options)
{
  GenlmSchemaStore *self = g_new0 (GenlmSchemaStore, 1);

  self->options = *options;
  self->resources = g_ptr_array_new_with_free_func (resource_free);
  self->by_uri = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_root = g_hash_table_new (NULL, NULL);
  self->documents = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) genlm_json_document_unref);
  self->uris = g_hash_table_new (NULL, NULL);
  return self;
}

void
genlm_schema_store_free (GenlmSchemaStore *self)
{
  g_hash_table_unref (self->uris);
  g_hash_table_unref (self->by_root);
  g_hash_table_unref (self->by_uri);
  g_ptr_array_unref (self->resources);
  g_hash_table_unref (self->documents);
  genlm_json_arena_clear (&self->arena);
  g_free (self);
}

static const char *
keep_string (GenlmSchemaStore *self,
             const char       *text,
             gsize             length)
{
  char *copy = genlm_json_arena_alloc (&self->arena, length + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

/* A URI as the user knows it. */
static const char *
show_uri (const char *uri)
{
  return g_str_has_prefix (uri, DEFAULT_BASE) ? uri + strlen (DEFAULT_BASE) : uri;
}

static GenlmSchemaResource *
add_resource (GenlmSchemaStore     *self,
              const char           *uri,
              const GenlmJsonValue *root)
{
  GenlmSchemaResource *resource = genlm_json_arena_alloc (&self->arena, sizeof (GenlmSchemaResource));

  *resource = (GenlmSchemaResource) {
    .index = self->resources->len,
    .uri = keep_string (self, uri, strlen (uri)),
    .root = root,
    .vocabularies = GENLM_SCHEMA_VOCABULARY_DEFAULT,
  };
  g_ptr_array_add (self->resources, resource);
  g_hash_table_insert (self->by_root, (gpointer) root, resource);
  if (!g_hash_table_contains (self->by_uri, resource->uri))
    g_hash_table_insert (self->by_uri, (gpointer) resource->uri, resource);
  return resource;
}

static GenlmJsonDocument *
read_document (GenlmSchemaStore *self,
               const char       *uri,
               GError          **error)
{
  g_autoptr (GBytes) bytes = genlm_schema_metas_find (uri);
  g_autoptr (GError) reason = NULL;
  GenlmJsonDocument *document;

  if (bytes == NULL && self->options.resolver != NULL)
    bytes = self->options.resolver (show_uri (uri), self->options.resolver_data, &reason);
  if (bytes == NULL)
    {
      g_set_error (error,
                   GENLM_POTENTIAL_ERROR,
                   GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "no document is known at “%s”%s%s: give it to the resolver, or put it into the schema with that "
                   "“$id”",
                   show_uri (uri),
                   reason != NULL ? ": " : "",
                   reason != NULL ? reason->message : "");
      return NULL;
    }

  document = genlm_json_document_new (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
  if (document == NULL)
    g_prefix_error (error, "“%s”: ", show_uri (uri));
  return document;
}

/* The document at an absolute URI, read once. */
static GenlmJsonDocument *
fetch_document (GenlmSchemaStore *self,
                const char       *uri,
                GError          **error)
{
  GenlmJsonDocument *document = g_hash_table_lookup (self->documents, uri);
  guint64            limit = self->options.limits.max_memory;

  if (document != NULL)
    return document;
  document = read_document (self, uri, error);
  if (document == NULL)
    return NULL;

  uri = keep_string (self, uri, strlen (uri));
  g_hash_table_insert (self->documents, (gpointer) uri, document);
  g_hash_table_insert (self->uris, (gpointer) genlm_json_document_peek_root (document), (gpointer) show_uri (uri));
  self->document_bytes += genlm_json_document_get_size (document);
  if (genlm_schema_store_get_size (self) <= limit)
    return document;
  g_set_error (error,
               GENLM_POTENTIAL_ERROR,
               GENLM_POTENTIAL_ERROR_LIMIT,
               "with the document at “%s” the schema takes more than max-memory, %" G_GUINT64_FORMAT " bytes",
               show_uri (uri),
               limit);
  return NULL;
}

static const GenlmJsonValue *
peek_string (const GenlmJsonValue *object,
             const char           *name)
{
  const GenlmJsonValue *value = genlm_json_value_peek (object, name, -1);

  /* What holds a NUL is the name of nothing. */
  return value != NULL && value->type == GENLM_JSON_STRING && strlen (value->text) == value->n ? value : NULL;
}

static gboolean
read_vocabularies (const GenlmJsonValue *list,
                   guint                *vocabularies,
                   GError              **error)
{
  *vocabularies = GENLM_SCHEMA_VOCABULARY_CORE;
  for (guint32 i = 0; i < list->n; i++)
    {
      const GenlmJsonMember *member = &list->members[i];
      guint                  vocabulary = genlm_schema_vocabulary_from_uri (member->name, member->length);

      if (vocabulary == 0 && member->value.type == GENLM_JSON_BOOLEAN && member->value.n)
        {
          g_set_error (error,
                       GENLM_POTENTIAL_ERROR,
                       GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
                       "its meta-schema requires the vocabulary “%s”, which is not known",
                       member->name);
          return FALSE;
        }
      *vocabularies |= vocabulary;
    }
  return TRUE;
}

/* What the oldest drafts say otherwise (“extends”, “disallow”, “divisibleBy”,
 * “required” in members) later ones do not know, and so would not enforce. */
static gboolean
check_age (const GenlmJsonValue  *schema,
           GError               **error)
{
  if (!genlm_schema_draft_is_older (schema->text, schema->n))
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "“%s” is older than draft 4, the first that is read; write the schema for a later "
               "draft, or set the property “draft” to have it read as one",
               schema->text);
  return FALSE;
}

static gboolean
is_in_main (GenlmSchemaStore     *self,
            const GenlmJsonValue *value)
{
  GenlmJsonDocument *document = g_hash_table_lookup (self->documents, DEFAULT_BASE);

  while (value->parent != NULL)
    value = value->parent;
  return value == genlm_json_document_peek_root (document);
}

/* A meta-schema that cannot be had says nothing. */
static gboolean
follow_dialect (GenlmSchemaStore     *self,
                GenlmSchemaResource  *resource,
                const GenlmJsonValue *schema,
                GError              **error)
{
  gboolean has_vocabularies = FALSE;

  for (guint i = 0; i < MAX_META_SCHEMAS && schema != NULL; i++)
    {
      g_autofree char      *uri = NULL;
      GenlmJsonDocument    *meta;
      const GenlmJsonValue *vocabularies;

      if (genlm_schema_draft_from_uri (schema->text, schema->n, &resource->draft))
        return TRUE;
      if (!check_age (schema, error))
        return FALSE;
      resource->draft = GENLM_SCHEMA_DRAFT_ANY;
      uri = genlm_schema_uri_resolve (DEFAULT_BASE, schema->text);
      meta = fetch_document (self, uri, NULL);
      if (meta == NULL)
        return TRUE;
      vocabularies = genlm_json_value_peek (genlm_json_document_peek_root (meta), "$vocabulary", -1);
      if (vocabularies != NULL && vocabularies->type == GENLM_JSON_OBJECT && !has_vocabularies)
        {
          has_vocabularies = TRUE;
          if (!read_vocabularies (vocabularies, &resource->vocabularies, error))
            return FALSE;
        }
      schema = peek_string (genlm_json_document_peek_root (meta), "$schema");
    }
  return TRUE;
}

/* Finds out what @resource, whose root has a “$schema”, is written in. Other
 * documents than the main one speak for themselves, whatever is set for it. */
static gboolean
read_dialect (GenlmSchemaStore     *self,
              GenlmSchemaResource  *resource,
              const GenlmJsonValue *schema,
              GError              **error)
{
  gboolean         in_main = is_in_main (self, schema);
  g_autofree char *pointer = NULL;

  if (in_main && self->options.draft != GENLM_SCHEMA_DRAFT_ANY)
    return TRUE;
  if (follow_dialect (self, resource, schema, error))
    return TRUE;
  pointer = genlm_json_value_dup_pointer (schema);
  if (in_main)
    g_prefix_error (error, "%s: ", pointer);
  else
    g_prefix_error (error, "%s of the document “%s”: ", pointer, show_uri (resource->uri));
  return FALSE;
}

static void
add_anchor (GenlmSchemaStore     *self,
            GHashTable          **anchors,
            const char           *name,
            const GenlmJsonValue *value)
{
  if (*anchors == NULL)
    *anchors = g_hash_table_new (g_str_hash, g_str_equal);
  if (!g_hash_table_contains (*anchors, name))
    g_hash_table_insert (*anchors, (gpointer) name, (gpointer) value);
}

static const GenlmJsonValue *
peek_id (const GenlmSchemaResource *resource,
         const GenlmJsonValue      *value)
{
  return peek_string (value, resource->draft == GENLM_SCHEMA_DRAFT_4 ? "id" : "$id");
}

/* Up to draft 7 nothing counts beside a “$ref”. */
static gboolean
is_only_reference (const GenlmSchemaResource *resource,
                   const GenlmJsonValue      *value)
{
  return resource->draft >= GENLM_SCHEMA_DRAFT_4 && resource->draft <= GENLM_SCHEMA_DRAFT_7 &&
         peek_string (value, "$ref") != NULL;
}

/* Reads the “$id” of a schema inside @around; the resource it then belongs to. */
static GenlmSchemaResource *
read_id (GenlmSchemaStore     *self,
         GenlmSchemaResource  *around,
         const GenlmJsonValue *value,
         GError              **error)
{
  const GenlmJsonValue *schema = peek_string (value, "$schema");
  GenlmSchemaResource   dialect = *around;
  GenlmSchemaResource  *resource;
  const GenlmJsonValue *id;
  g_autofree char      *uri = NULL;
  const char           *fragment;

  if (schema != NULL &&
      (genlm_json_value_peek (value, "$id", -1) != NULL || genlm_json_value_peek (value, "id", -1) != NULL))
    {
      dialect.vocabularies = GENLM_SCHEMA_VOCABULARY_DEFAULT;
      if (!read_dialect (self, &dialect, schema, error))
        return NULL;
    }
  id = peek_id (&dialect, value);
  if (id == NULL || is_only_reference (&dialect, value))
    return around;

  fragment = strchr (id->text, '#');
  if (fragment != NULL && fragment[1] != '\0' && around->draft < GENLM_SCHEMA_DRAFT_2019_09)
    add_anchor (self, &around->anchors, fragment + 1, value);
  if (fragment == id->text)
    return around;

  uri = genlm_schema_uri_resolve (around->uri, id->text);
  resource = add_resource (self, uri, value);
  resource->draft = dialect.draft;
  resource->vocabularies = dialect.vocabularies;
  return resource;
}

static void
read_anchors (GenlmSchemaStore     *self,
              GenlmSchemaResource  *resource,
              const GenlmJsonValue *value)
{
  const GenlmJsonValue *name;

  if (resource->draft != GENLM_SCHEMA_DRAFT_ANY && resource->draft < GENLM_SCHEMA_DRAFT_2019_09)
    return;
  name = peek_string (value, "$anchor");
  if (name != NULL)
    add_anchor (self, &resource->anchors, name->text, value);
  if (resource->draft == GENLM_SCHEMA_DRAFT_2019_09)
    {
      name = genlm_json_value_peek (value, "$recursiveAnchor", -1);
      if (value == resource->root)
        resource->recursive_anchor = name != NULL && name->type == GENLM_JSON_BOOLEAN && name->n;
      self->has_dynamic |= peek_string (value, "$recursiveRef") != NULL;
      return;
    }
  name = peek_string (value, "$dynamicAnchor");
  if (name != NULL)
    {
      add_anchor (self, &resource->anchors, name->text, value);
      add_anchor (self, &resource->dynamic_anchors, name->text, value);
    }
  self->has_dynamic |= peek_string (value, "$dynamicRef") != NULL;
}

static void
push_place (GArray               *places,
            const GenlmJsonValue *value,
            GenlmSchemaResource  *resource)
{
  Place place = { value, resource };

  if (value->type == GENLM_JSON_OBJECT)
    g_array_append_val (places, place);
}

static void
push_held (GArray                *places,
           GenlmSchemaHolds       holds,
           const GenlmJsonValue  *value,
           GenlmSchemaResource   *resource)
{
  gboolean list = holds == GENLM_SCHEMA_HOLDS_LIST || holds == GENLM_SCHEMA_HOLDS_ONE_OR_LIST;

  if (holds == GENLM_SCHEMA_HOLDS_ONE || holds == GENLM_SCHEMA_HOLDS_ONE_OR_LIST)
    push_place (places, value, resource);
  if (list && value->type == GENLM_JSON_ARRAY)
    for (guint32 i = 0; i < value->n; i++)
      push_place (places, &value->items[i], resource);
  if (holds == GENLM_SCHEMA_HOLDS_MAP && value->type == GENLM_JSON_OBJECT)
    for (guint32 i = 0; i < value->n; i++)
      push_place (places, &value->members[i].value, resource);
}

/* Finds the names in a document whose root is that of @resource. */
static gboolean
scan_document (GenlmSchemaStore     *self,
               GenlmSchemaResource  *resource,
               GError              **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));

  push_place (places, resource->root, resource);
  while (places->len > 0)
    {
      Place place = g_array_index (places, Place, places->len - 1);

      g_array_set_size (places, places->len - 1);
      if (place.value != resource->root)
        {
          place.resource = read_id (self, place.resource, place.value, error);
          if (place.resource == NULL)
            return FALSE;
        }
      read_anchors (self, place.resource, place.value);
      for (guint32 i = place.value->n; i > 0; i--)
        {
          const GenlmJsonMember    *member = &place.value->members[i - 1];
          const GenlmSchemaKeyword *keyword;

          if (member->value.type < GENLM_JSON_ARRAY)
            continue;
          keyword = genlm_schema_keyword_find (member->name, member->length, place.resource->draft,
                                               place.resource->vocabularies);
          if (keyword != NULL)
            push_held (places, keyword->holds, &member->value, place.resource);
        }
    }
  return TRUE;
}

/* Takes in a document found at @uri. @draft holds if it names none itself. */
static GenlmSchemaResource *
add_document (GenlmSchemaStore     *self,
              const char           *uri,
              const GenlmJsonValue *root,
              GenlmSchemaDraft      draft,
              GError              **error)
{
  const GenlmJsonValue *schema = peek_string (root, "$schema");
  GenlmSchemaResource  *resource = add_resource (self, uri, root);
  const GenlmJsonValue *id;
  g_autofree char      *absolute = NULL;

  resource->draft = draft;
  if (schema != NULL && !read_dialect (self, resource, schema, error))
    return NULL;
  id = peek_id (resource, root);
  if (id != NULL && *id->text != '#' && !is_only_reference (resource, root))
    {
      absolute = genlm_schema_uri_resolve (uri, id->text);
      resource->uri = keep_string (self, absolute, strlen (absolute));
      if (!g_hash_table_contains (self->by_uri, resource->uri))
        g_hash_table_insert (self->by_uri, (gpointer) resource->uri, resource);
    }
  return scan_document (self, resource, error) ? resource : NULL;
}

const GenlmSchemaResource *
genlm_schema_store_add_main (GenlmSchemaStore   *self,
                             GenlmJsonDocument  *document,
                             GError            **error)
{
  const char *uri = DEFAULT_BASE;

  g_hash_table_insert (self->documents, (gpointer) uri, genlm_json_document_ref (document));
  self->document_bytes += genlm_json_document_get_size (document);
  return add_document (self, uri, genlm_json_document_peek_root (document), self->options.draft, error);
}

/* The resource that @value begins, or the one around it. */
const GenlmSchemaResource *
genlm_schema_store_get_resource_at (const GenlmSchemaStore    *self,
                                    const GenlmJsonValue      *value,
                                    const GenlmSchemaResource *around)
{
  const GenlmSchemaResource *resource = NULL;

  if (self->resources->len > 1)
    resource = g_hash_table_lookup (self->by_root, value);
  return resource != NULL ? resource : around;
}

static const GenlmJsonValue *
peek_item (const GenlmJsonValue *array,
           const char           *token)
{
  guint64 index;

  if (*token == '\0' || strspn (token, "0123456789") != strlen (token) || (token[0] == '0' && token[1] != '\0') ||
      strlen (token) > 9)
    return NULL;
  index = g_ascii_strtoull (token, NULL, 10);
  return index < array->n ? &array->items[index] : NULL;
}

static void
unescape_token (char *token)
{
  char *to = token;

  for (; *token != '\0'; token++)
    if (token[0] == '~' && (token[1] == '0' || token[1] == '1'))
      *to++ = *++token == '0' ? '~' : '/';
    else
      *to++ = *token;
  *to = '\0';
}

/* Follows a JSON Pointer from a resource's root. */
static gboolean
follow_pointer (const GenlmSchemaStore    *self,
                const GenlmSchemaResource *from,
                const char                *pointer,
                GenlmSchemaTarget         *target)
{
  g_auto (GStrv) tokens = g_strsplit (pointer + 1, "/", -1);

  target->value = from->root;
  target->resource = from;
  for (guint i = 0; tokens[i] != NULL && target->value != NULL; i++)
    {
      unescape_token (tokens[i]);
      if (target->value->type == GENLM_JSON_ARRAY)
        target->value = peek_item (target->value, tokens[i]);
      else
        target->value = genlm_json_value_peek (target->value, tokens[i], -1);
      if (target->value != NULL)
        target->resource = genlm_schema_store_get_resource_at (self, target->value, target->resource);
    }
  return target->value != NULL;
}

static gboolean
follow_fragment (const GenlmSchemaStore    *self,
                 const GenlmSchemaResource *from,
                 const char                *fragment,
                 GenlmSchemaTarget         *target)
{
  g_autofree char *decoded = NULL;

  *target = (GenlmSchemaTarget) { from->root, from, NULL };
  if (*fragment == '\0')
    return TRUE;
  decoded = g_uri_unescape_string (fragment, NULL);
  if (decoded == NULL)
    decoded = g_strdup (fragment);
  if (*decoded == '/')
    return follow_pointer (self, from, decoded, target);
  target->value = from->anchors != NULL ? g_hash_table_lookup (from->anchors, decoded) : NULL;
  if (target->value != NULL && from->dynamic_anchors != NULL)
    {
      gpointer name;

      if (g_hash_table_lookup_extended (from->dynamic_anchors, decoded, &name, NULL))
        target->dynamic_anchor = name;
    }
  return target->value != NULL;
}

static gboolean
is_from (gpointer key,
         gpointer value,
         gpointer user_data)
{
  return ((const GenlmSchemaResource *) value)->index >= GPOINTER_TO_UINT (user_data);
}

/* Forgets the resources that were added from @first on. */
static void
forget_resources (GenlmSchemaStore *self,
                  guint             first)
{
  g_hash_table_foreach_remove (self->by_uri, is_from, GUINT_TO_POINTER (first));
  g_hash_table_foreach_remove (self->by_root, is_from, GUINT_TO_POINTER (first));
  g_ptr_array_set_size (self->resources, (gint) first);
}

/* A document that is refused is so whenever it is referred to. */
static const GenlmSchemaResource *
find_resource (GenlmSchemaStore          *self,
               const GenlmSchemaResource *from,
               const char                *uri,
               GError                   **error)
{
  GenlmSchemaResource *resource = g_hash_table_lookup (self->by_uri, uri);
  guint                first = self->resources->len;
  GenlmJsonDocument   *document;

  if (resource != NULL)
    return resource;
  document = fetch_document (self, uri, error);
  if (document == NULL)
    return NULL;
  resource = add_document (self, uri, genlm_json_document_peek_root (document), from->draft, error);
  if (resource == NULL)
    forget_resources (self, first);
  return resource;
}

/* Follows a reference that stands in @from. */
gboolean
genlm_schema_store_resolve (GenlmSchemaStore          *self,
                            const GenlmSchemaResource *from,
                            const char                *reference,
                            GenlmSchemaTarget         *target,
                            GError                   **error)
{
  const char                *fragment = strchr (reference, '#');
  const GenlmSchemaResource *resource = from;
  g_autofree char           *uri = NULL;

  if (fragment != reference)
    {
      uri = genlm_schema_uri_resolve (from->uri, reference);
      resource = find_resource (self, from, uri, error);
      if (resource == NULL)
        return FALSE;
    }
  if (follow_fragment (self, resource, fragment != NULL ? fragment + 1 : "", target))
    return TRUE;
  g_set_error (error,
               GENLM_POTENTIAL_ERROR,
               GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
               "%s%s%s holds nothing at “%s”",
               uri != NULL ? "the document “" : "the schema",
               uri != NULL ? show_uri (uri) : "",
               uri != NULL ? "”" : "",
               fragment);
  return FALSE;
}

/* Whether a reference was seen that depends on how one came there. */
gboolean
genlm_schema_store_has_dynamic (const GenlmSchemaStore *self)
{
  return self->has_dynamic;
}

/* The URI of the document with that root; NULL for the main one. */
const char *
genlm_schema_store_peek_document_uri (const GenlmSchemaStore *self,
                                      const GenlmJsonValue   *root)
{
  return g_hash_table_lookup (self->uris, root);
}

guint64
genlm_schema_store_get_size (const GenlmSchemaStore *self)
{
  return sizeof (*self) + self->arena.total + self->document_bytes;
}
