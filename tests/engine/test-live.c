#include <string.h>

#include "genlm-byte-exprs.h"
#include "genlm-char-exprs.h"
#include "genlm-regex-compiler.h"
#include "genlm-regex-parser.h"
#include "random-exprs.h"

/* How many derivatives of one expression the oracle follows. */
#define MAX_REACHED (1500u)

static const RandomExprs random_exprs = { "ecwaabb", "uiidns*r....", 5, 6 };

static void
reach (GHashTable    *numbers,
       GArray        *reached,
       GenlmByteExpr  expr)
{
  if (g_hash_table_add (numbers, GUINT_TO_POINTER (expr)))
    g_array_append_val (reached, expr);
}

/* Whether anything matches, by looking at all that can follow. FALSE if that
 * is too much. */
static gboolean
ask_oracle (GenlmByteExprs *exprs,
            GenlmByteExpr   expr,
            gboolean       *live)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) reached = g_array_new (FALSE, FALSE, sizeof (GenlmByteExpr));
  guint i;
  guint8 letter;

  *live = FALSE;
  reach (numbers, reached, expr);
  for (i = 0; i < reached->len && reached->len < MAX_REACHED; i++)
    {
      GenlmByteExpr from = g_array_index (reached, GenlmByteExpr, i);

      if (genlm_byte_exprs_is_nullable (exprs, from))
        {
          *live = TRUE;
          return TRUE;
        }
      for (letter = 'a'; letter <= 'c'; letter++)
        reach (numbers, reached, genlm_byte_exprs_derive (exprs, from, letter));
      reach (numbers, reached, genlm_byte_exprs_derive (exprs, from, '\\'));
      reach (numbers, reached, genlm_byte_exprs_derive (exprs, from, 'u'));
      for (letter = '0'; letter <= '9'; letter++)
        reach (numbers, reached, genlm_byte_exprs_derive (exprs, from, letter));
    }
  return reached->len < MAX_REACHED;
}

/* What is said along words in any order must be what the oracle says. */
static void
test_random (void)
{
  GenlmEngineLimits limits = { 10000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  guint n_live = 0;
  guint n_dead = 0;
  guint seed;

  for (seed = 0; seed < 1500; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
      GenlmByteExpr root = make_random_expr (&random_exprs, exprs, rand, 1 + seed % 5);
      guint8 classes[256];
      guint i;

      genlm_byte_exprs_seal (exprs, classes);
      for (i = 0; i < 6; i++)
        {
          GenlmByteExpr expr = root;
          GenlmByteExpr from = GENLM_BYTE_EXPR_NOTHING;
          guint length = (guint) g_rand_int_range (rand, 0, 8);
          gboolean live = TRUE;
          gboolean expected = TRUE;

          for (; length > 0 && live && expected; length--)
            {
              live = genlm_byte_exprs_is_live_after (exprs, expr, from);
              if (!ask_oracle (exprs, expr, &expected) || !genlm_byte_exprs_check (exprs, NULL))
                break;
              g_assert_cmpint (live, ==, expected);
              n_live += live;
              n_dead += !live;
              from = expr;
              expr = genlm_byte_exprs_derive (exprs, expr,
                                              (guint8) "aaabbbc\\"[g_rand_int_range (rand, 0, 8)]);
            }
        }
    }
  g_assert_cmpuint (n_live, >, 5000);
  g_assert_cmpuint (n_dead, >, 1000);
}

static GenlmByteExpr
compile (GenlmByteExprs *exprs,
         const char     *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenlmRegexTree) tree = genlm_regex_parse (pattern, strlen (pattern), NULL, &error);
  GenlmByteExpr expr;

  g_assert_no_error (error);
  genlm_regex_compile (tree, exprs, GENLM_BYTE_ENCODING_JSON, &expr, &error);
  g_assert_no_error (error);
  return expr;
}

static const char *const found[] = {
  "[^]*customer[^]*", "[^]*maker[^]*",  "[^]*operator[^]*", "[^]*admin[^]*", "[^]*designer[^]*",
  "[^]*viewer[^]*",   "[^]*editor[^]*", "[^]*owner[^]*",    "[^]*guest[^]*", "[^]*auditor[^]*",
};

/* Walks over @text and asks at each byte. The store allows so few states that
 * looking around would be too much. */
static void
check_walk (GenlmByteExprs *exprs,
            GenlmByteExpr   expr,
            const char     *text,
            const char     *expected)
{
  g_autoptr (GError) error = NULL;
  GenlmByteExpr from = GENLM_BYTE_EXPR_NOTHING;
  guint8 classes[256];
  gsize i;

  genlm_byte_exprs_seal (exprs, classes);
  for (i = 0; expected[i] != '\0'; i++)
    {
      gboolean live = genlm_byte_exprs_is_live_after (exprs, expr, from);

      genlm_byte_exprs_check (exprs, &error);
      g_assert_no_error (error);
      g_assert_cmpint (live, ==, expected[i] != '-');
      from = expr;
      expr = genlm_byte_exprs_derive (exprs, expr, (guint8) text[i]);
    }
}

