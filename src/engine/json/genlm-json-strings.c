#include "genlm-json-strings.h"

#include <string.h>

#include "genlm-json-body.h"
#include "genlm-json-format-private.h"
#include "genlm-json-text.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"
#include "genlm-trie-index.h"

/* What is being put together. */
typedef struct
{
  GenlmJsonBook    *book;
  GenlmJsonBody    *body;
  GenlmJsonStrings *strings;
  GenlmByteExprs   *exprs;
  GenlmByteEncoding encoding;
  GenlmByteExpr     character; /* one of a string */
  GenlmByteExpr     all;       /* any string */
  GenlmByteExpr     quote;
} Builder;

static GenlmByteExpr
make_and (GenlmByteExprs *exprs,
          GenlmByteExpr   a,
          GenlmByteExpr   b)
{
  GenlmByteExpr members[] = { a, b };

  return genlm_byte_exprs_make_intersection (exprs, members, 2);
}

static GenlmByteExpr
make_or (GenlmByteExprs *exprs,
         GenlmByteExpr   a,
         GenlmByteExpr   b)
{
  GenlmByteExpr members[] = { a, b };

  return genlm_byte_exprs_make_union (exprs, members, 2);
}

static GenlmByteExpr
make_not (Builder       *builder,
          GenlmByteExpr  expr)
{
  if (expr == builder->all)
    return GENLM_BYTE_EXPR_NOTHING;
  if (expr == GENLM_BYTE_EXPR_NOTHING)
    return builder->all;
  return make_and (builder->exprs, builder->all,
                   genlm_byte_exprs_make_complement (builder->exprs, expr));
}

static guint32
clamp_count (guint64 count)
{
  return count >= G_MAXINT32 ? GENLM_BYTE_EXPR_UNBOUNDED : (guint32) count;
}

static GenlmByteExpr
compile (Builder              *builder,
         const GenlmRegexTree *tree)
{
  GError *error = NULL;
  GenlmByteExpr expr = GENLM_BYTE_EXPR_NOTHING;

  if (!genlm_regex_compile (tree, builder->exprs, builder->encoding, &expr, &error))
    genlm_json_book_fail (builder->book, error);
  return expr;
}

/* Any one character. */
static GenlmByteExpr
compile_character (Builder *builder)
{
  static const char character[] = "(?s:.)";
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (character, strlen (character), NULL, NULL);

  return compile (builder, tree);
}

static GenlmByteExpr
compile_format (Builder               *builder,
                const GenlmJsonFormat *format)
{
  GenlmByteExpr expr = compile (builder, genlm_json_format_peek_tree (format));

  if (format->max_length == G_MAXUINT)
    return expr;
  return make_and (builder->exprs, expr,
                   genlm_byte_exprs_make_repeat (builder->exprs, builder->character, 0, format->max_length));
}

static GenlmByteExpr
compile_words (Builder   *builder,
               GPtrArray *values)
{
  g_autofree const char **words = g_new (const char *, values->len);
  g_autofree gsize *lengths = g_new (gsize, values->len);
  guint i;

  for (i = 0; i < values->len; i++)
    {
      const GenlmJsonValue *value = g_ptr_array_index (values, i);

      words[i] = value->text;
      lengths[i] = value->n;
    }
  return genlm_byte_exprs_make_words (builder->exprs, builder->encoding, words, lengths,
                                      values->len);
}

static GenlmByteExpr
compile_atom (Builder             *builder,
              const GenlmJsonAtom *atom)
{
  const GenlmSchemaPattern *pattern = atom->what;
  const GenlmJsonFormat *format = atom->what;

  switch (atom->kind)
    {
    case GENLM_JSON_ATOM_PATTERN:
      return compile (builder, pattern->tree);
    case GENLM_JSON_ATOM_FORMAT:
      return compile_format (builder, format);
    case GENLM_JSON_ATOM_WORDS:
      return compile_words (builder, atom->what);
    default:
      return genlm_byte_exprs_make_repeat (builder->exprs, builder->character,
                                           clamp_count (atom->min), clamp_count (atom->max));
    }
}

static gboolean
atom_is_checked (const GenlmJsonAtom *atom)
{
  return atom->kind == GENLM_JSON_ATOM_FORMAT && ((const GenlmJsonFormat *) atom->what)->check != NULL;
}

