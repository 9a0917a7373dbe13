#include "genlm-json-frame.h"

#include <string.h>

#include "genlm-trie-index.h"

/* A frame while it is being made. */
typedef struct
{
  guint64  n;
  guint64  room;
  guint32  order;
  guint8  *known;
  guint32 *cells;
  guint64 *seen;
  guint32 **sets;  /* by atom, in place of its cell: the variants that are left; or NULL */
  guint8  *unsure; /* by atom: it may have counted once more than its cell says */
  guint32  denied; /* an atom that is taken to fail, or NONE */
  guint    n_atoms;
  guint64  places; /* more members or items than these are taken not to come */
} Draft;

/* In place of the claim of an effect that does not matter. */
#define SKIPPED (G_MAXUINT32 - 1)

static guint
n_seen_words (const GenlmJsonBody *body)
{
  return body->words != NULL ? (body->words->len + 63) / 64 : 0;
}

static void
draft_init (Draft               *draft,
            const GenlmJsonBody *body)
{
  draft->n = 0;
  draft->order = 0;
  draft->known = g_new0 (guint8, MAX (body->n_claims, 1));
  memset (draft->known, GENLM_JSON_OPEN, body->n_claims);
  draft->cells = g_new0 (guint32, body->atoms->len);
  draft->seen = g_new0 (guint64, n_seen_words (body));
  draft->sets = body->n_variants > 0 ? g_new0 (guint32 *, body->atoms->len) : NULL;
  draft->unsure = g_new0 (guint8, body->atoms->len);
  draft->n_atoms = body->atoms->len;
  draft->denied = GENLM_JSON_NONE;
  draft->places = GENLM_SCHEMA_UNBOUNDED;
}

static void
draft_init_copy (Draft                *draft,
                 const GenlmJsonFrame *frame)
{
  const GenlmJsonBody *body = frame->body;

  draft->n = frame->n;
  draft->order = frame->order;
  draft->known = g_memdup2 (frame->known, body->n_claims);
  draft->cells = g_memdup2 (frame->cells, body->atoms->len * sizeof (guint32));
  draft->seen = g_memdup2 (frame->seen, n_seen_words (body) * sizeof (guint64));
  draft->sets = body->n_variants > 0 ? g_new0 (guint32 *, body->atoms->len) : NULL;
  draft->unsure = g_new0 (guint8, body->atoms->len);
  draft->n_atoms = body->atoms->len;
  draft->denied = GENLM_JSON_NONE;
  draft->places = GENLM_SCHEMA_UNBOUNDED;
}

static void
draft_clear (Draft *draft)
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

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static GenlmJsonTruth
count_truth (guint64  n,
             guint64  min,
             guint64  max,
             gboolean final)
{
  if (final)
    return n >= min && n <= max;
  if (n > max)
    return GENLM_JSON_NO;
  return n >= min && max == GENLM_SCHEMA_UNBOUNDED ? GENLM_JSON_YES : GENLM_JSON_OPEN;
}

/* The variants that are left. */
static const guint32 *
peek_set (const GenlmJsonBook *book,
          const GenlmJsonBody *body,
          const Draft         *draft,
          guint                index)
{
  if (draft->sets[index] != NULL)
    return draft->sets[index];
  if (draft->cells[index] > 0)
    return g_ptr_array_index (book->sets, draft->cells[index] - 1);
  return ((const GenlmJsonVariants *) genlm_json_body_peek_atom (body, index)->what)->all;
}

/* How many members or items more an open atom needs at least. */
static guint64
count_needed (const GenlmJsonBook *book,
              const GenlmJsonBody *body,
              const Draft         *draft,
              guint                index)
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
count_places (const GenlmJsonBook *book,
              const GenlmJsonBody *body,
              const Draft         *draft,
              guint                index)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, index);

  if (atom->kind == GENLM_JSON_ATOM_COUNT && atom->max != GENLM_SCHEMA_UNBOUNDED)
    return atom->max - draft->n;
  if (atom->kind == GENLM_JSON_ATOM_VARIANTS)
    return genlm_json_variants_get_most (atom->what, peek_set (book, body, draft, index)) - draft->n;
  return GENLM_SCHEMA_UNBOUNDED;
}

static GenlmJsonTruth
atom_truth (GenlmJsonBook       *book,
            const GenlmJsonBody *body,
            const Draft         *draft,
            guint                index,
            gboolean             final)
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
      return count_truth (draft->n, atom->min, atom->max, final);
    case GENLM_JSON_ATOM_CONTAINS:
      if (cell == GENLM_JSON_CELL_IGNORED
          || (draft->unsure[index]
              && count_truth (cell, atom->min, atom->max, FALSE)
                   != count_truth ((guint64) cell + 1, atom->min, atom->max, FALSE)))
        return GENLM_JSON_OPEN;
      return count_truth (cell, atom->min, atom->max, final);
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
static void
judge (GenlmJsonBook       *book,
       const GenlmJsonBody *body,
       const Draft         *draft,
       gboolean             final,
       guint8              *claims)
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
static gboolean
is_necessary (GenlmJsonBook       *book,
              GenlmJsonAsk        *ask,
              const GenlmJsonBody *body,
              Draft               *draft,
              guint                index)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  draft->denied = index;
  judge (book, body, draft, FALSE, claims);
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
            Draft               *draft,
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
      if (name && (!certain || is_necessary (book, ask, body, draft, i)) && ++n_names > places)
        return TRUE;
    }
  return FALSE;
}

