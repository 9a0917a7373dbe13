#include "genlm-json-body-private.h"

#include "genlm-json-number-list.h"

gboolean
genlm_json_value_is_kind (const GenlmJsonValue *value,
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
    self->roots[GPOINTER_TO_UINT (test) - 1] = genlm_json_body_make_thing_atom (self, GENLM_JSON_ATOM_PATTERN, key);
  g_hash_table_iter_init (&iter, owner->name_tests);
  while (g_hash_table_iter_next (&iter, &key, &test))
    {
      GenlmJsonClaim claim = GPOINTER_TO_UINT (key) - 1;

      genlm_json_body_add_claim (book, self, claim);
      self->roots[GPOINTER_TO_UINT (test) - 1] = genlm_json_body_find_node (book, self, claim);
      if (GPOINTER_TO_UINT (test) <= 64 && genlm_json_body_are_words (book, genlm_json_book_peek_node (book, claim)))
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
    genlm_json_body_start_words (self);
  if (kind == GENLM_JSON_KIND_OBJECT || kind == GENLM_JSON_KIND_ARRAY)
    {
      self->classes = g_hash_table_new (NULL, NULL);
      self->covers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  for (i = 0; i < n_claims; i++)
    {
      genlm_json_body_add_claim (book, self, claims[i]);
      self->roots[i] = genlm_json_body_find_node (book, self, claims[i]);
    }
  if (kind == GENLM_JSON_KIND_OBJECT)
    {
      genlm_json_body_sort_words (book, self);
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
