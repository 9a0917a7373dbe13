#include "genlm-json-frame-private.h"

#include <string.h>

/* The place in the order of members of those whose names are no words. */
guint32
genlm_json_frame_get_others_order (GenlmJsonBook       *book,
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

static gboolean
class_is_alive (GenlmJsonBook  *book,
                GenlmJsonFrame *self,
                GenlmJsonClass *klass)
{
  if (!genlm_json_frame_may_have_class (self, klass, book))
    return FALSE;
  return !klass->special || genlm_json_frame_get_slot (book, self, klass)->ask != NULL;
}

static void
make_words (GenlmJsonBook  *book,
            GenlmJsonFrame *self)
{
  guint n = self->body->words->len;
  guint64 *words = genlm_json_book_alloc (book, genlm_json_frame_n_seen_words (self->body) * sizeof *words);
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
  g_auto (GenlmJsonFrameDraft) draft = { 0 };
  guint64 n_words = 0;
  guint i;

  for (i = 0; i < genlm_json_frame_n_seen_words (body); i++)
    n_words += (guint) __builtin_popcountll (self->words[i]);
  genlm_json_frame_draft_init_copy (&draft, self);
  return genlm_json_frame_draft_is_too_little (book, self->ask, body, &draft, n_words, claims);
}

/* Whether a member is needed that the words have, and that may not come. */
static gboolean
lacks_member (GenlmJsonBook  *book,
              GenlmJsonFrame *self)
{
  const GenlmJsonBody *body = self->body;
  g_auto (GenlmJsonFrameDraft) draft = { 0 };
  guint i;

  genlm_json_frame_draft_init_copy (&draft, self);
  for (i = 0; i < body->words->len && body->requiring; i++)
    {
      guint32 atom = genlm_json_body_peek_word (body, i)->atom;

      if (atom != GENLM_JSON_NONE && self->cells[atom] < GENLM_JSON_CELL_FAILED
          && !((self->seen[i / 64] >> (i % 64)) & 1) && !genlm_json_frame_may_have (self, i, i + 1)
          && genlm_json_frame_draft_needs (book, self->ask, body, &draft, atom))
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

/* Whether every name that is no word, and that the automaton of names allows,
 * may be followed by a value: its goal says which results may, if it is exact. */
gboolean
genlm_json_frame_names_end (const GenlmJsonFrame *self)
{
  const GenlmJsonBody *tests = self->body->tests;

  return tests == NULL
         || (tests->n_claims <= GENLM_JSON_GOAL_MAX_EXACT && !tests->strings->checked);
}