/* Whether nothing of use comes of so many members or items more. */
static gboolean
is_too_little (GenlmJsonBook       *book,
               GenlmJsonAsk        *ask,
               const GenlmJsonBody *body,
               Draft               *draft,
               guint64              places,
               guint8              *claims)
{
  draft->places = places;
  judge (book, body, draft, FALSE, claims);
  draft->places = GENLM_SCHEMA_UNBOUNDED;
  return !genlm_json_goal_allows (ask->goal, claims);
}

/* Whether more is needed than a limit that must be kept leaves room for. The
 * truths in the book's room are those of the draft, and are again afterwards. */
static gboolean
is_crowded (GenlmJsonBook       *book,
            GenlmJsonAsk        *ask,
            const GenlmJsonBody *body,
            Draft               *draft,
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
      crowded = is_necessary (book, ask, body, draft, i)
                && (is_too_little (book, ask, body, draft, places, claims)
                    || needs_more (book, ask, body, draft, open, places, TRUE));
      judge (book, body, draft, FALSE, claims);
    }
  return crowded;
}

/* Whether the draft may still come to something of use. */
static gboolean
is_alive (GenlmJsonBook       *book,
          GenlmJsonAsk        *ask,
          const GenlmJsonBody *body,
          Draft               *draft,
          guint8              *claims)
{
  judge (book, body, draft, FALSE, claims);
  return genlm_json_goal_allows (ask->goal, claims) && !is_crowded (book, ask, body, draft, claims);
}

/* Forgets what claims that are open no longer hang on. The truths are those
 * of the draft. Covers may come to hang on anything. */
static void
forget (GenlmJsonBook       *book,
        const GenlmJsonBody *body,
        Draft               *draft)
{
  guint i;

  g_byte_array_set_size (book->needed, genlm_json_formula_get_size (&body->formula));
  if (book->needed->len > 0)
    memset (book->needed->data, body->n_unevaluated > 0, book->needed->len);
  for (i = 0; i < body->n_claims; i++)
    if (draft->known[i] == GENLM_JSON_OPEN)
      book->needed->data[body->roots[i]] = TRUE;
  genlm_json_formula_mark (&body->formula, book->truths->data, book->needed->data);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      if (book->atoms->data[i] == GENLM_JSON_OPEN && !book->needed->data[atom->node])
        draft->cells[i] = GENLM_JSON_CELL_IGNORED;
    }
}

/* The count where something changed last, and the one where something changes
 * next. */
typedef struct
{
  guint64 last;
  guint64 next;
} Changes;

static void
add_change (Changes *changes,
            guint64  n,
            guint64  at)
{
  if (at <= n)
    changes->last = MAX (changes->last, at);
  else
    changes->next = MIN (changes->next, at);
}

/* Where the count matters no more than that it lies between two others it becomes
 * the least of those, and the draft has room: so many more may come before the next
 * change is near. It is near where a token may come to it, or where it counts whether
 * what is needed, words or what is to be contained, still has places. Variants know
 * it exactly. */
static void
settle_count (const GenlmJsonBody *body,
              Draft               *draft)
{
  Changes changes = { body->max_prefix, G_MAXUINT64 };
  guint64 near = GENLM_TRIE_MAX_DEPTH / 2 + 1;
  gboolean exact = FALSE;
  guint i;

  if (body->words != NULL)
    near += body->words->len;
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      if (atom->kind == GENLM_JSON_ATOM_CONTAINS && draft->cells[i] != GENLM_JSON_CELL_IGNORED)
        near += MIN (atom->min, G_MAXUINT32);
      if (atom->kind == GENLM_JSON_ATOM_VARIANTS && draft->cells[i] < GENLM_JSON_CELL_FAILED)
        exact = TRUE;
      if (atom->kind != GENLM_JSON_ATOM_COUNT || draft->cells[i] == GENLM_JSON_CELL_IGNORED)
        continue;
      add_change (&changes, draft->n, atom->min);
      if (atom->max != GENLM_SCHEMA_UNBOUNDED)
        add_change (&changes, draft->n, atom->max + 1);
    }
  draft->room = 0;
  if (exact || draft->n < changes.last)
    return;
  if (changes.next == G_MAXUINT64)
    draft->n = changes.last;
  else if (changes.next - draft->n > near)
    {
      draft->n = changes.last;
      draft->room = changes.next - near - draft->n;
    }
}

static void
add_to_key (GenlmJsonBook *book,
            gconstpointer  data,
            gsize          size)
{
  if (size > 0)
    g_byte_array_append (book->key, data, (guint) size);
}