/* Whether the check is that a string is a pattern, which is known as it is read. */
static gboolean
atom_is_regex (const GenlmJsonAtom *atom)
{
  return atom->kind == GENLM_JSON_ATOM_FORMAT
         && ((const GenlmJsonFormat *) atom->what)->check == genlm_json_format_check_regex;
}

/* Exactly one of the members, by halves: one of these and none of those, and the other
 * way round. @n is not zero. */
static GenlmByteExpr
make_one (Builder             *builder,
          const GenlmByteExpr *exprs,
          const guint32       *members,
          guint                n)
{
  g_autofree GenlmByteExpr *some = g_new (GenlmByteExpr, n);
  g_autofree GenlmByteExpr *one = g_new (GenlmByteExpr, n);
  guint width;
  guint i;

  for (i = 0; i < n; i++)
    some[i] = one[i] = exprs[members[i]];
  for (width = 1; width < n; width *= 2)
    for (i = 0; i + width < n; i += 2 * width)
      {
        GenlmByteExpr first = make_and (builder->exprs, one[i], make_not (builder, some[i + width]));
        GenlmByteExpr second = make_and (builder->exprs, one[i + width], make_not (builder, some[i]));

        one[i] = make_or (builder->exprs, first, second);
        some[i] = make_or (builder->exprs, some[i], some[i + width]);
      }
  return one[0];
}

static GenlmByteExpr
make_list (Builder            *builder,
           GenlmJsonFormulaOp  op,
           const GenlmByteExpr *exprs,
           const guint32      *members,
           guint               n)
{
  g_autofree GenlmByteExpr *list = g_new (GenlmByteExpr, n);
  guint i;

  for (i = 0; i < n; i++)
    list[i] = exprs[members[i]];
  if (op == GENLM_JSON_FORMULA_AND)
    return genlm_byte_exprs_make_intersection (builder->exprs, list, n);
  return genlm_byte_exprs_make_union (builder->exprs, list, n);
}

/* Bounds of "exactly one": as if it were "one at least" from above, nothing
 * from below, where a member is not exact. */
static void
make_formula (Builder             *builder,
              const GenlmByteExpr *atom_exprs,
              GenlmByteExpr       *upper,
              GenlmByteExpr       *lower)
{
  const GenlmJsonFormula *formula = &builder->body->formula;
  guint i;

  lower[GENLM_JSON_FORMULA_NO] = upper[GENLM_JSON_FORMULA_NO] = GENLM_BYTE_EXPR_NOTHING;
  lower[GENLM_JSON_FORMULA_YES] = upper[GENLM_JSON_FORMULA_YES] = builder->all;
  for (i = GENLM_JSON_FORMULA_YES + 1; i < genlm_json_formula_get_size (formula); i++)
    {
      const GenlmJsonFormulaNode *node = genlm_json_formula_peek (formula, i);
      const guint32 *members = genlm_json_formula_peek_members (formula, node);
      gboolean exact = TRUE;
      guint j;

      switch (node->op)
        {
        case GENLM_JSON_FORMULA_ATOM:
          upper[i] = atom_exprs[node->a];
          lower[i] = atom_is_checked (genlm_json_body_peek_atom (builder->body, node->a))
                       ? GENLM_BYTE_EXPR_NOTHING
                       : upper[i];
          break;
        case GENLM_JSON_FORMULA_NOT:
          upper[i] = make_not (builder, lower[node->a]);
          lower[i] = upper[node->a] == lower[node->a] ? upper[i]
                                                      : make_not (builder, upper[node->a]);
          break;
        case GENLM_JSON_FORMULA_ONE:
          for (j = 0; j < node->n; j++)
            exact = exact && upper[members[j]] == lower[members[j]];
          upper[i] = exact ? make_one (builder, upper, members, node->n)
                           : make_list (builder, GENLM_JSON_FORMULA_OR, upper, members, node->n);
          lower[i] = exact ? upper[i] : GENLM_BYTE_EXPR_NOTHING;
          break;
        default:
          for (j = 0; j < node->n; j++)
            exact = exact && upper[members[j]] == lower[members[j]];
          upper[i] = make_list (builder, node->op, upper, members, node->n);
          lower[i] = exact ? upper[i] : make_list (builder, node->op, lower, members, node->n);
        }
    }
}

