#include "genlm-schema-private.h"

#include <string.h>

#include "genlm-json-value.h"

/* Which types of values may satisfy each schema: the least such sets, so a
 * schema that only holds of values with a part it holds of again has none. What
 * is left out for certain has no values; the rest may have some. */
typedef struct
{
  const GenlmSchema *schema;
  guint8            *types;    /* by node */
  guint8            *own;      /* the same by the node's own keywords only */
  GArray            *required; /* the nodes of the members that must be there */
  guint32           *first;    /* by node, where they start; there is one more */
} Values;

/* Looks at all schemas so many times at most, the inner ones first. */
#define MAX_SWEEPS (64u)

/* Names are looked for one by one where there are few. */
#define MAX_COMPARISONS (256u)

#define NUMBERS (GENLM_SCHEMA_TYPE_INTEGER | GENLM_SCHEMA_TYPE_NUMBER)

static const GenlmSchemaNode *
peek_node (const Values *self,
           guint32       node)
{
  return &g_array_index (self->schema->nodes, GenlmSchemaNode, node);
}

static guint8
get_types (const Values *self,
           guint32       node)
{
  return node == GENLM_SCHEMA_NONE ? GENLM_SCHEMA_TYPE_ALL : self->types[node];
}

static guint8
value_type (const GenlmJsonValue *value)
{
  switch (value->type)
    {
    case GENLM_JSON_NULL:
      return GENLM_SCHEMA_TYPE_NULL;
    case GENLM_JSON_BOOLEAN:
      return GENLM_SCHEMA_TYPE_BOOLEAN;
    case GENLM_JSON_NUMBER:
      return NUMBERS;
    case GENLM_JSON_STRING:
      return GENLM_SCHEMA_TYPE_STRING;
    case GENLM_JSON_ARRAY:
      return GENLM_SCHEMA_TYPE_ARRAY;
    default:
      return GENLM_SCHEMA_TYPE_OBJECT;
    }
}

static guint
hash_name (gconstpointer data)
{
  const GenlmSchemaName *name = data;
  guint hash = 5381;

  for (gsize i = 0; i < name->length; i++)
    hash = hash * 33 + (guint8) name->text[i];
  return hash;
}

static gboolean
names_equal (gconstpointer a,
             gconstpointer b)
{
  const GenlmSchemaName *x = a;
  const GenlmSchemaName *y = b;

  return x->length == y->length && memcmp (x->text, y->text, x->length) == 0;
}

static guint32
find_property (const GenlmSchemaObjectPart *part,
               GHashTable                  *table,
               const GenlmSchemaName       *name)
{
  if (table != NULL)
    return GPOINTER_TO_UINT (g_hash_table_lookup (table, name)) - 1;
  for (guint32 i = 0; i < part->n_properties; i++)
    if (names_equal (&part->properties[i].name, name))
      return part->properties[i].node;
  return GENLM_SCHEMA_NONE;
}

/* Lists the schema of each member that a schema requires, if it has one. */
static void
list_required (Values                      *self,
               const GenlmSchemaObjectPart *part)
{
  g_autoptr (GHashTable) table = NULL;

  if ((guint64) part->n_required * part->n_properties > MAX_COMPARISONS)
    {
      table = g_hash_table_new (hash_name, names_equal);
      for (guint32 i = 0; i < part->n_properties; i++)
        g_hash_table_insert (table, (gpointer) &part->properties[i].name,
                             GUINT_TO_POINTER (part->properties[i].node + 1));
    }
  for (guint32 i = 0; i < part->n_required; i++)
    {
      guint32 node = find_property (part, table, &part->required[i]);

      if (node == GENLM_SCHEMA_NONE && part->n_pattern_properties == 0)
        node = part->additional_properties;
      if (node != GENLM_SCHEMA_NONE)
        g_array_append_val (self->required, node);
    }
}