static GenlmJsonFrame *
intern (GenlmJsonBook *book,
        GenlmJsonAsk  *ask,
        GenlmJsonBody *body,
        const Draft   *draft)
{
  gsize n_cells = body->atoms->len * sizeof (guint32);
  gsize n_seen = n_seen_words (body) * sizeof (guint64);
  g_autofree guint8 *claims = NULL;
  GenlmJsonFrame *self;
  guint i;

  g_byte_array_set_size (book->key, 0);
  add_to_key (book, "f", 1);
  add_to_key (book, &ask, sizeof ask);
  add_to_key (book, &body, sizeof body);
  add_to_key (book, &draft->n, sizeof draft->n);
  add_to_key (book, &draft->order, sizeof draft->order);
  add_to_key (book, draft->known, body->n_claims);
  add_to_key (book, draft->cells, n_cells);
  add_to_key (book, draft->seen, n_seen);
  self = genlm_json_book_find (book, book->key->data, book->key->len);
  if (self != NULL)
    return self;
  self = genlm_json_book_alloc (book, sizeof *self);
  genlm_json_book_add (book, book->key->data, book->key->len, self);
  self->ask = ask;
  self->body = body;
  self->index = book->n_frames++;
  self->n = draft->n;
  self->room = draft->room;
  self->order = draft->order;
  self->known = genlm_json_arena_dup (&book->arena, draft->known, body->n_claims);
  self->cells = genlm_json_arena_dup (&book->arena, draft->cells, n_cells);
  self->seen = genlm_json_arena_dup (&book->arena, draft->seen, n_seen);
  self->may_go_on = GENLM_JSON_OPEN;
  self->may_repeat = GENLM_JSON_OPEN;
  for (i = 0; i < body->atoms->len; i++)
    if (genlm_json_body_peek_atom (body, i)->kind == GENLM_JSON_ATOM_UNIQUE
        && draft->cells[i] < GENLM_JSON_CELL_FAILED)
      self->unique = TRUE;
  claims = g_new (guint8, MAX (body->n_claims, 1));
  judge (book, body, draft, TRUE, claims);
  self->may_close = genlm_json_goal_allows (ask->goal, claims);
  self->result = genlm_json_book_make_result (book, claims, body->n_claims);
  return self;
}

/* The cell of a set, whose length comes first. */
static guint32
intern_set (GenlmJsonBook *book,
            const guint32 *set)
{
  gsize size = (set[0] + 1) * sizeof *set;
  gpointer found;

  g_byte_array_set_size (book->key, 0);
  add_to_key (book, "s", 1);
  add_to_key (book, set, size);
  found = genlm_json_book_find (book, book->key->data, book->key->len);
  if (found == NULL)
    {
      g_ptr_array_add (book->sets, genlm_json_arena_dup (&book->arena, set, size));
      found = GUINT_TO_POINTER (book->sets->len);
      genlm_json_book_add (book, book->key->data, book->key->len, found);
    }
  return GPOINTER_TO_UINT (found);
}

static void
intern_sets (GenlmJsonBook *book,
             Draft         *draft)
{
  guint i;

  for (i = 0; draft->sets != NULL && i < draft->n_atoms; i++)
    if (draft->sets[i] != NULL && draft->cells[i] < GENLM_JSON_CELL_FAILED)
      draft->cells[i] = intern_set (book, draft->sets[i]);
}

/* The frame of a draft; NULL if it cannot come to anything of use. */
static GenlmJsonFrame *
finish (GenlmJsonBook *book,
        GenlmJsonAsk  *ask,
        GenlmJsonBody *body,
        Draft         *draft)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  if (!is_alive (book, ask, body, draft, claims))
    return NULL;
  if (body->n_claims > 0)
    memcpy (draft->known, claims, body->n_claims);
  forget (book, body, draft);
  settle_count (body, draft);
  intern_sets (book, draft);
  return intern (book, ask, body, draft);
}

GenlmJsonFrame *
genlm_json_frame_start (GenlmJsonBook *book,
                        GenlmJsonAsk  *ask,
                        GenlmJsonBody *body)
{
  g_auto (Draft) draft = { 0 };

  draft_init (&draft, body);
  return finish (book, ask, body, &draft);
}

/* Slots */

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
  *cell = intern_set (book, list);
}

static void
count_once (const GenlmJsonAtom *atom,
            guint32             *cell)
{
  guint64 most = atom->max != GENLM_SCHEMA_UNBOUNDED ? MAX (atom->min, atom->max + 1) : atom->min;

  if (*cell < most && *cell < GENLM_JSON_CELL_FAILED - 1)
    (*cell)++;
}

static guint32
others_order (GenlmJsonBook       *book,
              const GenlmJsonBody *body)
{
  switch (book->order)
    {
    case GENLM_JSON_ORDER_SCHEMA:
      return body->words->len;
    case GENLM_JSON_ORDER_REQUIRED_FIRST:
      return 1;
    default:
      return 0;
    }
}

/* Whether a variant, of which some members have been read, may have the others in
 * the order that they must have. */