/* Lengths */

/* Whether a length is one that is never reached by a state for each character. */
static gboolean
is_large (guint64 length)
{
  return length != GENLM_SCHEMA_UNBOUNDED && length >= GENLM_JSON_STRINGS_LARGE;
}

static gboolean
counts_only (const GenlmJsonBody *body)
{
  gboolean large = FALSE;
  guint i;

  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      if (atom->kind != GENLM_JSON_ATOM_LENGTH)
        return FALSE;
      large = large || is_large (atom->min) || is_large (atom->max);
    }
  return large;
}

static int
compare_lengths (gconstpointer a,
                 gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

/* The lengths from which on other claims may hold, sorted, and the first. */
static GArray *
list_changes (const GenlmJsonBody *body)
{
  GArray *changes = g_array_new (FALSE, TRUE, sizeof (guint64));
  guint i;

  g_array_set_size (changes, 1);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);
      guint64 behind = atom->max + 1;

      g_array_append_val (changes, atom->min);
      if (atom->max != GENLM_SCHEMA_UNBOUNDED)
        g_array_append_val (changes, behind);
    }
  g_array_sort (changes, compare_lengths);
  return changes;
}

/* Which claims hold of strings of a length. */
static void
judge_length (GenlmJsonBook *book,
              GenlmJsonBody *body,
              guint64        n_chars,
              guint8        *claims)
{
  guint i;

  g_byte_array_set_size (book->atoms, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      book->atoms->data[i] = n_chars >= atom->min && n_chars <= atom->max;
    }
  genlm_json_body_judge (body, book->atoms->data, book->truths, claims);
}

/* What is left of strings of @from characters, and up to less than @end. */
static GenlmByteExpr
make_lengths (GenlmByteExprs         *exprs,
              const GenlmJsonStrings *self,
              guint64                 from,
              guint64                 end)
{
  guint64 min = from > self->n_chars ? from - self->n_chars : 0;
  guint64 max = end != GENLM_SCHEMA_UNBOUNDED ? end - 1 - self->n_chars : end;

  return genlm_byte_exprs_make_repeat (exprs, self->character, clamp_count (min), clamp_count (max));
}

/* The strings of the lengths of which @holds says so, by what changes they follow. */
static GenlmByteExpr
unite_lengths (GenlmByteExprs         *exprs,
               const GenlmJsonStrings *self,
               const GArray           *changes,
               const guint8           *holds)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  guint i;
  guint j;

  for (i = 0; i < changes->len; i = j)
    {
      guint64 end = GENLM_SCHEMA_UNBOUNDED;
      GenlmByteExpr expr;

      for (j = i + 1; j < changes->len && !holds[j] == !holds[i]; j++)
        ;
      if (j < changes->len)
        end = g_array_index (changes, guint64, j);
      if (!holds[i] || end <= self->n_chars)
        continue;
      expr = make_lengths (exprs, self, g_array_index (changes, guint64, i), end);
      g_array_append_val (members, expr);
    }
  return genlm_byte_exprs_make_union (exprs, (const GenlmByteExpr *) members->data, members->len);
}

/* Claims of lengths as what they come to, which needs no complements. */
static void
make_claims_of_lengths (Builder       *builder,
                        GenlmByteExpr *upper,
                        GenlmByteExpr *lower)
{
  GenlmJsonBody *body = builder->body;
  g_autoptr (GArray) changes = list_changes (body);
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1) * (gsize) changes->len);
  g_autofree guint8 *holds = g_new (guint8, changes->len);
  guint i;
  guint j;

  for (j = 0; j < changes->len; j++)
    judge_length (builder->book, body, g_array_index (changes, guint64, j), &claims[j * (gsize) body->n_claims]);
  for (i = 0; i < body->n_claims; i++)
    {
      for (j = 0; j < changes->len; j++)
        holds[j] = claims[j * (gsize) body->n_claims + i] == GENLM_JSON_YES;
      upper[body->roots[i]] = unite_lengths (builder->exprs, builder->strings, changes, holds);
      lower[body->roots[i]] = upper[body->roots[i]];
    }
}