static const GenlmEngineLimits few = { 64, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };

/* Many conditions each of which asks for something. */
static void
test_all (void)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&few);
  GenlmByteExpr members[G_N_ELEMENTS (found)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (found); i++)
    members[i] = compile (exprs, found[i]);
  check_walk (exprs, genlm_byte_exprs_make_intersection (exprs, members, G_N_ELEMENTS (found)),
              "the owner of all", "pppppppppppppppp");
}

/* Exactly one of many. */
static void
test_one (void)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&few);
  GenlmByteExpr once = GENLM_BYTE_EXPR_NOTHING;
  GenlmByteExpr twice = GENLM_BYTE_EXPR_NOTHING;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (found); i++)
    {
      GenlmByteExpr member = compile (exprs, found[i]);
      GenlmByteExpr both = genlm_byte_exprs_make_intersection (
        exprs, (GenlmByteExpr[2]) { once, member }, 2);

      twice = genlm_byte_exprs_make_union (exprs, (GenlmByteExpr[2]) { twice, both }, 2);
      once = genlm_byte_exprs_make_union (exprs, (GenlmByteExpr[2]) { once, member }, 2);
    }
  twice = genlm_byte_exprs_make_complement (exprs, twice);
  check_walk (exprs,
              genlm_byte_exprs_make_intersection (exprs, (GenlmByteExpr[2]) { once, twice }, 2),
              "the owner or a maker", "ppppppppppppppppppp" "p-");
}

/* Counts: how far they have come does not matter until it does. */
static void
test_counts (void)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&few);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  GenlmByteExpr members[3];
  guint i;

  members[0] = compile (exprs, "[^]*customer[^]*");
  members[1] = compile (exprs, "[^]*maker[^]*");
  members[2] = compile (exprs, "[^]{0,400}");
  for (i = 0; i < 387; i++)
    g_string_append_c (text, "xyz "[i % 4]);
  g_string_append (text, "customermake");
  for (i = 0; i <= text->len; i++)
    g_string_append_c (expected, 'p');
  g_string_append (text, "d");
  g_string_append (expected, "-");
  check_walk (exprs, genlm_byte_exprs_make_intersection (exprs, members, 3), text->str,
              expected->str);
}

/* What stands in a string is known to be part of any string, also where the
 * quote that ends it is part of the condition. */
static void
test_contradiction (void)
{
  g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&few);
  GenlmByteExpr quote = make_letters (exprs, '"', '"');
  GenlmByteExpr text = compile (exprs, "[^]*");
  GenlmByteExpr part = genlm_byte_exprs_make_concat (exprs, compile (exprs, "[^]*er[^]*"), quote);
  GenlmByteExpr whole = genlm_byte_exprs_make_concat (exprs, compile (exprs, "[^]*maker[^]*"), quote);
  GenlmByteExpr any = genlm_byte_exprs_make_concat (exprs, text, quote);
  GenlmByteExpr not_part = genlm_byte_exprs_make_complement (exprs, part);
  GenlmByteExpr not_any = genlm_byte_exprs_make_complement (exprs, any);

  g_assert_true (genlm_byte_exprs_make_intersection (
                   exprs, (GenlmByteExpr[2]) { whole, not_part }, 2)
                 == GENLM_BYTE_EXPR_NOTHING);
  g_assert_true (genlm_byte_exprs_make_intersection (exprs, (GenlmByteExpr[2]) { part, not_any }, 2)
                 == GENLM_BYTE_EXPR_NOTHING);
  g_assert_true (genlm_byte_exprs_make_union (exprs, (GenlmByteExpr[2]) { part, any }, 2) == any);
  g_assert_true (genlm_byte_exprs_make_intersection (exprs, (GenlmByteExpr[2]) { part, any }, 2)
                 == part);
}

/* The pieces of a chain: "." is any character, "T" any text, "A" some "a", "o"
 * an "a" or nothing, and others are themselves. */
static gboolean
matches (const char *pieces,
         const char *word)
{
  if (*pieces == '\0')
    return *word == '\0';
  if (*pieces == 'T' || *pieces == 'A')
    return matches (pieces + 1, word)
           || ((*pieces == 'T' ? *word != '\0' && *word != '"' : *word == 'a')
               && matches (pieces, word + 1));
  if (*pieces == 'o')
    return matches (pieces + 1, word) || (*word == 'a' && matches (pieces + 1, word + 1));
  if (*pieces == '.')
    return *word != '\0' && *word != '"' && matches (pieces + 1, word + 1);
  return *word == *pieces && matches (pieces + 1, word + 1);
}