static gboolean
variant_has_order (const GenlmJsonBody     *body,
                   const GenlmJsonVariants *variants,
                   guint32                  variant,
                   const Draft             *draft)
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
                 Draft               *draft,
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
static void
apply (GenlmJsonBook       *book,
       const GenlmJsonSlot *slot,
       Draft               *draft,
       const guint8        *truths)
{
  const GenlmJsonClass *klass = slot->klass;
  GenlmJsonBody *body = slot->frame->body;
  g_autofree guint8 *contained = NULL;
  guint i;

  draft->n++;
  if (body->kind == GENLM_JSON_KIND_OBJECT)
    {
      draft->order = others_order (book, body);
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
      guint8 truth = claim < SKIPPED && !variants ? truths[claim] : GENLM_JSON_NO;

      if (claim == SKIPPED)
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

      if (effect->kind != GENLM_JSON_EFFECT_UNEVALUATED || claim == SKIPPED
          || (claim < SKIPPED && truths[claim] != GENLM_JSON_NO))
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

/* Whether a value with these truths leaves the frame alive. */
static gboolean
try_value (GenlmJsonBook       *book,
           const GenlmJsonSlot *slot,
           const guint8        *truths)
{
  GenlmJsonFrame *frame = slot->frame;
  g_autofree guint8 *claims = g_new (guint8, MAX (frame->body->n_claims, 1));
  g_auto (Draft) draft = { 0 };

  draft_init_copy (&draft, frame);
  apply (book, slot, &draft, truths);
  return is_alive (book, frame->ask, frame->body, &draft, claims);
}

static guint64
make_table (GenlmJsonBook       *book,
            const GenlmJsonSlot *slot,
            guint                n)
{
  guint8 truths[GENLM_JSON_GOAL_MAX_EXACT];
  guint64 table = 0;
  guint result;
  guint i;

  for (result = 0; result < 1u << n; result++)
    {
      for (i = 0; i < n; i++)
        truths[i] = (result >> i) & 1;
      if (try_value (book, slot, truths))
        table |= G_GUINT64_CONSTANT (1) << result;
    }
  return table;
}

/* Marks the claims that variants go by. Returns whether there are any. */
static gboolean
mark_variants (const GenlmJsonSlot *slot,
               guint                n,
               guint8              *marks)
{
  const GenlmJsonClass *klass = slot->klass;
  gboolean any = FALSE;
  guint i;
  guint j;

  memset (marks, FALSE, n);
  for (i = 0; i < klass->n_effects; i++)
    if (klass->effects[i].kind == GENLM_JSON_EFFECT_VARIANTS && slot->claims[i] != SKIPPED)
      for (j = 0; j < slot->variants[slot->claims[i]]; j++)
        any = marks[slot->variants[slot->claims[i] + 2 + 2 * j]] = TRUE;
  return any;
}

/* What each claim must be, or OPEN. What variants go by is not looked at: nearly
 * always there are others. */
static void
list_wanted (GenlmJsonBook       *book,
             const GenlmJsonSlot *slot,
             guint                n,
             const guint8        *variants,
             guint8              *truths,
             guint8              *wanted)
{
  guint i;

  for (i = 0; i < n; i++)
    {
      wanted[i] = GENLM_JSON_OPEN;
      if (variants[i])
        continue;
      truths[i] = GENLM_JSON_NO;
      if (!try_value (book, slot, truths))
        wanted[i] = GENLM_JSON_YES;
      truths[i] = GENLM_JSON_YES;
      if (wanted[i] == GENLM_JSON_OPEN && !try_value (book, slot, truths))
        wanted[i] = GENLM_JSON_NO;
      truths[i] = GENLM_JSON_OPEN;
    }
}

/* A small set of claims that must not all fail, if there is one: a smallest one, or
 * all that variants go by. @truths are all open. */
static guint
list_any (GenlmJsonBook       *book,
          const GenlmJsonSlot *slot,
          guint                n,
          const guint8        *variants,
          guint8              *truths,
          const guint8        *wanted,
          guint32             *any)
{
  guint n_any = 0;
  guint i;

  for (i = 0; i < n; i++)
    if (wanted[i] == GENLM_JSON_OPEN)
      truths[i] = variants[i] ? GENLM_JSON_OPEN : GENLM_JSON_NO;
  if (try_value (book, slot, truths))
    return 0;
  for (i = 0; i < n; i++)
    {
      if (truths[i] == GENLM_JSON_OPEN)
        continue;
      truths[i] = GENLM_JSON_OPEN;
      if (!try_value (book, slot, truths))
        continue;
      truths[i] = GENLM_JSON_NO;
      any[n_any++] = i;
    }
  return n_any;
}

/* The same for the claims that variants go by, all together. */
static guint
list_any_variant (GenlmJsonBook       *book,
                  const GenlmJsonSlot *slot,
                  guint                n,
                  const guint8        *variants,
                  guint32             *any)
{
  g_autofree guint8 *truths = g_new (guint8, n);
  guint n_any = 0;
  guint i;

  for (i = 0; i < n; i++)
    truths[i] = variants[i] ? GENLM_JSON_NO : GENLM_JSON_OPEN;
  if (try_value (book, slot, truths))
    return 0;
  for (i = 0; i < n; i++)
    if (variants[i])
      any[n_any++] = i;
  return n_any;
}

/* The goal for many claims; NULL if nothing is of use. */
static const GenlmJsonGoal *
make_wide_goal (GenlmJsonBook       *book,
                const GenlmJsonSlot *slot,
                guint                n)
{
  g_autofree guint8 *truths = g_new (guint8, n);
  g_autofree guint8 *wanted = g_new (guint8, n);
  g_autofree guint8 *variants = g_new (guint8, n);
  g_autofree guint32 *any = g_new (guint32, n);
  guint n_any = 0;

  memset (truths, GENLM_JSON_OPEN, n);
  if (!try_value (book, slot, truths))
    return NULL;
  if (mark_variants (slot, n, variants))
    n_any = list_any_variant (book, slot, n, variants, any);
  list_wanted (book, slot, n, variants, truths, wanted);
  if (n_any == 0)
    n_any = list_any (book, slot, n, variants, truths, wanted, any);
  return genlm_json_ask_make_goal (book, n, 0, wanted, any, n_any);
}

static gboolean
effect_matters (const GenlmJsonFrame  *frame,
                const GenlmJsonEffect *effect)
{
  const GenlmJsonAtom *atom = genlm_json_body_peek_atom (frame->body, effect->atom);
  guint32 cell = frame->cells[effect->atom];

  if (cell >= GENLM_JSON_CELL_FAILED)
    return FALSE;
  return effect->kind != GENLM_JSON_EFFECT_CONTAINS || frame->body->n_unevaluated > 0
         || count_truth (cell, atom->min, atom->max, FALSE) == GENLM_JSON_OPEN;
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
static GenlmJsonPlan *
make_plan (GenlmJsonBook *book,
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

      map[i] = effect_matters (slot->frame, effect) ? effect->claim : SKIPPED;
      if (map[i] != SKIPPED && effect->kind == GENLM_JSON_EFFECT_VARIANTS)
        {
          map[i] = variants->len;
          append_variants (book, slot->frame, klass, effect->atom, variants);
          for (j = map[i] + 2; j < variants->len; j += 2)
            g_array_append_val (claims, g_array_index (variants, guint32, j));
        }
      else if (map[i] != GENLM_JSON_NONE && map[i] != SKIPPED)
        g_array_append_val (claims, map[i]);
    }
  g_array_sort (claims, compare_claims);
  for (i = 0; i < claims->len; i++)
    if (i == 0 || g_array_index (claims, guint32, i) != g_array_index (claims, guint32, n - 1))
      g_array_index (claims, guint32, n++) = g_array_index (claims, guint32, i);
  g_array_set_size (claims, n);
  for (i = 0; i < klass->n_effects; i++)
    if (map[i] != SKIPPED && klass->effects[i].kind == GENLM_JSON_EFFECT_VARIANTS)
      for (j = 0; j < g_array_index (variants, guint32, map[i]); j++)
        {
          guint32 *claim = &g_array_index (variants, guint32, map[i] + 2 + 2 * j);

          *claim = find_claim (claims, *claim);
        }
    else if (map[i] != GENLM_JSON_NONE && map[i] != SKIPPED)
      map[i] = find_claim (claims, map[i]);
  slot->claims = map;
  slot->variants = genlm_json_arena_dup (&book->arena, variants->data, variants->len * sizeof (guint32));
  return genlm_json_plan_intern (book, (const GenlmJsonClaim *) claims->data, n);
}

static gboolean
class_may_come (const GenlmJsonFrame *self,
                const GenlmJsonClass *klass,
                GenlmJsonBook        *book)
{
  const GenlmJsonBody *body = self->body;

  if (body->kind == GENLM_JSON_KIND_ARRAY)
    return TRUE;
  if (klass->word == GENLM_JSON_NONE)
    return others_order (book, body) >= self->order;
  return !((self->seen[klass->word / 64] >> (klass->word % 64)) & 1)
         && genlm_json_body_peek_word (body, klass->word)->order >= self->order;
}

GenlmJsonSlot *
genlm_json_frame_get_slot (GenlmJsonBook  *book,
                           GenlmJsonFrame *self,
                           GenlmJsonClass *klass)
{
  GenlmJsonSlot *slot = genlm_json_frame_peek_slot (self, klass);
  const GenlmJsonGoal *goal;
  GenlmJsonPlan *plan;
  guint64 table;

  if (slot != NULL)
    return slot;
  slot = genlm_json_book_alloc (book, sizeof *slot);
  slot->frame = self;
  slot->klass = klass;
  slot->ends = GENLM_JSON_OPEN;
  if (class_may_come (self, klass, book))
    {
      plan = make_plan (book, slot);
      if (plan->n_claims > GENLM_JSON_GOAL_MAX_EXACT)
        goal = make_wide_goal (book, slot, plan->n_claims);
      else
        {
          table = make_table (book, slot, plan->n_claims);
          goal = table != 0
                   ? genlm_json_ask_make_goal (book, plan->n_claims, table, NULL, NULL, 0)
                   : NULL;
        }
      if (goal != NULL)
        slot->ask = genlm_json_ask_intern (book, plan, goal);
      if (slot->ask != NULL && !genlm_json_ask_is_alive (book, slot->ask))
        slot->ask = NULL;
    }
  slot->next = self->slots;
  __atomic_store_n (&self->slots, slot, __ATOMIC_RELEASE);
  return slot;
}

GenlmJsonSlot *
genlm_json_frame_get_item (GenlmJsonBook  *book,
                           GenlmJsonFrame *self)
{
  GenlmJsonSlot *slot = self->item;

  if (slot == NULL)
    {
      guint place = (guint) MIN (self->n, self->body->max_prefix);

      slot = genlm_json_frame_get_slot (book, self,
                                        genlm_json_body_get_item_class (book, self->body, place));
      __atomic_store_n (&self->item, slot, __ATOMIC_RELEASE);
    }
  return slot;
}

/* @leaves: with the value the room of the frame is used up. */
GenlmJsonFrame *
genlm_json_slot_make_next (GenlmJsonBook   *book,
                           GenlmJsonSlot   *self,
                           GenlmJsonResult  result,
                           gboolean         leaves)
{
  guint n = self->ask->plan->n_claims;
  g_autofree guint8 *truths = NULL;
  g_auto (Draft) draft = { 0 };
  GenlmJsonFrame *frame;
  GenlmJsonNext *next;
  guint i;

  if (genlm_json_slot_peek_next (self, result, leaves, &frame))
    return frame;
  truths = g_new (guint8, MAX (n, 1));
  for (i = 0; i < n; i++)
    truths[i] = genlm_json_book_peek_result (book, result, n, i);
  draft_init_copy (&draft, self->frame);
  if (leaves)
    draft.n += self->frame->room - 1;
  apply (book, self, &draft, truths);
  next = genlm_json_book_alloc (book, sizeof *next);
  next->result = result;
  next->frame = finish (book, self->frame->ask, self->frame->body, &draft);
  next->next = self->nexts[leaves];
  __atomic_store_n (&self->nexts[leaves], next, __ATOMIC_RELEASE);
  return next->frame;
}

/* The frame once two items have turned out to be equal; NULL if that is the
 * end of it. */
GenlmJsonFrame *
genlm_json_frame_repeat (GenlmJsonBook  *book,
                         GenlmJsonFrame *self)
{
  g_auto (Draft) draft = { 0 };
  guint i;

  draft_init_copy (&draft, self);
  for (i = 0; i < self->body->atoms->len; i++)
    if (genlm_json_body_peek_atom (self->body, i)->kind == GENLM_JSON_ATOM_UNIQUE)
      draft.cells[i] = GENLM_JSON_CELL_FAILED;
  return finish (book, self->ask, self->body, &draft);
}

/* Whether the frame matters and lives on once two items have turned out to be
 * equal. */
gboolean
genlm_json_frame_may_repeat (GenlmJsonBook  *book,
                             GenlmJsonFrame *self)
{
  if (self->may_repeat == GENLM_JSON_OPEN)
    {
      guint8 may = self->unique && genlm_json_frame_repeat (book, self) != NULL;

      __atomic_store_n (&self->may_repeat, may, __ATOMIC_RELEASE);
    }
  return self->may_repeat;
}

/* Names */

static gboolean
class_is_alive (GenlmJsonBook  *book,
                GenlmJsonFrame *self,
                GenlmJsonClass *klass)
{
  if (!class_may_come (self, klass, book))
    return FALSE;
  return !klass->special || genlm_json_frame_get_slot (book, self, klass)->ask != NULL;
}

static void
make_words (GenlmJsonBook  *book,
            GenlmJsonFrame *self)
{
  guint n = self->body->words->len;
  guint64 *words = genlm_json_book_alloc (book, n_seen_words (self->body) * sizeof *words);
  guint i;

  for (i = 0; i < n; i++)
    if (!((self->seen[i / 64] >> (i % 64)) & 1)
        && class_is_alive (book, self, genlm_json_body_get_word_class (book, self->body, i)))
      words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
  self->words = words;
}

static gboolean
result_is_alive (GenlmJsonBook   *book,
                 GenlmJsonFrame  *self,
                 GenlmJsonResult  tests)
{
  GenlmJsonClass *klass = genlm_json_body_get_name_class (book, self->body, tests);

  return genlm_json_frame_get_slot (book, self, klass)->ask != NULL;
}

/* Which results of the tests of names may come. */
static const GenlmJsonGoal *
make_names_goal (GenlmJsonBook  *book,
                 GenlmJsonFrame *self)
{
  guint n = self->body->tests->n_claims;
  g_autofree guint8 *wanted = NULL;
  g_autofree guint32 *any = NULL;
  guint64 table = 0;
  guint i;

  if (n <= GENLM_JSON_GOAL_MAX_EXACT)
    {
      for (i = 0; i < 1u << n; i++)
        if ((i & self->body->listed_tests) == 0 && result_is_alive (book, self, i))
          table |= G_GUINT64_CONSTANT (1) << i;
      return table != 0 ? genlm_json_ask_make_goal (book, n, table, NULL, NULL, 0) : NULL;
    }
  wanted = g_malloc (n);
  memset (wanted, GENLM_JSON_NO, n);
  any = g_new (guint32, n);
  for (i = 0; i < n; i++)
    any[i] = i;
  i = result_is_alive (book, self, genlm_json_book_make_result (book, wanted, n)) ? 0 : n;
  memset (wanted, GENLM_JSON_OPEN, n);
  return genlm_json_ask_make_goal (book, n, 0, wanted, any, i);
}

static void
make_others (GenlmJsonBook  *book,
             GenlmJsonFrame *self)
{
  GenlmJsonBody *tests = self->body->tests;
  const GenlmJsonGoal *goal;

  if (tests == NULL)
    {
      if (!result_is_alive (book, self, 0))
        return;
      self->others = book->plain;
      self->dfa = book->plain_dfa;
      return;
    }
  goal = make_names_goal (book, self);
  if (goal == NULL)
    return;
  self->others = genlm_json_strings_start (book, tests, goal);
  self->dfa = tests->strings->dfa;
}

void
genlm_json_frame_make_keys (GenlmJsonBook  *book,
                            GenlmJsonFrame *self)
{
  if (self->has_keys)
    return;
  make_words (book, self);
  make_others (book, self);
  __atomic_store_n (&self->has_keys, TRUE, __ATOMIC_RELEASE);
}

/* Whether any of the words from @low to before @high may come. */
gboolean
genlm_json_frame_may_have (const GenlmJsonFrame *self,
                           guint32               low,
                           guint32               high)
{
  while (low < high)
    {
      guint64 bits = self->words[low / 64] >> (low % 64);

      if (bits != 0)
        return low + (guint32) __builtin_ctzll (bits) < high;
      low = (low / 64 + 1) * 64;
    }
  return FALSE;
}

/* Whether more members are needed than there are words that may come. */
static gboolean
lacks_words (GenlmJsonBook  *book,
             GenlmJsonFrame *self)
{
  const GenlmJsonBody *body = self->body;
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));
  g_auto (Draft) draft = { 0 };
  guint64 n_words = 0;
  guint i;

  for (i = 0; i < n_seen_words (body); i++)
    n_words += (guint) __builtin_popcountll (self->words[i]);
  draft_init_copy (&draft, self);
  return is_too_little (book, self->ask, body, &draft, n_words, claims);
}

