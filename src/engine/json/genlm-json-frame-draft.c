#include "genlm-json-frame-draft.h"

#include <string.h>

void
genlm_json_frame_draft_init (GenlmJsonFrameDraft *draft,
                             const GenlmJsonBody *body)
{
  draft->n = 0;
  draft->order = 0;
  draft->known = g_new0 (guint8, MAX (body->n_claims, 1));
  memset (draft->known, GENLM_JSON_OPEN, body->n_claims);
  draft->cells = g_new0 (guint32, body->atoms->len);
  draft->seen = g_new0 (guint64, genlm_json_frame_n_seen_words (body));
  draft->sets = body->n_variants > 0 ? g_new0 (guint32 *, body->atoms->len) : NULL;
  draft->unsure = g_new0 (guint8, body->atoms->len);
  draft->n_atoms = body->atoms->len;
  draft->denied = GENLM_JSON_NONE;
  draft->places = GENLM_SCHEMA_UNBOUNDED;
}

void
genlm_json_frame_draft_init_copy (GenlmJsonFrameDraft  *draft,
                                  const GenlmJsonFrame *frame)
{
  const GenlmJsonBody *body = frame->body;

  draft->n = frame->n;
  draft->order = frame->order;
  draft->known = g_memdup2 (frame->known, body->n_claims);
  draft->cells = g_memdup2 (frame->cells, body->atoms->len * sizeof (guint32));
  draft->seen = g_memdup2 (frame->seen, genlm_json_frame_n_seen_words (body) * sizeof (guint64));
  draft->sets = body->n_variants > 0 ? g_new0 (guint32 *, body->atoms->len) : NULL;
  draft->unsure = g_new0 (guint8, body->atoms->len);
  draft->n_atoms = body->atoms->len;
  draft->denied = GENLM_JSON_NONE;
  draft->places = GENLM_SCHEMA_UNBOUNDED;
}

void
genlm_json_frame_draft_clear (GenlmJsonFrameDraft *draft)
{
  guint i;

  for (i = 0; draft->sets != NULL && i < draft->n_atoms; i++)
    g_free (draft->sets[i]);
  g_free (draft->sets);
  g_free (draft->known);
  g_free (draft->cells);
  g_free (draft->seen);
  g_free (draft->unsure);
}

/* The variants that are left. */
static const guint32 *
peek_set (const GenlmJsonBook       *book,
          const GenlmJsonBody       *body,
          const GenlmJsonFrameDraft *draft,
          guint                      index)
{
  if (draft->sets[index] != NULL)
    return draft->sets[index];
  if (draft->cells[index] > 0)
    return g_ptr_array_index (book->sets, draft->cells[index] - 1);
  return ((const GenlmJsonVariants *) genlm_json_body_peek_atom (body, index)->what)->all;
}

/* How many members or items more an open atom needs at least. */
static guint64
count_needed (const GenlmJsonBook       *book,
              const GenlmJsonBody       *body,
              const GenlmJsonFrameDraft *draft,
              guint                      index)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, index);
  guint64 n;

  switch (atom->kind)
    {
    case GENLM_JSON_ATOM_HAS:
      return !((draft->seen[atom->word / 64] >> (atom->word % 64)) & 1);
    case GENLM_JSON_ATOM_COUNT:
      return atom->min > draft->n ? atom->min - draft->n : 0;
    case GENLM_JSON_ATOM_CONTAINS:
      n = (guint64) draft->cells[index] + draft->unsure[index];
      return atom->min > n ? atom->min - n : 0;
    case GENLM_JSON_ATOM_VARIANTS:
      return genlm_json_variants_get_least (atom->what, peek_set (book, body, draft, index)) - draft->n;
    default:
      return 0;
    }
}

/* How many members or items more an open atom allows at most. */
static guint64
count_places (const GenlmJsonBook       *book,
              const GenlmJsonBody       *body,
              const GenlmJsonFrameDraft *draft,
              guint                      index)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, index);

  if (atom->kind == GENLM_JSON_ATOM_COUNT && atom->max != GENLM_SCHEMA_UNBOUNDED)
    return atom->max - draft->n;
  if (atom->kind == GENLM_JSON_ATOM_VARIANTS)
    return genlm_json_variants_get_most (atom->what, peek_set (book, body, draft, index)) - draft->n;
  return GENLM_SCHEMA_UNBOUNDED;
}

