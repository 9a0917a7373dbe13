#include "genlm-json-body-private.h"

/* Whether a value of the kind has a type that @node names. */
gboolean
genlm_json_body_allows (const GenlmJsonBody   *self,
                        const GenlmSchemaNode *node)
{
  static const guint8 types[GENLM_JSON_N_KINDS] = {
    GENLM_SCHEMA_TYPE_NULL,   GENLM_SCHEMA_TYPE_BOOLEAN,
    GENLM_SCHEMA_TYPE_BOOLEAN, GENLM_SCHEMA_TYPE_INTEGER | GENLM_SCHEMA_TYPE_NUMBER,
    GENLM_SCHEMA_TYPE_STRING, GENLM_SCHEMA_TYPE_ARRAY,
    GENLM_SCHEMA_TYPE_OBJECT,
  };

  return (node->types & types[self->kind]) != 0;
}

static void
add_list (GArray                *list,
          const GenlmSchemaList *nodes)
{
  if (nodes->n > 0)
    g_array_append_vals (list, nodes->nodes, nodes->n);
}

static void
add_node (GArray  *list,
          guint32  node)
{
  if (node != GENLM_SCHEMA_NONE)
    g_array_append_val (list, node);
}

/* The values that a claim names as the only ones, if it does. */
static void
list_values (GenlmJsonBook  *book,
             GenlmJsonClaim  claim,
             GPtrArray      *values)
{
  const GenlmSchemaNode *node;
  guint i;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    {
      g_ptr_array_add (values, (gpointer) genlm_json_book_peek_constant (book, claim));
      return;
    }
  node = genlm_json_book_peek_node (book, claim);
  for (i = 0; node->enumeration != NULL && i < node->enumeration->n; i++)
    g_ptr_array_add (values, (gpointer) &node->enumeration->items[i]);
}

/* The claims about the same value that the formula of @claim is made of. */
static void
list_parts (GenlmJsonBook  *book,
            GenlmJsonBody  *self,
            GenlmJsonClaim  claim,
            GArray         *parts)
{
  const GenlmSchemaNode *node;
  guint i;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    return;
  node = genlm_json_book_peek_node (book, claim);
  if (!genlm_json_body_allows (self, node))
    return;
  if (self->kind == GENLM_JSON_KIND_ARRAY || self->kind == GENLM_JSON_KIND_OBJECT)
    {
      if (node->constant != NULL && genlm_json_value_is_kind (node->constant, self->kind))
        add_node (parts, genlm_json_book_claim_constant (book, node->constant));
      for (i = 0; !genlm_json_body_are_variants (self, node->enumeration) && node->enumeration != NULL
                  && i < node->enumeration->n;
           i++)
        if (genlm_json_value_is_kind (&node->enumeration->items[i], self->kind))
          add_node (parts, genlm_json_book_claim_constant (book, &node->enumeration->items[i]));
    }
  if (self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL)
    for (i = 0; i < node->object->n_dependent_schemas; i++)
      add_node (parts, node->object->dependent_schemas[i].node);
  if (node->in_place != NULL)
    {
      const GenlmSchemaInPlacePart *part = node->in_place;

      add_list (parts, &part->references);
      add_list (parts, &part->all_of);
      add_list (parts, &part->any_of);
      add_list (parts, &part->one_of);
      add_node (parts, part->negated);
      add_node (parts, part->condition);
      add_node (parts, part->consequence);
      add_node (parts, part->alternative);
    }
  for (i = 0; i < parts->len; i++)
    g_array_index (parts, guint32, i) =
      genlm_json_book_simplify_claim (book, g_array_index (parts, guint32, i));
}

guint32
genlm_json_body_find_node (GenlmJsonBook  *book,
                           GenlmJsonBody  *self,
                           GenlmJsonClaim  claim)
{
  claim = genlm_json_book_simplify_claim (book, claim);
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (claim + 1))) - 1;
}

static guint32
make_list (GenlmJsonBook         *book,
           GenlmJsonBody         *self,
           GenlmJsonFormulaOp     op,
           const GenlmSchemaList *list)
{
  g_autofree guint32 *members = g_new (guint32, list->n);
  guint i;

  for (i = 0; i < list->n; i++)
    members[i] = genlm_json_body_find_node (book, self, list->nodes[i]);
  return genlm_json_formula_make (&self->formula, op, members, list->n);
}

guint32
genlm_json_body_make_two (GenlmJsonBody      *self,
                          GenlmJsonFormulaOp  op,
                          guint32             a,
                          guint32             b)
{
  guint32 members[] = { a, b };

  return genlm_json_formula_make (&self->formula, op, members, 2);
}