/* Whether a member is needed that the words have, and that may not come. */
static gboolean
lacks_member (GenlmJsonBook  *book,
              GenlmJsonFrame *self)
{
  const GenlmJsonBody *body = self->body;
  g_auto (Draft) draft = { 0 };
  guint i;

  draft_init_copy (&draft, self);
  for (i = 0; i < body->words->len && body->requiring; i++)
    {
      guint32 atom = genlm_json_body_peek_word (body, i)->atom;

      if (atom != GENLM_JSON_NONE && self->cells[atom] < GENLM_JSON_CELL_FAILED
          && !((self->seen[i / 64] >> (i % 64)) & 1) && !genlm_json_frame_may_have (self, i, i + 1)
          && is_necessary (book, self->ask, body, &draft, atom))
        return TRUE;
    }
  return FALSE;
}

/* Whether another member or item may come. */
gboolean
genlm_json_frame_may_go_on (GenlmJsonBook  *book,
                            GenlmJsonFrame *self)
{
  gboolean may;

  if (self->may_go_on != GENLM_JSON_OPEN)
    return self->may_go_on;
  if (self->body->kind == GENLM_JSON_KIND_ARRAY)
    may = genlm_json_frame_get_item (book, self)->ask != NULL;
  else
    {
      genlm_json_frame_make_keys (book, self);
      may = self->others != NULL || genlm_json_frame_may_have (self, 0, self->body->words->len);
      /* In any order what may not come next may not come at all. */
      if (may && !self->may_close && book->order == GENLM_JSON_ORDER_ANY)
        may = !lacks_member (book, self) && (self->others != NULL || !lacks_words (book, self));
    }
  __atomic_store_n (&self->may_go_on, (guint8) may, __ATOMIC_RELEASE);
  return may;
}