static gboolean
may_be_object (const Values                *self,
               guint32                      node,
               const GenlmSchemaObjectPart *part)
{
  guint64 least = MAX (part->min_properties, part->n_required);
  guint64 most = part->max_properties;

  for (guint32 i = self->first[node]; i < self->first[node + 1]; i++)
    if (get_types (self, g_array_index (self->required, guint32, i)) == 0)
      return FALSE;
  if (part->n_pattern_properties == 0 && get_types (self, part->additional_properties) == 0)
    most = MIN (most, part->n_properties);
  if ((get_types (self, part->property_names) & GENLM_SCHEMA_TYPE_STRING) == 0)
    most = 0;
  else if (part->property_names != GENLM_SCHEMA_NONE
           && peek_node (self, part->property_names)->enumeration != NULL)
    most = MIN (most, peek_node (self, part->property_names)->enumeration->n);
  return least <= most;
}

static guint32
item_node (const GenlmSchemaArrayPart *part,
           guint32                     index)
{
  return index < part->prefix_items.n ? part->prefix_items.nodes[index] : part->items;
}

static gboolean
may_be_array (const Values               *self,
              const GenlmSchemaArrayPart *part)
{
  guint64 least = part->min_items;
  guint64 most = part->max_items;
  guint64 n_found = 0;
  guint32 n = part->prefix_items.n;
  guint8 wanted = get_types (self, part->contains);

  for (guint32 i = 0; i <= n; i++)
    {
      guint8 types = get_types (self, item_node (part, i));

      /* No item after those that there cannot be. */
      if (types == 0)
        most = MIN (most, i);
      if (i < most && (types & wanted) != 0)
        n_found = i < n ? n_found + 1 : GENLM_SCHEMA_UNBOUNDED;
    }
  if (n_found == GENLM_SCHEMA_UNBOUNDED)
    n_found = most;
  if (part->contains != GENLM_SCHEMA_NONE
      && (part->min_contains > part->max_contains || part->min_contains > n_found))
    return FALSE;
  return least <= most;
}

/* By its own keywords, of which those of strings and numbers are not looked
 * at closely. */
static guint8
find_own (const Values          *self,
          guint32                index,
          const GenlmSchemaNode *node)
{
  guint8 types = node->types;
  guint8 listed = 0;

  if (node->constant != NULL)
    types &= value_type (node->constant);
  for (guint32 i = 0; node->enumeration != NULL && i < node->enumeration->n; i++)
    listed |= value_type (&node->enumeration->items[i]);
  if (node->enumeration != NULL)
    types &= listed;
  if (node->string != NULL && node->string->min_length > node->string->max_length)
    types &= ~GENLM_SCHEMA_TYPE_STRING;
  if (node->array != NULL && !may_be_array (self, node->array))
    types &= ~GENLM_SCHEMA_TYPE_ARRAY;
  if (node->object != NULL && !may_be_object (self, index, node->object))
    types &= ~GENLM_SCHEMA_TYPE_OBJECT;
  return types;
}

static guint8
meet (const Values          *self,
      const GenlmSchemaList *list,
      guint8                 types)
{
  for (guint32 i = 0; i < list->n; i++)
    types &= self->types[list->nodes[i]];
  return types;
}

static guint8
join (const Values          *self,
      const GenlmSchemaList *list,
      guint8                 types)
{
  guint8 any = list->n == 0 ? GENLM_SCHEMA_TYPE_ALL : 0;

  for (guint32 i = 0; i < list->n; i++)
    any |= self->types[list->nodes[i]];
  return types & any;
}

static gboolean
sweep (Values *self)
{
  gboolean changed = FALSE;

  for (guint32 i = self->schema->nodes->len; i-- > 0;)
    {
      const GenlmSchemaNode *node = peek_node (self, i);
      guint8 types = self->own[i] = find_own (self, i, node);

      if (node->in_place != NULL)
        {
          types = meet (self, &node->in_place->references, types);
          types = meet (self, &node->in_place->all_of, types);
          types = join (self, &node->in_place->any_of, types);
          types = join (self, &node->in_place->one_of, types);
        }
      changed = changed || types != self->types[i];
      self->types[i] = types;
    }
  return changed;
}

/* How many values there may be by the types. */
static guint64
count_typed (guint8 types)
{
  if ((types & ~(GENLM_SCHEMA_TYPE_NULL | GENLM_SCHEMA_TYPE_BOOLEAN)) != 0)
    return GENLM_SCHEMA_UNBOUNDED;
  return ((types & GENLM_SCHEMA_TYPE_NULL) != 0 ? 1u : 0u)
         + ((types & GENLM_SCHEMA_TYPE_BOOLEAN) != 0 ? 2u : 0u);
}