/* That the value is one of some. */
static guint32
make_values (GenlmJsonBook               *book,
             GenlmJsonBody               *self,
             const GenlmJsonValue *const *values,
             guint                        n_values)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) scalars = g_ptr_array_new ();
  guint i;

  for (i = 0; i < n_values; i++)
    {
      guint32 node;

      if (!genlm_json_value_is_kind (values[i], self->kind))
        continue;
      switch (self->kind)
        {
        case GENLM_JSON_KIND_NUMBER:
        case GENLM_JSON_KIND_STRING:
          g_ptr_array_add (scalars, (gpointer) values[i]);
          break;
        case GENLM_JSON_KIND_ARRAY:
        case GENLM_JSON_KIND_OBJECT:
          node = genlm_json_body_find_node (book, self, genlm_json_book_claim_constant (book, values[i]));
          g_array_append_val (members, node);
          break;
        default:
          return GENLM_JSON_FORMULA_YES;
        }
    }
  if (scalars->len > 0)
    {
      GenlmJsonAtom atom = { .claim = GENLM_JSON_NONE };
      guint32 node;

      atom.kind = self->kind == GENLM_JSON_KIND_NUMBER ? GENLM_JSON_ATOM_NUMBERS
                                                       : GENLM_JSON_ATOM_WORDS;
      atom.what = g_steal_pointer (&scalars);
      node = genlm_json_body_add_atom (self, &atom);
      g_array_append_val (members, node);
    }
  return genlm_json_formula_make (&self->formula, GENLM_JSON_FORMULA_OR,
                                  (const guint32 *) members->data, members->len);
}

/* The same for many arrays or objects. */
static guint32
make_variants (GenlmJsonBody        *self,
               const GenlmJsonValue *enumeration)
{
  GPtrArray *values = g_ptr_array_new ();
  guint i;

  for (i = 0; i < enumeration->n; i++)
    if (genlm_json_value_is_kind (&enumeration->items[i], self->kind))
      g_ptr_array_add (values, (gpointer) &enumeration->items[i]);
  self->n_variants++;
  return genlm_json_body_make_thing_atom (self, GENLM_JSON_ATOM_VARIANTS, genlm_json_variants_new (values));
}

static guint32
make_constant (GenlmJsonBook  *book,
               GenlmJsonBody  *self,
               GenlmJsonClaim  claim)
{
  const GenlmJsonValue *value = genlm_json_book_peek_constant (book, claim);
  g_autoptr (GArray) members = NULL;
  guint32 node;
  guint i;

  if (!genlm_json_value_is_kind (value, self->kind))
    return GENLM_JSON_FORMULA_NO;
  if (self->kind != GENLM_JSON_KIND_ARRAY && self->kind != GENLM_JSON_KIND_OBJECT)
    return make_values (book, self, &value, 1);
  members = g_array_new (FALSE, FALSE, sizeof (guint32));
  node = genlm_json_body_make_range_atom (self, GENLM_JSON_ATOM_COUNT, value->n, value->n);
  g_array_append_val (members, node);
  for (i = 0; self->kind == GENLM_JSON_KIND_OBJECT && i < value->n; i++)
    {
      node = genlm_json_body_make_has (self, genlm_json_body_name_member (book, &value->members[i]));
      g_array_append_val (members, node);
    }
  node = genlm_json_body_make_atom (self,
                                    self->kind == GENLM_JSON_KIND_ARRAY ? GENLM_JSON_ATOM_ITEMS
                                                                        : GENLM_JSON_ATOM_MEMBERS,
                                    claim);
  g_array_append_val (members, node);
  return genlm_json_formula_make (&self->formula, GENLM_JSON_FORMULA_AND,
                                  (const guint32 *) members->data, members->len);
}

static void
make_number_part (GenlmJsonBody         *self,
                  const GenlmSchemaNode *node,
                  GenlmJsonClaim         claim,
                  GArray                *members)
{
  guint8 both = GENLM_SCHEMA_TYPE_INTEGER | GENLM_SCHEMA_TYPE_NUMBER;
  guint32 member;

  if (node->number == NULL && (node->types & both) == both)
    return;
  member = genlm_json_body_make_atom (self, GENLM_JSON_ATOM_NUMBER, claim);
  g_array_append_val (members, member);
}

