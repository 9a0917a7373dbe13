#include "genlm-json-body-private.h"

const GenlmJsonProperty *
genlm_json_body_find_property (GenlmJsonBody  *self,
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

gboolean
genlm_json_body_peek_test (GenlmJsonBook   *book,
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
evaluates_member (GenlmJsonBook       *book,
                  GenlmJsonBody       *self,
                  GenlmJsonClaim       claim,
                  const GenlmJsonPart *part,
                  gboolean             top)
{
  const GenlmSchemaObjectPart *object = genlm_json_book_peek_node (book, claim)->object;
  guint i;

  if (object == NULL)
    return FALSE;
  if (object->additional_properties != GENLM_SCHEMA_NONE
      || (!top && object->unevaluated_properties != GENLM_SCHEMA_NONE)
      || genlm_json_body_find_property (self, part->word, claim) != NULL)
    return TRUE;
  for (i = 0; i < object->n_pattern_properties; i++)
    if (genlm_json_body_peek_test (book, self, self->pattern_tests, object->pattern_properties[i].pattern,
                                   part->tests))
      return TRUE;
  return FALSE;
}

static gboolean
evaluates_item (GenlmJsonBook       *book,
                GenlmJsonBody       *self,
                GenlmJsonClaim       claim,
                const GenlmJsonPart *part,
                gboolean             top)
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
                genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, condition,
                                          genlm_json_body_find_node (book, self, list->nodes[i])),
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

  if (!genlm_json_body_allows (self, node))
    return;
  for (i = 0; self->kind == GENLM_JSON_KIND_OBJECT && node->object != NULL
              && i < node->object->n_dependent_schemas;
       i++)
    {
      const GenlmSchemaProperty *dependency = &node->object->dependent_schemas[i];
      const GenlmJsonWord *word = genlm_json_body_find_word (self, &dependency->name);
      guint32 has = genlm_json_body_peek_atom (self, word->atom)->node;

      has = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, has,
                                      genlm_json_body_find_node (book, self, dependency->node));
      add_branch (branches, genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, from->condition, has),
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
      guint32 condition = genlm_json_body_find_node (book, self, part->condition);
      guint32 yes = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, from->condition, condition);
      guint32 no = genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, from->condition,
                                             genlm_json_formula_make_not (&self->formula, condition));

      add_branch (branches, yes, genlm_json_book_simplify_claim (book, part->condition));
      if (part->consequence != GENLM_SCHEMA_NONE)
        add_branch (branches,
                    genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, yes,
                                              genlm_json_body_find_node (book, self, part->consequence)),
                    genlm_json_book_simplify_claim (book, part->consequence));
      if (part->alternative != GENLM_SCHEMA_NONE)
        add_branch (branches,
                    genlm_json_body_make_two (self, GENLM_JSON_FORMULA_AND, no,
                                              genlm_json_body_find_node (book, self, part->alternative)),
                    genlm_json_book_simplify_claim (book, part->alternative));
    }
}

/* The formula that @part is evaluated by something beside the keyword of the
 * atom. */
guint32
genlm_json_body_make_cover (GenlmJsonBook       *book,
                            GenlmJsonBody       *self,
                            guint32              atom,
                            const GenlmJsonPart *part)
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
  GenlmJsonPart part = { .word = GENLM_JSON_NONE, .index = index, .contained = contained };
  GString *key = g_string_new (NULL);
  gpointer cover;
  guint i;

  g_string_printf (key, "%u/%u/", atom, index);
  for (i = 0; i < self->atoms->len; i++)
    g_string_append_c (key, contained[i] ? '1' : '0');
  if (!g_hash_table_lookup_extended (self->covers, key->str, NULL, &cover))
    {
      cover = GUINT_TO_POINTER (genlm_json_body_make_cover (book, self, atom, &part));
      g_hash_table_insert (self->covers, g_strdup (key->str), cover);
      book->memory += key->len + 4 * sizeof (gpointer);
    }
  g_string_free (key, TRUE);
  return GPOINTER_TO_UINT (cover);
}