/* The same of what reaches a goal. */
static GenlmByteExpr
make_goal_of_lengths (GenlmJsonBook          *book,
                      GenlmJsonBody          *body,
                      GenlmByteExprs         *exprs,
                      const GenlmJsonStrings *self,
                      const GenlmJsonGoal    *goal)
{
  g_autoptr (GArray) changes = list_changes (body);
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));
  g_autofree guint8 *holds = g_new (guint8, changes->len);
  guint i;

  for (i = 0; i < changes->len; i++)
    {
      judge_length (book, body, g_array_index (changes, guint64, i), claims);
      holds[i] = genlm_json_goal_allows (goal, claims);
    }
  return genlm_byte_exprs_make_concat (exprs, unite_lengths (exprs, self, changes, holds), self->quote);
}

/* The whole */

static void
add_item (Builder       *builder,
          guint32        label,
          GenlmByteExpr  expr)
{
  GenlmByteItem *item = &builder->strings->items[builder->strings->n_items++];

  item->label = label;
  item->expr = genlm_byte_exprs_make_concat (builder->exprs, expr, builder->quote);
}

static GenlmByteExpr
with_quote (Builder       *builder,
            GenlmByteExpr  expr)
{
  return genlm_byte_exprs_make_concat (builder->exprs, expr, builder->quote);
}

static void
build (Builder *builder)
{
  GenlmJsonStrings *self = builder->strings;
  GenlmJsonBody *body = builder->body;
  guint size = genlm_json_formula_get_size (&body->formula);
  g_autofree GenlmByteExpr *atoms = g_new0 (GenlmByteExpr, body->atoms->len);
  g_autofree GenlmByteExpr *upper = g_new0 (GenlmByteExpr, size);
  g_autofree GenlmByteExpr *lower = g_new0 (GenlmByteExpr, size);
  GenlmByteSet quote = { 0 };
  guint n_labels;
  guint i;

  genlm_byte_set_add_range (&quote, '"', '"');
  builder->quote = genlm_byte_exprs_make_set (builder->exprs, &quote);
  builder->character = compile_character (builder);
  builder->all = genlm_byte_exprs_make_repeat (builder->exprs, builder->character, 0,
                                               GENLM_BYTE_EXPR_UNBOUNDED);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      atoms[i] = compile_atom (builder, atom);
      self->checked = self->checked || atom_is_checked (atom);
      self->checks_regex = self->checks_regex || atom_is_regex (atom);
      self->checks_text = self->checks_text || (atom_is_checked (atom) && !atom_is_regex (atom));
    }
  self->character = builder->character;
  self->quote = builder->quote;
  if (self->counts)
    make_claims_of_lengths (builder, upper, lower);
  else
    make_formula (builder, atoms, upper, lower);
  self->all = with_quote (builder, builder->all);
  n_labels = self->checked ? body->atoms->len : body->n_claims;
  self->items = g_new (GenlmByteItem, n_labels + 1);
  self->upper = g_new (GenlmByteExpr, body->n_claims);
  self->lower = g_new (GenlmByteExpr, body->n_claims);
  for (i = 0; i < body->n_claims; i++)
    {
      self->upper[i] = with_quote (builder, upper[body->roots[i]]);
      self->lower[i] = with_quote (builder, lower[body->roots[i]]);
    }
  for (i = 0; i < n_labels; i++)
    {
      if (self->checked)
        add_item (builder, i, atoms[i]);
      else if (body->roots[i] > GENLM_JSON_FORMULA_YES)
        add_item (builder, i, upper[body->roots[i]]);
    }
  add_item (builder, GENLM_JSON_STRINGS_ANY, builder->all);
}

static void
make_quick (GenlmJsonStrings    *self,
            const GenlmJsonBody *body)
{
  guint i;

  self->quick = !self->checked && body->n_claims <= GENLM_JSON_STRINGS_MAX_QUICK;
  for (i = 0; i < body->n_claims && self->quick; i++)
    self->always |= (guint32) (body->roots[i] == GENLM_JSON_FORMULA_YES) << i;
}

void
genlm_json_strings_free (GenlmJsonStrings *self)
{
  g_clear_pointer (&self->dfa, genlm_byte_dfa_unref);
  g_clear_pointer (&self->later, g_hash_table_unref);
  g_free (self->upper);
  g_free (self->lower);
  g_free (self->items);
  g_free (self);
}