static void
make_string_part (GenlmJsonBody               *self,
                  const GenlmSchemaStringPart *part,
                  GArray                      *members)
{
  guint32 member = genlm_json_body_make_range_atom (self, GENLM_JSON_ATOM_LENGTH, part->min_length,
                                                    part->max_length);

  g_array_append_val (members, member);
  if (part->pattern != NULL)
    {
      member = genlm_json_body_make_thing_atom (self, GENLM_JSON_ATOM_PATTERN, part->pattern);
      g_array_append_val (members, member);
    }
  if (part->format != NULL)
    {
      member = genlm_json_body_make_thing_atom (self, GENLM_JSON_ATOM_FORMAT, part->format);
      g_array_append_val (members, member);
    }
}

static void
make_unevaluated (GenlmJsonBody  *self,
                  GenlmJsonClaim  claim,
                  guint32         node,
                  GArray         *members)
{
  guint32 member;

  if (node == GENLM_SCHEMA_NONE)
    return;
  self->n_unevaluated++;
  member = genlm_json_body_make_atom (self, GENLM_JSON_ATOM_UNEVALUATED, claim);
  g_array_append_val (members, member);
}

static void
make_array_part (GenlmJsonBody              *self,
                 const GenlmSchemaArrayPart *part,
                 GenlmJsonClaim              claim,
                 GArray                     *members)
{
  guint32 member = genlm_json_body_make_range_atom (self, GENLM_JSON_ATOM_COUNT, part->min_items, part->max_items);

  g_array_append_val (members, member);
  if (part->prefix_items.n > 0 || part->items != GENLM_SCHEMA_NONE)
    {
      member = genlm_json_body_make_atom (self, GENLM_JSON_ATOM_ITEMS, claim);
      g_array_append_val (members, member);
    }
  if (part->contains != GENLM_SCHEMA_NONE)
    {
      GenlmJsonAtom atom = { .kind = GENLM_JSON_ATOM_CONTAINS, .claim = claim,
                             .min = part->min_contains, .max = part->max_contains };

      member = genlm_json_body_add_atom (self, &atom);
      g_array_append_val (members, member);
    }
  if (part->unique_items)
    {
      member = genlm_json_body_make_atom (self, GENLM_JSON_ATOM_UNIQUE, GENLM_JSON_NONE);
      g_array_append_val (members, member);
    }
  make_unevaluated (self, claim, part->unevaluated_items, members);
}

static void
make_object_part (GenlmJsonBook               *book,
                  GenlmJsonBody               *self,
                  const GenlmSchemaObjectPart *part,
                  GenlmJsonClaim               claim,
                  GArray                      *members)
{
  guint32 member = genlm_json_body_make_range_atom (self, GENLM_JSON_ATOM_COUNT, part->min_properties,
                                                    part->max_properties);
  guint i;
  guint j;

  g_array_append_val (members, member);
  for (i = 0; i < part->n_required; i++)
    {
      member = genlm_json_body_make_has (self, &part->required[i]);
      g_array_append_val (members, member);
    }
  if (part->n_properties > 0 || part->n_pattern_properties > 0
      || part->additional_properties != GENLM_SCHEMA_NONE
      || part->property_names != GENLM_SCHEMA_NONE)
    {
      member = genlm_json_body_make_atom (self, GENLM_JSON_ATOM_MEMBERS, claim);
      g_array_append_val (members, member);
    }
  for (i = 0; i < part->n_dependent_required; i++)
    {
      const GenlmSchemaDependency *dependency = &part->dependent_required[i];
      guint32 absent = genlm_json_formula_make_not (&self->formula,
                                                    genlm_json_body_make_has (self, &dependency->name));

      self->negative = TRUE;
      for (j = 0; j < dependency->n_required; j++)
        {
          member = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_OR, absent,
                                             genlm_json_body_make_has (self, &dependency->required[j]));
          g_array_append_val (members, member);
        }
    }
  for (i = 0; i < part->n_dependent_schemas; i++)
    {
      const GenlmSchemaProperty *dependency = &part->dependent_schemas[i];
      guint32 absent = genlm_json_formula_make_not (&self->formula,
                                                    genlm_json_body_make_has (self, &dependency->name));

      self->negative = TRUE;
      member = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_OR, absent,
                                         genlm_json_body_find_node (book, self, dependency->node));
      g_array_append_val (members, member);
    }
  make_unevaluated (self, claim, part->unevaluated_properties, members);
}