static GenlmByteExpr
make_piece (GenlmByteExprs *exprs,
            char            piece)
{
  GenlmByteExpr any = genlm_char_exprs_make_any (exprs, GENLM_BYTE_ENCODING_JSON);

  switch (piece)
    {
    case 'T':
      return genlm_byte_exprs_make_repeat (exprs, any, 0, GENLM_BYTE_EXPR_UNBOUNDED);
    case 'A':
      return genlm_byte_exprs_make_repeat (exprs, make_letters (exprs, 'a', 'a'), 0,
                                           GENLM_BYTE_EXPR_UNBOUNDED);
    case 'o':
      return genlm_byte_exprs_make_repeat (exprs, make_letters (exprs, 'a', 'a'), 0, 1);
    case '.':
      return any;
    default:
      return make_letters (exprs, (guint8) piece, (guint8) piece);
    }
}

static GenlmByteExpr
make_chain (GenlmByteExprs *exprs,
            GRand          *rand,
            char           *pieces)
{
  gint n = g_rand_int_range (rand, 1, 7);
  GenlmByteExpr expr = GENLM_BYTE_EXPR_EPSILON;
  gint i;

  for (i = 0; i < n; i++)
    pieces[i] = "TTTabA.o\""[g_rand_int_range (rand, 0, i + 1 == n ? 9 : 8)];
  pieces[n] = '\0';
  for (i = n; i > 0; i--)
    expr = genlm_byte_exprs_make_concat (exprs, make_piece (exprs, pieces[i - 1]), expr);
  return expr;
}

static GenlmByteExpr
derive_word (GenlmByteExprs *exprs,
             GenlmByteExpr   expr,
             const char     *word)
{
  for (; *word != '\0'; word++)
    expr = genlm_byte_exprs_derive (exprs, expr, (guint8) *word);
  return expr;
}

/* What is left out because something else includes it must not be missed. */
static void
test_included (void)
{
  GenlmEngineLimits limits = { 100000, GENLM_ENGINE_DEFAULT_MAX_MEMORY, 0 };
  guint n_matched = 0;
  guint seed;

  for (seed = 0; seed < 4000; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GenlmByteExprs) exprs = genlm_byte_exprs_new (&limits);
      char pieces[3][8];
      GenlmByteExpr members[3];
      GenlmByteExpr made[3];
      guint8 classes[256];
      guint i;

      for (i = 0; i < 3; i++)
        members[i] = make_chain (exprs, rand, pieces[i]);
      made[0] = genlm_byte_exprs_make_union (exprs, members, 3);
      made[1] = genlm_byte_exprs_make_intersection (exprs, members, 2);
      members[1] = genlm_byte_exprs_make_complement (exprs, made[0]);
      made[2] = genlm_byte_exprs_make_union (exprs, (GenlmByteExpr[2]) { members[1], members[2] }, 2);
      made[2] = genlm_byte_exprs_make_intersection (
        exprs, (GenlmByteExpr[2]) { members[0], genlm_byte_exprs_make_complement (exprs, made[2]) }, 2);
      genlm_byte_exprs_seal (exprs, classes);
      for (i = 0; i < 20; i++)
        {
          char word[8] = "";
          gint n = g_rand_int_range (rand, 0, 7);
          gint j;
          gboolean in[3];

          for (j = 0; j < n; j++)
            word[j] = "aaaabbbc\""[g_rand_int_range (rand, 0, j + 1 == n ? 9 : 8)];
          for (j = 0; j < 3; j++)
            in[j] = matches (pieces[j], word);
          n_matched += in[0] || in[1];
          g_assert_cmpint (genlm_byte_exprs_is_nullable (exprs, derive_word (exprs, made[0], word)), ==,
                           in[0] || in[1] || in[2]);
          g_assert_cmpint (genlm_byte_exprs_is_nullable (exprs, derive_word (exprs, made[1], word)), ==,
                           in[0] && in[1]);
          /* Without the first one, which the union holds. */
          g_assert_cmpint (genlm_byte_exprs_is_nullable (exprs, derive_word (exprs, made[2], word)), ==,
                           in[0] && !in[2] && (in[0] || in[1] || in[2]));
        }
    }
  g_assert_cmpuint (n_matched, >, 10000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/live/random", test_random);
  g_test_add_func ("/engine/live/all", test_all);
  g_test_add_func ("/engine/live/one", test_one);
  g_test_add_func ("/engine/live/counts", test_counts);
  g_test_add_func ("/engine/live/contradiction", test_contradiction);
  g_test_add_func ("/engine/live/included", test_included);
  return g_test_run ();
}
