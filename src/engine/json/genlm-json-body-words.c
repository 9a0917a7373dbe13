#include "genlm-json-body-private.h"

#include <string.h>

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

void
genlm_json_body_start_words (GenlmJsonBody *self)
{
  self->words = g_array_new (FALSE, FALSE, sizeof (GenlmJsonWord));
  self->word_ids = g_hash_table_new (name_hash, name_equal);
  self->properties = g_array_new (FALSE, FALSE, sizeof (GenlmJsonProperty));
  self->pattern_tests = g_hash_table_new (NULL, NULL);
  self->name_tests = g_hash_table_new (NULL, NULL);
}

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

guint32
genlm_json_body_make_has (GenlmJsonBody         *self,
                          const GenlmSchemaName *name)
{
  guint32 id = add_word (self, name);
  GenlmJsonWord *word = &g_array_index (self->words, GenlmJsonWord, id);

  if (word->atom == GENLM_JSON_NONE)
    {
      GenlmJsonAtom atom = { .kind = GENLM_JSON_ATOM_HAS, .claim = GENLM_JSON_NONE, .word = id };

      word->atom = self->atoms->len;
      genlm_json_body_add_atom (self, &atom);
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
const GenlmSchemaName *
genlm_json_body_name_member (GenlmJsonBook         *book,
                             const GenlmJsonMember *member)
{
  GenlmSchemaName *name = genlm_json_book_alloc (book, sizeof *name);

  name->text = member->name;
  name->length = member->length;
  return name;
}

/* Names that are listed are words if they are few, and if words need not come in
 * an order that they are not given in. */
gboolean
genlm_json_body_are_words (const GenlmJsonBook   *book,
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

  for (i = 0; genlm_json_body_are_words (book, names) && i < names->enumeration->n; i++)
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
gboolean
genlm_json_body_are_variants (const GenlmJsonBody  *self,
                              const GenlmJsonValue *enumeration)
{
  guint n = 0;
  guint i;

  if (enumeration == NULL || self->kind < GENLM_JSON_KIND_ARRAY)
    return FALSE;
  for (i = 0; i < enumeration->n && n < GENLM_JSON_VARIANTS_MIN; i++)
    n += genlm_json_value_is_kind (&enumeration->items[i], self->kind);
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

      if (!genlm_json_value_is_kind (value, self->kind))
        continue;
      self->max_prefix = MAX (self->max_prefix, value->n);
      for (j = 0; self->kind == GENLM_JSON_KIND_OBJECT && j < value->n; j++)
        {
          GenlmSchemaName name = { value->members[j].name, value->members[j].length };

          if (!g_hash_table_contains (self->word_ids, &name))
            add_word (self, genlm_json_body_name_member (book, &value->members[j]));
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
void
genlm_json_body_enter_claim (GenlmJsonBook  *book,
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
          add_property (book, self, genlm_json_body_name_member (book, &value->members[i]), claim,
                        genlm_json_book_claim_constant (book, &value->members[i].value));
      return;
    }
  node = genlm_json_book_peek_node (book, claim);
  if (self->kind == GENLM_JSON_KIND_ARRAY && node->array != NULL)
    self->max_prefix = MAX (self->max_prefix, node->array->prefix_items.n);
  if (self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL)
    enter_object (book, self, claim, node->object);
  if (genlm_json_body_are_variants (self, node->enumeration))
    enter_variants (book, self, node->enumeration);
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

/* The word of a name that was entered; they are sorted. */
const GenlmJsonWord *
genlm_json_body_find_word (const GenlmJsonBody   *self,
                           const GenlmSchemaName *name)
{
  GenlmJsonWord key = { .name = *name };

  return bsearch (&key, self->words->data, self->words->len, sizeof key, compare_words);
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

void
genlm_json_body_sort_words (GenlmJsonBook *book,
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
