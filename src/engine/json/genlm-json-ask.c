#include "genlm-json-ask.h"

#include <string.h>

#include "genlm-json-frame.h"
#include "genlm-json-number.h"

/* @wanted and @any count for claims that are too many for a table only. */
const GenlmJsonGoal *
genlm_json_ask_make_goal (GenlmJsonBook *book,
                          guint          n_claims,
                          guint64        table,
                          const guint8  *wanted,
                          const guint32 *any,
                          guint          n_any)
{
  gboolean exact = n_claims <= GENLM_JSON_GOAL_MAX_EXACT;
  GenlmJsonGoal *goal;

  g_byte_array_set_size (book->key, 0);
  g_byte_array_append (book->key, (const guint8 *) "g", 1);
  g_byte_array_append (book->key, (const guint8 *) &n_claims, sizeof n_claims);
  if (exact)
    g_byte_array_append (book->key, (const guint8 *) &table, sizeof table);
  else
    {
      g_byte_array_append (book->key, wanted, n_claims);
      g_byte_array_append (book->key, (const guint8 *) any, n_any * sizeof *any);
    }
  goal = genlm_json_book_find (book, book->key->data, book->key->len);
  if (goal != NULL)
    return goal;
  goal = genlm_json_book_alloc (book, sizeof *goal);
  goal->n_claims = n_claims;
  if (exact)
    goal->table = table;
  else
    {
      goal->wanted = genlm_json_arena_dup (&book->arena, wanted, n_claims);
      goal->any = genlm_json_arena_dup (&book->arena, any, n_any * sizeof *any);
      goal->n_any = n_any;
    }
  genlm_json_book_add (book, book->key->data, book->key->len, goal);
  return goal;
}

GenlmJsonAsk *
genlm_json_ask_intern (GenlmJsonBook       *book,
                       GenlmJsonPlan       *plan,
                       const GenlmJsonGoal *goal)
{
  gconstpointer key[] = { GUINT_TO_POINTER ('a'), plan, goal };
  GenlmJsonAsk *self = genlm_json_book_find (book, key, sizeof key);

  if (self == NULL)
    {
      self = genlm_json_book_alloc (book, sizeof *self);
      self->plan = plan;
      self->goal = goal;
      self->index = g_hash_table_size (book->interned);
      self->alive = GENLM_JSON_OPEN;
      memset (self->kinds, GENLM_JSON_OPEN, sizeof self->kinds);
      genlm_json_book_add (book, key, sizeof key, self);
    }
  return self;
}

static gboolean
enter_literal (GenlmJsonBook *book,
               GenlmJsonAsk  *self,
               GenlmJsonKind  kind,
               GenlmJsonBody *body)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  genlm_json_body_judge (body, NULL, book->truths, claims);
  self->results[kind] = genlm_json_book_make_result (book, claims, body->n_claims);
  return genlm_json_goal_allows (self->goal, claims);
}

static gboolean
enter_scalar (GenlmJsonBook *book,
              GenlmJsonAsk  *self,
              GenlmJsonBody *body)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  g_byte_array_set_size (book->atoms, body->atoms->len);
  if (body->atoms->len > 0)
    memset (book->atoms->data, GENLM_JSON_OPEN, body->atoms->len);
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
  return genlm_json_goal_allows (self->goal, claims);
}

static GenlmJsonResult
judge_whole (GenlmJsonBook *book,
             GenlmJsonBody *body)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  genlm_json_number_judge (book, body, "1", 1, claims);
  return genlm_json_book_make_result (book, claims, body->n_claims);
}

/* A value of a kind may be of use, as far as can be seen at its start. */
static gboolean
may_be (GenlmJsonBook *book,
        GenlmJsonAsk  *self,
        GenlmJsonKind  kind)
{
  GenlmJsonBody *body = genlm_json_plan_get_body (book, self->plan, kind);

  switch (kind)
    {
    case GENLM_JSON_KIND_NUMBER:
      self->number_is_free = genlm_json_number_is_free (book, body);
      self->number_is_listed = genlm_json_number_is_listed (body, self->goal);
      self->number_form = (guint8) genlm_json_number_get_form (book, body, self->goal);
      self->whole = judge_whole (book, body);
      return enter_scalar (book, self, body);
    case GENLM_JSON_KIND_STRING:
      return enter_scalar (book, self, body);
    case GENLM_JSON_KIND_ARRAY:
      self->array = genlm_json_frame_start (book, self, body);
      return self->array != NULL;
    case GENLM_JSON_KIND_OBJECT:
      self->object = genlm_json_frame_start (book, self, body);
      return self->object != NULL;
    default:
      return enter_literal (book, self, kind, body);
    }
}

