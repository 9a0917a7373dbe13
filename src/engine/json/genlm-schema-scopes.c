#include "genlm-schema-scopes.h"

/* The bindings are sorted by name. */
struct _GenlmSchemaScope
{
  GArray *bindings;
  guint   hash;
};

struct _GenlmSchemaScopes
{
  GHashTable       *scopes; /* GenlmSchemaScope, a set by content */
  GenlmSchemaScope *root;
  guint64           size;
};

static guint
scope_hash (gconstpointer key)
{
  return ((const GenlmSchemaScope *) key)->hash;
}

static gboolean
scope_equal (gconstpointer a,
             gconstpointer b)
{
  const GArray *x = ((const GenlmSchemaScope *) a)->bindings;
  const GArray *y = ((const GenlmSchemaScope *) b)->bindings;

  if (x->len != y->len)
    return FALSE;
  for (guint i = 0; i < x->len; i++)
    {
      const GenlmSchemaBinding *left = &g_array_index (x, GenlmSchemaBinding, i);
      const GenlmSchemaBinding *right = &g_array_index (y, GenlmSchemaBinding, i);

      if (left->value != right->value || g_strcmp0 (left->name, right->name) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
scope_free (gpointer data)
{
  GenlmSchemaScope *self = data;

  g_array_unref (self->bindings);
  g_free (self);
}

/* Takes the bindings. */
static GenlmSchemaScope *
intern (GenlmSchemaScopes *self,
        GArray            *bindings)
{
  GenlmSchemaScope *scope = g_new0 (GenlmSchemaScope, 1);
  GenlmSchemaScope *known;

  scope->bindings = bindings;
  for (guint i = 0; i < bindings->len; i++)
    scope->hash = scope->hash * 31 + g_direct_hash (g_array_index (bindings, GenlmSchemaBinding, i).value);
  known = g_hash_table_lookup (self->scopes, scope);
  if (known != NULL)
    {
      scope_free (scope);
      return known;
    }
  g_hash_table_add (self->scopes, scope);
  self->size += sizeof (GenlmSchemaScope) + bindings->len * sizeof (GenlmSchemaBinding);
  return scope;
}

GenlmSchemaScopes *
genlm_schema_scopes_new (void)
{
  GenlmSchemaScopes *self = g_new0 (GenlmSchemaScopes, 1);

  self->scopes = g_hash_table_new_full (scope_hash, scope_equal, scope_free, NULL);
  self->root = intern (self, g_array_new (FALSE, FALSE, sizeof (GenlmSchemaBinding)));
  return self;
}

void
genlm_schema_scopes_free (GenlmSchemaScopes *self)
{
  g_hash_table_unref (self->scopes);
  g_free (self);
}

/* The scope in which nothing is bound. */
const GenlmSchemaScope *
genlm_schema_scopes_get_root (const GenlmSchemaScopes *self)
{
  return self->root;
}

/* What a name is bound to, or NULL. */
const GenlmSchemaBinding *
genlm_schema_scope_find (const GenlmSchemaScope *self,
                         const char             *name)
{
  guint low = 0;
  guint high = self->bindings->len;

  while (low < high)
    {
      guint                     middle = low + (high - low) / 2;
      const GenlmSchemaBinding *binding = &g_array_index (self->bindings, GenlmSchemaBinding, middle);
      int                       order = g_strcmp0 (name, binding->name);

      if (order == 0)
        return binding;
      if (order > 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* Adds a binding unless one further out has the name; makes the list when
 * there is a first one. */
static void
bind (GArray                   **added,
      const GenlmSchemaScope    *scope,
      const char                *name,
      const GenlmJsonValue      *value,
      const GenlmSchemaResource *resource)
{
  GenlmSchemaBinding binding = { name, value, resource };

  if (genlm_schema_scope_find (scope, name) != NULL)
    return;
  if (*added == NULL)
    *added = g_array_copy (scope->bindings);
  g_array_append_val (*added, binding);
}

static int
compare_bindings (gconstpointer a,
                  gconstpointer b)
{
  return g_strcmp0 (((const GenlmSchemaBinding *) a)->name, ((const GenlmSchemaBinding *) b)->name);
}

/* @scope with what a resource adds that is entered from there. */
const GenlmSchemaScope *
genlm_schema_scopes_enter (GenlmSchemaScopes         *self,
                           const GenlmSchemaScope    *scope,
                           const GenlmSchemaResource *resource)
{
  GArray        *bindings = NULL;
  GHashTableIter iter;
  gpointer       name;
  gpointer       value;

  if (resource->recursive_anchor)
    bind (&bindings, scope, NULL, resource->root, resource);
  if (resource->dynamic_anchors != NULL)
    {
      g_hash_table_iter_init (&iter, resource->dynamic_anchors);
      while (g_hash_table_iter_next (&iter, &name, &value))
        bind (&bindings, scope, name, value, resource);
    }
  if (bindings == NULL)
    return scope;
  g_array_sort (bindings, compare_bindings);
  return intern (self, bindings);
}

/* The bytes they take. */
guint64
genlm_schema_scopes_get_size (const GenlmSchemaScopes *self)
{
  return self->size;
}