/* Any string at all: one automaton of each spelling for all books there are. */
typedef struct
{
  guint           n_users;
  GenlmByteDfa   *dfa;
  GenlmByteState *start;
} Plain;

static GMutex plain_lock;
static Plain plains[GENLM_JSON_SPELLING_PLAIN + 1];

static void
make_plain (Plain             *self,
            GenlmJsonBook     *book,
            GenlmByteEncoding  encoding)
{
  GenlmEngineLimits limits = { GENLM_ENGINE_DEFAULT_MAX_STATES, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
  GenlmJsonBody body = { .kind = GENLM_JSON_KIND_STRING };
  GenlmJsonStrings strings = { 0 };
  Builder builder = { .book = book, .body = &body, .strings = &strings, .exprs = exprs,
                      .encoding = encoding };
  GError *error = NULL;

  body.atoms = g_array_new (FALSE, FALSE, sizeof (GenlmJsonAtom));
  genlm_json_formula_init (&body.formula);
  build (&builder);
  self->dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), &error);
  if (self->dfa != NULL)
    self->start = genlm_byte_dfa_intern (self->dfa, strings.items, strings.n_items,
                                         GENLM_BYTE_EXPR_ANYTHING, &error);
  if (error != NULL)
    genlm_json_book_fail (book, error);
  g_free (strings.items);
  g_free (strings.upper);
  g_free (strings.lower);
  genlm_json_formula_clear (&body.formula);
  g_array_unref (body.atoms);
}

/* The automaton of any string, and the state after the opening quote. Both live
 * until genlm_json_strings_leave_plain(). */
GenlmByteDfa *
genlm_json_strings_use_plain (GenlmJsonBook      *book,
                              GenlmJsonSpelling   spelling,
                              GenlmByteState    **start)
{
  Plain *self = &plains[spelling];

  g_mutex_lock (&plain_lock);
  if (self->n_users++ == 0)
    make_plain (self, book,
                spelling == GENLM_JSON_SPELLING_PLAIN ? GENLM_BYTE_ENCODING_JSON_PLAIN
                                                      : GENLM_BYTE_ENCODING_JSON);
  *start = self->start;
  g_mutex_unlock (&plain_lock);
  return self->dfa;
}

void
genlm_json_strings_leave_plain (GenlmJsonSpelling spelling)
{
  Plain *self = &plains[spelling];

  g_mutex_lock (&plain_lock);
  if (--self->n_users == 0)
    g_clear_pointer (&self->dfa, genlm_byte_dfa_unref);
  g_mutex_unlock (&plain_lock);
}

/* For strings of which @n_chars characters have been read already. */
static GenlmJsonStrings *
strings_new (GenlmJsonBook *book,
             GenlmJsonBody *body,
             guint64        n_chars)
{
  GenlmJsonStrings *self = g_new0 (GenlmJsonStrings, 1);
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&book->limits);
  Builder builder = { .book = book, .body = body, .strings = self, .exprs = exprs,
                      .encoding = genlm_json_book_get_encoding (book) };
  GError *error = NULL;

  self->counts = counts_only (body);
  self->n_chars = n_chars;
  build (&builder);
  make_quick (self, body);
  self->dfa = genlm_byte_dfa_new (g_steal_pointer (&exprs), &error);
  if (self->dfa != NULL)
    self->start = genlm_byte_dfa_intern (self->dfa, self->items, self->n_items,
                                         GENLM_BYTE_EXPR_ANYTHING, &error);
  if (self->start == NULL)
    genlm_json_book_fail (book, error);
  return self;
}

GenlmJsonStrings *
genlm_json_strings_get (GenlmJsonBook *book,
                        GenlmJsonBody *body)
{
  if (body->strings != NULL)
    return body->strings;
  if (body->atoms->len > 0)
    return body->strings = strings_new (book, body, 0);
  body->strings = g_new0 (GenlmJsonStrings, 1);
  body->strings->dfa = genlm_byte_dfa_ref (book->plain_dfa);
  body->strings->start = book->plain;
  make_quick (body->strings, body);
  return body->strings;
}