static GenlmJsonTruth
atom_truth (GenlmJsonBook             *book,
            const GenlmJsonBody       *body,
            const GenlmJsonFrameDraft *draft,
            guint                      index,
            gboolean                   final)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, index);
  guint32 cell = draft->cells[index];

  if (cell == GENLM_JSON_CELL_FAILED || index == draft->denied)
    return GENLM_JSON_NO;
  if (draft->places != GENLM_SCHEMA_UNBOUNDED && cell != GENLM_JSON_CELL_IGNORED
      && count_needed (book, body, draft, index) > draft->places)
    return GENLM_JSON_NO;
  switch (atom->kind)
    {
    case GENLM_JSON_ATOM_HAS:
      if ((draft->seen[atom->word / 64] >> (atom->word % 64)) & 1)
        return GENLM_JSON_YES;
      if (final || genlm_json_body_peek_word (body, atom->word)->order < draft->order)
        return GENLM_JSON_NO;
      return GENLM_JSON_OPEN;
    case GENLM_JSON_ATOM_COUNT:
      if (cell == GENLM_JSON_CELL_IGNORED)
        return GENLM_JSON_OPEN;
      return genlm_json_count_truth (draft->n, atom->min, atom->max, final);
    case GENLM_JSON_ATOM_CONTAINS:
      if (cell == GENLM_JSON_CELL_IGNORED
          || (draft->unsure[index]
              && genlm_json_count_truth (cell, atom->min, atom->max, FALSE)
                   != genlm_json_count_truth ((guint64) cell + 1, atom->min, atom->max, FALSE)))
        return GENLM_JSON_OPEN;
      return genlm_json_count_truth (cell, atom->min, atom->max, final);
    case GENLM_JSON_ATOM_VARIANTS:
      if (!final || cell == GENLM_JSON_CELL_IGNORED)
        return GENLM_JSON_OPEN;
      return genlm_json_variants_get_least (atom->what, peek_set (book, body, draft, index)) == draft->n;
    case GENLM_JSON_ATOM_UNEVALUATED:
      return GENLM_JSON_OPEN;
    default:
      return final && cell != GENLM_JSON_CELL_IGNORED ? GENLM_JSON_YES : GENLM_JSON_OPEN;
    }
}

static GenlmJsonTruth
covers_truth (GenlmJsonBook *book,
              guint32        cell,
              const guint8  *truths,
              gboolean       final)
{
  GenlmJsonTruth truth = final ? GENLM_JSON_YES : GENLM_JSON_OPEN;
  const guint32 *set;
  guint i;

  if (cell == 0)
    return truth;
  set = g_ptr_array_index (book->sets, cell - 1);
  for (i = 1; i <= set[0]; i++)
    {
      if (truths[set[i]] == GENLM_JSON_NO)
        return GENLM_JSON_NO;
      if (truths[set[i]] == GENLM_JSON_OPEN)
        truth = GENLM_JSON_OPEN;
    }
  return truth;
}

/* What the draft comes to. Leaves the truths of atoms and formulas in the
 * book's room. */
void
genlm_json_frame_draft_judge (GenlmJsonBook             *book,
                              const GenlmJsonBody       *body,
                              const GenlmJsonFrameDraft *draft,
                              gboolean                   final,
                              guint8                    *claims)
{
  gboolean changed = body->n_unevaluated > 0;
  guint i;

  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    book->atoms->data[i] = (guint8) atom_truth (book, body, draft, i, final);
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
  while (changed)
    {
      changed = FALSE;
      for (i = 0; i < body->moving->len; i++)
        {
          guint32 index = g_array_index (body->moving, guint32, i);
          guint8 truth;

          if (genlm_json_body_peek_atom (body, index)->kind != GENLM_JSON_ATOM_UNEVALUATED
              || book->atoms->data[index] != GENLM_JSON_OPEN)
            continue;
          truth = (guint8) covers_truth (book, draft->cells[index], book->truths->data, final);
          changed = changed || truth != GENLM_JSON_OPEN;
          book->atoms->data[index] = truth;
        }
      if (changed)
        genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
    }
  for (i = 0; i < body->n_claims; i++)
    if (draft->known[i] != GENLM_JSON_OPEN)
      claims[i] = draft->known[i];
}

