#include "genlm-json-frame-private.h"

static gboolean
effect_matters (const GenlmJsonFrame  *frame,
                const GenlmJsonEffect *effect)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (frame->body, effect->atom);
  guint32 cell = frame->cells[effect->atom];

  if (cell >= GENLM_JSON_CELL_FAILED)
    return FALSE;
  return effect->kind != GENLM_JSON_EFFECT_CONTAINS || frame->body->n_unevaluated > 0
         || genlm_json_count_truth (cell, atom->min, atom->max, FALSE) == GENLM_JSON_OPEN;
}

static int
compare_claims (gconstpointer a,
                gconstpointer b)
{
  GenlmJsonClaim x = *(const GenlmJsonClaim *) a;
  GenlmJsonClaim y = *(const GenlmJsonClaim *) b;

  return x < y ? -1 : x > y;
}

/* Appends how many of the variants that are left have a value at the place of the
 * class, and each with the claim that it is that. */
static void
append_variants (GenlmJsonBook        *book,
                 const GenlmJsonFrame *frame,
                 const GenlmJsonClass *klass,
                 guint32               index,
                 GArray               *map)
{
  GenlmJsonVariants *variants = genlm_json_body_peek_atom (frame->body, index)->what;
  guint32 cell = frame->cells[index];
  const guint32 *set = cell > 0 ? g_ptr_array_index (book->sets, cell - 1) : variants->all;
  guint32 start = map->len;
  guint32 n_parts;
  const GenlmJsonVariantPart *parts =
    genlm_json_variants_list (book, variants, frame->body->kind == GENLM_JSON_KIND_ARRAY ? klass->index : klass->word,
                              &n_parts);
  guint32 n = 0;
  guint32 i;
  guint32 j = 1;

  g_array_append_val (map, n);
  for (i = 0; i < n_parts; i++)
    {
      while (j <= set[0] && set[j] < parts[i].variant)
        j++;
      if (j > set[0] || set[j] != parts[i].variant)
        continue;
      g_array_append_val (map, parts[i].variant);
      g_array_append_val (map, parts[i].claim);
      n++;
    }
  g_array_index (map, guint32, start) = n;
}

static guint32
find_claim (const GArray   *claims,
            GenlmJsonClaim  claim)
{
  const guint32 *found = bsearch (&claim, claims->data, claims->len, sizeof *found, compare_claims);

  return (guint32) (found - (const guint32 *) claims->data);
}

/* The claims that are asked of the value, and how the effects go by them. */
GenlmJsonPlan *
genlm_json_slot_make_plan (GenlmJsonBook *book,
                           GenlmJsonSlot *slot)
{
  const GenlmJsonClass *klass = slot->klass;
  g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (GenlmJsonClaim));
  g_autoptr (GArray) variants = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 *map = genlm_json_book_alloc (book, klass->n_effects * sizeof *map);
  guint n = 0;
  guint i;
  guint j;

  for (i = 0; i < klass->n_effects; i++)
    {
      const GenlmJsonEffect *effect = &klass->effects[i];

      map[i] = effect_matters (slot->frame, effect) ? effect->claim : GENLM_JSON_SLOT_SKIPPED;
      if (map[i] != GENLM_JSON_SLOT_SKIPPED && effect->kind == GENLM_JSON_EFFECT_VARIANTS)
        {
          map[i] = variants->len;
          append_variants (book, slot->frame, klass, effect->atom, variants);
          for (j = map[i] + 2; j < variants->len; j += 2)
            g_array_append_val (claims, g_array_index (variants, guint32, j));
        }
      else if (map[i] != GENLM_JSON_NONE && map[i] != GENLM_JSON_SLOT_SKIPPED)
        g_array_append_val (claims, map[i]);
    }
  g_array_sort (claims, compare_claims);
  for (i = 0; i < claims->len; i++)
    if (i == 0 || g_array_index (claims, guint32, i) != g_array_index (claims, guint32, n - 1))
      g_array_index (claims, guint32, n++) = g_array_index (claims, guint32, i);
  g_array_set_size (claims, n);
  for (i = 0; i < klass->n_effects; i++)
    if (map[i] != GENLM_JSON_SLOT_SKIPPED && klass->effects[i].kind == GENLM_JSON_EFFECT_VARIANTS)
      for (j = 0; j < g_array_index (variants, guint32, map[i]); j++)
        {
          guint32 *claim = &g_array_index (variants, guint32, map[i] + 2 + 2 * j);

          *claim = find_claim (claims, *claim);
        }
    else if (map[i] != GENLM_JSON_NONE && map[i] != GENLM_JSON_SLOT_SKIPPED)
      map[i] = find_claim (claims, map[i]);
  slot->claims = map;
  slot->variants = genlm_json_arena_dup (&book->arena, variants->data, variants->len * sizeof (guint32));
  return genlm_json_plan_intern (book, (const GenlmJsonClaim *) claims->data, n);
}