/* The strings of one result. */
static GenlmByteExpr
make_result_expr (GenlmByteExprs         *exprs,
                  const GenlmJsonStrings *self,
                  guint                   n_claims,
                  guint                   result)
{
  GenlmByteExpr members[GENLM_JSON_GOAL_MAX_EXACT + 1] = { self->all };
  guint i;

  /* A complement holds much that is no string. */
  for (i = 0; i < n_claims; i++)
    members[i + 1] = (result >> i) & 1
                       ? self->upper[i]
                       : genlm_byte_exprs_make_complement (exprs, self->lower[i]);
  return genlm_byte_exprs_make_intersection (exprs, members + (result != 0),
                                             n_claims + (result == 0));
}

static GenlmByteExpr
make_goal_expr (GenlmByteExprs         *exprs,
                const GenlmJsonStrings *self,
                const GenlmJsonGoal    *goal)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  GenlmByteExpr expr;
  guint i;

  if (genlm_json_goal_is_exact (goal))
    {
      for (i = 0; i < 1u << goal->n_claims; i++)
        if ((goal->table >> i) & 1)
          {
            expr = make_result_expr (exprs, self, goal->n_claims, i);
            g_array_append_val (members, expr);
          }
      return genlm_byte_exprs_make_union (exprs, (const GenlmByteExpr *) members->data, members->len);
    }
  for (i = 0; i < goal->n_any; i++)
    g_array_append_val (members, self->upper[goal->any[i]]);
  expr = self->all;
  if (goal->n_any > 0)
    expr = genlm_byte_exprs_make_union (exprs, (const GenlmByteExpr *) members->data, members->len);
  g_array_set_size (members, 0);
  g_array_append_val (members, expr);
  for (i = 0; i < goal->n_claims; i++)
    {
      if (goal->wanted[i] == GENLM_JSON_OPEN)
        continue;
      expr = goal->wanted[i] == GENLM_JSON_YES
               ? self->upper[i]
               : genlm_byte_exprs_make_complement (exprs, self->lower[i]);
      g_array_append_val (members, expr);
    }
  return genlm_byte_exprs_make_intersection (exprs, (const GenlmByteExpr *) members->data,
                                             members->len);
}

/* Whether all strings, which are alike, reach the goal. */
static gboolean
all_reach (GenlmJsonBook       *book,
           GenlmJsonBody       *body,
           const GenlmJsonGoal *goal)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  genlm_json_body_judge (body, NULL, book->truths, claims);
  return genlm_json_goal_allows (goal, claims);
}

static GenlmByteState *
start (GenlmJsonBook       *book,
       GenlmJsonBody       *body,
       GenlmJsonStrings    *self,
       const GenlmJsonGoal *goal)
{
  GenlmByteState *state = NULL;
  GenlmByteExprs *exprs;
  GenlmByteExpr expr;
  GError *error = NULL;

  if (self->start == NULL)
    return NULL;
  if (genlm_json_goal_is_exact (goal)
      && goal->table == genlm_json_goal_full_table (goal->n_claims))
    return self->start;
  if (body->atoms->len == 0)
    return all_reach (book, body, goal) ? self->start : NULL;
  exprs = genlm_byte_dfa_lock_exprs (self->dfa);
  expr = self->counts ? make_goal_of_lengths (book, body, exprs, self, goal)
                      : make_goal_expr (exprs, self, goal);
  if (genlm_byte_dfa_unlock_exprs (self->dfa, &error))
    state = genlm_byte_dfa_intern (self->dfa, self->items, self->n_items, expr, &error);
  if (state == NULL)
    genlm_json_book_fail (book, error);
  return state == self->dfa->dead ? NULL : state;
}

/* The state after the opening quote; NULL if no string reaches the goal. */
GenlmByteState *
genlm_json_strings_start (GenlmJsonBook       *book,
                          GenlmJsonBody       *body,
                          const GenlmJsonGoal *goal)
{
  return start (book, body, genlm_json_strings_get (book, body), goal);
}

/* Lengths */

/* The same after so many characters, in an automaton of its own. */
GenlmByteState *
genlm_json_strings_start_later (GenlmJsonBook        *book,
                                GenlmJsonBody        *body,
                                const GenlmJsonGoal  *goal,
                                guint64               n_chars,
                                GenlmByteDfa        **dfa)
{
  GenlmJsonStrings *self = body->strings;
  GenlmJsonStrings *later;

  if (self->later == NULL)
    self->later = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) genlm_json_strings_free);
  later = g_hash_table_lookup (self->later, (gpointer) (gsize) n_chars);
  if (later == NULL)
    {
      later = strings_new (book, body, n_chars);
      g_hash_table_insert (self->later, (gpointer) (gsize) n_chars, later);
    }
  *dfa = later->dfa;
  return start (book, body, later, goal);
}