/* Whether the goal is out of reach unless the atom comes to hold. */
gboolean
genlm_json_frame_draft_needs (GenlmJsonBook       *book,
                              GenlmJsonAsk        *ask,
                              const GenlmJsonBody *body,
                              GenlmJsonFrameDraft *draft,
                              guint                index)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  draft->denied = index;
  genlm_json_frame_draft_judge (book, body, draft, FALSE, claims);
  draft->denied = GENLM_JSON_NONE;
  return !genlm_json_goal_allows (ask->goal, claims);
}

/* Whether more than @places members or items may still be needed, one for each
 * name; with @certain, whether so many names are. @open says which atoms are
 * open. */
static gboolean
needs_more (GenlmJsonBook       *book,
            GenlmJsonAsk        *ask,
            const GenlmJsonBody *body,
            GenlmJsonFrameDraft *draft,
            const guint8        *open,
            guint64              places,
            gboolean             certain)
{
  guint64 n_names = 0;
  guint i;

  for (i = 0; i < body->atoms->len; i++)
    {
      gboolean name = genlm_json_body_peek_atom (body, i)->kind == GENLM_JSON_ATOM_HAS;

      if (!open[i])
        continue;
      if (!certain && count_needed (book, body, draft, i) > places)
        return TRUE;
      if (name && (!certain || genlm_json_frame_draft_needs (book, ask, body, draft, i)) && ++n_names > places)
        return TRUE;
    }
  return FALSE;
}

/* Whether nothing of use comes of so many members or items more. */
gboolean
genlm_json_frame_draft_is_too_little (GenlmJsonBook       *book,
                                      GenlmJsonAsk        *ask,
                                      const GenlmJsonBody *body,
                                      GenlmJsonFrameDraft *draft,
                                      guint64              places,
                                      guint8              *claims)
{
  draft->places = places;
  genlm_json_frame_draft_judge (book, body, draft, FALSE, claims);
  draft->places = GENLM_SCHEMA_UNBOUNDED;
  return !genlm_json_goal_allows (ask->goal, claims);
}

/* Whether more is needed than a limit that must be kept leaves room for. The
 * truths in the book's room are those of the draft, and are again afterwards. */
static gboolean
is_crowded (GenlmJsonBook       *book,
            GenlmJsonAsk        *ask,
            const GenlmJsonBody *body,
            GenlmJsonFrameDraft *draft,
            guint8              *claims)
{
  g_autofree guint8 *open = NULL;
  gboolean crowded = FALSE;
  guint i;

  if (!body->limited)
    return FALSE;
  open = g_new (guint8, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    open[i] = book->atoms->data[i] == GENLM_JSON_OPEN && draft->cells[i] < GENLM_JSON_CELL_FAILED;
  for (i = 0; i < body->atoms->len && !crowded; i++)
    {
      guint64 places = open[i] ? count_places (book, body, draft, i) : GENLM_SCHEMA_UNBOUNDED;

      if (places == GENLM_SCHEMA_UNBOUNDED
          || !needs_more (book, ask, body, draft, open, places, FALSE))
        continue;
      crowded = genlm_json_frame_draft_needs (book, ask, body, draft, i)
                && (genlm_json_frame_draft_is_too_little (book, ask, body, draft, places, claims)
                    || needs_more (book, ask, body, draft, open, places, TRUE));
      genlm_json_frame_draft_judge (book, body, draft, FALSE, claims);
    }
  return crowded;
}

/* Whether the draft may still come to something of use. */
gboolean
genlm_json_frame_draft_is_alive (GenlmJsonBook       *book,
                                 GenlmJsonAsk        *ask,
                                 const GenlmJsonBody *body,
                                 GenlmJsonFrameDraft *draft,
                                 guint8              *claims)
{
  genlm_json_frame_draft_judge (book, body, draft, FALSE, claims);
  return genlm_json_goal_allows (ask->goal, claims) && !is_crowded (book, ask, body, draft, claims);
}
