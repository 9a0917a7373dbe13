#include "genlm-json-body.h"

#include <string.h>

#include "genlm-json-number-list.h"

static const guint8 schema_types[GENLM_JSON_N_KINDS] = {
  GENLM_SCHEMA_TYPE_NULL,   GENLM_SCHEMA_TYPE_BOOLEAN,
  GENLM_SCHEMA_TYPE_BOOLEAN, GENLM_SCHEMA_TYPE_INTEGER | GENLM_SCHEMA_TYPE_NUMBER,
  GENLM_SCHEMA_TYPE_STRING, GENLM_SCHEMA_TYPE_ARRAY,
  GENLM_SCHEMA_TYPE_OBJECT,
};

/* Lists of names are taken apart up to this size. */
#define MAX_LISTED (1000u)

static guint
name_hash (gconstpointer data)
{
  const GenlmSchemaName *name = data;
  guint hash = 5381;
  gsize i;

  for (i = 0; i < name->length; i++)
    hash = hash * 33 + (guint8) name->text[i];
  return hash;
}

static gboolean
name_equal (gconstpointer a,
            gconstpointer b)
{
  const GenlmSchemaName *x = a;
  const GenlmSchemaName *y = b;

  return x->length == y->length && memcmp (x->text, y->text, x->length) == 0;
}

static gboolean
value_is_kind (const GenlmJsonValue *value,
               GenlmJsonKind         kind)
{
  switch (kind)
    {
    case GENLM_JSON_KIND_NULL:
      return value->type == GENLM_JSON_NULL;
    case GENLM_JSON_KIND_FALSE:
      return value->type == GENLM_JSON_BOOLEAN && value->n == 0;
    case GENLM_JSON_KIND_TRUE:
      return value->type == GENLM_JSON_BOOLEAN && value->n == 1;
    case GENLM_JSON_KIND_NUMBER:
      return value->type == GENLM_JSON_NUMBER;
    case GENLM_JSON_KIND_STRING:
      return value->type == GENLM_JSON_STRING;
    case GENLM_JSON_KIND_ARRAY:
      return value->type == GENLM_JSON_ARRAY;
    default:
      return value->type == GENLM_JSON_OBJECT;
    }
}

/* Atoms */

/* Whether no other atom can be the same. */
static gboolean
is_unlike_others (guint8 kind)
{
  return kind == GENLM_JSON_ATOM_HAS || kind == GENLM_JSON_ATOM_NUMBERS || kind == GENLM_JSON_ATOM_WORDS
         || kind == GENLM_JSON_ATOM_VARIANTS;
}

/* The formula's node of an atom. */
static guint32
add_atom (GenlmJsonBody       *self,
          const GenlmJsonAtom *atom)
{
  GenlmJsonAtom *added;
  guint i;

  i = is_unlike_others (atom->kind) ? self->atoms->len : 0;
  for (; i < self->atoms->len; i++)
    {
      const GenlmJsonAtom *other = genlm_json_body_peek_atom (self, i);

      if (other->kind == atom->kind && other->claim == atom->claim && other->min == atom->min
          && other->max == atom->max && other->what == atom->what)
        return other->node;
    }
  g_array_append_val (self->atoms, *atom);
  added = &g_array_index (self->atoms, GenlmJsonAtom, i);
  added->node = genlm_json_formula_make_atom (&self->formula, i);
  return added->node;
}

static guint32
make_atom (GenlmJsonBody     *self,
           GenlmJsonAtomKind  kind,
           GenlmJsonClaim     claim)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = claim };

  return add_atom (self, &atom);
}

static guint32
make_range_atom (GenlmJsonBody     *self,
                 GenlmJsonAtomKind  kind,
                 guint64            min,
                 guint64            max)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = GENLM_JSON_NONE, .min = min, .max = max };

  if (min == 0 && max == GENLM_SCHEMA_UNBOUNDED)
    return GENLM_JSON_FORMULA_YES;
  if (min > max)
    return GENLM_JSON_FORMULA_NO;
  return add_atom (self, &atom);
}

static guint32
make_thing_atom (GenlmJsonBody     *self,
                 GenlmJsonAtomKind  kind,
                 gconstpointer      what)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = GENLM_JSON_NONE, .what = (gpointer) what };

  return add_atom (self, &atom);
}

/* Words, while the body is made */

static guint32
add_word (GenlmJsonBody         *self,
          const GenlmSchemaName *name)
{
  guint id = GPOINTER_TO_UINT (g_hash_table_lookup (self->word_ids, name));
  GenlmJsonWord word = { .name = *name, .atom = GENLM_JSON_NONE };

  if (id > 0)
    return id - 1;
  word.id = self->words->len;
  g_array_append_val (self->words, word);
  g_hash_table_insert (self->word_ids, (gpointer) name, GUINT_TO_POINTER (self->words->len));
  return word.id;
}

static guint32
make_has (GenlmJsonBody         *self,
          const GenlmSchemaName *name)
{
  guint32 id = add_word (self, name);
  GenlmJsonWord *word = &g_array_index (self->words, GenlmJsonWord, id);

  if (word->atom == GENLM_JSON_NONE)
    {
      GenlmJsonAtom atom = { .kind = GENLM_JSON_ATOM_HAS, .claim = GENLM_JSON_NONE, .word = id };

      word->atom = self->atoms->len;
      add_atom (self, &atom);
    }
  return genlm_json_body_peek_atom (self, word->atom)->node;
}

static void
add_property (GenlmJsonBook         *book,
              GenlmJsonBody         *self,
              const GenlmSchemaName *name,
              GenlmJsonClaim         owner,
              GenlmJsonClaim         child)
{
  GenlmJsonProperty property = { add_word (self, name), owner,
                                 genlm_json_book_simplify_claim (book, child) };

  g_array_append_val (self->properties, property);
}

