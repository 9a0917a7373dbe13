#include "genlm-json-frame-private.h"

#include <string.h>

#include "genlm-trie-index.h"

/* Forgets what claims that are open no longer hang on. The truths are those
 * of the draft. Covers may come to hang on anything. */
static void
forget (GenlmJsonBook       *book,
        const GenlmJsonBody *body,
        GenlmJsonFrameDraft *draft)
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
              GenlmJsonFrameDraft *draft)
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
intern (GenlmJsonBook             *book,
        GenlmJsonAsk              *ask,
        GenlmJsonBody             *body,
        const GenlmJsonFrameDraft *draft)
{
  gsize n_cells = body->atoms->len * sizeof (guint32);
  gsize n_seen = genlm_json_frame_n_seen_words (body) * sizeof (guint64);
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
  genlm_json_frame_draft_judge (book, body, draft, TRUE, claims);
  self->may_close = genlm_json_goal_allows (ask->goal, claims);
  self->result = genlm_json_book_make_result (book, claims, body->n_claims);
  return self;
}

static void
intern_sets (GenlmJsonBook       *book,
             GenlmJsonFrameDraft *draft)
{
  guint i;

  for (i = 0; draft->sets != NULL && i < draft->n_atoms; i++)
    if (draft->sets[i] != NULL && draft->cells[i] < GENLM_JSON_CELL_FAILED)
      draft->cells[i] = genlm_json_book_make_set (book, draft->sets[i]);
}

/* The frame of a draft; NULL if it cannot come to anything of use. */
GenlmJsonFrame *
genlm_json_frame_finish (GenlmJsonBook       *book,
                         GenlmJsonAsk        *ask,
                         GenlmJsonBody       *body,
                         GenlmJsonFrameDraft *draft)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  if (!genlm_json_frame_draft_is_alive (book, ask, body, draft, claims))
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
  g_auto (GenlmJsonFrameDraft) draft = { 0 };

  genlm_json_frame_draft_init (&draft, body);
  return genlm_json_frame_finish (book, ask, body, &draft);
}

/* The frame once two items have turned out to be equal; NULL if that is the
 * end of it. */
GenlmJsonFrame *
genlm_json_frame_repeat (GenlmJsonBook  *book,
                         GenlmJsonFrame *self)
{
  g_auto (GenlmJsonFrameDraft) draft = { 0 };
  guint i;

  genlm_json_frame_draft_init_copy (&draft, self);
  for (i = 0; i < self->body->atoms->len; i++)
    if (genlm_json_body_peek_atom (self->body, i)->kind == GENLM_JSON_ATOM_UNIQUE)
      draft.cells[i] = GENLM_JSON_CELL_FAILED;
  return genlm_json_frame_finish (book, self->ask, self->body, &draft);
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