/* Makes what a value of a kind needs at its start; FALSE if none is of use. */
gboolean
genlm_json_ask_enter (GenlmJsonBook *book,
                      GenlmJsonAsk  *self,
                      GenlmJsonKind  kind)
{
  gboolean alive;

  if (self->kinds[kind] != GENLM_JSON_OPEN)
    return self->kinds[kind];
  alive = may_be (book, self, kind);
  if (kind == GENLM_JSON_KIND_STRING && alive)
    {
      GenlmJsonBody *body = self->plan->bodies[kind];

      self->string = genlm_json_strings_start (book, body, self->goal);
      self->dfa = body->strings->dfa;
      alive = self->string != NULL;
    }
  __atomic_store_n (&self->kinds[kind], (guint8) alive, __ATOMIC_RELEASE);
  return alive;
}

/* The kinds to look at, the likely ones first. */
static guint
list_kinds (GenlmJsonBook *book,
            GenlmJsonAsk  *self,
            GenlmJsonKind *kinds)
{
  static const GenlmJsonKind order[] = {
    GENLM_JSON_KIND_STRING, GENLM_JSON_KIND_OBJECT, GENLM_JSON_KIND_NUMBER, GENLM_JSON_KIND_TRUE,
    GENLM_JSON_KIND_ARRAY,  GENLM_JSON_KIND_NULL,   GENLM_JSON_KIND_FALSE,
  };
  static const guint8 types[] = {
    GENLM_SCHEMA_TYPE_STRING,
    GENLM_SCHEMA_TYPE_OBJECT,
    GENLM_SCHEMA_TYPE_NUMBER | GENLM_SCHEMA_TYPE_INTEGER,
    GENLM_SCHEMA_TYPE_BOOLEAN,
    GENLM_SCHEMA_TYPE_ARRAY,
    GENLM_SCHEMA_TYPE_NULL,
    GENLM_SCHEMA_TYPE_BOOLEAN,
  };
  guint8 likely = GENLM_SCHEMA_TYPE_ALL;
  guint n = 0;
  guint i;
  guint pass;

  if (self->plan->n_claims > 0 && (self->plan->claims[0] & GENLM_JSON_CLAIM_CONSTANT) == 0)
    likely = genlm_json_book_peek_node (book, self->plan->claims[0])->types;
  for (pass = 0; pass < 2; pass++)
    for (i = 0; i < G_N_ELEMENTS (order); i++)
      if (((types[i] & likely) != 0) == (pass == 0))
        kinds[n++] = order[i];
  return n;
}

gboolean
genlm_json_ask_is_alive (GenlmJsonBook *book,
                         GenlmJsonAsk  *self)
{
  GenlmJsonKind kinds[GENLM_JSON_N_KINDS];
  guint n;
  guint i;

  if (self->alive != GENLM_JSON_OPEN)
    return self->alive;
  n = list_kinds (book, self, kinds);
  self->alive = GENLM_JSON_NO;
  /* Of kinds that are known others read without the lock what may_be() writes. */
  for (i = 0; i < n && self->alive == GENLM_JSON_NO; i++)
    self->alive = self->kinds[kinds[i]] != GENLM_JSON_OPEN ? self->kinds[kinds[i]]
                                                           : (guint8) may_be (book, self, kinds[i]);
  return self->alive;
}

gboolean
genlm_json_ask_allows (GenlmJsonBook   *book,
                       GenlmJsonAsk    *self,
                       GenlmJsonResult  result)
{
  guint n = self->plan->n_claims;
  g_autofree guint8 *truths = NULL;
  guint i;

  if (genlm_json_goal_is_exact (self->goal))
    return (self->goal->table >> result) & 1;
  truths = g_new (guint8, n);
  for (i = 0; i < n; i++)
    truths[i] = genlm_json_book_peek_result (book, result, n, i);
  return genlm_json_goal_allows (self->goal, truths);
}
