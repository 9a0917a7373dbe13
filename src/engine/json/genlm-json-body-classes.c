#include "genlm-json-body-private.h"

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
add_member_effects (GenlmJsonBook       *book,
                    GenlmJsonBody       *self,
                    guint32              atom,
                    GenlmJsonClaim       claim,
                    const GenlmJsonPart *part,
                    GArray              *effects)
{
  const GenlmJsonProperty *property = genlm_json_body_find_property (self, part->word, claim);
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
    if (genlm_json_body_peek_test (book, self, self->pattern_tests, object->pattern_properties[i].pattern,
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

      if (!genlm_json_body_peek_test (book, self, self->name_tests, GUINT_TO_POINTER (names + 1), part->tests))
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
add_effects (GenlmJsonBook       *book,
             GenlmJsonBody       *self,
             guint32              index,
             const GenlmJsonPart *part,
             GArray              *effects)
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
          cover = genlm_json_body_make_cover (book, self, index, part);
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
make_class (GenlmJsonBook       *book,
            GenlmJsonBody       *self,
            const GenlmJsonPart *part)
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
  GenlmJsonPart part = { .word = word };

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
  GenlmJsonPart part = { .word = GENLM_JSON_NONE, .tests = tests };

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
  GenlmJsonPart part = { .word = GENLM_JSON_NONE, .index = place };

  if (klass == NULL)
    {
      klass = make_class (book, self, &part);
      g_hash_table_insert (self->classes, key, klass);
    }
  return klass;
}