static guint64
count_own (const GenlmSchemaNode *node)
{
  guint64 n = node->constant != NULL ? 1 : count_typed (node->types);

  return node->enumeration != NULL ? MIN (n, node->enumeration->n) : n;
}

static guint64
count_any (const GenlmSchema     *self,
           const GenlmSchemaList *list)
{
  guint64 n = 0;

  for (guint32 i = 0; i < list->n; i++)
    {
      guint64 more = count_own (genlm_schema_peek_node (self, list->nodes[i]));

      if (more == GENLM_SCHEMA_UNBOUNDED)
        return GENLM_SCHEMA_UNBOUNDED;
      n += more;
    }
  return list->n > 0 ? n : GENLM_SCHEMA_UNBOUNDED;
}

static guint64
count_all (const GenlmSchema     *self,
           const GenlmSchemaList *list)
{
  guint64 n = GENLM_SCHEMA_UNBOUNDED;

  for (guint32 i = 0; i < list->n; i++)
    n = MIN (n, count_own (genlm_schema_peek_node (self, list->nodes[i])));
  return n;
}

/* How many values satisfy a schema at most, by what it says itself and what the
 * schemas that it names say. */
static guint64
count_values (const GenlmSchema *self,
              guint32            index)
{
  const GenlmSchemaNode *node = genlm_schema_peek_node (self, index);
  guint64 n = count_own (node);

  if (node->in_place == NULL)
    return n;
  n = MIN (n, count_all (self, &node->in_place->references));
  n = MIN (n, count_all (self, &node->in_place->all_of));
  n = MIN (n, count_any (self, &node->in_place->any_of));
  return MIN (n, count_any (self, &node->in_place->one_of));
}

/* Of unique items there are no more than there are values for them: what the
 * schemas say is the same, and an array is known to be full when it is. */
void
genlm_schema_bound_items (GenlmSchema *self)
{
  for (guint32 i = 0; i < self->nodes->len; i++)
    {
      GenlmSchemaNode *node = &g_array_index (self->nodes, GenlmSchemaNode, i);
      GenlmSchemaArrayPart bounded;
      guint64 n;

      if (node->array == NULL || !node->array->unique_items || node->array->items == GENLM_SCHEMA_NONE)
        continue;
      n = count_values (self, node->array->items);
      bounded = *node->array;
      if (n == GENLM_SCHEMA_UNBOUNDED || bounded.prefix_items.n + n >= bounded.max_items)
        continue;
      bounded.max_items = bounded.prefix_items.n + n;
      node->array = genlm_json_arena_dup (&self->arena, &bounded, sizeof bounded);
    }
}

/* Takes from each schema the types of which its own keywords allow no value, and
 * all of them if nothing satisfies it: what it says is the same. */
void
genlm_schema_drop_types (GenlmSchema *self)
{
  guint32 n = self->nodes->len;
  Values values = { .schema = self };
  guint n_sweeps = 0;

  values.types = g_new0 (guint8, n);
  values.own = g_new0 (guint8, n);
  values.first = g_new (guint32, n + 1);
  values.required = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < n; i++)
    {
      values.first[i] = values.required->len;
      if (peek_node (&values, i)->object != NULL)
        list_required (&values, peek_node (&values, i)->object);
    }
  values.first[n] = values.required->len;
  while (n_sweeps < MAX_SWEEPS && sweep (&values))
    n_sweeps++;
  /* Where it takes longer, nothing is certain. */
  for (guint32 i = 0; i < n && n_sweeps < MAX_SWEEPS; i++)
    {
      GenlmSchemaNode *node = &g_array_index (self->nodes, GenlmSchemaNode, i);

      if (node->constant == NULL && node->enumeration == NULL)
        node->types = values.own[i];
      if (values.types[i] == 0)
        node->types = 0;
    }
  g_array_unref (values.required);
  g_free (values.first);
  g_free (values.own);
  g_free (values.types);
}