static void
make_in_place_part (GenlmJsonBook                *book,
                    GenlmJsonBody                *self,
                    const GenlmSchemaInPlacePart *part,
                    GArray                       *members)
{
  guint32 member;

  member = make_list (book, self, GENLM_JSON_FORMULA_AND, &part->references);
  g_array_append_val (members, member);
  member = make_list (book, self, GENLM_JSON_FORMULA_AND, &part->all_of);
  g_array_append_val (members, member);
  if (part->any_of.n > 0)
    {
      member = make_list (book, self, GENLM_JSON_FORMULA_OR, &part->any_of);
      g_array_append_val (members, member);
    }
  if (part->one_of.n > 0)
    {
      member = make_list (book, self, GENLM_JSON_FORMULA_ONE, &part->one_of);
      g_array_append_val (members, member);
      self->negative = TRUE;
    }
  if (part->negated != GENLM_SCHEMA_NONE)
    {
      member = genlm_json_formula_make_not (&self->formula, genlm_json_body_find_node (book, self, part->negated));
      g_array_append_val (members, member);
      self->negative = TRUE;
    }
  if (part->condition != GENLM_SCHEMA_NONE)
    {
      guint32 condition = genlm_json_body_find_node (book, self, part->condition);

      self->negative = TRUE;
      if (part->consequence != GENLM_SCHEMA_NONE)
        {
          member = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_OR,
                                             genlm_json_formula_make_not (&self->formula, condition),
                                             genlm_json_body_find_node (book, self, part->consequence));
          g_array_append_val (members, member);
        }
      if (part->alternative != GENLM_SCHEMA_NONE)
        {
          member = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_OR, condition,
                                             genlm_json_body_find_node (book, self, part->alternative));
          g_array_append_val (members, member);
        }
    }
}

/* The formulas of the claims that @claim is made of are there. */
static guint32
make_claim (GenlmJsonBook  *book,
            GenlmJsonBody  *self,
            GenlmJsonClaim  claim)
{
  const GenlmSchemaNode *node;
  g_autoptr (GArray) members = NULL;
  g_autoptr (GPtrArray) values = NULL;
  guint32 member;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    return make_constant (book, self, claim);
  node = genlm_json_book_peek_node (book, claim);
  if (!genlm_json_body_allows (self, node))
    return GENLM_JSON_FORMULA_NO;
  members = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (node->constant != NULL)
    {
      member = make_values (book, self, &node->constant, 1);
      g_array_append_val (members, member);
    }
  if (genlm_json_body_are_variants (self, node->enumeration))
    {
      member = make_variants (self, node->enumeration);
      g_array_append_val (members, member);
    }
  else if (node->enumeration != NULL)
    {
      values = g_ptr_array_new ();
      list_values (book, claim, values);
      member = make_values (book, self, (const GenlmJsonValue *const *) values->pdata, values->len);
      g_array_append_val (members, member);
    }
  if (self->kind == GENLM_JSON_KIND_NUMBER)
    make_number_part (self, node, claim, members);
  if (self->kind == GENLM_JSON_KIND_STRING && node->string != NULL)
    make_string_part (self, node->string, members);
  if (self->kind == GENLM_JSON_KIND_ARRAY && node->array != NULL)
    make_array_part (self, node->array, claim, members);
  if (self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL)
    make_object_part (book, self, node->object, claim, members);
  if (node->in_place != NULL)
    make_in_place_part (book, self, node->in_place, members);
  return genlm_json_formula_make (&self->formula, GENLM_JSON_FORMULA_AND,
                                  (const guint32 *) members->data, members->len);
}

void
genlm_json_body_add_claim (GenlmJsonBook  *book,
                           GenlmJsonBody  *self,
                           GenlmJsonClaim  claim)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (GenlmJsonClaim));
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (GenlmJsonClaim));
  g_autoptr (GHashTable) entered = g_hash_table_new (NULL, NULL);
  guint i;

  g_array_append_val (stack, claim);
  while (stack->len > 0)
    {
      GenlmJsonClaim top = g_array_index (stack, GenlmJsonClaim, stack->len - 1);
      gpointer key = GUINT_TO_POINTER (top + 1);

      if (g_hash_table_contains (self->nodes, key))
        {
          g_array_set_size (stack, stack->len - 1);
          continue;
        }
      if (g_hash_table_add (entered, key))
        {
          genlm_json_body_enter_claim (book, self, top);
          g_array_set_size (parts, 0);
          list_parts (book, self, top, parts);
          for (i = parts->len; i-- > 0;)
            if (!g_hash_table_contains (self->nodes,
                                        GUINT_TO_POINTER (g_array_index (parts, guint32, i) + 1)))
              g_array_append_val (stack, g_array_index (parts, guint32, i));
          continue;
        }
      g_array_set_size (stack, stack->len - 1);
      g_hash_table_insert (self->nodes, key,
                           GUINT_TO_POINTER (make_claim (book, self, top) + 1));
    }
}