static guint32
add_test (GenlmJsonBody *self,
          GHashTable    *table,
          gpointer       key)
{
  guint test = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));

  if (test == 0)
    {
      test = g_hash_table_size (self->pattern_tests) + g_hash_table_size (self->name_tests) + 1;
      g_hash_table_insert (table, key, GUINT_TO_POINTER (test));
    }
  return test - 1;
}

/* The name of a member of a constant; it lives as long as the schema. */
static const GenlmSchemaName *
member_name (GenlmJsonBook         *book,
             const GenlmJsonMember *member)
{
  GenlmSchemaName *name = genlm_json_book_alloc (book, sizeof *name);

  name->text = member->name;
  name->length = member->length;
  return name;
}

/* Names that are listed are words if they are few, and if words need not come in
 * an order that they are not given in. */
static gboolean
are_words (const GenlmJsonBook   *book,
           const GenlmSchemaNode *names)
{
  return names->enumeration != NULL && names->enumeration->n <= MAX_LISTED
         && book->order != GENLM_JSON_ORDER_SCHEMA;
}

static void
add_listed_names (GenlmJsonBook  *book,
                  GenlmJsonBody  *self,
                  GenlmJsonClaim  claim)
{
  const GenlmSchemaNode *names = genlm_json_book_peek_node (book, claim);
  guint i;

  for (i = 0; are_words (book, names) && i < names->enumeration->n; i++)
    {
      const GenlmJsonValue *value = &names->enumeration->items[i];
      GenlmSchemaName *name;

      if (value->type != GENLM_JSON_STRING)
        continue;
      name = genlm_json_book_alloc (book, sizeof *name);
      *name = (GenlmSchemaName) { value->text, value->n };
      add_word (self, name);
    }
}

/* Whether the arrays or objects of an enumeration are looked at together. */
static gboolean
are_variants (const GenlmJsonBody  *self,
              const GenlmJsonValue *enumeration)
{
  guint n = 0;
  guint i;

  if (enumeration == NULL || self->kind < GENLM_JSON_KIND_ARRAY)
    return FALSE;
  for (i = 0; i < enumeration->n && n < GENLM_JSON_VARIANTS_MIN; i++)
    n += value_is_kind (&enumeration->items[i], self->kind);
  return n == GENLM_JSON_VARIANTS_MIN;
}

/* Makes room for the members and items of variants. */
static void
enter_variants (GenlmJsonBook        *book,
                GenlmJsonBody        *self,
                const GenlmJsonValue *enumeration)
{
  guint i;
  guint j;

  for (i = 0; i < enumeration->n; i++)
    {
      const GenlmJsonValue *value = &enumeration->items[i];

      if (!value_is_kind (value, self->kind))
        continue;
      self->max_prefix = MAX (self->max_prefix, value->n);
      for (j = 0; self->kind == GENLM_JSON_KIND_OBJECT && j < value->n; j++)
        {
          GenlmSchemaName name = { value->members[j].name, value->members[j].length };

          if (!g_hash_table_contains (self->word_ids, &name))
            add_word (self, member_name (book, &value->members[j]));
        }
    }
}

static void
enter_object (GenlmJsonBook               *book,
              GenlmJsonBody               *self,
              GenlmJsonClaim               claim,
              const GenlmSchemaObjectPart *object)
{
  guint i;

  for (i = 0; i < object->n_properties; i++)
    add_property (book, self, &object->properties[i].name, claim,
                  object->properties[i].node);
  for (i = 0; i < object->n_pattern_properties; i++)
    add_test (self, self->pattern_tests, (gpointer) object->pattern_properties[i].pattern);
  if (object->property_names != GENLM_SCHEMA_NONE)
    {
      GenlmJsonClaim names = genlm_json_book_simplify_claim (book, object->property_names);

      add_test (self, self->name_tests, GUINT_TO_POINTER (names + 1));
      add_listed_names (book, self, names);
    }
  for (i = 0; i < object->n_required; i++)
    add_word (self, &object->required[i]);
}

/* Before the schemas within a schema are looked at: the names it knows, in
 * the order it is written in. */
static void
enter_claim (GenlmJsonBook  *book,
             GenlmJsonBody  *self,
             GenlmJsonClaim  claim)
{
  const GenlmSchemaNode *node;
  guint i;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    {
      const GenlmJsonValue *value = genlm_json_book_peek_constant (book, claim);

      if (self->kind == GENLM_JSON_KIND_ARRAY && value->type == GENLM_JSON_ARRAY)
        self->max_prefix = MAX (self->max_prefix, value->n);
      if (self->kind == GENLM_JSON_KIND_OBJECT && value->type == GENLM_JSON_OBJECT)
        for (i = 0; i < value->n; i++)
          add_property (book, self, member_name (book, &value->members[i]), claim,
                        genlm_json_book_claim_constant (book, &value->members[i].value));
      return;
    }
  node = genlm_json_book_peek_node (book, claim);
  if (self->kind == GENLM_JSON_KIND_ARRAY && node->array != NULL)
    self->max_prefix = MAX (self->max_prefix, node->array->prefix_items.n);
  if (self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL)
    enter_object (book, self, claim, node->object);
  if (are_variants (self, node->enumeration))
    enter_variants (book, self, node->enumeration);
}

/* Formulas */

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
  if ((node->types & schema_types[self->kind]) == 0)
    return;
  if (self->kind == GENLM_JSON_KIND_ARRAY || self->kind == GENLM_JSON_KIND_OBJECT)
    {
      if (node->constant != NULL && value_is_kind (node->constant, self->kind))
        add_node (parts, genlm_json_book_claim_constant (book, node->constant));
      for (i = 0; !are_variants (self, node->enumeration) && node->enumeration != NULL
                  && i < node->enumeration->n;
           i++)
        if (value_is_kind (&node->enumeration->items[i], self->kind))
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

static guint32
find_node (GenlmJsonBook *book,
           GenlmJsonBody *self,
           GenlmJsonClaim claim)
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
    members[i] = find_node (book, self, list->nodes[i]);
  return genlm_json_formula_make (&self->formula, op, members, list->n);
}