/* Outlooks: numbers that frames have in common which look alike for a while. */

/* Others read it without the lock. */
static guint32
keep_outlook (guint32 *place,
              guint32  outlook)
{
  __atomic_store_n (place, outlook, __ATOMIC_RELEASE);
  return outlook;
}

static guint32
intern_outlook (GenlmJsonBook *book,
                gconstpointer  key,
                gsize          size)
{
  gpointer found = genlm_json_book_find (book, key, size);

  if (found == NULL)
    {
      found = GUINT_TO_POINTER (++book->n_outlooks);
      genlm_json_book_add (book, key, size, found);
    }
  return GPOINTER_TO_UINT (found);
}

/* How names that may come start, for bytes that are no letters and digits;
 * FALSE if a character beyond ASCII is among the first. */
static gboolean
add_first_bytes (GenlmJsonFrame *self,
                 guint64         bytes[2])
{
  guint i;

  for (i = 0; i < self->body->words->len; i++)
    {
      const GenlmSchemaName *name = &genlm_json_body_peek_word (self->body, i)->name;
      guint8 byte = name->length > 0 ? (guint8) name->text[0] : '"';

      /* An escape may stand for any character. */
      if (!genlm_json_frame_may_have (self, i, i + 1))
        continue;
      bytes['\\' / 64] |= G_GUINT64_CONSTANT (1) << ('\\' % 64);
      if (byte < 0x80 && !g_ascii_isalnum (byte))
        bytes[byte / 64] |= G_GUINT64_CONSTANT (1) << (byte % 64);
      if (byte >= 0x80)
        return FALSE;
    }
  return TRUE;
}