static gboolean
is_before (guint64 n_chars,
           guint64 bound)
{
  return n_chars < bound && bound - n_chars <= GENLM_TRIE_MAX_DEPTH + 1;
}

/* Whether a token may lead to a length where something changes. */
gboolean
genlm_json_strings_is_near (const GenlmJsonBody *body,
                            guint64              n_chars)
{
  guint i;

  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      if (is_before (n_chars, atom->min)
          || (atom->max != GENLM_SCHEMA_UNBOUNDED && is_before (n_chars, atom->max + 1)))
        return TRUE;
    }
  return FALSE;
}

/* Which claims hold of strings of a length, where only that counts. */
GenlmJsonResult
genlm_json_strings_judge_length (GenlmJsonBook *book,
                                 GenlmJsonBody *body,
                                 guint64        n_chars)
{
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));

  judge_length (book, body, n_chars, claims);
  return genlm_json_book_make_result (book, claims, body->n_claims);
}

static gboolean
state_accepts (const GenlmByteState *state,
               guint32               label)
{
  guint i;

  for (i = 0; i < state->n_accepts; i++)
    if (state->accepts[i] == label)
      return TRUE;
  return FALSE;
}

/* Which claims hold of a string whose closing quote led to @state. @text is
 * the raw string without its quotes; only what is checked needs it. @regex may say
 * what it is as a pattern. */
GenlmJsonResult
genlm_json_strings_judge (GenlmJsonBook        *book,
                          GenlmJsonBody        *body,
                          const GenlmByteState *state,
                          const char           *text,
                          gsize                 length,
                          const GenlmJsonRegex *regex)
{
  GenlmJsonStrings *self = body->strings;
  g_autofree guint8 *claims = g_new (guint8, MAX (body->n_claims, 1));
  g_autofree guint8 *atoms = NULL;
  g_autoptr (GString) decoded = NULL;
  guint i;

  if (!self->checked)
    {
      for (i = 0; i < body->n_claims; i++)
        claims[i] = body->roots[i] > GENLM_JSON_FORMULA_YES ? GENLM_JSON_NO : body->roots[i];
      for (i = 0; i < state->n_accepts; i++)
        if (state->accepts[i] < body->n_claims)
          claims[state->accepts[i]] = GENLM_JSON_YES;
      return genlm_json_book_make_result (book, claims, body->n_claims);
    }
  atoms = g_new (guint8, body->atoms->len);
  for (i = 0; i < body->atoms->len; i++)
    {
      const GenlmJsonAtom *atom = genlm_json_body_peek_atom (body, i);

      atoms[i] = state_accepts (state, i);
      if (!atoms[i] || !atom_is_checked (atom))
        continue;
      if (regex != NULL && atom_is_regex (atom))
        {
          atoms[i] = genlm_json_regex_is_whole (regex);
          continue;
        }
      if (decoded == NULL)
        decoded = genlm_json_text_decode (text, length);
      atoms[i] = ((const GenlmJsonFormat *) atom->what)->check (decoded->str, decoded->len);
    }
  genlm_json_body_judge (body, atoms, book->truths, claims);
  return genlm_json_book_make_result (book, claims, body->n_claims);
}

/* The same for a text that stands in no string. */
GenlmJsonResult
genlm_json_strings_judge_text (GenlmJsonBook *book,
                               GenlmJsonBody *body,
                               const char    *text,
                               gsize          length)
{
  GenlmJsonStrings *self = genlm_json_strings_get (book, body);
  g_autoptr (GString) raw = genlm_json_text_encode (text, length);
  GenlmByteState *state;
  GError *error = NULL;

  if (self->start == NULL)
    return 0;
  g_string_append_c (raw, '"');
  state = genlm_byte_dfa_walk (self->dfa, self->start, (const guint8 *) raw->str, raw->len, &error);
  if (state == NULL)
    {
      genlm_json_book_fail (book, error);
      return 0;
    }
  return genlm_json_strings_judge (book, body, state, raw->str, raw->len - 1, NULL);
}