static guint32
make_two (GenlmJsonBody      *self,
          GenlmJsonFormulaOp  op,
          guint32             a,
          guint32             b)
{
  guint32 members[] = { a, b };

  return genlm_json_formula_make (&self->formula, op, members, 2);
}

/* That the value is one of some. */
static guint32
make_values (GenlmJsonBook              *book,
             GenlmJsonBody              *self,
             const GenlmJsonValue *const *values,
             guint                       n_values)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) scalars = g_ptr_array_new ();
  guint i;

  for (i = 0; i < n_values; i++)
    {
      guint32 node;

      if (!value_is_kind (values[i], self->kind))
        continue;
      switch (self->kind)
        {
        case GENLM_JSON_KIND_NUMBER:
        case GENLM_JSON_KIND_STRING:
          g_ptr_array_add (scalars, (gpointer) values[i]);
          break;
        case GENLM_JSON_KIND_ARRAY:
        case GENLM_JSON_KIND_OBJECT:
          node = find_node (book, self, genlm_json_book_claim_constant (book, values[i]));
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
      node = add_atom (self, &atom);
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
    if (value_is_kind (&enumeration->items[i], self->kind))
      g_ptr_array_add (values, (gpointer) &enumeration->items[i]);
  self->n_variants++;
  return make_thing_atom (self, GENLM_JSON_ATOM_VARIANTS, genlm_json_variants_new (values));
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

  if (!value_is_kind (value, self->kind))
    return GENLM_JSON_FORMULA_NO;
  if (self->kind != GENLM_JSON_KIND_ARRAY && self->kind != GENLM_JSON_KIND_OBJECT)
    return make_values (book, self, &value, 1);
  members = g_array_new (FALSE, FALSE, sizeof (guint32));
  node = make_range_atom (self, GENLM_JSON_ATOM_COUNT, value->n, value->n);
  g_array_append_val (members, node);
  for (i = 0; self->kind == GENLM_JSON_KIND_OBJECT && i < value->n; i++)
    {
      node = make_has (self, member_name (book, &value->members[i]));
      g_array_append_val (members, node);
    }
  node = make_atom (self,
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
  member = make_atom (self, GENLM_JSON_ATOM_NUMBER, claim);
  g_array_append_val (members, member);
}

static void
make_string_part (GenlmJsonBody               *self,
                  const GenlmSchemaStringPart *part,
                  GArray                      *members)
{
  guint32 member = make_range_atom (self, GENLM_JSON_ATOM_LENGTH, part->min_length,
                                    part->max_length);

  g_array_append_val (members, member);
  if (part->pattern != NULL)
    {
      member = make_thing_atom (self, GENLM_JSON_ATOM_PATTERN, part->pattern);
      g_array_append_val (members, member);
    }
  if (part->format != NULL)
    {
      member = make_thing_atom (self, GENLM_JSON_ATOM_FORMAT, part->format);
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
  member = make_atom (self, GENLM_JSON_ATOM_UNEVALUATED, claim);
  g_array_append_val (members, member);
}

static void
make_array_part (GenlmJsonBody              *self,
                 const GenlmSchemaArrayPart *part,
                 GenlmJsonClaim              claim,
                 GArray                     *members)
{
  guint32 member = make_range_atom (self, GENLM_JSON_ATOM_COUNT, part->min_items, part->max_items);

  g_array_append_val (members, member);
  if (part->prefix_items.n > 0 || part->items != GENLM_SCHEMA_NONE)
    {
      member = make_atom (self, GENLM_JSON_ATOM_ITEMS, claim);
      g_array_append_val (members, member);
    }
  if (part->contains != GENLM_SCHEMA_NONE)
    {
      GenlmJsonAtom atom = { .kind = GENLM_JSON_ATOM_CONTAINS, .claim = claim,
                             .min = part->min_contains, .max = part->max_contains };

      member = add_atom (self, &atom);
      g_array_append_val (members, member);
    }
  if (part->unique_items)
    {
      member = make_atom (self, GENLM_JSON_ATOM_UNIQUE, GENLM_JSON_NONE);
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
  guint32 member = make_range_atom (self, GENLM_JSON_ATOM_COUNT, part->min_properties,
                                    part->max_properties);
  guint i;
  guint j;

  g_array_append_val (members, member);
  for (i = 0; i < part->n_required; i++)
    {
      member = make_has (self, &part->required[i]);
      g_array_append_val (members, member);
    }
  if (part->n_properties > 0 || part->n_pattern_properties > 0
      || part->additional_properties != GENLM_SCHEMA_NONE
      || part->property_names != GENLM_SCHEMA_NONE)
    {
      member = make_atom (self, GENLM_JSON_ATOM_MEMBERS, claim);
      g_array_append_val (members, member);
    }
  for (i = 0; i < part->n_dependent_required; i++)
    {
      const GenlmSchemaDependency *dependency = &part->dependent_required[i];
      guint32 absent = genlm_json_formula_make_not (&self->formula,
                                                    make_has (self, &dependency->name));

      self->negative = TRUE;
      for (j = 0; j < dependency->n_required; j++)
        {
          member = make_two (self, GENLM_JSON_FORMULA_OR, absent,
                             make_has (self, &dependency->required[j]));
          g_array_append_val (members, member);
        }
    }
  for (i = 0; i < part->n_dependent_schemas; i++)
    {
      const GenlmSchemaProperty *dependency = &part->dependent_schemas[i];
      guint32 absent = genlm_json_formula_make_not (&self->formula,
                                                    make_has (self, &dependency->name));

      self->negative = TRUE;
      member = make_two (self, GENLM_JSON_FORMULA_OR, absent,
                         find_node (book, self, dependency->node));
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
      member = genlm_json_formula_make_not (&self->formula, find_node (book, self, part->negated));
      g_array_append_val (members, member);
      self->negative = TRUE;
    }
  if (part->condition != GENLM_SCHEMA_NONE)
    {
      guint32 condition = find_node (book, self, part->condition);

      self->negative = TRUE;
      if (part->consequence != GENLM_SCHEMA_NONE)
        {
          member = make_two (self, GENLM_JSON_FORMULA_OR,
                             genlm_json_formula_make_not (&self->formula, condition),
                             find_node (book, self, part->consequence));
          g_array_append_val (members, member);
        }
      if (part->alternative != GENLM_SCHEMA_NONE)
        {
          member = make_two (self, GENLM_JSON_FORMULA_OR, condition,
                             find_node (book, self, part->alternative));
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
  if ((node->types & schema_types[self->kind]) == 0)
    return GENLM_JSON_FORMULA_NO;
  members = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (node->constant != NULL)
    {
      member = make_values (book, self, &node->constant, 1);
      g_array_append_val (members, member);
    }
  if (are_variants (self, node->enumeration))
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

static void
add_claim (GenlmJsonBook  *book,
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
          enter_claim (book, self, top);
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

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  const GenlmJsonWord *x = a;
  const GenlmJsonWord *y = b;

  return genlm_json_name_compare (x->name.text, x->name.length, y->name.text, y->name.length);
}

static int
compare_properties (gconstpointer a,
                    gconstpointer b)
{
  const GenlmJsonProperty *x = a;
  const GenlmJsonProperty *y = b;

  return x->word < y->word ? -1 : x->word > y->word;
}

static guint32
word_order (GenlmJsonBook       *book,
            GenlmJsonBody       *self,
            const GenlmJsonWord *word)
{
  switch (book->order)
    {
    case GENLM_JSON_ORDER_SCHEMA:
      return word->id;
    case GENLM_JSON_ORDER_REQUIRED_FIRST:
      return word->atom == GENLM_JSON_NONE;
    default:
      return 0;
    }
}

static void
make_list_of_words (GenlmJsonBook *book,
                    GenlmJsonBody *self)
{
  g_autofree const char **words = g_new (const char *, self->words->len);
  g_autofree gsize *lengths = g_new (gsize, self->words->len);
  guint i;

  for (i = 0; i < self->words->len; i++)
    {
      const GenlmJsonWord *word = genlm_json_body_peek_word (self, i);

      words[i] = word->name.text;
      lengths[i] = word->name.length;
    }
  if (self->words->len > 0)
    self->list = genlm_word_list_new (genlm_json_book_get_encoding (book), words, lengths,
                                      self->words->len);
}

static void
sort_words (GenlmJsonBook *book,
            GenlmJsonBody *self)
{
  g_autofree guint32 *places = g_new (guint32, self->words->len);
  guint next = 0;
  guint i;

  g_clear_pointer (&self->word_ids, g_hash_table_unref);
  g_array_sort (self->words, compare_words);
  for (i = 0; i < self->words->len; i++)
    {
      GenlmJsonWord *word = &g_array_index (self->words, GenlmJsonWord, i);

      places[word->id] = i;
      word->order = word_order (book, self, word);
      if (word->atom != GENLM_JSON_NONE)
        g_array_index (self->atoms, GenlmJsonAtom, word->atom).word = i;
    }
  for (i = 0; i < self->properties->len; i++)
    {
      GenlmJsonProperty *property = &g_array_index (self->properties, GenlmJsonProperty, i);

      property->word = places[property->word];
    }
  g_array_sort (self->properties, compare_properties);
  make_list_of_words (book, self);
  for (i = 0; i < self->words->len; i++)
    {
      g_array_index (self->words, GenlmJsonWord, i).first = next;
      while (next < self->properties->len
             && g_array_index (self->properties, GenlmJsonProperty, next).word == i)
        next++;
    }
}

/* Puts aside the atoms that members or items move. */
static void
sort_atoms (GenlmJsonBody *self)
{
  guint i;

  for (i = 0; i < self->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (self, i);

      if (atom->kind == GENLM_JSON_ATOM_MEMBERS || atom->kind == GENLM_JSON_ATOM_ITEMS
          || atom->kind == GENLM_JSON_ATOM_CONTAINS || atom->kind == GENLM_JSON_ATOM_VARIANTS
          || atom->kind == GENLM_JSON_ATOM_UNEVALUATED)
        g_array_append_val (self->moving, i);
      if ((atom->kind == GENLM_JSON_ATOM_COUNT
           && (atom->max != GENLM_SCHEMA_UNBOUNDED || self->negative))
          || atom->kind == GENLM_JSON_ATOM_VARIANTS)
        self->limited = TRUE;
      if (atom->kind == GENLM_JSON_ATOM_HAS)
        self->requiring = TRUE;
    }
}

static void
place_variants (GenlmJsonBook *book,
                GenlmJsonBody *self)
{
  guint i;

  for (i = 0; self->n_variants > 0 && i < self->atoms->len; i++)
    {
      GenlmJsonVariants *variants = genlm_json_body_peek_atom (self, i)->what;

      if (genlm_json_body_peek_atom (self, i)->kind != GENLM_JSON_ATOM_VARIANTS)
        continue;
      genlm_json_variants_place (variants, self->words, self->max_prefix);
      book->memory += genlm_json_variants_get_memory (variants);
    }
}

static GenlmJsonBody *
body_alloc (GenlmJsonBook *book,
            guint          n_claims,
            GenlmJsonKind  kind)
{
  GenlmJsonBody *self = g_new0 (GenlmJsonBody, 1);

  g_ptr_array_add (book->bodies, self);
  self->kind = kind;
  self->n_claims = n_claims;
  genlm_json_formula_init (&self->formula);
  self->roots = g_new (guint32, n_claims);
  self->nodes = g_hash_table_new (NULL, NULL);
  self->atoms = g_array_new (FALSE, FALSE, sizeof (GenlmJsonAtom));
  self->moving = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

/* What is asked of the names of members, as if it were claims about strings. */
static GenlmJsonBody *
make_tests (GenlmJsonBook *book,
            GenlmJsonBody *owner)
{
  guint n = g_hash_table_size (owner->pattern_tests) + g_hash_table_size (owner->name_tests);
  GenlmJsonBody *self;
  GHashTableIter iter;
  gpointer key;
  gpointer test;

  if (n == 0)
    return NULL;
  self = body_alloc (book, n, GENLM_JSON_KIND_STRING);
  g_hash_table_iter_init (&iter, owner->pattern_tests);
  while (g_hash_table_iter_next (&iter, &key, &test))
    self->roots[GPOINTER_TO_UINT (test) - 1] = make_thing_atom (self, GENLM_JSON_ATOM_PATTERN, key);
  g_hash_table_iter_init (&iter, owner->name_tests);
  while (g_hash_table_iter_next (&iter, &key, &test))
    {
      GenlmJsonClaim claim = GPOINTER_TO_UINT (key) - 1;

      add_claim (book, self, claim);
      self->roots[GPOINTER_TO_UINT (test) - 1] = find_node (book, self, claim);
      if (GPOINTER_TO_UINT (test) <= 64 && are_words (book, genlm_json_book_peek_node (book, claim)))
        owner->listed_tests |= G_GUINT64_CONSTANT (1) << (GPOINTER_TO_UINT (test) - 1);
    }
  return self;
}

/* It belongs to the book. */
GenlmJsonBody *
genlm_json_body_new (GenlmJsonBook        *book,
                     const GenlmJsonClaim *claims,
                     guint                 n_claims,
                     GenlmJsonKind         kind)
{
  GenlmJsonBody *self = body_alloc (book, n_claims, kind);
  guint i;

  if (kind == GENLM_JSON_KIND_OBJECT)
    {
      self->words = g_array_new (FALSE, FALSE, sizeof (GenlmJsonWord));
      self->word_ids = g_hash_table_new (name_hash, name_equal);
      self->properties = g_array_new (FALSE, FALSE, sizeof (GenlmJsonProperty));
      self->pattern_tests = g_hash_table_new (NULL, NULL);
      self->name_tests = g_hash_table_new (NULL, NULL);
    }
  if (kind == GENLM_JSON_KIND_OBJECT || kind == GENLM_JSON_KIND_ARRAY)
    {
      self->classes = g_hash_table_new (NULL, NULL);
      self->covers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  for (i = 0; i < n_claims; i++)
    {
      add_claim (book, self, claims[i]);
      self->roots[i] = find_node (book, self, claims[i]);
    }
  if (kind == GENLM_JSON_KIND_OBJECT)
    {
      sort_words (book, self);
      self->tests = make_tests (book, self);
    }
  place_variants (book, self);
  if (kind == GENLM_JSON_KIND_NUMBER)
    self->numbers = genlm_json_number_list_new (self);
  sort_atoms (self);
  book->memory += sizeof *self
                  + genlm_json_formula_get_memory (&self->formula)
                  + self->atoms->len * sizeof (GenlmJsonAtom)
                  + g_hash_table_size (self->nodes) * 3 * sizeof (gpointer);
  if (self->numbers != NULL)
    book->memory += self->numbers->len * sizeof (GenlmJsonListedNumber);
  if (self->words != NULL)
    book->memory += self->words->len * sizeof (GenlmJsonWord)
                    + self->properties->len * sizeof (GenlmJsonProperty);
  return self;
}

void
genlm_json_body_free (GenlmJsonBody *self)
{
  guint i;

  for (i = 0; i < self->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (self, i);

      if (atom->kind == GENLM_JSON_ATOM_NUMBERS || atom->kind == GENLM_JSON_ATOM_WORDS)
        g_ptr_array_unref (atom->what);
      if (atom->kind == GENLM_JSON_ATOM_VARIANTS)
        genlm_json_variants_free (atom->what);
    }
  genlm_json_formula_clear (&self->formula);
  g_free (self->roots);
  g_hash_table_unref (self->nodes);
  g_array_unref (self->atoms);
  g_array_unref (self->moving);
  g_clear_pointer (&self->list, genlm_word_list_free);
  g_clear_pointer (&self->words, g_array_unref);
  g_clear_pointer (&self->word_ids, g_hash_table_unref);
  g_clear_pointer (&self->properties, g_array_unref);
  g_clear_pointer (&self->pattern_tests, g_hash_table_unref);
  g_clear_pointer (&self->name_tests, g_hash_table_unref);
  g_clear_pointer (&self->classes, g_hash_table_unref);
  g_clear_pointer (&self->covers, g_hash_table_unref);
  g_clear_pointer (&self->numbers, g_array_unref);
  g_clear_pointer (&self->strings, genlm_json_strings_free);
  g_free (self);
}

/* Covers: what evaluates a member or an item. */

/* A member or an item, as what evaluates it asks for it. */
typedef struct
{
  guint32         word;
  GenlmJsonResult tests;
  guint           index;
  const guint8   *contained; /* by atom */
} Part;

static const GenlmJsonProperty *
find_property (GenlmJsonBody  *self,
               guint32         word,
               GenlmJsonClaim  owner)
{
  guint i;

  if (word == GENLM_JSON_NONE)
    return NULL;
  for (i = genlm_json_body_peek_word (self, word)->first; i < self->properties->len; i++)
    {
      const GenlmJsonProperty *property = &g_array_index (self->properties, GenlmJsonProperty, i);

      if (property->word != word)
        return NULL;
      if (property->owner == owner)
        return property;
    }
  return NULL;
}

static gboolean
peek_test (GenlmJsonBook   *book,
           GenlmJsonBody   *self,
           GHashTable      *table,
           gconstpointer    key,
           GenlmJsonResult  tests)
{
  guint test = GPOINTER_TO_UINT (g_hash_table_lookup (table, key)) - 1;

  return genlm_json_book_peek_result (book, tests, self->tests->n_claims, test);
}

/* Whether the keywords of @claim itself evaluate the member. */
static gboolean
evaluates_member (GenlmJsonBook  *book,
                  GenlmJsonBody  *self,
                  GenlmJsonClaim  claim,
                  const Part     *part,
                  gboolean        top)
{
  const GenlmSchemaObjectPart *object = genlm_json_book_peek_node (book, claim)->object;
  guint i;

  if (object == NULL)
    return FALSE;
  if (object->additional_properties != GENLM_SCHEMA_NONE
      || (!top && object->unevaluated_properties != GENLM_SCHEMA_NONE)
      || find_property (self, part->word, claim) != NULL)
    return TRUE;
  for (i = 0; i < object->n_pattern_properties; i++)
    if (peek_test (book, self, self->pattern_tests, object->pattern_properties[i].pattern,
                   part->tests))
      return TRUE;
  return FALSE;
}

static gboolean
evaluates_item (GenlmJsonBook  *book,
                GenlmJsonBody  *self,
                GenlmJsonClaim  claim,
                const Part     *part,
                gboolean        top)
{
  const GenlmSchemaArrayPart *array = genlm_json_book_peek_node (book, claim)->array;
  guint i;

  if (array == NULL)
    return FALSE;
  if (array->items != GENLM_SCHEMA_NONE || part->index < array->prefix_items.n
      || (!top && array->unevaluated_items != GENLM_SCHEMA_NONE))
    return TRUE;
  if (!array->contains_evaluates || array->contains == GENLM_SCHEMA_NONE)
    return FALSE;
  for (i = 0; i < self->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (self, i);

      if (atom->kind == GENLM_JSON_ATOM_CONTAINS && atom->claim == claim)
        return part->contained[i];
    }
  return FALSE;
}

/* A claim is evaluated by a part under a condition. */
typedef struct
{
  guint32        condition;
  GenlmJsonClaim claim;
} Branch;

static void
add_branch (GArray         *branches,
            guint32         condition,
            GenlmJsonClaim  claim)
{
  Branch branch = { condition, claim };

  if (condition != GENLM_JSON_FORMULA_NO)
    g_array_append_val (branches, branch);
}

static void
add_branches (GenlmJsonBook         *book,
              GenlmJsonBody         *self,
              GArray                *branches,
              guint32                condition,
              const GenlmSchemaList *list)
{
  guint i;

  for (i = 0; i < list->n; i++)
    add_branch (branches,
                make_two (self, GENLM_JSON_FORMULA_AND, condition,
                          find_node (book, self, list->nodes[i])),
                genlm_json_book_simplify_claim (book, list->nodes[i]));
}

static void
list_branches (GenlmJsonBook *book,
               GenlmJsonBody *self,
               const Branch  *from,
               GArray        *branches)
{
  const GenlmSchemaNode *node = genlm_json_book_peek_node (book, from->claim);
  const GenlmSchemaInPlacePart *part = node->in_place;
  guint i;

  if ((node->types & schema_types[self->kind]) == 0)
    return;
  for (i = 0; self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL
              && i < node->object->n_dependent_schemas;
       i++)
    {
      const GenlmSchemaProperty *dependency = &node->object->dependent_schemas[i];
      GenlmSchemaName name = dependency->name;
      GenlmJsonWord key = { .name = name };
      const GenlmJsonWord *word = bsearch (&key, self->words->data, self->words->len, sizeof key,
                                           compare_words);
      guint32 has = genlm_json_body_peek_atom (self, word->atom)->node;

      has = make_two (self, GENLM_JSON_FORMULA_AND, has, find_node (book, self, dependency->node));
      add_branch (branches, make_two (self, GENLM_JSON_FORMULA_AND, from->condition, has),
                  genlm_json_book_simplify_claim (book, dependency->node));
    }
  if (part == NULL)
    return;
  add_branches (book, self, branches, from->condition, &part->references);
  add_branches (book, self, branches, from->condition, &part->all_of);
  add_branches (book, self, branches, from->condition, &part->any_of);
  add_branches (book, self, branches, from->condition, &part->one_of);
  if (part->condition != GENLM_SCHEMA_NONE)
    {
      guint32 condition = find_node (book, self, part->condition);
      guint32 yes = make_two (self, GENLM_JSON_FORMULA_AND, from->condition, condition);
      guint32 no = make_two (self, GENLM_JSON_FORMULA_AND, from->condition,
                             genlm_json_formula_make_not (&self->formula, condition));

      add_branch (branches, yes, genlm_json_book_simplify_claim (book, part->condition));
      if (part->consequence != GENLM_SCHEMA_NONE)
        add_branch (branches,
                    make_two (self, GENLM_JSON_FORMULA_AND, yes,
                              find_node (book, self, part->consequence)),
                    genlm_json_book_simplify_claim (book, part->consequence));
      if (part->alternative != GENLM_SCHEMA_NONE)
        add_branch (branches,
                    make_two (self, GENLM_JSON_FORMULA_AND, no,
                              find_node (book, self, part->alternative)),
                    genlm_json_book_simplify_claim (book, part->alternative));
    }
}

/* The formula that @part is evaluated by something beside the keyword of the
 * atom. */
static guint32
make_cover (GenlmJsonBook *book,
            GenlmJsonBody *self,
            guint32        atom,
            const Part    *part)
{
  g_autoptr (GArray) branches = g_array_new (FALSE, FALSE, sizeof (Branch));
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (guint32));
  GenlmJsonClaim top = genlm_json_body_peek_atom (self, atom)->claim;
  guint64 memory = genlm_json_formula_get_memory (&self->formula);
  guint32 cover;
  guint i;

  add_branch (branches, GENLM_JSON_FORMULA_YES, top);
  for (i = 0; i < branches->len; i++)
    {
      Branch branch = g_array_index (branches, Branch, i);
      gboolean evaluates;

      if (branch.claim & GENLM_JSON_CLAIM_CONSTANT)
        continue;
      if (self->kind == GENLM_JSON_KIND_OBJECT)
        evaluates = evaluates_member (book, self, branch.claim, part, i == 0);
      else
        evaluates = evaluates_item (book, self, branch.claim, part, i == 0);
      if (evaluates)
        g_array_append_val (members, branch.condition);
      else
        list_branches (book, self, &branch, branches);
      if (evaluates && branch.condition == GENLM_JSON_FORMULA_YES)
        break;
    }
  cover = genlm_json_formula_make (&self->formula, GENLM_JSON_FORMULA_OR,
                                   (const guint32 *) members->data, members->len);
  book->memory += genlm_json_formula_get_memory (&self->formula) - memory;
  return cover;
}

/* @contained says for each atom whether it counted the item. */
guint32
genlm_json_body_make_item_cover (GenlmJsonBook *book,
                                 GenlmJsonBody *self,
                                 guint32        atom,
                                 guint          index,
                                 const guint8  *contained)
{
  Part part = { .word = GENLM_JSON_NONE, .index = index, .contained = contained };
  GString *key = g_string_new (NULL);
  gpointer cover;
  guint i;

  g_string_printf (key, "%u/%u/", atom, index);
  for (i = 0; i < self->atoms->len; i++)
    g_string_append_c (key, contained[i] ? '1' : '0');
  if (!g_hash_table_lookup_extended (self->covers, key->str, NULL, &cover))
    {
      cover = GUINT_TO_POINTER (make_cover (book, self, atom, &part));
      g_hash_table_insert (self->covers, g_strdup (key->str), cover);
      book->memory += key->len + 4 * sizeof (gpointer);
    }
  g_string_free (key, TRUE);
  return GPOINTER_TO_UINT (cover);
}

/* Classes */

static gboolean
claim_is_true (GenlmJsonBook  *book,
               GenlmJsonClaim  claim)
{
  const GenlmSchemaNode *node;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    return FALSE;
  node = genlm_json_book_peek_node (book, claim);
  return node->types == GENLM_SCHEMA_TYPE_ALL && node->constant == NULL && node->enumeration == NULL
         && node->number == NULL && node->string == NULL && node->array == NULL
         && node->object == NULL && node->in_place == NULL;
}

static gboolean
claim_is_false (GenlmJsonBook  *book,
                GenlmJsonClaim  claim)
{
  return (claim & GENLM_JSON_CLAIM_CONSTANT) == 0
         && genlm_json_book_peek_node (book, claim)->types == 0;
}

static void
add_effect (GenlmJsonBook       *book,
            GArray              *effects,
            GenlmJsonEffectKind  kind,
            guint32              atom,
            GenlmJsonClaim       claim,
            guint32              cover)
{
  GenlmJsonEffect effect = { kind, atom, claim, cover };

  if (claim != GENLM_JSON_NONE)
    {
      effect.claim = genlm_json_book_simplify_claim (book, claim);
      if (claim_is_true (book, effect.claim) && kind == GENLM_JSON_EFFECT_CONTAINS)
        effect.claim = GENLM_JSON_NONE;
      else if (claim_is_true (book, effect.claim))
        return;
      else if (claim_is_false (book, effect.claim) && kind == GENLM_JSON_EFFECT_CONTAINS)
        return;
      else if (claim_is_false (book, effect.claim))
        effect.claim = GENLM_JSON_NONE;
    }
  g_array_append_val (effects, effect);
}

static void
add_member_effects (GenlmJsonBook  *book,
                    GenlmJsonBody  *self,
                    guint32         atom,
                    GenlmJsonClaim  claim,
                    const Part     *part,
                    GArray         *effects)
{
  const GenlmJsonProperty *property = find_property (self, part->word, claim);
  const GenlmSchemaObjectPart *object;
  gboolean known = property != NULL;
  guint i;

  if (property != NULL)
    add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, property->child, 0);
  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    {
      if (property == NULL)
        add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, GENLM_JSON_NONE, 0);
      return;
    }
  object = genlm_json_book_peek_node (book, claim)->object;
  for (i = 0; i < object->n_pattern_properties; i++)
    if (peek_test (book, self, self->pattern_tests, object->pattern_properties[i].pattern,
                   part->tests))
      {
        known = TRUE;
        add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, object->pattern_properties[i].node,
                    0);
      }
  if (!known && object->additional_properties != GENLM_SCHEMA_NONE)
    add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, object->additional_properties, 0);
  else if (!known && book->narrow && object->n_properties > 0)
    add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, GENLM_JSON_NONE, 0);
  if (object->property_names != GENLM_SCHEMA_NONE)
    {
      GenlmJsonClaim names = genlm_json_book_simplify_claim (book, object->property_names);

      if (!peek_test (book, self, self->name_tests, GUINT_TO_POINTER (names + 1), part->tests))
        add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, GENLM_JSON_NONE, 0);
    }
}

static void
add_item_effects (GenlmJsonBook  *book,
                  GenlmJsonBody  *self,
                  guint32         atom,
                  GenlmJsonClaim  claim,
                  guint           index,
                  GArray         *effects)
{
  const GenlmSchemaArrayPart *array;

  if (claim & GENLM_JSON_CLAIM_CONSTANT)
    {
      const GenlmJsonValue *value = genlm_json_book_peek_constant (book, claim);

      add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom,
                  index < value->n ? genlm_json_book_claim_constant (book, &value->items[index])
                                   : GENLM_JSON_NONE,
                  0);
      return;
    }
  array = genlm_json_book_peek_node (book, claim)->array;
  if (index < array->prefix_items.n)
    add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, array->prefix_items.nodes[index], 0);
  else if (array->items != GENLM_SCHEMA_NONE)
    add_effect (book, effects, GENLM_JSON_EFFECT_ALL, atom, array->items, 0);
}

