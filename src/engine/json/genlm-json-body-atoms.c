#include "genlm-json-body-private.h"

/* Whether no other atom can be the same. */
static gboolean
is_unlike_others (guint8 kind)
{
  return kind == GENLM_JSON_ATOM_HAS || kind == GENLM_JSON_ATOM_NUMBERS || kind == GENLM_JSON_ATOM_WORDS
         || kind == GENLM_JSON_ATOM_VARIANTS;
}

/* The formula's node of an atom. */
guint32
genlm_json_body_add_atom (GenlmJsonBody       *self,
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

guint32
genlm_json_body_make_atom (GenlmJsonBody     *self,
                           GenlmJsonAtomKind  kind,
                           GenlmJsonClaim     claim)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = claim };

  return genlm_json_body_add_atom (self, &atom);
}

guint32
genlm_json_body_make_range_atom (GenlmJsonBody     *self,
                                 GenlmJsonAtomKind  kind,
                                 guint64            min,
                                 guint64            max)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = GENLM_JSON_NONE, .min = min, .max = max };

  if (min == 0 && max == GENLM_SCHEMA_UNBOUNDED)
    return GENLM_JSON_FORMULA_YES;
  if (min > max)
    return GENLM_JSON_FORMULA_NO;
  return genlm_json_body_add_atom (self, &atom);
}

guint32
genlm_json_body_make_thing_atom (GenlmJsonBody     *self,
                                 GenlmJsonAtomKind  kind,
                                 gconstpointer      what)
{
  GenlmJsonAtom atom = { .kind = kind, .claim = GENLM_JSON_NONE, .what = (gpointer) what };

  return genlm_json_body_add_atom (self, &atom);
}
