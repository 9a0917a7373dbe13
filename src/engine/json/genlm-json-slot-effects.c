#include "genlm-json-frame-private.h"

static void
add_cover (GenlmJsonBook *book,
           guint32       *cell,
           guint32        cover)
{
  const guint32 *set = *cell > 0 ? g_ptr_array_index (book->sets, *cell - 1) : NULL;
  guint n = set != NULL ? set[0] : 0;
  g_autofree guint32 *list = NULL;
  guint i;
  guint j;

  if (cover == GENLM_JSON_FORMULA_YES)
    return;
  if (cover == GENLM_JSON_FORMULA_NO)
    {
      *cell = GENLM_JSON_CELL_FAILED;
      return;
    }
  list = g_new (guint32, n + 2);
  for (i = 1; i <= n && set[i] < cover; i++)
    list[i] = set[i];
  if (i <= n && set[i] == cover)
    return;
  list[i] = cover;
  for (j = i; j <= n; j++)
    list[j + 1] = set[j];
  list[0] = n + 1;
  *cell = genlm_json_book_make_set (book, list);
}

static void
count_once (const GenlmJsonAtom *atom,
            guint32             *cell)
{
  guint64 most = atom->max != GENLM_SCHEMA_UNBOUNDED ? MAX (atom->min, atom->max + 1) : atom->min;

  if (*cell < most && *cell < GENLM_JSON_CELL_FAILED - 1)
    (*cell)++;
}

/* Whether a variant, of which some members have been read, may have the others in
 * the order that they must have. */
static gboolean
variant_has_order (const GenlmJsonBody       *body,
                   const GenlmJsonVariants   *variants,
                   guint32                    variant,
                   const GenlmJsonFrameDraft *draft)
{
  guint32 i;

  for (i = variants->first_word[variant]; i < variants->first_word[variant + 1]; i++)
    {
      guint32 word = variants->words[i];

      if (!((draft->seen[word / 64] >> (word % 64)) & 1)
          && genlm_json_body_peek_word (body, word)->order < draft->order)
        return FALSE;
    }
  return TRUE;
}

/* Leaves the variants that have the value. @map says by which claims they go: how
 * many there are, and each with its claim. */
static void
narrow_variants (GenlmJsonBook       *book,
                 const GenlmJsonBody *body,
                 GenlmJsonFrameDraft *draft,
                 guint32              index,
                 const guint32       *map,
                 const guint8        *truths)
{
  const GenlmJsonVariants *variants = genlm_json_body_peek_atom (body, index)->what;
  gboolean ordered = body->kind == GENLM_JSON_KIND_OBJECT && book->order != GENLM_JSON_ORDER_ANY;
  guint32 *set;
  guint32 n = 0;
  guint32 i;

  if (draft->cells[index] >= GENLM_JSON_CELL_FAILED)
    return;
  set = g_new (guint32, map[0] + 1);
  for (i = 0; i < map[0]; i++)
    if (truths[map[2 + 2 * i]] != GENLM_JSON_NO
        && (!ordered || variant_has_order (body, variants, map[1 + 2 * i], draft)))
      set[++n] = map[1 + 2 * i];
  set[0] = n;
  draft->sets[index] = set;
  if (n == 0)
    draft->cells[index] = GENLM_JSON_CELL_FAILED;
}

/* What a value with these truths does to the draft. */
void
genlm_json_slot_apply (GenlmJsonBook       *book,
                       const GenlmJsonSlot *slot,
                       GenlmJsonFrameDraft *draft,
                       const guint8        *truths)
{
  const GenlmJsonClass *klass = slot->klass;
  GenlmJsonBody *body = slot->frame->body;
  g_autofree guint8 *contained = NULL;
  guint i;

  draft->n++;
  if (body->kind == GENLM_JSON_KIND_OBJECT)
    {
      draft->order = genlm_json_frame_get_others_order (book, body);
      if (klass->word != GENLM_JSON_NONE)
        {
          draft->seen[klass->word / 64] |= G_GUINT64_CONSTANT (1) << (klass->word % 64);
          draft->order = genlm_json_body_peek_word (body, klass->word)->order;
        }
    }
  for (i = 0; i < klass->n_effects; i++)
    {
      const GenlmJsonEffect *effect = &klass->effects[i];
      guint32 claim = slot->claims[i];
      gboolean variants = effect->kind == GENLM_JSON_EFFECT_VARIANTS;
      guint8 truth = claim < GENLM_JSON_SLOT_SKIPPED && !variants ? truths[claim] : GENLM_JSON_NO;

      if (claim == GENLM_JSON_SLOT_SKIPPED)
        continue;
      if (variants)
        narrow_variants (book, body, draft, effect->atom, slot->variants + claim, truths);
      if (effect->kind == GENLM_JSON_EFFECT_ALL && truth == GENLM_JSON_NO)
        draft->cells[effect->atom] = GENLM_JSON_CELL_FAILED;
      if (effect->kind != GENLM_JSON_EFFECT_CONTAINS)
        continue;
      if (claim == GENLM_JSON_NONE || truth == GENLM_JSON_YES)
        {
          count_once (genlm_json_body_peek_atom (body, effect->atom), &draft->cells[effect->atom]);
          if (contained == NULL)
            contained = g_new0 (guint8, body->atoms->len);
          contained[effect->atom] = TRUE;
        }
      else if (truth == GENLM_JSON_OPEN)
        draft->unsure[effect->atom] = TRUE;
    }
  for (i = 0; i < klass->n_effects && body->n_unevaluated > 0; i++)
    {
      const GenlmJsonEffect *effect = &klass->effects[i];
      guint32 claim = slot->claims[i];
      guint32 cover = effect->cover;

      if (effect->kind != GENLM_JSON_EFFECT_UNEVALUATED || claim == GENLM_JSON_SLOT_SKIPPED
          || (claim < GENLM_JSON_SLOT_SKIPPED && truths[claim] != GENLM_JSON_NO))
        continue;
      if (body->kind == GENLM_JSON_KIND_ARRAY)
        {
          guint j;

          if (contained == NULL)
            contained = g_new0 (guint8, body->atoms->len);
          for (j = 0; j < body->atoms->len && !draft->unsure[j]; j++)
            ;
          if (j < body->atoms->len)
            continue;
          cover = genlm_json_body_make_item_cover (book, body, effect->atom, klass->index,
                                                   contained);
        }
      add_cover (book, &draft->cells[effect->atom], cover);
    }
}