static void
add_effects (GenlmJsonBook *book,
             GenlmJsonBody *self,
             guint32        index,
             const Part    *part,
             GArray        *effects)
{
  const GenlmJsonAtom atom = *genlm_json_body_peek_atom (self, index);
  const GenlmSchemaNode *node;
  guint32 cover;

  switch (atom.kind)
    {
    case GENLM_JSON_ATOM_MEMBERS:
      add_member_effects (book, self, index, atom.claim, part, effects);
      break;
    case GENLM_JSON_ATOM_ITEMS:
      add_item_effects (book, self, index, atom.claim, part->index, effects);
      break;
    case GENLM_JSON_ATOM_CONTAINS:
      add_effect (book, effects, GENLM_JSON_EFFECT_CONTAINS, index,
                  genlm_json_book_peek_node (book, atom.claim)->array->contains, 0);
      break;
    case GENLM_JSON_ATOM_VARIANTS:
      add_effect (book, effects, GENLM_JSON_EFFECT_VARIANTS, index, GENLM_JSON_NONE, 0);
      break;
    case GENLM_JSON_ATOM_UNEVALUATED:
      node = genlm_json_book_peek_node (book, atom.claim);
      if (self->kind == GENLM_JSON_KIND_OBJECT)
        {
          cover = make_cover (book, self, index, part);
          if (cover != GENLM_JSON_FORMULA_YES)
            add_effect (book, effects, GENLM_JSON_EFFECT_UNEVALUATED, index,
                        node->object->unevaluated_properties, cover);
        }
      else
        add_effect (book, effects, GENLM_JSON_EFFECT_UNEVALUATED, index,
                    node->array->unevaluated_items, 0);
      break;
    default:
      break;
    }
}