/* What can be seen after a value of the frame: with @names, also how names may
 * start. */
guint32
genlm_json_frame_get_outlook (GenlmJsonBook  *book,
                              GenlmJsonFrame *self,
                              gboolean        names)
{
  struct
  {
    guint64       kind;
    guint32       may_close;
    guint32       may_go_on;
    guint64       result;
    gpointer      item;
    gpointer      others;
    gpointer      body;
    gpointer      frame;
    guint64       bytes[2];
  } key = { 'o', self->may_close };

  if (self->outlook[names] != 0)
    return self->outlook[names];
  key.kind |= (guint64) self->body->kind << 8 | (guint64) names << 16 | (guint64) self->unique << 17;
  key.may_go_on = genlm_json_frame_may_go_on (book, self);
  key.result = self->may_close ? self->result : 0;
  if (self->body->kind == GENLM_JSON_KIND_ARRAY)
    key.item = key.may_go_on ? genlm_json_frame_get_item (book, self)->ask : NULL;
  else if (names)
    {
      key.others = self->others;
      key.body = self->body;
      if (!add_first_bytes (self, key.bytes))
        key.frame = self;
    }
  return keep_outlook (&self->outlook[names], intern_outlook (book, &key, sizeof key));
}

/* Whether whatever comes of a value leads on to something. */
gboolean
genlm_json_slot_always_ends (GenlmJsonBook *book,
                             GenlmJsonSlot *self)
{
  const GenlmJsonGoal *goal = self->ask->goal;
  gboolean ends = genlm_json_goal_is_exact (goal);
  guint result;

  if (self->ends != GENLM_JSON_OPEN)
    return self->ends;
  for (result = 0; ends && result < 1u << goal->n_claims; result++)
    {
      GenlmJsonFrame *next;

      if (!((goal->table >> result) & 1))
        continue;
      next = genlm_json_slot_make_next (book, self, result, FALSE);
      ends = next != NULL && (next->may_close || genlm_json_frame_may_go_on (book, next));
    }
  /* Others read it without the lock. */
  __atomic_store_n (&self->ends, (guint8) ends, __ATOMIC_RELEASE);
  return ends;
}