static GenlmJsonClass *
make_class (GenlmJsonBook *book,
            GenlmJsonBody *self,
            const Part    *part)
{
  g_autoptr (GArray) effects = g_array_new (FALSE, FALSE, sizeof (GenlmJsonEffect));
  GenlmJsonClass *klass = genlm_json_book_alloc (book, sizeof *klass);
  guint i;

  for (i = 0; i < self->moving->len; i++)
    add_effects (book, self, g_array_index (self->moving, guint32, i), part, effects);
  klass->word = part->word;
  klass->index = part->index;
  klass->tests = part->tests;
  klass->n_effects = effects->len;
  klass->effects = genlm_json_arena_dup (&book->arena, effects->data,
                                         effects->len * sizeof (GenlmJsonEffect));
  for (i = 0; i < klass->n_effects; i++)
    if (klass->effects[i].kind != GENLM_JSON_EFFECT_ALL
        || klass->effects[i].claim == GENLM_JSON_NONE)
      klass->special = TRUE;
  if (self->negative && part->word != GENLM_JSON_NONE
      && genlm_json_body_peek_word (self, part->word)->atom != GENLM_JSON_NONE)
    klass->special = TRUE;
  /* What comes too late is known by what must come before it. */
  if (book->order != GENLM_JSON_ORDER_ANY && self->requiring)
    klass->special = TRUE;
  klass->special = klass->special || self->limited;
  return klass;
}

GenlmJsonClass *
genlm_json_body_get_word_class (GenlmJsonBook *book,
                                GenlmJsonBody *self,
                                guint          word)
{
  GenlmJsonWord *known = &g_array_index (self->words, GenlmJsonWord, word);
  Part part = { .word = word };

  if (known->klass != NULL)
    return known->klass;
  if (self->tests != NULL)
    part.tests = genlm_json_strings_judge_text (book, self->tests, known->name.text,
                                                known->name.length);
  known->klass = make_class (book, self, &part);
  return known->klass;
}

/* The class of names that no schema names, by the tests that hold of them. */
GenlmJsonClass *
genlm_json_body_get_name_class (GenlmJsonBook   *book,
                                GenlmJsonBody   *self,
                                GenlmJsonResult  tests)
{
  gpointer key = GUINT_TO_POINTER (tests + 1);
  GenlmJsonClass *klass = g_hash_table_lookup (self->classes, key);
  Part part = { .word = GENLM_JSON_NONE, .tests = tests };

  if (klass == NULL)
    {
      klass = make_class (book, self, &part);
      g_hash_table_insert (self->classes, key, klass);
    }
  return klass;
}

/* All items after those that some schema has a place for are alike. */
GenlmJsonClass *
genlm_json_body_get_item_class (GenlmJsonBook *book,
                                GenlmJsonBody *self,
                                guint          index)
{
  guint place = MIN (index, self->max_prefix);
  gpointer key = GUINT_TO_POINTER (place + 1);
  GenlmJsonClass *klass = g_hash_table_lookup (self->classes, key);
  Part part = { .word = GENLM_JSON_NONE, .index = place };

  if (klass == NULL)
    {
      klass = make_class (book, self, &part);
      g_hash_table_insert (self->classes, key, klass);
    }
  return klass;
}

/* What @atoms come to for each claim. Those of UNEVALUATED are worked out by
 * whoever knows the covers. */
void
genlm_json_body_judge (const GenlmJsonBody *self,
                       const guint8        *atoms,
                       GByteArray          *truths,
                       guint8              *claims)
{
  guint i;

  g_byte_array_set_size (truths, genlm_json_formula_get_size (&self->formula));
  genlm_json_formula_evaluate (&self->formula, atoms, truths->data);
  for (i = 0; i < self->n_claims; i++)
    claims[i] = truths->data[self->roots[i]];
}