/* What can be seen after the value of the slot, whatever comes of it. Slots
 * that may lead to many places look like themselves only. */
guint32
genlm_json_slot_get_outlook (GenlmJsonBook *book,
                             GenlmJsonSlot *self,
                             gboolean       names)
{
  guint64 key[6] = { 'l' };
  const GenlmJsonGoal *goal = self->ask->goal;
  guint n = 1;
  guint result;

  if (self->outlook[names] != 0)
    return self->outlook[names];
  if (!genlm_json_goal_is_exact (goal) || __builtin_popcountll (goal->table) > 2)
    {
      key[0] = 'i';
      key[1] = (guint64) (gsize) self;
      return keep_outlook (&self->outlook[names], intern_outlook (book, key, sizeof key));
    }
  for (result = 0; result < 1u << goal->n_claims; result++)
    {
      GenlmJsonFrame *next;

      if (!((goal->table >> result) & 1))
        continue;
      next = genlm_json_slot_make_next (book, self, result, FALSE);
      key[n] = result;
      if (next != NULL && self->frame->unique && genlm_json_frame_may_repeat (book, next))
        key[n] |= (guint64) 1 << 32;
      n++;
      key[n++] = next != NULL ? genlm_json_frame_get_outlook (book, next, names) : 0;
    }
  key[0] |= (guint64) self->frame->unique << 8;
  return keep_outlook (&self->outlook[names], intern_outlook (book, key, sizeof key));
}

/* Whether every name that is no word, and that the automaton of names allows,
 * may be followed by a value: its goal says which results may, if it is exact. */
gboolean
genlm_json_frame_names_end (const GenlmJsonFrame *self)
{
  const GenlmJsonBody *tests = self->body->tests;

  return tests == NULL
         || (tests->n_claims <= GENLM_JSON_GOAL_MAX_EXACT && !tests->strings->checked);
}
